//! Metrics, plots, service levels and expectations.

use records::{METRICS, MetricInfo};
use topologies::text::{Diagnostic, Diagnostics};

use super::Scope;
use crate::plan::attachments::Attachments;
use crate::plan::levels;
use crate::schema::{Expectation, Judge, Levels, PlotStatistic, PlottedKind, Replications, ServiceLevel};

pub(super) fn check(scope: &Scope<'_>, attachments: &mut Attachments, wrong: &mut Diagnostics) {
    for (i, name) in scope.experiment.metrics.iter().enumerate() {
        metric(scope, &format!("metrics.{i}"), name, wrong);
    }
    if let Replications::Until { metric: name, .. } = &scope.experiment.replications {
        metric(scope, "replications.metric", name, wrong);
    }
    for (i, level) in scope.experiment.service_levels.iter().enumerate() {
        service_level(scope, i, level, wrong);
    }
    plots(scope, wrong);
    for (i, expected) in scope.experiment.expect.iter().enumerate() {
        expectation(scope, i, expected, attachments, wrong);
    }
}

fn metric(scope: &Scope<'_>, path: &str, name: &str, wrong: &mut Diagnostics) {
    if MetricInfo::of(name).is_none() {
        let problem = format!("there is no metric \"{name}\": `siplab list metrics` shows all");
        wrong.push(scope.at(path).problem(problem).suggest(name, METRICS.iter().map(|info| info.name)));
    }
}

fn quantile(scope: &Scope<'_>, path: &str, q: f64, wrong: &mut Diagnostics) {
    if !(q > 0.0 && q < 1.0) {
        wrong.push(scope.at(path).problem("a quantile lies between 0 and 1").allow(["0.95"]));
    }
}

fn service_level(scope: &Scope<'_>, i: usize, level: &ServiceLevel, wrong: &mut Diagnostics) {
    let path = |field: &str| format!("service_levels.{i}.{field}");
    metric(scope, &path("metric"), &level.metric, wrong);
    if let Some(q) = level.quantile {
        quantile(scope, &path("quantile"), q, wrong);
    }
    match level.limit() {
        None => {
            let place = scope.at(&format!("service_levels.{i}"));
            wrong.push(place.problem("a service level has one limit").allow(["at_most: …", "at_least: …"]));
        }
        Some((_, limit)) if !limit.is_finite() => {
            let field = if level.at_most.is_some() { "at_most" } else { "at_least" };
            wrong.push(scope.at(&path(field)).problem("a limit is a finite number"));
        }
        Some(_) => {}
    }
    if crate::statistics::Confidence::new(level.confidence).is_none() {
        let problem = "a confidence lies between 0 and 1";
        wrong.push(scope.at(&path("confidence")).problem(problem).allow(["0.95"]));
    }
    if let Judge::Where(wanted) = &level.judge {
        known_levels(scope, &path("judge"), wanted, wrong);
    }
}

/// That each of `wanted` names a factor and one of its values.
fn known_levels(scope: &Scope<'_>, path: &str, wanted: &Levels, wrong: &mut Diagnostics) {
    for (name, value) in &wanted.0 {
        let Some(factor) = scope.experiment.factors.iter().find(|factor| factor.name == *name) else {
            wrong.push(unknown_factor(scope, path, name));
            continue;
        };
        if levels::find(&levels::of(factor).0, value.text()).is_none() {
            let problem = format!("{} is no value of factor \"{name}\"", value.text());
            let values = factor.values.iter().map(crate::schema::Raw::text);
            wrong.push(scope.at(&format!("{path}.{name}")).problem(problem).allow(values));
        }
    }
}

fn unknown_factor(scope: &Scope<'_>, path: &str, name: &str) -> Diagnostic {
    let names = scope.experiment.factors.iter().map(|factor| factor.name.as_str());
    let place = scope.at(&format!("{path}.{name}"));
    place.problem(format!("there is no factor \"{name}\"")).suggest(name, names)
}

fn plots(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let names = scope.experiment.plots.iter().map(|plot| plot.name.as_str());
    for (i, name) in super::repeated(names) {
        let problem = format!("there are two plots \"{name}\"");
        wrong.push(scope.at(&format!("plots.{i}.name")).problem(problem));
    }
    for (i, plot) in scope.experiment.plots.iter().enumerate() {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if plot.name.is_empty() || !plot.name.chars().all(allowed) {
            let problem = "the name of a plot is letters, digits, hyphens and underscores";
            wrong.push(scope.at(&format!("plots.{i}.name")).problem(problem));
        }
        if let Some(name) = plot.metric() {
            metric(scope, &format!("plots.{i}.kind.metric"), name, wrong);
        }
        if let PlottedKind::Metric { statistic: PlotStatistic::Quantile(q), .. } = &plot.kind {
            quantile(scope, &format!("plots.{i}.kind.statistic"), *q, wrong);
        }
        for name in plot.factors() {
            if !scope.experiment.factors.iter().any(|factor| factor.name == name) {
                wrong.push(unknown_factor(scope, &format!("plots.{i}.kind"), name));
            }
        }
        known_levels_of_plot(scope, i, &plot.fixed, wrong);
    }
}

fn known_levels_of_plot(scope: &Scope<'_>, i: usize, fixed: &Levels, wrong: &mut Diagnostics) {
    let known = fixed.0.iter().filter(|(name, _)| {
        // An unknown factor was reported with the plot's other factors.
        scope.experiment.factors.iter().any(|factor| factor.name == *name)
    });
    let known = Levels(known.cloned().collect());
    known_levels(scope, &format!("plots.{i}.fixed"), &known, wrong);
}

fn expectation(
    scope: &Scope<'_>,
    i: usize,
    expected: &Expectation,
    attachments: &mut Attachments,
    wrong: &mut Diagnostics,
) {
    match expected {
        Expectation::Metric { name, value, tolerance, .. } => {
            metric(scope, &format!("expect.{i}.name"), name, wrong);
            if !value.is_finite() {
                wrong.push(scope.at(&format!("expect.{i}.value")).problem("a value is a finite number"));
            }
            if !tolerance.is_finite() || *tolerance < 0.0 {
                let problem = "a tolerance is a finite number, not below zero";
                wrong.push(scope.at(&format!("expect.{i}.tolerance")).problem(problem));
            }
        }
        Expectation::Ladder(file) => {
            if let Err(error) = attachments.add_ladder(file, scope.files) {
                wrong.push(scope.at(&format!("expect.{i}")).problem(error.to_string()));
            }
        }
    }
}

//! Which plots carry the argument when the experiment does not say.

use std::borrow::Cow;

use records::{Factor, PlotKind, PlotSpec, Results, Statistic};

use super::grid::spec;
use crate::view;

/// The plots that the experiment asks for, else those that suit its factors and metrics.
pub(super) fn plots(results: &Results) -> Cow<'_, [PlotSpec]> {
    if results.experiment.plots.is_empty() {
        Cow::Owned(suitable(results))
    } else {
        Cow::Borrowed(&results.experiment.plots)
    }
}

fn suitable(results: &Results) -> Vec<PlotSpec> {
    let factors = &results.experiment.factors;
    let Some(compared) = view::compared(&results.experiment) else { return single_cell(results) };
    // The last factor with numbers is on the horizontal axis: it is the one that is swept.
    let swept = factors.iter().rev().find(|factor| !factor.values.is_empty()).unwrap_or(compared);
    let name = |factor: &Factor| Some(factor.name.clone());
    let lines = (compared.name != swept.name).then(|| compared.name.clone());
    let taken = [Some(&swept.name), lines.as_ref()];
    let third = factors.iter().find(|factor| !taken.contains(&Some(&factor.name))).and_then(name);

    let mut plots: Vec<PlotSpec> = argued(results)
        .into_iter()
        .map(|(metric, statistic)| {
            let kind = PlotKind::Metric {
                metric: metric.clone(),
                statistic,
                x: swept.name.clone(),
                lines: lines.clone(),
                facets: third.clone(),
            };
            spec(&format!("{metric}-by-{}", swept.name), "", kind)
        })
        .collect();
    if let Some(metric) = delay(results) {
        let kind =
            PlotKind::Distribution { metric: metric.to_owned(), lines: lines.clone(), facets: name(swept) };
        plots.push(spec(&format!("{metric}-distribution"), "", kind));
    }
    let (x, facets) = if lines.is_some() { (compared, name(swept)) } else { (swept, None) };
    plots.push(spec("delay-split", "", PlotKind::DelaySplit { x: x.name.clone(), facets }));
    plots.push(spec("utilisation", "", PlotKind::Utilisation { x: swept.name.clone(), facets: lines }));
    plots
}

/// The metrics that the service levels are about, else the first delay and the first ratio of the tables.
fn argued(results: &Results) -> Vec<(String, Statistic)> {
    let levels = &results.experiment.service_levels;
    if !levels.is_empty() {
        return levels.iter().map(|level| (level.metric.clone(), level.statistic)).take(2).collect();
    }
    let metrics = view::metrics(results);
    let ratio = metrics.iter().find(|metric| metric.ends_with("_ratio")).copied();
    delay(results).into_iter().chain(ratio).map(|metric| (metric.to_owned(), Statistic::Mean)).collect()
}

/// The first metric with samples of a time.
fn delay(results: &Results) -> Option<&str> {
    let has_samples = |metric: &&str| {
        results.experiment.cells.iter().any(|cell| view::samples(results, cell.cell, metric).is_some())
    };
    view::metrics(results).into_iter().filter(|metric| metric.ends_with("_ms")).find(has_samples)
}

fn single_cell(results: &Results) -> Vec<PlotSpec> {
    let distribution = |metric: &str| {
        let kind = PlotKind::Distribution { metric: metric.to_owned(), lines: None, facets: None };
        spec(&format!("{metric}-distribution"), "", kind)
    };
    delay(results).map(distribution).into_iter().collect()
}

//! Names, durations, factors and replications.

use topologies::text::Diagnostics;

use super::{Scope, repeated};
use crate::plan::limits::REPLICATIONS_MAX;
use crate::schema::{Calls, Replications};

const NAME_OCTETS_MAX: usize = 64;

pub(super) fn check(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    name(scope, wrong);
    duration(scope, wrong);
    factors(scope, wrong);
    replications(scope, wrong);
}

fn name(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let name = &scope.experiment.name;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > NAME_OCTETS_MAX || !name.chars().all(allowed) {
        let problem = format!("a name is 1 to {NAME_OCTETS_MAX} letters, digits, hyphens and underscores");
        wrong.push(scope.at("name").problem(problem));
    }
    if scope.experiment.question.trim().is_empty() {
        wrong.push(scope.at("question").problem("the question is empty"));
    }
}

fn duration(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let experiment = scope.experiment;
    match (&experiment.workload.calls, experiment.duration) {
        (Calls::Demands { .. } | Calls::Script(_), None) => {
            wrong.push(scope.at("").problem("field `duration` is missing: how long is measured"));
        }
        (Calls::Demands { .. } | Calls::Script(_), Some(duration)) => {
            if duration.duration().is_zero() {
                wrong.push(scope.at("duration").problem("a duration of zero measures nothing"));
            }
        }
        (
            Calls::LossProbe { .. }
            | Calls::FailoverProbe { .. }
            | Calls::QueueProbe { .. }
            | Calls::Exchange { .. }
            | Calls::Rfc3665 { .. },
            duration,
        ) => {
            if duration.is_some() {
                wrong.push(
                    scope.at("duration").problem("a probe ends after its trials: leave `duration` out"),
                );
            }
            if !experiment.warmup.duration().is_zero() {
                wrong.push(
                    scope.at("warmup").problem("a probe has no warm-up of its own: leave `warmup` out"),
                );
            }
        }
    }
}

fn factors(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let factors = &scope.experiment.factors;
    for (i, name) in repeated(factors.iter().map(|factor| factor.name.as_str())) {
        wrong.push(
            scope.at(&format!("factors.{i}.name")).problem(format!("there are two factors \"{name}\"")),
        );
    }
    for (i, path) in repeated(factors.iter().map(|factor| factor.set.as_str())) {
        wrong.push(scope.at(&format!("factors.{i}.set")).problem(format!("two factors set `{path}`")));
    }
    for (i, factor) in factors.iter().enumerate() {
        let word = factor.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !word || !factor.name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let problem = "a factor's name is a letter, then letters, digits and underscores";
            wrong.push(scope.at(&format!("factors.{i}.name")).problem(problem));
        }
        if factor.set == "factors" || factor.set.starts_with("factors.") {
            wrong.push(scope.at(&format!("factors.{i}.set")).problem("a factor cannot vary the factors"));
        }
        if ["name", "seed", "replications"].contains(&factor.set.as_str()) {
            let problem = format!("`{}` is the same in all cells", factor.set);
            wrong.push(scope.at(&format!("factors.{i}.set")).problem(problem));
        }
        if factor.values.is_empty() {
            wrong.push(scope.at(&format!("factors.{i}.values")).problem("a factor needs a value"));
        }
        for (j, value) in repeated(factor.values.iter().map(crate::schema::Raw::text)) {
            let problem = format!("the value {value} is given twice");
            wrong.push(scope.at(&format!("factors.{i}.values.{j}")).problem(problem));
        }
        labels(scope, i, wrong);
    }
}

fn labels(scope: &Scope<'_>, i: usize, wrong: &mut Diagnostics) {
    let factor = &scope.experiment.factors[i];
    if !factor.labels.is_empty() && factor.labels.len() != factor.values.len() {
        let (labels, values) = (factor.labels.len(), factor.values.len());
        let problem = format!("{labels} labels for {values} values");
        wrong.push(scope.at(&format!("factors.{i}.labels")).problem(problem));
    }
    for (j, label) in repeated(factor.labels.iter().map(String::as_str)) {
        let problem = format!("the label \"{label}\" is given twice");
        wrong.push(scope.at(&format!("factors.{i}.labels.{j}")).problem(problem));
    }
}

fn replications(scope: &Scope<'_>, wrong: &mut Diagnostics) {
    let replications = &scope.experiment.replications;
    let at_least = match replications {
        Replications::Fixed(_) => 1,
        // An interval needs two.
        Replications::Until { .. } => 2,
    };
    if !(at_least..=REPLICATIONS_MAX).contains(&replications.most()) {
        let problem = format!("the number of replications lies between {at_least} and {REPLICATIONS_MAX}");
        wrong.push(scope.at("replications").problem(problem));
    }
    if let Replications::Until { relative_half_width, .. } = replications
        && !(*relative_half_width > 0.0 && *relative_half_width <= 1.0)
    {
        let problem = "the relative half-width lies above 0 and up to 1";
        wrong.push(scope.at("replications.relative_half_width").problem(problem));
    }
}

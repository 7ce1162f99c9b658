//! Everything that a finished experiment says: records, summary, judgement, answer, digest.

use records::{CellRecord, ExperimentRecord, MethodNote, Results};
use sha2::{Digest, Sha256};

use crate::answer::{Findings, answer};
use crate::output::hexadecimal;
use crate::plan::Plan;
use crate::runner::Outcome;
use crate::summary::{of_cell, summary};
use crate::{method, theory, verdict};

/// How the experiment was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// EXPERIMENT as `siplab run` takes it: a built-in name, or the name of the file without its folder.
    pub experiment: String,
}

/// The judgement that decides the exit code of a complete experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that is judged is met.
    Met,
    /// A judged service level, an expectation or a law failed.
    Failed,
}

/// The results of a complete experiment. `notes` join the method section after those that the plan gives.
///
/// A function of the plan and its runs: no wall time, thread count or path.
pub fn conclude(plan: &Plan, outcome: &Outcome, invocation: &Invocation, notes: &[MethodNote]) -> Results {
    let runs = outcome.runs.clone();
    let cells: Vec<CellRecord> = plan
        .cells
        .iter()
        .map(|cell| {
            let runs = of_cell(&runs, cell.index);
            CellRecord {
                cell: cell.index,
                factors: cell.levels.clone(),
                laws: theory::checks(cell, &runs),
                expectations: verdict::expectations(cell, &runs),
            }
        })
        .collect();
    let summary = summary(&cells, &runs);
    let levels = verdict::service_levels(plan, &runs);
    let findings = Findings { plan, runs: &runs, summary: &summary, cells: &cells, levels: &levels };
    let record = ExperimentRecord {
        name: plan.experiment.name.clone(),
        question: plan.experiment.question.clone(),
        answer: answer(&findings),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: plan.experiment.seed,
        digest: digest(outcome),
        text: plan.original.source().to_owned(),
        sha256: hexadecimal(&Sha256::digest(plan.original.source())),
        command: format!("siplab run {}", arguments(plan, invocation)),
        arguments: arguments(plan, invocation),
        factors: plan.factors.clone(),
        replications: outcome.replications,
        duration_ns: plan.experiment.duration.map_or(0, |span| sim_api::nanos(span.duration())),
        warmup_ns: sim_api::nanos(plan.experiment.warmup.duration()),
        metrics: plan.experiment.metrics.clone(),
        plots: plan.plots(),
        service_levels: levels,
        network: plan.cells.first().and_then(method::network_map),
        method: method::notes(plan, outcome.replications).into_iter().chain(notes.iter().cloned()).collect(),
        cells,
    };
    Results::new(record, runs, summary)
}

/// SHA-256 over the digests of all runs by (cell, replication), each as its 64 hexadecimal digits.
pub fn digest(outcome: &Outcome) -> String {
    let mut hash = Sha256::new();
    outcome.runs.iter().for_each(|run| hash.update(run.digest.as_bytes()));
    hexadecimal(&hash.finalize())
}

/// Whether everything that is judged is met: judged service levels, expectations, and laws of cells and runs.
pub fn verdict(results: &Results) -> Verdict {
    let levels = results
        .experiment
        .service_levels
        .iter()
        .flat_map(|level| &level.cells)
        .all(|cell| cell.passed || !cell.judged);
    let cells =
        results.experiment.cells.iter().all(|cell| {
            cell.laws.iter().all(|law| law.passed) && cell.expectations.iter().all(|one| one.passed)
        });
    let runs = results
        .runs
        .iter()
        .all(|run| run.laws.iter().all(|law| law.passed) && run.expectations.iter().all(|one| one.passed));
    if levels && cells && runs { Verdict::Met } else { Verdict::Failed }
}

/// EXPERIMENT and the options that change it, quoted for a shell.
fn arguments(plan: &Plan, invocation: &Invocation) -> String {
    let options = plan.overrides.iter().map(|one| match one.path() {
        "seed" | "replications" if one.value().bytes().all(|octet| octet.is_ascii_digit()) => {
            format!(" --{} {}", one.path(), one.value())
        }
        _ => format!(" --set {}", quoted(&one.to_string())),
    });
    quoted(&invocation.experiment) + &options.collect::<String>()
}

/// The word as a POSIX shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;

//! The ladders of the report: a typical call, the slowest, and the first that failed.
//!
//! Runs leave only the names of the calls that stand out. The few that the report shows are chosen from these names, by
//! the records alone, and drawn from replays: at most three, so that no run pays for being watched.

use experiments::assemble::{Laboratory, Which};
use experiments::plan::{CellConfig, Plan};
use experiments::runner::RunError;
use records::{LadderRecord, LadderRole, Outlier, Results, RunRecord};
use sim_api::Seed;

/// A call that the report shows.
#[derive(Clone, Debug, PartialEq)]
struct Chosen {
    /// Position of its run in [`Results::runs`].
    run: usize,
    role: LadderRole,
    call: Outlier,
}

/// Puts the ladders into the runs of `results` that have the calls; other ladders of these kinds leave.
///
/// # Errors
/// When a replay fails.
pub(crate) fn draw(plan: &Plan, results: &mut Results) -> Result<(), RunError> {
    for run in &mut results.runs {
        run.ladders.retain(|record| record.role == LadderRole::Requested);
    }
    for chosen in choose(results) {
        let run = &results.runs[chosen.run];
        let cell = cell_of(plan, run);
        let which = Which::Call(chosen.call.call.clone());
        let ladders = Laboratory.ladders(cell, Seed::new(run.seed), run.replication, &which)?;
        let drawn = ladders.into_iter().map(|record| LadderRecord {
            role: chosen.role,
            outcome: format!("{}; {}", chosen.call.outcome, record.outcome),
            ..record
        });
        results.runs[chosen.run].ladders.extend(drawn);
    }
    Ok(())
}

fn cell_of<'a>(plan: &'a Plan, run: &RunRecord) -> &'a CellConfig {
    &plan.cells[run.cell as usize]
}

/// The calls: typical and slowest of the first cell that is judged, else of the first; the first failed call of the first
/// cell that has one. None when the runs have whole ladders already.
fn choose(results: &Results) -> Vec<Chosen> {
    if results.runs.iter().any(|run| !run.ladders.is_empty()) {
        return Vec::new();
    }
    let cell = judged_cell(results);
    let delays = || outliers(results).filter(move |(run, call)| run.1.cell == cell && call.value.is_some());
    let chosen = |role, found: Option<((usize, &RunRecord), &Outlier)>| {
        found.map(|((run, _), call)| Chosen { run, role, call: call.clone() })
    };
    // Of each run the typical call is the one with the smaller delay; the first run's is as good as any.
    let typical = delays().reduce(|best, other| match (best.0.0 == other.0.0, shorter(other.1, best.1)) {
        (true, true) => other,
        (true, false) | (false, _) => best,
    });
    let slowest = delays().reduce(|best, other| if shorter(best.1, other.1) { other } else { best });
    let failed = outliers(results).find(|(_, call)| call.value.is_none());
    [
        chosen(LadderRole::Typical, typical),
        chosen(LadderRole::Slowest, slowest),
        chosen(LadderRole::FirstFailed, failed),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn outliers(results: &Results) -> impl Iterator<Item = ((usize, &RunRecord), &Outlier)> {
    results.runs.iter().enumerate().flat_map(|run| run.1.outliers.iter().map(move |call| (run, call)))
}

fn shorter(one: &Outlier, other: &Outlier) -> bool {
    one.value < other.value
}

fn judged_cell(results: &Results) -> u32 {
    let levels = results.experiment.service_levels.iter();
    levels.flat_map(|level| &level.cells).filter(|cell| cell.judged).map(|cell| cell.cell).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use records::{Bound, ExperimentRecord, ServiceLevelCell, ServiceLevelResult, Statistic};

    fn call(name: &str, value: Option<f64>) -> Outlier {
        Outlier { call: name.into(), metric: "post_dial_delay_ms".into(), value, outcome: String::new() }
    }

    fn run(cell: u32, replication: u32, outliers: &[Outlier]) -> RunRecord {
        RunRecord { cell, replication, outliers: outliers.to_vec(), ..RunRecord::default() }
    }

    fn results(runs: Vec<RunRecord>, judged: Option<u32>) -> Results {
        let cell = |cell| ServiceLevelCell { cell, value: None, interval: None, judged: true, passed: true };
        let level = ServiceLevelResult {
            metric: "post_dial_delay_ms".into(),
            statistic: Statistic::Mean,
            bound: Bound::AtMost,
            limit: 1.0,
            confidence: 0.95,
            cells: judged.map(cell).into_iter().collect(),
        };
        let experiment = ExperimentRecord { service_levels: vec![level], ..ExperimentRecord::default() };
        Results::new(experiment, runs, Vec::new())
    }

    fn names(results: &Results) -> Vec<(LadderRole, String)> {
        choose(results).into_iter().map(|chosen| (chosen.role, chosen.call.call)).collect()
    }

    #[test]
    fn the_judged_cell_gives_the_typical_and_the_slowest_call() {
        let runs = vec![
            run(0, 0, &[call("other", Some(99.0)), call("lost-early", None)]),
            run(1, 0, &[call("median-0", Some(10.0)), call("long-0", Some(20.0))]),
            run(1, 1, &[call("median-1", Some(9.0)), call("long-1", Some(30.0)), call("lost-late", None)]),
        ];
        assert_eq!(
            names(&results(runs, Some(1))),
            [
                (LadderRole::Typical, "median-0".to_owned()),
                (LadderRole::Slowest, "long-1".to_owned()),
                (LadderRole::FirstFailed, "lost-early".to_owned()),
            ]
        );
    }

    #[test]
    fn without_a_judged_cell_the_first_one_serves() {
        let runs = vec![run(0, 0, &[call("a", Some(1.0))]), run(1, 0, &[call("b", Some(2.0))])];
        let found = names(&results(runs, None));
        assert_eq!(found, [(LadderRole::Typical, "a".to_owned()), (LadderRole::Slowest, "a".to_owned())]);
    }

    #[test]
    fn runs_that_have_their_whole_ladder_need_no_replay() {
        let mut scripted = run(0, 0, &[call("a", Some(1.0))]);
        scripted.ladders.push(LadderRecord {
            role: LadderRole::Requested,
            call: "all".into(),
            outcome: String::new(),
            delay_ms: None,
            ladder: records::Ladder::default(),
        });
        assert_eq!(names(&results(vec![scripted], None)), []);
    }
}

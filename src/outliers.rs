//! Calls that stand out: a typical one, the slowest, and the first that failed.
//!
//! Runs leave only the names of such calls. The few that are shown are chosen from these names, by the records alone, and
//! drawn from replays, so that no run pays for being watched. The report shows at most three.

use experiments::assemble::{Laboratory, Which};
use experiments::plan::{CellConfig, Plan};
use experiments::runner::RunError;
use records::{LadderRecord, LadderRole, Outlier, Results, RunRecord};
use sim_api::Seed;

/// A call that is shown, and why.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chosen {
    pub(crate) role: LadderRole,
    pub(crate) call: Outlier,
}

impl Chosen {
    /// The call's ladder, from a replay of its run; the outcome tells where its delay went.
    ///
    /// # Errors
    /// When the replay fails.
    pub(crate) fn replay(
        &self,
        cell: &CellConfig,
        seed: Seed,
        replication: u32,
    ) -> Result<Vec<LadderRecord>, RunError> {
        let ladders = Laboratory.ladders(cell, seed, replication, &Which::Call(self.call.call.clone()))?;
        let explained = ladders.into_iter().map(|record| LadderRecord {
            role: self.role,
            outcome: format!("{}; {}", self.call.outcome, record.outcome),
            ..record
        });
        Ok(explained.collect())
    }
}

/// The calls of one run that stand out: the one with the smallest of the delays that it names, which is the median of
/// all, the one with the largest, and the first that failed.
pub(crate) fn of_run(run: &RunRecord) -> Vec<Chosen> {
    let delays = || run.outliers.iter().filter(|call| call.value.is_some());
    let typical = delays().reduce(|best, other| if shorter(other, best) { other } else { best });
    let slowest = delays().reduce(|best, other| if shorter(best, other) { other } else { best });
    let failed = run.outliers.iter().find(|call| call.value.is_none());
    [
        (LadderRole::Typical, typical),
        (LadderRole::Slowest, slowest.filter(|call| Some(*call) != typical)),
        (LadderRole::FirstFailed, failed),
    ]
    .into_iter()
    .filter_map(|(role, call)| Some(Chosen { role, call: call?.clone() }))
    .collect()
}

/// Puts the ladders that the report shows into the runs of `results` that have the calls.
///
/// # Errors
/// When a replay fails.
pub(crate) fn draw(plan: &Plan, results: &mut Results) -> Result<(), RunError> {
    // A journal that is resumed may have the ladders of an earlier report.
    for run in &mut results.runs {
        run.ladders.retain(|record| record.role == LadderRole::Requested);
    }
    for (at, chosen) in of_report(results) {
        let run = &mut results.runs[at];
        let cell = &plan.cells[run.cell as usize];
        run.ladders.extend(chosen.replay(cell, Seed::new(run.seed), run.replication)?);
    }
    Ok(())
}

/// The calls of the report, each with the position of its run: a typical one and the slowest of the first cell that is
/// judged, else of the first; the first failed one of the first cell that has any. None when the runs have whole ladders.
fn of_report(results: &Results) -> Vec<(usize, Chosen)> {
    if results.runs.iter().any(|run| !run.ladders.is_empty()) {
        return Vec::new();
    }
    let judged = judged_cell(results);
    let all: Vec<(usize, Chosen)> = results
        .runs
        .iter()
        .enumerate()
        .flat_map(|(at, run)| of_run(run).into_iter().map(move |c| (at, c)))
        .collect();
    let of_role = |role| all.iter().filter(move |(_, chosen)| chosen.role == role);
    let of_cell = |role| of_role(role).filter(|(at, _)| results.runs[*at].cell == judged);
    let typical = of_cell(LadderRole::Typical).next();
    let slowest = of_cell(LadderRole::Slowest)
        .reduce(|best, other| if shorter(&best.1.call, &other.1.call) { other } else { best });
    let failed = of_role(LadderRole::FirstFailed).next();
    [typical, slowest, failed].into_iter().flatten().cloned().collect()
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
        of_report(results).into_iter().map(|(_, chosen)| (chosen.role, chosen.call.call)).collect()
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
        assert_eq!(found, [(LadderRole::Typical, "a".to_owned())]);
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

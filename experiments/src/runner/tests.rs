use super::*;
use crate::fixture::{STRATEGIES, fake, folder, plan, planned};
use crate::journal::Journal;
use std::sync::atomic::AtomicU64;

fn run_with(plan: &Plan, model: &dyn RunCell, threads: usize, test: &str) -> Outcome {
    let mut journal = Journal::create(&folder(test), plan).unwrap();
    let runner = Runner { model, threads, progress: &|_| (), interrupted: &AtomicBool::new(false) };
    runner.run(plan, &mut journal)
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let plan = plan(STRATEGIES);
    let outcomes: Vec<Outcome> =
        [1, 2, 8].map(|threads| run_with(&plan, &fake, threads, &format!("threads-{threads}"))).into();
    assert_eq!(outcomes[0].runs.len(), 36);
    assert!(outcomes.iter().all(|outcome| outcome.runs == outcomes[0].runs && outcome.incomplete.is_none()));
    let order: Vec<(u32, u32)> = outcomes[0].runs.iter().map(|run| (run.cell, run.replication)).collect();
    assert!(order.is_sorted());
}

#[test]
fn a_replication_has_one_seed_in_all_cells() {
    let plan = plan(STRATEGIES);
    let outcome = run_with(&plan, &fake, 2, "seeds");
    for run in &outcome.runs {
        assert_eq!(run.seed, Seed::new(1).of_replication(run.replication).value());
    }
}

#[test]
fn a_panic_costs_its_own_run_only() {
    let plan = plan(STRATEGIES);
    let model = |cell: &CellConfig, seed: Seed, replication: u32| {
        assert!((cell.index, replication) != (3, 1), "a planted panic");
        if (cell.index, replication) == (5, 0) {
            return Err(RunError::failed("a planted error"));
        }
        fake(cell, seed, replication)
    };
    let outcome = run_with(&plan, &model, 2, "panic");
    assert_eq!(outcome.runs.len(), 34);
    assert!(matches!(outcome.incomplete, Some(Incomplete::RunsFailed { missing: 2 })));
    let failures: Vec<String> = outcome
        .failures
        .iter()
        .map(|failure| format!("{} {} {}", failure.cell, failure.replication, failure.error))
        .collect();
    assert_eq!(
        failures,
        ["3 1 a defect of siplab, please report it: a planted panic", "5 0 a planted error"]
    );
}

#[test]
fn a_metric_that_is_no_number_fails_its_run() {
    let plan = planned(STRATEGIES, &["replications=1"]).unwrap();
    let model = |cell: &CellConfig, seed: Seed, replication: u32| {
        let mut run = fake(cell, seed, replication)?;
        run.metrics.insert("goodput_cps".into(), Measurement::Value(f64::NAN));
        Ok(run)
    };
    let outcome = run_with(&plan, &model, 1, "nan");
    assert!(outcome.runs.is_empty());
    assert_eq!(outcome.failures[0].error, RunError::failed("metric `goodput_cps` is not a finite number"));
}

#[test]
fn an_interruption_lets_no_further_run_start_and_keeps_what_finished() {
    let plan = plan(STRATEGIES);
    let interrupted = AtomicBool::new(false);
    let started = AtomicU64::new(0);
    let model = |cell: &CellConfig, seed: Seed, replication: u32| {
        if started.fetch_add(1, Ordering::Relaxed) == 6 {
            interrupted.store(true, Ordering::Relaxed);
        }
        fake(cell, seed, replication)
    };
    let dir = folder("interrupt");
    let mut journal = Journal::create(&dir, &plan).unwrap();
    let runner = Runner { model: &model, threads: 1, progress: &|_| (), interrupted: &interrupted };
    let outcome = runner.run(&plan, &mut journal);
    assert_eq!(outcome.runs.len(), 7);
    assert!(matches!(outcome.incomplete, Some(Incomplete::Interrupted { missing: 29 })));

    let mut journal = Journal::resume(&dir, &plan).unwrap();
    let again = AtomicU64::new(0);
    let model = |cell: &CellConfig, seed: Seed, replication: u32| {
        again.fetch_add(1, Ordering::Relaxed);
        fake(cell, seed, replication)
    };
    let runner =
        Runner { model: &model, threads: 2, progress: &|_| (), interrupted: &AtomicBool::new(false) };
    let resumed = runner.run(&plan, &mut journal);
    assert_eq!(again.into_inner(), 29);
    assert_eq!(resumed.runs, run_with(&plan, &fake, 1, "uninterrupted").runs);
}

#[test]
fn progress_counts_runs_and_events() {
    let plan = plan(STRATEGIES);
    let seen = Mutex::new(Vec::new());
    let mut journal = Journal::create(&folder("progress"), &plan).unwrap();
    let runner = Runner {
        model: &fake,
        threads: 2,
        progress: &|progress| seen.lock().unwrap().push(progress),
        interrupted: &AtomicBool::new(false),
    };
    runner.run(&plan, &mut journal);
    let seen = seen.into_inner().unwrap();
    assert!(seen.is_sorted_by_key(|progress| progress.done));
    assert_eq!(seen.first(), Some(&Progress { done: 0, planned: 36, events: 0 }));
    assert_eq!(seen.last(), Some(&Progress { done: 36, planned: 36, events: 12 * 3003 }));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_experiment_and_keeps_what_finished() {
    let plan = plan(STRATEGIES);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let runner = Runner { model: &fake, threads: 1, progress: &|_| (), interrupted: &AtomicBool::new(false) };
    let outcome = runner.run(&plan, &mut Journal::on(full));
    assert_eq!(outcome.runs.len(), 1, "no run starts after the disk is full");
    let Some(Incomplete::Journal(error)) = outcome.incomplete else { panic!("{:?}", outcome.incomplete) };
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
}

const UNTIL: &str = "until(metric: \"goodput_cps\", relative_half_width: 0.5, at_most: 60)";

#[test]
fn replications_stop_at_the_first_prefix_that_is_precise_in_every_cell() {
    let plan = planned(STRATEGIES, &[&format!("replications={UNTIL}")]).unwrap();
    let outcomes: Vec<Outcome> =
        [1, 3, 40].map(|threads| run_with(&plan, &fake, threads, &format!("until-{threads}"))).into();
    let n = outcomes[0].replications;
    assert!((3..60).contains(&n), "{n}");
    for outcome in &outcomes {
        assert_eq!((outcome.replications, &outcome.runs), (n, &outcomes[0].runs));
        assert_eq!(outcome.runs.len() as u32, 12 * n);
    }
    let precise = |n: u32| {
        plan.cells.iter().all(|cell| {
            let values: crate::statistics::Moments = outcomes[0]
                .runs
                .iter()
                .filter(|run| run.cell == cell.index && run.replication < n)
                .filter_map(|run| run.metrics["goodput_cps"].scalar("goodput_cps"))
                .collect();
            let interval =
                crate::statistics::mean_interval(&values, crate::statistics::Confidence::P95).unwrap();
            interval.half_width() <= 0.5 * values.mean().unwrap()
        })
    };
    assert!(precise(n) && !precise(n - 1));
}

#[test]
fn replications_that_never_become_precise_end_at_their_limit() {
    let until = "replications=until(metric: \"goodput_cps\", relative_half_width: 0.0001, at_most: 5)";
    let plan = planned(STRATEGIES, &[until]).unwrap();
    let outcome = run_with(&plan, &fake, 2, "never");
    assert_eq!((outcome.replications, outcome.runs.len()), (5, 60));
    assert!(outcome.incomplete.is_none());
}

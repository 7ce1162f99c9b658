//! Runs the cells of a plan, each with each replication, on as many threads as there are.
//!
//! Runs are independent: each is a function of its cell and of the seed of its replication. Results are collected by
//! index, never in the order in which threads finish, so nothing that is written depends on the number of threads.
//!
//! ```text
//!   plan ──▶ (replication 0: cell 0, 1, …) (replication 1: …) …
//!                │ in the journal already? taken from there
//!                ▼
//!             RunCell::run ──▶ journal (append, fsync) ──▶ outcome, by (cell, replication)
//!             a panic or an error: a failure of this run only
//! ```

mod outcome;
mod until;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use records::{Measurement, RunRecord};
use sim_api::Seed;

use crate::journal::Journal;
use crate::plan::{CellConfig, Plan};
use crate::schema::Replications;

pub use outcome::{Failure, Incomplete, Outcome, RunError};

/// Runs one cell once: the one place where an experiment meets engine, nodes and observers.
///
/// The record is a function of the cell, the seed and the replication. `record.cell`, `record.replication` and
/// `record.seed` are filled in by the runner.
pub trait RunCell: Sync {
    /// Runs `cell` with `seed`, which is that of replication `replication`.
    ///
    /// # Errors
    /// When the run cannot come to its end. What the network does to its calls is data, never an error.
    fn run(&self, cell: &CellConfig, seed: Seed, replication: u32) -> Result<RunRecord, RunError>;
}

impl<F> RunCell for F
where
    F: Fn(&CellConfig, Seed, u32) -> Result<RunRecord, RunError> + Sync,
{
    fn run(&self, cell: &CellConfig, seed: Seed, replication: u32) -> Result<RunRecord, RunError> {
        self(cell, seed, replication)
    }
}

/// How far an experiment is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Runs that are done, those taken from the journal included.
    pub done: u64,
    /// Runs in all; the most that can come when their number depends on a metric.
    pub planned: u64,
    /// Events of the runs that were done here, for a rate.
    pub events: u64,
}

/// Who runs a plan, and who watches.
pub struct Runner<'a> {
    /// The model.
    pub model: &'a dyn RunCell,
    /// Threads, at least one.
    pub threads: usize,
    /// Called after each run, from any thread, one call at a time.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// When it becomes true no further run starts; those that run are finished and kept.
    pub interrupted: &'a AtomicBool,
}

impl std::fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").field("threads", &self.threads).finish_non_exhaustive()
    }
}

/// One run of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Job {
    cell: u32,
    replication: u32,
}

impl Runner<'_> {
    /// Runs `plan`. Runs that are in `journal` are taken from there, the others join it as they finish.
    pub fn run(&self, plan: &Plan, journal: &mut Journal) -> Outcome {
        let desk = Desk::new(plan, journal, self.progress);
        let n = match plan.replications() {
            Replications::Fixed(n) => {
                self.replicate(plan, &desk, 0..*n);
                *n
            }
            Replications::Until { metric, relative_half_width, at_most } => {
                let enough = |n| desk.prefix(n, metric, *relative_half_width);
                self.replicate_until(plan, &desk, *at_most, &enough)
            }
        };
        desk.close(plan, n, self.interrupted.load(Ordering::Relaxed))
    }

    /// Adds replications until `enough` finds a prefix that is precise; returns its length, at most `most`.
    ///
    /// A batch keeps all threads busy, so it may overshoot: what lies beyond the prefix is not reported.
    fn replicate_until(
        &self,
        plan: &Plan,
        desk: &Desk<'_>,
        most: u32,
        enough: &dyn Fn(u32) -> Option<u32>,
    ) -> u32 {
        let batch = u32::try_from(self.threads.div_ceil(plan.cells.len())).unwrap_or(1).max(1);
        let mut n = 0;
        while n < most && !self.stopped(desk) {
            let next = (n + batch).max(until::FEWEST).min(most);
            self.replicate(plan, desk, n..next);
            n = next;
            if let Some(prefix) = enough(n) {
                return prefix;
            }
        }
        most
    }

    fn stopped(&self, desk: &Desk<'_>) -> bool {
        self.interrupted.load(Ordering::Relaxed) || desk.refused()
    }

    /// Runs these replications of all cells.
    fn replicate(&self, plan: &Plan, desk: &Desk<'_>, replications: std::ops::Range<u32>) {
        let cells = u32::try_from(plan.cells.len()).expect("the number of cells is limited");
        let jobs: Vec<Job> = replications
            .flat_map(|replication| (0..cells).map(move |cell| Job { cell, replication }))
            .filter(|job| !desk.has(*job))
            .collect();
        let work = || {
            jobs.par_iter().with_max_len(1).for_each(|job| {
                if !self.stopped(desk) {
                    desk.file(*job, self.attempt(plan, *job));
                }
            });
        };
        match rayon::ThreadPoolBuilder::new().num_threads(self.threads.max(1)).build() {
            Ok(pool) => pool.install(work),
            // Without threads of our own the process-wide ones serve: the results are the same.
            Err(_) => work(),
        }
    }

    /// One run; a panic is an error of this run alone.
    fn attempt(&self, plan: &Plan, job: Job) -> Result<RunRecord, RunError> {
        let seed = plan.seed().of_replication(job.replication);
        let cell = &plan.cells[job.cell as usize];
        let run = AssertUnwindSafe(|| self.model.run(cell, seed, job.replication));
        let mut record = catch_unwind(run).unwrap_or_else(|panic| Err(RunError::panicked(&*panic)))?;
        if let Some(name) = not_a_number(&record) {
            return Err(RunError::failed(format!("metric `{name}` is not a finite number")));
        }
        record.cell = job.cell;
        record.replication = job.replication;
        record.seed = seed.value();
        Ok(record)
    }
}

/// The metric of the record that no file could hold.
fn not_a_number(record: &RunRecord) -> Option<&str> {
    let odd = |measurement: &Measurement| matches!(measurement, Measurement::Value(v) if !v.is_finite());
    record.metrics.iter().find(|(_, measurement)| odd(measurement)).map(|(name, _)| name.as_str())
}

/// Where finished runs are handed in.
struct Desk<'a> {
    progress: &'a (dyn Fn(Progress) + Sync),
    state: Mutex<State<'a>>,
}

struct State<'a> {
    journal: &'a mut Journal,
    runs: BTreeMap<Job, RunRecord>,
    failures: Vec<Failure>,
    journal_error: Option<std::io::Error>,
    so_far: Progress,
}

impl<'a> Desk<'a> {
    fn new(plan: &Plan, journal: &'a mut Journal, progress: &'a (dyn Fn(Progress) + Sync)) -> Desk<'a> {
        let cells = plan.cells.len() as u64;
        let most = plan.replications().most();
        let known: BTreeMap<Job, RunRecord> = journal
            .take_finished()
            .into_iter()
            .filter(|run| u64::from(run.cell) < cells && run.replication < most)
            .map(|run| (Job { cell: run.cell, replication: run.replication }, run))
            .collect();
        let so_far = Progress { done: known.len() as u64, planned: cells * u64::from(most), events: 0 };
        progress(so_far);
        let state = State { journal, runs: known, failures: Vec::new(), journal_error: None, so_far };
        Desk { progress, state: Mutex::new(state) }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State<'a>> {
        // Whoever panicked while holding it was a progress callback: the records behind it are whole.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn has(&self, job: Job) -> bool {
        self.state().runs.contains_key(&job)
    }

    fn refused(&self) -> bool {
        self.state().journal_error.is_some()
    }

    fn file(&self, job: Job, result: Result<RunRecord, RunError>) {
        let mut state = self.state();
        match result {
            Ok(record) => {
                if state.journal_error.is_none()
                    && let Err(error) = state.journal.append(&record)
                {
                    state.journal_error = Some(error);
                }
                state.so_far.done += 1;
                state.so_far.events += record.events;
                state.runs.insert(job, record);
            }
            Err(error) => {
                state.failures.push(Failure { cell: job.cell, replication: job.replication, error });
            }
        }
        (self.progress)(state.so_far);
    }

    /// The smallest completed prefix of replications, up to `n`, that is precise enough.
    fn prefix(&self, n: u32, metric: &str, relative_half_width: f64) -> Option<u32> {
        let state = self.state();
        let completed = |replication| {
            let of_it = state.runs.iter().filter(move |(job, _)| job.replication == replication);
            of_it.map(|(job, run)| (job.cell, run)).collect()
        };
        until::smallest_prefix(n, completed, metric, relative_half_width)
    }

    fn close(self, plan: &Plan, replications: u32, interrupted: bool) -> Outcome {
        let mut state = self.state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.failures.sort_by_key(|failure| (failure.cell, failure.replication));
        let runs: Vec<RunRecord> =
            state.runs.into_values().filter(|run| run.replication < replications).collect();
        let planned = plan.cells.len() as u64 * u64::from(replications);
        let missing = planned - runs.len() as u64;
        let incomplete = match state.journal_error {
            Some(error) => Some(Incomplete::Journal(error)),
            None if missing == 0 => None,
            None if interrupted => Some(Incomplete::Interrupted { missing }),
            None => Some(Incomplete::RunsFailed { missing }),
        };
        Outcome { runs, replications, failures: state.failures, incomplete }
    }
}

#[cfg(test)]
mod tests;

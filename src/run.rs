//! `siplab run`: every cell and replication, then the output folder, the summary and the verdict.

mod json;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use experiments::assemble::Laboratory;
use experiments::conclusion::{Verdict, conclude, verdict};
use experiments::journal::{JOURNAL_FILE, Journal, JournalError};
use experiments::output::{Folder, Start};
use experiments::plan::Plan;
use experiments::runner::{Outcome, Runner};
use records::{Results, RunRecord};
use signal_hook::consts::SIGINT;

use crate::cli::{Format, Run};
use crate::ending::{Ending, Failure};
use crate::outliers;
use crate::output::{print, unfinished};
use crate::progress::{Meter, Talk};
use crate::report::draw;
use crate::source::{self, Planned};

/// At most this many failed runs are told one by one.
const FAILURES_TOLD: usize = 10;
/// Where a journal is written again before it takes the place of the first one.
const JOURNAL_PART: &str = "journal.part";

pub(crate) fn run(options: &Run) -> Result<Ending, Failure> {
    let stopwatch = Stopwatch::start();
    let talk = if options.quiet { Talk::Quiet } else { Talk::Telling };
    let planned = source::plan(&options.scenario)?;
    let plan = &planned.plan;
    let path = options.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&plan.experiment.name));
    let start = if options.resume { Start::Resume } else { Start::Fresh };
    let threads = threads(options.threads);
    let (folder, mut journal) = Folder::take(&path, plan, start, threads)?;
    announce(&journal, talk);
    let outcome = simulate(plan, &mut journal, threads, talk);
    drop(journal);
    whole(&outcome, plan, &path)?;
    let (results, report) = conclude_into(folder, &planned, &outcome, &stopwatch)?;
    let seconds = stopwatch.time().as_secs_f64();
    talk.say(&format!("{} runs in {seconds:.1} s on {threads} threads", results.runs.len()));
    let judged = verdict(&results);
    print(&match options.format {
        Format::Text => text(&results, &report),
        Format::Json => json::summary(&results, judged, &path, &report),
    })?;
    ending(options.expect_digest.as_deref(), &results, judged)
}

/// Wall time: for the manifest and the terminal, never for a run.
struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "how long the user waited is no part of a run")]
    fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    fn time(&self) -> Duration {
        self.0.elapsed()
    }
}

fn threads(asked: Option<u32>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.map_or_else(cores, |threads| threads as usize)
}

/// Says what an earlier start has left.
fn announce(journal: &Journal, talk: Talk) {
    if journal.finished() > 0 {
        talk.say(&format!("{} finished runs are taken from the journal", journal.finished()));
    }
    for line in journal.damaged_lines() {
        eprintln!("siplab: line {line} of {JOURNAL_FILE} is damaged; its run is repeated");
    }
}

fn simulate(plan: &Plan, journal: &mut Journal, threads: usize, talk: Talk) -> Outcome {
    let meter = Meter::new(talk);
    let interrupted = on_interrupt();
    let progress = |so_far| meter.show(so_far);
    let runner = Runner { model: &Laboratory, threads, progress: &progress, interrupted: &interrupted };
    let outcome = runner.run(plan, journal);
    meter.clear();
    outcome
}

/// A flag that the first ^C raises: runs under way are finished and kept. A second ^C ends the process at once; the
/// journal, forced to the disk after each run, is what `--resume` goes on from in any case.
fn on_interrupt() -> Arc<AtomicBool> {
    /// What a shell reports for a process that ^C ended.
    const ENDED_BY_SIGINT: i32 = 130;
    let flag = Arc::new(AtomicBool::new(false));
    // Where a handler cannot be installed, ^C ends the process as it would without one.
    let second = signal_hook::flag::register_conditional_shutdown(SIGINT, ENDED_BY_SIGINT, Arc::clone(&flag));
    if second.is_ok() {
        let _ = signal_hook::flag::register(SIGINT, Arc::clone(&flag));
    }
    flag
}

/// That every run has a record.
fn whole(outcome: &Outcome, plan: &Plan, path: &Path) -> Result<(), Failure> {
    for failure in outcome.failures.iter().take(FAILURES_TOLD) {
        let cell = &plan.cells[failure.cell as usize];
        eprintln!(
            "siplab: cell {} ({}), replication {}: {}",
            failure.cell,
            cell.title(),
            failure.replication,
            failure.error
        );
    }
    let Some(incomplete) = &outcome.incomplete else { return Ok(()) };
    Err(Failure::Incomplete(format!(
        "{incomplete}; {} finished runs are kept in {}, and the same command with --resume goes on from there",
        outcome.runs.len(),
        path.join(JOURNAL_FILE).display()
    )))
}

/// Writes everything that the folder is to hold, the manifest last. Returns the results and the report's path.
fn conclude_into(
    folder: Folder,
    planned: &Planned,
    outcome: &Outcome,
    stopwatch: &Stopwatch,
) -> Result<(Results, PathBuf), Failure> {
    let path = folder.path().to_owned();
    let failed = |error: io::Error| unfinished(&path, &error);
    let mut results = conclude(&planned.plan, outcome, &planned.invocation, &[]);
    outliers::draw(&planned.plan, &mut results)
        .map_err(|error| Failure::Incomplete(format!("a replay failed: {error}")))?;
    if results.runs != outcome.runs {
        keep_ladders(&path, &planned.plan, &results.runs).map_err(failed)?;
    }
    let report = draw(&path, &results)?;
    folder.complete(&results, stopwatch.time()).map_err(failed)?;
    Ok((results, report))
}

/// Writes the journal again, with the ladders that the report shows and in the order of the runs: `siplab report` draws
/// from it. The journal that is there stays until the new one is whole.
fn keep_ladders(path: &Path, plan: &Plan, runs: &[RunRecord]) -> io::Result<()> {
    let part = path.join(JOURNAL_PART);
    let written = std::fs::create_dir_all(&part).and_then(|()| {
        let mut journal = Journal::create(&part, plan).map_err(|error| match error {
            JournalError::Io(error) => error,
            other => io::Error::other(other.to_string()),
        })?;
        runs.iter().try_for_each(|run| journal.append(run))?;
        std::fs::rename(part.join(JOURNAL_FILE), path.join(JOURNAL_FILE))
    });
    // Whatever happened, no part of it stays.
    let removed = std::fs::remove_dir_all(&part);
    written.and(removed)
}

fn text(results: &Results, report: &Path) -> String {
    let summary = reports::terminal_summary(results);
    let gap = if summary.is_empty() || summary.ends_with("\n\n") { "" } else { "\n" };
    format!("{summary}{gap}digest {}\nreport {}\n", results.experiment.digest, report.display())
}

fn ending(expected: Option<&str>, results: &Results, judged: Verdict) -> Result<Ending, Failure> {
    let digest = &results.experiment.digest;
    if let Some(expected) = expected.filter(|expected| expected != digest) {
        eprintln!("siplab: the digest is {digest}, expected was {expected}");
        return Ok(Ending::OtherDigest);
    }
    Ok(match judged {
        Verdict::Met => Ending::Met,
        Verdict::Failed => Ending::Missed,
    })
}

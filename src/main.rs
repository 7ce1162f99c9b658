//! `siplab`: the command. One file a verb; this one reads the command line, hands over, and gives the exit code.
//!
//! ```text
//!   EXPERIMENT ─ source ─▶ Plan ─┬─ check ─▶ ok, or diagnostics ─ diagnose ─▶ standard error
//!   --set, --seed                ├─ run ───▶ Runner ─▶ journal ─▶ conclude ─▶ tables, report, manifest
//!                                │                                  ▲          │ records
//!                                └─ flow ──▶ one run again ─▶ ladders, capture └▶ report: drawn again
//!
//!   FILE ─ inspect ─▶ messages, their faults ─▶ standard output
//! ```
//!
//! Wall time, threads and terminals exist here and nowhere below. Results go to standard output, all else to standard
//! error. [`ending`] is the one place that knows exit codes.

mod check;
mod cli;
mod completions;
mod diagnose;
mod ending;
mod flow;
mod import;
mod inspect;
mod list;
mod outliers;
mod output;
mod progress;
mod report;
mod run;
mod source;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Verb};
use ending::{Ending, Failure};

fn main() -> ExitCode {
    match begin(&Cli::parse().verb) {
        Ok(ending) => ending.code(),
        Err(failure) => {
            failure.tell();
            failure.code()
        }
    }
}

fn begin(verb: &Verb) -> Result<Ending, Failure> {
    match verb {
        Verb::Run(options) => run::run(options),
        Verb::Check(options) => check::check(options),
        Verb::List(options) => list::list(options),
        Verb::Flow(options) => flow::flow(options),
        Verb::Inspect(options) => inspect::inspect(options),
        Verb::Report(options) => report::report(options),
        Verb::Import(options) => import::import(options),
        Verb::Completions(options) => completions::completions(options),
    }
}

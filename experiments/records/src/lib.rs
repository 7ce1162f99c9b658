//! Result records: what a run leaves behind, and what an experiment says about its runs.
//!
//! Models the numbers, never their making: metrics with their units, histograms that merge exactly, loads of
//! hosts and links, ladders of single calls, comparisons with theory, service levels. Leaves out how a run is
//! simulated (the engine), how runs are summarised (the experiments) and how results are drawn (the reports):
//! all three meet here, and only here.
//!
//! ```text
//!   one run ──▶ RunRecord ──▶ journal.jsonl, runs.csv ─┐
//!                  │                                    ├──▶ Results ──▶ plots, ladders, report
//!                  ▼                                    │
//!   statistics ──▶ SummaryRow (summary.csv) ────────────┤
//!              └─▶ ExperimentRecord (manifest.json) ────┘
//! ```
//!
//! ```
//! use records::{Arrow, Ladder, Measurement, RunRecord};
//!
//! let mut run = RunRecord::default();
//! let delays = [12_000_000, 18_000_000].into_iter().collect(); // nanoseconds
//! run.metrics.insert("post_dial_delay_ms".to_owned(), Measurement::Samples(delays));
//! assert_eq!(run.metrics["post_dial_delay_ms"].scalar("post_dial_delay_ms"), Some(15.0));
//!
//! let mut ladder = Ladder::new(["alice", "bob"]);
//! ladder.arrows.push(Arrow::sent(0, 0, 1, "INVITE").arrived(10_000_000));
//! assert_eq!(ladder.to_text(), "ms         alice           bob\n0.0        |--- INVITE --->|\n");
//! ```
//!
//! Where things are in a results folder: a line of `journal.jsonl` is a [`RunRecord`], `manifest.json` holds the
//! [`ExperimentRecord`] (beside wall time and threads, which are in no record), `summary.csv` the [`SummaryRow`]s;
//! together they are [`Results`], from which everything else is drawn again.
//!
//! Contract: a record is a function of the experiment; it holds no wall time, thread count or path. The name of
//! a metric ends in its unit ([`Unit::of`]); samples of times are whole nanoseconds, numbers that people read
//! are in the metric's unit. What is serialised reads back equal, floats included.
//!
//! Standards: the metrics of RFC 6076 (see [`METRICS`]).

mod experiment;
mod histogram;
mod ladder;
mod law;
mod measurement;
mod metric;
mod number;
mod run;
mod summary;

pub use experiment::{
    ExperimentRecord, Factor, MapLink, MapNode, MethodNote, NetworkMap, PlotKind, PlotSpec, Results,
};
pub use histogram::{Bucket, Histogram};
pub use ladder::{Arrow, Fate, Ladder, Mark};
pub use law::{ExpectationResult, LawCheck, LawTest};
pub use measurement::Measurement;
pub use metric::{Better, METRICS, MetricInfo, Unit};
pub use run::{DelayTotals, ElementKind, ElementLoad, LadderRecord, LadderRole, Outlier, RunRecord, Series};
pub use summary::{
    Bound, CellRecord, FactorLevel, ServiceLevelCell, ServiceLevelResult, Statistic, SummaryRow,
};

//! Experiments: scenario files, factorial plans, the runner, and what its runs say.
//!
//! Models the road from a question to its answer: an experiment file with units in its values is checked as a whole,
//! multiplied out into cells, run with replications that share their luck across cells, journalled, summarised with
//! confidence intervals, compared with closed forms where they apply, judged, and answered in sentences. Leaves out:
//! plots and pages (crate `reports` draws them from the records), clusters of machines, sequential searches for a
//! capacity, and `calls.csv.gz`.
//!
//! ```text
//!   experiment.ron ─▶ schema ─▶ plan ─────▶ cells ─▶ runner ─▶ RunRecord ─▶ journal.jsonl
//!   topology.ron ───────────────┘ checks     │         ▲                        │
//!   --set PATH=VALUE ───────────┘            │         │ RunCell                ▼
//!                                            └────▶ assemble         summary, theory, verdict
//!                                             engine, network, SIP              │
//!                                                                               ▼
//!                            output folder ◀── conclusion (Results) ◀── answer, method
//! ```
//!
//! A model that needs no network shows the whole road:
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//! use experiments::conclusion::{Invocation, conclude};
//! use experiments::journal::Journal;
//! use experiments::plan::{CellConfig, Plan};
//! use experiments::runner::{RunError, Runner};
//! use records::{Measurement, RunRecord};
//! use sim_api::Seed;
//! use topologies::text::{Document, NoFiles};
//!
//! let text = r#"(
//!     name: "doc",
//!     question: "How long does a job wait?",
//!     workload: (calls: queue_probe(
//!         arrivals: per_s(0.8), service: fixed(s(1)), servers: 1, jobs: 1000,
//!     )),
//!     factors: [(name: "load", set: "workload.calls.arrivals", values: [per_s(0.4), per_s(0.8)])],
//!     replications: 3,
//! )"#;
//! let plan = Plan::load(&Document::new("doc.ron", text), &[], &NoFiles).expect("no mistake");
//! assert_eq!(plan.cells[1].title(), "load 0.8 /s");
//!
//! // Not a simulation: the law itself, scattered by the seed of the replication.
//! let model = |cell: &CellConfig, seed: Seed, _replication: u32| -> Result<RunRecord, RunError> {
//!     let luck = seed.counter_stream("doc").unit(0, 0).value();
//!     let rho = cell.levels[0].value.unwrap_or(0.0);
//!     let wait_ns = (1e9 * rho / (2.0 * (1.0 - rho)) * (0.99 + 0.02 * luck)) as u64;
//!     let mut run = RunRecord { digest: "0".repeat(64), ..RunRecord::default() };
//!     run.metrics.insert("waiting_time_ms".into(), Measurement::Samples([wait_ns].into_iter().collect()));
//!     Ok(run)
//! };
//! let dir = std::env::temp_dir().join(format!("siplab-doc-{}", std::process::id()));
//! std::fs::create_dir_all(&dir)?;
//! let mut journal = Journal::create(&dir, &plan).expect("the folder can be written");
//! let never = AtomicBool::new(false);
//! let runner = Runner { model: &model, threads: 2, progress: &|_| (), interrupted: &never };
//! let outcome = runner.run(&plan, &mut journal);
//! assert!(outcome.incomplete.is_none());
//!
//! let results = conclude(&plan, &outcome, &Invocation { experiment: "doc.ron".into() }, &[]);
//! let wait = results.row(1, "waiting_time_ms").expect("measured");
//! assert!((wait.mean / 2000.0 - 1.0).abs() < 0.02, "M/D/1 at 80 %: two service times");
//! # std::fs::remove_dir_all(&dir)?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Contract with the caller: [`plan::Plan::load`] finds every mistake before anything runs; [`output::Folder::take`]
//! finds every obstacle of the disk; after that only an interruption, a failed run or a full disk end an experiment
//! early, and what finished is in the journal. Contract with a model ([`runner::RunCell`]): a record is a function of
//! the cell, the seed and the replication. Then everything but `manifest.json` and `journal.jsonl` is the same to the
//! last octet for any number of threads, with or without a resume.
//!
//! Standards: metrics are those of RFC 6076 (crate `records`); the laws of [`law`] name their sources, RFC 3261 with
//! RFC 6026 for retransmission, textbooks for waiting lines.

pub mod answer;
pub mod assemble;
pub mod builtin;
pub mod conclusion;
pub mod exchange;
#[cfg(test)]
mod fixture;
pub mod journal;
pub mod law;
pub mod method;
pub mod output;
pub mod plan;
pub mod probe;
pub mod rfc3665;
pub mod runner;
pub mod schema;
pub mod statistics;
pub mod summary;
pub mod theory;
pub mod verdict;

//! Plots, maps, ladders, tables and the report page, drawn from result records alone.
//!
//! Models how results are shown: which plots carry an argument, how many digits an interval allows, which
//! colour a strategy has. Leaves out what they mean: means, intervals, verdicts and the answer come with the
//! records. It never sees an engine or a node, so a report can be drawn again from the files of a results
//! folder.
//!
//! ```text
//!                       ┌─▶ plots ──────────▶ plots/*.svg ─┐
//!   records::Results ───┼─▶ maps ───────────▶ plots/*.svg ─┼─▶ page ─▶ report.html
//!                       ├─▶ ladder_svg ────────────────────┘
//!                       └─▶ terminal_summary ─▶ standard output
//! ```
//!
//! ```
//! use records::{ExperimentRecord, Results};
//!
//! let experiment = ExperimentRecord {
//!     name: "smoke".to_owned(),
//!     answer: vec!["It runs.".to_owned()],
//!     ..ExperimentRecord::default()
//! };
//! let results = Results::new(experiment, Vec::new(), Vec::new());
//! assert_eq!(reports::terminal_summary(&results), "It runs.\n\n");
//! assert!(reports::page(&results).contains("This experiment sets no service level."));
//! ```
//!
//! Contract: everything is a function of the records, octet for octet, whatever the order in which runs
//! finished; no wall time, thread count or path appears. Names and texts of an experiment are data: they are
//! escaped, never trusted. Values that are no numbers are left out of plots and stand as a dash in tables. A
//! page needs no network and works without script.
//!
//! Standards: SVG 1.1, HTML. Colours are those of Okabe and Ito, "Color Universal Design" (2008).

mod figure;
mod ladder_svg;
mod map;
mod output;
mod page;
mod palette;
mod plots;
mod svg;
mod terminal;
mod view;

pub use ladder_svg::ladder_svg;
pub use map::{Map, maps};
pub use output::{Written, write};
pub use page::{ladder_page, page};
pub use plots::{Plot, plots};
pub use terminal::terminal_summary;

//! The record of an experiment: what the report needs beside the runs.

use serde::{Deserialize, Serialize};

use crate::run::RunRecord;
use crate::summary::{CellRecord, ServiceLevelResult, Statistic, SummaryRow};

/// Everything about an experiment that is not in a single run. It holds no wall time, thread count or path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExperimentRecord {
    /// Its name, such as `national-calls`.
    pub name: String,
    /// The question that the report answers.
    pub question: String,
    /// The answer, a sentence each, computed from the results; empty when none could be drawn.
    pub answer: Vec<String>,
    /// siplab's version.
    pub version: String,
    /// The experiment's seed.
    pub seed: u64,
    /// SHA-256 over all run digests, 64 hexadecimal digits.
    pub digest: String,
    /// The experiment file as it was read.
    pub text: String,
    /// SHA-256 of that text, 64 hexadecimal digits.
    pub sha256: String,
    /// The command that repeats the experiment, such as `siplab run national-calls --seed 7`.
    pub command: String,
    /// EXPERIMENT and the options that change it, as `siplab flow` needs them: `national-calls --set loss=…`.
    pub arguments: String,
    /// The factors, in order.
    pub factors: Vec<Factor>,
    /// The cells, in the order of the plan.
    pub cells: Vec<CellRecord>,
    /// Replications of each cell.
    pub replications: u32,
    /// Measured virtual time of a run in nanoseconds.
    pub duration_ns: u64,
    /// Virtual time before measuring starts in nanoseconds.
    pub warmup_ns: u64,
    /// Metrics that the report's tables show, in order; empty: all that were measured.
    pub metrics: Vec<String>,
    /// The plots that carry the argument; empty: those that suit the factors.
    pub plots: Vec<PlotSpec>,
    /// Service levels with every cell's standing.
    pub service_levels: Vec<ServiceLevelResult>,
    /// The network on the map; `None` when it has no coordinates.
    pub network: Option<NetworkMap>,
    /// How it was done, in plain words: topology, population, workload, faults, what is left out.
    pub method: Vec<MethodNote>,
}

/// A factor of the plan and its levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Its name, such as `load`.
    pub name: String,
    /// The unit of numeric levels as people read it, such as `calls per subscriber and hour`; may be empty.
    pub unit: String,
    /// The labels of its levels, in order.
    pub labels: Vec<String>,
    /// The levels as numbers, where all are; else empty.
    pub values: Vec<f64>,
}

/// A paragraph of the method section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodNote {
    /// What it is about, such as `Population`.
    pub heading: String,
    /// Sentences.
    pub text: String,
}

/// A plot that the report draws. A cell is drawn where the plot's factors vary; the others stand at the cell named by
/// `fixed`, or, where it names none, at their first level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlotSpec {
    /// File name without ending, such as `pdd-by-load`; letters, digits, `-` and `_`.
    pub name: String,
    /// The headline above the plot: what to see.
    pub title: String,
    /// The sentence below it; empty: a computed one.
    pub caption: String,
    /// What is drawn.
    pub kind: PlotKind,
    /// Levels at which factors stand that the plot does not vary.
    pub fixed: Vec<(String, String)>,
}

/// The kinds of plots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PlotKind {
    /// A statistic against the levels of a factor, with intervals.
    Metric {
        /// The metric's name.
        metric: String,
        /// What of it.
        statistic: Statistic,
        /// The factor on the horizontal axis.
        x: String,
        /// The factor with a line each level.
        lines: Option<String>,
        /// The factor with a small plot each level.
        facets: Option<String>,
    },
    /// The share of samples at most x, on a logarithmic axis.
    Distribution {
        /// The metric's name; it has to have samples.
        metric: String,
        /// The factor with a line each level.
        lines: Option<String>,
        /// The factor with a small plot each level.
        facets: Option<String>,
    },
    /// Where the delay goes: stacked bars.
    DelaySplit {
        /// The factor with a bar each level.
        x: String,
        /// The factor with a small plot each level.
        facets: Option<String>,
    },
    /// The busiest elements.
    Utilisation {
        /// The factor on the horizontal axis.
        x: String,
        /// The factor with a small plot each level.
        facets: Option<String>,
    },
}

/// A network at its coordinates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkMap {
    /// Where the network and its coordinates come from.
    pub source: String,
    /// The nodes.
    pub nodes: Vec<MapNode>,
    /// The links.
    pub links: Vec<MapLink>,
}

/// A node on the map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapNode {
    /// Its name in the topology.
    pub name: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Subscribers, or another measure of its size; zero when it has none.
    pub weight: f64,
}

/// A link on the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapLink {
    /// One end.
    pub a: String,
    /// The other end.
    pub b: String,
}

/// An experiment with its runs and its summary: all that a report is drawn from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// What is not in a single run.
    pub experiment: ExperimentRecord,
    /// The runs, ordered by (cell, replication).
    pub runs: Vec<RunRecord>,
    /// The rows of `summary.csv`.
    pub summary: Vec<SummaryRow>,
}

impl Results {
    /// Results whose runs are put in the order (cell, replication), whatever the order in which they finished.
    pub fn new(experiment: ExperimentRecord, mut runs: Vec<RunRecord>, summary: Vec<SummaryRow>) -> Results {
        runs.sort_by_key(|run| (run.cell, run.replication));
        Results { experiment, runs, summary }
    }

    /// The runs of `cell`, by replication.
    pub fn runs_of(&self, cell: u32) -> &[RunRecord] {
        let begin = self.runs.partition_point(|run| run.cell < cell);
        let end = self.runs.partition_point(|run| run.cell <= cell);
        &self.runs[begin..end]
    }

    /// The summary of `metric` in `cell`.
    pub fn row(&self, cell: u32, metric: &str) -> Option<&SummaryRow> {
        self.summary.iter().find(|row| row.cell == cell && row.metric == metric)
    }
}

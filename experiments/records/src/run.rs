//! The record of one run: one cell of the plan, one replication.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ladder::Ladder;
use crate::law::{ExpectationResult, LawCheck};
use crate::measurement::Measurement;

/// Everything that one run leaves behind. A function of the experiment, the cell and the replication.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// Index of the cell in the plan, from zero.
    pub cell: u32,
    /// Index of the replication, from zero.
    pub replication: u32,
    /// The seed of the run, a function of the experiment's seed and the replication.
    pub seed: u64,
    /// How many events the engine handled.
    pub events: u64,
    /// SHA-256 of the run, 64 lower-case hexadecimal digits.
    pub digest: String,
    /// Virtual nanoseconds from the start to the last event.
    pub simulated_ns: u64,
    /// The measured part of it in virtual nanoseconds: what began in it counts.
    pub measured_ns: u64,
    /// The outcome of each metric by its name, which ends in its unit.
    pub metrics: BTreeMap<String, Measurement>,
    /// Quantities followed over time, by name.
    pub series: Vec<Series>,
    /// Load of each host and link that was watched.
    pub elements: Vec<ElementLoad>,
    /// Where the time of the calls went.
    pub delay: DelayTotals,
    /// Calls worth looking at.
    pub ladders: Vec<LadderRecord>,
    /// The slowest calls and a few failed ones, with or without a ladder.
    pub outliers: Vec<Outlier>,
    /// Laws that hold within a single run, such as conservation.
    pub laws: Vec<LawCheck>,
    /// Expectations of the experiment that were judged in this run.
    pub expectations: Vec<ExpectationResult>,
}

impl RunRecord {
    /// The record as one line of JSON, without a line feed.
    ///
    /// Floats outside metrics and laws have to be finite: JSON cannot say what else they are, and the line
    /// would not read back.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a record has string keys only")
    }

    /// The record that [`RunRecord::to_json`] wrote.
    ///
    /// # Errors
    /// Where and why the text is not the JSON of a record.
    pub fn from_json(text: &str) -> Result<RunRecord, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// A quantity followed over virtual time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The name of the quantity, ending in its unit like a metric's.
    pub name: String,
    /// (virtual nanoseconds, value), in ascending time.
    pub points: Vec<(u64, f64)>,
}

/// What carried load.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ElementKind {
    /// A host's processors.
    Host {
        /// The node of the topology at which the host stands.
        at: String,
    },
    /// One direction of a link between two nodes of the topology.
    Link {
        /// The sending end.
        from: String,
        /// The receiving end.
        to: String,
    },
}

/// The load of one host or of one direction of a link in the measured part of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementLoad {
    /// The name of the element, such as `proxy-koeln`.
    pub name: String,
    /// What it is, and where.
    pub kind: ElementKind,
    /// Share of its capacity that was busy, in `[0, 1]`.
    pub utilisation: f64,
    /// Longest queue: jobs of a host, octets of a link.
    pub queue_max: u64,
    /// Jobs or packets offered to it.
    pub offered: u64,
    /// Of these, refused because its queue was full.
    pub refused: u64,
    /// Of these, lost on the way (links only).
    pub lost: u64,
}

/// The delay of ringing or answered calls by cause, summed over calls.
///
/// Nanoseconds; integers, so that runs add up exactly and in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayTotals {
    /// How many calls are in the sums.
    pub calls: u64,
    /// On the medium, jitter included.
    pub propagation_ns: u64,
    /// Clocking octets onto links.
    pub serialisation_ns: u64,
    /// Waiting in front of links and of host processors.
    pub queueing_ns: u64,
    /// In service at host processors.
    pub processing_ns: u64,
    /// Waiting for retransmission timers.
    pub timers_ns: u64,
}

impl DelayTotals {
    /// What the parts are called, in the order of [`DelayTotals::mean_ms`].
    pub const PARTS: [&'static str; 5] =
        ["propagation", "serialisation", "queueing", "processing", "timer waits"];

    /// Adds one call's delay.
    pub fn record(&mut self, parts_ns: [u64; 5]) {
        let [propagation_ns, serialisation_ns, queueing_ns, processing_ns, timers_ns] = parts_ns;
        self.merge(&DelayTotals {
            calls: 1,
            propagation_ns,
            serialisation_ns,
            queueing_ns,
            processing_ns,
            timers_ns,
        });
    }

    /// Adds all calls of `other`.
    pub fn merge(&mut self, other: &DelayTotals) {
        self.calls += other.calls;
        self.propagation_ns += other.propagation_ns;
        self.serialisation_ns += other.serialisation_ns;
        self.queueing_ns += other.queueing_ns;
        self.processing_ns += other.processing_ns;
        self.timers_ns += other.timers_ns;
    }

    /// Mean milliseconds a call by cause, in the order of [`DelayTotals::PARTS`]; `None` without calls.
    pub fn mean_ms(&self) -> Option<[f64; 5]> {
        let parts = [
            self.propagation_ns,
            self.serialisation_ns,
            self.queueing_ns,
            self.processing_ns,
            self.timers_ns,
        ];
        (self.calls > 0).then(|| parts.map(|ns| ns as f64 / self.calls as f64 / 1e6))
    }
}

/// Why a call was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LadderRole {
    /// Its delay is the median of the run.
    Typical,
    /// Its delay is the longest of the run.
    Slowest,
    /// It is the first that the network failed.
    FirstFailed,
    /// The experiment or the user asked for it.
    Requested,
}

/// The ladder of one call of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderRecord {
    /// Why the call was kept.
    pub role: LadderRole,
    /// The Call-ID, as `siplab flow --call` takes it.
    pub call: String,
    /// What happened to it, such as `answered after 1.2 s` or `408 after 32 s`.
    pub outcome: String,
    /// Its post-dial delay in milliseconds; `None` when it failed. The slowest call of all runs is found by it.
    pub delay_ms: Option<f64>,
    /// Its messages.
    pub ladder: Ladder,
}

/// A call that stands out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlier {
    /// The Call-ID, as `siplab flow --call` takes it.
    pub call: String,
    /// The metric in which it stands out.
    pub metric: String,
    /// Its value, in the unit of the metric; `None` when the call failed before there was one.
    pub value: Option<f64>,
    /// What happened to it.
    pub outcome: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delay_totals_add_up_in_any_order() {
        let calls = [[1, 2, 3, 4, 5], [10, 20, 30, 40, 50], [7, 7, 7, 7, 7]];
        let (mut all, mut left, mut right) =
            (DelayTotals::default(), DelayTotals::default(), DelayTotals::default());
        calls.iter().for_each(|&call| all.record(call));
        right.record(calls[2]);
        left.record(calls[1]);
        left.record(calls[0]);
        right.merge(&left);
        assert_eq!(right, all);
        assert_eq!(all.mean_ms().unwrap()[0], 18.0 / 3.0 / 1e6);
        assert_eq!(DelayTotals::default().mean_ms(), None);
    }

    #[test]
    fn a_run_round_trips_through_json() {
        let mut run = RunRecord {
            cell: 3,
            seed: u64::MAX,
            digest: "ab".repeat(32),
            elements: vec![ElementLoad {
                name: "koeln-essen".into(),
                kind: ElementKind::Link { from: "Köln".into(), to: "Essen".into() },
                utilisation: 0.1,
                queue_max: 7,
                offered: 9,
                refused: 1,
                lost: 2,
            }],
            ..RunRecord::default()
        };
        run.metrics.insert("busy_ratio".into(), Measurement::Ratio { hits: 1, of: 3 });
        let json = run.to_json();
        assert!(!json.contains('\n'), "a run is one line of the journal");
        assert_eq!(RunRecord::from_json(&json).unwrap(), run);
    }
}

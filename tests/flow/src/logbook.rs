//! What the nodes reported: every observation of a flow, in order.

use std::collections::BTreeMap;

use sim_api::{Lineage, Probe, ProbeName, SimTime};
use sim_engine::Observer;
use sim_net::NodeId;
use sip::probe;

/// Keeps every observation.
#[derive(Debug, Default)]
pub(crate) struct Logbook(Vec<(NodeId, Probe)>);

impl Observer for Logbook {
    fn probe(&mut self, _: SimTime, node: NodeId, probe: &Probe, _: &Lineage) {
        self.0.push((node, *probe));
    }
}

impl Logbook {
    /// The values of all observations under one of these names, in the order in which they were made.
    pub(crate) fn values(&self, names: &[ProbeName]) -> Vec<u64> {
        let of = |(_, probe): &&(NodeId, Probe)| names.contains(&probe.name);
        self.0.iter().filter(of).map(|(_, probe)| probe.value).collect()
    }

    /// How many transactions are alive at each node that has begun one.
    pub(crate) fn open_transactions(&self) -> BTreeMap<NodeId, i64> {
        let mut open = BTreeMap::new();
        for (node, probe) in &self.0 {
            let change = match probe.name {
                probe::TRANSACTION_BEGUN => probe.value as i64,
                probe::TRANSACTION_ENDED => -(probe.value as i64),
                _ => continue,
            };
            *open.entry(*node).or_default() += change;
        }
        open
    }
}

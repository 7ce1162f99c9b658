//! A topology whose names, numbers and assumptions have been checked.

use std::time::Duration;

use sim_api::{BitRate, Probability};
use sim_net::{Duplex, Headers, Jitter, LinkSpec, Loss, NetworkBuilder, NetworkError, NodeId, Way};

use super::check;
use super::demand::{Demand, apportion};
use super::file::TopologyFile;
use super::name::domain_label;
use super::position::Position;
use crate::text::{Diagnostics, Document, Files};

/// A connected network: nodes, the links between them, and who talks to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    /// What it is called.
    pub name: String,
    /// Where its facts come from; empty when the text does not say.
    pub source: String,
    /// The nodes, in the order of the text.
    pub nodes: Vec<Node>,
    /// The links, in the order of the text.
    pub links: Vec<Link>,
    /// Who talks to whom.
    pub demand: Demand,
}

/// A node of a topology.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Unique among the nodes.
    pub name: String,
    /// Where it stands, when the text says so.
    pub at: Option<Position>,
}

impl Node {
    /// The label of the node in domain names, such as `koeln`. Unique among the nodes, never empty.
    pub fn label(&self) -> String {
        domain_label(&self.name)
    }
}

/// A link of a topology.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Unique among the links.
    pub name: String,
    /// Positions of its ends in [`Topology::nodes`].
    pub ends: (usize, usize),
    /// The distance of the ends in metres, when the text gives it instead of the propagation.
    pub length_m: Option<f64>,
    /// Length × detour × µs per km, or as given.
    pub propagation: Duration,
    /// How fast octets are clocked out.
    pub rate: BitRate,
    /// Propagation and rate from the second end to the first, where they differ.
    pub backward: Option<Way>,
    /// Whether both directions can send at once.
    pub duplex: Duplex,
    /// What the link carries for the headers of IP and UDP.
    pub headers: Headers,
    /// The longest wait in front of the link.
    pub queue: Duration,
    /// The largest IP packet, in octets.
    pub mtu: usize,
    /// How packets are lost.
    pub loss: Loss,
    /// What is added to the propagation.
    pub jitter: Jitter,
    /// Probability that a packet is followed by its copy.
    pub duplication: Probability,
    /// Probability that bits of a packet are flipped.
    pub corruption: Probability,
}

impl Link {
    /// The link as a part of a simulated network in which its ends are `one` and `other`.
    pub fn spec(&self, one: NodeId, other: NodeId) -> LinkSpec {
        LinkSpec {
            name: self.name.clone(),
            ends: (one, other),
            propagation: self.propagation,
            rate: self.rate,
            backward: self.backward,
            duplex: self.duplex,
            headers: self.headers,
            queue: self.queue,
            mtu: self.mtu,
            jitter: self.jitter.clone(),
            loss: self.loss,
            duplication: self.duplication,
            corruption: self.corruption,
        }
    }
}

impl Topology {
    /// The topology that `document` describes. `files` gives the tables of empirical distributions.
    ///
    /// # Errors
    /// All that is wrong with it, each with its place.
    pub fn load(document: &Document, files: &dyn Files) -> Result<Topology, Diagnostics> {
        let file: TopologyFile = document.parse()?;
        Topology::resolve(&file, document, "", files)
    }

    /// The topology that `file` describes, which is a part of `document`: the value at path `within`, or the whole
    /// for an empty path.
    ///
    /// # Errors
    /// All that is wrong with it, each with its place in `document`.
    pub fn resolve(
        file: &TopologyFile,
        document: &Document,
        within: &str,
        files: &dyn Files,
    ) -> Result<Topology, Diagnostics> {
        check::topology(file, document, within, files)
    }

    /// Adds the nodes and links to a network, and returns the ids of the nodes in the order of [`Topology::nodes`].
    ///
    /// # Errors
    /// When the network already has a node or link of one of the names.
    pub fn add_to(&self, builder: &mut NetworkBuilder) -> Result<Vec<NodeId>, NetworkError> {
        let ids: Result<Vec<NodeId>, NetworkError> =
            self.nodes.iter().map(|node| builder.node(&node.name)).collect();
        let ids = ids?;
        for link in &self.links {
            builder.link(link.spec(ids[link.ends.0], ids[link.ends.1]))?;
        }
        Ok(ids)
    }

    /// The position of the node called `name`.
    pub fn node(&self, name: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.name == name)
    }

    /// The position of the link called `name`.
    pub fn link(&self, name: &str) -> Option<usize> {
        self.links.iter().position(|link| link.name == name)
    }

    /// The share of all traffic that begins at a node, 0 to 1; 0 where a topology tells nothing about traffic.
    ///
    /// # Panics
    /// When the position is outside the topology.
    pub fn origination_share(&self, node: usize) -> f64 {
        let total = self.demand.total();
        if total > 0.0 { self.demand.from(node) / total } else { 0.0 }
    }

    /// `total` subscribers shared among the nodes in proportion to the traffic that begins or ends there, by largest
    /// remainders; equal remainders are served in the order of the nodes' names.
    ///
    /// The shares add up to `total`, and a node without traffic gets none. `None` where a topology tells nothing
    /// about traffic.
    pub fn apportion(&self, total: u32) -> Option<Vec<u32>> {
        let weights: Vec<f64> = (0..self.nodes.len()).map(|node| self.demand.at(node)).collect();
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by(|a, b| self.nodes[*a].name.cmp(&self.nodes[*b].name));
        apportion(total, &weights, &order)
    }
}

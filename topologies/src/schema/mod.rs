//! The topology of a network: nodes on a map, links between them, and who talks to whom.
//!
//! [`TopologyFile`] is the text as serde reads it, [`Topology`] what remains when every name, number and assumption
//! has been checked.

mod check;
mod demand;
mod file;
mod name;
mod position;
mod topology;

pub use check::{LINKS_MAX, NODES_MAX};
pub use demand::Demand;
pub use file::{
    Defaults, DuplexFile, HeadersFile, JitterFile, LinkFile, LossFile, NodeFile, TopologyFile, WayFile,
};
pub use name::{LABEL_OCTETS_MAX, domain_label};
pub use position::Position;
pub use topology::{Link, Node, Topology};

//! Networks as RON files, and importers for published topologies.

mod builtin;
pub mod import;
pub mod schema;
pub mod text;
pub mod unit;

pub use builtin::{Builtin, builtin, builtins};
pub use schema::{Demand, Link, Node, Position, Topology, TopologyFile};

//! Networks as RON files, and importers for published topologies.

pub mod text;
pub mod unit;

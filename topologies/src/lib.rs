//! Networks as RON files, and importers for published topologies.

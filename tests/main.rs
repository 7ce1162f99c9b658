//! The integration tests of the whole, one binary.

mod cli;
mod conformance;
mod flows;
mod layers;

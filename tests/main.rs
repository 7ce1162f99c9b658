//! The integration tests of the whole, one binary.

mod cli;
mod flows;
mod layers;

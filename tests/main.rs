//! The integration tests of the whole, one binary.

mod flows;
mod layers;

//! Scenario files, factorial plans, the runner and the statistics of experiments.

pub mod law;
pub mod schema;
pub mod statistics;

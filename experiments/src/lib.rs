//! Scenario files, factorial plans, the runner and the statistics of experiments.

#[cfg(test)]
mod fixture;
pub mod journal;
pub mod law;
pub mod output;
pub mod plan;
pub mod probe;
pub mod runner;
pub mod schema;
pub mod statistics;
pub mod summary;
pub mod theory;
pub mod verdict;

//! Scenario files, factorial plans, the runner and the statistics of experiments.

pub mod answer;
pub mod assemble;
pub mod builtin;
pub mod conclusion;
#[cfg(test)]
mod fixture;
pub mod journal;
pub mod law;
pub mod method;
pub mod output;
pub mod plan;
pub mod probe;
pub mod runner;
pub mod schema;
pub mod statistics;
pub mod summary;
pub mod theory;
pub mod verdict;

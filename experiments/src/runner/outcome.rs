//! What came of running a plan.

use std::any::Any;
use std::fmt;

use records::RunRecord;

/// Why a run has no record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The run could not be built or ended.
    Failed(String),
    /// The run panicked: a defect of siplab.
    Panicked(String),
}

impl RunError {
    /// A run that could not be built or ended, for this reason.
    pub fn failed(reason: impl fmt::Display) -> RunError {
        RunError::Failed(reason.to_string())
    }

    pub(super) fn panicked(panic: &(dyn Any + Send)) -> RunError {
        let said = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned());
        RunError::Panicked(said.unwrap_or_else(|| "without a message".to_owned()))
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Failed(reason) => f.write_str(reason),
            RunError::Panicked(said) => write!(f, "a defect of siplab, please report it: {said}"),
        }
    }
}

impl std::error::Error for RunError {}

/// A run without a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Index of its cell.
    pub cell: u32,
    /// Its replication.
    pub replication: u32,
    /// Why.
    pub error: RunError,
}

/// Why an experiment did not come to its end. What finished is in the journal.
#[derive(Debug)]
pub enum Incomplete {
    /// Somebody interrupted it.
    Interrupted {
        /// Runs that are missing.
        missing: u64,
    },
    /// Runs failed: see [`Outcome::failures`].
    RunsFailed {
        /// Runs that are missing.
        missing: u64,
    },
    /// The journal could not be written, for instance because the disk is full.
    Journal(std::io::Error),
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Incomplete::Interrupted { missing } => write!(f, "interrupted: {missing} runs are missing"),
            Incomplete::RunsFailed { missing } => write!(f, "{missing} runs failed"),
            Incomplete::Journal(error) => write!(f, "the journal cannot be written: {error}"),
        }
    }
}

/// What came of running a plan.
#[derive(Debug)]
pub struct Outcome {
    /// The runs, by (cell, replication).
    pub runs: Vec<RunRecord>,
    /// Replications of each cell.
    pub replications: u32,
    /// Runs without a record, by (cell, replication).
    pub failures: Vec<Failure>,
    /// Why runs are missing; `None` when all are there.
    pub incomplete: Option<Incomplete>,
}

//! How a verb ends, and the exit code that says so.

use std::process::ExitCode;

use experiments::output::FolderError;
use topologies::text::{Diagnostic, Diagnostics};

use crate::diagnose;

/// The verb did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything that is judged is met.
    Met,
    /// A judged service level, an expectation or a law failed.
    Missed,
    /// What was read is malformed.
    Malformed,
    /// The digest is another than the one expected.
    OtherDigest,
}

impl Ending {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Ending::Met => 0,
            Ending::Missed => 1,
            Ending::Malformed => 2,
            Ending::OtherDigest => 4,
        })
    }
}

/// The verb could not do what it was asked to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Texts are wrong; nothing was written.
    Texts(Diagnostics),
    /// An argument, a file or a folder is wrong; nothing was written.
    Usage(String),
    /// Something was begun and could not be finished; what finished is kept.
    Incomplete(String),
}

impl Failure {
    /// Says on standard error what is wrong.
    pub(crate) fn tell(&self) {
        match self {
            Failure::Texts(diagnostics) => diagnose::show(diagnostics),
            Failure::Usage(problem) => eprintln!("siplab: {problem}"),
            Failure::Incomplete(problem) => eprintln!("siplab: incomplete: {problem}"),
        }
    }

    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::Texts(_) | Failure::Usage(_) => 2,
            Failure::Incomplete(_) => 3,
        })
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Failure {
        Failure::Texts(diagnostic.into())
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Failure {
        Failure::Texts(diagnostics)
    }
}

impl From<FolderError> for Failure {
    /// A folder is refused before anything runs.
    fn from(error: FolderError) -> Failure {
        Failure::Usage(error.to_string())
    }
}

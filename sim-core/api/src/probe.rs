//! Observations that nodes report and observers count.

use std::fmt;

/// The name of an observation, such as `"call.ringing"`. Names are constants of the crate that reports them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProbeName(pub &'static str);

impl fmt::Debug for ProbeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One observation: what happened, to whom, and one number whose meaning the name fixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What happened.
    pub name: ProbeName,
    /// To whom: a call, a registration; zero where the name says nothing of one.
    pub subject: u64,
    /// A count, a status code or nanoseconds, as the name says.
    pub value: u64,
}

//! Runs one input and judges it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::{ALLOCATOR, Target};

/// What is wrong with how a target took an input.
#[derive(Clone, Debug)]
pub enum Finding {
    /// It panicked, with this message.
    Panic(String),
    /// It held more memory than its input justifies.
    Memory {
        /// Octets at the peak.
        peak: usize,
        /// Octets allowed.
        limit: usize,
    },
    /// Its time grows faster than its input.
    Growth {
        /// The time for the small input.
        small: Duration,
        /// The time for the large one.
        large: Duration,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Panic(message) => write!(f, "panic: {message}"),
            Finding::Memory { peak, limit } => {
                write!(f, "memory: {peak} octets at the peak, {limit} allowed")
            }
            Finding::Growth { small, large } => {
                write!(f, "time: {large:?} for 16 times the input that took {small:?}")
            }
        }
    }
}

/// The octets that a target may hold at its peak for an input of `len` octets: 64 for each, and 1 MB.
#[must_use]
pub fn memory_limit(len: usize) -> usize {
    64 * len + 1_000_000
}

/// Gives `input` to the target.
///
/// # Errors
/// [`Finding::Panic`] and [`Finding::Memory`].
pub fn attempt(target: &Target, input: &[u8]) -> Result<(), Finding> {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    catch_unwind(AssertUnwindSafe(|| (target.run)(input)))
        .map_err(|panic| Finding::Panic(message_of(&*panic)))?;
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    let limit = memory_limit(input.len());
    if peak > limit { Err(Finding::Memory { peak, limit }) } else { Ok(()) }
}

fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

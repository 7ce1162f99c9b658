//! What the table tests of the four machines share.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::action::Link;
use crate::timers::{Reliability, TimerSet};

pub(super) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(super) const fn s(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

pub(super) fn link(reliability: Reliability) -> Link<'static> {
    Link { timers: &TimerSet::RFC3261, reliability }
}

/// Asserts that `input` is refused with a panic: it can only come from a defective owner.
pub(super) fn refuses<T>(input: impl FnOnce() -> T) {
    assert!(catch_unwind(AssertUnwindSafe(|| drop(input()))).is_err(), "a forbidden input was taken");
}

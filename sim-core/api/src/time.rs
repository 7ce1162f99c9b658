//! Virtual time: whole nanoseconds since the start of the run.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// An instant of virtual time, in whole nanoseconds since the run began.
///
/// Spans are [`Duration`]. The largest instant, some 584 years, doubles as [`SimTime::NEVER`].
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

impl SimTime {
    /// The instant at which every run begins.
    pub const ZERO: SimTime = SimTime(0);
    /// An instant that no event reaches: the deadline of a timer that is not set.
    pub const NEVER: SimTime = SimTime(u64::MAX);

    /// The instant `nanos` nanoseconds after the start.
    pub const fn from_nanos(nanos: u64) -> SimTime {
        SimTime(nanos)
    }

    /// The instant `millis` milliseconds after the start.
    ///
    /// # Panics
    /// When the instant lies beyond 2^64 ns.
    pub const fn from_millis(millis: u64) -> SimTime {
        match millis.checked_mul(1_000_000) {
            Some(nanos) => SimTime(nanos),
            None => panic!("virtual time beyond 2^64 ns"),
        }
    }

    /// The instant `secs` seconds after the start.
    ///
    /// # Panics
    /// When the instant lies beyond 2^64 ns.
    pub const fn from_secs(secs: u64) -> SimTime {
        match secs.checked_mul(1_000_000_000) {
            Some(nanos) => SimTime(nanos),
            None => panic!("virtual time beyond 2^64 ns"),
        }
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Milliseconds since the start, for reports only: never for arithmetic inside a run.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The span since `earlier`, zero when `earlier` is later.
    pub const fn saturating_since(self, earlier: SimTime) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A span as whole nanoseconds.
///
/// # Panics
/// When the span exceeds 2^64 ns (584 years): such a span cannot lie inside a run.
pub fn nanos(span: Duration) -> u64 {
    span.as_secs()
        .checked_mul(1_000_000_000)
        .and_then(|whole| whole.checked_add(u64::from(span.subsec_nanos())))
        .expect("a span inside a run is shorter than 2^64 ns")
}

impl Add<Duration> for SimTime {
    type Output = SimTime;

    /// # Panics
    /// When the sum lies beyond 2^64 ns.
    fn add(self, span: Duration) -> SimTime {
        SimTime(self.0.checked_add(nanos(span)).expect("virtual time beyond 2^64 ns"))
    }
}

impl AddAssign<Duration> for SimTime {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl Sub for SimTime {
    type Output = Duration;

    /// # Panics
    /// When `earlier` is later than `self`: virtual time never runs backwards.
    fn sub(self, earlier: SimTime) -> Duration {
        Duration::from_nanos(self.0.checked_sub(earlier.0).expect("virtual time went backwards"))
    }
}

impl fmt::Debug for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == SimTime::NEVER {
            return f.write_str("never");
        }
        write!(f, "{}.{:09}s", self.0 / 1_000_000_000, self.0 % 1_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_a_span_and_subtracting_the_start_gives_the_span() {
        let start = SimTime::from_millis(5);
        let span = Duration::from_nanos(1_234_567_891);
        assert_eq!((start + span) - start, span);
    }

    #[test]
    #[should_panic(expected = "virtual time went backwards")]
    fn subtracting_a_later_instant_panics() {
        let _ = SimTime::ZERO - SimTime::from_nanos(1);
    }

    #[test]
    #[should_panic(expected = "beyond 2^64 ns")]
    fn adding_past_the_end_of_time_panics() {
        let _ = SimTime::NEVER + Duration::from_nanos(1);
    }
}

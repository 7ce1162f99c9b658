//! When copies of a message are sent.

use std::time::Duration;

/// The timers that decide when copies are sent and when their sender gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    t1: Duration,
    t2: Duration,
}

impl Schedule {
    /// T1 500 ms, T2 4 s: RFC 3261, table 4.
    pub const RFC3261: Schedule = Schedule { t1: Duration::from_millis(500), t2: Duration::from_secs(4) };
    /// T1 2 s, T2 16 s: between UE and P-CSCF, 3GPP TS 24.229 table 7.7.1.
    pub const TS24229: Schedule = Schedule { t1: Duration::from_secs(2), t2: Duration::from_secs(16) };

    /// The schedule with these timers; `None` when T1 is zero or longer than T2.
    pub fn new(t1: Duration, t2: Duration) -> Option<Schedule> {
        (!t1.is_zero() && t1 <= t2).then_some(Schedule { t1, t2 })
    }

    /// 64*T1: timers B, F and H, and the time for which a UAS core resends its 2xx.
    pub fn limit(&self) -> Duration {
        64 * self.t1
    }

    /// The offsets of timer A, which doubles without bound: seven copies.
    pub fn doubling(&self) -> Vec<Duration> {
        self.offsets(self.limit())
    }

    /// The offsets of timers E and G and of a resent 2xx, which double up to T2: eleven copies with T2 = 8*T1.
    pub fn capped(&self) -> Vec<Duration> {
        self.offsets(self.t2)
    }

    fn offsets(&self, longest: Duration) -> Vec<Duration> {
        let next =
            |&(at, interval): &(Duration, Duration)| Some((at + interval, (2 * interval).min(longest)));
        std::iter::successors(Some((Duration::ZERO, self.t1)), next)
            .map(|(at, _)| at)
            .take_while(|at| *at < self.limit())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(offsets: Vec<Duration>) -> Vec<f64> {
        offsets.iter().map(Duration::as_secs_f64).collect()
    }

    #[test]
    fn an_invite_is_sent_seven_times_and_other_requests_eleven() {
        assert_eq!(seconds(Schedule::RFC3261.doubling()), [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]);
        assert_eq!(
            seconds(Schedule::RFC3261.capped()),
            [0.0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
        );
    }

    #[test]
    fn timers_of_the_radio_side_are_four_times_as_long() {
        let scaled: Vec<Duration> = Schedule::RFC3261.capped().iter().map(|at| 4 * *at).collect();
        assert_eq!(Schedule::TS24229.capped(), scaled);
        assert!(Schedule::new(Duration::ZERO, Duration::from_secs(1)).is_none());
    }
}

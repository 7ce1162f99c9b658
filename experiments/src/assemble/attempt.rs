//! One call attempt, as its caller sees it.

use sim_api::{DelaySplit, SimTime};

/// How an attempt ended for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing final yet.
    Open,
    /// A 2xx.
    Answered,
    /// A final response of 300 to 699, or 408 and 503 where the caller's own transaction gave up.
    Failed(u16),
    /// The caller gave up; it is neither success nor failure of the network.
    Cancelled,
}

/// A call attempt that began in the measured time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    /// The first octet of the INVITE left.
    pub(super) begun: SimTime,
    /// The first 18x, with the split of the delay up to it.
    pub(super) rang: Option<(SimTime, DelaySplit)>,
    /// The first provisional response other than 100, of any kind.
    pub(super) progressed: Option<(SimTime, DelaySplit)>,
    /// The first 2xx, with the split of the delay up to it.
    pub(super) answered: Option<(SimTime, DelaySplit)>,
    /// The failure response, or the instant at which the caller's transaction gave up.
    pub(super) failed_at: Option<SimTime>,
    pub(super) end: End,
    /// The caller's or the callee's BYE left, within the measured time: the end of the run hangs up all calls at once.
    pub(super) bye: Option<SimTime>,
    /// At the caller: the BYE left or arrived, within the measured time.
    pub(super) hung_up: Option<SimTime>,
    /// The final response to the BYE, with its status.
    pub(super) bye_done: Option<(SimTime, u16)>,
}

impl Attempt {
    pub(super) fn begin(now: SimTime) -> Attempt {
        Attempt {
            begun: now,
            rang: None,
            progressed: None,
            answered: None,
            failed_at: None,
            end: End::Open,
            bye: None,
            hung_up: None,
            bye_done: None,
        }
    }

    /// The session request delay of RFC 6076 4.3.1, with its split: to the first provisional response other than 100, or
    /// to the 2xx.
    pub(super) fn request_delay(&self) -> Option<(u64, DelaySplit)> {
        let (at, split) = self.progressed.or(self.answered)?;
        Some((self.since_begun(at), split))
    }

    /// Nanoseconds from the first octet of the INVITE to `at`.
    pub(super) fn since_begun(&self, at: SimTime) -> u64 {
        at.as_nanos() - self.begun.as_nanos()
    }

    /// Whether the session was established and its BYE answered (RFC 6076 4.9).
    pub(super) fn is_complete(&self) -> bool {
        self.end == End::Answered
            && matches!(self.bye_done, Some((_, status)) if (200..300).contains(&status))
    }
}

//! The protocol timers of RFC 3261 table 4 and RFC 6026, as values that belong to a link and not to a node.
//!
//! A P-CSCF runs two sets at once: 3GPP's towards user equipment and the RFC's towards the core. So the
//! transaction layer asks a [`TimerPolicy`] which [`TimerSet`] governs the peer at the other end.

use std::net::IpAddr;
use std::time::Duration;

/// The values from which all protocol timers of one link follow.
///
/// Every combination of non-zero spans is legal; RFC 3261 17.1.1.1 advises against a T1 below 500 ms outside
/// closed networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerSet {
    /// T1, the estimate of the round-trip time.
    pub t1: Duration,
    /// T2, the longest interval between retransmissions of non-INVITE requests and of INVITE responses.
    pub t2: Duration,
    /// T4, the longest time that a message stays in the network.
    pub t4: Duration,
    /// Timer C, how long a proxy lets an INVITE proceed without a sign of life: above 3 minutes.
    pub c: Duration,
    /// Timer D, how long an INVITE client transaction answers repeated rejections over unreliable transports.
    pub d: Duration,
    /// How long an INVITE server transaction leaves its user to respond before it sends 100 by itself.
    pub trying: Duration,
}

/// The letter of a protocol timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Retransmits the INVITE.
    A,
    /// Ends an INVITE client transaction without an answer.
    B,
    /// Lets a rejected INVITE client transaction answer repeated rejections.
    D,
    /// Retransmits a request other than INVITE.
    E,
    /// Ends a non-INVITE client transaction without an answer.
    F,
    /// Retransmits a rejection of an INVITE.
    G,
    /// Ends the wait for the ACK to a rejection.
    H,
    /// Absorbs further ACKs to a rejection.
    I,
    /// Absorbs copies of an answered non-INVITE request.
    J,
    /// Absorbs copies of a final response to a non-INVITE request.
    K,
    /// Absorbs copies of an accepted INVITE (RFC 6026).
    L,
    /// Passes on further 2xx responses to an accepted INVITE (RFC 6026).
    M,
    /// Sends 100 for a user that has not responded (RFC 3261 17.2.1: 200 ms). It has no letter there.
    Trying,
    /// Ends an INVITE whose CANCEL had no effect (RFC 3261 9.1: 64*T1). It has no letter there.
    Cancelled,
}

/// Whether the transport delivers every message by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reliability {
    /// Messages may get lost: UDP.
    Unreliable,
    /// Streams: nothing is retransmitted hop by hop, and timers D, I, J and K are zero.
    Reliable,
}

impl TimerSet {
    /// The defaults of RFC 3261 table 4: T1 500 ms, T2 4 s, T4 5 s; timer C 181 s; timer D 32 s.
    pub const RFC3261: TimerSet = TimerSet {
        t1: Duration::from_millis(500),
        t2: Duration::from_secs(4),
        t4: Duration::from_secs(5),
        //= RFC 3261 16.6: step 11: timer C MUST be larger than 3 minutes
        c: Duration::from_secs(181),
        d: Duration::from_secs(32),
        trying: Duration::from_millis(200),
    };

    /// Between user equipment and P-CSCF: T1 2 s, T2 16 s, T4 17 s, timer D above 128 s (3GPP TS 24.229 table 7.7.1).
    pub const TS24229_UE: TimerSet = TimerSet {
        t1: Duration::from_secs(2),
        t2: Duration::from_secs(16),
        t4: Duration::from_secs(17),
        c: Duration::from_secs(181),
        d: Duration::from_secs(129),
        trying: Duration::from_millis(200),
    };

    /// 64·T1: how long a transaction tries.
    pub fn limit(&self) -> Duration {
        64 * self.t1
    }

    /// The first span of `timer` over a transport of this `reliability`.
    pub fn span(&self, timer: Timer, reliability: Reliability) -> Duration {
        match timer {
            Timer::A | Timer::E | Timer::G => self.t1,
            Timer::B | Timer::F | Timer::H | Timer::L | Timer::M | Timer::Cancelled => self.limit(),
            //= RFC 3261 17.1.1.2: timer D is at least 32 seconds for unreliable transports, zero for reliable ones
            Timer::D => reliability.zero_or(self.d),
            Timer::I | Timer::K => reliability.zero_or(self.t4),
            Timer::J => reliability.zero_or(self.limit()),
            Timer::Trying => self.trying,
        }
    }
}

impl Default for TimerSet {
    fn default() -> Self {
        TimerSet::RFC3261
    }
}

impl Reliability {
    fn zero_or(self, span: Duration) -> Duration {
        match self {
            Reliability::Unreliable => span,
            Reliability::Reliable => Duration::ZERO,
        }
    }
}

/// Which timer set governs the link to a peer: a default, and exceptions by address range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimerPolicy {
    /// For peers in none of the ranges.
    pub default: TimerSet,
    /// The exceptions; the first range that holds the peer decides.
    pub ranges: Vec<TimerRange>,
}

/// A range of peers and their timer set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerRange {
    /// The first address of the range.
    pub first: IpAddr,
    /// The last address of the range, included.
    pub last: IpAddr,
    /// What governs the links to these peers.
    pub timers: TimerSet,
}

impl TimerPolicy {
    /// One set for every peer.
    pub fn uniform(timers: TimerSet) -> TimerPolicy {
        TimerPolicy { default: timers, ranges: Vec::new() }
    }

    /// The set that governs the link to `peer`.
    pub fn towards(&self, peer: IpAddr) -> &TimerSet {
        self.ranges
            .iter()
            .find(|range| range.first <= peer && peer <= range.last)
            .map_or(&self.default, |range| &range.timers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn rfc_timers_follow_from_t1_and_t4() {
        let span = |timer| TimerSet::RFC3261.span(timer, Reliability::Unreliable);
        for timer in [Timer::B, Timer::D, Timer::F, Timer::H, Timer::J, Timer::L, Timer::M] {
            assert_eq!(span(timer), secs(32), "{timer:?}");
        }
        for timer in [Timer::A, Timer::E, Timer::G] {
            assert_eq!(span(timer), Duration::from_millis(500), "{timer:?}");
        }
        assert_eq!((span(Timer::I), span(Timer::K)), (secs(5), secs(5)));
        assert!(TimerSet::RFC3261.c > secs(180));
    }

    #[test]
    fn ts_24_229_user_equipment_timers_are_those_of_table_7_7_1() {
        let span = |timer| TimerSet::TS24229_UE.span(timer, Reliability::Unreliable);
        for timer in [Timer::B, Timer::F, Timer::H, Timer::J, Timer::L, Timer::M] {
            assert_eq!(span(timer), secs(128), "{timer:?}");
        }
        assert_eq!((span(Timer::A), span(Timer::I), span(Timer::K)), (secs(2), secs(17), secs(17)));
        assert!(span(Timer::D) > secs(128));
    }

    #[test]
    fn timers_d_i_j_and_k_are_zero_on_reliable_transports() {
        for timer in [Timer::D, Timer::I, Timer::J, Timer::K] {
            assert_eq!(TimerSet::RFC3261.span(timer, Reliability::Reliable), Duration::ZERO, "{timer:?}");
        }
        for timer in [Timer::B, Timer::F, Timer::H, Timer::L, Timer::M] {
            assert_eq!(TimerSet::RFC3261.span(timer, Reliability::Reliable), secs(32), "{timer:?}");
        }
    }

    #[test]
    fn a_p_cscf_runs_both_sets_at_once() {
        let policy = TimerPolicy {
            default: TimerSet::RFC3261,
            ranges: vec![TimerRange {
                first: "10.0.0.0".parse().unwrap(),
                last: "10.255.255.255".parse().unwrap(),
                timers: TimerSet::TS24229_UE,
            }],
        };
        assert_eq!(policy.towards("10.3.2.1".parse().unwrap()).t1, secs(2));
        assert_eq!(policy.towards("11.0.0.0".parse().unwrap()).t1, Duration::from_millis(500));
        assert_eq!(policy.towards("2001:db8::1".parse().unwrap()).t1, Duration::from_millis(500));
    }
}

//! Elements that have failed and are left alone for a while (RFC 4321 1.3, RFC 3261 21.5.4).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use sim_api::{SimTime, deadline};

/// Whether failures are remembered from one request to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blacklisting {
    /// Each request learns for itself who is alive.
    #[default]
    Off,
    /// An element is avoided after it gave no response or could not be reached, and after a 503 for as long as its
    /// Retry-After says.
    For {
        /// How long after no response or a transport failure.
        lifetime: Duration,
        /// Who learns from a failure.
        memory: SharedBy,
    },
}

/// Who learns from a failure, where a node has several own addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedBy {
    /// The address that has seen it: each address is a user agent of its own.
    Address,
    /// All of them: the node is one element, such as an access gateway.
    Node,
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No response at all: timer B or F.
    Silence,
    /// The transport reports that the element cannot be reached.
    Unreachable,
    /// A 503, which may say how long to stay away.
    Unavailable {
        /// The value of Retry-After.
        retry_after: Option<Duration>,
    },
}

/// Who is avoided, and until when.
#[derive(Clone, Debug, Default)]
pub struct Avoided {
    policy: Blacklisting,
    until: BTreeMap<Pair, SimTime>,
    /// The same by the end of the avoidance.
    ends: BTreeSet<(SimTime, Pair)>,
}

/// Who avoids whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    /// The own address that remembers the failure, `None` when the whole node does.
    own: Option<SocketAddr>,
    element: SocketAddr,
}

/// More entries than this are not kept: the one that ends first goes.
const MAX_ENTRIES: usize = 65_536;

/// No Retry-After keeps an element away for longer: one message must not shut it out for years.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

impl Avoided {
    /// A memory of this policy, in which nobody is avoided yet.
    #[must_use]
    pub fn new(policy: Blacklisting) -> Avoided {
        Avoided { policy, ..Avoided::default() }
    }

    /// Takes note that a request from `local` failed at `peer`.
    pub fn on_failure(&mut self, local: SocketAddr, peer: SocketAddr, failure: Failure, now: SimTime) {
        let Blacklisting::For { lifetime, .. } = self.policy else { return };
        let span = match failure {
            Failure::Silence | Failure::Unreachable => lifetime,
            //= RFC 3261 21.5.4: it SHOULD NOT forward any other requests to that server for the duration specified in the
            // Retry-After header field, if present
            Failure::Unavailable { retry_after: Some(span) } => span.min(MAX_RETRY_AFTER),
            //= RFC 3261 21.5.4: if no Retry-After is given, the client MUST act as if it had received a 500 response
            Failure::Unavailable { retry_after: None } => return,
        };
        let pair = self.pair(local, peer);
        let former = self.forget(pair).unwrap_or(SimTime::ZERO);
        if self.until.len() >= MAX_ENTRIES
            && let Some((_, first)) = self.ends.pop_first()
        {
            self.until.remove(&first);
        }
        let until = former.max(deadline(now, span));
        self.until.insert(pair, until);
        self.ends.insert((until, pair));
    }

    /// Takes note that `peer` has answered `local` with something else than 503.
    pub fn on_response(&mut self, local: SocketAddr, peer: SocketAddr) {
        if !self.until.is_empty() {
            self.forget(self.pair(local, peer));
        }
    }

    /// Whether `local` avoids `peer` at `now`.
    #[must_use]
    pub fn contains(&self, local: SocketAddr, peer: SocketAddr, now: SimTime) -> bool {
        !self.until.is_empty() && self.until.get(&self.pair(local, peer)).is_some_and(|until| *until > now)
    }

    /// Leaves out those of `peers` that `local` avoids; none, when it avoids all of them.
    pub fn sift(&self, local: SocketAddr, peers: &mut Vec<SocketAddr>, now: SimTime) {
        if peers.iter().any(|peer| !self.contains(local, *peer, now)) {
            peers.retain(|peer| !self.contains(local, *peer, now));
        }
    }

    /// Forgets everybody.
    pub fn clear(&mut self) {
        self.until.clear();
        self.ends.clear();
    }

    /// Takes the pair out; until when it was avoided.
    fn forget(&mut self, pair: Pair) -> Option<SimTime> {
        let until = self.until.remove(&pair)?;
        self.ends.remove(&(until, pair));
        Some(until)
    }

    fn pair(&self, local: SocketAddr, peer: SocketAddr) -> Pair {
        let own = match self.policy {
            Blacklisting::For { memory: SharedBy::Node, .. } => None,
            Blacklisting::For { memory: SharedBy::Address, .. } | Blacklisting::Off => Some(local),
        };
        Pair { own, element: peer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "192.0.2.1:5060";

    fn addr(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn peer(number: u32) -> SocketAddr {
        SocketAddr::from((std::net::Ipv4Addr::from_bits(0x0a00_0000 + number), 5060))
    }

    fn avoided() -> Avoided {
        remembered_by(SharedBy::Address)
    }

    fn remembered_by(memory: SharedBy) -> Avoided {
        Avoided::new(Blacklisting::For { lifetime: Duration::from_secs(60), memory })
    }

    #[test]
    fn an_element_is_avoided_until_its_life_time_is_over() {
        let mut avoided = avoided();
        avoided.on_failure(addr(LOCAL), peer(1), Failure::Silence, SimTime::from_secs(10));
        for (at, wanted) in [(10_000, true), (69_999, true), (70_000, false)] {
            assert_eq!(avoided.contains(addr(LOCAL), peer(1), SimTime::from_millis(at)), wanted, "{at} ms");
        }
        assert!(!avoided.contains(addr(LOCAL), peer(2), SimTime::from_secs(20)));
    }

    #[test]
    fn own_addresses_do_not_share_what_they_learnt() {
        let mut avoided = avoided();
        avoided.on_failure(addr(LOCAL), peer(1), Failure::Unreachable, SimTime::ZERO);
        assert!(!avoided.contains(addr("192.0.2.2:5060"), peer(1), SimTime::ZERO));
    }

    #[test]
    fn a_node_that_is_one_element_learns_with_all_its_addresses() {
        let mut avoided = remembered_by(SharedBy::Node);
        avoided.on_failure(addr(LOCAL), peer(1), Failure::Unreachable, SimTime::ZERO);
        assert!(avoided.contains(addr("192.0.2.2:5060"), peer(1), SimTime::ZERO));
    }

    #[test]
    fn retry_after_of_a_503_is_respected_and_bounded() {
        for (retry_after, until_s) in [(None, 0), (Some(5), 5), (Some(u64::from(u32::MAX)), 3600)] {
            let mut avoided = avoided();
            let failure = Failure::Unavailable { retry_after: retry_after.map(Duration::from_secs) };
            avoided.on_failure(addr(LOCAL), peer(1), failure, SimTime::ZERO);
            let ends = SimTime::from_secs(until_s);
            assert!(!avoided.contains(addr(LOCAL), peer(1), ends), "{retry_after:?}");
            let before = SimTime::from_nanos(ends.as_nanos().saturating_sub(1));
            assert_eq!(avoided.contains(addr(LOCAL), peer(1), before), until_s > 0, "{retry_after:?}");
        }
    }

    #[test]
    fn a_response_ends_the_avoidance() {
        let mut avoided = avoided();
        avoided.on_failure(addr(LOCAL), peer(1), Failure::Silence, SimTime::ZERO);
        avoided.on_response(addr(LOCAL), peer(1));
        assert!(!avoided.contains(addr(LOCAL), peer(1), SimTime::ZERO));
    }

    #[test]
    fn those_who_are_avoided_are_the_last_resort() {
        let mut avoided = avoided();
        avoided.on_failure(addr(LOCAL), peer(1), Failure::Silence, SimTime::ZERO);
        let mut peers = vec![peer(1), peer(2)];
        avoided.sift(addr(LOCAL), &mut peers, SimTime::ZERO);
        assert_eq!(peers, [peer(2)]);
        avoided.on_failure(addr(LOCAL), peer(2), Failure::Silence, SimTime::ZERO);
        let mut peers = vec![peer(1), peer(2)];
        avoided.sift(addr(LOCAL), &mut peers, SimTime::ZERO);
        assert_eq!(peers, [peer(1), peer(2)]);
    }

    #[test]
    fn without_blacklisting_nothing_is_remembered() {
        let mut avoided = Avoided::new(Blacklisting::Off);
        avoided.on_failure(addr(LOCAL), peer(1), Failure::Silence, SimTime::ZERO);
        assert!(!avoided.contains(addr(LOCAL), peer(1), SimTime::ZERO));
    }

    #[test]
    fn the_table_is_bounded_and_the_entry_that_ends_first_goes() {
        let mut avoided = avoided();
        for number in 0..=MAX_ENTRIES as u32 {
            avoided.on_failure(
                addr(LOCAL),
                peer(number),
                Failure::Silence,
                SimTime::from_nanos(number.into()),
            );
        }
        assert_eq!((avoided.until.len(), avoided.ends.len()), (MAX_ENTRIES, MAX_ENTRIES));
        let now = SimTime::from_secs(10);
        assert!(!avoided.contains(addr(LOCAL), peer(0), now) && avoided.contains(addr(LOCAL), peer(1), now));
    }
}

//! Putting datagrams together again, at the node that they are for.
//!
//! A datagram is complete when its fragments cover it; a lost fragment loses it. If all fragments come from one
//! datagram and are whole, the result is that datagram and nothing is copied. If bits were flipped, or a second
//! datagram under the same identification mixed in (RFC 4963), the octets that came are put side by side, and the UDP
//! checksum decides. Over IPv4 the more recent of two fragments with the same offset counts; where copies that were
//! cut differently overlap, the one with the higher offset does.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use sim_api::{Lineage, SimTime};

use crate::count::DropCause;
use crate::packet::Packet;
use crate::{verify, wire};

/// How long the fragments of an IPv4 datagram wait for the missing ones: RFC 791's first setting, which the time to
/// live of fragments does not prolong here. Hosts differ: Linux waits 30 s, RFC 1122 3.3.2 asks for 60 to 120 s.
//= RFC 791 3.2: the current recommendation for the initial timer setting is 15 seconds
pub const IPV4_TIMEOUT: Duration = Duration::from_secs(15);

/// How long the fragments of an IPv6 datagram wait for the missing ones.
//= RFC 8200 4.5: within 60 seconds of the reception of the first-arriving fragment
pub const IPV6_TIMEOUT: Duration = Duration::from_secs(60);

const DATAGRAMS: usize = 1024;

/// What a fragment has led to.
#[derive(Clone, Debug, PartialEq)]
pub enum Reassembly {
    /// The datagram is complete, with the lineage of the fragment that completed it.
    Complete(Packet),
    /// Others are missing.
    Incomplete,
    /// The datagram that it belongs to is lost.
    Lost(DropCause),
}

/// What became of datagrams that came in fragments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReassemblyCount {
    /// Datagrams of which a fragment came.
    pub begun: u64,
    /// Put together.
    pub complete: u64,
    /// Complete, but with a wrong length or checksum.
    pub corrupted: u64,
    /// Given up because fragments contradict each other: overlaps over IPv6, two ends.
    pub contradictory: u64,
    /// Given up for room: more than 1024 were being put together at once.
    pub evicted: u64,
    /// Given up because a fragment did not come in time.
    pub timed_out: u64,
}

/// The datagrams that one node is putting together: at most 1024, the oldest gives way.
///
/// Time is looked at only when a fragment comes, or on [`Reassembler::expire`]: it needs no timer.
#[derive(Clone, Debug)]
pub struct Reassembler {
    partial: BTreeMap<Key, Partial>,
    earliest: SimTime,
    count: ReassemblyCount,
}

//= RFC 791 3.2: identification, source, destination and protocol identify a datagram's fragments
//= RFC 8200 4.5: the same source address, destination address and fragment identification
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    from: IpAddr,
    to: IpAddr,
    ident: u32,
    /// Zero over IPv6.
    protocol: u8,
}

#[derive(Clone, Debug)]
struct Partial {
    deadline: SimTime,
    /// By offset; the value is where the fragment ends.
    pieces: BTreeMap<usize, (usize, Packet)>,
    end: Option<usize>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Given up: what still comes of it until the deadline is dropped.
    Refused,
}

enum Fit {
    Taken,
    Contradictory,
}

impl Default for Reassembler {
    fn default() -> Reassembler {
        Reassembler::new()
    }
}

impl Reassembler {
    /// A reassembler that holds nothing.
    pub const fn new() -> Reassembler {
        Reassembler {
            partial: BTreeMap::new(),
            earliest: SimTime::NEVER,
            count: ReassemblyCount {
                begun: 0,
                complete: 0,
                corrupted: 0,
                contradictory: 0,
                evicted: 0,
                timed_out: 0,
            },
        }
    }

    /// Takes a packet that arrived at `now` at its destination. A whole datagram is complete at once.
    pub fn accept(&mut self, packet: Packet, now: SimTime) -> Reassembly {
        if packet.fragment().is_none() {
            return Reassembly::Complete(packet);
        }
        self.expire(now);
        let key = Key::of(&packet);
        if !self.partial.contains_key(&key) {
            self.begin(key, now + timeout(&packet));
        }
        let partial = self.partial.get_mut(&key).expect("a partial datagram was begun for this key");
        if partial.state == State::Refused {
            return Reassembly::Lost(DropCause::Reassembly);
        }
        let lineage = packet.lineage;
        match partial.take(packet) {
            Fit::Contradictory => {
                partial.refuse();
                self.count.contradictory += 1;
                Reassembly::Lost(DropCause::Reassembly)
            }
            Fit::Taken if !partial.is_complete() => Reassembly::Incomplete,
            Fit::Taken => {
                let partial = self.partial.remove(&key).expect("the partial datagram is in the table");
                self.finish(partial.join(lineage))
            }
        }
    }

    /// Gives up the datagrams whose time is over at `now`, and returns how many there were.
    pub fn expire(&mut self, now: SimTime) -> u64 {
        if now < self.earliest {
            return 0;
        }
        let before = self.count.timed_out;
        let over: Vec<Key> =
            self.partial.iter().filter(|(_, partial)| partial.deadline <= now).map(|(key, _)| *key).collect();
        for key in over {
            let partial = self.partial.remove(&key).expect("a key of the table");
            self.count.timed_out += u64::from(partial.state == State::Open);
        }
        self.earliest = self.partial.values().map(|partial| partial.deadline).min().unwrap_or(SimTime::NEVER);
        self.count.timed_out - before
    }

    /// What became of the datagrams so far: begun = the sum of the others + [`Reassembler::pending`].
    pub const fn count(&self) -> ReassemblyCount {
        self.count
    }

    /// How many datagrams wait for fragments.
    pub fn pending(&self) -> usize {
        self.partial.values().filter(|partial| partial.state == State::Open).count()
    }

    fn begin(&mut self, key: Key, deadline: SimTime) {
        if self.partial.len() == DATAGRAMS {
            self.evict_oldest();
        }
        self.count.begun += 1;
        self.earliest = self.earliest.min(deadline);
        let partial = Partial { deadline, pieces: BTreeMap::new(), end: None, state: State::Open };
        self.partial.insert(key, partial);
    }

    fn evict_oldest(&mut self) {
        let oldest = self.partial.iter().min_by_key(|(key, partial)| (partial.deadline, **key));
        let Some((key, partial)) = oldest else { return };
        self.count.evicted += u64::from(partial.state == State::Open);
        let key = *key;
        self.partial.remove(&key);
    }

    fn finish(&mut self, joined: Option<Packet>) -> Reassembly {
        match joined {
            Some(packet) => {
                self.count.complete += 1;
                Reassembly::Complete(packet)
            }
            None => {
                self.count.corrupted += 1;
                Reassembly::Lost(DropCause::Corrupted)
            }
        }
    }
}

impl Key {
    fn of(packet: &Packet) -> Key {
        let (ident, protocol) = if packet.is_ipv6() {
            (packet.ident, 0)
        } else {
            (packet.ident & 0xffff, packet.protocol().number())
        };
        Key { from: packet.from().ip(), to: packet.to().ip(), ident, protocol }
    }
}

impl Partial {
    fn take(&mut self, packet: Packet) -> Fit {
        let fragment = packet.fragment().expect("only fragments come here");
        let range = fragment.range();
        if !fragment.more && self.end.is_some_and(|end| end != range.end) {
            return Fit::Contradictory;
        }
        if !fragment.more {
            self.end = Some(range.end);
        }
        let furthest = self.pieces.values().map(|piece| piece.0).max().unwrap_or(0).max(range.end);
        if self.end.is_some_and(|end| furthest > end) {
            return Fit::Contradictory;
        }
        match self.pieces.get(&range.start) {
            //= RFC 8200 4.5: exact duplicates of fragments may be ignored
            Some((end, _)) if packet.is_ipv6() && *end == range.end => return Fit::Taken,
            //= RFC 791 3.2: of two copies of the same data, the more recently arrived is used
            // A shorter copy would leave a gap.
            Some((end, _)) if !packet.is_ipv6() && *end > range.end => return Fit::Taken,
            _ => {}
        }
        if packet.is_ipv6() && self.overlaps(range.start, range.end) {
            return Fit::Contradictory;
        }
        self.pieces.insert(range.start, (range.end, packet));
        Fit::Taken
    }

    //= RFC 8200 4.5: if any of the fragments overlap, reassembly of that packet must be abandoned
    fn overlaps(&self, start: usize, end: usize) -> bool {
        self.pieces.range(..end).next_back().is_some_and(|(_, piece)| piece.0 > start)
    }

    fn refuse(&mut self) {
        self.pieces.clear();
        self.state = State::Refused;
    }

    fn is_complete(&self) -> bool {
        let Some(end) = self.end else { return false };
        let mut covered = 0;
        for (start, (piece_end, _)) in &self.pieces {
            if *start > covered {
                return false;
            }
            covered = covered.max(*piece_end);
        }
        covered == end
    }

    /// The datagram with this lineage; `None` when its octets are not a valid one.
    fn join(mut self, lineage: Lineage) -> Option<Packet> {
        let end = self.end.expect("a complete datagram has an end");
        let (_, (_, mut first)) = self.pieces.pop_first().expect("a complete datagram has a first fragment");
        first.lineage = lineage;
        let is_one_datagram =
            |(_, piece): &(usize, Packet)| piece.damage().is_none() && piece.shares_datagram(&first);
        if first.damage().is_none()
            && end == first.datagram_octets()
            && self.pieces.values().all(is_one_datagram)
        {
            return Some(first.whole());
        }
        let mut octets = vec![0; end];
        for piece in std::iter::once(&first).chain(self.pieces.values().map(|(_, piece)| piece)) {
            let mut wire_octets = Vec::with_capacity(piece.wire_octets());
            wire::write(piece, &mut wire_octets);
            octets[piece.carried()].copy_from_slice(&wire_octets[piece.header_octets()..]);
        }
        let (from, to, protocol) = (first.from().ip(), first.to().ip(), first.protocol());
        verify::datagram(first, from, to, protocol, &octets)
    }
}

const fn timeout(packet: &Packet) -> Duration {
    if packet.is_ipv6() { IPV6_TIMEOUT } else { IPV4_TIMEOUT }
}

#[cfg(test)]
mod tests;

//! Conservation: what was sent is delivered, dropped by a named cause, or in flight.

use std::fmt;
use std::ops::AddAssign;

use crate::id::Direction;

/// Why a packet ended before its destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropCause {
    /// A damaged packet that a router or the receiver refused: header or UDP checksum, or fields that contradict
    /// each other.
    Corrupted,
    /// A fault of the scenario named this packet.
    Fault,
    /// The hop limit (time to live) was used up.
    HopLimit,
    /// The link was down, or went down while the packet was on it.
    LinkDown,
    /// The link lost it.
    Loss,
    /// Larger than the MTU of the link, and nobody may fragment it.
    PacketTooBig,
    /// The wait in front of the link would have been longer than its queue.
    QueueFull,
    /// A fragment of a datagram that was never complete: timeout, contradiction or a full table.
    Reassembly,
    /// No route, or nobody owns the address.
    Unreachable,
}

impl DropCause {
    /// How many there are.
    pub const COUNT: usize = 9;

    /// All causes, in the order of their declaration.
    pub const ALL: [DropCause; DropCause::COUNT] = [
        DropCause::Corrupted,
        DropCause::Fault,
        DropCause::HopLimit,
        DropCause::LinkDown,
        DropCause::Loss,
        DropCause::PacketTooBig,
        DropCause::QueueFull,
        DropCause::Reassembly,
        DropCause::Unreachable,
    ];

    /// The index in [`DropCause::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The cause in a few words, for reports and capture comments.
    pub const fn name(self) -> &'static str {
        match self {
            DropCause::Corrupted => "corrupted",
            DropCause::Fault => "fault",
            DropCause::HopLimit => "hop limit",
            DropCause::LinkDown => "link down",
            DropCause::Loss => "loss",
            DropCause::PacketTooBig => "packet too big",
            DropCause::QueueFull => "queue full",
            DropCause::Reassembly => "reassembly",
            DropCause::Unreachable => "unreachable",
        }
    }
}

impl fmt::Display for DropCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Packets and their octets on the wire, IP header included; on a link that carries other headers
/// ([`crate::Headers::Octets`]), as it carries them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Packets.
    pub packets: u64,
    /// Octets.
    pub octets: u64,
}

impl Count {
    /// Counts one packet of this size.
    pub const fn add(&mut self, octets: usize) {
        self.packets += 1;
        self.octets += octets as u64;
    }

    const fn remove(&mut self, octets: usize) {
        self.packets -= 1;
        self.octets -= octets as u64;
    }

    const fn plus(self, other: Count) -> Count {
        Count { packets: self.packets + other.packets, octets: self.octets + other.octets }
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        *self = self.plus(other);
    }
}

/// Drops by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drops([Count; DropCause::COUNT]);

impl Drops {
    /// The packets that ended for this cause.
    pub const fn of(&self, cause: DropCause) -> Count {
        self.0[cause.index()]
    }

    /// All packets that ended.
    pub fn total(&self) -> Count {
        self.0.iter().fold(Count::default(), |sum, count| sum.plus(*count))
    }

    /// Counts one packet of this size.
    pub const fn add(&mut self, cause: DropCause, octets: usize) {
        self.0[cause.index()].add(octets);
    }
}

/// What happened on one direction of a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkCount {
    /// Offered by the sender, whatever became of them.
    pub sent: Count,
    /// Copies that the link itself made.
    pub duplicated: Count,
    /// Handed to the node at the far end.
    pub delivered: Count,
    /// On the link or in front of it.
    pub in_flight: Count,
    /// Ended here.
    pub dropped: Drops,
    /// The longest wait in front of the link that a packet began, in nanoseconds.
    pub longest_wait: u64,
    /// Nanoseconds of clocking begun or booked, see [`crate::Network::busy`].
    pub(crate) busy: u64,
}

impl LinkCount {
    pub(crate) const fn depart(&mut self, octets: usize) {
        self.in_flight.add(octets);
    }

    pub(crate) const fn deliver(&mut self, octets: usize) {
        self.in_flight.remove(octets);
        self.delivered.add(octets);
    }

    pub(crate) const fn end_in_flight(&mut self, cause: DropCause, octets: usize) {
        self.in_flight.remove(octets);
        self.dropped.add(cause, octets);
    }

    /// Whether sent + duplicated = delivered + dropped + in flight, in packets and in octets.
    pub fn is_conserved(&self) -> bool {
        self.sent.plus(self.duplicated) == self.delivered.plus(self.in_flight).plus(self.dropped.total())
    }
}

/// A link whose counters do not balance: a defect of this crate or of its caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "link {link:?} {direction}: sent and duplicated differ from delivered, dropped and in flight: {count:?}"
)]
pub struct ConservationError {
    /// The link's name.
    pub link: String,
    /// Which way.
    pub direction: Direction,
    /// The counters.
    pub count: Box<LinkCount>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_listed_once_each_in_the_order_of_their_index() {
        for (index, cause) in DropCause::ALL.iter().enumerate() {
            assert_eq!(cause.index(), index, "{cause}");
        }
    }

    #[test]
    fn a_missing_packet_breaks_the_balance() {
        let mut count = LinkCount::default();
        count.sent.add(500);
        assert!(!count.is_conserved());
        count.depart(500);
        assert!(count.is_conserved());
        count.deliver(500);
        assert!(count.is_conserved());
    }

    #[test]
    fn a_missing_octet_breaks_the_balance() {
        let mut count = LinkCount::default();
        count.sent.add(500);
        count.dropped.add(DropCause::Loss, 499);
        assert!(!count.is_conserved());
    }
}

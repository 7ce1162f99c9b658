//! A link: a wire or a radio path between two nodes, with a queue in front of each end.
//!
//! The queue is arithmetic, not a list. A direction remembers until when it is busy; a packet that comes earlier
//! waits until then, one that would wait longer than the queue lasts is dropped, and the arrival of every other is
//! known at once:
//!
//! ```text
//!  now        start            departed                 arrival
//!   │ queueing  │ serialisation  │ propagation + jitter   │
//!   ├───────────┼────────────────┼────────────────────────┤
//!               ╰─ max(now, busy until)
//! ```

use std::time::Duration;

use sim_api::{BitRate, DelaySplit, Distribution, Probability, SimTime, nanos};

use crate::count::{DropCause, LinkCount};
use crate::id::{Direction, NodeId};
use crate::impairment::{Impairment, Stroke};
use crate::loss::Loss;
use crate::packet::{Damage, Packet};
use crate::streams::Streams;

/// A link as a scenario describes it. Each direction has its own queue and its own luck; but for what `backward` says
/// both are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkSpec {
    /// Unique among the links of a network; its random streams are named after it.
    pub name: String,
    /// The nodes that it joins. [`crate::Direction::Forward`] is from the first to the second.
    pub ends: (NodeId, NodeId),
    /// From the last octet sent to the last octet received, without jitter. At most [`LinkSpec::LONGEST`].
    pub propagation: Duration,
    /// How fast octets are clocked out.
    pub rate: BitRate,
    /// Propagation and rate from the second end to the first, where they differ.
    pub backward: Option<Way>,
    /// Whether both directions can send at once.
    pub duplex: Duplex,
    /// What the link carries for the headers of IP and UDP.
    pub headers: Headers,
    /// The longest wait in front of the link: a packet that would wait longer is dropped. At most
    /// [`LinkSpec::LONGEST`].
    pub queue: Duration,
    /// The largest IP packet, in octets, header included: at least 68, in a network with IPv6 at least 1280.
    pub mtu: usize,
    /// What is added to the propagation of each packet.
    pub jitter: Jitter,
    /// How packets are lost. A lost packet has occupied the link.
    pub loss: Loss,
    /// The probability that a packet is followed by a copy of itself. The copy occupies the link too.
    pub duplication: Probability,
    /// The probability that one to three bits of a packet are flipped.
    pub corruption: Probability,
}

impl LinkSpec {
    /// The longest propagation, queue or mean jitter: one day.
    pub const LONGEST: Duration = Duration::from_secs(86_400);

    /// A link without delay, limit of rate or impairment, with the MTU of Ethernet and a queue of 100 ms.
    pub fn between(name: impl Into<String>, one: NodeId, other: NodeId) -> LinkSpec {
        LinkSpec {
            name: name.into(),
            ends: (one, other),
            propagation: Duration::ZERO,
            rate: BitRate::Unlimited,
            backward: None,
            duplex: Duplex::Full,
            headers: Headers::AsSent,
            queue: Duration::from_millis(100),
            mtu: 1500,
            jitter: Jitter::None,
            loss: Loss::None,
            duplication: Probability::ZERO,
            corruption: Probability::ZERO,
        }
    }
}

impl LinkSpec {
    /// Propagation and rate in a direction.
    pub fn way(&self, direction: Direction) -> Way {
        let forward = Way { propagation: self.propagation, rate: self.rate };
        match direction {
            Direction::Forward => forward,
            Direction::Backward => self.backward.unwrap_or(forward),
        }
    }
}

/// What the two directions of a link can differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// As [`LinkSpec::propagation`].
    pub propagation: Duration,
    /// As [`LinkSpec::rate`].
    pub rate: BitRate,
}

/// Whether the directions of a link have a medium each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplex {
    /// Each has its own.
    #[default]
    Full,
    /// They share one: a packet waits until whatever either direction has booked before is clocked out.
    Half,
}

/// What a link carries for the headers of IP and UDP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Headers {
    /// The headers as they are.
    #[default]
    AsSent,
    /// So many octets in the place of the headers of each packet, at most 255, as after header compression; 0 for a link
    /// of which only messages count. MTU and fragments are those of the packet with its headers.
    Octets(u8),
}

/// Delay that differs from packet to packet.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Jitter {
    /// None.
    #[default]
    None,
    /// Drawn for each packet; packets that would overtake wait, so the link stays first in, first out.
    InOrder(Distribution),
    /// Drawn for each packet; packets overtake each other.
    Reordering(Distribution),
}

/// What became of a packet that was offered to a link.
#[derive(Clone, Debug, PartialEq)]
pub enum Transit {
    /// It is on its way: call [`crate::Network::arrive`] at the instant of each arrival.
    Carried {
        /// The packet's own arrival.
        first: Arrival,
        /// The arrival of the copy that the link made, if it made one. Boxed: it is rare, and it is large.
        duplicate: Option<Box<Arrival>>,
    },
    /// It ended here, and is counted.
    Lost {
        /// Why.
        cause: DropCause,
        /// The instant of the loss: that of the offer when it never entered the link, else that at which its last
        /// octet left.
        at: SimTime,
    },
    /// Too large, and the sender may cut it: offer each of [`crate::fragments`]`(packet, mtu)`. Nothing is counted yet.
    TooLarge {
        /// The size that fits, in octets.
        mtu: usize,
    },
}

/// When and how a packet reaches the far end of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// When its last octet arrives.
    pub at: SimTime,
    /// The parts of the time since the offer; they add up to it exactly. The wait of a packet that may not overtake
    /// is jitter, so it counts as propagation.
    pub split: DelaySplit,
    /// The bits that were flipped on this link: hand them to [`crate::Packet::flip`] before the arrival.
    pub damage: Option<Damage>,
    /// Hand it back to [`crate::Network::arrive`], which knows by it whether the link went down meanwhile.
    pub epoch: u32,
}

/// What the scenario has decided about a packet before it is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Open,
    Doomed,
}

/// One direction of a link: its queue, its luck, its counters.
#[derive(Clone, Debug)]
pub(crate) struct Simplex {
    busy_until: SimTime,
    last_arrival: SimTime,
    propagation: u64,
    queue: u64,
    rate: BitRate,
    headers: Headers,
    duplex: Duplex,
    state: State,
    epoch: u32,
    impairment: Option<Box<Impairment>>,
    pub(crate) mtu: usize,
    pub(crate) head: NodeId,
    pub(crate) count: LinkCount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Up,
    Down,
}

impl Simplex {
    /// One direction of `spec`.
    pub(crate) fn new(spec: &LinkSpec, direction: Direction, streams: &Streams) -> Simplex {
        let way = spec.way(direction);
        let head = match direction {
            Direction::Forward => spec.ends.1,
            Direction::Backward => spec.ends.0,
        };
        Simplex {
            busy_until: SimTime::ZERO,
            last_arrival: SimTime::ZERO,
            propagation: nanos(way.propagation),
            queue: nanos(spec.queue),
            rate: way.rate,
            headers: spec.headers,
            duplex: spec.duplex,
            state: State::Up,
            epoch: 0,
            impairment: Impairment::of(spec, streams),
            mtu: spec.mtu,
            head,
            count: LinkCount::default(),
        }
    }

    /// Whether packets travel as they are, on a medium of their own: what most links do.
    #[inline]
    pub(crate) const fn is_wire(&self) -> bool {
        matches!((self.headers, self.duplex), (Headers::AsSent, Duplex::Full))
    }

    /// The octets that it carries for a packet.
    #[inline]
    pub(crate) fn octets_of(&self, packet: &Packet) -> usize {
        match self.headers {
            Headers::AsSent => packet.wire_octets(),
            Headers::Octets(octets) => packet.payload_octets() + usize::from(octets),
        }
    }

    /// The damage to a packet that damage to what this link carries for it makes.
    pub(crate) fn damage_of(&self, packet: &Packet, damage: &Damage) -> Option<Damage> {
        let Headers::Octets(octets) = self.headers else { return Some(damage.clone()) };
        let (ours, theirs) =
            (8 * u32::from(octets), 8 * (packet.wire_octets() - packet.payload_octets()) as u32);
        let moved = damage.bits().iter().filter_map(|bit| match bit.checked_sub(ours) {
            Some(bit) => Some(bit + theirs),
            None => (*bit < theirs).then_some(*bit),
        });
        let bits: Vec<u32> = moved.collect();
        (!bits.is_empty()).then(|| Damage::new(&bits))
    }

    /// Books what the other direction of a half-duplex link has booked: both keep the same book.
    pub(crate) fn share_medium(&mut self, other: &Simplex) {
        if self.duplex == Duplex::Half {
            self.busy_until = other.busy_until;
            self.count.busy = other.count.busy;
        }
    }

    /// Offers a packet of which the link carries so many octets at `now`.
    #[inline(always)]
    pub(crate) fn transmit(&mut self, now: SimTime, octets: usize, fate: Fate) -> Transit {
        self.count.sent.add(octets);
        if self.state == State::Down {
            return self.lose(DropCause::LinkDown, now, octets);
        }
        let start = now.max(self.busy_until);
        let wait = start.as_nanos() - now.as_nanos();
        if wait > self.queue {
            return self.lose(DropCause::QueueFull, now, octets);
        }
        self.count.longest_wait = self.count.longest_wait.max(wait);
        let serialisation = self.clock_out(start, octets);
        if self.impairment.is_some() || fate == Fate::Doomed {
            return self.transmit_impaired(wait, serialisation, octets, fate);
        }
        // The way of most packets, in a few instructions.
        let first = self.arrival(wait, serialisation, 0, None, octets);
        Transit::Carried { first, duplicate: None }
    }

    /// What becomes of a packet that has been clocked out, on a link that may do something to it.
    #[inline(never)]
    fn transmit_impaired(&mut self, wait: u64, serialisation: u64, octets: usize, fate: Fate) -> Transit {
        let stroke = match &mut self.impairment {
            Some(impairment) => impairment.strike(self.busy_until, octets),
            None => Stroke::default(),
        };
        if fate == Fate::Doomed {
            return self.lose(DropCause::Fault, self.busy_until, octets);
        }
        if stroke.lost {
            return self.lose(DropCause::Loss, self.busy_until, octets);
        }
        let offered = SimTime::from_nanos(self.busy_until.as_nanos() - serialisation - wait);
        let first = self.arrival(wait, serialisation, stroke.jitter, stroke.damage, octets);
        let duplicate = stroke.copy.map(|jitter| Box::new(self.duplicate(offered, jitter, octets)));
        Transit::Carried { first, duplicate }
    }

    /// Books the link for a packet from `start` on and returns the time that it takes, in nanoseconds.
    #[inline(always)]
    fn clock_out(&mut self, start: SimTime, octets: usize) -> u64 {
        let serialisation = self.rate.serialisation_nanos(octets);
        self.busy_until = SimTime::from_nanos(start.as_nanos() + serialisation);
        self.count.busy += serialisation;
        serialisation
    }

    /// The arrival of the packet whose last octet leaves when the link is no longer busy.
    #[inline(always)]
    fn arrival(
        &mut self,
        queueing: u64,
        serialisation: u64,
        jitter: u64,
        damage: Option<Damage>,
        octets: usize,
    ) -> Arrival {
        self.count.depart(octets);
        let departed = self.busy_until.as_nanos();
        let mut at = departed + self.propagation + jitter;
        if let Some(impairment) = &self.impairment
            && impairment.keeps_order()
        {
            // The last octet of a packet follows that of the packet before by the time that it takes to clock it.
            at = at.max(self.last_arrival.as_nanos() + serialisation);
            self.last_arrival = SimTime::from_nanos(at);
        }
        let split =
            DelaySplit { propagation: at - departed, serialisation, queueing, ..DelaySplit::default() };
        Arrival { at: SimTime::from_nanos(at), split, damage, epoch: self.epoch }
    }

    /// The copy that the link makes of the packet that it has just carried: clocked out right behind it.
    fn duplicate(&mut self, now: SimTime, jitter: u64, octets: usize) -> Arrival {
        self.count.duplicated.add(octets);
        let queueing = self.busy_until.as_nanos() - now.as_nanos();
        let serialisation = self.clock_out(self.busy_until, octets);
        self.arrival(queueing, serialisation, jitter, None, octets)
    }

    fn lose(&mut self, cause: DropCause, at: SimTime, octets: usize) -> Transit {
        self.count.dropped.add(cause, octets);
        Transit::Lost { cause, at }
    }

    /// Whether a packet that was carried in `epoch` reaches the far end.
    pub(crate) fn still_carries(&self, epoch: u32) -> bool {
        self.epoch == epoch
    }

    /// Cuts the link at `now`: what is on it or in front of it is lost, and its queue is empty when it comes back.
    pub(crate) fn take_down(&mut self, now: SimTime) {
        if self.state == State::Up {
            self.count.busy -= nanos(self.busy_until.saturating_since(now));
            self.state = State::Down;
            self.epoch = self.epoch.wrapping_add(1);
            self.busy_until = now;
            self.last_arrival = SimTime::ZERO;
        }
    }

    pub(crate) fn bring_up(&mut self) {
        self.state = State::Up;
    }

    pub(crate) fn is_up(&self) -> bool {
        self.state == State::Up
    }

    pub(crate) fn change_loss(&mut self, loss: Loss, now: SimTime, streams: &Streams) {
        match &mut self.impairment {
            // The channel is looked at when octets leave, which may be later than now.
            Some(impairment) => impairment.change_loss(loss, now, streams),
            None => self.impairment = Impairment::only_loss(loss, now, streams),
        }
    }

    /// Time spent clocking octets out up to `now`.
    pub(crate) fn busy(&self, now: SimTime) -> Duration {
        Duration::from_nanos(self.count.busy).saturating_sub(self.busy_until.saturating_since(now))
    }
}

#[cfg(test)]
mod tests;

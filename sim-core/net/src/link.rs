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
use crate::id::NodeId;
use crate::impairment::{Impairment, Stroke};
use crate::loss::Loss;
use crate::packet::Damage;
use crate::streams::Streams;

/// A link as a scenario describes it. Both directions are alike, and each has its own queue and its own luck.
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
            queue: Duration::from_millis(100),
            mtu: 1500,
            jitter: Jitter::None,
            loss: Loss::None,
            duplication: Probability::ZERO,
            corruption: Probability::ZERO,
        }
    }
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
    /// The direction of `spec` that ends at `head`.
    pub(crate) fn new(spec: &LinkSpec, head: NodeId, streams: &Streams) -> Simplex {
        Simplex {
            busy_until: SimTime::ZERO,
            last_arrival: SimTime::ZERO,
            propagation: nanos(spec.propagation),
            queue: nanos(spec.queue),
            rate: spec.rate,
            state: State::Up,
            epoch: 0,
            impairment: Impairment::of(spec, streams),
            mtu: spec.mtu,
            head,
            count: LinkCount::default(),
        }
    }

    /// Offers a packet of this size at `now`.
    #[inline]
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
        let stroke = match &mut self.impairment {
            Some(impairment) => impairment.strike(self.busy_until, octets),
            // The way of most packets, in a few instructions.
            None if fate == Fate::Open => {
                let first = self.arrival(wait, serialisation, 0, None, octets);
                return Transit::Carried { first, duplicate: None };
            }
            None => Stroke::default(),
        };
        if fate == Fate::Doomed {
            return self.lose(DropCause::Fault, self.busy_until, octets);
        }
        if stroke.lost {
            return self.lose(DropCause::Loss, self.busy_until, octets);
        }
        let first = self.arrival(wait, serialisation, stroke.jitter, stroke.damage, octets);
        let duplicate = stroke.copy.map(|jitter| Box::new(self.duplicate(now, jitter, octets)));
        Transit::Carried { first, duplicate }
    }

    /// Books the link for a packet from `start` on and returns the time that it takes, in nanoseconds.
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

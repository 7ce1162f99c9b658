//! Who watches a run: observers of what nodes report, and the trace of what crossed the network.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;

use sim_api::{Classifier, Lineage, Payload, Probe, SimTime};
use sim_net::{DropCause, Hop, IpProtocol, NodeId, Packet};

/// Counts what nodes report. An observer cannot change the run.
pub trait Observer: Any + Send {
    /// `node` reported `probe` at `now`; `lineage` is the chain of causes behind the event that it handled.
    fn probe(&mut self, now: SimTime, node: NodeId, probe: &Probe, lineage: &Lineage);
}

/// Sees each packet that is offered to a link, such as a capture does. A tap cannot change the run.
pub trait LinkTap: Any + Send {
    /// `packet` was offered to `hop` at `now`; `dropped` says why the link did not carry it to the far end.
    fn offered(&mut self, now: SimTime, hop: Hop, packet: &Packet, dropped: Option<DropCause>);
}

/// An observer that looks away.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn probe(&mut self, _: SimTime, _: NodeId, _: &Probe, _: &Lineage) {}
}

/// Why a datagram was not handled by the node that it was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropReason {
    /// It ended in the network.
    Network(DropCause),
    /// The queue in front of the host's CPU was full.
    Overload,
    /// The host was down, or its crash emptied the queue.
    HostDown,
    /// The host was up, but no process took datagrams at the port.
    PortUnreachable,
}

impl DropReason {
    /// The reason in a few words.
    pub const fn name(self) -> &'static str {
        match self {
            DropReason::Network(cause) => cause.name(),
            DropReason::Overload => "CPU queue full",
            DropReason::HostDown => "host down",
            DropReason::PortUnreachable => "port unreachable",
        }
    }
}

/// How the journey of a datagram ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It reached the host of its destination at this instant.
    Arrived(SimTime),
    /// It was dropped at this instant.
    Dropped(SimTime, DropReason),
    /// It was still on its way when the trace was read.
    InFlight,
}

/// One datagram from the host that sent it to the host that it reached.
#[derive(Clone, Debug)]
pub struct Journey {
    /// When it was sent.
    pub sent_at: SimTime,
    /// The host that sent it.
    pub from: NodeId,
    /// The host of its destination address; `None` when no host has the address.
    pub to: Option<NodeId>,
    /// The protocol above IP: UDP, or ICMP, whose payload has the meaning of the datagram that it is about.
    pub protocol: IpProtocol,
    /// Source address and port.
    pub source: SocketAddr,
    /// Destination address and port.
    pub destination: SocketAddr,
    /// The octets.
    pub payload: Payload,
    /// How often the same message had been sent before by the same host to the same address.
    pub copy: u32,
    /// How it ended.
    pub outcome: Outcome,
}

impl Journey {
    /// What a ladder writes on the arrow.
    pub fn label(&self, classifier: &dyn Classifier) -> Cow<'_, str> {
        match self.protocol {
            IpProtocol::Udp => classifier.label(self.payload.meaning()),
            IpProtocol::Other(_) => Cow::Borrowed("unreachable"),
        }
    }

    /// What it says in a line: the first line of the message, and what is not seen in it.
    pub fn note(&self) -> String {
        let meaning = self.payload.meaning();
        let line = meaning.split(|octet| *octet == b'\r' || *octet == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        match self.protocol {
            IpProtocol::Other(_) => format!("ICMP port unreachable for {line}"),
            IpProtocol::Udp if self.payload.is_encoded() => {
                format!("{line} ({} octets sent for {})", self.payload.len(), meaning.len())
            }
            IpProtocol::Udp => line.into_owned(),
        }
    }
}

/// The journeys of a run, in the order in which they began.
///
/// Tracing is for replays and tests: it keeps each datagram alive, up to a bound.
#[derive(Default)]
pub struct Trace {
    journeys: Vec<Journey>,
    limit: usize,
    overflow: u64,
    filter: Option<Filter>,
}

/// Whether a datagram with this meaning is traced.
type Filter = Box<dyn Fn(&[u8]) -> bool + Send>;

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("journeys", &self.journeys).finish_non_exhaustive()
    }
}

/// Names a journey inside its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JourneyId(u32);

impl JourneyId {
    /// Stands for "not traced".
    pub(crate) const NONE: JourneyId = JourneyId(u32::MAX);
}

impl Trace {
    /// A trace that keeps the first `limit` journeys (fewer than 2^32 - 1) and counts the others.
    pub fn new(limit: usize) -> Trace {
        Trace { limit: limit.min(u32::MAX as usize - 1), ..Trace::default() }
    }

    /// This trace, of only the datagrams whose meaning `filter` accepts.
    #[must_use]
    pub fn only(self, filter: impl Fn(&[u8]) -> bool + Send + 'static) -> Trace {
        Trace { filter: Some(Box::new(filter)), ..self }
    }

    /// The journeys, in the order in which they began.
    pub fn journeys(&self) -> &[Journey] {
        &self.journeys
    }

    /// How many journeys were not kept.
    pub fn overflow(&self) -> u64 {
        self.overflow
    }

    pub(crate) fn begin(&mut self, mut journey: Journey) -> JourneyId {
        if self.filter.as_ref().is_some_and(|filter| !filter(journey.payload.meaning())) {
            return JourneyId::NONE;
        }
        if self.journeys.len() >= self.limit {
            self.overflow += 1;
            return JourneyId::NONE;
        }
        if journey.protocol == IpProtocol::Udp {
            journey.copy = self.copies_before(&journey);
        }
        self.journeys.push(journey);
        JourneyId(self.journeys.len() as u32 - 1)
    }

    pub(crate) fn end(&mut self, id: JourneyId, outcome: Outcome) {
        // A duplicate that the network made, or the rest of a fragmented datagram, does not end a journey twice.
        if let Some(journey) = self.journeys.get_mut(id.0 as usize)
            && journey.outcome == Outcome::InFlight
        {
            journey.outcome = outcome;
        }
    }

    /// Replaces the end of a journey: the host took the datagram in and then turned it away.
    pub(crate) fn overwrite(&mut self, id: JourneyId, outcome: Outcome) {
        if let Some(journey) = self.journeys.get_mut(id.0 as usize) {
            journey.outcome = outcome;
        }
    }

    /// Retransmissions follow within 64·T1: looking back further than this finds other messages only.
    fn copies_before(&self, journey: &Journey) -> u32 {
        const LOOK_BACK: usize = 4096;
        self.journeys
            .iter()
            .rev()
            .take(LOOK_BACK)
            .find(|earlier| {
                earlier.from == journey.from
                    && earlier.protocol == journey.protocol
                    && earlier.destination == journey.destination
                    && earlier.payload.carries_same(&journey.payload)
            })
            .map_or(0, |earlier| earlier.copy + 1)
    }
}

//! A node, what happens to it, and what it may do about it.

use std::any::Any;
use std::fmt;
use std::iter;
use std::net::SocketAddr;

use crate::fault::NodeFault;
use crate::lineage::Lineage;
use crate::payload::Payload;
use crate::probe::{Probe, ProbeName};
use crate::random::Stream;
use crate::time::SimTime;
use crate::timer::TimerToken;

/// A host in the network. It reacts and returns; it never blocks, never reads a clock or an environment, and never
/// fails: bad input is an event to count, not an error to return.
pub trait Node: fmt::Debug + Any + Send {
    /// Reacts to `event`; effects go into `cx`.
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>);

    /// Whether its process takes datagrams at this address and port, one of the host's own addresses. Where it does
    /// not, the host answers with ICMP port unreachable.
    fn listens(&self, _at: SocketAddr) -> bool {
        true
    }

    /// How many transactions, dialogs and calls are alive here. A drained run ends with none.
    fn live(&self) -> usize {
        0
    }
}

/// Everything that can happen to a node. Closed on purpose: a new cause is a new variant here.
#[derive(Clone, Copy, Debug)]
pub enum NodeEvent<'a> {
    /// The run begins.
    Start,
    /// A datagram arrived and passed the host's CPU.
    Datagram {
        /// Source address and port in the IP and UDP headers.
        from: SocketAddr,
        /// Destination address and port: one of the node's own.
        to: SocketAddr,
        /// The payload.
        octets: &'a [u8],
    },
    /// A host says by ICMP that nobody listens where a datagram was sent. Not every such datagram is answered, and
    /// answers are lost like all else; the cause is the datagram's.
    Unreachable {
        /// The own address and port that the datagram was sent from.
        from: SocketAddr,
        /// The address and port that it was sent to.
        to: SocketAddr,
    },
    /// A wake-up that the node queued.
    Timer(TimerToken),
    /// A fault of the node itself, or its end.
    Fault(NodeFault),
    /// The measured time is over: start no new work, hang up, let everything end.
    Drain,
}

/// Whether a datagram leaves for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// For the first time.
    First,
    /// Again, because a timer fired or because its cause was repeated.
    Again,
}

/// A datagram on its way out: the handle that a retransmission sends again.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Source address and port.
    pub from: SocketAddr,
    /// Destination address and port.
    pub to: SocketAddr,
    /// The octets, shared by all copies.
    pub payload: Payload,
    /// The causes behind the first sending.
    pub lineage: Lineage,
    /// Whether it leaves for the first time; a handle says [`Sending::First`] until it is sent again.
    pub sending: Sending,
}

/// What a node asks of the engine.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Send this datagram.
    Send(Outgoing),
    /// Queue a wake-up.
    Wake {
        /// When; not before the present.
        at: SimTime,
        /// Handed back in [`NodeEvent::Timer`].
        token: TimerToken,
    },
    /// Report an observation.
    Probe {
        /// The observation.
        probe: Probe,
        /// The causes behind it.
        lineage: Lineage,
    },
}

/// All that a node may see and do while it handles one event.
#[derive(Debug)]
pub struct Context<'a> {
    now: SimTime,
    cause: Lineage,
    rng: &'a mut Stream,
    effects: &'a mut Vec<Effect>,
}

impl<'a> Context<'a> {
    /// A context for an event at `now` with this cause. Made by whoever drives nodes: the engine, the emulator, tests.
    #[inline]
    pub fn new(
        now: SimTime,
        cause: Lineage,
        rng: &'a mut Stream,
        effects: &'a mut Vec<Effect>,
    ) -> Context<'a> {
        Context { now, cause, rng, effects }
    }

    /// The present.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// The node's own stream of random draws, for branches, tags and the like.
    pub fn rng(&mut self) -> &mut Stream {
        self.rng
    }

    /// The causes behind the event that is being handled.
    pub fn cause(&self) -> Lineage {
        self.cause
    }

    /// Goes on with an earlier cause: the time since then counts as a timer wait.
    ///
    /// For a node that acts on a timer what it could not do at once, such as a user who answers after a while.
    pub fn resume(&mut self, earlier: Lineage) {
        self.cause = earlier.waited_until(self.now);
    }

    /// Sends `octets`, and returns the handle with which the same datagram can be sent again.
    #[inline]
    pub fn send(&mut self, from: SocketAddr, to: SocketAddr, octets: &[u8]) -> Outgoing {
        self.send_payload(from, to, Payload::new(octets))
    }

    /// Sends `wire`, which encodes the message `meaning`: see [`Payload::encoded`]. Returns the handle of the encoded
    /// datagram.
    pub fn send_encoded(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        wire: &[u8],
        meaning: &[u8],
    ) -> Outgoing {
        self.send_payload(from, to, Payload::encoded(wire, meaning))
    }

    #[inline]
    fn send_payload(&mut self, from: SocketAddr, to: SocketAddr, payload: Payload) -> Outgoing {
        let (lineage, sending) = (self.cause, Sending::First);
        // `extend` has made room before it asks for the effect, which is built in its place; `push` would copy it.
        self.effects.extend(iter::once_with(|| {
            Effect::Send(Outgoing { from, to, payload: payload.clone(), lineage, sending })
        }));
        Outgoing { from, to, payload, lineage, sending }
    }

    /// Sends the same datagram again because a timer of its sender fired: the wait since the first sending joins
    /// its lineage.
    pub fn retransmit(&mut self, handle: &Outgoing) {
        let lineage = handle.lineage.waited_until(self.now);
        self.effects.push(Effect::Send(Outgoing { lineage, sending: Sending::Again, ..handle.clone() }));
    }

    /// Sends the same datagram again in reply to the event that is being handled, such as a stored response to a
    /// repeated request.
    pub fn repeat(&mut self, handle: &Outgoing) {
        let (lineage, sending) = (self.cause, Sending::Again);
        self.effects.push(Effect::Send(Outgoing { lineage, sending, ..handle.clone() }));
    }

    /// Asks for `effect` as it is: for a node that runs another one inside itself, hands it a context with an effect
    /// buffer of its own, and passes on what comes out, changed or not.
    ///
    /// ```
    /// use sim_api::{Context, Effect, Node, NodeEvent, Outgoing, Payload, Sending};
    ///
    /// /// Lets the node inside speak plainly, and packs what it sends.
    /// #[derive(Debug)]
    /// struct Packed<N: Node> {
    ///     inner: N,
    ///     effects: Vec<Effect>,
    /// }
    ///
    /// impl<N: Node> Node for Packed<N> {
    ///     fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
    ///         let (now, cause) = (cx.now(), cx.cause());
    ///         self.inner.handle(event, &mut Context::new(now, cause, cx.rng(), &mut self.effects));
    ///         for effect in self.effects.drain(..) {
    ///             match effect {
    ///                 // The lineage of a retransmission holds the wait for its timer: it is kept.
    ///                 Effect::Send(out) => {
    ///                     let shift = if out.sending == Sending::First { 1 } else { 2 };
    ///                     let wire: Vec<u8> = out.payload.iter().map(|octet| octet.wrapping_add(shift)).collect();
    ///                     let payload = Payload::encoded(&wire, &out.payload);
    ///                     cx.pass_on(Effect::Send(Outgoing { payload, ..out }));
    ///                 }
    ///                 effect => cx.pass_on(effect),
    ///             }
    ///         }
    ///     }
    /// }
    /// ```
    pub fn pass_on(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Queues a wake-up. Protocol timers go through a [`TimerSlot`](crate::TimerSlot), which calls this.
    ///
    /// # Panics
    /// When `at` lies in the past.
    pub fn wake_at(&mut self, at: SimTime, token: TimerToken) {
        assert!(at >= self.now, "a wake-up in the past: {at:?} at {:?}", self.now);
        self.effects.push(Effect::Wake { at, token });
    }

    /// Reports that `name` happened to `subject` with this `value`.
    pub fn probe(&mut self, name: ProbeName, subject: u64, value: u64) {
        let probe = Probe { name, subject, value };
        self.effects.push(Effect::Probe { probe, lineage: self.cause });
    }

    /// Counts one occurrence of `name`.
    pub fn count(&mut self, name: ProbeName) {
        self.probe(name, 0, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use std::net::Ipv4Addr;

    #[test]
    fn a_retransmission_shares_the_octets_and_adds_the_wait() {
        let (mut rng, mut effects) = (Seed::new(1).stream("node/alice"), Vec::new());
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 5060));
        let start = SimTime::from_secs(1);
        let handle =
            Context::new(start, Lineage::begin(start), &mut rng, &mut effects).send(addr, addr, b"OPTIONS");
        let later = SimTime::from_millis(1500);
        Context::new(later, Lineage::begin(later), &mut rng, &mut effects).retransmit(&handle);
        let [Effect::Send(first), Effect::Send(second)] = &effects[..] else { panic!("{effects:?}") };
        assert!(std::ptr::eq(first.payload.octets(), second.payload.octets()));
        assert_eq!(second.lineage.split().timers, 500_000_000);
        second.lineage.assert_exact(later);
    }
}

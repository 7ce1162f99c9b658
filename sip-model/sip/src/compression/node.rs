//! A node that speaks plain SIP inside, and SigComp to the network.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use sigcomp::compress::Policy;
use sigcomp::endpoint::{Arrival, Arrived, Endpoint, Settings};
use sigcomp::{CompartmentId, is_sigcomp};
use sim_api::{Context, Effect, Memory, Node, NodeEvent, NodeFault, Outgoing, Payload};

use crate::message::Message;

use super::application::SigcompId;
use super::marking::mark;
use super::probe;
use super::remote::{Peers, Remote, Requests};

/// What makes one compressing node different from another.
#[derive(Clone, Debug)]
pub struct Compression {
    /// The SigComp endpoint. A node that is many subscribers needs as many compartments: with fewer they take each
    /// other's state away, and every message begins with a NACK.
    pub endpoint: Settings,
    /// The next hops that take SigComp, whatever URIs say.
    pub peers: Peers,
    /// Requests whose compartment is remembered for their responses; the source address stands for that of others.
    pub requests: usize,
}

impl Compression {
    /// What RFC 5049 asks of a SIP application at least, with up to 10,000 requests that wait for responses.
    #[must_use]
    pub const fn new(policy: Policy, peers: Peers) -> Self {
        Self { endpoint: Settings::sip(policy), peers, requests: 10_000 }
    }
}

/// A node whose messages are compressed and decompressed on their way: see the [module](super).
///
/// With [`Policy::None`] nothing is compressed or marked, but what arrives compressed is understood.
#[derive(Debug)]
pub struct Compressed<N: Node> {
    inner: N,
    config: Compression,
    endpoint: Endpoint,
    requests: Requests,
    /// The names of the applications here, by their addresses.
    names: BTreeMap<SocketAddr, SigcompId>,
    /// What the node inside asks for while it handles an event.
    effects: Vec<Effect>,
}

impl<N: Node> Compressed<N> {
    /// `inner`, to whose peers nothing has been sent.
    #[must_use]
    pub fn new(inner: N, config: Compression) -> Self {
        let endpoint = Endpoint::new(config.endpoint);
        let (requests, names) = (Requests::default(), BTreeMap::new());
        Self { inner, config, endpoint, requests, names, effects: Vec::new() }
    }

    /// The node inside.
    pub fn inner(&self) -> &N {
        &self.inner
    }

    /// The SigComp endpoint.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Has `act` do something with the node inside; what it sends is compressed as always.
    pub fn with_inner<T>(
        &mut self,
        cx: &mut Context<'_>,
        act: impl FnOnce(&mut N, &mut Context<'_>) -> T,
    ) -> T {
        let mut effects = std::mem::take(&mut self.effects);
        let (now, cause) = (cx.now(), cx.cause());
        let result = act(&mut self.inner, &mut Context::new(now, cause, cx.rng(), &mut effects));
        for effect in effects.drain(..) {
            match effect {
                Effect::Send(out) => self.send(out, cx),
                Effect::Wake { .. } | Effect::Probe { .. } => cx.pass_on(effect),
            }
        }
        self.effects = effects;
        result
    }

    /// Sends what the node inside has sent, compressed if its receiver takes that. A retransmission comes here with
    /// the plain octets, and is compressed anew.
    //= RFC 5049 8: implementations MUST NOT cache the result of compressing and retransmit such a cached result
    fn send(&mut self, out: Outgoing, cx: &mut Context<'_>) {
        let sent = match self.config.endpoint.policy {
            Policy::None => None,
            Policy::Static | Policy::Dynamic | Policy::Shared => self.compress(&out, cx),
        };
        let payload = sent.unwrap_or_else(|| out.payload.clone());
        cx.pass_on(Effect::Send(Outgoing { payload, ..out }));
    }

    /// The payload for a receiver that takes SigComp; `None` for another, or if the octets are no SIP message.
    fn compress(&mut self, out: &Outgoing, cx: &mut Context<'_>) -> Option<Payload> {
        let message = Message::parse(&out.payload).ok()?;
        let remote = Remote::of_outgoing(&message, out.to, &self.config.peers)?;
        let compartment = remote.compartment(out.from);
        let name = self.names.entry(out.from).or_insert_with(|| SigcompId::at(out.from));
        let mut plain = Vec::new();
        mark(&message, out.from, name, &mut plain);
        if message.is_request() {
            let via = message.via().ok()?;
            self.requests.enter(&via, compartment, self.config.requests);
        }
        let mut wire = Vec::new();
        if self.endpoint.send(compartment, &plain, &mut wire).is_err() {
            //= RFC 3320 5.2: the application can try other methods to deliver the message
            cx.probe(probe::UNCOMPRESSED, compartment.0, plain.len() as u64);
            return Some(Payload::new(&plain));
        }
        cx.probe(probe::PLAIN, compartment.0, plain.len() as u64);
        cx.probe(probe::WIRE, compartment.0, wire.len() as u64);
        Some(Payload::encoded(&wire, &plain))
    }

    fn on_sigcomp(&mut self, from: SocketAddr, to: SocketAddr, octets: &[u8], cx: &mut Context<'_>) {
        match self.endpoint.receive(octets) {
            Arrival::Message(arrived) => self.on_message(from, to, arrived, cx),
            Arrival::Nack(compartment) => {
                cx.probe(probe::NACK_RECEIVED, compartment.map_or(0, |compartment| compartment.0), 1);
            }
            Arrival::Refused(failure, nack) => {
                cx.probe(probe::FAILURE, 0, failure.reason.code().into());
                //= RFC 4077 2.2: the NACK is sent back to the originator at the port and IP address from which the
                // message was sent, from the IP address and port to which the uninterpretable message was sent
                if let Some(nack) = nack {
                    cx.probe(probe::NACK_SENT, 0, nack.len() as u64);
                    cx.send(to, from, &nack);
                }
            }
        }
    }

    fn on_message(&mut self, from: SocketAddr, to: SocketAddr, arrived: Arrived, cx: &mut Context<'_>) {
        let Arrived { octets, cycles, pending } = arrived;
        if let Some(compartment) = self.compartment_of(&octets, from, to) {
            self.endpoint.grant(compartment, &octets, pending);
            let memory = self.endpoint.decompressor().states().used(compartment);
            cx.probe(probe::CYCLES, compartment.0, cycles);
            cx.probe(probe::MEMORY, compartment.0, memory as u64);
        }
        let event = NodeEvent::Datagram { from, to, octets: &octets };
        self.with_inner(cx, |inner, cx| inner.handle(event, cx));
    }

    /// The compartment of a message that arrived; `None` if it names no sender.
    fn compartment_of(&self, octets: &[u8], from: SocketAddr, to: SocketAddr) -> Option<CompartmentId> {
        let message = Message::parse(octets).ok()?;
        let via = message.via().ok()?;
        if message.is_request() {
            return Some(Remote::of_request(&via, from).compartment(to));
        }
        self.requests.find(&via).or_else(|| Some(Remote::Address(from).compartment(to)))
    }

    fn forget(&mut self) {
        self.endpoint = Endpoint::new(self.config.endpoint);
        self.requests = Requests::default();
    }
}

impl<N: Node> Node for Compressed<N> {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        match event {
            NodeEvent::Datagram { from, to, octets }
                if octets.first().is_some_and(|first| is_sigcomp(*first)) =>
            {
                return self.on_sigcomp(from, to, octets, cx);
            }
            NodeEvent::Fault(NodeFault::Crash(Memory::Lost)) => self.forget(),
            NodeEvent::Start
            | NodeEvent::Datagram { .. }
            | NodeEvent::Unreachable { .. }
            | NodeEvent::Timer(_)
            | NodeEvent::Fault(_)
            | NodeEvent::Drain => {}
        }
        self.with_inner(cx, |inner, cx| inner.handle(event, cx));
    }

    fn listens(&self, at: SocketAddr) -> bool {
        self.inner.listens(at)
    }

    fn live(&self) -> usize {
        self.inner.live()
    }
}

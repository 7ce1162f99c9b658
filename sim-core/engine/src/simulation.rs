//! One run: the network, the hosts at its edge, and the loop that carries out what they ask.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use sim_api::{Classifier, Context, Effect, Lineage, Node, NodeEvent, Seed, SimTime, TimedFault};
use sim_net::{Network, NodeId, Reassembler};

use crate::cpu::{Cpu, CpuSpec, CpuStatistics};
use crate::delivery::Tally;
use crate::digest::RollingDigest;
use crate::event::Event;
use crate::faults::{DropRule, FaultError, Strike};
use crate::host::{Host, HostTally, Power};
use crate::icmp::Refusals;
use crate::observe::{LinkTap, Observer, Trace, Unobserved};
use crate::order::Origins;
use crate::queue::{EventQueue, Key, Wheel};
use crate::slab::Packets;

/// A deterministic simulation of hosts on a network.
///
/// A run is a function of what it was built from: the network, the nodes, the seed and the fault schedule. Observers,
/// taps and traces cannot change it.
pub struct Simulation {
    pub(crate) net: Network,
    pub(crate) hosts: Vec<Option<Box<Host>>>,
    pub(crate) queue: Wheel<Event>,
    pub(crate) origins: Origins,
    pub(crate) packets: Packets,
    pub(crate) now: SimTime,
    pub(crate) classifier: Arc<dyn Classifier>,
    pub(crate) trace: Option<Trace>,
    pub(crate) tap: Option<Box<dyn LinkTap>>,
    pub(crate) drop_rules: Vec<DropRule>,
    pub(crate) tally: Tally,
    pub(crate) next_ident: u32,
    seed: Seed,
    strikes: Vec<Strike>,
    observer: Box<dyn Observer>,
    digest: RollingDigest,
    events: u64,
    /// What a node asks for while it handles an event; empty between events.
    pub(crate) effects: Vec<Effect>,
}

impl Simulation {
    /// A simulation of `network` in which nothing happens yet. `classifier` tells messages apart for service times,
    /// faults and labels.
    pub fn new(network: Network, seed: Seed, classifier: Arc<dyn Classifier>) -> Simulation {
        let nodes = network.node_count();
        Simulation {
            origins: Origins::new(seed, &network),
            net: network,
            hosts: std::iter::repeat_with(|| None).take(nodes).collect(),
            queue: Wheel::new(),
            packets: Packets::default(),
            now: SimTime::ZERO,
            classifier,
            trace: None,
            tap: None,
            drop_rules: Vec::new(),
            tally: Tally::default(),
            next_ident: 0,
            seed,
            strikes: Vec::new(),
            observer: Box::new(Unobserved),
            digest: RollingDigest::new(),
            events: 0,
            effects: Vec::new(),
        }
    }

    /// Lets `node` run on the host at `place`, behind a CPU of this kind or, with `None`, one that takes no time. The
    /// node is told to start at the present.
    ///
    /// # Panics
    /// When a node runs there already.
    pub fn attach(&mut self, place: NodeId, node: Box<dyn Node>, cpu: Option<CpuSpec>) {
        let name = self.net.node_name(place).to_owned();
        assert!(self.hosts[place.index()].is_none(), "two nodes on the host {name:?}");
        self.hosts[place.index()] = Some(Box::new(Host {
            node,
            rng: self.seed.stream(&format!("node/{name}")),
            cpu: cpu.map(|spec| Cpu::new(spec, self.seed.counter_stream(&format!("node/{name}/cpu")))),
            power: Power::Up,
            held: Vec::new(),
            reassembler: Reassembler::default(),
            refusals: Refusals::default(),
            tally: HostTally::default(),
        }));
        self.push(place, self.now, Event::Start { host: place });
    }

    /// Sends all observations of nodes to `observer`.
    pub fn observe(&mut self, observer: Box<dyn Observer>) {
        self.observer = observer;
    }

    /// Records the journeys of datagrams from here on.
    pub fn trace(&mut self, trace: Trace) {
        self.trace = Some(trace);
    }

    /// Shows each packet that is offered to a link to `tap`.
    pub fn tap(&mut self, tap: Box<dyn LinkTap>) {
        self.tap = Some(tap);
    }

    /// Adds faults to the schedule.
    ///
    /// # Errors
    /// When a fault names a node without a host, an unknown link, or an instant that has passed.
    pub fn schedule_faults(&mut self, faults: &[TimedFault]) -> Result<(), FaultError> {
        for TimedFault { at, fault } in faults {
            if *at < self.now {
                return Err(FaultError::Past { at: *at });
            }
            let strike = self.resolve_fault(fault)?;
            let index = u32::try_from(self.strikes.len()).expect("fewer than 2^32 faults");
            self.strikes.push(strike);
            let key = self.origins.schedule_key(*at);
            self.queue.push(key, Event::Fault { index });
        }
        Ok(())
    }

    /// Tells every node, at `at`, to start no new work and to end what lives.
    pub fn drain_at(&mut self, at: SimTime) {
        for index in 0..self.hosts.len() {
            if self.hosts[index].is_some() {
                let host = NodeId::from_index(index);
                self.push(host, at, Event::Drain { host });
            }
        }
    }

    /// Carries out all events before `end`; the present is `end` afterwards.
    ///
    /// # Panics
    /// When `end` lies in the past.
    pub fn run_until(&mut self, end: SimTime) {
        assert!(end >= self.now, "cannot run back to {end:?} from {:?}", self.now);
        if let Some(last) = end.as_nanos().checked_sub(1) {
            self.run_to_quiet(SimTime::from_nanos(last));
        }
        self.now = end;
    }

    /// Carries out all events up to and including `horizon`, and stops early when none is left: the present is then
    /// the instant of the last event.
    pub fn run_to_quiet(&mut self, horizon: SimTime) {
        while let Some((key, event)) = self.queue.pop_by(horizon) {
            self.step(key, event);
        }
    }

    /// The present.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// How many events were carried out.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The rolling digest of all events so far.
    pub fn digest(&self) -> RollingDigest {
        self.digest
    }

    /// The network with its counters.
    pub fn network(&self) -> &Network {
        &self.net
    }

    /// The trace, when one is kept.
    pub fn journeys(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }

    /// What the host at `place` has taken in; `None` when no node runs there.
    pub fn host_tally(&self, place: NodeId) -> Option<HostTally> {
        Some(self.hosts[place.index()].as_ref()?.tally)
    }

    /// What the CPU of the host at `place` did since its statistics began; `None` when it has none.
    pub fn cpu_statistics(&self, place: NodeId) -> Option<CpuStatistics> {
        Some(self.hosts[place.index()].as_ref()?.cpu.as_ref()?.statistics(self.now))
    }

    /// Begins the statistics of all CPUs anew: a warm-up has ended.
    pub fn reset_cpu_statistics(&mut self) {
        for host in self.hosts.iter_mut().flatten() {
            if let Some(cpu) = &mut host.cpu {
                cpu.reset_statistics(self.now);
            }
        }
    }

    /// How many transactions, dialogs and calls are alive in all nodes.
    pub fn live(&self) -> usize {
        self.hosts.iter().flatten().map(|host| host.node.live()).sum()
    }

    /// The observer, when it is of this type.
    pub fn observer<O: Observer>(&self) -> Option<&O> {
        let any: &dyn Any = &*self.observer;
        any.downcast_ref()
    }

    /// The observer, when it is of this type, to take its results.
    pub fn observer_mut<O: Observer>(&mut self) -> Option<&mut O> {
        let any: &mut dyn Any = &mut *self.observer;
        any.downcast_mut()
    }

    /// The tap, when it is of this type, to take its results.
    pub fn tap_mut<T: LinkTap>(&mut self) -> Option<&mut T> {
        let any: &mut dyn Any = &mut **self.tap.as_mut()?;
        any.downcast_mut()
    }

    /// The node at `place`, when it is of this type.
    pub fn node<N: Node>(&self, place: NodeId) -> Option<&N> {
        let any: &dyn Any = &*self.hosts[place.index()].as_ref()?.node;
        any.downcast_ref()
    }

    /// Lets `act` give an order to the node at `place` at the present, as its user or operator would; the node's
    /// effects are carried out. `None` when no node of this type runs there.
    pub fn order<N: Node, R>(
        &mut self,
        place: NodeId,
        act: impl FnOnce(&mut N, &mut Context<'_>) -> R,
    ) -> Option<R> {
        let host = self.hosts[place.index()].as_mut()?;
        let mut cx = Context::new(self.now, Lineage::begin(self.now), &mut host.rng, &mut self.effects);
        let any: &mut dyn Any = &mut *host.node;
        let result = any.downcast_mut::<N>().map(|node| act(node, &mut cx));
        self.carry_out(place);
        result
    }

    /// Asserts the laws of conservation: packets sent are delivered, dropped by a named cause or in flight, on each
    /// link and in the whole network.
    ///
    /// # Panics
    /// When a law is broken: a defect of the engine.
    pub fn assert_conservation(&self) {
        if let Err(error) = self.net.conservation() {
            panic!("{error}");
        }
        self.tally.assert_balance(self.packets.len() as u64);
    }

    #[inline(always)]
    fn step(&mut self, key: Key, event: Event) {
        assert!(key.time >= self.now, "virtual time went backwards");
        self.now = key.time;
        self.events += 1;
        self.digest.fold(key, event.kind(), self.content(event));
        match event {
            Event::Arrive { hop, packet } => self.on_arrival(hop, packet),
            Event::Loop { packet } => self.on_loop(packet),
            Event::Served { host, server } => self.on_served(host, server),
            Event::Wake { host, token } => self.on_wake(host, token),
            Event::Start { host } => self.dispatch(host, NodeEvent::Start, Lineage::begin(self.now)),
            Event::Drain { host } => self.dispatch(host, NodeEvent::Drain, Lineage::begin(self.now)),
            Event::Fault { index } => {
                let strike = self.strikes[index as usize].clone();
                self.strike(strike);
            }
        }
    }

    fn content(&self, event: Event) -> u64 {
        match event {
            Event::Arrive { packet, .. } | Event::Loop { packet } => {
                self.packets[packet].packet.payload().content_hash()
            }
            Event::Served { host, server } => ((host.index() as u64) << 32) | u64::from(server),
            Event::Wake { token, .. } => token.0,
            Event::Start { host } | Event::Drain { host } => host.index() as u64,
            Event::Fault { index } => u64::from(index),
        }
    }

    fn on_wake(&mut self, place: NodeId, token: sim_api::TimerToken) {
        let Some(host) = &mut self.hosts[place.index()] else { return };
        if host.power != Power::Up {
            host.held.push(token);
            return;
        }
        self.dispatch(place, NodeEvent::Timer(token), Lineage::begin(self.now));
    }

    /// Hands an event to the node at `place`, and carries out its effects.
    pub(crate) fn dispatch(&mut self, place: NodeId, event: NodeEvent<'_>, cause: Lineage) {
        if let Some(host) = &mut self.hosts[place.index()] {
            host.react(self.now, event, cause, &mut self.effects);
        }
        self.carry_out(place);
    }

    /// Tells the node at `place` of the end of its process: probes count, but nothing is sent and no wake-up queued.
    pub(crate) fn dispatch_silently(&mut self, place: NodeId, event: NodeEvent<'_>) {
        if let Some(host) = &mut self.hosts[place.index()] {
            host.react(self.now, event, Lineage::begin(self.now), &mut self.effects);
        }
        self.effects.retain(|effect| matches!(effect, Effect::Probe { .. }));
        self.carry_out(place);
    }

    /// Carries out what the node at `place` has asked for.
    pub(crate) fn carry_out(&mut self, place: NodeId) {
        let mut effects = std::mem::take(&mut self.effects);
        for effect in &effects {
            match effect {
                Effect::Send(outgoing) => self.send_datagram(place, outgoing),
                Effect::Wake { at, token } => {
                    self.push(place, *at, Event::Wake { host: place, token: *token })
                }
                Effect::Probe { probe, lineage } => self.observer.probe(self.now, place, probe, lineage),
            }
        }
        effects.clear();
        self.effects = effects;
    }

    /// Queues `event` for `at` on behalf of `origin`.
    pub(crate) fn push(&mut self, origin: NodeId, at: SimTime, event: Event) {
        let key: Key = self.origins.key(origin, at);
        self.queue.push(key, event);
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation")
            .field("now", &self.now)
            .field("events", &self.events)
            .field("pending", &self.queue.len())
            .field("in_flight", &self.packets.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

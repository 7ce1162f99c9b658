//! A network of constant delay, and a loop that runs it.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sim_api::{
    Classifier, Context, DelaySplit, Effect, Lineage, Node, NodeEvent, NodeFault, Outgoing, Probe, ProbeName,
    Seed, SimTime, Stream, TimerToken, nanos,
};

use crate::classify::SipClassifier;
use crate::ua::UserAgents;

/// Which packets the network loses: it is asked for each, with its label and how many of that label from that node came
/// before.
pub(crate) type Loss = Box<dyn FnMut(&Sent) -> bool>;

/// A packet that a node sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) at: SimTime,
    pub(crate) from: &'static str,
    pub(crate) to: Option<&'static str>,
    pub(crate) label: String,
    /// From 1, among the packets with this label from this node.
    pub(crate) nth: usize,
    /// On the wire.
    pub(crate) octets: Vec<u8>,
    /// The message that they encode, which is themselves unless the node compresses.
    pub(crate) meaning: Vec<u8>,
    pub(crate) is_lost: bool,
}

/// An observation, and when it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) at: SimTime,
    pub(crate) probe: Probe,
    pub(crate) lineage: Lineage,
}

enum Event {
    Deliver(Outgoing),
    Wake(TimerToken),
}

struct Host {
    name: &'static str,
    node: Box<dyn Node>,
    rng: Stream,
    is_up: bool,
    missed: Vec<TimerToken>,
}

/// Nodes, the packets and wake-ups under way, and everything that happened.
pub(crate) struct World {
    now: SimTime,
    seed: Seed,
    one_way: Duration,
    hosts: Vec<Host>,
    by_address: BTreeMap<IpAddr, usize>,
    queue: BTreeMap<(SimTime, u64), (usize, Event)>,
    next: u64,
    loss: Loss,
    /// How many packets with each label each node has sent.
    labels: BTreeMap<(&'static str, String), usize>,
    pub(crate) sent: Vec<Sent>,
    pub(crate) seen: Vec<Seen>,
}

impl World {
    pub(crate) fn new(one_way: Duration) -> World {
        World {
            now: SimTime::ZERO,
            seed: Seed::new(7),
            one_way,
            hosts: Vec::new(),
            by_address: BTreeMap::new(),
            queue: BTreeMap::new(),
            next: 0,
            loss: Box::new(|_| false),
            labels: BTreeMap::new(),
            sent: Vec::new(),
            seen: Vec::new(),
        }
    }

    pub(crate) fn losing(mut self, loss: impl FnMut(&Sent) -> bool + 'static) -> World {
        self.loss = Box::new(loss);
        self
    }

    /// Adds a node and starts it.
    pub(crate) fn host(mut self, name: &'static str, addresses: &[IpAddr], node: impl Node) -> World {
        let index = self.hosts.len();
        let rng = self.seed.stream(name);
        self.by_address.extend(addresses.iter().map(|address| (*address, index)));
        let node = Box::new(node);
        self.hosts.push(Host { name, node, rng, is_up: true, missed: Vec::new() });
        self.give(index, NodeEvent::Start, Lineage::begin(SimTime::ZERO));
        self
    }

    /// Adds user agents at all their addresses and starts them.
    pub(crate) fn agents(self, name: &'static str, node: UserAgents) -> World {
        let lines = &node.config().identities;
        let addresses: Vec<IpAddr> = (0..lines.count()).map(|line| lines.address(line).ip()).collect();
        self.host(name, &addresses, node)
    }

    /// Gives an order to the user agents called `name`.
    pub(crate) fn order<T>(
        &mut self,
        name: &str,
        order: impl FnOnce(&mut UserAgents, &mut Context<'_>) -> T,
    ) -> T {
        self.order_node(name, order)
    }

    /// Gives an order to the node called `name`, which is an `N`.
    pub(crate) fn order_node<N: Node, T>(
        &mut self,
        name: &str,
        order: impl FnOnce(&mut N, &mut Context<'_>) -> T,
    ) -> T {
        let index = self.index(name);
        let (now, mut effects) = (self.now, Vec::new());
        let host = &mut self.hosts[index];
        let node: &mut dyn Any = &mut *host.node;
        let node = node.downcast_mut().expect("the order is for such a node");
        let mut cx = Context::new(now, Lineage::begin(now), &mut host.rng, &mut effects);
        let result = order(node, &mut cx);
        self.carry_out(index, effects);
        result
    }

    /// Makes a packet appear on the way to `to`.
    pub(crate) fn inject(&mut self, from: &str, to: &str, octets: &[u8]) {
        let (from, to): (SocketAddr, SocketAddr) = (from.parse().unwrap(), to.parse().unwrap());
        let (mut rng, mut effects) = (self.seed.stream("inject"), Vec::new());
        Context::new(self.now, Lineage::begin(self.now), &mut rng, &mut effects).send(from, to, octets);
        let Some(Effect::Send(out)) = effects.pop() else { unreachable!("a send is a send") };
        self.deliver(out);
    }

    pub(crate) fn fault(&mut self, name: &str, fault: NodeFault) {
        let index = self.index(name);
        self.hosts[index].is_up = fault == NodeFault::Restart;
        self.give(index, NodeEvent::Fault(fault), Lineage::begin(self.now));
        if fault == NodeFault::Restart {
            for token in std::mem::take(&mut self.hosts[index].missed) {
                self.give(index, NodeEvent::Timer(token), Lineage::begin(self.now));
            }
        }
    }

    /// Ends the measured time at all nodes.
    pub(crate) fn drain(&mut self) {
        for index in 0..self.hosts.len() {
            self.give(index, NodeEvent::Drain, Lineage::begin(self.now));
        }
    }

    /// Runs until nothing is under way, or until `until`.
    pub(crate) fn run_until(&mut self, until: SimTime) {
        while let Some(entry) = self.queue.first_entry()
            && entry.key().0 <= until
        {
            let ((at, _), (index, event)) = entry.remove_entry();
            self.now = at;
            match event {
                Event::Wake(token) if self.hosts[index].is_up => {
                    self.give(index, NodeEvent::Timer(token), Lineage::begin(at));
                }
                Event::Wake(token) => self.hosts[index].missed.push(token),
                Event::Deliver(out) if self.hosts[index].is_up => {
                    let event =
                        NodeEvent::Datagram { from: out.from, to: out.to, octets: out.payload.octets() };
                    let way = DelaySplit { propagation: nanos(self.one_way), ..DelaySplit::default() };
                    self.give(index, event, out.lineage.after(way));
                }
                Event::Deliver(_) => {}
            }
        }
        self.now = self.now.max(until.min(SimTime::from_secs(1 << 30)));
    }

    pub(crate) fn run(&mut self) {
        self.run_until(SimTime::NEVER);
    }

    /// Runs to the end, then asserts that nothing is left behind and that every transaction begun has ended.
    pub(crate) fn finish(&mut self) {
        self.drain();
        self.run();
        for host in &self.hosts {
            assert_eq!(host.node.live(), 0, "something lives on in {}", host.name);
        }
        let total = |name| self.values(name).iter().sum::<u64>();
        let begun = total(crate::probe::TRANSACTION_BEGUN);
        assert_eq!(begun, total(crate::probe::TRANSACTION_ENDED), "each transaction begun has ended");
    }

    pub(crate) fn live(&self, name: &str) -> usize {
        self.hosts[self.index(name)].node.live()
    }

    /// The values of all observations called `name`.
    pub(crate) fn values(&self, name: ProbeName) -> Vec<u64> {
        self.seen.iter().filter(|seen| seen.probe.name == name).map(|seen| seen.probe.value).collect()
    }

    pub(crate) fn count(&self, name: ProbeName) -> usize {
        self.values(name).len()
    }

    /// When observations called `name` were made, in milliseconds.
    pub(crate) fn times(&self, name: ProbeName) -> Vec<f64> {
        self.seen.iter().filter(|seen| seen.probe.name == name).map(|seen| seen.at.as_millis_f64()).collect()
    }

    /// When `node` sent packets labelled `label`, in milliseconds.
    pub(crate) fn sendings(&self, node: &str, label: &str) -> Vec<f64> {
        let of = |sent: &&Sent| sent.from == node && sent.label == label;
        self.sent.iter().filter(of).map(|sent| sent.at.as_millis_f64()).collect()
    }

    /// The octets of the packets that `node` sent with this label.
    pub(crate) fn octets(&self, node: &str, label: &str) -> Vec<String> {
        let of = |sent: &&Sent| sent.from == node && sent.label == label;
        self.sent.iter().filter(of).map(|sent| String::from_utf8_lossy(&sent.octets).into_owned()).collect()
    }

    /// A line for each packet: milliseconds, sender, label, and a cross for what was lost.
    pub(crate) fn ladder(&self) -> String {
        self.sent.iter().fold(String::new(), |mut ladder, sent| {
            let (arrow, to) = (if sent.is_lost { "--x" } else { "-->" }, sent.to.unwrap_or("nobody"));
            writeln!(ladder, "{:<8.1} {} {arrow} {to} {}", sent.at.as_millis_f64(), sent.from, sent.label)
                .unwrap();
            ladder
        })
    }

    fn index(&self, name: &str) -> usize {
        self.hosts.iter().position(|host| host.name == name).expect("the test named the node")
    }

    fn give(&mut self, index: usize, event: NodeEvent<'_>, cause: Lineage) {
        cause.assert_exact(self.now);
        let mut effects = Vec::new();
        let host = &mut self.hosts[index];
        host.node.handle(event, &mut Context::new(self.now, cause, &mut host.rng, &mut effects));
        self.carry_out(index, effects);
    }

    fn carry_out(&mut self, index: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(out) => self.send(index, out),
                Effect::Wake { at, token } => self.enqueue(at, index, Event::Wake(token)),
                Effect::Probe { probe, lineage } => {
                    lineage.assert_exact(self.now);
                    self.seen.push(Seen { at: self.now, probe, lineage });
                }
            }
        }
    }

    fn send(&mut self, index: usize, out: Outgoing) {
        out.lineage.assert_exact(self.now);
        let from = self.hosts[index].name;
        let label = SipClassifier.label(out.payload.meaning()).into_owned();
        let nth = self.labels.entry((from, label.clone())).or_insert(0);
        *nth += 1;
        let nth = *nth;
        let to = self.by_address.get(&out.to.ip()).map(|index| self.hosts[*index].name);
        let (octets, meaning) = (out.payload.to_vec(), out.payload.meaning().to_vec());
        let mut sent = Sent { at: self.now, from, to, label, nth, octets, meaning, is_lost: false };
        sent.is_lost = (self.loss)(&sent);
        let is_lost = sent.is_lost;
        self.sent.push(sent);
        if !is_lost {
            self.deliver(out);
        }
    }

    fn deliver(&mut self, out: Outgoing) {
        if let Some(&index) = self.by_address.get(&out.to.ip()) {
            self.enqueue(self.now + self.one_way, index, Event::Deliver(out));
        }
    }

    fn enqueue(&mut self, at: SimTime, index: usize, event: Event) {
        self.queue.insert((at, self.next), (index, event));
        self.next += 1;
    }
}

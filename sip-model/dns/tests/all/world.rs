//! A small Internet: two clients, a resolver, and the servers of five zones around one router.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dns::{
    Answer, Answered, Asked, Message, Misbehaviour, Name, Question, RData, Record, RecordType, Resolver,
    ResolverConfig, ResponseCode, Server, Soa, Srv, StubClient, StubConfig, Ticket, TimedMisbehaviour, Zone,
};
use sim_api::{Context, Node, NodeEvent, Seed, SimTime, TimerToken, Unclassified};
use sim_engine::{Simulation, Trace};
use sim_net::{LinkSpec, NetworkBuilder, NodeId};

/// A host that asks what it is told to.
#[derive(Debug)]
pub(crate) struct Asker {
    client: StubClient,
    pending: Vec<(Ticket, Question)>,
    pub(crate) answers: Vec<(SimTime, Question, Answer)>,
}

impl Asker {
    fn new(address: &str) -> Asker {
        let resolver = "192.0.2.53:53".parse().unwrap();
        let local = SocketAddr::new(address.parse().unwrap(), 5353);
        let config = StubConfig { cache: None, ..StubConfig::new(local, vec![resolver], TimerToken(1)) };
        Asker { client: StubClient::new(config), pending: Vec::new(), answers: Vec::new() }
    }

    fn ask(&mut self, question: Question, cx: &mut Context<'_>) {
        match self.client.ask(question.clone(), cx) {
            Asked::Pending(ticket) => self.pending.push((ticket, question)),
            Asked::Answered(answer) => self.answers.push((cx.now(), question, answer)),
            Asked::Refused => panic!("refused {question}"),
        }
    }
}

impl Node for Asker {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let mut answered = Vec::new();
        match event {
            NodeEvent::Datagram { from, octets, .. } => self.client.receive(from, octets, &mut answered, cx),
            NodeEvent::Timer(_) => self.client.on_wake(&mut answered, cx),
            _ => {}
        }
        for Answered { ticket, answer, lineage } in answered {
            cx.resume(lineage);
            let place = self.pending.iter().position(|(pending, _)| *pending == ticket).unwrap();
            self.answers.push((cx.now(), self.pending.remove(place).1, answer));
        }
    }

    fn live(&self) -> usize {
        self.client.live()
    }
}

pub(crate) struct World {
    pub(crate) simulation: Simulation,
    names: Vec<(&'static str, NodeId)>,
}

/// What a test changes before the world begins.
pub(crate) struct Plan {
    zones: Vec<(&'static str, Zone)>,
    misbehaviour: Vec<(&'static str, TimedMisbehaviour)>,
    seed: u64,
}

const HOSTS: [(&str, &str); 8] = [
    ("alice", "192.0.2.1"),
    ("bob", "192.0.2.2"),
    ("resolver", "192.0.2.53"),
    ("root", "198.51.100.1"),
    ("example", "198.51.100.2"),
    ("net", "198.51.100.3"),
    ("shop1", "198.51.100.4"),
    ("shop2", "198.51.100.5"),
];

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub(crate) fn record(owner: &str, ttl: u32, data: RData) -> Record {
    Record::new(name(owner), ttl, data)
}

pub(crate) fn address(owner: &str, ttl: u32, address: &str) -> Record {
    record(owner, ttl, RData::of_address(address.parse().unwrap()))
}

fn server(owner: &str, host: &str) -> Record {
    record(owner, 86_400, RData::Ns(name(host)))
}

fn zone(origin: &str, records: Vec<Record>) -> Zone {
    let mut zone = Zone::new(name(origin), 3600, Soa::of(&name(origin), 30));
    records.into_iter().for_each(|record| zone.add(record).unwrap());
    zone
}

impl Plan {
    pub(crate) fn new() -> Plan {
        let root = vec![
            server("example", "ns.example"),
            address("ns.example", 86_400, "198.51.100.2"),
            server("net", "ns.net"),
            address("ns.net", 86_400, "198.51.100.3"),
        ];
        let example = vec![
            server("shop.example", "ns1.shop.example"),
            server("shop.example", "ns2.shop.example"),
            address("ns1.shop.example", 86_400, "198.51.100.4"),
            address("ns2.shop.example", 86_400, "198.51.100.5"),
            server("hosted.example", "ns.provider.net"),
            server("knot.example", "ns.knot.net"),
            address("bank.example", 3600, "203.0.113.80"),
        ];
        let net =
            vec![address("ns.provider.net", 3600, "198.51.100.5"), server("knot.net", "ns.knot.example")];
        let shop = vec![
            address("www.shop.example", 5, "203.0.113.1"),
            record("alias.shop.example", 60, RData::Cname(name("bank.example"))),
            record("round.shop.example", 60, RData::Cname(name("about.shop.example"))),
            record("about.shop.example", 60, RData::Cname(name("round.shop.example"))),
        ];
        let hosted = vec![address("www.hosted.example", 60, "203.0.113.2")];
        let zones = vec![
            ("root", zone(".", root)),
            ("example", zone("example", example)),
            ("net", zone("net", net)),
            ("shop1", zone("shop.example", shop.clone())),
            ("shop2", zone("shop.example", shop)),
            ("shop2", zone("hosted.example", hosted)),
        ];
        Plan { zones, misbehaviour: Vec::new(), seed: 1 }
    }

    pub(crate) fn with_seed(self, seed: u64) -> Plan {
        Plan { seed, ..self }
    }

    /// Adds `record` to each copy of the zone with this origin.
    pub(crate) fn with_record(mut self, origin: &str, record: Record) -> Plan {
        for (_, zone) in self.zones.iter_mut().filter(|(_, zone)| *zone.origin() == name(origin)) {
            zone.add(record.clone()).unwrap();
        }
        self
    }

    pub(crate) fn with_srv_records(self, count: u16) -> Plan {
        (0..count).fold(self, |plan, host| {
            let srv =
                Srv { priority: 0, weight: 1, port: 5060, target: name(&format!("h{host}.shop.example")) };
            plan.with_record("shop.example", record("_sip._udp.shop.example", 60, RData::Srv(srv)))
        })
    }

    pub(crate) fn misbehaving(mut self, host: &'static str, until: SimTime, what: Misbehaviour) -> Plan {
        self.misbehaviour.push((host, TimedMisbehaviour { from: SimTime::ZERO, until, what }));
        self
    }

    pub(crate) fn build(self) -> World {
        let mut network = NetworkBuilder::new();
        let router = network.node("router").unwrap();
        let mut names = Vec::new();
        for (host, address) in HOSTS {
            let node = network.node(host).unwrap();
            network.address(node, address.parse().unwrap()).unwrap();
            let spec = LinkSpec::between(format!("{host}-router"), node, router);
            network.link(LinkSpec { propagation: Duration::from_millis(5), ..spec }).unwrap();
            names.push((host, node));
        }
        let seed = Seed::new(self.seed);
        let mut simulation = Simulation::new(network.build(seed).unwrap(), seed, Arc::new(Unclassified));
        for &(host, node) in &names {
            simulation.attach(node, self.node(host), None);
        }
        simulation.trace(Trace::new(10_000));
        World { simulation, names }
    }

    fn node(&self, host: &str) -> Box<dyn Node> {
        let at = HOSTS.iter().find(|(name, _)| *name == host).unwrap().1;
        match host {
            "alice" | "bob" => Box::new(Asker::new(at)),
            "resolver" => {
                let hints = vec!["198.51.100.1".parse().unwrap()];
                Box::new(Resolver::new(ResolverConfig::new(at.parse().unwrap(), hints)))
            }
            _ => {
                let own = self.zones.iter().filter(|(owner, _)| *owner == host);
                let server = Server::new(own.map(|(_, zone)| zone.clone()).collect());
                let bad = self.misbehaviour.iter().filter(|(owner, _)| *owner == host);
                Box::new(bad.fold(server, |server, (_, timed)| server.with_misbehaviour(timed.clone())))
            }
        }
    }
}

impl World {
    pub(crate) fn ask(&mut self, host: &str, owner: &str, record_type: RecordType) {
        let question = Question::new(name(owner), record_type);
        let node = self.node(host);
        self.simulation.order(node, |asker: &mut Asker, cx| asker.ask(question, cx)).unwrap();
    }

    /// Runs until nothing happens any more; asserts that nobody waits for anything.
    pub(crate) fn run(&mut self) {
        self.simulation.run_to_quiet(SimTime::from_secs(3600));
        self.simulation.assert_conservation();
        assert_eq!(self.simulation.live(), 0);
    }

    pub(crate) fn run_until(&mut self, at: SimTime) {
        self.simulation.run_until(at);
    }

    /// The last answer of `host`, and how many milliseconds after the start of the world it came.
    pub(crate) fn answer(&self, host: &str) -> (f64, Answer) {
        let asker: &Asker = self.simulation.node(self.node(host)).unwrap();
        let (at, _, answer) = asker.answers.last().expect("an answer came");
        (at.as_nanos() as f64 / 1e6, answer.clone())
    }

    pub(crate) fn answers(&self, host: &str) -> usize {
        let asker: &Asker = self.simulation.node(self.node(host)).unwrap();
        asker.answers.len()
    }

    /// How many datagrams `from` sent to `to`.
    pub(crate) fn sent(&self, from: &str, to: &str) -> usize {
        let (from, to) = (self.node(from), self.node(to));
        let journeys = self.simulation.journeys().unwrap().journeys();
        journeys.iter().filter(|journey| journey.from == from && journey.to == Some(to)).count()
    }

    /// Who sent what when, one line a datagram.
    pub(crate) fn ladder(&self) -> String {
        let mut text = String::from("ms       from    to\n");
        for journey in self.simulation.journeys().unwrap().journeys() {
            let (from, to) = (self.name(journey.from), journey.to.map_or("?", |to| self.name(to)));
            let ms = journey.sent_at.as_nanos() as f64 / 1e6;
            writeln!(text, "{ms:8.1} {from:>8} -> {to:8} {}", summary(&journey.payload)).unwrap();
        }
        text
    }

    fn node(&self, host: &str) -> NodeId {
        self.names.iter().find(|(name, _)| *name == host).unwrap().1
    }

    fn name(&self, node: NodeId) -> &'static str {
        self.names.iter().find(|(_, id)| *id == node).unwrap().0
    }
}

fn summary(octets: &[u8]) -> String {
    let message = Message::parse(octets).unwrap();
    let question = &message.questions[0];
    if !message.flags.response {
        return format!("{question}?");
    }
    let code = match message.code {
        ResponseCode::NoError => "",
        ResponseCode::NxDomain => "NXDOMAIN ",
        ResponseCode::ServFail => "SERVFAIL ",
        _ => "other ",
    };
    let sections = [&message.answers, &message.authorities, &message.additionals].map(Vec::len);
    let cut = if message.flags.truncated { " TC" } else { "" };
    format!("{question}: {code}{}/{}/{}{cut}", sections[0], sections[1], sections[2])
}

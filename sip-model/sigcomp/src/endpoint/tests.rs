//! Two endpoints over a network that loses, copies and reorders, and that forget everything now and then.

use proptest::prelude::*;

use super::*;
use crate::failure::Reason;
use crate::parameters::{MemorySize, Resources};

/// The compartment of the peer at either side.
const PEER: CompartmentId = CompartmentId(7);

/// A message as a SIP element would send the `n`th of its kind.
fn message(kind: u8, n: usize) -> Vec<u8> {
    let start = match kind % 3 {
        0 => "INVITE sip:bob@biloxi.example.com SIP/2.0",
        1 => "SIP/2.0 180 Ringing",
        _ => "BYE sip:alice@client.atlanta.example.com SIP/2.0",
    };
    let body = if kind.is_multiple_of(3) {
        "v=0\r\no=alice 2890844526 2890844526 IN IP4 192.0.2.101\r\ns=-\r\n"
    } else {
        ""
    };
    format!(
        "{start}\r\nVia: SIP/2.0/UDP client.atlanta.example.com:5060;branch=z9hG4bK74b{n:05}\r\n\
         Max-Forwards: 70\r\nFrom: Alice <sip:alice@atlanta.example.com>;tag=9fxced{n}\r\n\
         To: Bob <sip:bob@biloxi.example.com>\r\nCall-ID: 3848276298220188{n}@atlanta.example.com\r\n\
         CSeq: {n} INVITE\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    A,
    B,
}

impl Side {
    const BOTH: [Self; 2] = [Self::A, Self::B];

    fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Send(Side, u8),
    /// The last message of this side goes once more.
    Repeat(Side),
    /// One of the datagrams in flight arrives, chosen by this number.
    Deliver(usize),
    Duplicate(usize),
    Lose(usize),
    /// This side forgets all state.
    Crash(Side),
}

struct Network {
    settings: Settings,
    endpoints: [Endpoint; 2],
    /// What each side has sent as plain messages.
    sent: [Vec<Vec<u8>>; 2],
    /// Datagrams on their way, to whom.
    flying: Vec<(Side, Vec<u8>)>,
    /// Messages that arrived since the last look, at whom.
    arrived: Vec<(Side, Vec<u8>)>,
    refused: usize,
}

impl Network {
    fn new(settings: Settings) -> Self {
        let endpoints = [Endpoint::new(settings), Endpoint::new(settings)];
        Self { settings, endpoints, sent: [vec![], vec![]], flying: vec![], arrived: vec![], refused: 0 }
    }

    fn send(&mut self, side: Side, plain: &[u8]) {
        self.sent[side as usize].push(plain.to_vec());
        let mut wire = Vec::new();
        self.endpoints[side as usize]
            .send(PEER, plain, &mut wire)
            .expect("SIP endpoints can compress for each other");
        self.flying.push((side.other(), wire));
    }

    fn deliver(&mut self, datagram: usize) {
        let (to, wire) = self.flying.remove(datagram);
        let endpoint = &mut self.endpoints[to as usize];
        match endpoint.receive(&wire) {
            Arrival::Message(Arrived { octets, cycles, pending }) => {
                let limit = self.settings.own.resources.cycles_per_bit.for_message(wire.len());
                assert!(cycles <= limit, "S2: {cycles} cycles for {} octets", wire.len());
                assert!(
                    self.sent[to.other() as usize].contains(&octets),
                    "S3: a message that was never sent"
                );
                endpoint.grant(PEER, &octets, pending);
                self.arrived.push((to, octets));
            }
            Arrival::Nack(_) => {}
            Arrival::Refused(failure, nack) => {
                assert_eq!(failure.reason, Reason::StateNotFound, "{failure}");
                self.refused += 1;
                self.flying.push((to.other(), nack.expect("version 2 sends NACKs")));
            }
        }
        let memory = self.settings.own.resources.state_memory_size.map_or(0, MemorySize::octets);
        assert!(self.endpoints[to as usize].state_memory() <= memory, "S2: memory of one compartment");
    }

    fn step(&mut self, step: Step, n: usize) {
        match step {
            Step::Send(side, kind) => self.send(side, &message(kind, n)),
            Step::Repeat(side) => {
                if let Some(last) = self.sent[side as usize].last().cloned() {
                    self.send(side, &last);
                }
            }
            Step::Crash(side) => self.endpoints[side as usize] = Endpoint::new(self.settings),
            Step::Deliver(_) | Step::Duplicate(_) | Step::Lose(_) if self.flying.is_empty() => {}
            Step::Deliver(which) => self.deliver(which % self.flying.len()),
            Step::Duplicate(which) => self.flying.push(self.flying[which % self.flying.len()].clone()),
            Step::Lose(which) => {
                let _ = self.flying.remove(which % self.flying.len());
            }
        }
    }

    fn deliver_all(&mut self) {
        while !self.flying.is_empty() {
            self.deliver(0);
        }
    }

    /// Sends until the message arrives; the copies that it took.
    fn copies_until_arrival(&mut self, side: Side, plain: &[u8]) -> usize {
        for copies in 1..10 {
            self.arrived.clear();
            self.send(side, plain);
            self.deliver_all();
            if self.arrived.iter().any(|(to, octets)| *to == side.other() && octets == plain) {
                return copies;
            }
        }
        panic!("no progress");
    }
}

fn settings() -> impl Strategy<Value = Settings> {
    let policy = prop_oneof![Just(Policy::Static), Just(Policy::Dynamic), Just(Policy::Shared)];
    let trust = prop_oneof![Just(Trust::Acknowledged), Just(Trust::Optimistic)];
    let memory = prop_oneof![Just(None), Just(Some(MemorySize::K2)), Just(Some(MemorySize::K8))];
    (policy, trust, memory).prop_map(|(policy, trust, state_memory_size)| {
        let Parameters { resources, version } = Parameters::SIP_MINIMUM;
        let parameters = Parameters { resources: Resources { state_memory_size, ..resources }, version };
        Settings { trust, own: parameters, peers: parameters, ..Settings::sip(policy) }
    })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let side = || prop_oneof![Just(Side::A), Just(Side::B)];
    let step = prop_oneof![
        6 => (side(), 0u8..3).prop_map(|(side, kind)| Step::Send(side, kind)),
        1 => side().prop_map(Step::Repeat),
        8 => (0usize..4).prop_map(Step::Deliver),
        1 => (0usize..4).prop_map(Step::Duplicate),
        2 => (0usize..4).prop_map(Step::Lose),
        1 => side().prop_map(Step::Crash),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// S1 and S3 of the laws: what arrives was sent, and a lost state costs one retransmission.
    #[test]
    fn whatever_arrives_was_sent_and_one_retransmission_is_enough(settings in settings(), steps in steps()) {
        let mut network = Network::new(settings);
        for (n, step) in steps.into_iter().enumerate() {
            network.step(step, n);
        }
        network.deliver_all();
        for side in Side::BOTH {
            let copies = network.copies_until_arrival(side, &message(0, 1000 + side as usize));
            prop_assert!(copies <= 2, "{copies} copies");
        }
    }

    /// As above while all NACKs are lost: the second retransmission needs no state.
    #[test]
    fn without_nacks_the_second_retransmission_is_enough(settings in settings(), steps in steps()) {
        let mut network = Network::new(settings);
        for (n, step) in steps.into_iter().enumerate() {
            network.step(step, n);
        }
        network.flying.clear();
        let plain = message(1, 1000);
        for copies in 1.. {
            network.send(Side::A, &plain);
            network.arrived.clear();
            network.deliver(0);
            network.flying.clear();
            if !network.arrived.is_empty() {
                break;
            }
            prop_assert!(copies < 3, "{copies} copies");
        }
    }
}

/// Both directions once, so that each side knows that the other holds a state.
fn acquainted(policy: Policy) -> Network {
    let mut network = Network::new(Settings::sip(policy));
    for (n, side) in [Side::A, Side::B, Side::A, Side::B].into_iter().enumerate() {
        network.send(side, &message(n as u8, n));
        network.deliver_all();
    }
    network
}

#[test]
fn bytecode_goes_until_the_peer_acknowledges_and_then_a_reference() {
    let mut network = Network::new(Settings::sip(Policy::Dynamic));
    let mut sizes = Vec::new();
    for n in 0..3 {
        network.send(Side::A, &message(0, n));
        sizes.push(network.flying[0].1.len());
        network.deliver_all();
    }
    network.send(Side::B, &message(1, 0));
    network.deliver_all();
    network.send(Side::A, &message(0, 3));
    let known = network.flying[0].1.len();
    println!("plain {}, before the acknowledgement {sizes:?}, after {known}", message(0, 3).len());
    assert!(sizes.iter().all(|size| *size > 160 + 7), "{sizes:?}");
    assert!(known < 40, "{known}");
}

#[test]
fn the_first_message_can_grow() {
    let mut endpoint = Endpoint::new(Settings::sip(Policy::Dynamic));
    let plain = b"OPTIONS sip:b@x SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1\r\nf: <sip:a@y>;tag=1\r\nt: <sip:b@x>\r\n\
                  i: 1\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n";
    let mut wire = Vec::new();
    endpoint.send(PEER, plain, &mut wire).unwrap();
    assert!(wire.len() > plain.len(), "{} octets for {}", wire.len(), plain.len());
}

#[test]
fn a_receiver_that_lost_its_state_says_so_and_gets_a_message_of_other_octets() {
    for policy in [Policy::Static, Policy::Dynamic, Policy::Shared] {
        let mut network = acquainted(policy);
        network.step(Step::Crash(Side::B), 0);
        let plain = message(2, 10);
        network.send(Side::A, &plain);
        let (_, first) = network.flying[0].clone();
        network.deliver_all();
        assert_eq!(network.refused, 1);
        network.send(Side::A, &plain);
        let (_, second) = network.flying[0].clone();
        assert_ne!(first, second, "never the same compressed octets after a loss of state");
        network.arrived.clear();
        network.deliver_all();
        assert_eq!((network.refused, &network.arrived[..]), (1, &[(Side::B, plain)][..]));
    }
}

#[test]
fn a_nack_about_a_message_that_was_never_sent_changes_nothing() {
    let mut network = acquainted(Policy::Dynamic);
    let failure = Decompressor::new(Parameters::SIP_MINIMUM)
        .receive(&[0xf9, 1, 2, 3, 4, 5, 6], Transport::MessageBased)
        .expect_err("nobody has that state");
    let mut forged = Vec::new();
    Nack::answering(b"\xf9 never sent", &failure).unwrap().write_to(&mut forged);
    assert_eq!(network.endpoints[0].receive(&forged), Arrival::Nack(None));
    network.send(Side::A, &message(2, 10));
    network.deliver_all();
    assert_eq!(network.refused, 0);
    assert_eq!(network.flying.len(), 0);
}

#[test]
fn a_lost_message_costs_no_state_that_was_acknowledged() {
    let mut network = acquainted(Policy::Dynamic);
    for n in 0..10 {
        network.send(Side::A, &message(0, 100 + n));
        network.flying.clear();
    }
    network.send(Side::A, &message(0, 200));
    assert!(network.flying[0].1.len() < 150, "no bytecode goes again: {}", network.flying[0].1.len());
    network.deliver_all();
    assert_eq!(network.refused, 0);
}

#[test]
fn the_compartment_not_used_for_longest_is_closed_for_another() {
    let mut endpoint = Endpoint::new(Settings { compartments: 2, ..Settings::sip(Policy::Shared) });
    for id in [1, 2, 1, 3] {
        endpoint.send(CompartmentId(id), &message(0, 1), &mut Vec::new()).unwrap();
    }
    assert_eq!(endpoint.compartments(), 2);
    let states = endpoint.decompressor().states();
    assert!(states.is_open(CompartmentId(1)) && states.is_open(CompartmentId(3)));
    assert_eq!(states.used(CompartmentId(2)), 0);
    endpoint.close(CompartmentId(1));
    assert_eq!(endpoint.compartments(), 1);
    endpoint.close(CompartmentId(3));
    assert_eq!(endpoint.state_memory(), 0);
}

#[test]
fn a_peer_that_tells_of_more_memory_gets_more_history() {
    let Parameters { resources, version } = Parameters::SIP_MINIMUM;
    let resources = Resources { state_memory_size: Some(MemorySize::K8), ..resources };
    let own = Parameters { resources, version };
    let mut network = Network::new(Settings { own, ..Settings::sip(Policy::Dynamic) });
    let history = |network: &Network| network.endpoints[0].compartments[&PEER].compressor.history_length();
    network.send(Side::A, &message(0, 0));
    network.deliver_all();
    let assumed = history(&network);
    network.send(Side::B, &message(1, 0));
    network.deliver_all();
    assert!(history(&network) > assumed, "{assumed}, then {}", history(&network));
    for n in 1..20 {
        network.send(if n % 2 == 0 { Side::A } else { Side::B }, &message(n as u8, n));
        network.deliver_all();
    }
    assert_eq!(network.refused, 0);
}

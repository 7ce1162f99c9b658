//! What compressors reach on the call flows of RFC 3665, and that a UDVM undoes it.

use flate2::{Compress, Compression, FlushCompress};

use super::draft::LAST_CYCLES;
use super::*;
use crate::endpoint::{Arrival, Endpoint, Settings};
use crate::parameters::{MemorySize, Parameters, Resources};
use crate::{CompartmentId, Decompressed, Decompressor, Message, Received, Transport, dictionary, shared};

/// What a SIP endpoint must offer, with another size of the memories.
fn offering(decompression: MemorySize, state: MemorySize) -> Parameters {
    let Parameters { resources, version } = Parameters::SIP_MINIMUM;
    let resources =
        Resources { decompression_memory_size: decompression, state_memory_size: Some(state), ..resources };
    Parameters { resources, version }
}

/// The messages of RFC 3665 with these numbers.
fn rfc_3665(test: &str, numbers: &[usize]) -> Option<Vec<Vec<u8>>> {
    let path = |number: &usize| format!("data/callflows/rfc3665/{number:03}.sip");
    let (first, others) = numbers.split_first()?;
    let first = shared::read(&path(first), test)?;
    let mut messages = vec![first.into_bytes()];
    messages.extend(others.iter().map(|number| shared::beside(&path(number)).into_bytes()));
    Some(messages)
}

/// One direction: a compressor, its peer, and a way back on which nothing is lost.
struct Direction {
    compressor: Compressor,
    receiver: Decompressor,
}

impl Direction {
    fn new(policy: Policy, trust: Trust, parameters: Parameters) -> Self {
        Self {
            compressor: Compressor::new(policy, trust, Parameters::SIP_MINIMUM, parameters),
            receiver: Decompressor::new(parameters),
        }
    }

    /// Sends `plain`, checks what arrives, and returns the feedback; octets on the wire.
    fn send(&mut self, plain: &[u8]) -> usize {
        let (wire, arrived) = self.carry(plain);
        let requested = self.receiver.grant(CompartmentId(1), arrived.pending).feedback.requested;
        let item = requested.and_then(|requested| requested.item);
        self.compressor.on_feedback(item.as_ref(), None);
        wire.len()
    }

    fn carry(&mut self, plain: &[u8]) -> (Vec<u8>, Decompressed) {
        let mut wire = Vec::new();
        self.compressor.compress(plain, Companions::default(), &mut wire).expect("the peer offers enough");
        match self.receiver.receive(&wire, Transport::MessageBased) {
            Ok(Received::Message(arrived)) => {
                assert_eq!(arrived.octets.as_deref(), Some(plain), "S1: decompress(compress(m)) = m");
                (wire, arrived)
            }
            other => panic!("not decompressed: {other:?}"),
        }
    }
}

fn sent(policy: Policy, parameters: Parameters, messages: &[Vec<u8>]) -> usize {
    let mut direction = Direction::new(policy, Trust::Acknowledged, parameters);
    messages.iter().map(|message| direction.send(message)).sum()
}

/// Octets of header, bytecode, feedback and control bits in the SigComp messages for `count` application messages,
/// of which the first uploads bytecode.
fn overhead(policy: Policy, parameters: Parameters, count: usize) -> usize {
    let compressor = Compressor::new(policy, Trust::Acknowledged, Parameters::SIP_MINIMUM, parameters);
    3 + compressor.bytecode_length() + (count - 1) * 7 + count
}

#[test]
fn forty_messages_of_rfc_3665_take_at_most_3664_octets() {
    let numbers = Vec::from_iter(1..=40);
    let Some(messages) = rfc_3665("rfc3665-bar", &numbers) else { return };
    let plain: usize = messages.iter().map(Vec::len).sum();
    assert_eq!(plain, 19_943);
    let least = sent(Policy::Dynamic, Parameters::SIP_MINIMUM, &messages);
    let more = sent(Policy::Dynamic, offering(MemorySize::K16, MemorySize::K16), &messages);
    println!("40 messages: {plain} octets, with 2,048 octets of state {least}, with 16,384 {more}");
    assert!(least <= 3_664, "{least}");
    assert!(more <= least * 4 / 5, "more state memory must pay: {more} against {least}");
}

/// Flow, numbers of its messages, octets with the dictionary alone and with all earlier messages too: raw DEFLATE of
/// zlib at level 9, of which our coders do not differ by more than 5 % for the worse.
const FLOWS: [(&str, &[usize], usize, usize); 3] = [
    ("2.1 registration", &[1, 2, 3, 4], 763, 398),
    ("3.1 session", &[15, 16, 17, 18, 19, 20], 1085, 394),
    ("3.2 two proxies, all hops", &rfc_3665_3_2(), 4801, 899),
];

const fn rfc_3665_3_2() -> [usize; 23] {
    let mut numbers = [0; 23];
    let mut at = 0;
    while at < numbers.len() {
        numbers[at] = 21 + at;
        at += 1;
    }
    numbers
}

#[test]
fn flows_take_no_more_than_deflate() {
    for (flow, numbers, deflate_static, deflate_dynamic) in FLOWS {
        let Some(messages) = rfc_3665("rfc3665-flows", numbers) else { return };
        let plain: usize = messages.iter().map(Vec::len).sum();
        let roomy = offering(MemorySize::K32, MemorySize::K64);
        for (policy, deflate) in [(Policy::Static, deflate_static), (Policy::Dynamic, deflate_dynamic)] {
            let body = sent(policy, roomy, &messages) - overhead(policy, roomy, messages.len());
            let deviation = 100.0 * (body as f64 / deflate as f64 - 1.0);
            println!("{flow}, {policy:?}: {plain} octets, {body}, DEFLATE {deflate} ({deviation:+.1} %)");
            assert!(body * 100 <= deflate * 105, "{flow}, {policy:?}");
        }
    }
}

/// Octets that raw DEFLATE adds for `message` when it has seen `before`.
fn deflated(before: &[u8], message: &[u8]) -> usize {
    let mut deflate = Compress::new(Compression::best(), false);
    let mut out = Vec::with_capacity(before.len() + message.len() + 1000);
    deflate.compress_vec(before, &mut out, FlushCompress::Sync).unwrap();
    let seen = out.len();
    deflate.compress_vec(message, &mut out, FlushCompress::Finish).unwrap();
    out.len() - seen
}

#[test]
fn static_messages_of_all_flows_take_less_than_deflate_with_the_dictionary() {
    let (mut ours, mut reference) = (0, 0);
    for rfc in shared::entries("data/callflows", "callflows-deflate") {
        let files = shared::entries(&format!("data/callflows/{rfc}"), &rfc);
        let messages = files.iter().filter(|file| file.ends_with(".sip"));
        let messages: Vec<_> =
            messages.map(|file| shared::octets(&format!("data/callflows/{rfc}/{file}"))).collect();
        let minimum = Parameters::SIP_MINIMUM;
        ours += sent(Policy::Static, minimum, &messages) - overhead(Policy::Static, minimum, messages.len());
        reference +=
            messages.iter().map(|message| deflated(dictionary::sip().value(), message)).sum::<usize>();
    }
    println!("static, all call flows: {ours} octets, DEFLATE {reference}");
    assert!(ours <= reference);
}

/// The messages of RFC 3665 3.2 on the link between the caller and its proxy, and which of them the caller sends.
const LINK: [(usize, bool); 10] = [
    (21, true),
    (22, false),
    (23, true),
    (24, true),
    (26, false),
    (31, false),
    (34, false),
    (35, true),
    (40, false),
    (41, true),
];

/// Octets on the link, all and without what is not the coder's: headers, bytecode, feedback, control bits and the
/// names of shared states.
fn on_the_link(policy: Policy, trust: Trust, parameters: Parameters, messages: &[Vec<u8>]) -> (usize, usize) {
    let settings =
        Settings { trust, own: Parameters::SIP_MINIMUM, peers: parameters, ..Settings::sip(policy) };
    let settings = Settings { own: parameters, ..settings };
    let mut endpoints = [Endpoint::new(settings), Endpoint::new(settings)];
    let peer = CompartmentId(1);
    let (mut all, mut body) = (0, 0);
    for ((_, from_caller), plain) in LINK.iter().zip(messages) {
        let (from, to) = if *from_caller { (0, 1) } else { (1, 0) };
        let mut wire = Vec::new();
        endpoints[from].send(peer, plain, &mut wire).unwrap();
        let parsed = Message::parse(&wire).unwrap();
        let names = if parsed.input[0] & 0x20 != 0 && policy == Policy::Shared { 8 } else { 0 };
        (all, body) = (all + wire.len(), body + parsed.input.len() - 1 - names);
        let Arrival::Message(arrived) = endpoints[to].receive(&wire) else { panic!("not decompressed") };
        assert_eq!(&arrived.octets, plain);
        endpoints[to].grant(peer, plain, arrived.pending);
    }
    (all, body)
}

#[test]
fn shared_beats_dynamic_beats_static_on_the_link_of_a_caller() {
    let numbers = LINK.map(|(number, _)| number);
    let Some(messages) = rfc_3665("rfc3665-link", &numbers) else { return };
    let plain: usize = messages.iter().map(Vec::len).sum();
    assert_eq!(plain, 5021);
    let roomy = offering(MemorySize::K8, MemorySize::K8);
    let mut last = usize::MAX;
    for (policy, deflate) in [(Policy::Static, 2063), (Policy::Dynamic, 1013), (Policy::Shared, 718)] {
        let (all, body) = on_the_link(policy, Trust::Optimistic, roomy, &messages);
        let (acknowledged, _) = on_the_link(policy, Trust::Acknowledged, roomy, &messages);
        let deviation = 100.0 * (body as f64 / deflate as f64 - 1.0);
        println!(
            "{policy:?}: {body}, DEFLATE {deflate} ({deviation:+.1} %); on the wire {all}, {acknowledged} acknowledged"
        );
        assert!(body * 100 <= deflate * 105 && body < last, "{policy:?}: {body}");
        last = body;
    }
}

#[test]
fn little_state_memory_costs_ratio() {
    let Some(messages) = rfc_3665("rfc3665-memory", &Vec::from_iter(1..=40)) else { return };
    let octets = [MemorySize::K2, MemorySize::K4, MemorySize::K8]
        .map(|state| sent(Policy::Dynamic, offering(MemorySize::K8, state), &messages));
    println!("with 2,048, 4,096 and 8,192 octets of state memory: {octets:?}");
    assert!(octets[0] * 10 > octets[1] * 11 && octets[1] >= octets[2], "{octets:?}");
}

/// The cycles that a draft promises, with and without a state and shared state.
#[test]
fn cycles_are_known_exactly_beforehand() {
    let plain = b"SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP client.atlanta.example.com:5060;branch=z9hG4bK74bf9\r\n\r\n";
    for policy in [Policy::Static, Policy::Dynamic, Policy::Shared] {
        let settings = Settings::sip(policy);
        let own =
            Parameters { resources: offering(MemorySize::K8, MemorySize::K4).resources, ..settings.own };
        let mut endpoints =
            [Endpoint::new(Settings { own, ..settings }), Endpoint::new(Settings { own, ..settings })];
        for n in 0..6 {
            let (from, to) = (n % 2, 1 - n % 2);
            let mut wire = Vec::new();
            endpoints[from].send(CompartmentId(1), plain, &mut wire).unwrap();
            let Arrival::Message(arrived) = endpoints[to].receive(&wire) else { panic!("not decompressed") };
            assert_eq!(arrived.cycles, LAST_CYCLES.get(), "{policy:?}, message {n}");
            endpoints[to].grant(CompartmentId(1), plain, arrived.pending);
        }
    }
}

/// Each message of each flow, in the order of its file, decompresses within the cycles and the memory of a SIP endpoint.
#[test]
fn every_call_flow_stays_within_the_minimum_of_sip() {
    let mut flows = 0;
    for rfc in shared::entries("data/callflows", "callflows") {
        let files = shared::entries(&format!("data/callflows/{rfc}"), &rfc);
        let files: Vec<_> = files.into_iter().filter(|file| file.ends_with(".sip")).collect();
        for policy in [Policy::Static, Policy::Dynamic, Policy::Shared] {
            let mut direction = Direction::new(policy, Trust::Acknowledged, Parameters::SIP_MINIMUM);
            for file in &files {
                direction.send(&shared::octets(&format!("data/callflows/{rfc}/{file}")));
            }
        }
        flows += files.len();
    }
    println!("{flows} messages of call flows went through each compressor");
}

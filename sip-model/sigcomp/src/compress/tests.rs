//! What compressors reach on the call flows of RFC 3665, and that a UDVM undoes it.

use super::*;
use crate::parameters::{MemorySize, Parameters, Resources};
use crate::{CompartmentId, Decompressed, Decompressor, Received, Transport, shared};

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

//! UDVM cycles per second on one core, the setting up of each machine included.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sigcomp::{
    CyclesPerBit, Decompressed, Decompressor, MemorySize, Message, Parameters, Received, Resources, Start,
    Transport,
};

criterion_group!(benches, cycles);
criterion_main!(benches);

fn cycles(criterion: &mut Criterion) {
    let resources = Resources {
        cycles_per_bit: CyclesPerBit::C128,
        decompression_memory_size: MemorySize::K16,
        state_memory_size: None,
    };
    let endpoint = Decompressor::new(Parameters { resources, version: 2 });
    let mut group = criterion.benchmark_group("udvm");
    for (name, message) in [
        ("arithmetic", arithmetic()),
        ("deflate", deflated_invite()),
        ("octet by octet", uncompressed_invite()),
    ] {
        let Decompressed { octets, cycles, .. } = decompress(&endpoint, &message);
        assert!(octets.is_none_or(|octets| octets == INVITE), "{name} gives the INVITE back");
        group.throughput(Throughput::Elements(cycles));
        group.bench_function(name, |bencher| bencher.iter(|| decompress(&endpoint, black_box(&message))));
    }
    group.finish();
}

fn decompress(endpoint: &Decompressor, message: &[u8]) -> Decompressed {
    match endpoint.receive(message, Transport::MessageBased) {
        Ok(Received::Message(message)) => message,
        other => panic!("the bytecode is sound: {other:?}"),
    }
}

/// Adds, multiplies, shifts and compares 20,000 times.
fn arithmetic() -> Vec<u8> {
    let code = [
        &[0x06, 0x20, 0x01][..],         // 128: ADD ($64, 1)
        &[0x08, 0x21, 0x03],             // 131: MULTIPLY ($66, 3)
        &[0x06, 0x21, 0x60],             // 134: ADD ($66, $64)
        &[0x05, 0x22, 0x01],             // 137: RSHIFT ($68, 1)
        &[0x02, 0x22, 0x61],             // 140: OR ($68, $66)
        &[0x17, 0x60, 0x80, 0x4e, 0x20], // 143: COMPARE ($64, 20000,
        &[0xf1, 0x08, 0x08],             //        128, 151, 151)
        &[0x23, 0, 0, 0, 0, 0, 0, 0],    // 151: END-MESSAGE
    ];
    uploaded(128, &code.concat(), &[0; 100])
}

/// An INVITE compressed by DEFLATE with fixed codes, and the bytecode of RFC 4464 A.1.4.
fn deflated_invite() -> Vec<u8> {
    uploaded(320, &DEFLATE, &deflate(INVITE))
}

/// One block of DEFLATE with fixed codes (RFC 1951 3.2.6), which compressors choose for short text only.
fn deflate(text: &[u8]) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.integer(0b011, 3);
    let mut at = 0;
    while at < text.len() {
        match longest_match(text, at) {
            Some((distance, length)) => {
                bits.length(length);
                bits.distance(distance);
                at += length;
            }
            None => {
                bits.code(0x30 + usize::from(text[at]), 8);
                at += 1;
            }
        }
    }
    bits.code(0, 7);
    bits.octets()
}

/// The nearest of the longest earlier strings, from 4 to 258 octets, as distance and length.
fn longest_match(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let length_at = |from: usize| {
        let equal = text[from..].iter().zip(&text[at..]).take_while(|(a, b)| a == b).count();
        equal.min(258)
    };
    (0..at)
        .map(|from| (length_at(from), from))
        .max()
        .filter(|(length, _)| *length > 3)
        .map(|(length, from)| (at - from, length))
}

/// Bits that fill octets from the least significant on.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn integer(&mut self, value: usize, bits: usize) {
        self.0.extend((0..bits).map(|bit| value >> bit & 1 == 1));
    }

    /// A Huffman code, most significant bit first.
    fn code(&mut self, code: usize, bits: usize) {
        self.0.extend((0..bits).rev().map(|bit| code >> bit & 1 == 1));
    }

    fn length(&mut self, length: usize) {
        if length == 258 {
            return self.code(0xc5, 8);
        }
        let (symbol, extra) = bucket(length - 3, 8);
        if symbol < 23 {
            self.code(symbol + 1, 7)
        } else {
            self.code(0xc0 + symbol - 23, 8)
        }
        self.integer(length - 3, extra);
    }

    fn distance(&mut self, distance: usize) {
        let (symbol, extra) = bucket(distance - 1, 4);
        self.code(symbol, 5);
        self.integer(distance - 1, extra);
    }

    fn octets(&self) -> Vec<u8> {
        let octet = |bits: &[bool]| bits.iter().rev().fold(0, |octet, bit| octet << 1 | u8::from(*bit));
        self.0.chunks(8).map(octet).collect()
    }
}

/// The number of the bucket that holds `value`, and how many low bits of it are told besides; buckets double in width
/// after each `first / 2` of them.
fn bucket(value: usize, first: usize) -> (usize, usize) {
    if value < first {
        return (value, 0);
    }
    let extra = (value / first).ilog2() as usize + 1;
    (first / 2 * extra + (value >> extra), extra)
}

/// An INVITE that is not compressed, and the bytecode of RFC 4896 11.
fn uncompressed_invite() -> Vec<u8> {
    uploaded(128, &[0x1c, 0x01, 0x86, 0x09, 0x22, 0x86, 0x01, 0x16, 0xf9, 0x23], INVITE)
}

/// The message that uploads `code` to `destination`.
fn uploaded(destination: u16, code: &[u8], input: &[u8]) -> Vec<u8> {
    let message = Message { returned_feedback: None, start: Start::Bytecode { code, destination }, input };
    message.octets().expect("the header can say this")
}

const DEFLATE: [u8; 273] = include!("rfc4464_deflate.in");
const INVITE: &[u8] = include_bytes!("../../sip/benches/invite.sip");

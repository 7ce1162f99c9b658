//! The octets of a datagram, shared by everything that sends or carries them.
//!
//! ```text
//!   Payload::new        │ wire octets = meaning │
//!   Payload::encoded    │ wire octets           │ meaning             │    one allocation
//!                         links, captures,        classes, labels,
//!                         sizes, receivers        conversations
//! ```
//!
//! A sender may encode a message for the wire, such as by compression. What the message means is then kept beside
//! the octets that travel, for those who watch a run or model the cost of a message; no node ever receives it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::random::mix;

/// Immutable octets with a content hash that is computed once, when they are made.
///
/// Cloning copies a pointer: a retransmission and a link that duplicates carry the same octets.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    hash: u64,
    /// The octets on the wire, and the meaning behind them if it differs.
    octets: Arc<[u8]>,
    /// How many of `octets` travel.
    wire: u32,
}

impl Payload {
    /// A payload that holds a copy of `octets`: one allocation.
    ///
    /// # Panics
    /// When there are 2^32 octets or more.
    #[inline]
    pub fn new(octets: &[u8]) -> Payload {
        Payload { hash: content_hash(octets), octets: Arc::from(octets), wire: length(octets) }
    }

    /// A payload that travels as `wire` and stands for the message `meaning`, which its sender has encoded: copies of
    /// both in one allocation. With an empty meaning the wire octets speak for themselves.
    ///
    /// # Panics
    /// As [`Payload::new`], for both together.
    pub fn encoded(wire: &[u8], meaning: &[u8]) -> Payload {
        let octets: Arc<[u8]> = wire.iter().chain(meaning).copied().collect();
        length(&octets);
        let hash = if meaning.is_empty() {
            content_hash(wire)
        } else {
            mix(content_hash(wire) ^ content_hash(meaning).rotate_left(32))
        };
        Payload { hash, octets, wire: length(wire) }
    }

    /// The 64-bit content hash, of the meaning too, that the digest of a run folds in. Not for hostile input.
    pub const fn content_hash(&self) -> u64 {
        self.hash
    }

    /// How many octets travel.
    #[inline]
    pub const fn len(&self) -> usize {
        self.wire as usize
    }

    /// Whether no octet travels.
    pub const fn is_empty(&self) -> bool {
        self.wire == 0
    }

    /// The octets on the wire.
    #[inline]
    pub fn octets(&self) -> &[u8] {
        &self.octets[..self.wire as usize]
    }

    /// The octets of the message behind an encoding such as compression; [`Payload::octets`] when there is none.
    pub fn meaning(&self) -> &[u8] {
        match &self.octets[self.wire as usize..] {
            [] => &self.octets,
            meaning => meaning,
        }
    }

    /// Whether the octets on the wire encode a message that is known apart from them.
    pub fn is_encoded(&self) -> bool {
        self.octets.len() > self.wire as usize
    }

    /// Whether both carry one message: as copies of one payload, or as two encodings of the same octets.
    pub fn carries_same(&self, other: &Payload) -> bool {
        Arc::ptr_eq(&self.octets, &other.octets)
            || (self.is_encoded() && other.is_encoded() && self.meaning() == other.meaning())
    }
}

impl Deref for Payload {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.octets()
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} octets", self.len())?;
        if self.is_encoded() {
            write!(f, " for {}", self.meaning().len())?;
        }
        write!(f, ", {:016x})", self.content_hash())
    }
}

fn length(octets: &[u8]) -> u32 {
    u32::try_from(octets.len()).expect("a payload of less than 2^32 octets")
}

const BLOCK: usize = 64;
const LANES: usize = 4;

/// A 64-bit hash of octets; the same on every platform.
///
/// Four lanes take a word each in turn, so that no multiplication waits for the one before. The last block
/// overlaps the one before it, which saves a copy: with the length in the hash nothing is lost by it.
pub fn content_hash(octets: &[u8]) -> u64 {
    let Some(last) = octets.last_chunk::<BLOCK>() else { return short_hash(octets) };
    let mut lanes = lanes(octets.len());
    let (blocks, rest) = octets.as_chunks::<BLOCK>();
    for block in blocks {
        fold(&mut lanes, block);
    }
    if !rest.is_empty() {
        fold(&mut lanes, last);
    }
    join(lanes)
}

/// The hash of octets that do not fill a block. Out of line: the buffer would burden the others.
#[inline(never)]
fn short_hash(octets: &[u8]) -> u64 {
    let mut lanes = lanes(octets.len());
    if !octets.is_empty() {
        let mut block = [0; BLOCK];
        block[..octets.len()].copy_from_slice(octets);
        fold(&mut lanes, &block);
    }
    join(lanes)
}

const fn lanes(length: usize) -> [u64; LANES] {
    [length as u64, 1, 2, 3]
}

fn join([a, b, c, d]: [u64; LANES]) -> u64 {
    mix(mix(a ^ b.rotate_left(17)) ^ c ^ d.rotate_left(41))
}

/// Folds a block into the lanes. For each word the step is a bijection of its lane: a difference between two
/// messages is not lost but where another one cancels it.
#[inline]
fn fold(lanes: &mut [u64; LANES], block: &[u8; BLOCK]) {
    let (words, _) = block.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let lane = &mut lanes[place % LANES];
        *lane = (lane.rotate_left(29) ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_gives_back_its_octets_and_shares_them() {
        let payload = Payload::new(b"INVITE sip:bob@example.com SIP/2.0\r\n");
        let copy = payload.clone();
        assert_eq!(copy.octets(), b"INVITE sip:bob@example.com SIP/2.0\r\n");
        assert!(std::ptr::eq(payload.octets(), copy.octets()));
        assert_eq!(Payload::new(b"").octets(), b"");
    }

    #[test]
    fn an_encoded_payload_travels_as_its_wire_octets_and_keeps_its_meaning() {
        let payload = Payload::encoded(b"\xf8short", b"a long message");
        assert_eq!((payload.octets(), payload.len()), (&b"\xf8short"[..], 6));
        assert_eq!(payload.meaning(), b"a long message");
        assert!(payload.is_encoded());
        assert_eq!(
            format!("{payload:?}"),
            format!("Payload(6 octets for 14, {:016x})", payload.content_hash())
        );
    }

    #[test]
    fn a_payload_that_is_not_encoded_means_what_it_says() {
        for plain in [Payload::new(b"BYE"), Payload::encoded(b"BYE", b"")] {
            assert_eq!(
                (plain.meaning(), plain.octets(), plain.is_encoded()),
                (&b"BYE"[..], &b"BYE"[..], false)
            );
            assert_eq!(plain.content_hash(), content_hash(b"BYE"));
        }
    }

    #[test]
    fn the_hash_of_an_encoded_payload_knows_where_the_meaning_begins() {
        let hashes = [("ab", "cd"), ("abc", "d"), ("a", "bcd"), ("cd", "ab"), ("abcd", "")]
            .map(|(wire, meaning)| Payload::encoded(wire.as_bytes(), meaning.as_bytes()).content_hash());
        let mut distinct = hashes.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), hashes.len());
    }

    #[test]
    fn two_encodings_of_a_message_carry_the_same() {
        let (first, again) = (Payload::encoded(b"1", b"INVITE"), Payload::encoded(b"2", b"INVITE"));
        assert!(first.carries_same(&again) && first.carries_same(&first.clone()));
        assert!(!first.carries_same(&Payload::encoded(b"1", b"ACK")));
        // Equal octets that were sent by two acts are two messages unless an encoder has come between.
        assert!(!Payload::new(b"INVITE").carries_same(&Payload::new(b"INVITE")));
    }

    #[test]
    fn every_octet_and_the_length_change_the_hash() {
        for len in [1, 61, 64, 65, 128, 200] {
            let base: Vec<u8> = (0..len).collect();
            for bit in 0..base.len() * 8 {
                let mut changed = base.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert_ne!(content_hash(&base), content_hash(&changed), "bit {bit} of {len} octets");
            }
        }
        assert_ne!(content_hash(&[0; 7]), content_hash(&[0; 8]));
    }
}

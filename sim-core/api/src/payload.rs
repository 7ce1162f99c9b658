//! The octets of a datagram, shared by everything that sends or carries them.

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
    octets: Arc<[u8]>,
}

impl Payload {
    /// A payload that holds a copy of `octets`: one allocation.
    pub fn new(octets: &[u8]) -> Payload {
        Payload { hash: content_hash(octets), octets: Arc::from(octets) }
    }

    /// The 64-bit content hash that the digest of a run folds in. Not for hostile input.
    pub const fn content_hash(&self) -> u64 {
        self.hash
    }

    /// The octets.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.octets()
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} octets, {:016x})", self.len(), self.content_hash())
    }
}

const BLOCK: usize = 64;
const LANES: usize = 4;

/// A 64-bit hash of octets; the same on every platform.
///
/// Four lanes take a word each in turn, so that no multiplication waits for the one before. The last block
/// overlaps the one before it, which saves a copy: with the length in the hash nothing is lost by it.
pub fn content_hash(octets: &[u8]) -> u64 {
    let mut lanes = [octets.len() as u64, 1, 2, 3];
    let (blocks, rest) = octets.as_chunks::<BLOCK>();
    for block in blocks {
        fold(&mut lanes, block);
    }
    match octets.last_chunk::<BLOCK>() {
        _ if rest.is_empty() => {}
        Some(last) => fold(&mut lanes, last),
        None => {
            let mut last = [0; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            fold(&mut lanes, &last);
        }
    }
    let [a, b, c, d] = lanes;
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

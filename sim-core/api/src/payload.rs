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

/// A 64-bit hash of octets, sixteen at a time; the same on every platform.
pub fn content_hash(octets: &[u8]) -> u64 {
    let (blocks, rest) = octets.as_chunks::<16>();
    let mut hash = mix(octets.len() as u64);
    for block in blocks {
        hash = fold(hash, block);
    }
    let mut last = [0; 16];
    last[..rest.len()].copy_from_slice(rest);
    mix(fold(hash, &last))
}

/// Both halves of a 128-bit product of the two words, each of which a constant keeps from being zero by accident.
const fn fold(hash: u64, block: &[u8; 16]) -> u64 {
    let word = u128::from_le_bytes(*block);
    let left = (word as u64) ^ hash;
    let right = ((word >> 64) as u64) ^ 0x9e37_79b9_7f4a_7c15;
    let product = (left as u128).wrapping_mul(right as u128);
    (product as u64) ^ ((product >> 64) as u64) ^ hash.rotate_left(23)
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
        let base: Vec<u8> = (0..61).collect();
        for at in 0..base.len() {
            let mut changed = base.clone();
            changed[at] ^= 1;
            assert_ne!(content_hash(&base), content_hash(&changed), "octet {at}");
        }
        assert_ne!(content_hash(&[0; 7]), content_hash(&[0; 8]));
    }
}

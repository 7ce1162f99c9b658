//! Nonce counts that were used: a digest response is good for one request (RFC 7616 3.4, 5.5).

use std::collections::BTreeMap;

use sim_api::SimTime;

/// What the table says to a use of a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceUse {
    /// The first use of this count.
    Fresh,
    /// This count or a higher one was used before.
    Replayed,
    /// The nonce is so old that its counts are not known any more.
    Forgotten,
}

/// The highest nonce count seen of each nonce, in a table of bounded size.
///
/// The oldest nonces are forgotten first, and what was forgotten is not accepted again: a table that overflows
/// costs challenges, never a replay. A capacity above the registrations that arrive within a round trip keeps even an
/// avalanche of them going.
#[derive(Clone, Debug)]
pub struct NonceCounts {
    /// By the instant of issue and the first part of the seal.
    highest: BTreeMap<(SimTime, u64), u32>,
    /// Everything before this has been forgotten.
    horizon: (SimTime, u64),
    capacity: usize,
}

impl NonceCounts {
    /// An empty table for `capacity` nonces, at least one.
    #[must_use]
    pub fn new(capacity: usize) -> NonceCounts {
        NonceCounts { highest: BTreeMap::new(), horizon: (SimTime::ZERO, 0), capacity: capacity.max(1) }
    }

    /// Records that `nonce`, one of the registrar's own, came with `count`.
    pub fn record(&mut self, nonce: &[u8], count: u32) -> NonceUse {
        let Some(key) = time_and_seal(nonce).filter(|key| *key >= self.horizon) else {
            return NonceUse::Forgotten;
        };
        let highest = self.highest.entry(key).or_insert(0);
        if count <= *highest {
            return NonceUse::Replayed;
        }
        *highest = count;
        while self.highest.len() > self.capacity {
            self.forget_oldest();
        }
        NonceUse::Fresh
    }

    /// Forgets the nonces that were issued before `instant`, because they are refused as stale anyway.
    pub fn forget_before(&mut self, instant: SimTime) {
        self.horizon = self.horizon.max((instant, 0));
        while self.highest.first_key_value().is_some_and(|(key, _)| *key < self.horizon) {
            self.highest.pop_first();
        }
    }

    /// The octets of memory that the table occupies at most, as estimated from its capacity.
    #[must_use]
    pub fn octets_at_most(&self) -> usize {
        self.capacity * size_of::<((SimTime, u64), u32)>() * 3 / 2
    }

    fn forget_oldest(&mut self) {
        if let Some(((issued, seal), _)) = self.highest.pop_first() {
            self.horizon = self.horizon.max((issued, seal.saturating_add(1)));
        }
    }
}

/// The two 64-bit numbers that a nonce of [`NonceIssuer`](crate::auth::NonceIssuer) begins with.
fn time_and_seal(nonce: &[u8]) -> Option<(SimTime, u64)> {
    let digits = std::str::from_utf8(nonce.get(..32)?).ok()?;
    let number = |digits| u64::from_str_radix(digits, 16).ok();
    Some((SimTime::from_nanos(number(digits.get(..16)?)?), number(digits.get(16..)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(issued_s: u64, seal: u64) -> Vec<u8> {
        format!("{:016x}{seal:016x}0123456789abcdef", issued_s * 1_000_000_000).into_bytes()
    }

    #[test]
    fn nonce_count_must_grow() {
        let mut counts = NonceCounts::new(8);
        for (count, wanted) in [
            (1, NonceUse::Fresh),
            (1, NonceUse::Replayed),
            (2, NonceUse::Fresh),
            (9, NonceUse::Fresh),
            (8, NonceUse::Replayed),
            (0, NonceUse::Replayed),
            (10, NonceUse::Fresh),
        ] {
            assert_eq!(counts.record(&nonce(5, 77), count), wanted, "{count}");
        }
        assert_eq!(counts.record(&nonce(5, 78), 1), NonceUse::Fresh, "each nonce counts for itself");
    }

    #[test]
    fn a_full_table_never_lets_a_replay_pass() {
        let mut counts = NonceCounts::new(2);
        for (issued, seal) in [(1, 11), (2, 12), (3, 13)] {
            assert_eq!(counts.record(&nonce(issued, seal), 1), NonceUse::Fresh);
        }
        assert_eq!(counts.record(&nonce(1, 11), 1), NonceUse::Forgotten);
        assert_eq!(counts.record(&nonce(1, 11), 2), NonceUse::Forgotten);
        assert_eq!(counts.record(&nonce(2, 12), 1), NonceUse::Replayed);
        assert_eq!(counts.record(&nonce(3, 13), 2), NonceUse::Fresh);
    }

    #[test]
    fn stale_nonces_make_room() {
        let mut counts = NonceCounts::new(100);
        counts.record(&nonce(1, 11), 1);
        counts.record(&nonce(9, 12), 1);
        counts.forget_before(SimTime::from_secs(9));
        assert_eq!(counts.highest.len(), 1);
        assert_eq!(counts.record(&nonce(1, 11), 2), NonceUse::Forgotten);
        assert_eq!(counts.record(&nonce(9, 12), 1), NonceUse::Replayed);
    }

    #[test]
    fn what_is_no_nonce_of_ours_counts_as_forgotten() {
        let mut counts = NonceCounts::new(100);
        for text in [&b""[..], b"abc", "ää345678901234567890123456789012".as_bytes(), &[b'x'; 48]] {
            assert_eq!(counts.record(text, 1), NonceUse::Forgotten);
        }
    }
}

//! The digest of a run: equal digests mean equal runs, event by event.
//!
//! Each event folds its key, its kind and a 64-bit content hash into a rolling 128-bit state. At the end, SHA-256 over
//! that state and the metrics of the run gives the digest that users compare.

use std::fmt::Write;

use sha2::{Digest as _, Sha256};

use crate::queue::Key;

/// An odd 128-bit multiplier (the one of PCG's 128-bit generator).
const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;

/// The rolling state of a run's digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollingDigest(u128);

impl RollingDigest {
    /// The state before the first event.
    pub const fn new() -> RollingDigest {
        RollingDigest(MULTIPLIER)
    }

    /// Folds in one event: its key, what kind it is, and a hash of what it carries.
    pub fn fold(&mut self, key: Key, kind: u8, content: u64) {
        let order = (u128::from(key.time.as_nanos()) << 64)
            | (u128::from(key.origin) << 32)
            | u128::from(key.sequence);
        let what = (u128::from(content) << 64) | u128::from(kind);
        let mixed = (self.0 ^ order).wrapping_mul(MULTIPLIER);
        self.0 = (mixed.rotate_right(61) ^ what).wrapping_mul(MULTIPLIER);
    }

    /// The state, for comparing two runs at the same instant.
    pub const fn state(self) -> u128 {
        self.0
    }

    /// SHA-256 over the state and `metrics`, the run's results in a canonical text form; 64 hexadecimal digits.
    pub fn seal(self, metrics: &str) -> String {
        let mut sha = Sha256::new();
        sha.update(self.0.to_be_bytes());
        sha.update(metrics.as_bytes());
        sha.finalize().iter().fold(String::with_capacity(64), |mut hex, octet| {
            write!(hex, "{octet:02x}").expect("writing to a string cannot fail");
            hex
        })
    }
}

impl Default for RollingDigest {
    fn default() -> RollingDigest {
        RollingDigest::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_api::SimTime;

    fn key(time: u64, origin: u32, sequence: u32) -> Key {
        Key { time: SimTime::from_nanos(time), origin, sequence }
    }

    fn of(events: &[(Key, u8, u64)]) -> u128 {
        let mut digest = RollingDigest::new();
        for &(key, kind, content) in events {
            digest.fold(key, kind, content);
        }
        digest.state()
    }

    #[test]
    fn each_ingredient_and_the_order_change_the_digest() {
        let base = [(key(1, 2, 3), 1, 7), (key(2, 2, 4), 2, 8)];
        let mut seen = vec![of(&base), of(&[base[1], base[0]]), of(&base[..1])];
        for (k, kind, content) in [
            (key(9, 2, 3), 1, 7),
            (key(1, 9, 3), 1, 7),
            (key(1, 2, 9), 1, 7),
            (key(1, 2, 3), 9, 7),
            (key(1, 2, 3), 1, 9),
        ] {
            seen.push(of(&[(k, kind, content), base[1]]));
        }
        let all = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all);
    }

    #[test]
    fn the_seal_covers_state_and_metrics() {
        let digest = RollingDigest::new();
        assert_eq!(digest.seal("calls=1").len(), 64);
        assert_ne!(digest.seal("calls=1"), digest.seal("calls=2"));
        let mut other = digest;
        other.fold(key(0, 0, 0), 0, 0);
        assert_ne!(digest.seal("calls=1"), other.seal("calls=1"));
    }
}

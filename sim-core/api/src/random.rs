//! Randomness that belongs to names.
//!
//! A run owns one [`Seed`]. Each purpose of each entity draws from its own [`Stream`], named for example
//! `"link/ran-7/loss"`; large populations draw from a [`CounterStream`], which needs no state per member.
//! Neither depends on which other streams exist, so adding a node never shifts another node's luck, and two
//! variants of an experiment share theirs (common random numbers).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The seed of one run: a function of the experiment's seed and the replication, never of the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seed(u64);

impl Seed {
    /// The seed with this value.
    pub const fn new(value: u64) -> Seed {
        Seed(value)
    }

    /// The seed of replication `replication` (from 0) of an experiment whose seed is `self`.
    pub const fn of_replication(self, replication: u32) -> Seed {
        Seed(mix(mix(self.0) ^ mix(0x7265_706c ^ ((replication as u64) << 32))))
    }

    /// The value.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The stream that belongs to `name` (such as `"link/ran-7/loss"`).
    ///
    /// The same seed and name give the same draws in every run, on every platform and whatever other streams
    /// exist, so adding a node never shifts another node's luck.
    pub fn stream(self, name: &str) -> Stream {
        let mut rng = ChaCha8Rng::seed_from_u64(self.0);
        rng.set_stream(fnv1a(name.as_bytes()));
        Stream(rng)
    }

    /// The counter-based stream that belongs to `name`: draws are addressed by (member, counter).
    pub const fn counter_stream(self, name: &str) -> CounterStream {
        CounterStream(mix(mix(self.0) ^ fnv1a(name.as_bytes())))
    }
}

/// A stream of random draws with state (ChaCha8, portable across platforms and versions).
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// The next draw as a [`Unit`].
    pub fn unit(&mut self) -> Unit {
        Unit::from_bits(self.bits())
    }

    /// A whole number below `bound`, uniformly (bias below 2^-64 × `bound`).
    ///
    /// # Panics
    /// When `bound` is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        scale(self.bits(), bound)
    }
}

/// A counter-based stream: the draw for (member, counter) is a hash, so a member needs no generator state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterStream(u64);

impl CounterStream {
    /// The 64 random bits of draw `counter` of `member`.
    pub const fn bits(self, member: u64, counter: u64) -> u64 {
        mix(mix(self.0 ^ mix(member)).wrapping_add(counter.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// Draw `counter` of `member` as a [`Unit`].
    pub fn unit(self, member: u64, counter: u64) -> Unit {
        Unit::from_bits(self.bits(member, counter))
    }

    /// Draw `counter` of `member` as a whole number below `bound`.
    ///
    /// # Panics
    /// When `bound` is zero.
    pub const fn below(self, member: u64, counter: u64, bound: u64) -> u64 {
        scale(self.bits(member, counter), bound)
    }
}

/// A number strictly between 0 and 1, on the grid (k + ½)·2⁻⁵³.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Unit(f64);

impl Unit {
    /// The unit number that the upper 53 of these bits stand for.
    pub fn from_bits(bits: u64) -> Unit {
        // (2^53 - 1) + 0.5 is not representable: the top of the grid is clamped below 1.
        let grid = ((bits >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0);
        Unit(grid.min(1.0 - f64::EPSILON / 2.0))
    }

    /// The value, in (0, 1).
    pub const fn value(self) -> f64 {
        self.0
    }
}

/// SplitMix64's finaliser: a bijection of 64-bit words in which every input bit affects every output bit.
pub const fn mix(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The 64-bit FNV-1a hash: stable across platforms, for names (not for hostile input).
pub const fn fnv1a(octets: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < octets.len() {
        hash = (hash ^ octets[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}

const fn scale(bits: u64, bound: u64) -> u64 {
    assert!(bound > 0, "a draw below zero does not exist");
    ((bits as u128 * bound as u128) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn golden_draws_are_the_same_on_every_platform() {
        let seed = Seed::new(1).of_replication(0);
        let mut stream = seed.stream("link/ran-7/loss");
        let counter = seed.counter_stream("population/koeln/arrivals");
        let draws = [seed.value(), stream.bits(), stream.bits(), counter.bits(7, 0), counter.bits(7, 1)];
        expect!["[24f7ecc22505e9b6, 9f3dacf0ec305c93, d32f93541ef7f481, 70373532d51db969, 920a625dbed01ade]"]
            .assert_eq(&format!("{draws:x?}"));
    }

    #[test]
    fn a_stream_does_not_notice_other_streams() {
        let seed = Seed::new(42);
        let alone: Vec<u64> = (0..8).scan(seed.stream("a"), |s, _| Some(s.bits())).collect();
        let (mut a, mut b) = (seed.stream("a"), seed.stream("b"));
        let beside: Vec<u64> = (0..8).map(|_| (b.bits(), a.bits()).1).collect();
        assert_eq!(alone, beside);
        assert_ne!(seed.stream("a").bits(), seed.stream("b").bits());
    }

    #[test]
    fn unit_stays_strictly_inside_its_interval() {
        for bits in [0, 1, u64::MAX, u64::MAX - 1, 1 << 63] {
            let unit = Unit::from_bits(bits).value();
            assert!(unit > 0.0 && unit < 1.0, "{bits:x} gave {unit}");
        }
    }

    #[test]
    fn counter_stream_is_uniform_over_members_and_counters() {
        let stream = Seed::new(3).counter_stream("x");
        let mut cells = [0u32; 64];
        for member in 0..1000 {
            for counter in 0..64 {
                cells[stream.below(member, counter, 64) as usize] += 1;
            }
        }
        // 64 cells of 1000 expected: chi-squared with 63 degrees of freedom stays below 120 (p about 2e-5).
        let chi2: f64 = cells.iter().map(|&n| (f64::from(n) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi2 < 120.0, "chi-squared {chi2}");
    }

    #[test]
    fn replications_have_unrelated_seeds() {
        let seed = Seed::new(9);
        let mut seeds: Vec<u64> = (0..1000).map(|r| seed.of_replication(r).value()).collect();
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 1000);
    }
}

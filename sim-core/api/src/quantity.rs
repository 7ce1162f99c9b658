//! Physical quantities that cannot hold an impossible value.

use std::time::Duration;

use crate::random::Unit;

/// A probability, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Probability(f64);

impl Probability {
    /// What never happens.
    pub const ZERO: Probability = Probability(0.0);
    /// What always happens.
    pub const ONE: Probability = Probability(1.0);

    /// The probability with this value; `None` outside [0, 1] and for NaN.
    pub fn new(value: f64) -> Option<Probability> {
        (0.0..=1.0).contains(&value).then_some(Probability(value))
    }

    /// The value, in [0, 1].
    pub const fn value(self) -> f64 {
        self.0
    }

    /// Whether the event of this probability happens for the draw `unit`. Never for 0, always for 1.
    pub fn happens(self, unit: Unit) -> bool {
        unit.value() < self.0
    }
}

/// A bit rate above zero, in bit/s, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BitRate {
    /// This many bit/s, above zero.
    Limited(std::num::NonZeroU64),
    /// Serialisation takes no time.
    Unlimited,
}

impl BitRate {
    /// The rate of `bits_per_second`; `None` for zero.
    pub fn new(bits_per_second: u64) -> Option<BitRate> {
        std::num::NonZeroU64::new(bits_per_second).map(BitRate::Limited)
    }

    /// The time to clock `octets` onto the medium, rounded up to a whole nanosecond.
    pub fn serialisation(self, octets: usize) -> Duration {
        Duration::from_nanos(self.serialisation_nanos(octets))
    }

    /// As [`BitRate::serialisation`], in nanoseconds.
    #[inline]
    pub fn serialisation_nanos(self, octets: usize) -> u64 {
        let BitRate::Limited(rate) = self else { return 0 };
        let bits = octets as u64 * 8;
        // Up to 2 GB the product fits 64 bits, which divide faster.
        match bits.checked_mul(1_000_000_000) {
            Some(product) => product.div_ceil(rate.get()),
            None => (u128::from(bits) * 1_000_000_000).div_ceil(u128::from(rate.get())) as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probability_refuses_nan_and_what_lies_outside() {
        assert!(Probability::new(f64::NAN).is_none());
        assert!(Probability::new(-0.1).is_none());
        assert!(Probability::new(1.1).is_none());
        assert_eq!(Probability::new(1.0), Some(Probability::ONE));
    }

    #[test]
    fn serialisation_is_size_over_rate() {
        let rate = BitRate::new(9600).expect("above zero");
        assert_eq!(rate.serialisation(600), Duration::from_millis(500));
        assert_eq!(BitRate::Unlimited.serialisation(600), Duration::ZERO);
        assert_eq!(BitRate::new(0), None);
    }
}

//! What a run says about one metric.

use serde::{Deserialize, Serialize};

use crate::histogram::Histogram;
use crate::metric::Unit;

/// The outcome of one metric in one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Measurement {
    /// One number, in the unit of the metric.
    Value(#[serde(with = "crate::number")] f64),
    /// One sample a call, registration or packet: nanoseconds when the metric is a time, else a count.
    Samples(Histogram),
    /// A share of trials. Undefined, not zero, when there was no trial (RFC 6076 4).
    Ratio {
        /// Trials that count.
        hits: u64,
        /// All trials.
        of: u64,
    },
}

impl Measurement {
    /// The one number that stands for the run: the value, the mean or the ratio, in the unit of the metric.
    ///
    /// `metric` is the metric's name, whose ending fixes the unit. `None` without samples or trials.
    pub fn scalar(&self, metric: &str) -> Option<f64> {
        match self {
            Measurement::Value(value) => Some(*value),
            Measurement::Samples(histogram) => {
                histogram.mean().map(|mean| mean / Unit::of(metric).samples_per_unit())
            }
            Measurement::Ratio { hits, of } => (*of > 0).then(|| *hits as f64 / *of as f64),
        }
    }

    /// The quantile `q` of the samples, in the unit of the metric; `None` for values and ratios, and without samples.
    pub fn quantile(&self, metric: &str, q: f64) -> Option<f64> {
        match self {
            Measurement::Samples(histogram) => {
                histogram.quantile(q).map(|value| value as f64 / Unit::of(metric).samples_per_unit())
            }
            Measurement::Value(_) | Measurement::Ratio { .. } => None,
        }
    }

    /// How many samples or trials stand behind the number: one for a value.
    pub fn n(&self) -> u64 {
        match self {
            Measurement::Value(_) => 1,
            Measurement::Samples(histogram) => histogram.n(),
            Measurement::Ratio { of, .. } => *of,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_kept_in_nanoseconds_and_told_in_the_unit_of_the_name() {
        let samples = Measurement::Samples([1_500_000, 2_500_000].into_iter().collect());
        assert_eq!(samples.scalar("post_dial_delay_ms"), Some(2.0));
        assert_eq!(samples.quantile("post_dial_delay_ms", 1.0), Some(2.5));
        assert_eq!(samples.scalar("copies_per_call"), Some(2_000_000.0));
    }

    #[test]
    fn a_ratio_of_no_trials_is_undefined() {
        assert_eq!(Measurement::Ratio { hits: 0, of: 0 }.scalar("busy_ratio"), None);
        assert_eq!(Measurement::Ratio { hits: 1, of: 4 }.scalar("busy_ratio"), Some(0.25));
    }

    #[test]
    fn measurements_round_trip_through_json() {
        for measurement in [
            Measurement::Value(0.1 + 0.2),
            Measurement::Value(-7.0),
            Measurement::Value(f64::NEG_INFINITY),
            Measurement::Ratio { hits: 3, of: u64::MAX },
            Measurement::Samples([7, 9_999_999_999].into_iter().collect()),
        ] {
            let json = serde_json::to_string(&measurement).unwrap();
            assert_eq!(serde_json::from_str::<Measurement>(&json).unwrap(), measurement);
        }
    }

    #[test]
    fn floats_read_back_to_the_last_bit() {
        for i in 1..20_000u64 {
            let value = f64::from_bits(0x3FF0_0000_0000_0000 + (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12));
            let json = serde_json::to_string(&Measurement::Value(value)).unwrap();
            let read = serde_json::from_str::<Measurement>(&json).unwrap();
            assert_eq!(read, Measurement::Value(value), "{json}");
        }
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        assert!(serde_json::from_str::<Measurement>(r#"{"Value":"many"}"#).is_err());
        assert!(serde_json::from_str::<Measurement>(r#"{"Value":null}"#).is_err());
    }
}

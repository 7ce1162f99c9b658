//! Distributions of spans of time, sampled by inverse transform.
//!
//! One [`Unit`] gives one sample, so two variants that draw the same unit differ only by their parameters
//! (common random numbers). Transcendental functions come from the pinned `libm`, and a sample becomes whole
//! nanoseconds at once: the same sample on every platform.

use std::sync::Arc;
use std::time::Duration;

use crate::random::Unit;
use crate::time::nanos;

/// Samples longer than this are cut to it: 31 years, far beyond any run.
const LONGEST_NANOS: f64 = 1e18;

/// A distribution of non-negative spans.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same span.
    Fixed(Duration),
    /// Exponential with this mean.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// Log-normal, given by the mean and the coefficient of variation of the span itself (not of its logarithm).
    Lognormal {
        /// The mean.
        mean: Duration,
        /// Standard deviation over mean, at least 0.
        cv: f64,
    },
    /// Uniform between two spans.
    Uniform {
        /// The shortest span.
        low: Duration,
        /// The longest span, at least `low`.
        high: Duration,
    },
    /// One of these observed spans, each equally likely. Never empty.
    Empirical(Arc<[Duration]>),
}

impl Distribution {
    /// The sample at quantile `unit`.
    pub fn sample(&self, unit: Unit) -> Duration {
        let u = unit.value();
        match self {
            Distribution::Fixed(span) => *span,
            Distribution::Exponential { mean } => span(-libm::log1p(-u) * nanos(*mean) as f64),
            Distribution::Lognormal { mean, cv } => {
                let variance = libm::log1p(cv * cv);
                let mu = libm::log(nanos(*mean) as f64) - variance / 2.0;
                span(libm::exp(mu + variance.sqrt() * standard_normal_quantile(u)))
            }
            Distribution::Uniform { low, high } => {
                let (low, high) = (nanos(*low) as f64, nanos(*high) as f64);
                span(low + u * (high - low))
            }
            Distribution::Empirical(spans) => spans[((u * spans.len() as f64) as usize).min(spans.len() - 1)],
        }
    }

    /// The mean.
    pub fn mean(&self) -> Duration {
        match self {
            Distribution::Fixed(mean)
            | Distribution::Exponential { mean }
            | Distribution::Lognormal { mean, .. } => *mean,
            Distribution::Uniform { low, high } => (*low + *high) / 2,
            Distribution::Empirical(spans) => {
                let sum: u128 = spans.iter().map(|s| u128::from(nanos(*s))).sum();
                Duration::from_nanos((sum / spans.len() as u128) as u64)
            }
        }
    }
}

fn span(nanos: f64) -> Duration {
    Duration::from_nanos(nanos.clamp(0.0, LONGEST_NANOS) as u64)
}

/// The quantile function of the standard normal distribution, for `u` in (0, 1).
///
/// Algorithm AS 241 (Wichura, Applied Statistics 37, 1988), relative error about 1e-16.
pub fn standard_normal_quantile(u: f64) -> f64 {
    let q = u - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTRE_NUMERATOR, &CENTRE_DENOMINATOR);
    }
    let tail = if q < 0.0 { u } else { 1.0 - u };
    let r = (-libm::log(tail)).sqrt();
    let value = if r <= 5.0 {
        ratio(r - 1.6, &MIDDLE_NUMERATOR, &MIDDLE_DENOMINATOR)
    } else {
        ratio(r - 5.0, &TAIL_NUMERATOR, &TAIL_DENOMINATOR)
    };
    if q < 0.0 { -value } else { value }
}

fn ratio(r: f64, numerator: &[f64; 8], denominator: &[f64; 8]) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * r + c);
    horner(numerator) / horner(denominator)
}

const CENTRE_NUMERATOR: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_3,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const CENTRE_DENOMINATOR: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_854,
];
const MIDDLE_NUMERATOR: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const MIDDLE_DENOMINATOR: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const TAIL_NUMERATOR: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const TAIL_DENOMINATOR: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;
    use expect_test::expect;

    fn moments(distribution: &Distribution) -> (f64, f64) {
        let stream = Seed::new(5).counter_stream("moments");
        let n = 200_000;
        let draws: Vec<f64> = (0..n).map(|i| distribution.sample(stream.unit(0, i)).as_secs_f64()).collect();
        let mean = draws.iter().sum::<f64>() / n as f64;
        let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / n as f64;
        (mean, variance.sqrt() / mean)
    }

    #[test]
    fn sample_moments_agree_with_the_parameters() {
        let second = Duration::from_secs(1);
        let cases = [
            (Distribution::Fixed(second), 0.0),
            (Distribution::Exponential { mean: second }, 1.0),
            (Distribution::Lognormal { mean: second, cv: 0.6 }, 0.6),
            (Distribution::Uniform { low: Duration::ZERO, high: 2 * second }, 1.0 / 3f64.sqrt()),
        ];
        for (distribution, cv_expected) in cases {
            let (mean, cv) = moments(&distribution);
            assert!((mean - 1.0).abs() < 0.01, "{distribution:?}: mean {mean}");
            assert!((cv - cv_expected).abs() < 0.02, "{distribution:?}: cv {cv}");
            assert_eq!(distribution.mean(), second);
        }
    }

    #[test]
    fn exponential_follows_its_distribution_function() {
        let distribution = Distribution::Exponential { mean: Duration::from_secs(1) };
        let stream = Seed::new(6).counter_stream("ks");
        let n = 100_000;
        let mut draws: Vec<f64> =
            (0..n).map(|i| distribution.sample(stream.unit(0, i)).as_secs_f64()).collect();
        draws.sort_by(f64::total_cmp);
        let distance = draws
            .iter()
            .enumerate()
            .map(|(i, x)| (-libm::expm1(-x) - (i as f64 + 0.5) / n as f64).abs())
            .fold(0.0, f64::max);
        // Kolmogorov-Smirnov: P(D > 1.95/sqrt(n)) is about 1e-3.
        assert!(distance < 1.95 / (n as f64).sqrt(), "KS distance {distance}");
    }

    #[test]
    fn normal_quantiles_match_published_values() {
        // Standard tables, twelve digits.
        for (u, z) in
            [(0.5, 0.0), (0.975, 1.959_963_984_540), (0.995, 2.575_829_303_549), (1e-6, -4.753_424_308_823)]
        {
            assert!((standard_normal_quantile(u) - z).abs() < 1e-11, "quantile of {u}");
        }
        assert!((standard_normal_quantile(1e-20) + 9.262_340_089_798).abs() < 1e-10);
    }

    #[test]
    fn golden_samples_are_the_same_on_every_platform() {
        let mean = Duration::from_millis(18);
        let all = [
            Distribution::Fixed(mean),
            Distribution::Exponential { mean },
            Distribution::Lognormal { mean, cv: 1.3 },
            Distribution::Uniform { low: Duration::ZERO, high: mean },
            Distribution::Empirical([mean, 2 * mean, 3 * mean].into()),
        ];
        let stream = Seed::new(1).counter_stream("golden");
        let sum = |d: &Distribution| {
            (0..1000).map(|i| nanos(d.sample(stream.unit(1, i)))).fold(0u64, |h, n| crate::random::mix(h ^ n))
        };
        let digests: Vec<String> = all.iter().map(|d| format!("{:016x}", sum(d))).collect();
        expect!["173ec92660df6cb0 def4c843f03a69a5 91997b344dcd9ca8 8e1ab0a1e83d44d2 66180491694706f7"]
            .assert_eq(&digests.join(" "));
    }
}

//! A measurement beside the law that predicts it.
//!
//! The bar is |z| < 4 everywhere: a 95 % interval misses one time in twenty by construction. Where fewer than five
//! events (or non-events) are expected, the exact binomial probability of an outcome at least as extreme takes its
//! place, with the same bar. Where samples of one run depend on each other, as waits do, the relative deviation of the
//! mean decides.

use records::{Histogram, LawCheck, LawTest};

use crate::statistics::{binomial_two_sided, gamma_upper, two_sided_p};

/// The largest |z| that passes.
pub const Z_LIMIT: f64 = 4.0;
/// Below this many expected events the normal approximation gives way to exact bounds.
pub const FEW_EVENTS: f64 = 5.0;

/// Which law is compared, where, and who states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where it applies: the cell's factor labels.
    pub place: String,
    /// The name of the law.
    pub law: String,
    /// Public literature.
    pub source: String,
}

impl Claim {
    /// `hits` of `of` independent trials beside a probability.
    pub fn ratio(&self, quantity: &str, hits: u64, of: u64, expected: f64) -> LawCheck {
        if of == 0 {
            return self.unmeasured(quantity, expected);
        }
        let (trials, simulated) = (of as f64, hits as f64 / of as f64);
        let rare = trials * expected < FEW_EVENTS || trials * (1.0 - expected) < FEW_EVENTS;
        let test = if rare {
            LawTest::Binomial {
                probability: binomial_two_sided(hits, of, expected),
                limit: two_sided_p(Z_LIMIT),
            }
        } else {
            normal(simulated, expected, (expected * (1.0 - expected) / trials).sqrt())
        };
        self.check(quantity, simulated, expected, of, test, Exactness::Irrelevant)
    }

    /// The mean of independent samples beside an expected mean, both in one unit; `deviation` is that of one sample.
    ///
    /// A law without deviation is compared exactly.
    pub fn mean(
        &self,
        quantity: &str,
        simulated: Option<f64>,
        n: u64,
        expected: f64,
        deviation: f64,
    ) -> LawCheck {
        let Some(value) = simulated else { return self.unmeasured(quantity, expected) };
        if deviation == 0.0 {
            let equal = (value - expected).abs() <= 1e-9 * expected.abs();
            let exactness = if equal { Exactness::Holds } else { Exactness::Fails };
            return self.check(quantity, value, expected, n, LawTest::Exact, exactness);
        }
        let test = normal(value, expected, deviation / (n as f64).sqrt());
        self.check(quantity, value, expected, n, test, Exactness::Irrelevant)
    }

    /// A value that is not random beside an expected one, both in one unit; equal but for `tolerance`, which is what
    /// rounding to whole nanoseconds makes.
    pub fn equal(
        &self,
        quantity: &str,
        simulated: Option<f64>,
        n: u64,
        expected: f64,
        tolerance: f64,
    ) -> LawCheck {
        let Some(value) = simulated else { return self.unmeasured(quantity, expected) };
        let equal = (value - expected).abs() <= tolerance;
        let exactness = if equal { Exactness::Holds } else { Exactness::Fails };
        self.check(quantity, value, expected, n, LawTest::Exact, exactness)
    }

    /// How many of `n` samples lie off the law's support, which has to be none.
    pub fn off_support(&self, quantity: &str, off: u64, n: u64) -> LawCheck {
        let exactness = if off == 0 { Exactness::Holds } else { Exactness::Fails };
        self.check(quantity, off as f64, 0.0, n, LawTest::Exact, exactness)
    }

    /// Counts 1, 2, … of independent trials beside their probabilities: Pearson's chi-squared as a p value.
    ///
    /// Neighbouring counts are pooled until five trials are expected in each cell; `None` when fewer than two cells
    /// remain. Counts above 2,047 are outside the exact part of a histogram: no law here has any.
    pub fn counts(&self, quantity: &str, counts: &Histogram, probabilities: &[f64]) -> Option<LawCheck> {
        let cells = pool(counts, probabilities);
        if cells.len() < 2 {
            return None;
        }
        let squared =
            |(observed, expected): &(f64, f64)| (observed - expected) * (observed - expected) / expected;
        let chi2: f64 = cells.iter().map(squared).sum();
        let freedom = (cells.len() - 1) as f64;
        let test = LawTest::Binomial {
            probability: gamma_upper(freedom / 2.0, chi2 / 2.0),
            limit: two_sided_p(Z_LIMIT),
        };
        Some(self.check(quantity, chi2, freedom, counts.n(), test, Exactness::Irrelevant))
    }

    /// A value beside an expected one that it may miss by the share `limit`.
    pub fn relative(
        &self,
        quantity: &str,
        simulated: Option<f64>,
        n: u64,
        expected: f64,
        limit: f64,
    ) -> LawCheck {
        let Some(value) = simulated else { return self.unmeasured(quantity, expected) };
        let deviation = (value - expected).abs() / expected.abs();
        self.check(
            quantity,
            value,
            expected,
            n,
            LawTest::Relative { deviation, limit },
            Exactness::Irrelevant,
        )
    }

    /// A law without a measurement: nothing was tested, so nothing passed.
    fn unmeasured(&self, quantity: &str, expected: f64) -> LawCheck {
        self.check(quantity, 0.0, expected, 0, LawTest::Exact, Exactness::Fails)
    }

    fn check(
        &self,
        quantity: &str,
        simulated: f64,
        expected: f64,
        n: u64,
        test: LawTest,
        exactness: Exactness,
    ) -> LawCheck {
        let passed = test.within().unwrap_or(exactness == Exactness::Holds);
        LawCheck {
            place: self.place.clone(),
            law: self.law.clone(),
            quantity: quantity.to_owned(),
            simulated,
            expected,
            n,
            test,
            passed,
            source: self.source.clone(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Exactness {
    Holds,
    Fails,
    Irrelevant,
}

fn normal(simulated: f64, expected: f64, sigma: f64) -> LawTest {
    LawTest::Normal { sigma, z: (simulated - expected) / sigma, limit: Z_LIMIT }
}

/// (observed, expected) trials by count, from the left, each cell with at least [`FEW_EVENTS`] expected.
fn pool(counts: &Histogram, probabilities: &[f64]) -> Vec<(f64, f64)> {
    let n = counts.n() as f64;
    let observed = |count: usize| {
        counts
            .buckets()
            .filter(|bucket| bucket.lowest == count as u64)
            .map(|bucket| bucket.count)
            .sum::<u64>()
    };
    let mut cells: Vec<(f64, f64)> = vec![(0.0, 0.0)];
    let mut remaining = n;
    for (k, probability) in probabilities.iter().enumerate() {
        let last = cells.last_mut().expect("never empty");
        last.0 += observed(k + 1) as f64;
        last.1 += n * probability;
        remaining -= n * probability;
        let full = last.1 >= FEW_EVENTS;
        if full && remaining >= FEW_EVENTS {
            cells.push((0.0, 0.0));
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        Claim { place: "loss 0.3".into(), law: "a law".into(), source: "a book".into() }
    }

    #[test]
    fn four_sigma_is_the_bar() {
        // 10,000 trials of probability 0.5: sigma 0.005.
        let near = claim().ratio("x_ratio", 5199, 10_000, 0.5);
        let far = claim().ratio("x_ratio", 5201, 10_000, 0.5);
        assert!(near.passed && !far.passed);
        assert!(matches!(near.test, LawTest::Normal { z, .. } if (z - 3.98).abs() < 1e-9));
    }

    #[test]
    fn rare_events_get_exact_bounds() {
        let none = claim().ratio("x_ratio", 0, 100_000, 7.569e-12);
        let one = claim().ratio("x_ratio", 1, 100_000, 7.569e-12);
        assert!(none.passed && !one.passed);
        assert!(matches!(one.test, LawTest::Binomial { .. }));
        let certain = claim().ratio("x_ratio", 100_000, 100_000, 1.0);
        assert!(certain.passed && matches!(certain.test, LawTest::Binomial { .. }));
    }

    #[test]
    fn a_mean_without_deviation_has_to_be_hit_exactly() {
        assert!(claim().mean("delay_ms", Some(100.0), 10, 100.0, 0.0).passed);
        assert!(!claim().mean("delay_ms", Some(100.001), 10, 100.0, 0.0).passed);
        assert!(!claim().mean("delay_ms", None, 0, 100.0, 0.0).passed);
    }

    #[test]
    fn a_law_without_a_measurement_fails_and_can_be_written_as_json() {
        for check in [claim().ratio("x_ratio", 0, 0, 0.5), claim().mean("delay_ms", None, 0, 100.0, 3.0)] {
            assert!(!check.passed && check.n == 0);
            assert!(serde_json::to_string(&check).is_ok_and(|json| !json.contains("null")));
        }
    }

    #[test]
    fn one_sample_off_the_support_fails() {
        assert!(claim().off_support("off_support", 0, 100_000).passed);
        assert!(!claim().off_support("off_support", 1, 100_000).passed);
    }

    #[test]
    fn copies_are_compared_as_a_whole_distribution() {
        let law = [0.75, 0.1875, 0.0625];
        let right: Histogram = [(1, 7500), (2, 1875), (3, 625)]
            .into_iter()
            .flat_map(|(copies, times)| std::iter::repeat_n(copies, times))
            .collect();
        assert!(claim().counts("copies", &right, &law).expect("three cells").passed);
        // The same mean, another distribution.
        let wrong: Histogram = [(1, 7812), (2, 1251), (3, 937)]
            .into_iter()
            .flat_map(|(copies, times)| std::iter::repeat_n(copies, times))
            .collect();
        assert!(!claim().counts("copies", &wrong, &law).expect("three cells").passed);
        assert_eq!(claim().counts("copies", &right, &[1.0]), None);
    }

    #[test]
    fn an_equal_value_is_equal_but_for_its_rounding() {
        for (simulated, passed) in [(Some(4130.0009), true), (Some(4130.002), false), (None, false)] {
            let check = claim().equal("delay_ms", simulated, 1, 4130.0, 1e-3);
            assert_eq!((check.passed, check.test), (passed, LawTest::Exact), "{simulated:?}");
        }
    }

    #[test]
    fn a_relative_bar_takes_both_sides() {
        for (simulated, passed) in
            [(Some(4.07), true), (Some(3.93), true), (Some(4.09), false), (None, false)]
        {
            assert_eq!(claim().relative("wait_ms", simulated, 1, 4.0, 0.02).passed, passed, "{simulated:?}");
        }
    }
}

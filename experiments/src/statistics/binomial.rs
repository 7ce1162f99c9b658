//! Counts of independent trials: exact tails and the Wilson interval.

use sim_api::standard_normal_quantile;

use super::interval::{Confidence, Interval};
use super::special::beta_regularised;

/// The probability of at least `hits` hits in `trials` independent trials of probability `p`.
pub fn binomial_at_least(hits: u64, trials: u64, p: f64) -> f64 {
    if hits == 0 {
        return 1.0;
    }
    if hits > trials {
        return 0.0;
    }
    beta_regularised(hits as f64, (trials - hits + 1) as f64, p)
}

/// The probability of at most `hits` hits in `trials` independent trials of probability `p`.
pub fn binomial_at_most(hits: u64, trials: u64, p: f64) -> f64 {
    if hits >= trials {
        return 1.0;
    }
    beta_regularised((trials - hits) as f64, (hits + 1) as f64, 1.0 - p)
}

/// The exact two-sided p value of `hits` in `trials`: twice the smaller tail, at most 1 (Clopper and Pearson 1934).
pub fn binomial_two_sided(hits: u64, trials: u64, p: f64) -> f64 {
    let tail = binomial_at_least(hits, trials, p).min(binomial_at_most(hits, trials, p));
    (2.0 * tail).min(1.0)
}

/// The Wilson score interval of the probability behind `hits` in `trials`; `None` of no trials.
///
/// Wilson, JASA 22 (1927). Never leaves [0, 1], and is honest where no or every trial hits.
pub fn wilson(hits: u64, trials: u64, confidence: Confidence) -> Option<Interval> {
    if trials == 0 {
        return None;
    }
    let (n, share) = (trials as f64, hits as f64 / trials as f64);
    let z = standard_normal_quantile(confidence.upper_quantile());
    let weight = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / weight;
    let half = z / weight * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    Some(Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Binomial, DiscreteCDF};

    #[test]
    fn tails_agree_with_statrs() {
        for (trials, p) in [(10, 0.3), (1000, 0.002), (100_000, 8.9e-6)] {
            let theirs = Binomial::new(p, trials).expect("valid parameters");
            for hits in [0, 1, 3, 7] {
                // Both lose digits to the logarithm of the gamma function, whose value grows with the trials.
                assert!((binomial_at_most(hits, trials, p) - theirs.cdf(hits)).abs() < 1e-8);
                let at_least = if hits == 0 { 1.0 } else { theirs.sf(hits - 1) };
                assert!((binomial_at_least(hits, trials, p) - at_least).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn one_hit_is_damning_where_none_can_be_expected() {
        assert!(binomial_two_sided(1, 100_000, 7.569e-12) < 1e-5);
        assert!(binomial_two_sided(0, 100_000, 7.569e-12) > 0.99);
        assert!(binomial_at_least(1, 100_000, 0.0) < f64::MIN_POSITIVE);
    }

    #[test]
    fn wilson_interval_matches_the_published_example() {
        // Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 and 0 of 20 without continuity correction.
        let interval = wilson(81, 263, Confidence::P95).expect("trials");
        assert!((interval.low - 0.2553).abs() < 5e-5 && (interval.high - 0.3662).abs() < 5e-5);
        let none = wilson(0, 20, Confidence::P95).expect("trials");
        assert!(none.low == 0.0 && (none.high - 0.1611).abs() < 5e-5);
        assert_eq!(wilson(0, 0, Confidence::P95), None);
    }
}

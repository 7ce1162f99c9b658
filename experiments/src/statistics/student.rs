//! Student's t distribution.

use sim_api::standard_normal_quantile;

use super::special::{beta_regularised, normal_cdf};

/// The distribution function of Student's t with `freedom` degrees of freedom (above zero) at `t`.
pub fn student_t_cdf(t: f64, freedom: f64) -> f64 {
    let tail = 0.5 * beta_regularised(freedom / 2.0, 0.5, freedom / (freedom + t * t));
    if t < 0.0 { tail } else { 1.0 - tail }
}

/// The quantile function of Student's t with `freedom` degrees of freedom (above zero), for `p` in (0, 1).
///
/// Bisection on the distribution function: exact to a few units of the last place, quick enough for reports.
pub fn student_t_quantile(p: f64, freedom: f64) -> f64 {
    if p == 0.5 {
        return 0.0;
    }
    if p < 0.5 {
        return -student_t_quantile(1.0 - p, freedom);
    }
    let (mut low, mut high) = (0.0, 1.0);
    while student_t_cdf(high, freedom) < p && high < f64::MAX / 2.0 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if student_t_cdf(middle, freedom) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The standard normal score that is as unlikely as `t` is with `freedom` degrees of freedom.
///
/// With few replications a t of 4 is no rarity: this score can be held against the same |z| < 4 as everything else.
pub fn student_t_to_z(t: f64, freedom: f64) -> f64 {
    if t == 0.0 || t.is_nan() {
        return t;
    }
    let tail = student_t_cdf(-t.abs(), freedom).max(f64::MIN_POSITIVE);
    let score = -standard_normal_quantile(tail);
    debug_assert!(normal_cdf(-score).is_finite());
    if t < 0.0 { -score } else { score }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn quantiles_agree_with_statrs_and_with_printed_tables() {
        // Fisher and Yates, table III.
        for (freedom, printed) in [(1.0, 12.706), (3.0, 3.182), (9.0, 2.262), (29.0, 2.045)] {
            assert!((student_t_quantile(0.975, freedom) - printed).abs() < 5e-4, "{freedom}");
        }
        for freedom in [1.0, 2.0, 3.0, 7.0, 19.0, 99.0] {
            let theirs = StudentsT::new(0.0, 1.0, freedom).expect("valid parameters");
            for p in [0.01, 0.25, 0.5, 0.9, 0.975, 0.9995] {
                let (a, b) = (student_t_quantile(p, freedom), theirs.inverse_cdf(p));
                assert!((a - b).abs() <= 1e-8 * b.abs().max(1.0), "{p} with {freedom}: {a} against {b}");
            }
        }
    }

    #[test]
    fn with_many_degrees_of_freedom_t_is_its_own_normal_score() {
        assert!((student_t_to_z(3.0, 1e7) - 3.0).abs() < 1e-5);
        assert!((student_t_to_z(-3.0, 1e7) + 3.0).abs() < 1e-5);
    }

    #[test]
    fn a_large_t_from_few_replications_is_a_modest_score() {
        // With 3 degrees of freedom, P(|t| > 4) = 0.028.
        let z = student_t_to_z(4.0, 3.0);
        assert!((z - 2.197).abs() < 0.01, "{z}");
    }
}

//! Confidence intervals over independent replications.

use super::moments::Moments;
use super::student::student_t_quantile;

/// The confidence of an interval: strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// 95 %: what summary tables and bands show.
    pub const P95: Confidence = Confidence(0.95);

    /// The confidence `value`; `None` unless it lies strictly between 0 and 1.
    pub fn new(value: f64) -> Option<Confidence> {
        (value > 0.0 && value < 1.0).then_some(Confidence(value))
    }

    /// The value, in (0, 1).
    pub const fn value(self) -> f64 {
        self.0
    }

    /// The quantile at the upper end of a central interval: 0.975 for 95 %.
    pub fn upper_quantile(self) -> f64 {
        0.5 + self.0 / 2.0
    }
}

/// A range that contains the true value with a stated confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end, at least `low`.
    pub high: f64,
}

impl Interval {
    /// Half the width.
    pub fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// The central t interval of the mean behind independent `moments`; `None` of fewer than two numbers.
pub fn mean_interval(moments: &Moments, confidence: Confidence) -> Option<Interval> {
    let (mean, error) = (moments.mean()?, moments.standard_error()?);
    let half = student_t_quantile(confidence.upper_quantile(), (moments.n() - 1) as f64) * error;
    Some(Interval { low: mean - half, high: mean + half })
}

/// Mean and t interval of `b − a` where both were measured with the same luck (common random numbers).
///
/// Element i of both belongs to replication i; `None` when the lengths differ or fewer than two pairs exist.
pub fn paired_difference(a: &[f64], b: &[f64], confidence: Confidence) -> Option<(f64, Interval)> {
    if a.len() != b.len() {
        return None;
    }
    let moments: Moments = a.iter().zip(b).map(|(a, b)| b - a).collect();
    Some((moments.mean()?, mean_interval(&moments, confidence)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_over_replications_matches_the_textbook() {
        // Law and Kelton, example 4.26: ten observations, mean 1.34, 90 % half-width 0.24.
        let observed = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09];
        let moments: Moments = observed.into_iter().collect();
        let interval =
            mean_interval(&moments, Confidence::new(0.9).expect("in (0, 1)")).expect("ten numbers");
        assert!((moments.mean().expect("ten numbers") - 1.34).abs() < 0.005);
        assert!((interval.half_width() - 0.24).abs() < 0.005);
    }

    #[test]
    fn pairing_removes_the_luck_that_both_variants_share() {
        let luck = [10.0, 30.0, 20.0, 50.0];
        let b = luck.map(|x| x + 1.0);
        let (difference, interval) = paired_difference(&luck, &b, Confidence::P95).expect("four pairs");
        assert_eq!((difference, interval.half_width()), (1.0, 0.0));
        assert_eq!(paired_difference(&luck, &b[..3], Confidence::P95), None);
    }

    #[test]
    fn one_replication_has_no_interval() {
        assert_eq!(mean_interval(&[3.0].into_iter().collect(), Confidence::P95), None);
    }

    #[test]
    fn confidence_lies_strictly_inside_its_range() {
        assert!(Confidence::new(0.0).is_none() && Confidence::new(1.0).is_none());
        assert!(Confidence::new(f64::NAN).is_none());
    }
}

//! A delay that takes few values.

use std::time::Duration;

/// The law of a delay with finitely many values, and the probability that there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct DelayLaw {
    /// Ascending, each value once, each with its unconditional probability.
    outcomes: Vec<(Duration, f64)>,
    failure: f64,
}

impl DelayLaw {
    /// The law with these unconditional probabilities; equal delays are added up, impossible ones left out.
    pub(super) fn new(mut outcomes: Vec<(Duration, f64)>, failure: f64) -> DelayLaw {
        outcomes.retain(|(_, probability)| *probability > 0.0);
        outcomes.sort_by_key(|(delay, _)| *delay);
        outcomes.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                earlier.1 += later.1;
            }
            same
        });
        DelayLaw { outcomes, failure }
    }

    /// The probability that no answer comes in time.
    pub fn failure(&self) -> f64 {
        self.failure
    }

    /// Each possible delay with its probability, ascending.
    pub fn outcomes(&self) -> &[(Duration, f64)] {
        &self.outcomes
    }

    /// Whether an answer can take exactly this long.
    pub fn supports(&self, delay: Duration) -> bool {
        self.outcomes.binary_search_by_key(&delay, |(possible, _)| *possible).is_ok()
    }

    /// The mean delay in seconds, given that an answer comes; `None` when none can.
    pub fn mean(&self) -> Option<f64> {
        let answered = self.answered();
        (answered > 0.0).then(|| self.moment(|delay| delay) / answered)
    }

    /// The standard deviation of the delay in seconds, given that an answer comes; `None` when none can.
    pub fn deviation(&self) -> Option<f64> {
        let mean = self.mean()?;
        Some((self.moment(|delay| (delay - mean) * (delay - mean)) / self.answered()).sqrt())
    }

    /// The probability that no answer has come up to `at` and none comes at it.
    pub(super) fn later_than(&self, at: Duration) -> f64 {
        let first = self.outcomes.partition_point(|(delay, _)| *delay <= at);
        self.failure + self.outcomes[first..].iter().rev().map(|(_, p)| p).sum::<f64>()
    }

    fn answered(&self) -> f64 {
        self.outcomes.iter().rev().map(|(_, p)| p).sum()
    }

    fn moment(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.outcomes.iter().rev().map(|(delay, p)| p * of(delay.as_secs_f64())).sum()
    }
}

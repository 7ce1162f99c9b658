//! One direction of a lossy path.

use std::time::Duration;

/// How a direction loses messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Channel {
    /// Each message for itself, with this probability.
    Iid(f64),
    /// A two-state chain in continuous time, in its stationary law at the start of a trial.
    GilbertElliott {
        /// Rate from good to bad, per second.
        to_bad_per_s: f64,
        /// Rate from bad to good, per second.
        to_good_per_s: f64,
        /// Loss probability in the good state.
        good: f64,
        /// Loss probability in the bad state.
        bad: f64,
    },
}

impl Channel {
    /// The loss probability in the good and in the bad state.
    pub(super) fn loss(&self) -> [f64; 2] {
        match *self {
            Channel::Iid(p) => [p, p],
            Channel::GilbertElliott { good, bad, .. } => [good, bad],
        }
    }

    /// The stationary probability of the good and of the bad state.
    pub(super) fn stationary(&self) -> [f64; 2] {
        let (a, b) = self.rates();
        if a + b == 0.0 { [1.0, 0.0] } else { [b / (a + b), a / (a + b)] }
    }

    /// The probability of each state after `span`, by the state before.
    pub(super) fn transition(&self, span: Duration) -> [[f64; 2]; 2] {
        let (a, b) = self.rates();
        let [good, bad] = self.stationary();
        let remembered = libm::exp(-(a + b) * span.as_secs_f64());
        let forgotten = 1.0 - remembered;
        [[good * forgotten + remembered, bad * forgotten], [good * forgotten, bad * forgotten + remembered]]
    }

    fn rates(&self) -> (f64, f64) {
        match *self {
            Channel::Iid(_) => (0.0, 0.0),
            Channel::GilbertElliott { to_bad_per_s, to_good_per_s, .. } => (to_bad_per_s, to_good_per_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_forgets_its_state_at_the_sum_of_its_rates() {
        let channel = Channel::GilbertElliott { to_bad_per_s: 0.02, to_good_per_s: 0.2, good: 0.0, bad: 1.0 };
        let long = channel.transition(Duration::from_secs(200));
        for from in long {
            assert!((from[1] - 1.0 / 11.0).abs() < 1e-15, "mean loss 9.1 %");
        }
        assert_eq!(channel.transition(Duration::ZERO), [[1.0, 0.0], [0.0, 1.0]]);
    }
}

//! Failing over among servers of equal weight (RFC 3263 4.3): how many that failed a request meets before it finds one
//! that works.
//!
//! A request meets the servers in an order in which each permutation is as likely as any other. With `f` of `n` failed,
//! the number that it meets before the first that works has a negative hypergeometric distribution with mean
//! `f / (n - f + 1)`. Each costs 64·T1 when it is silent, and about one round trip when it refuses.

/// A farm of servers, some of which have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailoverLaw {
    /// All servers.
    pub servers: u32,
    /// Those that failed, fewer than all.
    pub failed: u32,
}

impl FailoverLaw {
    /// The probabilities that a request without a memory meets 0, 1, … failed servers; they end with the last that is
    /// possible.
    pub fn first(&self) -> Vec<f64> {
        let (servers, failed) = (f64::from(self.servers), f64::from(self.failed));
        let mut reaches = 1.0;
        (0..=self.failed)
            .map(|met| {
                let left = servers - f64::from(met);
                let works = (servers - failed) / left;
                let probability = reaches * works;
                reaches *= 1.0 - works;
                probability
            })
            .collect()
    }

    /// The same for a request of somebody who leaves out the failed servers that an earlier request has met.
    pub fn after_one_request(&self) -> Vec<f64> {
        let mut all = vec![0.0; self.failed as usize + 1];
        for (met, probability) in (0..=self.failed).zip(self.first()) {
            let rest = FailoverLaw { servers: self.servers - met, failed: self.failed - met };
            for (sum, next) in all.iter_mut().zip(rest.first()) {
                *sum += probability * next;
            }
        }
        all
    }
}

/// Mean and standard deviation of the numbers 0, 1, … with these probabilities.
pub fn moments(probabilities: &[f64]) -> (f64, f64) {
    let numbered = || probabilities.iter().zip(0u32..).map(|(p, k)| (*p, f64::from(k)));
    let mean: f64 = numbered().map(|(p, k)| p * k).sum();
    let variance: f64 = numbered().map(|(p, k)| p * (k - mean) * (k - mean)).sum();
    (mean, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FARMS: [(u32, u32); 6] = [(2, 1), (3, 1), (3, 2), (4, 1), (4, 2), (5, 3)];

    #[test]
    fn mean_is_failed_over_working_plus_one() {
        for (servers, failed) in FARMS {
            let law = FailoverLaw { servers, failed };
            let probabilities = law.first();
            assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let wanted = f64::from(failed) / f64::from(servers - failed + 1);
            assert!((moments(&probabilities).0 - wanted).abs() < 1e-12, "{servers} {failed}");
        }
    }

    #[test]
    fn silent_servers_cost_what_the_known_figures_say() {
        // Seconds with 64·T1 = 32 s.
        for ((servers, failed), wanted) in FARMS.into_iter().zip([16.0, 10.667, 32.0, 8.0, 21.333, 32.0]) {
            let mean = 32.0 * moments(&FailoverLaw { servers, failed }.first()).0;
            assert!((mean - wanted).abs() < 1e-3, "{servers} {failed}: {mean}");
        }
    }

    #[test]
    fn a_memory_leaves_the_share_of_those_not_met() {
        for (servers, failed) in FARMS {
            let probabilities = FailoverLaw { servers, failed }.after_one_request();
            assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let (all, works) = (f64::from(failed), f64::from(servers - failed));
            let wanted = all * works / ((works + 1.0) * (works + 1.0));
            assert!((moments(&probabilities).0 - wanted).abs() < 1e-12, "{servers} {failed}");
        }
    }

    #[test]
    fn without_failures_nobody_is_met() {
        assert_eq!(FailoverLaw { servers: 3, failed: 0 }.first(), [1.0]);
    }
}

//! Calls of a city's subscribers: Poisson arrivals, destinations in proportion to the demands of the topology.
//!
//! Each draw is addressed by the index of the call at its city, one stream for each purpose. Two cells that differ in
//! routing, loss or capacity see the same calls; two that differ in load see the same callers, callees and holding times
//! at other instants.

use std::sync::Arc;
use std::time::Duration;

use sim_api::{CounterStream, Distribution, Seed, SimTime};
use sip::ua::{Act, CallSource, Planned};

/// A city that can be called.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    /// The domain of its users, such as `koeln.example`.
    pub(super) domain: String,
    /// How many there are, above zero.
    pub(super) lines: u32,
}

/// Where the calls of one city go.
#[derive(Clone, Debug)]
pub(super) struct Mix {
    /// Destinations with the upper end of their share of the unit interval; the last is 1.
    shares: Vec<(f64, usize)>,
}

impl Mix {
    /// A mix in proportion to these weights of destinations; `None` when they are all zero.
    pub(super) fn new(weights: impl Iterator<Item = (usize, f64)>) -> Option<Mix> {
        let mut sum = 0.0;
        let mut shares: Vec<(f64, usize)> = weights
            .filter(|(_, weight)| *weight > 0.0)
            .map(|(destination, weight)| {
                sum += weight;
                (sum, destination)
            })
            .collect();
        shares.iter_mut().for_each(|(end, _)| *end /= sum);
        (!shares.is_empty()).then_some(Mix { shares })
    }

    fn at(&self, unit: f64) -> usize {
        let index = self.shares.partition_point(|(end, _)| *end <= unit);
        self.shares[index.min(self.shares.len() - 1)].1
    }
}

/// The calls that the subscribers of one city begin.
#[derive(Debug)]
pub(super) struct DemandCalls {
    pub(super) lines: u32,
    pub(super) mean_gap: Duration,
    pub(super) mix: Mix,
    pub(super) destinations: Arc<[Destination]>,
    pub(super) holding: Distribution,
    pub(super) luck: Luck,
    pub(super) next: SimTime,
    pub(super) index: u64,
}

/// The streams of one city's calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Luck {
    gaps: CounterStream,
    callers: CounterStream,
    destinations: CounterStream,
    callees: CounterStream,
    holdings: CounterStream,
}

impl Luck {
    /// The streams of the city with this label.
    pub(super) fn of(seed: Seed, label: &str) -> Luck {
        let stream = |purpose: &str| seed.counter_stream(&format!("population/{label}/{purpose}"));
        Luck {
            gaps: stream("gaps"),
            callers: stream("callers"),
            destinations: stream("destinations"),
            callees: stream("callees"),
            holdings: stream("holdings"),
        }
    }
}

impl CallSource for DemandCalls {
    fn next_planned(&mut self) -> Option<Planned> {
        let index = self.index;
        self.index += 1;
        let gap = Distribution::Exponential { mean: self.mean_gap }.sample(self.luck.gaps.unit(0, index));
        self.next += gap;
        let city = &self.destinations[self.mix.at(self.luck.destinations.unit(0, index).value())];
        let callee = self.luck.callees.below(0, index, u64::from(city.lines));
        Some(Planned {
            at: self.next,
            line: self.luck.callers.below(0, index, u64::from(self.lines)) as u32,
            act: Act::Call {
                callee: format!("sip:u{callee}@{}", city.domain),
                holding: self.holding.sample(self.luck.holdings.unit(0, index)),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(mean_gap: Duration) -> Vec<Planned> {
        let destinations = [("essen", 10), ("koeln", 20)];
        let destinations: Vec<Destination> =
            destinations.map(|(name, lines)| Destination { domain: format!("{name}.example"), lines }).into();
        let mut source = DemandCalls {
            lines: 100,
            mean_gap,
            mix: Mix::new([(0, 1.0), (1, 3.0)].into_iter()).unwrap(),
            destinations: destinations.into(),
            holding: Distribution::Fixed(Duration::from_secs(90)),
            luck: Luck::of(Seed::new(1), "aachen"),
            next: SimTime::ZERO,
            index: 0,
        };
        (0..20_000).map(|_| source.next_planned().unwrap()).collect()
    }

    #[test]
    fn arrivals_have_the_rate_and_destinations_the_shares() {
        let calls = calls(Duration::from_secs(2));
        let seconds = calls.last().unwrap().at.as_millis_f64() / 1e3;
        assert!((seconds / 40_000.0 - 1.0).abs() < 0.03, "20,000 calls take {seconds} s");
        let koeln =
            calls.iter().filter(|c| matches!(&c.act, Act::Call { callee, .. } if callee.contains("koeln")));
        let share = koeln.count() as f64 / 20_000.0;
        assert!((share - 0.75).abs() < 0.015, "Köln's share is {share}");
    }

    #[test]
    fn another_load_moves_the_instants_and_nothing_else() {
        let (slow, fast) = (calls(Duration::from_secs(2)), calls(Duration::from_secs(1)));
        for (a, b) in slow.iter().zip(&fast) {
            assert_eq!((a.line, &a.act), (b.line, &b.act));
        }
        let ratio = slow[19_999].at.as_millis_f64() / fast[19_999].at.as_millis_f64();
        assert!((ratio - 2.0).abs() < 1e-6, "twice the rate takes half the time: {ratio}");
    }

    #[test]
    fn a_city_that_nobody_calls_gives_no_mix() {
        assert!(Mix::new([(0, 0.0)].into_iter()).is_none());
    }
}

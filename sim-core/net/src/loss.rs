//! How a link loses packets: each for itself, or in bursts.
//!
//! The bursts are those of Gilbert and Elliott, in continuous time: the channel is good or bad, stays so for
//! exponential times, and loses a packet with a probability of its state at the instant at which the packet's last
//! octet leaves. Its trajectory is drawn from a stream of its own and does not depend on the traffic, so two
//! variants of an experiment meet the same bursts.
//!
//! ```text
//!             to_bad_per_s = a
//!        ┌──────────────────────▶┐
//!      good                      bad        P(good → bad within t) = a/(a+b) · (1 − e^−(a+b)t)
//!        └◀──────────────────────┘          share of time in bad   = a/(a+b)
//!             to_good_per_s = b
//! ```

use std::time::Duration;

use sim_api::{Distribution, Probability, SimTime, Stream, Unit, nanos};

use crate::streams::Streams;

/// The fastest rate of a state change that a Gilbert-Elliott channel takes, per second: states that last 1 µs on
/// average are still a thousand times the grain of time.
pub const FASTEST_CHANGE_PER_S: f64 = 1e6;

/// How a link loses packets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Loss {
    /// It does not.
    #[default]
    None,
    /// Each packet for itself with this probability.
    Iid(Probability),
    /// In bursts: a channel of two states in continuous time, one for each direction.
    GilbertElliott {
        /// The rate at which a good channel turns bad, per second.
        to_bad_per_s: f64,
        /// The rate at which a bad channel turns good, per second.
        to_good_per_s: f64,
        /// The probability of loss while the channel is good.
        good: Probability,
        /// The probability of loss while the channel is bad.
        bad: Probability,
    },
}

impl Loss {
    /// The share of packets that are lost in the long run, each direction for itself.
    pub fn mean(&self) -> f64 {
        match *self {
            Loss::None => 0.0,
            Loss::Iid(probability) => probability.value(),
            Loss::GilbertElliott { to_bad_per_s, to_good_per_s, good, bad } => {
                let share_bad = to_bad_per_s / (to_bad_per_s + to_good_per_s);
                good.value() * (1.0 - share_bad) + bad.value() * share_bad
            }
        }
    }

    /// Whether the rates are those of a channel: not negative, not both zero, at most [`FASTEST_CHANGE_PER_S`].
    pub(crate) fn is_possible(&self) -> bool {
        let Loss::GilbertElliott { to_bad_per_s, to_good_per_s, .. } = *self else { return true };
        let in_range = |rate: f64| (0.0..=FASTEST_CHANGE_PER_S).contains(&rate);
        in_range(to_bad_per_s) && in_range(to_good_per_s) && to_bad_per_s + to_good_per_s > 0.0
    }
}

/// The loss of one direction of a link, with its draws.
#[derive(Clone, Debug)]
pub(crate) enum LossState {
    Iid { probability: Probability, draws: Stream },
    Bursts { channel: Box<Channel>, draws: Stream },
}

impl LossState {
    /// The state of `loss` from `now` on; `None` when nothing is ever lost.
    pub(crate) fn begin(loss: Loss, now: SimTime, streams: &Streams) -> Option<LossState> {
        let draws = || streams.of("loss");
        match loss {
            Loss::None | Loss::Iid(Probability::ZERO) => None,
            Loss::Iid(probability) => Some(LossState::Iid { probability, draws: draws() }),
            Loss::GilbertElliott { to_bad_per_s, to_good_per_s, good, bad } => {
                let channel = Channel::begin(
                    Sojourns { to_bad_per_s, to_good_per_s },
                    [good, bad],
                    now,
                    streams.of("channel"),
                );
                Some(LossState::Bursts { channel: Box::new(channel), draws: draws() })
            }
        }
    }

    /// The same loss with the draws of `before`, which was on the same link: no draw comes twice.
    pub(crate) fn continuing(self, before: Option<LossState>) -> LossState {
        let Some(LossState::Iid { draws: used, .. } | LossState::Bursts { draws: used, .. }) = before else {
            return self;
        };
        match self {
            LossState::Iid { probability, .. } => LossState::Iid { probability, draws: used },
            LossState::Bursts { channel, .. } => LossState::Bursts { channel, draws: used },
        }
    }

    /// Whether the packet that leaves at `at` is lost. Instants must not run backwards. One draw for each packet.
    pub(crate) fn strikes(&mut self, at: SimTime) -> bool {
        match self {
            LossState::Iid { probability, draws } => probability.happens(draws.unit()),
            LossState::Bursts { channel, draws } => channel.loss_at(at).happens(draws.unit()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    Good,
    Bad,
}

/// How long the weather holds.
#[derive(Clone, Copy, Debug)]
struct Sojourns {
    to_bad_per_s: f64,
    to_good_per_s: f64,
}

impl Sojourns {
    fn stationary(&self, unit: Unit) -> Weather {
        let share_bad = self.to_bad_per_s / (self.to_bad_per_s + self.to_good_per_s);
        if unit.value() < share_bad { Weather::Bad } else { Weather::Good }
    }

    /// The end of a stay that begins or goes on at `from` (the exponential law forgets how long it lasted).
    fn end(&self, weather: Weather, from: SimTime, unit: Unit) -> SimTime {
        let rate = match weather {
            Weather::Good => self.to_bad_per_s,
            Weather::Bad => self.to_good_per_s,
        };
        // A mean beyond 31 years ends no run: such a state lasts for ever.
        let mean = 1e9 / rate;
        if mean > 1e18 {
            return SimTime::NEVER;
        }
        let stay = Distribution::Exponential { mean: Duration::from_nanos(mean as u64) }.sample(unit);
        SimTime::from_nanos(from.as_nanos().saturating_add(nanos(stay)))
    }

    /// Whether the channel forgets its state within `gap`: what is left of it is below 2^-92.
    fn forget_within(&self, gap: Duration) -> bool {
        gap.as_secs_f64() * (self.to_bad_per_s + self.to_good_per_s) > 64.0
    }
}

/// A two-state channel in continuous time, advanced when it is looked at.
///
/// A gap in which the state would change dozens of times is not walked: the state behind it is drawn from the
/// stationary law, from which the exact one differs by less than e^-64. So the cost of a look is bounded.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    sojourns: Sojourns,
    loss: [Probability; 2],
    weather: Weather,
    until: SimTime,
    draws: Stream,
}

impl Channel {
    /// A channel in its stationary law at `now`.
    fn begin(sojourns: Sojourns, loss: [Probability; 2], now: SimTime, mut draws: Stream) -> Channel {
        let weather = sojourns.stationary(draws.unit());
        let until = sojourns.end(weather, now, draws.unit());
        Channel { sojourns, loss, weather, until, draws }
    }

    fn loss_at(&mut self, at: SimTime) -> Probability {
        if self.until <= at {
            self.advance(at);
        }
        self.loss[self.weather as usize]
    }

    fn advance(&mut self, at: SimTime) {
        if self.sojourns.forget_within(at - self.until) {
            self.weather = self.sojourns.stationary(self.draws.unit());
            self.until = self.sojourns.end(self.weather, at, self.draws.unit());
        }
        while self.until <= at {
            self.weather = match self.weather {
                Weather::Good => Weather::Bad,
                Weather::Bad => Weather::Good,
            };
            self.until = self.sojourns.end(self.weather, self.until, self.draws.unit());
        }
    }
}

#[cfg(test)]
mod tests;

//! The random streams of one direction of a link.

use sim_api::{Probability, Seed, Stream};

use crate::id::Direction;

/// Makes the streams of one direction of a link: one for each purpose, so that no purpose shifts the draws of
/// another.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    seed: Seed,
    prefix: String,
}

impl Streams {
    pub(crate) fn new(seed: Seed, link: &str, direction: Direction) -> Streams {
        Streams { seed, prefix: format!("link/{link}/{direction}") }
    }

    /// The stream for `purpose`, named like `"link/ran-7/forward/loss"`.
    pub(crate) fn of(&self, purpose: &str) -> Stream {
        self.seed.stream(&format!("{}/{purpose}", self.prefix))
    }

    /// The stream for `purpose` with its probability; `None` when it never happens.
    pub(crate) fn chance(&self, probability: Probability, purpose: &str) -> Option<Chance> {
        (probability > Probability::ZERO).then(|| Chance { probability, draws: self.of(purpose) })
    }
}

/// Something that happens to each packet with the same probability.
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    probability: Probability,
    draws: Stream,
}

impl Chance {
    pub(crate) fn happens(&mut self) -> bool {
        self.probability.happens(self.draws.unit())
    }
}

//! Comparisons with theory, and expectations of an experiment.

use serde::{Deserialize, Serialize};

/// How a simulated value is compared with a law.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum LawTest {
    /// Equal, or every sample on the law's support.
    Exact,
    /// The deviation in standard deviations of the estimate.
    Normal {
        /// Standard deviation of the simulated value under the law, in its unit.
        #[serde(with = "crate::number")]
        sigma: f64,
        /// `(simulated - expected) / sigma`.
        #[serde(with = "crate::number")]
        z: f64,
        /// The largest `|z|` that passes.
        #[serde(with = "crate::number")]
        limit: f64,
    },
    /// The exact probability of an outcome at least as extreme, for few expected events.
    Binomial {
        /// Two-sided probability under the law, in `[0, 1]`.
        #[serde(with = "crate::number")]
        probability: f64,
        /// The smallest probability that passes.
        #[serde(with = "crate::number")]
        limit: f64,
    },
    /// The relative deviation.
    Relative {
        /// `|simulated - expected| / |expected|`.
        #[serde(with = "crate::number")]
        deviation: f64,
        /// The largest deviation that passes.
        #[serde(with = "crate::number")]
        limit: f64,
    },
}

impl LawTest {
    /// Whether the comparison is within its limit; an exact test is within it by what the caller saw.
    pub fn within(&self) -> Option<bool> {
        match self {
            LawTest::Exact => None,
            LawTest::Normal { z, limit, .. } => Some(z.abs() < *limit),
            LawTest::Binomial { probability, limit } => Some(probability >= limit),
            LawTest::Relative { deviation, limit } => Some(deviation <= limit),
        }
    }
}

/// One quantity of one cell beside the law that predicts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawCheck {
    /// Where it applies: the cell's factor labels or a word such as `every run`.
    pub place: String,
    /// The name of the law, such as `non-INVITE over loss`.
    pub law: String,
    /// The quantity, ending in its unit like a metric's, such as `success_ratio`.
    pub quantity: String,
    /// The simulated value.
    #[serde(with = "crate::number")]
    pub simulated: f64,
    /// The value of the law.
    #[serde(with = "crate::number")]
    pub expected: f64,
    /// How many independent trials stand behind the simulated value.
    pub n: u64,
    /// How they are compared, with what outcome.
    pub test: LawTest,
    /// Whether the simulation obeys the law.
    pub passed: bool,
    /// Public literature: an RFC section or a textbook name.
    pub source: String,
}

/// An expectation of the experiment (its `expect` list) and what came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectationResult {
    /// What was expected, as a sentence: `call_attempts = 2`.
    pub expected: String,
    /// What came, in the same words.
    pub observed: String,
    /// Whether it was met.
    pub passed: bool,
}

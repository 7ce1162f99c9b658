//! How often a cell runs.

use serde::{Deserialize, Deserializer};
use topologies::text::refuse;

use super::{Raw, default};

/// How often each cell runs: the same number for all, so that replications can be paired across cells.
#[derive(Clone, Debug, PartialEq)]
pub enum Replications {
    /// This many times: `replications: 8`.
    Fixed(u32),
    /// Until the 95 % interval of a metric's mean is narrow enough in every cell:
    /// `until(metric: "post_dial_delay_ms", relative_half_width: 0.05, at_most: 40)`.
    Until {
        /// The metric.
        metric: String,
        /// Half the interval's width over the mean.
        relative_half_width: f64,
        /// Never more than this.
        at_most: u32,
    },
}

impl Replications {
    /// The largest number of replications that can come.
    pub fn most(&self) -> u32 {
        match self {
            Replications::Fixed(n) | Replications::Until { at_most: n, .. } => *n,
        }
    }
}

impl Default for Replications {
    fn default() -> Replications {
        Replications::Fixed(default::REPLICATIONS)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Written {
    Until {
        metric: String,
        relative_half_width: f64,
        #[serde(default = "default::replications_at_most")]
        at_most: u32,
    },
}

const FORMS: &[&str] =
    &["8", "until(metric: \"post_dial_delay_ms\", relative_half_width: 0.05, at_most: 40)"];

impl<'de> Deserialize<'de> for Replications {
    /// A number or a variant: RON tells them apart by their first character only, so the text decides.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Replications, D::Error> {
        let raw = Raw::deserialize(deserializer)?;
        if let Ok(n) = raw.text().replace('_', "").parse::<u32>() {
            return Ok(Replications::Fixed(n));
        }
        match ron::from_str::<Written>(raw.text()) {
            Ok(Written::Until { metric, relative_half_width, at_most }) => {
                Ok(Replications::Until { metric, relative_half_width, at_most })
            }
            Err(error) if raw.text().starts_with("until") => {
                Err(refuse(format!("until: {}", error.code), FORMS))
            }
            Err(_) => Err(refuse("expected a number of replications, or until(…)", FORMS)),
        }
    }
}

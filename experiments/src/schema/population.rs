//! Groups of subscribers.

use serde::Deserialize;
use topologies::text::refuse;
use topologies::unit::{Span, SpanDistribution};

use super::compression::Compression;
use super::default;

/// Subscribers that behave alike.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// How many, and where.
    pub subscribers: Subscribers,
    /// Lines of each user agent: a call on the last free one is answered 486. One is all that is modelled.
    #[serde(default = "default::lines")]
    pub lines: u32,
    /// The timer set of the user agents.
    #[serde(default)]
    pub timers: Timers,
    /// How they register; left out, they never do.
    #[serde(default)]
    pub register: Option<Register>,
    /// From ringing to picking up.
    #[serde(default = "default::answer_after")]
    pub answer_after: SpanDistribution,
    /// From the arrival of an INVITE to ringing.
    #[serde(default = "default::ring_after")]
    pub ring_after: SpanDistribution,
    /// How they compress what they send to proxies that compress too.
    #[serde(default)]
    pub compression: Compression,
}

/// How many subscribers, and where.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Subscribers {
    /// A total, shared out over the nodes of the topology: `apportioned(total: 20000, by: "demand")`.
    Apportioned {
        /// All together.
        total: u64,
        /// In proportion to what.
        by: Apportionment,
    },
    /// All at one node: `at(node: "Köln", count: 100)`.
    At {
        /// The node's name.
        node: String,
        /// How many.
        count: u64,
    },
}

impl Subscribers {
    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Subscribers::Apportioned { total, .. } => *total,
            Subscribers::At { count, .. } => *count,
        }
    }
}

/// What a node's share of the subscribers is proportional to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Apportionment {
    /// `"demand"`: the demand that begins at the node.
    Demand,
}

impl TryFrom<String> for Apportionment {
    type Error = String;

    fn try_from(word: String) -> Result<Apportionment, String> {
        match word.as_str() {
            "demand" => Ok(Apportionment::Demand),
            _ => {
                let refusal: ron::Error = refuse(format!("unknown value \"{word}\""), &["\"demand\""]);
                Err(refusal.to_string())
            }
        }
    }
}

/// A timer set of RFC 3261's state machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timers {
    /// T1 500 ms, T2 4 s, T4 5 s: RFC 3261, table 4.
    #[default]
    Rfc3261,
    /// T1 2 s, T2 16 s, T4 17 s: UE and P-CSCF, 3GPP TS 24.229 table 7.7.1.
    Ts24229,
}

/// How subscribers register.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The lifetime that they ask for.
    #[serde(default = "default::expires")]
    pub expires: Span,
    /// How the run finds them.
    #[serde(default)]
    pub at_start: AtStart,
    /// The digest algorithm with which the registrar challenges.
    #[serde(default)]
    pub digest: DigestAlgorithm,
}

/// How the run finds the subscribers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtStart {
    /// Each binding is there, with an age uniform in [0, expires).
    #[default]
    Registered,
    /// No binding is there: each subscriber registers at an instant uniform in [0, warm-up).
    Unregistered,
}

/// The algorithm of a digest challenge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum DigestAlgorithm {
    /// RFC 2617.
    #[serde(rename = "md5")]
    Md5,
    /// RFC 7616.
    #[default]
    #[serde(rename = "sha256")]
    Sha256,
}

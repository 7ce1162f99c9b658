//! Limits, and what a regression test expects.

use std::fmt;

use records::{Bound, Statistic};
use serde::de::{self, Deserialize, Deserializer, EnumAccess, MapAccess, VariantAccess, Visitor};

use super::{Raw, default};

/// A limit that a metric has to keep.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevel {
    /// The metric's name.
    pub metric: String,
    /// Which quantile of the samples; left out, the mean.
    #[serde(default)]
    pub quantile: Option<f64>,
    /// The largest good value, in the unit of the metric.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// The smallest good value, in the unit of the metric.
    #[serde(default)]
    pub at_least: Option<f64>,
    /// How sure a pass has to be.
    #[serde(default = "default::confidence")]
    pub confidence: f64,
    /// In which cells a miss fails the experiment.
    #[serde(default)]
    pub judge: Judge,
}

impl ServiceLevel {
    /// The side and the limit; `None` unless exactly one of both is given.
    pub fn limit(&self) -> Option<(Bound, f64)> {
        match (self.at_most, self.at_least) {
            (Some(limit), None) => Some((Bound::AtMost, limit)),
            (None, Some(limit)) => Some((Bound::AtLeast, limit)),
            (Some(_), Some(_)) | (None, None) => None,
        }
    }

    /// What of the metric is limited.
    pub fn statistic(&self) -> Statistic {
        self.quantile.map_or(Statistic::Mean, Statistic::Quantile)
    }
}

/// In which cells a limit is judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Judge {
    /// In none: it is only shown.
    #[default]
    None,
    /// In every cell.
    All,
    /// In the cells at these levels: `where(loss: percent(0), load: per_h(1))`.
    Where(Levels),
}

impl<'de> Deserialize<'de> for Judge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Judge, D::Error> {
        deserializer.deserialize_enum("", JUDGES, JudgeVisitor)
    }
}

const JUDGES: &[&str] = &["none", "all", "where"];

struct JudgeVisitor;

impl<'de> Visitor<'de> for JudgeVisitor {
    type Value = Judge;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("none, all or where(factor: value)")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Judge, A::Error> {
        let (name, variant) = data.variant::<Word>()?;
        match name.0.as_str() {
            "none" => variant.unit_variant().map(|()| Judge::None),
            "all" => variant.unit_variant().map(|()| Judge::All),
            "where" => variant.struct_variant(&[], LevelsVisitor).map(Judge::Where),
            other => Err(de::Error::unknown_variant(other, JUDGES)),
        }
    }
}

/// Factors and one value of each. The fields are the names of factors: the file decides which there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Levels(pub Vec<(String, Raw)>);

impl<'de> Deserialize<'de> for Levels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Levels, D::Error> {
        deserializer.deserialize_struct("", &[], LevelsVisitor)
    }
}

struct LevelsVisitor;

impl<'de> Visitor<'de> for LevelsVisitor {
    type Value = Levels;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("factors and their values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Levels, A::Error> {
        let mut levels = Vec::new();
        while let Some(name) = map.next_key::<Word>()? {
            levels.push((name.0, map.next_value()?));
        }
        Ok(Levels(levels))
    }
}

/// An identifier of the file.
struct Word(String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Word, D::Error> {
        struct WordVisitor;
        impl Visitor<'_> for WordVisitor {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Word, E> {
                Ok(Word(name.to_owned()))
            }
        }
        deserializer.deserialize_identifier(WordVisitor)
    }
}

/// What a regression test expects.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Expectation {
    /// Of a metric's mean in every cell: `metric(name: "call_attempts", relation: equal, value: 2)`.
    Metric {
        /// The metric.
        name: String,
        /// How it compares.
        relation: Relation,
        /// With what, in the unit of the metric.
        value: f64,
        /// How far beyond the value still counts, in the unit of the metric.
        #[serde(default)]
        tolerance: f64,
    },
    /// That the messages of the run are those of a file beside the experiment: `ladder("lost-invite.ladder")`.
    Ladder(String),
}

/// How a measured value compares with an expected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It is not below.
    AtLeast,
    /// It is not above.
    AtMost,
    /// It is the same.
    Equal,
}

impl Relation {
    /// Whether `measured` stands in this relation to `value`, give or take `tolerance`.
    pub fn holds(self, measured: f64, value: f64, tolerance: f64) -> bool {
        match self {
            Relation::AtLeast => measured >= value - tolerance,
            Relation::AtMost => measured <= value + tolerance,
            Relation::Equal => (measured - value).abs() <= tolerance,
        }
    }

    /// Its sign, such as `≤`.
    pub const fn sign(self) -> &'static str {
        match self {
            Relation::AtLeast => "≥",
            Relation::AtMost => "≤",
            Relation::Equal => "=",
        }
    }
}

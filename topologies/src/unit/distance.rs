//! Distances: `km(120)`, `m(50)`.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::form::{Form, Kind, Written};

/// A distance from 0 to a million km, with the unit in which it was written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Distance(Written);

impl Distance {
    /// The distance in metres.
    pub fn metres(self) -> f64 {
        self.0.base()
    }

    /// What a plot shows, such as `120 km`.
    pub fn label(self) -> String {
        self.0.label()
    }
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Distance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Distance, D::Error> {
        Written::deserialize(&DISTANCE, deserializer).map(Distance)
    }
}

static DISTANCE: Kind = Kind {
    noun: "a distance",
    bare: None,
    names: &["m", "km"],
    forms: &[
        Form { name: "m", label: " m", times: 1.0, per: 1.0 },
        Form { name: "km", label: " km", times: 1e3, per: 1.0 },
    ],
    examples: &["m(50)", "km(120)"],
    range: [0.0, 1e9],
    range_words: "0 to km(1000000)",
};

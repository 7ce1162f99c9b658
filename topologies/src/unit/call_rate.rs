//! Rates of calls and other events: `per_s(12)`, `per_min(3)`, `per_h(2)`.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::form::{Form, Kind, Written};

/// A rate of events above zero, with the unit in which it was written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CallRate(Written);

impl CallRate {
    /// Events a second, above zero.
    pub fn per_second(self) -> f64 {
        self.0.base()
    }

    /// What a plot shows, such as `2 /h`.
    pub fn label(self) -> String {
        self.0.label()
    }
}

impl fmt::Display for CallRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for CallRate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CallRate, D::Error> {
        Written::deserialize(&CALL_RATE, deserializer).map(CallRate)
    }
}

static CALL_RATE: Kind = Kind {
    noun: "a rate of events",
    bare: None,
    names: &["per_s", "per_min", "per_h"],
    forms: &[
        Form { name: "per_s", label: " /s", times: 1.0, per: 1.0 },
        Form { name: "per_min", label: " /min", times: 1.0, per: 60.0 },
        Form { name: "per_h", label: " /h", times: 1.0, per: 3600.0 },
    ],
    examples: &["per_s(12)", "per_min(3)", "per_h(2)"],
    range: [1e-9, 1e9],
    range_words: "above zero, per_s(1e-9) to per_s(1e9)",
};

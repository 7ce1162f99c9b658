//! Probabilities: `percent(1)`, `p(0.01)`, `per_million(50)`.

use std::fmt;

use serde::{Deserialize, Deserializer};
use sim_api::Probability;

use super::form::{Form, Kind, Written};

/// A probability with the unit in which it was written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Chance(Written);

impl Chance {
    /// The probability.
    pub fn probability(self) -> Probability {
        Probability::new(self.0.base()).expect("the range of the kind is that of a probability")
    }

    /// The probability written as `percent(number)`.
    ///
    /// # Errors
    /// In words, when `number` is not between 0 and 100.
    pub fn percent(number: f64) -> Result<Chance, String> {
        Written::new(&CHANCE, &CHANCE.forms[0], number).map(Chance)
    }

    /// The probability written as `p(number)`.
    ///
    /// # Errors
    /// In words, when `number` is not between 0 and 1.
    pub fn p(number: f64) -> Result<Chance, String> {
        Written::new(&CHANCE, &CHANCE.forms[1], number).map(Chance)
    }

    /// The probability written as `per_million(number)`.
    ///
    /// # Errors
    /// In words, when `number` is not between 0 and a million.
    pub fn per_million(number: f64) -> Result<Chance, String> {
        Written::new(&CHANCE, &CHANCE.forms[2], number).map(Chance)
    }

    /// What a plot shows, such as `0.1 %`.
    pub fn label(self) -> String {
        self.0.label()
    }
}

impl fmt::Display for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Chance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Chance, D::Error> {
        Written::deserialize(&CHANCE, deserializer).map(Chance)
    }
}

static CHANCE: Kind = Kind {
    noun: "a probability",
    bare: None,
    names: &["percent", "p", "per_million"],
    forms: &[
        Form { name: "percent", label: " %", times: 1.0, per: 100.0 },
        Form { name: "p", label: "", times: 1.0, per: 1.0 },
        Form { name: "per_million", label: " per million", times: 1.0, per: 1e6 },
    ],
    examples: &["percent(1)", "p(0.01)", "per_million(50)"],
    range: [0.0, 1.0],
    range_words: "p(0) to p(1)",
};

//! Sizes: `octets(1300)`, `kib(64)`.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::form::{Form, Kind, Written};
use crate::text::refuse;

/// A size of whole octets up to 1 TiB, with the unit in which it was written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Size(Written);

impl Size {
    /// The size in octets.
    pub fn octets(self) -> u64 {
        self.0.base() as u64
    }

    /// What a plot shows, such as `64 KiB`.
    pub fn label(self) -> String {
        self.0.label()
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Size, D::Error> {
        let written = Written::deserialize(&SIZE, deserializer)?;
        if written.base().fract() != 0.0 {
            return Err(refuse(format!("{written} is not a whole number of octets"), SIZE.examples));
        }
        Ok(Size(written))
    }
}

static SIZE: Kind = Kind {
    noun: "a size",
    bare: None,
    names: &["octets", "kib"],
    forms: &[
        Form { name: "octets", label: " octets", times: 1.0, per: 1.0 },
        Form { name: "kib", label: " KiB", times: 1024.0, per: 1.0 },
    ],
    examples: &["octets(1300)", "kib(64)"],
    range: [0.0, 1_099_511_627_776.0],
    range_words: "0 to octets(1099511627776), 1 TiB",
};

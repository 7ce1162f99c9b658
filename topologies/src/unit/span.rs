//! Spans of time: `ns(1)`, `us(5)`, `ms(20)`, `s(1.5)`, `min(30)`, `h(24)`.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::form::{Form, Kind, Written};

/// The longest span that a text can hold: ten years.
pub const SPAN_MAX: Duration = Duration::from_secs(87_600 * 3600);

/// A span of time from 0 to [`SPAN_MAX`], with the unit in which it was written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Span(Written);

impl Span {
    /// The span, rounded to whole nanoseconds.
    pub fn duration(self) -> Duration {
        // Inside the range, so far below 2^64 ns.
        Duration::from_nanos(self.0.base().round() as u64)
    }

    /// What a plot shows, such as `20 ms`.
    pub fn label(self) -> String {
        self.0.label()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        Written::deserialize(&SPAN, deserializer).map(Span)
    }
}

static SPAN: Kind = Kind {
    noun: "a span of time",
    bare: None,
    names: &["ns", "us", "ms", "s", "min", "h"],
    forms: &[
        Form { name: "ns", label: " ns", times: 1.0, per: 1.0 },
        Form { name: "us", label: " µs", times: 1e3, per: 1.0 },
        Form { name: "ms", label: " ms", times: 1e6, per: 1.0 },
        Form { name: "s", label: " s", times: 1e9, per: 1.0 },
        Form { name: "min", label: " min", times: 60e9, per: 1.0 },
        Form { name: "h", label: " h", times: 3600e9, per: 1.0 },
    ],
    examples: &["ns(1)", "us(5)", "ms(20)", "s(1.5)", "min(30)", "h(24)"],
    range: [0.0, 87_600.0 * 3600e9],
    range_words: "0 to h(87600), ten years",
};

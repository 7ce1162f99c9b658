//! The metrics: their names, units, definitions and sources.

use serde::{Deserialize, Serialize};

mod catalogue;

pub use catalogue::METRICS;

/// What a metric is, as `siplab list metrics` tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricInfo {
    /// Its name, which ends in its unit.
    pub name: &'static str,
    /// What people call it, such as `post-dial delay`.
    pub title: &'static str,
    /// What it measures, with the rule where the source leaves a choice.
    pub definition: &'static str,
    /// Who defines it.
    pub source: &'static str,
    /// Which side is good.
    pub better: Better,
}

/// The side of a metric that is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// High values are good.
    Higher,
    /// Low values are good.
    Lower,
    /// Neither is.
    Neutral,
}

/// The unit of a quantity, which the ending of its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Unit {
    /// `_bps`: bits per second.
    BitsPerSecond,
    /// `_cps`: calls per second.
    CallsPerSecond,
    /// Any other ending: a pure number.
    Count,
    /// `_erlang`: mean number of busy servers.
    Erlang,
    /// `_ms`: milliseconds.
    Milliseconds,
    /// `_octets`: octets.
    Octets,
    /// `_ratio`: a share in `[0, 1]`.
    Ratio,
    /// `_s`: seconds.
    Seconds,
}

impl Unit {
    /// The unit of the quantity called `name`.
    pub fn of(name: &str) -> Unit {
        match name.rsplit_once('_').map(|(_, ending)| ending) {
            Some("bps") => Unit::BitsPerSecond,
            Some("cps") => Unit::CallsPerSecond,
            Some("erlang") => Unit::Erlang,
            Some("ms") => Unit::Milliseconds,
            Some("octets") => Unit::Octets,
            Some("ratio") => Unit::Ratio,
            Some("s") => Unit::Seconds,
            Some(_) | None => Unit::Count,
        }
    }

    /// How many of a histogram's integers make one of this unit: nanoseconds for times, else one.
    pub const fn samples_per_unit(self) -> f64 {
        match self {
            Unit::Milliseconds => 1e6,
            Unit::Seconds => 1e9,
            Unit::BitsPerSecond
            | Unit::CallsPerSecond
            | Unit::Count
            | Unit::Erlang
            | Unit::Octets
            | Unit::Ratio => 1.0,
        }
    }

    /// The sign of the unit, such as `ms`; empty for pure numbers and ratios.
    pub const fn symbol(self) -> &'static str {
        match self {
            Unit::BitsPerSecond => "bit/s",
            Unit::CallsPerSecond => "calls/s",
            Unit::Count | Unit::Ratio => "",
            Unit::Erlang => "E",
            Unit::Milliseconds => "ms",
            Unit::Octets => "octets",
            Unit::Seconds => "s",
        }
    }
}

impl MetricInfo {
    /// The entry of the catalogue called `name`.
    pub fn of(name: &str) -> Option<&'static MetricInfo> {
        METRICS.iter().find(|info| info.name == name)
    }

    /// The metric's unit.
    pub fn unit(&self) -> Unit {
        Unit::of(self.name)
    }
}

#[cfg(test)]
mod tests;

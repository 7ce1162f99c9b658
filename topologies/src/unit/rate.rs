//! Bit rates: `bps(9600)`, `kbps(9.6)`, `mbps(100)`, `gbps(1)`, `unlimited`.

use std::fmt;

use serde::{Deserialize, Deserializer};
use sim_api::BitRate;

use super::form::{Form, Kind, Written};

/// A bit rate of 1 bit/s to 1 Pbit/s with the unit in which it was written, or no limit at all.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rate(Option<Written>);

impl Rate {
    /// The rate in whole bit/s.
    pub fn bit_rate(self) -> BitRate {
        let Rate(Some(written)) = self else { return BitRate::Unlimited };
        BitRate::new(written.base().round() as u64).expect("the range of the kind begins at 1 bit/s")
    }

    /// What a plot shows, such as `1 Gbit/s`.
    pub fn label(self) -> String {
        self.0.map_or_else(|| UNLIMITED.to_owned(), Written::label)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(written) => written.fmt(f),
            None => f.write_str(UNLIMITED),
        }
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        Written::deserialize_or_bare(&RATE, deserializer).map(Rate)
    }
}

const UNLIMITED: &str = "unlimited";

static RATE: Kind = Kind {
    noun: "a bit rate",
    bare: Some(UNLIMITED),
    names: &["bps", "kbps", "mbps", "gbps", UNLIMITED],
    forms: &[
        Form { name: "bps", label: " bit/s", times: 1.0, per: 1.0 },
        Form { name: "kbps", label: " kbit/s", times: 1e3, per: 1.0 },
        Form { name: "mbps", label: " Mbit/s", times: 1e6, per: 1.0 },
        Form { name: "gbps", label: " Gbit/s", times: 1e9, per: 1.0 },
    ],
    examples: &["bps(9600)", "kbps(9.6)", "mbps(100)", "gbps(1)", UNLIMITED],
    range: [1.0, 1e15],
    range_words: "bps(1) to gbps(1000000)",
};

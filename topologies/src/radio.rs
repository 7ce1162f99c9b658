//! Radio paths by name: what `radio: "gprs"` means on a link whose first end is the terminal.

use std::sync::OnceLock;
use std::time::Duration;

use serde::Deserialize;
use sim_net::{Duplex, Way};

use crate::schema::DuplexFile;
use crate::text::Document;
use crate::unit::{Rate, Span};

/// A radio path between a terminal and its network.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Radio {
    /// How a link names it.
    pub name: String,
    /// Rate from the terminal.
    pub up: Rate,
    /// Rate to the terminal.
    pub down: Rate,
    /// From sending to receiving the answer, the clocking of octets not counted; half of it each way.
    pub round_trip: Span,
    /// Whether both directions share the medium.
    #[serde(default)]
    pub duplex: DuplexFile,
    /// Where the numbers come from.
    pub source: String,
}

impl Radio {
    /// Propagation and rate from the terminal to the network.
    pub fn uplink(&self) -> Way {
        Way { propagation: self.one_way(), rate: self.up.bit_rate() }
    }

    /// Propagation and rate from the network to the terminal.
    pub fn downlink(&self) -> Way {
        Way { propagation: self.one_way(), rate: self.down.bit_rate() }
    }

    /// Whether both directions share the medium.
    pub fn duplex(&self) -> Duplex {
        self.duplex.into()
    }

    fn one_way(&self) -> Duration {
        self.round_trip.duration() / 2
    }
}

/// All radios that are built in, from the narrowest on.
pub fn radios() -> &'static [Radio] {
    static RADIOS: OnceLock<Vec<Radio>> = OnceLock::new();
    RADIOS.get_or_init(|| {
        let document = Document::new("radios.ron", include_str!("../radios.ron"));
        document.parse().expect("a test reads the radios that are built in")
    })
}

/// The built-in radio called `name`.
pub fn radio(name: &str) -> Option<&'static Radio> {
    radios().iter().find(|radio| radio.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_radio_has_a_name_of_its_own_and_a_source() {
        let names: BTreeSet<&str> = radios().iter().map(|radio| radio.name.as_str()).collect();
        assert_eq!(names.len(), radios().len());
        assert!(radios().iter().all(|radio| radio.source.starts_with("RFC ")));
    }

    #[test]
    fn early_3g_is_faster_down_than_up() {
        let radio = radio("umts-r99").unwrap();
        let half = Duration::from_millis(150);
        assert_eq!((radio.uplink().propagation, radio.downlink().propagation), (half, half));
        assert_eq!(radio.uplink().rate.serialisation(800), Duration::from_millis(100));
        assert_eq!(radio.downlink().rate.serialisation(4800), Duration::from_millis(100));
        assert_eq!(radio.duplex(), Duplex::Full);
    }
}

//! Exchanges: messages of given sizes between the two ends of a link, by turns.

use serde::{Deserialize, Deserializer};
use topologies::text::refuse;
use topologies::unit::Size;

/// One message: `up(message: "INVITE", size: octets(620))`. The first end of the link sends it up, the second down.
///
/// Messages of one direction that follow each other are a turn: they are sent together, as soon as the last message of
/// the turn before has arrived whole.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ExchangedMessage {
    /// From the first end to the second.
    Up {
        /// What it is, as ladders show it: a method or a status code.
        message: String,
        /// Its size before compression.
        size: Size,
    },
    /// From the second end to the first.
    Down {
        /// As above.
        message: String,
        /// As above.
        size: Size,
    },
}

impl ExchangedMessage {
    /// What it is.
    pub fn message(&self) -> &str {
        match self {
            ExchangedMessage::Up { message, .. } | ExchangedMessage::Down { message, .. } => message,
        }
    }

    /// Its size in octets before compression.
    pub fn octets(&self) -> u64 {
        match self {
            ExchangedMessage::Up { size, .. } | ExchangedMessage::Down { size, .. } => size.octets(),
        }
    }

    /// Whether the first end of the link sends it.
    pub fn is_up(&self) -> bool {
        matches!(self, ExchangedMessage::Up { .. })
    }
}

/// How many times smaller than it is a message is sent; 1 or more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompressionRatio(f64);

impl CompressionRatio {
    /// Messages as they are.
    pub const NONE: CompressionRatio = CompressionRatio(1.0);

    /// What remains of a message: its part, rounded up to whole octets.
    pub fn applied(self, octets: u64) -> u64 {
        (octets as f64 / self.0).ceil() as u64
    }

    /// The ratio.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for CompressionRatio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CompressionRatio, D::Error> {
        let ratio = f64::deserialize(deserializer)?;
        match (1.0..=1000.0).contains(&ratio) {
            true => Ok(CompressionRatio(ratio)),
            false => Err(refuse("a compression ratio is a number from 1 to 1000", &["1", "8.33"])),
        }
    }
}

//! A message that crossed the network, as its octets.

use std::net::SocketAddr;
use std::time::Duration;

use sim_api::{Payload, SimTime};
use sim_engine::Outcome;
use sip::message::Message;

/// A message that a host sent, and what became of it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// When it was sent, since the flow began.
    pub at: Duration,
    /// The name of the host that sent it.
    pub from: String,
    /// The name of the host that owns its destination address, `None` when no host does.
    pub to: Option<String>,
    /// Source address and port.
    pub source: SocketAddr,
    /// Destination address and port.
    pub destination: SocketAddr,
    /// The method or the status code, as ladders show it.
    pub label: String,
    /// How often the same octets had been sent before by the same host to the same address.
    pub copy: u32,
    /// How its journey ended.
    pub outcome: Outcome,
    pub(crate) payload: Payload,
}

impl Sent {
    /// The octets of the message, decoded when it travelled compressed.
    pub fn octets(&self) -> &[u8] {
        self.payload.meaning()
    }

    /// The octets of the datagram as they travelled.
    pub fn wire_octets(&self) -> &[u8] {
        self.payload.octets()
    }

    /// The message as text; octets that are no UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.octets()).into_owned()
    }

    /// The first line.
    pub fn start_line(&self) -> String {
        self.text().lines().next().unwrap_or_default().to_owned()
    }

    /// The value of the first row of the header field `name`, in full or compact form.
    ///
    /// # Panics
    /// When the datagram is no message, or has no such row.
    #[track_caller]
    pub fn header(&self, name: &str) -> String {
        let values = self.headers(name);
        values.into_iter().next().unwrap_or_else(|| panic!("no {name} in this message:\n{}", self.text()))
    }

    /// The values of all rows of the header field `name`, from top to bottom; none when there is no such row.
    ///
    /// # Panics
    /// When the datagram is no message.
    #[track_caller]
    pub fn headers(&self, name: &str) -> Vec<String> {
        let message = match Message::parse(self.octets()) {
            Ok(message) => message,
            Err(error) => panic!("{error}:\n{}", self.text()),
        };
        message.rows_named(name).map(|row| String::from_utf8_lossy(row.value).into_owned()).collect()
    }

    /// When it arrived, since the flow began; `None` when it did not.
    pub fn arrived_at(&self) -> Option<Duration> {
        match self.outcome {
            Outcome::Arrived(at) => Some(at - SimTime::ZERO),
            Outcome::Dropped(..) | Outcome::InFlight => None,
        }
    }
}

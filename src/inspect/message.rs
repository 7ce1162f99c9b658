//! A message that was found, and its faults.

use std::net::SocketAddr;
use std::time::Duration;

use sha2::{Digest, Sha256};
use sip::message::{Edit, Layer, Message, ParseError, ParseErrorKind, diagnose};

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Travel {
    /// Since the beginning of 1970.
    pub(super) time: Duration,
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
}

/// A message, or octets that should have been one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inspected {
    /// From 1, in its file.
    pub(super) number: u64,
    /// `None` in a file of a message.
    pub(super) travel: Option<Travel>,
    /// The message; empty when decompression failed.
    pub(super) octets: Vec<u8>,
    /// Octets that were sent for it.
    pub(super) wire_octets: usize,
    /// What was sent instead of a message: a NACK of SigComp.
    pub(super) nack: Option<String>,
    pub(super) faults: Vec<Fault>,
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// `framing`, `header`, `validation`, or `sigcomp`.
    pub(super) layer: &'static str,
    pub(super) kind: String,
    pub(super) weight: Weight,
    /// The octets at fault: of the message, or for `sigcomp` of the datagram.
    pub(super) at: (usize, usize),
    pub(super) rule: String,
}

/// What a fault makes of its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// Malformed: what RFC 4475 3.1.2 calls invalid.
    Malformed,
    /// Well-formed, but incomplete or at odds with itself: what elements of RFC 2543 send, and what RFC 4475 3.2 to 3.4
    /// leaves to the transaction and application layers.
    Doubtful,
}

impl Inspected {
    pub(super) fn is_malformed(&self) -> bool {
        self.faults.iter().any(|fault| fault.weight == Weight::Malformed)
    }

    /// The message `octets` that `wire_octets` octets carried.
    pub(super) fn message(
        number: u64,
        travel: Option<Travel>,
        octets: Vec<u8>,
        wire_octets: usize,
    ) -> Inspected {
        let faults = diagnose(&octets).iter().map(Fault::of).collect();
        Inspected { number, travel, octets, wire_octets, nack: None, faults }
    }

    /// The first line, with what is no text written as an escape; `None` without a message.
    pub(super) fn start_line(&self) -> Option<String> {
        let line = self.octets.split(|octet| matches!(octet, b'\r' | b'\n')).find(|line| !line.is_empty())?;
        Some(
            String::from_utf8_lossy(line)
                .escape_debug()
                .to_string()
                .replace("\\\"", "\"")
                .replace("\\'", "'"),
        )
    }

    /// SHA-256 of the message in hexadecimal digits.
    pub(super) fn sha256(&self) -> String {
        Sha256::digest(&self.octets).iter().map(|octet| format!("{octet:02x}")).collect()
    }

    /// The message written again from what was read of it; `None` when it cannot be read.
    pub(super) fn written_again(&self) -> Option<Vec<u8>> {
        let message = Message::parse(&self.octets).ok()?;
        let mut out = Vec::with_capacity(self.octets.len());
        Edit::new(&message).write_into(&mut out);
        Some(out)
    }
}

impl Fault {
    pub(super) fn of(error: &ParseError) -> Fault {
        let layer = match error.layer() {
            Layer::Framing => "framing",
            Layer::Header => "header",
            Layer::Validation => "validation",
        };
        let weight = match error.kind {
            ParseErrorKind::CSeqMethod | ParseErrorKind::RequestUriHeaders => Weight::Malformed,
            _ if error.layer() == Layer::Validation => Weight::Doubtful,
            _ => Weight::Malformed,
        };
        let (at, rule) = ((error.at.start, error.at.end), error.rule().to_string());
        Fault { layer, kind: error.kind.to_string(), weight, at, rule }
    }

    /// A SigComp message of `len` octets that could not be decompressed.
    pub(super) fn of_sigcomp(failure: &sigcomp::Failure, len: usize) -> Fault {
        let (reason, pc, opcode) = (failure.reason, failure.pc, failure.opcode);
        let kind = format!("{reason} at UDVM address {pc}, opcode {opcode}");
        let rule = "RFC 3320 8.7, RFC 4077 3.2".to_owned();
        Fault { layer: "sigcomp", kind, weight: Weight::Malformed, at: (0, len), rule }
    }
}

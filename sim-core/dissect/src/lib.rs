//! Reads captures: datagrams and ordered streams, whatever link they crossed.
//!
//! ```text
//!   pcap, pcapng ─▶ frame ─▶ Ethernet, Linux cooked, loopback, raw ─▶ IP ─▶ fragments ─┬─ UDP ─▶ Datagram
//!                                                                                      └─ TCP ─▶ Stream, in order
//! ```
//!
//! Models what a tool that looks at application messages needs of the layers below. Leaves out: checksums, SCTP, tunnels,
//! and pieces of a stream beyond a hole in the capture (reading goes on behind it, and says so).
//!
//! ```
//! let octets: &[u8] = &[
//!     0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0, // header: raw IP
//!     5, 0, 0, 0, 0, 0, 0, 0, 30, 0, 0, 0, 30, 0, 0, 0, // second 5, 30 octets
//!     0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, // IPv4
//!     0x13, 0xc4, 0x13, 0xc4, 0, 10, 0, 0, b'h', b'i', // UDP
//! ];
//! let capture = sim_dissect::read(octets)?;
//! assert_eq!(capture.packets[0].to, "192.0.2.2:5060".parse().unwrap());
//! assert!(matches!(&capture.packets[0].content, sim_dissect::Content::Datagram(octets) if octets == b"hi"));
//! # Ok::<(), sim_dissect::CaptureError>(())
//! ```
//!
//! Contract: any octets give a capture or an error; memory is a small multiple of the file. A file that is cut off in a
//! frame gives what stands before it, and [`Skipped::cut_off`] says so.

mod file;
mod frame;
mod stream;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

use frame::Frames;

/// What a capture holds for applications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// Datagrams and pieces of streams, in the order of the file.
    pub packets: Vec<Packet>,
    /// What else there was.
    pub skipped: Skipped,
}

/// A datagram, or a piece of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The frame that completed it, from 1, as Wireshark numbers them.
    pub frame: u64,
    /// When that frame was captured, since the beginning of 1970.
    pub time: Duration,
    /// Sender.
    pub from: SocketAddr,
    /// Receiver.
    pub to: SocketAddr,
    /// What it carried: at least an octet.
    pub content: Content,
}

/// What a packet carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The payload of a UDP datagram.
    Datagram(Vec<u8>),
    /// Octets of a TCP connection in one direction, in their order and once each.
    Stream(Continuity, Vec<u8>),
}

/// How a piece of a stream joins the piece before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    /// It is the first that the capture has of its connection.
    Begins,
    /// It follows without a gap.
    Continues,
    /// Octets before it are missing.
    AfterGap,
}

/// Frames that are no packets, counted by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Of a link type that is not known here.
    pub unknown_link: u64,
    /// Not IP, not whole, or malformed below the application.
    pub unreadable: u64,
    /// IP, but neither UDP nor TCP with content.
    pub other: u64,
    /// Datagrams of which a fragment is missing, and segments behind a hole at the end of the file.
    pub incomplete: u64,
    /// Whether the file ends in the middle of a frame.
    pub cut_off: bool,
}

/// Why octets are no capture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaptureError {
    /// Neither pcap nor pcapng.
    #[error("neither pcap nor pcapng")]
    NotACapture,
    /// A block or a header that breaks the format, in the words of the reader.
    #[error("broken capture after frame {after}: {problem}")]
    Broken {
        /// The last whole frame.
        after: u64,
        /// What is wrong.
        problem: String,
    },
}

/// Whether `octets` begin like a capture.
#[must_use]
pub fn is_capture(octets: &[u8]) -> bool {
    file::Format::of(octets).is_some()
}

/// Reads a capture.
///
/// # Errors
/// [`CaptureError`].
pub fn read(octets: &[u8]) -> Result<Capture, CaptureError> {
    let mut frames = Frames::default();
    let cut_off = file::each_frame(octets, |frame| frames.take(&frame))?;
    Ok(frames.into_capture(cut_off))
}

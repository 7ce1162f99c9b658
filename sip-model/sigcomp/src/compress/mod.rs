//! The sending half of SigComp: compressors that bring their own bytecode (RFC 3320 5, RFC 3321).
//!
//! All write the same kind of message: LZ77 in fixed prefix codes that were fitted to SIP, over a window that holds the
//! dictionary of RFC 3485, a history of earlier messages, and the message itself. They differ in the history. The
//! receiver's UDVM runs our bytecode (156 to 240 octets), which a message uploads unless it can begin with a state that
//! the receiver holds: that state is the bytecode and the history after an earlier message.
//!
//! ```text
//!  first contact   │ f8 │ feedback │ length │ bytecode          │ control │ tokens … │
//!  state known     │ f9 │ feedback │ 6 octets of identifier     │ control │ tokens … │
//!
//!  control         keep this state? · which feedback item acknowledges it · with shared compression also: is the message
//!                  kept by its sender? · is a message of the receiver used? (then its length and identifier follow)
//! ```
//!
//! ```
//! use sigcomp::compress::{Companions, Compressor, Policy, Trust};
//! use sigcomp::{Decompressor, Parameters, Received, Transport};
//!
//! let minimum = Parameters::SIP_MINIMUM;
//! let mut compressor = Compressor::new(Policy::Dynamic, Trust::Acknowledged, minimum, minimum);
//! let plain = b"SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nContent-Length: 0\r\n\r\n";
//! let mut wire = Vec::new();
//! compressor.compress(plain, Companions::default(), &mut wire)?;
//! let received = Decompressor::new(minimum).receive(&wire, Transport::MessageBased).unwrap();
//! let Received::Message(message) = received else { panic!("no NACK was sent") };
//! assert_eq!(message.octets.as_deref(), Some(&plain[..]));
//! # Ok::<(), sigcomp::compress::CompressionFailure>(())
//! ```
//!
//! # Contract
//!
//! - What a peer with the resources that it told of, or was taken to offer, gets from us, it can decompress; otherwise
//!   [`Compressor::compress`] is an error and the message goes as it is. UDVM cycles are computed to the cycle beforehand.
//! - Of state that the peer is known to hold, the last acknowledged is never pushed out by the next: at least two states
//!   share the state memory, and no more are on their way than fit beside it. [`Trust::Optimistic`] gives this up.
//! - After a NACK, and after two copies in vain, a message depends on no state at all.
//!
//! # What it leaves out
//!
//! An integrity check of the message (RFC 3320 5 recommends one): a state is named by 48 bits of its SHA-1 hash and the
//! datagram has its checksum, so a CRC would cost each message two octets for little. Checkpoints, STATE-FREE,
//! announced dictionaries, decompression memory below 8,192 octets (the dictionary does not fit it: messages go as they
//! are), messages above 32,768 octets.

mod coding;
mod compressor;
mod draft;
mod ledger;
mod plan;
mod program;
#[cfg(test)]
mod tests;
mod tokens;
mod window;

pub use compressor::{Companions, CompressionFailure, Compressor, Offer, shared_state};
pub(crate) use ledger::REMEMBERED;

/// What a compressor lets a message repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Messages are sent as they are.
    None,
    /// The dictionary of RFC 3485; the only state is the bytecode.
    Static,
    /// The dictionary and the earlier messages of the same direction.
    Dynamic,
    /// The dictionary and the earlier messages of both directions (RFC 3321 5.2).
    Shared,
}

/// Which state a compressor takes the peer to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trust {
    /// What the peer has acknowledged. RFC 3321 5.1.
    #[default]
    Acknowledged,
    /// What the peer was sent: it is wrong after each loss, and then waits for a NACK. RFC 4077 2.4, RFC 5049 4.4.
    ///
    /// Only for peers that send NACKs; with others it is [`Acknowledged`](Self::Acknowledged).
    Optimistic,
}

//! The sending half of SigComp: compressors that bring their own bytecode (RFC 3320 5, RFC 3321).
//!
//! All of them write the same kind of code ([LZ77 in prefix codes](coding)); they differ in what a message may repeat.
//! The receiver's UDVM always runs our bytecode, which a message uploads unless the receiver is known to hold it as
//! part of a state.

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

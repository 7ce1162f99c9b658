//! The observations that SIP nodes report.
//!
//! *Subject* is [`subject`] of the Call-ID for everything about a call or a registration, the same number at each
//! element that sees the call, and zero for observations of the transaction layer. The lineage of a probe is that
//! of the event behind it: its split says where the time since the user's act went.

use sim_api::{ProbeName, fnv1a, mix};

/// The number that stands for a Call-ID in all probes: the same in every run and on every platform.
pub fn subject(call_id: &[u8]) -> u64 {
    mix(fnv1a(call_id))
}

/// Transactions that began; value: how many.
///
/// At the end of a drained run the sum equals that of [`TRANSACTION_ENDED`].
pub const TRANSACTION_BEGUN: ProbeName = ProbeName("transaction.begun");
/// Transactions that ended, by the protocol or because their node lost its memory; value: how many.
pub const TRANSACTION_ENDED: ProbeName = ProbeName("transaction.ended");
/// A transaction that found no room; value: 1.
pub const TRANSACTION_REFUSED: ProbeName = ProbeName("transaction.refused");
/// A request sent again because timer A or E fired; value: 1.
pub const RETRANSMITTED_REQUEST: ProbeName = ProbeName("retransmission.request");
/// A response sent again because timer G fired, or a 2xx to INVITE sent again by the UAS core; value: 1.
pub const RETRANSMITTED_RESPONSE: ProbeName = ProbeName("retransmission.response");
/// A response or an ACK sent again because its cause came again; value: 1.
pub const REPEATED: ProbeName = ProbeName("retransmission.repeated");
/// A datagram that is no SIP message, or a message without what RFC 3261 8.1.1 demands; value: the status code that
/// answers it, 0 when nothing does.
pub const MALFORMED: ProbeName = ProbeName("message.malformed");
/// A response that matches no client transaction, dropped (RFC 6026 7.2); value: its status code.
pub const STRAY_RESPONSE: ProbeName = ProbeName("response.stray");
/// A rejection of an INVITE that no ACK answered within timer H; value: 1.
pub const UNACKNOWLEDGED_REJECTION: ProbeName = ProbeName("transaction.no_ack");

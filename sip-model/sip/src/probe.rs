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
/// A request sent to the next element because one failed (RFC 3263 4.3); value: 1.
pub const FAILED_OVER: ProbeName = ProbeName("request.failed_over");
/// A message that is not sent, because nobody was found for its hop in the DNS; value: 1.
pub const NOT_LOCATED: ProbeName = ProbeName("request.not_located");
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

/// The first octet of an INVITE leaves the caller; value: 1.
pub const CALL_INVITE: ProbeName = ProbeName("call.invite");
/// A provisional response other than 100 reaches the caller; value: its status code.
pub const CALL_PROGRESS: ProbeName = ProbeName("call.progress");
/// The first 2xx to the INVITE reaches the caller; value: its status code.
pub const CALL_ANSWER: ProbeName = ProbeName("call.answer");
/// A 2xx of another callee reaches the caller, who ends that dialog at once (RFC 3261 13.2.2.4); value: 1.
pub const CALL_FORKED_ANSWER: ProbeName = ProbeName("call.forked_answer");
/// A final response of 300–699 reaches a caller who did not cancel; value: its status code.
pub const CALL_REJECT: ProbeName = ProbeName("call.reject");
/// The caller has no final response: timer B (value 408), no room to send or nobody to be reached (503).
pub const CALL_TIMEOUT: ProbeName = ProbeName("call.timeout");
/// An INVITE of a call is sent again: with credentials, or to a contact that a redirection named (RFC 3261 8.1.3.4,
/// 8.1.3.5); value: the status code that the one before was answered with.
pub const CALL_RETRY: ProbeName = ProbeName("call.retry");
/// The peer accepts a re-INVITE; value: the status code.
pub const CALL_MODIFIED: ProbeName = ProbeName("call.modified");
/// The peer refuses a re-INVITE for good, and the session stays as it was; value: the status code.
pub const CALL_NOT_MODIFIED: ProbeName = ProbeName("call.not_modified");
/// Two re-INVITEs have met: one of this side was answered 491 and will be sent again; value: after how many
/// milliseconds.
pub const CALL_GLARE: ProbeName = ProbeName("call.glare");
/// A re-INVITE of the peer is accepted: the first octet of the 2xx leaves; value: 1.
pub const UAS_MODIFIED: ProbeName = ProbeName("uas.modified");
/// A call that the caller cancelled is over; value: the status code of its final response, 408 when none came.
pub const CALL_CANCELLED: ProbeName = ProbeName("call.cancelled");
/// A call is not placed because nobody is known to serve the callee's URI; value: 1.
pub const CALL_NO_ROUTE: ProbeName = ProbeName("call.no_route");
/// A planned act does not happen because the line is busy or the node was down; value: 1.
pub const CALL_SUPPRESSED: ProbeName = ProbeName("call.suppressed");
/// The first octet of a BYE leaves whoever hangs up; value: 1.
pub const CALL_BYE: ProbeName = ProbeName("call.bye");
/// A final response to the BYE reaches whoever hung up; value: its status code.
pub const CALL_BYE_DONE: ProbeName = ProbeName("call.bye_done");
/// No final response to the BYE came; value: 1.
pub const CALL_BYE_TIMEOUT: ProbeName = ProbeName("call.bye_timeout");
/// A BYE reaches the other side; value: 1.
pub const CALL_BYE_RECEIVED: ProbeName = ProbeName("call.bye_received");
/// An answered call is over for the caller; value: 1.
pub const CALL_END: ProbeName = ProbeName("call.end");
/// A new INVITE reaches the callee, who is not busy; value: 1.
pub const UAS_INVITE: ProbeName = ProbeName("uas.invite");
/// A new INVITE reaches a callee who is busy and answers 486; value: 1.
pub const UAS_BUSY: ProbeName = ProbeName("uas.busy");
/// The callee answers: the first octet of the 2xx leaves; value: 1.
pub const UAS_ANSWER: ProbeName = ProbeName("uas.answer");
/// The callee refuses, or a request is refused for the rules' sake; value: the status code.
pub const UAS_REJECT: ProbeName = ProbeName("uas.reject");
/// A CANCEL ends the ringing of the callee; value: 1.
pub const UAS_CANCELLED: ProbeName = ProbeName("uas.cancelled");
/// The ACK to the 2xx reaches the callee; value: 1.
pub const UAS_ACK: ProbeName = ProbeName("uas.ack");
/// No ACK to the 2xx came within 64·T1: the callee hangs up; value: 1.
pub const UAS_NO_ACK: ProbeName = ProbeName("uas.no_ack");
/// An answered call is over for the callee; value: 1.
pub const UAS_END: ProbeName = ProbeName("uas.end");
/// A new request outside any dialog, such as OPTIONS, reaches a UAS; value: 1.
pub const UAS_REQUEST: ProbeName = ProbeName("uas.request");
/// The first octet of a request outside any dialog leaves; value: 1.
pub const REQUEST_SENT: ProbeName = ProbeName("request.sent");
/// A final response to a request outside any dialog arrives; value: its status code.
pub const REQUEST_DONE: ProbeName = ProbeName("request.done");
/// No final response to a request outside any dialog came; value: 408, or 503 when there was no room to send it.
pub const REQUEST_TIMEOUT: ProbeName = ProbeName("request.timeout");
/// The first octet of a REGISTER leaves that answers no challenge; value: 1.
pub const REGISTER_REQUEST: ProbeName = ProbeName("register.request");
/// The 2xx to a REGISTER arrives; value: the granted interval in seconds.
pub const REGISTER_DONE: ProbeName = ProbeName("register.done");
/// A registration fails; value: the status code of the final response.
pub const REGISTER_REJECT: ProbeName = ProbeName("register.reject");
/// No final response to a REGISTER came; value: 408, or 503 when there was no room to send it.
pub const REGISTER_TIMEOUT: ProbeName = ProbeName("register.timeout");

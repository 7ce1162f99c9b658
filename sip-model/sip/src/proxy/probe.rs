//! The observations that a proxy reports.
//!
//! The subject is that of the call or transaction's Call-ID ([`subject`](crate::probe::subject)), zero where no
//! Call-ID is at hand.

use sim_api::ProbeName;

/// A request was forwarded in a branch; value: 1.
pub const REQUEST_FORWARDED: ProbeName = ProbeName("proxy.request_forwarded");
/// A response was passed upstream; value: its status code.
pub const RESPONSE_FORWARDED: ProbeName = ProbeName("proxy.response_forwarded");
/// An ACK or CANCEL was forwarded without a transaction; value: 1.
pub const FORWARDED_STATELESSLY: ProbeName = ProbeName("proxy.forwarded_statelessly");
/// A request was answered with a final response of the proxy's own; value: the status code.
pub const REJECTED: ProbeName = ProbeName("proxy.rejected");
/// A message was dropped: an ACK that cannot be forwarded, or a response without a second Via; value: 1.
pub const DROPPED: ProbeName = ProbeName("proxy.dropped");
/// Timer C fired for a branch (RFC 3261 16.8); value: 1.
pub const TIMER_C: ProbeName = ProbeName("proxy.timer_c");
/// A request other than INVITE ended without a final response (RFC 4320 4.2); value: 1.
pub const UNANSWERED: ProbeName = ProbeName("proxy.unanswered");
/// The contacts of a 3xx joined the targets of a request (RFC 3261 16.7 step 4); value: how many groups of them.
pub const RECURSED: ProbeName = ProbeName("proxy.recursed");
/// A request was challenged with 407; value: 1.
pub const CHALLENGED: ProbeName = ProbeName("proxy.challenged");

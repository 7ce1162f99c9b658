//! What a compressing node reports. *Subject* is the number of the compartment.

use sim_api::ProbeName;

/// A message leaves compressed; value: its octets before.
pub const PLAIN: ProbeName = ProbeName("sigcomp.plain");
/// A message leaves compressed; value: its octets on the wire.
pub const WIRE: ProbeName = ProbeName("sigcomp.wire");
/// A message for a peer that takes SigComp leaves as it is, since it cannot be compressed; value: its octets.
pub const UNCOMPRESSED: ProbeName = ProbeName("sigcomp.uncompressed");
/// A message was decompressed; value: the UDVM cycles that it took.
pub const CYCLES: ProbeName = ProbeName("sigcomp.cycles");
/// A message was decompressed; value: octets of state memory that its compartment uses then.
pub const MEMORY: ProbeName = ProbeName("sigcomp.memory");
/// Decompression failed, subject 0; value: the reason code of RFC 4077 3.2.
pub const FAILURE: ProbeName = ProbeName("sigcomp.failure");
/// A NACK leaves, subject 0; value: its octets.
pub const NACK_SENT: ProbeName = ProbeName("sigcomp.nack_sent");
/// A NACK arrived, subject 0 if it names no message that is remembered; value: 1.
pub const NACK_RECEIVED: ProbeName = ProbeName("sigcomp.nack_received");

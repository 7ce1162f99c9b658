//! The observations that a registrar reports.
//!
//! The subject is that of the registration's Call-ID ([`subject`](crate::probe::subject)).

use sim_api::ProbeName;

/// A REGISTER was carried out, queries included; value: the number of bindings that the address-of-record then has.
pub const REGISTERED: ProbeName = ProbeName("registrar.registered");
/// A REGISTER was challenged with 401; value: 1 when the nonce was merely stale, else 0.
pub const CHALLENGED: ProbeName = ProbeName("registrar.challenged");
/// A REGISTER came with credentials that are wrong; value: 1.
pub const BAD_CREDENTIALS: ProbeName = ProbeName("registrar.bad_credentials");
/// A REGISTER was refused with 423 because of its interval; value: the interval that it asked for, in seconds.
pub const INTERVAL_TOO_BRIEF: ProbeName = ProbeName("registrar.interval_too_brief");
/// A REGISTER was refused for another reason; value: the status code.
pub const REJECTED: ProbeName = ProbeName("registrar.rejected");

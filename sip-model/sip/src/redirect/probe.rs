//! The observations that a redirect server reports; the subject is that of the request's Call-ID.

use sim_api::ProbeName;

/// A request was answered with a 3xx; value: the number of contacts in it.
pub const REDIRECTED: ProbeName = ProbeName("redirect.redirected");
/// A request was answered with another final response; value: its status code.
pub const ANSWERED: ProbeName = ProbeName("redirect.answered");

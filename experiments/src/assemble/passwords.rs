//! The passwords of simulated subscribers.

/// What all of them begin with; the user's name follows, so that nobody has to store them.
pub(super) const PASSWORD_PREFIX: &str = "pw-";

//! SIP as RFC 3261 defines it, without input or output.

pub mod classify;
pub mod dialog;
pub mod header;
pub mod message;
pub mod probe;
pub mod timers;
pub mod transaction;
pub mod uri;

//! SIP as RFC 3261 defines it, without input or output.

pub mod auth;
pub mod classify;
pub mod dialog;
pub mod header;
pub mod location;
pub mod message;
pub mod probe;
pub mod proxy;
pub mod registrar;
pub mod sdp;
pub mod server;
#[cfg(test)]
mod shared;
pub mod timers;
pub mod transaction;
pub mod ua;
pub mod uri;

//! Torture messages, sent as octets to the nodes of a network: what a user agent, a proxy and a registrar do with them.

#[path = "../../src/shared.rs"]
mod shared;

mod host;
mod rfc4475;
mod rfc5118;

//! SIP over SigComp (RFC 5049, RFC 3486).
//!
//! ```text
//!               ┌──────────────────────── Compressed ────────────────────────┐
//!   11111… ────▶│ decompress ─▶ remote application ─▶ grant ─▶ ┌───────────┐ │
//!   plain  ────▶│ ───────────────────────────────────────────▶ │ the node  │ │
//!               │                                              │ inside    │ │
//!   wire  ◀─────│ ◀─ compress ◀─ mark ◀─ remote application ◀─ └───────────┘ │
//!   NACK  ◀─────│ ◀─ failure                                                 │
//!               └────────────────────────────────────────────────────────────┘
//! ```
//!
//! A node inside a [`Compressed`] speaks plain SIP and does not know. A message leaves compressed if the URI that it is
//! sent to, or for a response the topmost Via, says `comp=sigcomp`, or if its destination is among the [`Peers`]; what
//! arrives is told apart by its first octet. Whoever watches a run sees the plain message as the meaning of what
//! travels.
//!
//! ```
//! use sigcomp::compress::Policy;
//! use sim_api::Node;
//! use sip::compression::{Compressed, Compression, Peers};
//! # use sip::location::StaticTable;
//! # use sip::ua::{Identities, UserAgents, UserAgentsConfig};
//! # use std::sync::Arc;
//! # let seed = sim_api::Seed::new(1);
//! # let own = "192.0.2.1:5060".parse().unwrap();
//! # let identities = Identities::one("alice", "example.com", own);
//! # let alice = UserAgents::new(UserAgentsConfig::new(identities, Arc::new(StaticTable::new()), seed, "alice"));
//! let proxy = "192.0.2.2:5060".parse().unwrap();
//! let peers = Peers::default().with(proxy);
//! let node = Compressed::new(alice, Compression::new(Policy::Dynamic, peers));
//! assert_eq!(node.live(), 0);
//! ```
//!
//! # What it leaves out
//!
//! Streams. The compartment of a remote application is opened by the first message and closed when it is the least
//! recently used of too many, not with a registration (RFC 5049 9.3); nobody is authenticated before state is kept
//! for him. A node with several addresses is as many SIP/SigComp applications, which share one decompressor.

mod application;
mod marking;
mod node;
pub mod probe;
mod remote;
#[cfg(test)]
mod tests;

pub use application::SigcompId;
pub use node::{Compressed, Compression};
pub use remote::Peers;

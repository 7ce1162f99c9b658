//! A farm of servers behind one domain, and what is wrong with some of them.

use serde::Deserialize;
use sip::locate::{Blacklisting, SharedBy};
use topologies::unit::Span;

/// Servers of equal weight: `(servers: 3, failed: 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Farm {
    /// How many SRV records the domain has.
    pub servers: u32,
    /// How many of them have failed; fewer than all.
    pub failed: u32,
}

/// How a server fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerFailure {
    /// Its host is dead: nothing comes back.
    Silent,
    /// Its process is dead: its host answers with ICMP port unreachable.
    Refusing,
    /// It answers 503 without Retry-After.
    Unavailable,
}

/// Whether clients remember which elements failed.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Blacklist {
    /// Each request learns for itself.
    Off,
    /// A client avoids an element that was silent or refused for so long; after a 503 for its Retry-After.
    For(Span),
    /// All clients of a node do as soon as one has seen it: they are behind one access gateway.
    Shared(Span),
}

/// How user agents get past a proxy that failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Failover {
    /// They do not: each domain has one proxy.
    #[default]
    None,
    /// The DNS names the other proxies as backups of each domain, the nearest first: `srv(blacklist: off)`.
    Srv {
        /// Whether failures are remembered.
        blacklist: Blacklist,
    },
}

impl Blacklist {
    /// The same as the nodes take it.
    pub fn policy(&self) -> Blacklisting {
        match self {
            Blacklist::Off => Blacklisting::Off,
            Blacklist::For(span) => {
                Blacklisting::For { lifetime: span.duration(), memory: SharedBy::Address }
            }
            Blacklist::Shared(span) => {
                Blacklisting::For { lifetime: span.duration(), memory: SharedBy::Node }
            }
        }
    }
}

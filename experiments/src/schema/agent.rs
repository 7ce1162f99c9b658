//! User agents and proxies with names of their own, for scripted call flows.

use serde::Deserialize;
use topologies::unit::SpanDistribution;

use super::compression::Compression;
use super::default;
use super::population::{Register, Timers};

/// One SIP element with a name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Agent {
    /// A user agent: `ua(name: "alice", at: "a", via: "pcscf")`.
    Ua {
        /// Its name, and the user part of its address of record.
        name: String,
        /// The node of the topology at which it stands.
        at: String,
        /// The host part of its address of record.
        #[serde(default = "default::domain")]
        domain: String,
        /// The proxy agent to which it sends its requests; left out, it sends them to the callee.
        #[serde(default)]
        via: Option<String>,
        /// What it does with a call.
        #[serde(default = "default::answers")]
        answers: Answers,
        /// From the arrival of an INVITE to ringing.
        #[serde(default = "default::ring_after")]
        ring_after: SpanDistribution,
        /// Its timer set.
        #[serde(default)]
        timers: Timers,
        /// How it registers with the proxy agent `via`; left out, the proxy knows its contact.
        #[serde(default)]
        register: Option<Register>,
        /// The resolver that it asks where to send a request (RFC 3263), in the place of `via`.
        #[serde(default)]
        resolver: Option<String>,
        /// How it compresses what it sends to a proxy that compresses too.
        #[serde(default)]
        compression: Compression,
    },
    /// A stateful proxy-registrar: `proxy(name: "pcscf", at: "p", domains: ["example.com"])`.
    Proxy {
        /// Its name.
        name: String,
        /// The node of the topology at which it stands.
        at: String,
        /// The domains whose users it serves.
        #[serde(default)]
        domains: Vec<String>,
        /// Where requests for other domains go.
        #[serde(default)]
        routes: Vec<Route>,
        /// Whether it stays on the path of the dialogs that it forwards.
        #[serde(default)]
        record_route: RecordRoute,
        /// Processors; left out, its processing takes no time.
        #[serde(default)]
        cores: Option<u32>,
        /// Processing time of a message; left out, none.
        #[serde(default)]
        service_time: Option<SpanDistribution>,
        /// Messages that can wait for a processor.
        #[serde(default = "default::queue")]
        queue: u32,
        /// Its timer set.
        #[serde(default)]
        timers: Timers,
        /// The resolver that it asks where to send requests for domains that it neither serves nor has a route for
        /// (RFC 3263).
        #[serde(default)]
        resolver: Option<String>,
        /// How it compresses what it sends to elements that say that they take SigComp.
        #[serde(default)]
        compression: Compression,
    },
}

impl Agent {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Agent::Ua { name, .. } | Agent::Proxy { name, .. } => name,
        }
    }

    /// The resolver that it asks.
    pub fn resolver(&self) -> Option<&str> {
        match self {
            Agent::Ua { resolver, .. } | Agent::Proxy { resolver, .. } => resolver.as_deref(),
        }
    }

    /// The node of the topology at which it stands.
    pub fn at(&self) -> &str {
        match self {
            Agent::Ua { at, .. } | Agent::Proxy { at, .. } => at,
        }
    }
}

/// What a user agent does with a call.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Answers {
    /// It picks up this long after it began to ring: `after(fixed(s(2)))`.
    After(SpanDistribution),
    /// It rejects at once with this status, 400 to 699: `reject(486)`.
    Reject(u16),
    /// It rings until the caller gives up.
    Rings,
}

/// Whether a proxy asks to see the rest of a dialog (RFC 3261 16.6 step 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordRoute {
    /// It inserts itself.
    #[default]
    On,
    /// It leaves after the first transaction.
    Off,
}

/// Where a proxy sends requests for a domain that it does not serve.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The host part of the Request-URI.
    pub domain: String,
    /// The name of the proxy agent.
    pub to: String,
}

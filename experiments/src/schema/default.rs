//! Every default of the schema, as a documented constant: none hides a physical assumption.
//!
//! `siplab check --explain` prints [`DEFAULTS`]. A test parses each value at its path, so the list cannot drift from
//! what a file without the field means.

use topologies::text::Document;
use topologies::unit::{Span, SpanDistribution};

use super::agent::Answers;
use super::exchange::CompressionRatio;
use super::fault::CrashExtent;

/// A field that may be left out, and what it then is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Default {
    /// The path of the field in an experiment; `[]` stands for any element of a list.
    pub path: &'static str,
    /// The value, as it would stand in the file.
    pub value: &'static str,
    /// Why this one.
    pub why: &'static str,
}

const fn row(path: &'static str, value: &'static str, why: &'static str) -> Default {
    Default { path, value, why }
}

/// The seed of an experiment that names none.
pub const SEED: u64 = 1;
/// The lines of a user agent.
pub const LINES: u32 = 1;
/// The waiting places in front of processors.
pub const QUEUE: u32 = 1000;
/// Arrivals before a queue probe measures.
pub const UNMEASURED_JOBS: u64 = 10_000;
/// The domain of named agents.
pub const DOMAIN: &str = "example.com";
/// The replications of each cell.
pub const REPLICATIONS: u32 = 1;
/// The replications above which `until(…)` stops.
pub const REPLICATIONS_AT_MOST: u32 = 100;
/// The confidence with which a service level has to be met.
pub const CONFIDENCE: f64 = 0.95;

/// All defaults, in the order of the schema.
pub const DEFAULTS: &[Default] = &[
    row("seed", "1", "any number; --seed overrides it"),
    row("population.[].lines", "1", "a call to a busy user agent is answered 486"),
    row("population.[].timers", "rfc3261", "T1 500 ms, T2 4 s, T4 5 s (RFC 3261, table 4)"),
    row("population.[].answer_after", "fixed(ms(0))", "nobody hesitates unless told to"),
    row("population.[].ring_after", "fixed(ms(0))", "user agents ring at once"),
    row("population.[].register.expires", "h(1)", "the default of RFC 3261 10.2.1.1"),
    row("population.[].register.at_start", "registered", "ages are uniform in [0, expires)"),
    row("population.[].register.digest", "sha256", "RFC 8760 2.1; md5 is RFC 2617"),
    row("population.[].compression", "none", "plain SIP"),
    row("agents.[].domain", "\"example.com\"", "reserved by RFC 2606"),
    row("agents.[].answers", "after(fixed(ms(0)))", "nobody hesitates unless told to"),
    row("agents.[].ring_after", "fixed(ms(0))", "user agents ring at once"),
    row("agents.[].timers", "rfc3261", "RFC 3261, table 4"),
    row("agents.[].compression", "none", "plain SIP"),
    row("agents.[].record_route", "on", "a proxy stays on the path (RFC 3261 16.6 step 4)"),
    row("agents.[].queue", "1000", "waiting places, where cores are given"),
    row("proxies.queue", "1000", "waiting places in all, shared out over the sites"),
    row("proxies.timers", "rfc3261", "RFC 3261, table 4"),
    row(
        "dns.zones.[].ttl",
        "h(1)",
        "RFC 1034 3.6 speaks of days for most hosts, and of less before a change",
    ),
    row(
        "dns.zones.[].negative_ttl",
        "min(1)",
        "below the hours that RFC 2308 5 finds sensible: runs are short",
    ),
    row("dns.zones.[].records.[].priority", "0", "all servers alike"),
    row("dns.zones.[].records.[].weight", "0", "no server selection (RFC 2782)"),
    row("dns.zones.[].records.[].port", "5060", "the port of SIP (RFC 3261 19.1.2)"),
    row("dns.zones.[].records.[].preference", "0", "all rules of an order alike"),
    row("dns.zones.[].records.[].flags", "\"\"", "the rule leads to another NAPTR record (RFC 3403 4.1)"),
    row("dns.zones.[].records.[].regexp", "\"\"", "the replacement counts (RFC 3403 4.1)"),
    row("dns.zones.[].records.[].replacement", "\".\"", "the expression counts (RFC 3403 4.1)"),
    row("dns.servers.[].misbehaves.[].from", "s(0)", "from the start"),
    row("proxies.compression", "none", "plain SIP"),
    row("workload.calls.spacing", "s(200)", "the longest transaction lives 64 s, so trials are independent"),
    row("proxies.failover", "none", "each domain has one proxy"),
    row("workload.calls.timers", "rfc3261", "RFC 3261, table 4"),
    row("workload.calls.unmeasured", "10000", "arrivals until the line is in equilibrium"),
    row("workload.calls.ratio", "1", "messages are sent as they are"),
    row("faults.[].at", "s(0)", "drop counts messages from the start"),
    row(
        "faults.[].extent",
        "host",
        "a crash is silent; extent: process is answered with ICMP port unreachable",
    ),
    row("faults.[].nth", "1", "drop takes the first message"),
    row("warmup", "s(0)", "measuring starts at once"),
    row("replications", "1", "one run shows no interval"),
    row("replications.at_most", "100", "until(…) gives up there"),
    row("service_levels.[].confidence", "0.95", "the whole interval has to meet the limit"),
    row("service_levels.[].judge", "none", "shown, not judged"),
    row("expect.[].tolerance", "0", "exactly"),
];

pub(super) fn seed() -> u64 {
    SEED
}

pub(super) fn lines() -> u32 {
    LINES
}

pub(super) fn queue() -> u32 {
    QUEUE
}

pub(super) fn unmeasured_jobs() -> u64 {
    UNMEASURED_JOBS
}

pub(super) fn domain() -> String {
    DOMAIN.to_owned()
}

pub(super) fn first() -> u32 {
    1
}

pub(super) fn replications_at_most() -> u32 {
    REPLICATIONS_AT_MOST
}

pub(super) fn confidence() -> f64 {
    CONFIDENCE
}

pub(super) fn warmup() -> Span {
    written("s(0)")
}

pub(super) fn compression_ratio() -> CompressionRatio {
    CompressionRatio::NONE
}

pub(super) fn whole_host() -> CrashExtent {
    CrashExtent::Host
}

pub(super) fn from_the_start() -> Span {
    written("s(0)")
}

pub(super) fn zone_ttl() -> Span {
    written("h(1)")
}

pub(super) fn negative_ttl() -> Span {
    written("min(1)")
}

pub(super) fn root_name() -> String {
    ".".to_owned()
}

pub(super) fn sip_port() -> u16 {
    5060
}

pub(super) fn expires() -> Span {
    written("h(1)")
}

pub(super) fn spacing() -> Span {
    written("s(200)")
}

pub(super) fn answer_after() -> SpanDistribution {
    written("fixed(ms(0))")
}

pub(super) fn ring_after() -> SpanDistribution {
    written("fixed(ms(0))")
}

pub(super) fn answers() -> Answers {
    Answers::After(answer_after())
}

/// A constant of this module as the value that a file would hold.
fn written<T: serde::de::DeserializeOwned>(text: &str) -> T {
    Document::new("default", text).parse().expect("the defaults are written in the schema's own words")
}

#[cfg(test)]
mod tests;

//! The observations that clients, resolvers and servers report.
//!
//! The subject is zero unless a name says otherwise.

use sim_api::ProbeName;

/// A query was sent for the first time; value: 1.
pub const QUERY_SENT: ProbeName = ProbeName("dns.query_sent");
/// A query was sent again because its timer fired or a server failed; value: which sending, from 2.
pub const QUERY_REPEATED: ProbeName = ProbeName("dns.query_repeated");
/// No server said anything to a query; value: how many times it was sent.
pub const QUERY_TIMEOUT: ProbeName = ProbeName("dns.query_timeout");
/// A response that belongs to no query under way: late, or forged; value: 1.
pub const RESPONSE_STRAY: ProbeName = ProbeName("dns.response_stray");
/// A response with TC: the query is repeated with room for more octets; value: the octets that were offered.
pub const RESPONSE_TRUNCATED: ProbeName = ProbeName("dns.response_truncated");
/// A response that says that its server failed, or that no use can be made of; value: its response code.
pub const RESPONSE_FAILED: ProbeName = ProbeName("dns.response_failed");
/// Octets that are no message, or no query where one must be; value: 1.
pub const MALFORMED: ProbeName = ProbeName("dns.malformed");
/// A question was answered from the cache; value: 1.
pub const CACHE_HIT: ProbeName = ProbeName("dns.cache_hit");
/// A question was not answered from the cache; value: 1.
pub const CACHE_MISS: ProbeName = ProbeName("dns.cache_miss");
/// The cache was full: what would have expired first had to go; value: 1.
pub const CACHE_EVICTED: ProbeName = ProbeName("dns.cache_evicted");
/// A question joined one that was under way; value: 1.
pub const COALESCED: ProbeName = ProbeName("dns.coalesced");
/// A question found no room; value: 1.
pub const REFUSED: ProbeName = ProbeName("dns.refused");
/// Records of a response that its server has no say about, dropped; value: how many.
pub const OUT_OF_BAILIWICK: ProbeName = ProbeName("dns.out_of_bailiwick");
/// A query was answered; value: the response code.
pub const ANSWERED: ProbeName = ProbeName("dns.answered");

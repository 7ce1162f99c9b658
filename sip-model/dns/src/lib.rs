//! The Domain Name System as far as SIP needs it.
//!
//! Models what stands between a name and the octets that answer a question about it: names, records, messages on the wire
//! with compression and EDNS; zones and the authoritative [`Server`] that tells them; the recursive [`Resolver`] that
//! walks down from the root, remembers and forgets; the [`StubClient`] that a SIP node carries inside; the order of SRV
//! targets; NAPTR substitution expressions and ENUM. The nodes speak `sim-api`: the same code runs in simulated and in
//! real time.
//!
//! Leaves out: TCP, which the simulation does not have (a truncated answer is asked for once more with room for 65,507
//! octets, and is a failure if it is cut again); DNSSEC, whose flags are carried and never acted on; zone transfer, dynamic
//! update and secondary servers; classes other than IN; questions for all types (the server answers them, the resolver
//! does not); remembering which servers are slow or dead (RFC 2308 7). The queries of a node leave from one port, so that
//! 16 bits of id are all that a forger has to guess. Which names SIP asks for, and why (RFC 3263), is the business of
//! the crate `sip`.
//!
//! ```text
//!   SIP node                         host                            hosts
//!  ┌─────────────────────┐   ┌──────────────────────┐   ┌──────────────────────────┐
//!  │ order_targets       │   │ Resolver             │   │ Server   Server   Server │
//!  │ EnumLookup          │   │  resolutions         │   │  Zone "."  Zone "example"│
//!  │ StubClient ─ cache  │   │  cache               │   │                          │
//!  │  queries            │   │  queries             │   │                          │
//!  └───────┬─────────────┘   └──▲───────┬───────────┘   └──▲────────────────────────┘
//!          │ :53 question, RD   │       │ :53 question     │
//!          └────────────────────┘       └──────────────────┘ referral, answer, or silence
//!   octets:  Message ◀── Record ◀── Name     each hop carries, sizes and loses real datagrams
//! ```
//!
//! A zone, its server, and a question:
//!
//! ```
//! use dns::{Message, Question, RData, Record, RecordType, Server, Soa, Srv, Zone};
//! use sim_api::{Context, Effect, Lineage, Node, NodeEvent, Seed, SimTime};
//!
//! let origin: dns::Name = "example.com".parse()?;
//! let mut zone = Zone::new(origin.clone(), 3600, Soa::of(&origin, 300));
//! let srv = Srv { priority: 10, weight: 1, port: 5060, target: origin.child("sip")? };
//! zone.add(Record::new(origin.child("_udp")?.child("_sip")?, 60, RData::Srv(srv)))?;
//! zone.add(Record::new(origin.child("sip")?, 60, RData::A([192, 0, 2, 10].into())))?;
//! let mut server = Server::new(vec![zone]);
//!
//! let query = Message::query(7, Question::new("_sip._udp.example.com".parse()?, RecordType::Srv));
//! let (mut rng, mut effects) = (Seed::new(1).stream("node/ns"), Vec::new());
//! let mut cx = Context::new(SimTime::ZERO, Lineage::begin(SimTime::ZERO), &mut rng, &mut effects);
//! let (from, to) = ("192.0.2.1:5353".parse()?, "192.0.2.53:53".parse()?);
//! server.handle(NodeEvent::Datagram { from, to, octets: &query.compose() }, &mut cx);
//!
//! let sent = effects.iter().find_map(|effect| match effect { Effect::Send(sent) => Some(sent), _ => None });
//! let response = Message::parse(&sent.expect("a query is answered").payload)?;
//! assert!(response.flags.authoritative);
//! assert_eq!(response.answers.len(), 1);
//! assert_eq!(response.additionals[0].data.address(), "192.0.2.10".parse().ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Contract
//!
//! - A peer's mistake is data: no octets make anything here panic, and reading them takes time linear in their number.
//! - A response is taken from a server that was asked, for a question under way, with its id. A resolver believes a server
//!   in what lies within the zone that it was asked for.
//! - What is cached is told until the nanosecond before its TTL ends, never at or after it.
//! - Each question that was accepted ends: with records, with their absence, or with a failure. Aliases, referrals, look-ups
//!   of servers and rules of ENUM are bounded in number; so are caches, queries and waiting clients.
//! - What a node does is a function of the events it was given and of its own random stream, from which it draws ids.
//!
//! # Standards
//!
//! RFC 1034 and 1035 with RFC 2181 (clarifications) and RFC 2308 (negative caching); RFC 2782 (SRV), RFC 3401 to 3404
//! (NAPTR), RFC 3596 (AAAA), RFC 6116 (ENUM), RFC 6891 (EDNS).

mod answer;
mod cache;
mod chain;
mod ddds;
mod message;
mod name;
pub mod probe;
mod queries;
mod record;
mod resolver;
mod selection;
mod server;
mod stub;
mod zone;

pub use answer::Answer;
pub use cache::CacheLimits;
pub use ddds::{EnumError, EnumLookup, EnumStep, MAX_NON_TERMINALS, Substitution, SubstitutionError};
pub use message::{
    Edns, Flags, MAX_MESSAGE_OCTETS, Message, Opcode, PLAIN_UDP_OCTETS, ParseError, ParseErrorKind, Question,
    ResponseCode, label,
};
pub use name::{MAX_LABEL_OCTETS, MAX_LABELS, MAX_NAME_OCTETS, Name, NameError};
pub use queries::QueryPolicy;
pub use record::{CharacterString, Class, Naptr, RData, Record, RecordType, Soa, Srv};
pub use resolver::{Resolver, ResolverConfig};
pub use selection::{HashedDraws, order_targets};
pub use server::{DNS_PORT, Misbehaviour, Server, TimedMisbehaviour};
pub use stub::{Answered, Asked, StubClient, StubConfig, Ticket};
pub use zone::{Zone, ZoneError};

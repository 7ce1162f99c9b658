//! The Domain Name System as far as SIP needs it: wire format, zones, an authoritative server and a caching resolver.

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
    ResponseCode,
};
pub use name::{MAX_LABEL_OCTETS, MAX_LABELS, MAX_NAME_OCTETS, Name, NameError};
pub use queries::QueryPolicy;
pub use record::{CharacterString, Class, Naptr, RData, Record, RecordType, Soa, Srv};
pub use resolver::{Resolver, ResolverConfig};
pub use selection::{HashedDraws, order_targets};
pub use server::{DNS_PORT, Misbehaviour, Server, TimedMisbehaviour};
pub use stub::{Answered, Asked, StubClient, StubConfig, Ticket};
pub use zone::{Zone, ZoneError};

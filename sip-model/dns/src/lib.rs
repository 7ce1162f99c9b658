//! The Domain Name System as far as SIP needs it: wire format, zones, an authoritative server and a caching resolver.

mod answer;
mod message;
mod name;
mod record;

pub use answer::Answer;
pub use message::{
    Edns, Flags, MAX_MESSAGE_OCTETS, Message, Opcode, PLAIN_UDP_OCTETS, ParseError, ParseErrorKind, Question,
    ResponseCode,
};
pub use name::{MAX_LABEL_OCTETS, MAX_LABELS, MAX_NAME_OCTETS, Name, NameError};
pub use record::{CharacterString, Class, Naptr, RData, Record, RecordType, Soa, Srv};

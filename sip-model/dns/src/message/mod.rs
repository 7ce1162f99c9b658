//! Messages (RFC 1035 4, RFC 6891).

mod compose;
mod error;
mod label;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;

pub use error::{ParseError, ParseErrorKind};
pub use label::label;

use crate::name::Name;
use crate::record::{Class, Record, RecordType};

/// The most octets of a message over UDP without EDNS (RFC 1035 4.2.1).
pub const PLAIN_UDP_OCTETS: usize = 512;
/// The most octets of any message: what a length of 16 bits can say (RFC 1035 4.2.2).
pub const MAX_MESSAGE_OCTETS: usize = 65_535;
/// The octets of a header.
pub(crate) const HEADER_OCTETS: usize = 12;

/// A query or a response.
///
/// ```
/// use dns::{Message, Question, RData, Record, RecordType};
///
/// let question = Question::new("atlanta.example".parse()?, RecordType::A);
/// let query = Message::query(0x1234, question.clone());
/// let mut response = Message::response_to(&query);
/// response.answers.push(Record::new(question.name.clone(), 60, RData::A([192, 0, 2, 1].into())));
///
/// let octets = response.compose();
/// // The owner of the answer is a pointer of two octets to the question's name.
/// assert_eq!(octets.len(), 12 + 17 + 4 + 2 + 10 + 4);
/// assert_eq!(Message::parse(&octets)?, response);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What a response has in common with its query.
    pub id: u16,
    /// What kind of query.
    pub opcode: Opcode,
    /// The flags.
    pub flags: Flags,
    /// What became of the query; [`ResponseCode::NoError`] in a query.
    pub code: ResponseCode,
    /// What is asked: one question in all messages of this crate.
    pub questions: Vec<Question>,
    /// What answers the question.
    pub answers: Vec<Record>,
    /// Whom to ask: the zone's servers, or its SOA in a negative answer.
    pub authorities: Vec<Record>,
    /// What may be of use, such as the addresses of servers.
    pub additionals: Vec<Record>,
    /// The EDNS record, if there is one.
    pub edns: Option<Edns>,
}

/// The flags in the header (RFC 1035 4.1.1, RFC 4035 3.1.6 and 3.2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// QR: a response.
    pub response: bool,
    /// AA: the server is an authority for the name in the question.
    pub authoritative: bool,
    /// TC: the message was too long and was cut.
    pub truncated: bool,
    /// RD: the server shall find the answer elsewhere if need be.
    pub recursion_desired: bool,
    /// RA: the server does so for those who ask.
    pub recursion_available: bool,
    /// AD: the data is authentic. Carried, never acted on.
    pub authentic_data: bool,
    /// CD: no check of authenticity is wanted. Carried, never acted on.
    pub checking_disabled: bool,
}

/// What kind of query a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// A standard query (0).
    Query,
    /// Anything else (1–15).
    Other(u8),
}

/// What became of a query (RFC 1035 4.1.1, RFC 6891 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseCode {
    /// No error (0).
    NoError,
    /// The server could not read the query (1).
    FormErr,
    /// The server could not find out (2).
    ServFail,
    /// The name does not exist (3).
    NxDomain,
    /// The server does not do such queries (4).
    NotImp,
    /// The server does not want to (5).
    Refused,
    /// The server does not know this version of EDNS (16).
    BadVers,
    /// Anything else, up to 4,095.
    Other(u16),
}

impl ResponseCode {
    /// The code with this number, of which the lower twelve bits count.
    pub fn of_number(number: u16) -> ResponseCode {
        match number & 0xfff {
            0 => ResponseCode::NoError,
            1 => ResponseCode::FormErr,
            2 => ResponseCode::ServFail,
            3 => ResponseCode::NxDomain,
            4 => ResponseCode::NotImp,
            5 => ResponseCode::Refused,
            16 => ResponseCode::BadVers,
            other => ResponseCode::Other(other),
        }
    }

    /// The number: the header holds its lower four bits, the EDNS record the upper eight.
    pub fn number(self) -> u16 {
        match self {
            ResponseCode::NoError => 0,
            ResponseCode::FormErr => 1,
            ResponseCode::ServFail => 2,
            ResponseCode::NxDomain => 3,
            ResponseCode::NotImp => 4,
            ResponseCode::Refused => 5,
            ResponseCode::BadVers => 16,
            ResponseCode::Other(number) => number & 0xfff,
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// About whom.
    pub name: Name,
    /// About what.
    pub record_type: RecordType,
    /// In which class.
    pub class: Class,
}

impl Question {
    /// A question of class IN.
    pub fn new(name: Name, record_type: RecordType) -> Question {
        Question { name, record_type, class: Class::IN }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.record_type)
    }
}

/// The EDNS record without the upper bits of the response code, which are in [`Message::code`] (RFC 6891 6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edns {
    /// The most octets that the sender of the record can take over UDP.
    pub udp_payload: u16,
    /// The version: 0.
    pub version: u8,
    /// The flags, DO at the top. Carried, never acted on.
    pub flags: u16,
    /// Option code and data of each option.
    pub options: Vec<(u16, Vec<u8>)>,
}

impl Edns {
    /// Version 0 without options for a sender that takes `udp_payload` octets.
    pub fn sized(udp_payload: u16) -> Edns {
        Edns { udp_payload, version: 0, flags: 0, options: Vec::new() }
    }
}

impl Message {
    /// A standard query that asks one question, without recursion and EDNS.
    pub fn query(id: u16, question: Question) -> Message {
        Message {
            id,
            opcode: Opcode::Query,
            flags: Flags::default(),
            code: ResponseCode::NoError,
            questions: vec![question],
            answers: Vec::new(),
            authorities: Vec::new(),
            additionals: Vec::new(),
            edns: None,
        }
    }

    /// An empty response to `query`: its id, opcode, question and RD.
    pub fn response_to(query: &Message) -> Message {
        let flags = Flags {
            response: true,
            recursion_desired: query.flags.recursion_desired,
            checking_disabled: query.flags.checking_disabled,
            ..Flags::default()
        };
        Message {
            id: query.id,
            opcode: query.opcode,
            flags,
            code: ResponseCode::NoError,
            questions: query.questions.clone(),
            answers: Vec::new(),
            authorities: Vec::new(),
            additionals: Vec::new(),
            edns: None,
        }
    }

    /// The most octets that a response to this query may have over UDP.
    pub fn udp_limit(&self) -> usize {
        //= RFC 6891 6.2.3: values lower than 512 MUST be treated as equal to 512
        self.edns.as_ref().map_or(PLAIN_UDP_OCTETS, |edns| PLAIN_UDP_OCTETS.max(edns.udp_payload.into()))
    }
}

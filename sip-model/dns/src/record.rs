//! Resource records (RFC 1035 3.2, RFC 2782, RFC 3403, RFC 3596).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use crate::name::Name;

/// What a record or a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordType {
    /// An IPv4 address (1).
    A,
    /// The name of an authoritative server (2).
    Ns,
    /// The name that an alias stands for (5).
    Cname,
    /// The start of a zone of authority (6).
    Soa,
    /// A pointer to another name (12).
    Ptr,
    /// Text (16).
    Txt,
    /// An IPv6 address (28, RFC 3596).
    Aaaa,
    /// The location of a service (33, RFC 2782).
    Srv,
    /// A rule of the dynamic delegation discovery system (35, RFC 3403).
    Naptr,
    /// The pseudo record of EDNS (41, RFC 6891): never a question, never in a zone.
    Opt,
    /// In a question: all types (255).
    Any,
    /// A type without a variant here.
    Other(u16),
}

impl RecordType {
    const NUMBERS: [(RecordType, u16); 11] = [
        (RecordType::A, 1),
        (RecordType::Ns, 2),
        (RecordType::Cname, 5),
        (RecordType::Soa, 6),
        (RecordType::Ptr, 12),
        (RecordType::Txt, 16),
        (RecordType::Aaaa, 28),
        (RecordType::Srv, 33),
        (RecordType::Naptr, 35),
        (RecordType::Opt, 41),
        (RecordType::Any, 255),
    ];

    /// The type with this number.
    pub fn of_number(number: u16) -> RecordType {
        let known = RecordType::NUMBERS.iter().find(|(_, known)| *known == number);
        known.map_or(RecordType::Other(number), |(name, _)| *name)
    }

    /// The number on the wire.
    pub fn number(self) -> u16 {
        let known = RecordType::NUMBERS.iter().find(|(name, _)| *name == self);
        match (known, self) {
            (Some(&(_, number)), _) | (None, RecordType::Other(number)) => number,
            (None, known) => unreachable!("{known:?} has no number"),
        }
    }
}

/// The mnemonic of the standards, such as `AAAA`; `TYPE77` for a type without one (RFC 3597 5).
impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            RecordType::A => "A",
            RecordType::Ns => "NS",
            RecordType::Cname => "CNAME",
            RecordType::Soa => "SOA",
            RecordType::Ptr => "PTR",
            RecordType::Txt => "TXT",
            RecordType::Aaaa => "AAAA",
            RecordType::Srv => "SRV",
            RecordType::Naptr => "NAPTR",
            RecordType::Opt => "OPT",
            RecordType::Any => "ANY",
            RecordType::Other(number) => return write!(f, "TYPE{number}"),
        };
        f.write_str(text)
    }
}

/// The class of a record or question (RFC 1035 3.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(pub u16);

impl Class {
    /// The Internet.
    pub const IN: Class = Class(1);
    /// In a question: any class.
    pub const ANY: Class = Class(255);
}

/// At most 255 octets of text: RFC 1035's `<character-string>`. Cloning copies a pointer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CharacterString(Arc<[u8]>);

impl CharacterString {
    /// The string of these octets; `None` when there are more than 255.
    pub fn new(octets: impl AsRef<[u8]>) -> Option<CharacterString> {
        let octets = octets.as_ref();
        (octets.len() <= 255).then(|| CharacterString(Arc::from(octets)))
    }

    /// The octets.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// Whether it says `text`, the case of ASCII letters aside.
    pub fn says(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text.as_bytes())
    }
}

impl fmt::Debug for CharacterString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// A resource record.
///
/// Two records are equal when all their fields are; letters of names count without their case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whom the record is about: its owner.
    pub name: Name,
    /// The class.
    pub class: Class,
    /// For how many seconds the record may be cached; below 2^31 (RFC 2181 8).
    pub ttl: u32,
    /// What it says.
    pub data: RData,
}

impl Record {
    /// A record of class IN.
    pub fn new(name: Name, ttl: u32, data: RData) -> Record {
        Record { name, class: Class::IN, ttl, data }
    }

    /// The type of its data.
    pub fn record_type(&self) -> RecordType {
        self.data.record_type()
    }
}

/// The data of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RData {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// The name of an authoritative server.
    Ns(Name),
    /// The name that the owner is an alias of.
    Cname(Name),
    /// The start of a zone.
    Soa(Box<Soa>),
    /// A pointer to another name.
    Ptr(Name),
    /// Text.
    Txt(Vec<CharacterString>),
    /// An IPv6 address.
    Aaaa(Ipv6Addr),
    /// The location of a service.
    Srv(Srv),
    /// A rewrite rule.
    Naptr(Box<Naptr>),
    /// Data of a type without a variant: carried as it came.
    Other {
        /// The type's number.
        number: u16,
        /// The octets.
        octets: Arc<[u8]>,
    },
}

impl RData {
    /// The type of this data.
    pub fn record_type(&self) -> RecordType {
        match self {
            RData::A(_) => RecordType::A,
            RData::Ns(_) => RecordType::Ns,
            RData::Cname(_) => RecordType::Cname,
            RData::Soa(_) => RecordType::Soa,
            RData::Ptr(_) => RecordType::Ptr,
            RData::Txt(_) => RecordType::Txt,
            RData::Aaaa(_) => RecordType::Aaaa,
            RData::Srv(_) => RecordType::Srv,
            RData::Naptr(_) => RecordType::Naptr,
            RData::Other { number, .. } => RecordType::of_number(*number),
        }
    }

    /// The address of an A or AAAA record.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            RData::A(address) => Some((*address).into()),
            RData::Aaaa(address) => Some((*address).into()),
            _ => None,
        }
    }

    /// The data that gives `address` to a name.
    pub fn of_address(address: IpAddr) -> RData {
        match address {
            IpAddr::V4(address) => RData::A(address),
            IpAddr::V6(address) => RData::Aaaa(address),
        }
    }
}

/// The start of a zone of authority (RFC 1035 3.3.13). All spans are seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soa {
    /// The zone's primary server.
    pub mname: Name,
    /// The mailbox of whoever is responsible.
    pub rname: Name,
    /// The version of the zone.
    pub serial: u32,
    /// How often a secondary server looks for a new version.
    pub refresh: u32,
    /// How long it waits after a failed look.
    pub retry: u32,
    /// How long it serves the zone without a successful look.
    pub expire: u32,
    /// The time to live of negative answers (RFC 2308 4).
    pub minimum: u32,
}

/// The location of a service (RFC 2782).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    /// Lower comes first.
    pub priority: u16,
    /// The share among records of the same priority.
    pub weight: u16,
    /// Where the service listens.
    pub port: u16,
    /// The host; the root says that the service is not offered.
    pub target: Name,
}

/// A rule of the dynamic delegation discovery system (RFC 3403 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naptr {
    /// Lower comes first, and what matches there ends the search.
    pub order: u16,
    /// Among records of the same order: lower comes first.
    pub preference: u16,
    /// What the result is: `s` SRV, `a` addresses, `u` a URI, empty: another NAPTR.
    pub flags: CharacterString,
    /// Which services the rule leads to, such as `SIP+D2U` or `E2U+sip`.
    pub services: CharacterString,
    /// A substitution expression; empty where `replacement` counts.
    pub regexp: CharacterString,
    /// The next name to ask for; the root where `regexp` counts.
    pub replacement: Name,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_types_go_both_ways() {
        for number in 0..=300 {
            assert_eq!(RecordType::of_number(number).number(), number);
        }
        assert_eq!(RecordType::Naptr.number(), 35);
        assert_eq!(RecordType::Other(77).to_string(), "TYPE77");
    }

    #[test]
    fn character_strings_hold_255_octets() {
        assert!(CharacterString::new([b'a'; 255]).is_some());
        assert!(CharacterString::new([b'a'; 256]).is_none());
        assert!(CharacterString::new("sip+d2u").unwrap().says("SIP+D2U"));
    }
}

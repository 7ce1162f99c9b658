//! Zones, the name servers that tell them, and the resolvers that ask on behalf of others.

use std::net::IpAddr;

use dns::{CharacterString, Misbehaviour, Name, Naptr, RData, Record, Soa, Srv, TimedMisbehaviour, Zone};
use serde::Deserialize;
use sim_api::SimTime;
use topologies::unit::Span;

use super::default;

/// The Domain Name System of an experiment.
///
/// Delegations need not be written: each zone tells which servers the zones directly below it have. Without a zone `.`
/// every server also serves a root zone that does nothing else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameService {
    /// What the servers tell.
    pub zones: Vec<ZoneEntry>,
    /// The authoritative servers.
    pub servers: Vec<NameServer>,
    /// The recursive resolvers, which begin at the servers of the root.
    #[serde(default)]
    pub resolvers: Vec<NameResolver>,
}

/// An authoritative server: `(name: "ns", at: "a", zones: ["example.com"])`. Its processing takes no time.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameServer {
    /// Its name, and its host's.
    pub name: String,
    /// The node of the topology at which it stands.
    pub at: String,
    /// The origins of its zones.
    pub zones: Vec<String>,
    /// What it does wrong, and when.
    #[serde(default)]
    pub misbehaves: Vec<Misbehaves>,
}

/// A recursive resolver: `(name: "resolver", at: "a")`. Its processing takes no time.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameResolver {
    /// Its name, and its host's.
    pub name: String,
    /// The node of the topology at which it stands.
    pub at: String,
}

/// Something that a server does wrong for a while: `silent(from: s(10), until: s(20))`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Misbehaves {
    /// It says that no name exists.
    NxDomain {
        /// From when on.
        #[serde(default = "default::from_the_start")]
        from: Span,
        /// Until when; left out, to the end.
        #[serde(default)]
        until: Option<Span>,
    },
    /// It says that it failed.
    ServFail {
        /// From when on.
        #[serde(default = "default::from_the_start")]
        from: Span,
        /// Until when; left out, to the end.
        #[serde(default)]
        until: Option<Span>,
    },
    /// It says nothing.
    Silent {
        /// From when on.
        #[serde(default = "default::from_the_start")]
        from: Span,
        /// Until when; left out, to the end.
        #[serde(default)]
        until: Option<Span>,
    },
    /// It says that each answer is too long.
    Truncates {
        /// From when on.
        #[serde(default = "default::from_the_start")]
        from: Span,
        /// Until when; left out, to the end.
        #[serde(default)]
        until: Option<Span>,
    },
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneEntry {
    /// The name at its top.
    pub origin: String,
    /// For how long its records may be cached, where they say nothing else.
    #[serde(default = "default::zone_ttl")]
    pub ttl: Span,
    /// For how long it may be remembered that a name or a record does not exist.
    #[serde(default = "default::negative_ttl")]
    pub negative_ttl: Span,
    /// Its records. Names are relative to the origin; `@` is the origin, a final dot ends an absolute name.
    #[serde(default)]
    pub records: Vec<RecordEntry>,
}

/// A record of a zone.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RecordEntry {
    /// A or AAAA: `address(name: "p1", of: host("p1"))`.
    Address {
        /// Whose.
        name: String,
        /// Which.
        of: AddressOf,
        /// For how long it may be cached.
        #[serde(default)]
        ttl: Option<Span>,
    },
    /// CNAME: `alias(name: "www", of: "p1")`.
    Alias {
        /// The alias.
        name: String,
        /// The name that it stands for.
        of: String,
        /// For how long it may be cached.
        #[serde(default)]
        ttl: Option<Span>,
    },
    /// NAPTR: `naptr(name: "@", order: 10, flags: "s", services: "SIP+D2U", replacement: "_sip._udp")`.
    Naptr {
        /// Whose.
        name: String,
        /// Lower comes first, and what matches there ends the search.
        order: u16,
        /// Among records of the same order: lower comes first.
        #[serde(default)]
        preference: u16,
        /// What the result is.
        #[serde(default)]
        flags: String,
        /// Which services the rule leads to.
        services: String,
        /// A substitution expression.
        #[serde(default)]
        regexp: String,
        /// The next name to ask for.
        #[serde(default = "default::root_name")]
        replacement: String,
        /// For how long it may be cached.
        #[serde(default)]
        ttl: Option<Span>,
    },
    /// SRV: `srv(name: "_sip._udp", priority: 1, weight: 1, target: "p1")`.
    Srv {
        /// The service, the protocol and whose.
        name: String,
        /// Lower comes first.
        #[serde(default)]
        priority: u16,
        /// The share among records of the same priority.
        #[serde(default)]
        weight: u16,
        /// Where the service listens.
        #[serde(default = "default::sip_port")]
        port: u16,
        /// The host.
        target: String,
        /// For how long it may be cached.
        #[serde(default)]
        ttl: Option<Span>,
    },
}

/// The address in a record.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AddressOf {
    /// That of an agent, a proxy site (`proxy-koeln`), a name server or a resolver: `host("pcscf")`.
    Host(String),
    /// This one: `ip("192.0.2.1")`.
    Ip(IpAddr),
}

/// Why a zone is none, and which of its records is at fault, if one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ZoneProblem {
    /// The position of the record and the field of it; none for the zone itself.
    pub(crate) record: Option<(usize, &'static str)>,
    pub(crate) problem: String,
}

impl Misbehaves {
    /// The same as the server takes it.
    pub fn timed(&self) -> TimedMisbehaviour {
        let (from, until, what) = match self {
            Misbehaves::NxDomain { from, until } => (from, until, Misbehaviour::NxDomain),
            Misbehaves::ServFail { from, until } => (from, until, Misbehaviour::ServFail),
            Misbehaves::Silent { from, until } => (from, until, Misbehaviour::Silent),
            Misbehaves::Truncates { from, until } => (from, until, Misbehaviour::Truncate),
        };
        let instant = |span: &Span| SimTime::ZERO + span.duration();
        let until = until.as_ref().map_or(SimTime::NEVER, instant);
        TimedMisbehaviour { from: instant(from), until, what }
    }
}

impl ZoneEntry {
    /// The zone; `address_of` knows the addresses of hosts.
    pub(crate) fn zone(&self, address_of: &dyn Fn(&str) -> Option<IpAddr>) -> Result<Zone, ZoneProblem> {
        let origin = name_in(&self.origin, &Name::root()).map_err(|problem| at_zone(&problem))?;
        let soa = Soa::of(&origin, seconds(self.negative_ttl).map_err(|problem| at_zone(&problem))?);
        let ttl = seconds(self.ttl).map_err(|problem| at_zone(&problem))?;
        let mut zone = Zone::new(origin.clone(), ttl, soa);
        for (place, entry) in self.records.iter().enumerate() {
            let blame = |(field, problem)| ZoneProblem { record: Some((place, field)), problem };
            let record = entry.record(&origin, ttl, address_of).map_err(blame)?;
            zone.add(record).map_err(|error| blame(("name", error.to_string())))?;
        }
        Ok(zone)
    }
}

/// A field of a record, and what is wrong with it.
type FieldProblem = (&'static str, String);

impl RecordEntry {
    /// Whose record it is, as the file says.
    pub fn owner(&self) -> &str {
        match self {
            RecordEntry::Address { name, .. }
            | RecordEntry::Alias { name, .. }
            | RecordEntry::Naptr { name, .. }
            | RecordEntry::Srv { name, .. } => name,
        }
    }

    fn ttl(&self) -> Option<Span> {
        match self {
            RecordEntry::Address { ttl, .. }
            | RecordEntry::Alias { ttl, .. }
            | RecordEntry::Naptr { ttl, .. }
            | RecordEntry::Srv { ttl, .. } => *ttl,
        }
    }

    fn record(
        &self,
        origin: &Name,
        zone_ttl: u32,
        address_of: &dyn Fn(&str) -> Option<IpAddr>,
    ) -> Result<Record, FieldProblem> {
        let owner = name_in(self.owner(), origin).map_err(in_field("name"))?;
        let ttl = self.ttl().map_or(Ok(zone_ttl), seconds).map_err(in_field("ttl"))?;
        Ok(Record::new(owner, ttl, self.data(origin, address_of)?))
    }

    fn data(
        &self,
        origin: &Name,
        address_of: &dyn Fn(&str) -> Option<IpAddr>,
    ) -> Result<RData, FieldProblem> {
        Ok(match self {
            RecordEntry::Address { of: AddressOf::Ip(address), .. } => RData::of_address(*address),
            RecordEntry::Address { of: AddressOf::Host(host), .. } => {
                let address =
                    address_of(host).ok_or_else(|| ("of", format!("there is no host \"{host}\"")))?;
                RData::of_address(address)
            }
            RecordEntry::Alias { of, .. } => RData::Cname(name_in(of, origin).map_err(in_field("of"))?),
            RecordEntry::Srv { priority, weight, port, target, .. } => {
                let target = name_in(target, origin).map_err(in_field("target"))?;
                RData::Srv(Srv { priority: *priority, weight: *weight, port: *port, target })
            }
            RecordEntry::Naptr { order, preference, flags, services, regexp, replacement, .. } => {
                RData::Naptr(Box::new(Naptr {
                    order: *order,
                    preference: *preference,
                    flags: text(flags).map_err(in_field("flags"))?,
                    services: text(services).map_err(in_field("services"))?,
                    regexp: text(regexp).map_err(in_field("regexp"))?,
                    replacement: name_in(replacement, origin).map_err(in_field("replacement"))?,
                }))
            }
        })
    }
}

fn in_field(field: &'static str) -> impl Fn(String) -> FieldProblem {
    move |problem| (field, problem)
}

fn at_zone(problem: &str) -> ZoneProblem {
    ZoneProblem { record: None, problem: problem.to_owned() }
}

/// The name that `written` means in a zone (RFC 1035 5.1): `@` the origin, else relative to it without a final dot.
fn name_in(written: &str, origin: &Name) -> Result<Name, String> {
    if written == "@" {
        return Ok(origin.clone());
    }
    let name: Name = written.parse().map_err(|error| format!("\"{written}\": {error}"))?;
    if written.ends_with('.') {
        return Ok(name);
    }
    let labels = name.labels().chain(origin.labels());
    Name::from_labels(labels).map_err(|error| format!("\"{written}\": {error}"))
}

fn text(written: &str) -> Result<CharacterString, String> {
    CharacterString::new(written).ok_or_else(|| "a text has at most 255 octets (RFC 1035 3.3)".to_owned())
}

/// The whole seconds of a time to live.
fn seconds(span: Span) -> Result<u32, String> {
    let duration = span.duration();
    let whole = u32::try_from(duration.as_secs()).ok().filter(|_| duration.subsec_nanos() == 0);
    whole.ok_or_else(|| "a time to live is a whole number of seconds (RFC 1035 3.2.1)".to_owned())
}

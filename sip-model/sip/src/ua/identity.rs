//! Who the lines of a node are: names and addresses.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::persona::{OwnVia, Persona, SentBy};
use crate::header::Branch;
use crate::message::Compose;
use crate::transaction::DEFAULT_PORT;
use crate::uri::{HostPort, SipScheme, Transport};

/// The identities of all lines of one node.
///
/// A city of subscribers is a rule and takes no memory; a handful of named users is a list.
#[derive(Clone, Debug)]
pub struct Identities {
    kind: Kind,
    /// How those lines write of themselves who do not just use their names and addresses.
    personas: BTreeMap<u32, Persona>,
}

#[derive(Clone, Debug)]
enum Kind {
    Numbered { prefix: String, domain: String, first: IpAddr, count: u32 },
    Named { lines: Vec<NamedLine>, by_address: BTreeMap<SocketAddr, Vec<u32>> },
}

/// One named line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedLine {
    /// The user part of its address-of-record, escaped where a URI needs it.
    pub user: String,
    /// The domain of its address-of-record.
    pub domain: String,
    /// Where it sends and receives.
    pub address: SocketAddr,
}

impl Identities {
    /// `count` lines: line i is `sip:{prefix}{i}@{domain}` at the address `first` + i, port 5060.
    ///
    /// # Panics
    /// When the addresses would run past the last one of their family.
    pub fn numbered(prefix: &str, domain: &str, first: IpAddr, count: u32) -> Identities {
        let last = offset(first, count.saturating_sub(1));
        assert!(last.is_some(), "{count} addresses from {first} on do not exist");
        Identities::of(Kind::Numbered { prefix: prefix.into(), domain: domain.into(), first, count })
    }

    /// These lines. Several may share an address; the user part of the Request-URI tells them apart.
    pub fn named(lines: Vec<NamedLine>) -> Identities {
        let mut by_address: BTreeMap<SocketAddr, Vec<u32>> = BTreeMap::new();
        for (line, index) in lines.iter().zip(0..) {
            by_address.entry(line.address).or_default().push(index);
        }
        Identities::of(Kind::Named { lines, by_address })
    }

    /// One line: `sip:{user}@{domain}` at `address`.
    pub fn one(user: &str, domain: &str, address: SocketAddr) -> Identities {
        Identities::named(vec![NamedLine { user: user.into(), domain: domain.into(), address }])
    }

    fn of(kind: Kind) -> Identities {
        Identities { kind, personas: BTreeMap::new() }
    }

    /// These lines, `line` with this persona.
    #[must_use]
    pub fn with_persona(mut self, line: u32, persona: Persona) -> Identities {
        self.personas.insert(line, persona);
        self
    }

    /// The persona of `line`, `None` when its name and address say all.
    pub fn persona(&self, line: u32) -> Option<&Persona> {
        // Populations have none: nothing is looked up for them.
        if self.personas.is_empty() { None } else { self.personas.get(&line) }
    }

    /// Moves `line` to another address, with the persona that it has there. Without effect for numbered lines, whose
    /// addresses are a rule.
    pub(super) fn relocate(&mut self, line: u32, address: SocketAddr, persona: Option<Persona>) {
        let Kind::Named { lines, by_address } = &mut self.kind else { return };
        if let Some(here) = by_address.get_mut(&lines[line as usize].address) {
            here.retain(|other| *other != line);
        }
        lines[line as usize].address = address;
        by_address.entry(address).or_default().push(line);
        match persona {
            Some(persona) => self.personas.insert(line, persona),
            None => self.personas.remove(&line),
        };
    }

    /// How many lines there are.
    pub fn count(&self) -> u32 {
        match &self.kind {
            Kind::Numbered { count, .. } => *count,
            Kind::Named { lines, .. } => lines.len() as u32,
        }
    }

    /// The user part of `line`.
    ///
    /// # Panics
    /// When there is no such line, as in all methods that take one.
    pub fn user(&self, line: u32) -> Cow<'_, str> {
        match &self.kind {
            Kind::Numbered { prefix, .. } => Cow::Owned(format!("{prefix}{line}")),
            Kind::Named { lines, .. } => Cow::Borrowed(&lines[line as usize].user),
        }
    }

    /// The domain of `line`.
    pub fn domain(&self, line: u32) -> &str {
        match &self.kind {
            Kind::Numbered { domain, .. } => domain,
            Kind::Named { lines, .. } => &lines[line as usize].domain,
        }
    }

    /// Where `line` sends and receives.
    pub fn address(&self, line: u32) -> SocketAddr {
        match &self.kind {
            Kind::Numbered { first, count, .. } => {
                assert!(line < *count, "line {line} of {count}");
                let address = offset(*first, line).expect("all addresses exist");
                SocketAddr::new(address, DEFAULT_PORT)
            }
            Kind::Named { lines, .. } => lines[line as usize].address,
        }
    }

    /// The address-of-record of `line`, such as `sip:u17@koeln.example`.
    pub fn aor(&self, line: u32) -> String {
        self.aor_uri(line).to_string()
    }

    /// The contact URI of `line`, such as `sip:u17@192.0.2.17:5060`.
    pub fn contact(&self, line: u32) -> String {
        self.contact_uri(line).to_string()
    }

    /// From and To in the requests of `line`: its display name, if it has one, and its address-of-record.
    pub(super) fn party(&self, line: u32) -> OwnParty<'_> {
        let persona = self.persona(line);
        OwnParty {
            display_name: persona.map_or("", |persona| persona.display_name.as_str()),
            uri: self.aor_uri(line),
        }
    }

    /// The Via of a request of `line` with this branch.
    pub(super) fn via<'a>(&'a self, line: u32, branch: &'a str) -> OwnVia<'a> {
        let branch = Branch::new(branch).expect("branches are tokens");
        match self.persona(line) {
            Some(persona) => {
                OwnVia { transport: persona.transport, sent_by: SentBy::Name(&persona.sent_by), branch }
            }
            None => OwnVia {
                transport: Transport::Udp,
                sent_by: SentBy::Address(HostPort::from(self.address(line))),
                branch,
            },
        }
    }

    /// The Request-URI of a REGISTER of `line` (RFC 3261 10.2): the domain of its address-of-record.
    pub(super) fn registrar(&self, line: u32) -> String {
        match self.persona(line) {
            Some(persona) if !persona.registrar.is_empty() => persona.registrar.clone(),
            _ => format!("sip:{}", self.domain(line)),
        }
    }

    /// The routes of the requests of `line` outside any dialog.
    pub(super) fn routes(&self, line: u32) -> &[String] {
        self.persona(line).map_or(&[], |persona| &persona.routes)
    }

    /// As [`Identities::aor`], to be written into a message.
    pub(super) fn aor_uri(&self, line: u32) -> LineUri<'_> {
        LineUri { lines: self, line, kind: UriKind::Aor }
    }

    /// As [`Identities::contact`], to be written into a message.
    pub(super) fn contact_uri(&self, line: u32) -> LineUri<'_> {
        LineUri { lines: self, line, kind: UriKind::Contact }
    }

    /// The line that receives at `address` and answers to `user`, `None` when there is none.
    pub fn line_at(&self, address: SocketAddr, user: Option<&str>) -> Option<u32> {
        match &self.kind {
            Kind::Numbered { first, count, .. } => {
                let line = distance(*first, address.ip()).filter(|line| line < count)?;
                let is_asked = user.is_none_or(|user| self.line_of(user) == Some(line));
                (address.port() == DEFAULT_PORT && is_asked).then_some(line)
            }
            Kind::Named { lines, by_address } => {
                let here = by_address.get(&address)?;
                let asked = |line: &&u32| user.is_none_or(|user| user == lines[**line as usize].user);
                here.iter().find(asked).copied()
            }
        }
    }

    /// The line called `user`, `None` when there is none.
    pub fn line_of(&self, user: &str) -> Option<u32> {
        match &self.kind {
            Kind::Numbered { prefix, count, .. } => {
                let digits = user.strip_prefix(prefix.as_str())?;
                // A sign or a leading zero would be another user.
                let is_canonical =
                    digits == "0" || digits.starts_with(|digit: char| matches!(digit, '1'..='9'));
                digits.parse().ok().filter(|line| is_canonical && line < count)
            }
            Kind::Named { lines, .. } => {
                lines.iter().position(|line| line.user == user).map(|index| index as u32)
            }
        }
    }
}

/// A URI of a line, written without an intermediate text.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineUri<'a> {
    lines: &'a Identities,
    line: u32,
    kind: UriKind,
}

#[derive(Clone, Copy, Debug)]
enum UriKind {
    Aor,
    Contact,
}

impl Compose for LineUri<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        let persona = self.lines.persona(self.line);
        if let (Some(persona), UriKind::Contact) = (persona, self.kind) {
            return persona.contact.compose(out);
        }
        persona.map_or(SipScheme::Sip, |persona| persona.scheme).as_str().compose(out);
        out.push(b':');
        match &self.lines.kind {
            Kind::Numbered { prefix, .. } => {
                prefix.compose(out);
                self.line.compose(out);
            }
            Kind::Named { lines, .. } => lines[self.line as usize].user.compose(out),
        }
        out.push(b'@');
        match self.kind {
            UriKind::Aor => self.lines.domain(self.line).compose(out),
            UriKind::Contact => HostPort::from(self.lines.address(self.line)).compose(out),
        }
    }
}

impl fmt::Display for LineUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(64);
        self.compose(&mut text);
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

/// The address-of-record of a line with its display name, as From and To have it.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnParty<'a> {
    display_name: &'a str,
    uri: LineUri<'a>,
}

impl Compose for OwnParty<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        if !self.display_name.is_empty() {
            self.display_name.compose(out);
            out.push(b' ');
        }
        out.push(b'<');
        self.uri.compose(out);
        out.push(b'>');
    }
}

/// The address `distance` places behind `first`.
fn offset(first: IpAddr, distance: u32) -> Option<IpAddr> {
    match first {
        IpAddr::V4(first) => {
            first.to_bits().checked_add(distance).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)))
        }
        IpAddr::V6(first) => {
            let bits = first.to_bits().checked_add(distance.into());
            bits.map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)))
        }
    }
}

/// How many places `address` is behind `first`.
fn distance(first: IpAddr, address: IpAddr) -> Option<u32> {
    match (first, address) {
        (IpAddr::V4(first), IpAddr::V4(address)) => address.to_bits().checked_sub(first.to_bits()),
        (IpAddr::V6(first), IpAddr::V6(address)) => {
            address.to_bits().checked_sub(first.to_bits()).and_then(|places| u32::try_from(places).ok())
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_line_is_found_again_by_its_address_and_by_its_name() {
        for first in ["10.1.255.250", "2001:db8::fffa"] {
            let lines = Identities::numbered("u", "koeln.example", first.parse().unwrap(), 300);
            for line in [0, 1, 17, 299] {
                let address = lines.address(line);
                assert_eq!(lines.line_at(address, Some(&lines.user(line))), Some(line));
                assert_eq!(lines.line_at(address, Some("u9999")), None);
                assert_eq!(lines.line_of(&lines.user(line)), Some(line));
            }
            assert_eq!(lines.line_at("9.9.9.9:5060".parse().unwrap(), None), None);
            for name in ["u300", "u017", "u+17", "u00", "x1", "u"] {
                assert_eq!(lines.line_of(name), None, "{name}");
            }
        }
        let lines = Identities::numbered("u", "koeln.example", "10.0.0.0".parse().unwrap(), 20);
        assert_eq!(
            (lines.aor(17), lines.contact(17)),
            ("sip:u17@koeln.example".to_owned(), "sip:u17@10.0.0.17:5060".to_owned())
        );
    }

    #[test]
    fn named_lines_may_share_an_address() {
        let line = |user: &str| NamedLine {
            user: user.into(),
            domain: "example.com".into(),
            address: "192.0.2.1:5060".parse().unwrap(),
        };
        let lines = Identities::named(vec![line("alice"), line("bob")]);
        assert_eq!(lines.line_at("192.0.2.1:5060".parse().unwrap(), Some("bob")), Some(1));
        assert_eq!(lines.line_at("192.0.2.1:5070".parse().unwrap(), Some("bob")), None);
        assert_eq!(lines.line_of("alice"), Some(0));
    }

    #[test]
    #[should_panic(expected = "do not exist")]
    fn addresses_past_the_end_of_their_family_are_a_defect_of_the_assembler() {
        let _ = Identities::numbered("u", "a.example", "255.255.255.250".parse().unwrap(), 10);
    }
}

//! Where to send a request for a URI: a table in the place of the DNS, or before it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use sim_api::{fnv1a, mix};

use crate::locate::{Hop, Sought, numeric};
use crate::uri::{Host, SipUri, unescape};

/// Chooses the element to which a request for a URI goes.
///
/// The same URI gives the same answer throughout a run.
pub trait NextHop: fmt::Debug + Send + Sync {
    /// Where a request for `uri` is sent, `None` when nobody is known to serve it.
    fn next_hop(&self, uri: &SipUri<'_>) -> Option<Hop>;
}

/// Domains and the elements that serve them.
///
/// A URI whose host is an address goes to that address (RFC 3263 4). A domain that several elements serve is shared
/// among them by a hash of the address-of-record, so that each user has one home. The table may leave domains that it
/// does not name to the DNS; what is numeric never gets there.
#[derive(Clone, Debug, Default)]
pub struct StaticTable {
    domains: BTreeMap<Box<str>, Service>,
    fallback: Fallback,
}

/// Who serves a domain.
#[derive(Clone, Debug)]
enum Service {
    /// Each user's home is one of these.
    Shared(Box<[SocketAddr]>),
    /// All serve all users; the first that works is taken.
    InTurn(Box<[SocketAddr]>),
    /// The DNS says who.
    InDns,
}

/// Who serves the domains that the table does not name.
#[derive(Clone, Copy, Debug, Default)]
enum Fallback {
    #[default]
    Nobody,
    Element(SocketAddr),
    InDns,
}

impl StaticTable {
    /// A table that knows no domain.
    #[must_use]
    pub fn new() -> StaticTable {
        StaticTable::default()
    }

    /// This table with `domain` served by `homes`; an empty list takes the domain out.
    #[must_use]
    pub fn with_domain(self, domain: &str, homes: &[SocketAddr]) -> StaticTable {
        self.with_service(domain, (!homes.is_empty()).then(|| Service::Shared(homes.into())))
    }

    /// This table with `domain` served by each of `elements`: the first that works is taken, in this order. An empty
    /// list takes the domain out.
    #[must_use]
    pub fn with_elements_in_turn(self, domain: &str, elements: &[SocketAddr]) -> StaticTable {
        self.with_service(domain, (!elements.is_empty()).then(|| Service::InTurn(elements.into())))
    }

    /// This table with `domain` served by whomever the DNS names.
    #[must_use]
    pub fn with_domain_in_dns(self, domain: &str) -> StaticTable {
        self.with_service(domain, Some(Service::InDns))
    }

    /// This table with `fallback` for every domain that it does not name.
    #[must_use]
    pub fn with_fallback(self, fallback: SocketAddr) -> StaticTable {
        StaticTable { fallback: Fallback::Element(fallback), ..self }
    }

    /// This table with the DNS for every domain that it does not name.
    #[must_use]
    pub fn with_dns(self) -> StaticTable {
        StaticTable { fallback: Fallback::InDns, ..self }
    }

    fn with_service(mut self, domain: &str, service: Option<Service>) -> StaticTable {
        let domain = domain.to_ascii_lowercase().into_boxed_str();
        match service {
            Some(service) => self.domains.insert(domain, service),
            None => self.domains.remove(&domain),
        };
        self
    }

    fn service_of(&self, domain: &str) -> Option<&Service> {
        let domain = domain.strip_suffix('.').unwrap_or(domain);
        match domain.bytes().any(|octet| octet.is_ascii_uppercase()) {
            true => self.domains.get(domain.to_ascii_lowercase().as_str()),
            false => self.domains.get(domain),
        }
    }
}

impl NextHop for StaticTable {
    fn next_hop(&self, uri: &SipUri<'_>) -> Option<Hop> {
        if let Some(address) = numeric(uri) {
            return Some(Hop::At(address));
        }
        let Host::Domain(domain) = uri.maddr().unwrap_or(uri.host()) else {
            unreachable!("every host that is no name is numeric")
        };
        match (self.service_of(domain), self.fallback) {
            (Some(Service::Shared(homes)), _) => match &**homes {
                [only] => Some(Hop::At(*only)),
                homes => homes.get(place(uri, homes.len())).copied().map(Hop::At),
            },
            (Some(Service::InTurn(elements)), _) => Some(Hop::OneOf(elements.clone())),
            (Some(Service::InDns), _) | (None, Fallback::InDns) => Some(Hop::Sought(Sought::of(uri).into())),
            (None, Fallback::Element(fallback)) => Some(Hop::At(fallback)),
            (None, Fallback::Nobody) => None,
        }
    }
}

/// The place of a user among `count` homes of its domain: a hash of user and host in canonical form.
fn place(uri: &SipUri<'_>, count: usize) -> usize {
    let user = uri.user.map(unescape).unwrap_or_default();
    let host = uri.host().to_string().to_ascii_lowercase();
    let hash = mix(fnv1a(&user) ^ mix(fnv1a(host.as_bytes())));
    ((u128::from(hash) * count as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uri::Uri;

    fn table() -> StaticTable {
        let homes = ["192.0.2.1:5060", "192.0.2.2:5060", "192.0.2.3:5060"].map(address);
        StaticTable::new().with_domain("koeln.example", &homes).with_domain("Bonn.example", &homes[1..2])
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn hop(table: &StaticTable, uri: &str) -> Option<SocketAddr> {
        table.next_hop(Uri::parse(uri).unwrap().as_sip().unwrap()).map(|hop| hop.only().unwrap())
    }

    #[test]
    fn numeric_host_and_maddr_go_straight_to_the_address() {
        for (uri, wanted) in [
            ("sip:u1@198.51.100.7", "198.51.100.7:5060"),
            ("sip:u1@198.51.100.7:5070", "198.51.100.7:5070"),
            ("sip:u1@[2001:db8::7]", "[2001:db8::7]:5060"),
            ("sip:u1@bonn.example;maddr=198.51.100.8", "198.51.100.8:5060"),
        ] {
            assert_eq!(hop(&table(), uri), Some(address(wanted)), "{uri}");
        }
    }

    #[test]
    fn a_domain_is_found_in_any_case() {
        assert_eq!(hop(&table(), "sip:u1@BONN.example."), Some(address("192.0.2.2:5060")));
        assert_eq!(hop(&table(), "sip:u1@unknown.example"), None);
        let with_fallback = table().with_fallback(address("192.0.2.9:5060"));
        assert_eq!(hop(&with_fallback, "sip:u1@unknown.example"), Some(address("192.0.2.9:5060")));
    }

    #[test]
    fn shared_homes_get_equal_parts_and_each_user_keeps_its_home() {
        let table = table();
        let mut users = BTreeMap::new();
        for i in 0..3000 {
            let home = hop(&table, &format!("sip:u{i}@koeln.example")).unwrap();
            let other_spelling = format!("sip:%75{i}@KOELN.example;transport=udp");
            assert_eq!(hop(&table, &other_spelling), Some(home), "{other_spelling}");
            *users.entry(home).or_insert(0) += 1;
        }
        // Three cells of 1000 expected: five standard deviations are 130.
        assert!(users.values().all(|&count| (870..=1130).contains(&count)), "{users:?}");
    }
}

//! Where to send a request for a URI: RFC 3263 with a static table in the place of the DNS.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use sim_api::{fnv1a, mix};

use crate::transaction::DEFAULT_PORT;
use crate::uri::{Host, SipUri, unescape};

/// Chooses the element to which a request for a URI goes.
///
/// The same URI gives the same answer throughout a run, so that a CANCEL or a retransmission goes where the request
/// went (RFC 3263 4.4).
pub trait NextHop: fmt::Debug + Send + Sync {
    /// The address and port to which a request for `uri` is sent, `None` when nobody is known to serve it.
    fn next_hop(&self, uri: &SipUri<'_>) -> Option<SocketAddr>;
}

/// Domains and the elements that serve them.
///
/// A URI whose host is an address goes to that address (RFC 3263 4). A domain that several elements serve is shared
/// among them by a hash of the address-of-record, so that each user has one home.
#[derive(Clone, Debug, Default)]
pub struct StaticTable {
    homes: BTreeMap<Box<str>, Box<[SocketAddr]>>,
    fallback: Option<SocketAddr>,
}

impl StaticTable {
    /// A table that knows no domain.
    #[must_use]
    pub fn new() -> StaticTable {
        StaticTable::default()
    }

    /// This table with `domain` served by `homes`; an empty list takes the domain out.
    #[must_use]
    pub fn with_domain(mut self, domain: &str, homes: &[SocketAddr]) -> StaticTable {
        let domain = domain.to_ascii_lowercase().into_boxed_str();
        if homes.is_empty() {
            self.homes.remove(&domain);
        } else {
            self.homes.insert(domain, homes.into());
        }
        self
    }

    /// This table with `fallback` for every domain that it does not name.
    #[must_use]
    pub fn with_fallback(mut self, fallback: SocketAddr) -> StaticTable {
        self.fallback = Some(fallback);
        self
    }

    fn homes_of(&self, domain: &str) -> Option<&[SocketAddr]> {
        let domain = domain.strip_suffix('.').unwrap_or(domain);
        let homes = match domain.bytes().any(|octet| octet.is_ascii_uppercase()) {
            true => self.homes.get(domain.to_ascii_lowercase().as_str()),
            false => self.homes.get(domain),
        };
        homes.map(AsRef::as_ref)
    }
}

impl NextHop for StaticTable {
    fn next_hop(&self, uri: &SipUri<'_>) -> Option<SocketAddr> {
        //= RFC 3263 4: if the URI contains an maddr parameter, TARGET is its value
        let target = uri.maddr().unwrap_or(uri.host());
        match target {
            //= RFC 3263 4.2: if TARGET is a numeric IP address, the client uses that address
            Host::V4(address) => Some((address, uri.port().unwrap_or(DEFAULT_PORT)).into()),
            Host::V6(address) => Some((address, uri.port().unwrap_or(DEFAULT_PORT)).into()),
            Host::Domain(domain) => match self.homes_of(domain) {
                Some([only]) => Some(*only),
                Some(homes) => homes.get(place(uri, homes.len())).copied(),
                None => self.fallback,
            },
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
        table.next_hop(Uri::parse(uri).unwrap().as_sip().unwrap())
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

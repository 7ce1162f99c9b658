//! Who is where: what the DNS, an outbound proxy and a home give in a real network, as a table for each host.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use sip::locate::{Hop, numeric};
use sip::location::NextHop;
use sip::uri::{Host, SipUri};

/// Where one host sends requests, by their URI.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Directions {
    /// By address-of-record without its scheme.
    pub(crate) users: BTreeMap<String, SocketAddr>,
    /// By domain, for users whom nobody knows.
    pub(crate) domains: BTreeMap<String, SocketAddr>,
    /// For everything else; the outbound proxy of a user agent.
    pub(crate) otherwise: Option<SocketAddr>,
}

impl NextHop for Directions {
    fn next_hop(&self, uri: &SipUri<'_>) -> Option<Hop> {
        if let Some(address) = numeric(uri) {
            return Some(Hop::At(address));
        }
        let Host::Domain(domain) = uri.maddr().unwrap_or(uri.host()) else { return None };
        let user = uri.user.and_then(|user| self.users.get(&format!("{user}@{domain}")));
        user.or_else(|| self.domains.get(domain)).copied().or(self.otherwise).map(Hop::At)
    }
}

/// The paths of a network of hosts, by number of links.
#[derive(Debug)]
pub(crate) struct Paths {
    neighbours: Vec<Vec<usize>>,
}

impl Paths {
    /// The paths over these links between `hosts` hosts.
    pub(crate) fn new(hosts: usize, links: impl IntoIterator<Item = (usize, usize)>) -> Paths {
        let mut neighbours = vec![Vec::new(); hosts];
        for (one, other) in links {
            neighbours[one].push(other);
            neighbours[other].push(one);
        }
        Paths { neighbours }
    }

    /// The hosts on a shortest path from `from` to the nearest host that is `wanted`, without `from` itself; among
    /// equals the one whose links were named first. Only hosts that `pass` lie on the way. `None` when there is none.
    pub(crate) fn to_nearest(
        &self,
        from: usize,
        wanted: impl Fn(usize) -> bool,
        pass: impl Fn(usize) -> bool,
    ) -> Option<Vec<usize>> {
        let mut before: Vec<Option<usize>> = vec![None; self.neighbours.len()];
        let mut waiting = std::collections::VecDeque::from([from]);
        while let Some(here) = waiting.pop_front() {
            if here != from && wanted(here) {
                return Some(walk_back(&before, from, here));
            }
            if here != from && !pass(here) {
                continue;
            }
            for &next in &self.neighbours[here] {
                if next != from && before[next].is_none() {
                    before[next] = Some(here);
                    waiting.push_back(next);
                }
            }
        }
        None
    }
}

fn walk_back(before: &[Option<usize>], from: usize, to: usize) -> Vec<usize> {
    let back = std::iter::successors(Some(to), |here| before[*here].filter(|there| *there != from));
    let mut path: Vec<usize> = back.collect();
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use sip::uri::Uri;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_uri_is_resolved_by_address_then_user_then_domain() {
        let directions = Directions {
            users: [("bob@example.com".to_owned(), address("192.0.2.3:5060"))].into(),
            domains: [("example.com".to_owned(), address("192.0.2.2:5060"))].into(),
            otherwise: None,
        };
        for (uri, hop) in [
            ("sip:bob@example.com", Some("192.0.2.3:5060")),
            ("sip:nobody@example.com", Some("192.0.2.2:5060")),
            ("sip:example.com", Some("192.0.2.2:5060")),
            ("sip:bob@elsewhere.example", None),
            ("sip:bob@192.0.2.9", Some("192.0.2.9:5060")),
            ("sip:bob@[2001:db8::9]:5070", Some("[2001:db8::9]:5070")),
            ("sip:bob@example.com;maddr=192.0.2.8", Some("192.0.2.8:5060")),
        ] {
            let found = directions.next_hop(Uri::parse(uri).unwrap().as_sip().unwrap());
            assert_eq!(found, hop.map(|hop| Hop::At(address(hop))), "{uri}");
        }
    }

    #[test]
    fn the_nearest_host_is_found_and_closed_hosts_are_not_passed() {
        let ring = Paths::new(5, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0)]);
        assert_eq!(ring.to_nearest(0, |host| host == 3, |_| true), Some(vec![4, 3]));
        assert_eq!(ring.to_nearest(0, |host| host == 3, |host| host != 4), Some(vec![1, 2, 3]));
        assert_eq!(ring.to_nearest(0, |host| host == 2 || host == 3, |_| true), Some(vec![1, 2]));
        assert_eq!(ring.to_nearest(0, |host| host == 3, |host| host != 4 && host != 1), None);
    }
}

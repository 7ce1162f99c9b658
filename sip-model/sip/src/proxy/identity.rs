//! By which names a server knows itself.

use std::net::SocketAddr;

use crate::header::{Branch, Via};
use crate::location::Domains;
use crate::transaction::DEFAULT_PORT;
use crate::uri::{Host, HostPort, SipUri, Transport};

/// The addresses and host names that mean this server in Via, Route, Record-Route and Request-URI.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    addresses: Vec<SocketAddr>,
    names: Domains,
    /// What stands in the place of its addresses in what it writes, `None` for nothing.
    written: Option<WrittenName>,
}

/// How a server writes of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct WrittenName {
    host: Box<str>,
    transport: Box<str>,
}

impl Identity {
    /// The identity of a server that listens at `addresses`, at least one, and is also called `names`.
    ///
    /// The first address of each IP version stands in what the server writes of itself.
    ///
    /// # Panics
    /// When `addresses` is empty: such a server cannot be reached.
    #[must_use]
    pub fn new(addresses: &[SocketAddr], names: Domains) -> Identity {
        assert!(!addresses.is_empty(), "a server has an address");
        Identity { addresses: addresses.to_vec(), names, written: None }
    }

    /// The same identity, which writes the host name `host` and the name of `transport` into Via, and `host` into
    /// Record-Route. The transport is a label: the simulated network carries datagrams whatever it says.
    ///
    /// # Panics
    /// When `host` is no host name.
    #[must_use]
    pub fn written_as(mut self, host: &str, transport: Transport<'_>) -> Identity {
        assert!(matches!(Host::parse(host), Ok(Host::Domain(_))), "{host:?} is no host name");
        self.names = self.names.with(host);
        self.written = Some(WrittenName { host: host.into(), transport: transport.as_str().into() });
        self
    }

    /// The Via with `branch` of a request that is sent from the own address `local`.
    #[must_use]
    pub fn via<'a>(&'a self, local: SocketAddr, branch: Branch<'a>) -> Via<'a> {
        match &self.written {
            Some(written) => {
                let sent_by = HostPort { host: Host::Domain(&written.host), port: Some(local.port()) };
                Via::new(Transport::from_token(&written.transport), sent_by, branch)
            }
            None => Via::new(Transport::Udp, HostPort::from(local), branch),
        }
    }

    /// Host and port of the own address `local` in a URI, such as Record-Route has.
    #[must_use]
    pub fn host_port(&self, local: SocketAddr) -> HostPort<'_> {
        match &self.written {
            Some(written) => {
                let port = (local.port() != DEFAULT_PORT).then_some(local.port());
                HostPort { host: Host::Domain(&written.host), port }
            }
            None => HostPort::from(local),
        }
    }

    /// The server's addresses, at least one.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether `uri` leads to this server: its host is one of the names, its port one of the server's ports.
    #[must_use]
    pub fn is_named_by(&self, uri: &SipUri<'_>) -> bool {
        self.is_at(&uri.host_port)
    }

    /// Whether `host_port`, as in a sent-by, is this server: one of its names or addresses and one of its ports.
    #[must_use]
    pub fn is_at(&self, host_port: &HostPort<'_>) -> bool {
        let port = host_port.port.unwrap_or(DEFAULT_PORT);
        match host_port.host {
            Host::Domain(_) => {
                self.names.contain(&host_port.host) && self.addresses.iter().any(|own| own.port() == port)
            }
            Host::V4(address) => self.has(SocketAddr::from((address, port))),
            Host::V6(address) => self.has(SocketAddr::from((address, port))),
        }
    }

    /// Whether `address` is one of the server's own.
    #[must_use]
    pub fn has(&self, address: SocketAddr) -> bool {
        self.addresses.contains(&address)
    }

    /// The own address from which to send to `peer`: the first of the same IP version, `None` when there is none.
    #[must_use]
    pub fn towards(&self, peer: SocketAddr) -> Option<SocketAddr> {
        self.addresses.iter().copied().find(|own| own.is_ipv4() == peer.is_ipv4())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uri::Uri;

    fn identity() -> Identity {
        let addresses = ["192.0.2.1:5060", "192.0.2.1:5070", "[2001:db8::1]:5060"].map(address);
        Identity::new(&addresses, ["p1.koeln.example"].into_iter().collect())
    }

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_server_knows_its_addresses_and_names_with_their_ports() {
        for (uri, own) in [
            ("sip:192.0.2.1;lr", true),
            ("sip:192.0.2.1:5060;lr", true),
            ("sip:192.0.2.1:5070", true),
            ("sip:192.0.2.1:5080", false),
            ("sip:192.0.2.2", false),
            ("sip:[2001:DB8:0::1]:5060", true),
            ("sip:[2001:db8::1]:5070", false),
            ("sip:P1.Koeln.example", true),
            ("sip:p1.koeln.example:5080", false),
            ("sip:koeln.example", false),
        ] {
            assert_eq!(identity().is_named_by(Uri::parse(uri).unwrap().as_sip().unwrap()), own, "{uri}");
        }
    }

    #[test]
    fn a_server_may_write_its_host_name_and_is_known_by_it() {
        let own = address("192.0.2.111:5060");
        let named = Identity::new(&[own], Domains::default())
            .written_as("ss1.atlanta.example.com", Transport::from_token("TCP"));
        let via = named.via(own, Branch::new("z9hG4bK2d4790.1").unwrap());
        assert_eq!(via.to_string(), "SIP/2.0/TCP ss1.atlanta.example.com:5060;branch=z9hG4bK2d4790.1");
        assert_eq!(named.host_port(own).to_string(), "ss1.atlanta.example.com");
        assert!(named.is_named_by(Uri::parse("sip:ss1.atlanta.example.com;lr").unwrap().as_sip().unwrap()));
    }

    #[test]
    fn a_dual_stack_server_sends_from_the_address_of_the_peers_kind() {
        assert_eq!(identity().towards(address("198.51.100.7:5060")), Some(address("192.0.2.1:5060")));
        assert_eq!(identity().towards(address("[2001:db8::7]:5060")), Some(address("[2001:db8::1]:5060")));
        let v4_only = Identity::new(&[address("192.0.2.1:5060")], Domains::default());
        assert_eq!(v4_only.towards(address("[2001:db8::7]:5060")), None);
    }
}

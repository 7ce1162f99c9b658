//! The next hop of a request, as far as it is known without asking anybody.

use std::net::SocketAddr;

use crate::header::Via;
use crate::transaction::DEFAULT_PORT;
use crate::uri::{Host, SipScheme, SipUri, Transport};

/// Where a request goes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hop {
    /// To the element at this address, and to no other.
    At(SocketAddr),
    /// To one of these, tried in this order: a list of outbound proxies, as RFC 3319 and RFC 3361 hand out.
    OneOf(Box<[SocketAddr]>),
    /// To whomever RFC 3263 finds in the DNS.
    Sought(Box<Sought>),
}

impl Hop {
    /// The only address that is possible, `None` when there are several or it has to be asked for.
    #[must_use]
    pub fn only(&self) -> Option<SocketAddr> {
        match self {
            Hop::At(address) => Some(*address),
            Hop::OneOf(_) | Hop::Sought(_) => None,
        }
    }

    /// The address that is tried first, `None` when it has to be asked for.
    #[must_use]
    pub fn first(&self) -> Option<SocketAddr> {
        match self {
            Hop::At(address) => Some(*address),
            Hop::OneOf(addresses) => addresses.first().copied(),
            Hop::Sought(_) => None,
        }
    }
}

impl From<SocketAddr> for Hop {
    fn from(address: SocketAddr) -> Hop {
        Hop::At(address)
    }
}

/// What RFC 3263 needs to know of a URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// Whether every hop must be secure.
    pub scheme: SipScheme,
    /// TARGET: the `maddr` of the URI if it has one, else its host. Addresses without brackets.
    pub target: Box<str>,
    /// The port that the URI names.
    pub port: Option<u16>,
    /// The value of its `transport` parameter.
    pub transport: Option<Box<str>>,
}

impl Sought {
    /// What is to be found for `uri`.
    #[must_use]
    pub fn of(uri: &SipUri<'_>) -> Sought {
        //= RFC 3263 4: we define TARGET as the value of the maddr parameter of the URI, if present, otherwise, the host
        // value of the hostport component of the URI
        let target = match uri.maddr().unwrap_or(uri.host()) {
            Host::Domain(name) => name.into(),
            Host::V4(address) => address.to_string().into(),
            Host::V6(address) => address.to_string().into(),
        };
        let transport = uri.transport().map(|transport| transport.as_str().into());
        Sought { scheme: uri.scheme, target, port: uri.port(), transport }
    }
}

impl Sought {
    /// Where a response goes whose request cannot be answered at its source: the `sent-by` of the topmost Via.
    #[must_use]
    pub fn of_via(via: &Via<'_>) -> Sought {
        //= RFC 3263 5: the service identifier "_sips" if the Via transport is "TLS", "_sip" otherwise, and the transport from
        // the topmost Via header
        let scheme = if via.transport == Transport::Tls { SipScheme::Sips } else { SipScheme::Sip };
        let target = match via.sent_by.host {
            Host::Domain(name) => name.into(),
            Host::V4(address) => address.to_string().into(),
            Host::V6(address) => address.to_string().into(),
        };
        Sought { scheme, target, port: via.sent_by.port, transport: Some(via.transport.as_str().into()) }
    }
}

/// The address of a URI whose TARGET is numeric, at its port or that of UDP; `None` when a name has to be resolved.
#[must_use]
pub fn numeric(uri: &SipUri<'_>) -> Option<SocketAddr> {
    //= RFC 3263 4.2: if TARGET is a numeric IP address, the client uses that address. If the URI also contains a port, it
    // uses that port. If no port is specified, it uses the default port for the particular transport protocol
    let address = uri.maddr().unwrap_or(uri.host()).address()?;
    Some(SocketAddr::new(address, uri.port().unwrap_or(DEFAULT_PORT)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uri::Uri;

    fn sought(uri: &str) -> Sought {
        Sought::of(Uri::parse(uri).unwrap().as_sip().unwrap())
    }

    #[test]
    fn maddr_is_the_target_and_port_and_transport_come_from_the_uri() {
        let found = sought("sips:bob@b.example:5071;maddr=edge.example;transport=tcp");
        assert_eq!((found.scheme, &*found.target, found.port), (SipScheme::Sips, "edge.example", Some(5071)));
        assert!(found.transport.is_some_and(|transport| transport.eq_ignore_ascii_case("tcp")));
        assert_eq!(&*sought("sip:bob@[2001:db8::1]").target, "2001:db8::1");
    }

    #[test]
    fn numeric_targets_need_no_resolution() {
        for (uri, wanted) in [
            ("sip:u1@198.51.100.7", Some("198.51.100.7:5060")),
            ("sip:u1@bonn.example:5070;maddr=198.51.100.8", Some("198.51.100.8:5070")),
            ("sip:u1@198.51.100.7;maddr=bonn.example", None),
            ("sip:u1@bonn.example", None),
        ] {
            let found = numeric(Uri::parse(uri).unwrap().as_sip().unwrap());
            assert_eq!(found, wanted.map(|address| address.parse().unwrap()), "{uri}");
        }
    }
}

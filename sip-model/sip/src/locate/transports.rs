//! The transports between which RFC 3263 4.1 chooses, and their names in the DNS.

use crate::uri::{SipScheme, Transport};

/// The transports that an element speaks, the one that it likes best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transports(Box<[Transport<'static>]>);

impl Transports {
    /// Those of `list` that RFC 3263 can look for: UDP, TCP, TLS, SCTP.
    #[must_use]
    pub fn new(list: &[Transport<'static>]) -> Transports {
        Transports(list.iter().copied().filter(|transport| service_of(*transport).is_some()).collect())
    }

    /// UDP alone: what this crate's own nodes speak.
    #[must_use]
    pub fn udp() -> Transports {
        Transports::new(&[Transport::Udp])
    }

    /// Whether the element speaks `transport`.
    #[must_use]
    pub fn contain(&self, transport: Transport<'_>) -> bool {
        self.0.contains(&transport)
    }

    /// Those that may carry requests for a URI of `scheme`, in their order.
    pub(super) fn for_scheme(&self, scheme: SipScheme) -> impl Iterator<Item = Transport<'static>> {
        self.0.iter().copied().filter(move |transport| suits(*transport, scheme))
    }

    /// The place of `transport` in the order of preference, `None` when it is not spoken.
    pub(super) fn rank(&self, transport: Transport<'_>) -> Option<usize> {
        self.0.iter().position(|own| *own == transport)
    }
}

/// Whether a request for a URI of `scheme` may use `transport`.
pub(super) fn suits(transport: Transport<'_>, scheme: SipScheme) -> bool {
    match scheme {
        SipScheme::Sip => true,
        SipScheme::Sips => transport == Transport::Tls,
    }
}

/// The transport of a URI that names none, where the DNS is not asked or knows no better.
pub(super) fn default_for(scheme: SipScheme) -> Transport<'static> {
    match scheme {
        //= RFC 3263 4.1: the client SHOULD use UDP for a SIP URI, and TCP for a SIPS URI
        SipScheme::Sip => Transport::Udp,
        SipScheme::Sips => Transport::Tls,
    }
}

/// The transport that a `transport` parameter asks for in a URI of `scheme`; `None` when there is no such thing.
pub(super) fn asked_for(token: &str, scheme: SipScheme) -> Option<Transport<'static>> {
    match (Transport::from_token(token), scheme) {
        //= RFC 3261 26.2.2: transport=tcp in a SIPS URI means TLS over TCP
        (Transport::Tcp | Transport::Tls, SipScheme::Sips) => Some(Transport::Tls),
        (_, SipScheme::Sips) | (Transport::Other(_), SipScheme::Sip) => None,
        (Transport::Udp, SipScheme::Sip) => Some(Transport::Udp),
        (Transport::Tcp, SipScheme::Sip) => Some(Transport::Tcp),
        (Transport::Tls, SipScheme::Sip) => Some(Transport::Tls),
        (Transport::Sctp, SipScheme::Sip) => Some(Transport::Sctp),
    }
}

/// The labels of the SRV records of a transport: service, then protocol.
pub(super) fn service_of(transport: Transport<'_>) -> Option<[&'static str; 2]> {
    match transport {
        //= RFC 3263 4.1: queries are done using the service identifier "_sip" for SIP URIs and "_sips" for SIPS URIs
        Transport::Udp => Some(["_sip", "_udp"]),
        Transport::Tcp => Some(["_sip", "_tcp"]),
        Transport::Tls => Some(["_sips", "_tcp"]),
        Transport::Sctp => Some(["_sip", "_sctp"]),
        Transport::Other(_) => None,
    }
}

/// The transport of a NAPTR service field; `None` when the field means something else.
pub(super) fn of_naptr_service(services: &[u8]) -> Option<Transport<'static>> {
    //= RFC 3263 9: SIP+D2T TCP, SIPS+D2T TCP, SIP+D2U UDP, SIP+D2S SCTP
    let known = [
        ("SIP+D2U", Transport::Udp),
        ("SIP+D2T", Transport::Tcp),
        ("SIPS+D2T", Transport::Tls),
        ("SIP+D2S", Transport::Sctp),
    ];
    known.into_iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(services)).map(|known| known.1)
}

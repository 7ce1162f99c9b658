//! Transport protocols as SIP names them (RFC 3261 20.42, 19.1.1).

use std::fmt;

use crate::message::compose::Compose;

/// The transport of a Via or of a `transport` URI parameter. Compared without case.
#[derive(Clone, Copy, Debug)]
pub enum Transport<'a> {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
    /// SCTP (RFC 4168).
    Sctp,
    /// Any other token.
    Other(&'a str),
}

impl<'a> Transport<'a> {
    /// The transport that `token` names.
    #[must_use]
    pub fn from_token(token: &'a str) -> Self {
        [Self::Udp, Self::Tcp, Self::Tls, Self::Sctp]
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(token))
            .unwrap_or(Self::Other(token))
    }

    /// The name in a Via: capitals for the known ones, as received for others.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Sctp => "SCTP",
            Self::Other(token) => token,
        }
    }

    /// Whether the transport itself delivers all or fails: everything known but UDP (RFC 3261 17).
    ///
    /// An unknown transport counts as unreliable, which costs retransmissions and loses nothing.
    #[must_use]
    pub fn is_reliable(&self) -> bool {
        match self {
            Self::Tcp | Self::Tls | Self::Sctp => true,
            Self::Udp | Self::Other(_) => false,
        }
    }

    /// The port that serves this transport where none is named: 5061 for TLS, else 5060 (RFC 3261 19.1.2).
    #[must_use]
    pub fn default_port(&self) -> u16 {
        match self {
            Self::Tls => 5061,
            Self::Udp | Self::Tcp | Self::Sctp | Self::Other(_) => 5060,
        }
    }
}

impl PartialEq for Transport<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }
}

impl Eq for Transport<'_> {}

impl fmt::Display for Transport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Compose for Transport<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.as_str().compose(out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_compare_without_case() {
        assert_eq!(Transport::from_token("udp"), Transport::Udp);
        assert_eq!(Transport::from_token("Ws"), Transport::Other("WS"));
        assert_ne!(Transport::from_token("UNKNOWN"), Transport::Udp);
    }

    #[test]
    fn only_udp_and_strangers_need_retransmission() {
        assert!(!Transport::Udp.is_reliable());
        assert!(Transport::Sctp.is_reliable());
        assert_eq!(Transport::Tls.default_port(), 5061);
    }
}

//! Hosts and ports (RFC 3261 25.1: `host`, `hostport`; RFC 5118).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::message::compose::{Compose, display, display_as_composed};
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::lex::{Cursor, ascii, decimal, is_hostname};

/// A domain name or an address.
///
/// Domain names compare without case, addresses by value: `[2001:DB8::1]` is `[2001:db8:0::1]`.
#[derive(Clone, Copy, Debug)]
pub enum Host<'a> {
    /// A domain name as received.
    Domain(&'a str),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address; it stands in brackets on the wire.
    V6(Ipv6Addr),
}

/// A host and the port behind it, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostPort<'a> {
    /// The host.
    pub host: Host<'a>,
    /// The port, `None` where none was written; that is not the same as the default (RFC 3261 19.1.4).
    pub port: Option<u16>,
}

impl<'a> Host<'a> {
    /// Reads the whole of `text` as a host; an IPv6 address stands in brackets.
    ///
    /// # Errors
    /// [`ParseErrorKind::Host`] when `text` is none of the three kinds of host.
    pub fn parse<T: AsRef<[u8]> + ?Sized>(text: &'a T) -> Result<Self, ParseError> {
        let mut cursor = Cursor::over(text.as_ref(), ParseErrorKind::Host);
        let host = Self::read(&mut cursor)?;
        if cursor.at_end() { Ok(host) } else { Err(cursor.fault(cursor.pos())) }
    }

    /// The address, `None` for a domain name.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Domain(_) => None,
            Self::V4(address) => Some(IpAddr::V4(*address)),
            Self::V6(address) => Some(IpAddr::V6(*address)),
        }
    }

    /// Reads the host at the cursor.
    pub(crate) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        if cursor.eat(b'[') {
            let address = ascii(cursor.take_while(|c| c.is_ascii_hexdigit() || c == b':' || c == b'.'));
            let address = address.parse().map_err(|_| cursor.fault_of(ParseErrorKind::Host, start))?;
            if !cursor.eat(b']') {
                return Err(cursor.fault_of(ParseErrorKind::Host, start));
            }
            return Ok(Self::V6(address));
        }
        let name = ascii(cursor.take_while(is_hostname));
        Self::named(name).ok_or_else(|| ParseError::new(ParseErrorKind::Host, start..cursor.pos()))
    }

    /// The IPv4 address or the domain name that `name` spells.
    fn named(name: &'a str) -> Option<Self> {
        let labels = name.strip_suffix('.').unwrap_or(name);
        let top = labels.rsplit('.').next()?;
        //= RFC 3261 25.1: toplabel = ALPHA / ALPHA *( alphanum / "-" ) alphanum
        if top.as_bytes().first()?.is_ascii_digit() {
            return name.parse().ok().map(Self::V4);
        }
        let legal = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
        labels.split('.').all(legal).then_some(Self::Domain(name))
    }
}

impl PartialEq for Host<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Domain(a), Self::Domain(b)) => a.eq_ignore_ascii_case(b),
            (Self::V4(a), Self::V4(b)) => a == b,
            (Self::V6(a), Self::V6(b)) => a == b,
            (Self::Domain(_) | Self::V4(_) | Self::V6(_), _) => false,
        }
    }
}

impl Eq for Host<'_> {}

impl From<IpAddr> for Host<'_> {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => Self::V6(address),
        }
    }
}

impl Compose for Host<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        match self {
            Self::Domain(name) => name.compose(out),
            Self::V4(address) => display(address, out),
            Self::V6(address) => {
                out.push(b'[');
                display(address, out);
                out.push(b']');
            }
        }
    }
}

impl<'a> HostPort<'a> {
    /// `host` without a port.
    #[must_use]
    pub const fn portless(host: Host<'a>) -> Self {
        Self { host, port: None }
    }

    /// Reads `host [":" port]` without white space.
    pub(crate) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let host = Host::read(cursor)?;
        let port = if cursor.eat(b':') { Some(read_port(cursor)?) } else { None };
        Ok(Self { host, port })
    }
}

impl From<std::net::SocketAddr> for HostPort<'_> {
    fn from(address: std::net::SocketAddr) -> Self {
        Self { host: address.ip().into(), port: Some(address.port()) }
    }
}

/// Reads a port number.
pub(crate) fn read_port(cursor: &mut Cursor<'_>) -> Result<u16, ParseError> {
    let start = cursor.pos();
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(cursor.fault(start));
    }
    let port = decimal(digits).and_then(|port| u16::try_from(port).ok());
    port.ok_or_else(|| ParseError::new(ParseErrorKind::Port, start..cursor.pos()))
}

impl Compose for HostPort<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.host.compose(out);
        if let Some(port) = self.port {
            out.push(b':');
            port.compose(out);
        }
    }
}

display_as_composed!(Host, HostPort);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_compare_by_value_and_names_without_case() {
        assert_eq!(Host::parse("[2001:DB8::1]"), Host::parse("[2001:db8:0:0::1]"));
        assert_eq!(Host::parse("AtLanTa.CoM"), Host::parse("atlanta.com"));
        assert_ne!(Host::parse("192.0.2.4"), Host::parse("phone21.boxesbybob.com"));
    }

    #[test]
    fn port_and_address_are_told_apart_by_the_brackets() {
        let mut cursor = Cursor::over(b"[2001:db8::10:5070]", ParseErrorKind::Host);
        let unported = HostPort::read(&mut cursor).unwrap();
        assert_eq!((unported.port, unported.to_string().as_str()), (None, "[2001:db8::10:5070]"));
        let mut cursor = Cursor::over(b"[2001:db8::10]:5070", ParseErrorKind::Host);
        assert_eq!(HostPort::read(&mut cursor).unwrap().port, Some(5070));
    }

    #[test]
    fn names_that_are_no_host_are_refused() {
        for text in
            ["", ".", "a..b", "-a.com", "a-.com", "a.7", "1.2.3.256", "1.2.3", "[::1", "[:::1]", "a_b.com"]
        {
            assert_eq!(Host::parse(text).unwrap_err().kind, ParseErrorKind::Host, "{text}");
        }
    }

    #[test]
    fn one_label_and_a_final_dot_are_hosts() {
        for text in ["bob", "3com.com", "biloxi.com.", "x-1.y"] {
            assert_eq!(Host::parse(text), Ok(Host::Domain(text)));
        }
    }
}

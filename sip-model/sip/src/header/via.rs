//! Via (RFC 3261 20.42, 18.2.1; RFC 3581).

use std::net::{IpAddr, SocketAddr};

use super::param::{Param, ParamValue, Params, read_param};
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::lex::whole_token;
use crate::message::name::HeaderName;
use crate::uri::{Host, HostPort, Transport};

/// One hop that a request has taken: a value of Via.
#[derive(Clone, Copy, Debug)]
pub struct Via<'a> {
    /// The transport in sent-protocol.
    pub transport: Transport<'a>,
    /// Where the sender wants responses.
    pub sent_by: HostPort<'a>,
    /// The transaction's identifier; RFC 2543 elements do without.
    pub branch: Option<Branch<'a>>,
    /// The address the request was seen to come from.
    pub received: Option<IpAddr>,
    /// The port the request was seen to come from, or the wish to know it.
    pub rport: Option<Rport>,
    /// The multicast or other address that responses go to.
    pub maddr: Option<Host<'a>>,
    /// The time to live of multicast requests.
    pub ttl: Option<u8>,
    /// All parameters as received, those above included.
    pub params: Params<'a>,
}

/// The `rport` parameter (RFC 3581 3, 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rport {
    /// `;rport`: the client asks for its port.
    Requested,
    /// `;rport=5061`: the port that the server saw.
    Seen(u16),
}

/// A branch: it names a transaction of its sender. Compared without case, as every token is.
#[derive(Clone, Copy, Debug)]
pub struct Branch<'a>(&'a str);

/// What a server writes into the topmost Via of a request that it receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ViaStamp {
    /// The value of `received`, `None` where none is to be added.
    pub received: Option<IpAddr>,
    /// The value of `rport`, `None` where the client did not ask.
    pub rport: Option<u16>,
}

const KNOWN: [&str; 5] = ["branch", "received", "rport", "maddr", "ttl"];

impl<'a> Via<'a> {
    /// The Via of an element at `sent_by` that sends over `transport` in the transaction `branch`.
    #[must_use]
    pub fn new(transport: Transport<'a>, sent_by: HostPort<'a>, branch: Branch<'a>) -> Self {
        Self {
            transport,
            sent_by,
            branch: Some(branch),
            received: None,
            rport: None,
            maddr: None,
            ttl: None,
            params: Params::NONE,
        }
    }

    /// This Via with the wish for `rport` (RFC 3581 3).
    #[must_use]
    pub fn asking_rport(self) -> Self {
        Self { rport: Some(Rport::Requested), ..self }
    }

    /// Reads of a faulty value what an answer to its sender needs: the transport, the place, and the parameters before
    /// the first faulty one. The version may be any.
    pub(crate) fn salvage(cursor: &mut Cursor<'a>) -> Option<Self> {
        let Head { transport, sent_by, .. } = Head::read(cursor).ok()?;
        let mut via = Self { branch: None, ..Self::new(transport, sent_by, Branch::NONE) };
        while cursor.eat_separator(b';') {
            let Some(()) = read_param(cursor).ok().and_then(|param| via.take(param)) else { break };
        }
        Some(via)
    }

    /// Takes over `param` if its name is known.
    fn take(&mut self, param: Param<'a>) -> Option<()> {
        let name = param.name;
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let token = param.value.and_then(ParamValue::token);
        if is("branch") {
            self.branch = Some(Branch(token?));
        } else if is("received") {
            self.received = Some(address(token?)?);
        } else if is("rport") {
            self.rport = Some(match param.value {
                None => Rport::Requested,
                Some(_) => Rport::Seen(token?.parse().ok()?),
            });
        } else if is("maddr") {
            self.maddr = Some(Host::parse(token?).ok()?);
        } else if is("ttl") {
            //= RFC 3261 25.1: ttl = 1*3DIGIT ; 0 to 255
            self.ttl = Some(token?.parse().ok()?);
        }
        Some(())
    }
}

/// An address with or without the brackets of an IPv6 reference (RFC 5118 4.5).
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    bare.unwrap_or(text).parse().ok()
}

impl<'a> HeaderField<'a> for Via<'a> {
    const NAME: HeaderName = HeaderName::Via;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let Head { version, transport, sent_by } = Head::read(cursor)?;
        if version != "2.0" {
            return Err(cursor.fault_since(start));
        }
        let mut via = Self { branch: None, ..Self::new(transport, sent_by, Branch::NONE) };
        let mut from = cursor.pos();
        let params = Params::read_each(cursor, |param, cursor| {
            via.take(param).ok_or_else(|| cursor.fault_since(from))?;
            from = cursor.pos();
            Ok(())
        })?;
        Ok(Self { params, ..via })
    }
}

/// The part of a Via before its parameters.
struct Head<'a> {
    version: &'a str,
    transport: Transport<'a>,
    sent_by: HostPort<'a>,
}

impl<'a> Head<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let protocol = cursor.token()?;
        cursor.separator(b'/')?;
        let version = cursor.token()?;
        cursor.separator(b'/')?;
        let transport = Transport::from_token(cursor.token()?);
        if !protocol.eq_ignore_ascii_case("SIP") || !cursor.skip_lws() {
            return Err(cursor.fault(start));
        }
        let host = Host::read(cursor)?;
        //= RFC 3261 20.42: LWS on either side of the ":" or "/" is allowed
        let port = if cursor.eat_separator(b':') { Some(crate::uri::read_port(cursor)?) } else { None };
        Ok(Self { version, transport, sent_by: HostPort { host, port } })
    }
}

impl Compose for Via<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"SIP/2.0/");
        self.transport.compose(out);
        out.push(b' ');
        self.sent_by.compose(out);
        if let Some(branch) = self.branch {
            out.extend_from_slice(b";branch=");
            branch.compose(out);
        }
        match self.rport {
            Some(Rport::Requested) => out.extend_from_slice(b";rport"),
            Some(Rport::Seen(port)) => compose_param("rport", &port, out),
            None => {}
        }
        if let Some(received) = self.received {
            //= RFC 3261 25.1: via-received = "received" EQUAL (IPv4address / IPv6address)
            compose_param("received", &received, out);
        }
        if let Some(maddr) = self.maddr {
            compose_param("maddr", &maddr, out);
        }
        if let Some(ttl) = self.ttl {
            compose_param("ttl", &ttl, out);
        }
        self.params.compose_except(&KNOWN, out);
    }
}

fn compose_param(name: &str, value: &dyn Compose, out: &mut Vec<u8>) {
    out.push(b';');
    name.compose(out);
    out.push(b'=');
    value.compose(out);
}

impl<'a> Branch<'a> {
    /// The magic cookie of RFC 3261 8.1.1.7.
    pub const COOKIE: &'static str = "z9hG4bK";
    /// What stands for the branch of a Via that has none.
    pub(crate) const NONE: Branch<'static> = Branch("");

    /// The branch `token`, `None` when it is no token.
    #[must_use]
    pub fn new(token: &'a str) -> Option<Self> {
        whole_token(token.as_bytes()).map(Self)
    }

    /// The branch as received.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    /// Whether this branch is unique to its transaction: the magic cookie, in any case, with something behind it.
    ///
    /// A cookie alone names nothing (RFC 4475 3.2.1), so that the rules of RFC 2543 apply to it.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        let cookie = Self::COOKIE.len();
        self.0.len() > cookie && self.0.as_bytes()[..cookie].eq_ignore_ascii_case(Self::COOKIE.as_bytes())
    }
}

impl PartialEq for Branch<'_> {
    fn eq(&self, other: &Self) -> bool {
        //= RFC 3261 7.3.1: tokens are always case-insensitive
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Branch<'_> {}

impl Compose for Branch<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl ViaStamp {
    /// What a server adds to `via`, the topmost of a request that came from `source`.
    #[must_use]
    pub fn observed(via: &Via<'_>, source: SocketAddr) -> Self {
        let asked = via.rport.is_some();
        //= RFC 3261 18.2.1: if the host portion of the "sent-by" parameter contains a domain name, or if it
        // contains an IP address that differs from the packet source address, the server MUST add a "received"
        // parameter
        let differs = via.sent_by.host.address() != Some(source.ip());
        //= RFC 3581 4: the server MUST insert a "received" parameter containing the source IP address that the
        // request came from, even if it is identical to the value of the "sent-by" component
        let received = (differs || asked).then(|| source.ip());
        //= RFC 3581 4: it MUST set the value of the parameter to the source port of the request
        Self { received, rport: asked.then(|| source.port()) }
    }

    /// Whether there is nothing to add.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

display_as_composed!(Via, Branch);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::message::error::ParseErrorKind;

    fn via(text: &str) -> Via<'_> {
        parse(text).unwrap()
    }

    #[test]
    fn spaces_around_slashes_and_colon_are_legal() {
        let via = via(
            "SIP / 2.0 / UDP first.example.com: 4000;ttl=16\r\n  ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1",
        );
        assert_eq!(via.sent_by.to_string(), "first.example.com:4000");
        assert_eq!((via.ttl, via.maddr), (Some(16), Host::parse("224.2.0.1").ok()));
        assert!(via.branch.unwrap().is_unique());
    }

    #[test]
    fn ipv6_sent_by_and_received_with_and_without_brackets() {
        for received in ["2001:db8::9:255", "[2001:db8::9:255]"] {
            let text = format!("SIP/2.0/UDP [2001:db8::9:1];received={received};branch=z9hG4bKas3-111");
            let via = via(&text);
            assert_eq!(via.received, "2001:db8::9:255".parse().ok());
            assert!(via.to_string().contains(";received=2001:db8::9:255"), "no brackets are emitted");
        }
    }

    #[test]
    fn cookie_is_compared_without_case_and_is_not_enough() {
        assert!(Branch::new("Z9HG4BKx").unwrap().is_unique());
        assert!(!Branch::new("z9hG4bK").unwrap().is_unique());
        assert!(!Branch::new("1234").unwrap().is_unique());
        assert_eq!(Branch::new("a/b").map(|b| b.as_str()), None);
    }

    #[test]
    fn received_is_stamped_for_names_and_for_foreign_addresses() {
        let source: SocketAddr = "192.0.2.4:1234".parse().unwrap();
        let stamp = |text| ViaStamp::observed(&via(text), source);
        let address = Some(source.ip());
        assert_eq!(stamp("SIP/2.0/UDP bobspc.biloxi.com:5060"), ViaStamp { received: address, rport: None });
        assert_eq!(stamp("SIP/2.0/UDP 192.0.2.9"), ViaStamp { received: address, rport: None });
        assert!(stamp("SIP/2.0/UDP 192.0.2.4").is_empty());
    }

    #[test]
    fn rport_is_stamped_with_received_even_when_equal() {
        let source: SocketAddr = "10.1.1.1:4540".parse().unwrap();
        let stamp =
            ViaStamp::observed(&via("SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff"), source);
        assert_eq!(stamp, ViaStamp { received: Some(source.ip()), rport: Some(4540) });
    }

    #[test]
    fn extraneous_separators_are_faults() {
        for text in [
            "SIP/2.0/UDP 192.0.2.15;;,;,,",
            "SIP/2.0/UDP a.b;branch=",
            "SIP/2.0/UDP a.b;ttl=256",
            "SIP/2.0/UDP a.b;rport=65536",
            "SIP/2.0/UDP a.b;received=a.b",
            "SIP/2.0 UDP a.b",
            "SIP/3.0/UDP a.b",
            "SIP/2.0/UDPa.b",
            "SIP/2.0/UDP",
            "",
        ] {
            assert!(parse::<Via<'_>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn faulty_value_is_read_as_far_as_an_answer_needs_it() {
        let salvaged = |text: &'static str| {
            let mut cursor = Cursor::over(text.as_bytes(), ParseErrorKind::Malformed(HeaderName::Via));
            Via::salvage(&mut cursor)
        };
        let via = salvaged("SIP/2.0/UDP 192.0.2.15:5070;rport;;,;,,").unwrap();
        assert_eq!(
            (via.sent_by.to_string().as_str(), via.rport),
            ("192.0.2.15:5070", Some(Rport::Requested))
        );
        assert_eq!(salvaged("SIP/7.0/UDP c.d;branch=z9hG4bK1").unwrap().branch, Branch::new("z9hG4bK1"));
        assert!(salvaged("HTTP/1.1/UDP c.d").is_none());
        assert!(salvaged(";;;").is_none());
    }

    #[test]
    fn unknown_parameters_are_kept() {
        let text = "SIP/2.0/UNKNOWN a.b;branch=z9hG4bK1;oc;x=\"y\"";
        assert_eq!(via(text).to_string(), text);
    }
}

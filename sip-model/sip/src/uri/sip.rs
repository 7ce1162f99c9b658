//! `sip:` and `sips:` URIs (RFC 3261 19.1.1, 25.1).

use super::escape::{follows, is_user};
use super::host::{Host, HostPort};
use super::param::{UriHeaders, UriParams};
use super::transport::Transport;
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::lex::{Cursor, ascii, is_unreserved};

/// Which of the two schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SipScheme {
    /// `sip:`
    Sip,
    /// `sips:`
    Sips,
}

impl SipScheme {
    /// The scheme in lower case, without the colon.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sip => "sip",
            Self::Sips => "sips",
        }
    }
}

/// The parts of a `sip:` or `sips:` URI, escapes left as they were written.
///
/// Two URIs are compared with [`SipUri::is_equivalent`]; there is no `==`, because the RFC's relation is not
/// transitive.
#[derive(Clone, Copy, Debug)]
pub struct SipUri<'a> {
    /// `sip` or `sips`.
    pub scheme: SipScheme,
    /// The user part, telephone-subscribers included; never `Some("")`.
    pub user: Option<&'a str>,
    /// The password behind the user's colon; deprecated, and empty text is legal.
    pub password: Option<&'a str>,
    /// Where: domain or address, and port.
    pub host_port: HostPort<'a>,
    /// The parameters.
    pub params: UriParams<'a>,
    /// The header components behind `?`.
    pub headers: UriHeaders<'a>,
}

impl<'a> SipUri<'a> {
    /// `sip:` for the host or element `host_port`, without user and parameters.
    #[must_use]
    pub const fn of_host(host_port: HostPort<'a>) -> Self {
        Self {
            scheme: SipScheme::Sip,
            user: None,
            password: None,
            host_port,
            params: UriParams::NONE,
            headers: UriHeaders::NONE,
        }
    }

    /// `sip:` for `user` at `host_port`. The user part must already be escaped: see
    /// [`escape_user`](super::escape_user).
    #[must_use]
    pub const fn of_user(user: &'a str, host_port: HostPort<'a>) -> Self {
        Self { user: Some(user), ..Self::of_host(host_port) }
    }

    /// This URI with `params` in place of its own.
    #[must_use]
    pub const fn with_params(self, params: UriParams<'a>) -> Self {
        Self { params, ..self }
    }

    /// The host.
    #[must_use]
    pub const fn host(&self) -> Host<'a> {
        self.host_port.host
    }

    /// The port, `None` where none was written.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.host_port.port
    }

    /// Whether the element behind this URI is a loose router: the `lr` parameter (RFC 3261 19.1.1).
    #[must_use]
    pub fn is_loose_router(&self) -> bool {
        self.params.find("lr").is_some()
    }

    /// The `transport` parameter.
    #[must_use]
    pub fn transport(&self) -> Option<Transport<'a>> {
        self.params.find("transport").flatten().map(Transport::from_token)
    }

    /// The `maddr` parameter, `None` also when its value is no host.
    #[must_use]
    pub fn maddr(&self) -> Option<Host<'a>> {
        self.params.find("maddr").flatten().and_then(|value| Host::parse(value).ok())
    }

    /// The `ttl` parameter, 0..=255.
    #[must_use]
    pub fn ttl(&self) -> Option<u8> {
        self.params.find("ttl").flatten().and_then(|value| value.parse().ok())
    }

    /// The `user` parameter, such as `phone`.
    #[must_use]
    pub fn user_kind(&self) -> Option<&'a str> {
        self.params.find("user").flatten()
    }

    /// The `method` parameter.
    #[must_use]
    pub fn method(&self) -> Option<&'a str> {
        self.params.find("method").flatten()
    }

    /// Reads what stands behind the scheme's colon, up to the cursor's end.
    pub(crate) fn read(scheme: SipScheme, cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let (user, password) = read_userinfo(cursor)?;
        let host_port = HostPort::read(cursor)?;
        let params = if cursor.eat(b';') { UriParams::read(cursor, b"?")? } else { UriParams::NONE };
        let headers = if cursor.eat(b'?') { UriHeaders::read(cursor)? } else { UriHeaders::NONE };
        if !cursor.at_end() {
            return Err(cursor.fault(cursor.pos()));
        }
        Ok(Self { scheme, user, password, host_port, params, headers })
    }
}

/// Reads `user [":" password] "@"` if there is an `@` at all: it can stand nowhere else unescaped.
fn read_userinfo<'a>(cursor: &mut Cursor<'a>) -> Result<(Option<&'a str>, Option<&'a str>), ParseError> {
    let rest = cursor.rest();
    let Some(at) = rest.iter().position(|&c| c == b'@') else { return Ok((None, None)) };
    let start = cursor.pos();
    let userinfo = &rest[..at];
    let colon = userinfo.iter().position(|&c| c == b':');
    let user = &userinfo[..colon.unwrap_or(at)];
    let password = colon.map(|colon| &userinfo[colon + 1..]);
    //= RFC 3261 25.1: password = *( unreserved / escaped / "&" / "=" / "+" / "$" / "," )
    let is_password = |c| is_unreserved(c) || b"&=+$,".contains(&c);
    if user.is_empty() || !follows(user, is_user) || !password.is_none_or(|text| follows(text, is_password)) {
        return Err(ParseError::new(ParseErrorKind::Uri, start..start + at + 1));
    }
    cursor.seek(start + at + 1);
    Ok((Some(ascii(user)), password.map(ascii)))
}

impl Compose for SipUri<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.scheme.as_str().compose(out);
        out.push(b':');
        if let Some(user) = self.user {
            user.compose(out);
            if let Some(password) = self.password {
                out.push(b':');
                password.compose(out);
            }
            out.push(b'@');
        }
        self.host_port.compose(out);
        self.params.compose(out);
        self.headers.compose(out);
    }
}

display_as_composed!(SipUri);

#[cfg(test)]
mod tests {
    use super::super::Uri;
    use super::*;

    fn sip(text: &str) -> SipUri<'_> {
        *Uri::parse(text).unwrap().as_sip().unwrap()
    }

    #[test]
    fn examples_of_19_1_3_parse_and_write_back() {
        for text in [
            "sip:alice@atlanta.com",
            "sip:alice:secretword@atlanta.com;transport=tcp",
            "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:+1-212-555-1212:1234@gateway.com;user=phone",
            "sips:1212@gateway.com",
            "sip:alice@192.0.2.4",
            "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
            "sip:alice;day=tuesday@atlanta.com",
        ] {
            assert_eq!(sip(text).to_string(), text);
        }
    }

    #[test]
    fn semicolon_before_the_at_belongs_to_the_user() {
        let uri = sip("sip:user;par=u%40example.net@example.com");
        assert_eq!(uri.user, Some("user;par=u%40example.net"));
        assert!(uri.params.is_empty());
    }

    #[test]
    fn parameters_are_read_by_name() {
        let uri = sip("sip:ss1.example.com:5062;LR;Transport=TCP;maddr=239.255.255.1;ttl=15;user=phone");
        assert!(uri.is_loose_router());
        assert_eq!(uri.transport(), Some(Transport::Tcp));
        assert_eq!(uri.maddr(), Host::parse("239.255.255.1").ok());
        assert_eq!((uri.ttl(), uri.user_kind(), uri.port()), (Some(15), Some("phone"), Some(5062)));
    }

    #[test]
    fn host_without_user_parses() {
        let uri = sip("sip:[2001:db8::10]:5070;lr");
        assert_eq!((uri.user, uri.port()), (None, Some(5070)));
        assert_eq!(uri.to_string(), "sip:[2001:db8::10]:5070;lr");
    }

    #[test]
    fn broken_uris_are_refused() {
        for text in [
            "sip:",
            "sip:@host",
            "sip:a@b@c",
            "sip:user@",
            "sip:user@host:",
            "sip:user@host:65536",
            "sip:user name@host",
            "sip:user@host;",
            "sip:user@host; lr",
            "sip:user@host?",
            "sip:user@host?a",
            "sip:%4@host",
            "sip:us<er@host",
        ] {
            assert!(Uri::parse(text).is_err(), "{text}");
        }
    }
}

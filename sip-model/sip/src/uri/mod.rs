//! URIs that a SIP message can carry (RFC 3261 19.1, RFC 3966).
//!
//! Every syntactically valid URI parses, of whatever scheme: whether the scheme is supported is a question
//! for the core, which answers 416 (RFC 3261 8.2.2.1), and not for the parser.

mod aor;
mod compare;
mod escape;
mod host;
mod param;
mod sip;
mod tel;
mod transport;

pub use aor::Aor;
pub use escape::{escape_user, unescape};
pub(crate) use host::read_port;
pub use host::{Host, HostPort};
pub use param::{MAX_URI_PARTS, UriHeaders, UriParams};
pub use sip::{SipScheme, SipUri};
pub use tel::TelUri;
pub use transport::Transport;

use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::lex::{Cursor, ascii, is_scheme, is_uri};

/// A URI, borrowed from the text it was read from.
#[derive(Clone, Copy, Debug)]
pub enum Uri<'a> {
    /// `sip:` or `sips:`.
    Sip(SipUri<'a>),
    /// `tel:`.
    Tel(TelUri<'a>),
    /// Any other scheme, such as `urn:service:sos`.
    Other(OtherUri<'a>),
}

/// A URI of a scheme this crate does not take apart.
#[derive(Clone, Copy, Debug)]
pub struct OtherUri<'a> {
    scheme: &'a str,
    opaque: &'a str,
}

impl<'a> Uri<'a> {
    /// Reads the whole of `text` as one URI.
    ///
    /// # Errors
    /// [`ParseErrorKind::Uri`], [`Host`](ParseErrorKind::Host) or [`Port`](ParseErrorKind::Port) with the
    /// position in `text` when the scheme's grammar is broken (RFC 3261 25.1, RFC 3966 3).
    pub fn parse<T: AsRef<[u8]> + ?Sized>(text: &'a T) -> Result<Self, ParseError> {
        Self::read(&mut Cursor::over(text.as_ref(), ParseErrorKind::Uri))
    }

    /// Reads a URI that fills the cursor.
    pub(crate) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let mut cursor = cursor.naming(ParseErrorKind::Uri);
        let scheme = read_scheme(&mut cursor)?;
        if scheme.eq_ignore_ascii_case("sip") {
            return SipUri::read(SipScheme::Sip, &mut cursor).map(Self::Sip);
        }
        if scheme.eq_ignore_ascii_case("sips") {
            return SipUri::read(SipScheme::Sips, &mut cursor).map(Self::Sip);
        }
        if scheme.eq_ignore_ascii_case("tel") {
            return TelUri::read(&mut cursor).map(Self::Tel);
        }
        let opaque = cursor.take_while(is_uri);
        if opaque.is_empty() || !cursor.at_end() {
            return Err(cursor.fault(cursor.pos()));
        }
        Ok(Self::Other(OtherUri { scheme, opaque: ascii(opaque) }))
    }

    /// The scheme: lower case for the known ones, as received for others.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        match self {
            Self::Sip(uri) => uri.scheme.as_str(),
            Self::Tel(_) => "tel",
            Self::Other(uri) => uri.scheme,
        }
    }

    /// The parts of a `sip:` or `sips:` URI, `None` for other schemes.
    #[must_use]
    pub fn as_sip(&self) -> Option<&SipUri<'a>> {
        match self {
            Self::Sip(uri) => Some(uri),
            Self::Tel(_) | Self::Other(_) => None,
        }
    }
}

/// Reads `scheme ":"`.
fn read_scheme<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, ParseError> {
    let start = cursor.pos();
    if !cursor.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
        return Err(cursor.fault(start));
    }
    let scheme = ascii(cursor.take_while(is_scheme));
    if cursor.eat(b':') { Ok(scheme) } else { Err(cursor.fault(start)) }
}

impl Compose for Uri<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        match self {
            Self::Sip(uri) => uri.compose(out),
            Self::Tel(uri) => uri.compose(out),
            Self::Other(uri) => uri.compose(out),
        }
    }
}

impl<'a> OtherUri<'a> {
    /// The scheme as received.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// Everything behind the colon.
    #[must_use]
    pub fn opaque(&self) -> &'a str {
        self.opaque
    }
}

impl Compose for OtherUri<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.scheme.compose(out);
        out.push(b':');
        self.opaque.compose(out);
    }
}

display_as_composed!(Uri, OtherUri);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_schemes_parse() {
        for text in
            ["urn:service:sos", "soap.beep://192.0.2.103:3002", "nobodyKnowsThisScheme:totallyopaquecontent"]
        {
            let uri = Uri::parse(text).unwrap();
            assert!(matches!(uri, Uri::Other(_)));
            assert_eq!(uri.to_string(), text);
        }
    }

    #[test]
    fn scheme_is_compared_without_case() {
        assert_eq!(Uri::parse("SIP:bob@biloxi.com").unwrap().scheme(), "sip");
        assert_eq!(Uri::parse("SiPs:bob@biloxi.com").unwrap().scheme(), "sips");
        assert_eq!(Uri::parse("TEL:+1").unwrap().scheme(), "tel");
    }

    #[test]
    fn text_without_a_scheme_is_no_uri() {
        for text in ["", "sip", ":bob", "1sip:bob@biloxi.com", "<sip:bob@biloxi.com>", "urn:", "urn:a b"] {
            assert!(Uri::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn error_names_the_octets_at_fault() {
        let error = Uri::parse("sip:bob@biloxi.com:99999").unwrap_err();
        assert_eq!(error.to_string(), "port above 65535 at octets 19..24 (RFC 3261 19.1.1)");
    }
}

//! Parameters and header components of URIs (RFC 3261 19.1.1).

use super::escape;
use crate::message::compose::Compose;
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::lex::{Cursor, ascii, is_unreserved};

/// The parameters of a URI, as received: `lr;transport=udp`, without the first semicolon.
#[derive(Clone, Copy, Debug, Default)]
pub struct UriParams<'a>(&'a str);

/// The header components of a SIP URI, as received: `subject=project%20x&priority=urgent`.
#[derive(Clone, Copy, Debug, Default)]
pub struct UriHeaders<'a>(&'a str);

/// The greatest number of parameters, and of header components, in one URI.
///
/// URIs are compared part by part, so that without a bound one datagram could ask for a billion comparisons.
pub const MAX_URI_PARTS: usize = 100;

impl<'a> UriParams<'a> {
    /// No parameters.
    pub const NONE: UriParams<'static> = UriParams("");
    /// The parameter of loose routers alone (RFC 3261 19.1.1).
    pub const LR: UriParams<'static> = UriParams("lr");

    /// The parameters in `text`, such as `"lr;transport=tcp"`.
    ///
    /// # Errors
    /// [`ParseErrorKind::Uri`] when a name or value is empty or has octets that a parameter may not have, or when
    /// there are more than [`MAX_URI_PARTS`].
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        if text.is_empty() {
            return Ok(Self(""));
        }
        Self::read(&mut Cursor::over(text.as_bytes(), ParseErrorKind::Uri), b"")
    }

    /// Reads `pname ["=" pvalue] *(";" …)` up to the end or to an octet of `stop`.
    pub(crate) fn read(cursor: &mut Cursor<'a>, stop: &[u8]) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let text = cursor.take_while(|c| !stop.contains(&c));
        for (index, param) in text.split(|&c| c == b';').enumerate() {
            if index == MAX_URI_PARTS || !is_param(param) {
                return Err(ParseError::new(ParseErrorKind::Uri, start..cursor.pos()));
            }
        }
        Ok(Self(ascii(text)))
    }

    /// Name and value of each parameter, in order, escapes left in place.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        self.0.split(';').filter(|param| !param.is_empty()).map(|param| match param.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (param, None),
        })
    }

    /// The value of `name` (`Some(None)` when it stands without one), `None` when it is absent.
    ///
    /// Names compare without case, and an escaped letter is that letter (RFC 3261 19.1.4).
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Option<&'a str>> {
        self.iter().find(|(have, _)| escape::same_ignoring_case(have, name)).map(|(_, value)| value)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text between the first semicolon and the headers.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

/// Whether `param` is `pname ["=" pvalue]`.
fn is_param(param: &[u8]) -> bool {
    let class = |c| is_unreserved(c) || b"[]/:&+$".contains(&c);
    let mut parts = param.splitn(2, |&c| c == b'=');
    parts.all(|part| !part.is_empty() && escape::follows(part, class))
}

impl Compose for UriParams<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        if !self.0.is_empty() {
            out.push(b';');
            self.0.compose(out);
        }
    }
}

impl<'a> UriHeaders<'a> {
    /// No header components.
    pub const NONE: UriHeaders<'static> = UriHeaders("");

    /// Reads `hname "=" hvalue *("&" …)` up to the end.
    pub(crate) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let text = cursor.take_while(|_| true);
        let class = |c| is_unreserved(c) || b"[]/?:+$".contains(&c);
        for (index, header) in text.split(|&c| c == b'&').enumerate() {
            let mut parts = header.splitn(2, |&c| c == b'=');
            let name = parts.next().filter(|name| !name.is_empty() && escape::follows(name, class));
            let value = parts.next().filter(|value| escape::follows(value, class));
            if index == MAX_URI_PARTS || name.is_none() || value.is_none() {
                return Err(ParseError::new(ParseErrorKind::Uri, start..cursor.pos()));
            }
        }
        Ok(Self(ascii(text)))
    }

    /// Name and value of each component, in order, escapes left in place.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.0.split('&').filter_map(|header| header.split_once('='))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Compose for UriHeaders<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        if !self.0.is_empty() {
            out.push(b'?');
            self.0.compose(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_names_are_found_without_case_and_unescaped() {
        let params = UriParams::parse("%6C%72;n%61me=v%61lue%25%34%31").unwrap();
        assert_eq!(params.find("LR"), Some(None));
        assert_eq!(params.find("name"), Some(Some("v%61lue%25%34%31")));
        assert_eq!(params.find("value"), None);
    }

    #[test]
    fn empty_names_and_values_are_refused() {
        for text in [";", "lr;", "=x", "x=", "a b", "a=%4"] {
            assert!(UriParams::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn number_of_parts_is_bounded() {
        let params = |count| vec!["a=b"; count].join(";");
        assert!(UriParams::parse(&params(MAX_URI_PARTS)).is_ok());
        assert!(UriParams::parse(&params(MAX_URI_PARTS + 1)).is_err());
        let uri = |count| format!("sip:a.b?{}", vec!["a=b"; count].join("&"));
        assert!(crate::uri::Uri::parse(&uri(MAX_URI_PARTS)).is_ok());
        assert!(crate::uri::Uri::parse(&uri(MAX_URI_PARTS + 1)).is_err());
    }
}

//! `tel:` URIs (RFC 3966).

use super::escape::same_ignoring_case;
use super::param::UriParams;
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::lex::{Cursor, ascii};

/// A telephone number as a URI.
#[derive(Clone, Copy, Debug)]
pub struct TelUri<'a> {
    number: &'a str,
    params: UriParams<'a>,
}

impl<'a> TelUri<'a> {
    /// The number with its visual separators, such as `+358-555-1234567`.
    #[must_use]
    pub fn number(&self) -> &'a str {
        self.number
    }

    /// The number's digits without visual separators, `+` included for a global number.
    pub fn digits(&self) -> impl Iterator<Item = char> + use<'a> {
        //= RFC 3966 4: must be equal, after removing all visual separators
        self.number.chars().filter(|c| !"-.()".contains(*c)).map(|c| c.to_ascii_lowercase())
    }

    /// Whether the number is global: it begins with `+`.
    #[must_use]
    pub fn is_global(&self) -> bool {
        self.number.starts_with('+')
    }

    /// The parameters.
    #[must_use]
    pub fn params(&self) -> UriParams<'a> {
        self.params
    }

    /// Where a local number is valid: the `phone-context` parameter.
    ///
    /// RFC 3966 5.1.5 demands it of local numbers; one without is accepted, since dial strings are sent so.
    #[must_use]
    pub fn phone_context(&self) -> Option<&'a str> {
        self.params.find("phone-context").flatten()
    }

    /// Whether both name the same number (RFC 3966 4).
    #[must_use]
    pub fn is_equivalent(&self, other: &TelUri<'_>) -> bool {
        self.digits().eq(other.digits()) && self.covers(other) && other.covers(self)
    }

    /// Whether each of this URI's parameters is in `other` with the same value. Of a parameter that is repeated, which
    /// RFC 3966 3 forbids, the first counts, so that a URI is always equivalent to itself.
    fn covers(&self, other: &TelUri<'_>) -> bool {
        //= RFC 3966 4: if one URI has a parameter name not found in the other, the two URIs are not equal
        self.params.iter().all(|(name, _)| {
            match (self.params.find(name).flatten(), other.params.find(name)) {
                (_, None) => false,
                (None, Some(found)) => found.is_none(),
                (Some(value), Some(found)) => found.is_some_and(|found| same_value(name, value, found)),
            }
        })
    }

    /// Reads what stands behind `tel:`, up to the cursor's end.
    pub(crate) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let number = ascii(cursor.take_while(|c| c.is_ascii_hexdigit() || b"+*#-.()".contains(&c)));
        if !is_number(number) {
            return Err(cursor.fault(start));
        }
        let params = if cursor.eat(b';') { UriParams::read(cursor, b"")? } else { UriParams::NONE };
        if cursor.at_end() { Ok(Self { number, params }) } else { Err(cursor.fault(cursor.pos())) }
    }
}

/// Compares parameter values: numbers without their visual separators, everything without case.
fn same_value(name: &str, a: &str, b: &str) -> bool {
    let is_number = name.eq_ignore_ascii_case("ext") || a.starts_with('+');
    if !is_number {
        return same_ignoring_case(a, b);
    }
    let digits = |text: &str| text.chars().filter(|c| !"-.()".contains(*c)).collect::<String>();
    digits(a).eq_ignore_ascii_case(&digits(b))
}

/// `global-number-digits` or `local-number-digits` (RFC 3966 3).
fn is_number(number: &str) -> bool {
    match number.strip_prefix('+') {
        Some(global) => {
            global.contains(|c: char| c.is_ascii_digit())
                && global.chars().all(|c| c.is_ascii_digit() || "-.()".contains(c))
        }
        None => {
            !number.contains('+') && number.contains(|c: char| c.is_ascii_hexdigit() || c == '*' || c == '#')
        }
    }
}

impl Compose for TelUri<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"tel:");
        self.number.compose(out);
        self.params.compose(out);
    }
}

display_as_composed!(TelUri);

#[cfg(test)]
mod tests {
    use super::super::Uri;
    use super::*;

    fn tel(text: &str) -> TelUri<'_> {
        match Uri::parse(text).unwrap() {
            Uri::Tel(uri) => uri,
            other => panic!("{text} gave {other:?}"),
        }
    }

    #[test]
    fn tel_request_uris_parse_and_write_back() {
        for text in [
            "tel:+1-201-555-0123",
            "tel:7042;phone-context=example.com",
            "tel:911",
            "tel:*31#",
            "tel:863-1234;ext=5",
        ] {
            assert_eq!(tel(text).to_string(), text);
        }
    }

    #[test]
    fn separators_case_and_order_do_not_matter() {
        let same = |a, b| tel(a).is_equivalent(&tel(b));
        assert!(same("tel:+358-555-1234567;postd=pp22", "tel:+358-555-1234567;POSTD=PP22"));
        assert!(same("tel:+358-555-1234567;postd=pp22;isub=1411", "tel:+3585551234567;isub=1411;postd=pp22"));
        assert!(!same("tel:+358-555-1234567", "tel:+358-555-1234567;postd=pp22"));
        assert!(!same("tel:+1201", "tel:1201"));
        assert!(same("tel:1;phone-context=+1-914-555", "tel:1;phone-context=+1914555"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["tel:", "tel:+", "tel:+1a", "tel:()", "tel:1+2", "tel:bob", "tel:+1;", "tel:+1;ext="] {
            assert!(Uri::parse(text).is_err(), "{text}");
        }
    }
}

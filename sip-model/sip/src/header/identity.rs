//! Who someone is, and what must not be told of them: P-Asserted-Identity, P-Preferred-Identity (RFC 3325 9),
//! Privacy (RFC 3323 4.2), Identity (RFC 8224 4).

use super::address::NameAddr;
use super::param::Params;
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::lex::ascii;
use crate::message::name::HeaderName;
use crate::uri::Uri;

/// An identity that a trusted element vouches for.
#[derive(Clone, Copy, Debug)]
pub struct PAssertedIdentity<'a>(pub NameAddr<'a>);

/// An identity that a user wants to be asserted.
#[derive(Clone, Copy, Debug)]
pub struct PPreferredIdentity<'a>(pub NameAddr<'a>);

/// Which kinds of privacy a user asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Privacy<'a>(&'a str);

/// A signed assertion about the caller.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The signature in base64, with points in the full form of a PASSporT.
    pub digest: &'a str,
    /// Where the certificate is.
    pub info: Uri<'a>,
    /// The parameters behind `info`.
    pub params: Params<'a>,
}

macro_rules! identities {
    ($($value:ident),+) => {$(
        impl<'a> HeaderField<'a> for $value<'a> {
            const NAME: HeaderName = HeaderName::$value;
            const SHAPE: Shape = Shape::List;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                //= RFC 3325 9.1: PAssertedID-value = name-addr / addr-spec
                NameAddr::read(cursor).map(Self)
            }
        }

        impl Compose for $value<'_> {
            fn compose(&self, out: &mut Vec<u8>) {
                self.0.compose(out);
            }
        }
    )+};
}

identities!(PAssertedIdentity, PPreferredIdentity);

impl<'a> Privacy<'a> {
    /// The privacy kinds in `text`, separated by semicolons; `None` unless each is a token.
    #[must_use]
    pub fn new(text: &'a str) -> Option<Self> {
        super::parse(text).ok()
    }

    /// The kinds in order, such as `id` and `critical`.
    pub fn kinds(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.0.split(';').map(|kind| kind.trim_matches([' ', '\t', '\r', '\n']))
    }

    /// Whether `kind` is asked for; kinds compare without case.
    #[must_use]
    pub fn asks_for(&self, kind: &str) -> bool {
        self.kinds().any(|asked| asked.eq_ignore_ascii_case(kind))
    }
}

impl<'a> HeaderField<'a> for Privacy<'a> {
    const NAME: HeaderName = HeaderName::Privacy;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        //= RFC 3323 4.2: Privacy-hdr = "Privacy" HCOLON priv-value *(";" priv-value)
        cursor.token()?;
        while cursor.eat_separator(b';') {
            cursor.token()?;
        }
        Ok(Self(ascii(cursor.since(start))))
    }
}

impl Compose for Privacy<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl<'a> HeaderField<'a> for Identity<'a> {
    const NAME: HeaderName = HeaderName::Identity;
    /// One signature a row: several attestations stand in several rows.
    const SHAPE: Shape = Shape::Rows;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        //= RFC 8224 4: signed-identity-digest = 1*(base64-char / ".")
        let digest = ascii(cursor.take_while(|c| c.is_ascii_alphanumeric() || b"+/=.-_".contains(&c)));
        if digest.is_empty() {
            return Err(cursor.fault(start));
        }
        cursor.separator(b';')?;
        let name = cursor.pos();
        if !cursor.token()?.eq_ignore_ascii_case("info") {
            return Err(cursor.fault_since(name));
        }
        cursor.separator(b'=')?;
        let address = cursor.pos();
        let info = NameAddr::read_name_addr(cursor)?;
        if info.display.is_some() {
            return Err(cursor.fault_since(address));
        }
        Ok(Self { digest, info: info.uri, params: Params::read(cursor)? })
    }
}

impl Compose for Identity<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.digest.compose(out);
        out.extend_from_slice(b";info=");
        NameAddr::bare(self.info).compose(out);
        self.params.compose(out);
    }
}

display_as_composed!(PAssertedIdentity, PPreferredIdentity, Privacy, Identity);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn identities_are_addresses_of_any_form() {
        let identity: PAssertedIdentity<'_> = parse("\"Cullen Jennings\" <sip:fluffy@cisco.com>").unwrap();
        assert_eq!(identity.to_string(), "\"Cullen Jennings\" <sip:fluffy@cisco.com>");
        assert!(matches!(parse::<PPreferredIdentity<'_>>("tel:+14085264000").unwrap().0.uri, Uri::Tel(_)));
        assert!(parse::<PAssertedIdentity<'_>>("<sip:fluffy@cisco.com>;x=y").is_err(), "no parameters");
    }

    #[test]
    fn privacy_kinds_are_found_without_case() {
        let privacy: Privacy<'_> = parse("header; ID ;critical").unwrap();
        assert_eq!(privacy.kinds().collect::<Vec<_>>(), ["header", "ID", "critical"]);
        assert!(privacy.asks_for("id") && !privacy.asks_for("session"));
        for text in ["", "id;", ";id", "id,none", "a b"] {
            assert_eq!(Privacy::new(text), None, "{text}");
        }
    }

    #[test]
    fn identity_has_a_digest_and_the_place_of_a_certificate() {
        let text = "sv5CTo05KqpSmtHt3dcEiO/1CWTSZtnG3iV+1nmurLXV/HmtyNS7Ltrg9dlxkWzo==;info=<https://biloxi.example.org/biloxi.cer>;alg=ES256";
        let identity: Identity<'_> = parse(text).unwrap();
        assert_eq!((identity.info.scheme(), identity.params.token("alg")), ("https", Some("ES256")));
        assert_eq!(identity.to_string(), text);
        for text in ["abc", "abc;alg=x", ";info=<https://a.b>", "abc;info=https://a.b"] {
            assert!(parse::<Identity<'_>>(text).is_err(), "{text}");
        }
    }
}

//! Contact (RFC 3261 20.10).

use super::address::NameAddr;
use super::param::{Param, ParamValue, Params};
use super::qvalue::QValue;
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::lex::decimal;
use crate::message::name::HeaderName;

/// A value of Contact.
#[derive(Clone, Copy, Debug)]
pub enum Contact<'a> {
    /// `*`: all bindings, only in a REGISTER that removes them (RFC 3261 10.2.2).
    Star,
    /// An address.
    Address(ContactAddress<'a>),
}

/// An address in Contact, and what is said of it.
#[derive(Clone, Copy, Debug)]
pub struct ContactAddress<'a> {
    /// The address.
    pub address: NameAddr<'a>,
    /// The preference among several, `None` where none is given.
    pub q: Option<QValue>,
    /// How long the address is valid in seconds, `None` where the parameter is absent.
    pub expires: Option<u32>,
    /// All parameters as received, those above included.
    pub params: Params<'a>,
}

/// What a malformed `expires` means, in seconds (RFC 3261 10.2).
const MALFORMED_EXPIRES_S: u32 = 3600;

impl<'a> ContactAddress<'a> {
    /// `address` with nothing said of it.
    #[must_use]
    pub const fn new(address: NameAddr<'a>) -> Self {
        Self { address, q: None, expires: None, params: Params::NONE }
    }

    /// Which flow of the instance a binding is for, 1 to 2^31-1; `None` where none or an illegal one is given.
    #[must_use]
    pub fn reg_id(&self) -> Option<u32> {
        //= RFC 5626 11.1: c-p-reg = "reg-id" EQUAL 1*DIGIT ; 1 to (2^31 - 1)
        self.params.token("reg-id")?.parse().ok().filter(|id| (1..1 << 31).contains(id))
    }

    /// The URN of the user agent instance, without quotation marks and angle brackets.
    #[must_use]
    pub fn instance(&self) -> Option<&'a [u8]> {
        //= RFC 5626 11.1: c-p-instance = "+sip.instance" EQUAL DQUOTE "<" instance-val ">" DQUOTE
        match self.params.find("+sip.instance")?? {
            ParamValue::Quoted(text) => text.raw().strip_prefix(b"<")?.strip_suffix(b">"),
            ParamValue::Token(_) => None,
        }
    }

    fn take(&mut self, param: Param<'a>) -> Option<()> {
        if param.name.eq_ignore_ascii_case("q") {
            self.q = Some(QValue::parse(param.value.and_then(ParamValue::token)?)?);
        } else if param.name.eq_ignore_ascii_case("expires") {
            self.expires = Some(expires(param.value));
        }
        Some(())
    }
}

/// The seconds that the `expires` parameter stands for.
fn expires(value: Option<ParamValue<'_>>) -> u32 {
    let digits = value.map_or(&b""[..], ParamValue::raw);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        //= RFC 3261 10.2: malformed values SHOULD be treated as equivalent to 3600
        return MALFORMED_EXPIRES_S;
    }
    //= RFC 3261 10.2: implementations MAY treat values larger than 2**32-1 (4294967295 seconds or 136
    // years) as equivalent to 2**32-1
    decimal(digits).unwrap_or(u32::MAX)
}

impl<'a> HeaderField<'a> for Contact<'a> {
    const NAME: HeaderName = HeaderName::Contact;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        if cursor.rest() == b"*" {
            cursor.bump();
            return Ok(Self::Star);
        }
        let address = NameAddr::read(cursor)?;
        let mut contact = ContactAddress::new(address);
        let mut from = cursor.pos();
        contact.params = Params::read_each(cursor, |param, cursor| {
            contact.take(param).ok_or_else(|| cursor.fault_since(from))?;
            from = cursor.pos();
            Ok(())
        })?;
        Ok(Self::Address(contact))
    }
}

impl Compose for Contact<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        match self {
            Self::Star => out.push(b'*'),
            Self::Address(contact) => contact.compose(out),
        }
    }
}

impl Compose for ContactAddress<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.address.compose(out);
        if let Some(q) = self.q {
            out.extend_from_slice(b";q=");
            q.compose(out);
        }
        if let Some(expires) = self.expires {
            out.extend_from_slice(b";expires=");
            expires.compose(out);
        }
        self.params.compose_except(&["q", "expires"], out);
    }
}

display_as_composed!(Contact, ContactAddress);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn address(text: &str) -> ContactAddress<'_> {
        match parse(text).unwrap() {
            Contact::Address(contact) => contact,
            Contact::Star => panic!("{text} is a star"),
        }
    }

    #[test]
    fn star_stands_alone() {
        assert!(matches!(parse("*"), Ok(Contact::Star)));
        assert!(parse::<Contact<'_>>("*;q=1").is_err());
        assert!(parse::<Contact<'_>>("**").is_err());
    }

    #[test]
    fn q_and_expires_are_read() {
        let text = "\"Mr. Watson\" <sip:watson@worcester.bell-telephone.com>;q=0.7;expires=3600";
        let contact = address(text);
        assert_eq!((contact.q, contact.expires), (QValue::parse("0.7"), Some(3600)));
        assert_eq!(contact.to_string(), text);
    }

    #[test]
    fn malformed_expires_means_an_hour_and_a_huge_one_the_maximum() {
        assert_eq!(address("<sip:a@b.c>;expires=\"Sat, 01 Dec 2040 16:00:00 GMT\"").expires, Some(3600));
        assert_eq!(address("<sip:a@b.c>;expires").expires, Some(3600));
        assert_eq!(address("<sip:a@b.c>;expires=10000000000").expires, Some(u32::MAX));
    }

    #[test]
    fn contact_parameters_and_uri_parameters_are_told_apart() {
        let outside = address("sip:+19725552222@gw1.example.net;unknownparam");
        assert!(outside.address.uri.as_sip().unwrap().params.is_empty());
        assert_eq!(outside.params.find("unknownparam"), Some(None));
        let inside = address("<sip:+19725552222@gw1.example.net;unknownparam>");
        assert!(inside.params.is_empty());
    }

    #[test]
    fn flow_and_instance_are_read() {
        let text = "<sip:line1@192.0.2.2;transport=tcp>; reg-id=1;\r\n  \
            +sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"";
        let contact = address(text);
        assert_eq!(contact.reg_id(), Some(1));
        assert_eq!(contact.instance(), Some(&b"urn:uuid:00000000-0000-1000-8000-000A95A0E128"[..]));
        for text in ["<sip:a@b.c>;reg-id=0", "<sip:a@b.c>;reg-id=2147483648", "<sip:a@b.c>;reg-id"] {
            assert_eq!(address(text).reg_id(), None, "{text}");
        }
        assert_eq!(address("<sip:a@b.c>;+sip.instance=x").instance(), None);
    }

    #[test]
    fn malformed_q_is_a_fault() {
        for q in ["1.1", "2", "0.1234", ".5", "a", "\"1\""] {
            assert!(parse::<Contact<'_>>(&format!("<sip:a@b.c>;q={q}")).is_err(), "{q}");
        }
    }
}

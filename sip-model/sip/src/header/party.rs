//! From, To, Reply-To and their tags (RFC 3261 20.20, 20.31, 20.39, 19.3).

use super::address::NameAddr;
use super::param::{ParamValue, Params};
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::lex::whole_token;
use crate::message::name::HeaderName;

/// A tag: one end of a dialog (RFC 3261 19.3). Compared without case, as every token is.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a>(&'a str);

/// The initiator of a request.
#[derive(Clone, Copy, Debug)]
pub struct From<'a> {
    /// Who.
    pub address: NameAddr<'a>,
    /// The initiator's tag; RFC 2543 elements do without.
    pub tag: Option<Tag<'a>>,
    /// All parameters as received, the tag included.
    pub params: Params<'a>,
}

/// The logical recipient of a request.
#[derive(Clone, Copy, Debug)]
pub struct To<'a> {
    /// Who.
    pub address: NameAddr<'a>,
    /// The recipient's tag, `None` outside a dialog.
    pub tag: Option<Tag<'a>>,
    /// All parameters as received, the tag included.
    pub params: Params<'a>,
}

/// Where to return a call (RFC 3261 20.31).
#[derive(Clone, Copy, Debug)]
pub struct ReplyTo<'a> {
    /// Whom.
    pub address: NameAddr<'a>,
    /// The parameters.
    pub params: Params<'a>,
}

impl<'a> Tag<'a> {
    /// The tag `token`, `None` when it is no token.
    #[must_use]
    pub fn new(token: &'a str) -> Option<Self> {
        whole_token(token.as_bytes()).map(Self)
    }

    /// The tag as received.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl PartialEq for Tag<'_> {
    fn eq(&self, other: &Self) -> bool {
        //= RFC 3261 7.3.1: tokens are always case-insensitive
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Tag<'_> {}

impl Compose for Tag<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

/// Reads an address, its parameters and the tag among them.
fn read_tagged<'a>(
    cursor: &mut Cursor<'a>,
) -> Result<(NameAddr<'a>, Option<Tag<'a>>, Params<'a>), ParseError> {
    let address = NameAddr::read(cursor)?;
    let mut tag = None;
    let mut from = cursor.pos();
    let params = Params::read_each(cursor, |param, cursor| {
        if param.name.eq_ignore_ascii_case("tag") {
            //= RFC 3261 25.1: tag-param = "tag" EQUAL token
            let token = param.value.and_then(ParamValue::token).and_then(Tag::new);
            tag = Some(token.ok_or_else(|| cursor.fault_since(from))?);
        }
        from = cursor.pos();
        Ok(())
    })?;
    Ok((address, tag, params))
}

fn compose_tagged(address: &NameAddr<'_>, tag: Option<Tag<'_>>, params: &Params<'_>, out: &mut Vec<u8>) {
    address.compose(out);
    if let Some(tag) = tag {
        out.extend_from_slice(b";tag=");
        tag.compose(out);
    }
    params.compose_except(&["tag"], out);
}

impl<'a> From<'a> {
    /// `address` with `tag`.
    #[must_use]
    pub const fn new(address: NameAddr<'a>, tag: Tag<'a>) -> Self {
        Self { address, tag: Some(tag), params: Params::NONE }
    }
}

impl<'a> HeaderField<'a> for From<'a> {
    const NAME: HeaderName = HeaderName::From;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let (address, tag, params) = read_tagged(cursor)?;
        Ok(Self { address, tag, params })
    }
}

impl Compose for From<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        compose_tagged(&self.address, self.tag, &self.params, out);
    }
}

impl<'a> To<'a> {
    /// `address`, with `tag` inside a dialog.
    #[must_use]
    pub const fn new(address: NameAddr<'a>, tag: Option<Tag<'a>>) -> Self {
        Self { address, tag, params: Params::NONE }
    }
}

impl<'a> HeaderField<'a> for To<'a> {
    const NAME: HeaderName = HeaderName::To;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let (address, tag, params) = read_tagged(cursor)?;
        Ok(Self { address, tag, params })
    }
}

impl Compose for To<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        compose_tagged(&self.address, self.tag, &self.params, out);
    }
}

impl<'a> HeaderField<'a> for ReplyTo<'a> {
    const NAME: HeaderName = HeaderName::ReplyTo;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        Ok(Self { address: NameAddr::read(cursor)?, params: Params::read(cursor)? })
    }
}

impl Compose for ReplyTo<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.address.compose(out);
        self.params.compose(out);
    }
}

display_as_composed!(Tag, From, To, ReplyTo);

#[cfg(test)]
mod tests {
    use super::super::{DisplayName, parse};
    use super::*;
    use crate::message::error::ParseErrorKind;

    fn from(text: &str) -> From<'_> {
        parse(text).unwrap()
    }

    #[test]
    fn parameters_without_brackets_belong_to_the_header_field() {
        let from = from("sip:caller@example.com;tag=3413415");
        assert_eq!(from.tag, Tag::new("3413415"));
        assert!(from.address.uri.as_sip().unwrap().params.is_empty());
    }

    #[test]
    fn display_name_needs_no_space_before_the_bracket() {
        let from = from("caller<sip:caller@example.com>;tag=323");
        assert_eq!(from.address.display, Some(DisplayName::Tokens("caller")));
        assert_eq!(from.to_string(), "caller <sip:caller@example.com>;tag=323");
    }

    #[test]
    fn quotes_and_folds_in_display_names() {
        let from = from("\"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8");
        assert_eq!(from.address.display.unwrap().to_text(), "J Rosenberg \\\"");
        assert_eq!(from.tag, Tag::new("98ASJD8"));
    }

    #[test]
    fn tokens_of_many_kinds_are_a_display_name() {
        let from = from(
            "token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"x\";tag=_token~1'+`*%!-.",
        );
        assert_eq!(from.tag, Tag::new("_token~1'+`*%!-."));
    }

    #[test]
    fn uri_with_headers_needs_brackets() {
        let error = parse::<From<'_>>("sip:user@example.com?Route=%3Csip:sip.example.com%3E").unwrap_err();
        assert_eq!((error.kind, error.at), (ParseErrorKind::BracketsNeeded, 0..52));
    }

    #[test]
    fn broken_addresses_are_faults() {
        for text in [
            "Bell, Alexander <sip:a.g.bell@bell-tel.com>;tag=43",
            "\"Watson, Thomas\" < sip:t.watson@example.org >",
            "\"Mr. J. User <sip:j.user@example.com>",
            "<sip:bob@biloxi.com",
            "<sip:bob@biloxi.com>;tag",
            "<sip:bob@biloxi.com>;tag=",
            "<sip:bob@biloxi.com>;tag=\"x\"",
            "<sip:bob@biloxi.com> bob",
            "<>",
            "",
        ] {
            assert!(parse::<From<'_>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn any_scheme_may_be_an_address() {
        for text in
            ["isbn:2983792873", "<http://www.example.com>;tag=3234233", "<name:John_Smith>", "<tel:+1-201>"]
        {
            assert!(parse::<To<'_>>(text).is_ok(), "{text}");
        }
    }
}

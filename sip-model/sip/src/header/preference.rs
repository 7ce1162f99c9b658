//! Preferences of the caller: Accept-Contact, Reject-Contact, Request-Disposition (RFC 3841 9).

use super::param::Params;
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;

/// Features that a contact should have to be preferred, or must have.
#[derive(Clone, Copy, Debug)]
pub struct AcceptContact<'a>(pub Params<'a>);

/// Features that a contact should not have.
#[derive(Clone, Copy, Debug)]
pub struct RejectContact<'a>(pub Params<'a>);

/// How servers are to handle the request, such as `no-fork`; compared without case.
#[derive(Clone, Copy, Debug)]
pub struct RequestDisposition<'a>(pub &'a str);

macro_rules! feature_sets {
    ($($value:ident),+) => {$(
        impl<'a> HeaderField<'a> for $value<'a> {
            const NAME: HeaderName = HeaderName::$value;
            const SHAPE: Shape = Shape::List;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                let start = cursor.pos();
                //= RFC 3841 10: ac-value = "*" *(SEMI ac-params)
                if !cursor.eat(b'*') {
                    return Err(cursor.fault(start));
                }
                Params::read(cursor).map(Self)
            }
        }

        impl Compose for $value<'_> {
            fn compose(&self, out: &mut Vec<u8>) {
                out.push(b'*');
                self.0.compose(out);
            }
        }
    )+};
}

feature_sets!(AcceptContact, RejectContact);

impl PartialEq for RequestDisposition<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for RequestDisposition<'_> {}

impl<'a> HeaderField<'a> for RequestDisposition<'a> {
    const NAME: HeaderName = HeaderName::RequestDisposition;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        cursor.token().map(Self)
    }
}

impl Compose for RequestDisposition<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

display_as_composed!(AcceptContact, RejectContact, RequestDisposition);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn features_stand_behind_a_star() {
        let accept: AcceptContact<'_> = parse("*;audio;require;mobility=\"mobile\"").unwrap();
        assert!(accept.0.find("require").is_some());
        assert_eq!(accept.to_string(), "*;audio;require;mobility=\"mobile\"");
        assert!(parse::<RejectContact<'_>>("<sip:a@b.c>;audio").is_err());
    }

    #[test]
    fn directives_compare_without_case() {
        assert_eq!(parse("No-Fork"), Ok(RequestDisposition("no-fork")));
        assert!(parse::<RequestDisposition<'_>>("no fork").is_err());
    }
}

//! Option tags and methods: Supported, Require, Proxy-Require, Unsupported, Allow (RFC 3261 20.5, 20.29, 20.32,
//! 20.37, 20.40).

use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::method::Method;
use crate::message::name::HeaderName;

/// A method that the sender supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allow<'a>(pub Method<'a>);

impl<'a> HeaderField<'a> for Allow<'a> {
    const NAME: HeaderName = HeaderName::Allow;
    const SHAPE: Shape = Shape::EmptyableList;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let token = cursor.token()?;
        Method::from_token(token.as_bytes()).map(Self).ok_or_else(|| cursor.fault(start))
    }
}

impl Compose for Allow<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

/// Declares the header fields whose values are option tags.
macro_rules! option_tags {
    ($($(#[doc = $doc:literal])+ $value:ident, $shape:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $value<'a>(pub &'a str);

        impl PartialEq for $value<'_> {
            fn eq(&self, other: &Self) -> bool {
                self.0.eq_ignore_ascii_case(other.0)
            }
        }

        impl Eq for $value<'_> {}

        impl<'a> HeaderField<'a> for $value<'a> {
            const NAME: HeaderName = HeaderName::$value;
            const SHAPE: Shape = $shape;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                cursor.token().map(Self)
            }
        }

        impl Compose for $value<'_> {
            fn compose(&self, out: &mut Vec<u8>) {
                self.0.compose(out);
            }
        }

        display_as_composed!($value);
    )+};
}

option_tags! {
    /// An extension that the sender supports, compared without case.
    Supported, Shape::EmptyableList;
    /// An extension that a UAS must understand, compared without case.
    Require, Shape::List;
    /// An extension that a proxy must understand, compared without case.
    ProxyRequire, Shape::List;
    /// An extension that a server does not understand, compared without case.
    Unsupported, Shape::List;
}

display_as_composed!(Allow);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn option_tags_compare_without_case_and_methods_with_it() {
        assert_eq!(parse::<Supported<'_>>("100rel"), Ok(Supported("100REL")));
        assert_ne!(parse::<Allow<'_>>("Invite"), Ok(Allow(Method::Invite)));
        assert!(parse::<Require<'_>>("a b").is_err());
    }
}

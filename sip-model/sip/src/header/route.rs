//! Sequences of elements: Route and Record-Route (RFC 3261 20.30, 20.34), Path (RFC 3327 4), Service-Route
//! (RFC 3608 5).

use super::address::NameAddr;
use super::param::Params;
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;

/// An element that a request still has to visit.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    /// The element.
    pub address: NameAddr<'a>,
    /// The parameters outside the brackets.
    pub params: Params<'a>,
}

/// An element that wants to stay in the path of the dialog.
#[derive(Clone, Copy, Debug)]
pub struct RecordRoute<'a> {
    /// The element.
    pub address: NameAddr<'a>,
    /// The parameters outside the brackets.
    pub params: Params<'a>,
}

/// An element between a user agent and its registrar.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    /// The element.
    pub address: NameAddr<'a>,
    /// The parameters outside the brackets.
    pub params: Params<'a>,
}

/// An element that requests of a registered user agent have to visit.
#[derive(Clone, Copy, Debug)]
pub struct ServiceRoute<'a> {
    /// The element.
    pub address: NameAddr<'a>,
    /// The parameters outside the brackets.
    pub params: Params<'a>,
}

macro_rules! route_like {
    ($($value:ident),+) => {$(
        impl<'a> $value<'a> {
            /// The element `address` without parameters.
            #[must_use]
            pub const fn new(address: NameAddr<'a>) -> Self {
                Self { address, params: Params::NONE }
            }

            /// Whether the element is a loose router: its SIP URI has the `lr` parameter.
            #[must_use]
            pub fn is_loose_router(&self) -> bool {
                self.address.uri.as_sip().is_some_and(|uri| uri.is_loose_router())
            }
        }

        impl<'a> HeaderField<'a> for $value<'a> {
            const NAME: HeaderName = HeaderName::$value;
            const SHAPE: Shape = Shape::List;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                //= RFC 3261 25.1: route-param = name-addr *( SEMI rr-param )
                Ok(Self { address: NameAddr::read_name_addr(cursor)?, params: Params::read(cursor)? })
            }
        }

        impl Compose for $value<'_> {
            fn compose(&self, out: &mut Vec<u8>) {
                self.address.compose(out);
                self.params.compose(out);
            }
        }

        display_as_composed!($value);
    )+};
}

route_like!(Route, RecordRoute, Path, ServiceRoute);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn route_must_stand_in_brackets() {
        assert!(parse::<Route<'_>>("sip:p1.example.com").is_err());
        assert!(parse::<Route<'_>>("<sip:p1.example.com;lr>;x=y").unwrap().is_loose_router());
        assert!(!parse::<RecordRoute<'_>>("<sip:p1.example.com>;lr").unwrap().is_loose_router());
        assert!(parse::<Path<'_>>("<sip:P3.EXAMPLEHOME.COM;lr>").unwrap().is_loose_router());
        assert!(parse::<ServiceRoute<'_>>("sip:P2.HOME.EXAMPLE.COM;lr").is_err());
    }
}

//! Header fields of the IP multimedia subsystem about users and networks: P-Associated-URI, P-Called-Party-ID,
//! P-Visited-Network-ID, P-Access-Network-Info (RFC 7315 4.1–4.4).

use super::address::NameAddr;
use super::param::Params;
use super::{Cursor, HeaderField, Quoted, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;

/// A public identity that belongs to the one that was registered.
#[derive(Clone, Copy, Debug)]
pub struct PAssociatedUri<'a> {
    /// The identity.
    pub address: NameAddr<'a>,
    /// The parameters.
    pub params: Params<'a>,
}

/// The public identity that a request was for before it was sent on to a contact.
#[derive(Clone, Copy, Debug)]
pub struct PCalledPartyId<'a> {
    /// The identity.
    pub address: NameAddr<'a>,
    /// The parameters.
    pub params: Params<'a>,
}

/// A network that the user visits.
#[derive(Clone, Copy, Debug)]
pub struct PVisitedNetworkId<'a> {
    /// The network.
    pub network: VisitedNetwork<'a>,
    /// The parameters.
    pub params: Params<'a>,
}

/// How a visited network is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitedNetwork<'a> {
    /// A token; compared without case by whoever compares.
    Token(&'a str),
    /// Any text.
    Quoted(Quoted<'a>),
}

/// The access network of the user, as the user or the network tells it.
#[derive(Clone, Copy, Debug)]
pub struct PAccessNetworkInfo<'a> {
    /// The access type or class, such as `3GPP-E-UTRAN-FDD`; compared without case.
    pub access: &'a str,
    /// What is known of the access, such as `utran-cell-id-3gpp`.
    pub info: Params<'a>,
}

macro_rules! addressed {
    ($($value:ident, $shape:expr;)+) => {$(
        impl<'a> HeaderField<'a> for $value<'a> {
            const NAME: HeaderName = HeaderName::$value;
            const SHAPE: Shape = $shape;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                Ok(Self { address: NameAddr::read_name_addr(cursor)?, params: Params::read(cursor)? })
            }
        }

        impl Compose for $value<'_> {
            fn compose(&self, out: &mut Vec<u8>) {
                self.address.compose(out);
                self.params.compose(out);
            }
        }
    )+};
}

addressed! {
    PAssociatedUri, Shape::EmptyableList;
    PCalledPartyId, Shape::Single;
}

impl<'a> HeaderField<'a> for PVisitedNetworkId<'a> {
    const NAME: HeaderName = HeaderName::PVisitedNetworkId;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        //= RFC 7315 5.3: vnetwork-spec = (token / quoted-string) *(SEMI vnetwork-param)
        let network = if cursor.peek() == Some(b'"') {
            VisitedNetwork::Quoted(cursor.quoted()?)
        } else {
            VisitedNetwork::Token(cursor.token()?)
        };
        Ok(Self { network, params: Params::read(cursor)? })
    }
}

impl Compose for PVisitedNetworkId<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        match &self.network {
            VisitedNetwork::Token(token) => token.compose(out),
            VisitedNetwork::Quoted(text) => text.compose(out),
        }
        self.params.compose(out);
    }
}

impl PAccessNetworkInfo<'_> {
    /// Whether the network, and not the user, provided the information: `network-provided`.
    #[must_use]
    pub fn is_network_provided(&self) -> bool {
        self.info.find("network-provided").is_some()
    }
}

impl<'a> HeaderField<'a> for PAccessNetworkInfo<'a> {
    const NAME: HeaderName = HeaderName::PAccessNetworkInfo;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        Ok(Self { access: cursor.token()?, info: Params::read(cursor)? })
    }
}

impl Compose for PAccessNetworkInfo<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.access.compose(out);
        self.info.compose(out);
    }
}

display_as_composed!(PAssociatedUri, PCalledPartyId, PVisitedNetworkId, PAccessNetworkInfo);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn identities_of_a_registration_and_of_a_call_are_bracketed() {
        let uri: PAssociatedUri<'_> = parse("<sip:user1@example.com>;x=y").unwrap();
        assert_eq!(uri.to_string(), "<sip:user1@example.com>;x=y");
        let called: PCalledPartyId<'_> = parse("<sip:user1-business@example.com>").unwrap();
        assert_eq!(called.address.uri.to_string(), "sip:user1-business@example.com");
        assert!(parse::<PCalledPartyId<'_>>("sip:user1@example.com").is_err());
    }

    #[test]
    fn visited_network_is_a_token_or_a_text() {
        let token: PVisitedNetworkId<'_> = parse("other.net").unwrap();
        assert_eq!(token.network, VisitedNetwork::Token("other.net"));
        let text: PVisitedNetworkId<'_> = parse("\"Visited network number 1\";x").unwrap();
        assert_eq!(text.to_string(), "\"Visited network number 1\";x");
        assert!(parse::<PVisitedNetworkId<'_>>("Visited network").is_err());
    }

    #[test]
    fn access_network_tells_who_provided_it() {
        let text = "3GPP-UTRAN-TDD; utran-cell-id-3gpp=C359A3913B20E";
        let info: PAccessNetworkInfo<'_> = parse(text).unwrap();
        assert_eq!(
            (info.access, info.info.token("utran-cell-id-3gpp")),
            ("3GPP-UTRAN-TDD", Some("C359A3913B20E"))
        );
        assert!(!info.is_network_provided());
        assert!(parse::<PAccessNetworkInfo<'_>>("ADSL2+;network-provided").unwrap().is_network_provided());
        assert!(parse::<PAccessNetworkInfo<'_>>(";network-provided").is_err());
    }
}

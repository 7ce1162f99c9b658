//! Header fields of the IP multimedia subsystem about charging: P-Charging-Function-Addresses, P-Charging-Vector
//! (RFC 7315 4.5, 4.6).

use super::param::{Param, ParamValue, Params, read_param};
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;

/// Where charging records and events go.
#[derive(Clone, Copy, Debug)]
pub struct PChargingFunctionAddresses<'a> {
    /// The first address, such as `ccf=192.0.2.1`.
    pub first: Param<'a>,
    /// The addresses behind it.
    pub rest: Params<'a>,
}

/// What correlates the charging records of one session.
#[derive(Clone, Copy, Debug)]
pub struct PChargingVector<'a> {
    /// The IMS charging identity.
    pub icid: ParamValue<'a>,
    /// The parameters behind it, such as `orig-ioi`.
    pub params: Params<'a>,
}

impl<'a> PChargingFunctionAddresses<'a> {
    /// All parameters in order: `ccf`, `ecf`, `ccf-2`, `ecf-2` and extensions.
    pub fn params(&self) -> impl Iterator<Item = Param<'a>> + use<'a> {
        std::iter::once(self.first).chain(self.rest.iter())
    }
}

impl<'a> HeaderField<'a> for PChargingFunctionAddresses<'a> {
    const NAME: HeaderName = HeaderName::PChargingFunctionAddresses;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        //= RFC 7315 5.5: charge-addr-params = charge-addr-param *(SEMI charge-addr-param)
        Ok(Self { first: read_param(cursor)?, rest: Params::read(cursor)? })
    }
}

impl Compose for PChargingFunctionAddresses<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.first.compose(out);
        self.rest.compose(out);
    }
}

impl<'a> HeaderField<'a> for PChargingVector<'a> {
    const NAME: HeaderName = HeaderName::PChargingVector;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        //= RFC 7315 5.6: the P-Charging-Vector header field contains icid-value as a mandatory parameter
        let icid = read_param(cursor)?;
        match icid.value {
            Some(value) if icid.name.eq_ignore_ascii_case("icid-value") => {
                Ok(Self { icid: value, params: Params::read(cursor)? })
            }
            _ => Err(cursor.fault_since(start)),
        }
    }
}

impl Compose for PChargingVector<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"icid-value=");
        self.icid.compose(out);
        self.params.compose(out);
    }
}

display_as_composed!(PChargingFunctionAddresses, PChargingVector);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn addresses_begin_without_a_semicolon() {
        let addresses: PChargingFunctionAddresses<'_> = parse("ccf=192.1.1.1; ccf=192.1.1.2").unwrap();
        let tokens: Vec<_> = addresses.params().map(|param| param.to_string()).collect();
        assert_eq!(tokens, ["ccf=192.1.1.1", "ccf=192.1.1.2"]);
        assert!(parse::<PChargingFunctionAddresses<'_>>(";ccf=192.1.1.1").is_err());
        assert!(parse::<PChargingFunctionAddresses<'_>>("ccf=[2001:db8::1];ecf=\"x,y\"").is_ok());
    }

    #[test]
    fn charging_vector_begins_with_its_identity() {
        let text = "icid-value=1234bc9876e;icid-generated-at=192.0.6.8;orig-ioi=home1.net";
        let vector: PChargingVector<'_> = parse(text).unwrap();
        assert_eq!(
            (vector.icid.raw(), vector.params.token("orig-ioi")),
            (&b"1234bc9876e"[..], Some("home1.net"))
        );
        assert_eq!(vector.to_string(), text);
        for text in ["orig-ioi=home1.net", "icid-value", "icid-value=", ""] {
            assert!(parse::<PChargingVector<'_>>(text).is_err(), "{text}");
        }
    }
}

//! Reliable provisional responses: RSeq and RAck (RFC 3262 7).

use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::method::Method;
use crate::message::name::HeaderName;

/// The number of a reliable provisional response, 1 to 2^32-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RSeq(pub u32);

/// Which provisional response a PRACK acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RAck<'a> {
    /// The RSeq of the response.
    pub response: RSeq,
    /// The CSeq number of the response.
    pub cseq: u32,
    /// The CSeq method of the response.
    pub method: Method<'a>,
}

impl RSeq {
    /// The number of the next response, `None` behind the last.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(next) => Some(Self(next)),
            None => None,
        }
    }
}

impl<'a> HeaderField<'a> for RSeq {
    const NAME: HeaderName = HeaderName::RSeq;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        //= RFC 3262 7.1: it contains a single numeric value from 1 to 2**32 - 1
        let number = cursor.small_number()?;
        if number == 0 { Err(cursor.fault_since(start)) } else { Ok(Self(number)) }
    }
}

impl Compose for RSeq {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl<'a> HeaderField<'a> for RAck<'a> {
    const NAME: HeaderName = HeaderName::RAck;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let response = RSeq::read(cursor)?;
        if !cursor.skip_lws() {
            return Err(cursor.fault(start));
        }
        let cseq = cursor.small_number()?;
        if !cursor.skip_lws() {
            return Err(cursor.fault(start));
        }
        let token = cursor.token()?;
        let method = Method::from_token(token.as_bytes()).ok_or_else(|| cursor.fault(start))?;
        Ok(Self { response, cseq, method })
    }
}

impl Compose for RAck<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.response.compose(out);
        out.push(b' ');
        self.cseq.compose(out);
        out.push(b' ');
        self.method.compose(out);
    }
}

display_as_composed!(RAck);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn rseq_is_between_1_and_the_greatest_32_bit_number() {
        assert_eq!(parse("988789"), Ok(RSeq(988_789)));
        assert_eq!(parse("4294967295"), Ok(RSeq(u32::MAX)));
        assert_eq!(RSeq(u32::MAX).next(), None);
        for text in ["0", "4294967296", "-1", ""] {
            assert!(parse::<RSeq>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rack_compares_its_method_with_case() {
        let rack = RAck { response: RSeq(776_656), cseq: 1, method: Method::Invite };
        assert_eq!(parse("776656 1 INVITE"), Ok(rack));
        assert_ne!(parse("776656 1 invite"), Ok(rack));
        assert_eq!(rack.to_string(), "776656 1 INVITE");
        for text in ["776656 1", "0 1 INVITE", "1 INVITE", "1 1INVITE", "1 1 INVITE x"] {
            assert!(parse::<RAck<'_>>(text).is_err(), "{text}");
        }
    }
}

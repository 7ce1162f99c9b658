//! Reason (RFC 3326 2).

use super::param::{ParamValue, Params};
use super::{Cursor, HeaderField, Quoted, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;

/// Why a request was sent, such as the cause of a release.
#[derive(Clone, Copy, Debug)]
pub struct Reason<'a> {
    /// Whose causes are meant: `SIP`, `Q.850` or another; compared without case.
    pub protocol: &'a str,
    /// The cause: a status code for `SIP`, a cause value for `Q.850`.
    pub cause: Option<u32>,
    /// All parameters as received, `cause` included.
    pub params: Params<'a>,
}

impl<'a> Reason<'a> {
    /// What a human should read.
    #[must_use]
    pub fn text(&self) -> Option<Quoted<'a>> {
        match self.params.find("text")?? {
            ParamValue::Quoted(text) => Some(text),
            ParamValue::Token(_) => None,
        }
    }
}

impl<'a> HeaderField<'a> for Reason<'a> {
    const NAME: HeaderName = HeaderName::Reason;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let protocol = cursor.token()?;
        let mut cause = None;
        let mut from = cursor.pos();
        let params = Params::read_each(cursor, |param, cursor| {
            if param.name.eq_ignore_ascii_case("cause") {
                //= RFC 3326 2: cause = 1*DIGIT
                cause = Some(param.seconds().ok_or_else(|| cursor.fault_since(from))?);
            }
            from = cursor.pos();
            Ok(())
        })?;
        Ok(Self { protocol, cause, params })
    }
}

impl Compose for Reason<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.protocol.compose(out);
        if let Some(cause) = self.cause {
            out.extend_from_slice(b" ;cause=");
            cause.compose(out);
        }
        self.params.compose_except(&["cause"], out);
    }
}

display_as_composed!(Reason);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn examples_of_rfc_3326_read() {
        let reason: Reason<'_> = parse("SIP ;cause=200 ;text=\"Call completed elsewhere\"").unwrap();
        assert_eq!((reason.protocol, reason.cause), ("SIP", Some(200)));
        assert_eq!(reason.text().unwrap().to_text(), "Call completed elsewhere");
        assert_eq!(parse::<Reason<'_>>("Q.850 ;cause=16 ;text=\"Terminated\"").unwrap().cause, Some(16));
        for text in ["", ";cause=1", "SIP;cause", "SIP;cause=x", "SIP;cause=\"1\""] {
            assert!(parse::<Reason<'_>>(text).is_err(), "{text}");
        }
    }
}

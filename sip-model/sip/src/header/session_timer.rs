//! Session timers: Session-Expires and Min-SE (RFC 4028 4, 5).

use super::param::{Param, ParamValue, Params};
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;

/// How long a session lasts without a refresh, and who refreshes it.
#[derive(Clone, Copy, Debug)]
pub struct SessionExpires<'a> {
    /// The session interval in seconds; a value above 2^32-1 counts as 2^32-1.
    pub seconds: u32,
    /// Who refreshes, `None` where that is open.
    pub refresher: Option<Refresher>,
    /// All parameters as received, `refresher` included.
    pub params: Params<'a>,
}

/// Which side refreshes a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// The client of the request at hand.
    Uac,
    /// The server of the request at hand.
    Uas,
}

/// The least session interval that the elements of the path take.
#[derive(Clone, Copy, Debug)]
pub struct MinSe<'a> {
    /// The interval in seconds; a value above 2^32-1 counts as 2^32-1.
    pub seconds: u32,
    /// The parameters.
    pub params: Params<'a>,
}

impl Refresher {
    /// The value as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uac => "uac",
            Self::Uas => "uas",
        }
    }

    fn from_param(param: Param<'_>) -> Option<Self> {
        let token = param.value.and_then(ParamValue::token)?;
        [Self::Uac, Self::Uas].into_iter().find(|known| known.as_str().eq_ignore_ascii_case(token))
    }
}

impl SessionExpires<'_> {
    /// An interval of `seconds`, refreshed by `refresher`.
    #[must_use]
    pub const fn new(seconds: u32, refresher: Option<Refresher>) -> Self {
        Self { seconds, refresher, params: Params::NONE }
    }
}

impl<'a> HeaderField<'a> for SessionExpires<'a> {
    const NAME: HeaderName = HeaderName::SessionExpires;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        //= RFC 4028 4: Session-Expires = ("Session-Expires" / "x") HCOLON delta-seconds *(SEMI se-params)
        let seconds = cursor.number()?.unwrap_or(u32::MAX);
        let mut refresher = None;
        let mut from = cursor.pos();
        let params = Params::read_each(cursor, |param, cursor| {
            if param.name.eq_ignore_ascii_case("refresher") {
                refresher = Some(Refresher::from_param(param).ok_or_else(|| cursor.fault_since(from))?);
            }
            from = cursor.pos();
            Ok(())
        })?;
        Ok(Self { seconds, refresher, params })
    }
}

impl Compose for SessionExpires<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.seconds.compose(out);
        if let Some(refresher) = self.refresher {
            out.extend_from_slice(b";refresher=");
            refresher.as_str().compose(out);
        }
        self.params.compose_except(&["refresher"], out);
    }
}

impl MinSe<'_> {
    /// What counts where the header field is absent, and the least that it may say.
    pub const DEFAULT: MinSe<'static> = MinSe { seconds: 90, params: Params::NONE };
}

impl<'a> HeaderField<'a> for MinSe<'a> {
    const NAME: HeaderName = HeaderName::MinSe;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let seconds = cursor.number()?.unwrap_or(u32::MAX);
        Ok(Self { seconds, params: Params::read(cursor)? })
    }
}

impl Compose for MinSe<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.seconds.compose(out);
        self.params.compose(out);
    }
}

display_as_composed!(SessionExpires, MinSe);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn refresher_is_read_without_case_and_nobody_else_refreshes() {
        let session: SessionExpires<'_> = parse("4000;refresher=UAC;x=y").unwrap();
        assert_eq!((session.seconds, session.refresher), (4000, Some(Refresher::Uac)));
        assert_eq!(session.to_string(), "4000;refresher=uac;x=y");
        assert_eq!(parse::<SessionExpires<'_>>("1800").unwrap().refresher, None);
        for text in ["1800;refresher=proxy", "1800;refresher", "soon", ""] {
            assert!(parse::<SessionExpires<'_>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn least_interval_keeps_its_parameters() {
        let least: MinSe<'_> = parse("3600 ;a=b").unwrap();
        assert_eq!((least.seconds, least.params.token("a")), (3600, Some("b")));
        assert!(parse::<MinSe<'_>>("-90").is_err());
        assert_eq!(MinSe::DEFAULT.to_string(), "90");
    }
}

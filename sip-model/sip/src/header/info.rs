//! Pointers to further information: Alert-Info, Call-Info, Error-Info (RFC 3261 20.4, 20.9, 20.18).

use super::address::NameAddr;
use super::param::Params;
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;
use crate::uri::Uri;

/// A URI in angle brackets and its parameters.
#[derive(Clone, Copy, Debug)]
pub struct InfoValue<'a> {
    /// Where the information is.
    pub uri: Uri<'a>,
    /// The parameters, such as `purpose`.
    pub params: Params<'a>,
}

/// A ring tone or ringback tone.
#[derive(Clone, Copy, Debug)]
pub struct AlertInfo<'a>(pub InfoValue<'a>);

/// Information about the caller or the callee.
#[derive(Clone, Copy, Debug)]
pub struct CallInfo<'a>(pub InfoValue<'a>);

/// Information about an error.
#[derive(Clone, Copy, Debug)]
pub struct ErrorInfo<'a>(pub InfoValue<'a>);

impl<'a> InfoValue<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let address = NameAddr::read_name_addr(cursor)?;
        if address.display.is_some() {
            return Err(cursor.fault_since(start));
        }
        Ok(Self { uri: address.uri, params: Params::read(cursor)? })
    }
}

impl Compose for InfoValue<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        NameAddr::bare(self.uri).compose(out);
        self.params.compose(out);
    }
}

macro_rules! info_fields {
    ($($value:ident),+) => {$(
        impl<'a> HeaderField<'a> for $value<'a> {
            const NAME: HeaderName = HeaderName::$value;
            const SHAPE: Shape = Shape::List;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                InfoValue::read(cursor).map(Self)
            }
        }

        impl Compose for $value<'_> {
            fn compose(&self, out: &mut Vec<u8>) {
                self.0.compose(out);
            }
        }
    )+};
}

info_fields!(AlertInfo, CallInfo, ErrorInfo);
display_as_composed!(InfoValue, AlertInfo, CallInfo, ErrorInfo);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn uri_stands_in_brackets_without_a_display_name() {
        let info: CallInfo<'_> = parse("<http://wwww.example.com/alice/photo.jpg> ;purpose=icon").unwrap();
        assert_eq!(info.0.params.token("purpose"), Some("icon"));
        assert_eq!(info.0.uri.scheme(), "http");
        assert!(parse::<AlertInfo<'_>>("http://www.example.com/sounds/moo.wav").is_err());
        assert!(parse::<ErrorInfo<'_>>("moo <http://www.example.com/sounds/moo.wav>").is_err());
    }
}

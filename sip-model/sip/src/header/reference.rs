//! References to other requests: Refer-To (RFC 3515 2.1), Referred-By (RFC 3892 3), Replaces (RFC 3891 6.1).

use super::address::NameAddr;
use super::call::CallId;
use super::param::{Param, ParamValue, Params};
use super::party::Tag;
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;

/// The resource that the recipient of a REFER is to contact.
#[derive(Clone, Copy, Debug)]
pub struct ReferTo<'a> {
    /// The resource.
    pub address: NameAddr<'a>,
    /// The parameters.
    pub params: Params<'a>,
}

/// Who referred the sender of a request to its recipient.
#[derive(Clone, Copy, Debug)]
pub struct ReferredBy<'a> {
    /// The referrer.
    pub address: NameAddr<'a>,
    /// The parameters, such as `cid`.
    pub params: Params<'a>,
}

/// The dialog that the dialog of an INVITE replaces.
#[derive(Clone, Copy, Debug)]
pub struct Replaces<'a> {
    /// The call of the replaced dialog.
    pub call_id: CallId<'a>,
    /// The tag of the recipient in the replaced dialog.
    pub to_tag: Tag<'a>,
    /// The tag of its peer in the replaced dialog.
    pub from_tag: Tag<'a>,
    /// Whether a confirmed dialog is to be left alone.
    pub scope: ReplacesScope,
    /// All parameters as received, those above included.
    pub params: Params<'a>,
}

/// In which states a dialog may be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplacesScope {
    /// Early and confirmed dialogs.
    AnyDialog,
    /// Early dialogs: `early-only`.
    EarlyOnly,
}

macro_rules! referrals {
    ($($value:ident),+) => {$(
        impl<'a> $value<'a> {
            /// `address` without parameters.
            #[must_use]
            pub const fn new(address: NameAddr<'a>) -> Self {
                Self { address, params: Params::NONE }
            }
        }

        impl<'a> HeaderField<'a> for $value<'a> {
            const NAME: HeaderName = HeaderName::$value;
            const SHAPE: Shape = Shape::Single;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                Ok(Self { address: NameAddr::read(cursor)?, params: Params::read(cursor)? })
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

referrals!(ReferTo, ReferredBy);

/// The parameters of Replaces while they are read.
#[derive(Default)]
struct DialogParams<'a> {
    to_tag: Option<Tag<'a>>,
    from_tag: Option<Tag<'a>>,
    scope: Option<ReplacesScope>,
}

impl<'a> DialogParams<'a> {
    /// Notes `param`; `None` when it breaks the grammar or comes again.
    fn take(&mut self, param: Param<'a>) -> Option<()> {
        let tag = || param.value.and_then(ParamValue::token).and_then(Tag::new);
        let repeated = if param.name.eq_ignore_ascii_case("to-tag") {
            self.to_tag.replace(tag()?).is_some()
        } else if param.name.eq_ignore_ascii_case("from-tag") {
            self.from_tag.replace(tag()?).is_some()
        } else if param.name.eq_ignore_ascii_case("early-only") {
            self.scope = Some(ReplacesScope::EarlyOnly);
            false
        } else {
            false
        };
        (!repeated).then_some(())
    }
}

impl<'a> HeaderField<'a> for Replaces<'a> {
    const NAME: HeaderName = HeaderName::Replaces;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let call_id = CallId::read(cursor)?;
        let mut dialog = DialogParams::default();
        let mut from = cursor.pos();
        let params = Params::read_each(cursor, |param, cursor| {
            dialog.take(param).ok_or_else(|| cursor.fault_since(from))?;
            from = cursor.pos();
            Ok(())
        })?;
        //= RFC 3891 6.1: a Replaces header field MUST contain exactly one to-tag and exactly one from-tag
        let (Some(to_tag), Some(from_tag)) = (dialog.to_tag, dialog.from_tag) else {
            return Err(cursor.fault_since(start));
        };
        let scope = dialog.scope.unwrap_or(ReplacesScope::AnyDialog);
        Ok(Self { call_id, to_tag, from_tag, scope, params })
    }
}

impl Compose for Replaces<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.call_id.compose(out);
        out.extend_from_slice(b";to-tag=");
        self.to_tag.compose(out);
        out.extend_from_slice(b";from-tag=");
        self.from_tag.compose(out);
        if self.scope == ReplacesScope::EarlyOnly {
            out.extend_from_slice(b";early-only");
        }
        self.params.compose_except(&["to-tag", "from-tag", "early-only"], out);
    }
}

display_as_composed!(ReferTo, ReferredBy, Replaces);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn replaces_needs_both_tags_once() {
        let replaces: Replaces<'_> =
            parse("98732@sip.example.com\r\n          ;from-tag=r33th4x0r\r\n          ;to-tag=ff87ff")
                .unwrap();
        assert_eq!(replaces.call_id.as_str(), "98732@sip.example.com");
        assert_eq!((replaces.to_tag.as_str(), replaces.from_tag.as_str()), ("ff87ff", "r33th4x0r"));
        assert_eq!(replaces.scope, ReplacesScope::AnyDialog);
        let early: Replaces<'_> = parse("12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only").unwrap();
        assert_eq!(early.scope, ReplacesScope::EarlyOnly);
        assert_eq!(early.to_string(), "12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only");
        for text in ["a@b", "a@b;to-tag=1", "a@b;to-tag=1;from-tag=2;to-tag=1", "a@b;to-tag;from-tag=1"] {
            assert!(parse::<Replaces<'_>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn method_of_a_reference_is_a_parameter_of_its_uri() {
        let refer: ReferTo<'_> = parse("<sip:carol@cleveland.example.org;method=SUBSCRIBE>").unwrap();
        assert_eq!(refer.address.uri.as_sip().unwrap().method(), Some("SUBSCRIBE"));
        assert!(parse::<ReferTo<'_>>("sip:a@b.c?Replaces=1").is_err(), "headers need brackets");
        let by: ReferredBy<'_> =
            parse("<sip:r@ref.example>;cid=\"20398823.2UWQFN309shb3@ref.example\"").unwrap();
        assert!(by.params.find("cid").is_some());
    }
}

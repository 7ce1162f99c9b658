//! Typed header field values, read when asked for (RFC 3261 20, 25.1).
//!
//! A value is read through a [`Cursor`] over the message's own octets, so a fault names octets of the
//! datagram. What a view does not understand stays in its [`Params`] and in the message.

mod access;
mod address;
mod call;
mod catalogue;
mod charging;
mod contact;
mod date;
mod event;
mod identity;
mod info;
mod interval;
mod media;
mod option;
mod param;
mod party;
mod preference;
mod qvalue;
mod reason;
mod reference;
mod reliable;
mod route;
mod session_timer;
mod text;
mod via;
mod warning;

pub use access::{PAccessNetworkInfo, PAssociatedUri, PCalledPartyId, PVisitedNetworkId, VisitedNetwork};
pub use address::{DisplayName, NameAddr};
pub use call::{CSeq, CallId, InReplyTo, MaxBreadth, MaxForwards};
pub use catalogue::Grammar;
pub use charging::{PChargingFunctionAddresses, PChargingVector};
pub use contact::{Contact, ContactAddress};
pub use date::Date;
pub use event::{AllowEvents, Event, EventType, SubscriptionState, SubscriptionStatus};
pub use identity::{Identity, PAssertedIdentity, PPreferredIdentity, Privacy};
pub use info::{AlertInfo, CallInfo, ErrorInfo, InfoValue};
pub use interval::{Expires, FlowTimer, MinExpires, RetryAfter, Timestamp};
pub use media::{
    Accept, AcceptEncoding, AcceptLanguage, ContentDisposition, ContentEncoding, ContentLanguage,
    ContentLength, ContentType, MimeVersion,
};
pub use option::{Allow, ProxyRequire, Require, Supported, Unsupported};
pub use param::{Param, ParamValue, Params};
pub use party::{From, ReplyTo, Tag, To};
pub use preference::{AcceptContact, RejectContact, RequestDisposition};
pub use qvalue::QValue;
pub use reason::Reason;
pub use reference::{ReferTo, ReferredBy, Replaces, ReplacesScope};
pub use reliable::{RAck, RSeq};
pub use route::{Path, RecordRoute, Route, ServiceRoute};
pub use session_timer::{MinSe, Refresher, SessionExpires};
pub use text::{Organization, Priority, Server, Subject, UserAgent};
pub use via::{Branch, Rport, Via, ViaStamp};
pub use warning::Warning;

pub(crate) use param::read_param;

use crate::message::error::{ParseError, ParseErrorKind};
pub use crate::message::lex::{Cursor, Quoted};
use crate::message::name::HeaderName;

/// A header field whose value has a grammar of its own.
pub trait HeaderField<'a>: Sized {
    /// The header field that this value belongs to.
    const NAME: HeaderName;
    /// How often the field may occur, and whether commas separate values in it.
    const SHAPE: Shape;

    /// Reads one value and leaves the cursor behind it.
    ///
    /// # Errors
    /// What breaks the grammar, with the octets at fault.
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError>;
}

/// How the values of a header field are spread over rows (RFC 3261 7.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One value in one row.
    Single,
    /// Values separated by commas, in any number of rows.
    List,
    /// As [`Shape::List`], and a row may be empty.
    EmptyableList,
    /// One value a row, in any number of rows; a comma is part of the value.
    Rows,
}

/// Reads the whole of `value` as one value of the header field `H`.
///
/// # Errors
/// What breaks the grammar, with positions in `value`.
pub fn parse<'a, H: HeaderField<'a>>(value: &'a (impl AsRef<[u8]> + ?Sized)) -> Result<H, ParseError> {
    let mut cursor = Cursor::over(value.as_ref(), ParseErrorKind::Malformed(H::NAME));
    cursor.skip_lws();
    let view = H::read(&mut cursor)?;
    cursor.finish()?;
    Ok(view)
}

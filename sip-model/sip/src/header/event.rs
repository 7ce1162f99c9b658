//! Events and subscriptions: Event, Allow-Events, Subscription-State (RFC 6665 8.2, 8.4).

use super::param::{Param, ParamValue, Params};
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::lex::{ascii, is_token};
use crate::message::name::HeaderName;

/// What a subscription is about, such as `reg` or `presence.winfo`. Compared octet by octet (RFC 6665 8.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventType<'a>(&'a str);

/// The event of a SUBSCRIBE, NOTIFY or PUBLISH.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The event package and its templates.
    pub kind: EventType<'a>,
    /// Tells several subscriptions in one dialog apart. Compared octet by octet.
    pub id: Option<&'a str>,
    /// All parameters as received, `id` included.
    pub params: Params<'a>,
}

/// An event package that the sender supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowEvents<'a>(pub EventType<'a>);

/// The state of a subscription, as its notifier tells it.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionState<'a> {
    /// The state.
    pub state: SubscriptionStatus<'a>,
    /// Why the subscription ended; compared without case.
    pub reason: Option<&'a str>,
    /// For how many more seconds the subscription lasts; a value above 2^32-1 counts as 2^32-1.
    pub expires: Option<u32>,
    /// After how many seconds to subscribe again.
    pub retry_after: Option<u32>,
    /// All parameters as received, those above included.
    pub params: Params<'a>,
}

/// What a notifier says of a subscription.
#[derive(Clone, Copy, Debug)]
pub enum SubscriptionStatus<'a> {
    /// It is accepted.
    Active,
    /// It awaits a decision.
    Pending,
    /// It is over.
    Terminated,
    /// Any other token.
    Other(&'a str),
}

impl<'a> EventType<'a> {
    /// The event type `text`, `None` unless it is a package with templates behind points.
    #[must_use]
    pub fn new(text: &'a str) -> Option<Self> {
        super::parse(text).ok().map(|AllowEvents(kind)| kind)
    }

    /// The event type as received, such as `presence.winfo`.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    /// The event package: what stands before the first point.
    #[must_use]
    pub fn package(&self) -> &'a str {
        self.0.split('.').next().unwrap_or(self.0)
    }

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        //= RFC 6665 8.4: event-type = event-package *( "." event-template )
        let text = ascii(cursor.take_while(is_token));
        let complete = text.split('.').all(|part| !part.is_empty());
        if complete { Ok(Self(text)) } else { Err(cursor.fault(start)) }
    }
}

impl<'a> Event<'a> {
    /// The event `kind` without parameters.
    #[must_use]
    pub const fn new(kind: EventType<'a>) -> Self {
        Self { kind, id: None, params: Params::NONE }
    }

    /// Whether a NOTIFY with this event belongs to a SUBSCRIBE with `other`.
    #[must_use]
    pub fn matches(&self, other: &Event<'_>) -> bool {
        //= RFC 6665 8.2.1: the event-type portion of the "Event" header field is compared byte by byte, and the "id"
        // parameter token (if present) is compared byte by byte
        self.kind.0 == other.kind.0 && self.id == other.id
    }
}

impl<'a> HeaderField<'a> for Event<'a> {
    const NAME: HeaderName = HeaderName::Event;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let kind = EventType::read(cursor)?;
        let mut id = None;
        let mut from = cursor.pos();
        let params = Params::read_each(cursor, |param, cursor| {
            if param.name.eq_ignore_ascii_case("id") {
                let token = param.value.and_then(ParamValue::token);
                id = Some(token.ok_or_else(|| cursor.fault_since(from))?);
            }
            from = cursor.pos();
            Ok(())
        })?;
        Ok(Self { kind, id, params })
    }
}

impl Compose for Event<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.kind.compose(out);
        if let Some(id) = self.id {
            out.extend_from_slice(b";id=");
            id.compose(out);
        }
        self.params.compose_except(&["id"], out);
    }
}

impl Compose for EventType<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl<'a> HeaderField<'a> for AllowEvents<'a> {
    const NAME: HeaderName = HeaderName::AllowEvents;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        EventType::read(cursor).map(Self)
    }
}

impl Compose for AllowEvents<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl<'a> SubscriptionStatus<'a> {
    fn from_token(token: &'a str) -> Self {
        [Self::Active, Self::Pending, Self::Terminated]
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(token))
            .unwrap_or(Self::Other(token))
    }

    /// The state as it is written.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Terminated => "terminated",
            Self::Other(token) => token,
        }
    }
}

impl PartialEq for SubscriptionStatus<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }
}

impl Eq for SubscriptionStatus<'_> {}

impl<'a> SubscriptionState<'a> {
    /// `state` without parameters.
    #[must_use]
    pub const fn new(state: SubscriptionStatus<'a>) -> Self {
        Self { state, reason: None, expires: None, retry_after: None, params: Params::NONE }
    }

    fn take(&mut self, param: Param<'a>) -> Option<()> {
        if param.name.eq_ignore_ascii_case("reason") {
            self.reason = Some(param.value.and_then(ParamValue::token)?);
        } else if param.name.eq_ignore_ascii_case("expires") {
            self.expires = Some(param.seconds()?);
        } else if param.name.eq_ignore_ascii_case("retry-after") {
            self.retry_after = Some(param.seconds()?);
        }
        Some(())
    }
}

impl<'a> HeaderField<'a> for SubscriptionState<'a> {
    const NAME: HeaderName = HeaderName::SubscriptionState;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let mut state = Self::new(SubscriptionStatus::from_token(cursor.token()?));
        let mut from = cursor.pos();
        state.params = Params::read_each(cursor, |param, cursor| {
            state.take(param).ok_or_else(|| cursor.fault_since(from))?;
            from = cursor.pos();
            Ok(())
        })?;
        Ok(state)
    }
}

impl Compose for SubscriptionState<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.state.as_str().compose(out);
        if let Some(reason) = self.reason {
            out.extend_from_slice(b";reason=");
            reason.compose(out);
        }
        if let Some(expires) = self.expires {
            out.extend_from_slice(b";expires=");
            expires.compose(out);
        }
        if let Some(retry_after) = self.retry_after {
            out.extend_from_slice(b";retry-after=");
            retry_after.compose(out);
        }
        self.params.compose_except(&["reason", "expires", "retry-after"], out);
    }
}

display_as_composed!(EventType, Event, AllowEvents, SubscriptionState);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn event(text: &str) -> Event<'_> {
        parse(text).unwrap()
    }

    #[test]
    fn events_match_octet_by_octet_and_by_id() {
        assert!(event("foo; id=1234").matches(&event("foo; param=abcd; id=1234")));
        assert!(!event("foo; id=1234").matches(&event("foo")));
        assert!(!event("foo; id=1234").matches(&event("Foo; id=1234")));
    }

    #[test]
    fn package_stands_before_its_templates() {
        let kind = event("presence.winfo").kind;
        assert_eq!((kind.package(), kind.as_str()), ("presence", "presence.winfo"));
        for text in ["", ".winfo", "presence.", "a b", "presence;id", "presence;id=\"x\""] {
            assert!(parse::<Event<'_>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn state_with_its_parameters_reads_and_writes_back() {
        let text = "terminated;reason=giveup;retry-after=30";
        let state: SubscriptionState<'_> = parse(text).unwrap();
        assert_eq!(state.state, SubscriptionStatus::Terminated);
        assert_eq!((state.reason, state.expires, state.retry_after), (Some("giveup"), None, Some(30)));
        assert_eq!(state.to_string(), text);
        assert_eq!(parse::<SubscriptionState<'_>>("ACTIVE").unwrap().state, SubscriptionStatus::Active);
        assert!(parse::<SubscriptionState<'_>>("active;expires=soon").is_err());
    }
}

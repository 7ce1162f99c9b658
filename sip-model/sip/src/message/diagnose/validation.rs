//! The header fields of a message against its method or status, and against each other.

use std::ops::Range;

use crate::header::{Contact, Expires, Grammar, HeaderField, Shape};
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::method::Method;
use crate::message::name::HeaderName;
use crate::message::scan::RowSpan;
use crate::message::status::StatusCode;
use crate::message::{Message, StartLine};
use crate::uri::Uri;

/// Appends what `message` breaks of the rules between header fields. Values with faults of their own count as present.
pub(super) fn check(message: &Message<'_>, faults: &mut Vec<ParseError>) {
    let checks = Checks { message, faults };
    checks.run();
}

/// The checks of one message.
struct Checks<'m> {
    message: &'m Message<'m>,
    faults: &'m mut Vec<ParseError>,
}

impl Checks<'_> {
    fn run(mut self) {
        self.presence();
        self.repetition();
        self.tags();
        match self.message.start_line() {
            StartLine::Request { method, .. } => self.request(method),
            StartLine::Status { .. } => self.star(None),
        }
    }

    fn request(&mut self, method: Method<'_>) {
        self.branch();
        self.request_uri();
        self.star(Some(method));
        if self.message.cseq().is_ok_and(|cseq| cseq.method != method) {
            self.fault(ParseErrorKind::CSeqMethod, self.value_of(HeaderName::CSeq));
        }
        match method {
            Method::Cancel => self.cancel(),
            Method::Invite | Method::Subscribe | Method::Refer => self.contact_of_dialog(),
            _ => {}
        }
    }

    fn fault(&mut self, kind: ParseErrorKind, at: Range<usize>) {
        self.faults.push(ParseError::new(kind, at));
    }

    /// Where the value of the first row of `name` is; nowhere at the end of the rows when there is none.
    fn value_of(&self, name: HeaderName) -> Range<usize> {
        let end = usize::from(self.message.index.body);
        self.rows(name).next().map_or(end..end, RowSpan::value)
    }

    fn rows(&self, name: HeaderName) -> impl Iterator<Item = &RowSpan> {
        self.message.index.rows.iter().filter(move |row| row.known == Some(name))
    }

    /// The topmost value of `H`, `None` when it is absent or faulty.
    fn top<'s, H: HeaderField<'s>>(&'s self) -> Option<H> {
        self.message.values().next()?.ok()
    }

    fn presence(&mut self) {
        for name in mandatory(self.message) {
            if self.rows(name).next().is_none() {
                self.fault(ParseErrorKind::Missing(name), self.value_of(name));
            }
        }
    }

    fn repetition(&mut self) {
        //= RFC 3261 7.3.1: multiple header field rows with the same field-name MAY be present in a message if and only
        // if the entire field-value for that header field is defined as a comma-separated list
        let mut seen = std::collections::BTreeSet::new();
        let rows = self.message.index.rows.iter().filter_map(|row| Some((row.known?, row)));
        for (name, row) in rows {
            // The framing has told of each Content-Length behind the first.
            let is_single = Grammar::of(name).shape == Shape::Single && name != HeaderName::ContentLength;
            if !seen.insert(name) && is_single {
                self.faults.push(ParseError::new(ParseErrorKind::Repeated(name), row.whole()));
            }
        }
    }

    fn tags(&mut self) {
        if self.top().is_some_and(|from: crate::header::From<'_>| from.tag.is_none()) {
            self.fault(ParseErrorKind::TagMissing(HeaderName::From), self.value_of(HeaderName::From));
        }
        let is_final = self.message.status().is_some_and(|code| code != StatusCode::TRYING);
        if is_final && self.top().is_some_and(|to: crate::header::To<'_>| to.tag.is_none()) {
            self.fault(ParseErrorKind::TagMissing(HeaderName::To), self.value_of(HeaderName::To));
        }
    }

    fn branch(&mut self) {
        let is_unique = |via: crate::header::Via<'_>| via.branch.is_some_and(|branch| branch.is_unique());
        if self.top().is_some_and(|via| !is_unique(via)) {
            self.fault(ParseErrorKind::BranchMissing, self.value_of(HeaderName::Via));
        }
    }

    fn request_uri(&mut self) {
        if let Ok(Uri::Sip(uri)) = self.message.request_uri()
            && !uri.headers.is_empty()
        {
            self.fault(ParseErrorKind::RequestUriHeaders, self.message.index.start.uri());
        }
    }

    fn cancel(&mut self) {
        for name in [HeaderName::Require, HeaderName::ProxyRequire] {
            let row = self.rows(name).next().map(RowSpan::whole);
            self.faults.extend(row.map(|at| ParseError::new(ParseErrorKind::Forbidden(name), at)));
        }
    }

    fn star(&mut self, method: Option<Method<'_>>) {
        let mut contacts = self.message.values::<Contact<'_>>();
        if !contacts.any(|contact| matches!(contact, Ok(Contact::Star))) {
            return;
        }
        //= RFC 3261 10.2.2: the "*" Contact header field value applies to all registrations, but it MUST NOT be used
        // unless the Expires header field is present with a value of "0"
        let alone = self.message.values::<Contact<'_>>().count() == 1;
        let removes_all = method == Some(Method::Register) && alone && self.top() == Some(Expires(0));
        if !removes_all {
            self.fault(ParseErrorKind::ContactStar, self.value_of(HeaderName::Contact));
        }
    }

    fn contact_of_dialog(&mut self) {
        let contacts: Vec<_> = self.message.values::<Contact<'_>>().collect();
        let is_sip = |contact: &Contact<'_>| match contact {
            Contact::Star => false,
            Contact::Address(contact) => contact.address.uri.as_sip().is_some(),
        };
        let kept = match &contacts[..] {
            // One that is missing or faulty is told of elsewhere.
            [] | [Err(_)] => true,
            [Ok(contact)] => is_sip(contact),
            [_, _, ..] => false,
        };
        if !kept {
            self.fault(ParseErrorKind::ContactOfDialog, self.value_of(HeaderName::Contact));
        }
    }
}

/// The header fields that `message` cannot be without.
fn mandatory(message: &Message<'_>) -> Vec<HeaderName> {
    use HeaderName as Name;
    let mut names = vec![Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq];
    match message.start_line() {
        StartLine::Request { method, .. } => {
            names.push(Name::MaxForwards);
            names.extend_from_slice(mandatory_for_method(method));
        }
        StartLine::Status { code, .. } => {
            names.extend_from_slice(mandatory_for_status(code));
            let accepts = code.is_success() && message.cseq().is_ok_and(|cseq| cseq.method == Method::Invite);
            names.extend(accepts.then_some(Name::Contact));
        }
    }
    names.extend((!message.body().is_empty()).then_some(Name::ContentType));
    names
}

fn mandatory_for_method(method: Method<'_>) -> &'static [HeaderName] {
    use HeaderName as Name;
    match method {
        Method::Invite => &[Name::Contact],
        Method::Notify => &[Name::Event, Name::SubscriptionState],
        Method::Prack => &[Name::RAck],
        Method::Publish => &[Name::Event],
        Method::Refer => &[Name::Contact, Name::ReferTo],
        Method::Subscribe => &[Name::Contact, Name::Event],
        _ => &[],
    }
}

fn mandatory_for_status(code: StatusCode) -> &'static [HeaderName] {
    use HeaderName as Name;
    match code.code() {
        401 => &[Name::WwwAuthenticate],
        405 => &[Name::Allow],
        407 => &[Name::ProxyAuthenticate],
        420 => &[Name::Unsupported],
        422 => &[Name::MinSe],
        423 => &[Name::MinExpires],
        _ => &[],
    }
}

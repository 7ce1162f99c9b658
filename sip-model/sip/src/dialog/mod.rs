//! Dialogs (RFC 3261 12).
//!
//! ```text
//!   UAC                                    UAS
//!   Dialog::of_uac(1xx or 2xx)             Dialog::of_uas(INVITE, local tag)
//!      route set: Record-Route reversed       route set: Record-Route as it stands
//!      remote target: Contact of the 2xx      remote target: Contact of the INVITE
//!            │  next_cseq, plan ───▶ BYE, ACK ───▶ admit │
//! ```
//!
//! A dialog is a few numbers, a state and one string that holds all its names, so that a call in progress stays small.
//! Left out: the secure flag (there is no TLS to keep), and offers and answers in UPDATE.

use std::borrow::Cow;

use crate::header::{Contact, DisplayName, From, NameAddr, RecordRoute, Tag, To};
use crate::message::{
    Compose, HeaderName, Mandatory, Message, Method, ParseError, ParseErrorKind, StatusCode,
};
use crate::uri::Uri;

/// Whether the callee has accepted (RFC 3261 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogState {
    /// Made by a provisional response.
    Early,
    /// Made or confirmed by a 2xx.
    Confirmed,
}

/// A peer-to-peer relationship of two user agents, as one of them sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    /// The parts in the order of [`Part`], then each route with a line feed behind it.
    text: Box<str>,
    /// Where each part ends.
    ends: [u16; Part::COUNT],
    state: DialogState,
    local_cseq: u32,
    remote_cseq: Option<u32>,
}

/// Where a request within a dialog goes, and what it must carry to get there (RFC 3261 12.2.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutePlan<'d> {
    /// The Request-URI.
    pub request_uri: Cow<'d, str>,
    /// The URIs of the Route header field, from the top.
    pub routes: Vec<&'d str>,
    /// Whose address the request is sent to: the topmost Route, or the Request-URI (RFC 3261 8.1.2).
    pub next_hop: Cow<'d, str>,
}

/// Why a request does not fit into its dialog (RFC 3261 12.2.2): it is answered 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfOrder {
    /// The highest CSeq number seen so far.
    pub seen: u32,
}

/// What a dialog remembers as text.
#[derive(Clone, Copy)]
enum Part {
    CallId,
    LocalParty,
    LocalTag,
    RemoteParty,
    RemoteTag,
    Target,
}

impl Part {
    const COUNT: usize = Part::Target as usize + 1;
}

/// One end of a dialog: its address and its tag.
type End<'a> = (NameAddr<'a>, &'a str);

impl Dialog {
    /// The dialog that `response`, a 101–299, makes for the UAC whose request it answers. `head` are the header fields
    /// of the response.
    ///
    /// # Errors
    /// When Contact or Record-Route is malformed, or Contact is missing.
    pub fn of_uac(response: &Message<'_>, head: &Mandatory<'_>) -> Result<Dialog, ParseError> {
        //= RFC 3261 12.1.2: the route set MUST be set to the list of URIs in the Record-Route header field from the
        // response, taken in reverse order and preserving all URI parameters
        let mut routes = record_routes(response)?;
        routes.reverse();
        let (text, ends) =
            pack(head, (end_of_from(&head.from), end_of_to(&head.to)), contact(response)?, &routes)?;
        Ok(Dialog {
            text,
            ends,
            state: state_after(response.status()),
            //= RFC 3261 12.1.2: the local sequence number MUST be set to that of the CSeq of the request, which the
            // response repeats
            local_cseq: head.cseq.number,
            remote_cseq: None,
        })
    }

    /// The early dialog that a response to `request` with `local_tag` in To makes for the UAS. `head` are the header
    /// fields of the request.
    ///
    /// # Errors
    /// When Contact or Record-Route is malformed, or Contact is missing where the caller is no RFC 2543 element.
    pub fn of_uas(
        request: &Message<'_>,
        head: &Mandatory<'_>,
        local_tag: &str,
    ) -> Result<Dialog, ParseError> {
        //= RFC 3261 12.1.1: taken in order and preserving all URI parameters
        let routes = record_routes(request)?;
        let ends = ((readable(head.to.address), local_tag), end_of_from(&head.from));
        let target = contact(request)?.or_else(|| legacy_target(head));
        let (text, ends) = pack(head, ends, target, &routes)?;
        Ok(Dialog {
            text,
            ends,
            state: DialogState::Early,
            local_cseq: 0,
            //= RFC 3261 12.1.1: the remote sequence number MUST be set to that of the CSeq of the request
            remote_cseq: Some(head.cseq.number),
        })
    }

    /// Early or confirmed.
    pub fn state(&self) -> DialogState {
        self.state
    }

    /// The same dialog, in which `cseq` was the number of the last request from here.
    #[must_use]
    pub fn counted_from(self, cseq: u32) -> Dialog {
        Dialog { local_cseq: cseq, ..self }
    }

    /// Takes note that the 2xx was sent: the dialog is confirmed, its route set frozen.
    pub fn confirm(&mut self) {
        self.state = DialogState::Confirmed;
    }

    /// The Call-ID.
    pub fn call_id(&self) -> &str {
        self.part(Part::CallId)
    }

    /// The local URI in angle brackets, behind its display name if it has one: From in requests from here.
    pub fn local_party(&self) -> &str {
        self.part(Part::LocalParty)
    }

    /// The local tag.
    pub fn local_tag(&self) -> &str {
        self.part(Part::LocalTag)
    }

    /// The remote URI in angle brackets, behind its display name if it has one: To in requests from here.
    pub fn remote_party(&self) -> &str {
        self.part(Part::RemoteParty)
    }

    /// The remote tag, empty when the peer has none (RFC 2543).
    pub fn remote_tag(&self) -> &str {
        self.part(Part::RemoteTag)
    }

    /// The remote target: the Contact of the peer.
    pub fn remote_target(&self) -> &str {
        self.part(Part::Target)
    }

    /// The route set, the nearest element first.
    pub fn route_set(&self) -> impl Iterator<Item = &str> {
        self.text[usize::from(self.ends[Part::COUNT - 1])..].split_terminator('\n')
    }

    /// Whether a request with these header fields, received by this side, belongs to the dialog.
    pub fn owns_request(&self, head: &Mandatory<'_>) -> bool {
        //= RFC 3261 12.2.2: in a request from the peer, the local tag is the one in To
        self.is_named(head, head.to.tag, head.from.tag)
    }

    /// Whether a response with these header fields, received by this side, belongs to the dialog.
    pub fn owns_response(&self, head: &Mandatory<'_>) -> bool {
        self.is_named(head, head.from.tag, head.to.tag)
    }

    fn is_named(&self, head: &Mandatory<'_>, local: Option<Tag<'_>>, remote: Option<Tag<'_>>) -> bool {
        //= RFC 3261 12.1.1: a missing tag is the null value of RFC 2543
        let is = |tag: Option<Tag<'_>>, known: &str| tag_text(tag).eq_ignore_ascii_case(known);
        head.call_id.as_str() == self.call_id()
            && is(local, self.local_tag())
            && is(remote, self.remote_tag())
    }

    /// The CSeq number of the next request from here; CANCEL and ACK keep that of their INVITE.
    pub fn next_cseq(&mut self) -> u32 {
        //= RFC 3261 12.2.1.1: the CSeq number MUST be incremented by one for each request in a direction
        self.local_cseq += 1;
        self.local_cseq
    }

    /// Admits a request from the peer, or finds it out of order. Its target is taken over with the 2xx to it:
    /// [`Dialog::refresh_target`].
    ///
    /// # Errors
    /// [`OutOfOrder`] when its CSeq number does not rise. ACK and CANCEL do not count.
    pub fn admit(&mut self, request: &Message<'_>) -> Result<(), OutOfOrder> {
        let (Some(method), Ok(cseq)) = (request.method(), request.cseq()) else { return Ok(()) };
        if matches!(method, Method::Ack | Method::Cancel) {
            return Ok(());
        }
        //= RFC 3261 12.2.2: if the sequence number of the request is lower than the remote sequence number, the
        // request is out of order and MUST be rejected with a 500 (Server Internal Error) response
        if let Some(seen) = self.remote_cseq.filter(|seen| cseq.number <= *seen) {
            return Err(OutOfOrder { seen });
        }
        //= RFC 3261 12.2.2: it is possible for the CSeq to be higher by more than one: this is not an error
        self.remote_cseq = Some(cseq.number);
        Ok(())
    }

    /// Takes over the Contact of a target refresh request that is answered with 2xx, or of the 2xx to one.
    ///
    /// Without effect for other requests, and when there is no Contact.
    pub fn refresh_target(&mut self, message: &Message<'_>) {
        let method = message.method().or_else(|| message.cseq().ok().map(|cseq| cseq.method));
        if !method.is_some_and(is_target_refresh) {
            return;
        }
        //= RFC 3261 12.2.2: it MUST replace the dialog's remote target URI with the URI from the Contact, if present
        //= RFC 6141 4.6: if the UA generates an error response to the target-refresh request, it MUST NOT update its
        // dialog's remote target
        let Ok(Some(target)) = contact(message) else { return };
        let (start, end) = (self.ends[Part::Target as usize - 1], self.ends[Part::Target as usize]);
        let mut text = String::with_capacity(self.text.len() + target.len());
        text.push_str(&self.text[..usize::from(start)]);
        text.push_str(&target);
        let Ok(new_end) = u16::try_from(text.len()) else { return };
        text.push_str(&self.text[usize::from(end)..]);
        self.ends[Part::Target as usize] = new_end;
        self.text = text.into_boxed_str();
    }

    /// Where the next request from here goes.
    pub fn plan(&self) -> RoutePlan<'_> {
        let target = self.remote_target();
        let mut routes: Vec<&str> = self.route_set().collect();
        let Some(&first) = routes.first() else {
            //= RFC 3261 12.2.1.1: if the route set is empty, the UAC MUST place the remote target URI into the
            // Request-URI and MUST NOT add a Route header field
            return RoutePlan { request_uri: target.into(), routes, next_hop: target.into() };
        };
        if is_loose_router(first) {
            //= RFC 3261 12.2.1.1: the remote target into the Request-URI, the route set values in order into Route
            return RoutePlan { request_uri: target.into(), next_hop: first.into(), routes };
        }
        //= RFC 3261 12.2.1.1: if its first URI does not contain the lr parameter, the UAC MUST place the first URI
        // into the Request-URI, stripping any parameters that are not allowed, the remainder of the route set into
        // Route, and then the remote target URI into Route as the last value
        let request_uri: Cow<'_, str> = allowed_in_request_uri(first).into();
        routes.remove(0);
        routes.push(target);
        RoutePlan { next_hop: request_uri.clone(), request_uri, routes }
    }

    fn part(&self, part: Part) -> &str {
        let index = part as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[usize::from(start)..usize::from(self.ends[index])]
    }
}

/// Packs the texts of a dialog with the ends `(local, remote)`, and where each of its parts ends.
fn pack(
    head: &Mandatory<'_>,
    (local, remote): (End<'_>, End<'_>),
    target: Option<String>,
    routes: &[String],
) -> Result<(Box<str>, [u16; Part::COUNT]), ParseError> {
    let target = target.ok_or_else(|| fault(ParseErrorKind::Missing(HeaderName::Contact)))?;
    let mut text = Vec::with_capacity(256);
    let mut ends = [0; Part::COUNT];
    let parts: [&dyn Compose; Part::COUNT] =
        [&head.call_id, &local.0, &local.1, &remote.0, &remote.1, &target.as_str()];
    for (part, end) in parts.iter().zip(&mut ends) {
        part.compose(&mut text);
        // The parts come from one message, which is shorter; a tag of our own may just not fit any more.
        *end = u16::try_from(text.len()).map_err(|_| fault(ParseErrorKind::MessageTooLarge))?;
    }
    for route in routes {
        route.as_str().compose(&mut text);
        text.push(b'\n');
    }
    let text = String::from_utf8(text)
        .expect("URIs, tags and Call-IDs are ASCII, and display names are kept when they are UTF-8");
    Ok((text.into_boxed_str(), ends))
}

fn end_of_from<'a>(from: &From<'a>) -> End<'a> {
    (readable(from.address), tag_text(from.tag))
}

fn end_of_to<'a>(to: &To<'a>) -> End<'a> {
    (readable(to.address), tag_text(to.tag))
}

/// `address` without a display name that is no UTF-8: it names nobody, and the URI alone makes the dialog.
fn readable(address: NameAddr<'_>) -> NameAddr<'_> {
    match address.display {
        Some(DisplayName::Quoted(name)) if std::str::from_utf8(name.raw()).is_err() => {
            NameAddr::bare(address.uri)
        }
        _ => address,
    }
}

fn tag_text(tag: Option<Tag<'_>>) -> &str {
    tag.map_or("", |tag| tag.as_str())
}

fn fault(kind: ParseErrorKind) -> ParseError {
    ParseError { kind, at: 0..0 }
}

fn state_after(status: Option<StatusCode>) -> DialogState {
    match status {
        Some(status) if status.is_success() => DialogState::Confirmed,
        _ => DialogState::Early,
    }
}

fn record_routes(message: &Message<'_>) -> Result<Vec<String>, ParseError> {
    message.values::<RecordRoute<'_>>().map(|value| Ok(text_of(&value?.address.uri))).collect()
}

fn contact(message: &Message<'_>) -> Result<Option<String>, ParseError> {
    match message.values::<Contact<'_>>().next().transpose()? {
        Some(Contact::Address(contact)) => Ok(Some(text_of(&contact.address.uri))),
        Some(Contact::Star) | None => Ok(None),
    }
}

/// Where an RFC 2543 element that sends no Contact is reached: its From. `None` for elements of RFC 3261, which must
/// send one.
fn legacy_target(head: &Mandatory<'_>) -> Option<String> {
    //= RFC 3261 8.1.1.7: the magic cookie shows that the branch was constructed as RFC 3261 has it
    let is_legacy = !head.via.branch.is_some_and(|branch| branch.is_unique());
    is_legacy.then(|| text_of(&head.from.address.uri))
}

fn text_of(uri: &Uri<'_>) -> String {
    let mut text = Vec::with_capacity(64);
    uri.compose(&mut text);
    String::from_utf8(text).expect("URIs are ASCII")
}

fn is_target_refresh(method: Method<'_>) -> bool {
    //= RFC 3261 12.2: for dialogs that have been established with an INVITE, the only target refresh request
    // defined is re-INVITE; RFC 3311 5.1 adds UPDATE
    matches!(method, Method::Invite | Method::Update)
}

fn is_loose_router(uri: &str) -> bool {
    Uri::parse(uri).is_ok_and(|uri| uri.as_sip().is_some_and(|uri| uri.is_loose_router()))
}

/// `uri` without what may not stand in a Request-URI: its headers and its method parameter.
pub(crate) fn allowed_in_request_uri(uri: &str) -> String {
    let bare = uri.split_once('?').map_or(uri, |(bare, _)| bare);
    let mut parts = bare.split(';');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        //= RFC 3261 19.1.1: table 1: method is not allowed in a Request-URI
        if !part.get(..7).is_some_and(|name| name.eq_ignore_ascii_case("method=")) {
            kept.push(';');
            kept.push_str(part);
        }
    }
    kept
}

#[cfg(test)]
mod tests;

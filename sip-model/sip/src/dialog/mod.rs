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
//! A dialog is two numbers, a state and one string that holds all its names, so that a call in progress stays small.
//! Left out: the secure flag (there is no TLS to keep), and offers and answers in UPDATE.

use std::fmt::Write as _;

use crate::header::{Contact, RecordRoute};
use crate::message::{HeaderName, StatusCode};
use crate::message::{Message, Method, ParseError, ParseErrorKind};
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
    /// Call-ID, local URI, local tag, remote URI, remote tag, remote target, and the route set, a line each: none of
    /// them can hold a line feed.
    lines: Box<str>,
    state: DialogState,
    local_cseq: u32,
    remote_cseq: Option<u32>,
}

/// Where a request within a dialog goes, and what it must carry to get there (RFC 3261 12.2.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutePlan<'d> {
    /// The Request-URI.
    pub request_uri: String,
    /// The URIs of the Route header field, from the top.
    pub routes: Vec<&'d str>,
    /// Whose address the request is sent to: the topmost Route, or the Request-URI (RFC 3261 8.1.2).
    pub next_hop: String,
}

/// Why a request does not fit into its dialog (RFC 3261 12.2.2): it is answered 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfOrder {
    /// The highest CSeq number seen so far.
    pub seen: u32,
}

#[derive(Clone, Copy)]
enum Line {
    CallId,
    LocalUri,
    LocalTag,
    RemoteUri,
    RemoteTag,
    Target,
    FirstRoute,
}

/// The names of a dialog before they are packed.
struct Names<'a> {
    call_id: &'a str,
    local: (String, &'a str),
    remote: (String, &'a str),
    target: String,
    routes: Vec<String>,
}

impl Dialog {
    /// The dialog that `response`, a 101–299, makes for the UAC whose request it answers.
    ///
    /// # Errors
    /// When a header field that the dialog is made of is missing or malformed.
    pub fn of_uac(response: &Message<'_>) -> Result<Dialog, ParseError> {
        let (from, to) = (response.from()?, response.to()?);
        //= RFC 3261 12.1.2: the route set MUST be set to the list of URIs in the Record-Route header field from the
        // response, taken in reverse order and preserving all URI parameters
        let mut routes = record_routes(response)?;
        routes.reverse();
        let names = Names {
            call_id: response.call_id()?.as_str(),
            local: (from.address.uri.to_string(), from.tag.map_or("", |tag| tag.as_str())),
            remote: (to.address.uri.to_string(), to.tag.map_or("", |tag| tag.as_str())),
            target: contact(response)?.ok_or_else(no_contact)?,
            routes,
        };
        Ok(Dialog {
            lines: names.pack(),
            state: state_after(response.status()),
            //= RFC 3261 12.1.2: the local sequence number MUST be set to that of the CSeq of the request, which the
            // response repeats
            local_cseq: response.cseq()?.number,
            remote_cseq: None,
        })
    }

    /// The early dialog that a response to `request` with `local_tag` in To makes for the UAS.
    ///
    /// # Errors
    /// When a header field that the dialog is made of is missing or malformed.
    pub fn of_uas(request: &Message<'_>, local_tag: &str) -> Result<Dialog, ParseError> {
        let (from, to) = (request.from()?, request.to()?);
        let names = Names {
            call_id: request.call_id()?.as_str(),
            local: (to.address.uri.to_string(), local_tag),
            remote: (from.address.uri.to_string(), from.tag.map_or("", |tag| tag.as_str())),
            target: contact(request)?.ok_or_else(no_contact)?,
            //= RFC 3261 12.1.1: taken in order and preserving all URI parameters
            routes: record_routes(request)?,
        };
        Ok(Dialog {
            lines: names.pack(),
            state: DialogState::Early,
            local_cseq: 0,
            //= RFC 3261 12.1.1: the remote sequence number MUST be set to that of the CSeq of the request
            remote_cseq: Some(request.cseq()?.number),
        })
    }

    /// Early or confirmed.
    pub fn state(&self) -> DialogState {
        self.state
    }

    /// Takes note that the 2xx was sent: the dialog is confirmed, its route set frozen.
    pub fn confirm(&mut self) {
        self.state = DialogState::Confirmed;
    }

    /// The Call-ID.
    pub fn call_id(&self) -> &str {
        self.line(Line::CallId)
    }

    /// The local URI: From in requests from here.
    pub fn local_uri(&self) -> &str {
        self.line(Line::LocalUri)
    }

    /// The local tag.
    pub fn local_tag(&self) -> &str {
        self.line(Line::LocalTag)
    }

    /// The remote URI: To in requests from here.
    pub fn remote_uri(&self) -> &str {
        self.line(Line::RemoteUri)
    }

    /// The remote tag, empty when the peer has none (RFC 2543).
    pub fn remote_tag(&self) -> &str {
        self.line(Line::RemoteTag)
    }

    /// The remote target: the Contact of the peer.
    pub fn remote_target(&self) -> &str {
        self.line(Line::Target)
    }

    /// The route set, the nearest element first.
    pub fn route_set(&self) -> impl Iterator<Item = &str> {
        self.lines.split('\n').skip(Line::FirstRoute as usize)
    }

    /// Whether `message`, received by this side, belongs to the dialog.
    pub fn owns(&self, message: &Message<'_>) -> bool {
        let (Ok(call_id), Ok(from), Ok(to)) = (message.call_id(), message.from(), message.to()) else {
            return false;
        };
        let tags = [from.tag, to.tag].map(|tag| tag.map_or("", |tag| tag.as_str()));
        //= RFC 3261 12.2.2, 12.1.1: in a request, the local tag is the one in To; in a response, the one in From
        let [remote, local] = if message.is_request() { tags } else { [tags[1], tags[0]] };
        call_id.as_str() == self.call_id()
            && local.eq_ignore_ascii_case(self.local_tag())
            && remote.eq_ignore_ascii_case(self.remote_tag())
    }

    /// The CSeq number of the next request from here; CANCEL and ACK keep that of their INVITE.
    pub fn next_cseq(&mut self) -> u32 {
        //= RFC 3261 12.2.1.1: the CSeq number MUST be incremented by one for each request in a direction
        self.local_cseq += 1;
        self.local_cseq
    }

    /// Admits a request from the peer, or finds it out of order; takes over a new remote target.
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
        if is_target_refresh(method) {
            self.refresh_target(request);
        }
        Ok(())
    }

    /// Takes over the Contact of a target refresh request or of the 2xx to one.
    pub fn refresh_target(&mut self, message: &Message<'_>) {
        //= RFC 3261 12.2.2: it MUST replace the dialog's remote target URI with the URI from the Contact, if present
        let Ok(Some(target)) = contact(message) else { return };
        let mut lines: Vec<&str> = self.lines.split('\n').collect();
        lines[Line::Target as usize] = &target;
        self.lines = lines.join("\n").into();
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
        let request_uri = allowed_in_request_uri(first);
        routes.remove(0);
        routes.push(target);
        RoutePlan { next_hop: request_uri.clone(), request_uri, routes }
    }

    fn line(&self, line: Line) -> &str {
        self.lines.split('\n').nth(line as usize).expect("a dialog has all its lines")
    }
}

impl Names<'_> {
    fn pack(self) -> Box<str> {
        let mut lines = String::with_capacity(256);
        let (local, remote) = (&self.local, &self.remote);
        write!(
            lines,
            "{}\n{}\n{}\n{}\n{}\n{}",
            self.call_id, local.0, local.1, remote.0, remote.1, self.target
        )
        .expect("writing into a String does not fail");
        for route in &self.routes {
            lines.push('\n');
            lines.push_str(route);
        }
        lines.into_boxed_str()
    }
}

fn state_after(status: Option<StatusCode>) -> DialogState {
    match status {
        Some(status) if status.is_success() => DialogState::Confirmed,
        _ => DialogState::Early,
    }
}

fn record_routes(message: &Message<'_>) -> Result<Vec<String>, ParseError> {
    message.values::<RecordRoute<'_>>().map(|value| Ok(value?.address.uri.to_string())).collect()
}

fn contact(message: &Message<'_>) -> Result<Option<String>, ParseError> {
    match message.values::<Contact<'_>>().next().transpose()? {
        Some(Contact::Address(contact)) => Ok(Some(contact.address.uri.to_string())),
        Some(Contact::Star) | None => Ok(None),
    }
}

fn no_contact() -> ParseError {
    ParseError { kind: ParseErrorKind::Missing(HeaderName::Contact), at: 0..0 }
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
fn allowed_in_request_uri(uri: &str) -> String {
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

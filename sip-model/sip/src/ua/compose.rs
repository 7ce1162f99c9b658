//! The requests and responses of user agents, written into a caller's buffer (RFC 3261 8.1.1, 12.2.1.1, 13.2.1).

use super::identity::Identities;
use super::policy::Capabilities;
use crate::dialog::{Dialog, RoutePlan};
use crate::header::{CSeq, ContentType, MaxForwards};
use crate::message::{Compose, Composer, HeaderName, Method};

/// The methods that the user agents take, as the value of Allow.
pub(super) const ALLOWED: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS";

/// The extensions that the user agents understand, as the value of Supported in a 2xx: none.
///
/// Requests do without it, because RFC 3261 8.1.1.9 asks only those for it who have an extension to name.
pub(super) const SUPPORTED: &str = "";

/// A URI in angle brackets.
struct Bracketed<U>(U);

impl<U: Compose> Compose for Bracketed<U> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.push(b'<');
        self.0.compose(out);
        out.push(b'>');
    }
}

/// From or To of a request: an address as name-addr, and a tag unless it is empty.
struct Party<'a, A> {
    address: A,
    tag: &'a str,
}

impl<A: Compose> Compose for Party<'_, A> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.address.compose(out);
        if !self.tag.is_empty() {
            out.extend_from_slice(b";tag=");
            self.tag.compose(out);
        }
    }
}

/// Whom a request is for: a URI, or an address such as `Bob <sip:bob@example.com>`.
#[derive(Clone, Copy)]
pub(super) struct Whom<'a>(pub(super) &'a str);

impl<'a> Whom<'a> {
    /// The URI in it.
    pub(super) fn uri(self) -> &'a str {
        let inner = self.0.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>'));
        inner.map_or(self.0, |(uri, _)| uri)
    }
}

impl Compose for Whom<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        if self.0.contains('<') { self.0.compose(out) } else { Bracketed(self.0).compose(out) }
    }
}

/// A request outside any dialog, and who sends it.
#[derive(Clone, Copy)]
pub(super) struct Initial<'a> {
    pub(super) method: Method<'a>,
    pub(super) request_uri: &'a str,
    pub(super) from_tag: &'a str,
    /// The recipient, in To.
    pub(super) to: &'a dyn Compose,
    pub(super) call_id: &'a str,
    pub(super) cseq: u32,
    pub(super) branch: &'a str,
}

impl Initial<'_> {
    /// Begins the request of `line` at the end of `out`: everything that RFC 3261 8.1.1 demands.
    pub(super) fn begin<'o>(&self, lines: &Identities, line: u32, out: &'o mut Vec<u8>) -> Composer<'o> {
        let cseq = CSeq { number: self.cseq, method: self.method };
        Composer::request(out, self.method, self.request_uri)
            .header(HeaderName::Via, &lines.via(line, self.branch))
            .header(HeaderName::MaxForwards, &MaxForwards::INITIAL)
            .headers(HeaderName::Route, lines.routes(line).iter().map(|uri| Bracketed(uri.as_str())))
            .header(HeaderName::From, &Party { address: lines.party(line), tag: self.from_tag })
            .header(HeaderName::To, self.to)
            .header(HeaderName::CallId, self.call_id)
            .header(HeaderName::CSeq, &cseq)
    }

    /// The URI whose address the request of `line` is sent to (RFC 3261 8.1.2).
    pub(super) fn next_hop<'a>(&'a self, lines: &'a Identities, line: u32) -> &'a str {
        lines.routes(line).first().map_or(self.request_uri, String::as_str)
    }
}

/// A request within a dialog, and where it goes.
#[derive(Clone, Copy)]
pub(super) struct Inner<'a> {
    pub(super) dialog: &'a Dialog,
    pub(super) plan: &'a RoutePlan<'a>,
    pub(super) cseq: CSeq<'a>,
    pub(super) branch: &'a str,
}

impl Inner<'_> {
    /// Begins the request of `line` at the end of `out` (RFC 3261 12.2.1.1).
    pub(super) fn begin<'o>(&self, lines: &Identities, line: u32, out: &'o mut Vec<u8>) -> Composer<'o> {
        let Inner { dialog, plan, cseq, branch } = self;
        Composer::request(out, cseq.method, &*plan.request_uri)
            .header(HeaderName::Via, &lines.via(line, branch))
            .header(HeaderName::MaxForwards, &MaxForwards::INITIAL)
            .headers(HeaderName::Route, plan.routes.iter().map(Bracketed))
            .header(HeaderName::From, &Party { address: dialog.local_party(), tag: dialog.local_tag() })
            .header(HeaderName::To, &Party { address: dialog.remote_party(), tag: dialog.remote_tag() })
            .header(HeaderName::CallId, dialog.call_id())
            .header(HeaderName::CSeq, cseq)
    }
}

/// The value of Contact for `line`.
pub(super) fn contact(identities: &Identities, line: u32) -> impl Compose {
    Bracketed(identities.contact_uri(line))
}

/// Names the methods that are taken, unless capabilities are left out.
pub(super) fn with_allow(message: Composer<'_>, capabilities: Capabilities) -> Composer<'_> {
    match capabilities {
        Capabilities::Stated => message.header(HeaderName::Allow, ALLOWED),
        Capabilities::Unstated => message,
    }
}

/// Names methods and extensions as a 2xx to an INVITE should, unless capabilities are left out.
pub(super) fn with_capabilities(message: Composer<'_>, capabilities: Capabilities) -> Composer<'_> {
    match capabilities {
        Capabilities::Stated => with_allow(message, capabilities).header(HeaderName::Supported, SUPPORTED),
        Capabilities::Unstated => message,
    }
}

/// Ends a message with a session description, or without a body when there is none.
pub(super) fn end_with(message: Composer<'_>, description: &[u8]) {
    match description {
        [] => message.finish(),
        description => message.body(&ContentType::SDP, description),
    }
}

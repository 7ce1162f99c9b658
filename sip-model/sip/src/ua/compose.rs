//! The requests and responses of user agents, written into a caller's buffer (RFC 3261 8.1.1, 12.2.1.1, 13.2.1).

use std::net::SocketAddr;

use super::identity::Identities;
use crate::dialog::{Dialog, RoutePlan};
use crate::header::{Branch, CSeq, ContentType, MaxForwards, Via};
use crate::message::{Compose, Composer, HeaderName, Method};
use crate::uri::{HostPort, Transport};

/// The methods that the user agents take, as the value of Allow.
pub(super) const ALLOWED: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS";

/// The extensions that the user agents understand, as the value of Supported in a 2xx: none.
///
/// Requests do without it, because RFC 3261 8.1.1.9 asks only those for it who have an extension to name.
pub(super) const SUPPORTED: &str = "";

/// From or To of a request: a URI, and a tag unless it is empty.
struct Party<'a, U> {
    uri: U,
    tag: &'a str,
}

impl<U: Compose> Compose for Party<'_, U> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.push(b'<');
        self.uri.compose(out);
        out.push(b'>');
        if !self.tag.is_empty() {
            out.extend_from_slice(b";tag=");
            self.tag.compose(out);
        }
    }
}

/// A request outside any dialog, and who sends it.
#[derive(Clone, Copy)]
pub(super) struct Initial<'a> {
    pub(super) method: Method<'a>,
    pub(super) request_uri: &'a dyn Compose,
    /// The address-of-record of the sender, in From.
    pub(super) from: &'a dyn Compose,
    pub(super) from_tag: &'a str,
    /// The address-of-record of the recipient, in To.
    pub(super) to: &'a dyn Compose,
    pub(super) call_id: &'a str,
    pub(super) cseq: u32,
    pub(super) branch: &'a str,
    pub(super) local: SocketAddr,
}

impl Initial<'_> {
    /// Begins the request at the end of `out`: everything that RFC 3261 8.1.1 demands.
    pub(super) fn begin<'o>(&self, out: &'o mut Vec<u8>) -> Composer<'o> {
        Composer::request(out, self.method, self.request_uri)
            .header(HeaderName::Via, &via(self.local, self.branch))
            .header(HeaderName::MaxForwards, &MaxForwards::INITIAL)
            .header(HeaderName::From, &Party { uri: self.from, tag: self.from_tag })
            .header(HeaderName::To, &Party { uri: self.to, tag: "" })
            .header(HeaderName::CallId, self.call_id)
            .header(HeaderName::CSeq, &CSeq { number: self.cseq, method: self.method })
    }
}

/// A request within a dialog, and where it goes.
#[derive(Clone, Copy)]
pub(super) struct Inner<'a> {
    pub(super) dialog: &'a Dialog,
    pub(super) plan: &'a RoutePlan<'a>,
    pub(super) cseq: CSeq<'a>,
    pub(super) branch: &'a str,
    pub(super) local: SocketAddr,
}

impl Inner<'_> {
    /// Begins the request at the end of `out` (RFC 3261 12.2.1.1).
    pub(super) fn begin<'o>(&self, out: &'o mut Vec<u8>) -> Composer<'o> {
        let Inner { dialog, plan, cseq, branch, local } = self;
        Composer::request(out, cseq.method, &*plan.request_uri)
            .header(HeaderName::Via, &via(*local, branch))
            .header(HeaderName::MaxForwards, &MaxForwards::INITIAL)
            .headers(HeaderName::Route, plan.routes.iter().map(|uri| Party { uri, tag: "" }))
            .header(HeaderName::From, &Party { uri: dialog.local_uri(), tag: dialog.local_tag() })
            .header(HeaderName::To, &Party { uri: dialog.remote_uri(), tag: dialog.remote_tag() })
            .header(HeaderName::CallId, dialog.call_id())
            .header(HeaderName::CSeq, cseq)
    }
}

/// The value of Contact for `line`.
pub(super) fn contact(identities: &Identities, line: u32) -> impl Compose {
    Party { uri: identities.contact_uri(line), tag: "" }
}

/// Ends a message with a session description, or without a body when there is none.
pub(super) fn end_with(message: Composer<'_>, description: &[u8]) {
    match description {
        [] => message.finish(),
        description => message.body(&ContentType::SDP, description),
    }
}

fn via(local: SocketAddr, branch: &str) -> Via<'_> {
    let branch = Branch::new(branch).expect("branches are made of digits and points");
    Via::new(Transport::Udp, HostPort::from(local), branch)
}

//! The way of a request into the proxy (RFC 3261 16.2, 16.10), and the responses of the proxy's own.

use sim_api::{Context, TimerSlot};

use super::admission::{Admitted, Rejection};
use super::contexts::Proxied;
use super::forwarding::Forwarding;
use super::names::Name;
use super::probe;
use super::response_context::ResponseContext;
use super::search::Search;
use super::{Arrival, Proxy, Surroundings};
use crate::message::{Composer, HeaderName, Message, Method, ResponseHead, StatusCode};
use crate::probe::subject;
use crate::transaction::{RequestKind, ServerId, Transactions, Trying};

impl Proxy {
    /// Takes a new request other than ACK and CANCEL.
    pub fn on_request(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        match self.admit(arrival, around.location, cx) {
            Ok(_) if self.contexts.len() >= self.config.limit => {
                self.reject(server, arrival, StatusCode::SERVICE_UNAVAILABLE.into(), around, cx);
            }
            Ok(admitted) => self.proxy(server, arrival, admitted, around, cx),
            Err(rejection) if rejection.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                self.challenge(server, arrival, rejection, around, cx);
            }
            Err(rejection) => self.reject(server, arrival, rejection, around, cx),
        }
    }

    /// Takes an ACK that belongs to no rejection: it is forwarded without a transaction.
    pub fn on_ack(&mut self, arrival: Arrival<'_>, around: &mut Surroundings<'_>, cx: &mut Context<'_>) {
        if self.is_for_challenge(arrival.message, cx) {
            return;
        }
        self.forward_statelessly(arrival, around, cx);
    }

    /// Takes a CANCEL.
    pub fn on_cancel(
        &mut self,
        cancel: ServerId,
        invite: Option<ServerId>,
        arrival: Arrival<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        let Some(invite) = invite else {
            //= RFC 3261 16.10: if a response context is not found, it MUST statelessly forward the CANCEL request
            self.forward_statelessly(arrival, around, cx);
            around.transactions.abandon(cancel, cx);
            return;
        };
        //= RFC 3261 16.10: if found, the element MUST immediately return a 200 (OK) response to the CANCEL request
        self.respond_own(cancel, arrival, StatusCode::OK, around.transactions, cx);
        let Some(place) = around.transactions.server_user(invite) else { return };
        let Some(proxied) = self.contexts.tenant_mut(place).filter(|proxied| proxied.server == invite) else {
            return;
        };
        proxied.context.on_cancel(&mut self.actions);
        self.carry_out(place, None, around, cx);
    }

    /// Opens a response context for an admitted request and forwards it to the first targets.
    fn proxy(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        admitted: Admitted<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        let Admitted { routing, groups, mark, breadth } = admitted;
        let kind = kind_of(arrival.message);
        //= RFC 3261 16.2: the proxy core MUST behave as a UAS with respect to sending an immediate provisional
        if kind == RequestKind::Invite && self.config.trying == Trying::ByUser {
            self.respond_own(server, arrival, StatusCode::TRYING, around.transactions, cx);
        }
        let place = self.contexts.insert(Proxied {
            context: ResponseContext::new(kind, groups.len() as u16),
            server,
            search: Some(Box::new(Search::new(arrival, groups, breadth))),
            branches: Vec::with_capacity(1),
            slot: TimerSlot::IDLE,
            subject: subject_of(arrival.message),
        });
        around.transactions.assign(server, place);
        self.start(place, Forwarding { arrival, routing: &routing, mark }, around, cx);
        self.carry_out(place, None, around, cx);
    }

    /// Answers a request with a final response of the proxy's own.
    fn reject(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        rejection: Rejection,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        cx.probe(probe::REJECTED, subject_of(arrival.message), rejection.status.code().into());
        self.respond_own(server, arrival, rejection, around.transactions, cx);
    }

    /// Challenges whoever sent a request, and forgets the request.
    ///
    /// The response is not repeated by a timer: a copy of the request that comes because it was lost has another one.
    fn challenge(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        rejection: Rejection,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        //= RFC 3261 26.3.2.4: challenging questionable requests with only a single 401 or 407, forgoing the normal response
        // retransmission algorithm, and thus behaving statelessly towards unauthenticated requests
        cx.probe(probe::CHALLENGED, subject_of(arrival.message), 1);
        let Some(destination) = around.transactions.peer(server) else { return };
        let tag = self.names.stateless_tag(branch_of(arrival.message), cx.rng());
        self.compose_own(arrival, rejection, tag);
        around.transactions.dismiss(server, cx);
        cx.send(arrival.to, destination, &self.octets);
    }

    /// Whether this ACK acknowledges a challenge, which has no transaction that could absorb it.
    fn is_for_challenge(&mut self, ack: &Message<'_>, cx: &mut Context<'_>) -> bool {
        //= RFC 3261 8.2.7: a stateless UAS MUST ignore ACK requests
        let Some(tag) = self.gate.as_ref().and_then(|_| ack.to().ok()?.tag) else { return false };
        self.names.stateless_tag(branch_of(ack), cx.rng()).as_tag() == tag
    }

    /// Sends a response of the proxy's own.
    pub(super) fn respond_own(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        response: impl Into<Rejection>,
        transactions: &mut Transactions,
        cx: &mut Context<'_>,
    ) {
        let response = response.into();
        let status = response.status;
        let tag = self.names.tag(cx.rng());
        self.compose_own(arrival, response, tag);
        transactions.respond(server, status, &self.octets, cx);
    }

    fn compose_own(&mut self, arrival: Arrival<'_>, response: Rejection, tag: Name) {
        let Rejection { status, rows } = response;
        let mut head = ResponseHead::new(arrival.message, status).with_stamp(arrival.stamp);
        //= RFC 3261 8.2.6.2: the UAS MUST add a tag to the To header field in the response, except to a 100
        if status != StatusCode::TRYING {
            head = head.with_tag(tag.as_tag());
        }
        self.octets.clear();
        let response = Composer::response(&mut self.octets, &head);
        rows.iter().fold(response, |response, (name, value)| response.header(*name, &value[..])).finish();
    }
}

/// The branch of the topmost Via; empty where there is none.
fn branch_of<'m>(request: &'m Message<'m>) -> &'m [u8] {
    request.via().ok().and_then(|via| via.branch).map_or(&[], |branch| branch.as_str().as_bytes())
}

pub(super) fn kind_of(request: &Message<'_>) -> RequestKind {
    match request.method() {
        Some(Method::Invite) => RequestKind::Invite,
        _ => RequestKind::NonInvite,
    }
}

/// The probe subject of a message; zero when its Call-ID cannot be read.
pub(super) fn subject_of(message: &Message<'_>) -> u64 {
    message.value(HeaderName::CallId).map_or(0, subject)
}

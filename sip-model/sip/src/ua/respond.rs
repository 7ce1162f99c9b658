//! The responses of a UAS, and where each is made from (RFC 3261 8.2.6, 12.1.1, 13.3.1).

use std::net::SocketAddr;

use sim_api::{Context, Outgoing};

use super::call::State;
use super::compose::{ALLOWED, contact, with_capabilities};
use super::node::{Arrival, UserAgents};
use crate::header::{ContentType, Quoted, RetryAfter, Tag, Via, ViaStamp, Warning};
use crate::message::{Composer, HeaderName, Message, ResponseHead, StatusClass, StatusCode};
use crate::probe;
use crate::transaction::table::Row;
use crate::transaction::{ServerId, response_destination};
use crate::uri::HostPort;

/// What a refusal must name beside its status.
#[derive(Clone, Copy)]
pub(super) enum Because<'a> {
    Nothing,
    /// The methods that are allowed here.
    Method,
    /// The media type that is understood here.
    MediaType,
    /// Option tags that nobody here supports.
    Extension(&'a [&'a str]),
    /// The session description has nothing in common with this side.
    Media,
    /// Another request must end first: come back after so many seconds.
    RetryAfter(u32),
}

impl UserAgents {
    /// Refuses a request with a final response that names nothing but its status.
    pub(super) fn refuse(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        status: StatusCode,
        cx: &mut Context<'_>,
    ) {
        self.refuse_because(server, arrival, status, Because::Nothing, cx);
    }

    /// Refuses a request without a transaction: there is no room for one, or nothing to tell it from others by. `via` is
    /// its topmost Via as far as it can be read.
    pub(super) fn refuse_statelessly(
        &mut self,
        arrival: Arrival<'_>,
        via: &Via<'_>,
        status: StatusCode,
        cx: &mut Context<'_>,
    ) {
        let tag = self.names.tag();
        self.octets.clear();
        Composer::response(&mut self.octets, &head(arrival.message, arrival.stamp, status, &tag)).finish();
        cx.probe(probe::UAS_REJECT, subject_of(arrival.message), status.code().into());
        cx.send(arrival.to, response_destination(via, arrival.from), &self.octets);
    }

    /// The session description with which the callee answers; `None` when there is nothing to agree on.
    pub(super) fn answer_description(&mut self, row: Row) -> Option<Vec<u8>> {
        let call = self.record(row);
        let State::Alerting(alerting) = &call.state else { return None };
        let (line, mut session) = (call.line, call.session);
        let description = match alerting.invite.body() {
            //= RFC 3261 13.3.1.4: if the INVITE request did not contain an offer, the 2xx MUST contain an offer
            [] => session.offer_in_answer(&self.speaker(line)),
            offer => self.answer_to(line, &mut session, offer)?,
        };
        self.record_mut(row).session = session;
        Some(description)
    }

    /// Sends the 2xx to a re-INVITE of a call; the handle of what was sent.
    pub(super) fn accept_reinvite(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        (row, description): (Row, &[u8]),
        cx: &mut Context<'_>,
    ) -> Option<Outgoing> {
        let line = self.record(row).line;
        self.octets.clear();
        let status = StatusCode::OK;
        let response =
            Composer::response(&mut self.octets, &head(arrival.message, arrival.stamp, status, ""))
                .header(HeaderName::Contact, &contact(&self.config.identities, line));
        with_capabilities(response, self.config.capabilities).body(&ContentType::SDP, description);
        self.transactions.respond(server, status, &self.octets, cx)
    }

    /// Sends a response to the INVITE of a ringing call; the handle of what was sent.
    pub(super) fn respond_to_call(
        &mut self,
        row: Row,
        status: StatusCode,
        description: &[u8],
        cx: &mut Context<'_>,
    ) -> Option<Outgoing> {
        let Self { calls, config, transactions, octets, .. } = self;
        let call = calls.tenant(row).expect("the caller has found the call");
        let State::Alerting(alerting) = &call.state else {
            unreachable!("only a ringing call is responded to")
        };
        let invite = &alerting.invite;
        let tag = call.dialog.as_ref().expect("the callee has a dialog").local_tag();
        octets.clear();
        let response = Composer::response(octets, &head(invite, alerting.stamp, status, tag));
        if status.class() > StatusClass::Success {
            match status {
                StatusCode::NOT_ACCEPTABLE_HERE => {
                    with_warning(response, config.identities.address(call.line)).finish();
                }
                _ => response.finish(),
            }
            return transactions.respond(alerting.server, status, octets, cx);
        }
        //= RFC 3261 12.1.1: the UAS MUST copy all Record-Route header field values from the request into the response,
        // and MUST add a Contact header field
        let response = response
            .copy(invite, HeaderName::RecordRoute)
            .header(HeaderName::Contact, &contact(&config.identities, call.line));
        match description {
            [] => response.finish(),
            //= RFC 3261 13.3.1.4: a 2xx to an INVITE SHOULD contain the Allow and the Supported header field
            description => {
                with_capabilities(response, config.capabilities).body(&ContentType::SDP, description);
            }
        }
        transactions.respond(alerting.server, status, octets, cx)
    }

    /// Refuses a request with a final response.
    pub(super) fn refuse_because(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        status: StatusCode,
        because: Because<'_>,
        cx: &mut Context<'_>,
    ) {
        cx.probe(probe::UAS_REJECT, subject_of(arrival.message), status.code().into());
        let tag = self.names.tag();
        let rows = |response: Composer<'_>| match because {
            Because::Nothing => response.finish(),
            //= RFC 3261 8.2.1: the response MUST include an Allow header field
            Because::Method => response.header(HeaderName::Allow, ALLOWED).finish(),
            //= RFC 3261 8.2.3: the response MUST contain an Accept header field listing the types that are understood
            Because::MediaType => response.header(HeaderName::Accept, "application/sdp").finish(),
            Because::Extension(tags) => {
                response.header(HeaderName::Unsupported, tags.join(", ").as_str()).finish()
            }
            //= RFC 3261 13.3.1.3: such a response SHOULD include a Warning header field value explaining why the offer
            // was rejected
            Because::Media => with_warning(response, arrival.to).finish(),
            Because::RetryAfter(seconds) => {
                response.header(HeaderName::RetryAfter, &RetryAfter::new(seconds)).finish();
            }
        };
        self.respond(server, arrival, status, &tag, rows, cx);
    }

    /// Responds to a request; `finish` writes the rows that the request does not dictate, and ends the message.
    pub(super) fn respond(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        status: StatusCode,
        tag: &str,
        finish: impl FnOnce(Composer<'_>),
        cx: &mut Context<'_>,
    ) {
        self.octets.clear();
        finish(Composer::response(&mut self.octets, &head(arrival.message, arrival.stamp, status, tag)));
        self.transactions.respond(server, status, &self.octets, cx);
    }
}

/// The part of a response that its request and its source dictate.
fn head<'m>(request: &'m Message<'m>, stamp: ViaStamp, status: StatusCode, tag: &'m str) -> ResponseHead<'m> {
    let head = ResponseHead::new(request, status).with_stamp(stamp);
    Tag::new(tag).map_or(head, |tag| head.with_tag(tag))
}

/// Adds that the element at `here` knows none of the formats that were offered.
fn with_warning(response: Composer<'_>, here: SocketAddr) -> Composer<'_> {
    let agent = HostPort::from(here).to_string();
    //= RFC 3261 20.43: 305 Incompatible media format: one or more media formats contained in the session description
    // are not available
    let text = Quoted::from_escaped(b"Incompatible media format").expect("letters need no escape");
    response.header(HeaderName::Warning, &Warning { code: 305, agent: &agent, text })
}

/// What stands for the call or registration of a message in probes; zero without a Call-ID.
pub(super) fn subject_of(message: &Message<'_>) -> u64 {
    message.value(HeaderName::CallId).map_or(0, probe::subject)
}

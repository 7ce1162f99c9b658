//! Responses of a server's own: with a To tag, in a transaction or without one (RFC 3261 8.2.6, 18.2.2).

use std::net::SocketAddr;

use sim_api::Context;

use crate::message::{Composer, Message, Method, ParseError, ParseErrorKind, ResponseHead, StatusCode};
use crate::probe;
use crate::proxy::Arrival;
use crate::proxy::names::{Name, Names};
use crate::transaction::response_destination;
use crate::ua::Identifiers;

/// Composes the responses of one server, each with a To tag of its own.
#[derive(Debug, Default)]
pub(crate) struct Responder {
    names: Names,
    octets: Vec<u8>,
}

impl Responder {
    /// A responder that uses the tags in `given` before its own.
    pub(crate) fn giving(given: Identifiers) -> Responder {
        Responder { names: Names::giving(given), octets: Vec::new() }
    }

    /// A fresh To tag, and an empty buffer for the response.
    pub(crate) fn prepare(&mut self, cx: &mut Context<'_>) -> (Name, &mut Vec<u8>) {
        self.octets.clear();
        (self.names.tag(cx.rng()), &mut self.octets)
    }

    /// Begins the response `status` to the request that arrived.
    pub(crate) fn compose(
        &mut self,
        status: StatusCode,
        arrival: Arrival<'_>,
        cx: &mut Context<'_>,
    ) -> Composer<'_> {
        let (tag, octets) = self.prepare(cx);
        let head = ResponseHead::new(arrival.message, status).with_tag(tag.as_tag());
        Composer::response(octets, &head.with_stamp(arrival.stamp))
    }

    /// The response that was composed last.
    pub(crate) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Answers a request for which there is no transaction.
    pub(crate) fn respond_statelessly(
        &mut self,
        status: StatusCode,
        arrival: Arrival<'_>,
        cx: &mut Context<'_>,
    ) {
        //= RFC 3261 17: a response to ACK is disallowed
        if arrival.message.method() == Some(Method::Ack) {
            return;
        }
        let Some(via) = arrival.message.answer_via() else { return };
        let destination = response_destination(&via, arrival.from);
        self.compose(status, arrival, cx).finish();
        cx.send(arrival.to, destination, &self.octets);
    }

    /// Answers a datagram that is no message, if it is a request that can be answered. `way` is its source and the own
    /// address at which it came.
    pub(crate) fn refuse_malformed(
        &mut self,
        error: &ParseError,
        octets: &[u8],
        way: (SocketAddr, SocketAddr),
        cx: &mut Context<'_>,
    ) {
        // A keep-alive (RFC 3261 7.5, RFC 5626 3.5.1).
        if error.kind == ParseErrorKind::Empty {
            return;
        }
        let request = Message::salvage(octets).filter(|request| request.answer_via().is_some());
        let Some(request) = request else { return cx.probe(probe::MALFORMED, 0, 0) };
        let status = error.status();
        cx.probe(probe::MALFORMED, 0, status.code().into());
        //= RFC 3261 16.3: the element MUST behave as a user agent server and respond with an error code
        self.respond_statelessly(status, Arrival::of(&request, way.0, way.1), cx);
    }
}

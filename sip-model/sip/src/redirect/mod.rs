//! A redirect server (RFC 3261 8.3): it tells where a user is, and leaves the rest to whoever asked.
//!
//! ```text
//!   INVITE sip:bob@biloxi.example ──▶ Transactions ──▶ LocationService ──▶ 302, Contacts by falling q
//!   ACK, copies of the INVITE ──────▶ Transactions
//!   CANCEL ─────────────────────────▶ 200: the INVITE has its final response already
//! ```
//!
//! The server looks users up in a location service that is filled from outside: it is no registrar. What it leaves
//! out: proxying where it must not redirect, and challenging.
//!
//! ```
//! use sip::location::{Domains, LocationService};
//! use sip::proxy::Identity;
//! use sip::redirect::{RedirectServer, RedirectServerConfig};
//!
//! let identity = Identity::new(&["192.0.2.1:5060".parse().unwrap()], Domains::default());
//! let config = RedirectServerConfig::new(identity, ["biloxi.example"].into_iter().collect());
//! let node = RedirectServer::new(config, LocationService::default());
//! assert_eq!(sim_api::Node::live(&node), 0);
//! ```

pub mod probe;

use std::net::SocketAddr;

use sim_api::{Context, Memory, Node, NodeEvent, NodeFault, SimTime, TimerToken};

use crate::header::QValue;
use crate::locate::Blacklisting;
use crate::location::{Binding, Domains, LocationService, Membership};
use crate::message::{Compose, HeaderName, Message, Method, StatusCode};
use crate::probe::subject;
use crate::proxy::{Arrival, Identity};
use crate::responder::Responder;
use crate::timers::{TimerPolicy, TimerSet};
use crate::transaction::{
    MergedRequests, Received, ServerId, TokenSpace, TransactionConfig, Transactions, Trying,
};
use crate::ua::Identifiers;
use crate::uri::{Aor, SipUri, Uri};

/// What makes one redirect server different from another.
#[derive(Clone, Debug)]
pub struct RedirectServerConfig {
    /// Its addresses and host names.
    pub identity: Identity,
    /// The domains whose users it knows.
    pub domains: Domains,
    /// The status code of a redirection, 300 to 399.
    pub status: StatusCode,
    /// Whether it says how long a contact is good for.
    pub lifetimes: Lifetimes,
    /// The protocol timers, by peer.
    pub timers: TimerPolicy,
    /// How many transactions may live at once, lingering ones included.
    pub transaction_limit: usize,
    /// Tags to be used before the server makes its own.
    pub identifiers: Identifiers,
}

/// Whether a redirection says how long a contact is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetimes {
    /// Each Contact has an `expires` parameter.
    Stated,
    /// None has.
    Unstated,
}

impl RedirectServerConfig {
    /// A server that answers 302 without lifetimes and uses the timers of RFC 3261; a million transactions at most.
    #[must_use]
    pub fn new(identity: Identity, domains: Domains) -> RedirectServerConfig {
        RedirectServerConfig {
            identity,
            domains,
            status: StatusCode::MOVED_TEMPORARILY,
            lifetimes: Lifetimes::Unstated,
            timers: TimerPolicy::uniform(TimerSet::RFC3261),
            transaction_limit: 1_000_000,
            identifiers: Identifiers::default(),
        }
    }
}

/// A node that is a redirect server.
#[derive(Debug)]
pub struct RedirectServer {
    identity: Identity,
    domains: Domains,
    status: StatusCode,
    lifetimes: Lifetimes,
    transactions: Transactions,
    location: LocationService,
    responder: Responder,
}

impl RedirectServer {
    /// A server that redirects to the bindings in `location`.
    #[must_use]
    pub fn new(config: RedirectServerConfig, location: LocationService) -> RedirectServer {
        let transactions = TransactionConfig {
            timers: config.timers,
            // A redirect server answers at once, so that nobody waits for a 100.
            trying: Trying::ByUser,
            merged: MergedRequests::Detect,
            limit: config.transaction_limit,
            blacklisting: Blacklisting::Off,
            dns: None,
        };
        RedirectServer {
            identity: config.identity,
            domains: config.domains,
            status: config.status,
            lifetimes: config.lifetimes,
            transactions: Transactions::new(transactions),
            location,
            responder: Responder::giving(config.identifiers),
        }
    }

    fn on_datagram(&mut self, octets: &[u8], from: SocketAddr, to: SocketAddr, cx: &mut Context<'_>) {
        let message = match Message::parse(octets) {
            Ok(message) => message,
            Err(error) => return self.responder.refuse_malformed(&error, octets, (from, to), cx),
        };
        let received = self.transactions.receive(&message, from, to, cx);
        let arrival = || Arrival::of(&message, from, to);
        match received {
            Received::Request(server) => self.on_request(server, arrival(), cx),
            //= RFC 3261 8.2.2.2: the UAS core SHOULD generate a 482 (Loop Detected) response
            Received::Merged(server) => self.respond(server, StatusCode::LOOP_DETECTED, arrival(), cx),
            Received::Cancel { cancel, invite } => {
                let status = match invite {
                    //= RFC 3261 8.3: for well-formed CANCEL requests, it SHOULD return a 2xx response
                    Some(_) => StatusCode::OK,
                    //= RFC 3261 9.2: if the UAS did not find a matching transaction, it SHOULD respond with a 481
                    None => StatusCode::CALL_DOES_NOT_EXIST,
                };
                self.respond(cancel, status, arrival(), cx);
            }
            Received::Refused => {
                self.responder.respond_statelessly(StatusCode::SERVICE_UNAVAILABLE, arrival(), cx);
            }
            //= RFC 3261 18.3: if the message is a response, it MUST be discarded
            Received::Malformed if message.is_request() => {
                self.responder.respond_statelessly(StatusCode::BAD_REQUEST, arrival(), cx);
            }
            // It sends no request and answers with no 2xx to INVITE: an ACK or a response here belongs to nothing.
            Received::Ack { .. }
            | Received::Response { .. }
            | Received::Moved { .. }
            | Received::Stray
            | Received::Absorbed
            | Received::Malformed => {}
        }
    }

    fn on_request(&mut self, server: ServerId, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        let call = arrival.message.value(HeaderName::CallId).map_or(0, subject);
        match self.judge(arrival.message, cx.now()) {
            Verdict::Redirected(contacts) => {
                cx.probe(probe::REDIRECTED, call, contacts.len() as u64);
                self.redirect(server, &contacts, arrival, cx);
            }
            Verdict::Answered(status) => {
                cx.probe(probe::ANSWERED, call, status.code().into());
                self.respond(server, status, arrival, cx);
            }
        }
    }

    fn judge(&self, request: &Message<'_>, now: SimTime) -> Verdict {
        self.contacts(request, now).map_or_else(Verdict::Answered, Verdict::Redirected)
    }

    /// The bindings to which `request` is redirected, by falling preference, at least one.
    ///
    /// # Errors
    /// The response to a request that is not redirected.
    fn contacts(&self, request: &Message<'_>, now: SimTime) -> Result<Vec<Binding>, StatusCode> {
        //= RFC 3261 8.3: redirect servers MUST ignore features that are not understood (including unrecognized header fields,
        // any unknown option tags in Require, or even method names) and proceed with the redirection
        request.mandatory().map_err(|error| error.status())?;
        let uri = request.request_uri().map_err(|error| error.status())?;
        let Uri::Sip(sip) = &uri else { return Err(StatusCode::UNSUPPORTED_URI_SCHEME) };
        if self.is_own(sip) && request.method() == Some(Method::Options) {
            return Err(StatusCode::OK);
        }
        if self.is_own(sip) || !self.domains.contain(&sip.host()) {
            return Err(StatusCode::NOT_FOUND);
        }
        let aor = Aor::of_sip(sip);
        let mut contacts = self.location.bindings(&aor, now);
        if contacts.is_empty() && self.location.membership(&aor) == Membership::Subscriber {
            return Err(StatusCode::TEMPORARILY_UNAVAILABLE);
        }
        //= RFC 3261 8.3: redirect servers MUST NOT redirect a request to a URI equal to the one in the Request-URI; instead, the
        // server MAY reject it with a 404
        contacts
            .retain(|binding| !Uri::parse(&binding.contact).is_ok_and(|contact| contact.is_equivalent(&uri)));
        if contacts.is_empty() { Err(StatusCode::NOT_FOUND) } else { Ok(contacts) }
    }

    /// Whether `uri` means the server itself, not somebody in a domain.
    fn is_own(&self, uri: &SipUri<'_>) -> bool {
        uri.user.is_none() && self.identity.is_named_by(uri)
    }

    fn redirect(
        &mut self,
        server: ServerId,
        contacts: &[Binding],
        arrival: Arrival<'_>,
        cx: &mut Context<'_>,
    ) {
        let lifetime = |binding: &Binding| match self.lifetimes {
            Lifetimes::Stated => Some(binding.remaining_s(cx.now())),
            Lifetimes::Unstated => None,
        };
        let values: Vec<Alternative<'_>> =
            contacts.iter().map(|binding| Alternative { binding, expires: lifetime(binding) }).collect();
        //= RFC 3261 8.3: it populates the list of (one or more) alternative locations into the Contact header field
        let response = self.responder.compose(self.status, arrival, cx);
        response.headers(HeaderName::Contact, values).finish();
        self.transactions.respond(server, self.status, self.responder.octets(), cx);
    }

    fn respond(&mut self, server: ServerId, status: StatusCode, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        self.responder.compose(status, arrival, cx).finish();
        self.transactions.respond(server, status, self.responder.octets(), cx);
    }

    fn on_wake(&mut self, token: TimerToken, cx: &mut Context<'_>) {
        match TokenSpace::of(token) {
            // What becomes of a transaction changes nothing here.
            TokenSpace::Transaction => drop(self.transactions.on_wake(token, cx)),
            TokenSpace::Session | TokenSpace::Registration | TokenSpace::Node => {
                unreachable!("the server has no timer of its own")
            }
        }
    }

    fn on_fault(&mut self, fault: NodeFault, cx: &mut Context<'_>) {
        match fault {
            NodeFault::Crash(Memory::Lost) => self.transactions.forget_all(cx),
            NodeFault::Crash(Memory::Kept) | NodeFault::Restart => {}
        }
    }
}

/// What becomes of a request.
enum Verdict {
    /// It is redirected to these bindings.
    Redirected(Vec<Binding>),
    /// It has this final response without contacts.
    Answered(StatusCode),
}

/// A binding as a Contact of a redirection.
struct Alternative<'a> {
    binding: &'a Binding,
    /// The value of the `expires` parameter in seconds, `None` where there is none.
    expires: Option<u32>,
}

impl Compose for Alternative<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.push(b'<');
        self.binding.contact.compose(out);
        out.push(b'>');
        if self.binding.q != QValue::ONE {
            out.extend_from_slice(b";q=");
            self.binding.q.compose(out);
        }
        if let Some(seconds) = self.expires {
            out.extend_from_slice(b";expires=");
            seconds.compose(out);
        }
        self.binding.parameters.compose(out);
    }
}

impl Node for RedirectServer {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        match event {
            NodeEvent::Datagram { from, to, octets } => self.on_datagram(octets, from, to, cx),
            NodeEvent::Timer(token) => self.on_wake(token, cx),
            NodeEvent::Fault(fault) => self.on_fault(fault, cx),
            // A server begins nothing by itself: it drains when those around it do.
            NodeEvent::Start | NodeEvent::Drain | NodeEvent::Unreachable { .. } => {}
        }
    }

    fn live(&self) -> usize {
        self.transactions.live()
    }
}

#[cfg(test)]
mod tests;

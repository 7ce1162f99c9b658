//! A proxy and a registrar behind one address (RFC 3261 10, 16).
//!
//! ```text
//!   datagram ──▶ Message::parse ──▶ Transactions ──┬─ REGISTER for a served domain ──▶ Registrar ─┐ writes
//!                                                  │                                              ▼
//!   wake-up ───────────────────────▶ Transactions ─┼───────────────────────────────▶ Proxy ◀─ LocationService
//!                                                  └─ OPTIONS for the server itself ──▶ 200
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use sip::location::{Domains, LocationService, StaticTable};
//! use sip::proxy::Identity;
//! use sip::server::{ProxyRegistrar, ProxyRegistrarConfig};
//!
//! let address = "192.0.2.1:5060".parse().unwrap();
//! let config = ProxyRegistrarConfig::new(
//!     Identity::new(&[address], Domains::default()),
//!     ["koeln.example"].into_iter().collect(),
//!     Arc::new(StaticTable::new().with_domain("koeln.example", &[address])),
//! );
//! let node = ProxyRegistrar::new(config, LocationService::default());
//! assert_eq!(sim_api::Node::live(&node), 0);
//! ```

use std::net::SocketAddr;
use std::sync::Arc;

use dns::StubConfig;
use sim_api::{Context, Memory, Node, NodeEvent, NodeFault, TimerToken};

use crate::header::Date;
use crate::locate::Blacklisting;
use crate::location::{Domains, LocationService, NextHop};
use crate::message::{HeaderName, Message, Method, StatusCode};
use crate::proxy::{
    Arrival, BreadthPolicy, GatePolicy, Identity, Proxy, ProxyConfig, RecordRouting, Recursion, Surroundings,
};
use crate::registrar::{AuthenticationPolicy, IntervalPolicy, Registrar, RegistrarConfig};
use crate::responder::Responder;
use crate::timers::{TimerPolicy, TimerSet};
use crate::transaction::{
    MergedRequests, Received, ServerId, TokenSpace, TransactionConfig, Transactions, Trying,
};
use crate::ua::Identifiers;

/// What makes one proxy-registrar different from another.
#[derive(Clone, Debug)]
pub struct ProxyRegistrarConfig {
    /// Its addresses and host names.
    pub identity: Identity,
    /// The domains that it is responsible for.
    pub domains: Domains,
    /// Where requests for other URIs go, and where the users of a shared domain are at home.
    pub table: Arc<dyn NextHop>,
    /// Whether it stays in the path of dialogs.
    pub record_route: RecordRouting,
    /// What the proxy does with the contacts in a 3xx.
    pub recursion: Recursion,
    /// How the proxy limits the branches of a request that run at once; `None` when Max-Breadth is nothing to it.
    pub breadth: Option<BreadthPolicy>,
    /// Whose requests the proxy forwards; `None` when everybody's.
    pub gate: Option<GatePolicy>,
    /// Whether the sender of an INVITE hears from it at once or after 200 ms.
    pub trying: Trying,
    /// The protocol timers, by peer.
    pub timers: TimerPolicy,
    /// Whether elements that failed are avoided.
    pub blacklisting: Blacklisting,
    /// How it asks the DNS for hops that its table does not know; the token is chosen by the server.
    pub dns: Option<StubConfig>,
    /// How many transactions may live at once, lingering ones included.
    pub transaction_limit: usize,
    /// How many requests may be proxied at once, lingering ones included.
    pub request_limit: usize,
    /// For how long bindings are granted.
    pub intervals: IntervalPolicy,
    /// How users prove who they are, `None` when everybody is believed.
    pub authentication: Option<AuthenticationPolicy>,
    /// The calendar date at which virtual time begins; `None` when the registrar tells no date.
    pub epoch: Option<Date>,
    /// What becomes of the bindings when the server loses its memory.
    pub bindings: Durability,
    /// Branches and tags to be used before the server makes its own: once by the proxy, once by the registrar.
    pub identifiers: Identifiers,
}

/// What a crash with loss of memory leaves of the bindings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: users must register again.
    Volatile,
    /// All: they are kept in a store that survives.
    Durable,
}

/// 2001-01-01T00:00:00Z, in seconds since 1970.
const EPOCH_S: i64 = 978_307_200;

impl ProxyRegistrarConfig {
    /// A server that record-routes, recurses on 3xx, limits branches by [`BreadthPolicy::default`], sends 100 at once,
    /// uses the timers of RFC 3261, believes everybody, and grants bindings by [`IntervalPolicy::default`]; a million
    /// transactions and requests at most.
    #[must_use]
    pub fn new(identity: Identity, domains: Domains, table: Arc<dyn NextHop>) -> ProxyRegistrarConfig {
        ProxyRegistrarConfig {
            identity,
            domains,
            table,
            record_route: RecordRouting::On,
            recursion: Recursion::On,
            breadth: Some(BreadthPolicy::default()),
            gate: None,
            trying: Trying::ByUser,
            timers: TimerPolicy::uniform(TimerSet::RFC3261),
            blacklisting: Blacklisting::Off,
            dns: None,
            transaction_limit: 1_000_000,
            request_limit: 1_000_000,
            intervals: IntervalPolicy::default(),
            authentication: None,
            epoch: Some(Date(EPOCH_S)),
            bindings: Durability::Volatile,
            identifiers: Identifiers::default(),
        }
    }

    fn transactions(&self) -> TransactionConfig {
        TransactionConfig {
            timers: self.timers.clone(),
            trying: self.trying,
            //= RFC 3261 16.3: a proxy MUST NOT treat merged requests as an error condition
            merged: MergedRequests::DetectOf(&[Method::Register, Method::Options]),
            limit: self.transaction_limit,
            blacklisting: self.blacklisting,
            dns: self.dns.clone(),
        }
    }

    fn proxy(&self) -> ProxyConfig {
        ProxyConfig {
            identity: self.identity.clone(),
            domains: self.domains.clone(),
            table: Arc::clone(&self.table),
            record_route: self.record_route,
            recursion: self.recursion,
            breadth: self.breadth,
            gate: self.gate.clone(),
            trying: self.trying,
            limit: self.request_limit,
            identifiers: self.identifiers.clone(),
        }
    }

    fn registrar(&self) -> RegistrarConfig {
        RegistrarConfig {
            domains: self.domains.clone(),
            intervals: self.intervals,
            authentication: self.authentication.clone(),
            epoch: self.epoch,
        }
    }
}

/// A node that is a stateful proxy and a registrar.
#[derive(Debug)]
pub struct ProxyRegistrar {
    transactions: Transactions,
    proxy: Proxy,
    registrar: Registrar,
    location: LocationService,
    durability: Durability,
    responder: Responder,
}

impl ProxyRegistrar {
    /// A server that starts with the subscribers and bindings in `location`.
    ///
    /// # Panics
    /// When an authentication policy cannot be carried out: see [`Registrar::new`] and [`Proxy::new`].
    #[must_use]
    pub fn new(config: ProxyRegistrarConfig, location: LocationService) -> ProxyRegistrar {
        ProxyRegistrar {
            transactions: Transactions::new(config.transactions()),
            proxy: Proxy::new(config.proxy()),
            registrar: Registrar::new(config.registrar()),
            location,
            durability: config.bindings,
            responder: Responder::giving(config.identifiers),
        }
    }

    /// Its location service.
    #[must_use]
    pub fn location(&self) -> &LocationService {
        &self.location
    }

    fn on_datagram(&mut self, octets: &[u8], from: SocketAddr, to: SocketAddr, cx: &mut Context<'_>) {
        if self.transactions.asks_dns_from(to) {
            return self.transactions.on_dns_datagram(from, octets, cx);
        }
        let message = match Message::parse(octets) {
            Ok(message) => message,
            Err(error) => return self.responder.refuse_malformed(&error, octets, (from, to), cx),
        };
        let received = self.transactions.receive(&message, from, to, cx);
        let arrival = || Arrival::of(&message, from, to);
        let mut around = Surroundings { transactions: &mut self.transactions, location: &self.location };
        match received {
            Received::Request(server) => self.on_request(server, arrival(), cx),
            Received::Merged(server) => self.on_merged(server, arrival(), cx),
            Received::Cancel { cancel, invite } => {
                self.proxy.on_cancel(cancel, invite, arrival(), &mut around, cx);
            }
            Received::Ack { .. } => self.proxy.on_ack(arrival(), &mut around, cx),
            Received::Response { client, user } => {
                self.proxy.on_response(client, user, &message, &mut around, cx);
            }
            Received::Refused => {
                self.responder.respond_statelessly(StatusCode::SERVICE_UNAVAILABLE, arrival(), cx);
            }
            Received::Moved { client, user } => self.proxy.on_moved(client, user, &mut around, cx),
            //= RFC 3261 18.3: if the message is a response, it MUST be discarded
            Received::Malformed if message.is_request() => {
                self.responder.respond_statelessly(StatusCode::BAD_REQUEST, arrival(), cx);
            }
            Received::Stray | Received::Absorbed | Received::Malformed => {}
        }
    }

    fn on_request(&mut self, server: ServerId, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        match (arrival.message.method(), self.addressee(arrival.message)) {
            // A registrar may be addressed by its domain or by its own name (RFC 3665 2.1).
            (Some(Method::Register), Addressee::Domain | Addressee::Server) => {
                self.register(server, arrival, cx);
            }
            (Some(Method::Options), Addressee::Server) => self.tell_capabilities(server, arrival, cx),
            //= RFC 3261 16.3: step 3: if the request is for OPTIONS, the element MAY act as the final recipient
            (Some(Method::Options), _) if is_spent(arrival.message) => {
                self.tell_capabilities(server, arrival, cx);
            }
            _ => {
                let mut around =
                    Surroundings { transactions: &mut self.transactions, location: &self.location };
                self.proxy.on_request(server, arrival, &mut around, cx);
            }
        }
    }

    /// Takes a request that came here by another path before.
    fn on_merged(&mut self, server: ServerId, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        match self.addressee(arrival.message) {
            //= RFC 3261 8.2.2.2: the UAS core SHOULD generate a 482 (Loop Detected) response
            Addressee::Domain if arrival.message.method() == Some(Method::Register) => {
                self.respond(server, StatusCode::LOOP_DETECTED, arrival, cx);
            }
            Addressee::Server => self.respond(server, StatusCode::LOOP_DETECTED, arrival, cx),
            Addressee::Domain | Addressee::Other => self.on_request(server, arrival, cx),
        }
    }

    fn tell_capabilities(&mut self, server: ServerId, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        //= RFC 3261 11.2: the proxy returns a 200 (OK), listing the capabilities of the server
        let response = self.responder.compose(StatusCode::OK, arrival, cx);
        response.header(HeaderName::Supported, "path").finish();
        self.transactions.respond(server, StatusCode::OK, self.responder.octets(), cx);
    }

    fn respond(&mut self, server: ServerId, status: StatusCode, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        self.responder.compose(status, arrival, cx).finish();
        self.transactions.respond(server, status, self.responder.octets(), cx);
    }

    /// What the Request-URI means to this server.
    fn addressee(&self, request: &Message<'_>) -> Addressee {
        let Ok(uri) = request.request_uri() else { return Addressee::Other };
        let Some(uri) = uri.as_sip() else { return Addressee::Other };
        let config = self.proxy.config();
        //= RFC 3261 10.3: step 1: whether it has access to bindings for the domain identified in the Request-URI; if not,
        // the server SHOULD forward the request to the addressed domain
        if config.domains.contain(&uri.host()) {
            Addressee::Domain
        } else if uri.user.is_none() && config.identity.is_named_by(uri) && !uri.is_loose_router() {
            Addressee::Server
        } else {
            Addressee::Other
        }
    }

    fn register(&mut self, server: ServerId, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        let Self { registrar, location, responder, .. } = self;
        let (tag, octets) = responder.prepare(cx);
        let head = (tag.as_tag(), arrival.stamp);
        let status = registrar.register(arrival.message, location, head, octets, cx);
        self.transactions.respond(server, status, self.responder.octets(), cx);
    }

    fn on_wake(&mut self, token: TimerToken, cx: &mut Context<'_>) {
        match TokenSpace::of(token) {
            TokenSpace::Transaction => {
                let Some(expired) = self.transactions.on_wake(token, cx) else { return };
                let mut around =
                    Surroundings { transactions: &mut self.transactions, location: &self.location };
                self.proxy.on_expired(expired, &mut around, cx);
            }
            TokenSpace::Session => {
                let mut around =
                    Surroundings { transactions: &mut self.transactions, location: &self.location };
                self.proxy.on_wake(token, &mut around, cx);
            }
            TokenSpace::Registration | TokenSpace::Node => {
                unreachable!("bindings end lazily, and the server has no timer of its own")
            }
        }
    }

    fn on_fault(&mut self, fault: NodeFault, cx: &mut Context<'_>) {
        match fault {
            NodeFault::Crash(Memory::Lost) => {
                self.transactions.forget_all(cx);
                self.proxy.forget_all(cx.now());
                self.registrar.forget_all(cx.now());
                match self.durability {
                    Durability::Volatile => self.location.clear(),
                    Durability::Durable => {}
                }
            }
            NodeFault::Crash(Memory::Kept) | NodeFault::Restart => {}
        }
    }
}

/// Whether `request` has no hop left.
fn is_spent(request: &Message<'_>) -> bool {
    request.max_forwards().is_ok_and(|hops| hops.is_some_and(|hops| hops.0 == 0))
}

/// Whom a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Addressee {
    /// Somebody in a domain that the server is responsible for, or the domain itself.
    Domain,
    /// The server itself.
    Server,
    /// Anybody else.
    Other,
}

impl Node for ProxyRegistrar {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        match event {
            NodeEvent::Datagram { from, to, octets } => self.on_datagram(octets, from, to, cx),
            NodeEvent::Unreachable { from, to } => self.transactions.on_unreachable(from, to, cx),
            NodeEvent::Timer(token) => self.on_wake(token, cx),
            NodeEvent::Fault(fault) => self.on_fault(fault, cx),
            // A server begins nothing by itself: it drains when those around it do.
            NodeEvent::Start | NodeEvent::Drain => {}
        }
        while let Some(failure) = self.transactions.next_failure(cx) {
            let mut around = Surroundings { transactions: &mut self.transactions, location: &self.location };
            self.proxy.on_expired(failure, &mut around, cx);
        }
    }

    fn live(&self) -> usize {
        self.transactions.live() + self.proxy.live()
    }
}

#[cfg(test)]
mod tests;

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

use sim_api::{Context, Memory, Node, NodeEvent, NodeFault, TimerToken};

use crate::header::Date;
use crate::location::{Domains, LocationService, NextHop};
use crate::message::{
    Composer, HeaderName, Message, Method, ParseError, ParseErrorKind, ResponseHead, StatusCode,
};
use crate::probe;
use crate::proxy::names::Names;
use crate::proxy::{Arrival, Identity, Proxy, ProxyConfig, RecordRouting, Surroundings};
use crate::registrar::{AuthenticationPolicy, IntervalPolicy, Registrar, RegistrarConfig};
use crate::timers::{TimerPolicy, TimerSet};
use crate::transaction::{
    MergedRequests, Received, ServerId, TokenSpace, TransactionConfig, Transactions, Trying,
    response_destination,
};

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
    /// Whether the sender of an INVITE hears from it at once or after 200 ms.
    pub trying: Trying,
    /// The protocol timers, by peer.
    pub timers: TimerPolicy,
    /// How many transactions may live at once, lingering ones included.
    pub transaction_limit: usize,
    /// How many requests may be proxied at once, lingering ones included.
    pub request_limit: usize,
    /// For how long bindings are granted.
    pub intervals: IntervalPolicy,
    /// How users prove who they are, `None` when everybody is believed.
    pub authentication: Option<AuthenticationPolicy>,
    /// The calendar date at which virtual time begins.
    pub epoch: Date,
    /// What becomes of the bindings when the server loses its memory.
    pub bindings: Durability,
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
    /// A server that record-routes, sends 100 at once, uses the timers of RFC 3261, believes everybody, and grants
    /// bindings by [`IntervalPolicy::default`]; a million transactions and requests at most.
    #[must_use]
    pub fn new(identity: Identity, domains: Domains, table: Arc<dyn NextHop>) -> ProxyRegistrarConfig {
        ProxyRegistrarConfig {
            identity,
            domains,
            table,
            record_route: RecordRouting::On,
            trying: Trying::ByUser,
            timers: TimerPolicy::uniform(TimerSet::RFC3261),
            transaction_limit: 1_000_000,
            request_limit: 1_000_000,
            intervals: IntervalPolicy::default(),
            authentication: None,
            epoch: Date(EPOCH_S),
            bindings: Durability::Volatile,
        }
    }

    fn transactions(&self) -> TransactionConfig {
        TransactionConfig {
            timers: self.timers.clone(),
            trying: self.trying,
            //= RFC 3261 16.3: a proxy MUST NOT treat merged requests as an error condition
            merged: MergedRequests::Ignore,
            limit: self.transaction_limit,
        }
    }

    fn proxy(&self) -> ProxyConfig {
        ProxyConfig {
            identity: self.identity.clone(),
            domains: self.domains.clone(),
            table: Arc::clone(&self.table),
            record_route: self.record_route,
            trying: self.trying,
            limit: self.request_limit,
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
    names: Names,
    octets: Vec<u8>,
}

impl ProxyRegistrar {
    /// A server that starts with the subscribers and bindings in `location`.
    ///
    /// # Panics
    /// When the authentication policy cannot be carried out: see [`Registrar::new`].
    #[must_use]
    pub fn new(config: ProxyRegistrarConfig, location: LocationService) -> ProxyRegistrar {
        ProxyRegistrar {
            transactions: Transactions::new(config.transactions()),
            proxy: Proxy::new(config.proxy()),
            registrar: Registrar::new(config.registrar()),
            location,
            durability: config.bindings,
            names: Names::default(),
            octets: Vec::new(),
        }
    }

    /// Its location service.
    #[must_use]
    pub fn location(&self) -> &LocationService {
        &self.location
    }

    fn on_datagram(&mut self, octets: &[u8], from: SocketAddr, to: SocketAddr, cx: &mut Context<'_>) {
        let message = match Message::parse(octets) {
            Ok(message) => message,
            Err(error) => return self.on_malformed(&error, octets, from, to, cx),
        };
        let received = self.transactions.receive(&message, from, to, cx);
        let arrival = || Arrival::of(&message, from, to);
        let mut around = Surroundings { transactions: &mut self.transactions, location: &self.location };
        match received {
            Received::Request(server) | Received::Merged(server) => self.on_request(server, arrival(), cx),
            Received::Cancel { cancel, invite } => {
                self.proxy.on_cancel(cancel, invite, arrival(), &mut around, cx);
            }
            Received::Ack { .. } => self.proxy.on_ack(arrival(), &mut around, cx),
            Received::Response { client, user } => {
                self.proxy.on_response(client, user, &message, &mut around, cx);
            }
            Received::Refused => self.respond_statelessly(StatusCode::SERVICE_UNAVAILABLE, arrival(), cx),
            Received::Stray | Received::Absorbed | Received::Malformed => {}
        }
    }

    fn on_request(&mut self, server: ServerId, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        match (arrival.message.method(), self.addressee(arrival.message)) {
            (Some(Method::Register), Addressee::Domain) => self.register(server, arrival, cx),
            (Some(Method::Options), Addressee::Server) => {
                //= RFC 3261 11.2: the proxy returns a 200 (OK), listing the capabilities of the server
                self.respond(server, StatusCode::OK, arrival, cx);
            }
            _ => {
                let mut around =
                    Surroundings { transactions: &mut self.transactions, location: &self.location };
                self.proxy.on_request(server, arrival, &mut around, cx);
            }
        }
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
        let tag = self.names.tag(cx.rng());
        let head = (tag.as_tag(), arrival.stamp);
        self.octets.clear();
        let status = self.registrar.register(arrival.message, &mut self.location, head, &mut self.octets, cx);
        self.transactions.respond(server, status, &self.octets, cx);
    }

    fn respond(&mut self, server: ServerId, status: StatusCode, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        self.compose(status, arrival, cx);
        self.transactions.respond(server, status, &self.octets, cx);
    }

    /// Answers a request for which there is no transaction.
    fn respond_statelessly(&mut self, status: StatusCode, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        //= RFC 3261 17: a response to ACK is disallowed
        if arrival.message.method() == Some(Method::Ack) {
            return;
        }
        let Ok(via) = arrival.message.via() else { return };
        let destination = response_destination(&via, arrival.from);
        self.compose(status, arrival, cx);
        cx.send(arrival.to, destination, &self.octets);
    }

    fn compose(&mut self, status: StatusCode, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        let tag = self.names.tag(cx.rng());
        let head = ResponseHead::new(arrival.message, status).with_tag(tag.as_tag());
        self.octets.clear();
        let response = Composer::response(&mut self.octets, &head.with_stamp(arrival.stamp));
        match status {
            StatusCode::OK => response.header(HeaderName::Supported, "path").finish(),
            _ => response.finish(),
        }
    }

    /// Answers a datagram that is no message, if it is a request that can be answered.
    fn on_malformed(
        &mut self,
        error: &ParseError,
        octets: &[u8],
        from: SocketAddr,
        to: SocketAddr,
        cx: &mut Context<'_>,
    ) {
        // A keep-alive (RFC 3261 7.5, RFC 5626 3.5.1).
        if error.kind == ParseErrorKind::Empty {
            return;
        }
        let request = Message::salvage(octets).filter(|request| request.via().is_ok());
        let Some(request) = request else { return cx.probe(probe::MALFORMED, 0, 0) };
        let status = error.status();
        cx.probe(probe::MALFORMED, 0, status.code().into());
        //= RFC 3261 16.3: the element MUST behave as a user agent server and respond with an error code
        self.respond_statelessly(status, Arrival::of(&request, from, to), cx);
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
                self.proxy.forget_all();
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
            NodeEvent::Timer(token) => self.on_wake(token, cx),
            NodeEvent::Fault(fault) => self.on_fault(fault, cx),
            // A server begins nothing by itself: it drains when those around it do.
            NodeEvent::Start | NodeEvent::Drain | NodeEvent::Unreachable { .. } => {}
        }
    }

    fn live(&self) -> usize {
        self.transactions.live() + self.proxy.live()
    }
}

#[cfg(test)]
mod tests;

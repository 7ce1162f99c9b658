//! A transaction-stateful proxy (RFC 3261 16, RFC 6026 7.3).
//!
//! ```text
//!               ┌──────────────────────── Proxy ────────────────────────┐
//!   server      │ admit ──▶ Routing ──▶ Resolver ──▶ Copy ──▶ branches  │   client
//!   transaction │ 16.3      16.4        16.5         16.6               │   transactions
//!        ◀──────│              best response  ◀── ResponseContext ◀─────│──────▶
//!               │                               16.7, 16.8, 16.10       │
//!               └───────────────────────────────────────────────────────┘
//! ```
//!
//! What is left out: recursion on 3xx (they go upstream), loop detection (Max-Forwards ends loops), Max-Breadth
//! (RFC 5393), several next hops for one target (RFC 3263 4.3), two Record-Route values for one hop (RFC 5658), and
//! challenging requests with 407. `sips:` is answered 416, because there is no TLS.

mod contexts;
mod copy;
mod identity;
pub(crate) mod names;
pub mod probe;
mod requests;
pub mod response_context;
mod responses;
mod routing;
mod target;

pub use identity::Identity;

use std::net::SocketAddr;
use std::sync::Arc;

use sim_api::{Context, TimerToken, Wake};

use crate::header::ViaStamp;
use crate::location::{Domains, LocationService, NextHop};
use crate::message::Message;
use crate::transaction::{Expired, Transactions, Trying};
use contexts::Contexts;
use names::Names;
use response_context::{Action, BranchEvent};

/// What makes one proxy different from another.
#[derive(Clone, Debug)]
pub struct ProxyConfig {
    /// Its addresses and host names.
    pub identity: Identity,
    /// The domains that it is responsible for: their users are looked up in the location service.
    pub domains: Domains,
    /// Where requests for all other URIs go, and where the users of a shared domain are at home.
    pub table: Arc<dyn NextHop>,
    /// Whether it stays in the path of dialogs.
    pub record_route: RecordRouting,
    /// When the sender of an INVITE hears from it. The transaction layer below must be configured alike.
    pub trying: Trying,
    /// How many requests it may proxy at once, those that linger included; what exceeds it is answered 503.
    pub limit: usize,
}

/// Whether a proxy stays in the path of the dialogs whose first request it forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordRouting {
    /// It adds Record-Route to requests that can create a dialog.
    On,
    /// Later requests pass it by.
    Off,
}

/// A request and where it came from.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// The request.
    pub message: &'a Message<'a>,
    /// Its source in the IP and UDP headers.
    pub from: SocketAddr,
    /// The own address at which it arrived.
    pub to: SocketAddr,
    /// What the server adds to its topmost Via.
    pub stamp: ViaStamp,
}

impl<'a> Arrival<'a> {
    /// The request `message` that came from `from` to the own address `to`.
    #[must_use]
    pub fn of(message: &'a Message<'a>, from: SocketAddr, to: SocketAddr) -> Arrival<'a> {
        let via = message.via();
        let stamp = via.map_or_else(|_| ViaStamp::default(), |via| ViaStamp::observed(&via, from));
        Arrival { message, from, to, stamp }
    }
}

/// What a proxy core works with: the layer below it and the location service beside it.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// The transaction layer of the node.
    pub transactions: &'a mut Transactions,
    /// The bindings of the served domains.
    pub location: &'a LocationService,
}

/// The proxy core: what connects server transactions to client transactions.
#[derive(Debug)]
pub struct Proxy {
    config: ProxyConfig,
    contexts: Contexts,
    names: Names,
    /// What it writes into Record-Route, by own address.
    record_routes: Vec<(SocketAddr, Box<[u8]>)>,
    actions: Vec<Action>,
    octets: Vec<u8>,
}

impl Proxy {
    /// A proxy that forwards nothing yet.
    #[must_use]
    pub fn new(config: ProxyConfig) -> Proxy {
        //= RFC 3261 16.6: step 4: the URI MUST be a SIP or SIPS URI, and MUST contain an lr parameter
        let value = |address: &SocketAddr| format!("<sip:{address};lr>").into_bytes().into_boxed_slice();
        let record_routes =
            config.identity.addresses().iter().map(|address| (*address, value(address))).collect();
        Proxy {
            config,
            record_routes,
            contexts: Contexts::default(),
            names: Names::default(),
            actions: Vec::new(),
            octets: Vec::new(),
        }
    }

    /// How many requests are being proxied, those included whose transactions linger.
    #[must_use]
    pub fn live(&self) -> usize {
        self.contexts.len()
    }

    /// Its configuration.
    #[must_use]
    pub fn config(&self) -> &ProxyConfig {
        &self.config
    }

    /// Forgets every request: the process lost its memory.
    pub fn forget_all(&mut self) {
        self.contexts.clear();
    }

    /// Takes what became of a transaction.
    pub fn on_expired(&mut self, expired: Expired, around: &mut Surroundings<'_>, cx: &mut Context<'_>) {
        let (client, place) = match expired {
            Expired::Timeout { client, user } | Expired::ClientEnded { client, user } => (client, user),
            //= RFC 3261 16.7: step 9: errors of the server transaction require no remedial action from the proxy
            Expired::NoAck { .. } | Expired::ServerEnded { .. } => return,
        };
        let Some(proxied) = self.contexts.tenant_mut(place) else { return };
        let Some(branch) = proxied.branch_of(client) else { return };
        proxied.branch_mut(branch).client = None;
        if matches!(expired, Expired::Timeout { .. }) {
            proxied.context.on_branch(branch, BranchEvent::Timeout, &mut self.actions);
        }
        self.carry_out(place, None, around, cx);
    }

    /// Takes a wake-up of [`TokenSpace::Session`](crate::transaction::TokenSpace::Session): timer C.
    pub fn on_wake(&mut self, token: TimerToken, around: &mut Surroundings<'_>, cx: &mut Context<'_>) {
        let Some(place) = self.contexts.place_of(token) else { return };
        let proxied = self.contexts.tenant_mut(place).expect("the place was found by its tenant");
        if proxied.slot.on_wake(token, cx) == Wake::Stale {
            return;
        }
        while let Some(branch) = proxied.due(cx.now()) {
            proxied.branch_mut(branch).timer_c = sim_api::SimTime::NEVER;
            cx.probe(probe::TIMER_C, proxied.subject, 1);
            proxied.context.on_branch(branch, BranchEvent::TimerC, &mut self.actions);
        }
        self.carry_out(place, None, around, cx);
    }
}

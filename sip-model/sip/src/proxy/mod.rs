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
//! Each copy carries a mark in its branch by which a loop is told from a spiral, and its share of the request's
//! Max-Breadth (RFC 5393). The contacts of a 3xx join the targets (16.7 step 4): they are tried when the branches that
//! run have ended, before the targets that wait.
//!
//! A target whose next hop has several elements is one branch: the transaction layer goes from one element to the next
//! (RFC 3263 4.3), and the branch begins anew.
//!
//! What is left out: recursion on 416. `sips:` is answered 416, because there is no TLS.

mod admission;
mod breadth;
mod contexts;
mod copy;
mod forwarding;
mod gate;
mod identity;
mod loop_mark;
pub(crate) mod names;
pub mod probe;
mod record_route;
mod redirection;
mod requests;
pub mod response_context;
mod responses;
mod routing;
mod search;
mod target;

pub use breadth::{BreadthPolicy, NarrowFork};
pub use gate::{Challenged, GatePolicy};
pub use identity::Identity;
pub use record_route::RecordRouting;
pub use redirection::Recursion;

use std::net::SocketAddr;
use std::sync::Arc;

use sim_api::{Context, SimTime, TimerToken, Wake};

use crate::header::ViaStamp;
use crate::location::{Domains, LocationService, NextHop};
use crate::message::Message;
use crate::transaction::{ClientId, Expired, Transactions, Trying, UserToken};
use crate::ua::Identifiers;
use contexts::Contexts;
use gate::Gate;
use names::Names;
use record_route::RecordRoutes;
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
    /// What it does with the contacts in a 3xx.
    pub recursion: Recursion,
    /// How it limits the branches of a request that run at once; `None` when Max-Breadth is nothing to it.
    pub breadth: Option<BreadthPolicy>,
    /// Whose requests it forwards; `None` when everybody's.
    pub gate: Option<GatePolicy>,
    /// When the sender of an INVITE hears from it. The transaction layer below must be configured alike.
    pub trying: Trying,
    /// How many requests it may proxy at once, those that linger included; what exceeds it is answered 503.
    pub limit: usize,
    /// Branches and tags to be used before the proxy makes its own.
    pub identifiers: Identifiers,
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
    gate: Option<Gate>,
    contexts: Contexts,
    names: Names,
    record_routes: RecordRoutes,
    actions: Vec<Action>,
    octets: Vec<u8>,
}

impl Proxy {
    /// A proxy that forwards nothing yet.
    ///
    /// # Panics
    /// When the realm of its gate needs escaping in a quoted string, or the gate offers no algorithm.
    #[must_use]
    pub fn new(config: ProxyConfig) -> Proxy {
        Proxy {
            record_routes: RecordRoutes::new(config.record_route, &config.identity),
            gate: config.gate.clone().map(|policy| Gate::new(policy, &config.identity)),
            names: Names::giving(config.identifiers.clone()),
            config,
            contexts: Contexts::default(),
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
    pub fn forget_all(&mut self, now: SimTime) {
        self.contexts.clear();
        if let Some(gate) = &mut self.gate {
            gate.forget_all(now);
        }
    }

    /// Takes what became of a transaction.
    pub fn on_expired(&mut self, expired: Expired, around: &mut Surroundings<'_>, cx: &mut Context<'_>) {
        let (client, place, event) = match expired {
            Expired::Moved { client, user } => return self.on_moved(client, user, around, cx),
            Expired::Timeout { client, user } => (client, user, Some(BranchEvent::Timeout)),
            Expired::Unreachable { client, user } => (client, user, Some(BranchEvent::TransportError)),
            Expired::ClientEnded { client, user } => (client, user, None),
            //= RFC 3261 16.7: step 9: errors of the server transaction require no remedial action from the proxy
            Expired::NoAck { .. } | Expired::ServerEnded { .. } => return,
        };
        let Some(proxied) = self.contexts.tenant_mut(place) else { return };
        let Some(branch) = proxied.branch_of(client) else { return };
        proxied.branch_mut(branch).client = None;
        if let Some(event) = event {
            proxied.context.on_branch(branch, event, &mut self.actions);
        }
        self.carry_out(place, None, around, cx);
    }

    /// Takes the news that the request of a branch is on its way to another element (RFC 3263 4.3).
    pub fn on_moved(
        &mut self,
        client: ClientId,
        user: UserToken,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        let Some(proxied) = self.contexts.tenant_mut(user) else { return };
        let Some(branch) = proxied.branch_of(client) else { return };
        proxied.context.on_branch(branch, BranchEvent::Moved, &mut self.actions);
        self.carry_out(user, None, around, cx);
    }

    /// Takes a wake-up of [`TokenSpace::Session`](crate::transaction::TokenSpace::Session): timer C.
    pub fn on_wake(&mut self, token: TimerToken, around: &mut Surroundings<'_>, cx: &mut Context<'_>) {
        let Some(place) = self.contexts.place_of(token) else { return };
        let proxied = self.contexts.tenant_mut(place).expect("the place was found by its tenant");
        if proxied.slot.on_wake(token, cx) == Wake::Stale {
            return;
        }
        while let Some(branch) = proxied.due(cx.now()) {
            proxied.branch_mut(branch).timer_c = SimTime::NEVER;
            cx.probe(probe::TIMER_C, proxied.subject, 1);
            proxied.context.on_branch(branch, BranchEvent::TimerC, &mut self.actions);
        }
        self.carry_out(place, None, around, cx);
    }
}

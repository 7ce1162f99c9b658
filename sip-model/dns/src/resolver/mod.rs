//! A recursive resolver (RFC 1034 5.3, RFC 2308, RFC 2181 5.4).

mod clients;
mod resolution;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use sim_api::{Context, Memory, Node, NodeEvent, NodeFault, TimerToken};

use crate::cache::{Cache, CacheLimits};
use crate::message::Question;
use crate::queries::{Ended, Queries, QueryId, QueryPolicy, Received, Recursion};
use crate::server::DNS_PORT;
use resolution::{Resolution, ResolutionId};

/// How a [`Resolver`] works.
#[derive(Clone, Debug)]
pub struct ResolverConfig {
    /// Its address: clients reach it at port 53; its own queries leave from [`ResolverConfig::query_port`].
    pub address: IpAddr,
    /// The port of its own queries.
    pub query_port: u16,
    /// The addresses of the root's servers. Those of another family than `address` are not asked.
    pub hints: Vec<IpAddr>,
    /// How queries are repeated.
    pub policy: QueryPolicy,
    /// The bounds of the cache.
    pub cache: CacheLimits,
    /// How many client questions may wait for an answer at once.
    pub limit: usize,
}

impl ResolverConfig {
    /// A resolver with the default cache that lets 10,000 questions wait and gives each server two tries, so that
    /// its client hears of a failure before it gives up.
    pub fn new(address: IpAddr, hints: Vec<IpAddr>) -> ResolverConfig {
        let policy = QueryPolicy { rounds: 2, ..QueryPolicy::default() };
        ResolverConfig {
            address,
            query_port: 53_053,
            hints,
            policy,
            cache: CacheLimits::default(),
            limit: 10_000,
        }
    }
}

/// A resolver: finds answers for its clients, from the root's servers downwards, and remembers them.
///
/// It believes a server in what lies within the zone that it was asked for, and nothing else. Referrals help to find
/// servers and are never told to clients.
#[derive(Debug)]
pub struct Resolver {
    hints: Vec<IpAddr>,
    limit: usize,
    queries: Queries,
    cache: Cache,
    resolutions: BTreeMap<ResolutionId, Resolution>,
    by_query: BTreeMap<QueryId, ResolutionId>,
    by_question: BTreeMap<Question, ResolutionId>,
    /// Each client that waits: its address, the id of its query, and for what.
    waiting: BTreeSet<(SocketAddr, u16, ResolutionId)>,
    next_id: u64,
}

const TOKEN: TimerToken = TimerToken(0);

impl Resolver {
    /// A resolver that has learnt nothing yet.
    pub fn new(config: ResolverConfig) -> Resolver {
        let local = SocketAddr::new(config.address, config.query_port);
        let is_of_family = |hint: &IpAddr| hint.is_ipv4() == config.address.is_ipv4();
        Resolver {
            hints: config.hints.into_iter().filter(is_of_family).collect(),
            limit: config.limit,
            queries: Queries::new(config.policy, local, Recursion::NotDesired, TOKEN),
            cache: Cache::new(config.cache),
            resolutions: BTreeMap::new(),
            by_query: BTreeMap::new(),
            by_question: BTreeMap::new(),
            waiting: BTreeSet::new(),
            next_id: 0,
        }
    }

    fn receive(&mut self, from: SocketAddr, to: SocketAddr, octets: &[u8], cx: &mut Context<'_>) {
        if to.port() == DNS_PORT {
            return self.receive_query(from, to, octets, cx);
        }
        match self.queries.receive(from, octets, cx) {
            Received::Response(query, response) => self.on_response(query, &response, cx),
            Received::Failed(query, _) => self.on_failure(query, cx),
            Received::Absorbed => {}
        }
    }

    fn on_wake(&mut self, cx: &mut Context<'_>) {
        let mut ended = Vec::new();
        self.queries.on_wake(&mut ended, cx);
        self.on_ended(ended, cx);
    }

    fn on_unreachable(&mut self, from: SocketAddr, to: SocketAddr, cx: &mut Context<'_>) {
        let mut ended = Vec::new();
        if from == self.queries.local() {
            self.queries.unreachable(to, &mut ended, cx);
        }
        self.on_ended(ended, cx);
    }

    fn on_ended(&mut self, ended: Vec<Ended>, cx: &mut Context<'_>) {
        for over in ended {
            cx.resume(over.lineage);
            self.on_failure(over.query, cx);
        }
    }

    fn forget_all(&mut self) {
        self.queries.forget_all();
        self.cache.clear();
        self.resolutions.clear();
        self.by_query.clear();
        self.by_question.clear();
        self.waiting.clear();
    }
}

impl Node for Resolver {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        match event {
            NodeEvent::Datagram { from, to, octets } => self.receive(from, to, octets, cx),
            NodeEvent::Unreachable { from, to } => self.on_unreachable(from, to, cx),
            NodeEvent::Timer(_) => self.on_wake(cx),
            NodeEvent::Fault(NodeFault::Crash(Memory::Lost)) => self.forget_all(),
            NodeEvent::Fault(_) | NodeEvent::Start | NodeEvent::Drain => {}
        }
    }

    fn live(&self) -> usize {
        self.resolutions.len()
    }
}

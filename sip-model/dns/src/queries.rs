//! Queries under way: ids, retransmissions, the next server, truncation (RFC 1035 4.2.1, 7.2, 7.3).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use sim_api::{Context, Lineage, Outgoing, SimTime, TimerSlot, TimerToken, Wake, deadline};

use crate::message::{Edns, Flags, Message, Question, ResponseCode};
use crate::probe;

/// How queries are sent and repeated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryPolicy {
    /// How long the first server has for the first response.
    ///
    /// The same holds for each server in the first round; each further round takes twice as long as the one before.
    pub first_timeout: Duration,
    /// How often each server is asked at most.
    pub rounds: u32,
    /// The most octets of a response, said in the EDNS record of the query; at least 512.
    pub udp_payload: u16,
    /// The most octets when a response of [`QueryPolicy::udp_payload`] was truncated.
    ///
    /// It stands for TCP, which the simulation does not have: the larger response comes in fragments.
    pub udp_payload_after_truncation: u16,
    /// How many queries may be under way at once.
    pub limit: u16,
}

/// One second, doubling over three rounds; responses of 1,232 octets, which no IPv6 link has to fragment, then of
/// 65,507, the most that UDP over IPv4 carries; 4,096 queries at once.
impl Default for QueryPolicy {
    fn default() -> QueryPolicy {
        QueryPolicy {
            first_timeout: Duration::from_secs(1),
            rounds: 3,
            udp_payload: 1232,
            udp_payload_after_truncation: 65_507,
            limit: 4096,
        }
    }
}

/// Whether the server shall find the answer elsewhere if need be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recursion {
    Desired,
    NotDesired,
}

/// The name of a query under way: its id on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QueryId(u16);

/// Why a query ended without a response of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No server said anything.
    Timeout,
    /// A server spoke, but none to the point.
    ServFail,
}

/// What a datagram was to the queries under way.
#[derive(Debug)]
pub(crate) enum Received {
    /// A response without error for this query, or NXDOMAIN. Its owner ends the query, or rejects the response.
    Response(QueryId, Message),
    /// The last server failed: the query is over.
    Failed(QueryId, Failure),
    /// Nothing for the owner of a query.
    Absorbed,
}

/// A query that is over without a response of use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) query: QueryId,
    pub(crate) failure: Failure,
    /// The causes behind the first sending, and the wait since.
    pub(crate) lineage: Lineage,
}

/// All queries that one port of a node has under way.
#[derive(Debug)]
pub(crate) struct Queries {
    policy: QueryPolicy,
    local: SocketAddr,
    recursion: Recursion,
    token: TimerToken,
    live: BTreeMap<u16, Query>,
    deadlines: BTreeSet<(SimTime, u16)>,
    slot: TimerSlot,
}

#[derive(Debug)]
struct Query {
    question: Question,
    servers: Vec<SocketAddr>,
    /// How often it was sent; the last time to `servers[(sent - 1) % servers.len()]`.
    sent: u32,
    udp_payload: u16,
    deadline: SimTime,
    /// The causes behind the first sending.
    lineage: Lineage,
    last: Option<Outgoing>,
    has_heard: bool,
}

impl Queries {
    /// Queries that leave from `local`; their one wake-up carries `token`.
    ///
    /// # Panics
    /// When `policy` allows no query at all: no limit, no round.
    pub(crate) fn new(
        policy: QueryPolicy,
        local: SocketAddr,
        recursion: Recursion,
        token: TimerToken,
    ) -> Queries {
        assert!(policy.limit > 0 && policy.rounds > 0, "a policy must allow a query");
        let (live, deadlines) = (BTreeMap::new(), BTreeSet::new());
        Queries { policy, local, recursion, token, live, deadlines, slot: TimerSlot::IDLE }
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Asks `servers` in turn; `None` when there are none, or no room.
    pub(crate) fn begin(
        &mut self,
        question: Question,
        servers: Vec<SocketAddr>,
        cx: &mut Context<'_>,
    ) -> Option<QueryId> {
        if servers.is_empty() || self.live.len() >= usize::from(self.policy.limit) {
            cx.count(probe::REFUSED);
            return None;
        }
        let id = self.fresh_id(cx);
        let udp_payload = self.policy.udp_payload;
        let lineage = cx.cause();
        let query = Query {
            question,
            servers,
            sent: 0,
            udp_payload,
            deadline: SimTime::NEVER,
            lineage,
            last: None,
            has_heard: false,
        };
        self.live.insert(id, query);
        self.send(id, cx);
        Some(QueryId(id))
    }

    /// Takes a datagram that reached [`Queries::local`].
    pub(crate) fn receive(&mut self, from: SocketAddr, octets: &[u8], cx: &mut Context<'_>) -> Received {
        let Ok(message) = Message::parse(octets) else {
            cx.count(probe::MALFORMED);
            return Received::Absorbed;
        };
        let id = message.id;
        let is_expected = |query: &Query| query.matches(&message) && query.was_sent_to(from);
        let Some(query) = self.live.get_mut(&id).filter(|query| is_expected(query)) else {
            cx.count(probe::RESPONSE_STRAY);
            return Received::Absorbed;
        };
        query.has_heard = true;
        if message.flags.truncated {
            cx.probe(probe::RESPONSE_TRUNCATED, 0, query.udp_payload.into());
            return self.enlarge(id, cx);
        }
        if !matches!(message.code, ResponseCode::NoError | ResponseCode::NxDomain) {
            cx.probe(probe::RESPONSE_FAILED, 0, message.code.number().into());
            return self.go_on_after(id, cx);
        }
        Received::Response(QueryId(id), message)
    }

    /// Takes the news that nobody listens at `server`.
    pub(crate) fn unreachable(&mut self, server: SocketAddr, out: &mut Vec<Ended>, cx: &mut Context<'_>) {
        let waiting = |query: &&Query| query.server() == Some(server);
        let ids: Vec<u16> = self.live.iter().filter(|(_, query)| waiting(query)).map(|(&id, _)| id).collect();
        for id in ids {
            self.give_up_server(id, out, cx);
        }
    }

    /// Ends a query: its response was of use.
    pub(crate) fn finish(&mut self, QueryId(id): QueryId, cx: &mut Context<'_>) {
        if let Some(query) = self.live.remove(&id) {
            self.deadlines.remove(&(query.deadline, id));
            self.arm(cx);
        }
    }

    /// Goes on with the next server: the response was of no use. Returns why the query is over if it is.
    pub(crate) fn reject(&mut self, QueryId(id): QueryId, cx: &mut Context<'_>) -> Option<Failure> {
        cx.count(probe::RESPONSE_FAILED);
        self.next_server(id, cx)
    }

    /// Takes the wake-up; `out` receives the queries that are over.
    pub(crate) fn on_wake(&mut self, out: &mut Vec<Ended>, cx: &mut Context<'_>) {
        if self.slot.on_wake(self.token, cx) == Wake::Stale {
            return;
        }
        while let Some(&(at, id)) = self.deadlines.first()
            && at <= cx.now()
        {
            self.give_up_server(id, out, cx);
        }
        self.arm(cx);
    }

    /// Forgets all queries at once: the process lost its memory.
    pub(crate) fn forget_all(&mut self) {
        self.live.clear();
        self.deadlines.clear();
        self.slot.cancel();
    }

    /// Goes on with the next server for another cause than a response: the wait since the first sending joins the
    /// lineage.
    fn give_up_server(&mut self, id: u16, out: &mut Vec<Ended>, cx: &mut Context<'_>) {
        let Some(query) = self.live.get(&id) else { return };
        cx.resume(query.lineage);
        let failure = self.next_server(id, cx);
        out.extend(failure.map(|failure| Ended { query: QueryId(id), failure, lineage: cx.cause() }));
    }

    fn go_on_after(&mut self, id: u16, cx: &mut Context<'_>) -> Received {
        match self.next_server(id, cx) {
            Some(failure) => Received::Failed(QueryId(id), failure),
            None => Received::Absorbed,
        }
    }

    /// Asks the same server for a larger response, or gives it up when that was the largest.
    fn enlarge(&mut self, id: u16, cx: &mut Context<'_>) -> Received {
        let largest = self.policy.udp_payload_after_truncation;
        let query = self.live.get_mut(&id).expect("the response belongs to a query under way");
        if query.udp_payload >= largest {
            return self.go_on_after(id, cx);
        }
        query.udp_payload = largest;
        // The repetition goes to the same server and is no further turn.
        query.sent -= 1;
        self.send(id, cx);
        Received::Absorbed
    }

    fn next_server(&mut self, id: u16, cx: &mut Context<'_>) -> Option<Failure> {
        let query = self.live.get(&id)?;
        if query.sent < self.policy.rounds.saturating_mul(query.servers.len() as u32) {
            self.send(id, cx);
            return None;
        }
        let failure = if query.has_heard { Failure::ServFail } else { Failure::Timeout };
        if failure == Failure::Timeout {
            cx.probe(probe::QUERY_TIMEOUT, 0, query.sent.into());
        }
        self.finish(QueryId(id), cx);
        Some(failure)
    }

    fn send(&mut self, id: u16, cx: &mut Context<'_>) {
        let (local, recursion) = (self.local, self.recursion);
        let query = self.live.get_mut(&id).expect("a query that is sent is under way");
        let turn = query.sent as usize;
        let (server, round) = (query.servers[turn % query.servers.len()], turn / query.servers.len());
        query.sent += 1;
        query.transmit(id, local, server, recursion, cx);
        self.deadlines.remove(&(query.deadline, id));
        let patience = self.policy.first_timeout.saturating_mul(1 << round.min(20));
        query.deadline = deadline(cx.now(), patience);
        self.deadlines.insert((query.deadline, id));
        self.arm(cx);
    }

    fn arm(&mut self, cx: &mut Context<'_>) {
        match self.deadlines.first() {
            Some(&(at, _)) => self.slot.arm(at.max(cx.now()), self.token, cx),
            None => self.slot.cancel(),
        }
    }

    /// An id that no query under way has, drawn from the node's stream.
    fn fresh_id(&self, cx: &mut Context<'_>) -> u16 {
        let mut id = cx.rng().below(1 << 16) as u16;
        // The limit is below 2^16: an id is free.
        while self.live.contains_key(&id) {
            id = id.wrapping_add(1);
        }
        id
    }
}

impl Query {
    fn transmit(
        &mut self,
        id: u16,
        local: SocketAddr,
        server: SocketAddr,
        recursion: Recursion,
        cx: &mut Context<'_>,
    ) {
        let message = Message {
            flags: Flags { recursion_desired: recursion == Recursion::Desired, ..Flags::default() },
            edns: Some(Edns::sized(self.udp_payload)),
            ..Message::query(id, self.question.clone())
        };
        let octets = message.compose();
        let is_first = self.last.is_none();
        match &self.last {
            Some(last) if last.to == server && last.payload.octets() == octets => cx.retransmit(last),
            _ => self.last = Some(cx.send(local, server, &octets)),
        }
        match is_first {
            true => cx.count(probe::QUERY_SENT),
            false => cx.probe(probe::QUERY_REPEATED, 0, self.sent.into()),
        }
    }

    /// The server whose response is awaited.
    fn server(&self) -> Option<SocketAddr> {
        self.last.as_ref().map(|last| last.to)
    }

    //= RFC 1035 7.3: match the response to a current resolver request, using the ID and the question section
    fn matches(&self, message: &Message) -> bool {
        message.flags.response && message.questions == [self.question.clone()]
    }

    fn was_sent_to(&self, server: SocketAddr) -> bool {
        let asked = self.servers.len().min(self.sent as usize);
        self.servers[..asked].contains(&server)
    }
}

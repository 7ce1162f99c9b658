//! The node: what comes in, and which core it goes to.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use sim_api::{Context, Memory, Node, NodeEvent, NodeFault, SimTime, TimerToken, Wake};

use super::call::{Call, State, Wish};
use super::exchange::Exchange;
use super::line::{Line, Registering};
use super::names::Names;
use super::orders::NotDone;
use super::policy::{Act, Planned, UserAgentsConfig};
use super::registration::Enrolment;
use super::wallet::Wallet;
use crate::header::ViaStamp;
use crate::message::{Message, Method, ParseErrorKind, StatusCode};
use crate::probe;
use crate::transaction::table::{Row, Table};
use crate::transaction::{
    ClientId, Expired, MergedRequests, Received, TokenSpace, TransactionConfig, Transactions, Trying,
    UserToken,
};

/// User agents of one host: one line, or a whole city of subscribers, each with its own address.
///
/// See the [module](super) for what they do on their own; the methods are orders for scripted tests.
#[derive(Debug)]
pub struct UserAgents {
    pub(super) config: UserAgentsConfig,
    pub(super) transactions: Transactions,
    pub(super) lines: Vec<Line>,
    pub(super) calls: Table<Call>,
    pub(super) exchanges: Table<Exchange>,
    /// The challenges that a call, an exchange or a line has met; nothing for those whom nobody challenges.
    pub(super) wallets: BTreeMap<Owner, Wallet>,
    /// The registrations under way that are challenged or by order.
    pub(super) enrolments: BTreeMap<u32, Enrolment>,
    pub(super) names: Names,
    pub(super) octets: Vec<u8>,
    pub(super) phase: Phase,
    planned: Option<Planned>,
}

/// Whether new work is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Serving,
    Draining,
}

/// A request, and how it came.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    pub(super) message: &'a Message<'a>,
    /// What its topmost Via must say to its responses.
    pub(super) stamp: ViaStamp,
    pub(super) from: SocketAddr,
    pub(super) to: SocketAddr,
}

/// Whom a client transaction belongs to; written into its [`UserToken`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// The call at this place.
    Call(u32),
    /// The registration of this line.
    Line(u32),
    /// The exchange at this place.
    Exchange(u32),
    /// Nobody: the BYE to a callee who was too late.
    Nobody,
}

impl Owner {
    const BITS: u32 = 30;
    const MASK: u32 = (1 << Self::BITS) - 1;

    pub(super) fn token(self) -> UserToken {
        let (kind, number) = match self {
            Owner::Call(place) => (0, place),
            Owner::Line(line) => (1, line),
            Owner::Exchange(place) => (2, place),
            Owner::Nobody => (3, 0),
        };
        assert!(number <= Self::MASK, "{number} does not fit into the token of a transaction user");
        UserToken((kind << Self::BITS) | number)
    }

    fn of(UserToken(token): UserToken) -> Owner {
        let number = token & Self::MASK;
        match token >> Self::BITS {
            0 => Owner::Call(number),
            1 => Owner::Line(number),
            2 => Owner::Exchange(number),
            _ => Owner::Nobody,
        }
    }
}

impl UserAgents {
    /// The user agents that `config` describes.
    ///
    /// # Panics
    /// When there are 2^30 lines or more, or an interval of registration is no whole number of seconds from 1 on.
    pub fn new(config: UserAgentsConfig) -> UserAgents {
        let count = config.identities.count();
        assert!(count <= Owner::MASK, "{count} lines in one node");
        let (expires_s, cseq) = config.initial_registration();
        let transactions = Transactions::new(TransactionConfig {
            timers: config.timers.clone(),
            trying: config.trying(),
            merged: MergedRequests::Detect,
            limit: config.transaction_limit,
            blacklisting: config.blacklisting,
            dns: config.dns.clone(),
        });
        UserAgents {
            lines: vec![Line::new(expires_s, cseq); count as usize],
            transactions,
            calls: Table::default(),
            exchanges: Table::default(),
            wallets: BTreeMap::new(),
            enrolments: BTreeMap::new(),
            names: Names::new(config.luck, config.identifiers.clone()),
            octets: Vec::new(),
            phase: Phase::Serving,
            planned: None,
            config,
        }
    }

    /// Octets that the lines take while nothing happens, for the budget of a population.
    pub fn idle_octets(&self) -> usize {
        size_of::<UserAgents>() + self.lines.capacity() * size_of::<Line>()
    }

    /// Its configuration.
    pub fn config(&self) -> &UserAgentsConfig {
        &self.config
    }

    fn on_start(&mut self, cx: &mut Context<'_>) {
        self.begin_registrations(cx);
        self.plan_next(cx);
    }

    fn on_datagram(&mut self, from: SocketAddr, to: SocketAddr, octets: &[u8], cx: &mut Context<'_>) {
        if self.transactions.asks_dns_from(to) {
            return self.transactions.on_dns_datagram(from, octets, cx);
        }
        match Message::parse(octets) {
            Ok(message) if message.is_request() => self.on_whole_request(&message, from, to, cx),
            Ok(message) => self.on_response(&message, from, to, cx),
            //= RFC 3261 7.5: implementations processing SIP messages MUST ignore any CRLF before the start-line
            Err(error) if error.kind == ParseErrorKind::Empty => {}
            Err(error) => match Message::salvage(octets) {
                Some(message) => self.on_malformed(&message, from, to, error.status(), cx),
                None => cx.probe(probe::MALFORMED, 0, 0),
            },
        }
    }

    fn on_whole_request(
        &mut self,
        message: &Message<'_>,
        from: SocketAddr,
        to: SocketAddr,
        cx: &mut Context<'_>,
    ) {
        let head = match message.mandatory() {
            Ok(head) => head,
            Err(error) => return self.on_malformed(message, from, to, error.status(), cx),
        };
        let arrival = Arrival { message, stamp: ViaStamp::observed(&head.via, from), from, to };
        match self.transactions.receive(message, from, to, cx) {
            Received::Request(server) => self.on_request(server, arrival, &head, cx),
            Received::Merged(server) => self.refuse(server, arrival, StatusCode::LOOP_DETECTED, cx),
            Received::Cancel { cancel, invite } => self.on_cancel(cancel, invite, arrival, cx),
            Received::Ack { .. } => self.on_ack(message, &head, cx),
            Received::Refused => {
                self.refuse_statelessly(arrival, &head.via, StatusCode::SERVICE_UNAVAILABLE, cx);
            }
            Received::Absorbed | Received::Malformed | Received::Stray => {}
            Received::Response { .. } | Received::Moved { .. } => unreachable!("a request is no response"),
        }
    }

    fn on_response(&mut self, message: &Message<'_>, from: SocketAddr, to: SocketAddr, cx: &mut Context<'_>) {
        let received = self.transactions.receive(message, from, to, cx);
        let Received::Response { client, user } = received else { return };
        match Owner::of(user) {
            Owner::Call(place) => self.on_call_response(self.call_at(place), client, message, cx),
            Owner::Line(line) => self.on_register_response(line, message, cx),
            Owner::Exchange(place) => self.on_exchange_response(place, message, cx),
            Owner::Nobody => {}
        }
    }

    /// Answers a request that cannot be understood.
    fn on_malformed(
        &mut self,
        message: &Message<'_>,
        from: SocketAddr,
        to: SocketAddr,
        status: StatusCode,
        cx: &mut Context<'_>,
    ) {
        //= RFC 3261 21.4.1: the request could not be understood due to malformed syntax; an ACK gets no answer
        if message.method() == Some(Method::Ack) {
            return cx.probe(probe::MALFORMED, 0, 0);
        }
        cx.probe(probe::MALFORMED, 0, status.code().into());
        if message.via().is_err() {
            let arrival = Arrival { message, stamp: ViaStamp::default(), from, to };
            if let Some(via) = message.answer_via() {
                self.refuse_statelessly(arrival, &via, status, cx);
            }
            return;
        }
        let received = self.transactions.receive(message, from, to, cx);
        let (Received::Request(server) | Received::Merged(server) | Received::Cancel { cancel: server, .. }) =
            received
        else {
            return;
        };
        let stamp = message.via().map_or_else(|_| ViaStamp::default(), |via| ViaStamp::observed(&via, from));
        self.refuse(server, Arrival { message, stamp, from, to }, status, cx);
    }

    fn on_timer(&mut self, token: TimerToken, cx: &mut Context<'_>) {
        match TokenSpace::of(token) {
            TokenSpace::Transaction => {
                if let Some(expired) = self.transactions.on_wake(token, cx) {
                    self.on_expired(expired, cx);
                }
            }
            TokenSpace::Session => self.on_call_wake(token, cx),
            TokenSpace::Registration => self.on_line_wake(token, cx),
            TokenSpace::Node => self.on_plan_wake(cx),
        }
    }

    fn on_expired(&mut self, expired: Expired, cx: &mut Context<'_>) {
        match expired {
            //= RFC 3261 8.1.3.1: a timeout of the transaction layer is treated as if a 408 had been received, a fatal
            // transport error as a 503
            Expired::Timeout { client, user } => {
                self.on_request_failed(user, client, StatusCode::REQUEST_TIMEOUT, cx);
            }
            Expired::Unreachable { client, user } => {
                self.on_request_failed(user, client, StatusCode::SERVICE_UNAVAILABLE, cx);
            }
            Expired::Moved { .. } => {}
            Expired::ClientEnded { user, .. } => self.on_transaction_ended(user),
            Expired::NoAck { user, .. } | Expired::ServerEnded { user, .. } => {
                if let Some(user) = user {
                    self.on_transaction_ended(user);
                }
            }
        }
    }

    /// Takes the news that a request has no final response: as if `status` had come.
    fn on_request_failed(
        &mut self,
        user: UserToken,
        client: ClientId,
        status: StatusCode,
        cx: &mut Context<'_>,
    ) {
        match Owner::of(user) {
            Owner::Call(place) => {
                let row = self.call_at(place);
                self.on_call_failure(row, client, status, cx);
                self.release(row);
            }
            Owner::Line(line) => self.on_register_timeout(line, status, cx),
            Owner::Exchange(place) => self.on_exchange_failure(place, status, cx),
            Owner::Nobody => {}
        }
    }

    fn on_transaction_ended(&mut self, user: UserToken) {
        match Owner::of(user) {
            Owner::Call(place) => self.release(self.call_at(place)),
            Owner::Exchange(place) => self.release_exchange(place),
            Owner::Line(_) | Owner::Nobody => {}
        }
    }

    /// The row of the call that `user` stands for, `None` when it stands for something else.
    pub(super) fn call_of(&self, user: UserToken) -> Option<Row> {
        match Owner::of(user) {
            Owner::Call(place) => Some(self.call_at(place)),
            Owner::Line(_) | Owner::Exchange(_) | Owner::Nobody => None,
        }
    }

    /// The row of the call that a living transaction names.
    pub(super) fn call_at(&self, place: u32) -> Row {
        self.calls.row_at(place).expect("a call stays while its transactions live")
    }

    /// Asks the workload for its next plan and waits for it.
    fn plan_next(&mut self, cx: &mut Context<'_>) {
        if self.phase == Phase::Draining {
            return;
        }
        self.planned = self.config.calls.next_planned();
        if let Some(plan) = &self.planned {
            cx.wake_at(plan.at.max(cx.now()), TokenSpace::Node.token(0, 0));
        }
    }

    fn on_plan_wake(&mut self, cx: &mut Context<'_>) {
        if let Some(plan) = self.planned.take_if(|plan| plan.at <= cx.now()) {
            self.act(plan, cx);
            self.plan_next(cx);
        }
    }

    fn act(&mut self, plan: Planned, cx: &mut Context<'_>) {
        let Planned { at, line, act } = plan;
        assert!(line < self.config.identities.count(), "the workload names line {line}");
        let is_too_late = at < cx.now() || self.phase == Phase::Draining;
        match act {
            Act::Call { callee, holding } => {
                let call_id = self.names.call_id(self.config.identities.domain(line));
                let is_busy = self.lines[line as usize].call.is_some();
                if is_too_late || is_busy {
                    return suppress(&call_id, cx);
                }
                self.place_call(line, &callee, Some(holding), &call_id, cx);
            }
            Act::Request { method, target } => {
                let call_id = self.names.call_id(self.config.identities.domain(line));
                if is_too_late {
                    return suppress(&call_id, cx);
                }
                self.send_request(line, method, &target, &call_id, cx);
            }
            _ if is_too_late => cx.probe(probe::CALL_SUPPRESSED, 0, 1),
            Act::HangUp => note(self.hang_up(line, cx), cx),
            Act::Modify(change) => note(self.modify(line, change, cx), cx),
            Act::Enrol(bindings) => note(self.enrol(line, bindings, cx), cx),
            Act::Relocate { address, persona } => self.relocate(line, address, Some(*persona)),
        }
    }

    fn on_drain(&mut self, cx: &mut Context<'_>) {
        self.phase = Phase::Draining;
        self.planned = None;
        for line in &mut self.lines {
            if line.registering == Registering::Idle {
                line.slot.cancel();
            }
        }
        let rows: Vec<Row> = self.calls.rows().map(|(row, _)| row).collect();
        for row in rows {
            self.drain_call(row, cx);
        }
    }

    fn on_fault(&mut self, fault: NodeFault, cx: &mut Context<'_>) {
        match fault {
            NodeFault::Crash(Memory::Kept) => {}
            NodeFault::Crash(Memory::Lost) => {
                self.transactions.forget_all(cx);
                self.calls.clear();
                self.exchanges.clear();
                self.wallets.clear();
                self.enrolments.clear();
                let (expires_s, _) = self.config.initial_registration();
                for line in &mut self.lines {
                    line.forget(expires_s);
                }
            }
            NodeFault::Restart => self.resume_registrations(cx),
        }
    }

    /// Sets when a call wants to wake up; never for an instant in the past.
    pub(super) fn wake_call(&mut self, row: Row, at: SimTime, cx: &mut Context<'_>) {
        if let Some(call) = self.calls.tenant_mut(row) {
            call.slot.arm(at.max(cx.now()), TokenSpace::Session.token(row.place, row.generation), cx);
        }
    }

    fn on_call_wake(&mut self, token: TimerToken, cx: &mut Context<'_>) {
        let row = Row { place: token.place(), generation: TokenSpace::generation(token) };
        let Some(call) = self.calls.tenant_mut(row) else { return };
        if call.slot.on_wake(token, cx) == Wake::Stale {
            return;
        }
        match &call.state {
            State::Calling(_) => self.cancel_call(row, Wish::Cancel, cx),
            State::Alerting(_) => self.on_alerting_wake(row, cx),
            State::Answered { .. } => self.repeat_answer(row, cx),
            State::Established { .. } => self.on_established_wake(row, cx),
            State::Ending | State::Over => {}
        }
    }
}

impl Node for UserAgents {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        match event {
            NodeEvent::Start => self.on_start(cx),
            NodeEvent::Datagram { from, to, octets } => self.on_datagram(from, to, octets, cx),
            NodeEvent::Timer(token) => self.on_timer(token, cx),
            NodeEvent::Fault(fault) => self.on_fault(fault, cx),
            NodeEvent::Drain => self.on_drain(cx),
            NodeEvent::Unreachable { from, to } => self.transactions.on_unreachable(from, to, cx),
        }
        while let Some(failure) = self.transactions.next_failure(cx) {
            self.on_expired(failure, cx);
        }
    }

    fn live(&self) -> usize {
        self.transactions.live() + self.calls.len() + self.exchanges.len()
    }
}

impl UserAgentsConfig {
    /// Who sees to it that an INVITE is answered within 200 ms.
    fn trying(&self) -> Trying {
        use sim_api::Distribution::Fixed;
        match &self.ringing {
            Some(Fixed(delay)) if *delay < self.timers.default.trying => Trying::ByUser,
            _ => Trying::ByTransaction,
        }
    }
}

/// Reports an act for which there was no call, or no way to send it.
fn note(done: Result<(), NotDone>, cx: &mut Context<'_>) {
    if done.is_err() {
        cx.probe(probe::CALL_SUPPRESSED, 0, 1);
    }
}

fn suppress(call_id: &str, cx: &mut Context<'_>) {
    cx.probe(probe::CALL_SUPPRESSED, probe::subject(call_id.as_bytes()), 1);
}

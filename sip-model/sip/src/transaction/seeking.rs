//! Messages that wait until their next hop is found in the DNS (RFC 3263).
//!
//! A request that waits has its row in the table already: its user has a name for it, and may withdraw it. Its
//! machine begins when it is sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use dns::{Answer, Answered, Asked, Question, StubClient, StubConfig, Ticket};
use sim_api::{Context, Lineage, TimerToken, content_hash, mix};

use super::action::Action;
use super::interface::{ClientId, ClientRequest, Dispatch, Expired, RequestKind, UserToken};
use super::layer::{Transactions, link_to};
use super::live::{Machine, Transaction};
use super::sending::AtHand;
use super::table::{Row, Table};
use super::token::TokenSpace;
use crate::locate::{Candidate, Hop, IpVersions, Locator, Sought, Step, Transports};
use crate::message::Message;
use crate::probe;

/// The DNS as the transaction layer uses it.
#[derive(Debug)]
pub(super) struct Seeking {
    stub: StubClient,
    searches: Table<Search>,
    asked: BTreeMap<Ticket, (Row, Question)>,
    /// Drawn with the first search: two nodes choose for themselves among equals.
    salt: Option<u64>,
}

/// One search, and who waits for what it finds.
#[derive(Debug)]
struct Search {
    locator: Locator,
    tickets: Vec<Ticket>,
    local: SocketAddr,
    purpose: Purpose,
    lineage: Lineage,
}

/// What is sent to whom a search finds.
#[derive(Debug)]
enum Purpose {
    /// The request of the client transaction in this row.
    Request { row: Row, kind: RequestKind, octets: Box<[u8]> },
    /// A message outside any transaction.
    Datagram(Box<[u8]>),
    /// A response that did not reach the source of its request.
    Response { octets: Box<[u8]>, unreachable: SocketAddr },
}

/// The place in the tokens of the layer that no transaction has: the wake-ups of the stub client.
const STUB_PLACE: u32 = u32::MAX;

impl Seeking {
    pub(super) fn new(config: StubConfig) -> Seeking {
        let token = TokenSpace::Transaction.token(STUB_PLACE, 0);
        Seeking {
            stub: StubClient::new(StubConfig { token, ..config }),
            searches: Table::default(),
            asked: BTreeMap::new(),
            salt: None,
        }
    }

    /// How many messages wait, those of transactions left out.
    pub(super) fn datagrams(&self) -> usize {
        self.searches.rows().filter(|(_, search)| !matches!(search.purpose, Purpose::Request { .. })).count()
    }

    pub(super) fn forget_all(&mut self) {
        self.stub.forget_all();
        self.searches.clear();
        self.asked.clear();
    }

    /// What decides between equal elements for the request in `octets`.
    ///
    /// Copies of a request, its CANCEL and its ACK have the same: an element without state chooses alike for them.
    fn key_for(&mut self, octets: &[u8], cx: &mut Context<'_>) -> u64 {
        let salt = *self.salt.get_or_insert_with(|| cx.rng().bits());
        let message = Message::parse(octets).ok();
        let call_id = message.as_ref().and_then(|message| message.call_id().ok());
        let number = message.as_ref().and_then(|message| message.cseq().ok()).map_or(0, |cseq| cseq.number);
        //= RFC 3261 16.11: CANCEL and non-Routed ACK requests MUST generate the same choice as their associated INVITE
        let call = call_id.map_or(0, |call_id| content_hash(call_id.as_str().as_bytes()));
        mix(salt ^ mix(call ^ u64::from(number)))
    }

    /// Asks `questions` for a search; the answers that are known already.
    fn ask(&mut self, row: Row, questions: Vec<Question>, cx: &mut Context<'_>) -> Vec<(Question, Answer)> {
        let mut known = Vec::new();
        for question in questions {
            match self.stub.ask(question.clone(), cx) {
                Asked::Answered(answer) => known.push((question, answer)),
                Asked::Pending(ticket) => {
                    self.asked.insert(ticket, (row, question));
                    if let Some(search) = self.searches.tenant_mut(row) {
                        search.tickets.push(ticket);
                    }
                }
                Asked::Refused => known.push((question, Answer::ServFail)),
            }
        }
        known
    }

    /// Takes a search out, with its questions.
    fn end(&mut self, row: Row) -> Option<Search> {
        let search = self.searches.remove(row)?;
        for ticket in &search.tickets {
            self.stub.forget(*ticket);
            self.asked.remove(ticket);
        }
        Some(search)
    }
}

impl Transactions {
    /// Sends a message outside any transaction to the first element of `hop`: an ACK for a 2xx, a request that is
    /// forwarded without state.
    pub fn send(&mut self, hop: &Hop, local: SocketAddr, octets: &[u8], cx: &mut Context<'_>) -> Dispatch {
        let first = match hop {
            Hop::At(address) => Some(*address),
            Hop::OneOf(elements) => self.willing(local, elements, cx).first().copied(),
            Hop::Sought(sought) => {
                let begun = self.seek(sought, local, Purpose::Datagram(octets.into()), cx);
                return if begun { Dispatch::Later } else { Dispatch::Nobody };
            }
        };
        first.map_or(Dispatch::Nobody, |peer| Dispatch::Sent(cx.send(local, peer, octets)))
    }

    /// Whether `address` is where the layer asks the DNS from.
    pub fn asks_dns_from(&self, address: SocketAddr) -> bool {
        self.seeking.as_ref().is_some_and(|seeking| seeking.stub.local() == address)
    }

    /// Takes a datagram for [`Transactions::asks_dns_from`]. [`Transactions::next_failure`] names what became of
    /// requests.
    pub fn on_dns_datagram(&mut self, from: SocketAddr, octets: &[u8], cx: &mut Context<'_>) {
        let Some(seeking) = &mut self.seeking else { return };
        let mut answered = Vec::new();
        seeking.stub.receive(from, octets, &mut answered, cx);
        self.on_answered(answered, cx);
    }

    /// Takes the news that nobody listens at `resolver`.
    pub(super) fn on_resolver_unreachable(&mut self, resolver: SocketAddr, cx: &mut Context<'_>) {
        let Some(seeking) = &mut self.seeking else { return };
        let mut answered = Vec::new();
        seeking.stub.unreachable(resolver, &mut answered, cx);
        self.on_answered(answered, cx);
    }

    /// Whether a wake-up is the stub client's, which has had it then.
    pub(super) fn take_dns_wake(&mut self, token: TimerToken, cx: &mut Context<'_>) -> bool {
        if token.place() != STUB_PLACE {
            return false;
        }
        let mut answered = Vec::new();
        if let Some(seeking) = &mut self.seeking {
            seeking.stub.on_wake(&mut answered, cx);
        }
        self.on_answered(answered, cx);
        true
    }

    /// Withdraws a request that still waits for its hop to be found. Returns whether it did: its transaction is gone.
    pub fn withdraw(&mut self, client: ClientId, cx: &mut Context<'_>) -> bool {
        let waits =
            self.table.tenant(client.0).is_some_and(|found| matches!(found.machine, Machine::Waiting(_)));
        if !waits {
            return false;
        }
        let Some(Transaction { machine: Machine::Waiting(search), .. }) = self.table.remove(client.0) else {
            unreachable!("the transaction waits")
        };
        self.seeking.as_mut().and_then(|seeking| seeking.end(search));
        cx.count(probe::TRANSACTION_ENDED);
        true
    }

    /// Begins a client transaction whose hop is to be found.
    pub(super) fn begin_waiting(
        &mut self,
        request: ClientRequest<'_>,
        sought: &Sought,
        user: Option<UserToken>,
        cx: &mut Context<'_>,
    ) -> Option<Row> {
        let seeking = self.seeking.as_ref()?;
        let machine = Machine::Waiting(seeking.searches.next_row());
        let row = self.table.insert(Transaction::new(request.key, machine, request.local, NOWHERE, user));
        cx.count(probe::TRANSACTION_BEGUN);
        let purpose = Purpose::Request { row, kind: request.kind, octets: request.octets.into() };
        self.seek(sought, request.local, purpose, cx);
        Some(row)
    }

    /// Begins a search; false when there is no DNS to ask.
    fn seek(&mut self, sought: &Sought, local: SocketAddr, purpose: Purpose, cx: &mut Context<'_>) -> bool {
        let Some(seeking) = &mut self.seeking else { return false };
        let octets = match &purpose {
            Purpose::Request { octets, .. }
            | Purpose::Datagram(octets)
            | Purpose::Response { octets, .. } => octets,
        };
        let key = seeking.key_for(octets, cx);
        let versions = if local.is_ipv4() { IpVersions::V4 } else { IpVersions::V6 };
        match Locator::begin(sought, &Transports::udp(), versions, key) {
            (Some(locator), step) => {
                let search = Search { locator, tickets: Vec::new(), local, purpose, lineage: cx.cause() };
                let row = seeking.searches.insert(search);
                self.proceed(row, step, cx);
            }
            (None, Step::Found(candidates)) => self.conclude(local, purpose, &candidates, cx),
            (None, _) => self.conclude(local, purpose, &[], cx),
        }
        true
    }

    fn on_answered(&mut self, answered: Vec<Answered>, cx: &mut Context<'_>) {
        for Answered { ticket, answer, lineage } in answered {
            let Some(seeking) = &mut self.seeking else { return };
            let Some((row, question)) = seeking.asked.remove(&ticket) else { continue };
            let Some(search) = seeking.searches.tenant_mut(row) else { continue };
            search.tickets.retain(|asked| *asked != ticket);
            let step = search.locator.on_answer(&question, answer);
            cx.resume(lineage);
            self.proceed(row, step, cx);
        }
    }

    /// Does what a search wants, as far as it can be done at once.
    fn proceed(&mut self, row: Row, mut step: Step, cx: &mut Context<'_>) {
        let mut known: Vec<(Question, Answer)> = Vec::new();
        loop {
            let Some(seeking) = &mut self.seeking else { return };
            match step {
                Step::Ask(questions) => known.extend(seeking.ask(row, questions, cx)),
                Step::Found(candidates) => return self.end_search(row, &candidates, cx),
                Step::NotFound(_) => return self.end_search(row, &[], cx),
            }
            let Some((question, answer)) = known.pop() else { return };
            let Some(search) = seeking.searches.tenant_mut(row) else { return };
            step = search.locator.on_answer(&question, answer);
        }
    }

    fn end_search(&mut self, row: Row, candidates: &[Candidate], cx: &mut Context<'_>) {
        let Some(search) = self.seeking.as_mut().and_then(|seeking| seeking.end(row)) else { return };
        if cx.cause().root() != search.lineage.root() {
            // The last answer belongs to somebody else's cause, who asked the same.
            cx.resume(search.lineage);
        }
        self.conclude(search.local, search.purpose, candidates, cx);
    }

    /// Sends what waited.
    fn conclude(
        &mut self,
        local: SocketAddr,
        purpose: Purpose,
        candidates: &[Candidate],
        cx: &mut Context<'_>,
    ) {
        let elements: Vec<SocketAddr> = candidates.iter().map(|candidate| candidate.address).collect();
        let elements = self.willing(local, &elements, cx);
        match purpose {
            Purpose::Request { row, kind, octets } => self.begin_found(row, kind, &octets, &elements, cx),
            Purpose::Datagram(octets) => send_to(local, elements.first(), &octets, cx),
            Purpose::Response { octets, unreachable } => {
                let other = elements.iter().find(|element| **element != unreachable);
                send_to(local, other, &octets, cx);
            }
        }
    }

    /// Sends a response that `local` cannot bring to `peer`, the source of its request, to where the request says that
    /// it was sent by.
    pub(super) fn answer_elsewhere(
        &mut self,
        (local, peer): (SocketAddr, SocketAddr),
        response: &[u8],
        cx: &mut Context<'_>,
    ) {
        let Ok(message) = Message::parse(response) else { return };
        let Ok(via) = message.via() else { return };
        let sought = Sought::of_via(&via);
        match via.sent_by.host.address() {
            //= RFC 3263 5: if it contains a numeric IP address, the server attempts to send the response to that address,
            // using the port from sent-by, if present, else the default for that transport protocol
            Some(address) => {
                let sent_by = SocketAddr::new(address, sought.port.unwrap_or(via.transport.default_port()));
                if sent_by != peer && sent_by.is_ipv4() == local.is_ipv4() {
                    cx.send(local, sent_by, response);
                }
            }
            //= RFC 3263 5: a domain name and a port number: A or AAAA records; no port: SRV records
            None => {
                let purpose = Purpose::Response { octets: response.into(), unreachable: peer };
                self.seek(&sought, local, purpose, cx);
            }
        }
    }

    fn begin_found(
        &mut self,
        row: Row,
        kind: RequestKind,
        octets: &[u8],
        elements: &[SocketAddr],
        cx: &mut Context<'_>,
    ) {
        let Some(&peer) = elements.first() else { return self.fail_unlocated(row, cx) };
        let mut actions: Vec<Action> = Vec::new();
        let machine = Machine::of_client(kind, link_to(&self.config, peer), &mut actions);
        let Some(transaction) = self.table.tenant_mut(row) else { return };
        (transaction.machine, transaction.peer) = (machine, peer);
        let former = self.clients.insert(transaction.key, row);
        assert!(former.is_none(), "a branch is unique in space and time");
        self.actions.append(&mut actions);
        self.carry_out(row, AtHand::Octets(octets), cx);
        self.keep_alternatives(row, elements);
    }

    fn fail_unlocated(&mut self, row: Row, cx: &mut Context<'_>) {
        cx.count(probe::NOT_LOCATED);
        let Some(transaction) = self.table.remove(row) else { return };
        cx.count(probe::TRANSACTION_ENDED);
        let failure = transaction.user.map(|user| Expired::Unreachable { client: ClientId(row), user });
        self.tell_later(failure, cx);
    }
}

fn send_to(local: SocketAddr, peer: Option<&SocketAddr>, octets: &[u8], cx: &mut Context<'_>) {
    match peer {
        Some(peer) => {
            cx.send(local, *peer, octets);
        }
        None => cx.count(probe::NOT_LOCATED),
    }
}

/// The peer of a request that waits.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

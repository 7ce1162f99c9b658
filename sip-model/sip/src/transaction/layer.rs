//! The transaction layer of one node (RFC 3261 17, 18.1, 18.2; RFC 6026; RFC 3581).

use std::collections::VecDeque;
use std::net::SocketAddr;

use sim_api::{Context, Lineage, Outgoing, Payload, TimerToken, Wake, deadline};

use super::action::{Action, Indication, Link, ResponseKind};
use super::interface::{
    ClientId, ClientRequest, Expired, MergedRequests, NotSent, Received, RequestKind, ServerId,
    TransactionConfig, UserToken, response_destination,
};
use super::invite_server::{Trying, Verdict};
use super::live::{Cancel, Machine, Side, Transaction};
use super::seeking::Seeking;
use super::sending::{AtHand, rearm, repeat, retransmit, send, send_ack, send_prepared};
use super::table::{Index, Row, Table};
use super::token::TokenSpace;
use super::{InviteServer, NonInviteServer, invite_client};
use crate::header::{Branch, ViaStamp};
use crate::locate::{Avoided, Hop};
use crate::message::{
    Composer, MergeKey, Message, Method, ResponseHead, StatusCode, TransactionKey, compose_cancel,
};
use crate::probe;
use crate::timers::{Reliability, TimerSet};

/// The transaction layer of one node: all its client and server transactions.
///
/// The node gives each parsed datagram to [`Transactions::receive`] and each wake-up of
/// [`TokenSpace::Transaction`] to [`Transactions::on_wake`]; either returns at most one thing to do.
#[derive(Debug)]
pub struct Transactions {
    pub(super) config: TransactionConfig,
    pub(super) table: Table<Transaction>,
    pub(super) clients: Index<TransactionKey>,
    servers: Index<TransactionKey>,
    merged: Index<MergeKey>,
    pub(super) actions: Vec<Action>,
    scratch: Vec<u8>,
    pub(super) avoided: Avoided,
    pub(super) failures: VecDeque<(Expired, Lineage)>,
    pub(super) seeking: Option<Box<Seeking>>,
}

/// What carrying out the actions of one input came to.
#[derive(Default)]
pub(super) struct Outcome {
    indication: Option<Indication>,
    pub(super) sent: Option<Outgoing>,
    ended: Option<Transaction>,
}

impl Transactions {
    /// A layer without transactions.
    pub fn new(config: TransactionConfig) -> Transactions {
        Transactions {
            avoided: Avoided::new(config.blacklisting),
            failures: VecDeque::new(),
            seeking: config.dns.clone().map(|config| Box::new(Seeking::new(config))),
            config,
            table: Table::default(),
            clients: Index::default(),
            servers: Index::default(),
            merged: Index::default(),
            actions: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// How many transactions live, lingering ones included, and other messages that wait to be sent.
    pub fn live(&self) -> usize {
        self.table.len() + self.seeking.as_ref().map_or(0, |seeking| seeking.datagrams())
    }

    /// The timers towards `peer`.
    pub fn timers(&self, peer: SocketAddr) -> &TimerSet {
        self.config.timers.towards(peer.ip())
    }

    /// The timers towards the element that has the request of `client`, the general ones when it is gone.
    pub fn timers_of(&self, client: ClientId) -> &TimerSet {
        let peer = self.table.tenant(client.0).map(|transaction| transaction.peer);
        peer.map_or(&self.config.timers.default, |peer| self.timers(peer))
    }

    /// Takes a message that came from `from` to `to`, one of the node's addresses.
    pub fn receive(
        &mut self,
        message: &Message<'_>,
        from: SocketAddr,
        to: SocketAddr,
        cx: &mut Context<'_>,
    ) -> Received {
        let Some(method) = message.method() else { return self.receive_response(message, cx) };
        let Ok(key) = TransactionKey::of_request(message) else { return malformed(cx) };
        if method == Method::Ack {
            return self.receive_ack(key, cx);
        }
        if let Some(&row) = self.servers.get(&key) {
            self.receive_copy(row, cx);
            return Received::Absorbed;
        }
        let Some(server) = self.begin_server(message, key, from, to, cx) else { return Received::Refused };
        match method {
            Method::Cancel => Received::Cancel { cancel: server, invite: self.cancelled_by(key, server) },
            _ => self.tell_merged(server, message),
        }
    }

    /// Sends a request in a new client transaction.
    ///
    /// # Errors
    /// When the limit is reached, or the hop is nobody; nothing was sent.
    pub fn request(&mut self, request: ClientRequest<'_>, cx: &mut Context<'_>) -> Result<ClientId, NotSent> {
        self.begin_client(request, Some(request.user), cx).map(ClientId)
    }

    /// Passes a response of the transaction user down.
    ///
    /// It goes where RFC 3261 18.2.2 and RFC 3581 say. Returns the handle of what was sent, with which a UAS core
    /// retransmits its 2xx; `None` when the transaction has no use for the response or is gone.
    pub fn respond(
        &mut self,
        server: ServerId,
        status: StatusCode,
        octets: &[u8],
        cx: &mut Context<'_>,
    ) -> Option<Outgoing> {
        let Self { config, table, actions, .. } = self;
        let transaction = table.tenant_mut(server.0)?;
        let link = link_to(config, transaction.peer);
        let verdict = match &mut transaction.machine {
            Machine::InviteServer(machine) => machine.on_response(status.into(), link, actions),
            Machine::NonInviteServer(machine) => machine.on_response(status.into(), link, actions),
            machine => unreachable!("a server's name leads to {machine:?}"),
        };
        match verdict {
            Verdict::Taken => self.carry_out(server.0, AtHand::Octets(octets), cx).sent,
            Verdict::Discarded => None,
        }
    }

    /// Cancels an INVITE: sends CANCEL at once if a provisional response came, else when one comes.
    ///
    /// Without effect after a final response and for other methods (RFC 3261 9.1). When no final response follows
    /// within 64·T1 of the CANCEL, the transaction ends with [`Expired::Timeout`].
    pub fn cancel(&mut self, client: ClientId, cx: &mut Context<'_>) {
        let Some(transaction) = self.table.tenant_mut(client.0) else { return };
        let Machine::InviteClient(machine) = &transaction.machine else { return };
        match (machine.state(), transaction.cancel) {
            //= RFC 3261 9.1: if no provisional response has been received, the CANCEL request MUST NOT be sent
            (invite_client::State::Calling { .. }, _) => transaction.cancel = Cancel::Wanted,
            (invite_client::State::Proceeding, Cancel::Unwanted | Cancel::Wanted) => {
                self.send_cancel(client.0, cx);
            }
            //= RFC 3261 9.1: if the original request has generated a final response, the CANCEL SHOULD NOT be sent
            (invite_client::State::Proceeding, Cancel::Sent) => {}
            (
                invite_client::State::Completed
                | invite_client::State::Accepted
                | invite_client::State::Terminated,
                _,
            ) => {}
        }
    }

    /// Ends a transaction other than INVITE whose user will never respond.
    ///
    /// That is how a stateful element obeys RFC 4320 4.2, which forbids 408 for anything but INVITE.
    ///
    /// # Panics
    /// When the transaction is an INVITE: that must be answered.
    pub fn abandon(&mut self, server: ServerId, cx: &mut Context<'_>) {
        let Some(transaction) = self.table.tenant_mut(server.0) else { return };
        match &mut transaction.machine {
            Machine::NonInviteServer(machine) => machine.on_abandoned(&mut self.actions),
            machine => unreachable!("only a transaction without INVITE is abandoned, not {machine:?}"),
        }
        self.carry_out(server.0, AtHand::Nothing, cx);
    }

    /// Ends a server transaction at once, as if its request had never come: what the user answers, it answers without a
    /// transaction.
    pub fn dismiss(&mut self, server: ServerId, cx: &mut Context<'_>) {
        let _ = self.end(server.0, cx);
    }

    /// Gives a server transaction to `user`, whom [`Transactions::server_user`] and [`Expired`] will name.
    pub fn assign(&mut self, server: ServerId, user: UserToken) {
        if let Some(transaction) = self.table.tenant_mut(server.0) {
            transaction.user = Some(user);
        }
    }

    /// Who was given the server transaction; `None` also when it is gone.
    pub fn server_user(&self, server: ServerId) -> Option<UserToken> {
        self.table.tenant(server.0)?.user
    }

    /// Who began the client transaction; `None` when it is gone.
    pub fn client_user(&self, client: ClientId) -> Option<UserToken> {
        self.table.tenant(client.0)?.user
    }

    /// Where the responses of the server transaction go; `None` when it is gone.
    pub fn peer(&self, server: ServerId) -> Option<SocketAddr> {
        self.table.tenant(server.0).map(|transaction| transaction.peer)
    }

    /// Takes a wake-up of [`TokenSpace::Transaction`]. Ask [`Transactions::next_failure`] afterwards.
    pub fn on_wake(&mut self, token: TimerToken, cx: &mut Context<'_>) -> Option<Expired> {
        if self.take_dns_wake(token, cx) {
            return None;
        }
        let row = Row { place: token.place(), generation: TokenSpace::generation(token) };
        let transaction = self.table.tenant_mut(row)?;
        match transaction.slot.on_wake(token, cx) {
            Wake::Stale => None,
            Wake::Due => self.fire(row, cx),
        }
    }

    /// Takes the news that nothing can be sent for this client transaction. `None` when its state does not care.
    pub fn on_transport_error(&mut self, client: ClientId, cx: &mut Context<'_>) -> Option<UserToken> {
        let transaction = self.table.tenant_mut(client.0)?;
        let user = transaction.user;
        match &mut transaction.machine {
            Machine::InviteClient(machine) => machine.on_transport_error(&mut self.actions),
            Machine::NonInviteClient(machine) => machine.on_transport_error(&mut self.actions),
            machine => unreachable!("a client's name leads to {machine:?}"),
        }
        let outcome = self.carry_out(client.0, AtHand::Nothing, cx);
        outcome.indication.and(user)
    }

    /// Forgets all transactions at once: the process lost its memory.
    pub fn forget_all(&mut self, cx: &mut Context<'_>) {
        cx.probe(probe::TRANSACTION_ENDED, 0, self.table.len() as u64);
        self.table.clear();
        self.clients.clear();
        self.servers.clear();
        self.merged.clear();
        self.avoided.clear();
        self.failures.clear();
        if let Some(seeking) = &mut self.seeking {
            seeking.forget_all();
        }
    }

    fn receive_response(&mut self, message: &Message<'_>, cx: &mut Context<'_>) -> Received {
        let (Some(status), Ok(key)) = (message.status(), TransactionKey::of_response(message)) else {
            return malformed(cx);
        };
        let Some(&row) = self.clients.get(&key) else {
            //= RFC 6026 7.2: any response that does not match an existing client transaction is simply dropped
            cx.probe(probe::STRAY_RESPONSE, 0, status.code().into());
            return Received::Stray;
        };
        self.judge(row, status, message, cx.now());
        if status == StatusCode::SERVICE_UNAVAILABLE
            && let Some(moved) = self.leave_unavailable(row, message, cx)
        {
            return moved;
        }
        let transaction = self.table.tenant_mut(row).expect("the index names live transactions");
        let kind = ResponseKind::from(status);
        let link = link_to(&self.config, transaction.peer);
        transaction.machine.on_client_response(kind, link, &mut self.actions);
        if kind != ResponseKind::Provisional {
            transaction.replace_alternatives(None);
        }
        let (user, may_cancel) = (transaction.user, transaction.may_cancel_after(kind));
        let outcome = self.carry_out(row, AtHand::Response(message), cx);
        if may_cancel {
            self.send_cancel(row, cx);
        }
        match (outcome.indication, user) {
            (Some(_), Some(user)) => Received::Response { client: ClientId(row), user },
            _ => Received::Absorbed,
        }
    }

    fn receive_ack(&mut self, key: TransactionKey, cx: &mut Context<'_>) -> Received {
        let Some(&row) = self.servers.get(&key) else { return Received::Ack { invite: None } };
        let transaction = self.table.tenant_mut(row).expect("the index names live transactions");
        let link = link_to(&self.config, transaction.peer);
        let Machine::InviteServer(machine) = &mut transaction.machine else { return Received::Absorbed };
        machine.on_ack(link, &mut self.actions);
        match self.carry_out(row, AtHand::Nothing, cx).indication {
            Some(_) => Received::Ack { invite: Some(ServerId(row)) },
            None => Received::Absorbed,
        }
    }

    fn receive_copy(&mut self, row: Row, cx: &mut Context<'_>) {
        let transaction = self.table.tenant_mut(row).expect("the index names live transactions");
        match &mut transaction.machine {
            Machine::InviteServer(machine) => machine.on_request(&mut self.actions),
            Machine::NonInviteServer(machine) => machine.on_request(&mut self.actions),
            machine => unreachable!("the index of servers leads to {machine:?}"),
        }
        self.carry_out(row, AtHand::Nothing, cx);
    }

    fn begin_server(
        &mut self,
        message: &Message<'_>,
        key: TransactionKey,
        from: SocketAddr,
        to: SocketAddr,
        cx: &mut Context<'_>,
    ) -> Option<ServerId> {
        if self.is_full(cx) {
            return None;
        }
        let via = message.via().expect("the key was made from the topmost Via");
        let peer = response_destination(&via, from);
        let link = link_to(&self.config, peer);
        let trying = self.config.trying;
        let machine = match message.method() {
            Some(Method::Invite) => {
                Machine::InviteServer(InviteServer::begin(trying, link, &mut self.actions))
            }
            _ => Machine::NonInviteServer(NonInviteServer::begin(&mut self.actions)),
        };
        let mut transaction = Transaction::new(key, machine, to, peer, None);
        if trying == Trying::ByTransaction && message.method() == Some(Method::Invite) {
            self.scratch.clear();
            let head =
                ResponseHead::new(message, StatusCode::TRYING).with_stamp(ViaStamp::observed(&via, from));
            Composer::response(&mut self.scratch, &head).finish();
            transaction.prepare(Payload::new(&self.scratch));
        }
        let row = self.table.insert(transaction);
        self.servers.insert(key, row);
        cx.count(probe::TRANSACTION_BEGUN);
        self.carry_out(row, AtHand::Nothing, cx);
        Some(ServerId(row))
    }

    /// The INVITE that the CANCEL with this key means; `cancel` itself when it means another request.
    fn cancelled_by(&self, key: TransactionKey, cancel: ServerId) -> Option<ServerId> {
        //= RFC 3261 9.2: the transaction is found by the procedure of 17.2.3, assuming any method but CANCEL or ACK
        if let Some(&invite) = self.servers.get(&key.invite_key()) {
            return Some(ServerId(invite));
        }
        let is_known = |method: &Method<'_>| self.servers.contains_key(&key.cancelled(*method));
        WITHOUT_CANCEL.iter().any(is_known).then_some(cancel)
    }

    /// Tells a request that came here by a second path from one that is new.
    fn tell_merged(&mut self, server: ServerId, message: &Message<'_>) -> Received {
        let detects = match self.config.merged {
            MergedRequests::Detect => true,
            MergedRequests::DetectOf(methods) => {
                message.method().is_some_and(|method| methods.contains(&method))
            }
            MergedRequests::Ignore => false,
        };
        if !detects {
            return Received::Request(server);
        }
        let Ok(Some(key)) = MergeKey::of(message) else { return Received::Request(server) };
        //= RFC 3261 8.2.2.2: From tag, Call-ID, and CSeq exactly match those of an ongoing transaction, but the
        // request does not match that transaction: the UAS core SHOULD generate a 482 (Loop Detected)
        if self.merged.contains_key(&key) {
            return Received::Merged(server);
        }
        self.merged.insert(key, server.0);
        self.table.tenant_mut(server.0).expect("the transaction has just begun").with_merge_key(key);
        Received::Request(server)
    }

    fn begin_client(
        &mut self,
        request: ClientRequest<'_>,
        user: Option<UserToken>,
        cx: &mut Context<'_>,
    ) -> Result<Row, NotSent> {
        if self.is_full(cx) {
            return Err(NotSent::Full);
        }
        match request.hop {
            Hop::At(peer) => Ok(self.begin_at(request, *peer, user, cx)),
            Hop::OneOf(elements) => self.begin_at_first(request, elements, user, cx).ok_or(NotSent::Nobody),
            Hop::Sought(sought) => self.begin_waiting(request, sought, user, cx).ok_or(NotSent::Nobody),
        }
    }

    /// Begins a client transaction with the element at `peer`.
    pub(super) fn begin_at(
        &mut self,
        request: ClientRequest<'_>,
        peer: SocketAddr,
        user: Option<UserToken>,
        cx: &mut Context<'_>,
    ) -> Row {
        let machine = Machine::of_client(request.kind, link_to(&self.config, peer), &mut self.actions);
        let transaction = Transaction::new(request.key, machine, request.local, peer, user);
        let row = self.table.insert(transaction);
        let former = self.clients.insert(request.key, row);
        assert!(former.is_none(), "a branch is unique in space and time");
        cx.count(probe::TRANSACTION_BEGUN);
        self.carry_out(row, AtHand::Octets(request.octets), cx);
        row
    }

    /// Sends CANCEL in a transaction of its own, whose responses are nobody's business (RFC 3261 9.1).
    fn send_cancel(&mut self, invite: Row, cx: &mut Context<'_>) {
        let transaction = self.table.tenant_mut(invite).expect("the INVITE proceeds");
        transaction.cancel = Cancel::Sent;
        let (local, peer) = (transaction.local, transaction.peer);
        let link = link_to(&self.config, peer);
        let Machine::InviteClient(machine) = &mut transaction.machine else {
            unreachable!("only an INVITE is cancelled")
        };
        machine.on_cancel_sent(link, &mut self.actions);
        let original = transaction.kept().expect("an INVITE that proceeds is kept").clone();
        self.carry_out(invite, AtHand::Nothing, cx);
        let original = Message::parse(&original).expect("the user's own request is a message");
        let mut octets = std::mem::take(&mut self.scratch);
        octets.clear();
        compose_cancel(&original, &mut octets).expect("the user's own request has Via and CSeq");
        //= RFC 3261 9.1: the CANCEL has the same branch: its transaction differs by the method in CSeq
        let branch = original.via().ok().and_then(|via| via.branch).unwrap_or(Branch::NONE);
        let key = TransactionKey::client(branch, Method::Cancel);
        let request = ClientRequest {
            octets: &octets,
            key,
            kind: RequestKind::NonInvite,
            local,
            hop: &Hop::At(peer),
            user: UserToken(0),
        };
        // Without room for the CANCEL, timer Cancelled still ends the INVITE.
        let _ = self.begin_client(request, None, cx);
        self.scratch = octets;
    }

    /// Lets the timers of a transaction fire that are due.
    fn fire(&mut self, row: Row, cx: &mut Context<'_>) -> Option<Expired> {
        loop {
            let transaction = self.table.tenant_mut(row)?;
            let Some(timer) = transaction.take_due(cx.now()) else {
                rearm(transaction, row, cx);
                return None;
            };
            if let Some(moved) = self.leave_silent(row, timer, cx) {
                return Some(moved);
            }
            let transaction = self.table.tenant_mut(row)?;
            let link = link_to(&self.config, transaction.peer);
            match &mut transaction.machine {
                Machine::Waiting(_) => unreachable!("nothing was sent, and no timer runs"),
                Machine::InviteClient(machine) => machine.on_timer(timer, &mut self.actions),
                Machine::NonInviteClient(machine) => machine.on_timer(timer, link, &mut self.actions),
                Machine::InviteServer(machine) => machine.on_timer(timer, link, &mut self.actions),
                Machine::NonInviteServer(machine) => machine.on_timer(timer, &mut self.actions),
            }
            let outcome = self.carry_out(row, AtHand::Nothing, cx);
            if let Some(ended) = outcome.ended {
                return expired(row, &ended, outcome.indication, cx);
            }
        }
    }

    /// Does what the machine of `row` asked for, in its order.
    pub(super) fn carry_out(&mut self, row: Row, at_hand: AtHand<'_>, cx: &mut Context<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        let mut ends = false;
        let transaction = self.table.tenant_mut(row).expect("a machine lives in its row");
        for action in self.actions.drain(..) {
            match action {
                Action::Send => outcome.sent = Some(send(transaction, at_hand, cx)),
                Action::Retransmit => retransmit(transaction, cx),
                Action::Repeat => repeat(transaction, cx),
                Action::SendTrying => send_prepared(transaction, cx),
                Action::SendAck => send_ack(transaction, at_hand, &mut self.scratch, cx),
                Action::Forget => transaction.forget(),
                Action::SetTimer(timer, span) => transaction.set(timer, deadline(cx.now(), span)),
                Action::CancelTimer(timer) => transaction.stop(timer),
                Action::ToUser(indication) => outcome.indication = Some(indication),
                Action::Terminate => ends = true,
            }
        }
        if ends {
            outcome.ended = self.end(row, cx);
        } else {
            rearm(transaction, row, cx);
        }
        outcome
    }

    fn end(&mut self, row: Row, cx: &mut Context<'_>) -> Option<Transaction> {
        let transaction = self.table.remove(row)?;
        let index = match transaction.side() {
            Side::Client => &mut self.clients,
            Side::Server => &mut self.servers,
        };
        let indexed = index.remove(&transaction.key);
        assert_eq!(indexed, Some(row), "the index and the table agree");
        if let Some(key) = transaction.merge_key() {
            self.merged.remove(key);
        }
        cx.count(probe::TRANSACTION_ENDED);
        Some(transaction)
    }

    fn is_full(&self, cx: &mut Context<'_>) -> bool {
        let full = self.table.len() >= self.config.limit;
        if full {
            cx.count(probe::TRANSACTION_REFUSED);
        }
        full
    }
}

/// The methods on which a CANCEL has no effect; extension methods are not found.
const WITHOUT_CANCEL: [Method<'static>; 11] = [
    Method::Bye,
    Method::Info,
    Method::Message,
    Method::Notify,
    Method::Options,
    Method::Prack,
    Method::Publish,
    Method::Refer,
    Method::Register,
    Method::Subscribe,
    Method::Update,
];

pub(super) fn link_to(config: &TransactionConfig, peer: SocketAddr) -> Link<'_> {
    Link { timers: config.timers.towards(peer.ip()), reliability: Reliability::Unreliable }
}

fn malformed(cx: &mut Context<'_>) -> Received {
    cx.probe(probe::MALFORMED, 0, 0);
    Received::Malformed
}

fn expired(
    row: Row,
    ended: &Transaction,
    indication: Option<Indication>,
    cx: &mut Context<'_>,
) -> Option<Expired> {
    match (ended.side(), indication) {
        (Side::Client, Some(_)) => Some(Expired::Timeout { client: ClientId(row), user: ended.user? }),
        (Side::Client, None) => Some(Expired::ClientEnded { client: ClientId(row), user: ended.user? }),
        (Side::Server, Some(_)) => {
            cx.count(probe::UNACKNOWLEDGED_REJECTION);
            Some(Expired::NoAck { server: ServerId(row), user: ended.user })
        }
        (Side::Server, None) => Some(Expired::ServerEnded { server: ServerId(row), user: ended.user }),
    }
}

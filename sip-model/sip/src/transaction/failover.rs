//! From an element that failed to the next one (RFC 3263 4.3).
//!
//! The user of a client transaction gives it a [`Hop`](crate::locate::Hop) that may stand for several elements. When
//! one of them fails, the same request goes to the next in a new client transaction with a new branch, under the name
//! that the user knows. What the former transaction still has to do (the ACK to a 503 and to its copies) it does in
//! a row of its own, without a user.

use std::net::SocketAddr;
use std::time::Duration;

use sim_api::{Context, Payload, SimTime, TimerSlot};

use super::action::{Action, ResponseKind};
use super::interface::{ClientId, ClientRequest, Expired, Received, RequestKind, UserToken};
use super::layer::{Transactions, link_to};
use super::live::{Cancel, Machine, Side, Transaction};
use super::sending::AtHand;
use super::table::Row;
use crate::header::{Branch, RetryAfter, Via};
use crate::locate::Failure;
use crate::message::{Edit, HeaderName, Message, Method, StatusCode, TransactionKey};
use crate::probe;
use crate::timers::Timer;

/// What a client transaction may still try.
#[derive(Debug)]
pub(super) struct Alternatives {
    /// The request as it was sent first.
    request: Payload,
    /// How many elements were tried.
    tried: u8,
    /// The elements that are left, the next one last.
    left: Vec<SocketAddr>,
}

impl Alternatives {
    /// What is left of `elements` when the first is being tried with `request`; `None` when nothing is.
    pub(super) fn after_first(elements: &[SocketAddr], request: &Payload) -> Option<Alternatives> {
        let (_, rest) = elements.split_first()?;
        let left: Vec<SocketAddr> = rest.iter().rev().copied().collect();
        (!left.is_empty()).then(|| Alternatives { request: request.clone(), tried: 1, left })
    }
}

impl Transactions {
    /// Begins a client transaction with the first of `elements` that is not avoided, keeping the others for later.
    pub(super) fn begin_at_first(
        &mut self,
        request: ClientRequest<'_>,
        elements: &[SocketAddr],
        user: Option<UserToken>,
        cx: &mut Context<'_>,
    ) -> Option<Row> {
        let elements = self.willing(request.local, elements, cx);
        let row = self.begin_at(request, *elements.first()?, user, cx);
        self.keep_alternatives(row, &elements);
        Some(row)
    }

    /// Those of `elements` that `local` can reach and does not avoid; all that it can reach, when it avoids them all.
    pub(super) fn willing(
        &self,
        local: SocketAddr,
        elements: &[SocketAddr],
        cx: &Context<'_>,
    ) -> Vec<SocketAddr> {
        let reachable = elements.iter().filter(|peer| peer.is_ipv4() == local.is_ipv4());
        let mut elements: Vec<SocketAddr> = reachable.copied().collect();
        self.avoided.sift(local, &mut elements, cx.now());
        elements
    }

    /// Keeps all but the first of `elements` for when that one fails.
    pub(super) fn keep_alternatives(&mut self, row: Row, elements: &[SocketAddr]) {
        if let Some(transaction) = self.table.tenant_mut(row) {
            let alternatives = transaction.kept().and_then(|kept| Alternatives::after_first(elements, kept));
            transaction.replace_alternatives(alternatives);
        }
    }

    /// Tries no further element for this request: its user wants to be rid of it.
    pub fn stop_trying(&mut self, client: ClientId) {
        if let Some(transaction) = self.table.tenant_mut(client.0) {
            transaction.replace_alternatives(None);
        }
    }

    /// Takes the news that nothing listens at `peer` to what `local` sends.
    ///
    /// Every request that is under way from one to the other fails, or goes to the next element:
    /// [`Transactions::next_failure`] names them. A response goes to where its request was sent by, if that is another
    /// place.
    pub fn on_unreachable(&mut self, local: SocketAddr, peer: SocketAddr, cx: &mut Context<'_>) {
        //= RFC 3261 18.4: host, network, port or protocol unreachable errors SHOULD cause the transport layer to inform the
        // transport user of a failure in sending
        let concerned = |transaction: &Transaction| (transaction.local, transaction.peer) == (local, peer);
        let rows: Vec<Row> =
            self.table.rows().filter(|(_, transaction)| concerned(transaction)).map(|(row, _)| row).collect();
        if self.asks_dns_from(local) {
            return self.on_resolver_unreachable(peer, cx);
        }
        self.avoided.on_failure(local, peer, Failure::Unreachable, cx.now());
        let cause = cx.cause();
        for row in rows {
            cx.resume(cause);
            self.fail_for_transport(row, cx);
        }
    }

    fn fail_for_transport(&mut self, row: Row, cx: &mut Context<'_>) {
        let transaction = self.table.tenant_mut(row).expect("the row was found by its tenant");
        if transaction.side() == Side::Server {
            //= RFC 3261 18.2.2: if this fails, for example, elicits an ICMP "port unreachable" response, the procedures of
            // Section 5 of RFC 3263 SHOULD be used to determine where to send the response
            let ends = (transaction.local, transaction.peer);
            let kept = transaction.kept().filter(|_| !transaction.is_unsent()).cloned();
            return kept.into_iter().for_each(|response| self.answer_elsewhere(ends, &response, cx));
        }
        if !transaction.is_under_way() {
            return;
        }
        let user = transaction.user;
        if self.fail_over(row, cx).is_some() {
            self.tell_later(user.map(|user| Expired::Moved { client: ClientId(row), user }), cx);
        } else {
            let user = self.on_transport_error(ClientId(row), cx);
            self.tell_later(user.map(|user| Expired::Unreachable { client: ClientId(row), user }), cx);
        }
    }

    /// What became of requests by [`Transactions::on_unreachable`] or by what the DNS said; `None` when that is all.
    ///
    /// A node asks for it after each event. The causes behind it become those of `cx`.
    pub fn next_failure(&mut self, cx: &mut Context<'_>) -> Option<Expired> {
        let (failure, cause) = self.failures.pop_front()?;
        cx.resume(cause);
        Some(failure)
    }

    pub(super) fn tell_later(&mut self, failure: Option<Expired>, cx: &Context<'_>) {
        self.failures.extend(failure.map(|failure| (failure, cx.cause())));
    }

    /// Takes a 503 for a request that has other elements to go to. `None` when it has none.
    pub(super) fn leave_unavailable(
        &mut self,
        row: Row,
        response: &Message<'_>,
        cx: &mut Context<'_>,
    ) -> Option<Received> {
        if self.table.len() >= self.config.limit {
            return None;
        }
        let attempt = self.next_attempt(row, cx)?;
        let (mut former, actions) = self.replace(row, &attempt);
        let (key, user, link) = (former.key, former.user.take(), link_to(&self.config, former.peer));
        former.slot = TimerSlot::IDLE;
        former.machine.on_client_response(ResponseKind::Failure, link, &mut self.actions);
        let lingering = self.table.insert(former);
        self.clients.insert(key, lingering);
        //= RFC 3261 17.1.1.2: the client transaction MUST generate an ACK request, whatever becomes of the 503
        self.carry_out(lingering, AtHand::Response(response), cx);
        self.begin(row, &attempt, actions, cx);
        Some(user.map_or(Received::Absorbed, |user| Received::Moved { client: ClientId(row), user }))
    }

    /// Takes timer B or F: a request that had no response goes to the next element. `None` when there is none.
    pub(super) fn leave_silent(&mut self, row: Row, timer: Timer, cx: &mut Context<'_>) -> Option<Expired> {
        if !matches!(timer, Timer::B | Timer::F) {
            return None;
        }
        let transaction = self.table.tenant(row)?;
        //= RFC 3263 4.3: failure also occurs if the transaction layer times out without ever having received any response,
        // provisional or final (i.e., timer B or timer F fires)
        if transaction.has_response() {
            return None;
        }
        let (local, peer, user) = (transaction.local, transaction.peer, transaction.user);
        self.avoided.on_failure(local, peer, Failure::Silence, cx.now());
        self.fail_over(row, cx)?;
        user.map(|user| Expired::Moved { client: ClientId(row), user })
    }

    /// Takes note of what a response says about the element that sent it.
    pub(super) fn judge(&mut self, row: Row, status: StatusCode, response: &Message<'_>, now: SimTime) {
        let transaction = self.table.tenant(row).expect("the index names live transactions");
        let (local, peer) = (transaction.local, transaction.peer);
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                let failure = Failure::Unavailable { retry_after: retry_after(response) };
                self.avoided.on_failure(local, peer, failure, now);
            }
            _ => self.avoided.on_response(local, peer),
        }
    }

    /// Sends the request of `row` to the next element; its former transaction is over.
    fn fail_over(&mut self, row: Row, cx: &mut Context<'_>) -> Option<()> {
        match self.table.tenant(row)?.sent_because() {
            // The wait for the element that failed is a part of the delay of this request.
            Some(earlier) if earlier.root() != cx.cause().root() => cx.resume(earlier),
            _ => {}
        }
        let attempt = self.next_attempt(row, cx)?;
        let (former, actions) = self.replace(row, &attempt);
        self.clients.remove(&former.key);
        cx.count(probe::TRANSACTION_ENDED);
        self.begin(row, &attempt, actions, cx);
        Some(())
    }

    /// Takes the next element from the alternatives of `row`. `None` when there is none, or its user has had enough.
    fn next_attempt(&mut self, row: Row, cx: &Context<'_>) -> Option<Attempt> {
        let Self { table, avoided, .. } = self;
        let transaction = table.tenant_mut(row)?;
        if transaction.cancel != Cancel::Unwanted || !transaction.is_under_way() {
            return None;
        }
        let local = transaction.local;
        let alternatives = transaction.alternatives()?;
        //= RFC 3263 4.3: that request is sent to the next element in the list
        let left = &alternatives.left;
        let willing = left.iter().rposition(|peer| !avoided.contains(local, *peer, cx.now()));
        let place = willing.or(left.len().checked_sub(1))?;
        let peer = alternatives.left.remove(place);
        alternatives.tried += 1;
        Some(Attempt::of(&alternatives.request, alternatives.tried, peer))
    }

    /// Puts a new transaction for `attempt` into `row`; returns the former one, still indexed, and what the machine of
    /// the new one asks for.
    fn replace(&mut self, row: Row, attempt: &Attempt) -> (Transaction, Vec<Action>) {
        let former = self.table.tenant_mut(row).expect("an attempt is made for a live transaction");
        let mut actions = Vec::new();
        let machine = Machine::of_client(attempt.kind, link_to(&self.config, attempt.peer), &mut actions);
        let mut next = Transaction::new(attempt.key, machine, former.local, attempt.peer, former.user);
        // A wake-up may be queued for the row, whoever is in it.
        next.slot = former.slot;
        next.replace_alternatives(former.replace_alternatives(None));
        (std::mem::replace(former, next), actions)
    }

    fn begin(&mut self, row: Row, attempt: &Attempt, mut actions: Vec<Action>, cx: &mut Context<'_>) {
        self.clients.insert(attempt.key, row);
        cx.count(probe::TRANSACTION_BEGUN);
        cx.probe(probe::FAILED_OVER, attempt.subject, 1);
        self.actions.append(&mut actions);
        self.carry_out(row, AtHand::Octets(&attempt.octets), cx);
    }
}

/// A request to the next element.
struct Attempt {
    peer: SocketAddr,
    kind: RequestKind,
    key: TransactionKey,
    /// The probe subject of its Call-ID.
    subject: u64,
    octets: Vec<u8>,
}

impl Attempt {
    /// `request` with a branch of its own, to be sent to `peer` as the `nth` of its kind.
    fn of(request: &Payload, nth: u8, peer: SocketAddr) -> Attempt {
        let message = Message::parse(request).expect("the user's own request is a message");
        let method = message.method().expect("a client transaction begins with a request");
        let via = message.via().expect("the user's own request has a Via");
        //= RFC 3263 4.3: a new request, which is identical to the previous, but has a different value of the Via branch ID
        let former = via.branch.map_or("", |branch| branch.as_str());
        let own = former.strip_prefix(Branch::COOKIE).unwrap_or(former);
        // What follows the cookie may end in parts that mean something to the user, such as a loop detection hash.
        let branch = format!("{}{nth}-{own}", Branch::COOKIE);
        let branch = Branch::new(&branch).expect("a token stays one with digits and a hyphen before it");
        let mut octets = Vec::with_capacity(request.len() + 4);
        let mut edit = Edit::new(&message);
        let via = Via { branch: Some(branch), ..via };
        edit.remove_top(HeaderName::Via);
        edit.push_top(HeaderName::Via, &via);
        edit.write_into(&mut octets);
        let kind = match method {
            Method::Invite => RequestKind::Invite,
            _ => RequestKind::NonInvite,
        };
        let subject = message.value(HeaderName::CallId).map_or(0, probe::subject);
        Attempt { peer, kind, key: TransactionKey::client(branch, method), subject, octets }
    }
}

fn retry_after(response: &Message<'_>) -> Option<Duration> {
    let value = response.find::<RetryAfter<'_>>().ok().flatten()?;
    Some(Duration::from_secs(value.seconds.into()))
}

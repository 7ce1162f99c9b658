//! The way of a response through the proxy (RFC 3261 16.7 to 16.9).

use sim_api::{Context, SimTime, deadline};

use super::contexts::{Place, Proxied};
use super::probe;
use super::redirection::{Recursion, Remainder, recurse};
use super::response_context::{Action, BranchEvent, BranchIndex};
use super::routing::Routing;
use super::search::{Best, Challenge, Search};
use super::{Arrival, Proxy, Surroundings};
use crate::header::Via;
use crate::message::{Edit, HeaderName, Message, StatusClass, StatusCode};
use crate::transaction::{ClientId, Transactions, UserToken};

/// A response on its way through a context.
#[derive(Clone, Copy)]
pub(super) struct AtHand<'a> {
    message: &'a Message<'a>,
    status: StatusCode,
    branch: BranchIndex,
}

const CHALLENGES: [HeaderName; 2] = [HeaderName::WwwAuthenticate, HeaderName::ProxyAuthenticate];

impl Proxy {
    /// Takes a response that a client transaction of this proxy passed up.
    pub fn on_response(
        &mut self,
        client: ClientId,
        user: UserToken,
        message: &Message<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        //= RFC 3261 16.7: step 1: the proxy locates the response context it created before forwarding the request
        let Some(proxied) = self.contexts.tenant_mut(user) else { return };
        let (Some(branch), Some(status)) = (proxied.branch_of(client), message.status()) else { return };
        let remainder = match status.class() {
            StatusClass::Redirection => self.recurse(user, message, cx),
            _ => Remainder::All,
        };
        let event = BranchEvent::Response(status);
        match remainder {
            Remainder::All => self.on_branch(user, event, AtHand { message, status, branch }, around, cx),
            Remainder::Others(octets) => {
                let message = &Message::parse(&octets).expect("taking a Contact leaves a message");
                self.on_branch(user, event, AtHand { message, status, branch }, around, cx);
            }
            Remainder::Nothing => {
                let at_hand = AtHand { message, status, branch };
                self.on_branch(user, BranchEvent::Redirected, at_hand, around, cx);
            }
        }
    }

    fn on_branch(
        &mut self,
        place: Place,
        event: BranchEvent,
        at_hand: AtHand<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        let proxied = self.contexts.tenant_mut(place).expect("the response found its context");
        proxied.context.on_branch(at_hand.branch, event, &mut self.actions);
        self.carry_out(place, Some(at_hand), around, cx);
    }

    /// Adds the contacts of a 3xx to the targets of the request at `place`. Returns what is left of the response.
    fn recurse(&mut self, place: Place, response: &Message<'_>, cx: &mut Context<'_>) -> Remainder {
        let proxied = self.contexts.tenant_mut(place).expect("the response found its context");
        if self.config.recursion == Recursion::Off || !proxied.context.is_open() {
            return Remainder::All;
        }
        let search = proxied.search.as_mut().expect("a context that is open has no final response");
        let octets = search.request.clone();
        let request = Message::parse(&octets).expect("the request was parsed when it came");
        let routing =
            Routing::of(&request, &self.config.identity).expect("the request was routed when it came");
        let (groups, remainder) = recurse(response, search, &routing, &*self.config.table);
        proxied.context.add_groups(groups);
        if groups > 0 {
            cx.probe(probe::RECURSED, proxied.subject, u64::from(groups));
        }
        remainder
    }

    /// Does what the context at `place` asks for, then sets its wake-up or ends it.
    pub(super) fn carry_out(
        &mut self,
        place: Place,
        at_hand: Option<AtHand<'_>>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        // Starting the next targets may ask for more at the end of the list.
        let mut next = 0;
        loop {
            while let Some(&action) = self.actions.get(next) {
                next += 1;
                match action {
                    Action::StartNextTargets => self.start_next(place, around, cx),
                    action => self.do_at(place, action, at_hand, around.transactions, cx),
                }
            }
            self.stop_trying(place, around.transactions, cx);
            if next == self.actions.len() {
                break;
            }
        }
        self.actions.clear();
        self.settle(place, cx);
    }

    /// Sees to it that no branch of a request that is being ended goes to another element.
    fn stop_trying(&mut self, place: Place, transactions: &mut Transactions, cx: &mut Context<'_>) {
        let Some(proxied) = self.contexts.tenant_mut(place) else { return };
        if proxied.context.is_open() {
            return;
        }
        for (branch, index) in proxied.branches.iter_mut().zip(0..) {
            let Some(client) = branch.client else { continue };
            transactions.stop_trying(client);
            if transactions.withdraw(client, cx) {
                branch.client = None;
                proxied.context.on_branch(BranchIndex(index), BranchEvent::Withdrawn, &mut self.actions);
            }
        }
    }

    fn do_at(
        &mut self,
        place: Place,
        action: Action,
        at_hand: Option<AtHand<'_>>,
        transactions: &mut Transactions,
        cx: &mut Context<'_>,
    ) {
        let proxied = self.contexts.tenant_mut(place).expect("a context asks while it lives");
        let response = || at_hand.expect("a context asks for the response only when one is at hand");
        match action {
            Action::Forward => self.forward_response(place, response(), transactions, cx),
            Action::Keep => proxied.search_mut().keep(response()),
            Action::KeepChallenges => proxied.search_mut().keep_challenges(response()),
            Action::StartTimerC(branch) => proxied.start_timer_c(branch, transactions, cx),
            Action::StopTimerC(branch) => proxied.branch_mut(branch).timer_c = SimTime::NEVER,
            Action::Cancel(branch) => {
                if let Some(client) = proxied.branch_mut(branch).client {
                    transactions.cancel(client, cx);
                }
            }
            Action::ForwardBest => self.forward_best(place, transactions, cx),
            Action::Answer(status) => self.answer(place, status, transactions, cx),
            Action::LeaveUnanswered => {
                cx.probe(probe::UNANSWERED, proxied.subject, 1);
                transactions.abandon(proxied.server, cx);
            }
            Action::StartNextTargets => unreachable!("the caller starts the next targets"),
        }
    }

    /// Passes the response at hand upstream.
    fn forward_response(
        &mut self,
        place: Place,
        response: AtHand<'_>,
        transactions: &mut Transactions,
        cx: &mut Context<'_>,
    ) {
        let proxied = self.contexts.tenant_mut(place).expect("a context asks while it lives");
        //= RFC 3261 16.7: step 3: if no Via header field values remain, the response MUST NOT be forwarded
        if !has_second_via(response.message) {
            cx.probe(probe::DROPPED, proxied.subject, 1);
            return;
        }
        self.octets.clear();
        write_upstream(response.message, &mut self.octets);
        if transactions.respond(proxied.server, response.status, &self.octets, cx).is_some() {
            cx.probe(probe::RESPONSE_FORWARDED, proxied.subject, response.status.code().into());
        }
    }

    fn forward_best(&mut self, place: Place, transactions: &mut Transactions, cx: &mut Context<'_>) {
        let proxied = self.contexts.tenant_mut(place).expect("a context asks while it lives");
        let search = proxied.search_mut();
        let best = search.best.take().expect("a context that has a best response kept one");
        self.octets.clear();
        best.write_into(&search.challenges, &mut self.octets);
        if transactions.respond(proxied.server, best.status, &self.octets, cx).is_some() {
            cx.probe(probe::RESPONSE_FORWARDED, proxied.subject, best.status.code().into());
        }
    }

    fn answer(
        &mut self,
        place: Place,
        status: StatusCode,
        transactions: &mut Transactions,
        cx: &mut Context<'_>,
    ) {
        let proxied = self.contexts.tenant_mut(place).expect("a context asks while it lives");
        cx.probe(probe::REJECTED, proxied.subject, status.code().into());
        let server = proxied.server;
        let search = proxied.search_mut();
        let (from, to) = (search.from, search.to);
        let octets = std::mem::take(&mut search.request);
        let request = Message::parse(&octets).expect("the request was parsed when it came");
        self.respond_own(server, Arrival::of(&request, from, to), status, transactions, cx);
    }

    /// Ends the context at `place` when it is over, else sets its wake-up.
    fn settle(&mut self, place: Place, cx: &mut Context<'_>) {
        let Some(token) = self.contexts.token(place) else { return };
        let Some(proxied) = self.contexts.tenant_mut(place) else { return };
        if proxied.is_over() {
            //= RFC 3261 16.7: step 9: the response context is kept until all of its transactions have been terminated
            self.contexts.remove(place);
            return;
        }
        if proxied.context.is_answered() {
            proxied.shed();
        }
        match proxied.next_timer_c() {
            SimTime::NEVER => proxied.slot.cancel(),
            at if at != proxied.slot.deadline() => proxied.slot.arm(at, token, cx),
            _ => {}
        }
    }
}

impl Search {
    fn keep(&mut self, response: AtHand<'_>) {
        let AtHand { message, status, branch } = response;
        let mut octets = Vec::new();
        write_upstream(message, &mut octets);
        self.best = Some(Best { branch, status, octets: octets.into() });
    }

    fn keep_challenges(&mut self, response: AtHand<'_>) {
        for name in CHALLENGES {
            for row in response.message.rows_named(name) {
                self.challenges.push(Challenge { branch: response.branch, name, value: row.value.into() });
            }
        }
    }
}

impl Proxied {
    fn start_timer_c(&mut self, branch: BranchIndex, transactions: &Transactions, cx: &Context<'_>) {
        let branch = self.branch_mut(branch);
        let Some(client) = branch.client else { return };
        branch.timer_c = deadline(cx.now(), transactions.timers_of(client).c);
    }
}

impl Best {
    /// Appends the response, with the challenges of other branches if it is a 401 or 407 itself.
    fn write_into(&self, challenges: &[Challenge], out: &mut Vec<u8>) {
        let challenging =
            matches!(self.status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED);
        if !challenging || challenges.iter().all(|challenge| challenge.branch == self.branch) {
            out.extend_from_slice(&self.octets);
            return;
        }
        //= RFC 3261 16.7: step 7: the proxy MUST collect any WWW-Authenticate and Proxy-Authenticate header field values
        // from all other 401 and 407 responses and add them to this response without modification
        let message = Message::parse(&self.octets).expect("removing a Via leaves a message");
        let others: Vec<(HeaderName, &[u8])> = challenges
            .iter()
            .filter(|challenge| challenge.branch != self.branch)
            .map(|challenge| (challenge.name, &*challenge.value))
            .collect();
        let mut edit = Edit::new(&message);
        for (name, value) in &others {
            edit.push_bottom(*name, value);
        }
        edit.write_into(out);
    }
}

/// Appends `response` without its topmost Via value.
fn write_upstream(response: &Message<'_>, out: &mut Vec<u8>) {
    let mut edit = Edit::new(response);
    edit.remove_top(HeaderName::Via);
    edit.write_into(out);
}

fn has_second_via(response: &Message<'_>) -> bool {
    let rows = response.rows_named(HeaderName::Via).take(2).count();
    rows > 1 || response.values::<Via<'_>>().nth(1).is_some()
}

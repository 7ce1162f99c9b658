//! Requests outside any dialog, such as OPTIONS (RFC 3261 8.1, 11).

use sim_api::{Context, ProbeName};

use super::compose::{Initial, Whom};
use super::invite::FIRST_CSEQ;
use super::node::{Owner, UserAgents};
use super::transact::{Draft, Unsent};
use super::wallet::{Lesson, Tried};
use crate::message::{Message, Method, StatusCode};
use crate::probe;
use crate::transaction::RequestKind;

/// A request outside any dialog that waits for its final response.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    subject: u64,
    outcome: Outcome,
    line: u32,
    target: Box<str>,
    call_id: Box<str>,
    tag: Box<str>,
    cseq: u32,
    tried: Tried,
    /// How many transactions name this exchange as their user.
    transactions: u8,
}

/// Whether an exchange has been reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Open,
    Reported,
}

impl UserAgents {
    /// Sends a request outside any dialog; `None` when it cannot be sent.
    pub(super) fn send_request(
        &mut self,
        line: u32,
        method: Method<'_>,
        target: &str,
        call_id: &str,
        cx: &mut Context<'_>,
    ) -> Option<u64> {
        let subject = probe::subject(call_id.as_bytes());
        let exchange = Exchange {
            subject,
            outcome: Outcome::Open,
            line,
            target: target.into(),
            call_id: call_id.into(),
            tag: self.names.tag().into(),
            cseq: FIRST_CSEQ,
            tried: Tried::default(),
            transactions: 1,
        };
        let place = self.exchanges.next_row().place;
        match self.send_exchange(place, &exchange, method, cx) {
            Ok(()) => {
                self.exchanges.insert(exchange);
                cx.probe(probe::REQUEST_SENT, subject, 1);
                Some(subject)
            }
            Err(unsent) => {
                self.report_unsent(unsent, probe::REQUEST_TIMEOUT, subject, cx);
                None
            }
        }
    }

    fn send_exchange(
        &mut self,
        place: u32,
        exchange: &Exchange,
        method: Method<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), Unsent> {
        let (line, owner) = (exchange.line, Owner::Exchange(place));
        let whom = Whom(&exchange.target);
        let proofs = self.prove(line, owner, method, whom.uri(), &[]);
        let branch = self.names.branch();
        let request = Initial {
            method,
            request_uri: whom.uri(),
            from_tag: &exchange.tag,
            to: &whom,
            call_id: &exchange.call_id,
            cseq: exchange.cseq,
            branch: &branch,
        };
        self.octets.clear();
        request.begin(&self.config.identities, line, &mut self.octets).rows(&proofs).finish();
        let next_hop = request.next_hop(&self.config.identities, line).to_owned();
        let kind = RequestKind::NonInvite;
        let draft = Draft { next_hop: &next_hop, branch: &branch, method, kind, line, owner };
        self.transact(&draft, cx).map(|_| ())
    }

    pub(super) fn on_exchange_response(&mut self, place: u32, message: &Message<'_>, cx: &mut Context<'_>) {
        let Some(status) = message.status().filter(|status| status.is_final()) else { return };
        let is_challenge =
            matches!(status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED);
        if !(is_challenge && self.repeat_exchange(place, message, cx)) {
            self.report_exchange(place, probe::REQUEST_DONE, status, cx);
        }
    }

    /// Sends a request again with the credentials that `message` asks for; false when there are none to offer.
    fn repeat_exchange(&mut self, place: u32, message: &Message<'_>, cx: &mut Context<'_>) -> bool {
        let (Some(row), Ok(cseq)) = (self.exchanges.row_at(place), message.cseq()) else { return false };
        let Some(mut exchange) = self.exchanges.tenant(row).cloned() else { return false };
        let lesson = self.learn(exchange.line, Owner::Exchange(place), message, &mut exchange.tried);
        exchange.cseq += 1;
        let is_sent = exchange.outcome == Outcome::Open
            && lesson == Lesson::Retry
            && self.send_exchange(place, &exchange, cseq.method, cx).is_ok();
        exchange.transactions += u8::from(is_sent);
        *self.exchanges.tenant_mut(row).expect("the exchange stays while its transaction lives") = exchange;
        is_sent
    }

    /// Takes the news that no final response came.
    pub(super) fn on_exchange_failure(&mut self, place: u32, status: StatusCode, cx: &mut Context<'_>) {
        self.report_exchange(place, probe::REQUEST_TIMEOUT, status, cx);
        self.release_exchange(place);
    }

    /// Takes note that a transaction of the exchange has ended.
    pub(super) fn release_exchange(&mut self, place: u32) {
        let row = self.exchanges.row_at(place).expect("an exchange stays while its transactions live");
        let exchange = self.exchanges.tenant_mut(row).expect("the row was found by its tenant");
        exchange.transactions -= 1;
        if exchange.transactions == 0 {
            self.exchanges.remove(row);
            self.forget_challenges(Owner::Exchange(place));
        }
    }

    fn report_exchange(&mut self, place: u32, name: ProbeName, status: StatusCode, cx: &mut Context<'_>) {
        let row = self.exchanges.row_at(place).expect("an exchange stays while its transactions live");
        let exchange = self.exchanges.tenant_mut(row).expect("the row was found by its tenant");
        if exchange.outcome == Outcome::Open {
            exchange.outcome = Outcome::Reported;
            cx.probe(name, exchange.subject, status.code().into());
        }
    }
}

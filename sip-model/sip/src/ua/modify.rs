//! Modifying a session: re-INVITE from both sides (RFC 3261 14, RFC 6141, RFC 3264 8).
//!
//! ```text
//!   ours     Sent ──2xx, ACK──▶ done        491 ──▶ Waiting ──▶ Sent       408, 481, silence ──▶ BYE
//!   theirs   2xx, sent again until ACK      491 while ours is under way    500 while the call rings
//! ```

use std::time::Duration;

use sim_api::{Context, Outgoing, SimTime, deadline};

use super::call::{Call, Role, State};
use super::compose::{Inner, contact, end_with, with_allow};
use super::node::{Arrival, Owner, UserAgents};
use super::respond::Because;
use super::session::{Offer, Session, Speaker};
use super::transact::{Draft, Unsent};
use super::uas::has_session_or_nothing;
use super::wallet::{Lesson, Tried};
use crate::header::CSeq;
use crate::message::{HeaderName, Mandatory, Message, Method, StatusClass, StatusCode};
use crate::probe;
use crate::sdp::{Direction, Sdp};
use crate::transaction::table::Row;
use crate::transaction::{ClientId, RequestKind, ServerId};

/// What a re-INVITE changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The direction of the media: `SendOnly` and `Inactive` put the peer on hold, `SendRecv` takes him back
    /// (RFC 3264 8.4).
    Media(Direction),
    /// Nothing that was said before, but the address of this side may be another one.
    Address,
    /// Nothing: the re-INVITE carries no offer, so that the peer offers in its 2xx.
    NoOffer,
}

/// A re-INVITE of this side.
#[derive(Debug)]
pub(super) struct Reinvite {
    change: Change,
    /// The session to return to when the peer refuses.
    before: Session,
    progress: Progress,
    tried: Tried,
}

/// How far a re-INVITE has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Sent(ClientId),
    /// It met another one and is sent again at this instant.
    Waiting(SimTime),
}

/// The 2xx to a re-INVITE of the peer.
#[derive(Debug)]
pub(super) struct Reanswer {
    /// The CSeq number of the re-INVITE, and so of the ACK.
    cseq: u32,
    sent: Outgoing,
    /// Until the next copy.
    interval: Duration,
    /// When the next copy is due.
    pub(super) due: SimTime,
    /// When this side gives up.
    until: SimTime,
}

impl Reinvite {
    /// When it is sent again, [`SimTime::NEVER`] while it is under way.
    pub(super) fn due(&self) -> SimTime {
        match self.progress {
            Progress::Sent(_) => SimTime::NEVER,
            Progress::Waiting(at) => at,
        }
    }

    /// Whether this is its transaction.
    pub(super) fn is_sent_in(&self, client: ClientId) -> bool {
        self.progress == Progress::Sent(client)
    }
}

/// As UAC.
impl UserAgents {
    /// Sends a re-INVITE; false when the call cannot be modified at present.
    pub(super) fn modify_call(&mut self, row: Row, change: Change, cx: &mut Context<'_>) -> bool {
        let call = self.record_mut(row);
        //= RFC 3261 14.1: a UAC MUST NOT initiate a new INVITE transaction within a dialog while another INVITE
        // transaction is in progress in either direction
        let is_free = matches!(call.state, State::Established { .. })
            && call.reinvite.is_none()
            && call.reanswer.is_none();
        if !is_free {
            return false;
        }
        let before = call.session;
        call.session.begin_modification();
        if let Change::Media(direction) = change {
            call.session.direction = direction;
        }
        let reinvite =
            Reinvite { change, before, progress: Progress::Waiting(SimTime::NEVER), tried: Tried::default() };
        call.reinvite = Some(Box::new(reinvite));
        self.send_reinvite(row, cx)
    }

    /// Sends the re-INVITE again that met another one.
    pub(super) fn retry_reinvite(&mut self, row: Row, cx: &mut Context<'_>) {
        self.send_reinvite(row, cx);
    }

    fn postpone(&mut self, row: Row, at: SimTime) {
        if let Some(reinvite) = &mut self.record_mut(row).reinvite {
            reinvite.progress = Progress::Waiting(at);
        }
    }

    /// Sends the re-INVITE of a call; false when it cannot be sent, and all is as before.
    fn send_reinvite(&mut self, row: Row, cx: &mut Context<'_>) -> bool {
        let sent = self.compose_and_send_reinvite(row, cx);
        let call = self.record_mut(row);
        match sent {
            Ok(client) => {
                call.transactions += 1;
                let reinvite = call.reinvite.as_mut().expect("the caller has made it");
                reinvite.progress = Progress::Sent(client);
                true
            }
            Err(_) => {
                self.abandon_reinvite(row);
                false
            }
        }
    }

    fn compose_and_send_reinvite(&mut self, row: Row, cx: &mut Context<'_>) -> Result<ClientId, Unsent> {
        let call = self.record_mut(row);
        let (line, mut session) = (call.line, call.session);
        let change = call.reinvite.as_ref().map_or(Change::Address, |reinvite| reinvite.change);
        let mut dialog = call.dialog.take().expect("an answered call has a dialog");
        let number = dialog.next_cseq();
        let description = match change {
            Change::Media(_) | Change::Address => session.describe(&self.speaker(line)),
            Change::NoOffer => Vec::new(),
        };
        let plan = dialog.plan();
        let owner = Owner::Call(row.place);
        let proofs = self.prove(line, owner, Method::Invite, &plan.request_uri, &description);
        let branch = self.names.branch();
        let cseq = CSeq { number, method: Method::Invite };
        self.octets.clear();
        let lines = &self.config.identities;
        //= RFC 3261 14.1: the full description of the session, not just the change, is sent
        let message = Inner { dialog: &dialog, plan: &plan, cseq, branch: &branch }
            .begin(lines, line, &mut self.octets)
            .header(HeaderName::Contact, &contact(lines, line));
        end_with(with_allow(message, self.config.capabilities).rows(&proofs), &description);
        let (method, kind) = (Method::Invite, RequestKind::Invite);
        let draft = Draft { next_hop: &plan.next_hop, branch: &branch, method, kind, line, owner };
        let sent = self.transact(&draft, cx);
        drop(plan);
        let call = self.record_mut(row);
        (call.dialog, call.session, call.proofs) = (Some(dialog), session, proofs);
        sent
    }

    /// Takes a response to the re-INVITE of this side.
    pub(super) fn on_reinvite_response(
        &mut self,
        row: Row,
        (message, status): (&Message<'_>, StatusCode),
        cx: &mut Context<'_>,
    ) {
        match status {
            status if status.class() == StatusClass::Provisional => {}
            status if status.is_success() => self.on_reinvite_accepted(row, (message, status), cx),
            StatusCode::REQUEST_PENDING => self.on_glare(row, cx),
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                if !self.prove_reinvite(row, message, cx) {
                    self.on_reinvite_refused(row, status, cx);
                }
            }
            //= RFC 3261 12.2.1.2: if the response for a request within a dialog is a 481 or a 408, the UAC SHOULD
            // terminate the dialog
            StatusCode::CALL_DOES_NOT_EXIST | StatusCode::REQUEST_TIMEOUT => {
                self.on_reinvite_refused(row, status, cx);
                self.end_dialog(row, cx);
            }
            status => self.on_reinvite_refused(row, status, cx),
        }
    }

    fn on_reinvite_accepted(
        &mut self,
        row: Row,
        (message, status): (&Message<'_>, StatusCode),
        cx: &mut Context<'_>,
    ) {
        let Ok(head) = message.mandatory() else { return cx.probe(probe::MALFORMED, 0, 0) };
        let call = self.record_mut(row);
        let Some(dialog) = call.dialog.as_mut().filter(|dialog| dialog.owns_response(&head)) else { return };
        dialog.refresh_target(message);
        let change = call.reinvite.take().map_or(Change::Address, |reinvite| reinvite.change);
        cx.probe(probe::CALL_MODIFIED, call.subject, status.code().into());
        let is_agreed = match change {
            Change::Media(_) | Change::Address => {
                self.acknowledge(row, head.cseq.number, &[], cx);
                true
            }
            Change::NoOffer => self.answer_in_ack(row, head.cseq.number, message, cx),
        };
        if !is_agreed {
            self.end_dialog(row, cx);
        }
    }

    /// Waits before the next try, because the peer has sent a re-INVITE too.
    fn on_glare(&mut self, row: Row, cx: &mut Context<'_>) {
        let call = self.record(row);
        if !matches!(call.state, State::Established { .. }) {
            return self.abandon_reinvite(row);
        }
        //= RFC 3261 14.1: if the UAC is the owner of the Call-ID, T has a randomly chosen value between 2.1 and 4
        // seconds in units of 10 ms; if it is not, between 0 and 2 seconds in units of 10 ms
        let wait_ms = match call.role {
            Role::Caller => 2100 + 10 * cx.rng().below(191),
            Role::Callee => 10 * cx.rng().below(201),
        };
        cx.probe(probe::CALL_GLARE, call.subject, wait_ms);
        let at = deadline(cx.now(), Duration::from_millis(wait_ms));
        self.postpone(row, at);
        self.rearm_established(row, cx);
    }

    fn prove_reinvite(&mut self, row: Row, message: &Message<'_>, cx: &mut Context<'_>) -> bool {
        let call = self.record_mut(row);
        let line = call.line;
        let Some(reinvite) =
            call.reinvite.as_mut().filter(|_| matches!(call.state, State::Established { .. }))
        else {
            return false;
        };
        let mut tried = std::mem::take(&mut reinvite.tried);
        let lesson = self.learn(line, Owner::Call(row.place), message, &mut tried);
        if let Some(reinvite) = &mut self.record_mut(row).reinvite {
            reinvite.tried = tried;
        }
        lesson == Lesson::Retry && self.send_reinvite(row, cx)
    }

    fn on_reinvite_refused(&mut self, row: Row, status: StatusCode, cx: &mut Context<'_>) {
        cx.probe(probe::CALL_NOT_MODIFIED, self.record(row).subject, status.code().into());
        self.abandon_reinvite(row);
    }

    /// Takes the news that no final response to the re-INVITE came.
    pub(super) fn on_reinvite_failure(
        &mut self,
        row: Row,
        client: ClientId,
        status: StatusCode,
        cx: &mut Context<'_>,
    ) {
        let call = self.record(row);
        if call.reinvite.as_ref().is_some_and(|reinvite| reinvite.is_sent_in(client)) {
            //= RFC 3261 14.1: if no response at all is received for the re-INVITE, the UAC will terminate the dialog
            self.on_reinvite_refused(row, status, cx);
            self.end_dialog(row, cx);
        }
    }

    /// Forgets the re-INVITE of a call.
    fn abandon_reinvite(&mut self, row: Row) {
        let call = self.record_mut(row);
        if let Some(reinvite) = call.reinvite.take() {
            //= RFC 3261 14.1: if a UA receives a non-2xx final response to a re-INVITE, the session parameters MUST
            // remain unchanged, as if no re-INVITE had been issued
            call.session = call.session.returned_to(reinvite.before);
        }
    }

    /// Hangs up an established call whose dialog cannot go on.
    fn end_dialog(&mut self, row: Row, cx: &mut Context<'_>) {
        if matches!(self.record(row).state, State::Established { .. }) {
            self.hang_up_call(row, cx);
        }
    }
}

/// As UAS.
impl UserAgents {
    /// Takes a re-INVITE of the peer.
    pub(super) fn on_reinvite(
        &mut self,
        row: Row,
        server: ServerId,
        (arrival, head): (Arrival<'_>, &Mandatory<'_>),
        cx: &mut Context<'_>,
    ) {
        if let Err((status, because)) = self.check_reinvite(row, arrival.message, cx) {
            return self.refuse_because(server, arrival, status, because, cx);
        }
        let call = self.record(row);
        let (line, mut session) = (call.line, call.session);
        session.begin_modification();
        let description = match arrival.message.body() {
            //= RFC 3261 14.2: a UAS providing an offer in a 2xx because the INVITE did not contain an offer
            [] => Some(session.offer_in_answer(&self.speaker(line))),
            offer => self.answer_to(line, &mut session, offer),
        };
        let Some(description) = description else {
            let status = StatusCode::NOT_ACCEPTABLE_HERE;
            return self.refuse_because(server, arrival, status, Because::Media, cx);
        };
        let Some(sent) = self.accept_reinvite(server, arrival, (row, &description), cx) else { return };
        self.expect_ack(row, session, (head.cseq.number, sent), cx);
        let call = self.record_mut(row);
        if let Some(dialog) = &mut call.dialog {
            dialog.refresh_target(arrival.message);
        }
        cx.probe(probe::UAS_MODIFIED, call.subject, 1);
    }

    /// Whether a re-INVITE may be answered as it stands.
    fn check_reinvite(
        &mut self,
        row: Row,
        message: &Message<'_>,
        cx: &mut Context<'_>,
    ) -> Result<(), (StatusCode, Because<'static>)> {
        let call = self.record(row);
        let is_ours_under_way =
            call.reinvite.as_ref().is_some_and(|reinvite| matches!(reinvite.progress, Progress::Sent(_)));
        match call.state {
            //= RFC 3261 14.2: a UAS that receives a second INVITE before it sends the final response to a first INVITE
            // with a lower CSeq sequence number on the same dialog MUST return a 500 response to the second INVITE and
            // MUST include a Retry-After header field with a randomly chosen value of between 0 and 10 seconds
            State::Alerting(_) => {
                let because = Because::RetryAfter(cx.rng().below(11) as u32);
                Err((StatusCode::SERVER_INTERNAL_ERROR, because))
            }
            //= RFC 3261 14.2: a UAS that receives an INVITE on a dialog while an INVITE it had sent on that dialog is in
            // progress MUST return a 491 (Request Pending) response
            State::Calling(_) => Err((StatusCode::REQUEST_PENDING, Because::Nothing)),
            _ if is_ours_under_way => Err((StatusCode::REQUEST_PENDING, Because::Nothing)),
            //= RFC 5407 3.1.5: an offer in the 2xx has no answer as long as the ACK is missing: 491
            _ if call.session.offer == Offer::InAnswer => {
                Err((StatusCode::REQUEST_PENDING, Because::Nothing))
            }
            State::Ending | State::Over => Err((StatusCode::CALL_DOES_NOT_EXIST, Because::Nothing)),
            State::Answered { .. } | State::Established { .. } if !has_session_or_nothing(message) => {
                Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, Because::MediaType))
            }
            State::Answered { .. } | State::Established { .. } => Ok(()),
        }
    }

    /// Keeps the 2xx to a re-INVITE until its ACK comes.
    fn expect_ack(
        &mut self,
        row: Row,
        session: Session,
        (cseq, sent): (u32, Outgoing),
        cx: &mut Context<'_>,
    ) {
        let timers = self.transactions.timers(sent.to);
        let (interval, until) = (timers.t1, deadline(cx.now(), timers.limit()));
        let due = deadline(cx.now(), interval).min(until);
        let call = self.record_mut(row);
        call.session = session;
        if let State::Answered { .. } = call.state {
            //= RFC 5407 3.1.4: whoever sends a re-INVITE has received the 2xx: only its ACK is late
            call.state = State::Established { until: SimTime::NEVER };
            call.answer = None;
        }
        call.reanswer = Some(Box::new(Reanswer { cseq, sent, interval, due, until }));
        self.rearm_established(row, cx);
    }

    /// Takes the ACK to the 2xx that a re-INVITE was answered with; false when it is for another one.
    pub(super) fn on_reanswer_ack(&mut self, row: Row, number: u32, cx: &mut Context<'_>) -> bool {
        let call = self.record_mut(row);
        if call.reanswer.take_if(|reanswer| reanswer.cseq == number).is_none() {
            return false;
        }
        self.rearm_established(row, cx);
        true
    }

    /// Sends the 2xx to a re-INVITE again, or gives up on its ACK.
    pub(super) fn repeat_reanswer(&mut self, row: Row, cx: &mut Context<'_>) {
        let Some(Call { reanswer: Some(reanswer), subject, .. }) = self.calls.tenant_mut(row) else { return };
        if cx.now() >= reanswer.until {
            //= RFC 3261 14.2: if a UAS generates a 2xx response and never receives an ACK, it SHOULD generate a BYE to
            // terminate the dialog
            cx.probe(probe::UAS_NO_ACK, *subject, 1);
            return self.hang_up_call(row, cx);
        }
        cx.retransmit(&reanswer.sent);
        cx.count(probe::RETRANSMITTED_RESPONSE);
        reanswer.interval = (2 * reanswer.interval).min(self.transactions.timers(reanswer.sent.to).t2);
        reanswer.due = deadline(cx.now(), reanswer.interval).min(reanswer.until);
    }

    /// The description with which `line` answers the offer in `body`; `None` when there is nothing to agree on.
    pub(super) fn answer_to(&self, line: u32, session: &mut Session, body: &[u8]) -> Option<Vec<u8>> {
        let offer = Sdp::parse(body).ok()?;
        session.answer(&self.speaker(line), &offer).ok()
    }

    pub(super) fn speaker(&self, line: u32) -> Speaker<'_> {
        Speaker::of(&self.config.identities, line)
    }
}

//! The UAC core until the callee has answered: INVITE, its responses, CANCEL (RFC 3261 8.1.3, 9.1, 13.2).

use std::time::Duration;

use sim_api::{Context, SimTime, deadline};

use super::call::{Call, Calling, Fork, Invitation, Role, State, Wish};
use super::compose::{Initial, Whom, contact, end_with, with_allow};
use super::node::{Owner, Phase, UserAgents};
use super::policy::{Offering, Redirection};
use super::session::{Offer, Session, Speaker};
use super::targets::Targets;
use super::transact::{Draft, Unsent};
use super::wallet::{Lesson, Tried};
use crate::dialog::Dialog;
use crate::message::{HeaderName, Mandatory, Message, Method, StatusClass, StatusCode};
use crate::probe;
use crate::transaction::table::Row;
use crate::transaction::{ClientId, RequestKind};

/// The CSeq number of the first request with a Call-ID.
pub(super) const FIRST_CSEQ: u32 = 1;

/// More late callees than this are ignored for one call.
const MAX_FORKS: usize = 16;

/// More INVITEs than this are not sent for one call, whoever challenges or redirects.
const MAX_INVITES: u32 = 32;

impl UserAgents {
    /// Sends the INVITE of a new call of `line`, which is free; `None` when it cannot be sent.
    pub(super) fn place_call(
        &mut self,
        line: u32,
        callee: &str,
        holding: Option<Duration>,
        call_id: &str,
        cx: &mut Context<'_>,
    ) -> Option<Row> {
        let subject = probe::subject(call_id.as_bytes());
        let row = self.calls.next_row();
        let invitation = Invitation {
            callee: callee.into(),
            target: Whom(callee).uri().into(),
            call_id: call_id.into(),
            tag: self.names.tag_of(row).into(),
            cseq: FIRST_CSEQ,
        };
        let mut session = Session::new(subject);
        let sent = self.send_invite(line, Owner::Call(row.place), &invitation, &mut session, cx);
        let (invite, proofs) = match sent {
            Ok(sent) => sent,
            Err(unsent) => {
                self.report_unsent(unsent, probe::CALL_TIMEOUT, subject, cx);
                return None;
            }
        };
        cx.probe(probe::CALL_INVITE, subject, 1);
        let (targets, tried) = (Targets::default(), Tried::default());
        let calling = Calling { invite, invitation, holding, wish: Wish::Talk, targets, tried };
        let state = State::Calling(Box::new(calling));
        let call = Call { session, proofs, ..Call::new(line, Role::Caller, subject, state, cx.cause()) };
        assert_eq!(self.calls.insert(call), row);
        self.lines[line as usize].call = Some(row);
        if let Some(patience) = self.config.patience {
            self.wake_call(row, deadline(cx.now(), patience), cx);
        }
        Some(row)
    }

    /// Composes and sends an INVITE; the transaction and the rows of credentials in it.
    fn send_invite(
        &mut self,
        line: u32,
        owner: Owner,
        invitation: &Invitation,
        session: &mut Session,
        cx: &mut Context<'_>,
    ) -> Result<(ClientId, Vec<u8>), Unsent> {
        //= RFC 3261 13.2.1: the INVITE carries the offer, or the 2xx does
        let description = match self.config.offering {
            Offering::InInvite => session.describe(&Speaker::of(&self.config.identities, line)),
            Offering::InAck => Vec::new(),
        };
        let proofs = self.prove(line, owner, Method::Invite, &invitation.target, &description);
        //= RFC 3261 8.1.3.4: a new client transaction MUST have a new branch ID in the top Via field
        let branch = self.names.branch();
        let invite = Initial {
            method: Method::Invite,
            request_uri: &invitation.target,
            from_tag: &invitation.tag,
            //= RFC 3261 8.1.3.4: it is RECOMMENDED that the UAC reuse the same To, From, and Call-ID used in the
            // original redirected request
            to: &Whom(&invitation.callee),
            call_id: &invitation.call_id,
            cseq: invitation.cseq,
            branch: &branch,
        };
        self.octets.clear();
        let lines = &self.config.identities;
        let message =
            invite.begin(lines, line, &mut self.octets).header(HeaderName::Contact, &contact(lines, line));
        //= RFC 3261 13.2.1: an Allow header field SHOULD be present in the INVITE
        let message = with_allow(message, self.config.capabilities).rows(&proofs);
        end_with(message, &description);
        let next_hop = invite.next_hop(lines, line).to_owned();
        let draft = Draft {
            next_hop: &next_hop,
            branch: &branch,
            method: Method::Invite,
            kind: RequestKind::Invite,
            line,
            owner,
        };
        let invite = self.transact(&draft, cx)?;
        Ok((invite, proofs))
    }

    /// Takes a response to an INVITE that is to set up a call.
    pub(super) fn on_invite_response(
        &mut self,
        row: Row,
        client: ClientId,
        (message, status): (&Message<'_>, StatusCode),
        cx: &mut Context<'_>,
    ) {
        match status.class() {
            StatusClass::Provisional => self.on_progress(row, status, cx),
            StatusClass::Success => self.on_answer(row, message, cx),
            StatusClass::Redirection
            | StatusClass::ClientError
            | StatusClass::ServerError
            | StatusClass::GlobalFailure => self.on_rejection(row, client, (message, status), cx),
        }
    }

    fn on_progress(&mut self, row: Row, status: StatusCode, cx: &mut Context<'_>) {
        if status != StatusCode::TRYING {
            cx.probe(probe::CALL_PROGRESS, self.record(row).subject, status.code().into());
        }
    }

    /// Takes a 2xx to an INVITE: the first one, a copy of it, or one of another callee.
    fn on_answer(&mut self, row: Row, message: &Message<'_>, cx: &mut Context<'_>) {
        let Ok(head) = message.mandatory() else { return cx.probe(probe::MALFORMED, 0, 0) };
        let call = self.record(row);
        match &call.dialog {
            Some(dialog) if dialog.owns_response(&head) => {
                //= RFC 3261 13.2.2.4: the ACK MUST be passed to the transport every time a retransmission of the 2xx
                // that triggered the ACK arrives
                if let Some(ack) = call.acks.iter().find(|ack| ack.cseq == head.cseq.number) {
                    cx.repeat(&ack.sent);
                    cx.count(probe::REPEATED);
                }
            }
            Some(_) => self.on_forked_answer(row, message, &head, cx),
            None => self.on_first_answer(row, (message, &head), cx),
        }
    }

    fn on_first_answer(
        &mut self,
        row: Row,
        (message, head): (&Message<'_>, &Mandatory<'_>),
        cx: &mut Context<'_>,
    ) {
        let &Call { subject, ref state, .. } = self.record(row);
        let State::Calling(calling) = state else { return };
        let (holding, wish) = (calling.holding, calling.wish);
        //= RFC 3261 13.2.2.4: the route set is computed anew from the 2xx, whatever an early dialog had
        let Ok(dialog) = Dialog::of_uac(message, head) else {
            // Without a Contact the ACK has no target: the callee will give up.
            cx.probe(probe::MALFORMED, 0, 0);
            cx.probe(probe::CALL_REJECT, subject, StatusCode::BAD_GATEWAY.code().into());
            return self.close(row, cx);
        };
        cx.probe(probe::CALL_ANSWER, subject, message.status().map_or(0, |status| status.code().into()));
        let call = self.record_mut(row);
        call.dialog = Some(dialog);
        call.state = State::Established { until: SimTime::NEVER };
        call.slot.cancel();
        let is_agreed = match self.config.offering {
            Offering::InInvite => {
                self.acknowledge(row, head.cseq.number, &[], cx);
                true
            }
            Offering::InAck => self.answer_in_ack(row, head.cseq.number, message, cx),
        };
        match (wish, holding) {
            //= RFC 3261 15, 9.1: a 2xx that crosses the CANCEL makes a session: it is acknowledged and ended with BYE
            (Wish::Cancel | Wish::Forget, _) => self.hang_up_call(row, cx),
            //= RFC 3261 13.2.2.4: if the offer in the 2xx is not acceptable, the UAC generates a valid answer in the ACK
            // and then sends a BYE request immediately
            (Wish::Talk, _) if !is_agreed => self.hang_up_call(row, cx),
            // The measured time is over: the call was completed, and nobody listens to it.
            (Wish::Talk, _) if self.phase == Phase::Draining => self.hang_up_call(row, cx),
            (Wish::Talk, Some(holding)) => self.hang_up_at(row, deadline(cx.now(), holding), cx),
            (Wish::Talk, None) => {}
        }
    }

    /// Acknowledges and ends the dialog with a callee who answered after another one (RFC 3261 13.2.2.4).
    fn on_forked_answer(
        &mut self,
        row: Row,
        message: &Message<'_>,
        head: &Mandatory<'_>,
        cx: &mut Context<'_>,
    ) {
        let Ok(mut dialog) = Dialog::of_uac(message, head) else { return cx.probe(probe::MALFORMED, 0, 0) };
        let call = self.record(row);
        if let Some(fork) = call.forks.iter().find(|fork| *fork.tag == *dialog.remote_tag()) {
            cx.repeat(&fork.ack);
            return cx.count(probe::REPEATED);
        }
        if call.forks.len() == MAX_FORKS {
            return;
        }
        let (line, subject, mut session) = (call.line, call.subject, call.session);
        cx.probe(probe::CALL_FORKED_ANSWER, subject, 1);
        let answer = match self.config.offering {
            Offering::InInvite => Vec::new(),
            Offering::InAck => self.answer_to(line, &mut session, message.body()).unwrap_or_default(),
        };
        let proofs = std::mem::take(&mut self.record_mut(row).proofs);
        let ack = self.send_ack(line, &dialog, head.cseq.number, (&proofs, &answer), cx);
        self.record_mut(row).proofs = proofs;
        let Some(ack) = ack else { return };
        let number = dialog.next_cseq();
        // No room for the BYE: the callee hangs up on its own some day, as when the BYE is lost.
        let _ = self.send_bye(&dialog, number, line, (Owner::Nobody, Owner::Call(row.place)), cx);
        self.record_mut(row).forks.push(Fork { tag: dialog.remote_tag().into(), ack });
    }

    /// Takes a final response of 300 to 699: tries again where the rules allow it.
    fn on_rejection(
        &mut self,
        row: Row,
        client: ClientId,
        (message, status): (&Message<'_>, StatusCode),
        cx: &mut Context<'_>,
    ) {
        let call = self.record(row);
        let State::Calling(calling) = &call.state else { return };
        if calling.invite != client {
            return;
        }
        if calling.wish == Wish::Talk && self.may_try_again(row, message, status) {
            return self.try_again(row, status, cx);
        }
        self.give_up(row, status, cx);
    }

    /// Whether another INVITE may succeed where one was answered with `status`; prepares it.
    fn may_try_again(&mut self, row: Row, message: &Message<'_>, status: StatusCode) -> bool {
        let Some(Call { line, state: State::Calling(calling), .. }) = self.calls.tenant_mut(row) else {
            return false;
        };
        if calling.invitation.cseq >= MAX_INVITES {
            return false;
        }
        let follows = self.config.redirection == Redirection::Follow;
        match (status, status.class()) {
            (StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED, _) => {
                let (line, mut tried) = (*line, std::mem::take(&mut calling.tried));
                let lesson = self.learn(line, Owner::Call(row.place), message, &mut tried);
                if let State::Calling(calling) = &mut self.record_mut(row).state {
                    calling.tried = tried;
                }
                if lesson == Lesson::Retry {
                    return true;
                }
            }
            //= RFC 3261 21.6: a 6xx response indicates that a server has definitive information about a particular user
            (_, StatusClass::GlobalFailure) => return false,
            (_, StatusClass::Redirection) if follows => {
                calling.targets.add(message, Whom(&calling.invitation.callee).uri());
            }
            _ => {}
        }
        self.turn_to_next_target(row)
    }

    /// Makes the next contact of a redirection the Request-URI; false when there is none.
    fn turn_to_next_target(&mut self, row: Row) -> bool {
        let State::Calling(calling) = &mut self.record_mut(row).state else { return false };
        //= RFC 3261 8.1.3.4: when a failure for a particular contact address is received, the client SHOULD try the next
        // contact address
        let Some(next) = calling.targets.next() else { return false };
        calling.invitation.target = next;
        true
    }

    /// Sends the INVITE of a call again, as it was prepared.
    fn try_again(&mut self, row: Row, status: StatusCode, cx: &mut Context<'_>) {
        let call = self.record_mut(row);
        let (line, mut session) = (call.line, call.session);
        let State::Calling(calling) = std::mem::replace(&mut call.state, State::Over) else {
            unreachable!("only a call that is being set up is tried again")
        };
        let mut calling = calling;
        //= RFC 3261 8.1.3.5: the CSeq should contain a new sequence number that is one higher than the previous
        calling.invitation.cseq += 1;
        let sent = self.send_invite(line, Owner::Call(row.place), &calling.invitation, &mut session, cx);
        let call = self.record_mut(row);
        call.session = session;
        match sent {
            Ok((invite, proofs)) => {
                calling.invite = invite;
                call.proofs = proofs;
                call.transactions += 1;
                let subject = call.subject;
                call.state = State::Calling(calling);
                cx.probe(probe::CALL_RETRY, subject, status.code().into());
            }
            Err(_) => {
                call.state = State::Calling(calling);
                self.give_up(row, status, cx);
            }
        }
    }

    /// Ends a call that `status` has rejected.
    fn give_up(&mut self, row: Row, status: StatusCode, cx: &mut Context<'_>) {
        let call = self.record(row);
        let State::Calling(calling) = &call.state else { return };
        let name = match calling.wish {
            Wish::Cancel => probe::CALL_CANCELLED,
            Wish::Talk | Wish::Forget => probe::CALL_REJECT,
        };
        cx.probe(name, call.subject, status.code().into());
        self.close(row, cx);
    }

    /// Takes the news that no final response to an INVITE came, as if `status` had.
    pub(super) fn on_invite_failure(
        &mut self,
        row: Row,
        client: ClientId,
        status: StatusCode,
        cx: &mut Context<'_>,
    ) {
        let call = self.record(row);
        let State::Calling(calling) = &call.state else { return };
        if calling.invite != client {
            return;
        }
        let (subject, wish) = (call.subject, calling.wish);
        if wish == Wish::Talk && self.turn_to_next_target(row) {
            return self.try_again(row, status, cx);
        }
        let name = match wish {
            Wish::Talk | Wish::Forget => probe::CALL_TIMEOUT,
            Wish::Cancel => probe::CALL_CANCELLED,
        };
        cx.probe(name, subject, status.code().into());
        self.close(row, cx);
    }

    /// Gives up a call that has no final response: `because` says why.
    pub(super) fn cancel_call(&mut self, row: Row, because: Wish, cx: &mut Context<'_>) {
        let Some(Call { state: State::Calling(calling), slot, .. }) = self.calls.tenant_mut(row) else {
            return;
        };
        if calling.wish == Wish::Talk {
            calling.wish = because;
        }
        slot.cancel();
        let invite = calling.invite;
        if self.transactions.withdraw(invite, cx) {
            return self.on_withdrawn(row, cx);
        }
        self.transactions.cancel(invite, cx);
    }

    /// Ends a call whose INVITE was given up before its next hop was found: nothing was sent, so nobody answers 487.
    fn on_withdrawn(&mut self, row: Row, cx: &mut Context<'_>) {
        let status = u64::from(StatusCode::REQUEST_TERMINATED.code());
        cx.probe(probe::CALL_CANCELLED, self.record(row).subject, status);
        self.close(row, cx);
        self.release(row);
    }

    /// Acknowledges the 2xx `message` to INVITE `number` with an answer to the offer in it; false when there is none
    /// that this side can agree to.
    pub(super) fn answer_in_ack(
        &mut self,
        row: Row,
        number: u32,
        message: &Message<'_>,
        cx: &mut Context<'_>,
    ) -> bool {
        let call = self.record(row);
        let (line, mut session) = (call.line, call.session);
        //= RFC 3261 13.2.2.4: if the 2xx contains an offer, the ACK MUST carry an answer in its body
        let answer = self.answer_to(line, &mut session, message.body());
        session.offer = Offer::Settled;
        self.record_mut(row).session = session;
        self.acknowledge(row, number, answer.as_deref().unwrap_or_default(), cx);
        answer.is_some()
    }
}

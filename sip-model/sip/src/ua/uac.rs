//! The UAC core: INVITE and its answers, CANCEL, BYE (RFC 3261 9.1, 13.2, 15.1.1).

use std::time::Duration;

use sim_api::{Context, Outgoing, deadline};

use super::call::{Call, Fork, Role, State, Wish};
use super::compose::{ALLOWED, Initial, contact, end_with_session, in_dialog, session};
use super::node::{Exchange, Outcome, Owner, Phase, UserAgents};
use crate::dialog::Dialog;
use crate::header::{Branch, CSeq};
use crate::message::{HeaderName, Mandatory, Message, Method, StatusClass, StatusCode, TransactionKey};
use crate::probe;
use crate::transaction::table::Row;
use crate::transaction::{ClientId, ClientRequest, Full, RequestKind};

/// The CSeq number of the first request with a Call-ID.
const FIRST_CSEQ: u32 = 1;

/// More late callees than this are ignored for one call.
const MAX_FORKS: usize = 16;

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
        let Some(peer) = self.hop_towards(callee) else {
            cx.probe(probe::CALL_NO_ROUTE, subject, 1);
            return None;
        };
        let row = self.calls.next_row();
        let (tag, branch) = (self.names.tag_of(row), self.names.branch());
        let local = self.config.identities.address(line);
        let invite = Initial {
            method: Method::Invite,
            request_uri: &callee,
            from: &self.config.identities.aor_uri(line),
            from_tag: &tag,
            to: &callee,
            call_id,
            cseq: FIRST_CSEQ,
            branch: &branch,
            local,
        };
        self.octets.clear();
        //= RFC 3261 13.2.1: an Allow header field SHOULD be present in the INVITE
        let message = invite
            .begin(&mut self.octets)
            .header(HeaderName::Contact, &contact(&self.config.identities, line))
            .header(HeaderName::Allow, ALLOWED);
        //= RFC 3261 13.2.1: the INVITE carries the offer
        end_with_session(message, &session(&self.config.identities.user(line), subject >> 32, local));
        let request = ClientRequest {
            octets: &self.octets,
            key: client_key(&branch, Method::Invite),
            kind: RequestKind::Invite,
            local,
            peer,
            user: Owner::Call(row.place).token(),
        };
        let Ok(invite) = self.transactions.request(request, cx) else {
            cx.probe(probe::CALL_TIMEOUT, subject, StatusCode::SERVICE_UNAVAILABLE.code().into());
            return None;
        };
        cx.probe(probe::CALL_INVITE, subject, 1);
        let state = State::Calling { invite, holding, wish: Wish::Talk };
        assert_eq!(self.calls.insert(Call::new(line, Role::Caller, subject, state, cx.cause())), row);
        self.lines[line as usize].call = Some(row);
        if let Some(patience) = self.config.patience {
            self.wake_call(row, deadline(cx.now(), patience), cx);
        }
        Some(row)
    }

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
        let Some(peer) = self.hop_towards(target) else {
            cx.probe(probe::CALL_NO_ROUTE, subject, 1);
            return None;
        };
        let (tag, branch) = (self.names.tag(), self.names.branch());
        let local = self.config.identities.address(line);
        let request = Initial {
            method,
            request_uri: &target,
            from: &self.config.identities.aor_uri(line),
            from_tag: &tag,
            to: &target,
            call_id,
            cseq: FIRST_CSEQ,
            branch: &branch,
            local,
        };
        self.octets.clear();
        request.begin(&mut self.octets).finish();
        let place = self.exchanges.next_row().place;
        let request = ClientRequest {
            octets: &self.octets,
            key: client_key(&branch, method),
            kind: RequestKind::NonInvite,
            local,
            peer,
            user: Owner::Exchange(place).token(),
        };
        match self.transactions.request(request, cx) {
            Ok(_) => {
                self.exchanges.insert(Exchange { subject, outcome: Outcome::Open });
                cx.probe(probe::REQUEST_SENT, subject, 1);
                Some(subject)
            }
            Err(Full) => {
                cx.probe(probe::REQUEST_TIMEOUT, subject, StatusCode::SERVICE_UNAVAILABLE.code().into());
                None
            }
        }
    }

    /// Takes a response to the INVITE or the BYE of a call.
    pub(super) fn on_call_response(
        &mut self,
        row: Row,
        client: ClientId,
        message: &Message<'_>,
        cx: &mut Context<'_>,
    ) {
        let (Some(status), Ok(cseq)) = (message.status(), message.cseq()) else { return };
        match (cseq.method, status.class()) {
            (Method::Invite, StatusClass::Provisional) => self.on_progress(row, status, cx),
            (Method::Invite, StatusClass::Success) => self.on_answer(row, client, message, cx),
            (Method::Invite, _) => self.on_rejection(row, status, cx),
            (Method::Bye, class) if class != StatusClass::Provisional => {
                //= RFC 3261 15.1.1: a 481 or a 408 ends the dialog as a 2xx does; so does every other final response
                let subject = self.record(row).subject;
                cx.probe(probe::CALL_BYE_DONE, subject, status.code().into());
                self.close(row, cx);
            }
            _ => {}
        }
    }

    /// Takes the news that no final response to the INVITE or the BYE came.
    pub(super) fn on_call_timeout(&mut self, row: Row, client: ClientId, cx: &mut Context<'_>) {
        let call = self.record(row);
        let subject = call.subject;
        //= RFC 3261 8.1.3.1: a timeout of the transaction layer is treated as if a 408 had been received
        let status = u64::from(StatusCode::REQUEST_TIMEOUT.code());
        match &call.state {
            State::Calling { invite, wish, .. } if *invite == client => {
                let name = match wish {
                    Wish::Talk | Wish::Forget => probe::CALL_TIMEOUT,
                    Wish::Cancel => probe::CALL_CANCELLED,
                };
                cx.probe(name, subject, status);
                self.close(row, cx);
            }
            State::Ending => {
                cx.probe(probe::CALL_BYE_TIMEOUT, subject, 1);
                self.close(row, cx);
            }
            _ => {}
        }
    }

    /// Gives up a call that has no final response: `because` says why.
    pub(super) fn cancel_call(&mut self, row: Row, because: Wish, cx: &mut Context<'_>) {
        let Some(Call { state: State::Calling { invite, wish, .. }, slot, .. }) = self.calls.tenant_mut(row)
        else {
            return;
        };
        if *wish == Wish::Talk {
            *wish = because;
        }
        slot.cancel();
        let invite = *invite;
        self.transactions.cancel(invite, cx);
    }

    /// Hangs up an answered call.
    pub(super) fn hang_up_call(&mut self, row: Row, cx: &mut Context<'_>) {
        let Some(call) = self.calls.tenant_mut(row) else { return };
        let mut dialog = call.dialog.take().expect("an answered call has a dialog");
        let (line, subject) = (call.line, call.subject);
        let number = dialog.next_cseq();
        let sent = self.request_in_dialog(&dialog, Method::Bye, number, line, Owner::Call(row.place), cx);
        let call = self.record_mut(row);
        call.dialog = Some(dialog);
        call.state = State::Ending;
        call.slot.cancel();
        if sent.is_some() {
            call.transactions += 1;
            cx.probe(probe::CALL_BYE, subject, 1);
        } else {
            cx.probe(probe::CALL_BYE_TIMEOUT, subject, 1);
            self.close(row, cx);
        }
    }

    fn on_progress(&mut self, row: Row, status: StatusCode, cx: &mut Context<'_>) {
        if status != StatusCode::TRYING {
            cx.probe(probe::CALL_PROGRESS, self.record(row).subject, status.code().into());
        }
    }

    /// Takes a 2xx to the INVITE: the first one, a copy of it, or one of another callee.
    fn on_answer(&mut self, row: Row, client: ClientId, message: &Message<'_>, cx: &mut Context<'_>) {
        let Ok(head) = message.mandatory() else { return cx.probe(probe::MALFORMED, 0, 0) };
        let call = self.record(row);
        match &call.dialog {
            Some(dialog) if dialog.owns_response(&head) => {
                //= RFC 3261 13.2.2.4: the ACK MUST be passed to the transport every time a retransmission of the 2xx
                // that triggered the ACK arrives
                if let Some(ack) = &call.kept {
                    cx.repeat(ack);
                    cx.count(probe::REPEATED);
                }
            }
            Some(_) => self.on_forked_answer(row, message, &head, cx),
            None => self.on_first_answer(row, client, (message, &head), cx),
        }
    }

    fn on_first_answer(
        &mut self,
        row: Row,
        client: ClientId,
        (message, head): (&Message<'_>, &Mandatory<'_>),
        cx: &mut Context<'_>,
    ) {
        let &Call { line, subject, ref state, .. } = self.record(row);
        let &State::Calling { invite, holding, wish } = state else { return };
        assert_eq!(invite, client, "a call has one INVITE");
        let Ok(dialog) = Dialog::of_uac(message, head) else {
            // Without a Contact the ACK has no target: the callee will give up.
            cx.probe(probe::MALFORMED, 0, 0);
            cx.probe(probe::CALL_REJECT, subject, StatusCode::BAD_GATEWAY.code().into());
            return self.close(row, cx);
        };
        cx.probe(probe::CALL_ANSWER, subject, message.status().map_or(0, |status| status.code().into()));
        let ack = self.acknowledge(&dialog, head.cseq.number, line, cx);
        let call = self.record_mut(row);
        (call.dialog, call.kept) = (Some(dialog), ack);
        call.state = State::Established;
        call.slot.cancel();
        match (wish, holding) {
            //= RFC 3261 15, 9.1: a 2xx that crosses the CANCEL makes a session: it is acknowledged and ended with BYE
            (Wish::Cancel | Wish::Forget, _) => self.hang_up_call(row, cx),
            // The measured time is over: the call was completed, and nobody listens to it.
            (Wish::Talk, _) if self.phase == Phase::Draining => self.hang_up_call(row, cx),
            (Wish::Talk, Some(holding)) => self.wake_call(row, deadline(cx.now(), holding), cx),
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
        let (line, subject) = (call.line, call.subject);
        cx.probe(probe::CALL_FORKED_ANSWER, subject, 1);
        let Some(ack) = self.acknowledge(&dialog, head.cseq.number, line, cx) else { return };
        let number = dialog.next_cseq();
        // No room for the BYE: the callee hangs up on its own some day, as when the BYE is lost.
        let _ = self.request_in_dialog(&dialog, Method::Bye, number, line, Owner::Nobody, cx);
        self.record_mut(row).forks.push(Fork { tag: dialog.remote_tag().into(), ack });
    }

    fn on_rejection(&mut self, row: Row, status: StatusCode, cx: &mut Context<'_>) {
        let call = self.record(row);
        if let State::Calling { wish, .. } = call.state {
            let name = match wish {
                Wish::Cancel => probe::CALL_CANCELLED,
                Wish::Talk | Wish::Forget => probe::CALL_REJECT,
            };
            cx.probe(name, call.subject, status.code().into());
            self.close(row, cx);
        }
    }

    /// Sends the ACK for the 2xx to INVITE `number`, outside any transaction; `None` when its target has no address.
    fn acknowledge(
        &mut self,
        dialog: &Dialog,
        number: u32,
        line: u32,
        cx: &mut Context<'_>,
    ) -> Option<Outgoing> {
        //= RFC 3261 13.2.2.4: the sequence number of the CSeq header field MUST be the same as the INVITE being
        // acknowledged, but the CSeq method MUST be ACK
        let plan = dialog.plan();
        let peer = self.hop_towards(&plan.next_hop)?;
        let branch = self.names.branch();
        let local = self.config.identities.address(line);
        self.octets.clear();
        in_dialog(dialog, &plan, CSeq { number, method: Method::Ack }, &branch, local, &mut self.octets);
        Some(cx.send(local, peer, &self.octets))
    }

    /// Sends a request in a dialog and a transaction of its own.
    fn request_in_dialog(
        &mut self,
        dialog: &Dialog,
        method: Method<'_>,
        number: u32,
        line: u32,
        owner: Owner,
        cx: &mut Context<'_>,
    ) -> Option<ClientId> {
        let plan = dialog.plan();
        let peer = self.hop_towards(&plan.next_hop)?;
        let branch = self.names.branch();
        let local = self.config.identities.address(line);
        self.octets.clear();
        in_dialog(dialog, &plan, CSeq { number, method }, &branch, local, &mut self.octets);
        let request = ClientRequest {
            octets: &self.octets,
            key: client_key(&branch, method),
            kind: RequestKind::NonInvite,
            local,
            peer,
            user: owner.token(),
        };
        self.transactions.request(request, cx).ok()
    }

    pub(super) fn record(&self, row: Row) -> &Call {
        self.calls.tenant(row).expect("the caller has found the call")
    }

    pub(super) fn record_mut(&mut self, row: Row) -> &mut Call {
        self.calls.tenant_mut(row).expect("the caller has found the call")
    }

    /// Ends a call: its line is free. The record stays until its transactions have ended.
    pub(super) fn close(&mut self, row: Row, cx: &mut Context<'_>) {
        let call = self.record_mut(row);
        if call.is_up() {
            cx.probe(call.role.end(), call.subject, 1);
        }
        call.state = State::Over;
        call.slot.cancel();
        let line = call.line;
        let busy = &mut self.lines[line as usize].call;
        *busy = busy.filter(|busy| *busy != row);
        self.drop_if_done(row);
    }

    /// Takes note that a transaction of the call has ended.
    pub(super) fn release(&mut self, row: Row) {
        let call = self.record_mut(row);
        call.transactions -= 1;
        self.drop_if_done(row);
    }

    fn drop_if_done(&mut self, row: Row) {
        let call = self.record(row);
        if matches!(call.state, State::Over) && call.transactions == 0 {
            self.calls.remove(row);
        }
    }
}

fn client_key(branch: &str, method: Method<'_>) -> TransactionKey {
    TransactionKey::client(Branch::new(branch).expect("branches are made of digits and points"), method)
}

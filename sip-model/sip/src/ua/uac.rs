//! The UAC core of a call: whose response it is, BYE, and the end (RFC 3261 12.2.1.2, 15.1.1).

use sim_api::{Context, SimTime};

use super::call::{Call, State};
use super::node::{Owner, UserAgents};
use super::wallet::Lesson;
use crate::message::{Message, Method, StatusCode};
use crate::probe;
use crate::transaction::ClientId;
use crate::transaction::table::Row;

impl UserAgents {
    /// Takes a response to a request of a call.
    pub(super) fn on_call_response(
        &mut self,
        row: Row,
        client: ClientId,
        message: &Message<'_>,
        cx: &mut Context<'_>,
    ) {
        let (Some(status), Ok(cseq)) = (message.status(), message.cseq()) else { return };
        let is_reinvite =
            self.record(row).reinvite.as_ref().is_some_and(|reinvite| reinvite.is_sent_in(client));
        match cseq.method {
            Method::Invite if is_reinvite => self.on_reinvite_response(row, (message, status), cx),
            Method::Invite => self.on_invite_response(row, client, (message, status), cx),
            Method::Bye if status.is_final() => self.on_bye_response(row, (message, status), cx),
            _ => {}
        }
    }

    /// Takes the news that no final response to a request of a call came, as if `status` had.
    pub(super) fn on_call_failure(
        &mut self,
        row: Row,
        client: ClientId,
        status: StatusCode,
        cx: &mut Context<'_>,
    ) {
        let call = self.record(row);
        match &call.state {
            State::Calling(_) => self.on_invite_failure(row, client, status, cx),
            State::Ending if !call.reinvite.as_ref().is_some_and(|reinvite| reinvite.is_sent_in(client)) => {
                cx.probe(probe::CALL_BYE_TIMEOUT, call.subject, 1);
                self.close(row, cx);
            }
            State::Established { .. } => self.on_reinvite_failure(row, client, status, cx),
            State::Ending | State::Alerting(_) | State::Answered { .. } | State::Over => {}
        }
    }

    /// Hangs up an answered call.
    pub(super) fn hang_up_call(&mut self, row: Row, cx: &mut Context<'_>) {
        let Some(call) = self.calls.tenant_mut(row) else { return };
        call.state = State::Ending;
        call.slot.cancel();
        call.reanswer = None;
        let subject = call.subject;
        if self.send_bye_of_call(row, cx) {
            cx.probe(probe::CALL_BYE, subject, 1);
        } else {
            cx.probe(probe::CALL_BYE_TIMEOUT, subject, 1);
            self.close(row, cx);
        }
    }

    /// Hangs up at `at`, unless somebody does before.
    pub(super) fn hang_up_at(&mut self, row: Row, at: SimTime, cx: &mut Context<'_>) {
        if let State::Established { until } = &mut self.record_mut(row).state {
            *until = at;
        }
        self.rearm_established(row, cx);
    }

    /// Makes the wake-up of an established call stand for the first thing that is due.
    pub(super) fn rearm_established(&mut self, row: Row, cx: &mut Context<'_>) {
        let call = self.record_mut(row);
        match call.deadline() {
            SimTime::NEVER => call.slot.cancel(),
            at => self.wake_call(row, at, cx),
        }
    }

    /// Does what is due in an established call.
    pub(super) fn on_established_wake(&mut self, row: Row, cx: &mut Context<'_>) {
        let now = cx.now();
        let call = self.record(row);
        let State::Established { until } = call.state else { return };
        let repeats = call.reanswer.is_some();
        if call.deadline() > now {
            return self.rearm_established(row, cx);
        }
        if until <= now {
            return self.hang_up_call(row, cx);
        }
        if repeats {
            self.repeat_reanswer(row, cx);
        } else {
            self.retry_reinvite(row, cx);
        }
        if matches!(self.record(row).state, State::Established { .. }) {
            self.rearm_established(row, cx);
        }
    }

    fn send_bye_of_call(&mut self, row: Row, cx: &mut Context<'_>) -> bool {
        let call = self.record_mut(row);
        let mut dialog = call.dialog.take().expect("an answered call has a dialog");
        let line = call.line;
        let owner = Owner::Call(row.place);
        let number = dialog.next_cseq();
        let sent = self.send_bye(&dialog, number, line, (owner, owner), cx);
        let call = self.record_mut(row);
        call.dialog = Some(dialog);
        call.transactions += u8::from(sent.is_ok());
        sent.is_ok()
    }

    fn on_bye_response(
        &mut self,
        row: Row,
        (message, status): (&Message<'_>, StatusCode),
        cx: &mut Context<'_>,
    ) {
        let call = self.record_mut(row);
        if !matches!(call.state, State::Ending) {
            return;
        }
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED) {
            let (line, mut tried) = (call.line, std::mem::take(&mut call.tried));
            let lesson = self.learn(line, Owner::Call(row.place), message, &mut tried);
            self.record_mut(row).tried = tried;
            if lesson == Lesson::Retry && self.send_bye_of_call(row, cx) {
                return;
            }
        }
        //= RFC 3261 15.1.1: a 481 or a 408 ends the dialog as a 2xx does; so does every other final response
        cx.probe(probe::CALL_BYE_DONE, self.record(row).subject, status.code().into());
        self.close(row, cx);
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
        call.reanswer = None;
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
            self.forget_challenges(Owner::Call(row.place));
        }
    }
}

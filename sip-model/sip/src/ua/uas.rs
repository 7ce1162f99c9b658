//! The UAS core (RFC 3261 8.2, 9.2, 11.2, 12.2.2, 13.3.1, 15.1.2).

use std::time::Duration;

use sim_api::{Context, Distribution, SimTime, deadline};

use super::call::{Alerting, Call, Role, Stage, State, Wish};
use super::compose::{ALLOWED, SUPPORTED};
use super::node::{Arrival, Owner, Phase, UserAgents};
use super::policy::Answering;
use super::respond::{Because, subject_of};
use crate::dialog::Dialog;
use crate::header::{Accept, ContentType, QValue, Require};
use crate::message::{Composer, HeaderName, Mandatory, Message, Method, StatusCode};
use crate::probe;
use crate::transaction::ServerId;
use crate::transaction::table::Row;
use crate::uri::Uri;

/// Which draws of a call's luck the callee makes.
const DRAW_RINGING: u64 = 0;
const DRAW_ANSWER: u64 = 1;

impl UserAgents {
    /// Takes a new request other than ACK and CANCEL.
    pub(super) fn on_request(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        head: &Mandatory<'_>,
        cx: &mut Context<'_>,
    ) {
        let method = head.cseq.method;
        if head.to.tag.is_some() {
            return match self.dialog_of(head) {
                Some(row) => self.on_request_in_dialog(row, server, (arrival, head), cx),
                //= RFC 3261 12.2.2: if the UAS wishes to reject the request because it does not wish to recreate the
                // dialog, it MUST respond with a 481
                None => self.refuse(server, arrival, StatusCode::CALL_DOES_NOT_EXIST, cx),
            };
        }
        if let Err((status, because)) = check_method(method) {
            return self.refuse_because(server, arrival, status, because, cx);
        }
        //= RFC 3261 8.2.2.1: if the Request-URI uses a scheme not supported by the UAS, it SHOULD reject the request with a
        // 416 (Unsupported URI Scheme) response
        if !matches!(arrival.message.request_uri(), Ok(Uri::Sip(_) | Uri::Tel(_))) {
            return self.refuse(server, arrival, StatusCode::UNSUPPORTED_URI_SCHEME, cx);
        }
        let extensions: Vec<&str> = required(arrival.message);
        if !extensions.is_empty() {
            //= RFC 3261 8.2.2.3: the UAS MUST respond with 420 and an Unsupported header field that lists the options
            let because = Because::Extension(&extensions);
            return self.refuse_because(server, arrival, StatusCode::BAD_EXTENSION, because, cx);
        }
        match method {
            Method::Invite => self.on_invite(server, arrival, head, cx),
            Method::Options => self.on_options(server, arrival, cx),
            //= RFC 3261 15.1.2: a BYE that matches no dialog is answered 481
            _ => self.refuse(server, arrival, StatusCode::CALL_DOES_NOT_EXIST, cx),
        }
    }

    /// Takes an ACK: for a 2xx, or stray. It is never answered.
    pub(super) fn on_ack(&mut self, message: &Message<'_>, head: &Mandatory<'_>, cx: &mut Context<'_>) {
        let Some(row) = self.dialog_of(head) else { return };
        let call = self.record_mut(row);
        match call.state {
            State::Answered { .. } => {
                //= RFC 3261 13.3.1.4: response retransmissions cease when an ACK request for the response is received
                call.state = State::Established { until: SimTime::NEVER };
                call.slot.cancel();
                call.answer = None;
                cx.probe(probe::UAS_ACK, call.subject, 1);
            }
            State::Established { .. } => {
                if !self.on_reanswer_ack(row, head.cseq.number, cx) {
                    return;
                }
            }
            State::Calling(_) | State::Alerting(_) | State::Ending | State::Over => return,
        }
        let call = self.record_mut(row);
        if !call.session.settles_with(message.body()) {
            //= RFC 3261 13.2.1: the answer MUST be in the ACK: without one there is no session to go on with
            return self.hang_up_call(row, cx);
        }
        if self.phase == Phase::Draining {
            self.expect_the_end(row, cx);
        }
    }

    /// Takes a CANCEL.
    pub(super) fn on_cancel(
        &mut self,
        cancel: ServerId,
        invite: Option<ServerId>,
        arrival: Arrival<'_>,
        cx: &mut Context<'_>,
    ) {
        let Some(invite) = invite else {
            //= RFC 3261 9.2: if the UAS did not find a matching transaction, it SHOULD respond with a 481
            return self.refuse(cancel, arrival, StatusCode::CALL_DOES_NOT_EXIST, cx);
        };
        let call = self.transactions.server_user(invite).and_then(|user| self.call_of(user));
        //= RFC 3261 9.2: the To tag of the response to the CANCEL and the To tag in the response to the original request
        // SHOULD be the same
        let tag =
            call.and_then(|row| self.record(row).dialog.as_ref()).map(|dialog| dialog.local_tag().to_owned());
        let tag = tag.unwrap_or_else(|| self.names.tag());
        self.respond(cancel, arrival, StatusCode::OK, &tag, |response| response.finish(), cx);
        //= RFC 3261 9.2: if it has issued a final response for the original request, the CANCEL has no effect
        let Some(row) = call.filter(|row| matches!(self.record(*row).state, State::Alerting(_))) else {
            return;
        };
        cx.probe(probe::UAS_CANCELLED, self.record(row).subject, 1);
        self.reject_call(row, StatusCode::REQUEST_TERMINATED, cx);
    }

    /// Takes the instant for which a ringing call waited.
    pub(super) fn on_alerting_wake(&mut self, row: Row, cx: &mut Context<'_>) {
        let call = self.record(row);
        let State::Alerting(alerting) = &call.state else { return };
        let stage = alerting.stage;
        // What the callee does goes on with what the INVITE began; the time since then is his own.
        cx.resume(call.lineage);
        match stage {
            Stage::Ring => self.ring(row, cx),
            Stage::Decide => self.decide(row, cx),
            Stage::GiveUp => self.reject_call(row, StatusCode::TEMPORARILY_UNAVAILABLE, cx),
        }
    }

    /// Sends the 180 of a call, and sees what the callee does next.
    fn ring(&mut self, row: Row, cx: &mut Context<'_>) {
        self.respond_to_call(row, StatusCode::RINGING, &[], cx);
        self.begin_deciding(row, cx);
    }

    /// Answers or refuses as the policy says; without one, goes on ringing.
    fn decide(&mut self, row: Row, cx: &mut Context<'_>) {
        match self.config.answering {
            Answering::Answer { .. } => self.answer_call(row, cx),
            Answering::Reject { status, .. } => self.reject_call(row, status, cx),
            Answering::Never => {}
        }
    }

    /// Answers a ringing call with 200 and waits for the ACK.
    pub(super) fn answer_call(&mut self, row: Row, cx: &mut Context<'_>) {
        let Some(description) = self.answer_description(row) else {
            //= RFC 3261 13.3.1.3: a UAS rejecting an offer SHOULD return a 488 (Not Acceptable Here)
            return self.reject_call(row, StatusCode::NOT_ACCEPTABLE_HERE, cx);
        };
        let Some(answer) = self.respond_to_call(row, StatusCode::OK, &description, cx) else { return };
        let timers = self.transactions.timers(answer.to);
        let (t1, until) = (timers.t1, deadline(cx.now(), timers.limit()));
        let call = self.record_mut(row);
        call.state = State::Answered { interval: t1, until };
        call.answer = Some(answer);
        if let Some(dialog) = &mut call.dialog {
            dialog.confirm();
        }
        cx.probe(probe::UAS_ANSWER, call.subject, 1);
        self.wake_call(row, deadline(cx.now(), t1).min(until), cx);
    }

    /// Refuses a ringing call.
    pub(super) fn reject_call(&mut self, row: Row, status: StatusCode, cx: &mut Context<'_>) {
        cx.probe(probe::UAS_REJECT, self.record(row).subject, status.code().into());
        self.respond_to_call(row, status, &[], cx);
        self.close(row, cx);
    }

    /// Sends the 2xx again, or gives up on the ACK.
    pub(super) fn repeat_answer(&mut self, row: Row, cx: &mut Context<'_>) {
        let Some(call) = self.calls.tenant_mut(row) else { return };
        let (State::Answered { interval, until }, Some(answer)) = (&mut call.state, &call.answer) else {
            return;
        };
        if cx.now() >= *until {
            //= RFC 3261 13.3.1.4: if the server retransmits the 2xx for 64*T1 seconds without receiving an ACK, the
            // dialog is confirmed, but the session SHOULD be terminated: with a BYE
            cx.probe(probe::UAS_NO_ACK, call.subject, 1);
            call.answer = None;
            return self.hang_up_call(row, cx);
        }
        cx.retransmit(answer);
        cx.count(probe::RETRANSMITTED_RESPONSE);
        //= RFC 6026 8.1: with an interval that starts at T1 seconds and doubles for each retransmission until it
        // reaches T2 seconds, independent of whatever transport protocols are used
        *interval = (2 * *interval).min(self.transactions.timers(answer.to).t2);
        let next = deadline(cx.now(), *interval).min(*until);
        self.wake_call(row, next, cx);
    }

    /// Ends or prepares the end of a call because the run is over.
    pub(super) fn drain_call(&mut self, row: Row, cx: &mut Context<'_>) {
        let call = self.record(row);
        match (&call.state, call.role) {
            // What was begun is brought to its end: a caller whose call is not answered yet waits a while.
            (State::Calling(_), _) => {
                let patience = deadline(cx.now(), self.config.timers.default.limit());
                let patience = patience.min(call.slot.deadline());
                self.wake_call(row, patience, cx);
            }
            (State::Established { .. }, Role::Caller) => self.hang_up_call(row, cx),
            (State::Established { .. }, Role::Callee) => self.expect_the_end(row, cx),
            (State::Alerting(_), _) => self.ring_no_longer_than_the_caller_waits(row, cx),
            // The callee hangs up by itself when no ACK comes, and looks again when one does.
            (State::Answered { .. } | State::Ending | State::Over, _) => {}
        }
    }

    /// Leaves the end of a call to the caller, who hangs up at the same time, but not for ever.
    fn expect_the_end(&mut self, row: Row, cx: &mut Context<'_>) {
        self.hang_up_at(row, deadline(cx.now(), self.config.timers.default.limit()), cx);
    }

    /// Gives up a phone that rings without end, after its caller would have.
    fn ring_no_longer_than_the_caller_waits(&mut self, row: Row, cx: &mut Context<'_>) {
        let limit = 2 * self.config.timers.default.limit();
        let rings_for_ever = matches!(self.config.answering, Answering::Never);
        let State::Alerting(alerting) = &mut self.record_mut(row).state else { return };
        if rings_for_ever && alerting.stage == Stage::Decide {
            alerting.stage = Stage::GiveUp;
            self.wake_call(row, deadline(cx.now(), limit), cx);
        }
    }

    /// Takes an INVITE outside any dialog.
    fn on_invite(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        head: &Mandatory<'_>,
        cx: &mut Context<'_>,
    ) {
        let Arrival { message, stamp, to, .. } = arrival;
        let uri = message.request_uri().ok();
        let user = uri.as_ref().and_then(|uri| uri.as_sip()).and_then(|uri| uri.user);
        //= RFC 3261 8.2.2.1: if the Request-URI does not identify an address that the UAS is willing to accept requests
        // for, it SHOULD reject the request with a 404
        let Some(line) = self.config.identities.line_at(to, user) else {
            return self.refuse(server, arrival, StatusCode::NOT_FOUND, cx);
        };
        if !has_session_or_nothing(message) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return self.refuse_because(server, arrival, status, Because::MediaType, cx);
        }
        //= RFC 3261 21.4.7: only capable of generating response entities which have content characteristics not acceptable
        // according to the Accept header field sent in the request
        if !accepts_session(message) {
            return self.refuse(server, arrival, StatusCode::NOT_ACCEPTABLE, cx);
        }
        let subject = probe::subject(head.call_id.as_str().as_bytes());
        if self.lines[line as usize].call.is_some() {
            cx.probe(probe::UAS_BUSY, subject, 1);
            return self.refuse(server, arrival, StatusCode::BUSY_HERE, cx);
        }
        let row = self.calls.next_row();
        let tag = self.names.tag_of(row);
        let first_cseq = self.config.identities.persona(line).map_or(1, |persona| persona.cseq);
        let dialog = Dialog::of_uas(message, head, &tag);
        let Ok(dialog) = dialog.map(|dialog| dialog.counted_from(first_cseq.saturating_sub(1))) else {
            //= RFC 3261 12.1.1: the request MUST contain a Contact, which the remote target is taken from
            return self.refuse(server, arrival, StatusCode::BAD_REQUEST, cx);
        };
        cx.probe(probe::UAS_INVITE, subject, 1);
        let invite = message.clone().into_owned();
        let alerting = Alerting { server, invite, stamp, stage: Stage::Ring };
        let mut call =
            Call::new(line, Role::Callee, subject, State::Alerting(Box::new(alerting)), cx.cause());
        call.dialog = Some(dialog);
        assert_eq!(self.calls.insert(call), row);
        self.transactions.assign(server, Owner::Call(row.place).token());
        self.lines[line as usize].call = Some(row);
        self.begin_ringing(row, cx);
    }

    /// Lets the phone ring when its time has come.
    fn begin_ringing(&mut self, row: Row, cx: &mut Context<'_>) {
        match self.draw(self.config.ringing.as_ref(), row, DRAW_RINGING) {
            None => self.begin_deciding(row, cx),
            Some(Duration::ZERO) if self.rejects_at_once(row) => self.begin_deciding(row, cx),
            Some(Duration::ZERO) => self.ring(row, cx),
            Some(delay) => self.wake_call(row, deadline(cx.now(), delay), cx),
        }
    }

    /// Lets the callee act when his time has come.
    fn begin_deciding(&mut self, row: Row, cx: &mut Context<'_>) {
        if let State::Alerting(alerting) = &mut self.record_mut(row).state {
            alerting.stage = Stage::Decide;
        }
        let after = match &self.config.answering {
            Answering::Answer { after } | Answering::Reject { after, .. } => Some(after),
            Answering::Never => None,
        };
        match self.draw(after, row, DRAW_ANSWER) {
            None if self.phase == Phase::Draining => self.ring_no_longer_than_the_caller_waits(row, cx),
            None => {}
            Some(Duration::ZERO) => self.decide(row, cx),
            Some(delay) => self.wake_call(row, deadline(cx.now(), delay), cx),
        }
    }

    fn rejects_at_once(&self, row: Row) -> bool {
        match &self.config.answering {
            Answering::Reject { after, .. } => {
                self.draw(Some(after), row, DRAW_ANSWER) == Some(Duration::ZERO)
            }
            Answering::Answer { .. } | Answering::Never => false,
        }
    }

    /// A sample that belongs to the call, whatever the order in which calls arrive.
    fn draw(&self, distribution: Option<&Distribution>, row: Row, draw: u64) -> Option<Duration> {
        let unit = self.config.call_luck.unit(self.record(row).subject, draw);
        distribution.map(|distribution| distribution.sample(unit))
    }

    fn on_options(&mut self, server: ServerId, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        cx.probe(probe::UAS_REQUEST, subject_of(arrival.message), 1);
        let tag = self.names.tag();
        //= RFC 3261 11.2: Allow, Accept, Accept-Encoding, Accept-Language, and Supported SHOULD be present in a 200
        let rows = |response: Composer<'_>| {
            response
                .header(HeaderName::Allow, ALLOWED)
                .header(HeaderName::Accept, "application/sdp")
                .header(HeaderName::AcceptEncoding, "identity")
                .header(HeaderName::AcceptLanguage, "en")
                .header(HeaderName::Supported, SUPPORTED)
                .finish();
        };
        self.respond(server, arrival, StatusCode::OK, &tag, rows, cx);
    }

    fn on_request_in_dialog(
        &mut self,
        row: Row,
        server: ServerId,
        (arrival, head): (Arrival<'_>, &Mandatory<'_>),
        cx: &mut Context<'_>,
    ) {
        let dialog = self.record_mut(row).dialog.as_mut();
        if dialog.is_some_and(|dialog| dialog.admit(arrival.message).is_err()) {
            return self.refuse(server, arrival, StatusCode::SERVER_INTERNAL_ERROR, cx);
        }
        match arrival.message.method() {
            Some(Method::Bye) => self.on_bye(row, server, arrival, cx),
            Some(Method::Options) => self.on_options(server, arrival, cx),
            Some(Method::Invite) => self.on_reinvite(row, server, (arrival, head), cx),
            method => {
                let (status, because) = match method.map(check_method) {
                    Some(Err(refusal)) => refusal,
                    _ => (StatusCode::METHOD_NOT_ALLOWED, Because::Method),
                };
                self.refuse_because(server, arrival, status, because, cx);
            }
        }
    }

    fn on_bye(&mut self, row: Row, server: ServerId, arrival: Arrival<'_>, cx: &mut Context<'_>) {
        let tag = self.names.tag();
        self.respond(server, arrival, StatusCode::OK, &tag, |response| response.finish(), cx);
        let call = self.record(row);
        cx.probe(probe::CALL_BYE_RECEIVED, call.subject, 1);
        match &call.state {
            //= RFC 3261 15.1.2: the UAS MUST still respond to any pending requests received for that dialog: 487
            State::Alerting(_) => self.reject_call(row, StatusCode::REQUEST_TERMINATED, cx),
            State::Answered { .. } | State::Established { .. } => self.close(row, cx),
            // The callee answered, gave up waiting for the ACK, and all of his answers were lost.
            State::Calling(_) => self.cancel_call(row, Wish::Forget, cx),
            // Both hang up at once: the own BYE will be answered, or time out.
            State::Ending | State::Over => {}
        }
    }

    /// The call whose dialog a request with these header fields belongs to.
    fn dialog_of(&self, head: &Mandatory<'_>) -> Option<Row> {
        let row = self.names.row_of_tag(head.to.tag?.as_str())?;
        let call = self.calls.tenant(row)?;
        let is_of_call = match (&call.state, &call.dialog) {
            (State::Over, _) => false,
            (_, Some(dialog)) => dialog.owns_request(head),
            // An early dialog of the caller, who keeps no names of it.
            (_, None) => call.subject == probe::subject(head.call_id.as_str().as_bytes()),
        };
        is_of_call.then_some(row)
    }
}

/// Whether requests of `method` are taken outside or inside a dialog.
fn check_method(method: Method<'_>) -> Result<(), (StatusCode, Because<'static>)> {
    match method {
        Method::Invite | Method::Ack | Method::Bye | Method::Cancel | Method::Options => Ok(()),
        //= RFC 3261 21.5.2: 501 is the appropriate response when a UAS does not recognize the request method
        Method::Extension(_) => Err((StatusCode::NOT_IMPLEMENTED, Because::Method)),
        //= RFC 3261 8.2.1: if the UAS recognizes but does not support the method, it MUST generate a 405
        _ => Err((StatusCode::METHOD_NOT_ALLOWED, Because::Method)),
    }
}

/// The option tags that a request demands; none of them is supported.
fn required<'m>(request: &'m Message<'m>) -> Vec<&'m str> {
    request.values::<Require<'_>>().filter_map(Result::ok).map(|tag| tag.0).collect()
}

/// Whether the body of an INVITE is a session description, or there is none.
pub(super) fn has_session_or_nothing(invite: &Message<'_>) -> bool {
    invite.body().is_empty()
        || matches!(invite.find::<ContentType<'_>>(), Ok(Some(kind)) if kind.is("application", "sdp"))
}

/// Whether the response to an INVITE may hold a session description.
fn accepts_session(invite: &Message<'_>) -> bool {
    //= RFC 3261 20.1: if no Accept header field is present, the server SHOULD assume a default value of application/sdp
    let includes = |range: Accept<'_>| range.includes(&ContentType::SDP) && range.q() > QValue::ZERO;
    invite.value(HeaderName::Accept).is_none() || invite.values::<Accept<'_>>().flatten().any(includes)
}

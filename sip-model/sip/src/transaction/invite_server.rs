//! INVITE server transaction (RFC 3261 17.2.1, with the Accepted state of RFC 6026 7.1).
//!
//! ```text
//!               300–699 from TU            ACK              I
//!   Proceeding ─────────────────▶ Completed ────▶ Confirmed ───▶ Terminated
//!    │ ▲  │                           └──────── H ───────────────▲ ▲
//!    │ └──┘ 1xx from TU                                            │
//!    └──────── 2xx from TU ───────▶ Accepted ───────────────────L──┘
//! ```

use std::time::Duration;

use super::action::{Action, Indication, Link, ResponseKind};
use crate::timers::Timer;

/// Who sees to it that the peer hears from an INVITE within 200 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trying {
    /// The server transaction: it sends 100 after 200 ms unless its user has responded.
    ByTransaction,
    /// The transaction user: it always responds within 200 ms.
    ByUser,
}

/// Where an INVITE server transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No final response yet.
    Proceeding,
    /// A 300–699 was sent; it is retransmitted until the ACK comes.
    Completed {
        /// What timer G is set to.
        interval: Duration,
    },
    /// The ACK came: further ones are absorbed.
    Confirmed,
    /// A 2xx was sent: copies of the INVITE are absorbed (RFC 6026).
    Accepted,
    /// Over: the owner destroys the transaction.
    Terminated,
}

/// The machine of one INVITE server transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InviteServer {
    state: State,
}

impl InviteServer {
    /// Begins the transaction for a new INVITE, which goes to the transaction user.
    pub fn begin(trying: Trying, link: Link<'_>, out: &mut Vec<Action>) -> InviteServer {
        match trying {
            //= RFC 3261 17.2.1: it MUST generate a 100 unless it knows that the TU will respond within 200 ms
            Trying::ByTransaction => link.start(Timer::Trying, out),
            Trying::ByUser => {}
        }
        out.push(Action::ToUser(Indication::Request));
        InviteServer { state: State::Proceeding }
    }

    /// Where the transaction stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Takes a copy of the INVITE.
    pub fn on_request(&mut self, out: &mut Vec<Action>) {
        match self.state {
            State::Proceeding | State::Completed { .. } => out.push(Action::Repeat),
            //= RFC 6026 7.1: retransmissions of the INVITE in "Accepted" are absorbed and not passed onto the TU
            State::Accepted => {}
            //= RFC 3261 17.2.1: in "Confirmed" the transaction absorbs what arrives late
            State::Confirmed => {}
            State::Terminated => unreachable!("an INVITE in a destroyed transaction"),
        }
    }

    /// Takes an ACK that matches the transaction.
    pub fn on_ack(&mut self, link: Link<'_>, out: &mut Vec<Action>) {
        match self.state {
            State::Completed { .. } => {
                out.push(Action::CancelTimer(Timer::G));
                out.push(Action::CancelTimer(Timer::H));
                out.push(Action::Forget);
                link.start(Timer::I, out);
                self.state = State::Confirmed;
            }
            //= RFC 6026 7.1: ACKs received in the "Accepted" state MUST be passed directly to the TU and not absorbed
            State::Accepted => out.push(Action::ToUser(Indication::Ack)),
            State::Proceeding | State::Confirmed => {}
            State::Terminated => unreachable!("an ACK in a destroyed transaction"),
        }
    }

    /// Takes a response of the transaction user. Says whether the transaction still had a use for it.
    pub fn on_response(&mut self, response: ResponseKind, link: Link<'_>, out: &mut Vec<Action>) -> Verdict {
        match (self.state, response) {
            (State::Proceeding, ResponseKind::Provisional) => {
                out.push(Action::CancelTimer(Timer::Trying));
                out.push(Action::Send);
            }
            (State::Proceeding, ResponseKind::Success) => {
                out.push(Action::CancelTimer(Timer::Trying));
                out.push(Action::Send);
                //= RFC 6026 7.1: the server transaction MUST NOT generate 2xx retransmissions on its own
                out.push(Action::Forget);
                link.start(Timer::L, out);
                self.state = State::Accepted;
            }
            (State::Proceeding, ResponseKind::Failure) => {
                out.push(Action::CancelTimer(Timer::Trying));
                out.push(Action::Send);
                link.start_retransmission(Timer::G, out);
                //= RFC 3261 17.2.1: timer H MUST be set for all transports
                link.start(Timer::H, out);
                self.state = State::Completed { interval: link.timers.t1 };
            }
            //= RFC 6026 7.1: any 2xx passed from the TU in the "Accepted" state MUST be passed to the transport
            (State::Accepted, ResponseKind::Success) => {
                out.push(Action::Send);
                out.push(Action::Forget);
            }
            //= RFC 3261 17.2.1: any other final responses passed by the TU in "Completed" MUST be discarded
            (State::Completed { .. } | State::Confirmed, _)
            | (State::Accepted, ResponseKind::Provisional | ResponseKind::Failure) => {
                return Verdict::Discarded;
            }
            (State::Terminated, response) => unreachable!("{response:?} in a destroyed transaction"),
        }
        Verdict::Taken
    }

    /// Takes a timer that was set and not stopped since.
    pub fn on_timer(&mut self, timer: Timer, link: Link<'_>, out: &mut Vec<Action>) {
        match (self.state, timer) {
            (State::Proceeding, Timer::Trying) => out.push(Action::SendTrying),
            (State::Completed { interval }, Timer::G) => {
                //= RFC 3261 17.2.1: timer G is reset with MIN(2*T1, T2), then MIN(4*T1, T2) and so on
                let interval = (2 * interval).min(link.timers.t2);
                out.push(Action::Retransmit);
                out.push(Action::SetTimer(Timer::G, interval));
                self.state = State::Completed { interval };
            }
            (State::Completed { .. }, Timer::H) => {
                out.push(Action::CancelTimer(Timer::G));
                out.push(Action::ToUser(Indication::Timeout));
                self.terminate(out);
            }
            (State::Confirmed, Timer::I) | (State::Accepted, Timer::L) => self.terminate(out),
            (state, timer) => unreachable!("timer {timer:?} fired in {state:?}"), // the owner cancels
        }
    }

    /// Takes the news that the transport could not send.
    pub fn on_transport_error(&mut self, out: &mut Vec<Action>) {
        match self.state {
            //= RFC 6026 7.1: the INVITE server transaction state machine MUST remain in its current state
            State::Proceeding | State::Completed { .. } | State::Accepted => {
                out.push(Action::ToUser(Indication::TransportError));
            }
            State::Confirmed => {}
            State::Terminated => unreachable!("a destroyed transaction sends nothing"),
        }
    }

    fn terminate(&mut self, out: &mut Vec<Action>) {
        out.push(Action::Terminate);
        self.state = State::Terminated;
    }
}

/// What became of a response that a transaction user passed down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The transaction took it: it was sent.
    Taken,
    /// The transaction has no use for it: it was not sent.
    Discarded,
}

#[cfg(test)]
mod tests {
    use super::super::action::ResponseKind::{Failure, Provisional, Success};
    use super::super::check::{self, ms, s};
    use super::Action::{
        CancelTimer, Forget, Repeat, Retransmit, Send, SendTrying, SetTimer, Terminate, ToUser,
    };
    use super::*;
    use crate::timers::{Reliability, Timer::*};

    #[derive(Clone, Copy, Debug)]
    enum Input {
        Invite,
        Ack,
        Respond(ResponseKind),
        Timer(Timer),
        TransportError,
    }
    use Input::{Ack, Invite, Respond};

    fn check(reliability: Reliability, inputs: &[Input], expected: &[Action], state: State) {
        let (out, reached) = run(reliability, inputs);
        assert_eq!((&out[..], reached), (expected, state), "after {inputs:?}");
    }

    /// Runs `inputs` from the beginning of the transaction; what the last of them caused.
    fn run(reliability: Reliability, inputs: &[Input]) -> (Vec<Action>, State) {
        let mut out = Vec::new();
        let link = check::link(reliability);
        let mut machine = InviteServer::begin(super::Trying::ByTransaction, link, &mut out);
        for input in inputs {
            out.clear();
            match *input {
                Input::Invite => machine.on_request(&mut out),
                Input::Ack => machine.on_ack(link, &mut out),
                Input::Respond(kind) => {
                    let verdict = machine.on_response(kind, link, &mut out);
                    assert_eq!(verdict == Verdict::Taken, out.contains(&Send), "after {inputs:?}");
                }
                Input::Timer(timer) => machine.on_timer(timer, link, &mut out),
                Input::TransportError => machine.on_transport_error(&mut out),
            }
        }
        (out, machine.state())
    }

    const COMPLETED: State = State::Completed { interval: ms(500) };
    const TO_USER: Action = ToUser(Indication::TransportError);

    #[test]
    fn every_arc_of_rfc_6026_figure_7() {
        let row = |inputs: &[Input], expected: &[Action], state| {
            check(Reliability::Unreliable, inputs, expected, state)
        };
        let (p, ok, no) = (Respond(Provisional), Respond(Success), Respond(Failure));
        let confirmed = [CancelTimer(G), CancelTimer(H), Forget, SetTimer(I, s(5))];
        let rejected = [CancelTimer(Trying), Send, SetTimer(G, ms(500)), SetTimer(H, s(32))];
        let unacknowledged = [CancelTimer(G), ToUser(Indication::Timeout), Terminate];

        row(&[], &[SetTimer(Trying, ms(200)), ToUser(Indication::Request)], State::Proceeding);
        row(&[Input::Timer(Trying)], &[SendTrying], State::Proceeding);
        row(&[Invite], &[Repeat], State::Proceeding);
        row(&[p], &[CancelTimer(Trying), Send], State::Proceeding);
        row(&[Input::TransportError], &[TO_USER], State::Proceeding);
        row(&[ok], &[CancelTimer(Trying), Send, Forget, SetTimer(L, s(32))], State::Accepted);
        row(&[p, ok], &[CancelTimer(Trying), Send, Forget, SetTimer(L, s(32))], State::Accepted);
        row(&[no], &rejected, COMPLETED);
        row(&[no, Invite], &[Repeat], COMPLETED);
        row(&[no, Input::Timer(G)], &[Retransmit, SetTimer(G, s(1))], State::Completed { interval: s(1) });
        row(&[no, Input::Timer(H)], &unacknowledged, State::Terminated);
        row(&[no, Input::TransportError], &[TO_USER], COMPLETED);
        row(&[no, Ack], &confirmed, State::Confirmed);
        row(&[no, Ack, Input::Timer(I)], &[Terminate], State::Terminated);
        row(&[ok, Ack], &[ToUser(Indication::Ack)], State::Accepted);
        row(&[ok, ok], &[Send, Forget], State::Accepted);
        row(&[ok, Input::TransportError], &[TO_USER], State::Accepted);
        row(&[ok, Input::Timer(L)], &[Terminate], State::Terminated);
    }

    #[test]
    fn every_input_without_an_arc_changes_nothing() {
        let row = |inputs: &[Input], state| check(Reliability::Unreliable, inputs, &[], state);
        let (p, ok, no) = (Respond(Provisional), Respond(Success), Respond(Failure));
        row(&[Ack], State::Proceeding);
        row(&[no, p], COMPLETED);
        row(&[no, ok], COMPLETED);
        row(&[no, no], COMPLETED);
        row(&[no, Ack, Ack], State::Confirmed);
        row(&[no, Ack, Invite], State::Confirmed);
        row(&[no, Ack, no], State::Confirmed);
        row(&[no, Ack, Input::TransportError], State::Confirmed);
        row(&[ok, p], State::Accepted);
        row(&[ok, no], State::Accepted);
    }

    #[test]
    fn a_user_that_responds_at_once_needs_no_trying_timer() {
        let mut out = Vec::new();
        InviteServer::begin(super::Trying::ByUser, check::link(Reliability::Unreliable), &mut out);
        assert_eq!(out, [ToUser(Indication::Request)]);
    }

    #[test]
    fn accepted_absorbs_copies_of_the_invite() {
        check(Reliability::Unreliable, &[Respond(Success), Invite], &[], State::Accepted);
    }

    #[test]
    fn timer_g_doubles_up_to_t2() {
        for count in 3..6 {
            let inputs = [&[Respond(Failure)][..], &vec![Input::Timer(G); count]].concat();
            let state = State::Completed { interval: s(4) };
            check(Reliability::Unreliable, &inputs, &[Retransmit, SetTimer(G, s(4))], state);
        }
    }

    #[test]
    fn timer_h_runs_on_every_transport_and_timer_g_only_on_unreliable_ones() {
        let rejected = [CancelTimer(Trying), Send, SetTimer(H, s(32))];
        check(Reliability::Reliable, &[Respond(Failure)], &rejected, COMPLETED);
        let confirmed = [CancelTimer(G), CancelTimer(H), Forget, SetTimer(I, Duration::ZERO)];
        check(Reliability::Reliable, &[Respond(Failure), Ack], &confirmed, State::Confirmed);
    }

    #[test]
    fn a_2xx_is_never_retransmitted_by_the_transaction() {
        check::refuses(|| run(Reliability::Unreliable, &[Respond(Success), Input::Timer(G)]));
    }

    #[test]
    fn forbidden_timers_are_a_defect_of_the_owner() {
        for (inputs, timer) in [
            (&[][..], G),
            (&[], H),
            (&[Respond(Failure)], Trying),
            (&[Respond(Failure), Ack], H),
            (&[Respond(Failure)], L),
            (&[Respond(Success)], H),
        ] {
            let inputs = [inputs, &[Input::Timer(timer)]].concat();
            check::refuses(|| run(Reliability::Unreliable, &inputs));
        }
    }
}

//! INVITE client transaction (RFC 3261 17.1.1, with the Accepted state of RFC 6026 7.2).
//!
//! ```text
//!              1xx           2xx
//!   Calling ────────▶ Proceeding ────────▶ Accepted ──M──▶ Terminated
//!    │  │                 │   ▲ │              ▲               ▲ ▲
//!    │  │ 300–699         │   └─┘ 1xx          │ 2xx           │ │
//!    │  └──────▶ Completed ◀─── 300–699        │               │ │
//!    │               └────────── D ────────────┼───────────────┘ │
//!    └── 2xx ──────────────────────────────────┘      B ─────────┘
//! ```

use std::time::Duration;

use super::action::{Action, Indication, Link, ResponseKind};
use crate::timers::Timer;

/// Where an INVITE client transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The INVITE was sent; no response yet.
    Calling {
        /// What timer A is set to.
        interval: Duration,
    },
    /// A provisional response came.
    Proceeding,
    /// A 300–699 came and was acknowledged.
    Completed,
    /// A 2xx came (RFC 6026).
    Accepted,
    /// Over: the owner destroys the transaction.
    Terminated,
}

/// The machine of one INVITE client transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InviteClient {
    state: State,
}

impl InviteClient {
    /// Begins the transaction: the INVITE is sent, timers A and B run.
    pub fn begin(link: Link<'_>, out: &mut Vec<Action>) -> InviteClient {
        out.push(Action::Send);
        //= RFC 3261 17.1.1.2: if an unreliable transport is being used, the client transaction MUST start timer A
        link.start_retransmission(Timer::A, out);
        link.start(Timer::B, out);
        InviteClient { state: State::Calling { interval: link.timers.t1 } }
    }

    /// Where the transaction stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Takes a response that matches the transaction.
    pub fn on_response(&mut self, response: ResponseKind, link: Link<'_>, out: &mut Vec<Action>) {
        match (self.state, response) {
            (State::Calling { .. }, ResponseKind::Provisional) => {
                stop_calling(out);
                out.push(Action::ToUser(Indication::Response));
                self.state = State::Proceeding;
            }
            (State::Proceeding, ResponseKind::Provisional) => out.push(Action::ToUser(Indication::Response)),
            //= RFC 6026 8.4: the client transaction MUST transition to the "Accepted" state, and Timer M MUST be started
            (State::Calling { .. } | State::Proceeding, ResponseKind::Success) => {
                stop_calling(out);
                out.push(Action::Forget);
                link.start(Timer::M, out);
                out.push(Action::ToUser(Indication::Response));
                self.state = State::Accepted;
            }
            (State::Calling { .. } | State::Proceeding, ResponseKind::Failure) => {
                stop_calling(out);
                out.push(Action::SendAck);
                link.start(Timer::D, out);
                out.push(Action::ToUser(Indication::Response));
                self.state = State::Completed;
            }
            //= RFC 6026 8.4: retransmissions of 300-699 MUST cause the ACK to be re-passed, and MUST NOT be passed up
            (State::Completed, ResponseKind::Failure) => out.push(Action::Repeat),
            //= RFC 6026 8.4: any 2xx responses received while in the "Accepted" state MUST be passed up to the TU
            (State::Accepted, ResponseKind::Success) => out.push(Action::ToUser(Indication::Response)),
            (State::Completed, ResponseKind::Provisional | ResponseKind::Success)
            | (State::Accepted, ResponseKind::Provisional | ResponseKind::Failure) => {}
            (State::Terminated, response) => unreachable!("{response:?} in a destroyed transaction"),
        }
    }

    /// Takes a timer that was set and not stopped since.
    pub fn on_timer(&mut self, timer: Timer, out: &mut Vec<Action>) {
        match (self.state, timer) {
            (State::Calling { interval }, Timer::A) => {
                //= RFC 3261 17.1.1.2: timer A is reset with a value of 2*T1, then 4*T1 and so on: it has no ceiling
                let interval = 2 * interval;
                out.push(Action::Retransmit);
                out.push(Action::SetTimer(Timer::A, interval));
                self.state = State::Calling { interval };
            }
            (State::Calling { .. }, Timer::B) | (State::Proceeding, Timer::Cancelled) => {
                out.push(Action::CancelTimer(Timer::A));
                out.push(Action::ToUser(Indication::Timeout));
                self.terminate(out);
            }
            (State::Completed, Timer::D) | (State::Accepted, Timer::M) => self.terminate(out),
            (state, timer) => unreachable!("timer {timer:?} fired in {state:?}"), // the owner cancels
        }
    }

    /// Takes note that a CANCEL for this INVITE was sent.
    pub fn on_cancel_sent(&mut self, link: Link<'_>, out: &mut Vec<Action>) {
        match self.state {
            //= RFC 3261 9.1: no final response in 64*T1: the client SHOULD destroy the transaction
            State::Proceeding => link.start(Timer::Cancelled, out),
            state => unreachable!("CANCEL sent in {state:?}"), // the owner waits for a provisional response
        }
    }

    /// Takes the news that the transport could not send.
    pub fn on_transport_error(&mut self, out: &mut Vec<Action>) {
        match self.state {
            State::Calling { .. } | State::Completed => {
                out.push(Action::ToUser(Indication::TransportError));
                self.terminate(out);
            }
            State::Proceeding | State::Accepted => {}
            State::Terminated => unreachable!("a destroyed transaction sends nothing"),
        }
    }

    fn terminate(&mut self, out: &mut Vec<Action>) {
        out.push(Action::Terminate);
        self.state = State::Terminated;
    }
}

fn stop_calling(out: &mut Vec<Action>) {
    for timer in [Timer::A, Timer::B] {
        out.push(Action::CancelTimer(timer));
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::ResponseKind::{Failure, Provisional, Success};
    use super::super::check::{self, ms, s};
    use super::Action::{
        CancelTimer, Forget, Repeat, Retransmit, Send, SendAck, SetTimer, Terminate, ToUser,
    };
    use super::Indication::{Response, Timeout, TransportError};
    use super::*;
    use crate::timers::{Reliability, Timer::*};

    #[derive(Clone, Copy, Debug)]
    enum Input {
        Response(ResponseKind),
        Timer(Timer),
        CancelSent,
        TransportError,
    }
    use Input::CancelSent;

    fn check(reliability: Reliability, inputs: &[Input], expected: &[Action], state: State) {
        let (out, reached) = run(reliability, inputs);
        assert_eq!((&out[..], reached), (expected, state), "after {inputs:?}");
    }

    /// Runs `inputs` from the beginning of the transaction; what the last of them caused.
    fn run(reliability: Reliability, inputs: &[Input]) -> (Vec<Action>, State) {
        let mut out = Vec::new();
        let link = check::link(reliability);
        let mut machine = InviteClient::begin(link, &mut out);
        for input in inputs {
            out.clear();
            match *input {
                Input::Response(kind) => machine.on_response(kind, link, &mut out),
                Input::Timer(timer) => machine.on_timer(timer, &mut out),
                Input::CancelSent => machine.on_cancel_sent(link, &mut out),
                Input::TransportError => machine.on_transport_error(&mut out),
            }
        }
        (out, machine.state())
    }

    #[test]
    fn every_arc_of_rfc_6026_figure_5() {
        const CALLING: State = State::Calling { interval: ms(500) };
        let row = |inputs: &[Input], expected: &[Action], state| {
            check(Reliability::Unreliable, inputs, expected, state)
        };
        let stop = [CancelTimer(A), CancelTimer(B)];
        let then = |more: &[Action]| [&stop[..], more].concat();
        let (r1, r2, r3) = (Input::Response(Provisional), Input::Response(Success), Input::Response(Failure));
        let accepted = then(&[Forget, SetTimer(M, s(32)), ToUser(Response)]);
        let completed = then(&[SendAck, SetTimer(D, s(32)), ToUser(Response)]);

        row(&[], &[Send, SetTimer(A, ms(500)), SetTimer(B, s(32))], CALLING);
        row(&[Input::Timer(A)], &[Retransmit, SetTimer(A, s(1))], State::Calling { interval: s(1) });
        row(&[Input::Timer(B)], &[CancelTimer(A), ToUser(Timeout), Terminate], State::Terminated);
        row(&[Input::TransportError], &[ToUser(TransportError), Terminate], State::Terminated);
        row(&[r1], &then(&[ToUser(Response)]), State::Proceeding);
        row(&[r2], &accepted, State::Accepted);
        row(&[r3], &completed, State::Completed);
        row(&[r1, r1], &[ToUser(Response)], State::Proceeding);
        row(&[r1, r2], &accepted, State::Accepted);
        row(&[r1, r3], &completed, State::Completed);
        row(&[r3, r3], &[Repeat], State::Completed);
        row(&[r3, Input::TransportError], &[ToUser(TransportError), Terminate], State::Terminated);
        row(&[r3, Input::Timer(D)], &[Terminate], State::Terminated);
        row(&[r2, r2], &[ToUser(Response)], State::Accepted);
        row(&[r2, Input::Timer(M)], &[Terminate], State::Terminated);
        row(&[r1, CancelSent], &[SetTimer(Cancelled, s(32))], State::Proceeding);
        row(
            &[r1, CancelSent, Input::Timer(Cancelled)],
            &[CancelTimer(A), ToUser(Timeout), Terminate],
            State::Terminated,
        );
    }

    #[test]
    fn every_input_without_an_arc_changes_nothing() {
        let row = |inputs: &[Input], state| check(Reliability::Unreliable, inputs, &[], state);
        let (r1, r2, r3) = (Input::Response(Provisional), Input::Response(Success), Input::Response(Failure));
        row(&[r3, r1], State::Completed);
        row(&[r3, r2], State::Completed);
        row(&[r2, r1], State::Accepted);
        row(&[r2, r3], State::Accepted);
        row(&[r1, Input::TransportError], State::Proceeding);
        row(&[r2, Input::TransportError], State::Accepted);
    }

    #[test]
    fn timer_a_doubles_without_a_ceiling() {
        let fired = [Input::Timer(A); 6];
        check(
            Reliability::Unreliable,
            &fired,
            &[Retransmit, SetTimer(A, s(32))],
            State::Calling { interval: s(32) },
        );
    }

    #[test]
    fn over_a_reliable_transport_nothing_is_retransmitted_and_timer_d_is_zero() {
        let state = State::Calling { interval: ms(500) };
        check(Reliability::Reliable, &[], &[Send, SetTimer(B, s(32))], state);
        let rejected =
            [CancelTimer(A), CancelTimer(B), SendAck, SetTimer(D, Duration::ZERO), ToUser(Response)];
        check(Reliability::Reliable, &[Input::Response(Failure)], &rejected, State::Completed);
    }

    #[test]
    fn forbidden_timers_are_a_defect_of_the_owner() {
        for (inputs, timer) in [
            (&[][..], D),
            (&[Input::Response(Provisional)], A),
            (&[Input::Response(Provisional)], B),
            (&[Input::Response(Success)], B),
            (&[Input::Response(Failure)], M),
            (&[Input::Response(Success)], D),
        ] {
            let inputs = [inputs, &[Input::Timer(timer)]].concat();
            check::refuses(|| run(Reliability::Unreliable, &inputs));
        }
    }
}

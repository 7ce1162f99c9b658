//! Non-INVITE client transaction (RFC 3261 17.1.2).
//!
//! ```text
//!             1xx               200–699              K
//!   Trying ────────▶ Proceeding ────────▶ Completed ───▶ Terminated
//!    │ └─────────── 200–699 ────────────────▲             ▲
//!    └────────────────────────── F ───────────────────────┘
//! ```

use std::time::Duration;

use super::action::{Action, Indication, Link, ResponseKind};
use crate::timers::Timer;

/// Where a non-INVITE client transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The request was sent; no response yet.
    Trying {
        /// What timer E is set to.
        interval: Duration,
    },
    /// A provisional response came.
    Proceeding,
    /// A final response came.
    Completed,
    /// Over: the owner destroys the transaction.
    Terminated,
}

/// The machine of one non-INVITE client transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonInviteClient {
    state: State,
}

impl NonInviteClient {
    /// Begins the transaction: the request is sent, timers E and F run.
    pub fn begin(link: Link<'_>, out: &mut Vec<Action>) -> NonInviteClient {
        out.push(Action::Send);
        link.start_retransmission(Timer::E, out);
        link.start(Timer::F, out);
        NonInviteClient { state: State::Trying { interval: link.timers.t1 } }
    }

    /// Where the transaction stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Takes a response that matches the transaction.
    pub fn on_response(&mut self, response: ResponseKind, link: Link<'_>, out: &mut Vec<Action>) {
        match (self.state, response) {
            (State::Trying { .. }, ResponseKind::Provisional) => {
                //= RFC 3261 17.1.2.2: in Proceeding, timer E is reset with a value of T2 when it fires: not before
                out.push(Action::ToUser(Indication::Response));
                self.state = State::Proceeding;
            }
            (State::Proceeding, ResponseKind::Provisional) => out.push(Action::ToUser(Indication::Response)),
            (State::Trying { .. } | State::Proceeding, ResponseKind::Success | ResponseKind::Failure) => {
                out.push(Action::CancelTimer(Timer::E));
                out.push(Action::CancelTimer(Timer::F));
                out.push(Action::Forget);
                link.start(Timer::K, out);
                out.push(Action::ToUser(Indication::Response));
                self.state = State::Completed;
            }
            //= RFC 3261 17.1.2.2: the Completed state exists to buffer any additional response retransmissions
            (State::Completed, _) => {}
            (State::Terminated, response) => unreachable!("{response:?} in a destroyed transaction"),
        }
    }

    /// Takes a timer that was set and not stopped since.
    pub fn on_timer(&mut self, timer: Timer, link: Link<'_>, out: &mut Vec<Action>) {
        match (self.state, timer) {
            (State::Trying { interval }, Timer::E) => {
                //= RFC 3261 17.1.2.2: timer E is reset with MIN(2*T1, T2), then MIN(4*T1, T2) and so on
                let interval = (2 * interval).min(link.timers.t2);
                out.push(Action::Retransmit);
                out.push(Action::SetTimer(Timer::E, interval));
                self.state = State::Trying { interval };
            }
            (State::Proceeding, Timer::E) => {
                out.push(Action::Retransmit);
                out.push(Action::SetTimer(Timer::E, link.timers.t2));
            }
            (State::Trying { .. } | State::Proceeding, Timer::F) => {
                out.push(Action::CancelTimer(Timer::E));
                out.push(Action::ToUser(Indication::Timeout));
                self.terminate(out);
            }
            (State::Completed, Timer::K) => self.terminate(out),
            (state, timer) => unreachable!("timer {timer:?} fired in {state:?}"), // the owner cancels
        }
    }

    /// Takes the news that the transport could not send.
    pub fn on_transport_error(&mut self, out: &mut Vec<Action>) {
        match self.state {
            State::Trying { .. } | State::Proceeding => {
                out.push(Action::ToUser(Indication::TransportError));
                self.terminate(out);
            }
            State::Completed => {}
            State::Terminated => unreachable!("a destroyed transaction sends nothing"),
        }
    }

    fn terminate(&mut self, out: &mut Vec<Action>) {
        out.push(Action::Terminate);
        self.state = State::Terminated;
    }
}

#[cfg(test)]
mod tests {
    use super::super::action::ResponseKind::{Failure, Provisional, Success};
    use super::super::check::{self, ms, s};
    use super::Action::{CancelTimer, Forget, Retransmit, Send, SetTimer, Terminate, ToUser};
    use super::Indication::{Response, Timeout, TransportError};
    use super::*;
    use crate::timers::{Reliability, Timer::*};

    #[derive(Clone, Copy, Debug)]
    enum Input {
        Response(ResponseKind),
        Timer(Timer),
        TransportError,
    }

    fn check(reliability: Reliability, inputs: &[Input], expected: &[Action], state: State) {
        let (out, reached) = run(reliability, inputs);
        assert_eq!((&out[..], reached), (expected, state), "after {inputs:?}");
    }

    /// Runs `inputs` from the beginning of the transaction; what the last of them caused.
    fn run(reliability: Reliability, inputs: &[Input]) -> (Vec<Action>, State) {
        let mut out = Vec::new();
        let link = check::link(reliability);
        let mut machine = NonInviteClient::begin(link, &mut out);
        for input in inputs {
            out.clear();
            match *input {
                Input::Response(kind) => machine.on_response(kind, link, &mut out),
                Input::Timer(timer) => machine.on_timer(timer, link, &mut out),
                Input::TransportError => machine.on_transport_error(&mut out),
            }
        }
        (out, machine.state())
    }

    #[test]
    fn every_arc_of_rfc_3261_figure_6() {
        const TRYING: State = State::Trying { interval: ms(500) };
        let row = |inputs: &[Input], expected: &[Action], state| {
            check(Reliability::Unreliable, inputs, expected, state)
        };
        let (r1, r2, r3) = (Input::Response(Provisional), Input::Response(Success), Input::Response(Failure));
        let done = [CancelTimer(E), CancelTimer(F), Forget, SetTimer(K, s(5)), ToUser(Response)];
        let late = [CancelTimer(E), ToUser(Timeout), Terminate];
        let failed = [ToUser(TransportError), Terminate];

        row(&[], &[Send, SetTimer(E, ms(500)), SetTimer(F, s(32))], TRYING);
        row(&[Input::Timer(E)], &[Retransmit, SetTimer(E, s(1))], State::Trying { interval: s(1) });
        row(&[Input::Timer(F)], &late, State::Terminated);
        row(&[Input::TransportError], &failed, State::Terminated);
        row(&[r1], &[ToUser(Response)], State::Proceeding);
        row(&[r2], &done, State::Completed);
        row(&[r3], &done, State::Completed);
        row(&[r1, r1], &[ToUser(Response)], State::Proceeding);
        row(&[r1, r2], &done, State::Completed);
        row(&[r1, r3], &done, State::Completed);
        row(&[r1, Input::Timer(F)], &late, State::Terminated);
        row(&[r1, Input::TransportError], &failed, State::Terminated);
        row(&[r2, Input::Timer(K)], &[Terminate], State::Terminated);
    }

    #[test]
    fn completed_buffers_further_responses() {
        for further in [Provisional, Success, Failure] {
            let inputs = [Input::Response(Success), Input::Response(further)];
            check(Reliability::Unreliable, &inputs, &[], State::Completed);
        }
        let inputs = [Input::Response(Success), Input::TransportError];
        check(Reliability::Unreliable, &inputs, &[], State::Completed);
    }

    #[test]
    fn timer_e_doubles_up_to_t2() {
        let state = State::Trying { interval: s(4) };
        for count in 3..6 {
            let fired = vec![Input::Timer(E); count];
            check(Reliability::Unreliable, &fired, &[Retransmit, SetTimer(E, s(4))], state);
        }
    }

    #[test]
    fn timer_e_restarts_at_t2_in_proceeding() {
        let inputs = [Input::Response(Provisional), Input::Timer(E)];
        check(Reliability::Unreliable, &inputs, &[Retransmit, SetTimer(E, s(4))], State::Proceeding);
    }

    #[test]
    fn over_a_reliable_transport_nothing_is_retransmitted_and_timer_k_is_zero() {
        let state = State::Trying { interval: ms(500) };
        check(Reliability::Reliable, &[], &[Send, SetTimer(F, s(32))], state);
        let done = [CancelTimer(E), CancelTimer(F), Forget, SetTimer(K, Duration::ZERO), ToUser(Response)];
        check(Reliability::Reliable, &[Input::Response(Success)], &done, State::Completed);
    }

    #[test]
    fn forbidden_timers_are_a_defect_of_the_owner() {
        for (inputs, timer) in
            [(&[][..], K), (&[Input::Response(Success)], E), (&[Input::Response(Success)], F), (&[], A)]
        {
            let inputs = [inputs, &[Input::Timer(timer)]].concat();
            check::refuses(|| run(Reliability::Unreliable, &inputs));
        }
    }
}

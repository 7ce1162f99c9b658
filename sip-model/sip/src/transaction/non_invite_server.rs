//! Non-INVITE server transaction (RFC 3261 17.2.2).
//!
//! ```text
//!            1xx from TU           200–699 from TU           J
//!   Trying ──────────────▶ Proceeding ────────────▶ Completed ───▶ Terminated
//!     └──────────────── 200–699 from TU ───────────────▲
//! ```

use super::action::{Action, Indication, Link, ResponseKind};
use super::invite_server::Verdict;
use crate::timers::Timer;

/// Where a non-INVITE server transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The transaction user has not responded.
    Trying,
    /// A provisional response was sent.
    Proceeding,
    /// The final response was sent.
    Completed,
    /// Over: the owner destroys the transaction.
    Terminated,
}

/// The machine of one non-INVITE server transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonInviteServer {
    state: State,
}

impl NonInviteServer {
    /// Begins the transaction for a new request, which goes to the transaction user.
    pub fn begin(out: &mut Vec<Action>) -> NonInviteServer {
        out.push(Action::ToUser(Indication::Request));
        NonInviteServer { state: State::Trying }
    }

    /// Where the transaction stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Takes a copy of the request.
    pub fn on_request(&mut self, out: &mut Vec<Action>) {
        match self.state {
            //= RFC 3261 17.2.2: once in the "Trying" state, any further request retransmissions are discarded
            State::Trying => {}
            State::Proceeding | State::Completed => out.push(Action::Repeat),
            State::Terminated => unreachable!("a request in a destroyed transaction"),
        }
    }

    /// Takes a response of the transaction user. Says whether the transaction still had a use for it.
    pub fn on_response(&mut self, response: ResponseKind, link: Link<'_>, out: &mut Vec<Action>) -> Verdict {
        match (self.state, response) {
            (State::Trying | State::Proceeding, ResponseKind::Provisional) => {
                out.push(Action::Send);
                self.state = State::Proceeding;
            }
            (State::Trying | State::Proceeding, ResponseKind::Success | ResponseKind::Failure) => {
                out.push(Action::Send);
                link.start(Timer::J, out);
                self.state = State::Completed;
            }
            //= RFC 3261 17.2.2: any other final responses passed by the TU in "Completed" MUST be discarded
            (State::Completed, _) => return Verdict::Discarded,
            (State::Terminated, response) => unreachable!("{response:?} in a destroyed transaction"),
        }
        Verdict::Taken
    }

    /// Takes a timer that was set and not stopped since.
    pub fn on_timer(&mut self, timer: Timer, out: &mut Vec<Action>) {
        match (self.state, timer) {
            (State::Completed, Timer::J) => self.terminate(out),
            (state, timer) => unreachable!("timer {timer:?} fired in {state:?}"), // the owner cancels
        }
    }

    /// Takes the news that the transport could not send.
    pub fn on_transport_error(&mut self, out: &mut Vec<Action>) {
        match self.state {
            State::Proceeding | State::Completed => {
                out.push(Action::ToUser(Indication::TransportError));
                self.terminate(out);
            }
            State::Trying => {}
            State::Terminated => unreachable!("a destroyed transaction sends nothing"),
        }
    }

    /// Ends a transaction whose user will not respond any more.
    pub fn on_abandoned(&mut self, out: &mut Vec<Action>) {
        match self.state {
            State::Trying | State::Proceeding => self.terminate(out),
            State::Completed => {}
            State::Terminated => unreachable!("a destroyed transaction has no user"),
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
    use super::super::check::{self, s};
    use super::Action::{Repeat, Send, SetTimer, Terminate, ToUser};
    use super::*;
    use crate::timers::{Reliability, Timer::*};
    use std::time::Duration;

    #[derive(Clone, Copy, Debug)]
    enum Input {
        Request,
        Respond(ResponseKind),
        Timer(Timer),
        TransportError,
        Abandoned,
    }
    use Input::{Abandoned, Request, Respond};

    fn check(reliability: Reliability, inputs: &[Input], expected: &[Action], state: State) {
        let (out, reached) = run(reliability, inputs);
        assert_eq!((&out[..], reached), (expected, state), "after {inputs:?}");
    }

    /// Runs `inputs` from the beginning of the transaction; what the last of them caused.
    fn run(reliability: Reliability, inputs: &[Input]) -> (Vec<Action>, State) {
        let mut out = Vec::new();
        let mut machine = NonInviteServer::begin(&mut out);
        for input in inputs {
            out.clear();
            match *input {
                Input::Request => machine.on_request(&mut out),
                Input::Respond(kind) => {
                    let verdict = machine.on_response(kind, check::link(reliability), &mut out);
                    assert_eq!(verdict == Verdict::Taken, out.contains(&Send), "after {inputs:?}");
                }
                Input::Timer(timer) => machine.on_timer(timer, &mut out),
                Input::TransportError => machine.on_transport_error(&mut out),
                Input::Abandoned => machine.on_abandoned(&mut out),
            }
        }
        (out, machine.state())
    }

    #[test]
    fn every_arc_of_rfc_3261_figure_8() {
        let row = |inputs: &[Input], expected: &[Action], state| {
            check(Reliability::Unreliable, inputs, expected, state)
        };
        let (p, ok, no) = (Respond(Provisional), Respond(Success), Respond(Failure));
        let failed = [ToUser(Indication::TransportError), Terminate];

        row(&[], &[ToUser(Indication::Request)], State::Trying);
        row(&[p], &[Send], State::Proceeding);
        row(&[ok], &[Send, SetTimer(J, s(32))], State::Completed);
        row(&[no], &[Send, SetTimer(J, s(32))], State::Completed);
        row(&[p, p], &[Send], State::Proceeding);
        row(&[p, Request], &[Repeat], State::Proceeding);
        row(&[p, ok], &[Send, SetTimer(J, s(32))], State::Completed);
        row(&[p, no], &[Send, SetTimer(J, s(32))], State::Completed);
        row(&[p, Input::TransportError], &failed, State::Terminated);
        row(&[ok, Request], &[Repeat], State::Completed);
        row(&[ok, Input::TransportError], &failed, State::Terminated);
        row(&[ok, Input::Timer(J)], &[Terminate], State::Terminated);
        row(&[Abandoned], &[Terminate], State::Terminated);
        row(&[p, Abandoned], &[Terminate], State::Terminated);
    }

    #[test]
    fn every_input_without_an_arc_changes_nothing() {
        let row = |inputs: &[Input], state| check(Reliability::Unreliable, inputs, &[], state);
        row(&[Request], State::Trying);
        row(&[Input::TransportError], State::Trying);
        for further in [Provisional, Success, Failure] {
            row(&[Respond(Success), Respond(further)], State::Completed);
        }
        row(&[Respond(Success), Abandoned], State::Completed);
    }

    #[test]
    fn timer_j_is_zero_on_reliable_transports() {
        let expected = [Send, SetTimer(J, Duration::ZERO)];
        check(Reliability::Reliable, &[Respond(Success)], &expected, State::Completed);
    }

    #[test]
    fn forbidden_timers_are_a_defect_of_the_owner() {
        for (inputs, timer) in [(&[][..], J), (&[Respond(Provisional)], J), (&[Respond(Success)], K)] {
            let inputs = [inputs, &[Input::Timer(timer)]].concat();
            check::refuses(|| run(Reliability::Unreliable, &inputs));
        }
    }
}

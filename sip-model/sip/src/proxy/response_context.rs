//! The response context: what a proxy does with the responses to one request (RFC 3261 16.7, 16.8, 16.10).
//!
//! ```text
//!                      ┌─────────────────── one a target ───────────────────┐
//!   server             │          1xx                  CANCEL               │
//!   transaction ◀──────│ Calling ─────▶ Proceeding ──────────▶ Cancelling   │
//!                      │    └───────────────┴───── final ───────────┴──▶ Ended
//!                      └────────────────────────────────────────────────────┘
//!   Open ── 2xx ──▶ Answered            when every branch has ended: the next targets, or the best response
//!     └──── 6xx, CANCEL ──▶ Closing ──▶ Answered
//! ```
//!
//! The machine holds status codes only; its owner keeps the octets of the best response and the challenges.

use crate::message::{StatusClass, StatusCode};
use crate::transaction::RequestKind;

/// The place of a branch in its context, from 0 in the order of their beginnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchIndex(pub u16);

/// What the context asks of its owner, in the order in which it must be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Pass the response at hand upstream.
    Forward,
    /// Keep the response at hand in the place of the best one so far.
    Keep,
    /// Keep the challenges of the response at hand.
    KeepChallenges,
    /// Start timer C of this branch, or start it anew.
    StartTimerC(BranchIndex),
    /// Stop timer C of this branch.
    StopTimerC(BranchIndex),
    /// Cancel the client transaction of this branch, which has had a provisional response.
    Cancel(BranchIndex),
    /// Forward the request to the next group of targets.
    StartNextTargets,
    /// Pass the best response upstream, with the challenges that were kept if it is a 401 or 407.
    ForwardBest,
    /// Answer the request with a response of the proxy's own.
    Answer(StatusCode),
    /// Leave the request without a final response.
    LeaveUnanswered,
}

/// What happened to one branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BranchEvent {
    /// A response came.
    Response(StatusCode),
    /// The client transaction gave up without a final response.
    Timeout,
    /// The request could not be sent, or there was nowhere to send it.
    TransportError,
    /// The element failed, and the request is on its way to the next one, in a new client transaction.
    Moved,
    /// The request will not be sent: it was cancelled, or another branch won, before its next hop was found.
    Withdrawn,
    /// Timer C fired.
    TimerC,
    /// A 3xx came, and the proxy tries all its contacts itself.
    Redirected,
}

/// The response context of one request.
#[derive(Clone, Debug)]
pub struct ResponseContext {
    kind: RequestKind,
    progress: Progress,
    /// Groups of targets that wait for their turn.
    groups_left: u16,
    best: Option<StatusCode>,
    branches: Vec<Branch>,
    /// Whether a branch ended before anything was sent.
    was_withdrawn: bool,
}

/// How far the request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// No final response yet; further targets may be tried.
    Open,
    /// No final response yet, and no further target is tried: a 6xx or a CANCEL came.
    Closing,
    /// A final response was passed upstream.
    Answered,
}

/// Where the client transaction of a branch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Branch {
    /// No response yet. [`Wish::Cancel`] is carried out with the first provisional response.
    Calling(Wish),
    /// A provisional response came.
    Proceeding,
    /// A CANCEL was sent.
    Cancelling,
    /// A final response came, or none will come.
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Go,
    Cancel,
}

impl ResponseContext {
    /// A context without branches; `groups` of targets wait, at least one.
    #[must_use]
    pub fn new(kind: RequestKind, groups: u16) -> ResponseContext {
        assert!(groups > 0, "a context is made for a target set that is not empty");
        ResponseContext {
            kind,
            progress: Progress::Open,
            groups_left: groups - 1,
            best: None,
            branches: Vec::new(),
            was_withdrawn: false,
        }
    }

    /// Adds a branch for a target of the group that is being started. All of them begin before the first event.
    pub fn begin(&mut self, out: &mut Vec<Action>) -> BranchIndex {
        let index = BranchIndex(
            u16::try_from(self.branches.len()).expect("targets are bounded by the location service"),
        );
        self.branches.push(Branch::Calling(Wish::Go));
        //= RFC 3261 16.6: step 11: timer C MUST be set for each client transaction when an INVITE request is proxied
        if self.kind == RequestKind::Invite {
            out.push(Action::StartTimerC(index));
        }
        index
    }

    /// Which rules hold for the request.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }

    /// Whether a final response was passed upstream.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.progress == Progress::Answered
    }

    /// Whether branches can still bring a first final response.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.branches.iter().any(|branch| *branch != Branch::Ended)
    }

    /// Whether the client transaction of `branch` can still bring its first final response.
    #[must_use]
    pub fn is_branch_pending(&self, branch: BranchIndex) -> bool {
        self.branches[usize::from(branch.0)] != Branch::Ended
    }

    /// Whether further targets may be tried.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.progress == Progress::Open
    }

    /// Lets `count` more groups of targets wait for their turn: the contacts of a 3xx.
    pub fn add_groups(&mut self, count: u16) {
        self.groups_left = self.groups_left.saturating_add(count);
    }

    /// Takes what happened to `branch`.
    pub fn on_branch(&mut self, branch: BranchIndex, event: BranchEvent, out: &mut Vec<Action>) {
        match event {
            BranchEvent::Response(status) => self.on_response(branch, status, out),
            BranchEvent::Timeout => self.end(branch, out),
            //= RFC 3261 16.9: the proxy MUST behave as if the forwarded request received a 503
            BranchEvent::TransportError => {
                self.best = Some(self.best.unwrap_or(StatusCode::SERVICE_UNAVAILABLE));
                self.end(branch, out);
            }
            BranchEvent::Withdrawn => {
                self.was_withdrawn = true;
                self.end(branch, out);
            }
            BranchEvent::Moved => self.on_moved(branch, out),
            BranchEvent::TimerC => self.on_timer_c(branch, out),
            BranchEvent::Redirected => self.end(branch, out),
        }
    }

    /// Takes a CANCEL for the request.
    pub fn on_cancel(&mut self, out: &mut Vec<Action>) {
        match self.progress {
            Progress::Open => {
                self.progress = Progress::Closing;
                //= RFC 3261 16.10: the element MUST generate CANCEL requests for all pending client transactions
                self.cancel_pending(out);
            }
            Progress::Closing => self.cancel_pending(out),
            //= RFC 3261 9.2: a CANCEL has no effect on a request that has already had a final response
            Progress::Answered => {}
        }
    }

    fn on_response(&mut self, branch: BranchIndex, status: StatusCode, out: &mut Vec<Action>) {
        // After its final response a client transaction passes up further 2xx responses only.
        if self.branches[usize::from(branch.0)] == Branch::Ended && !status.is_success() {
            return;
        }
        match (status.class(), self.progress) {
            (StatusClass::Provisional, _) => self.on_provisional(branch, status, out),
            (StatusClass::Success, Progress::Open | Progress::Closing) => {
                //= RFC 3261 16.7: step 5: any 2xx response MUST be forwarded immediately
                self.progress = Progress::Answered;
                out.push(Action::Forward);
                self.end(branch, out);
                self.cancel_pending(out);
            }
            (StatusClass::Success, Progress::Answered) => {
                //= RFC 3261 16.7: step 5: after a final response, any 2xx response to an INVITE MUST be forwarded
                if self.kind == RequestKind::Invite {
                    out.push(Action::Forward);
                }
                self.end(branch, out);
            }
            (StatusClass::GlobalFailure, Progress::Open | Progress::Closing) => {
                //= RFC 3261 16.7: step 5: a 6xx is not immediately forwarded, but the proxy SHOULD cancel all pending
                // client transactions, and MUST NOT create any new branches
                self.progress = Progress::Closing;
                self.keep(status, out);
                self.mark_ended(branch, out);
                self.cancel_pending(out);
                self.conclude(out);
            }
            (_, Progress::Open | Progress::Closing) => {
                self.keep(status, out);
                self.end(branch, out);
            }
            (_, Progress::Answered) => self.end(branch, out),
        }
    }

    fn on_provisional(&mut self, branch: BranchIndex, status: StatusCode, out: &mut Vec<Action>) {
        let state = &mut self.branches[usize::from(branch.0)];
        match *state {
            Branch::Calling(Wish::Go) => *state = Branch::Proceeding,
            //= RFC 3261 9.1: if no provisional response has been received, the CANCEL request MUST NOT be sent; rather, the
            // client MUST wait for the arrival of a provisional response
            Branch::Calling(Wish::Cancel) => {
                *state = Branch::Cancelling;
                out.push(Action::Cancel(branch));
            }
            Branch::Proceeding | Branch::Cancelling | Branch::Ended => {}
        }
        //= RFC 3261 16.7: step 2: on 101 to 199 (anything but 100), the proxy MUST reset timer C
        let restarts_timer_c = status != StatusCode::TRYING && self.kind == RequestKind::Invite;
        if restarts_timer_c && *state == Branch::Proceeding {
            out.push(Action::StartTimerC(branch));
        }
        //= RFC 3261 16.7: step 5: a stateful proxy MUST NOT forward any 100 (Trying) response
        if status != StatusCode::TRYING && self.progress != Progress::Answered {
            out.push(Action::Forward);
        }
    }

    /// Begins the branch anew: what the former element has said does not count.
    fn on_moved(&mut self, branch: BranchIndex, out: &mut Vec<Action>) {
        let state = &mut self.branches[usize::from(branch.0)];
        match *state {
            Branch::Calling(Wish::Go) | Branch::Proceeding => *state = Branch::Calling(Wish::Go),
            // A request that its owner wants to be rid of goes nowhere else.
            Branch::Calling(Wish::Cancel) | Branch::Cancelling | Branch::Ended => return,
        }
        //= RFC 3261 16.6: step 11: timer C MUST be set for each client transaction when an INVITE request is proxied
        if self.kind == RequestKind::Invite {
            out.push(Action::StartTimerC(branch));
        }
    }

    fn on_timer_c(&mut self, branch: BranchIndex, out: &mut Vec<Action>) {
        match self.branches[usize::from(branch.0)] {
            //= RFC 3261 16.8: if the client transaction has received a provisional response, the proxy MUST generate a CANCEL
            Branch::Proceeding => self.cancel(branch, out),
            //= RFC 3261 16.8: if not, the proxy MUST behave as if the transaction received a 408
            Branch::Calling(_) => self.end(branch, out),
            Branch::Cancelling | Branch::Ended => {}
        }
    }

    /// Adds a final response to the context (RFC 3261 16.7 step 4).
    fn keep(&mut self, status: StatusCode, out: &mut Vec<Action>) {
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED) {
            out.push(Action::KeepChallenges);
        }
        if self.best.is_none_or(|best| rank(status) < rank(best)) {
            self.best = Some(status);
            out.push(Action::Keep);
        }
    }

    fn end(&mut self, branch: BranchIndex, out: &mut Vec<Action>) {
        self.mark_ended(branch, out);
        self.conclude(out);
    }

    fn mark_ended(&mut self, branch: BranchIndex, out: &mut Vec<Action>) {
        let state = &mut self.branches[usize::from(branch.0)];
        if *state != Branch::Ended && self.kind == RequestKind::Invite {
            out.push(Action::StopTimerC(branch));
        }
        *state = Branch::Ended;
    }

    /// Goes on once every branch has ended without a 2xx.
    fn conclude(&mut self, out: &mut Vec<Action>) {
        if self.is_answered() || self.is_pending() {
            return;
        }
        if self.progress == Progress::Open && self.groups_left > 0 {
            self.groups_left -= 1;
            out.push(Action::StartNextTargets);
            return;
        }
        self.progress = Progress::Answered;
        out.push(match (self.best, self.kind) {
            //= RFC 3261 16.7: step 6: if the only response that was received is a 503, the proxy SHOULD generate a 500
            (Some(StatusCode::SERVICE_UNAVAILABLE), _) => Action::Answer(StatusCode::SERVER_INTERNAL_ERROR),
            (Some(_), _) => Action::ForwardBest,
            //= RFC 3261 9.2: a UAS that is cancelled SHOULD immediately respond to the INVITE with a 487 (Request Terminated)
            (None, RequestKind::Invite) if self.was_withdrawn => {
                Action::Answer(StatusCode::REQUEST_TERMINATED)
            }
            //= RFC 3261 16.7: step 6: if there are no final responses in the context, the proxy MUST send a 408
            (None, RequestKind::Invite) => Action::Answer(StatusCode::REQUEST_TIMEOUT),
            //= RFC 4320 4.2: an element MUST NOT send a response with Status-Code of 408 to a non-INVITE request
            (None, RequestKind::NonInvite) => Action::LeaveUnanswered,
        });
    }

    /// Cancels all pending client transactions (RFC 3261 16.7 step 10).
    fn cancel_pending(&mut self, out: &mut Vec<Action>) {
        //= RFC 3261 9.1: a CANCEL request SHOULD NOT be sent to cancel a request other than INVITE
        if self.kind == RequestKind::NonInvite {
            return;
        }
        for index in 0..self.branches.len() {
            match self.branches[index] {
                Branch::Calling(Wish::Go) | Branch::Proceeding => self.cancel(BranchIndex(index as u16), out),
                Branch::Calling(Wish::Cancel) | Branch::Cancelling | Branch::Ended => {}
            }
        }
    }

    /// Cancels a branch: at once if it has had a provisional response, else with the first one.
    fn cancel(&mut self, branch: BranchIndex, out: &mut Vec<Action>) {
        out.push(Action::StopTimerC(branch));
        let state = &mut self.branches[usize::from(branch.0)];
        match *state {
            Branch::Calling(_) => *state = Branch::Calling(Wish::Cancel),
            Branch::Proceeding => {
                *state = Branch::Cancelling;
                out.push(Action::Cancel(branch));
            }
            Branch::Cancelling | Branch::Ended => unreachable!("only a pending branch is cancelled"), // both callers look
        }
    }
}

/// How good a final response is as the one that goes upstream: the lower the better.
fn rank(status: StatusCode) -> u32 {
    let class = match status.class() {
        //= RFC 3261 16.7: step 6: it MUST choose from the 6xx class responses if any exist in the context
        StatusClass::GlobalFailure => 0,
        //= RFC 3261 16.7: step 6: otherwise the proxy SHOULD choose from the lowest response class
        StatusClass::Provisional | StatusClass::Success | StatusClass::Redirection => 1,
        StatusClass::ClientError => 2,
        StatusClass::ServerError => 3,
    };
    let within = match status {
        //= RFC 3261 16.7: step 6: preference to 401, 407, 415, 420 and 484, which affect resubmission
        StatusCode::UNAUTHORIZED
        | StatusCode::PROXY_AUTHENTICATION_REQUIRED
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::BAD_EXTENSION
        | StatusCode::ADDRESS_INCOMPLETE => 0,
        //= RFC 3261 16.7: step 6: a 503 SHOULD NOT be forwarded upstream
        StatusCode::SERVICE_UNAVAILABLE => 2,
        _ => 1,
    };
    class * 3 + within
}

#[cfg(test)]
mod tests;

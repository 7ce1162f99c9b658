//! What a user does by order of the test.

use std::time::Duration;

use sim_api::Context;
use sim_net::NodeId;
use sip::message::{Method, StatusCode};
use sip::sdp::Direction;
use sip::ua::{Change, NotDone, UserAgents};

use crate::flow::Flow;

/// A user, who does at once what a test orders. Made by [`Flow::user`].
///
/// An order that cannot be carried out fails the test. *Whom* is the name of a user, of a proxy (the server itself,
/// at its address), or a URI.
#[derive(Debug)]
pub struct User<'f> {
    pub(crate) flow: &'f mut Flow,
    pub(crate) host: usize,
}

/// The one line of every user agent in a flow.
const LINE: u32 = 0;

impl User<'_> {
    /// Calls somebody. The call lasts until somebody hangs up.
    #[track_caller]
    pub fn calls(self, whom: &str) {
        self.call(whom, None);
    }

    /// Calls somebody, and hangs up so long after the answer.
    #[track_caller]
    pub fn calls_for(self, whom: &str, holding: Duration) {
        self.call(whom, Some(holding));
    }

    /// Hangs up the answered call: BYE.
    #[track_caller]
    pub fn hangs_up(self) {
        self.order("hang up", |node, cx| node.hang_up(LINE, cx));
    }

    /// Gives up the call that has no final response: CANCEL, as soon as a provisional response allows it.
    #[track_caller]
    pub fn cancels(self) {
        self.order("cancel", |node, cx| node.cancel(LINE, cx));
    }

    /// Answers the call that rings.
    #[track_caller]
    pub fn answers(self) {
        self.order("answer", |node, cx| node.answer(LINE, cx));
    }

    /// Refuses the call that rings with this status code, 300 to 699.
    #[track_caller]
    pub fn rejects(self, code: u16) {
        let status = StatusCode::new(code).filter(|status| status.is_final() && !status.is_success());
        let Some(status) = status else { self.flow.fail(&format!("{code} rejects nothing")) };
        self.order("refuse", |node, cx| node.reject(LINE, status, cx));
    }

    /// Puts the other side on hold: a re-INVITE that offers media in one direction only.
    #[track_caller]
    pub fn holds(self) {
        self.modifies(Change::Media(Direction::SendOnly));
    }

    /// Takes the other side back: a re-INVITE that offers media in both directions.
    #[track_caller]
    pub fn resumes(self) {
        self.modifies(Change::Media(Direction::SendRecv));
    }

    /// Modifies the answered call: re-INVITE.
    #[track_caller]
    pub fn modifies(self, change: Change) {
        self.order("modify the call", |node, cx| node.modify(LINE, change, cx));
    }

    /// Registers. Only for users that are [`unregistered`](crate::UserPlan::unregistered) or
    /// [`register at the start`](crate::UserPlan::registers_at_start).
    #[track_caller]
    pub fn registers(self) {
        self.order("register", |node, cx| node.register(LINE, cx));
    }

    /// Sends a request outside any dialog, such as OPTIONS.
    #[track_caller]
    pub fn sends(self, method: &str, whom: &str) {
        let uri = self.flow.uri_of(whom);
        let Some(method) = Method::from_token(method.as_bytes()) else {
            self.flow.fail(&format!("{method:?} is no method"))
        };
        self.order("send a request", |node, cx| node.request(LINE, method, &uri, cx).map(drop));
    }

    #[track_caller]
    fn call(self, whom: &str, holding: Option<Duration>) {
        let uri = self.flow.uri_of(whom);
        self.order("call", |node, cx| node.call(LINE, &uri, holding, cx).map(drop));
    }

    #[track_caller]
    fn order(self, what: &str, order: impl FnOnce(&mut UserAgents, &mut Context<'_>) -> Result<(), NotDone>) {
        let User { flow, host } = self;
        let name = flow.plan.hosts[host].name.clone();
        let run = flow.running();
        if run.is_down(host) {
            flow.fail(&format!("{name} cannot {what}: the host is down"));
        }
        let done = run.simulation.order(NodeId::from_index(host), order);
        let why = match done.expect("a user agent runs where the plan has a user") {
            Ok(()) => return,
            Err(NotDone::Busy) => "there is a call already",
            Err(NotDone::NotSent) => "nobody is known to send it to",
            Err(NotDone::NoSuchCall) => "there is no call in the state for it",
        };
        flow.fail(&format!("{name} cannot {what}: {why}"));
    }
}

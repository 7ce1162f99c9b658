//! A call in the eyes of one of its two user agents.
//!
//! ```text
//!   caller   Calling ──2xx, ACK──▶ Established ──BYE──▶ Ending ──▶ Over
//!               └──── rejection, timeout, cancelled ───────────────▲ ▲
//!   callee   Alerting ──2xx──▶ Answered ──ACK──▶ Established ──BYE───┘
//! ```
//!
//! A call that is over stays until its transactions have ended, because copies of a 2xx must still be acknowledged.

use std::time::Duration;

use sim_api::{Lineage, Outgoing, ProbeName, SimTime, TimerSlot};

use crate::dialog::Dialog;
use crate::header::ViaStamp;
use crate::message::Message;
use crate::probe;
use crate::transaction::{ClientId, ServerId};

/// What a user agent knows of a call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) line: u32,
    pub(super) role: Role,
    /// What stands for the call in probes.
    pub(super) subject: u64,
    pub(super) slot: TimerSlot,
    pub(super) state: State,
    /// The causes behind the INVITE.
    pub(super) lineage: Lineage,
    /// The caller has one from the 2xx on, the callee from the INVITE on.
    pub(super) dialog: Option<Dialog>,
    /// The ACK for the 2xx at the caller, the 2xx that waits for its ACK at the callee.
    pub(super) kept: Option<Outgoing>,
    /// What the caller answered to 2xx responses of other callees.
    pub(super) forks: Vec<Fork>,
    /// How many transactions name this call as their user.
    pub(super) transactions: u8,
}

/// Which end of a call this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Caller,
    Callee,
}

/// Where a call stands.
#[derive(Debug)]
pub(super) enum State {
    /// The caller has no final response.
    Calling {
        invite: ClientId,
        /// From the answer to the BYE, `None` until an order comes.
        holding: Option<Duration>,
        wish: Wish,
    },
    /// The callee has not answered.
    Alerting(Box<Alerting>),
    /// The callee has answered and waits for the ACK.
    Answered {
        /// Until the next copy of the 2xx.
        interval: Duration,
        /// When it gives up.
        until: SimTime,
    },
    /// Both talk.
    Established,
    /// The BYE of this side is under way.
    Ending,
    /// Nothing is left to do but to let the transactions end.
    Over,
}

/// What the caller wants of an unanswered call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To talk.
    Talk,
    /// To be rid of it: it was cancelled.
    Cancel,
    /// To be rid of it: the callee hung up, but his answer never came.
    Forget,
}

/// An INVITE that waits for its callee.
#[derive(Debug)]
pub(super) struct Alerting {
    pub(super) server: ServerId,
    /// The INVITE as received: its responses are made from it.
    pub(super) invite: Message<'static>,
    /// What the topmost Via must say to its responses.
    pub(super) stamp: ViaStamp,
    pub(super) stage: Stage,
}

/// What the callee does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Sends the 180.
    Ring,
    /// Answers, refuses or goes on waiting.
    Decide,
    /// Refuses, because the run is over.
    GiveUp,
}

/// A 2xx of another callee: acknowledged and ended with BYE (RFC 3261 13.2.2.4).
#[derive(Debug)]
pub(super) struct Fork {
    pub(super) tag: Box<str>,
    pub(super) ack: Outgoing,
}

impl Call {
    /// A call with one transaction, that of its INVITE.
    pub(super) fn new(line: u32, role: Role, subject: u64, state: State, lineage: Lineage) -> Call {
        Call {
            line,
            role,
            subject,
            slot: TimerSlot::IDLE,
            state,
            lineage,
            dialog: None,
            kept: None,
            forks: Vec::new(),
            transactions: 1,
        }
    }

    /// Whether the call has been answered and not ended in the eyes of this side.
    pub(super) fn is_up(&self) -> bool {
        match self.state {
            State::Answered { .. } | State::Established | State::Ending => true,
            State::Calling { .. } | State::Alerting(_) | State::Over => false,
        }
    }
}

impl Role {
    /// What is reported when an answered call ends.
    pub(super) fn end(self) -> ProbeName {
        match self {
            Role::Caller => probe::CALL_END,
            Role::Callee => probe::UAS_END,
        }
    }
}

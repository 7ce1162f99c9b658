//! A call in the eyes of one of its two user agents.
//!
//! ```text
//!   caller   Calling ──2xx, ACK──▶ Established ──BYE──▶ Ending ──▶ Over
//!              │ ▲ └─ 401, 407, 3xx: INVITE again          ▲        ▲
//!              └─┴─── rejection, timeout, cancelled ───────┼────────┤
//!   callee   Alerting ──2xx──▶ Answered ──ACK──▶ Established ──BYE──┘
//! ```
//!
//! A call that is over stays until its transactions have ended, because copies of a 2xx must still be acknowledged.

use std::time::Duration;

use sim_api::{Lineage, Outgoing, ProbeName, SimTime, TimerSlot};

use super::modify::{Reanswer, Reinvite};
use super::session::Session;
use super::targets::Targets;
use super::wallet::Tried;
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
    pub(super) session: Session,
    /// The 2xx that waits for its ACK at the callee.
    pub(super) answer: Option<Outgoing>,
    /// The ACKs that this side has sent in the dialog, to be sent again with each copy of their 2xx.
    pub(super) acks: Vec<Ack>,
    /// The rows of credentials that the last INVITE of this side carried.
    pub(super) proofs: Vec<u8>,
    /// The re-INVITE of this side that is under way or waits for another try.
    pub(super) reinvite: Option<Box<Reinvite>>,
    /// The 2xx to a re-INVITE of the peer that waits for its ACK.
    pub(super) reanswer: Option<Box<Reanswer>>,
    /// What the BYE of this side has tried.
    pub(super) tried: Tried,
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
    /// The caller has no final response that ends his trying.
    Calling(Box<Calling>),
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
    Established {
        /// When this side hangs up, [`SimTime::NEVER`] until an order comes.
        until: SimTime,
    },
    /// The BYE of this side is under way.
    Ending,
    /// Nothing is left to do but to let the transactions end.
    Over,
}

/// A call that its caller tries to set up.
#[derive(Debug)]
pub(super) struct Calling {
    /// The INVITE under way.
    pub(super) invite: ClientId,
    pub(super) invitation: Invitation,
    /// From the answer to the BYE, `None` until an order comes.
    pub(super) holding: Option<Duration>,
    pub(super) wish: Wish,
    pub(super) targets: Targets,
    pub(super) tried: Tried,
}

/// What all INVITEs of one call have in common, and where the last one went.
#[derive(Debug)]
pub(super) struct Invitation {
    /// Whom the caller asked for: To.
    pub(super) callee: Box<str>,
    /// The Request-URI of the last INVITE.
    pub(super) target: Box<str>,
    pub(super) call_id: Box<str>,
    /// The tag in From.
    pub(super) tag: Box<str>,
    /// The CSeq number of the last INVITE.
    pub(super) cseq: u32,
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

/// An ACK to a 2xx.
#[derive(Debug)]
pub(super) struct Ack {
    /// The CSeq number of its INVITE.
    pub(super) cseq: u32,
    pub(super) sent: Outgoing,
}

/// A 2xx of another callee: acknowledged and ended with BYE (RFC 3261 13.2.2.4).
#[derive(Debug)]
pub(super) struct Fork {
    pub(super) tag: Box<str>,
    pub(super) ack: Outgoing,
}

/// More ACKs than this are not kept for one call: older ones belong to INVITEs whose transactions have ended, or to a
/// peer who lets no second pass between two re-INVITEs.
const MAX_ACKS: usize = 16;

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
            session: Session::new(subject),
            answer: None,
            acks: Vec::new(),
            proofs: Vec::new(),
            reinvite: None,
            reanswer: None,
            tried: Tried::default(),
            forks: Vec::new(),
            transactions: 1,
        }
    }

    /// Whether the call has been answered and not ended in the eyes of this side.
    pub(super) fn is_up(&self) -> bool {
        match self.state {
            State::Answered { .. } | State::Established { .. } | State::Ending => true,
            State::Calling(_) | State::Alerting(_) | State::Over => false,
        }
    }

    /// When something is due in an established call, [`SimTime::NEVER`] when nothing is.
    pub(super) fn deadline(&self) -> SimTime {
        let State::Established { until } = self.state else { return SimTime::NEVER };
        until.min(match (&self.reanswer, &self.reinvite) {
            //= RFC 3261 14.1: if there is an ongoing INVITE server transaction, the TU MUST wait until the transaction
            // reaches the confirmed or terminated state before initiating the new INVITE
            (Some(reanswer), _) => reanswer.due,
            (None, Some(reinvite)) => reinvite.due(),
            (None, None) => SimTime::NEVER,
        })
    }

    /// Keeps the ACK to the 2xx to INVITE `cseq`.
    pub(super) fn keep_ack(&mut self, cseq: u32, sent: Outgoing) {
        if self.acks.len() == MAX_ACKS {
            self.acks.remove(0);
        }
        self.acks.push(Ack { cseq, sent });
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

//! What the four machines take and what they ask for.

use std::time::Duration;

use crate::message::StatusCode;
use crate::timers::{Reliability, Timer, TimerSet};

/// What a machine asks of its owner, in the order in which it must be done.
///
/// A machine holds no message. Its owner keeps one: the request while a client transaction retransmits it, then
/// the ACK; the last response of a server transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Pass the message that came with the input to the transport, and keep it.
    Send,
    /// Pass the kept message to the transport again because a timer fired.
    Retransmit,
    /// Pass the kept message to the transport again in answer to a repeated one; nothing if none is kept.
    Repeat,
    /// Make a 100 from the request, pass it to the transport, and keep it.
    SendTrying,
    /// Make the ACK for the response at hand, pass it to the transport, and keep it.
    SendAck,
    /// Forget the kept message: it is not sent again.
    Forget,
    /// Start a timer, or start it anew.
    SetTimer(Timer, Duration),
    /// Stop a timer.
    CancelTimer(Timer),
    /// Tell the transaction user.
    ToUser(Indication),
    /// Destroy the transaction.
    Terminate,
}

/// What a transaction user learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indication {
    /// A new request.
    Request,
    /// An ACK for a 2xx.
    Ack,
    /// A response.
    Response,
    /// No final response, or no ACK, came in time.
    Timeout,
    /// The transport could not send.
    TransportError,
}

/// The responses that the machines tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseKind {
    /// 1xx.
    Provisional,
    /// 2xx.
    Success,
    /// 300–699.
    Failure,
}

impl From<StatusCode> for ResponseKind {
    fn from(status: StatusCode) -> Self {
        match status {
            status if status.is_provisional() => ResponseKind::Provisional,
            status if status.is_success() => ResponseKind::Success,
            _ => ResponseKind::Failure,
        }
    }
}

/// The link that a transaction runs over: its timers, and whether its transport is reliable.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// The timers towards the peer.
    pub timers: &'a TimerSet,
    /// What the transport promises.
    pub reliability: Reliability,
}

impl Link<'_> {
    /// Starts `timer` with its first span.
    pub(super) fn start(&self, timer: Timer, out: &mut Vec<Action>) {
        out.push(Action::SetTimer(timer, self.timers.span(timer, self.reliability)));
    }

    /// Starts `timer`, which retransmits, unless the transport is reliable.
    pub(super) fn start_retransmission(&self, timer: Timer, out: &mut Vec<Action>) {
        match self.reliability {
            Reliability::Unreliable => self.start(timer, out),
            Reliability::Reliable => {}
        }
    }
}

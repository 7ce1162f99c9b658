//! One live transaction: its machine, its two timers, and the message that it may have to send again.

use std::net::SocketAddr;

use sim_api::{Lineage, Outgoing, Payload, Sending, SimTime, TimerSlot};

use super::action::{Action, Link, ResponseKind};
use super::failover::Alternatives;
use super::interface::RequestKind;
use super::table::Row;
use super::{
    InviteClient, InviteServer, NonInviteClient, NonInviteServer, UserToken, invite_client, non_invite_client,
};
use crate::message::{MergeKey, TransactionKey};
use crate::timers::Timer;

/// A transaction in its row. Small, because most transactions only linger for a timer D, I, J, K, L or M.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) key: TransactionKey,
    pub(super) machine: Machine,
    pub(super) slot: TimerSlot,
    /// When timer A, E, G or Trying fires.
    repetition_at: SimTime,
    /// When the timer fires that ends the present state.
    end_at: SimTime,
    repetition: Timer,
    end: Timer,
    kept: Option<Payload>,
    /// The causes behind the first sending of `kept`, while a timer may send it again.
    lineage: Option<Box<Lineage>>,
    pub(super) local: SocketAddr,
    pub(super) peer: SocketAddr,
    pub(super) user: Option<UserToken>,
    pub(super) cancel: Cancel,
    rare: Option<Box<Rare>>,
}

/// What few transactions have.
#[derive(Debug)]
enum Rare {
    /// At a server: under which key other copies of its request would count as merged.
    Merge(MergeKey),
    /// At a client: where else the request may go while it has no final response.
    Alternatives(Alternatives),
}

/// The machine of a transaction.
#[derive(Debug)]
pub(super) enum Machine {
    /// None yet: a request waits until this search has found its hop.
    Waiting(Row),
    InviteClient(InviteClient),
    NonInviteClient(NonInviteClient),
    InviteServer(InviteServer),
    NonInviteServer(NonInviteServer),
}

/// How far the wish to cancel an INVITE has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancel {
    Unwanted,
    /// The user wants it; no provisional response has come.
    Wanted,
    Sent,
}

/// Which of the two ends of a transaction this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

impl Machine {
    /// The machine of a new client transaction.
    pub(super) fn of_client(kind: RequestKind, link: Link<'_>, out: &mut Vec<Action>) -> Machine {
        match kind {
            RequestKind::Invite => Machine::InviteClient(InviteClient::begin(link, out)),
            RequestKind::NonInvite => Machine::NonInviteClient(NonInviteClient::begin(link, out)),
        }
    }

    /// Gives a response to the machine of a client transaction.
    pub(super) fn on_client_response(&mut self, kind: ResponseKind, link: Link<'_>, out: &mut Vec<Action>) {
        match self {
            Machine::InviteClient(machine) => machine.on_response(kind, link, out),
            Machine::NonInviteClient(machine) => machine.on_response(kind, link, out),
            machine => unreachable!("the index of clients leads to {machine:?}"),
        }
    }
}

impl Transaction {
    pub(super) fn new(
        key: TransactionKey,
        machine: Machine,
        local: SocketAddr,
        peer: SocketAddr,
        user: Option<UserToken>,
    ) -> Transaction {
        Transaction {
            key,
            machine,
            slot: TimerSlot::IDLE,
            repetition_at: SimTime::NEVER,
            end_at: SimTime::NEVER,
            repetition: Timer::A,
            end: Timer::B,
            kept: None,
            lineage: None,
            local,
            peer,
            user,
            cancel: Cancel::Unwanted,
            rare: None,
        }
    }

    /// Under which key other copies of the request of this server transaction would count as merged.
    pub(super) fn merge_key(&self) -> Option<&MergeKey> {
        match self.rare.as_deref() {
            Some(Rare::Merge(key)) => Some(key),
            Some(Rare::Alternatives(_)) | None => None,
        }
    }

    pub(super) fn with_merge_key(&mut self, key: MergeKey) {
        self.rare = Some(Box::new(Rare::Merge(key)));
    }

    /// Where else the request of this client transaction may go.
    pub(super) fn alternatives(&mut self) -> Option<&mut Alternatives> {
        match self.rare.as_deref_mut() {
            Some(Rare::Alternatives(alternatives)) => Some(alternatives),
            Some(Rare::Merge(_)) | None => None,
        }
    }

    /// Puts `alternatives` in the place of those that this client transaction had, which are returned.
    pub(super) fn replace_alternatives(
        &mut self,
        alternatives: Option<Alternatives>,
    ) -> Option<Alternatives> {
        let rare = alternatives.map(|alternatives| Box::new(Rare::Alternatives(alternatives)));
        match *std::mem::replace(&mut self.rare, rare)? {
            Rare::Alternatives(former) => Some(former),
            Rare::Merge(_) => unreachable!("a client transaction has no merge key"),
        }
    }

    /// Whether this is a client transaction that waits for a final response.
    pub(super) fn is_under_way(&self) -> bool {
        match &self.machine {
            Machine::InviteClient(machine) => matches!(
                machine.state(),
                invite_client::State::Calling { .. } | invite_client::State::Proceeding
            ),
            Machine::NonInviteClient(machine) => matches!(
                machine.state(),
                non_invite_client::State::Trying { .. } | non_invite_client::State::Proceeding
            ),
            Machine::Waiting(_) | Machine::InviteServer(_) | Machine::NonInviteServer(_) => false,
        }
    }

    /// Whether any response to the request of this client transaction came.
    pub(super) fn has_response(&self) -> bool {
        match &self.machine {
            Machine::InviteClient(machine) => {
                !matches!(machine.state(), invite_client::State::Calling { .. })
            }
            Machine::NonInviteClient(machine) => {
                !matches!(machine.state(), non_invite_client::State::Trying { .. })
            }
            Machine::Waiting(_) | Machine::InviteServer(_) | Machine::NonInviteServer(_) => false,
        }
    }

    /// The causes behind what was sent; `None` when no timer may send it again.
    pub(super) fn sent_because(&self) -> Option<Lineage> {
        self.lineage.as_deref().copied()
    }

    pub(super) fn side(&self) -> Side {
        match self.machine {
            Machine::Waiting(_) | Machine::InviteClient(_) | Machine::NonInviteClient(_) => Side::Client,
            Machine::InviteServer(_) | Machine::NonInviteServer(_) => Side::Server,
        }
    }

    /// Whether a CANCEL that waited may be sent now that a response came. A final one ends the wish for it.
    pub(super) fn may_cancel_after(&mut self, response: ResponseKind) -> bool {
        match (self.cancel, response) {
            (Cancel::Wanted, ResponseKind::Provisional) => true,
            //= RFC 3261 9.1: if the original request has generated a final response, the CANCEL SHOULD NOT be sent
            (Cancel::Wanted, ResponseKind::Success | ResponseKind::Failure) => {
                self.cancel = Cancel::Unwanted;
                false
            }
            (Cancel::Unwanted | Cancel::Sent, _) => false,
        }
    }

    /// The octets that the transaction keeps: the request, the ACK, or the last response.
    pub(super) fn kept(&self) -> Option<&Payload> {
        self.kept.as_ref()
    }

    /// Keeps what was sent, for a timer or for a repeated cause.
    pub(super) fn keep(&mut self, sent: &Outgoing) {
        self.kept = Some(sent.payload.clone());
        self.lineage = Some(Box::new(sent.lineage));
    }

    /// Keeps a response that is not sent yet.
    pub(super) fn prepare(&mut self, payload: Payload) {
        self.kept = Some(payload);
    }

    pub(super) fn forget(&mut self) {
        self.kept = None;
        self.lineage = None;
    }

    /// The handle of what was kept; `None` when nothing was.
    pub(super) fn handle(&self, now: SimTime) -> Option<Outgoing> {
        let payload = self.kept.clone()?;
        let lineage = self.lineage.as_deref().copied().unwrap_or(Lineage::begin(now));
        Some(Outgoing { from: self.local, to: self.peer, payload, lineage, sending: Sending::First })
    }

    /// Whether what is kept waits for timer Trying and was never sent.
    pub(super) fn is_unsent(&self) -> bool {
        self.repetition == Timer::Trying && self.repetition_at != SimTime::NEVER
    }

    pub(super) fn set(&mut self, timer: Timer, at: SimTime) {
        let (lane, lane_at) = self.lane(timer);
        (*lane, *lane_at) = (timer, at);
        if is_last_state(timer) {
            // No timer sends anything again in the states that these timers end.
            self.lineage = None;
        }
    }

    pub(super) fn stop(&mut self, timer: Timer) {
        let (lane, at) = self.lane(timer);
        if *lane == timer {
            *at = SimTime::NEVER;
        }
    }

    /// The earlier of the two deadlines.
    pub(super) fn deadline(&self) -> SimTime {
        self.repetition_at.min(self.end_at)
    }

    /// A timer that is due, which is stopped by asking. When both are, the end comes before another copy.
    pub(super) fn take_due(&mut self, now: SimTime) -> Option<Timer> {
        let timer = if self.end_at <= now { self.end } else { self.repetition };
        let (_, at) = self.lane(timer);
        if *at > now {
            return None;
        }
        *at = SimTime::NEVER;
        Some(timer)
    }

    fn lane(&mut self, timer: Timer) -> (&mut Timer, &mut SimTime) {
        match timer {
            Timer::A | Timer::E | Timer::G | Timer::Trying => (&mut self.repetition, &mut self.repetition_at),
            Timer::B
            | Timer::D
            | Timer::F
            | Timer::H
            | Timer::I
            | Timer::J
            | Timer::K
            | Timer::L
            | Timer::M
            | Timer::Cancelled => (&mut self.end, &mut self.end_at),
        }
    }
}

fn is_last_state(timer: Timer) -> bool {
    matches!(timer, Timer::D | Timer::I | Timer::J | Timer::K | Timer::L | Timer::M)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lingering_transaction_stays_below_200_octets() {
        // Its share of the two indices is a key and a row at most, 24 octets at full load and twice that at half.
        assert!(size_of::<Transaction>() <= 200, "{} octets", size_of::<Transaction>());
    }
}

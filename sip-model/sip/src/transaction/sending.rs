//! Doing what a machine asks for: sending, keeping, waking up.

use sim_api::{Context, Effect, Outgoing, SimTime};

use super::live::{Side, Transaction};
use super::table::Row;
use super::token::TokenSpace;
use crate::message::{Message, compose_ack};
use crate::probe;

/// What an action may refer to.
#[derive(Clone, Copy)]
pub(super) enum AtHand<'a> {
    Nothing,
    /// The message that is to be sent.
    Octets(&'a [u8]),
    /// The response that came.
    Response(&'a Message<'a>),
}

/// Makes the wake-up of `transaction` stand for the earlier of its two deadlines.
pub(super) fn rearm(transaction: &mut Transaction, row: Row, cx: &mut Context<'_>) {
    match transaction.deadline() {
        SimTime::NEVER => transaction.slot.cancel(),
        at => {
            // An outage may have delayed the wake-up of a deadline that lies in the past.
            let token = TokenSpace::Transaction.token(row.place, row.generation);
            transaction.slot.arm(at.max(cx.now()), token, cx);
        }
    }
}

/// Sends what the user passed down, and keeps it.
pub(super) fn send(transaction: &mut Transaction, at_hand: AtHand<'_>, cx: &mut Context<'_>) -> Outgoing {
    let AtHand::Octets(octets) = at_hand else { unreachable!("a machine sends what its user passed down") };
    let sent = cx.send(transaction.local, transaction.peer, octets);
    transaction.keep(&sent);
    sent
}

/// Sends what is kept because a timer fired.
pub(super) fn retransmit(transaction: &Transaction, cx: &mut Context<'_>) {
    let handle = transaction.handle(cx.now()).expect("a machine retransmits what it has sent");
    cx.retransmit(&handle);
    cx.count(match transaction.side() {
        Side::Client => probe::RETRANSMITTED_REQUEST,
        Side::Server => probe::RETRANSMITTED_RESPONSE,
    });
}

/// Sends what is kept in answer to a repeated message; nothing when nothing was sent so far.
pub(super) fn repeat(transaction: &Transaction, cx: &mut Context<'_>) {
    if transaction.is_unsent() {
        return;
    }
    if let Some(handle) = transaction.handle(cx.now()) {
        cx.repeat(&handle);
        cx.count(probe::REPEATED);
    }
}

/// Sends the 100 that was prepared.
pub(super) fn send_prepared(transaction: &Transaction, cx: &mut Context<'_>) {
    let handle = transaction.handle(cx.now()).expect("a 100 is prepared where timer Trying runs");
    cx.pass_on(Effect::Send(Outgoing { lineage: cx.cause(), ..handle }));
}

/// Makes, sends and keeps the ACK for the rejection at hand.
pub(super) fn send_ack(
    transaction: &mut Transaction,
    at_hand: AtHand<'_>,
    scratch: &mut Vec<u8>,
    cx: &mut Context<'_>,
) {
    let AtHand::Response(response) = at_hand else { unreachable!("an ACK answers a response") };
    let original = transaction.kept().expect("an INVITE is kept until its final response").clone();
    let original = Message::parse(&original).expect("the user's own request is a message");
    scratch.clear();
    //= RFC 3261 17.1.1.3: the ACK is sent to the same address, port and transport as the original request
    compose_ack(&original, response, scratch).expect("the user's own request has Via and CSeq");
    let sent = cx.send(transaction.local, transaction.peer, scratch);
    transaction.keep(&sent);
}

//! Orders: what a scripted test, and nobody else, tells a line to do.

use std::net::SocketAddr;
use std::time::Duration;

use sim_api::Context;

use super::call::{State, Wish};
use super::modify::Change;
use super::node::UserAgents;
use super::persona::Persona;
use super::registration::Bindings;
use crate::message::{Method, StatusCode};
use crate::transaction::table::Row;

/// A call that was placed by order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallHandle {
    /// The line that called.
    pub line: u32,
    /// What stands for the call in probes.
    pub subject: u64,
}

/// Why an order was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDone {
    /// The line has a call already.
    Busy,
    /// Nobody is known to serve the URI, or there is no room for another transaction.
    NotSent,
    /// The line has no call, or none in a state that the order is meant for.
    NoSuchCall,
}

impl UserAgents {
    /// Calls `callee`, a URI such as `sip:bob@example.com` or an address such as `Bob <sip:bob@example.com>`, from `line`. The caller hangs up `holding` after the
    /// answer; without it, by order.
    ///
    /// # Errors
    /// [`NotDone::Busy`] and [`NotDone::NotSent`].
    pub fn call(
        &mut self,
        line: u32,
        callee: &str,
        holding: Option<Duration>,
        cx: &mut Context<'_>,
    ) -> Result<CallHandle, NotDone> {
        if self.lines[line as usize].call.is_some() {
            return Err(NotDone::Busy);
        }
        let call_id = self.names.call_id(self.config.identities.domain(line));
        let row = self.place_call(line, callee, holding, &call_id, cx).ok_or(NotDone::NotSent)?;
        Ok(CallHandle { line, subject: self.record(row).subject })
    }

    /// Gives up the unanswered call that `line` has placed: CANCEL, as soon as it is allowed.
    ///
    /// # Errors
    /// [`NotDone::NoSuchCall`].
    pub fn cancel(&mut self, line: u32, cx: &mut Context<'_>) -> Result<(), NotDone> {
        let row = self.call_in(line, |state| matches!(state, State::Calling(_)))?;
        self.cancel_call(row, Wish::Cancel, cx);
        Ok(())
    }

    /// Answers the call that rings at `line`.
    ///
    /// # Errors
    /// [`NotDone::NoSuchCall`].
    pub fn answer(&mut self, line: u32, cx: &mut Context<'_>) -> Result<(), NotDone> {
        let row = self.call_in(line, |state| matches!(state, State::Alerting(_)))?;
        cx.resume(self.record(row).lineage);
        self.answer_call(row, cx);
        Ok(())
    }

    /// Refuses the call that rings at `line` with `status`, 300–699.
    ///
    /// # Errors
    /// [`NotDone::NoSuchCall`].
    ///
    /// # Panics
    /// When `status` is no rejection.
    pub fn reject(&mut self, line: u32, status: StatusCode, cx: &mut Context<'_>) -> Result<(), NotDone> {
        assert!(status.is_final() && !status.is_success(), "{status} rejects nothing");
        let row = self.call_in(line, |state| matches!(state, State::Alerting(_)))?;
        cx.resume(self.record(row).lineage);
        self.reject_call(row, status, cx);
        Ok(())
    }

    /// Hangs up the answered call of `line`: BYE.
    ///
    /// # Errors
    /// [`NotDone::NoSuchCall`]; so for a callee that still waits for the ACK, who may not send BYE
    /// (RFC 3261 15).
    pub fn hang_up(&mut self, line: u32, cx: &mut Context<'_>) -> Result<(), NotDone> {
        //= RFC 3261 15: the callee's UA MUST NOT send a BYE on a confirmed dialog until it has received an ACK
        let row = self.call_in(line, |state| matches!(state, State::Established { .. }))?;
        self.hang_up_call(row, cx);
        Ok(())
    }

    /// Modifies the answered call of `line`: re-INVITE.
    ///
    /// # Errors
    /// [`NotDone::NoSuchCall`], also while another INVITE is in progress in either direction (RFC 3261 14.1);
    /// [`NotDone::NotSent`].
    pub fn modify(&mut self, line: u32, change: Change, cx: &mut Context<'_>) -> Result<(), NotDone> {
        let row = self.call_in(line, |state| matches!(state, State::Established { .. }))?;
        let call = self.record(row);
        if call.reinvite.is_some() || call.reanswer.is_some() {
            return Err(NotDone::NoSuchCall);
        }
        if self.modify_call(row, change, cx) { Ok(()) } else { Err(NotDone::NotSent) }
    }

    /// Moves `line` to another address of the node, with the persona that it has there. Its peers learn of it when a
    /// call is modified ([`Change::Address`]) or the line registers.
    ///
    /// Without effect for numbered lines, whose addresses are a rule.
    pub fn relocate(&mut self, line: u32, address: SocketAddr, persona: Option<Persona>) {
        self.config.identities.relocate(line, address, persona);
    }

    /// Sends a request outside any dialog, such as OPTIONS, from `line` to the URI `target`; its probe subject.
    ///
    /// # Errors
    /// [`NotDone::NotSent`].
    ///
    /// # Panics
    /// For INVITE, ACK, BYE and CANCEL, which are no requests of this kind.
    pub fn request(
        &mut self,
        line: u32,
        method: Method<'_>,
        target: &str,
        cx: &mut Context<'_>,
    ) -> Result<u64, NotDone> {
        let is_alone = !matches!(method, Method::Invite | Method::Ack | Method::Bye | Method::Cancel);
        assert!(is_alone, "{method} is no request outside any dialog");
        let call_id = self.names.call_id(self.config.identities.domain(line));
        self.send_request(line, method, target, &call_id, cx).ok_or(NotDone::NotSent)
    }

    /// Registers `line` at once. Its configuration must say how.
    ///
    /// # Errors
    /// [`NotDone::NotSent`] when the node has no way to register.
    pub fn register(&mut self, line: u32, cx: &mut Context<'_>) -> Result<(), NotDone> {
        self.config.registration.as_ref().ok_or(NotDone::NotSent)?;
        self.lines[line as usize].slot.cancel();
        self.begin_registration(line, cx);
        Ok(())
    }

    /// Sends a REGISTER for `line` at once that says this of its bindings. Its configuration must say how it registers.
    ///
    /// Without effect while a REGISTER of the line is under way.
    ///
    /// # Errors
    /// [`NotDone::NotSent`] when the node has no way to register.
    pub fn enrol(&mut self, line: u32, bindings: Bindings, cx: &mut Context<'_>) -> Result<(), NotDone> {
        self.config.registration.as_ref().ok_or(NotDone::NotSent)?;
        if bindings != Bindings::Fetch {
            self.lines[line as usize].slot.cancel();
        }
        self.begin_enrolment(line, bindings, cx);
        Ok(())
    }

    /// The call of `line`, if it is in a state that is wanted.
    fn call_in(&self, line: u32, is_wanted: impl FnOnce(&State) -> bool) -> Result<Row, NotDone> {
        let row = self.lines[line as usize].call.ok_or(NotDone::NoSuchCall)?;
        let call = self.record(row);
        if is_wanted(&call.state) { Ok(row) } else { Err(NotDone::NoSuchCall) }
    }
}

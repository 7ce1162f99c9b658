//! Watches calls and registrations: probes in, attempts out.

use std::collections::BTreeMap;

use sim_api::{Lineage, Probe, SimTime};
use sim_engine::Observer;
use sim_net::NodeId;
use sip::probe;

use super::attempt::{Attempt, End};
use super::stretch::Stretch;

/// Collects what callers and registering lines report.
#[derive(Debug)]
pub(super) struct CallObserver {
    stretch: Stretch,
    /// By subject; a subject stands for one Call-ID.
    pub(super) attempts: BTreeMap<u64, Attempt>,
    pub(super) registrations: Registrations,
    /// Requests and responses sent again in the measured time.
    pub(super) retransmissions: u64,
    /// Transactions begun and ended, in the whole run.
    pub(super) transactions: (u64, u64),
}

/// Registrations that began in the measured time.
#[derive(Debug, Default)]
pub(super) struct Registrations {
    /// By subject: when the REGISTER left that answers no challenge.
    open: BTreeMap<u64, SimTime>,
    /// Delays of those that succeeded, in nanoseconds.
    pub(super) delays: Vec<u64>,
    /// How many began.
    pub(super) attempts: u64,
    /// How many failed.
    pub(super) failed: u64,
}

impl CallObserver {
    /// An observer of what begins within `stretch`.
    pub(super) fn new(stretch: Stretch) -> CallObserver {
        CallObserver {
            stretch,
            attempts: BTreeMap::new(),
            registrations: Registrations::default(),
            retransmissions: 0,
            transactions: (0, 0),
        }
    }

    /// Statistics count what begins in [begin, end).
    fn measures(&self, now: SimTime) -> bool {
        self.stretch.begin <= now && now < self.stretch.end
    }

    fn on_transaction(&mut self, now: SimTime, probe: &Probe) {
        match probe.name {
            probe::TRANSACTION_BEGUN => self.transactions.0 += probe.value,
            probe::TRANSACTION_ENDED => self.transactions.1 += probe.value,
            probe::RETRANSMITTED_REQUEST | probe::RETRANSMITTED_RESPONSE | probe::REPEATED
                if self.measures(now) =>
            {
                self.retransmissions += probe.value;
            }
            _ => {}
        }
    }

    fn on_registration(&mut self, now: SimTime, probe: &Probe) {
        let registrations = &mut self.registrations;
        match probe.name {
            probe::REGISTER_REQUEST if self.stretch.begin <= now && now < self.stretch.end => {
                registrations.attempts += 1;
                registrations.open.insert(probe.subject, now);
            }
            probe::REGISTER_DONE => {
                if let Some(begun) = registrations.open.remove(&probe.subject) {
                    registrations.delays.push(now.as_nanos() - begun.as_nanos());
                }
            }
            probe::REGISTER_REJECT | probe::REGISTER_TIMEOUT => {
                let was_open = registrations.open.remove(&probe.subject).is_some();
                registrations.failed += u64::from(was_open);
            }
            _ => {}
        }
    }

    fn on_call(&mut self, now: SimTime, probe: &Probe, lineage: &Lineage) {
        if probe.name == probe::CALL_INVITE {
            if self.measures(now) {
                self.attempts.insert(probe.subject, Attempt::begin(now));
            }
            return;
        }
        let Some(attempt) = self.attempts.get_mut(&probe.subject) else { return };
        let hanging_up = matches!(probe.name, probe::CALL_BYE | probe::CALL_BYE_RECEIVED);
        if hanging_up && now >= self.stretch.end {
            return;
        }
        update(attempt, now, probe, lineage);
    }
}

/// What a probe of a call means for its attempt.
fn update(attempt: &mut Attempt, now: SimTime, probe: &Probe, lineage: &Lineage) {
    let status = u16::try_from(probe.value).unwrap_or(u16::MAX);
    match probe.name {
        probe::CALL_PROGRESS => {
            attempt.progressed.get_or_insert((now, lineage.split()));
            if (180..190).contains(&status) {
                attempt.rang.get_or_insert((now, lineage.split()));
            }
        }
        probe::CALL_ANSWER => {
            attempt.answered.get_or_insert((now, lineage.split()));
            attempt.end = End::Answered;
        }
        probe::CALL_REJECT | probe::CALL_TIMEOUT | probe::CALL_NO_ROUTE => {
            attempt.failed_at.get_or_insert(now);
            attempt.end = End::Failed(status);
        }
        probe::CALL_CANCELLED => attempt.end = End::Cancelled,
        probe::CALL_BYE => {
            attempt.bye.get_or_insert(now);
            attempt.hung_up.get_or_insert(now);
        }
        probe::CALL_BYE_RECEIVED => {
            attempt.hung_up.get_or_insert(now);
        }
        probe::CALL_BYE_DONE => {
            attempt.bye_done.get_or_insert((now, status));
        }
        _ => {}
    }
}

impl Observer for CallObserver {
    fn probe(&mut self, now: SimTime, _: NodeId, probe: &Probe, lineage: &Lineage) {
        match probe.name.0.split_once('.').map(|(family, _)| family) {
            Some("call" | "uas") => self.on_call(now, probe, lineage),
            Some("register") => self.on_registration(now, probe),
            _ => self.on_transaction(now, probe),
        }
    }
}

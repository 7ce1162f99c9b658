//! What the trials of a loss probe add up to.
//!
//! The model hands in each trial as it ends; [`LossTally`] keeps the metrics that [`crate::theory`] compares with the
//! law, and holds each delay against the law's support to the nanosecond, which no histogram could do afterwards.

use std::time::Duration;

use records::{Histogram, LawCheck, Measurement, RunRecord};
use sim_api::nanos;

use crate::law::compare::Claim;
use crate::law::loss::LossLaw;
use crate::plan::CellConfig;
use crate::schema::LossCase;
use crate::theory;

/// The trials of one run of a loss probe.
#[derive(Clone, Debug)]
pub struct LossTally {
    case: LossCase,
    law: Option<(LossLaw, Claim)>,
    delays: Histogram,
    copies: Histogram,
    trials: u64,
    ghosts: u64,
    acknowledged: u64,
    off_support: u64,
}

/// How one trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// From the first octet of the request to the last octet of the first response that matters (a 18x for a ringing
    /// INVITE, the final response otherwise); `None` when the client gave up before.
    pub delay: Option<Duration>,
    /// How many copies of the request the client sent.
    pub copies: u64,
    /// What the server saw.
    pub server: ServerSaw,
}

/// What the server saw of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerSaw {
    /// No copy of the request.
    Nothing,
    /// A copy of the request, and no ACK for its 2xx.
    Request,
    /// A copy of the request and an ACK for its 2xx.
    Ack,
}

impl LossTally {
    /// No trial so far; `cell` is that of a loss probe.
    ///
    /// Where no law applies (a link with jitter or a bit rate, say) the tally only measures.
    pub fn new(case: LossCase, cell: &CellConfig) -> LossTally {
        LossTally {
            case,
            law: theory::loss_law(cell),
            delays: Histogram::new(),
            copies: Histogram::new(),
            trials: 0,
            ghosts: 0,
            acknowledged: 0,
            off_support: 0,
        }
    }

    /// Counts one trial.
    pub fn add(&mut self, trial: Trial) {
        self.trials += 1;
        self.copies.record(trial.copies);
        self.acknowledged += u64::from(trial.server == ServerSaw::Ack);
        match trial.delay {
            Some(delay) => {
                self.delays.record(nanos(delay));
                let off = self.law.as_ref().is_some_and(|(law, _)| !law.delay.supports(delay));
                self.off_support += u64::from(off);
            }
            None => self.ghosts += u64::from(trial.server != ServerSaw::Nothing),
        }
    }

    /// How many trials were counted.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Writes the metrics and the check of the support into `record`.
    pub fn write(self, record: &mut RunRecord) {
        let answered = self.delays.n();
        let metrics = &mut record.metrics;
        let ratio = |hits| Measurement::Ratio { hits, of: self.trials };
        metrics.insert("success_ratio".to_owned(), ratio(answered));
        match self.case {
            LossCase::NonInvite => {
                metrics.insert("ghost_ratio".to_owned(), ratio(self.ghosts));
            }
            LossCase::InviteAnswered => {
                metrics.insert("acknowledged_ratio".to_owned(), ratio(self.acknowledged));
            }
            LossCase::InviteRinging | LossCase::InviteRejected => {}
        }
        metrics.insert("response_delay_ms".to_owned(), Measurement::Samples(self.delays));
        metrics.insert("copies_per_request".to_owned(), Measurement::Samples(self.copies));
        let check: Option<LawCheck> =
            self.law.map(|(_, claim)| claim.off_support(theory::OFF_SUPPORT, self.off_support, answered));
        record.laws.extend(check);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{LOSS, plan};

    #[test]
    fn a_delay_one_nanosecond_off_the_support_is_caught() {
        let plan = plan(LOSS);
        let mut tally = LossTally::new(LossCase::NonInvite, &plan.cells[2]);
        let (law, _) = theory::loss_law(&plan.cells[2]).unwrap();
        let right = law.delay.outcomes()[1].0;
        for delay in [right, right + Duration::from_nanos(1)] {
            tally.add(Trial { delay: Some(delay), copies: 2, server: ServerSaw::Request });
        }
        let mut record = RunRecord::default();
        tally.write(&mut record);
        assert!(!record.laws[0].passed);
        assert_eq!(record.laws[0].simulated, 1.0);
    }

    #[test]
    fn a_ghost_is_a_request_that_was_served_without_an_answer() {
        let plan = plan(LOSS);
        let mut tally = LossTally::new(LossCase::NonInvite, &plan.cells[2]);
        for server in [ServerSaw::Nothing, ServerSaw::Request] {
            tally.add(Trial { delay: None, copies: 11, server });
        }
        let mut record = RunRecord::default();
        tally.write(&mut record);
        assert_eq!(record.metrics["ghost_ratio"], Measurement::Ratio { hits: 1, of: 2 });
        assert_eq!(record.metrics["success_ratio"], Measurement::Ratio { hits: 0, of: 2 });
    }
}

//! What an outage did to calls: those that began while a node was down, and how long its traces lasted.

use std::time::Duration;

use records::{Histogram, Measurement, RunRecord};
use sim_api::{SimTime, nanos};

use super::attempt::{Attempt, End};
use crate::schema::{Experiment, FaultEntry};

/// A call whose first sign of life takes longer than this has felt the outage: RFC 6076's delays of a network in order
/// stay far below, and the first silent server costs 32 s.
const SLOW: Duration = Duration::from_secs(4);

/// From the crash of a node to its restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outage {
    from: SimTime,
    until: SimTime,
}

impl Outage {
    /// The first outage of the experiment; `None` when no node goes down and comes back.
    pub(super) fn of(experiment: &Experiment) -> Option<Outage> {
        let crash = experiment.faults.iter().find(|fault| matches!(fault, FaultEntry::Crash { .. }))?;
        let is_its_end = |fault: &&FaultEntry| {
            matches!(fault, FaultEntry::Restart { .. })
                && fault.node() == crash.node()
                && fault.at() > crash.at()
        };
        let restart = experiment.faults.iter().find(is_its_end)?;
        Some(Outage { from: SimTime::ZERO + crash.at(), until: SimTime::ZERO + restart.at() })
    }

    /// Writes what became of `attempts` that began in the outage, and until when calls felt it.
    pub(super) fn write<'a>(&self, attempts: impl Iterator<Item = &'a Attempt>, record: &mut RunRecord) {
        let (mut begun, mut lost, mut delays) = (0, 0, Histogram::new());
        let mut last_hurt = self.from;
        for attempt in attempts.filter(|attempt| attempt.begun >= self.from) {
            let delay = attempt.request_delay().map(|(delay, _)| delay);
            let is_lost = is_lost(attempt);
            if is_lost || delay.is_some_and(|delay| delay > nanos(SLOW)) {
                last_hurt = last_hurt.max(attempt.begun);
            }
            if attempt.begun < self.until {
                begun += 1;
                lost += u64::from(is_lost);
                if let (Some(delay), false) = (delay, is_lost) {
                    delays.record(delay);
                }
            }
        }
        let recovery_ms = nanos(last_hurt - self.from) as f64 / 1e6;
        let metrics = &mut record.metrics;
        metrics.insert("outage_lost_ratio".to_owned(), Measurement::Ratio { hits: lost, of: begun });
        metrics.insert("outage_post_dial_delay_ms".to_owned(), Measurement::Samples(delays));
        metrics.insert("recovery_time_ms".to_owned(), Measurement::Value(recovery_ms));
    }
}

/// Whether the network failed the caller: no answer, and nobody who was busy or refused.
fn is_lost(attempt: &Attempt) -> bool {
    matches!(attempt.end, End::Failed(408 | 500 | 503 | 504) | End::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(begun_s: u64, delay_s: Option<u64>, end: End) -> Attempt {
        let begun = SimTime::from_secs(begun_s);
        let heard = delay_s.map(|delay| (begun + Duration::from_secs(delay), Default::default()));
        Attempt { progressed: heard, end, ..Attempt::begin(begun) }
    }

    #[test]
    fn lost_and_slow_calls_count_until_the_last_that_felt_the_outage() {
        let outage = Outage { from: SimTime::from_secs(100), until: SimTime::from_secs(200) };
        let attempts = [
            attempt(99, None, End::Failed(408)),
            attempt(110, Some(32), End::Answered),
            attempt(120, None, End::Failed(408)),
            attempt(130, Some(1), End::Answered),
            attempt(140, Some(1), End::Failed(486)),
            attempt(210, Some(33), End::Answered),
            attempt(220, Some(1), End::Answered),
        ];
        let mut record = RunRecord::default();
        outage.write(attempts.iter(), &mut record);
        assert_eq!(record.metrics["outage_lost_ratio"], Measurement::Ratio { hits: 1, of: 4 });
        assert_eq!(record.metrics["recovery_time_ms"], Measurement::Value(110_000.0));
        let Measurement::Samples(delays) = &record.metrics["outage_post_dial_delay_ms"] else { panic!() };
        assert_eq!(delays.n(), 3);
    }
}

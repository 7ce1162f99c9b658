//! What an experiment will cost, roughly.

use super::Plan;
use super::cell::CellConfig;
use crate::schema::Calls;

/// What an experiment will cost: orders of magnitude for a reader of `siplab check`, not promises.
///
/// A call takes some 13 messages over some four links each way; a refresh with digest four messages. A subscriber costs
/// a kilobyte, a call in progress four.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Cells × replications; the most that can come when their number depends on a metric.
    pub runs: u64,
    /// Events of all runs.
    pub events: f64,
    /// Octets of memory of the largest run.
    pub memory_octets: f64,
}

const EVENTS_PER_CALL: f64 = 13.0 * 4.0 * 2.0;
const EVENTS_PER_REFRESH: f64 = 4.0 * 4.0 * 2.0;
const EVENTS_PER_TRIAL: f64 = 16.0;
const EVENTS_PER_JOB: f64 = 2.0;
const OCTETS_PER_SUBSCRIBER: f64 = 1024.0;
const OCTETS_PER_CALL: f64 = 4096.0;
const OCTETS_AT_LEAST: f64 = 4e6;

impl Estimate {
    pub(super) fn of(plan: &Plan) -> Estimate {
        let replications = u64::from(plan.replications().most());
        let loads: Vec<Load> = plan.cells.iter().map(Load::of).collect();
        Estimate {
            runs: plan.cells.len() as u64 * replications,
            events: loads.iter().map(|load| load.events).sum::<f64>() * replications as f64,
            memory_octets: loads.iter().map(|load| load.octets).fold(OCTETS_AT_LEAST, f64::max),
        }
    }
}

/// What one run costs.
struct Load {
    events: f64,
    octets: f64,
}

impl Load {
    fn of(cell: &CellConfig) -> Load {
        let experiment = &cell.experiment;
        let seconds = (experiment.warmup.duration()
            + experiment.duration.map_or(std::time::Duration::ZERO, topologies::unit::Span::duration))
        .as_secs_f64();
        let subscribers: f64 =
            experiment.population.iter().map(|group| group.subscribers.count() as f64).sum();
        let refreshes: f64 = experiment
            .population
            .iter()
            .filter_map(|group| {
                let expires = group.register.as_ref()?.expires.duration().as_secs_f64();
                Some(group.subscribers.count() as f64 * seconds / (expires / 2.0))
            })
            .sum();
        let idle = EVENTS_PER_REFRESH * refreshes;
        let octets = OCTETS_AT_LEAST + OCTETS_PER_SUBSCRIBER * subscribers;
        match &experiment.workload.calls {
            Calls::Demands { per_subscriber } => {
                let calls = subscribers * per_subscriber.per_second() * seconds;
                let holding = experiment
                    .workload
                    .holding
                    .as_ref()
                    .map_or(0.0, |holding| cell.distribution(holding).mean().as_secs_f64());
                let at_once = subscribers * per_subscriber.per_second() * holding.min(seconds);
                Load { events: idle + EVENTS_PER_CALL * calls, octets: octets + OCTETS_PER_CALL * at_once }
            }
            Calls::Script(calls) => Load { events: idle + EVENTS_PER_CALL * calls.len() as f64, octets },
            Calls::LossProbe { trials, .. } => Load { events: EVENTS_PER_TRIAL * *trials as f64, octets },
            Calls::Rfc3665 { .. } => Load { events: EVENTS_PER_CALL * 4.0, octets },
            Calls::Exchange { messages, .. } => Load { events: 4.0 * messages.len() as f64, octets },
            Calls::FailoverProbe { trials, .. } => {
                Load { events: 2.0 * EVENTS_PER_CALL * f64::from(*trials), octets }
            }
            Calls::QueueProbe { jobs, unmeasured, .. } => {
                Load { events: EVENTS_PER_JOB * (*jobs as f64 + *unmeasured as f64), octets }
            }
        }
    }
}

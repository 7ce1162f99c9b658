//! The three stretches of a run: warm-up, the measured time, and the drain.

use std::time::Duration;

use sim_api::{Fault, SimTime, TimedFault};
use sim_engine::Simulation;

use super::measure::{Counters, Server};
use super::stage::host_name;
use crate::plan::CellConfig;
use crate::runner::RunError;

/// A simulation that is ready to start, and what is worth measuring in it.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) simulation: Simulation,
    pub(super) stretch: Stretch,
    /// Hosts with a CPU: name, node of the topology, place.
    pub(super) servers: Vec<Server>,
}

/// When a run measures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// Where measuring begins.
    pub(super) begin: SimTime,
    /// Where it ends: no new call or refresh starts from here on.
    pub(super) end: SimTime,
    /// By when everything has ended.
    pub(super) horizon: SimTime,
}

/// How long a run may take to end after its measured time, in units of 64·T1 and timer C: a callee picks up at the last
/// moment, his 2xx is not acknowledged, his BYE times out, and its server transaction lingers.
const DRAIN_LIMITS: u32 = 4;

impl Stretch {
    /// The stretches that the experiment's warm-up and duration give; `limit` is 64·T1 of the slowest element, `c` its
    /// timer C.
    pub(super) fn of(cell: &CellConfig, limit: Duration, c: Duration) -> Result<Stretch, RunError> {
        let duration = cell.experiment.duration.as_ref();
        let duration = duration.ok_or_else(|| RunError::failed("the experiment has no duration"))?;
        let begin = SimTime::ZERO + cell.experiment.warmup.duration();
        let end = begin + duration.duration();
        Ok(Stretch { begin, end, horizon: end + limit * DRAIN_LIMITS + c })
    }
}

impl Prepared {
    /// Schedules the faults of the experiment.
    pub(super) fn with_faults(mut self, cell: &CellConfig) -> Result<Prepared, RunError> {
        let timed = cell.experiment.faults.iter().map(|fault| fault.timed());
        let faults: Vec<TimedFault> = timed.map(|timed| self.as_called(timed)).collect();
        self.simulation.schedule_faults(&faults).map_err(RunError::failed)?;
        Ok(self)
    }

    /// The fault with its host as the network calls it.
    fn as_called(&self, timed: TimedFault) -> TimedFault {
        let called = |node: String| {
            let beside = host_name(&node);
            if self.simulation.network().node_named(&beside).is_some() { beside } else { node }
        };
        let fault = match timed.fault {
            Fault::Crash { node, memory, extent } => Fault::Crash { node: called(node), memory, extent },
            Fault::Restart { node } => Fault::Restart { node: called(node) },
            other => other,
        };
        TimedFault { at: timed.at, fault }
    }

    /// Runs to the end; what the engine counted in the measured time.
    ///
    /// # Errors
    /// When something is still alive at the horizon, which no protocol timer allows.
    pub(super) fn run(&mut self) -> Result<Counters, RunError> {
        let Prepared { simulation, stretch, servers } = self;
        simulation.drain_at(stretch.end);
        simulation.run_until(stretch.begin);
        simulation.reset_cpu_statistics();
        let before = Counters::of(simulation, servers);
        simulation.run_until(stretch.end);
        let measured = Counters::of(simulation, servers).since(&before);
        simulation.run_to_quiet(stretch.horizon);
        simulation.assert_conservation();
        match simulation.live() {
            0 => Ok(measured),
            alive => Err(RunError::failed(format!(
                "{alive} transactions or calls are alive long after the end: {:?}",
                simulation.now()
            ))),
        }
    }
}

//! One run: a cell's configuration becomes a network with nodes and observers, and what they saw becomes a record.
//!
//! ```text
//!   CellConfig ──▶ Stage (topology + hosts) ──▶ Simulation ──▶ warm-up │ measured │ drain
//!                    │ demands: population, proxies, call sources            │
//!                    │ script:  named agents                         CallObserver, counters
//!                    │ loss probe: one client, one server                    │
//!                    │ exchange: two ends that send by turns                 ▼
//!                    └ queue probe: a host's CPU alone                   RunRecord
//! ```
//!
//! A host stands beside the node of the topology that it is attached to, joined by a link that costs no time and loses
//! nothing: the topology's links alone decide what the network does.

mod agents;
mod attempt;
mod backups;
mod call_metrics;
mod call_observer;
mod compression;
mod demand;
mod exchange;
mod failover_probe;
mod loss_probe;
mod measure;
mod name_service;
mod outage;
mod outliers;
mod passwords;
mod population;
mod queue_probe;
mod replay;
mod rfc3665;
mod sites;
mod stage;
mod stretch;

use std::io::{self, Write};

use records::{LadderRecord, RunRecord};
use sim_api::Seed;

use crate::plan::CellConfig;
use crate::runner::{RunCell, RunError};
use crate::schema::Calls;

pub use replay::Which;

/// Runs cells with the real engine and the real protocol stack.
#[derive(Clone, Copy, Debug, Default)]
pub struct Laboratory;

/// Why there is no capture.
#[derive(Debug)]
pub enum CaptureError {
    /// The run failed.
    Run(RunError),
    /// The capture could not be written.
    Write(io::Error),
}

impl RunCell for Laboratory {
    fn run(&self, cell: &CellConfig, seed: Seed, _: u32) -> Result<RunRecord, RunError> {
        match &cell.experiment.workload.calls {
            Calls::Demands { .. } => population::run(cell, seed),
            Calls::Script(_) => agents::run(cell, seed),
            Calls::LossProbe { .. } => loss_probe::run(cell, seed),
            Calls::Exchange { .. } => exchange::run(cell, seed),
            Calls::Rfc3665 { .. } => rfc3665::run(cell, seed),
            Calls::FailoverProbe { .. } => failover_probe::run(cell, seed),
            Calls::QueueProbe { .. } => queue_probe::run(cell, seed),
        }
    }
}

impl Laboratory {
    /// Replays a run and returns the ladders of the calls asked for, in the order typical, slowest, first failed, or by
    /// the start of the call.
    ///
    /// # Errors
    /// When the run fails, or it has no call of that Call-ID, or the experiment has no messages to show.
    pub fn ladders(
        &self,
        cell: &CellConfig,
        seed: Seed,
        replication: u32,
        which: &Which,
    ) -> Result<Vec<LadderRecord>, RunError> {
        match which {
            Which::Call(call) => replay::call(cell, seed, call),
            Which::Outliers => {
                let record = self.run(cell, seed, replication)?;
                replay::outliers(cell, seed, &record)
            }
        }
    }

    /// Replays a run and writes what its links were offered into a pcapng capture: all packets, or those of one call.
    ///
    /// # Errors
    /// When the run fails or the writer does.
    pub fn capture<W: Write + Send + 'static>(
        &self,
        cell: &CellConfig,
        seed: Seed,
        _replication: u32,
        call: Option<&str>,
        writer: W,
    ) -> Result<W, CaptureError> {
        replay::capture(cell, seed, call, writer)
    }
}

/// The simulation of a cell, ready to start: what [`replay`] watches.
fn prepared(cell: &CellConfig, seed: Seed) -> Result<stretch::Prepared, RunError> {
    match &cell.experiment.workload.calls {
        Calls::Demands { .. } => population::prepare(cell, seed),
        Calls::Script(_) => agents::prepare(cell, seed),
        Calls::LossProbe { .. } => loss_probe::prepare(cell, seed),
        Calls::Exchange { .. } => exchange::prepare(cell, seed),
        Calls::Rfc3665 { .. } => rfc3665::prepare(cell, seed),
        Calls::FailoverProbe { .. } => failover_probe::prepare(cell, seed),
        Calls::QueueProbe { .. } => Err(RunError::failed("a queue probe sends no messages")),
    }
}

#[cfg(test)]
mod tests;

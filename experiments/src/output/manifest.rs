//! `manifest.json`: what an output folder is, and how it came about.

use std::io;
use std::path::Path;
use std::time::Duration;

use records::ExperimentRecord;
use serde::{Deserialize, Serialize};

use super::write_whole;
use crate::plan::Plan;

/// The name of the file in the output folder.
pub const MANIFEST_FILE: &str = "manifest.json";

/// The manifest. Its first field tells a folder of ours from any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of siplab that wrote it.
    pub siplab: String,
    /// Whether all runs are done. Written first as false, so that an interrupted folder is known as ours.
    pub complete: bool,
    /// The experiment's name.
    pub name: String,
    /// The experiment's seed.
    pub seed: u64,
    /// Cells of the plan.
    pub cells: u64,
    /// Replications of each cell.
    pub replications: u32,
    /// SHA-256 over all that decides the runs: see [`Plan::identity`].
    pub identity: String,
    /// The experiment with its overrides.
    pub resolved: String,
    /// SHA-256 over all run digests; empty while incomplete.
    pub digest: String,
    /// Threads that ran it.
    pub threads: usize,
    /// Wall time of this call of siplab, in seconds.
    pub wall_time_s: f64,
    /// What the report needs beside the runs; `None` while incomplete.
    pub experiment: Option<ExperimentRecord>,
}

impl Manifest {
    /// The manifest of a folder whose runs are not done.
    pub fn begun(plan: &Plan, threads: usize) -> Manifest {
        Manifest {
            siplab: env!("CARGO_PKG_VERSION").to_owned(),
            complete: false,
            name: plan.experiment.name.clone(),
            seed: plan.experiment.seed,
            cells: plan.cells.len() as u64,
            replications: plan.replications().most(),
            identity: plan.identity().to_owned(),
            resolved: plan.document.source().to_owned(),
            digest: String::new(),
            threads,
            wall_time_s: 0.0,
            experiment: None,
        }
    }

    /// The same, now that all runs are done.
    #[must_use]
    pub fn completed(self, experiment: &ExperimentRecord, wall_time: Duration) -> Manifest {
        Manifest {
            complete: true,
            digest: experiment.digest.clone(),
            replications: experiment.replications,
            wall_time_s: wall_time.as_secs_f64(),
            experiment: Some(experiment.clone()),
            ..self
        }
    }

    /// Reads the manifest of `dir`; `None` when it has none that is ours.
    pub fn read(dir: &Path) -> Option<Manifest> {
        serde_json::from_slice(&std::fs::read(dir.join(MANIFEST_FILE)).ok()?).ok()
    }

    /// Writes the manifest into `dir`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(self).expect("a manifest has string keys only");
        text.push('\n');
        write_whole(&dir.join(MANIFEST_FILE), text.as_bytes())
    }
}

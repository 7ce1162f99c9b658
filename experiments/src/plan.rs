//! From the text of an experiment to the cells that run: overrides, factors, checks.
//!
//! `ron`'s generic tree forgets the names of enum variants, so an override (`--set`) or a factor's value replaces the
//! *text* at its path, and the result is parsed again into the typed [`Experiment`]. Everything that can be known to be
//! wrong is found here, before the first run: each factor's values one by one, then each cell.
//!
//! ```text
//!   experiment.ron ──overrides──▶ base ──one value of each factor──▶ cell 0, 1, 2, …
//!                                  │            (full factorial, the last factor varies fastest)
//!   topology.ron ──────────────────┴── `topology.…` paths are spliced into the network's own text
//! ```

mod attachments;
mod cell;
mod check;
mod edit;
mod estimate;
mod levels;
mod limits;
mod loader;

use records::PlotSpec;
use sim_api::Seed;
use topologies::text::{Diagnostics, Document, Files};

pub use attachments::Attachments;
pub use cell::CellConfig;
pub use edit::Override;
pub use estimate::Estimate;
pub use limits::{
    AGENTS_MAX, CALLS_MAX, CELLS_MAX, CORES_MAX, EXCHANGED_MESSAGES_MAX, FAULTS_MAX, GROUPS_MAX, JOBS_MAX,
    NAME_HOSTS_MAX, QUEUE_MAX, RECORDS_MAX, REPLICATIONS_MAX, RUNS_MAX, SCRIPTED_CALLS_MAX, SUBSCRIBERS_MAX,
    TRIALS_MAX,
};

use crate::schema::{Experiment, Judge, Replications, ServiceLevel};
use levels::Level;
use loader::Loader;

/// All cells of an experiment, checked.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The experiment with its overrides, before factors vary it.
    pub experiment: Experiment,
    /// The text of [`Plan::experiment`].
    pub document: Document,
    /// The text as it was read, without overrides.
    pub original: Document,
    /// The overrides, in order.
    pub overrides: Vec<Override>,
    /// The factors with the labels of their levels.
    pub factors: Vec<records::Factor>,
    /// The cells, in the order of the plan.
    pub cells: Vec<CellConfig>,
    levels: Vec<Vec<Level>>,
    identity: String,
}

impl Plan {
    /// The plan of the experiment that `document` describes. `files` gives what it names: topologies that are not built
    /// in, tables of distributions, golden ladders.
    ///
    /// # Errors
    /// All that is wrong, each with its place.
    pub fn load(document: &Document, overrides: &[Override], files: &dyn Files) -> Result<Plan, Diagnostics> {
        Loader::new(files).plan(document, overrides)
    }

    /// The seed from which each replication's is made.
    pub fn seed(&self) -> Seed {
        Seed::new(self.experiment.seed)
    }

    /// How often each cell runs.
    pub fn replications(&self) -> &Replications {
        &self.experiment.replications
    }

    /// SHA-256 over all that decides a run: this version, the experiment with its overrides, the texts it names.
    ///
    /// 64 hexadecimal digits. Two plans with the same identity have the same run for each (cell, replication); how many
    /// replications there are is left out.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The plots that the experiment asks for.
    pub fn plots(&self) -> Vec<PlotSpec> {
        let label = |factor: &str, text: &str| self.label_of(factor, text).unwrap_or_else(|| text.to_owned());
        self.experiment.plots.iter().map(|plot| plot.spec(label)).collect()
    }

    /// Whether `level` is judged in `cell`.
    pub fn judges(&self, level: &ServiceLevel, cell: &CellConfig) -> bool {
        match &level.judge {
            Judge::None => false,
            Judge::All => true,
            Judge::Where(wanted) => wanted.0.iter().all(|(factor, text)| {
                self.level(factor, text.text()).is_some_and(|level| cell.label(factor) == Some(&level.label))
            }),
        }
    }

    /// The label of the level of `factor` that `text` names; `None` when it names none.
    pub fn label_of(&self, factor: &str, text: &str) -> Option<String> {
        self.level(factor, text).map(|level| level.label.clone())
    }

    /// What the experiment will cost, roughly.
    pub fn estimate(&self) -> Estimate {
        Estimate::of(self)
    }

    fn level(&self, factor: &str, text: &str) -> Option<&Level> {
        let at = self.factors.iter().position(|candidate| candidate.name == factor)?;
        levels::find(&self.levels[at], text)
    }
}

#[cfg(test)]
mod tests;

//! One cell of the plan, ready to run.

use std::sync::Arc;

use records::FactorLevel;
use sim_api::Distribution;
use topologies::Topology;
use topologies::unit::SpanDistribution;

use super::attachments::Attachments;
use crate::schema::Experiment;

/// One cell: the experiment as it is at one level of each factor, with its network and tables.
#[derive(Clone, Debug)]
pub struct CellConfig {
    /// Index in the plan, from zero.
    pub index: u32,
    /// The level of each factor, in the order of the factors.
    pub levels: Vec<FactorLevel>,
    /// The experiment at these levels.
    pub experiment: Experiment,
    /// The network at these levels; `None` for an experiment that needs none.
    pub topology: Option<Arc<Topology>>,
    pub(super) attachments: Arc<Attachments>,
}

impl CellConfig {
    /// The distribution as a run samples it; tables were read when the plan was made.
    pub fn distribution(&self, written: &SpanDistribution) -> Distribution {
        self.attachments.distribution(written)
    }

    /// The text of a golden ladder that the experiment names; `None` when it does not name `file`.
    pub fn ladder(&self, file: &str) -> Option<&str> {
        self.attachments.ladder(file)
    }

    /// The label of the cell's level of `factor`.
    pub fn label(&self, factor: &str) -> Option<&str> {
        self.levels.iter().find(|level| level.factor == factor).map(|level| level.label.as_str())
    }

    /// The levels as people read them; `the only cell` without factors.
    pub fn title(&self) -> String {
        let record =
            records::CellRecord { cell: self.index, factors: self.levels.clone(), ..Default::default() };
        record.title()
    }
}

//! A plan that varies a strategy over a load.

use records::{ServiceLevelCell, ServiceLevelResult};

use super::Findings;
use crate::plan::CellConfig;
use crate::schema::Judge;

/// The cells in which all other factors stand at their base: that which a service level judges, else the first level.
pub(super) struct Grid<'a> {
    pub(super) findings: &'a Findings<'a>,
    strategy: usize,
    load: usize,
    /// Levels of the load, ascending.
    order: Vec<usize>,
    base: Vec<String>,
}

/// One strategy at one load.
pub(super) struct Point<'a> {
    pub(super) cell: &'a CellConfig,
    /// Each service level with the cell's standing.
    pub(super) levels: Vec<(&'a ServiceLevelResult, &'a ServiceLevelCell)>,
}

impl Point<'_> {
    pub(super) fn meets_all(&self) -> bool {
        self.levels.iter().all(|(_, cell)| cell.passed)
    }
}

impl<'a> Grid<'a> {
    /// The grid of the findings; `None` unless a number of the workload and a choice without numbers vary, and a service
    /// level tells good from bad.
    pub(super) fn of(findings: &'a Findings<'a>) -> Option<Grid<'a>> {
        let plan = findings.plan;
        if findings.levels.is_empty() {
            return None;
        }
        let schema = &plan.experiment.factors;
        let load = schema
            .iter()
            .zip(&plan.factors)
            .position(|(s, f)| s.set.starts_with("workload.") && !f.values.is_empty())?;
        let strategy = schema
            .iter()
            .zip(&plan.factors)
            .position(|(s, f)| s.set.starts_with("proxies.") && f.values.is_empty())
            .or_else(|| plan.factors.iter().position(|factor| factor.values.is_empty()))?;
        let mut order: Vec<usize> = (0..plan.factors[load].values.len()).collect();
        order.sort_by(|&a, &b| plan.factors[load].values[a].total_cmp(&plan.factors[load].values[b]));
        let base = (0..plan.factors.len()).map(|factor| base_label(findings, factor)).collect();
        Some(Grid { findings, strategy, load, order, base })
    }

    /// The labels of the strategies.
    pub(super) fn strategies(&self) -> &'a [String] {
        &self.findings.plan.factors[self.strategy].labels
    }

    /// The name of the factor that is the strategy.
    pub(super) fn strategy_name(&self) -> &'a str {
        &self.findings.plan.factors[self.strategy].name
    }

    /// A load in full words, such as `4 calls per subscriber and hour`, where the experiment names what it counts.
    pub(super) fn load_in_words(&self, label: &str) -> String {
        let factor = &self.findings.plan.factors[self.load];
        let named = !self.findings.plan.experiment.factors[self.load].unit.is_empty();
        let value = factor.labels.iter().position(|one| one == label).and_then(|at| factor.values.get(at));
        match value {
            Some(value) if named => format!("{value} {}", factor.unit),
            Some(_) | None => label.to_owned(),
        }
    }

    /// The points of a strategy by ascending load, each with the label of its load.
    pub(super) fn points(&self, strategy: &str) -> Vec<(&'a str, Point<'a>)> {
        let loads = &self.findings.plan.factors[self.load].labels;
        self.order
            .iter()
            .filter_map(|&at| Some((loads[at].as_str(), self.point(strategy, &loads[at])?)))
            .collect()
    }

    fn point(&self, strategy: &str, load: &str) -> Option<Point<'a>> {
        let plan = self.findings.plan;
        let cell = plan.cells.iter().find(|cell| {
            cell.levels.iter().enumerate().all(|(factor, level)| match factor {
                _ if factor == self.strategy => level.label == strategy,
                _ if factor == self.load => level.label == load,
                _ => level.label == self.base[factor],
            })
        })?;
        let levels = self
            .findings
            .levels
            .iter()
            .filter_map(|level| Some((level, level.cells.iter().find(|one| one.cell == cell.index)?)))
            .collect();
        Some(Point { cell, levels })
    }

    /// The other factors at their base, such as `loss 0 %`; empty when there are none.
    pub(super) fn base(&self) -> String {
        let factors = self.findings.plan.factors.iter().enumerate();
        let others = factors.filter(|(factor, _)| *factor != self.strategy && *factor != self.load);
        others.map(|(at, factor)| format!("{} {}", factor.name, self.base[at])).collect::<Vec<_>>().join(", ")
    }
}

/// The label at which a factor stands when it is not varied.
fn base_label(findings: &Findings<'_>, factor: usize) -> String {
    let name = &findings.plan.factors[factor].name;
    let judged = findings.plan.experiment.service_levels.iter().find_map(|level| match &level.judge {
        Judge::Where(wanted) => {
            let (_, text) = wanted.0.iter().find(|(wanted, _)| wanted == name)?;
            findings.plan.label_of(name, text.text())
        }
        Judge::None | Judge::All => None,
    });
    judged.unwrap_or_else(|| findings.plan.factors[factor].labels[0].clone())
}

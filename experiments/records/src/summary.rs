//! What an experiment says about its cells.

use serde::{Deserialize, Serialize};

use crate::law::{ExpectationResult, LawCheck};

/// The level of one factor in one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorLevel {
    /// The factor's name.
    pub factor: String,
    /// The level as people read it, such as `regional` or `0.1 %`.
    pub label: String,
    /// The level as a number, in the factor's unit, where it is one.
    pub value: Option<f64>,
}

/// A cell of the plan, with what was judged in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    /// Index in the plan, from zero.
    pub cell: u32,
    /// Its level of each factor, in the order of the factors.
    pub factors: Vec<FactorLevel>,
    /// Laws compared over all replications of the cell.
    pub laws: Vec<LawCheck>,
    /// Expectations judged over all replications of the cell.
    pub expectations: Vec<ExpectationResult>,
}

impl CellRecord {
    /// The label of the cell's level of `factor`.
    pub fn label(&self, factor: &str) -> Option<&str> {
        self.factors.iter().find(|level| level.factor == factor).map(|level| level.label.as_str())
    }

    /// The levels as people read them, such as `central, loss 0.1 %`: a numeric level carries its factor's name.
    ///
    /// `the only cell` when there are no factors.
    pub fn title(&self) -> String {
        let words: Vec<String> = self
            .factors
            .iter()
            .map(|level| match level.value {
                Some(_) => format!("{} {}", level.factor, level.label),
                None => level.label.clone(),
            })
            .collect();
        if words.is_empty() { "the only cell".to_owned() } else { words.join(", ") }
    }
}

/// One row of `summary.csv`: one metric in one cell, in the unit of the metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryRow {
    /// Index of the cell.
    pub cell: u32,
    /// (factor, label) of the cell, in the order of the factors.
    pub factors: Vec<(String, String)>,
    /// The metric's name.
    pub metric: String,
    /// Samples, trials or, for single values, replications behind the row.
    pub n: u64,
    /// Mean over replications.
    pub mean: f64,
    /// Lower end of the 95 % interval of the mean; equal to the mean when one replication allows none.
    pub ci95_low: f64,
    /// Upper end of the 95 % interval of the mean.
    pub ci95_high: f64,
    /// Smallest sample.
    pub min: f64,
    /// Median of the samples.
    pub p50: f64,
    /// 95th percentile of the samples.
    pub p95: f64,
    /// 99th percentile of the samples.
    pub p99: f64,
    /// Largest sample.
    pub max: f64,
}

impl SummaryRow {
    /// Half the width of the 95 % interval of the mean.
    pub fn half_width(&self) -> f64 {
        (self.ci95_high - self.ci95_low) / 2.0
    }
}

/// The side of a bound on which the good values lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// Values up to the bound are good.
    AtMost,
    /// Values from the bound on are good.
    AtLeast,
}

/// The statistic of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Statistic {
    /// Mean over replications.
    Mean,
    /// Quantile of the samples; the number lies in `(0, 1)`.
    Quantile(f64),
}

/// A service level, and how each cell stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevelResult {
    /// The metric's name.
    pub metric: String,
    /// Its statistic.
    pub statistic: Statistic,
    /// The side of the limit that is good.
    pub bound: Bound,
    /// The limit, in the unit of the metric.
    pub limit: f64,
    /// How sure a pass has to be, such as 0.95: the interval's whole width has to lie on the good side.
    pub confidence: f64,
    /// Every cell.
    pub cells: Vec<ServiceLevelCell>,
}

/// How one cell stands against a service level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevelCell {
    /// Index of the cell.
    pub cell: u32,
    /// The statistic, in the unit of the metric; `None` without samples.
    pub value: Option<f64>,
    /// Its interval at the level's confidence; `None` when one replication allows none.
    pub interval: Option<(f64, f64)>,
    /// Whether the experiment judges this cell: only judged cells decide the exit code.
    pub judged: bool,
    /// Whether the level is met.
    pub passed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_titled_by_its_levels() {
        let level = |factor: &str, label: &str, value| FactorLevel {
            factor: factor.into(),
            label: label.into(),
            value,
        };
        let cell = CellRecord {
            factors: vec![level("routing", "central", None), level("loss", "0.1 %", Some(0.001))],
            ..CellRecord::default()
        };
        assert_eq!(cell.title(), "central, loss 0.1 %");
        assert_eq!(cell.label("loss"), Some("0.1 %"));
        assert_eq!(CellRecord::default().title(), "the only cell");
    }
}

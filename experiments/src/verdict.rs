//! Service levels and expectations, cell by cell.
//!
//! A service level looks at one value a replication: the mean of the metric, or the quantile of its samples. Its estimate
//! is the mean of these values, its interval their t interval at the level's confidence. A cell passes when the whole
//! interval lies on the good side of the limit, so a level that is missed by no more than luck is not passed; with one
//! replication there is no interval and the value decides alone. A replication without the metric (no call was ever
//! answered, say) fails the cell.

use records::{
    Bound, ExpectationResult, Measurement, RunRecord, ServiceLevelCell, ServiceLevelResult, Statistic,
};

use crate::plan::{CellConfig, Plan};
use crate::schema::{Expectation, Relation, ServiceLevel};
use crate::statistics::{Confidence, Interval, Moments, mean_interval};
use crate::summary::of_cell;

/// How every cell stands against each service level of the experiment.
pub fn service_levels(plan: &Plan, runs: &[RunRecord]) -> Vec<ServiceLevelResult> {
    plan.experiment.service_levels.iter().filter_map(|level| service_level(plan, level, runs)).collect()
}

fn service_level(plan: &Plan, level: &ServiceLevel, runs: &[RunRecord]) -> Option<ServiceLevelResult> {
    // A plan's levels were checked: both are there.
    let (bound, limit) = level.limit()?;
    let confidence = Confidence::new(level.confidence)?;
    let cells = plan.cells.iter().map(|cell| {
        let estimate = Estimate::of(level, &of_cell(runs, cell.index), confidence);
        ServiceLevelCell {
            cell: cell.index,
            value: estimate.value,
            interval: estimate.interval.map(|interval| (interval.low, interval.high)),
            judged: plan.judges(level, cell),
            passed: estimate.passes(bound, limit),
        }
    });
    Some(ServiceLevelResult {
        metric: level.metric.clone(),
        statistic: level.statistic(),
        bound,
        limit,
        confidence: level.confidence,
        cells: cells.collect(),
    })
}

struct Estimate {
    value: Option<f64>,
    interval: Option<Interval>,
    whole: bool,
}

impl Estimate {
    fn of(level: &ServiceLevel, runs: &[&RunRecord], confidence: Confidence) -> Estimate {
        let value = |run: &&RunRecord| statistic(run.metrics.get(&level.metric)?, level);
        let values: Vec<f64> = runs.iter().filter_map(value).collect();
        let moments: Moments = values.iter().copied().collect();
        Estimate {
            value: moments.mean(),
            interval: mean_interval(&moments, confidence),
            whole: values.len() == runs.len(),
        }
    }

    fn passes(&self, bound: Bound, limit: f64) -> bool {
        let Some(value) = self.value else { return false };
        let worst = match (bound, self.interval) {
            (Bound::AtMost, interval) => interval.map_or(value, |interval| interval.high),
            (Bound::AtLeast, interval) => interval.map_or(value, |interval| interval.low),
        };
        self.whole
            && match bound {
                Bound::AtMost => worst <= limit,
                Bound::AtLeast => worst >= limit,
            }
    }
}

fn statistic(measurement: &Measurement, level: &ServiceLevel) -> Option<f64> {
    match level.statistic() {
        Statistic::Mean => measurement.scalar(&level.metric),
        Statistic::Quantile(q) => measurement.quantile(&level.metric, q),
    }
}

/// What came of the metric expectations of the experiment in `cell`; those of ladders are judged in the runs.
pub fn expectations(cell: &CellConfig, runs: &[&RunRecord]) -> Vec<ExpectationResult> {
    cell.experiment
        .expect
        .iter()
        .filter_map(|expected| match expected {
            Expectation::Metric { name, relation, value, tolerance } => {
                Some(expectation(name, *relation, *value, *tolerance, runs))
            }
            Expectation::Ladder(_) => None,
        })
        .collect()
}

fn expectation(
    name: &str,
    relation: Relation,
    value: f64,
    tolerance: f64,
    runs: &[&RunRecord],
) -> ExpectationResult {
    let measured: Moments = runs.iter().filter_map(|run| run.metrics.get(name)?.scalar(name)).collect();
    let give = if tolerance == 0.0 { String::new() } else { format!(" ± {tolerance}") };
    ExpectationResult {
        expected: format!("{name} {} {value}{give}", relation.sign()),
        observed: measured
            .mean()
            .map_or_else(|| format!("{name} was not measured"), |mean| format!("{name} = {mean}")),
        passed: measured.mean().is_some_and(|mean| relation.holds(mean, value, tolerance)),
    }
}

#[cfg(test)]
mod tests;

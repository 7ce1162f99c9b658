//! When replications are enough.
//!
//! The decision looks only at prefixes of replications that every cell has completed, and takes the shortest that is
//! precise enough: it depends neither on the order in which runs finish nor on how many were tried beyond it.

use std::collections::BTreeMap;

use records::RunRecord;

use crate::statistics::{Confidence, Moments, mean_interval};

/// An interval needs two replications.
pub(super) const FEWEST: u32 = 2;

/// The smallest number of replications from [`FEWEST`] to `n` with which the 95 % interval of the metric's mean is at
/// most `2 × relative_half_width × mean` wide in every cell. `None` when there is none.
///
/// `completed` gives the runs of a replication by cell; a cell without a run, or a run without the metric, is not
/// precise.
pub(super) fn smallest_prefix<'a>(
    n: u32,
    completed: impl Fn(u32) -> Vec<(u32, &'a RunRecord)>,
    metric: &str,
    relative_half_width: f64,
) -> Option<u32> {
    let mut cells: BTreeMap<u32, Moments> = BTreeMap::new();
    for replication in 0..n {
        for (cell, run) in completed(replication) {
            let value = run.metrics.get(metric).and_then(|measurement| measurement.scalar(metric));
            let moments = cells.entry(cell).or_default();
            value.into_iter().for_each(|value| moments.add(value));
        }
        let so_far = replication + 1;
        let all = cells
            .values()
            .all(|moments| moments.n() == u64::from(so_far) && precise(moments, relative_half_width));
        if so_far >= FEWEST && all && !cells.is_empty() {
            return Some(so_far);
        }
    }
    None
}

fn precise(moments: &Moments, relative_half_width: f64) -> bool {
    let (Some(mean), Some(interval)) = (moments.mean(), mean_interval(moments, Confidence::P95)) else {
        return false;
    };
    interval.half_width() <= relative_half_width * mean.abs()
}

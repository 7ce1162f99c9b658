//! From the records of runs to the rows of `summary.csv`.
//!
//! A mean and its interval come from the replications, which are independent: the mean of their means, unweighted, and
//! its 95 % t interval. Extremes and percentiles of a metric with samples come from the samples of all replications
//! together; those of other metrics from the replications' values. `n` is the number of samples, of trials of a ratio,
//! or of replications of a single value.

use std::collections::BTreeSet;

use records::{CellRecord, Histogram, METRICS, Measurement, RunRecord, SummaryRow, Unit};

use crate::statistics::{Confidence, Interval, Moments, mean_interval};

/// The rows of all cells: by cell, then by metric in the order of the catalogue. A metric that no run of a cell could
/// define has no row there.
pub fn summary(cells: &[CellRecord], runs: &[RunRecord]) -> Vec<SummaryRow> {
    let rows = |cell: &CellRecord| -> Vec<SummaryRow> {
        let runs = of_cell(runs, cell.cell);
        metrics(&runs).into_iter().filter_map(|metric| row(cell, metric, &runs)).collect()
    };
    cells.iter().flat_map(rows).collect()
}

/// The runs of `cell`, in the order of their replications when `runs` is ordered.
pub fn of_cell(runs: &[RunRecord], cell: u32) -> Vec<&RunRecord> {
    runs.iter().filter(|run| run.cell == cell).collect()
}

/// The names of all metrics of these runs: those of the catalogue first and in its order, then the others by name.
pub fn metrics<'a>(runs: &[&'a RunRecord]) -> Vec<&'a str> {
    let present: BTreeSet<&str> =
        runs.iter().flat_map(|run| run.metrics.keys()).map(String::as_str).collect();
    let known = METRICS.iter().filter_map(|info| present.get(info.name).copied());
    let other = present.iter().copied().filter(|name| METRICS.iter().all(|info| info.name != *name));
    known.chain(other).collect()
}

fn row(cell: &CellRecord, metric: &str, runs: &[&RunRecord]) -> Option<SummaryRow> {
    let measured: Vec<&Measurement> = runs.iter().filter_map(|run| run.metrics.get(metric)).collect();
    let values: Vec<f64> = measured.iter().filter_map(|one| one.scalar(metric)).collect();
    let moments: Moments = values.iter().copied().collect();
    let mean = moments.mean()?;
    let interval = mean_interval(&moments, Confidence::P95).unwrap_or(Interval { low: mean, high: mean });
    let spread = Spread::of_samples(&measured, metric).unwrap_or_else(|| Spread::of_values(&values));
    Some(SummaryRow {
        cell: cell.cell,
        factors: cell.factors.iter().map(|level| (level.factor.clone(), level.label.clone())).collect(),
        metric: metric.to_owned(),
        n: measured.iter().map(|one| one.n()).sum(),
        mean,
        ci95_low: interval.low,
        ci95_high: interval.high,
        min: spread.0[0],
        p50: spread.0[1],
        p95: spread.0[2],
        p99: spread.0[3],
        max: spread.0[4],
    })
}

const QUANTILES: [f64; 5] = [0.0, 0.5, 0.95, 0.99, 1.0];

/// Minimum, median, 95th and 99th percentile, maximum.
struct Spread([f64; 5]);

impl Spread {
    fn of_samples(measured: &[&Measurement], metric: &str) -> Option<Spread> {
        let mut all = Histogram::new();
        for one in measured {
            if let Measurement::Samples(samples) = one {
                all.merge(samples);
            }
        }
        let unit = Unit::of(metric).samples_per_unit();
        let mut spread = [0.0; 5];
        for (value, q) in spread.iter_mut().zip(QUANTILES) {
            *value = all.quantile(q)? as f64 / unit;
        }
        Some(Spread(spread))
    }

    /// Nearest rank among the replications, of which there is at least one.
    fn of_values(values: &[f64]) -> Spread {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = |q: f64| ((q * sorted.len() as f64).ceil() as usize).clamp(1, sorted.len());
        Spread(QUANTILES.map(|q| sorted[rank(q) - 1]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(replication: u32, metric: &str, measurement: Measurement) -> RunRecord {
        let mut run = RunRecord { replication, ..RunRecord::default() };
        run.metrics.insert(metric.to_owned(), measurement);
        run
    }

    #[test]
    fn the_interval_is_over_replications_and_the_percentiles_over_samples() {
        let ms = |values: &[u64]| Measurement::Samples(values.iter().map(|v| v * 1_000_000).collect());
        let runs = [
            run(0, "post_dial_delay_ms", ms(&[100, 200])),
            run(1, "post_dial_delay_ms", ms(&[200, 200, 200, 400])),
        ];
        let rows = summary(&[CellRecord::default()], &runs);
        let [row] = rows.as_slice() else { panic!("{rows:?}") };
        // Means 150 and 250: the longer replication weighs no more.
        assert_eq!((row.n, row.mean, row.min, row.max), (6, 200.0, 100.0, 400.0));
        assert!((row.p50 / 200.0 - 1.0).abs() < 1e-3);
        // t(0.975, 1) = 12.706, standard error 50.
        assert!((row.half_width() - 635.3).abs() < 0.1);
    }

    #[test]
    fn a_ratio_counts_trials_and_spreads_over_replications() {
        let runs = [
            run(0, "busy_ratio", Measurement::Ratio { hits: 1, of: 10 }),
            run(1, "busy_ratio", Measurement::Ratio { hits: 2, of: 10 }),
        ];
        let rows = summary(&[CellRecord::default()], &runs);
        assert_eq!((rows[0].n, rows[0].min, rows[0].p50, rows[0].max), (20, 0.1, 0.1, 0.2));
        assert!((rows[0].mean - 0.15).abs() < 1e-15);
    }

    #[test]
    fn what_no_run_could_define_has_no_row() {
        let runs = [run(0, "busy_ratio", Measurement::Ratio { hits: 0, of: 0 })];
        assert!(summary(&[CellRecord::default()], &runs).is_empty());
    }

    #[test]
    fn one_replication_shows_its_mean_without_an_interval() {
        let runs = [run(0, "goodput_cps", Measurement::Value(0.25))];
        let row = &summary(&[CellRecord::default()], &runs)[0];
        assert_eq!((row.mean, row.ci95_low, row.ci95_high, row.n), (0.25, 0.25, 0.25, 1));
    }

    #[test]
    fn metrics_come_in_the_order_of_the_catalogue() {
        let mut one = run(0, "zz_unlisted", Measurement::Value(1.0));
        one.metrics.insert("goodput_cps".into(), Measurement::Value(1.0));
        one.metrics.insert("post_dial_delay_ms".into(), Measurement::Value(1.0));
        assert_eq!(metrics(&[&one]), ["post_dial_delay_ms", "goodput_cps", "zz_unlisted"]);
    }
}

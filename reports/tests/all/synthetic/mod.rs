//! Results of an experiment that never ran: plausible numbers, drawn from simple queueing formulas and a fixed sequence.

pub(crate) mod calls;
pub(crate) mod oracle;

use records::{Histogram, RunRecord, SummaryRow, Unit};

/// A sequence of numbers in `[0, 1)` that is the same everywhere.
pub(crate) struct Sequence(pub(crate) u64);

impl Sequence {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as f64) / ((1u64 << 31) as f64)
    }

    /// An exponential draw of mean `mean`.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.next()).ln()
    }
}

/// The summary of one metric over the replications of one cell, with the Student factor for four of them.
pub(crate) fn summarise(
    runs: &[RunRecord],
    cell: u32,
    factors: &[(String, String)],
    metric: &str,
) -> Option<SummaryRow> {
    let of_cell: Vec<&RunRecord> = runs.iter().filter(|run| run.cell == cell).collect();
    let each: Vec<f64> = of_cell.iter().filter_map(|run| run.metrics.get(metric)?.scalar(metric)).collect();
    if each.is_empty() {
        return None;
    }
    let count = each.len() as f64;
    let mean = each.iter().sum::<f64>() / count;
    let variance = each.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0).max(1.0);
    let half = 3.182 * (variance / count).sqrt();
    let mut pooled = Histogram::new();
    for run in &of_cell {
        if let Some(records::Measurement::Samples(histogram)) = run.metrics.get(metric) {
            pooled.merge(histogram);
        }
    }
    let unit = Unit::of(metric).samples_per_unit();
    let sorted = |rank: f64| {
        let mut sorted = each.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[((rank * count).ceil() as usize).clamp(1, sorted.len()) - 1]
    };
    let at = |q: f64| pooled.quantile(q).map_or_else(|| sorted(q), |value| value as f64 / unit);
    Some(SummaryRow {
        cell,
        factors: factors.to_vec(),
        metric: metric.to_owned(),
        n: of_cell.iter().filter_map(|run| run.metrics.get(metric)).map(records::Measurement::n).sum(),
        mean,
        ci95_low: mean - half,
        ci95_high: mean + half,
        min: at(0.0),
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        max: at(1.0),
    })
}

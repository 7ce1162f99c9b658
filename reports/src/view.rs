//! Questions that several parts of a report put to the results.

use std::collections::BTreeMap;

use records::{
    DelayTotals, ElementKind, ElementLoad, ExperimentRecord, Factor, Histogram, METRICS, Measurement,
    Results, ServiceLevelResult, Statistic,
};

/// A statistic of one cell with its interval, in the unit of the metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    /// Equal to the value when one replication allows no interval.
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// What an interval of an [`Estimate`] is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum IntervalKind {
    /// The confidence interval that the summary or a service level gives, with its confidence.
    Confidence(f64),
    /// From the lowest to the highest replication.
    Range,
}

/// `statistic` of `metric` in `cell`; `None` when the cell has no samples of it.
pub(crate) fn estimate(results: &Results, cell: u32, metric: &str, statistic: Statistic) -> Option<Estimate> {
    match statistic {
        Statistic::Mean => results.row(cell, metric).map(|row| Estimate {
            value: row.mean,
            low: row.ci95_low,
            high: row.ci95_high,
        }),
        Statistic::Quantile(q) => {
            judged_quantile(results, cell, metric, q).or_else(|| quantile(results, cell, metric, q))
        }
    }
    .filter(|estimate| estimate.value.is_finite())
}

/// What the intervals that [`estimate`] gives for `metric` are.
pub(crate) fn interval_kind(results: &Results, metric: &str, statistic: Statistic) -> IntervalKind {
    match (statistic, service_level(&results.experiment, metric, statistic)) {
        (Statistic::Mean, _) => IntervalKind::Confidence(0.95),
        (Statistic::Quantile(_), Some(level)) => IntervalKind::Confidence(level.confidence),
        (Statistic::Quantile(_), None) => IntervalKind::Range,
    }
}

/// The service level on `statistic` of `metric`.
pub(crate) fn service_level<'a>(
    experiment: &'a ExperimentRecord,
    metric: &str,
    statistic: Statistic,
) -> Option<&'a ServiceLevelResult> {
    experiment.service_levels.iter().find(|level| level.metric == metric && level.statistic == statistic)
}

fn judged_quantile(results: &Results, cell: u32, metric: &str, q: f64) -> Option<Estimate> {
    let level = service_level(&results.experiment, metric, Statistic::Quantile(q))?;
    let judged = level.cells.iter().find(|judged| judged.cell == cell)?;
    let value = judged.value?;
    let (low, high) = judged.interval.unwrap_or((value, value));
    Some(Estimate { value, low, high })
}

fn quantile(results: &Results, cell: u32, metric: &str, q: f64) -> Option<Estimate> {
    let runs = results.runs_of(cell).iter();
    let each: Vec<f64> = runs.filter_map(|run| run.metrics.get(metric)?.quantile(metric, q)).collect();
    let value = Measurement::Samples(samples(results, cell, metric)?).quantile(metric, q)?;
    Some(Estimate {
        value,
        low: each.iter().copied().fold(value, f64::min),
        high: each.iter().copied().fold(value, f64::max),
    })
}

/// The samples of `metric` in all replications of `cell`; `None` when there are none.
pub(crate) fn samples(results: &Results, cell: u32, metric: &str) -> Option<Histogram> {
    let mut all = Histogram::new();
    for run in results.runs_of(cell) {
        if let Some(Measurement::Samples(histogram)) = run.metrics.get(metric) {
            all.merge(histogram);
        }
    }
    (!all.is_empty()).then_some(all)
}

/// Where the delay of the calls of `cell` went, in mean milliseconds by cause; `None` without calls.
pub(crate) fn delay_split(results: &Results, cell: u32) -> Option<[f64; 5]> {
    let mut all = DelayTotals::default();
    results.runs_of(cell).iter().for_each(|run| all.merge(&run.delay));
    all.mean_ms()
}

/// The loads of the elements of `cell`: utilisation averaged over replications, longest queue, sums of packets.
/// By name.
pub(crate) fn loads(results: &Results, cell: u32) -> Vec<ElementLoad> {
    let mut by_name: BTreeMap<(&ElementKind, &str), (u32, ElementLoad)> = BTreeMap::new();
    for load in results.runs_of(cell).iter().flat_map(|run| &run.elements) {
        by_name
            .entry((&load.kind, &load.name))
            .and_modify(|(runs, sum)| {
                *runs += 1;
                sum.utilisation += load.utilisation;
                sum.queue_max = sum.queue_max.max(load.queue_max);
                sum.offered += load.offered;
                sum.refused += load.refused;
                sum.lost += load.lost;
            })
            .or_insert_with(|| (1, load.clone()));
    }
    by_name
        .into_values()
        .map(|(runs, sum)| ElementLoad { utilisation: sum.utilisation / f64::from(runs), ..sum })
        .collect()
}

/// The element of `loads` with the highest utilisation; the first by name among equals.
pub(crate) fn busiest(loads: &[ElementLoad]) -> Option<&ElementLoad> {
    loads.iter().reduce(|best, load| if load.utilisation > best.utilisation { load } else { best })
}

/// Whether `load` is that of a host.
pub(crate) fn is_host(load: &ElementLoad) -> bool {
    matches!(load.kind, ElementKind::Host { .. })
}

/// The factor that the experiment compares: the first whose levels are not numbers, else the first.
pub(crate) fn compared(experiment: &ExperimentRecord) -> Option<&Factor> {
    experiment.factors.iter().find(|factor| factor.values.is_empty()).or(experiment.factors.first())
}

/// The metrics of the tables: those that the experiment names, else all that were measured in the catalogue's order.
pub(crate) fn metrics(results: &Results) -> Vec<&str> {
    let measured = |name: &str| results.summary.iter().any(|row| row.metric == name);
    if !results.experiment.metrics.is_empty() {
        let named = results.experiment.metrics.iter().map(String::as_str);
        return named.filter(|name| measured(name)).collect();
    }
    let mut names: Vec<&str> = METRICS.iter().map(|info| info.name).filter(|name| measured(name)).collect();
    for row in &results.summary {
        if !names.contains(&row.metric.as_str()) {
            names.push(&row.metric);
        }
    }
    names
}

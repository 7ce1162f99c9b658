//! The answer to the experiment's question, in sentences computed from the results.
//!
//! Nothing here knows an experiment by name. A plan that varies compression is answered by where it helps; one that varies
//! a strategy over a load, with a service level, by who carries how much; probes by how they stand to their laws, an exchange also by what compression takes away; the
//! rest by expectations, service levels, or plainly by what was measured.

mod compression;
mod exchange;
mod figure;
mod grid;
mod strategy;

use records::{
    CellRecord, ExpectationResult, LawCheck, LawTest, MetricInfo, RunRecord, ServiceLevelResult, SummaryRow,
    Unit,
};

use crate::plan::Plan;
use figure::{figure, with_unit};

/// Everything that an answer is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Findings<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The runs, by (cell, replication).
    pub runs: &'a [RunRecord],
    /// The rows of `summary.csv`.
    pub summary: &'a [SummaryRow],
    /// The cells with their laws and expectations.
    pub cells: &'a [CellRecord],
    /// The service levels.
    pub levels: &'a [ServiceLevelResult],
}

/// The answer, a sentence each; empty only when nothing was measured.
pub fn answer(findings: &Findings<'_>) -> Vec<String> {
    let laws: Vec<&LawCheck> = findings.cells.iter().flat_map(|cell| &cell.laws).collect();
    if !laws.is_empty() {
        return [exchange::answer(findings), about_laws(&laws)].concat();
    }
    if let Some(sentences) = compression::answer(findings) {
        return sentences;
    }
    if let Some(sentences) = strategy::answer(findings) {
        return sentences;
    }
    let expected = about_expectations(findings.cells, findings.runs);
    if !expected.is_empty() {
        return expected;
    }
    let levels: Vec<String> = findings.levels.iter().map(about_level).collect();
    if !levels.is_empty() {
        return levels;
    }
    about_metrics(findings)
}

fn about_laws(laws: &[&LawCheck]) -> Vec<String> {
    let failed: Vec<&&LawCheck> = laws.iter().filter(|law| !law.passed).collect();
    let mut sentences = Vec::new();
    match failed.first() {
        None => sentences.push(format!("All {} comparisons with theory hold.", laws.len())),
        Some(first) => sentences.push(format!(
            "{} of {} comparisons with theory fail; the first is {} of {} ({}): {} where the law says {}.",
            failed.len(),
            laws.len(),
            first.quantity,
            first.law,
            first.place,
            figure(first.simulated),
            figure(first.expected)
        )),
    }
    sentences.extend(largest_z(laws));
    sentences.extend(largest_deviation(laws));
    sentences
}

fn largest_z(laws: &[&LawCheck]) -> Option<String> {
    let scored = laws.iter().filter_map(|law| match law.test {
        LawTest::Normal { z, .. } => Some((law, z)),
        LawTest::Exact | LawTest::Binomial { .. } | LawTest::Relative { .. } => None,
    });
    let (law, z) = scored.max_by(|(_, a), (_, b)| a.abs().total_cmp(&b.abs()))?;
    Some(format!("The largest |z| is {:.2}: {} of {} ({}).", z.abs(), law.quantity, law.law, law.place))
}

fn largest_deviation(laws: &[&LawCheck]) -> Option<String> {
    let scored = laws.iter().filter_map(|law| match law.test {
        LawTest::Relative { deviation, limit } => Some((law, deviation, limit)),
        LawTest::Exact | LawTest::Binomial { .. } | LawTest::Normal { .. } => None,
    });
    let (law, deviation, limit) = scored.max_by(|(_, a, la), (_, b, lb)| (a / la).total_cmp(&(b / lb)))?;
    Some(format!(
        "The deviation closest to its limit is {} % of {} %: {} of {} ({}).",
        figure(deviation * 100.0),
        figure(limit * 100.0),
        law.quantity,
        law.law,
        law.place
    ))
}

/// Expectations of cells, judged over all replications, and those of ladders, judged in each run.
fn about_expectations(cells: &[CellRecord], runs: &[RunRecord]) -> Vec<String> {
    let all: Vec<(&CellRecord, &ExpectationResult)> = cells
        .iter()
        .flat_map(|cell| {
            let own = runs.iter().filter(|run| run.cell == cell.cell).flat_map(|run| &run.expectations);
            cell.expectations.iter().chain(own).map(move |one| (cell, one))
        })
        .collect();
    let failed: Vec<_> = all.iter().filter(|(_, one)| !one.passed).collect();
    match failed.first() {
        None if all.is_empty() => Vec::new(),
        None => vec![format!("All {} expectations are met.", all.len())],
        Some((cell, one)) => vec![format!(
            "{} of {} expectations fail; the first, in {}: expected {}, observed {}.",
            failed.len(),
            all.len(),
            cell.title(),
            one.expected,
            one.observed
        )],
    }
}

fn about_level(level: &ServiceLevelResult) -> String {
    let passed = level.cells.iter().filter(|cell| cell.passed).count();
    format!("{} of {} cells keep {}.", passed, level.cells.len(), figure::limit(level))
}

/// The first metric of the experiment's list, or of the summary, over all cells.
fn about_metrics(findings: &Findings<'_>) -> Vec<String> {
    let wanted = findings.plan.experiment.metrics.first();
    let Some(metric) = wanted.or(findings.summary.first().map(|row| &row.metric)) else { return Vec::new() };
    let rows: Vec<&SummaryRow> = findings.summary.iter().filter(|row| row.metric == *metric).collect();
    let by_mean = |a: &&&SummaryRow, b: &&&SummaryRow| a.mean.total_cmp(&b.mean);
    let (Some(low), Some(high)) = (rows.iter().min_by(by_mean), rows.iter().max_by(by_mean)) else {
        return Vec::new();
    };
    let title = MetricInfo::of(metric).map_or(metric.as_str(), |info| info.title);
    let unit = Unit::of(metric);
    let place = |row: &SummaryRow| findings.plan.cells[row.cell as usize].title();
    if rows.len() == 1 {
        let half = with_unit(low.half_width(), unit);
        return vec![format!("The {title} is {} ± {half} on average.", with_unit(low.mean, unit))];
    }
    vec![format!(
        "The {title} lies between {} ({}) and {} ({}) on average.",
        with_unit(low.mean, unit),
        place(low),
        with_unit(high.mean, unit),
        place(high)
    )]
}

#[cfg(test)]
mod tests;

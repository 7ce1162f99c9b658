//! The results as CSV.

use std::io;

use csv::Writer;
use records::Results;

use crate::summary::metrics;

/// The name of the table of runs.
pub const RUNS_FILE: &str = "runs.csv";
/// The name of the table of summaries.
pub const SUMMARY_FILE: &str = "summary.csv";

/// `runs.csv`: one row a run; a column each factor, each metric, `events` and `digest`. A metric that a run could not
/// define leaves its field empty.
///
/// # Errors
/// When memory runs out.
pub fn runs_csv(results: &Results) -> io::Result<Vec<u8>> {
    let metrics = metrics(&results.runs.iter().collect::<Vec<_>>());
    let mut table = Writer::from_writer(Vec::new());
    let factors = results.experiment.factors.iter().map(|factor| factor.name.as_str());
    let header = ["cell", "replication", "seed"].into_iter().chain(factors);
    table.write_record(header.chain(metrics.iter().copied()).chain(["events", "digest"]))?;
    for run in &results.runs {
        let cell = results.experiment.cells.iter().find(|cell| cell.cell == run.cell);
        let levels = cell.into_iter().flat_map(|cell| &cell.factors).map(|level| level.label.clone());
        let begin = [run.cell.to_string(), run.replication.to_string(), run.seed.to_string()];
        let values = metrics.iter().map(|name| {
            run.metrics
                .get(*name)
                .and_then(|measurement| measurement.scalar(name))
                .map_or_else(String::new, number)
        });
        let end = [run.events.to_string(), run.digest.clone()];
        table.write_record(begin.into_iter().chain(levels).chain(values).chain(end))?;
    }
    finished(table)
}

/// `summary.csv`: one row a cell and metric.
///
/// # Errors
/// When memory runs out.
pub fn summary_csv(results: &Results) -> io::Result<Vec<u8>> {
    let mut table = Writer::from_writer(Vec::new());
    let factors = results.experiment.factors.iter().map(|factor| factor.name.as_str());
    let columns = ["metric", "n", "mean", "ci95_low", "ci95_high", "min", "p50", "p95", "p99", "max"];
    table.write_record(["cell"].into_iter().chain(factors).chain(columns))?;
    for row in &results.summary {
        let numbers = [row.mean, row.ci95_low, row.ci95_high, row.min, row.p50, row.p95, row.p99, row.max];
        let labels = row.factors.iter().map(|(_, label)| label.clone());
        let middle = [row.metric.clone(), row.n.to_string()];
        let begin = [row.cell.to_string()].into_iter().chain(labels);
        table.write_record(begin.chain(middle).chain(numbers.map(number)))?;
    }
    finished(table)
}

/// The shortest decimal that reads back as the same number.
fn number(value: f64) -> String {
    value.to_string()
}

fn finished(table: Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    table.into_inner().map_err(csv::IntoInnerError::into_error)
}

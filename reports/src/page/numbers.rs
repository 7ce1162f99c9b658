//! Sections 5 and 7: the tables of metrics, and the comparison with theory.

use std::collections::BTreeMap;

use maud::{Markup, html};
use records::{CellRecord, LawCheck, LawTest, MetricInfo, Results, SummaryRow};

use super::table::{Cell, Column, Table, Verdict};
use crate::{figure, view};

pub(super) fn tables(results: &Results) -> Markup {
    let metrics = view::metrics(results);
    if metrics.is_empty() {
        return html! { p.quiet { "No metric was measured." } };
    }
    html! {
        p.quiet {
            "Means over the replications ± half the width of their 95 % interval. Click a heading to sort. "
            code { "summary.csv" } " holds all digits."
        }
        (means(results, &metrics).render())
        @for metric in metrics.iter().copied().filter(|metric| is_sampled(results, metric)) {
            details {
                summary { "Percentiles of " (figure::title(metric)) }
                (percentiles(results, metric).render())
            }
        }
        (definitions(&metrics))
    }
}

fn means(results: &Results, metrics: &[&str]) -> Table {
    let mut columns = factor_columns(results);
    columns.extend(
        metrics
            .iter()
            .map(|metric| Column::number(&figure::title(metric), figure::Scale::of(metric).sign, metric)),
    );
    let row = |cell: &CellRecord| {
        let mut row = factor_cells(results, cell);
        row.extend(metrics.iter().map(|metric| match results.row(cell.cell, metric) {
            Some(summary) => {
                Cell::number(summary.mean, summary.half_width(), figure::Scale::of(metric).factor)
            }
            None => Cell::Empty,
        }));
        row
    };
    Table { columns, rows: results.experiment.cells.iter().map(row).collect(), ..Table::default() }
}

/// Whether percentiles say more than the mean: some run kept samples.
fn is_sampled(results: &Results, metric: &str) -> bool {
    results.experiment.cells.iter().any(|cell| view::samples(results, cell.cell, metric).is_some())
}

/// A column of the table of percentiles.
type Percentile = (&'static str, fn(&SummaryRow) -> f64);

fn percentiles(results: &Results, metric: &str) -> Table {
    const COLUMNS: [Percentile; 5] = [
        ("min", |row| row.min),
        ("p50", |row| row.p50),
        ("p95", |row| row.p95),
        ("p99", |row| row.p99),
        ("max", |row| row.max),
    ];
    let scale = figure::Scale::of(metric);
    let mut columns = factor_columns(results);
    columns.push(Column::number("n", "", "n"));
    columns.push(Column::number("mean", scale.sign, "mean"));
    columns.extend(COLUMNS.iter().map(|(name, _)| Column::number(name, scale.sign, name)));
    let row = |cell: &CellRecord| {
        let mut row = factor_cells(results, cell);
        let Some(summary) = results.row(cell.cell, metric) else {
            row.extend(std::iter::repeat_n(Cell::Empty, COLUMNS.len() + 2));
            return row;
        };
        row.push(Cell::number(summary.n as f64, 0.0, 1.0));
        row.push(Cell::number(summary.mean, summary.half_width(), scale.factor));
        row.extend(COLUMNS.iter().map(|(_, of)| Cell::number(of(summary), 0.0, scale.factor)));
        row
    };
    Table { columns, rows: results.experiment.cells.iter().map(row).collect(), ..Table::default() }
}

fn factor_columns(results: &Results) -> Vec<Column> {
    let factors = results.experiment.factors.iter();
    let columns: Vec<Column> = factors
        .map(|factor| {
            let mut column = Column::text(&factor.name);
            column.unit.clone_from(&factor.unit);
            column
        })
        .collect();
    if columns.is_empty() { vec![Column::text("cell")] } else { columns }
}

fn factor_cells(results: &Results, cell: &CellRecord) -> Vec<Cell> {
    if results.experiment.factors.is_empty() {
        return vec![Cell::Text(cell.title())];
    }
    cell.factors.iter().map(|level| Cell::Text(level.label.clone())).collect()
}

fn definitions(metrics: &[&str]) -> Markup {
    html! {
        details {
            summary { "What the metrics mean" }
            dl {
                @for info in metrics.iter().filter_map(|metric| MetricInfo::of(metric)) {
                    dt { (info.title) }
                    dd { (info.definition) " " span.quiet { "(" (info.source) ")" } }
                }
            }
        }
    }
}

pub(super) fn theory(results: &Results) -> Markup {
    let laws: Vec<&LawCheck> = results.experiment.cells.iter().flat_map(|cell| &cell.laws).collect();
    html! {
        @if laws.is_empty() {
            p.quiet { "No closed form is known for what this experiment measures." }
        } @else {
            p {
                "Held: " (laws.iter().filter(|law| law.passed).count()) " of " (laws.len())
                ". z is the deviation in standard deviations of the estimate; few expected events are \
                 compared by their exact binomial probability."
            }
            (law_table(&laws).render())
        }
        (run_laws(results))
    }
}

fn law_table(laws: &[&LawCheck]) -> Table {
    let columns = vec![
        Column::text("law"),
        Column::text("where"),
        Column::text("quantity"),
        Column::number("n", "", "n"),
        Column::number("simulated", "", "simulated"),
        Column::number("law", "", "expected"),
        Column::text("deviation"),
        Column::text("verdict"),
        Column::text("source"),
    ];
    let row = |law: &&LawCheck| {
        let decimals = law_decimals(law);
        let number = |value: f64| match value.is_finite() {
            true => Cell::Number { exact: value, shown: value, decimals, half: 0.0 },
            false => Cell::Empty,
        };
        vec![
            Cell::Text(law.law.clone()),
            Cell::Text(law.place.clone()),
            Cell::Text(law.quantity.clone()),
            Cell::number(law.n as f64, 0.0, 1.0),
            number(law.simulated),
            number(law.expected),
            Cell::Text(deviation(&law.test)),
            Cell::Verdict(Verdict::of_passed(law.passed)),
            Cell::Text(law.source.clone()),
        ]
    };
    Table { columns, rows: laws.iter().map(row).collect(), ..Table::default() }
}

/// Decimals at which the simulated value and the law can be told apart.
pub(crate) fn law_decimals(law: &LawCheck) -> usize {
    let sigma = match law.test {
        LawTest::Normal { sigma, .. } => sigma,
        LawTest::Exact | LawTest::Binomial { .. } | LawTest::Relative { .. } => 0.0,
    };
    if sigma > 0.0 && sigma.is_finite() {
        figure::significant_decimals(sigma, 2).min(7)
    } else if law.expected == law.expected.round() && law.simulated == law.simulated.round() {
        0
    } else {
        figure::significant_decimals(law.expected, 5).min(7)
    }
}

/// The outcome of a comparison in a few words.
pub(crate) fn deviation(test: &LawTest) -> String {
    match test {
        LawTest::Exact => "exact".to_owned(),
        LawTest::Normal { z, .. } => format!("z {z:+.2}"),
        LawTest::Binomial { probability, .. } => format!("P {}", figure::trimmed(*probability)),
        LawTest::Relative { deviation, .. } => format!("{} %", figure::trimmed(deviation * 100.0)),
    }
}

/// Laws that hold in each run, such as conservation: counted, and failures named.
fn run_laws(results: &Results) -> Markup {
    let mut held: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for law in results.runs.iter().flat_map(|run| &run.laws) {
        let (passed, all) = held.entry((&law.law, &law.quantity)).or_default();
        *passed += usize::from(law.passed);
        *all += 1;
    }
    html! {
        @if !held.is_empty() {
            h3 { "In every run" }
            ul {
                @for ((law, quantity), (passed, all)) in &held {
                    li class=(Verdict::of_passed(passed == all).class()) {
                        (law) ", " (quantity) ": holds in " (passed) " of " (all) " runs"
                    }
                }
            }
        }
    }
}

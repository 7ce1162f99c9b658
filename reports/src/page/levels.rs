//! Section 2: each service level beside its value in every cell, and the expectations.

use maud::{Markup, html};
use records::{Bound, CellRecord, ExpectationResult, Factor, Results, ServiceLevelCell, ServiceLevelResult};

use super::table::{Cell, Column, Table, Verdict};
use crate::figure;

pub(super) fn section(results: &Results) -> Markup {
    let experiment = &results.experiment;
    html! {
        @if experiment.service_levels.is_empty() {
            p.quiet { "This experiment sets no service level." }
        }
        @for level in &experiment.service_levels { (one_level(results, level)) }
        (expectations(results))
    }
}

fn one_level(results: &Results, level: &ServiceLevelResult) -> Markup {
    let judged: Vec<_> = level.cells.iter().filter(|cell| cell.judged).collect();
    let met = |cells: &[&ServiceLevelCell]| cells.iter().filter(|cell| cell.passed).count();
    let all: Vec<_> = level.cells.iter().collect();
    let verdict = Verdict::of_passed(met(&judged) == judged.len());
    html! {
        h3 { (figure::capitalised(&name(level))) }
        p {
            "Met in " (met(&all)) " of " (counted(all.len(), "cell")) ". "
            @if judged.is_empty() {
                "No cell is judged."
            } @else {
                (counted(judged.len(), "cell")) " " (if judged.len() == 1 { "is" } else { "are" }) " judged (outlined): "
                span.verdict class=(verdict.class()) {
                    (if verdict == Verdict::Pass { "passed" } else { "failed" })
                }
                "."
            }
            " A cell meets the level when the whole " (figure::trimmed(level.confidence * 100.0))
            " % interval lies on the good side of the limit."
        }
        (matrix(results, level))
    }
}

/// `post-dial delay, p95 ≤ 2 s`.
pub(crate) fn name(level: &ServiceLevelResult) -> String {
    let statistic = figure::statistic(level.statistic);
    let comma = if statistic.is_empty() { "" } else { ", " };
    let sign = match level.bound {
        Bound::AtMost => "≤",
        Bound::AtLeast => "≥",
    };
    format!(
        "{}{comma}{statistic} {sign} {}",
        figure::title(&level.metric),
        figure::spoken(&level.metric, level.limit)
    )
}

/// `1 cell`, `3 cells`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A row for each combination of the other factors, a column for each level of the factor that is swept.
fn matrix(results: &Results, level: &ServiceLevelResult) -> Markup {
    let factors = &results.experiment.factors;
    let swept = factors.iter().rev().find(|factor| !factor.values.is_empty()).or(factors.last());
    let others: Vec<&Factor> =
        factors.iter().filter(|factor| swept.is_none_or(|s| s.name != factor.name)).collect();
    let rows = rows_of(results, &others);
    html! {
        div.scroll {
            table.levels {
                @if let Some(swept) = swept {
                    thead {
                        tr {
                            @for factor in &others { th scope="col" { (factor.name) } }
                            @for label in &swept.labels { th.n scope="col" { (swept.name) " " (label) } }
                        }
                    }
                }
                tbody {
                    @for (labels, cells) in &rows {
                        tr {
                            @for label in labels { th scope="row" { (label) } }
                            @for cell in cells { (standing(level, cell)) }
                        }
                    }
                }
            }
        }
    }
}

/// Labels of the other factors with the cells of that row, in the order of the plan.
fn rows_of<'a>(results: &'a Results, others: &[&Factor]) -> Vec<(Vec<String>, Vec<&'a CellRecord>)> {
    let mut rows: Vec<(Vec<String>, Vec<&CellRecord>)> = Vec::new();
    for cell in &results.experiment.cells {
        let labels: Vec<String> =
            others.iter().map(|factor| cell.label(&factor.name).unwrap_or("").to_owned()).collect();
        match rows.iter_mut().find(|row| row.0 == labels) {
            Some(row) => row.1.push(cell),
            None => rows.push((labels, vec![cell])),
        }
    }
    rows
}

fn standing(level: &ServiceLevelResult, cell: &CellRecord) -> Markup {
    let Some(judged) = level.cells.iter().find(|judged| judged.cell == cell.cell) else {
        return html! { td { "–" } };
    };
    let verdict = Verdict::of_passed(judged.passed);
    let spoken = |value: f64| figure::spoken(&level.metric, value);
    let outlined = if judged.judged { "judged" } else { "shown" };
    html! {
        td class={ (verdict.class()) " " (outlined) } {
            (verdict.sign()) " " (judged.value.map_or_else(|| "no sample".to_owned(), spoken))
            @if let Some((low, high)) = judged.interval { small { (spoken(low)) " … " (spoken(high)) } }
        }
    }
}

fn expectations(results: &Results) -> Markup {
    let of_cells =
        results.experiment.cells.iter().flat_map(|cell| cell.expectations.iter().map(|e| (cell.title(), e)));
    let of_runs = results.runs.iter().flat_map(|run| {
        let place = format!("cell {}, replication {}", run.cell, run.replication);
        run.expectations.iter().map(move |e| (place.clone(), e))
    });
    let all: Vec<(String, &ExpectationResult)> = of_cells.chain(of_runs).collect();
    if all.is_empty() {
        return html! {};
    }
    let table = Table {
        columns: ["where", "expected", "observed", "verdict"].map(Column::text).to_vec(),
        rows: all
            .into_iter()
            .map(|(place, e)| {
                vec![
                    Cell::Text(place),
                    Cell::Text(e.expected.clone()),
                    Cell::Text(e.observed.clone()),
                    Cell::Verdict(Verdict::of_passed(e.passed)),
                ]
            })
            .collect(),
        ..Table::default()
    };
    html! { h3 { "Expectations" } (table.render()) }
}

//! Section 6: ladders of single calls, outliers, and the commands that replay them.

use maud::{Markup, PreEscaped, html};
use records::{LadderRecord, LadderRole, Results, RunRecord};

use super::table::{Cell, Column, Table};
use crate::figure;
use crate::ladder_svg::ladder_svg;

/// Rows of the table of outliers.
const OUTLIERS: usize = 10;

pub(super) fn section(results: &Results) -> Markup {
    let shown = chosen(results);
    html! {
        @if shown.is_empty() {
            p.quiet {
                "No ladder was recorded; "
                code.command { "siplab flow " (results.experiment.arguments) " --cell 0 --replication 0" }
                " draws those of a run."
            }
        }
        @for (run, record) in &shown { (one_ladder(results, run, record)) }
        (outliers(results))
    }
}

/// A typical call, the slowest of all runs, and the first that failed; those that were asked for besides.
fn chosen(results: &Results) -> Vec<(&RunRecord, &LadderRecord)> {
    let all = || results.runs.iter().flat_map(|run| run.ladders.iter().map(move |record| (run, record)));
    let first = |role: LadderRole| all().find(|(_, record)| record.role == role);
    let slower = |a: &LadderRecord, b: &LadderRecord| b.delay_ms.unwrap_or(0.0) > a.delay_ms.unwrap_or(0.0);
    let slowest = all()
        .filter(|(_, record)| record.role == LadderRole::Slowest)
        .reduce(|a, b| if slower(a.1, b.1) { b } else { a });
    let requested = all().filter(|(_, record)| record.role == LadderRole::Requested);
    [first(LadderRole::Typical), slowest, first(LadderRole::FirstFailed)]
        .into_iter()
        .flatten()
        .chain(requested)
        .collect()
}

fn one_ladder(results: &Results, run: &RunRecord, record: &LadderRecord) -> Markup {
    let cell = results.experiment.cells.iter().find(|cell| cell.cell == run.cell);
    let place = cell.map_or_else(String::new, records::CellRecord::title);
    html! {
        figure.ladder {
            h3 { (role(record.role)) ": " (record.outcome) }
            div.scroll { (PreEscaped(ladder_svg(&record.ladder))) }
            figcaption {
                (place) ", replication " (run.replication) ". Replay: "
                code.command { (command(results, run, &record.call)) }
            }
        }
    }
}

fn role(role: LadderRole) -> &'static str {
    match role {
        LadderRole::Typical => "A typical call",
        LadderRole::Slowest => "The slowest call",
        LadderRole::FirstFailed => "The first call that failed",
        LadderRole::Requested => "A call that was asked for",
    }
}

/// The command that replays `call` of `run`.
pub(super) fn command(results: &Results, run: &RunRecord, call: &str) -> String {
    let (cell, replication) = (run.cell, run.replication);
    let arguments = &results.experiment.arguments;
    format!("siplab flow {arguments} --cell {cell} --replication {replication} --call {}", quoted(call))
}

/// `word` as a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn outliers(results: &Results) -> Markup {
    let mut all: Vec<_> =
        results.runs.iter().flat_map(|run| run.outliers.iter().map(move |o| (run, o))).collect();
    if all.is_empty() {
        return html! {};
    }
    // Failed calls, which have no value, first; then the largest values; then the order of the runs.
    let size = |value: Option<f64>| value.unwrap_or(f64::INFINITY);
    all.sort_by(|a, b| size(b.1.value).total_cmp(&size(a.1.value)));
    all.truncate(OUTLIERS);
    let table = Table {
        columns: ["metric", "value", "outcome", "where", "replay"].map(Column::text).to_vec(),
        rows: all
            .into_iter()
            .map(|(run, outlier)| {
                let cell = results.experiment.cells.iter().find(|cell| cell.cell == run.cell);
                let value =
                    outlier.value.map_or_else(|| "–".to_owned(), |v| figure::spoken(&outlier.metric, v));
                vec![
                    Cell::Text(figure::title(&outlier.metric)),
                    Cell::Text(value),
                    Cell::Text(outlier.outcome.clone()),
                    Cell::Text(cell.map_or_else(String::new, records::CellRecord::title)),
                    Cell::Command(command(results, run, &outlier.call)),
                ]
            })
            .collect(),
        ..Table::default()
    };
    html! { h3 { "Outliers" } (table.render()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_id_is_one_word_of_the_command() {
        assert_eq!(quoted("a84b4c@pc33.example"), "a84b4c@pc33.example");
        assert_eq!(quoted("x; rm -rf ~"), "'x; rm -rf ~'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}

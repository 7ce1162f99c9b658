//! What a run prints: the answer, a table of a hundred columns, laws and service levels.

use records::{CellRecord, LawCheck, Results};

use crate::page::{deviation, law_decimals, level_name};
use crate::{figure, view};

/// Columns of a terminal that the table fits.
const WIDTH: usize = 100;
/// Columns between two columns.
const GAP: usize = 2;
/// A head is broken into lines of about this length.
const HEAD: usize = 14;

/// The summary on standard output: answer, table of means with half-widths, laws, service levels, expectations.
///
/// Plain text without colour, no line longer than a hundred columns unless a single word is. Numbers stand on their
/// decimal point, units in the head. Metrics that find no room are named below the table.
pub fn terminal_summary(results: &Results) -> String {
    let mut out = String::new();
    for sentence in &results.experiment.answer {
        push_wrapped(&mut out, sentence);
    }
    if !results.experiment.answer.is_empty() {
        out.push('\n');
    }
    push_means(&mut out, results);
    push_laws(&mut out, results);
    push_levels(&mut out, results);
    push_expectations(&mut out, results);
    out
}

/// A column of text: a head of several lines and an entry a row.
#[derive(Clone, Debug)]
struct Column {
    head: Vec<String>,
    entries: Vec<String>,
    align: Align,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Left,
    Right,
}

impl Column {
    fn words(head: &str, entries: Vec<String>) -> Column {
        Column { head: vec![head.to_owned()], entries, align: Align::Left }
    }

    /// Numbers on their decimal point, with `± half` where there is one.
    fn numbers(head: Vec<String>, numbers: &[Option<Shown>]) -> Column {
        let texts: Vec<[String; 3]> = numbers.iter().map(parts).collect();
        let widest = |part: usize| texts.iter().map(|text| columns(&text[part])).max().unwrap_or(0);
        let [before, after, half] = [widest(0), widest(1), widest(2)];
        let entry = |text: &[String; 3]| {
            let half = if text[2].is_empty() { " ".repeat(half) } else { format!("{:>half$}", text[2]) };
            let fraction = format!("{}{}", text[1], " ".repeat(after - columns(&text[1])));
            format!("{}{}{fraction}{half}", " ".repeat(before - columns(&text[0])), text[0])
        };
        Column { head, entries: texts.iter().map(entry).collect(), align: Align::Right }
    }

    fn width(&self) -> usize {
        self.head.iter().chain(&self.entries).map(|text| columns(text)).max().unwrap_or(0)
    }

    fn line(&self, text: &str) -> String {
        let padding = " ".repeat(self.width() - columns(text));
        match self.align {
            Align::Left => format!("{text}{padding}"),
            Align::Right => format!("{padding}{text}"),
        }
    }
}

/// A number with its decimals and half-width.
#[derive(Clone, Copy, Debug)]
struct Shown {
    value: f64,
    half: f64,
    decimals: usize,
}

/// What stands before the point, the point and what follows it, and the half-width.
fn parts(shown: &Option<Shown>) -> [String; 3] {
    let Some(Shown { value, half, decimals }) = *shown else {
        return ["–".to_owned(), String::new(), String::new()];
    };
    let text = figure::fixed(value, decimals);
    let (whole, fraction) =
        text.split_once('.').map_or((text.as_str(), String::new()), |(w, f)| (w, format!(".{f}")));
    let half = if half > 0.0 { format!(" ± {}", figure::fixed(half, decimals)) } else { String::new() };
    [whole.to_owned(), fraction, half]
}

fn push_means(out: &mut String, results: &Results) {
    let cells = &results.experiment.cells;
    let mut table: Vec<Column> = factor_columns(results);
    let mut used: usize = table.iter().map(|column| column.width() + GAP).sum();
    let mut left_out = Vec::new();
    for metric in shown_first(results) {
        let scale = figure::Scale::of(metric);
        let number = |cell: &CellRecord| {
            let row = results.row(cell.cell, metric)?;
            let (value, half) = (row.mean * scale.factor, row.half_width() * scale.factor);
            value.is_finite().then(|| Shown { value, half, decimals: figure::decimals(value, half) })
        };
        let numbers: Vec<_> = cells.iter().map(number).collect();
        let column = Column::numbers(head(&figure::title(metric), scale.sign), &numbers);
        if left_out.is_empty() && used + column.width() <= WIDTH {
            used += column.width() + GAP;
            table.push(column);
        } else {
            left_out.push(metric);
        }
    }
    if table.len() == factor_columns(results).len() {
        return;
    }
    push_table(out, &table);
    if !left_out.is_empty() {
        push_wrapped(out, &format!("also in summary.csv: {}", left_out.join(", ")));
    }
    out.push('\n');
}

/// The metrics of the service levels, then those of the tables.
fn shown_first(results: &Results) -> Vec<&str> {
    let judged = results.experiment.service_levels.iter().map(|level| level.metric.as_str());
    let mut metrics: Vec<&str> = Vec::new();
    for metric in judged.chain(view::metrics(results)) {
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    metrics
}

fn factor_columns(results: &Results) -> Vec<Column> {
    let cells = &results.experiment.cells;
    if results.experiment.factors.is_empty() {
        return vec![Column::words("cell", cells.iter().map(|cell| cell.cell.to_string()).collect())];
    }
    let column = |factor: &records::Factor| {
        let label = |cell: &CellRecord| cell.label(&factor.name).unwrap_or("").to_owned();
        Column::words(&factor.name, cells.iter().map(label).collect())
    };
    results.experiment.factors.iter().map(column).collect()
}

/// The words of a title in short lines, the unit below them.
fn head(title: &str, unit: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in title.split(' ') {
        match lines.last_mut().filter(|line| columns(line) + 1 + columns(word) <= HEAD) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    if !unit.is_empty() {
        lines.push(unit.to_owned());
    }
    lines
}

fn push_table(out: &mut String, table: &[Column]) {
    let lines = table.iter().map(|column| column.head.len()).max().unwrap_or(0);
    for line in 0..lines {
        let text = |column: &Column| {
            let above = lines - column.head.len();
            column.line(line.checked_sub(above).map_or("", |index| column.head[index].as_str()))
        };
        push_line(out, &table.iter().map(text).collect::<Vec<_>>());
    }
    push_line(out, &table.iter().map(|column| "─".repeat(column.width())).collect::<Vec<_>>());
    for row in 0..table.iter().map(|column| column.entries.len()).max().unwrap_or(0) {
        push_line(out, &table.iter().map(|column| column.line(&column.entries[row])).collect::<Vec<_>>());
    }
}

fn push_laws(out: &mut String, results: &Results) {
    let laws: Vec<&LawCheck> = results.experiment.cells.iter().flat_map(|cell| &cell.laws).collect();
    if laws.is_empty() {
        return;
    }
    let mut groups: Vec<(&str, Vec<&LawCheck>)> = Vec::new();
    for law in &laws {
        match groups.iter_mut().find(|group| group.0 == law.law) {
            Some(group) => group.1.push(law),
            None => groups.push((&law.law, vec![law])),
        }
    }
    for (name, laws) in groups {
        out.push_str(&format!("{name}\n"));
        push_table(out, &law_columns(&laws));
        out.push('\n');
    }
    let held = laws.iter().filter(|law| law.passed).count();
    out.push_str(&format!("laws that hold: {held} of {}\n\n", laws.len()));
}

fn law_columns(laws: &[&LawCheck]) -> Vec<Column> {
    let words = |of: &dyn Fn(&LawCheck) -> String| laws.iter().map(|law| of(law)).collect::<Vec<_>>();
    let numbers = |of: &dyn Fn(&LawCheck) -> f64| -> Vec<Option<Shown>> {
        laws.iter()
            .map(|law| Some(Shown { value: of(law), half: 0.0, decimals: law_decimals(law) }))
            .collect()
    };
    let count = |law: &&LawCheck| Some(Shown { value: law.n as f64, half: 0.0, decimals: 0 });
    vec![
        Column::words("where", words(&|law| law.place.clone())),
        Column::words("quantity", words(&|law| law.quantity.clone())),
        Column::numbers(vec!["n".into()], &laws.iter().map(count).collect::<Vec<_>>()),
        Column::numbers(vec!["simulated".into()], &numbers(&|law| law.simulated)),
        Column::numbers(vec!["law".into()], &numbers(&|law| law.expected)),
        Column::words("deviation", words(&|law| deviation(&law.test))),
        Column::words("", words(&|law| if law.passed { String::new() } else { "FAILS".to_owned() })),
    ]
}

fn push_levels(out: &mut String, results: &Results) {
    for level in &results.experiment.service_levels {
        let judged: Vec<_> = level.cells.iter().filter(|cell| cell.judged).collect();
        let missed: Vec<_> = judged.iter().filter(|cell| !cell.passed).collect();
        let met = level.cells.iter().filter(|cell| cell.passed).count();
        let verdict = match (judged.len(), missed.len()) {
            (0, _) => "none is judged".to_owned(),
            (judged, 0) => format!("{judged} judged: passed"),
            (judged, missed) => format!("{judged} judged: {missed} FAILED"),
        };
        push_wrapped(
            out,
            &format!(
                "service level {}: met in {met} of {} cells; {verdict}",
                level_name(level),
                level.cells.len()
            ),
        );
        for cell in missed {
            let title = results.experiment.cells.iter().find(|c| c.cell == cell.cell).map(CellRecord::title);
            let value =
                cell.value.map_or_else(|| "no sample".to_owned(), |v| figure::spoken(&level.metric, v));
            push_wrapped(out, &format!("  {}: {value}", title.unwrap_or_default()));
        }
    }
}

fn push_expectations(out: &mut String, results: &Results) {
    let of_cells = results.experiment.cells.iter().flat_map(|cell| &cell.expectations);
    let all: Vec<_> = of_cells.chain(results.runs.iter().flat_map(|run| &run.expectations)).collect();
    if all.is_empty() {
        return;
    }
    let met = all.iter().filter(|expectation| expectation.passed).count();
    out.push_str(&format!("expectations met: {met} of {}\n", all.len()));
    for missed in all.iter().filter(|expectation| !expectation.passed) {
        push_wrapped(out, &format!("  FAILED: expected {}; got {}", missed.expected, missed.observed));
    }
}

fn push_line(out: &mut String, entries: &[String]) {
    out.push_str(entries.join(&" ".repeat(GAP)).trim_end());
    out.push('\n');
}

/// `text` in lines of at most [`WIDTH`] columns, broken between words; what follows the first is indented as it.
fn push_wrapped(out: &mut String, text: &str) {
    let indent = " ".repeat(text.len() - text.trim_start().len());
    let mut line = indent.clone();
    for word in text.split_whitespace() {
        let begun = columns(&line) > columns(&indent);
        if begun && columns(&line) + 1 + columns(word) > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = format!("{indent}{word}");
        } else {
            line.push_str(if begun { " " } else { "" });
            line.push_str(word);
        }
    }
    out.push_str(&line);
    out.push('\n');
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_on_their_point() {
        let shown = |value, half, decimals| Some(Shown { value, half, decimals });
        let column = Column::numbers(
            head("post-dial delay", "ms"),
            &[shown(12.34, 0.12, 2), shown(1234.5, 10.0, 1), shown(7.0, 0.0, 0), None],
        );
        let lines: Vec<String> =
            column.head.iter().chain(&column.entries).map(|text| column.line(text)).collect();
        assert_eq!(
            lines,
            [
                "     post-dial",
                "         delay",
                "            ms",
                "  12.34 ± 0.12",
                "1234.5  ± 10.0",
                "   7          ",
                "   –          ",
            ]
        );
    }

    #[test]
    fn long_sentences_are_broken_between_words() {
        let mut out = String::new();
        push_wrapped(&mut out, &format!("  {}", "word ".repeat(30)));
        assert!(out.lines().all(|line| line.len() <= WIDTH && line.starts_with("  word")));
        assert_eq!(out.lines().count(), 2);
    }
}

//! Tables of a page: sortable, copyable, numbers aligned on their decimal point.

use maud::{Markup, html};

use crate::figure;

/// A table under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// The head of a column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) title: String,
    /// A second, quieter line: the unit.
    pub(super) unit: String,
    /// The head of the column in a CSV file.
    pub(super) csv: String,
    pub(super) kind: Kind,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
}

/// An entry.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// A number in the units of the CSV file, and how it is shown.
    Number {
        exact: f64,
        shown: f64,
        decimals: usize,
        /// Half the width of its interval as shown; zero for none.
        half: f64,
    },
    /// Words.
    Text(String),
    /// What to type.
    Command(String),
    /// A verdict.
    Verdict(Verdict),
    /// Nothing.
    Empty,
}

/// Whether something is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Fail,
    Pass,
}

impl Column {
    pub(super) fn text(title: &str) -> Column {
        Column { title: title.to_owned(), unit: String::new(), csv: title.to_owned(), kind: Kind::Text }
    }

    pub(super) fn number(title: &str, unit: &str, csv: &str) -> Column {
        Column { title: title.to_owned(), unit: unit.to_owned(), csv: csv.to_owned(), kind: Kind::Number }
    }
}

impl Cell {
    /// A number shown with the digits that its half-width allows; `factor` turns it into the unit shown.
    pub(super) fn number(exact: f64, half: f64, factor: f64) -> Cell {
        if !exact.is_finite() {
            return Cell::Empty;
        }
        let (shown, half) = (exact * factor, half * factor);
        Cell::Number { exact, shown, decimals: figure::decimals(shown, half), half }
    }
}

impl Verdict {
    pub(super) const fn of_passed(passed: bool) -> Verdict {
        if passed { Verdict::Pass } else { Verdict::Fail }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Verdict::Fail => "fails",
            Verdict::Pass => "holds",
        }
    }

    pub(super) const fn sign(self) -> &'static str {
        match self {
            Verdict::Fail => "✗",
            Verdict::Pass => "✓",
        }
    }

    /// The class of its colour.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Verdict::Fail => "fail",
            Verdict::Pass => "pass",
        }
    }
}

impl Table {
    pub(super) fn render(&self) -> Markup {
        let widths: Vec<Width> = (0..self.columns.len()).map(|index| self.width(index)).collect();
        html! {
            div.table {
                div.scroll {
                    table.data {
                        @if !self.caption.is_empty() { caption { (self.caption) } }
                        thead { tr { @for column in &self.columns { (head(column)) } } }
                        tbody {
                            @for row in &self.rows {
                                tr { @for (cell, width) in row.iter().zip(&widths) { (entry(cell, *width)) } }
                            }
                        }
                    }
                }
                button type="button" data-copy="csv" { "Copy as CSV" }
            }
        }
    }

    /// What the widest numbers of a column take.
    fn width(&self, column: usize) -> Width {
        let mut width = Width::default();
        for row in &self.rows {
            if let Some(Cell::Number { decimals, half, .. }) = row.get(column) {
                width.decimals = width.decimals.max(*decimals);
                if *half > 0.0 {
                    width.half = width.half.max(whole_digits(*half, *decimals));
                }
            }
        }
        width
    }
}

/// The digits that a column leaves room for.
#[derive(Clone, Copy, Debug, Default)]
struct Width {
    decimals: usize,
    /// Before the point of the half-widths; zero when there are none.
    half: usize,
}

/// Digits before the point.
fn whole_digits(value: f64, decimals: usize) -> usize {
    let text = figure::fixed(value, decimals);
    text.split('.').next().map_or(0, str::len)
}

fn head(column: &Column) -> Markup {
    let (class, sort) = match column.kind {
        Kind::Number => ("n", "n"),
        Kind::Text => ("t", "t"),
    };
    html! {
        th class=(class) data-sort=(sort) data-csv=(column.csv) scope="col" {
            span { (column.title) }
            @if !column.unit.is_empty() { small { (column.unit) } }
        }
    }
}

fn entry(cell: &Cell, width: Width) -> Markup {
    match cell {
        Cell::Number { exact, shown, decimals, half } => {
            let padding = fraction_padding(*decimals, width);
            html! {
                td.n data-v=(exact) data-csv=(exact) {
                    (figure::fixed(*shown, *decimals)) (invisible(&padding))
                    @if width.half > 0 { (half_width(*half, *decimals, width)) }
                }
            }
        }
        Cell::Text(text) if text.len() > 60 => html! { td.wide { (text) } },
        Cell::Text(text) => html! { td { (text) } },
        Cell::Command(command) => html! { td { code.command { (command) } } },
        Cell::Verdict(verdict) => {
            html! { td class=(verdict.class()) { (verdict.sign()) " " (verdict.word()) } }
        }
        Cell::Empty => html! { td.n data-v="" data-csv="" { "–" } },
    }
}

/// The half-width with as much room as the widest of its column takes.
fn half_width(half: f64, decimals: usize, width: Width) -> Markup {
    let padding = fraction_padding(decimals, width);
    if half > 0.0 {
        let missing = width.half - whole_digits(half, decimals);
        html! {
            " " span.half {
                "±\u{a0}" (invisible(&"0".repeat(missing))) (figure::fixed(half, decimals)) (invisible(&padding))
            }
        }
    } else {
        let fraction =
            if width.decimals > 0 { format!(".{}", "0".repeat(width.decimals)) } else { String::new() };
        html! { " " span.half { (invisible(&format!("±\u{a0}{}{fraction}", "0".repeat(width.half)))) } }
    }
}

/// What a number with fewer decimals than its column lacks.
fn fraction_padding(decimals: usize, width: Width) -> String {
    let missing = width.decimals - decimals;
    let point = if decimals == 0 && missing > 0 { "." } else { "" };
    format!("{point}{}", "0".repeat(missing))
}

fn invisible(padding: &str) -> Markup {
    html! { @if !padding.is_empty() { span.pad aria-hidden="true" { (padding) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_decimal_point_of_their_column_and_their_exact_value() {
        let table = Table {
            columns: vec![Column::number("delay", "ms", "delay_ms")],
            rows: vec![
                vec![Cell::number(12.3456, 0.12, 1.0)],
                vec![Cell::number(1234.4, 23.0, 1.0)],
                vec![Cell::number(f64::NAN, 0.0, 1.0)],
            ],
            ..Table::default()
        };
        let page = table.render().into_string();
        assert!(page.contains("data-csv=\"12.3456\">12.35"), "{page}");
        assert!(page.contains(">1234<span class=\"pad\" aria-hidden=\"true\">.00</span>"), "{page}");
        assert!(
            page.contains("±\u{a0}<span class=\"pad\" aria-hidden=\"true\">0</span>0.12</span>"),
            "{page}"
        );
        assert!(page.contains("<td class=\"n\" data-v=\"\" data-csv=\"\">–</td>"));
        assert!(page.contains("Copy as CSV"));
    }

    #[test]
    fn names_are_escaped() {
        let table = Table {
            columns: vec![Column::text("<script>")],
            rows: vec![vec![Cell::Text("\"<img>".into())]],
            ..Table::default()
        };
        let page = table.render().into_string();
        assert!(!page.contains("<script>") && !page.contains("<img>"));
    }
}

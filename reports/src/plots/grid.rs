//! Small multiples: the cells behind a plot, and the places of its panels.

use plotters::style::RGBColor;
use records::{CellRecord, Factor, PlotSpec, Results};

use super::sheet::{Area, WIDTH, shortened, text_width};
use crate::palette;

/// A level of a factor that a plot varies; without a factor, one level that says nothing.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Level<'a> {
    /// Factor and label; `None` when the plot does not vary one here.
    pub(super) at: Option<(&'a str, &'a str)>,
    /// The colour of the level in every plot.
    pub(super) colour: RGBColor,
}

impl Level<'_> {
    /// The label as it stands beside a line: a number carries its factor's name; empty without a factor.
    pub(super) fn title(&self, results: &Results) -> String {
        let Some((name, label)) = self.at else { return String::new() };
        match factor(results, name) {
            Some(factor) if !factor.values.is_empty() => shortened(&format!("{name} {label}")),
            _ => shortened(label),
        }
    }
}

/// The factor called `name`.
pub(super) fn factor<'a>(results: &'a Results, name: &str) -> Option<&'a Factor> {
    results.experiment.factors.iter().find(|factor| factor.name == name)
}

/// The levels of the factor called `name`, or the one level that says nothing.
pub(super) fn levels<'a>(results: &'a Results, name: Option<&str>) -> Vec<Level<'a>> {
    let factors = &results.experiment.factors;
    let Some(factor) = name.and_then(|name| factor(results, name)) else {
        return vec![Level { at: None, colour: palette::level(factors, "", "") }];
    };
    let level = |label: &'a String| Level {
        at: Some((factor.name.as_str(), label.as_str())),
        colour: palette::level(factors, &factor.name, label),
    };
    factor.labels.iter().map(level).collect()
}

/// The cell at the levels `varied`; the other factors stand where `fixed` says, else at their first level.
pub(super) fn cell<'a>(
    results: &'a Results,
    varied: &[Option<(&str, &str)>],
    fixed: &[(String, String)],
) -> Option<&'a CellRecord> {
    let mut wanted: Vec<(&str, &str)> = varied.iter().flatten().copied().collect();
    for factor in &results.experiment.factors {
        if wanted.iter().any(|(name, _)| *name == factor.name) {
            continue;
        }
        let named = fixed.iter().find(|(name, _)| *name == factor.name).map(|(_, label)| label);
        let label = named.or(factor.labels.first())?;
        wanted.push((&factor.name, label));
    }
    let holds = |cell: &&CellRecord| wanted.iter().all(|(factor, label)| cell.label(factor) == Some(label));
    results.experiment.cells.iter().find(holds)
}

/// Where the factors stand that a plot does not vary, as a clause such as `at loss 0 %`; empty when there are none.
pub(super) fn standing(results: &Results, varied: &[Option<&str>], fixed: &[(String, String)]) -> String {
    let others =
        results.experiment.factors.iter().filter(|factor| !varied.contains(&Some(factor.name.as_str())));
    let words: Vec<String> = others
        .filter_map(|factor| {
            let named = fixed.iter().find(|(name, _)| *name == factor.name).map(|(_, label)| label);
            let label = named.or(factor.labels.first())?;
            Some(format!("{} {label}", factor.name))
        })
        .collect();
    if words.is_empty() { String::new() } else { format!("at {}", words.join(", ")) }
}

/// The places of `count` panels in rows of at most `columns`, between `left` and `right` pixels of margin.
///
/// The first panel of a row gets the left margin added to its width, so that plots have equal widths.
pub(super) fn panels(count: usize, columns: usize, (left, right): (i32, i32), height: i32) -> Vec<Area> {
    const GAP: i32 = 34;
    let columns = count.min(columns).max(1);
    let width = (WIDTH - left - right - GAP * (columns as i32 - 1)) / columns as i32;
    (0..count)
        .map(|index| {
            let (row, column) = ((index / columns) as i32, (index % columns) as i32);
            let x = left + column * (width + GAP);
            match column {
                0 => Area { x: 0, y: row * height, width: width + left, height },
                _ => Area { x, y: row * height, width, height },
            }
        })
        .collect()
}

/// Pixels of a panel that `areas` leave to its axis, where the first of a row has `left` pixels of labels.
pub(super) fn axis_width(areas: &[Area], left: i32) -> i32 {
    areas.first().map_or(WIDTH, |area| area.width - left).max(1)
}

/// `factor, unit` below an axis of `width` pixels, without the unit where that is too long.
pub(super) fn axis_title(factor: &Factor, width: i32) -> String {
    let whole = format!("{}, {}", factor.name, factor.unit);
    let fits = !factor.unit.is_empty() && text_width(&whole) <= width;
    if fits { whole } else { shortened(&factor.name) }
}

/// The name of a plot's file from what it shows.
pub(super) fn spec(name: &str, title: &str, kind: records::PlotKind) -> PlotSpec {
    PlotSpec {
        name: name.to_owned(),
        title: title.to_owned(),
        caption: String::new(),
        kind,
        fixed: Vec::new(),
    }
}

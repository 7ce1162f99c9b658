//! Where the delay goes: stacked bars of its parts.

use records::DelayTotals;

use super::axis::Axis;
use super::grid;
use super::sheet::{self, Chart, Frame};
use super::{Drawn, Results};
use crate::palette::DELAY_PARTS;
use crate::{figure, view};

/// Half the width of a bar, where neighbours are one apart.
const HALF_BAR: f64 = 0.32;
/// Pixels right of the panels for the names of the parts.
const NAMES: i32 = 96;

/// One panel: the parts at each level of the horizontal axis.
struct Panel {
    title: String,
    bars: Vec<Option<[f64; 5]>>,
}

pub(super) fn draw(
    results: &Results,
    x: &str,
    facets: Option<&str>,
    fixed: &[(String, String)],
) -> Option<Drawn> {
    let factor = grid::factor(results, x)?;
    let panels: Vec<Panel> = grid::levels(results, facets)
        .iter()
        .map(|facet| {
            let bar = |label: &String| {
                let cell = grid::cell(results, &[Some((x, label)), facet.at], fixed)?.cell;
                view::delay_split(results, cell)
            };
            Panel { title: facet.title(results), bars: factor.labels.iter().map(bar).collect() }
        })
        .collect();
    if panels.iter().all(|panel| panel.highest() <= 0.0) {
        return None;
    }
    let columns = if panels.len() == 4 { 2 } else { 3 };
    let areas = places(panels.len(), columns);
    let thin = thin(&panels);
    let title = "Where the delay goes".to_owned();
    let svg = sheet::draw(areas.last().map_or(0, |area| area.y + area.height), &title, |sheet| {
        for (index, (area, panel)) in areas.iter().zip(&panels).enumerate() {
            let frame = Frame { title: &panel.title, below: &factor.name, left: LEFT };
            let axes = (Axis::places(&factor.labels), Axis::from_zero("delay_ms", panel.highest()));
            let mut chart = sheet.chart(*area, frame, axes.0, axes.1);
            for (place, bar) in panel.bars.iter().enumerate() {
                bar.iter().for_each(|parts| draw_bar(&mut chart, place as f64, parts));
            }
            if index + 1 == columns.min(panels.len()) {
                sheet.end_labels(&chart, &names(panel, thin));
            }
        }
    });
    let standing = grid::standing(results, &[Some(x), facets], fixed);
    Some(Drawn { title, caption: caption(&panels, thin, &standing), svg })
}

/// Pixels left of each panel: every panel has its own scale.
const LEFT: i32 = 78;

fn places(count: usize, columns: usize) -> Vec<sheet::Area> {
    let mut areas = grid::panels(count, columns, (0, NAMES), 270);
    let shared = areas.first().map_or(0, |area| area.width);
    areas.iter_mut().for_each(|area| area.width = shared);
    areas
}

impl Panel {
    fn highest(&self) -> f64 {
        self.bars.iter().flatten().map(|parts| parts.iter().sum()).fold(0.0, f64::max)
    }
}

fn draw_bar(chart: &mut Chart<'_>, place: f64, parts: &[f64; 5]) {
    let mut floor = 0.0;
    for (part, colour) in parts.iter().zip(DELAY_PARTS) {
        if *part > 0.0 {
            sheet::bar(chart, [(place - HALF_BAR, floor), (place + HALF_BAR, floor + part)], colour);
            floor += part;
        }
    }
}

/// The names of the parts that can be seen, beside the last bar, at the middle of each part.
fn names(panel: &Panel, thin: [bool; 5]) -> Vec<((f64, f64), String, plotters::style::RGBColor)> {
    let Some((place, parts)) = panel.bars.iter().enumerate().rev().find_map(|(i, bar)| bar.map(|b| (i, b)))
    else {
        return Vec::new();
    };
    let mut floor = 0.0;
    let mut names = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        if !thin[index] {
            let middle = (place as f64, floor + part / 2.0);
            names.push((middle, DelayTotals::PARTS[index].to_owned(), DELAY_PARTS[index]));
        }
        floor += part;
    }
    names
}

/// Which parts are too thin to be seen in any bar.
fn thin(panels: &[Panel]) -> [bool; 5] {
    std::array::from_fn(|part| {
        panels.iter().all(|panel| panel.bars.iter().flatten().all(|bar| bar[part] < panel.highest() / 200.0))
    })
}

fn caption(panels: &[Panel], thin: [bool; 5], standing: &str) -> String {
    let mut notes = Vec::new();
    for (index, name) in DelayTotals::PARTS.into_iter().enumerate().filter(|(index, _)| thin[*index]) {
        let bars = panels.iter().flat_map(|panel| panel.bars.iter().flatten());
        let most = bars.map(|bar| bar[index]).fold(0.0, f64::max);
        notes.push(if most > 0.0 {
            format!("{name} is at most {}", figure::duration(most))
        } else {
            format!("no {name}")
        });
    }
    let thin =
        if notes.is_empty() { String::new() } else { format!(" Too thin to be seen: {}.", notes.join(", ")) };
    let place = if standing.is_empty() { String::new() } else { format!(", {standing}") };
    let scale = if panels.len() > 1 { " Each panel has its own scale." } else { "" };
    format!("Mean post-dial delay of the calls that rang or were answered, by cause{place}.{scale}{thin}")
}

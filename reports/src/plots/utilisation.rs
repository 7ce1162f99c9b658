//! How busy the hosts are: a dot each, the busiest by name.

use plotters::style::Color;

use super::axis::{Axis, LevelAxis};
use super::grid;
use super::sheet::{self, Anchor, Area, Frame, Label, Sheet};
use super::{Drawn, Results};
use crate::palette::{MUTED, SIGNAL};
use crate::{figure, view};

/// A host that is busier than this fills up.
const FULL: f64 = 0.9;

/// Pixels left of a row of panels for the labels of the vertical axis.
const LEFT: i32 = 60;

/// The hosts of one cell: where on the axis, how busy each is, the busiest by name.
struct Column {
    x: f64,
    hosts: Vec<f64>,
    busiest: Option<(String, f64)>,
}

pub(super) fn draw(
    results: &Results,
    x: &str,
    facets: Option<&str>,
    fixed: &[(String, String)],
) -> Option<Drawn> {
    let factor = grid::factor(results, x)?;
    let facet_levels = grid::levels(results, facets);
    let columns = if facet_levels.len() == 4 { 2 } else { 3 };
    let areas = grid::panels(facet_levels.len(), columns, (LEFT, 24), 270);
    let width = grid::axis_width(&areas, LEFT);
    let axis = LevelAxis::of(factor, width);
    let panels: Vec<Vec<Column>> = facet_levels
        .iter()
        .map(|facet| {
            let columns = factor.labels.iter().zip(&axis.positions).filter_map(|(label, &position)| {
                let cell = grid::cell(results, &[Some((x, label)), facet.at], fixed)?.cell;
                column(results, cell, position)
            });
            columns.collect()
        })
        .collect();
    if panels.iter().all(Vec::is_empty) {
        return None;
    }
    let title = "Utilisation of the hosts".to_owned();
    let below = grid::axis_title(factor, width);
    let svg = sheet::draw(areas.last().map_or(0, |area| area.y + area.height), &title, |sheet| {
        for ((area, columns), facet) in areas.iter().zip(&panels).zip(&facet_levels) {
            let facet_title = facet.title(results);
            let frame =
                Frame { title: &facet_title, below: &below, left: if area.x == 0 { LEFT } else { 0 } };
            draw_panel(sheet, *area, frame, &axis.axis, columns);
        }
    });
    let standing = grid::standing(results, &[Some(x), facets], fixed);
    let place = if standing.is_empty() { String::new() } else { format!(", {standing}") };
    let caption = format!(
        "Busy share of each host's processors, mean over the replications{place}. A dot a host; the busiest \
         is named, in red above {:.0} %.",
        FULL * 100.0
    );
    Some(Drawn { title, caption, svg })
}

fn column(results: &Results, cell: u32, x: f64) -> Option<Column> {
    let hosts: Vec<_> = view::loads(results, cell).into_iter().filter(view::is_host).collect();
    let busiest = view::busiest(&hosts).map(|load| (load.name.clone(), load.utilisation));
    (!hosts.is_empty()).then(|| Column {
        x,
        hosts: hosts.iter().map(|load| load.utilisation).collect(),
        busiest,
    })
}

fn draw_panel(sheet: &Sheet<'_>, area: Area, frame: Frame<'_>, x: &Axis, columns: &[Column]) {
    let mut chart = sheet.chart(area, frame, x.clone(), Axis::from_zero("utilisation_ratio", 1.0));
    let middle = (x.low() + x.high()) / 2.0;
    let mut named = "";
    for column in columns {
        let points: Vec<(f64, f64)> = column.hosts.iter().map(|&busy| (column.x, busy)).collect();
        sheet::dots(&mut chart, &points, 12, MUTED.mix(0.45).filled());
        let Some((name, busy)) = &column.busiest else { continue };
        let colour = if *busy >= FULL { SIGNAL } else { MUTED };
        sheet::dots(&mut chart, &[(column.x, *busy)], 15, colour.filled());
        // The name stands where it changes; the share stands at each dot.
        let share = figure::busy(*busy);
        let (text, anchor) = match (name == named || columns.len() == 1, column.x <= middle) {
            (true, _) => (share, Anchor::Middle),
            (false, true) => (format!("{name} {share}"), Anchor::Start),
            (false, false) => (format!("{name} {share}"), Anchor::End),
        };
        sheet.label_at(&chart, (column.x, *busy), (0, -11), Label { text: &text, colour, anchor });
        named = name;
    }
}

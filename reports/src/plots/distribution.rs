//! The share of samples at most x: how the delays spread, tails included.

use plotters::style::RGBColor;
use records::{Histogram, Unit};

use super::axis::Axis;
use super::grid;
use super::sheet::{self, Anchor, Area, Chart, Frame, Label, Sheet};
use super::{Drawn, Results};
use crate::palette::INK;
use crate::{figure, view};

/// Steps of a curve that a screen can show.
const STEPS: usize = 160;

/// Pixels left of a row of panels for the labels of the vertical axis.
const LEFT: i32 = 78;

/// One line of one panel.
struct Curve {
    title: String,
    colour: RGBColor,
    samples: Histogram,
}

pub(super) fn draw(
    results: &Results,
    metric: &str,
    lines: Option<&str>,
    facets: Option<&str>,
    fixed: &[(String, String)],
) -> Option<Drawn> {
    let (line_levels, facet_levels) = (grid::levels(results, lines), grid::levels(results, facets));
    let panels: Vec<(String, Vec<Curve>)> = facet_levels
        .iter()
        .map(|facet| {
            let curve = |line: &grid::Level<'_>| {
                let cell = grid::cell(results, &[line.at, facet.at], fixed)?.cell;
                let samples = view::samples(results, cell, metric)?;
                Some(Curve { title: line.title(results), colour: line.colour, samples })
            };
            (facet.title(results), line_levels.iter().filter_map(curve).collect())
        })
        .collect();
    let x = delay_axis(metric, panels.iter().flat_map(|panel| &panel.1))?;
    let y = Axis::from_zero("share_ratio", 1.0);

    let columns = if panels.len() == 4 { 2 } else { 3 };
    let areas = grid::panels(panels.len(), columns, (LEFT, 24), if panels.len() > 1 { 280 } else { 340 });
    let title = format!("Distribution of {}", figure::title(metric));
    let below = figure::title(metric);
    let svg = sheet::draw(areas.last().map_or(0, |area| area.y + area.height), &title, |sheet| {
        for (area, (facet, curves)) in areas.iter().zip(&panels) {
            let frame = Frame { title: facet, below: &below, left: if area.x == 0 { LEFT } else { 0 } };
            let mut chart = sheet.chart(*area, frame, x.clone(), y.clone());
            curves.iter().for_each(|curve| draw_curve(&mut chart, metric, curve, &x));
            draw_key(sheet, &chart, metric, curves);
        }
    });
    Some(Drawn { title, caption: caption(results, metric, lines, facets, fixed), svg })
}

/// From a round number below the smallest sample to one above the largest; `None` without samples.
fn delay_axis<'a>(metric: &str, curves: impl Iterator<Item = &'a Curve> + Clone) -> Option<Axis> {
    let unit = Unit::of(metric).samples_per_unit();
    // The lowest thousandth is left of the axis where it would stretch it.
    let low = curves.clone().filter_map(|curve| curve.samples.quantile(0.001)).min()? as f64 / unit;
    let high = curves.filter_map(|curve| curve.samples.max()).max()? as f64 / unit;
    if low > 0.0 { Some(Axis::logarithmic(metric, low, high)) } else { Some(Axis::from_zero(metric, high)) }
}

fn draw_curve(chart: &mut Chart<'_>, metric: &str, curve: &Curve, x: &Axis) {
    let begin = std::iter::once((x.low(), 0.0));
    let end = std::iter::once((x.high(), 1.0));
    sheet::line(chart, begin.chain(steps(metric, curve)).chain(end).collect(), curve.colour);
}

/// The corners of a curve's steps, at most [`STEPS`] of them.
fn steps(metric: &str, curve: &Curve) -> Vec<(f64, f64)> {
    let unit = Unit::of(metric).samples_per_unit();
    let n = curve.samples.n() as f64;
    let buckets: Vec<_> = curve.samples.buckets().collect();
    let stride = buckets.len().div_ceil(STEPS).max(1);
    let mut corners = Vec::new();
    let mut below = 0;
    for chunk in buckets.chunks(stride) {
        let at = chunk[chunk.len() - 1].highest.min(curve.samples.max().unwrap_or(u64::MAX)) as f64 / unit;
        corners.push((at, below as f64 / n));
        below += chunk.iter().map(|bucket| bucket.count).sum::<u64>();
        corners.push((at, below as f64 / n));
    }
    corners
}

/// The names of the lines with their quantiles, in the corner that the lines leave free: lower right or upper left.
fn draw_key(sheet: &Sheet<'_>, chart: &Chart<'_>, metric: &str, curves: &[Curve]) {
    const ROW: i32 = 17;
    const MARGIN: i32 = 14;
    let unit = Unit::of(metric).samples_per_unit();
    let rows: Vec<(String, &Curve)> = curves
        .iter()
        .map(|curve| {
            let p95 = curve.samples.quantile(0.95).map_or(f64::NAN, |value| value as f64 / unit);
            (format!("p95 {}", figure::spoken(metric, p95)), curve)
        })
        .collect();
    let height = rows.len() as i32 * ROW;
    let numbers = rows.iter().map(|row| sheet::text_width(&row.0)).max().unwrap_or(0) + 12;
    let names = rows.iter().map(|row| sheet::text_width(&row.1.title)).max().unwrap_or(0);
    let plot = sheet::plot_area(chart);
    let lower = Area {
        x: plot.x + plot.width - names - numbers - 4,
        y: plot.y + plot.height - height - MARGIN,
        width: names + numbers,
        height,
    };
    let upper = Area { x: plot.x + MARGIN, y: plot.y + MARGIN - 4, ..lower };
    let free = if crossings(chart, metric, curves, upper) < crossings(chart, metric, curves, lower) {
        upper
    } else {
        lower
    };
    for (index, (p95, curve)) in rows.iter().enumerate() {
        let y = free.y + index as i32 * ROW + ROW / 2;
        let right = free.x + free.width;
        sheet.label((right, y), Label { text: p95, colour: INK, anchor: Anchor::End });
        let name = Label { text: &curve.title, colour: curve.colour, anchor: Anchor::End };
        sheet.label((right - numbers, y), name);
    }
}

/// How many points of the curves lie in `area`.
fn crossings(chart: &Chart<'_>, metric: &str, curves: &[Curve], area: Area) -> usize {
    let points = curves.iter().flat_map(|curve| steps(metric, curve));
    points.filter(|&point| area.holds(sheet::pixel(chart, point))).count()
}

fn caption(
    results: &Results,
    metric: &str,
    lines: Option<&str>,
    facets: Option<&str>,
    fixed: &[(String, String)],
) -> String {
    let standing = grid::standing(results, &[lines, facets], fixed);
    let place = if standing.is_empty() { String::new() } else { format!(", {standing}") };
    format!(
        "{}: the share of samples at or below the value on the horizontal axis, all replications \
         together{place}. The further left, the better; what is flat at the top is the tail.",
        figure::capitalised(&figure::title(metric))
    )
}

//! A statistic against the levels of a factor, with its intervals.

use plotters::style::RGBColor;
use records::{Statistic, Unit};

use super::axis::{Axis, LevelAxis};
use super::grid::{self, Level};
use super::sheet::{self, Chart, Frame};
use super::{Drawn, Results};
use crate::figure;
use crate::palette::MUTED;
use crate::view::{self, Estimate, IntervalKind};

/// Times that span more than this get a logarithmic axis.
const WIDE_SPAN: f64 = 30.0;

/// Shares whose lowest is above this part of the highest are seen from near.
const NEAR_ONE: f64 = 0.6;
/// Pixels left of a row of panels for the labels of the vertical axis.
const LEFT: i32 = 78;

/// What to draw.
pub(super) struct Request<'a> {
    pub(super) metric: &'a str,
    pub(super) statistic: Statistic,
    pub(super) x: &'a str,
    pub(super) lines: Option<&'a str>,
    pub(super) facets: Option<&'a str>,
    pub(super) fixed: &'a [(String, String)],
}

/// One line of one panel.
struct Curve<'a> {
    level: &'a Level<'a>,
    points: Vec<(f64, Estimate)>,
}

pub(super) fn draw(results: &Results, request: &Request<'_>) -> Option<Drawn> {
    let factor = grid::factor(results, request.x)?;
    let (lines, facets) = (grid::levels(results, request.lines), grid::levels(results, request.facets));
    let limit =
        view::service_level(&results.experiment, request.metric, request.statistic).map(|level| level.limit);
    let areas = places(results, request, (&lines, facets.len()), limit);
    let width = grid::axis_width(&areas, LEFT);
    let x = LevelAxis::of(factor, width);
    let panels: Vec<Vec<Curve<'_>>> = facets
        .iter()
        .map(|facet| lines.iter().map(|line| curve(results, request, &x, line, facet)).collect())
        .collect();
    let limit =
        view::service_level(&results.experiment, request.metric, request.statistic).map(|level| level.limit);
    let y = value_axis(request.metric, &panels, limit)?;

    let title = subject(request);
    let below = grid::axis_title(factor, width);
    let height = areas.last().map_or(0, |area| area.y + area.height);
    let svg = sheet::draw(height, &title, |sheet| {
        for (index, (area, curves)) in areas.iter().zip(&panels).enumerate() {
            let facet_title = facets[index].title(results);
            let frame =
                Frame { title: &facet_title, below: &below, left: if area.x == 0 { LEFT } else { 0 } };
            let mut chart = sheet.chart(*area, frame, x.axis.clone(), y.clone());
            if let Some(limit) = limit {
                sheet::dashed(&mut chart, vec![(x.axis.low(), limit), (x.axis.high(), limit)], MUTED);
            }
            curves.iter().for_each(|curve| draw_curve(&mut chart, curve, x.ordered));
            if last_of_row(&areas, index) {
                let limit = limit.map(|limit| ((x.axis.high(), limit), limit_title(request, limit), MUTED));
                sheet.end_labels(
                    &chart,
                    &ends_of(results, curves).into_iter().chain(limit).collect::<Vec<_>>(),
                );
            }
        }
    });
    Some(Drawn { title, caption: caption(results, request), svg })
}

fn curve<'a>(
    results: &Results,
    request: &Request<'_>,
    x: &LevelAxis,
    line: &'a Level<'a>,
    facet: &Level<'_>,
) -> Curve<'a> {
    let labels = grid::factor(results, request.x).map_or(&[][..], |factor| &factor.labels);
    let points = labels.iter().zip(&x.positions).filter_map(|(label, &position)| {
        let at = [Some((request.x, label.as_str())), line.at, facet.at];
        let cell = grid::cell(results, &at, request.fixed)?.cell;
        Some((position, view::estimate(results, cell, request.metric, request.statistic)?))
    });
    Curve { level: line, points: points.collect() }
}

/// An axis that holds every value; `None` when there is none.
fn value_axis(metric: &str, panels: &[Vec<Curve<'_>>], limit: Option<f64>) -> Option<Axis> {
    let estimates = || panels.iter().flatten().flat_map(|curve| curve.points.iter().map(|point| point.1));
    estimates().next()?;
    let highest = estimates().map(|e| e.high).chain(limit).fold(f64::NEG_INFINITY, f64::max);
    let lowest = estimates().map(|e| e.value).chain(limit).fold(f64::INFINITY, f64::min);
    let is_time = matches!(Unit::of(metric), Unit::Milliseconds | Unit::Seconds);
    if is_time && lowest > 0.0 && highest / lowest > WIDE_SPAN {
        Some(Axis::logarithmic(metric, lowest, highest))
    } else if Unit::of(metric) == Unit::Ratio && lowest > NEAR_ONE * highest {
        let lowest = estimates().map(|e| e.low).chain(limit).fold(lowest, f64::min);
        Some(Axis::between(metric, lowest.max(0.0), highest.min(1.0)))
    } else {
        Some(Axis::from_zero(metric, highest))
    }
}

fn draw_curve(chart: &mut Chart<'_>, curve: &Curve<'_>, ordered: bool) {
    let colour = curve.level.colour;
    let middle: Vec<(f64, f64)> = curve.points.iter().map(|(x, e)| (*x, e.value)).collect();
    if ordered && middle.len() > 1 {
        let upper = curve.points.iter().map(|(x, e)| (*x, e.high));
        let lower = curve.points.iter().rev().map(|(x, e)| (*x, e.low));
        sheet::band(chart, upper.chain(lower).collect(), colour);
        sheet::line(chart, middle.clone(), colour);
    } else {
        curve.points.iter().for_each(|(x, e)| whisker(chart, *x, e, colour));
    }
    sheet::dots(chart, &middle, 13, plotters::style::Color::filled(&colour));
}

fn whisker(chart: &mut Chart<'_>, x: f64, estimate: &Estimate, colour: RGBColor) {
    if estimate.high > estimate.low {
        sheet::line(chart, vec![(x, estimate.low), (x, estimate.high)], colour);
    }
}

fn limit_title(request: &Request<'_>, limit: f64) -> String {
    format!("limit {}", figure::spoken(request.metric, limit))
}

/// The places of the panels, with room on the right for the names of lines and limit.
fn places(
    results: &Results,
    request: &Request<'_>,
    (lines, facets): (&[Level<'_>], usize),
    limit: Option<f64>,
) -> Vec<sheet::Area> {
    let names = lines.iter().map(|line| line.title(results));
    let widest = names
        .chain(limit.map(|limit| limit_title(request, limit)))
        .map(|name| sheet::text_width(&name))
        .max();
    let columns = if facets == 4 { 2 } else { 3 };
    grid::panels(facets, columns, (LEFT, 16 + widest.unwrap_or(0)), if facets > 1 { 250 } else { 320 })
}

/// Where the labels of the lines go: beside the last point of each.
fn ends_of(results: &Results, curves: &[Curve<'_>]) -> Vec<((f64, f64), String, RGBColor)> {
    let end = |curve: &Curve<'_>| {
        let (x, estimate) = curve.points.last()?;
        Some(((*x, estimate.value), curve.level.title(results), curve.level.colour))
    };
    curves.iter().filter_map(end).collect()
}

fn last_of_row(areas: &[sheet::Area], index: usize) -> bool {
    areas.get(index + 1).is_none_or(|next| next.y != areas[index].y)
}

fn subject(request: &Request<'_>) -> String {
    let statistic = figure::statistic(request.statistic);
    let metric = figure::title(request.metric);
    let metric = if statistic.is_empty() { metric } else { format!("{metric}, {statistic}") };
    format!("{} by {}", figure::capitalised(&metric), request.x)
}

fn caption(results: &Results, request: &Request<'_>) -> String {
    let kind = match view::interval_kind(results, request.metric, request.statistic) {
        IntervalKind::Confidence(confidence) => {
            let percent = figure::trimmed(confidence * 100.0);
            format!("The bands are {percent} % confidence intervals over the replications")
        }
        IntervalKind::Range => "The bands reach from the lowest to the highest replication".to_owned(),
    };
    let standing = grid::standing(results, &[Some(request.x), request.lines, request.facets], request.fixed);
    if standing.is_empty() { format!("{kind}.") } else { format!("{kind}; {standing}.") }
}

//! A sheet of paper for plotters, and the panels on it: the look that all plots share.
//!
//! plotters places everything at whole pixels. A sheet is four times as large as it is shown, so places and
//! widths are true to a quarter of a pixel; the view box scales it back.

use plotters::chart::ChartContext;
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::axis::Axis;
use crate::palette::{GRID, INK, MUTED, STRONG};

/// Sheet units a pixel.
const FINE: i32 = 4;
/// plotters makes letters smaller than asked by this factor.
const FONT_FACTOR: f64 = 1.24;
/// Mean width of a letter over the size of the font.
const LETTER: f64 = 0.56;

/// Width of every sheet in pixels.
pub(super) const WIDTH: i32 = 720;
/// Size of labels in pixels.
pub(super) const LABEL: i32 = 12;

/// A chart on a panel.
pub(super) type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;

/// Drawing into a string cannot fail.
const INFALLIBLE: &str = "a string takes all that is drawn";

/// Part of a sheet, in pixels from its upper left corner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Area {
    /// Whether the pixel lies inside.
    pub(super) fn holds(&self, (x, y): (i32, i32)) -> bool {
        (self.x..=self.x + self.width).contains(&x) && (self.y..=self.y + self.height).contains(&y)
    }
}

/// How a text stands to its point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    /// The point is at its left end.
    Start,
    /// The point is in its middle.
    Middle,
    /// The point is at its right end.
    End,
}

/// A text in the style of the labels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label<'a> {
    pub(super) text: &'a str,
    pub(super) colour: RGBColor,
    pub(super) anchor: Anchor,
}

/// What stands at the axes of a chart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    /// Above the panel; may be empty.
    pub(super) title: &'a str,
    /// Below the horizontal axis; may be empty.
    pub(super) below: &'a str,
    /// Pixels left of the vertical axis for its labels; zero hides them.
    pub(super) left: i32,
}

/// A sheet under the pen.
pub(super) struct Sheet<'a> {
    root: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws on a sheet of [`WIDTH`] by `height` pixels; `name` is what a screen reader says.
pub(super) fn draw(height: i32, name: &str, paint: impl FnOnce(&Sheet<'_>)) -> String {
    let mut svg = String::new();
    {
        let size = ((WIDTH * FINE) as u32, (height * FINE) as u32);
        let sheet = Sheet { root: SVGBackend::with_string(&mut svg, size).into_drawing_area() };
        paint(&sheet);
        sheet.root.present().expect(INFALLIBLE);
    }
    finish(&svg, height, name)
}

impl<'a> Sheet<'a> {
    /// A chart in `area` with grid, ticks and titles drawn.
    pub(super) fn chart(&self, area: Area, frame: Frame<'_>, x: Axis, y: Axis) -> Chart<'a> {
        const TITLE: i32 = 32;
        const TICKS: i32 = 24;
        let bottom = TICKS + if frame.below.is_empty() { 0 } else { 20 };
        let panel =
            self.root.clone().shrink((area.x * FINE, area.y * FINE), (area.width * FINE, area.height * FINE));
        let mut builder = ChartBuilder::on(&panel);
        builder
            .margin_top((if frame.title.is_empty() { 8 } else { TITLE }) * FINE)
            .x_label_area_size(bottom * FINE)
            .y_label_area_size(frame.left * FINE);
        let mut chart = builder.build_cartesian_2d(x, y).expect(INFALLIBLE);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID.stroke_width(FINE as u32))
            .axis_style(GRID.stroke_width(FINE as u32))
            .label_style(font(INK))
            .axis_desc_style(font(MUTED))
            .x_desc(frame.below)
            .y_labels(if frame.left == 0 { 0 } else { 12 })
            .set_all_tick_mark_size(4 * FINE)
            .draw()
            .expect(INFALLIBLE);
        if !frame.title.is_empty() {
            let left = area.x + frame.left;
            self.label(
                (left, area.y + 10),
                Label { text: frame.title, colour: STRONG, anchor: Anchor::Start },
            );
        }
        chart
    }

    /// A text whose vertical middle is at `at`.
    pub(super) fn label(&self, at: (i32, i32), label: Label<'_>) {
        self.label_fine((at.0 * FINE, at.1 * FINE), label);
    }

    fn label_fine(&self, at: (i32, i32), label: Label<'_>) {
        let horizontal = match label.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = font(label.colour).pos(Pos::new(horizontal, VPos::Center));
        self.root.draw(&Text::new(label.text.to_owned(), at, style)).expect(INFALLIBLE);
    }

    /// A text beside a point of `chart`, `shift` pixels away.
    pub(super) fn label_at(&self, chart: &Chart<'_>, at: (f64, f64), shift: (i32, i32), label: Label<'_>) {
        let (x, y) = chart.backend_coord(&at);
        self.label_fine((x + shift.0 * FINE, y + shift.1 * FINE), label);
    }

    /// Labels right of the points `ends` of `chart`, moved apart where they would overlap.
    pub(super) fn end_labels(&self, chart: &Chart<'_>, ends: &[((f64, f64), String, RGBColor)]) {
        const GAP: i32 = (LABEL + 3) * FINE;
        let (left, (top, bottom)) = {
            let (x, y) = chart.plotting_area().get_pixel_range();
            (x.end, (y.start, y.end))
        };
        let mut wanted: Vec<(i32, &str, RGBColor)> = ends
            .iter()
            .map(|(at, text, colour)| (chart.backend_coord(at).1, text.as_str(), *colour))
            .collect();
        wanted.sort_by_key(|label| label.0);
        let places = spread(wanted.iter().map(|label| label.0).collect(), GAP, (top, bottom));
        for ((_, text, colour), y) in wanted.into_iter().zip(places) {
            self.label_fine((left + 8 * FINE, y), Label { text, colour, anchor: Anchor::Start });
        }
    }
}

/// The pixel of a point of `chart`.
pub(super) fn pixel(chart: &Chart<'_>, at: (f64, f64)) -> (i32, i32) {
    let (x, y) = chart.backend_coord(&at);
    (x / FINE, y / FINE)
}

/// The part of the sheet between the axes of `chart`.
pub(super) fn plot_area(chart: &Chart<'_>) -> Area {
    let (x, y) = chart.plotting_area().get_pixel_range();
    Area {
        x: x.start / FINE,
        y: y.start / FINE,
        width: (x.end - x.start) / FINE,
        height: (y.end - y.start) / FINE,
    }
}

/// A line of two pixels.
pub(super) fn line(chart: &mut Chart<'_>, points: Vec<(f64, f64)>, colour: RGBColor) {
    let style = colour.stroke_width(2 * FINE as u32);
    chart.draw_series(LineSeries::new(points, style)).expect(INFALLIBLE);
}

/// A dashed line of one and a half pixels.
pub(super) fn dashed(chart: &mut Chart<'_>, points: Vec<(f64, f64)>, colour: RGBColor) {
    let style = colour.stroke_width(3 * FINE as u32 / 2);
    chart.draw_series(DashedLineSeries::new(points, 5 * FINE, 4 * FINE, style)).expect(INFALLIBLE);
}

/// The band between two lines, in 15 % of its colour.
pub(super) fn band(chart: &mut Chart<'_>, outline: Vec<(f64, f64)>, colour: RGBColor) {
    chart.draw_series([Polygon::new(outline, colour.mix(0.15).filled())]).expect(INFALLIBLE);
}

/// Dots of `radius` quarter pixels.
pub(super) fn dots(chart: &mut Chart<'_>, points: &[(f64, f64)], radius: i32, style: impl Into<ShapeStyle>) {
    let style = style.into();
    chart.draw_series(points.iter().map(|&point| Circle::new(point, radius, style))).expect(INFALLIBLE);
}

/// A filled rectangle between two corners in the units of the axes.
pub(super) fn bar(chart: &mut Chart<'_>, corners: [(f64, f64); 2], colour: RGBColor) {
    chart.draw_series([Rectangle::new(corners, colour.filled())]).expect(INFALLIBLE);
}

/// About how many pixels `text` is wide.
pub(super) fn text_width(text: &str) -> i32 {
    (text.chars().count() as f64 * f64::from(LABEL) * LETTER).ceil() as i32
}

/// `text` as it fits beside a panel: what is longer ends in an ellipsis.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 28;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// Places in ascending order, at least `gap` apart and inside `bounds` if there is room, near those `wanted`.
pub(super) fn spread(wanted: Vec<i32>, gap: i32, (top, bottom): (i32, i32)) -> Vec<i32> {
    let mut places = wanted;
    let mut floor = top;
    for place in &mut places {
        *place = (*place).max(floor);
        floor = *place + gap;
    }
    let mut ceiling = bottom;
    for place in places.iter_mut().rev() {
        *place = (*place).min(ceiling);
        ceiling = *place - gap;
    }
    places
}

fn font(colour: RGBColor) -> TextStyle<'static> {
    ("sans-serif", f64::from(LABEL * FINE) * FONT_FACTOR).into_font().color(&colour)
}

/// Shows the sheet at its true size, names it, and drops what says nothing.
fn finish(svg: &str, height: i32, name: &str) -> String {
    let body = svg.split_once(">\n").map_or("", |(_, body)| body);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\">\n<title>{}</title>\n",
        WIDTH * FINE,
        height * FINE,
        crate::svg::escaped(name),
    );
    // plotters escapes markup, but lets control characters through, which XML forbids.
    let body = body.replace(|c: char| c.is_control() && c != '\n', " ");
    for line in body.replace(" opacity=\"1\"", "").replace(" stroke=\"none\"", "").lines() {
        out.push_str(line);
        // A text's letters stand between its tags, not on lines of their own.
        if line.starts_with('<') && !line.starts_with("<text") {
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_end_in_an_ellipsis() {
        assert_eq!(shortened("regional"), "regional");
        assert_eq!(shortened(&"ä".repeat(99)), format!("{}…", "ä".repeat(27)));
    }

    #[test]
    fn labels_keep_their_distance_and_stay_inside() {
        assert_eq!(spread(vec![10, 12, 50], 15, (0, 100)), [10, 25, 50]);
        assert_eq!(spread(vec![90, 95, 99], 15, (0, 100)), [70, 85, 100]);
        assert_eq!(spread(vec![-5, 0], 15, (0, 100)), [0, 15]);
        assert!(spread(vec![], 15, (0, 100)).is_empty());
    }
}

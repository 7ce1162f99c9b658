//! Ladders as drawings: one lane a node, time downwards with long waits shortened, arrows slanted by their flight.
//!
//! A lost message ends in a cross, a copy is dashed and numbered, a timer is a diamond on its lane. What a
//! message says is told when the pointer rests on it.

mod clock;

use plotters::style::RGBColor;
use records::{Arrow, Fate, Ladder, Mark};

use self::clock::{Clock, Row};
use crate::palette::{self, INK, MUTED, SIGNAL, STRONG};
use crate::svg::{Number, Svg};

/// Pixels from the border to the first lane: the times stand there.
const LEFT: f64 = 78.0;
/// Pixels from lane to lane, at least.
const PITCH: f64 = 150.0;
/// Pixels right of the last lane, at least: notes stand there.
const RIGHT: f64 = 80.0;
/// Pixels above the first row: the names of the lanes stand there.
const TOP: f64 = 34.0;
/// Mean width of a letter in pixels.
const LETTER: f64 = 6.8;
/// How far a lost message gets, as a share of its way.
const LOST_AT: f64 = 0.72;

/// The ladder as a complete SVG document that looks right on white.
///
/// Arrows and marks whose lanes do not exist are left out.
pub fn ladder_svg(ladder: &Ladder) -> String {
    let sheet = Sheet::of(ladder);
    let names = ladder.lanes.join(", ");
    let mut svg = Svg::new(sheet.width, sheet.clock.height() + 14.0, &format!("Messages between {names}"));
    sheet.draw_lanes(&mut svg);
    sheet.draw_times(&mut svg);
    for (mark, y) in sheet.marks() {
        sheet.draw_mark(&mut svg, mark, y);
    }
    for (arrow, y) in sheet.arrows() {
        sheet.draw_arrow(&mut svg, arrow, y);
    }
    svg.finish()
}

struct Sheet<'a> {
    ladder: &'a Ladder,
    /// The rows: marks first, so that a timer stands above what it sends, then arrows.
    rows: Vec<Row>,
    clock: Clock,
    pitch: f64,
    width: f64,
}

impl<'a> Sheet<'a> {
    fn of(ladder: &'a Ladder) -> Sheet<'a> {
        let arrows = visible_arrows(ladder).map(|arrow| Row {
            at_ns: arrow.sent_ns,
            end_ns: match arrow.fate {
                Fate::Arrived { at_ns } | Fate::Lost { at_ns, .. } => at_ns.max(arrow.sent_ns),
                Fate::InFlight => arrow.sent_ns,
            },
            lanes: (arrow.from.min(arrow.to), arrow.from.max(arrow.to)),
        });
        // A mark's name reaches into the space right of its lane.
        let marks = visible_marks(ladder).map(|mark| Row {
            at_ns: mark.at_ns,
            end_ns: mark.at_ns,
            lanes: (mark.lane, mark.lane + 1),
        });
        let rows: Vec<Row> = marks.chain(arrows).collect();
        let longest_name = ladder.lanes.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        let longest_label =
            visible_arrows(ladder).map(|arrow| label(arrow).chars().count()).max().unwrap_or(0);
        let pitch = PITCH.max(longest_name.max(longest_label + 3) as f64 * LETTER + 16.0);
        let longest_note = visible_arrows(ladder).map(|arrow| note(arrow).chars().count()).max().unwrap_or(0);
        let right = RIGHT.max(longest_note as f64 * LETTER + 14.0);
        let width = LEFT + ladder.lanes.len().saturating_sub(1) as f64 * pitch + right;
        Sheet { ladder, clock: Clock::of(&rows, TOP), rows, pitch, width }
    }

    fn arrows(&self) -> impl Iterator<Item = (&'a Arrow, f64)> {
        let marks = visible_marks(self.ladder).count();
        visible_arrows(self.ladder).zip(self.clock.rows()[marks..].iter().copied())
    }

    fn marks(&self) -> impl Iterator<Item = (&'a Mark, f64)> {
        visible_marks(self.ladder).zip(self.clock.rows().iter().copied())
    }

    fn lane(&self, index: usize) -> f64 {
        LEFT + index as f64 * self.pitch
    }

    fn draw_lanes(&self, svg: &mut Svg) {
        for (index, name) in self.ladder.lanes.iter().enumerate() {
            let x = self.lane(index);
            let attributes: [(&str, &dyn std::fmt::Display); 5] = [
                ("x", &Number(x)),
                ("y", &16),
                ("text-anchor", &"middle"),
                ("font-weight", &"600"),
                ("fill", &palette::hex(STRONG)),
            ];
            svg.text_element("text", &attributes, name);
            let mut from = TOP - 10.0;
            for gap in self.clock.gaps() {
                self.draw_lane(svg, x, (from, gap.top), "none");
                self.draw_lane(svg, x, (gap.top, gap.bottom), "1 4");
                from = gap.bottom;
            }
            self.draw_lane(svg, x, (from, self.clock.height()), "none");
        }
    }

    fn draw_lane(&self, svg: &mut Svg, x: f64, (from, to): (f64, f64), dashes: &str) {
        svg.element(
            "line",
            &[
                ("x1", &Number(x)),
                ("y1", &Number(from)),
                ("x2", &Number(x)),
                ("y2", &Number(to)),
                ("stroke", &palette::hex(palette::LINK)),
                ("stroke-dasharray", &dashes),
            ],
        );
    }

    /// The instant of each row on the left, and how long the shortened waits are.
    fn draw_times(&self, svg: &mut Svg) {
        let mut rows: Vec<(f64, u64)> =
            self.clock.rows().iter().copied().zip(self.rows.iter().map(|row| row.at_ns)).collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = f64::NEG_INFINITY;
        let mut told = None;
        for (y, at_ns) in rows {
            if y >= free && told != Some(at_ns) {
                let ms = (at_ns as f64 - self.ladder.origin_ns as f64) / 1e6;
                self.draw_time(svg, y, &format!("{} ms", crate::figure::fixed(ms, 1)), INK);
                free = y + 13.0;
                told = Some(at_ns);
            }
        }
        for gap in self.clock.gaps() {
            let words = format!("⋮ {}", crate::figure::duration(gap.span_ns as f64 / 1e6));
            self.draw_time(svg, (gap.top + gap.bottom) / 2.0, &words, MUTED);
        }
    }

    fn draw_time(&self, svg: &mut Svg, y: f64, text: &str, colour: RGBColor) {
        let attributes: [(&str, &dyn std::fmt::Display); 5] = [
            ("x", &Number(LEFT - 14.0)),
            ("y", &Number(y + 4.0)),
            ("text-anchor", &"end"),
            ("font-size", &11),
            ("fill", &palette::hex(colour)),
        ];
        svg.text_element("text", &attributes, text);
    }

    fn draw_mark(&self, svg: &mut Svg, mark: &Mark, y: f64) {
        let x = self.lane(mark.lane);
        let corners = [(x, y - 4.0), (x + 4.0, y), (x, y + 4.0), (x - 4.0, y)];
        let points: Vec<String> =
            corners.iter().map(|(x, y)| format!("{},{}", Number(*x), Number(*y))).collect();
        svg.element("polygon", &[("points", &points.join(" ")), ("fill", &palette::hex(MUTED))]);
        let attributes: [(&str, &dyn std::fmt::Display); 4] = [
            ("x", &Number(x + 9.0)),
            ("y", &Number(y + 4.0)),
            ("font-size", &11),
            ("fill", &palette::hex(MUTED)),
        ];
        svg.text_element("text", &attributes, &mark.label);
    }

    fn draw_arrow(&self, svg: &mut Svg, arrow: &Arrow, y: f64) {
        svg.begin("g", &[]);
        svg.title(&self.told(arrow));
        let (x1, x2) = self.ends(arrow);
        let y2 = match arrow.fate {
            Fate::Arrived { at_ns } => self.clock.at(at_ns).max(y),
            Fate::Lost { .. } | Fate::InFlight => y + 4.0,
        };
        let colour = colour(arrow);
        let dashes = if arrow.retransmission > 0 { "6 3" } else { "none" };
        svg.element(
            "line",
            &[
                ("x1", &Number(x1)),
                ("y1", &Number(y)),
                ("x2", &Number(x2)),
                ("y2", &Number(y2)),
                ("stroke", &palette::hex(colour)),
                ("stroke-width", &Number(1.5)),
                ("stroke-dasharray", &dashes),
            ],
        );
        match &arrow.fate {
            Fate::Arrived { .. } => draw_head(svg, ((x1, y), (x2, y2)), colour),
            Fate::Lost { .. } => draw_cross(svg, (x2, y2)),
            Fate::InFlight => {}
        }
        self.draw_note(svg, y2, note(arrow));
        draw_label(svg, ((x1, y), (x2, y2)), colour, &label(arrow));
        svg.end();
    }

    /// Where an arrow begins and how far it gets.
    fn ends(&self, arrow: &Arrow) -> (f64, f64) {
        let (from, mut to) = (self.lane(arrow.from), self.lane(arrow.to));
        if arrow.from == arrow.to {
            to = from + self.pitch * 0.4;
        }
        match arrow.fate {
            Fate::Arrived { .. } => (from, to),
            Fate::Lost { .. } | Fate::InFlight => (from, from + (to - from) * LOST_AT),
        }
    }

    fn draw_note(&self, svg: &mut Svg, y: f64, text: &str) {
        if text.is_empty() {
            return;
        }
        let x = self.lane(self.ladder.lanes.len().saturating_sub(1)) + 14.0;
        let attributes: [(&str, &dyn std::fmt::Display); 4] =
            [("x", &Number(x)), ("y", &Number(y + 2.0)), ("font-size", &11), ("fill", &palette::hex(SIGNAL))];
        svg.text_element("text", &attributes, text);
    }

    /// What a pointer that rests on the arrow is told.
    fn told(&self, arrow: &Arrow) -> String {
        let relative = |at_ns: u64| {
            format!("{} ms", crate::figure::fixed((at_ns as f64 - self.ladder.origin_ns as f64) / 1e6, 3))
        };
        let fate = match &arrow.fate {
            Fate::Arrived { at_ns } => format!("arrived {}", relative(*at_ns)),
            Fate::Lost { at_ns, cause } => format!("lost {}: {cause}", relative(*at_ns)),
            Fate::InFlight => note(arrow).to_owned(),
        };
        let head = format!(
            "{} {} → {}, sent {}, {fate}",
            label(arrow),
            self.ladder.lanes[arrow.from],
            self.ladder.lanes[arrow.to],
            relative(arrow.sent_ns)
        );
        if arrow.note.is_empty() { head } else { format!("{head}\n{}", arrow.note) }
    }
}

fn visible_arrows(ladder: &Ladder) -> impl Iterator<Item = &Arrow> {
    ladder.arrows.iter().filter(|arrow| arrow.from.max(arrow.to) < ladder.lanes.len())
}

fn visible_marks(ladder: &Ladder) -> impl Iterator<Item = &Mark> {
    ladder.marks.iter().filter(|mark| mark.lane < ladder.lanes.len())
}

/// The label with the number of the copy.
fn label(arrow: &Arrow) -> String {
    if arrow.retransmission == 0 {
        arrow.label.clone()
    } else {
        format!("{} ({})", arrow.label, arrow.retransmission + 1)
    }
}

/// What stands right of the lanes: why the message did not arrive; empty when it did.
fn note(arrow: &Arrow) -> &str {
    match &arrow.fate {
        Fate::Arrived { .. } => "",
        Fate::Lost { cause, .. } => cause,
        Fate::InFlight => "under way at the end of the run",
    }
}

/// Requests in ink, provisional responses muted, successes green, failures orange.
fn colour(arrow: &Arrow) -> RGBColor {
    match arrow.label.as_bytes().first() {
        Some(b'1') => MUTED,
        Some(b'2') => palette::SUCCESS,
        Some(b'3'..=b'6') => palette::FAILURE,
        _ => INK,
    }
}

fn draw_head(svg: &mut Svg, ((x1, y1), (x2, y2)): ((f64, f64), (f64, f64)), colour: RGBColor) {
    let length = ((x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1)).sqrt().max(1.0);
    let (along_x, along_y) = ((x2 - x1) / length, (y2 - y1) / length);
    let corner = |back: f64, aside: f64| {
        let (x, y) = (x2 - along_x * back - along_y * aside, y2 - along_y * back + along_x * aside);
        format!("{},{}", Number(x), Number(y))
    };
    let points = [corner(0.0, 0.0), corner(9.0, 3.5), corner(9.0, -3.5)].join(" ");
    svg.element("polygon", &[("points", &points), ("fill", &palette::hex(colour))]);
}

fn draw_cross(svg: &mut Svg, (x, y): (f64, f64)) {
    let path = format!("M{} {}l10 10m0 -10l-10 10", Number(x - 5.0), Number(y - 5.0));
    let attributes: [(&str, &dyn std::fmt::Display); 4] =
        [("d", &path), ("stroke", &palette::hex(SIGNAL)), ("stroke-width", &2), ("fill", &"none")];
    svg.element("path", &attributes);
}

/// The label above the middle of an arrow, with its slope.
fn draw_label(svg: &mut Svg, ((x1, y1), (x2, y2)): ((f64, f64), (f64, f64)), colour: RGBColor, text: &str) {
    let (x, y) = ((x1 + x2) / 2.0, (y1 + y2) / 2.0);
    let (run, rise) = if x2 >= x1 { (x2 - x1, y2 - y1) } else { (x1 - x2, y1 - y2) };
    let degrees = rise.atan2(run.max(1.0)).to_degrees();
    let rotation = format!("rotate({} {} {})", Number(degrees), Number(x), Number(y));
    let attributes: [(&str, &dyn std::fmt::Display); 9] = [
        ("x", &Number(x)),
        ("y", &Number(y - 5.0)),
        ("text-anchor", &"middle"),
        ("transform", &rotation),
        ("fill", &palette::hex(colour)),
        ("stroke", &palette::hex(palette::PAPER)),
        ("stroke-width", &3),
        ("stroke-linejoin", &"round"),
        ("paint-order", &"stroke"),
    ];
    svg.text_element("text", &attributes, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn ladder() -> Ladder {
        let mut ladder = Ladder::new(["alice", "proxy", "bob"]);
        let mut copy = Arrow::sent(510 * MS, 1, 2, "INVITE").arrived(520 * MS);
        copy.retransmission = 1;
        copy.note = "INVITE sip:bob@example SIP/2.0".into();
        ladder.arrows = vec![
            Arrow::sent(0, 0, 1, "INVITE").arrived(10 * MS),
            Arrow::sent(10 * MS, 1, 2, "INVITE").lost(11 * MS, "queue full"),
            Arrow::sent(10 * MS, 1, 0, "100").arrived(20 * MS),
            copy,
        ];
        ladder.marks = vec![Mark { at_ns: 510 * MS, lane: 1, label: "timer A".into() }];
        ladder
    }

    #[test]
    fn a_loss_is_a_cross_with_its_cause_and_a_copy_is_dashed_and_numbered() {
        let svg = ladder_svg(&ladder());
        assert_eq!(svg.matches("l10 10m0 -10l-10 10").count(), 1);
        assert!(svg.contains(">queue full</text>"));
        assert!(svg.contains(">INVITE (2)</text>"));
        assert_eq!(svg.matches("stroke-dasharray=\"6 3\"").count(), 1);
        assert!(svg.contains(">timer A</text>"));
    }

    #[test]
    fn resting_on_an_arrow_tells_times_and_message() {
        let svg = ladder_svg(&ladder());
        assert!(svg.contains(
            "INVITE (2) proxy → bob, sent 510.000 ms, arrived 520.000 ms\nINVITE sip:bob@example SIP/2.0"
        ));
        assert!(svg.contains("lost 11.000 ms: queue full"));
    }

    #[test]
    fn arrows_slant_downwards_by_their_flight() {
        let sheet_of = ladder();
        let sheet = Sheet::of(&sheet_of);
        let (arrow, y) = sheet.arrows().next().unwrap();
        let Fate::Arrived { at_ns } = arrow.fate else { panic!("it arrived") };
        assert!(sheet.clock.at(at_ns) > y + 3.0);
    }

    #[test]
    fn long_waits_are_shortened_and_say_so() {
        let svg = ladder_svg(&ladder());
        assert!(svg.contains("⋮ 490 ms"), "{svg}");
    }

    #[test]
    fn lanes_that_do_not_exist_are_left_out() {
        let mut broken = ladder();
        broken.arrows.push(Arrow::sent(0, 0, 9, "BYE"));
        broken.marks.push(Mark { at_ns: 0, lane: 9, label: "timer B".into() });
        assert_eq!(ladder_svg(&broken), ladder_svg(&ladder()));
        assert!(ladder_svg(&Ladder::default()).ends_with("</svg>\n"));
    }
}

//! The fixed-width form of a ladder.

use super::{Arrow, Fate, Ladder};

/// Columns of the times.
const TIME_COLUMNS: usize = 11;
/// Columns from one lane to the next, unless a name or a label needs more.
const PITCH: usize = 16;

pub(super) fn plain(ladder: &Ladder) -> String {
    let sheet = Sheet::of(ladder);
    let mut rows: Vec<&Arrow> = ladder.arrows.iter().filter(|arrow| ladder.has(arrow)).collect();
    rows.sort_by_key(|arrow| arrow.sent_ns);
    let mut out = sheet.header();
    rows.iter().for_each(|arrow| push_line(&mut out, &sheet.row(arrow)));
    out
}

pub(super) fn annotated(ladder: &Ladder) -> String {
    let sheet = Sheet::of(ladder);
    let arrows = ladder.arrows.iter().filter(|arrow| ladder.has(arrow));
    let marks = ladder.marks.iter().filter(|mark| mark.lane < ladder.lanes.len());
    let mut rows: Vec<(u64, String)> =
        marks.map(|mark| (mark.at_ns, sheet.marked_row(mark.at_ns, mark.lane, &mark.label))).collect();
    rows.extend(arrows.map(|arrow| (arrow.sent_ns, format!("{}{}", sheet.row(arrow), footnote(arrow)))));
    rows.sort_by_key(|(at, _)| *at);
    let mut out = sheet.header();
    rows.iter().for_each(|(_, row)| push_line(&mut out, row));
    out
}

/// The columns of a ladder.
struct Sheet<'a> {
    ladder: &'a Ladder,
    /// Columns before the first lane.
    margin: usize,
    /// Columns from lane to lane.
    pitch: usize,
}

impl Sheet<'_> {
    fn of(ladder: &Ladder) -> Sheet<'_> {
        let instants =
            ladder.arrows.iter().map(|arrow| arrow.sent_ns).chain(ladder.marks.iter().map(|mark| mark.at_ns));
        let widest = instants.map(|at| milliseconds(at, ladder.origin_ns).len() + 1).max().unwrap_or(0);
        let for_names = ladder.lanes.iter().map(|name| columns(name) + 1);
        let for_labels = ladder.arrows.iter().map(|arrow| {
            // A bar, a dash and a space before the label, a space, a dash and a head after it.
            (columns(&arrow.label) + 6).div_ceil(arrow.from.abs_diff(arrow.to).max(1))
        });
        Sheet {
            ladder,
            margin: widest.max(TIME_COLUMNS),
            pitch: for_names.chain(for_labels).max().unwrap_or(0).max(PITCH),
        }
    }

    fn header(&self) -> String {
        let mut line = format!("{:<width$}", "ms", width = self.margin);
        for name in &self.ladder.lanes {
            line.push_str(name);
            line.extend(std::iter::repeat_n(' ', self.pitch - columns(name)));
        }
        let mut out = String::new();
        push_line(&mut out, &line);
        out
    }

    fn row(&self, arrow: &Arrow) -> String {
        let mut lanes = self.bars();
        let (left, right) = (arrow.from.min(arrow.to), arrow.from.max(arrow.to));
        let shaft = if left == right {
            format!(") {}", arrow.label).chars().collect()
        } else {
            shaft(arrow, (right - left) * self.pitch - 1)
        };
        let begin = left * self.pitch + 1;
        lanes.resize(lanes.len().max(begin + shaft.len()), ' ');
        lanes.splice(begin..begin + shaft.len(), shaft);
        self.timed(arrow.sent_ns, &lanes)
    }

    fn marked_row(&self, at_ns: u64, lane: usize, label: &str) -> String {
        let mut lanes = self.bars();
        lanes[lane * self.pitch] = '*';
        format!("{}  {label}", self.timed(at_ns, &lanes))
    }

    fn bars(&self) -> Vec<char> {
        let width = self.ladder.lanes.len().saturating_sub(1) * self.pitch + 1;
        (0..width).map(|column| if column % self.pitch == 0 { '|' } else { ' ' }).collect()
    }

    fn timed(&self, at_ns: u64, lanes: &[char]) -> String {
        let time = milliseconds(at_ns, self.ladder.origin_ns);
        format!("{time:<width$}{}", lanes.iter().collect::<String>(), width = self.margin)
    }
}

/// A shaft of `width` columns with the label in its middle and the head at the receiver's end.
fn shaft(arrow: &Arrow, width: usize) -> Vec<char> {
    let rightwards = arrow.from < arrow.to;
    let head = match (&arrow.fate, rightwards) {
        (Fate::Arrived { .. }, true) => '>',
        (Fate::Arrived { .. }, false) => '<',
        (Fate::Lost { .. }, _) => 'x',
        (Fate::InFlight, _) => '~',
    };
    let dashes = width - columns(&arrow.label) - 2;
    let tail = dashes / 2;
    let mut shaft: Vec<char> = std::iter::repeat_n('-', tail).collect();
    shaft.extend(format!(" {} ", arrow.label).chars());
    shaft.extend(std::iter::repeat_n('-', dashes - tail - 1));
    shaft.push(head);
    if rightwards { shaft } else { mirrored(&shaft, &arrow.label, dashes - tail) }
}

/// The shaft of a message to the left: the same, with the label still readable.
fn mirrored(shaft: &[char], label: &str, head_columns: usize) -> Vec<char> {
    let mut out: Vec<char> = shaft[shaft.len() - head_columns..].iter().rev().copied().collect();
    out.extend(format!(" {label} ").chars());
    out.resize(shaft.len(), '-');
    out
}

fn footnote(arrow: &Arrow) -> String {
    let copy = (arrow.retransmission > 0).then(|| format!("copy {}", arrow.retransmission + 1));
    let cause = match &arrow.fate {
        Fate::Lost { cause, .. } => Some(format!("lost: {cause}")),
        Fate::InFlight => Some("under way at the end of the run".to_owned()),
        Fate::Arrived { .. } => None,
    };
    let words: Vec<String> = copy.into_iter().chain(cause).collect();
    if words.is_empty() { String::new() } else { format!("  {}", words.join(", ")) }
}

/// Milliseconds from the origin with one decimal, rounded half up; an instant before the origin is negative.
fn milliseconds(at_ns: u64, origin_ns: u64) -> String {
    let tenths = (at_ns.abs_diff(origin_ns) + 50_000) / 100_000;
    let sign = if at_ns < origin_ns && tenths > 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths / 10, tenths % 10)
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

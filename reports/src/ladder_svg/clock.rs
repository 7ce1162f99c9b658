//! From instants to heights: order is kept, long waits are shortened, rows that share lanes keep their distance.

/// Something that begins at an instant and takes a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) at_ns: u64,
    pub(super) end_ns: u64,
    /// First and last lane.
    pub(super) lanes: (usize, usize),
}

/// A wait that is drawn shorter than it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gap {
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) span_ns: u64,
}

/// The height of each instant and each row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clock {
    /// Instants in ascending order with their heights.
    knots: Vec<(u64, f64)>,
    /// The height of each row, in the order given.
    rows: Vec<f64>,
    gaps: Vec<Gap>,
    top: f64,
}

/// Pixels between rows that share lanes.
const ROW: f64 = 24.0;
/// Pixels between instants, at least.
const STEP: f64 = 7.0;
/// Pixels between instants, at most.
const LEAP: f64 = 46.0;
/// Waits from here on are marked as shortened.
const LONG_WAIT_NS: u64 = 100_000_000;

impl Clock {
    /// The clock of `rows` whose first instant stands at `top`.
    pub(super) fn of(rows: &[Row], top: f64) -> Clock {
        let mut instants: Vec<u64> = rows.iter().flat_map(|row| [row.at_ns, row.end_ns]).collect();
        instants.sort_unstable();
        instants.dedup();
        let mut clock = Clock { knots: Vec::new(), rows: vec![top; rows.len()], gaps: Vec::new(), top };
        let mut placed: Vec<(f64, (usize, usize))> = Vec::new();
        for instant in instants {
            clock.advance(instant);
            for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.at_ns == instant) {
                let taken = placed.iter().filter(|(_, lanes)| share_a_space(*lanes, row.lanes));
                let floor = taken.map(|(y, _)| y + ROW).fold(clock.knots[clock.knots.len() - 1].1, f64::max);
                clock.rows[index] = floor;
                placed.push((floor, row.lanes));
            }
            // What happens later stands below all that happens at this instant.
            let lowest = rows.iter().zip(&clock.rows).filter(|(row, _)| row.at_ns == instant);
            let lowest = lowest.map(|(_, y)| *y).fold(f64::NEG_INFINITY, f64::max);
            if let Some(knot) = clock.knots.last_mut() {
                knot.1 = knot.1.max(lowest);
            }
        }
        clock
    }

    fn advance(&mut self, instant: u64) {
        let Some(&(earlier, y)) = self.knots.last() else {
            self.knots.push((instant, self.top));
            return;
        };
        let wait = instant - earlier;
        let step = (STEP + 14.0 * (1.0 + wait as f64 / 1e7).log10()).min(LEAP);
        if wait >= LONG_WAIT_NS {
            self.gaps.push(Gap { top: y + step * 0.3, bottom: y + step * 0.8, span_ns: wait });
        }
        self.knots.push((instant, y + step));
    }

    /// The height of an instant that some row begins or ends at; else of the next such instant.
    pub(super) fn at(&self, instant: u64) -> f64 {
        let next = self.knots.partition_point(|knot| knot.0 < instant);
        self.knots.get(next).or(self.knots.last()).map_or(self.top, |knot| knot.1)
    }

    /// The height of each row, in the order given.
    pub(super) fn rows(&self) -> &[f64] {
        &self.rows
    }

    /// The waits that are shortened.
    pub(super) fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// The lowest point in use, with room below it.
    pub(super) fn height(&self) -> f64 {
        self.knots.last().map_or(self.top, |knot| knot.1) + 12.0
    }
}

/// Whether labels between these lanes could touch.
fn share_a_space(a: (usize, usize), b: (usize, usize)) -> bool {
    a.0 < b.1.max(b.0 + 1) && b.0 < a.1.max(a.0 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(at_ns: u64, end_ns: u64, lanes: (usize, usize)) -> Row {
        Row { at_ns, end_ns, lanes }
    }

    #[test]
    fn later_is_never_higher() {
        let rows = [
            row(0, 10, (0, 1)),
            row(5, 9, (0, 1)),
            row(7, 2_000_000_000, (1, 2)),
            row(3_000_000_000, 3_000_000_001, (0, 2)),
        ];
        let clock = Clock::of(&rows, 30.0);
        assert!(clock.knots.windows(2).all(|pair| pair[0].1 < pair[1].1));
        assert!(rows.iter().zip(clock.rows()).all(|(row, y)| clock.at(row.end_ns) >= *y));
        assert_eq!(clock.gaps().len(), 2);
    }

    #[test]
    fn rows_of_one_instant_stand_side_by_side_only_when_they_share_no_lanes() {
        let clock = Clock::of(&[row(0, 1, (0, 1)), row(0, 1, (1, 2)), row(0, 1, (1, 2))], 30.0);
        assert_eq!(clock.rows(), [30.0, 30.0, 54.0]);
        assert!(clock.at(1) > 54.0);
    }

    #[test]
    fn nothing_to_draw_is_no_panic() {
        let clock = Clock::of(&[], 30.0);
        assert_eq!((clock.at(7), clock.height()), (30.0, 42.0));
    }
}

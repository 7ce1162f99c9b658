//! Axes: linear, logarithmic, or places in a row.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use records::{Factor, Unit};

use super::sheet::{shortened, text_width};
use crate::figure;

/// An axis with its ticks chosen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    spacing: Spacing,
    ticks: Vec<(f64, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Spacing {
    Linear,
    Logarithmic,
}

/// Where the levels of a factor stand on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LevelAxis {
    pub(super) axis: Axis,
    /// The position of each level.
    pub(super) positions: Vec<f64>,
    /// Whether a line between two levels means something.
    pub(super) ordered: bool,
}

/// Pixels between the labels of neighbours.
const LABEL_GAP: i32 = 14;

impl Axis {
    /// From zero to a round number at or above `highest`, in the unit of `metric`.
    pub(super) fn from_zero(metric: &str, highest: f64) -> Axis {
        let highest = if highest > 0.0 && highest.is_finite() { highest } else { 1.0 };
        let unit = LinearUnit::of(metric, highest);
        let step = round_step(highest * unit.factor / 5.0);
        let count = (highest * unit.factor / step - 1e-9).ceil().max(1.0) as usize;
        let tick = |index: usize| {
            let shown = index as f64 * step;
            (shown / unit.factor, unit.label(shown, step))
        };
        let ticks: Vec<(f64, String)> = (0..=count).map(tick).collect();
        let high = ticks.last().map_or(highest, |tick| tick.0);
        Axis { low: 0.0, high, spacing: Spacing::Linear, ticks }
    }

    /// From a round number at or below `lowest` to one at or above `highest`: for lines of shares near one.
    pub(super) fn between(metric: &str, lowest: f64, highest: f64) -> Axis {
        let whole = Axis::from_zero(metric, highest);
        let unit = LinearUnit::of(metric, highest);
        let step = round_step((whole.high - lowest) * unit.factor / 4.0);
        let count = ((whole.high - lowest) * unit.factor / step - 1e-9).ceil().max(1.0) as usize;
        let tick = |index: usize| {
            let shown = whole.high * unit.factor - (count - index) as f64 * step;
            (shown / unit.factor, unit.label(shown, step))
        };
        let ticks: Vec<(f64, String)> = (0..=count).map(tick).collect();
        Axis { low: ticks[0].0, high: whole.high, spacing: Spacing::Linear, ticks }
    }

    /// A little beyond `lowest..=highest`, both above zero, in the unit of `metric`, with ticks at round numbers.
    pub(super) fn logarithmic(metric: &str, lowest: f64, highest: f64) -> Axis {
        let low = lowest.max(1e-9) * 0.85;
        let high = (highest * 1.15).max(low * 2.0);
        let decades: Vec<i32> = (low.log10().floor() as i32..=high.log10().ceil() as i32).collect();
        let digits: &[f64] = if high / low < 200.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let ticks = decades
            .iter()
            .flat_map(|&decade| digits.iter().map(move |digit| digit * power(decade)))
            .filter(|&tick| tick >= low && tick <= high)
            .map(|tick| (tick, figure::spoken(metric, tick)))
            .collect();
        Axis { low, high, spacing: Spacing::Logarithmic, ticks }
    }

    /// Places 0, 1, 2, … with a label each.
    pub(super) fn places(labels: &[String]) -> Axis {
        let ticks =
            labels.iter().enumerate().map(|(index, label)| (index as f64, shortened(label))).collect();
        Axis { low: -0.5, high: labels.len().max(1) as f64 - 0.5, spacing: Spacing::Linear, ticks }
    }

    /// The place of `value` along the axis, 0 at its start and 1 at its end; outside, the nearer end.
    pub(super) fn share(&self, value: f64) -> f64 {
        let share = match self.spacing {
            Spacing::Linear => (value - self.low) / (self.high - self.low),
            Spacing::Logarithmic => (value / self.low).log10() / (self.high / self.low).log10(),
        };
        if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
    }

    pub(super) const fn low(&self) -> f64 {
        self.low
    }

    pub(super) const fn high(&self) -> f64 {
        self.high
    }
}

impl LevelAxis {
    /// An axis of `width` pixels for the levels of `factor`: at their values where these leave room for the
    /// labels, else in a row.
    pub(super) fn of(factor: &Factor, width: i32) -> LevelAxis {
        let ordered = factor.values.len() == factor.labels.len()
            && factor.values.is_sorted()
            && !factor.values.is_empty();
        let places = |ordered| LevelAxis {
            axis: Axis::places(&factor.labels),
            positions: (0..factor.labels.len()).map(|index| index as f64).collect(),
            ordered,
        };
        if !ordered || factor.values.len() < 2 {
            return places(ordered);
        }
        let widest = factor.labels.iter().map(|label| text_width(label)).max().unwrap_or(0);
        let room = f64::from(widest + LABEL_GAP) / f64::from(width);
        for spacing in [Spacing::Linear, Spacing::Logarithmic] {
            let axis = axis_of_values(factor, spacing);
            let gaps = factor.values.windows(2).map(|pair| axis.share(pair[1]) - axis.share(pair[0]));
            let possible = spacing == Spacing::Linear || factor.values[0] > 0.0;
            if possible && gaps.fold(1.0, f64::min) >= room {
                return LevelAxis { axis, positions: factor.values.clone(), ordered: true };
            }
        }
        places(true)
    }
}

fn axis_of_values(factor: &Factor, spacing: Spacing) -> Axis {
    let (first, last) = (factor.values[0], factor.values[factor.values.len() - 1]);
    let (low, high) = match spacing {
        Spacing::Linear => (first - (last - first) * 0.05, last + (last - first) * 0.02),
        Spacing::Logarithmic => (first * 0.9, last * 1.05),
    };
    let ticks = factor.values.iter().copied().zip(factor.labels.iter().cloned()).collect();
    Axis { low, high, spacing, ticks }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, &value: &f64, (begin, end): (i32, i32)) -> i32 {
        begin + (f64::from(end - begin) * self.share(value)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        self.ticks.iter().map(|tick| tick.0).collect()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.ticks.iter().find(|tick| tick.0 == *value).map_or_else(String::new, |tick| tick.1.clone())
    }
}

impl From<Axis> for Range<f64> {
    fn from(axis: Axis) -> Range<f64> {
        axis.low..axis.high
    }
}

/// The unit of a linear axis: one for all of its ticks.
struct LinearUnit {
    factor: f64,
    sign: &'static str,
}

impl LinearUnit {
    fn of(metric: &str, highest: f64) -> LinearUnit {
        match Unit::of(metric) {
            Unit::Milliseconds if highest >= 1000.0 => LinearUnit { factor: 1e-3, sign: "s" },
            Unit::Milliseconds if highest < 1.0 => LinearUnit { factor: 1e3, sign: "µs" },
            _ => {
                let scale = figure::Scale::of(metric);
                LinearUnit { factor: scale.factor, sign: scale.sign }
            }
        }
    }

    fn label(&self, shown: f64, step: f64) -> String {
        let number = figure::fixed(shown, figure::significant_decimals(step, 1));
        if self.sign.is_empty() { number } else { format!("{number} {}", self.sign) }
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `least`.
fn round_step(least: f64) -> f64 {
    let magnitude = power(least.log10().floor() as i32);
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|digit| digit * magnitude)
        .find(|&step| step >= least * 0.999_999)
        .unwrap_or(least)
}

/// Ten to the `exponent`, as the literal reads.
fn power(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.1.as_str()).collect()
    }

    fn factor(values: &[f64]) -> Factor {
        Factor {
            name: "load".into(),
            unit: String::new(),
            labels: values.iter().map(f64::to_string).collect(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn linear_axes_begin_at_zero_and_end_round() {
        assert_eq!(
            labels(&Axis::from_zero("delay_ms", 93.0)),
            ["0 ms", "20 ms", "40 ms", "60 ms", "80 ms", "100 ms"]
        );
        assert_eq!(labels(&Axis::from_zero("delay_ms", 4100.0)), ["0 s", "1 s", "2 s", "3 s", "4 s", "5 s"]);
        assert_eq!(
            labels(&Axis::from_zero("busy_ratio", 0.9)),
            ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
        );
        assert_eq!(labels(&Axis::from_zero("copies", 0.45)), ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(labels(&Axis::from_zero("copies", 0.0)).first(), Some(&"0.0"));
    }

    #[test]
    fn shares_near_one_are_seen_from_near() {
        let axis = Axis::between("success_ratio", 0.9912, 1.0);
        assert_eq!(labels(&axis), ["99.0 %", "99.5 %", "100.0 %"]);
        assert!((axis.low() - 0.99).abs() < 1e-12);
    }

    #[test]
    fn logarithmic_axes_have_round_ticks() {
        assert_eq!(labels(&Axis::logarithmic("delay_ms", 11.0, 80.0)), ["10 ms", "20 ms", "50 ms"]);
        assert_eq!(labels(&Axis::logarithmic("delay_ms", 3.0, 31_000.0)), ["10 ms", "100 ms", "1 s", "10 s"]);
        let axis = Axis::logarithmic("delay_ms", 1.0 / 0.85, 100.0 / 1.15);
        assert!((axis.share(10.0) - 0.5).abs() < 1e-12);
        assert_eq!((axis.share(0.0), axis.share(1e9)), (0.0, 1.0));
    }

    #[test]
    fn levels_stand_at_their_values_when_there_is_room() {
        assert_eq!(LevelAxis::of(&factor(&[1.0, 2.0, 3.0]), 600).positions, [1.0, 2.0, 3.0]);
        let doubling = factor(&[1.0, 2.0, 4.0, 8.0]);
        assert_eq!(LevelAxis::of(&doubling, 600).axis.spacing, Spacing::Linear);
        assert_eq!(LevelAxis::of(&doubling, 120).axis.spacing, Spacing::Logarithmic);
        let crowded = LevelAxis::of(&factor(&[0.0, 0.001, 1.0]), 600);
        assert_eq!(crowded.positions, [0.0, 1.0, 2.0]);
        assert!(crowded.ordered);
        assert!(!LevelAxis::of(&Factor { values: vec![], ..factor(&[1.0, 2.0]) }, 600).ordered);
    }
}

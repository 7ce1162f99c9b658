//! Colours. Those of Okabe and Ito, which people with any kind of colour vision tell apart; the same level of
//! the same factor has the same colour in every plot.

use plotters::style::RGBColor;
use records::Factor;

/// Text of axes and labels.
pub(crate) const INK: RGBColor = RGBColor(0x3F, 0x3F, 0x46);
/// Text of titles.
pub(crate) const STRONG: RGBColor = RGBColor(0x18, 0x18, 0x1B);
/// Grid lines.
pub(crate) const GRID: RGBColor = RGBColor(0xE4, 0xE4, 0xE7);
/// Limits, and what stays in the background.
pub(crate) const MUTED: RGBColor = RGBColor(0x71, 0x71, 0x7A);
/// Links on a map.
pub(crate) const LINK: RGBColor = RGBColor(0xA1, 0xB4, 0xC8);
/// Successful responses, and what passed.
pub(crate) const SUCCESS: RGBColor = RGBColor(0x00, 0x7A, 0x5A);
/// Failure responses.
pub(crate) const FAILURE: RGBColor = RGBColor(0xB4, 0x4E, 0x00);
/// What drawings stand on.
pub(crate) const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);
/// What limits.
pub(crate) const SIGNAL: RGBColor = RGBColor(0xC8, 0x10, 0x2E);

/// Levels of the factor that the experiment compares.
const LEVELS: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x00, 0x9E, 0x73),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0xE6, 0x9F, 0x00),
    RGBColor(0x56, 0xB4, 0xE9),
    RGBColor(0x59, 0x59, 0x59),
];

/// Levels of any other factor, from light to dark: they have an order, not a name.
const STEPS: [RGBColor; 6] = [
    RGBColor(0x8F, 0xBC, 0xBB),
    RGBColor(0x5F, 0x9E, 0xA0),
    RGBColor(0x3C, 0x83, 0x87),
    RGBColor(0x24, 0x68, 0x6E),
    RGBColor(0x14, 0x4D, 0x54),
    RGBColor(0x08, 0x33, 0x3A),
];

/// The five parts of a delay, in the order of `DelayTotals::PARTS`: what distance and wire take in greys and
/// blues, what load takes in warm colours.
pub(crate) const DELAY_PARTS: [RGBColor; 5] = [
    RGBColor(0x9C, 0xA8, 0xB8),
    RGBColor(0x5B, 0x6B, 0x80),
    RGBColor(0xE8, 0xA2, 0x06),
    RGBColor(0x3B, 0x82, 0xB5),
    RGBColor(0xB0, 0x3A, 0x5B),
];

/// The colour of level `label` of the factor called `name`, where `factors` are those of the experiment.
///
/// The first factor whose levels are not numbers is the one compared; without one, the first factor is.
pub(crate) fn level(factors: &[Factor], name: &str, label: &str) -> RGBColor {
    let compared = factors.iter().find(|factor| factor.values.is_empty()).or(factors.first());
    let Some(factor) = factors.iter().find(|factor| factor.name == name) else { return LEVELS[0] };
    let index = factor.labels.iter().position(|other| other == label).unwrap_or(0);
    if compared.is_some_and(|compared| compared.name == name) {
        return LEVELS[index % LEVELS.len()];
    }
    let last = factor.labels.len().saturating_sub(1).max(1);
    STEPS[(index * (STEPS.len() - 1) / last).min(STEPS.len() - 1)]
}

/// Style rules that give every colour of a drawing its counterpart on a dark page.
///
/// Drawings name their colours in attributes, so that they look right on white by themselves; rules of a page outrank
/// attributes.
pub(crate) fn dark_rules() -> String {
    DARK.iter()
        .map(|&(light, dark)| {
            let (light, dark) = (hex(light), hex(dark));
            format!("svg [fill=\"{light}\"]{{fill:{dark}}}svg [stroke=\"{light}\"]{{stroke:{dark}}}")
        })
        .collect()
}

/// Each colour with its counterpart on a dark page.
const DARK: [(RGBColor, RGBColor); 27] = [
    (INK, RGBColor(0xD4, 0xD4, 0xD8)),
    (STRONG, RGBColor(0xFA, 0xFA, 0xFA)),
    (GRID, RGBColor(0x3A, 0x3A, 0x40)),
    (MUTED, RGBColor(0xA1, 0xA1, 0xAA)),
    (LINK, RGBColor(0x52, 0x64, 0x78)),
    (PAPER, RGBColor(0x18, 0x18, 0x1B)),
    (SIGNAL, RGBColor(0xFF, 0x5C, 0x70)),
    (SUCCESS, RGBColor(0x34, 0xC7, 0x9B)),
    (FAILURE, RGBColor(0xFF, 0x9D, 0x4D)),
    (LEVELS[0], RGBColor(0x4D, 0xA8, 0xDF)),
    (LEVELS[1], RGBColor(0xF5, 0x8A, 0x3C)),
    (LEVELS[2], RGBColor(0x2C, 0xC7, 0x9A)),
    (LEVELS[3], RGBColor(0xDB, 0x97, 0xBE)),
    (LEVELS[4], RGBColor(0xF2, 0xB6, 0x32)),
    (LEVELS[5], RGBColor(0x7C, 0xC6, 0xF0)),
    (LEVELS[6], RGBColor(0xB0, 0xB0, 0xB0)),
    (STEPS[0], RGBColor(0x2B, 0x66, 0x6B)),
    (STEPS[1], RGBColor(0x3C, 0x83, 0x87)),
    (STEPS[2], RGBColor(0x5F, 0x9E, 0xA0)),
    (STEPS[3], RGBColor(0x8F, 0xBC, 0xBB)),
    (STEPS[4], RGBColor(0xB7, 0xD9, 0xD6)),
    (STEPS[5], RGBColor(0xE0, 0xF2, 0xEF)),
    (DELAY_PARTS[0], RGBColor(0x8A, 0x97, 0xA8)),
    (DELAY_PARTS[1], RGBColor(0xB8, 0xC4, 0xD4)),
    (DELAY_PARTS[2], RGBColor(0xEE, 0xAE, 0x20)),
    (DELAY_PARTS[3], RGBColor(0x5A, 0xA0, 0xD2)),
    (DELAY_PARTS[4], RGBColor(0xE0, 0x69, 0x8A)),
];

/// `#RRGGBB`.
pub(crate) fn hex(RGBColor(red, green, blue): RGBColor) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(name: &str, labels: &[&str], values: &[f64]) -> Factor {
        Factor {
            name: name.into(),
            unit: String::new(),
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn the_compared_factor_has_named_colours_whatever_its_place() {
        let factors =
            [factor("load", &["1", "2"], &[1.0, 2.0]), factor("routing", &["central", "regional"], &[])];
        assert_eq!(level(&factors, "routing", "central"), LEVELS[0]);
        assert_eq!(level(&factors, "routing", "regional"), LEVELS[1]);
        assert_eq!(level(&factors, "load", "1"), STEPS[0]);
        assert_eq!(level(&factors, "load", "2"), STEPS[5]);
    }

    #[test]
    fn no_colour_means_two_things_and_each_has_a_dark_counterpart() {
        let mut all: Vec<String> = [INK, STRONG, GRID, MUTED, LINK, PAPER, SIGNAL, SUCCESS, FAILURE]
            .iter()
            .chain(&LEVELS)
            .chain(&STEPS)
            .chain(&DELAY_PARTS)
            .map(|&colour| hex(colour))
            .collect();
        let rules = dark_rules();
        assert!(all.iter().all(|colour| rules.contains(&format!("svg [fill=\"{colour}\"]"))));
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!((all.len(), count), (DARK.len(), DARK.len()));
    }
}

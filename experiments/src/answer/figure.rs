//! Numbers as a sentence shows them.

use records::{Bound, MetricInfo, ServiceLevelResult, Statistic, Unit};

/// About three significant digits, never in exponents: `5310`, `81.2`, `0.0042`.
pub(super) fn figure(value: f64) -> String {
    let magnitude = value.abs();
    let decimals = match magnitude {
        m if m >= 100.0 || m == 0.0 => 0,
        m if m >= 10.0 => 1,
        m if m >= 1.0 => 2,
        m if m >= 0.1 => 3,
        m if m >= 0.01 => 4,
        _ => 6,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The value with its unit; ratios in per cent.
pub(super) fn with_unit(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Ratio => format!("{} %", figure(value * 100.0)),
        _ if unit.symbol().is_empty() => figure(value),
        _ => format!("{} {}", figure(value), unit.symbol()),
    }
}

/// An estimate with its interval: `812 ms (780 to 840)`.
pub(super) fn estimate(value: f64, interval: Option<(f64, f64)>, unit: Unit) -> String {
    let scale = if unit == Unit::Ratio { 100.0 } else { 1.0 };
    let range = interval
        .map(|(low, high)| format!(" ({} to {})", figure(low * scale), figure(high * scale)))
        .unwrap_or_default();
    format!("{}{range}", with_unit(value, unit))
}

/// What a level limits: `the 95th percentile of the post-dial delay`.
pub(super) fn subject(level: &ServiceLevelResult) -> String {
    let title = MetricInfo::of(&level.metric).map_or(level.metric.as_str(), |info| info.title);
    match level.statistic {
        Statistic::Mean => format!("the mean of the {title}"),
        Statistic::Quantile(q) => format!("the {} percentile of the {title}", ordinal(q * 100.0)),
    }
}

/// A level in words: `the 95th percentile of the post-dial delay ≤ 2000 ms`.
pub(super) fn limit(level: &ServiceLevelResult) -> String {
    let sign = match level.bound {
        Bound::AtMost => "≤",
        Bound::AtLeast => "≥",
    };
    format!("{} {sign} {}", subject(level), with_unit(level.limit, Unit::of(&level.metric)))
}

fn ordinal(number: f64) -> String {
    let text = figure(number);
    let ending = match text.as_str() {
        "11" | "12" | "13" => "th",
        _ if text.contains('.') => "th",
        _ if text.ends_with('1') => "st",
        _ if text.ends_with('2') => "nd",
        _ if text.ends_with('3') => "rd",
        _ => "th",
    };
    text + ending
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_show_what_matters() {
        for (value, text) in [
            (5310.4, "5310"),
            (81.24, "81.2"),
            (2000.0, "2000"),
            (0.5, "0.5"),
            (0.0042, "0.0042"),
            (0.0, "0"),
        ] {
            assert_eq!(figure(value), text);
        }
        assert_eq!(with_unit(0.974, Unit::Ratio), "97.4 %");
        assert_eq!(estimate(812.0, Some((780.0, 840.4)), Unit::Milliseconds), "812 ms (780 to 840)");
        assert_eq!((ordinal(95.0).as_str(), ordinal(99.9).as_str()), ("95th", "99.9th"));
    }
}

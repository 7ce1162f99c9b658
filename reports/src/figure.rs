//! Numbers as people read them: the digits that the interval allows, percent for ratios, a unit that fits.

use records::{MetricInfo, Statistic, Unit};

/// How the values of a metric are shown: multiplied, and with this sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    pub(crate) factor: f64,
    pub(crate) sign: &'static str,
}

impl Scale {
    /// Ratios become percent; everything else keeps the unit of its name.
    pub(crate) fn of(metric: &str) -> Scale {
        match Unit::of(metric) {
            Unit::Ratio => Scale { factor: 100.0, sign: "%" },
            unit => Scale { factor: 1.0, sign: unit.symbol() },
        }
    }
}

/// What people call a metric: its title in the catalogue, else its name in words without the unit.
pub(crate) fn title(metric: &str) -> String {
    if let Some(info) = MetricInfo::of(metric) {
        return info.title.to_owned();
    }
    let stem = match Unit::of(metric) {
        Unit::Count => metric,
        _ => metric.rsplit_once('_').map_or(metric, |(stem, _)| stem),
    };
    stem.replace('_', " ")
}

/// The name of a statistic as it stands behind a metric's title; empty for the mean.
pub(crate) fn statistic(statistic: Statistic) -> String {
    match statistic {
        Statistic::Mean => String::new(),
        Statistic::Quantile(q) => format!("p{}", trimmed(q * 100.0)),
    }
}

/// `value` with `decimals` decimals; a dash when it is no number. Never `-0`.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{value:.decimals$}");
    if text.starts_with('-') && text.chars().all(|c| matches!(c, '-' | '0' | '.')) {
        text[1..].to_owned()
    } else {
        text
    }
}

/// `value` with about three significant digits, trailing zeros cut, whole numbers whole: for prose and axes.
pub(crate) fn trimmed(value: f64) -> String {
    let text = fixed(value, significant_decimals(value, 3));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// `value` in the unit of `metric`, for prose: `12.3 ms`, `2.1 s`, `99.2 %`.
pub(crate) fn spoken(metric: &str, value: f64) -> String {
    if Unit::of(metric) == Unit::Milliseconds {
        return duration(value);
    }
    let scale = Scale::of(metric);
    let number = trimmed(value * scale.factor);
    if scale.sign.is_empty() { number } else { format!("{number} {}", scale.sign) }
}

/// A busy share in percent, whole but for the last: what is at 99.6 % is not full.
pub(crate) fn busy(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = if percent > 99.0 && percent < 100.0 { 1 } else { 0 };
    format!("{} %", fixed(percent, decimals))
}

/// A time given in milliseconds, in the unit that suits it.
pub(crate) fn duration(ms: f64) -> String {
    match ms.abs() {
        0.0 => "0 ms".to_owned(),
        size if size < 0.001 => format!("{} ns", trimmed(ms * 1e6)),
        size if size < 1.0 => format!("{} µs", trimmed(ms * 1e3)),
        size if size < 1000.0 => format!("{} ms", trimmed(ms)),
        _ => format!("{} s", trimmed(ms / 1000.0)),
    }
}

/// How many decimals show `digits` significant digits of `value`; at most nine.
pub(crate) fn significant_decimals(value: f64, digits: i32) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    let rounded = format!("{:.*e}", (digits - 1).max(0) as usize, value.abs());
    let exponent: i32 = rounded.rsplit_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    (digits - 1 - exponent).clamp(0, 9) as usize
}

/// How many decimals a value with a half-width deserves: two digits of the half-width, or four of the value
/// without one.
pub(crate) fn decimals(value: f64, half_width: f64) -> usize {
    if half_width.is_finite() && half_width > 0.0 {
        significant_decimals(half_width, 2).min(6)
    } else if value == value.round() {
        0
    } else {
        significant_decimals(value, 4).min(6)
    }
}

/// `text` with its first letter large.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_half_width() {
        for (value, half_width, shown) in [
            (1234.5678, 12.3, "1235"),
            (1234.5678, 1.23, "1234.6"),
            (0.012345, 0.00012, "0.01235"),
            (0.012346, 0.0, "0.01235"),
            (7.0, 0.0, "7"),
            (7.0, f64::NAN, "7"),
            (9.96, 0.0996, "9.96"),
        ] {
            assert_eq!(fixed(value, decimals(value, half_width)), shown, "{value} ± {half_width}");
        }
    }

    #[test]
    fn what_is_no_number_is_a_dash_and_zero_has_no_sign() {
        assert_eq!(fixed(f64::NAN, 2), "–");
        assert_eq!(fixed(f64::INFINITY, 2), "–");
        assert_eq!(fixed(-0.0001, 2), "0.00");
    }

    #[test]
    fn prose_picks_the_unit() {
        assert_eq!(spoken("post_dial_delay_ms", 12_340.0), "12.3 s");
        assert_eq!(spoken("post_dial_delay_ms", 9.999), "10 ms");
        assert_eq!(spoken("waiting_time_ms", 0.0421), "42.1 µs");
        assert_eq!(spoken("busy_ratio", 0.012), "1.2 %");
        assert_eq!(spoken("goodput_cps", 1200.0), "1200 calls/s");
        assert_eq!(spoken("messages_per_call", 13.0), "13");
    }

    #[test]
    fn almost_full_is_not_full() {
        assert_eq!([0.123, 0.994, 0.996, 1.0].map(busy), ["12 %", "99.4 %", "99.6 %", "100 %"]);
    }

    #[test]
    fn titles_come_from_the_catalogue_or_from_the_name() {
        assert_eq!(title("post_dial_delay_ms"), "post-dial delay");
        assert_eq!(title("own_lag_ms"), "own lag");
        assert_eq!(statistic(Statistic::Quantile(0.95)), "p95");
        assert_eq!(statistic(Statistic::Quantile(0.999)), "p99.9");
    }
}

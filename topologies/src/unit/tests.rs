use std::time::Duration;

use serde::de::DeserializeOwned;
use sim_api::BitRate;

use super::*;
use crate::text::Document;

fn parse<T: DeserializeOwned>(text: &str) -> T {
    Document::new("u.ron", text).parse().unwrap_or_else(|error| panic!("{error}"))
}

fn problem<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
    Document::new("u.ron", text).parse::<T>().unwrap_err().problem.clone()
}

#[test]
fn spans_are_whole_nanoseconds() {
    for (text, nanos, label) in [
        ("ns(1)", 1, "1 ns"),
        ("us(5)", 5_000, "5 µs"),
        ("ms(0.1)", 100_000, "0.1 ms"),
        ("s(1.5)", 1_500_000_000, "1.5 s"),
        ("min(30)", 1_800_000_000_000, "30 min"),
        ("h(24)", 86_400_000_000_000, "24 h"),
        ("s(0)", 0, "0 s"),
    ] {
        let span: Span = parse(text);
        assert_eq!(span.duration(), Duration::from_nanos(nanos), "{text}");
        assert_eq!((span.to_string(), span.label()), (text.to_owned(), label.to_owned()));
    }
    assert_eq!(parse::<Span>("h(87600)").duration(), SPAN_MAX);
}

#[test]
fn rates_are_whole_bits_per_second_or_unlimited() {
    for (text, bits, label) in [
        ("bps(9600)", 9_600, "9600 bit/s"),
        ("kbps(9.6)", 9_600, "9.6 kbit/s"),
        ("mbps(100)", 100_000_000, "100 Mbit/s"),
        ("gbps(1)", 1_000_000_000, "1 Gbit/s"),
    ] {
        let rate: Rate = parse(text);
        assert_eq!(Some(rate.bit_rate()), BitRate::new(bits), "{text}");
        assert_eq!((rate.to_string(), rate.label()), (text.to_owned(), label.to_owned()));
    }
    let rate: Rate = parse("unlimited");
    assert_eq!((rate.bit_rate(), rate.to_string()), (BitRate::Unlimited, "unlimited".to_owned()));
}

#[test]
fn probabilities_call_rates_sizes_and_distances_have_their_value() {
    for (text, value) in
        [("percent(7)", 0.07), ("p(0.01)", 0.01), ("per_million(50)", 5e-5), ("percent(100)", 1.0)]
    {
        assert_eq!(parse::<Chance>(text).probability().value(), value, "{text}");
    }
    for (text, value) in [("per_s(12)", 12.0), ("per_min(3)", 0.05), ("per_h(2)", 2.0 / 3600.0)] {
        assert_eq!(parse::<CallRate>(text).per_second(), value, "{text}");
    }
    assert_eq!(parse::<CallRate>("per_h(2)").label(), "2 /h");
    assert_eq!(parse::<Chance>("percent(0.1)").label(), "0.1 %");
    assert_eq!((parse::<Size>("octets(1300)").octets(), parse::<Size>("kib(0.5)").octets()), (1300, 512));
    assert_eq!(
        (parse::<Distance>("km(61.63)").metres(), parse::<Distance>("m(50)").metres()),
        (61_630.0, 50.0)
    );
}

#[test]
fn nothing_outside_its_range_comes_into_being() {
    for text in ["ms(-1)", "s(NaN)", "s(inf)", "h(87601)", "ns(-inf)"] {
        assert!(problem::<Span>(text).contains("outside the range of a span of time"), "{text}");
    }
    for text in ["gbps(0)", "bps(0.4)", "bps(-1)", "gbps(1000001)", "gbps(NaN)"] {
        assert!(problem::<Rate>(text).contains("outside the range of a bit rate"), "{text}");
    }
    for text in ["percent(101)", "p(-0.1)", "p(NaN)", "per_million(1000001)"] {
        assert!(problem::<Chance>(text).contains("outside the range of a probability"), "{text}");
    }
    for text in ["per_h(0)", "per_s(-1)", "per_s(inf)", "per_min(NaN)"] {
        assert!(problem::<CallRate>(text).contains("outside the range of a rate of events"), "{text}");
    }
    for text in ["km(-1)", "km(1000001)", "m(NaN)"] {
        assert!(problem::<Distance>(text).contains("outside the range of a distance"), "{text}");
    }
    assert!(problem::<Size>("octets(-1)").contains("outside the range of a size"));
    assert_eq!(problem::<Size>("octets(1.5)"), "octets(1.5) is not a whole number of octets");
}

#[test]
fn a_number_without_its_unit_is_told_the_forms() {
    let error = Document::new("u.ron", "20").parse::<Rate>().unwrap_err();
    assert_eq!(error.problem, "expected a bit rate with its unit");
    assert_eq!(error.allowed, ["bps(9600)", "kbps(9.6)", "mbps(100)", "gbps(1)", "unlimited"]);
}

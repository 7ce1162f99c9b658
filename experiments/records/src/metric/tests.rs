use std::collections::BTreeSet;

use super::*;

#[test]
fn every_metric_is_named_once_and_explained() {
    let names: BTreeSet<&str> = METRICS.iter().map(|info| info.name).collect();
    assert_eq!(names.len(), METRICS.len());
    for info in METRICS {
        assert!(
            info.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
            "{info:?}"
        );
        assert!(info.definition.ends_with('.') && !info.definition.contains("  "), "{info:?}");
        assert!(!info.source.is_empty() && !info.title.is_empty(), "{info:?}");
    }
}

#[test]
fn the_ending_of_a_name_is_its_unit() {
    assert_eq!(Unit::of("post_dial_delay_ms"), Unit::Milliseconds);
    assert_eq!(Unit::of("no_18x_ratio"), Unit::Ratio);
    assert_eq!(Unit::of("goodput_cps"), Unit::CallsPerSecond);
    assert_eq!(Unit::of("messages_per_call"), Unit::Count);
    assert_eq!(Unit::of("messages"), Unit::Count);
}

#[test]
fn the_nine_metrics_of_rfc_6076_are_there() {
    for section in ["4.1", "4.2", "4.3.1", "4.3.2", "4.4", "4.5.1", "4.6", "4.7", "4.8", "4.9"] {
        let source = format!("RFC 6076 {section} ");
        assert!(METRICS.iter().any(|info| info.source.starts_with(&source)), "{source}");
    }
    assert!(MetricInfo::of("post_dial_delay_ms").unwrap().source.contains("4.3.1"));
    assert!(MetricInfo::of("post_dial_delay").is_none());
}

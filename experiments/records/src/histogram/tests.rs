use super::*;

/// A fixed sequence that visits all magnitudes up to 2^44 (five hours in nanoseconds).
fn samples(n: u64) -> impl Iterator<Item = u64> {
    (0..n).map(|i| {
        let mixed = (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 20) >> (mixed % 40)
    })
}

#[test]
fn quantiles_agree_with_hdrhistogram_of_three_digits() {
    let ours: Histogram = samples(10_000).collect();
    let mut theirs = hdrhistogram::Histogram::<u64>::new(3).unwrap();
    samples(10_000).for_each(|value| theirs.record(value).unwrap());
    for q in [0.001, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0] {
        let (ours, theirs_at_q) = (ours.quantile(q).unwrap(), theirs.value_at_quantile(q));
        assert!(theirs.equivalent(ours, theirs_at_q), "quantile {q}: {ours} against {theirs_at_q}");
    }
}

#[test]
fn quantile_is_never_below_the_order_statistic_and_at_most_a_thousandth_above() {
    let histogram: Histogram = samples(5_000).collect();
    let mut sorted: Vec<u64> = samples(5_000).collect();
    sorted.sort_unstable();
    for (index, q) in [(0, 0.0), (2499, 0.5), (4749, 0.95), (4949, 0.99), (4999, 1.0)] {
        let (exact, told) = (sorted[index], histogram.quantile(q).unwrap());
        assert!(exact <= told && told as f64 <= exact as f64 * 1.001, "{q}: {exact} {told}");
    }
}

#[test]
fn merging_is_exact_in_any_grouping_and_order() {
    let whole: Histogram = samples(3_000).collect();
    let mut parts: Vec<Histogram> = vec![Histogram::new(); 7];
    samples(3_000).enumerate().for_each(|(i, value)| parts[i * i % 7].record(value));
    let mut forwards = Histogram::new();
    parts.iter().for_each(|part| forwards.merge(part));
    let mut backwards = Histogram::new();
    parts.iter().rev().for_each(|part| backwards.merge(part));
    assert_eq!(forwards, whole);
    assert_eq!(backwards, whole);
}

#[test]
fn sums_are_exact_where_floats_would_round() {
    let histogram: Histogram = [1 << 53, 1, 1].into_iter().collect();
    assert_eq!(histogram.sum(), (1 << 53) + 2);
    assert_eq!(histogram.min(), Some(1));
    assert_eq!(histogram.max(), Some(1 << 53));
}

#[test]
fn variance_is_the_unbiased_one() {
    let histogram: Histogram = [2, 4, 4, 4, 5, 5, 7, 9].into_iter().collect();
    assert_eq!(histogram.mean(), Some(5.0));
    assert!((histogram.variance().unwrap() - 32.0 / 7.0).abs() < 1e-12);
    assert_eq!([5].into_iter().collect::<Histogram>().variance(), None);
}

#[test]
fn empty_histogram_has_no_mean_quantile_or_extremes() {
    let empty = Histogram::new();
    assert_eq!((empty.mean(), empty.quantile(0.5), empty.min(), empty.max()), (None, None, None, None));
    assert_eq!(empty.share_at_most(7), None);
    let mut other: Histogram = [3].into_iter().collect();
    other.merge(&empty);
    assert_eq!(other.min(), Some(3));
}

#[test]
fn the_largest_value_has_a_bucket() {
    let histogram: Histogram = [u64::MAX, 0].into_iter().collect();
    assert_eq!(histogram.quantile(1.0), Some(u64::MAX));
    assert_eq!(histogram.buckets().last().unwrap().highest, u64::MAX);
}

#[test]
fn share_at_most_counts_whole_buckets() {
    let histogram: Histogram = [10, 20, 30, 40].into_iter().collect();
    assert_eq!(histogram.share_at_most(9), Some(0.0));
    assert_eq!(histogram.share_at_most(20), Some(0.5));
    assert_eq!(histogram.share_at_most(u64::MAX), Some(1.0));
}

#[test]
fn file_form_is_sparse_and_round_trips() {
    let histogram: Histogram = [5, 5, 100_000].into_iter().collect();
    let json = serde_json::to_string(&histogram).unwrap();
    assert_eq!(
        json,
        r#"{"n":3,"min":5,"max":100000,"sum":"100010","squares":"10000000050","counts":[[5,2],[99968,1]]}"#
    );
    assert_eq!(serde_json::from_str::<Histogram>(&json).unwrap(), histogram);
}

#[test]
fn damaged_files_are_refused() {
    for json in [
        r#"{"n":4,"min":5,"max":5,"sum":"15","squares":"75","counts":[[5,3]]}"#,
        r#"{"n":3,"min":5,"max":9,"sum":"15","squares":"75","counts":[[5,3]]}"#,
        r#"{"n":1,"min":4097,"max":4097,"sum":"4097","squares":"1","counts":[[4097,1]]}"#,
        r#"{"n":1,"min":5,"max":5,"sum":"-5","squares":"25","counts":[[5,1]]}"#,
        r#"{"n":2,"min":5,"max":5,"sum":"10","squares":"50","counts":[[5,1],[5,1]]}"#,
    ] {
        assert!(serde_json::from_str::<Histogram>(json).is_err(), "{json}");
    }
}

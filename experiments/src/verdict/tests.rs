use super::*;
use crate::fixture::{STRATEGIES, planned};
use records::Histogram;

/// Runs of every cell whose delays are all the same, a value a replication.
fn runs(plan: &Plan, per_replication: &[u64]) -> Vec<RunRecord> {
    let of_cell = |cell: u32| {
        per_replication.iter().enumerate().map(move |(replication, &ms)| {
            let mut run = RunRecord { cell, replication: replication as u32, ..RunRecord::default() };
            let samples: Histogram = std::iter::repeat_n(ms * 1_000_000, 50).collect();
            run.metrics.insert("post_dial_delay_ms".into(), Measurement::Samples(samples));
            run
        })
    };
    plan.cells.iter().flat_map(|cell| of_cell(cell.index)).collect()
}

fn first_cell(per_replication: &[u64], overrides: &[&str]) -> ServiceLevelCell {
    let plan = planned(STRATEGIES, overrides).unwrap();
    let level = service_levels(&plan, &runs(&plan, per_replication)).remove(0);
    assert_eq!((level.limit, level.bound), (2000.0, Bound::AtMost));
    level.cells[0].clone()
}

#[test]
fn a_level_is_passed_when_its_whole_interval_is_good() {
    let cell = first_cell(&[1000, 1010, 990], &[]);
    assert!(cell.passed && cell.judged);
    assert_eq!(cell.value, Some(1000.0));
    let (low, high) = cell.interval.unwrap();
    assert!(low < 990.0 && high > 1010.0 && high < 2000.0);
}

#[test]
fn a_level_that_luck_may_have_kept_is_not_passed() {
    // The estimate keeps the limit, its interval does not.
    let cell = first_cell(&[1900, 1950, 1990], &[]);
    assert!(cell.value.unwrap() < 2000.0 && cell.interval.unwrap().1 > 2000.0);
    assert!(!cell.passed);
    // Less confidence, a narrower interval.
    assert!(first_cell(&[1900, 1950, 1990], &["service_levels.0.confidence=0.5"]).passed);
}

#[test]
fn one_replication_decides_by_its_value_alone() {
    let cell = first_cell(&[1999], &["replications=1"]);
    assert!(cell.passed && cell.interval.is_none());
    assert!(!first_cell(&[2003], &["replications=1"]).passed);
}

#[test]
fn a_replication_without_an_answered_call_fails_the_cell() {
    let plan = planned(STRATEGIES, &[]).unwrap();
    let mut runs = runs(&plan, &[100, 100, 100]);
    runs[1].metrics.insert("post_dial_delay_ms".into(), Measurement::Samples(Histogram::new()));
    let level = service_levels(&plan, &runs).remove(0);
    assert!(!level.cells[0].passed && level.cells[1].passed);
    runs[1].metrics.clear();
    assert!(!service_levels(&plan, &runs)[0].cells[0].passed);
}

#[test]
fn a_lower_limit_is_held_against_the_lower_end() {
    let text = STRATEGIES.replace("quantile: 0.95, at_most: 2000", "at_least: 1000");
    let plan = planned(&text, &[]).unwrap();
    let passed =
        |per_replication: &[u64]| service_levels(&plan, &runs(&plan, per_replication))[0].cells[0].passed;
    assert!(passed(&[1500, 1510, 1490]));
    assert!(!passed(&[1000, 1100, 1050]));
    assert!(!passed(&[900, 910, 890]));
}

#[test]
fn expectations_hold_within_their_tolerance() {
    for (relation, value, tolerance, passed) in [
        (Relation::Equal, 100.0, 0.0, true),
        (Relation::Equal, 101.0, 0.5, false),
        (Relation::Equal, 101.0, 1.5, true),
        (Relation::AtMost, 99.0, 0.0, false),
        (Relation::AtMost, 99.0, 1.0, true),
        (Relation::AtLeast, 101.0, 0.0, false),
        (Relation::AtLeast, 101.0, 1.0, true),
    ] {
        let plan = planned(STRATEGIES, &[]).unwrap();
        let runs = runs(&plan, &[100]);
        let runs = of_cell(&runs, 0);
        let result = expectation("post_dial_delay_ms", relation, value, tolerance, &runs);
        assert_eq!(result.passed, passed, "{result:?}");
    }
}

#[test]
fn what_was_not_measured_is_not_met() {
    let result = expectation("busy_ratio", Relation::AtMost, 1.0, 0.0, &[]);
    assert!(!result.passed);
    assert_eq!(result.observed, "busy_ratio was not measured");
}

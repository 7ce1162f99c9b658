//! What a run prints.

use expect_test::expect;

use crate::synthetic::{calls, oracle};

#[test]
fn no_line_is_wider_than_a_hundred_columns() {
    for results in [calls::results(), oracle::results()] {
        for line in reports::terminal_summary(&results).lines() {
            assert!(line.chars().count() <= 100, "{line}");
            assert_eq!(line.trim_end(), line);
        }
    }
}

#[test]
fn metrics_without_room_are_named() {
    let text = reports::terminal_summary(&calls::results());
    assert!(text.contains("\nalso in summary.csv: call_attempts, goodput_cps"), "{text}");
}

#[test]
fn missed_levels_and_expectations_are_named() {
    let mut results = calls::results();
    results.experiment.service_levels[0].cells[3].judged = true;
    results.experiment.cells[0].expectations[0].passed = false;
    let text = reports::terminal_summary(&results);
    let tail: Vec<&str> = text.lines().rev().take(4).collect();
    expect![[r#"
        [
            "  FAILED: expected session_establishment_ratio ≥ 0.9; got session_establishment_ratio = 0.943",
            "expectations met: 0 of 1",
            "  central, loss 0 %, load 8/h: 11.4 s",
            "service level post-dial delay, p95 ≤ 500 ms: met in 16 of 36 cells; 4 judged: 1 FAILED",
        ]
    "#]]
    .assert_debug_eq(&tail);
}

#[test]
fn an_oracle_prints_its_laws() {
    let mut results = oracle::results();
    results.experiment.cells.truncate(2);
    results.experiment.cells[1].laws[1].passed = false;
    expect![[r#"
        All 15 laws hold; the largest |z| is 1.62.

              requests that  time to the
                    succeed     response
        loss              %           ms
        ────  ─────────────  ───────────
        0 %             100     100
        5 %             100     161 ± 11

        non-INVITE over loss
        where     quantity                n  simulated       law  deviation
        ────────  ─────────────────  ──────  ─────────  ────────  ─────────  ─────
        loss 0 %  response_delay_ms  100000   100.50    100.00    z +1.61
        loss 0 %  delay_off_support  100000     0         0       exact
        loss 0 %  success_ratio      100000     1         1       P 0.42
        loss 5 %  response_delay_ms  100000   145.50    145.00    z +1.61
        loss 5 %  delay_off_support  100000     0         0       exact      FAILS
        loss 5 %  success_ratio      100000     1.0000    1.0000  P 0.42

        laws that hold: 5 of 6

    "#]]
    .assert_eq(&reports::terminal_summary(&results));
}

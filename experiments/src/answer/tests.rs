use super::*;
use crate::conclusion::{Invocation, conclude};
use crate::fixture::{LOSS, SCRIPT, STRATEGIES, fake, planned};
use crate::runner::Outcome;
use expect_test::{Expect, expect};
use records::{DelayTotals, ElementKind, ElementLoad, Histogram, Measurement};

/// Delays in ms by cell and replication.
fn answered(plan: &Plan, replications: u32, delay: impl Fn(u32, u32) -> u64) -> Vec<String> {
    let mut runs = Vec::new();
    for cell in &plan.cells {
        for replication in 0..replications {
            runs.push(run(cell.index, replication, delay(cell.index, replication)));
        }
    }
    let outcome = Outcome { runs, replications, failures: Vec::new(), incomplete: None };
    conclude(plan, &outcome, &Invocation { experiment: "small".into() }, &[]).experiment.answer
}

fn run(cell: u32, replication: u32, delay_ms: u64) -> RunRecord {
    let mut run = RunRecord { cell, replication, digest: "0".repeat(64), ..RunRecord::default() };
    let samples: Histogram = std::iter::repeat_n(delay_ms * 1_000_000, 20).collect();
    run.metrics.insert("post_dial_delay_ms".into(), Measurement::Samples(samples));
    let host = |name: &str, utilisation| ElementLoad {
        name: name.into(),
        kind: ElementKind::Host { at: "somewhere".into() },
        utilisation,
        queue_max: 0,
        offered: 0,
        refused: 0,
        lost: 0,
    };
    let busy = 0.3 + 0.1 * f64::from(cell % 6) + 0.01 * f64::from(replication);
    run.elements = vec![host("proxy-berlin", busy / 2.0), host("proxy-frankfurt", busy)];
    let mut delay = DelayTotals::default();
    delay.record([3_000_000 + u64::from(cell) * 100_000, 0, 0, 0, 0]);
    run.delay = delay;
    run
}

fn check(sentences: &[String], expected: Expect) {
    expected.assert_eq(&sentences.join("\n"));
}

// Cells 0 to 2 are the central strategy without loss at 1, 2 and 4 calls an hour; cells 6 to 8 the shared one.

#[test]
fn the_strategy_that_carries_more_is_named_with_its_last_good_and_first_bad_load() {
    let text = STRATEGIES.replace("per_h(4)]", "per_h(4)], unit: \"calls per subscriber and hour\"");
    let plan = planned(&text, &[]).unwrap();
    let sentences = answered(&plan, 3, |cell, replication| match cell {
        1 => 500 + u64::from(replication),
        2 | 8 => 5000 + 10 * u64::from(replication),
        7 => 2500 + u64::from(replication),
        _ => 100 + u64::from(replication),
    });
    check(
        &sentences,
        expect![[r#"
            With the same total CPU (4 cores), central carries the most load: it keeps the 95th percentile of the post-dial delay ≤ 2000 ms (loss 0 %) up to 2 calls per subscriber and hour.
            Central: met up to 2 /h with 501 ms (499 to 503), missed at 4 /h with 5010 ms (4985 to 5035).
            Shared: met up to 1 /h with 101 ms (98.5 to 103), missed at 2 /h with 2501 ms (2499 to 2503).
            At 2 /h, the 95th percentile of the post-dial delay is 2000 ms (2000 to 2000) higher with shared than with central, paired over the replications.
            What fills first: proxy-frankfurt (central, 51 % busy at 4 /h); proxy-frankfurt (shared, 41 % busy at 2 /h).
            Propagation takes 3 to 3.6 ms of a call's set-up at 1 /h: geography makes a difference of 0.6 ms."#]],
    );
}

#[test]
fn strategies_that_go_equally_far_are_compared_by_their_values() {
    let plan = planned(STRATEGIES, &[]).unwrap();
    let sentences =
        answered(&plan, 3, |cell, replication| if cell >= 6 { 80 } else { 100 + u64::from(replication) });
    check(
        &sentences,
        expect![[r#"
            With the same total CPU (4 cores), shared and central carry the same load: they keep the 95th percentile of the post-dial delay ≤ 2000 ms (loss 0 %) up to 4 /h.
            Shared: met at every load tried, at 4 /h with 80 ms (80 to 80).
            Central: met at every load tried, at 4 /h with 101 ms (98.5 to 103).
            At 4 /h, the 95th percentile of the post-dial delay is 21 ms (18.5 to 23.5) higher with central than with shared, paired over the replications.
            What fills first: proxy-frankfurt (shared, 51 % busy at 4 /h); proxy-frankfurt (central, 51 % busy at 4 /h).
            Propagation takes 3 to 3.6 ms of a call's set-up at 1 /h: geography makes a difference of 0.6 ms."#]],
    );
}

#[test]
fn a_difference_within_luck_is_called_so() {
    let plan = planned(STRATEGIES, &[]).unwrap();
    let sentences = answered(&plan, 3, |cell, replication| {
        if cell >= 6 { 102 - u64::from(replication) } else { 100 + u64::from(replication) }
    });
    let said = sentences.iter().find(|sentence| sentence.contains("paired")).unwrap();
    expect!["At 4 /h, the 95th percentile of the post-dial delay does not differ between shared and central by more than luck: 0 ms (-4.97 to 4.97), paired over the replications."].assert_eq(said);
}

#[test]
fn no_strategy_may_be_good_enough() {
    let plan = planned(STRATEGIES, &[]).unwrap();
    let sentences = answered(&plan, 3, |cell, _| 3000 + u64::from(cell));
    check(
        &sentences,
        expect![[r#"
        With the same total CPU (4 cores), no routing keeps the 95th percentile of the post-dial delay ≤ 2000 ms (loss 0 %) at any load tried.
        Central: missed from the lowest load on, at 1 /h with 3000 ms (3000 to 3000).
        Shared: missed from the lowest load on, at 1 /h with 3006 ms (3006 to 3006).
        What fills first: proxy-frankfurt (central, 31 % busy at 1 /h); proxy-frankfurt (shared, 31 % busy at 1 /h).
        Propagation takes 3 to 3.6 ms of a call's set-up at 1 /h: geography makes a difference of 0.6 ms."#]],
    );
}

#[test]
fn a_gap_in_the_grid_ends_the_reach_of_a_strategy() {
    let plan = planned(STRATEGIES, &[]).unwrap();
    // Luck at the highest load must not hide the miss before it.
    let sentences = answered(&plan, 3, |cell, _| if cell == 1 { 4000 } else { 100 });
    assert!(sentences[0].contains("shared carries the most load"), "{sentences:?}");
    assert!(sentences.iter().any(|s| s.starts_with("Central: met up to 1 /h")), "{sentences:?}");
}

#[test]
fn expectations_are_counted() {
    let plan = planned(SCRIPT, &["expect.0.tolerance=0.1"]).unwrap();
    let runs = vec![fake(&plan.cells[0], plan.seed(), 0).unwrap()];
    let outcome = Outcome { runs, replications: 1, failures: Vec::new(), incomplete: None };
    let met = conclude(&plan, &outcome, &Invocation { experiment: "x".into() }, &[]).experiment.answer;
    check(&met, expect!["All 1 expectations are met."]);
    let plan = planned(SCRIPT, &[]).unwrap();
    let failed = conclude(&plan, &outcome, &Invocation { experiment: "x".into() }, &[]).experiment.answer;
    assert!(failed[0].starts_with("1 of 1 expectations fail; the first, in the only cell:"), "{failed:?}");
}

#[test]
fn laws_are_counted_and_the_worst_is_named() {
    let plan = planned(LOSS, &["replications=1"]).unwrap();
    let runs = plan
        .cells
        .iter()
        .map(|cell| {
            let mut run = RunRecord { cell: cell.index, ..RunRecord::default() };
            let (law, _) = crate::theory::loss_law(cell).unwrap();
            let mean = (law.delay.mean().unwrap() * 1e9) as u64;
            let ratio = |hits| Measurement::Ratio { hits, of: 1000 };
            run.metrics.insert("success_ratio".into(), ratio(1000));
            run.metrics.insert("ghost_ratio".into(), ratio(0));
            run.metrics.insert("acknowledged_ratio".into(), ratio(1000));
            let same = |value| Measurement::Samples(std::iter::repeat_n(value, 1000).collect());
            run.metrics.insert("response_delay_ms".into(), same(mean));
            run.metrics.insert("copies_per_request".into(), same(1));
            run
        })
        .collect();
    let outcome = Outcome { runs, replications: 1, failures: Vec::new(), incomplete: None };
    let sentences = conclude(&plan, &outcome, &Invocation { experiment: "x".into() }, &[]).experiment.answer;
    check(
        &sentences,
        expect![[r#"
        4 of 22 comparisons with theory fail; the first is copies_per_request of non-INVITE over loss (loss 0.3, non invite): 1 where the law says 2.04.
        The largest |z| is 25.59: copies_per_request of INVITE answered at once over loss (loss 0.3, invite answered)."#]],
    );
}

#[test]
fn without_anything_to_judge_the_first_metric_speaks() {
    let text = STRATEGIES.split("service_levels").next().unwrap().to_owned() + ")";
    let plan = planned(&text, &[]).unwrap();
    check(
        &answered(&plan, 2, |cell, _| 100 + u64::from(cell)),
        expect![
            "The post-dial delay lies between 100 ms (central, loss 0 %, load 1 /h) and 111 ms (shared, loss 1 %, load 4 /h) on average."
        ],
    );
}

#[test]
fn an_exchange_is_answered_by_what_compression_leaves() {
    let document = crate::builtin::builtin("rfc3322-setup").unwrap();
    let plan = Plan::load(&document, &[], &topologies::text::NoFiles).unwrap();
    let runs = plan.cells.iter().map(|cell| {
        let delay_ms = 4000 / (1 + u64::from(cell.index) / 4) - 100 * u64::from(cell.index % 4);
        let mut run = RunRecord { cell: cell.index, digest: "0".repeat(64), ..RunRecord::default() };
        let samples = Histogram::from_iter([delay_ms * 1_000_000]);
        run.metrics.insert("exchange_delay_ms".into(), Measurement::Samples(samples));
        run.delay.record([630_000_000, 0, 0, 0, 0]);
        run
    });
    let outcome = Outcome { runs: runs.collect(), replications: 1, failures: Vec::new(), incomplete: None };
    let record =
        conclude(&plan, &outcome, &Invocation { experiment: "rfc3322-setup".into() }, &[]).experiment;
    check(
        &record.answer[..1],
        expect![
            "Compression to 1/8.33 shortens the slowest exchange (ratio 1, 9.6 kbit/s, 140 ms) from 4000 ms to 1000 ms; 630 ms of that is the propagation of its 9 turns, which no compression takes away."
        ],
    );
}

#[test]
fn compression_is_answered_by_where_it_helps_most_and_least() {
    let document = crate::builtin::builtin("compression-over-radio").unwrap();
    let plan = Plan::load(&document, &[], &topologies::text::NoFiles).unwrap();
    let runs = plan.cells.iter().map(|cell| {
        let mut run = RunRecord { cell: cell.index, digest: "0".repeat(64), ..RunRecord::default() };
        let (level, radio) = (u64::from(cell.index) / 15, u64::from(cell.index) / 3 % 5);
        let delay_ms = 200 + 1000 / (1 + level) / (1 + radio) + 5000 * u64::from(cell.index % 3);
        let samples = Histogram::from_iter([delay_ms * 1_000_000]);
        run.metrics.insert("post_dial_delay_ms".into(), Measurement::Samples(samples));
        run.metrics
            .insert("channel_calls_per_hour".into(), Measurement::Value(1000.0 * (1.0 + level as f64)));
        run.metrics.insert("first_message_octets".into(), Measurement::Value(300.0 + 10.0 * level as f64));
        run
    });
    let outcome = Outcome { runs: runs.collect(), replications: 1, failures: Vec::new(), incomplete: None };
    let name = "compression-over-radio".to_owned();
    let record = conclude(&plan, &outcome, &Invocation { experiment: name }, &[]).experiment;
    check(
        &record.answer,
        expect![[r#"
        Where compression helps most (radio narrow-9600, loss 0), a call rings after 450 ms (shared) instead of 1200 ms and the channel carries 4000 calls an hour instead of 1000; where it helps least (radio geo, loss 0), a call rings after 250 ms (shared) instead of 400 ms.
        The first message has 300 octets plain and, with the code that unpacks it, 310 static, 320 dynamic, 330 shared."#]],
    );
}

use super::*;
use crate::fixture::{LOSS, plan, planned};
use crate::plan::Plan;
use crate::probe::{LossTally, ServerSaw, Trial};
use records::LawTest;
use sim_api::Seed;
use std::time::Duration;

/// Trials drawn from the law itself.
fn drawn(cell: &CellConfig, replication: u32, stretch: Duration) -> RunRecord {
    let Calls::LossProbe { case, trials, .. } = &cell.experiment.workload.calls else {
        panic!("a loss probe")
    };
    let (law, _) = loss_law(cell).unwrap();
    let stream = Seed::new(11).of_replication(replication).counter_stream("trials");
    let mut tally = LossTally::new(*case, cell);
    for i in 0..*trials {
        let mut below = stream.unit(u64::from(cell.index), i).value();
        let delay = law.delay.outcomes().iter().find(|(_, p)| {
            below -= p;
            below < 0.0
        });
        let copies = delay.map_or(law.copies.len() as u64, |(delay, _)| {
            Schedule::RFC3261.capped().iter().filter(|at| *at < delay).count() as u64
        });
        let server = match case {
            LossCase::InviteAnswered => ServerSaw::Ack,
            LossCase::NonInvite | LossCase::InviteRinging | LossCase::InviteRejected => ServerSaw::Request,
        };
        tally.add(Trial { delay: delay.map(|(delay, _)| *delay + stretch), copies, server });
    }
    let mut run = RunRecord { cell: cell.index, replication, ..RunRecord::default() };
    tally.write(&mut run);
    run
}

fn verdicts(cell: &CellConfig, stretch: Duration) -> Vec<(String, bool)> {
    let runs: Vec<RunRecord> = (0..2).map(|replication| drawn(cell, replication, stretch)).collect();
    let checks = checks(cell, &runs.iter().collect::<Vec<_>>());
    checks.into_iter().map(|check| (check.quantity, check.passed)).collect()
}

#[test]
fn trials_that_obey_the_law_pass_every_check() {
    let plan = plan(LOSS);
    for cell in [0, 2] {
        let verdicts = verdicts(&plan.cells[cell], Duration::ZERO);
        assert!(verdicts.iter().all(|(_, passed)| *passed), "{verdicts:?}");
        assert!(verdicts.len() >= 5, "{verdicts:?}");
    }
}

#[test]
fn delays_off_by_a_nanosecond_fail_the_support_and_a_millisecond_the_mean() {
    let plan = planned(LOSS, &["workload.calls.trials=100000"]).unwrap();
    let failed = |stretch| -> Vec<String> {
        verdicts(&plan.cells[2], stretch).into_iter().filter(|(_, ok)| !ok).map(|(name, _)| name).collect()
    };
    assert_eq!(failed(Duration::from_nanos(1)), [OFF_SUPPORT]);
    assert_eq!(failed(Duration::from_millis(50)), ["response_delay_ms", OFF_SUPPORT]);
}

#[test]
fn no_law_is_claimed_where_the_link_does_more_than_lose() {
    let plan = planned(LOSS, &["topology.links.*.rate=kbps(9.6)"]).unwrap();
    assert!(loss_law(&plan.cells[2]).is_none());
    assert!(checks(&plan.cells[2], &[]).is_empty());
}

fn line(calls: &str) -> Plan {
    plan(&format!("(name: \"q\", question: \"?\", workload: (calls: {calls}))"))
}

fn queue_run(metrics: &[(&str, Measurement)]) -> RunRecord {
    let metrics = metrics.iter().map(|(name, measured)| (name.to_string(), measured.clone())).collect();
    RunRecord { metrics, ..RunRecord::default() }
}

#[test]
fn a_bounded_line_is_held_against_its_own_law() {
    let plan = line(
        "queue_probe(arrivals: per_s(1.6), service: exponential(mean: s(1)), servers: 2, places: 10, jobs: 100)",
    );
    let sojourn = |ms: u64| Measurement::Samples(std::iter::repeat_n(ms * 1_000_000, 100).collect());
    let run = queue_run(&[
        ("blocked_ratio", Measurement::Ratio { hits: 2640, of: 100_000 }),
        ("sojourn_time_ms", sojourn(2138)),
    ]);
    let checks = checks(&plan.cells[0], &[&run]);
    assert_eq!(checks.len(), 2);
    assert!(checks.iter().all(|check| check.passed && check.law == "M/M/2/10"), "{checks:?}");
    let slow = queue_run(&[
        ("blocked_ratio", Measurement::Ratio { hits: 2640, of: 100_000 }),
        ("sojourn_time_ms", sojourn(2190)),
    ]);
    let failed = super::checks(&plan.cells[0], &[&slow]);
    assert!(failed.iter().any(|check| !check.passed && check.quantity == "sojourn_time_ms"));
}

#[test]
fn near_saturation_five_per_cent_are_allowed_and_two_below() {
    let limit = |rate: &str, places: &str| {
        let plan = line(&format!(
            "queue_probe(arrivals: per_s({rate}), service: exponential(mean: s(1)), servers: 1, {places} jobs: 100)"
        ));
        let check = checks(&plan.cells[0], &[&queue_run(&[])]).remove(0);
        assert!(!check.passed, "nothing was measured");
        let run = queue_run(&[
            ("delayed_ratio", Measurement::Ratio { hits: 1, of: 2 }),
            ("blocked_ratio", Measurement::Ratio { hits: 1, of: 2 }),
        ]);
        match checks(&plan.cells[0], &[&run]).remove(0).test {
            LawTest::Relative { limit, .. } => limit,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(limit("0.8", ""), 0.02);
    assert_eq!(limit("0.95", ""), 0.05);
    assert_eq!(limit("0.8", "places: 10,"), 0.02);
}

#[test]
fn blocking_without_waiting_places_does_not_ask_for_the_service_time() {
    for service in ["exponential(mean: s(1))", "lognormal(mean: s(1), cv: 2)", "fixed(s(1))"] {
        let plan = line(&format!(
            "queue_probe(arrivals: per_s(10), service: {service}, servers: 15, places: 15, jobs: 100)"
        ));
        let run = queue_run(&[("blocked_ratio", Measurement::Ratio { hits: 3650, of: 100_000 })]);
        let checks = checks(&plan.cells[0], &[&run]);
        assert!(checks.len() == 1 && checks[0].passed, "{checks:?}");
        assert!((checks[0].expected - 0.036_496_95).abs() < 5e-9);
    }
}

#[test]
fn the_waits_of_fixed_service_are_compared_as_a_distribution() {
    let plan = line("queue_probe(arrivals: per_s(0.8), service: fixed(s(1)), servers: 1, jobs: 100)");
    let quantities: Vec<String> =
        checks(&plan.cells[0], &[&queue_run(&[])]).into_iter().map(|check| check.quantity).collect();
    assert_eq!(
        quantities,
        [
            "delayed_ratio",
            "waiting_time_ms",
            "sojourn_time_ms",
            "waits_up_to_1_services_ratio",
            "waits_up_to_2_services_ratio",
            "waits_up_to_3_services_ratio",
            "waits_up_to_5_services_ratio"
        ]
    );
}

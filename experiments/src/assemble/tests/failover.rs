//! Failover: the probe against its law, and a country whose proxy dies.

use super::*;

#[test]
fn each_kind_of_failure_costs_what_its_law_says() {
    let plan = planned(
        "srv-failover",
        &["workload.calls.trials=60", "factors.1.values=[(servers: 3, failed: 2)]", "factors.1.labels=[]"],
    );
    assert_eq!(plan.cells.len(), 12);
    for cell in &plan.cells {
        let record = run(cell, &plan, 0);
        let success = record.metrics["success_ratio"].scalar("x_ratio");
        assert_eq!(success, Some(1.0), "{}", cell.title());
        let checks = theory::checks(cell, &[&record]);
        assert_eq!(checks.len(), 4);
        for check in checks {
            assert!(check.passed, "{check:?}");
        }
    }
}

#[test]
fn a_refusal_costs_one_round_trip_and_a_dead_host_64_t1() {
    let plan = planned(
        "srv-failover",
        &[
            "workload.calls.trials=40",
            "factors.1.values=[(servers: 2, failed: 1)]",
            "factors.1.labels=[]",
            "factors.2.values=[rfc3261]",
            "factors.2.labels=[]",
            "factors.3.values=[off]",
            "factors.3.labels=[]",
        ],
    );
    let slowest = |cell| {
        let record = run(cell, &plan, 0);
        let Measurement::Samples(delays) = &record.metrics["failover_delay_ms"] else { panic!("samples") };
        (delays.min().unwrap(), delays.max().unwrap())
    };
    let round_trip = 20_000_000;
    assert_eq!(slowest(&plan.cells[0]), (round_trip, 32_000_000_000 + round_trip));
    for refusal in &plan.cells[1..] {
        assert_eq!(slowest(refusal), (round_trip, 2 * round_trip), "{}", refusal.title());
    }
}

#[test]
fn backups_in_the_dns_save_the_calls_of_an_outage() {
    let plan = planned(
        "national-failover",
        &[
            "population.0.subscribers=apportioned(total: 1000, by: \"demand\")",
            "factors.1.values=[host]",
            "factors.1.labels=[]",
            "duration=s(420)",
        ],
    );
    let records: Vec<RunRecord> = plan.cells.iter().map(|cell| run(cell, &plan, 0)).collect();
    let lost = |record: &RunRecord| record.metrics["outage_lost_ratio"].scalar("x_ratio").unwrap();
    assert!(lost(&records[0]) > 0.1, "{}", lost(&records[0]));
    assert!(records[1..].iter().all(|record| lost(record) == 0.0));
    let delay = |record: &RunRecord| match &record.metrics["outage_post_dial_delay_ms"] {
        Measurement::Samples(delays) => delays.mean().unwrap(),
        other => panic!("{other:?}"),
    };
    assert!(delay(&records[3]) < delay(&records[1]), "a city that remembers waits less often");
}

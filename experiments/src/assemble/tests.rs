//! Whole cells on the real engine and stack, small enough for every test run.

use records::{Measurement, RunRecord};
use topologies::text::{Directory, Document, Files, NoFiles};

use super::*;
use crate::builtin::builtin;
use crate::plan::{Override, Plan};
use crate::theory;

mod failover;

#[test]
fn every_strategy_connects_every_call_of_a_quiet_country() {
    let plan = planned(
        "national-calls",
        &[
            "population.0.subscribers=apportioned(total: 600, by: \"demand\")",
            "factors.1.values=[percent(0)]",
            "factors.2.values=[per_h(2)]",
            "duration=min(2)",
        ],
    );
    let records: Vec<RunRecord> = plan.cells.iter().map(|cell| run(cell, &plan, 0)).collect();
    assert_eq!(records.len(), 3);
    for record in &records {
        assert!(value(record, "call_attempts") > 20.0);
        assert_eq!(value(record, "call_failures"), 0.0);
        assert_eq!(value(record, "session_completion_ratio") + value(record, "busy_ratio"), 1.0);
        assert_eq!(record.metrics["ineffective_registration_ratio"].scalar("x_ratio"), Some(0.0));
    }
    // Common random numbers: the strategies see the same calls.
    let attempts: Vec<f64> = records.iter().map(|record| value(record, "call_attempts")).collect();
    assert!(attempts.windows(2).all(|pair| pair[0] == pair[1]), "{attempts:?}");
}

#[test]
fn the_parts_of_the_delay_add_up_to_it_to_the_nanosecond() {
    let plan = planned("smoke", &[]);
    for cell in &plan.cells {
        let record = run(cell, &plan, 0);
        let Measurement::Samples(delays) = &record.metrics["post_dial_delay_ms"] else { panic!("samples") };
        let parts = record.delay;
        let sum = parts.propagation_ns
            + parts.serialisation_ns
            + parts.queueing_ns
            + parts.processing_ns
            + parts.timers_ns;
        assert!(delays.n() > 0);
        assert_eq!(u128::from(sum), delays.sum(), "{}", cell.title());
    }
}

#[test]
fn a_cell_gives_the_same_digest_again_and_another_replication_another() {
    let plan = planned("smoke", &[]);
    let cell = &plan.cells[1];
    assert_eq!(run(cell, &plan, 0), run(cell, &plan, 0));
    assert_ne!(run(cell, &plan, 0).digest, run(cell, &plan, 1).digest);
}

#[test]
fn loss_probes_obey_their_laws_and_stay_on_the_support() {
    let plan = planned(
        "loss-oracle",
        &["workload.calls=loss_probe(case: non_invite, trials: 300, spacing: s(200))"],
    );
    for cell in &plan.cells {
        let record = run(cell, &plan, 0);
        for check in theory::checks(cell, &[&record]) {
            assert!(check.passed, "{check:?}");
        }
    }
}

/// Figure 2.1 of RFC 3322: milliseconds as printed.
const FIGURE_2_1: [f64; 9] = [587.0, 487.0, 278.0, 320.0, 587.0, 637.0, 278.0, 695.0, 262.0];

#[test]
fn rfc_3322_figure_2_1_is_reproduced_row_by_row() {
    let plan = planned("rfc3322-setup", &[]);
    let record = run(&plan.cells[0], &plan, 0);
    assert_eq!(record.series[0].points.len(), FIGURE_2_1.len(), "bursts count as one");
    for ((_, taken), printed) in record.series[0].points.iter().zip(FIGURE_2_1) {
        assert!((taken - printed).abs() <= 1.0, "{taken} ms where {printed} ms is printed");
    }
    let whole = value(&record, "exchange_delay_ms");
    assert!((whole - 4130.0).abs() < 1e-3, "{whole}");
    assert_eq!(record.delay.propagation_ns, 630_000_000);
    assert_eq!(value(&record, "air_octets"), 4200.0);
}

#[test]
fn compression_of_the_set_up_of_rfc_3322_ends_at_nine_one_way_delays() {
    let plan = planned("rfc3322-setup", &[]);
    let mut delays = Vec::new();
    for cell in &plan.cells {
        let record = run(cell, &plan, 0);
        for check in theory::checks(cell, &[&record]) {
            assert!(check.passed, "{check:?}");
        }
        let floor = if cell.label("link") == Some("384 kbit/s, 100 ms") { 450.0 } else { 630.0 };
        assert_eq!(record.delay.propagation_ns as f64 / 1e6, floor);
        delays.push(value(&record, "exchange_delay_ms").round());
    }
    // By ratio 1, 2, 4, 8.33 and link; at 8.33 messages of whole octets take up to half an octet each more.
    let expected = [
        [4130.0, 2380.0, 1155.0, 538.0],
        [2380.0, 1505.0, 893.0, 494.0],
        [1508.0, 1069.0, 762.0, 472.0],
        [1055.0, 843.0, 694.0, 461.0],
    ];
    for (delay, expected) in delays.iter().zip(expected.as_flattened()) {
        assert!((delay - expected).abs() <= 6.0, "{delays:?}");
    }
}

#[test]
fn the_golden_set_up_times_over_radios_are_met_to_a_microsecond() {
    // RFC 3665 3.2 at the caller: sizes as they are, with the dictionary of RFC 3485, and with shared state.
    let codings =
        [[604, 485, 324, 814, 299, 454], [230, 223, 151, 319, 148, 190], [230, 125, 16, 94, 19, 54]];
    // Seconds until the 180, as printed, with 28 octets of headers for each message.
    let radios = [
        ("narrow-9600", [2.903, 1.471, 0.868]),
        ("narrow-19200", [1.592, 0.875, 0.574]),
        ("gprs", [2.726, 1.990, 1.701]),
        ("umts-r99", [0.856, 0.711, 0.659]),
        ("geo", [1.510, 1.295, 1.204]),
    ];
    for (radio, printed) in radios {
        for (sizes, printed) in codings.iter().zip(printed) {
            let [invite, challenge, ack, again, trying, ringing] = sizes;
            let messages = format!(
                "workload.calls.messages=[up(message: \"INVITE\", size: octets({invite})),
                 down(message: \"407\", size: octets({challenge})), up(message: \"ACK\", size: octets({ack})),
                 up(message: \"INVITE\", size: octets({again})), down(message: \"100\", size: octets({trying})),
                 down(message: \"180\", size: octets({ringing}))]"
            );
            let link =
                format!("topology.links.0=(between: (\"client\", \"network-proxy\"), radio: \"{radio}\")");
            let plan = planned(
                "rfc3322-setup",
                &["factors=[]", "plots=[]", "topology.defaults.headers=as_sent", &messages, &link],
            );
            let record = run(&plan.cells[0], &plan, 0);
            let checks = theory::checks(&plan.cells[0], &[&record]);
            assert!(checks.iter().all(|check| check.passed), "{checks:?}");
            let seconds = value(&record, "exchange_delay_ms") / 1e3;
            assert!((seconds - printed).abs() <= 0.000_501, "{radio}: {seconds} where {printed} is printed");
        }
    }
}

#[test]
fn queue_probes_agree_with_the_laws_of_waiting_lines() {
    let lines = [
        "queue_probe(arrivals: per_s(0.5), service: exponential(mean: s(1)), servers: 1, jobs: 300000)",
        "queue_probe(arrivals: per_s(0.6), service: fixed(s(1)), servers: 1, jobs: 300000)",
        "queue_probe(arrivals: per_s(1.6), service: exponential(mean: s(1)), servers: 2, places: 10, jobs: 300000)",
        "queue_probe(arrivals: per_s(10), service: lognormal(mean: s(1), cv: 2), servers: 15, places: 15, jobs: 300000)",
    ];
    for line in lines {
        let plan = planned("queue-oracle", &[&format!("factors.0.values=[{line}]"), "factors.0.labels=[]"]);
        let record = run(&plan.cells[0], &plan, 0);
        let checks = theory::checks(&plan.cells[0], &[&record]);
        assert!(!checks.is_empty());
        for check in checks {
            // A tenth of the trials of the experiment: three times its tolerance.
            let deviation = (check.simulated - check.expected).abs() / check.expected;
            assert!(deviation < 0.06, "{check:?}");
        }
    }
}

#[test]
fn the_regression_without_rust_meets_its_golden_ladder() {
    let folder = Directory(env!("CARGO_MANIFEST_DIR").into());
    let document = Document::new("lost-invite.ron", folder.read("lost-invite.ron").unwrap());
    let plan = Plan::load(&document, &[], &folder).unwrap();
    let record = run(&plan.cells[0], &plan, 0);
    for expectation in
        record.expectations.iter().chain(&crate::verdict::expectations(&plan.cells[0], &[&record]))
    {
        assert!(expectation.passed, "{expectation:?}");
    }
    let spared = [Override::parse("faults=[]").unwrap()];
    let plan = Plan::load(&document, &spared, &folder).unwrap();
    let record = run(&plan.cells[0], &plan, 0);
    assert!(!record.expectations[0].passed, "without the loss the ladder is another");
}

#[test]
fn a_replay_shows_the_calls_that_the_record_names() {
    let plan = planned("smoke", &[]);
    let cell = &plan.cells[0];
    let ladders = Laboratory.ladders(cell, seed(&plan, 0), 0, &Which::Outliers).unwrap();
    assert_eq!(ladders.len(), 2, "a typical and the slowest call; none failed");
    for ladder in &ladders {
        let first = &ladder.ladder.arrows[0];
        assert_eq!(first.label, "INVITE");
        let again = Laboratory.ladders(cell, seed(&plan, 0), 0, &Which::Call(ladder.call.clone())).unwrap();
        assert_eq!(again[0].ladder, ladder.ladder, "the Call-ID leads to the same call");
    }
    let unknown = Which::Call("nobody@nowhere".into());
    assert!(Laboratory.ladders(cell, seed(&plan, 0), 0, &unknown).is_err());
}

#[test]
fn a_capture_of_one_call_is_smaller_than_that_of_the_run() {
    let plan = planned("smoke", &[]);
    let cell = &plan.cells[0];
    let call = Laboratory.ladders(cell, seed(&plan, 0), 0, &Which::Outliers).unwrap()[0].call.clone();
    let all = Laboratory.capture(cell, seed(&plan, 0), 0, None, Vec::new()).unwrap();
    let one = Laboratory.capture(cell, seed(&plan, 0), 0, Some(&call), Vec::new()).unwrap();
    assert!(one.len() > 2000 && one.len() < all.len() / 10, "{} of {} octets", one.len(), all.len());
    assert_eq!(all, Laboratory.capture(cell, seed(&plan, 0), 0, None, Vec::new()).unwrap());
}

/// Two calls, of which the first has to find everything in the DNS.
const CALLS_BY_NAME: &str = r#"(
    name: "by-name",
    question: "Who serves example.com?",
    topology: inline((
        nodes: [(name: "a"), (name: "b")],
        links: [(between: ("a", "b"), propagation: ms(10), rate: unlimited, queue: ms(100), mtu: octets(1500))],
    )),
    agents: [
        ua(name: "alice", at: "a", resolver: "resolver"),
        proxy(name: "p1", at: "b", domains: ["example.com"]),
        ua(name: "bob", at: "b", via: "p1"),
    ],
    dns: (
        zones: [(origin: "example.com", records: [
            naptr(name: "@", order: 1, flags: "s", services: "SIP+D2U", replacement: "_sip._udp"),
            srv(name: "_sip._udp", weight: 1, target: "p1"),
            address(name: "p1", of: host("p1")),
        ])],
        servers: [(name: "ns", at: "b", zones: ["example.com"])],
        resolvers: [(name: "resolver", at: "a")],
    ),
    workload: (calls: script([
        (at: s(1), from: "alice", to: "bob", holding: ms(100)),
        (at: s(2), from: "alice", to: "bob", holding: ms(100)),
    ])),
    duration: s(10),
)"#;

#[test]
fn a_call_waits_for_the_dns_and_the_next_one_finds_it_in_the_cache() {
    let plan = Plan::load(&Document::new("by-name.ron", CALLS_BY_NAME), &[], &NoFiles).unwrap();
    let record = run(&plan.cells[0], &plan, 0);
    assert_eq!(value(&record, "calls_answered"), 2.0);
    let lines = record.ladders[0].ladder.to_text();
    let until_answer = lines.lines().take_while(|line| !line.contains("BYE")).collect::<Vec<_>>().join("\n");
    expect_test::expect![[r#"
        ms         alice           p1              bob             resolver        ns
        0.0        |------------------- NAPTR? ------------------->|               |
        0.0        |               |               |               |--- NAPTR? --->|
        10.0       |               |               |               |<-- NAPTR 1 ---|
        20.0       |<------------------ NAPTR 1 -------------------|               |
        20.0       |-------------------- SRV? -------------------->|               |
        20.0       |               |               |               |---- SRV? ---->|
        30.0       |               |               |               |<--- SRV 1 ----|
        40.0       |<------------------- SRV 1 --------------------|               |
        40.0       |--------------------- A? --------------------->|               |
        40.0       |               |               |               |----- A? ----->|
        50.0       |               |               |               |<---- A 1 -----|
        60.0       |<-------------------- A 1 ---------------------|               |
        60.0       |--- INVITE --->|               |               |               |
        70.0       |<---- 100 -----|               |               |               |
        70.0       |               |--- INVITE --->|               |               |
        70.0       |               |<---- 180 -----|               |               |
        70.0       |               |<---- 200 -----|               |               |
        70.0       |<---- 180 -----|               |               |               |
        70.0       |<---- 200 -----|               |               |               |
        80.0       |----- ACK ---->|               |               |               |
        90.0       |               |----- ACK ---->|               |               |"#]]
    .assert_eq(&until_answer);
    assert_eq!(lines.matches("SRV?").count(), 2, "the second call asks nobody");
    // The look-up is part of the post-dial delay, and its parts still add up.
    let Measurement::Samples(delays) = &record.metrics["post_dial_delay_ms"] else { panic!("samples") };
    let parts = record.delay;
    let sum = parts.propagation_ns
        + parts.serialisation_ns
        + parts.queueing_ns
        + parts.processing_ns
        + parts.timers_ns;
    assert_eq!(u128::from(sum), delays.sum());
}

fn planned(name: &str, overrides: &[&str]) -> Plan {
    let overrides: Vec<Override> = overrides.iter().map(|text| Override::parse(text).unwrap()).collect();
    // Judged levels of the original need not exist after an override.
    let unjudged = Override::parse("service_levels=[]").unwrap();
    let unplotted = Override::parse("plots=[]").unwrap();
    let all: Vec<Override> = match name {
        "national-calls" | "national-failover" | "srv-failover" => {
            overrides.into_iter().chain([unjudged, unplotted]).collect()
        }
        _ => overrides,
    };
    Plan::load(&builtin(name).unwrap(), &all, &NoFiles).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

fn seed(plan: &Plan, replication: u32) -> Seed {
    plan.seed().of_replication(replication)
}

fn run(cell: &CellConfig, plan: &Plan, replication: u32) -> RunRecord {
    Laboratory.run(cell, seed(plan, replication), replication).unwrap()
}

fn value(record: &RunRecord, metric: &str) -> f64 {
    record.metrics[metric].scalar(metric).unwrap()
}

#[test]
fn compression_shortens_the_set_up_and_its_first_message_grows() {
    let plan =
        planned("compression-over-radio", &["factors.1.values=[\"narrow-9600\"]", "factors.2.values=[p(0)]"]);
    let records: Vec<RunRecord> = plan.cells.iter().map(|cell| run(cell, &plan, 0)).collect();
    let [plain, fixed, dynamic, shared] = &records[..] else { panic!("four cells") };
    for record in &records {
        assert_eq!(value(record, "session_establishment_ratio"), 1.0);
        assert_eq!(value(record, "retransmissions_per_call"), 0.0);
    }
    assert_eq!(value(plain, "compressed_ratio"), 1.0);
    for metric in ["post_dial_delay_ms", "call_air_octets", "compressed_ratio", "registration_delay_ms"] {
        let [plain, fixed, dynamic, shared] =
            [plain, fixed, dynamic, shared].map(|record| value(record, metric));
        assert!(plain > fixed && fixed > dynamic && fixed > shared, "{metric}: {records:?}");
    }
    // What earlier messages leave is a fifth, and the dictionary alone leaves less than half.
    assert!((0.35..0.5).contains(&value(fixed, "compressed_ratio")));
    assert!((0.1..0.25).contains(&value(dynamic, "compressed_ratio")));
    let first = |record| value(record, "first_message_octets");
    assert!(first(dynamic) > first(plain) && first(shared) > first(plain), "it brings its bytecode");
    let hourly = |record| value(record, "channel_calls_per_hour");
    assert!(hourly(dynamic) > 2.5 * hourly(plain) && hourly(shared) > 2.5 * hourly(plain));
}

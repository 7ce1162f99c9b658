//! Wrong texts: exit code 2 within a second; file, line and column first; nothing is written.

use expect_test::{Expect, expect};

use super::harness::{Bench, CALLS, LOSSY, SCRIPT, refused};

/// Runs an experiment with `find` replaced by `replace`.
#[track_caller]
fn check(text: &str, find: &str, replace: &str, expected: Expect) {
    assert!(text.contains(find), "{find}");
    let bench = Bench::with("e.ron", text.replacen(find, replace, 1));
    let run = refused(&bench, &["run", "e.ron"]).err;
    let checked = refused(&bench, &["check", "e.ron"]).err;
    assert_eq!(run, checked);
    expected.assert_eq(&run);
}

#[test]
fn an_unknown_field_proposes_the_nearest() {
    check(
        CALLS,
        "warmup:",
        "warm_up:",
        expect![[r#"
        e.ron:23:5: unknown field `warm_up`
        23 |     warm_up: s(2), duration: s(10), replications: 3,
           |     ^^^^^^^
          = allowed: name, question, seed, topology, population, agents, proxies, dns, workload, faults, warmup, duration, factors, replications, metrics, plots, service_levels, expect, related
          = did you mean `warmup`?
    "#]],
    );
}

#[test]
fn an_unknown_city_proposes_the_nearest() {
    check(
        CALLS,
        "central(\"Jena\")",
        "central(\"Jenna\")",
        expect![[r#"
        e.ron:20:80: the topology has no node "Jenna"
        20 |     proxies: (cores: 1, service_time: exponential(mean: ms(4)), sites: central("Jenna")),
           |                                                                                ^^^^^^^
          = did you mean `Jena`?
    "#]],
    );
}

#[test]
fn an_unknown_city_of_a_demand_is_shown_in_the_topology() {
    check(
        CALLS,
        "(\"Ulm\", \"Kiel\", 1)",
        "(\"Ulm\", \"Keil\", 1)",
        expect![[r#"
        e.ron:13:47: unknown node `Keil`
        13 |         demands: [("Ulm", "Jena", 2), ("Ulm", "Keil", 1), ("Jena", "Kiel", 1)],
           |                                               ^^^^^^
          = allowed: Jena, Kiel, Ulm
          = did you mean `Kiel`?
    "#]],
    );
}

#[test]
fn an_unknown_metric_proposes_the_nearest() {
    check(
        CALLS,
        "metric: \"post_dial_delay_ms\"",
        "metric: \"post_dail_delay_ms\"",
        expect![[r#"
        e.ron:24:31: there is no metric "post_dail_delay_ms": `siplab list metrics` shows all
        24 |     service_levels: [(metric: "post_dail_delay_ms", at_most: 5000, judge: where(service: fixed(ms(20))))],
           |                               ^^^^^^^^^^^^^^^^^^^^
          = did you mean `post_dial_delay_ms`?
    "#]],
    );
}

#[test]
fn an_unknown_agent_proposes_the_nearest() {
    check(
        SCRIPT,
        "to: \"bob\"",
        "to: \"bobb\"",
        expect![[r#"
        e.ron:6:61: there is no user agent "bobb"
        6 |     workload: (calls: script([(at: s(0), from: "alice", to: "bobb", holding: s(10))])),
          |                                                             ^^^^^^
          = did you mean `bob`?
    "#]],
    );
}

#[test]
fn an_unknown_strategy_lists_all() {
    check(
        CALLS,
        "central(\"Jena\")",
        "centrl(\"Jena\")",
        expect![[r#"
        e.ron:20:72: unknown value `centrl`
        20 |     proxies: (cores: 1, service_time: exponential(mean: ms(4)), sites: centrl("Jena")),
           |                                                                        ^^^^^^
          = allowed: central, regional, shared
          = did you mean `central`?
    "#]],
    );
}

#[test]
fn a_duration_that_is_no_number_is_refused() {
    check(
        CALLS,
        "duration: s(10)",
        "duration: s(NaN)",
        expect![[r#"
        e.ron:23:29: NaN is outside the range of a span of time: 0 to h(87600), ten years
        23 |     warmup: s(2), duration: s(NaN), replications: 3,
           |                             ^^^^^^
          = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)
    "#]],
    );
}

#[test]
fn a_negative_duration_is_refused() {
    check(
        CALLS,
        "duration: s(10)",
        "duration: s(-1)",
        expect![[r#"
        e.ron:23:29: -1 is outside the range of a span of time: 0 to h(87600), ten years
        23 |     warmup: s(2), duration: s(-1), replications: 3,
           |                             ^^^^^
          = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)
    "#]],
    );
}

#[test]
fn a_call_rate_of_zero_is_refused() {
    check(
        CALLS,
        "per_h(60)",
        "per_h(0)",
        expect![[r#"
        e.ron:21:47: 0 is outside the range of a rate of events: above zero, per_s(1e-9) to per_s(1e9)
        21 |     workload: (calls: demands(per_subscriber: per_h(0)), holding: exponential(mean: s(5))),
           |                                               ^^^^^^^^
          = allowed: per_s(12), per_min(3), per_h(2)
    "#]],
    );
}

#[test]
fn a_link_rate_of_zero_is_refused() {
    check(
        CALLS,
        "rate: mbps(10)",
        "rate: mbps(0)",
        expect![[r#"
        e.ron:6:26: 0 is outside the range of a bit rate: bps(1) to gbps(1000000)
        6 |         defaults: (rate: mbps(0), queue: ms(100), mtu: octets(1500)),
          |                          ^^^^^^^
          = allowed: bps(9600), kbps(9.6), mbps(100), gbps(1), unlimited
    "#]],
    );
}

#[test]
fn a_probability_above_one_is_refused() {
    check(
        LOSSY,
        "p(0.3)",
        "p(1.3)",
        expect![[r#"
        e.ron:6:75: 1.3 is outside the range of a probability: p(0) to p(1)
        6 |     factors: [(name: "loss", set: "topology.links.*.loss", values: [p(0), p(1.3)])],
          |                                                                           ^^^^^^
          = allowed: percent(1), p(0.01), per_million(50), gilbert_elliott(to_bad: per_s(0.02), to_good: per_s(0.2), good: percent(0), bad: percent(100))
    "#]],
    );
}

#[test]
fn a_value_without_a_unit_is_refused() {
    check(
        CALLS,
        "duration: s(10)",
        "duration: 10",
        expect![[r#"
        e.ron:23:29: expected a span of time with its unit
        23 |     warmup: s(2), duration: 10, replications: 3,
           |                             ^^
          = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)
    "#]],
    );
}

#[test]
fn four_billion_subscribers_are_refused() {
    check(
        CALLS,
        "total: 60",
        "total: 4000000000",
        expect![[r#"
        e.ron:16:41: 4000000000 subscribers; at most 10000000 are allowed
        16 |         subscribers: apportioned(total: 4000000000, by: "demand"),
           |                                         ^^^^^^^^^^

        e.ron:21:47: some 800000000 calls in a run; at most 100000000 are allowed
        21 |     workload: (calls: demands(per_subscriber: per_h(60)), holding: exponential(mean: s(5))),
           |                                               ^^^^^^^^^
    "#]],
    );
}

#[test]
fn more_subscribers_than_32_bits_are_refused() {
    check(
        CALLS,
        "total: 60",
        "total: 99999999999",
        expect![[r#"
        e.ron:16:41: 99999999999 subscribers; at most 10000000 are allowed
        16 |         subscribers: apportioned(total: 99999999999, by: "demand"),
           |                                         ^^^^^^^^^^^

        e.ron:21:47: some 20000000000 calls in a run; at most 100000000 are allowed
        21 |     workload: (calls: demands(per_subscriber: per_h(60)), holding: exponential(mean: s(5))),
           |                                               ^^^^^^^^^
    "#]],
    );
}

#[test]
fn an_unreachable_node_is_named() {
    check(
        CALLS,
        "(between: (\"Jena\", \"Kiel\"), propagation: ms(3)),\n            (between: (\"Kiel\", \"Ulm\"), propagation: ms(4), loss: percent(2)),",
        "",
        expect![[r#"
            e.ron:7:84: node `Kiel` cannot be reached from `Ulm`
            7 |         nodes: [(name: "Ulm", at: (48.4, 10.0)), (name: "Jena", at: (50.9, 11.6)), (name: "Kiel", at: (54.3, 10.1))],
              |                                                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        "#]],
    );
}

#[test]
fn a_factor_whose_path_leads_nowhere_is_refused() {
    check(
        CALLS,
        "set: \"proxies.service_time\"",
        "set: \"proxies.servce_time\"",
        expect![[r#"
            e.ron:22:70: unknown field `servce_time`
            22 |     factors: [(name: "service", set: "proxies.servce_time", values: [fixed(ms(1)), fixed(ms(20))])],
               |                                                                      ^^^^^^^^^^^^
              = allowed: cores, service_time, by_class, queue, sites, timers, compression, failover
              = did you mean `service_time`?

            e.ron:22:84: unknown field `servce_time`
            22 |     factors: [(name: "service", set: "proxies.servce_time", values: [fixed(ms(1)), fixed(ms(20))])],
               |                                                                                    ^^^^^^^^^^^^^
              = allowed: cores, service_time, by_class, queue, sites, timers, compression, failover
              = did you mean `service_time`?
        "#]],
    );
}

#[test]
fn a_plan_that_explodes_is_refused_before_it_is_multiplied_out() {
    let values = (1..=100).map(|n| format!("ms({n})")).collect::<Vec<_>>().join(", ");
    let factor = |name, set| format!("(name: \"{name}\", set: \"{set}\", values: [{values}])");
    let factors = [factor("a", "topology.links.0.propagation"), factor("b", "topology.links.1.propagation")];
    check(
        CALLS,
        "factors: [",
        &format!("factors: [{}, ", factors.join(", ")),
        expect![[r#"
        e.ron:22:14: the factors make 20000 cells; at most 4096 are allowed
        22 |     factors: [(name: "a", set: "topology.links.0.propagation", values: [ms(1), ms(2), ms(3), ms(4), ms(5), ms(6), ms(7), ms(8), ms(9), ms(10), ms(11), ms(12), m
           |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#]],
    );
}

#[test]
fn a_truncated_text_shows_what_is_not_closed() {
    let half = &SCRIPT[..SCRIPT.find("workload").unwrap()];
    check(
        half,
        half,
        half,
        expect![[r#"
        e.ron:1:1: this bracket is never closed
        1 | (
          | ^
    "#]],
    );
}

#[test]
fn an_empty_file_is_refused() {
    check(
        "",
        "",
        "",
        expect![[r#"
        e.ron:1:1: the file is empty
    "#]],
    );
}

#[test]
fn what_is_no_ron_at_all_is_refused() {
    check(
        "To be, or not to be",
        "",
        "",
        expect![[r#"
        e.ron:1:3: expected struct `Experiment` but found `To`
        1 | To be, or not to be
          |   ^
    "#]],
    );
}

#[test]
fn a_missing_topology_names_those_that_are_built_in() {
    check(
        LOSSY,
        "file(\"two-hosts.ron\")",
        "file(\"two-host.ron\")",
        expect![[r#"
        e.ron:4:15: topology: there is no file `two-host.ron`
        4 |     topology: file("two-host.ron"),
          |               ^^^^^^^^^^^^^^^^^^^^
          = allowed: file("germany50.ron"), file("two-hosts.ron")
          = did you mean `two-hosts.ron`?
    "#]],
    );
}

#[test]
fn several_mistakes_are_told_at_once() {
    let text = CALLS.replace("central(\"Jena\")", "central(\"Bonn\")").replace("lines: 1", "lines: 0");
    check(
        &text,
        "duration: s(10)",
        "duration: s(0)",
        expect![[r#"
        e.ron:23:29: a duration of zero measures nothing
        23 |     warmup: s(2), duration: s(0), replications: 3,
           |                             ^^^^

        e.ron:20:80: the topology has no node "Bonn"
        20 |     proxies: (cores: 1, service_time: exponential(mean: ms(4)), sites: central("Bonn")),
           |                                                                                ^^^^^^
    "#]],
    );
}

#[test]
fn octets_that_are_not_utf8_are_shown_where_they_stand() {
    let mut octets = CALLS.as_bytes().to_vec();
    let at = CALLS.find("three-cities").unwrap();
    octets[at] = 0xff;
    let bench = Bench::with("e.ron", octets);
    expect![[r#"
        e.ron:2:12: octet 0xff is not UTF-8
        2 |     name: "
          |            ^
    "#]]
    .assert_eq(&refused(&bench, &["run", "e.ron"]).err);
}

#[test]
fn a_file_without_end_is_refused() {
    let said = refused(&Bench::new(), &["run", "/dev/zero"]);
    assert_eq!(said.err, "/dev/zero:1:1: the file is larger than 8 MiB\n");
}

#[test]
fn deep_nesting_is_refused() {
    let bench = Bench::with("e.ron", "(".repeat(1_000_000));
    let said = refused(&bench, &["run", "e.ron"]);
    assert!(said.err.starts_with("e.ron:1:"), "{}", said.err);
    assert!(said.err.len() < 2_000, "a line of a million characters is shown in part");
}

#[test]
fn what_commands_a_terminal_is_made_harmless() {
    let bench = Bench::with("e.ron", CALLS.replace("central(\"Jena\")", "central(\"\u{1b}[2JJena\")"));
    let said = refused(&bench, &["run", "e.ron"]);
    assert!(!said.err.contains('\u{1b}'), "{:?}", said.err);
}

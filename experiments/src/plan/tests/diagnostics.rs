//! Each mistake with the words in which it is shown.

use crate::fixture::{LOSS, SCRIPT, STRATEGIES, planned, planned_with};
use expect_test::{Expect, expect};

/// The experiment of strategies with one piece of text in the place of another.
fn strategies(from: &str, to: &str) -> String {
    assert!(STRATEGIES.contains(from), "{from}");
    STRATEGIES.replacen(from, to, 1)
}

fn script(from: &str, to: &str) -> String {
    assert!(SCRIPT.contains(from), "{from}");
    SCRIPT.replacen(from, to, 1)
}

/// Asserts what is shown of a text that is wrong.
fn check(text: &str, expected: Expect) {
    let shown = planned(text, &[]).map(|_| "no mistake found".to_owned()).unwrap_or_else(|shown| shown);
    expected.assert_eq(&shown);
}

#[test]
fn unknown_fields_are_shown_with_the_nearest() {
    check(
        &strategies("warmup", "warm_up"),
        expect![[r#"
        test.ron:13:5: unknown field `warm_up`
        13 |     warm_up: s(30), duration: min(1), replications: 3,
           |     ^^^^^^^
          = allowed: name, question, seed, topology, population, agents, proxies, dns, workload, faults, warmup, duration, factors, replications, metrics, plots, service_levels, expect, related
          = did you mean `warmup`?"#]],
    );
}

#[test]
fn four_billion_subscribers_are_refused() {
    check(
        &strategies("total: 2000", "total: 4000000000"),
        expect![[r#"
        test.ron:5:51: 4000000000 subscribers; at most 10000000 are allowed
        5 |     population: [(subscribers: apportioned(total: 4000000000, by: "demand"), register: (expires: h(1)))],
          |                                                   ^^^^^^^^^^

        test.ron:7:47: some 400000000 calls in a run; at most 100000000 are allowed
        7 |     workload: (calls: demands(per_subscriber: per_h(4)), holding: exponential(mean: s(120))),
          |                                               ^^^^^^^^"#]],
    );
    check(
        &strategies("total: 2000", "total: 99999999999999999999999"),
        expect![[r#"
        test.ron:5:51: the number is out of the range of its type
        5 |     population: [(subscribers: apportioned(total: 99999999999999999999999, by: "demand"), register: (expires: h(1)))],
          |                                                   ^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn zero_rates_and_nan_are_refused_where_they_stand() {
    check(
        &strategies("per_subscriber: per_h(4)", "per_subscriber: per_h(0)"),
        expect![[r#"
        test.ron:7:47: 0 is outside the range of a rate of events: above zero, per_s(1e-9) to per_s(1e9)
        7 |     workload: (calls: demands(per_subscriber: per_h(0)), holding: exponential(mean: s(120))),
          |                                               ^^^^^^^^
          = allowed: per_s(12), per_min(3), per_h(2)"#]],
    );
    check(
        &strategies("mean: ms(18)", "mean: ms(NaN)"),
        expect![[r#"
        test.ron:6:57: NaN is outside the range of a span of time: 0 to h(87600), ten years
        6 |     proxies: (cores: 4, service_time: exponential(mean: ms(NaN)), sites: central("Frankfurt")),
          |                                                         ^^^^^^^
          = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)"#]],
    );
    check(
        &strategies("percent(1)", "percent(101)"),
        expect![[r#"
        test.ron:10:75: 101 is outside the range of a probability: p(0) to p(1)
        10 |         (name: "loss", set: "topology.links.*.loss", values: [percent(0), percent(101)]),
           |                                                                           ^^^^^^^^^^^^
          = allowed: percent(1), p(0.01), per_million(50), gilbert_elliott(to_bad: per_s(0.02), to_good: per_s(0.2), good: percent(0), bad: percent(100))"#]],
    );
    check(
        &strategies("quantile: 0.95", "quantile: NaN"),
        expect![[r#"
        test.ron:15:50: a quantile lies between 0 and 1
        15 |         (metric: "post_dial_delay_ms", quantile: NaN, at_most: 2000, judge: where(loss: percent(0), load: per_h(1))),
           |                                                  ^^^
          = allowed: 0.95"#]],
    );
}

#[test]
fn a_number_without_its_unit_is_refused() {
    check(
        &strategies("duration: min(1)", "duration: 60"),
        expect![[r#"
        test.ron:13:30: expected a span of time with its unit
        13 |     warmup: s(30), duration: 60, replications: 3,
           |                              ^^
          = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)"#]],
    );
}

#[test]
fn unknown_places_are_shown_with_the_nearest() {
    check(
        &strategies("central(\"Frankfurt\")", "central(\"Franfurt\")"),
        expect![[r#"
            test.ron:6:81: the topology has no node "Franfurt"
            6 |     proxies: (cores: 4, service_time: exponential(mean: ms(18)), sites: central("Franfurt")),
              |                                                                                 ^^^^^^^^^^
              = did you mean `Frankfurt`?"#]],
    );
    check(
        &strategies("germany50.ron", "germany5.ron"),
        expect![[r#"
        test.ron:4:15: topology: there is no file `germany5.ron`
        4 |     topology: file("germany5.ron"),
          |               ^^^^^^^^^^^^^^^^^^^^
          = allowed: file("germany50.ron"), file("two-hosts.ron")
          = did you mean `germany50.ron`?"#]],
    );
    check(
        &script("at: \"b\"", "at: \"c\""),
        expect![[r#"
        test.ron:8:62: the topology has no node "c"
        8 |     agents: [ua(name: "alice", at: "a"), ua(name: "bob", at: "c", answers: after(fixed(s(2))))],
          |                                                              ^^^"#]],
    );
}

#[test]
fn unknown_classes_of_messages_are_shown_with_the_nearest() {
    check(
        &strategies("cores: 4,", "cores: 4, by_class: [(class: \"INVTE\", service_time: fixed(ms(1)))],"),
        expect![[r#"
            test.ron:6:44: no message is of the class "INVTE"
            6 |     proxies: (cores: 4, by_class: [(class: "INVTE", service_time: fixed(ms(1)))], service_time: exponential(mean: ms(18)), sites: central("Frankfurt")),
              |                                            ^^^^^^^
              = allowed: "INVITE", "2xx", "2xx (INVITE)"
              = did you mean `INVITE`?"#]],
    );
}

#[test]
fn unknown_agents_and_links_are_shown_with_the_nearest() {
    check(
        &script("to: \"bob\"", "to: \"bop\""),
        expect![[r#"
            test.ron:9:61: there is no user agent "bop"
            9 |     workload: (calls: script([(at: s(0), from: "alice", to: "bop", holding: s(10))])),
              |                                                             ^^^^^
              = did you mean `bob`?"#]],
    );
    check(
        &script("link: \"a-b\"", "link: \"ab\""),
        expect![[r#"
        test.ron:10:25: the topology has no link "ab"
        10 |     faults: [drop(link: "ab", message: "INVITE")],
           |                         ^^^^
          = did you mean `a-b`?"#]],
    );
    check(
        &script("ua(name: \"alice\", at: \"a\")", "ua(name: \"alice\", at: \"a\", via: \"pcscf\")"),
        expect![[r#"
            test.ron:8:46: there is no proxy agent "pcscf"
            8 |     agents: [ua(name: "alice", at: "a", via: "pcscf"), ua(name: "bob", at: "b", answers: after(fixed(s(2))))],
              |                                              ^^^^^^^"#]],
    );
}

#[test]
fn names_are_given_once() {
    check(
        &script("name: \"bob\"", "name: \"alice\""),
        expect![[r#"
            test.ron:8:51: there are two agents "alice"
            8 |     agents: [ua(name: "alice", at: "a"), ua(name: "alice", at: "b", answers: after(fixed(s(2))))],
              |                                                   ^^^^^^^

            test.ron:9:61: there is no user agent "bob"
            9 |     workload: (calls: script([(at: s(0), from: "alice", to: "bob", holding: s(10))])),
              |                                                             ^^^^^"#]],
    );
    check(
        &strategies("name: \"loss\"", "name: \"load\""),
        expect![[r#"
        test.ron:11:16: there are two factors "load"
        11 |         (name: "load", set: "workload.calls.per_subscriber", values: [per_h(1), per_h(2), per_h(4)]),
           |                ^^^^^^

        test.ron:15:90: there is no factor "loss"
        15 |         (metric: "post_dial_delay_ms", quantile: 0.95, at_most: 2000, judge: where(loss: percent(0), load: per_h(1))),
           |                                                                                          ^^^^^^^^^^
          = did you mean `load`?

        test.ron:15:108: per_h(1) is no value of factor "load"
        15 |         (metric: "post_dial_delay_ms", quantile: 0.95, at_most: 2000, judge: where(loss: percent(0), load: per_h(1))),
           |                                                                                                            ^^^^^^^^
          = allowed: percent(0), percent(1)"#]],
    );
    check(
        &strategies("percent(0), percent(1)", "percent(0), percent(0)"),
        expect![[r#"
        test.ron:10:75: the value percent(0) is given twice
        10 |         (name: "loss", set: "topology.links.*.loss", values: [percent(0), percent(0)]),
           |                                                                           ^^^^^^^^^^"#]],
    );
    check(
        &strategies("[\"Berlin\", \"Frankfurt\"]", "[\"Berlin\", \"Berlin\"]"),
        expect![[r#"
        test.ron:9:80: the site "Berlin" is given twice
        9 |         (name: "routing", set: "proxies.sites", values: [central("Frankfurt"), shared(["Berlin", "Berlin"])]),
          |                                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_factor_needs_a_path_that_leads_somewhere() {
    check(
        &strategies("set: \"proxies.sites\"", "set: \"proxies.site.x\""),
        expect![[r#"
        test.ron:9:32: path `proxies.site.x`: there is no `site` here
        9 |         (name: "routing", set: "proxies.site.x", values: [central("Frankfurt"), shared(["Berlin", "Frankfurt"])]),
          |                                ^^^^^^^^^^^^^^^^
          = allowed: cores, service_time, sites
          = did you mean `sites`?"#]],
    );
    check(
        &strategies("topology.links.*.loss", "topology.lonks.*.loss"),
        expect![[r#"
            test.ron:10:29: path `topology.lonks.*.loss`: there is no `lonks` here
            10 |         (name: "loss", set: "topology.lonks.*.loss", values: [percent(0), percent(1)]),
               |                             ^^^^^^^^^^^^^^^^^^^^^^^
              = allowed: name, source, defaults, nodes, links, demands
              = did you mean `links`?"#]],
    );
    check(
        &strategies("set: \"proxies.sites\"", "set: \"replications\""),
        expect![[r#"
        test.ron:9:32: `replications` is the same in all cells
        9 |         (name: "routing", set: "replications", values: [central("Frankfurt"), shared(["Berlin", "Frankfurt"])]),
          |                                ^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_wrong_value_of_a_factor_is_shown_where_it_stands() {
    check(
        &strategies("per_h(2), per_h(4)]", "per_h(2), ms(4)]"),
        expect![[r#"
        test.ron:11:91: unknown value `ms`
        11 |         (name: "load", set: "workload.calls.per_subscriber", values: [per_h(1), per_h(2), ms(4)]),
           |                                                                                           ^^^^^
          = allowed: per_s, per_min, per_h"#]],
    );
    check(
        &strategies("shared([\"Berlin\", \"Frankfurt\"])", "shared([\"Berlin\", \"Bonn\", \"Ulm\"])"),
        expect![[r#"
            test.ron:9:80: 4 cores cannot be shared out evenly over 3 sites
            9 |         (name: "routing", set: "proxies.sites", values: [central("Frankfurt"), shared(["Berlin", "Bonn", "Ulm"])]),
              |                                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            test.ron:9:80: 1000 waiting places cannot be shared out evenly over 3 sites
            9 |         (name: "routing", set: "proxies.sites", values: [central("Frankfurt"), shared(["Berlin", "Bonn", "Ulm"])]),
              |                                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            test.ron:9:80: the topology has no node "Bonn"
            9 |         (name: "routing", set: "proxies.sites", values: [central("Frankfurt"), shared(["Berlin", "Bonn", "Ulm"])]),
              |                                                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn too_many_cells_are_refused_before_anything_is_multiplied_out() {
    let values: String = (1..=100).map(|n| format!("per_h({n}),")).collect();
    let long = strategies("[per_h(1), per_h(2), per_h(4)]", &format!("[{values}]"));
    let more = (0..40)
        .map(|i| format!("(name: \"f{i}\", set: \"x{i}\", values: [1, 2, 3, 4]),"))
        .collect::<String>();
    let astronomic = long.replace("factors: [", &format!("factors: [{more}"));
    check(
        &astronomic,
        expect![[r#"
        test.ron:8:14: the factors make more than 2^64 cells; at most 4096 are allowed
        8 |     factors: [(name: "f0", set: "x0", values: [1, 2, 3, 4]),(name: "f1", set: "x1", values: [1, 2, 3, 4]),(name: "f2", set: "x2", values: [1, 2, 3, 4]),(name: "
          |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    check(
        &strategies("replications: 3", "replications: 9999"),
        expect![[r#"
        test.ron:13:52: cells × replications make 119988 runs; at most 100000 are allowed
        13 |     warmup: s(30), duration: min(1), replications: 9999,
           |                                                    ^^^^"#]],
    );
}

#[test]
fn replications_are_a_sensible_number() {
    check(
        &strategies("replications: 3", "replications: 0"),
        expect![[r#"
        test.ron:13:52: the number of replications lies between 1 and 10000
        13 |     warmup: s(30), duration: min(1), replications: 0,
           |                                                    ^"#]],
    );
    check(
        &strategies("replications: 3", "replications: many"),
        expect![[r#"
        test.ron:13:52: expected a number of replications, or until(…)
        13 |     warmup: s(30), duration: min(1), replications: many,
           |                                                    ^^^^
          = allowed: 8, until(metric: "post_dial_delay_ms", relative_half_width: 0.05, at_most: 40)"#]],
    );
    check(
        &strategies(
            "replications: 3",
            "replications: until(metric: \"post_dial_delay\", relative_half_width: 2, at_most: 1)",
        ),
        expect![[r#"
            test.ron:13:52: the number of replications lies between 2 and 10000
            13 |     warmup: s(30), duration: min(1), replications: until(metric: "post_dial_delay", relative_half_width: 2, at_most: 1),
               |                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            test.ron:13:106: the relative half-width lies above 0 and up to 1
            13 |     warmup: s(30), duration: min(1), replications: until(metric: "post_dial_delay", relative_half_width: 2, at_most: 1),
               |                                                                                                          ^

            test.ron:13:66: there is no metric "post_dial_delay": `siplab list metrics` shows all
            13 |     warmup: s(30), duration: min(1), replications: until(metric: "post_dial_delay", relative_half_width: 2, at_most: 1),
               |                                                                  ^^^^^^^^^^^^^^^^^
              = did you mean `post_dial_delay_ms`?"#]],
    );
}

#[test]
fn a_mistake_that_only_a_combination_makes_names_its_cell() {
    let text =
        strategies("factors: [", "factors: [(name: \"cores\", set: \"proxies.cores\", values: [4, 5]),");
    // Five cores suit one site; two sites suit four cores.
    check(
        &text,
        expect![[r#"
        test.ron:8:14: 5 cores cannot be shared out evenly over 2 sites
        8 |     factors: [(name: "cores", set: "proxies.cores", values: [4, 5]),
          |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = note: in cell 18: 5, shared(["Berlin", "Frankfurt"]), percent(0), per_h(1)"#]],
    );
}

#[test]
fn a_duration_is_needed_and_not_zero() {
    check(
        &strategies("duration: min(1), ", ""),
        expect![[r#"
        test.ron:1:1: field `duration` is missing: how long is measured
        1 | (
          | ^"#]],
    );
    check(
        &strategies("duration: min(1)", "duration: min(0)"),
        expect![[r#"
        test.ron:13:30: a duration of zero measures nothing
        13 |     warmup: s(30), duration: min(0), replications: 3,
           |                              ^^^^^^"#]],
    );
    check(
        &strategies("holding: exponential(mean: s(120))", ""),
        expect![[r#"
        test.ron:7:15: field `holding` is missing: how long calls last
        7 |     workload: (calls: demands(per_subscriber: per_h(4)), ),
          |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn what_serves_the_subscribers_is_needed() {
    let without = strategies(
        "proxies: (cores: 4, service_time: exponential(mean: ms(18)), sites: central(\"Frankfurt\")),",
        "",
    )
    .replace("(name: \"routing\", set: \"proxies.sites\", values: [central(\"Frankfurt\"), shared([\"Berlin\", \"Frankfurt\"])]),", "");
    check(
        &without,
        expect![[r#"
        test.ron:1:1: field `proxies` is missing: who serves the subscribers
        1 | (
          | ^"#]],
    );
}

#[test]
fn service_levels_are_complete_and_select_existing_cells() {
    check(
        &strategies("quantile: 0.95", "quantile: 95"),
        expect![[r#"
        test.ron:15:50: a quantile lies between 0 and 1
        15 |         (metric: "post_dial_delay_ms", quantile: 95, at_most: 2000, judge: where(loss: percent(0), load: per_h(1))),
           |                                                  ^^
          = allowed: 0.95"#]],
    );
    check(
        &strategies("post_dial_delay_ms", "post_dail_delay_ms"),
        expect![[r#"
        test.ron:15:18: there is no metric "post_dail_delay_ms": `siplab list metrics` shows all
        15 |         (metric: "post_dail_delay_ms", quantile: 0.95, at_most: 2000, judge: where(loss: percent(0), load: per_h(1))),
           |                  ^^^^^^^^^^^^^^^^^^^^
          = did you mean `post_dial_delay_ms`?"#]],
    );
    check(
        &strategies("at_most: 2000, ", ""),
        expect![[r#"
        test.ron:15:9: a service level has one limit
        15 |         (metric: "post_dial_delay_ms", quantile: 0.95, judge: where(loss: percent(0), load: per_h(1))),
           |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = allowed: at_most: …, at_least: …"#]],
    );
    check(
        &strategies("where(loss: percent(0)", "where(loss: percent(3)"),
        expect![[r#"
        test.ron:15:90: percent(3) is no value of factor "loss"
        15 |         (metric: "post_dial_delay_ms", quantile: 0.95, at_most: 2000, judge: where(loss: percent(3), load: per_h(1))),
           |                                                                                          ^^^^^^^^^^
          = allowed: percent(0), percent(1)"#]],
    );
    check(
        &strategies("where(loss: percent(0)", "where(lost: percent(0)"),
        expect![[r#"
        test.ron:15:90: there is no factor "lost"
        15 |         (metric: "post_dial_delay_ms", quantile: 0.95, at_most: 2000, judge: where(lost: percent(0), load: per_h(1))),
           |                                                                                          ^^^^^^^^^^
          = did you mean `loss`?"#]],
    );
}

#[test]
fn files_that_are_named_have_to_be_there_and_right() {
    let table = script("after(fixed(s(2)))", "after(empirical(\"answers.csv\"))");
    check(
        &table,
        expect![[r#"
        test.ron:8:76: there is no file `answers.csv`
        8 |     agents: [ua(name: "alice", at: "a"), ua(name: "bob", at: "b", answers: after(empirical("answers.csv")))],
          |                                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^"#]],
    );
    let shown = planned_with(&table, &[("answers.csv", "1.5\nsoon\n")]).unwrap_err();
    expect![[r#"
        answers.csv:2:1: expected a number of seconds
        2 | soon
          | ^^^^"#]]
    .assert_eq(&shown);
    assert!(planned_with(&table, &[("answers.csv", "1.5\n2\n")]).is_ok());
    check(
        &script(
            "metric(name: \"session_establishment_ratio\", relation: equal, value: 1)",
            "ladder(\"x.ladder\")",
        ),
        expect![[r#"
            test.ron:12:14: there is no file `x.ladder`
            12 |     expect: [ladder("x.ladder")],
               |              ^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn probes_stand_alone() {
    check(
        &LOSS.replace("replications: 2", "duration: s(10), replications: 2"),
        expect![[r#"
        test.ron:10:15: a probe ends after its trials: leave `duration` out
        10 |     duration: s(10), replications: 2,
           |               ^^^^^"#]],
    );
    check(
        &LOSS.replace("trials: 1000", "trials: 0"),
        expect![[r#"
        test.ron:5:60: the number of trials lies between 1 and 100000000
        5 |     workload: (calls: loss_probe(case: non_invite, trials: 0)),
          |                                                            ^"#]],
    );
    check(
        &LOSS.replace("two-hosts.ron", "germany50.ron"),
        expect![[r#"
        test.ron:4:15: a loss probe needs two nodes and one link
        4 |     topology: file("germany50.ron"),
          |               ^^^^^^^^^^^^^^^^^^^^^"#]],
    );
}

#[test]
fn a_line_that_only_grows_is_refused() {
    check(
        "(name: \"q\", question: \"?\", workload: (calls: queue_probe(arrivals: per_s(2), service: fixed(s(1)), servers: 2, jobs: 10)))",
        expect![[r#"
            test.ron:1:68: the load reaches the servers' capacity: without `places` the line only grows
            1 | (name: "q", question: "?", workload: (calls: queue_probe(arrivals: per_s(2), service: fixed(s(1)), servers: 2, jobs: 10)))
              |                                                                    ^^^^^^^^"#]],
    );
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let text = STRATEGIES
        .replace("name: \"small\"", "name: \"very small\"")
        .replace("cores: 4", "cores: 0")
        .replace("min(1)", "min(0)");
    let shown = planned(&text, &[]).unwrap_err();
    let first_lines: Vec<&str> = shown.lines().filter(|line| line.starts_with("test.ron")).collect();
    expect![[r#"
        test.ron:2:11: a name is 1 to 64 letters, digits, hyphens and underscores
        test.ron:13:30: a duration of zero measures nothing
        test.ron:6:22: the number of cores lies between 1 and 100000"#]]
    .assert_eq(&first_lines.join("\n"));
}

#[test]
fn an_override_is_blamed_by_its_own_words() {
    let blamed = |argument: &str, expected: Expect| {
        expected.assert_eq(&planned(STRATEGIES, &[argument]).map(|_| ()).unwrap_err());
    };
    blamed(
        "proxies.corse=8",
        expect![[r#"
            --set:1:1: unknown field `corse`
            1 | proxies.corse=8
              | ^^^^^^^^^^^^^
              = allowed: cores, service_time, by_class, queue, sites, timers, compression, failover
              = did you mean `cores`?"#]],
    );
    blamed(
        "proxies.cores=many",
        expect![[r#"
        --set:1:15: expected a number
        1 | proxies.cores=many
          |               ^^^^"#]],
    );
    blamed(
        "proxies.cores=0",
        expect![[r#"
        test.ron:6:22: the number of cores lies between 1 and 100000
        6 |     proxies: (cores: 0, service_time: exponential(mean: ms(18)), sites: central("Frankfurt")),
          |                      ^"#]],
    );
    blamed(
        "proxies.cores",
        expect![[r#"
        --set:1:1: expected PATH=VALUE
        1 | proxies.cores
          | ^^^^^^^^^^^^^
          = allowed: PATH=VALUE, such as proxies.cores=8"#]],
    );
    blamed(
        "proxies.cores=",
        expect![[r#"
        --set:1:15: the value is missing
        1 | proxies.cores=
          |               ^
          = allowed: PATH=VALUE, such as proxies.cores=8"#]],
    );
    blamed(
        "topology.links.*.loss=percent(200)",
        expect![[r#"
        --set:1:23: 200 is outside the range of a probability: p(0) to p(1)
        1 | topology.links.*.loss=percent(200)
          |                       ^^^^^^^^^^^^
          = allowed: percent(1), p(0.01), per_million(50), gilbert_elliott(to_bad: per_s(0.02), to_good: per_s(0.2), good: percent(0), bad: percent(100))"#]],
    );
    blamed(
        "topology.link.*.loss=percent(2)",
        expect![[r#"
            --set:1:1: path `topology.link.*.loss`: there is no `link` here
            1 | topology.link.*.loss=percent(2)
              | ^^^^^^^^^^^^^^^^^^^^
              = allowed: name, source, defaults, nodes, links, demands
              = did you mean `links`?"#]],
    );
    blamed(
        "workload.calls=demands(per_subscriber: per_h(4)",
        expect![[r#"
            --set:1:23: this bracket is never closed
            1 | workload.calls=demands(per_subscriber: per_h(4)
              |                       ^"#]],
    );
}

#[test]
fn even_the_most_absurd_input_is_refused_in_no_time() {
    // What a scan of the text and a handful of parses cost; a plan of these cells would take hours.
    let values = "1,".repeat(200_000);
    let text = strategies("[percent(0), percent(1)]", &format!("[{values}]"));
    let shown = planned(&text, &[]).unwrap_err();
    assert!(shown.lines().count() < 400, "{} lines", shown.lines().count());
}

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
    check(&strategies("warmup", "warm_up"), expect![[r#""#]]);
}

#[test]
fn four_billion_subscribers_are_refused() {
    check(&strategies("total: 2000", "total: 4000000000"), expect![[r#""#]]);
    check(&strategies("total: 2000", "total: 99999999999999999999999"), expect![[r#""#]]);
}

#[test]
fn zero_rates_and_nan_are_refused_where_they_stand() {
    check(&strategies("per_subscriber: per_h(4)", "per_subscriber: per_h(0)"), expect![[r#""#]]);
    check(&strategies("mean: ms(18)", "mean: ms(NaN)"), expect![[r#""#]]);
    check(&strategies("percent(1)", "percent(101)"), expect![[r#""#]]);
    check(&strategies("quantile: 0.95", "quantile: NaN"), expect![[r#""#]]);
}

#[test]
fn a_number_without_its_unit_is_refused() {
    check(&strategies("duration: min(1)", "duration: 60"), expect![[r#""#]]);
}

#[test]
fn unknown_places_are_shown_with_the_nearest() {
    check(&strategies("central(\"Frankfurt\")", "central(\"Franfurt\")"), expect![[r#""#]]);
    check(&strategies("germany50.ron", "germany5.ron"), expect![[r#""#]]);
    check(&script("at: \"b\"", "at: \"c\""), expect![[r#""#]]);
}

#[test]
fn unknown_agents_and_links_are_shown_with_the_nearest() {
    check(&script("to: \"bob\"", "to: \"bop\""), expect![[r#""#]]);
    check(&script("link: \"a-b\"", "link: \"ab\""), expect![[r#""#]]);
    check(
        &script("ua(name: \"alice\", at: \"a\")", "ua(name: \"alice\", at: \"a\", via: \"pcscf\")"),
        expect![[r#""#]],
    );
}

#[test]
fn names_are_given_once() {
    check(&script("name: \"bob\"", "name: \"alice\""), expect![[r#""#]]);
    check(&strategies("name: \"loss\"", "name: \"load\""), expect![[r#""#]]);
    check(&strategies("percent(0), percent(1)", "percent(0), percent(0)"), expect![[r#""#]]);
    check(&strategies("[\"Berlin\", \"Frankfurt\"]", "[\"Berlin\", \"Berlin\"]"), expect![[r#""#]]);
}

#[test]
fn a_factor_needs_a_path_that_leads_somewhere() {
    check(&strategies("set: \"proxies.sites\"", "set: \"proxies.site.x\""), expect![[r#""#]]);
    check(&strategies("topology.links.*.loss", "topology.lonks.*.loss"), expect![[r#""#]]);
    check(&strategies("set: \"proxies.sites\"", "set: \"replications\""), expect![[r#""#]]);
}

#[test]
fn a_wrong_value_of_a_factor_is_shown_where_it_stands() {
    check(&strategies("per_h(2), per_h(4)]", "per_h(2), ms(4)]"), expect![[r#""#]]);
    check(
        &strategies("shared([\"Berlin\", \"Frankfurt\"])", "shared([\"Berlin\", \"Bonn\", \"Ulm\"])"),
        expect![[r#""#]],
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
    check(&astronomic, expect![[r#""#]]);
    check(&strategies("replications: 3", "replications: 9999"), expect![[r#""#]]);
}

#[test]
fn replications_are_a_sensible_number() {
    check(&strategies("replications: 3", "replications: 0"), expect![[r#""#]]);
    check(&strategies("replications: 3", "replications: many"), expect![[r#""#]]);
    check(
        &strategies(
            "replications: 3",
            "replications: until(metric: \"post_dial_delay\", relative_half_width: 2, at_most: 1)",
        ),
        expect![[r#""#]],
    );
}

#[test]
fn a_mistake_that_only_a_combination_makes_names_its_cell() {
    let text =
        strategies("factors: [", "factors: [(name: \"cores\", set: \"proxies.cores\", values: [4, 5]),");
    // Five cores suit one site; two sites suit four cores.
    check(&text, expect![[r#""#]]);
}

#[test]
fn a_duration_is_needed_and_not_zero() {
    check(&strategies("duration: min(1), ", ""), expect![[r#""#]]);
    check(&strategies("duration: min(1)", "duration: min(0)"), expect![[r#""#]]);
    check(&strategies("holding: exponential(mean: s(120))", ""), expect![[r#""#]]);
}

#[test]
fn what_serves_the_subscribers_is_needed() {
    let without = strategies(
        "proxies: (cores: 4, service_time: exponential(mean: ms(18)), sites: central(\"Frankfurt\")),",
        "",
    )
    .replace("(name: \"routing\", set: \"proxies.sites\", values: [central(\"Frankfurt\"), shared([\"Berlin\", \"Frankfurt\"])]),", "");
    check(&without, expect![[r#""#]]);
}

#[test]
fn service_levels_are_complete_and_select_existing_cells() {
    check(&strategies("quantile: 0.95", "quantile: 95"), expect![[r#""#]]);
    check(&strategies("post_dial_delay_ms", "post_dail_delay_ms"), expect![[r#""#]]);
    check(&strategies("at_most: 2000, ", ""), expect![[r#""#]]);
    check(&strategies("where(loss: percent(0)", "where(loss: percent(3)"), expect![[r#""#]]);
    check(&strategies("where(loss: percent(0)", "where(lost: percent(0)"), expect![[r#""#]]);
}

#[test]
fn files_that_are_named_have_to_be_there_and_right() {
    let table = script("after(fixed(s(2)))", "after(empirical(\"answers.csv\"))");
    check(&table, expect![[r#""#]]);
    let shown = planned_with(&table, &[("answers.csv", "1.5\nsoon\n")]).unwrap_err();
    expect![[r#""#]].assert_eq(&shown);
    assert!(planned_with(&table, &[("answers.csv", "1.5\n2\n")]).is_ok());
    check(
        &script(
            "metric(name: \"session_establishment_ratio\", relation: equal, value: 1)",
            "ladder(\"x.ladder\")",
        ),
        expect![[r#""#]],
    );
}

#[test]
fn probes_stand_alone() {
    check(&LOSS.replace("replications: 2", "duration: s(10), replications: 2"), expect![[r#""#]]);
    check(&LOSS.replace("trials: 1000", "trials: 0"), expect![[r#""#]]);
    check(&LOSS.replace("two-hosts.ron", "germany50.ron"), expect![[r#""#]]);
}

#[test]
fn a_line_that_only_grows_is_refused() {
    check(
        "(name: \"q\", question: \"?\", workload: (calls: queue_probe(arrivals: per_s(2), service: fixed(s(1)), servers: 2, jobs: 10)))",
        expect![[r#""#]],
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
    expect![[r#""#]].assert_eq(&first_lines.join("\n"));
}

#[test]
fn an_override_is_blamed_by_its_own_words() {
    let blamed = |argument: &str, expected: Expect| {
        expected.assert_eq(&planned(STRATEGIES, &[argument]).map(|_| ()).unwrap_err());
    };
    blamed("proxies.corse=8", expect![[r#""#]]);
    blamed("proxies.cores=many", expect![[r#""#]]);
    blamed("proxies.cores=0", expect![[r#""#]]);
    blamed("proxies.cores", expect![[r#""#]]);
    blamed("proxies.cores=", expect![[r#""#]]);
    blamed("topology.links.*.loss=percent(200)", expect![[r#""#]]);
    blamed("topology.link.*.loss=percent(2)", expect![[r#""#]]);
    blamed("workload.calls=demands(per_subscriber: per_h(4)", expect![[r#""#]]);
}

#[test]
fn even_the_most_absurd_input_is_refused_in_no_time() {
    // What a scan of the text and a handful of parses cost; a plan of these cells would take hours.
    let values = "1,".repeat(200_000);
    let text = strategies("[percent(0), percent(1)]", &format!("[{values}]"));
    let shown = planned(&text, &[]).unwrap_err();
    assert!(shown.lines().count() < 400, "{} lines", shown.lines().count());
}

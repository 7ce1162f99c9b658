//! What a run prints, and its verdict.

use serde_json::Value;

use super::harness::{Bench, CALLS, LOSSY, SCRIPT};

#[test]
fn the_summary_fits_a_hundred_columns() {
    for text in [CALLS, LOSSY, SCRIPT] {
        let bench = Bench::with("e.ron", text);
        let said = bench.siplab("run e.ron").ended(0);
        let wide: Vec<&str> = said.out.lines().filter(|line| line.chars().count() > 100).collect();
        assert_eq!(wide, [""; 0]);
    }
}

#[test]
fn the_last_lines_are_the_digest_and_the_path_of_the_report() {
    let bench = Bench::with("e.ron", CALLS);
    let said = bench.siplab("run e.ron").ended(0);
    let last: Vec<&str> = said.out.lines().rev().take(2).collect();
    assert_eq!(last[0], "report results/three-cities/report.html");
    assert_eq!(last[1].strip_prefix("digest ").map(str::len), Some(64));
    assert!(bench.path("results/three-cities/report.html").is_file());
}

#[test]
fn nothing_but_the_result_is_on_standard_output() {
    let bench = Bench::with("e.ron", LOSSY);
    let loud = bench.siplab("run e.ron").ended(0);
    let quiet = bench.siplab("run e.ron --quiet").ended(0);
    assert_eq!(loud.out, quiet.out);
    assert_eq!(quiet.err, "");
    assert!(!loud.err.contains('\u{1b}'), "no bar where there is no terminal: {:?}", loud.err);
}

#[test]
fn a_judged_level_that_is_missed_ends_with_1() {
    let bench = Bench::with("e.ron", CALLS.replace("at_most: 5000", "at_most: 1"));
    let said = bench.siplab("run e.ron").ended(1);
    assert!(said.out.contains("1 judged: 1 FAILED"), "{}", said.out);
}

#[test]
fn a_level_that_is_not_judged_decides_nothing() {
    let text = CALLS.replace("at_most: 5000", "at_most: 1");
    let text = text.replace(", judge: where(service: fixed(ms(20)))", "");
    let bench = Bench::with("e.ron", text);
    let said = bench.siplab("run e.ron").ended(0);
    assert!(said.out.contains("none is judged"), "{}", said.out);
}

#[test]
fn an_expectation_that_is_met_or_missed_decides() {
    let bench = Bench::with("e.ron", SCRIPT);
    let said = bench.siplab("run e.ron").ended(0);
    assert!(said.out.contains("expectations met: 1 of 1"), "{}", said.out);
    bench.put("e.ron", SCRIPT.replace("value: 1", "value: 0.5"));
    let said = bench.siplab("run e.ron").ended(1);
    assert!(said.out.contains("FAILED: expected session_establishment_ratio = 0.5"), "{}", said.out);
}

#[test]
fn a_golden_ladder_is_an_expectation() {
    let text = SCRIPT.replace("expect: [", "expect: [ladder(\"golden.ladder\"), ");
    let bench = Bench::with("e.ron", &text);
    bench.put("golden.ladder", GOLDEN);
    bench.siplab("run e.ron").ended(0);
    bench.put("golden.ladder", GOLDEN.replacen("500.0", "501.0", 1));
    let said = bench.siplab("run e.ron").ended(1);
    assert!(said.out.contains("expectations met: 1 of 2"), "{}", said.out);
}

const GOLDEN: &str = "\
ms         alice           bob
0.0        |--- INVITE ---x|
500.0      |--- INVITE --->|
510.0      |<---- 180 -----|
2510.0     |<---- 200 -----|
2520.0     |----- ACK ---->|
12520.0    |----- BYE ---->|
12530.0    |<---- 200 -----|
";

#[test]
fn laws_are_shown_beside_what_was_simulated() {
    let bench = Bench::with("e.ron", LOSSY);
    let said = bench.siplab("run e.ron").ended(0);
    for word in ["simulated", "law", "z", "laws that hold"] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
}

#[test]
fn json_has_the_numbers_of_the_table() {
    let bench = Bench::with("e.ron", CALLS);
    let said = bench.siplab("run e.ron --format json").ended(0);
    let object: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(object["experiment"], "three-cities");
    assert_eq!(object["verdict"], "met");
    assert_eq!(object["runs"], 6);
    assert_eq!(object["digest"].as_str().map(str::len), Some(64));
    assert_eq!(object["report"], "results/three-cities/report.html");
    assert_eq!(object["cells"].as_array().map(Vec::len), Some(2));
    let rows = object["summary"].as_array().unwrap();
    let delay = rows.iter().find(|row| row["metric"] == "post_dial_delay_ms" && row["cell"] == 1).unwrap();
    assert!(delay["mean"].as_f64().unwrap() > 40.0, "two passes through a proxy of 20 ms: {delay}");
}

#[test]
fn options_that_change_the_experiment_are_in_the_command_that_repeats_it() {
    let bench = Bench::with("sub/e.ron", LOSSY);
    bench.siplab("run sub/e.ron --seed 7 --replications 2 --set workload.calls.trials=50").ended(0);
    let manifest: Value = serde_json::from_str(&bench.text("results/lossy/manifest.json")).unwrap();
    assert_eq!(
        manifest["experiment"]["command"],
        "siplab run e.ron --set workload.calls.trials=50 --seed 7 --replications 2"
    );
}

//! The verbs that run nothing.

use super::harness::{Bench, LOSSY};

#[test]
fn check_says_ok_and_what_it_will_cost() {
    let bench = Bench::with("e.ron", LOSSY);
    let said = bench.siplab("check e.ron national-calls germany50").ended(0);
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].starts_with("ok: e.ron: experiment `lossy` of 2 cells × 3 replications = 6 runs, "));
    assert!(lines[1].starts_with("ok: national-calls: "), "{}", said.out);
    assert_eq!(lines[2], "ok: germany50: topology `germany50` of 50 nodes and 88 links");
    assert!(lines[0].contains(" events, about ") && lines[0].ends_with("B of memory a run"), "{}", lines[0]);
}

#[test]
fn check_tells_right_files_from_wrong_ones() {
    let bench = Bench::with("good.ron", LOSSY);
    bench.put("bad.ron", LOSSY.replace("two-hosts", "three-hosts"));
    bench.put("net.ron", "(name: \"n\", nodes: [(name: \"a\")], links: [(between: (\"a\", \"b\"))])");
    let said = bench.siplab("check good.ron bad.ron net.ron").ended(2);
    assert!(said.out.starts_with("ok: good.ron: ") && said.out.lines().count() == 1, "{}", said.out);
    assert!(said.err.contains("bad.ron:4:") && said.err.contains("net.ron:1:"), "{}", said.err);
}

#[test]
fn check_explains_every_default() {
    let said = Bench::new().siplab("check smoke --explain").ended(0);
    for default in experiments::schema::default::DEFAULTS {
        assert!(said.out.contains(default.path) && said.out.contains(default.why), "{}", default.path);
    }
}

#[test]
fn check_takes_overrides() {
    let bench = Bench::new();
    bench.siplab("check smoke --set duration=s(30)").ended(0);
    let said = bench.siplab("check smoke --set duration=s(0)").ended(2);
    assert!(said.err.contains("a duration of zero"), "{}", said.err);
    assert!(said.err.contains("--set duration=s(0)"), "{}", said.err);
}

#[test]
fn list_names_what_run_and_check_take() {
    let bench = Bench::new();
    for what in ["experiments", "topologies"] {
        let said = bench.siplab(&format!("list {what}")).ended(0);
        for line in said.out.lines() {
            let name = line.split(' ').next().unwrap();
            bench.siplab(&format!("check {name}")).ended(0);
        }
    }
    let all = bench.siplab("list").ended(0).out;
    for heading in ["experiments\n", "topologies\n", "metrics\n"] {
        assert!(all.contains(heading), "{all}");
    }
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let said = Bench::new().shell("$SIPLAB list | true; $SIPLAB list metrics | head -1").ended(0);
    assert_eq!((said.out.lines().count(), said.err.as_str()), (1, ""));
    Bench::new().shell("$SIPLAB list > /dev/full").ended(3);
}

#[test]
fn completions_know_the_verbs() {
    for shell in ["bash", "zsh", "fish"] {
        let said = Bench::new().siplab(&format!("completions {shell}")).ended(0);
        assert!(said.out.contains("expect-digest") && said.out.contains("import"), "{shell}");
    }
}

#[test]
fn help_names_units_and_exit_codes() {
    let said = Bench::new().siplab("--help").ended(0);
    assert!(said.out.contains("Exit codes: 0 done"), "{}", said.out);
    let run = Bench::new().siplab("run --help").ended(0);
    for option in ["--seed", "--replications", "--threads", "--set", "--resume", "--out", "--expect-digest"] {
        assert!(run.out.contains(option), "{option}");
    }
    Bench::new().siplab("--version").ended(0);
}

const NETWORK: &str = r#"{
  "directed": false, "multigraph": false,
  "graph": {"name": "tiny"},
  "nodes": [
    {"id": 0, "name": "Koeln", "pos": [6.96, 50.94]},
    {"id": 1, "name": "Bonn", "pos": [7.1, 50.73]}
  ],
  "links": [{"source": 0, "target": 1, "dist": 25.0}]
}"#;

#[test]
fn an_imported_topology_passes_the_check() {
    let bench = Bench::with("tiny.json", NETWORK);
    let said = bench.siplab("import tiny.json -o tiny.ron").ended(0);
    assert_eq!(said.out, "tiny.ron: 2 nodes, 1 links\n");
    assert!(said.err.contains("note: `Koeln` is spelt `Köln`"), "{}", said.err);
    let said = bench.siplab("check tiny.ron").ended(0);
    assert_eq!(said.out, "ok: tiny.ron: topology `tiny` of 2 nodes and 1 link\n");
}

#[test]
fn a_broken_topology_is_refused_and_nothing_is_written() {
    let bench = Bench::with("tiny.json", &NETWORK[..NETWORK.len() / 2]);
    let said = bench.siplab("import tiny.json -o tiny.ron").ended(2);
    assert!(said.err.starts_with("tiny.json:"), "{}", said.err);
    bench.put("tiny.json", NETWORK);
    bench.siplab("import tiny.json -o absent/tiny.ron").ended(2);
    bench.siplab("import absent.json -o tiny.ron").ended(2);
    assert!(!bench.path("tiny.ron").exists());
}

#[test]
fn the_shipped_topology_is_the_imported_one() {
    let shared = std::env::var_os("SIPLAB_SHARED")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").into(), std::path::PathBuf::from);
    let published = shared.join("data/topologies/germany50.json");
    if !published.is_file() {
        println!("skipped: no {} for the_shipped_topology_is_the_imported_one", published.display());
        return;
    }
    println!("shared-data test executed: the_shipped_topology_is_the_imported_one");
    let bench = Bench::new();
    bench.call(&["import", published.to_str().unwrap(), "-o", "germany50.ron"]).ended(0);
    let shipped = include_str!("../../topologies/germany50.ron");
    assert!(bench.text("germany50.ron") == shipped, "the texts differ");
}

//! The borders between crates: every arrow of the dependency graph is one that the architecture draws.
//!
//! No protocol crate sees the engine, no engine crate knows SIP, and the reports never see a node. That is what lets
//! the same stack run in simulation and in emulation.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Who may depend on whom. An arrow to a crate includes the arrows of that crate, except for `reports`.
const ARROWS: &[(&str, &[&str])] = &[
    ("sim-api", &[]),
    ("sim-dissect", &[]),
    ("sim-net", &["sim-api"]),
    ("sim-engine", &["sim-api", "sim-net"]),
    ("dns", &["sim-api"]),
    ("sigcomp", &[]),
    ("sip", &["sim-api", "dns", "sigcomp"]),
    ("topologies", &["sim-net", "sip"]),
    ("records", &[]),
    ("experiments", &["topologies", "sim-engine", "sip", "records"]),
    ("reports", &["records"]),
    ("flow", &["sim-engine", "sim-net", "sip", "records"]),
    ("fuzz", &["experiments"]),
    ("siplab", &["experiments", "reports", "flow", "sim-dissect"]),
];

#[test]
fn crates_depend_only_along_the_arrows_of_the_architecture() {
    let allowed = closure();
    let actual = actual_arrows();
    assert_eq!(
        actual.keys().collect::<BTreeSet<_>>(),
        allowed.keys().collect::<BTreeSet<_>>(),
        "a crate is missing from the list of arrows"
    );
    for (from, targets) in &actual {
        for to in targets {
            assert!(allowed[from].contains(to), "forbidden arrow: {from} → {to}");
        }
    }
}

#[test]
fn protocol_and_engine_do_not_see_each_other() {
    let actual = actual_arrows();
    assert!(!actual["sip"].contains("sim-engine") && !actual["sip"].contains("sim-net"));
    assert!(!actual["sim-engine"].contains("sip") && !actual["sim-net"].contains("sip"));
    assert_eq!(actual["reports"], BTreeSet::from(["records".to_owned()]));
}

fn closure() -> BTreeMap<String, BTreeSet<String>> {
    let mut closed = BTreeMap::<String, BTreeSet<String>>::new();
    for (from, targets) in ARROWS {
        let mut all = BTreeSet::new();
        for to in *targets {
            all.insert((*to).to_owned());
            all.extend(closed[*to].iter().cloned());
        }
        closed.insert((*from).to_owned(), all);
    }
    closed
}

fn actual_arrows() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let names: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    packages
        .iter()
        .map(|package| {
            let arrows = package["dependencies"]
                .as_array()
                .expect("a list of dependencies")
                .iter()
                .filter(|d| d["kind"].as_str() != Some("dev"))
                .filter_map(|d| d["name"].as_str())
                .filter(|name| names.contains(name))
                .map(str::to_owned)
                .collect();
            (package["name"].as_str().expect("a name").to_owned(), arrows)
        })
        .collect()
}

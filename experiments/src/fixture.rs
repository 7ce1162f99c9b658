//! Experiments and models for the tests of this crate.

use records::{Histogram, Measurement, RunRecord};
use sim_api::Seed;
use topologies::text::{Document, InMemory, NoFiles};

use crate::plan::{CellConfig, Override, Plan};
use crate::runner::RunError;

/// A small experiment of demands, with three factors and twelve cells.
pub(crate) const STRATEGIES: &str = r#"(
    name: "small",
    question: "Which strategy carries the load?",
    topology: file("germany50.ron"),
    population: [(subscribers: apportioned(total: 2000, by: "demand"), register: (expires: h(1)))],
    proxies: (cores: 4, service_time: exponential(mean: ms(18)), sites: central("Frankfurt")),
    workload: (calls: demands(per_subscriber: per_h(4)), holding: exponential(mean: s(120))),
    factors: [
        (name: "routing", set: "proxies.sites", values: [central("Frankfurt"), shared(["Berlin", "Frankfurt"])]),
        (name: "loss", set: "topology.links.*.loss", values: [percent(0), percent(1)]),
        (name: "load", set: "workload.calls.per_subscriber", values: [per_h(1), per_h(2), per_h(4)]),
    ],
    warmup: s(30), duration: min(1), replications: 3,
    service_levels: [
        (metric: "post_dial_delay_ms", quantile: 0.95, at_most: 2000, judge: where(loss: percent(0), load: per_h(1))),
    ],
)"#;

/// One scripted call between two named agents.
pub(crate) const SCRIPT: &str = r#"(
    name: "one-call",
    question: "Does a lost INVITE come again?",
    topology: inline((
        nodes: [(name: "a"), (name: "b")],
        links: [(between: ("a", "b"), propagation: ms(10), rate: unlimited, queue: ms(100), mtu: octets(1500))],
    )),
    agents: [ua(name: "alice", at: "a"), ua(name: "bob", at: "b", answers: after(fixed(s(2))))],
    workload: (calls: script([(at: s(0), from: "alice", to: "bob", holding: s(10))])),
    faults: [drop(link: "a-b", message: "INVITE")],
    duration: s(60),
    expect: [metric(name: "session_establishment_ratio", relation: equal, value: 1)],
)"#;

/// Three lossy paths without a network to speak of.
pub(crate) const LOSS: &str = r#"(
    name: "loss",
    question: "Do retransmissions obey their law?",
    topology: file("two-hosts.ron"),
    workload: (calls: loss_probe(case: non_invite, trials: 1000)),
    factors: [
        (name: "loss", set: "topology.links.*.loss", values: [p(0), p(0.3)]),
        (name: "case", set: "workload.calls.case", values: [non_invite, invite_answered]),
    ],
    replications: 2,
)"#;

/// The plan of a text that is right.
pub(crate) fn plan(text: &str) -> Plan {
    planned(text, &[]).unwrap()
}

/// The plan of a text with overrides, or the diagnostics as they are shown.
pub(crate) fn planned(text: &str, overrides: &[&str]) -> Result<Plan, String> {
    let document = Document::new("test.ron", text);
    let overrides: Vec<Override> = overrides
        .iter()
        .map(|one| Override::parse(one))
        .collect::<Result<_, _>>()
        .map_err(|d| d.to_string())?;
    Plan::load(&document, &overrides, &NoFiles).map_err(|diagnostics| diagnostics.to_string())
}

/// The plan of a text that names files.
pub(crate) fn planned_with(text: &str, files: &[(&str, &str)]) -> Result<Plan, String> {
    let files = InMemory(files.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect());
    Plan::load(&Document::new("test.ron", text), &[], &files).map_err(|diagnostics| diagnostics.to_string())
}

/// A model that needs no network: delays that grow with the cell, scattered by the seed.
pub(crate) fn fake(cell: &CellConfig, seed: Seed, replication: u32) -> Result<RunRecord, RunError> {
    let stream = seed.counter_stream("fake");
    let samples: Histogram =
        (0..200).map(|i| 100_000_000 * u64::from(cell.index + 1) + stream.below(0, i, 50_000_000)).collect();
    let mut run = RunRecord {
        events: 1000 + u64::from(replication),
        digest: format!("{:064x}", stream.bits(u64::from(cell.index), 7)),
        ..RunRecord::default()
    };
    run.metrics.insert("post_dial_delay_ms".into(), Measurement::Samples(samples));
    run.metrics.insert(
        "session_establishment_ratio".into(),
        Measurement::Ratio { hits: 190 + stream.below(1, 0, 10), of: 200 },
    );
    run.metrics.insert("goodput_cps".into(), Measurement::Value(stream.unit(2, 0).value() / 3.0));
    Ok(run)
}

/// An empty folder of this test's own, made anew.
pub(crate) fn folder(test: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("siplab-experiments-{}-{test}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

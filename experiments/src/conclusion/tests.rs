use super::*;
use crate::fixture::{SCRIPT, STRATEGIES, fake, planned};
use crate::plan::Plan;
use expect_test::expect;
use records::RunRecord;

fn outcome(plan: &Plan, replications: u32) -> Outcome {
    let runs: Vec<RunRecord> = plan
        .cells
        .iter()
        .flat_map(|cell| (0..replications).map(move |replication| (cell, replication)))
        .map(|(cell, replication)| {
            let seed = plan.seed().of_replication(replication);
            RunRecord {
                cell: cell.index,
                replication,
                seed: seed.value(),
                ..fake(cell, seed, replication).unwrap()
            }
        })
        .collect();
    Outcome { runs, replications, failures: Vec::new(), incomplete: None }
}

fn concluded(text: &str, overrides: &[&str]) -> Results {
    let plan = planned(text, overrides).unwrap();
    conclude(&plan, &outcome(&plan, 3), &Invocation { experiment: "small".into() }, &[])
}

#[test]
fn the_command_repeats_the_experiment() {
    let results = concluded(
        STRATEGIES,
        &["seed=7", "proxies.service_time=fixed(ms(5))", "topology.links.*.queue=ms(7)"],
    );
    expect!["siplab run small --seed 7 --set 'proxies.service_time=fixed(ms(5))' --set 'topology.links.*.queue=ms(7)'"]
        .assert_eq(&results.experiment.command);
    assert_eq!(quoted("it's"), r"'it'\''s'");
}

#[test]
fn the_digest_is_that_of_all_runs_in_order() {
    let plan = planned(STRATEGIES, &[]).unwrap();
    let mut outcome = outcome(&plan, 2);
    let one = digest(&outcome);
    let text: String = outcome.runs.iter().map(|run| run.digest.as_str()).collect();
    assert_eq!(one, hexadecimal(&Sha256::digest(text.as_bytes())));
    outcome.runs[5].digest = "0".repeat(64);
    assert_ne!(digest(&outcome), one);
}

#[test]
fn a_judged_level_that_is_missed_fails_the_experiment_and_another_does_not() {
    // Cells 0 and 6 are judged; delays lie at 100 ms × (cell + 1), plus up to 50.
    assert_eq!(verdict(&concluded(STRATEGIES, &[])), Verdict::Met);
    let missed = concluded(STRATEGIES, &["service_levels.0.at_most=700"]);
    assert_eq!(verdict(&missed), Verdict::Failed);
    let shown = concluded(STRATEGIES, &["service_levels.0.at_most=700", "service_levels.0.judge=none"]);
    assert_eq!(verdict(&shown), Verdict::Met);
    assert!(shown.experiment.service_levels[0].cells.iter().any(|cell| !cell.passed));
}

#[test]
fn an_expectation_that_is_not_met_fails_the_experiment() {
    assert_eq!(verdict(&concluded(SCRIPT, &["expect.0.tolerance=0.1"])), Verdict::Met);
    let failed = concluded(SCRIPT, &[]);
    assert_eq!(verdict(&failed), Verdict::Failed);
    assert_eq!(failed.experiment.cells[0].expectations[0].expected, "session_establishment_ratio = 1");
}

#[test]
fn a_law_that_a_run_breaks_fails_the_experiment() {
    let mut results = concluded(STRATEGIES, &[]);
    let claim = crate::law::compare::Claim {
        place: "every run".into(),
        law: "conservation".into(),
        source: "none".into(),
    };
    results.runs[3].laws.push(claim.off_support("octets_missing", 0, 10));
    assert_eq!(verdict(&results), Verdict::Met);
    results.runs[3].laws.push(claim.off_support("octets_missing", 1, 10));
    assert_eq!(verdict(&results), Verdict::Failed);
}

#[test]
fn the_method_is_told_in_plain_words() {
    let results = concluded(STRATEGIES, &[]);
    let told: Vec<String> =
        results.experiment.method.iter().map(|note| format!("{}: {}", note.heading, note.text)).collect();
    expect![[r#"
        Network: germany50: 50 nodes and 88 links of 1000 Mbit/s each way; the longest link takes 1.514 ms. Source: SNDlib germany50, via TopoHub.
        Population: 2000 subscribers, apportioned to the nodes' demand, one line each; bindings live 1 h and are present at the start with ages uniform over that time, refreshed with digest. They ring after 0 ms and answer after 0 ms; timers of RFC 3261 (T1 500 ms).
        Proxies: 4 cores and 1000 waiting places in all, shared out evenly over the sites of a strategy. Time for a message on a core: exponential, mean 18 ms. In the first cell the proxy stands at Frankfurt: one site serves all. Service times are scaled inputs, about 190 times those of a real core: SIPp, Kamailio and SIPp together complete some 1,740 calls per second of one core, 0.1 ms for each of the six messages that the proxy takes in. Loads scale with it.
        Workload: Poisson calls, 1 /h a subscriber in the first cell, to cities in proportion to the topology's demands, half of each demand each way. Holding time: exponential, mean 120 s.
        Factors: 12 cells, full factorial. routing (proxies.sites): central, shared; loss (topology.links.*.loss): 0 %, 1 %; load (workload.calls.per_subscriber): 1 /h, 2 /h, 4 /h.
        Statistics: Calls that begin in the 1 min after a warm-up of 30 s count; then no new call starts, live ones are hung up, and the run drains. Each cell ran 3 times. A replication has the same seed in every cell, so that cells share their luck and differences can be paired. Means and 95 % intervals are over replications (Student's t); percentiles are over the samples of all of them."#]].assert_eq(&told.join("\n"));
    let told: Vec<String> = concluded(SCRIPT, &[])
        .experiment
        .method
        .iter()
        .map(|note| format!("{}: {}", note.heading, note.text))
        .collect();
    expect![[r#"
        Network: test.ron: 2 nodes and 1 link without serialisation; the longest link takes 10.000 ms.
        Agents: alice at a answers after 0 ms; bob at b answers after 2 s.
        Workload: 1 scripted call.
        Faults: link a-b drops INVITE number 1.
        Statistics: Calls that begin in the 60 s after a warm-up of 0 s count; then no new call starts, live ones are hung up, and the run drains. Each cell ran 3 times. A replication has the same seed in every cell, so that cells share their luck and differences can be paired. Means and 95 % intervals are over replications (Student's t); percentiles are over the samples of all of them."#]].assert_eq(&told.join("\n"));
}

#[test]
fn the_map_has_every_node_at_its_place_or_none() {
    let network = concluded(STRATEGIES, &[]).experiment.network.unwrap();
    assert_eq!((network.nodes.len(), network.links.len()), (50, 88));
    assert!(network.nodes.iter().any(|node| node.name == "Köln" && node.weight > 0.0));
    assert!(concluded(SCRIPT, &[]).experiment.network.is_none());
}

#[test]
fn results_are_the_same_bits_twice() {
    let (a, b) = (concluded(STRATEGIES, &[]), concluded(STRATEGIES, &[]));
    assert_eq!(serde_json::to_string(&a.experiment).unwrap(), serde_json::to_string(&b.experiment).unwrap());
    assert_eq!(crate::output::summary_csv(&a).unwrap(), crate::output::summary_csv(&b).unwrap());
}

#[test]
fn tables_begin_with_their_columns_and_name_each_level() {
    let results = concluded(STRATEGIES, &["replications=1"]);
    let first_lines =
        |csv: Vec<u8>| String::from_utf8(csv).unwrap().lines().take(2).collect::<Vec<_>>().join("\n");
    expect![[r#"
        cell,replication,seed,routing,loss,load,post_dial_delay_ms,session_establishment_ratio,goodput_cps,events,digest
        0,0,2663858023201892790,central,0 %,1 /h,124.011297135,0.96,0.02290907213632737,1000,0000000000000000000000000000000000000000000000008543aaa545bf41d5"#]].assert_eq(&first_lines(crate::output::runs_csv(&results).unwrap()));
    expect![[r#"
        cell,routing,loss,load,metric,n,mean,ci95_low,ci95_high,min,p50,p95,p99,max
        0,central,0 %,1 /h,post_dial_delay_ms,600,124.93413582833334,122.91332670999523,126.95494494667145,100.010907,124.583935,147.587071,149.684223,149.912661"#]].assert_eq(&first_lines(crate::output::summary_csv(&results).unwrap()));
}

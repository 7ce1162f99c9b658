//! Output folders: whose they are, what is in them, and what becomes of them when something goes wrong.

use std::fs;

use super::harness::{Bench, CALLS, LOSSY};

/// Where the results of [`CALLS`] are when nothing else is asked for.
const FOLDER: &str = "results/three-cities";

/// The files of a folder that have to be the same whenever the runs are.
fn lasting(bench: &Bench, folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = bench.files(folder);
    files.retain(|(name, _)| name != "manifest.json" && name != "journal.jsonl");
    files
}

/// That two folders hold the same, octet for octet, but for wall times, threads and the order of a journal.
#[track_caller]
fn assert_alike(bench: &Bench, one: &str, other: &str) {
    assert_same(&lasting(bench, one), &lasting(bench, other));
}

#[track_caller]
fn assert_same(one: &[(String, Vec<u8>)], other: &[(String, Vec<u8>)]) {
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(one), names(other));
    for ((name, here), (_, there)) in one.iter().zip(other) {
        assert!(here == there, "{name} differs");
    }
}

/// Cuts the journal after its first `lines` lines and a part of the next.
fn tear(bench: &Bench, folder: &str, lines: usize) {
    let name = format!("{folder}/journal.jsonl");
    let journal = bench.text(&name);
    let whole: usize = journal.split_inclusive('\n').take(lines).map(str::len).sum();
    bench.put(&name, &journal[..whole + 100]);
}

#[test]
fn the_folder_holds_what_the_contract_lists_and_nothing_else() {
    let bench = Bench::with("e.ron", CALLS);
    bench.siplab("run e.ron").ended(0);
    let (plots, others): (Vec<_>, Vec<_>) =
        bench.names(FOLDER).into_iter().partition(|name| name.starts_with("plots/"));
    assert_eq!(others, ["journal.jsonl", "manifest.json", "report.html", "runs.csv", "summary.csv"]);
    assert!(!plots.is_empty() && plots.iter().all(|name| name.ends_with(".svg")), "{plots:?}");
}

#[test]
fn the_digest_and_every_file_are_the_same_on_any_number_of_threads() {
    let bench = Bench::with("e.ron", CALLS);
    let one = bench.siplab("run e.ron --threads 1 --out one").ended(0);
    let three = bench.siplab("run e.ron --threads 3 --out three").ended(0);
    assert_eq!(one.line("digest"), three.line("digest"));
    assert_alike(&bench, "one", "three");
    assert!(bench.text("one/journal.jsonl") == bench.text("three/journal.jsonl"), "the journals differ");
}

#[test]
fn another_seed_gives_another_digest() {
    let bench = Bench::with("e.ron", LOSSY);
    let one = bench.siplab("run e.ron --out one").ended(0);
    let two = bench.siplab("run e.ron --out two --seed 2").ended(0);
    assert_ne!(one.line("digest"), two.line("digest"));
}

#[test]
fn the_expected_digest_decides_between_0_and_4() {
    let bench = Bench::with("e.ron", LOSSY);
    let digest = bench.siplab("run e.ron").ended(0).line("digest").to_owned();
    bench.siplab(&format!("run e.ron --expect-digest {}", digest.to_uppercase())).ended(0);
    let other = "0".repeat(64);
    let said = bench.siplab(&format!("run e.ron --expect-digest {other}")).ended(4);
    assert!(said.err.contains(&digest) && said.err.contains(&other), "{}", said.err);
    bench.siplab("run e.ron --expect-digest 0123").ended(2);
}

#[test]
fn a_torn_journal_is_resumed_into_the_same_folder() {
    let bench = Bench::with("e.ron", CALLS);
    bench.siplab("run e.ron --out whole").ended(0);
    bench.siplab("run e.ron --out torn").ended(0);
    tear(&bench, "torn", 3);
    let said = bench.siplab("run e.ron --out torn --resume").ended(0);
    assert!(said.err.contains("2 finished runs are taken from the journal"), "{}", said.err);
    assert_alike(&bench, "whole", "torn");
    assert!(bench.text("whole/journal.jsonl") == bench.text("torn/journal.jsonl"), "the journals differ");
}

#[test]
fn a_damaged_line_costs_its_run_only() {
    let bench = Bench::with("e.ron", LOSSY);
    let digest = bench.siplab("run e.ron").ended(0).line("digest").to_owned();
    let name = "results/lossy/journal.jsonl";
    bench.put(name, bench.text(name).replacen("\"events\":", "\"events\":1", 1));
    let said = bench.siplab("run e.ron --resume").ended(0);
    assert!(said.err.contains("line 2 of journal.jsonl is damaged"), "{}", said.err);
    assert_eq!(said.line("digest"), digest);
}

#[test]
fn resuming_what_is_complete_changes_nothing() {
    let bench = Bench::with("e.ron", CALLS);
    bench.siplab("run e.ron").ended(0);
    let (before, journal) = (lasting(&bench, FOLDER), bench.text(&format!("{FOLDER}/journal.jsonl")));
    bench.siplab("run e.ron --resume").ended(0);
    assert_same(&before, &lasting(&bench, FOLDER));
    assert!(journal == bench.text(&format!("{FOLDER}/journal.jsonl")), "the journal differs");
}

#[test]
fn resuming_adds_replications_to_those_that_are_there() {
    let bench = Bench::with("e.ron", LOSSY);
    bench.siplab("run e.ron --out grown").ended(0);
    let said = bench.siplab("run e.ron --out grown --replications 5 --resume").ended(0);
    assert!(said.err.contains("6 finished runs"), "{}", said.err);
    bench.siplab("run e.ron --out fresh --replications 5").ended(0);
    assert_alike(&bench, "grown", "fresh");
}

#[test]
fn a_run_that_is_killed_is_resumed_into_the_same_folder() {
    let bench = Bench::with("e.ron", CALLS);
    bench.siplab("run e.ron --out whole").ended(0);
    // The shell waits for the second run in the journal: three lines with the first one.
    let script = "$SIPLAB run e.ron --out killed --threads 1 & pid=$!
        while [ $(cat killed/journal.jsonl 2>/dev/null | wc -l) -lt 3 ]; do :; done
        kill -9 $pid; wait $pid";
    bench.shell(script);
    bench.siplab("run e.ron --out killed --resume").ended(0);
    assert_alike(&bench, "whole", "killed");
}

#[test]
fn the_journal_of_another_experiment_is_not_resumed() {
    let bench = Bench::with("e.ron", LOSSY);
    bench.siplab("run e.ron").ended(0);
    let before = bench.files("results");
    for (arguments, differs) in [
        ("run e.ron --resume --seed 2", "its seed is 1, this one's 2"),
        ("run e.ron --resume --set workload.calls.trials=201", "the experiment, its options"),
        ("run smoke --resume --out results/lossy", "this is `smoke`"),
    ] {
        let said = bench.siplab(arguments).ended(2);
        assert!(said.err.contains(differs), "{}", said.err);
        assert!(said.err.contains("start without --resume"), "{}", said.err);
    }
    // A refused resume leaves the results alone.
    assert_same(&bench.files("results"), &before);
}

#[test]
fn results_of_ours_are_replaced() {
    let bench = Bench::with("e.ron", CALLS);
    bench.put("f.ron", LOSSY);
    bench.siplab("run e.ron --out r").ended(0);
    bench.siplab("run f.ron --out r").ended(0);
    bench.siplab("run f.ron --out s").ended(0);
    assert_alike(&bench, "r", "s");
}

#[test]
fn a_foreign_folder_is_left_alone() {
    let bench = Bench::with("e.ron", LOSSY);
    bench.put("r/thesis.tex", "years of work");
    let said = bench.siplab("run e.ron --out r").ended(2);
    assert_eq!(
        said.err,
        "siplab: `r` is not empty and holds no results of siplab: name another with --out\n"
    );
    assert_eq!(bench.names("r"), ["thesis.tex"]);
}

#[test]
fn a_file_is_no_output_folder() {
    let bench = Bench::with("e.ron", LOSSY);
    let said = bench.siplab("run e.ron --out e.ron").ended(2);
    assert_eq!(said.err, "siplab: `e.ron` is not a folder\n");
    assert_eq!(bench.text("e.ron"), LOSSY);
}

#[test]
fn a_folder_that_cannot_be_made_is_refused_at_once() {
    // Also for root, whom no permission stops: there is no folder below a file.
    let bench = Bench::with("e.ron", LOSSY);
    let said = bench.siplab("run e.ron --out e.ron/r").ended(2);
    assert!(said.err.starts_with("siplab: `e.ron/r` cannot be written: "), "{}", said.err);
}

#[test]
fn a_disk_that_fills_keeps_the_finished_runs() {
    let bench = Bench::with("e.ron", CALLS);
    bench.siplab("run e.ron --out whole").ended(0);
    let line = bench.text("whole/journal.jsonl").lines().map(str::len).max().unwrap();
    // No file may grow beyond some three runs; blocks have 512 octets.
    let blocks = 3 * line / 512;
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec $SIPLAB run e.ron --out full --threads 1");
    let said = bench.shell(&limit).ended(3);
    assert!(said.err.contains("the journal cannot be written: "), "{}", said.err);
    assert!(said.err.contains("the same command with --resume"), "{}", said.err);
    assert_eq!(bench.names("full"), ["journal.jsonl", "manifest.json"]);
    let said = bench.siplab("run e.ron --out full --resume").ended(0);
    assert!(said.err.contains(" finished runs are taken from the journal"), "{}", said.err);
    assert_alike(&bench, "whole", "full");
}

#[test]
fn a_disk_that_fills_while_the_report_is_written_leaves_no_parts() {
    let bench = Bench::with("e.ron", CALLS);
    bench.siplab("run e.ron --out whole").ended(0);
    let size = |name: &str| fs::metadata(bench.path(name)).unwrap().len();
    let (journal, report) = (size("whole/journal.jsonl"), size("whole/report.html"));
    assert!(journal < report, "the limit lies between them: {journal}, {report}");
    let blocks = (journal + report) / 2 / 512;
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec $SIPLAB run e.ron --out full");
    bench.shell(&limit).ended(3);
    let parts: Vec<String> = bench
        .names("full")
        .into_iter()
        .filter(|name| name.contains("part") || name == "report.html")
        .collect();
    assert_eq!(parts, [""; 0]);
    bench.siplab("report full").ended(2);
    bench.siplab("run e.ron --out full --resume").ended(0);
    assert_alike(&bench, "whole", "full");
}

#[test]
fn the_report_is_drawn_again_octet_for_octet() {
    let bench = Bench::with("e.ron", CALLS);
    bench.siplab("run e.ron --out r").ended(0);
    let before = bench.files("r");
    fs::remove_file(bench.path("r/report.html")).unwrap();
    fs::remove_dir_all(bench.path("r/plots")).unwrap();
    let said = bench.siplab("report r").ended(0);
    assert_eq!(said.out, "r/report.html\n");
    assert_same(&bench.files("r"), &before);
}

#[test]
fn the_report_carries_the_ladders_of_calls() {
    let bench = Bench::with("e.ron", CALLS);
    bench.siplab("run e.ron --out r").ended(0);
    let report = bench.text("r/report.html");
    for (what, command) in [("A typical call", "siplab flow e.ron --cell 1"), ("The slowest call", "--call ")]
    {
        assert!(report.contains(what) && report.contains(command), "{what}");
    }
}

#[test]
fn there_is_no_report_without_results() {
    let bench = Bench::with("r/notes.txt", "");
    let said = bench.siplab("report r").ended(2);
    assert!(said.err.contains("holds no results of siplab"), "{}", said.err);
    bench.siplab("report absent").ended(2);
    assert_eq!(bench.names("r"), ["notes.txt"]);
}

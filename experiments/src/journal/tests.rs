use super::*;
use crate::fixture::{STRATEGIES, fake, folder, plan, planned};
use proptest::prelude::*;

/// The first `n` runs of the first cell.
fn runs(n: u32) -> Vec<RunRecord> {
    static THREE: std::sync::OnceLock<Vec<RunRecord>> = std::sync::OnceLock::new();
    THREE.get_or_init(three_runs)[..n as usize].to_vec()
}

fn three_runs() -> Vec<RunRecord> {
    let plan = plan(STRATEGIES);
    (0..3)
        .map(|replication| {
            let seed = plan.seed().of_replication(replication);
            RunRecord { replication, ..fake(&plan.cells[0], seed, replication).unwrap() }
        })
        .collect()
}

fn written(test: &str, runs: &[RunRecord]) -> std::path::PathBuf {
    let dir = folder(test);
    let mut journal = Journal::create(&dir, &plan(STRATEGIES)).unwrap();
    runs.iter().for_each(|run| journal.append(run).unwrap());
    dir
}

#[test]
fn a_run_comes_back_to_the_last_bit() {
    let dir = written("bits", &runs(3));
    let mut journal = Journal::resume(&dir, &plan(STRATEGIES)).unwrap();
    assert_eq!(journal.finished(), 3);
    assert_eq!(journal.take_finished(), runs(3));
    assert!(journal.damaged_lines().is_empty());
    assert_eq!(Journal::read(&dir).unwrap(), runs(3));
}

#[test]
fn every_line_is_a_json_object() {
    let dir = written("json", &runs(2));
    let text = std::fs::read_to_string(dir.join(JOURNAL_FILE)).unwrap();
    for line in text.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).unwrap().is_object());
    }
}

#[test]
fn a_torn_last_line_is_cut_off_and_its_run_repeated() {
    let dir = written("torn", &runs(2));
    let path = dir.join(JOURNAL_FILE);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() - 10]).unwrap();
    let mut journal = Journal::resume(&dir, &plan(STRATEGIES)).unwrap();
    assert_eq!(journal.take_finished(), runs(1));
    journal.append(&runs(2)[1]).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), whole);
}

#[test]
fn a_damaged_line_is_left_out_and_named() {
    let dir = written("damaged", &runs(3));
    let path = dir.join(JOURNAL_FILE);
    let text = std::fs::read_to_string(&path).unwrap();
    let second = text.lines().nth(2).unwrap();
    std::fs::write(&path, text.replace(second, &second.replacen("events\":1001", "events\":1009", 1)))
        .unwrap();
    let mut journal = Journal::resume(&dir, &plan(STRATEGIES)).unwrap();
    assert_eq!(journal.damaged_lines(), [3]);
    let kept: Vec<u32> = journal.take_finished().iter().map(|run| run.replication).collect();
    assert_eq!(kept, [0, 2]);
}

#[test]
fn another_experiment_is_refused_and_said_how_it_differs() {
    let dir = written("other", &runs(1));
    let cases = [
        (planned(STRATEGIES, &["seed=2"]), "its seed is 1, this one's 2"),
        (planned(STRATEGIES, &["name=\"tall\""]), "this is `tall`"),
        (
            planned(STRATEGIES, &["proxies.queue=2000"]),
            "the experiment, its options or a file that it names have changed",
        ),
    ];
    for (plan, differs) in cases {
        let error = Journal::resume(&dir, &plan.unwrap()).unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "the journal belongs to another run of `small`: {differs}; start without --resume, or use another --out"
            )
        );
    }
}

#[test]
fn more_replications_continue_a_journal() {
    let dir = written("more", &runs(3));
    let more = planned(STRATEGIES, &["replications=8"]).unwrap();
    assert_eq!(Journal::resume(&dir, &more).unwrap().finished(), 3);
}

#[test]
fn a_file_that_is_no_journal_is_refused() {
    let dir = folder("foreign-journal");
    std::fs::write(dir.join(JOURNAL_FILE), "to do: buy milk\n").unwrap();
    assert!(matches!(Journal::resume(&dir, &plan(STRATEGIES)), Err(JournalError::Foreign)));
    std::fs::write(dir.join(JOURNAL_FILE), "{\"siplab\":\"0.1").unwrap();
    assert_eq!(Journal::resume(&dir, &plan(STRATEGIES)).unwrap().finished(), 0, "torn before the first run");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever octet a crash stopped at, what is read is a prefix of what was written.
    #[test]
    fn a_journal_cut_anywhere_holds_a_prefix_of_its_runs(cut in 0usize..1_000_000) {
        let all = runs(3);
        let lines: String = all.iter().map(line::written).collect();
        let octets = &lines.as_bytes()[..cut % (lines.len() + 1)];
        let read = line::runs(octets);
        prop_assert!(read.damaged.is_empty());
        prop_assert_eq!(&all[..read.runs.len()], &read.runs[..]);
        prop_assert!(octets[read.whole..].iter().all(|&octet| octet != b'\n'));
    }

    /// A flipped bit never becomes a wrong run.
    #[test]
    fn a_flipped_bit_never_becomes_a_wrong_run(at in 0usize..1_000_000, bit in 0u8..8) {
        let all = runs(3);
        let mut octets: Vec<u8> = all.iter().map(line::written).collect::<String>().into_bytes();
        let at = at % octets.len();
        octets[at] ^= 1 << bit;
        let read = line::runs(&octets);
        prop_assert!(read.runs.len() < 3 && read.runs.iter().all(|run| all.contains(run)));
    }
}

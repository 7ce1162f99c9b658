use super::*;
use crate::conclusion::{Invocation, conclude};
use crate::fixture::{STRATEGIES, fake, folder, plan, planned};
use crate::plan::CellConfig;
use crate::runner::{Outcome, RunCell, Runner};
use sim_api::Seed;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Runs the plan in the folder, as the command does it; `None` when it was incomplete.
fn run(plan: &Plan, path: &Path, start: Start, threads: usize, model: &dyn RunCell) -> Option<Results> {
    let (folder, mut journal) = Folder::take(path, plan, start, threads).unwrap();
    let interrupted = AtomicBool::new(false);
    let runner = Runner { model, threads, progress: &|_| (), interrupted: &interrupted };
    let outcome: Outcome = runner.run(plan, &mut journal);
    if outcome.incomplete.is_some() {
        return None;
    }
    let results = conclude(plan, &outcome, &Invocation { experiment: "small".into() }, &[]);
    folder.complete(&results, Duration::from_millis(1234)).unwrap();
    Some(results)
}

/// Every file but the two that may differ.
fn files(path: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| name != MANIFEST_FILE && name != JOURNAL_FILE)
        .collect()
}

#[test]
fn a_resumed_folder_equals_a_fresh_one_but_for_manifest_and_journal() {
    let plan = plan(STRATEGIES);
    let (fresh, resumed) = (folder("fresh"), folder("resumed"));
    let whole = run(&plan, &fresh, Start::Fresh, 2, &fake).unwrap();
    let count = AtomicU64::new(0);
    let dies = |cell: &CellConfig, seed: Seed, replication: u32| {
        assert!(count.fetch_add(1, Ordering::Relaxed) < 17, "killed in the middle");
        fake(cell, seed, replication)
    };
    assert!(run(&plan, &resumed, Start::Fresh, 1, &dies).is_none());
    assert!(files(&resumed).is_empty(), "no table of incomplete results");
    let second = run(&plan, &resumed, Start::Resume, 2, &fake).unwrap();
    assert_eq!(files(&fresh), files(&resumed));
    assert_eq!(files(&fresh).keys().collect::<Vec<_>>(), [RUNS_FILE, SUMMARY_FILE]);
    assert_eq!(whole.experiment.digest, second.experiment.digest);
}

#[test]
fn a_folder_reads_back_as_it_was_written() {
    let plan = plan(STRATEGIES);
    let path = folder("read-back");
    let written = run(&plan, &path, Start::Fresh, 2, &fake).unwrap();
    assert_eq!(Folder::read(&path).unwrap(), written);
}

#[test]
fn a_complete_folder_is_resumed_without_a_run() {
    let plan = plan(STRATEGIES);
    let path = folder("complete");
    run(&plan, &path, Start::Fresh, 1, &fake).unwrap();
    let before = files(&path);
    let never = |_: &CellConfig, _: Seed, _: u32| panic!("all runs are there");
    run(&plan, &path, Start::Resume, 1, &never).unwrap();
    assert_eq!(files(&path), before);
}

#[test]
fn results_of_ours_are_replaced() {
    let path = folder("replaced");
    run(&plan(STRATEGIES), &path, Start::Fresh, 1, &fake).unwrap();
    std::fs::create_dir(path.join("plots")).unwrap();
    std::fs::write(path.join("plots/old.svg"), "<svg/>").unwrap();
    std::fs::write(path.join("report.html"), "old").unwrap();
    let other = planned(STRATEGIES, &["seed=2"]).unwrap();
    run(&other, &path, Start::Fresh, 1, &fake).unwrap();
    assert_eq!(Manifest::read(&path).unwrap().seed, 2);
    assert!(!path.join("plots").exists() && !path.join("report.html").exists());
}

#[test]
fn a_folder_of_somebody_else_is_refused_and_left_alone() {
    let path = folder("foreign");
    std::fs::write(path.join("thesis.tex"), "chapter one").unwrap();
    for start in [Start::Fresh, Start::Resume] {
        assert!(matches!(
            Folder::take(&path, &plan(STRATEGIES), start, 1),
            Err(FolderError::Foreign(shown)) if shown == path.display().to_string()
        ));
    }
    std::fs::write(path.join(MANIFEST_FILE), "{\"name\": \"a web application\"}").unwrap();
    assert!(matches!(Folder::take(&path, &plan(STRATEGIES), Start::Fresh, 1), Err(FolderError::Foreign(_))));
    assert_eq!(std::fs::read_to_string(path.join("thesis.tex")).unwrap(), "chapter one");
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_at_the_start() {
    let path = folder("unwritable");
    std::fs::write(path.join("file"), "").unwrap();
    let plan = plan(STRATEGIES);
    assert!(matches!(
        Folder::take(&path.join("file"), &plan, Start::Fresh, 1),
        Err(FolderError::NotAFolder(_))
    ));
    assert!(matches!(
        Folder::take(&path.join("file/below"), &plan, Start::Fresh, 1),
        Err(FolderError::Unwritable { .. })
    ));
}

#[test]
fn a_folder_is_made_with_its_parents_and_known_as_ours_before_the_first_run() {
    let path = folder("parents").join("a/b");
    let plan = plan(STRATEGIES);
    drop(Folder::take(&path, &plan, Start::Fresh, 1).unwrap());
    assert!(!Manifest::read(&path).unwrap().complete);
    assert!(matches!(Folder::read(&path), Err(FolderError::Incomplete(_))));
    drop(Folder::take(&path, &plan, Start::Fresh, 1).unwrap());
}

#[test]
fn a_refused_resume_changes_nothing() {
    let path = folder("refused");
    run(&plan(STRATEGIES), &path, Start::Fresh, 1, &fake).unwrap();
    let manifest = Manifest::read(&path).unwrap();
    let other = planned(STRATEGIES, &["seed=2"]).unwrap();
    assert!(matches!(Folder::take(&path, &other, Start::Resume, 1), Err(FolderError::Journal(_))));
    assert_eq!(Manifest::read(&path).unwrap(), manifest);
}

#[test]
fn only_the_manifest_knows_wall_time_and_threads() {
    let plan = plan(STRATEGIES);
    let path = folder("wall-time");
    run(&plan, &path, Start::Fresh, 3, &fake).unwrap();
    let manifest = Manifest::read(&path).unwrap();
    assert_eq!((manifest.threads, manifest.wall_time_s), (3, 1.234));
    let record = serde_json::to_string(&manifest.experiment).unwrap();
    assert!(!record.contains("1.234") && !record.contains(path.to_str().unwrap()));
}

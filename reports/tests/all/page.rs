//! The report page and the files of a results folder.

use std::fs;
use std::path::PathBuf;

use records::{ExperimentRecord, Results};

use crate::synthetic::{calls, oracle};

#[test]
fn the_nine_sections_stand_in_their_order() {
    for results in [calls::results(), oracle::results(), Results::default()] {
        let page = reports::page(&results);
        let sections = [
            "answer",
            "service-levels",
            "plots",
            "map",
            "tables",
            "ladders",
            "theory",
            "method",
            "provenance",
        ];
        let places: Vec<_> = sections.iter().map(|id| page.find(&format!("<section id=\"{id}\">"))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
    }
}

#[test]
fn the_answer_stands_before_everything_that_shows_it() {
    let page = reports::page(&calls::results());
    let answer = page.find("the central proxy meets p95").expect("the answer is there");
    assert!(answer < page.find("<svg").unwrap() && answer < page.find("<table").unwrap());
}

#[test]
fn a_page_needs_no_network() {
    for results in [calls::results(), oracle::results()] {
        let page = reports::page(&results).replace("http://www.w3.org/2000/svg", "");
        for outside in ["http:", "https:", "//cdn", "@import", "src=", "href=", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}

#[test]
fn sections_with_nothing_to_show_say_why() {
    let page = reports::page(&oracle::results());
    for sentence in [
        "This experiment sets no service level.",
        "The nodes of this experiment have no coordinates.",
        "No ladder was recorded",
    ] {
        assert!(page.contains(sentence), "{sentence}");
    }
    assert!(reports::page(&calls::results()).contains("No closed form is known"));
}

#[test]
fn each_outlier_and_ladder_has_the_command_that_replays_it() {
    let page = reports::page(&calls::results());
    assert!(page.contains(
        "siplab flow national-calls --seed 7 --cell 3 --replication 0 --call a84b4c76e66710@koeln.example"
    ));
    assert!(
        page.contains(
            "siplab flow national-calls --seed 7 --cell 35 --replication 0 --call 35-0@koeln.example"
        )
    );
}

#[test]
fn judged_cells_are_outlined_and_verdicts_told_in_words_and_signs() {
    let page = reports::page(&calls::results());
    assert!(page.contains("Met in 16 of 36 cells. 3 cells are judged (outlined): "));
    assert_eq!(page.matches("class=\"pass judged\"").count(), 3);
    assert_eq!(page.matches("class=\"fail shown\"").count(), 20);
}

#[test]
fn theory_shows_simulated_law_and_deviation() {
    let page = reports::page(&oracle::results());
    assert!(page.contains("Held: 15 of 15"));
    assert!(page.contains("z +1.61") && page.contains("P 0.42") && page.contains(">exact<"));
}

#[test]
fn provenance_holds_command_digest_and_the_experiment_file() {
    let results = calls::results();
    let page = reports::page(&results);
    assert!(page.contains(&results.experiment.command) && page.contains(&results.experiment.digest));
    assert!(page.contains("// &lt;b&gt;the text as it was read&lt;/b&gt;"));
}

#[test]
fn names_of_an_experiment_are_escaped_everywhere() {
    const HOSTILE: &str = "</title></svg><script>alert('x')</script>\"onload=\"\u{1}";
    let mut results = calls::results();
    let experiment = &mut results.experiment;
    (experiment.name, experiment.question) = (HOSTILE.into(), HOSTILE.into());
    (experiment.command, experiment.arguments) = (HOSTILE.into(), HOSTILE.into());
    experiment.answer.push(HOSTILE.into());
    for factor in &mut experiment.factors {
        factor.name.push_str(HOSTILE);
        factor.labels.iter_mut().for_each(|label| label.push_str(HOSTILE));
    }
    for level in experiment.cells.iter_mut().flat_map(|cell| &mut cell.factors) {
        level.factor.push_str(HOSTILE);
        level.label.push_str(HOSTILE);
    }
    for node in experiment.network.iter_mut().flat_map(|network| &mut network.nodes) {
        node.name.push_str(HOSTILE);
    }
    for run in &mut results.runs {
        run.elements.iter_mut().for_each(|element| element.name.push_str(HOSTILE));
        for record in &mut run.ladders {
            record.ladder.lanes[0] = HOSTILE.into();
            record.ladder.arrows[0].label = HOSTILE.into();
            record.ladder.arrows[0].note = HOSTILE.into();
            record.call = HOSTILE.into();
        }
    }
    let page = reports::page(&results);
    assert_eq!(page.matches("<script>").count(), 1, "only the page's own script");
    assert!(!page.contains("<script>alert") && !page.contains("\"onload"));
    for plot in reports::plots(&results) {
        crate::xml::elements(&plot.svg);
        assert!(!plot.svg.contains("<script"), "{}", plot.name);
    }
    for map in reports::maps(&results) {
        crate::xml::elements(&map.svg);
    }
}

#[test]
fn absurdly_long_names_are_shortened_not_a_panic() {
    let mut results = calls::results();
    let long = "x".repeat(5_000);
    let experiment = &mut results.experiment;
    experiment
        .factors
        .iter_mut()
        .flat_map(|factor| &mut factor.labels)
        .for_each(|label| label.push_str(&long));
    let levels = experiment.cells.iter_mut().flat_map(|cell| &mut cell.factors);
    levels.for_each(|level| level.label.push_str(&long));
    assert_eq!(reports::plots(&results).len(), 4);
    assert!(reports::page(&results).contains("xxx…"));
}

#[test]
fn the_same_results_give_the_same_octets_whatever_the_order_of_the_runs() {
    let (first, second) = (calls::results(), calls::results());
    let mut shuffled = second.runs;
    shuffled.reverse();
    shuffled.swap(3, 77);
    let second = Results::new(second.experiment, shuffled, second.summary);
    assert_eq!(reports::page(&first), reports::page(&second));
    assert_eq!(reports::terminal_summary(&first), reports::terminal_summary(&second));
}

#[test]
fn an_experiment_of_one_cell_without_factors_is_drawn() {
    let mut results = calls::results();
    results.experiment = ExperimentRecord {
        cells: vec![records::CellRecord::default()],
        network: results.experiment.network,
        ..ExperimentRecord::default()
    };
    results.runs.retain(|run| run.cell == 0);
    results.summary.retain(|row| row.cell == 0);
    let names: Vec<String> = reports::plots(&results).into_iter().map(|plot| plot.name).collect();
    assert_eq!(names, ["post_dial_delay_ms-distribution"]);
    assert_eq!(reports::maps(&results).len(), 1);
    assert!(reports::page(&results).contains("the only cell"));
}

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("siplab-reports-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_holds_the_page_and_every_plot_and_no_earlier_ones() {
    let folder = Folder::new("write");
    let results = calls::results();
    fs::create_dir_all(folder.0.join("plots")).unwrap();
    fs::write(folder.0.join("plots/of-an-earlier-report.svg"), "<svg/>").unwrap();
    let written = reports::write(&folder.0, &results).unwrap();
    assert_eq!(written.plots.len(), 7);
    assert_eq!(fs::read_dir(folder.0.join("plots")).unwrap().count(), 7);
    assert_eq!(fs::read_to_string(&written.report).unwrap(), reports::page(&results));
    let before = fs::read(&written.plots[0]).unwrap();
    assert_eq!(reports::write(&folder.0, &results).unwrap(), written);
    assert_eq!(fs::read(&written.plots[0]).unwrap(), before);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error_that_names_it() {
    let folder = Folder::new("blocked");
    fs::write(folder.0.join("plots"), "a file where a folder should be").unwrap();
    let error = reports::write(&folder.0, &oracle::results()).unwrap_err();
    assert!(error.to_string().contains("plots"), "{error}");
}

#[test]
fn a_ladder_alone_is_a_page_with_drawing_and_text() {
    let record = &calls::ladders()[2];
    let page = reports::ladder_page("9b2e@kiel.example", &record.ladder);
    assert!(page.contains("<svg") && page.contains("lost: refused by proxy-köln: queue full"));
    assert!(page.contains("timer B"));
}

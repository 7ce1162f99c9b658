//! The page `docs/conformance.md` and the marks `//= RFC …` in the code tell the same story.
//!
//! The page has a part that people write and, behind a line that says so, a part that this test writes: run it with
//! `UPDATE_EXPECT=1` after marks have changed.

mod marks;
mod table;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use marks::{Mark, marks_below, tests_below};

/// What the generated part of the page begins with.
const BORDER: &str =
    "<!-- generated from the marks in the code: UPDATE_EXPECT=1 cargo test --test all conformance -->\n";

/// Documents that are cited and whose texts the shared folder does not hold.
const WITHOUT_TEXT: &[u32] = &[768, 791, 792, 1071, 1122, 2046, 2181, 4443, 8200];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shared_rfcs() -> PathBuf {
    env::var_os("SIPLAB_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from).join("rfc")
}

#[test]
fn the_conformance_page_lists_each_mark() {
    let path = root().join("docs/conformance.md");
    let page = fs::read_to_string(&path).expect("the page exists");
    let (written, generated) =
        page.split_once(BORDER).expect("the page says where its generated part begins");
    let wanted = table::render(&marks_below(root()), &tests_below(root()));
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, format!("{written}{BORDER}{wanted}")).expect("the page can be written");
    } else {
        let stale = generated.lines().zip(wanted.lines()).find(|(old, new)| old != new);
        assert!(
            generated == wanted,
            "docs/conformance.md is stale, first at {stale:?}; UPDATE_EXPECT=1 writes it again"
        );
    }
}

#[test]
fn each_mark_cites_a_section_that_its_document_has() {
    let folder = shared_rfcs();
    if !folder.is_dir() {
        println!("skipped: no RFC texts at {}", folder.display());
        return;
    }
    println!("shared-data test executed: cited sections");
    let cited: BTreeSet<(u32, String)> =
        marks_below(root()).into_iter().map(|Mark { rfc, section, .. }| (rfc, section)).collect();
    let mut wrong = Vec::new();
    // Some documents, such as RFC 2782, number no sections.
    let is_checked = |(rfc, section): &(u32, String)| !section.is_empty() && !WITHOUT_TEXT.contains(rfc);
    for (rfc, section) in cited.into_iter().filter(is_checked) {
        let text = fs::read_to_string(folder.join(format!("rfc{rfc}.txt")))
            .unwrap_or_else(|error| panic!("RFC {rfc} is cited: {error}"));
        if !has_section(&text, &section) {
            wrong.push(format!("RFC {rfc} has no section {section}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a line of the document is the heading of this section, or of this appendix.
fn has_section(text: &str, section: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("Appendix ").or(line.strip_prefix("APPENDIX ")).unwrap_or(line);
        let Some(rest) = line.strip_prefix(section) else { return false };
        let rest = rest.strip_prefix(['.', ':']).or(rest.strip_prefix(" -")).unwrap_or(rest);
        rest.starts_with([' ', '\t'])
            && rest.trim_start().starts_with(|c: char| c.is_alphanumeric() || c == '"' || c == '<')
    })
}

#[test]
fn headings_are_told_from_references() {
    let text = "17.1.1.2 Formal Description\n   see section 17.1.1.3\n  5.  Zones\n7 - Caching\nAppendix A.  Table\n";
    for (section, found) in
        [("17.1.1.2", true), ("17.1.1.3", false), ("17.1.1", false), ("5", true), ("7", true), ("A", true)]
    {
        assert_eq!(has_section(text, section), found, "{section}");
    }
}

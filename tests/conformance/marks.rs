//! The marks in the sources: which rule of which document stands where, and which test names it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A line `//= RFC number section: rule`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The number of the document.
    pub(super) rfc: u32,
    /// The section, such as `17.1.1.2`.
    pub(super) section: String,
    /// The module, such as `sip::transaction::invite_client`.
    pub(super) module: String,
    /// The test that the mark stands in or above, when it is a test's.
    pub(super) test: Option<String>,
}

/// Folders that hold sources, and what their modules are called.
const SOURCES: &[(&str, &str)] = &[
    ("sim-core/api/src", "sim_api"),
    ("sim-core/engine/src", "sim_engine"),
    ("sim-core/net/src", "sim_net"),
    ("sip-model/dns/src", "dns"),
    ("sip-model/dns/tests", "dns tests"),
    ("sip-model/sigcomp/src", "sigcomp"),
    ("sip-model/sigcomp/tests", "sigcomp tests"),
    ("sip-model/sip/src", "sip"),
    ("sip-model/sip/tests", "sip tests"),
    ("topologies/src", "topologies"),
    ("experiments/src", "experiments"),
    ("experiments/records/src", "records"),
    ("tests", "tests"),
];

/// All marks of the workspace, in the order of the files.
pub(super) fn marks_below(root: &Path) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (folder, name) in SOURCES {
        each_source(&root.join(folder), name, &mut |source, module| marks_in(source, module, &mut marks));
    }
    marks
}

/// How many tests stand in each module, or in the folder of tests beside it.
pub(super) fn tests_below(root: &Path) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (folder, name) in SOURCES {
        each_source(&root.join(folder), name, &mut |source, module| {
            let owner = module.split("::tests").next().expect("a first part").to_owned();
            *counts.entry(owner).or_default() +=
                source.lines().filter(|line| line.trim() == "#[test]").count();
        });
    }
    counts
}

/// Hands over each source below a folder with the name of its module, in the order of their paths.
fn each_source(folder: &Path, module: &str, take: &mut impl FnMut(&str, &str)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    for path in paths {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name in UTF-8");
        let inner =
            if matches!(stem, "lib" | "mod") { module.to_owned() } else { format!("{module}::{stem}") };
        if path.is_dir() {
            each_source(&path, &inner, take);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            take(&fs::read_to_string(&path).expect("a source in UTF-8"), &inner);
        }
    }
}

fn marks_in(source: &str, module: &str, marks: &mut Vec<Mark>) {
    let lines: Vec<&str> = source.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let Some((rfc, sections)) = citation(line.trim_start()) else { continue };
        for section in sections.split(", ") {
            let test = test_around(&lines, at);
            marks.push(Mark { rfc, section: section.to_owned(), module: module.to_owned(), test });
        }
    }
}

/// Document and sections of a line that is a mark.
fn citation(line: &str) -> Option<(u32, &str)> {
    let (rfc, rest) = line.strip_prefix("//= RFC ")?.split_once([' ', ':'])?;
    let (sections, _) = rest.split_once(':').unwrap_or(("", rest));
    Some((rfc.parse().ok()?, sections))
}

/// The test whose body holds line `at`, or that begins right below it.
fn test_around(lines: &[&str], at: usize) -> Option<String> {
    let below = lines[at..].iter().position(|line| !is_prelude(line)).map(|offset| at + offset);
    let head = below.filter(|line| function(lines[*line]).is_some()).or_else(|| {
        let indent = indentation(lines[at]);
        (0..at).rev().find(|line| function(lines[*line]).is_some() && indentation(lines[*line]) < indent)
    })?;
    let attributes = lines[..head].iter().rev().take_while(|line| is_prelude(line));
    attributes
        .into_iter()
        .any(|line| line.trim_start() == "#[test]")
        .then(|| function(lines[head]))?
        .map(str::to_owned)
}

/// Whether a line can stand between a mark and the function that it is for.
fn is_prelude(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with("#[")
}

fn function(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line =
        ["pub(crate) ", "pub(super) ", "pub "].iter().find_map(|v| line.strip_prefix(v)).unwrap_or(line);
    let name = line.strip_prefix("const ").unwrap_or(line).strip_prefix("fn ")?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[test]
fn a_mark_belongs_to_the_test_around_or_below_it() {
    let source = "fn obeys() {\n    //= RFC 3261 16.6: step 3\n}\n//= RFC 3261 16.3, 16.4: rule\n#[test]\nfn above() {}\n\
        #[test]\nfn around() {\n    //= RFC 768: checksum\n}\n";
    let mut marks = Vec::new();
    marks_in(source, "m", &mut marks);
    let told: Vec<_> = marks.iter().map(|m| (m.rfc, m.section.as_str(), m.test.as_deref())).collect();
    let wanted = [
        (3261, "16.6", None),
        (3261, "16.3", Some("above")),
        (3261, "16.4", Some("above")),
        (768, "", Some("around")),
    ];
    assert_eq!(told, wanted);
}

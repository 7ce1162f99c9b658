//! The generated part of the page: a table for each document, a row for each section.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::marks::Mark;

/// Where a section is obeyed, and which tests name it.
#[derive(Debug, Default)]
struct Row {
    rules: usize,
    modules: BTreeSet<String>,
    tests: BTreeSet<String>,
}

/// A section in the order of its numbers: 9.1 before 10.
type Place = (Vec<u32>, String);

/// The tables, documents in the order of their numbers.
pub(super) fn render(marks: &[Mark], tests: &BTreeMap<String, usize>) -> String {
    let mut documents: BTreeMap<u32, BTreeMap<Place, Row>> = BTreeMap::new();
    for mark in marks {
        let row = documents.entry(mark.rfc).or_default().entry(place(&mark.section)).or_default();
        match &mark.test {
            Some(test) => drop(row.tests.insert(format!("`{}::{test}`", mark.module))),
            None => {
                row.rules += 1;
                row.modules.insert(match tests.get(&mark.module) {
                    Some(count @ 1..) => format!("`{}` ({count})", mark.module),
                    _ => format!("`{}`", mark.module),
                });
            }
        }
    }
    let mut page = summary(&documents);
    for (rfc, rows) in &documents {
        writeln!(
            page,
            "\n## RFC {rfc}\n\n| section | rules | where (tests beside the code) | named by the tests |\n|---|---|---|---|"
        )
        .unwrap();
        for ((_, section), row) in rows {
            // RFC 768 has no numbers.
            let section = if section.is_empty() { "all" } else { section };
            let (modules, tests) = (list(&row.modules), list(&row.tests));
            writeln!(page, "| {section} | {} | {modules} | {tests} |", row.rules).unwrap();
        }
    }
    page
}

fn summary(documents: &BTreeMap<u32, BTreeMap<Place, Row>>) -> String {
    let rows = || documents.values().flat_map(BTreeMap::values);
    let rules: usize = rows().map(|row| row.rules).sum();
    let named = rows().filter(|row| !row.tests.is_empty()).count();
    format!(
        "\n{rules} rules from {} sections of {} documents are marked in the code; {named} of the sections are named by a \
        test. A number\nbehind a module says how many tests stand beside it; ladders, corpora and torture tests test whole flows besides.\n",
        rows().count(),
        documents.len()
    )
}

fn place(section: &str) -> Place {
    (section.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect(), section.to_owned())
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

//! `siplab check`: what is wrong with experiments and topologies, or what they will cost.

use std::path::Path;

use experiments::plan::{Override, Plan};
use experiments::schema::default::DEFAULTS;
use topologies::Topology;
use topologies::text::{Diagnostics, Document, Shape};

use crate::cli::Check;
use crate::ending::{Ending, Failure};
use crate::output::print;
use crate::progress::short;
use crate::source::{self, Source};

pub(crate) fn check(options: &Check) -> Result<Ending, Failure> {
    let overrides = source::set(&options.set)?;
    let mut wrong = Diagnostics::new();
    let mut text = String::new();
    for file in &options.files {
        match check_one(file, &overrides) {
            Ok(verdict) => text.push_str(&verdict),
            Err(Failure::Texts(diagnostics)) => wrong.append(diagnostics),
            Err(other) => return Err(other),
        }
    }
    if options.explain {
        text.push_str(&defaults());
    }
    print(&text)?;
    if wrong.is_empty() { Ok(Ending::Met) } else { Err(wrong.into()) }
}

fn check_one(word: &str, overrides: &[Override]) -> Result<String, Failure> {
    let source = find(word)?;
    if is_topology(&source.document) {
        let topology = Topology::load(&source.document, source.files.as_ref())?;
        return Ok(topology_verdict(word, &topology));
    }
    let plan = source::load(&source, overrides)?;
    Ok(experiment_verdict(word, &plan))
}

/// The text that `word` names: a built-in experiment or topology, else a file.
fn find(word: &str) -> Result<Source, Failure> {
    let builtin = experiments::builtin::builtin(word).or_else(|| match word.ends_with(".ron") {
        true => None,
        false => topologies::builtin(word),
    });
    match builtin {
        Some(document) => {
            Ok(Source { document, files: Box::new(topologies::text::NoFiles), called: word.to_owned() })
        }
        None if source::is_path(word) => source::file(Path::new(word)),
        None => {
            let experiments = experiments::builtin::builtins().iter().map(|builtin| builtin.name);
            let topologies = topologies::builtins().iter().map(|builtin| builtin.name);
            Err(source::unknown(
                "experiment or topology",
                word,
                &source::names(experiments.chain(topologies)),
            ))
        }
    }
}

/// A topology has nodes and no workload. What is neither is read as an experiment.
fn is_topology(document: &Document) -> bool {
    let Ok(outline) = document.outline() else { return false };
    let Shape::Fields(fields) = &outline.root.shape else { return false };
    let has = |name: &str| fields.iter().any(|field| field.name == name);
    (has("nodes") || has("links")) && !has("workload")
}

fn topology_verdict(word: &str, topology: &Topology) -> String {
    let (nodes, links) = (topology.nodes.len() as u64, topology.links.len() as u64);
    let size = format!("{} and {}", counted(nodes, "node"), counted(links, "link"));
    format!("ok: {word}: topology `{}` of {size}\n", topology.name)
}

fn experiment_verdict(word: &str, plan: &Plan) -> String {
    let estimate = plan.estimate();
    let cells = plan.cells.len() as u64;
    let replications = counted(estimate.runs / cells.max(1), "replication");
    let runs = format!("{} × {replications} = {}", counted(cells, "cell"), counted(estimate.runs, "run"));
    let (events, memory) = (short(estimate.events), memory(estimate.memory_octets));
    let name = &plan.experiment.name;
    format!(
        "ok: {word}: experiment `{name}` of {runs}, about {events} events, about {memory}B of memory a run\n"
    )
}

/// A number of things: `1 cell`, `4 cells`.
fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A size with its multiple and a space, such as `12.3 M`.
fn memory(octets: f64) -> String {
    let text = short(octets);
    if text.contains(' ') { text } else { text + " " }
}

/// What a field means that a file leaves out.
fn defaults() -> String {
    let width = |of: fn(&experiments::schema::default::Default) -> &'static str| {
        DEFAULTS.iter().map(|one| of(one).chars().count()).max().unwrap_or(0)
    };
    let (path, value) = (width(|one| one.path), width(|one| one.value));
    let line = |one: &experiments::schema::default::Default| {
        format!("  {:path$}  {:value$}  {}\n", one.path, one.value, one.why)
    };
    let lines: String = DEFAULTS.iter().map(line).collect();
    format!("defaults of fields that a file may leave out; nothing else is assumed\n{lines}")
}

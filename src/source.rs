//! From the word EXPERIMENT to a text, and from there to a plan.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use experiments::builtin::{builtin, builtins};
use experiments::conclusion::Invocation;
use experiments::plan::{Override, Plan};
use topologies::text::{DOCUMENT_OCTETS_MAX, Diagnostic, Diagnostics, Directory, Document, Files, NoFiles};

use crate::cli::Scenario;
use crate::ending::Failure;

/// A text with the files beside it.
pub(crate) struct Source {
    pub(crate) document: Document,
    pub(crate) files: Box<dyn Files>,
    /// How a command names it: a built-in name, or the name of the file without its folder.
    pub(crate) called: String,
}

/// A plan, and how it was asked for.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) invocation: Invocation,
}

/// The plan of the experiment that the command line names, with its overrides.
pub(crate) fn plan(scenario: &Scenario) -> Result<Planned, Failure> {
    let source = experiment(&scenario.experiment)?;
    let plan = load(&source, &overrides(scenario)?)?;
    Ok(Planned { plan, invocation: Invocation { experiment: source.called } })
}

/// The plan of a text with overrides. A mistake in the text as they changed it says that they did.
pub(crate) fn load(source: &Source, overrides: &[Override]) -> Result<Plan, Diagnostics> {
    let changed = |diagnostic: &Diagnostic| {
        diagnostic.file == source.document.name() && *diagnostic.source != *source.document.source()
    };
    Plan::load(&source.document, overrides, source.files.as_ref()).map_err(|diagnostics| {
        let said = overrides.iter().map(|one| format!("--set {one}")).collect::<Vec<_>>().join(" ");
        let noted = diagnostics.into_iter().map(|diagnostic| match changed(&diagnostic) {
            true if !overrides.is_empty() => diagnostic.note(format!("in the text as changed by {said}")),
            true | false => diagnostic,
        });
        noted.fold(Diagnostics::new(), |mut all, one| {
            all.push(one);
            all
        })
    })
}

/// The experiment that `word` names: one that is built in, else a file.
pub(crate) fn experiment(word: &str) -> Result<Source, Failure> {
    match builtin(word) {
        Some(document) => Ok(Source { document, files: Box::new(NoFiles), called: word.to_owned() }),
        None if is_path(word) => file(Path::new(word)),
        None => Err(unknown("experiment", word, &names(builtins().iter().map(|builtin| builtin.name)))),
    }
}

/// The text of the file at `path`, with the files of its folder.
pub(crate) fn file(path: &Path) -> Result<Source, Failure> {
    let document = read(path)?;
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let called = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(Source { document, files: Box::new(Directory(folder)), called })
}

/// Whether `word` is meant as a path: it looks like one, or leads somewhere.
pub(crate) fn is_path(word: &str) -> bool {
    word.ends_with(".ron") || word.contains(['/', '\\']) || Path::new(word).exists()
}

/// That nothing is called `word`, with what there is.
pub(crate) fn unknown(noun: &str, word: &str, names: &[String]) -> Failure {
    Diagnostic::new("EXPERIMENT", word, 0..word.len(), format!("unknown {noun} `{word}`"))
        .allow(names.iter().cloned().chain(["a path to a .ron file".to_owned()]))
        .suggest(word, names.iter().map(String::as_str))
        .into()
}

pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// The text of a file, which diagnostics call by its path as the user gave it.
///
/// # Errors
/// When it is absent, no file, too large or not UTF-8.
pub(crate) fn read(path: &Path) -> Result<Document, Diagnostic> {
    let name = path.display().to_string();
    let refused = |problem: String| Diagnostic::of_file(&name, problem);
    let unreadable = |error: std::io::Error| refused(format!("cannot be read: {error}"));
    if path.is_dir() {
        return Err(refused("is a folder, not a file".to_owned()));
    }
    let mut octets = Vec::new();
    let bounded = File::open(path).map_err(unreadable)?.take(DOCUMENT_OCTETS_MAX as u64 + 1);
    std::io::BufReader::new(bounded).read_to_end(&mut octets).map_err(unreadable)?;
    if octets.len() > DOCUMENT_OCTETS_MAX {
        return Err(refused("the file is larger than 8 MiB".to_owned()));
    }
    match String::from_utf8(octets) {
        Ok(text) if text.trim().is_empty() => Err(refused("the file is empty".to_owned())),
        Ok(text) => Ok(Document::new(name, text)),
        Err(error) => Err(not_utf8(&name, error.as_bytes(), error.utf8_error().valid_up_to())),
    }
}

fn not_utf8(name: &str, octets: &[u8], at: usize) -> Diagnostic {
    let before = String::from_utf8_lossy(&octets[..at]).into_owned();
    Diagnostic::new(name, &before, at..at, format!("octet {:#04x} is not UTF-8", octets[at]))
}

/// The changes that the command line asks for, in its order; `--seed` and `--replications` come last.
fn overrides(scenario: &Scenario) -> Result<Vec<Override>, Diagnostic> {
    let mut overrides: Vec<Override> = set(&scenario.set)?;
    let seed = scenario.seed.map(|seed| Override::new("seed", seed.to_string()));
    let replications = scenario.replications.map(|n| Override::new("replications", n.to_string()));
    overrides.extend(seed.into_iter().chain(replications));
    Ok(overrides)
}

/// The changes of `--set` options.
pub(crate) fn set(arguments: &[String]) -> Result<Vec<Override>, Diagnostic> {
    arguments.iter().map(|argument| Override::parse(argument)).collect()
}

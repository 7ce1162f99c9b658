//! Putting a value in the place of another.

use std::fmt;

use topologies::text::{Diagnostic, Document, Outline, Place};

/// A change to one field: a path and the text of the value that it gets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edit {
    pub(super) path: String,
    pub(super) value: String,
}

/// One `--set PATH=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override(Edit);

impl Override {
    /// The override that the option's argument says: `proxies.cores=8`.
    ///
    /// # Errors
    /// When there is no `=`, or nothing on one of its sides.
    pub fn parse(argument: &str) -> Result<Override, Diagnostic> {
        let refused = |span, problem| {
            Diagnostic::new("--set", argument, span, problem).allow(["PATH=VALUE, such as proxies.cores=8"])
        };
        let Some((path, value)) = argument.split_once('=') else {
            return Err(refused(0..argument.len(), "expected PATH=VALUE"));
        };
        if path.trim().is_empty() {
            return Err(refused(0..path.len(), "the path is missing"));
        }
        if value.trim().is_empty() {
            return Err(refused(argument.len()..argument.len(), "the value is missing"));
        }
        if let Err(error) = Outline::scan_part(value) {
            let begin = path.len() + 1;
            let at = begin + error.at.start..begin + error.at.end;
            return Err(Diagnostic::new("--set", argument, at, error.kind.to_string()));
        }
        Ok(Override::new(path.trim(), value.trim()))
    }

    /// The override that puts `value` at `path`.
    pub fn new(path: impl Into<String>, value: impl Into<String>) -> Override {
        Override(Edit { path: path.into(), value: value.into() })
    }

    /// The path of the field.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The text of its value.
    pub fn value(&self) -> &str {
        &self.0.value
    }

    pub(super) fn edit(&self) -> &Edit {
        &self.0
    }

    /// The same problem, said of the command line's path.
    pub(super) fn blame_path(&self, inner: &Diagnostic) -> Diagnostic {
        let text = self.to_string();
        inherit(Diagnostic::new("--set", &text, 0..self.path().len(), inner.problem.clone()), inner)
    }

    /// The problem of the text `edited`, said of what brought it in: the path when its last step is at fault, as an
    /// unknown field is, else the value.
    pub(super) fn blame(&self, inner: &Diagnostic, edited: &Document) -> Diagnostic {
        let last = self.path().rsplit('.').next().unwrap_or_default();
        match edited.source().get(inner.span.clone()) {
            Some(at_fault) if at_fault == last => self.blame_path(inner),
            Some(_) | None => self.blame_value(inner),
        }
    }

    /// The same problem, said of the command line's value.
    pub(super) fn blame_value(&self, inner: &Diagnostic) -> Diagnostic {
        let text = self.to_string();
        inherit(
            Diagnostic::new("--set", &text, self.path().len() + 1..text.len(), inner.problem.clone()),
            inner,
        )
    }
}

impl fmt::Display for Override {
    /// The argument of the option.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.path(), self.value())
    }
}

/// `inner`, said of another place.
pub(super) fn moved(inner: &Diagnostic, to: &Place<'_>) -> Diagnostic {
    inherit(to.problem(inner.problem.clone()), inner)
}

fn inherit(mut diagnostic: Diagnostic, inner: &Diagnostic) -> Diagnostic {
    diagnostic.allowed = inner.allowed.clone();
    diagnostic.suggestion = inner.suggestion.clone();
    diagnostic.notes = inner.notes.clone();
    diagnostic
}

/// A text with edits, some of which belong to the text of its topology.
#[derive(Clone, Debug)]
pub(super) struct Edited {
    pub(super) document: Document,
    /// Paths are those inside the topology.
    pub(super) topology: Vec<Edit>,
}

impl Edited {
    pub(super) fn new(document: Document) -> Edited {
        Edited { document, topology: Vec::new() }
    }

    /// The text with one more edit.
    ///
    /// # Errors
    /// When the path leads nowhere in the experiment; paths of a topology in a file of its own are looked up later.
    pub(super) fn with(&self, edit: &Edit) -> Result<Edited, Diagnostic> {
        if let Some(path) = edit.path.strip_prefix("topology.")
            && self.topology_is_a_file()
        {
            let mut topology = self.topology.clone();
            topology.push(Edit { path: path.to_owned(), value: edit.value.clone() });
            return Ok(Edited { document: self.document.clone(), topology });
        }
        let document = self.document.splice(&edit.path, &edit.value)?;
        Ok(Edited { document, topology: self.topology.clone() })
    }

    fn topology_is_a_file(&self) -> bool {
        self.document.locate("topology").is_ok_and(|spans| {
            spans.iter().any(|span| self.document.source()[span.clone()].starts_with("file"))
        })
    }
}

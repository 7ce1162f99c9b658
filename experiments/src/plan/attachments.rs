//! The files that an experiment names, read once.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use sim_api::Distribution;
use topologies::text::{Diagnostic, FileError, Files, Place};
use topologies::unit::SpanDistribution;

/// Tables of distributions and golden ladders, by the name under which the experiment knows them.
#[derive(Clone, Debug, Default)]
pub struct Attachments {
    tables: BTreeMap<String, Distribution>,
    ladders: BTreeMap<String, String>,
}

impl Attachments {
    /// Reads the table behind `written`, if there is one.
    ///
    /// # Errors
    /// When the table cannot be read or holds no spans.
    pub(super) fn add_table(
        &mut self,
        written: &SpanDistribution,
        files: &dyn Files,
        place: &Place<'_>,
    ) -> Result<(), Diagnostic> {
        if let SpanDistribution::Empirical(path) = written
            && !self.tables.contains_key(path)
        {
            self.tables.insert(path.clone(), written.resolve(files, place)?);
        }
        Ok(())
    }

    /// Reads a golden ladder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn add_ladder(&mut self, file: &str, files: &dyn Files) -> Result<(), FileError> {
        if !self.ladders.contains_key(file) {
            self.ladders.insert(file.to_owned(), files.read(file)?);
        }
        Ok(())
    }

    pub(super) fn ladder(&self, file: &str) -> Option<&str> {
        self.ladders.get(file).map(String::as_str)
    }

    pub(super) fn distribution(&self, written: &SpanDistribution) -> Distribution {
        match written {
            SpanDistribution::Fixed(span) => Distribution::Fixed(span.duration()),
            SpanDistribution::Exponential { mean } => Distribution::Exponential { mean: mean.duration() },
            SpanDistribution::Lognormal { mean, cv } => {
                Distribution::Lognormal { mean: mean.duration(), cv: *cv }
            }
            SpanDistribution::Uniform { low, high } => {
                Distribution::Uniform { low: low.duration(), high: high.duration() }
            }
            SpanDistribution::Empirical(path) => {
                // The plan reads every table that a cell names; one that it did not make has none.
                self.tables.get(path).cloned().unwrap_or(Distribution::Fixed(Duration::ZERO))
            }
        }
    }
}

/// Files that remember what was read from them.
pub(super) struct Recorder<'a> {
    files: &'a dyn Files,
    read: RefCell<BTreeMap<String, String>>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Recorder<'a> {
        Recorder { files, read: RefCell::default() }
    }

    /// Notes a text that came from elsewhere.
    pub(super) fn note(&self, name: &str, text: &str) {
        self.read.borrow_mut().insert(name.to_owned(), text.to_owned());
    }

    /// Each text that was read, by name.
    pub(super) fn texts(&self) -> BTreeMap<String, String> {
        self.read.borrow().clone()
    }
}

impl Files for Recorder<'_> {
    fn read(&self, path: &str) -> Result<String, FileError> {
        if let Some(text) = self.read.borrow().get(path) {
            return Ok(text.clone());
        }
        let text = self.files.read(path)?;
        self.note(path, &text);
        Ok(text)
    }
}

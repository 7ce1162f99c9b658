//! `journal.jsonl`: finished runs, one a line, so that an interrupted experiment goes on where it stopped.
//!
//! The first line says which experiment the journal belongs to. Each further line holds a run and the SHA-256 of its
//! text, is appended at once and forced to the disk. A last line that was torn by a crash is cut off; a damaged line
//! elsewhere is left out, and its run repeated.

mod line;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use records::RunRecord;

use crate::plan::Plan;
use line::Header;

/// The name of the file in the output folder.
pub const JOURNAL_FILE: &str = "journal.jsonl";

/// The journal of one experiment, open for more.
#[derive(Debug)]
pub struct Journal {
    file: File,
    finished: Vec<RunRecord>,
    damaged: Vec<usize>,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be opened, read or written.
    #[error("the journal cannot be opened: {0}")]
    Io(#[from] io::Error),
    /// The first line is not that of a journal.
    #[error("journal.jsonl is no journal of siplab")]
    Foreign,
    /// It belongs to another experiment, version or seed.
    #[error(
        "the journal belongs to another run of `{name}`: {differs}; start without --resume, or use another --out"
    )]
    Other {
        /// The name of its experiment.
        name: String,
        /// What differs.
        differs: String,
    },
}

impl Journal {
    /// An empty journal for `plan` in the folder `dir`; one that is there is replaced.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(dir: &Path, plan: &Plan) -> Result<Journal, JournalError> {
        let mut file = File::create(dir.join(JOURNAL_FILE))?;
        file.write_all(Header::of(plan).line().as_bytes())?;
        file.sync_all()?;
        Ok(Journal { file, finished: Vec::new(), damaged: Vec::new() })
    }

    /// The journal in the folder `dir` with the runs of `plan` that are finished; an empty one when there is none.
    ///
    /// # Errors
    /// When it belongs to another experiment, or cannot be read or written.
    pub fn resume(dir: &Path, plan: &Plan) -> Result<Journal, JournalError> {
        let opened = OpenOptions::new().read(true).write(true).open(dir.join(JOURNAL_FILE));
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Journal::create(dir, plan),
            Err(error) => return Err(error.into()),
        };
        let mut octets = Vec::new();
        file.read_to_end(&mut octets)?;
        let Some(first) = octets.iter().position(|&octet| octet == b'\n') else {
            // A crash before the first line was whole: nothing is lost.
            return Journal::create(dir, plan);
        };
        Header::parse(&octets[..first]).ok_or(JournalError::Foreign)?.check(plan)?;
        let read = line::runs(&octets[first + 1..]);
        file.set_len((first + 1 + read.whole) as u64)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Journal { file, finished: read.runs, damaged: read.damaged })
    }

    /// The runs of the journal in `dir`, whatever experiment it belongs to, by (cell, replication).
    ///
    /// # Errors
    /// When it is absent, unreadable or no journal.
    pub fn read(dir: &Path) -> Result<Vec<RunRecord>, JournalError> {
        let octets = std::fs::read(dir.join(JOURNAL_FILE))?;
        let first = octets.iter().position(|&octet| octet == b'\n').ok_or(JournalError::Foreign)?;
        Header::parse(&octets[..first]).ok_or(JournalError::Foreign)?;
        let mut runs = line::runs(&octets[first + 1..]).runs;
        runs.sort_by_key(|run| (run.cell, run.replication));
        runs.dedup_by_key(|run| (run.cell, run.replication));
        Ok(runs)
    }

    /// Adds a finished run and forces it to the disk.
    ///
    /// # Errors
    /// When it cannot be written, for instance because the disk is full.
    pub fn append(&mut self, run: &RunRecord) -> io::Result<()> {
        self.file.write_all(line::written(run).as_bytes())?;
        self.file.sync_data()
    }

    /// The numbers of the lines that were damaged, from 1: their runs are repeated.
    pub fn damaged_lines(&self) -> &[usize] {
        &self.damaged
    }

    /// How many finished runs it brought.
    pub fn finished(&self) -> usize {
        self.finished.len()
    }

    /// The finished runs that it brought; none after the first call.
    pub(crate) fn take_finished(&mut self) -> Vec<RunRecord> {
        std::mem::take(&mut self.finished)
    }

    #[cfg(test)]
    pub(crate) fn on(file: File) -> Journal {
        Journal { file, finished: Vec::new(), damaged: Vec::new() }
    }
}

#[cfg(test)]
mod tests;

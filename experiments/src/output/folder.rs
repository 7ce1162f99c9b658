//! Taking an output folder into possession.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use records::Results;

use super::manifest::{MANIFEST_FILE, Manifest};
use super::tables::{RUNS_FILE, SUMMARY_FILE, runs_csv, summary_csv};
use super::write_whole;
use crate::journal::{JOURNAL_FILE, Journal, JournalError};
use crate::plan::Plan;
use crate::summary::summary;

/// What to do with results that are in the folder already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Replace them.
    Fresh,
    /// Go on with them: `--resume`.
    Resume,
}

/// Why a folder cannot be used. All of them are found before anything runs.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It is not empty, and not ours.
    #[error("`{0}` is not empty and holds no results of siplab: name another with --out")]
    Foreign(String),
    /// It is a file.
    #[error("`{0}` is not a folder")]
    NotAFolder(String),
    /// It cannot be made, read or written.
    #[error("`{path}` cannot be written: {error}")]
    Unwritable {
        /// The folder.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// Its journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// It holds no complete results.
    #[error("`{0}` holds no complete results: finish them with `siplab run … --resume`")]
    Incomplete(String),
}

/// An output folder that is ours.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    manifest: Manifest,
}

/// What siplab writes into an output folder, and removes before it starts anew.
const OUR_FILES: [&str; 6] =
    ["calls.csv.gz", JOURNAL_FILE, MANIFEST_FILE, "report.html", RUNS_FILE, SUMMARY_FILE];
const OUR_FOLDER: &str = "plots";

impl Folder {
    /// Takes the folder `path` for the runs of `plan`: makes it when it is absent, replaces or resumes results of ours,
    /// and refuses anything else. Afterwards a manifest stands in it that calls the results incomplete.
    ///
    /// # Errors
    /// When the folder is foreign or cannot be written, or its journal is that of another experiment. Nothing has
    /// changed then.
    pub fn take(
        path: &Path,
        plan: &Plan,
        start: Start,
        threads: usize,
    ) -> Result<(Folder, Journal), FolderError> {
        let unwritable = |error| FolderError::Unwritable { path: shown(path), error };
        if path.exists() && !path.is_dir() {
            return Err(FolderError::NotAFolder(shown(path)));
        }
        std::fs::create_dir_all(path).map_err(unwritable)?;
        if !is_ours(path).map_err(unwritable)? {
            return Err(FolderError::Foreign(shown(path)));
        }
        let folder = Folder { path: path.to_owned(), manifest: Manifest::begun(plan, threads) };
        if start == Start::Resume {
            let journal = Journal::resume(path, plan)?;
            folder.manifest.write(path).map_err(unwritable)?;
            return Ok((folder, journal));
        }
        // The manifest first: when it cannot be written, what was there stays.
        folder.manifest.write(path).map_err(unwritable)?;
        folder.clear().map_err(unwritable)?;
        Ok((folder, Journal::create(path, plan)?))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the tables, then the manifest of complete results, in which the wall time of this call stands.
    ///
    /// # Errors
    /// When a file cannot be written, for instance because the disk is full. The journal keeps the runs.
    pub fn complete(self, results: &Results, wall_time: Duration) -> io::Result<()> {
        write_whole(&self.path.join(RUNS_FILE), &runs_csv(results)?)?;
        write_whole(&self.path.join(SUMMARY_FILE), &summary_csv(results)?)?;
        self.manifest.completed(&results.experiment, wall_time).write(&self.path)
    }

    /// The results that a complete folder holds, read back from its manifest and its journal.
    ///
    /// # Errors
    /// When the folder is not ours, incomplete or damaged.
    pub fn read(path: &Path) -> Result<Results, FolderError> {
        let manifest = Manifest::read(path).ok_or_else(|| FolderError::Foreign(shown(path)))?;
        let Some(experiment) = manifest.experiment.filter(|_| manifest.complete) else {
            return Err(FolderError::Incomplete(shown(path)));
        };
        let mut runs = Journal::read(path)?;
        runs.retain(|run| run.replication < experiment.replications);
        if runs.len() as u64 != manifest.cells * u64::from(experiment.replications) {
            return Err(FolderError::Incomplete(shown(path)));
        }
        let summary = summary(&experiment.cells, &runs);
        Ok(Results::new(experiment, runs, summary))
    }

    /// Removes what an earlier experiment left, except the manifest, which is this one's.
    fn clear(&self) -> io::Result<()> {
        for name in OUR_FILES.iter().filter(|name| **name != MANIFEST_FILE) {
            absent_is_fine(std::fs::remove_file(self.path.join(name)))?;
        }
        let plots = self.path.join(OUR_FOLDER);
        if plots.is_dir() {
            for entry in std::fs::read_dir(&plots)? {
                let file = entry?.path();
                if file.extension().is_some_and(|ending| ending == "svg") {
                    std::fs::remove_file(file)?;
                }
            }
            // Something else in it stays, and the folder with it.
            let _ = std::fs::remove_dir(&plots);
        }
        Ok(())
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn absent_is_fine(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Whether the folder is empty or holds a manifest of ours.
fn is_ours(path: &Path) -> io::Result<bool> {
    let mut entries = std::fs::read_dir(path)?;
    // A crash while the very first manifest was written leaves its unfinished part alone.
    let foreign = entries.any(|entry| {
        entry.map_or(true, |entry| entry.file_name() != format!("{MANIFEST_FILE}.part").as_str())
    });
    Ok(!foreign || Manifest::read(path).is_some())
}

#[cfg(test)]
mod tests;

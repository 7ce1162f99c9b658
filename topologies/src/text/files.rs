//! Where texts and tables named by a text come from.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use super::document::DOCUMENT_OCTETS_MAX;

/// Reads a file that a document names, such as the table of an empirical distribution.
pub trait Files {
    /// The text of the file at `path`, relative to the document.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    fn read(&self, path: &str) -> Result<String, FileError>;
}

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is no such file.
    #[error("there is no file `{0}`")]
    Absent(String),
    /// It is there but cannot be read.
    #[error("file `{path}` cannot be read: {reason}")]
    Unreadable {
        /// The path as the document gives it.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// It is larger than [`DOCUMENT_OCTETS_MAX`].
    #[error("file `{0}` is larger than 8 MiB")]
    TooLarge(String),
}

/// The files in and below one directory of the disk.
#[derive(Clone, Debug)]
pub struct Directory(pub PathBuf);

impl Files for Directory {
    fn read(&self, path: &str) -> Result<String, FileError> {
        let full = self.0.join(path);
        let unreadable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::Absent(path.to_owned()),
            _ => FileError::Unreadable { path: path.to_owned(), reason: error.to_string() },
        };
        // A device or a pipe has no length to ask for: what is read is bounded, not what is promised.
        let bound = DOCUMENT_OCTETS_MAX as u64 + 1;
        let mut text = String::new();
        std::fs::File::open(&full)
            .and_then(|file| file.take(bound).read_to_string(&mut text))
            .map_err(unreadable)?;
        if text.len() as u64 == bound {
            return Err(FileError::TooLarge(path.to_owned()));
        }
        Ok(text)
    }
}

/// Files held in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct InMemory(pub BTreeMap<String, String>);

impl Files for InMemory {
    fn read(&self, path: &str) -> Result<String, FileError> {
        self.0.get(path).cloned().ok_or_else(|| FileError::Absent(path.to_owned()))
    }
}

/// No files at all: for documents that are built in.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<String, FileError> {
        Err(FileError::Absent(path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_gives_its_files_and_says_what_it_lacks() {
        let here = Directory(PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        assert!(here.read("two-hosts.ron").is_ok_and(|text| text.contains("two-hosts")));
        assert_eq!(here.read("none.csv"), Err(FileError::Absent("none.csv".to_owned())));
        assert!(matches!(here.read("src"), Err(FileError::Unreadable { .. })), "a directory is no file");
    }
}

//! The output folder: who owns it, what stands in it, and how it is read back.
//!
//! | file | content |
//! |---|---|
//! | `manifest.json` | [`Manifest`]: the only file that knows wall time and threads |
//! | `runs.csv`, `summary.csv` | the results as tables |
//! | `journal.jsonl` | the finished runs, see [`crate::journal`] |
//!
//! Files are written beside their place and renamed into it. Plots and the page are drawn by crate `reports`.

mod folder;
mod manifest;
mod tables;

pub use folder::{Folder, FolderError, Start};
pub use manifest::{MANIFEST_FILE, Manifest};
pub use tables::{RUNS_FILE, SUMMARY_FILE, runs_csv, summary_csv};

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

/// These octets as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(2 * octets.len()), |mut text, octet| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// Writes a file so that its name never stands for half of its content: beside its place first, then renamed.
///
/// # Errors
/// When the folder cannot be written or the disk is full; the file is then as it was.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = std::fs::File::create(&part).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&part, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(&part);
    })
}

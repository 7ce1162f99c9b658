//! `siplab report`: the report of an output folder, drawn again from its records alone.

use std::fs;
use std::path::{Path, PathBuf};

use experiments::output::Folder;
use records::Results;

use crate::cli::Report;
use crate::ending::{Ending, Failure};
use crate::output::{print, unfinished};

pub(crate) fn report(options: &Report) -> Result<Ending, Failure> {
    let results = Folder::read(&options.folder)?;
    let report = draw(&options.folder, &results)?;
    print(&format!("{}\n", report.display()))?;
    Ok(Ending::Met)
}

/// Draws report and plots into `folder`; returns the report's path.
///
/// # Errors
/// When they cannot be written. What was there stays, and no part of what was begun.
pub(crate) fn draw(folder: &Path, results: &Results) -> Result<PathBuf, Failure> {
    reports::write(folder, results).map(|written| written.report).map_err(|error| {
        [folder.to_owned(), folder.join("plots")].iter().for_each(|folder| remove_parts(folder));
        unfinished(folder, &error)
    })
}

fn remove_parts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "part") {
            // It is left over from a failure: a second one changes nothing.
            let _ = fs::remove_file(path);
        }
    }
}

//! Writing the report into a results folder.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use records::Results;

use crate::map::maps;
use crate::page::page;
use crate::plots::plots;

/// What [`write()`] wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// `report.html`.
    pub report: PathBuf,
    /// The files in `plots/`, by name.
    pub plots: Vec<PathBuf>,
}

/// Writes `report.html` and `plots/*.svg` into the folder `dir`, which has to exist.
///
/// Each file is written beside its place and renamed into it, so a reader sees a whole file or none. Plots of
/// an earlier report that this one does not draw are removed. The same results give the same octets.
///
/// # Errors
/// The first file or folder that could not be written, named in the error's text.
pub fn write(dir: &Path, results: &Results) -> io::Result<Written> {
    let folder = dir.join("plots");
    named(&folder, fs::create_dir_all(&folder))?;
    let drawings = plots(results)
        .into_iter()
        .map(|plot| (plot.name, plot.svg))
        .chain(maps(results).into_iter().map(|map| (map.name, map.svg)));
    let mut names = BTreeSet::new();
    for (name, svg) in drawings {
        let file = format!("{name}.svg");
        replace(&folder.join(&file), &svg)?;
        names.insert(file);
    }
    remove_others(&folder, &names)?;
    let report = dir.join("report.html");
    replace(&report, &page(results))?;
    Ok(Written { report, plots: names.iter().map(|name| folder.join(name)).collect() })
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let beside = path.with_extension("part");
    named(path, fs::write(&beside, text).and_then(|()| fs::rename(&beside, path)))
}

/// Removes drawings that are not among `names`.
fn remove_others(folder: &Path, names: &BTreeSet<String>) -> io::Result<()> {
    for entry in named(folder, fs::read_dir(folder))? {
        let path = named(folder, entry)?.path();
        let known = path.file_name().and_then(OsStr::to_str).is_some_and(|name| names.contains(name));
        let drawn = matches!(path.extension().and_then(OsStr::to_str), Some("svg" | "part"));
        if drawn && !known {
            named(&path, fs::remove_file(&path))?;
        }
    }
    Ok(())
}

/// The same result, its error naming `path`.
fn named<T>(path: &Path, result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

//! Finding test material that is not part of the project.

use std::path::{Path, PathBuf};

/// The contents of `data/path` in the shared folder for the test `name`; prints whether the test runs or is skipped.
pub(crate) fn read(path: &str, name: &str) -> Option<Vec<u8>> {
    let file = folder().join("data").join(path);
    let contents = std::fs::read(&file).ok();
    match &contents {
        Some(_) => println!("shared-data test executed: {name}"),
        None => println!("skipped: {name}: {} is missing", file.display()),
    }
    contents
}

/// The contents of another file beside one that [`read`] found.
pub(crate) fn beside(path: &str) -> Vec<u8> {
    std::fs::read(folder().join("data").join(path)).expect("the file is named by an index that was found")
}

/// The names of the entries of `data/path`, in the order of the alphabet.
pub(crate) fn entries(path: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder().join("data").join(path)).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("SIPLAB_SHARED").map_or_else(|| workspace.join("../shared"), PathBuf::from)
}

//! Finding test material that is not part of the project.

use std::path::{Path, PathBuf};

/// The contents of `path` in the shared folder for the test `name`; prints whether the test runs or is skipped.
pub(crate) fn read(path: &str, name: &str) -> Option<String> {
    let file = folder().join(path);
    let contents = std::fs::read_to_string(&file).ok();
    match &contents {
        Some(_) => println!("shared-data test executed: {name}"),
        None => println!("skipped: {name}: {} is missing", file.display()),
    }
    contents
}

/// The contents of another file beside one that [`read`] found.
pub(crate) fn beside(path: &str) -> String {
    std::fs::read_to_string(folder().join(path)).expect("the file is part of what was found")
}

/// The names in the folder `path`, in the order of the alphabet, for the test `name`; none if it is missing.
pub(crate) fn entries(path: &str, name: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder().join(path)) else {
        println!("skipped: {name}: {} is missing", folder().join(path).display());
        return Vec::new();
    };
    println!("shared-data test executed: {name}");
    let mut names: Vec<_> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The octets of a file that [`entries`] named.
pub(crate) fn octets(path: &str) -> Vec<u8> {
    std::fs::read(folder().join(path)).expect("the file is in its folder")
}

fn folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("SIPLAB_SHARED").map_or_else(|| workspace.join("../shared"), PathBuf::from)
}

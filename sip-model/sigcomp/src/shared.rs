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

fn folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("SIPLAB_SHARED").map_or_else(|| workspace.join("../shared"), PathBuf::from)
}

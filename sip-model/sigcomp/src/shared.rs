//! Finding test material that is not part of the project.

use std::path::{Path, PathBuf};

/// The contents of `path` in the shared folder for the test `name`; prints whether the test runs or is skipped.
pub(crate) fn read(path: &str, name: &str) -> Option<String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var_os("SIPLAB_SHARED").map_or_else(|| workspace.join("../shared"), PathBuf::from);
    let file = folder.join(path);
    let contents = std::fs::read_to_string(&file).ok();
    match &contents {
        Some(_) => println!("shared-data test executed: {name}"),
        None => println!("skipped: {name}: {} is missing", file.display()),
    }
    contents
}

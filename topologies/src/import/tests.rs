use std::path::PathBuf;

use expect_test::{expect, expect_file};

use super::*;
use crate::Topology;
use crate::text::{Document, NoFiles};

/// The text of a shared topology; `None`, with a line on stdout, when the shared data is not there.
fn shared(test: &str, file: &str) -> Option<String> {
    let root = std::env::var_os("SIPLAB_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let path = root.join("data/topologies").join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            println!("shared-data test executed: {test}");
            Some(text)
        }
        Err(_) => {
            println!("skipped: {test} needs data/topologies/{file} of the shared data");
            None
        }
    }
}

#[test]
fn germany50_is_imported_to_the_octet_as_it_ships() {
    let Some(text) = shared("germany50_is_imported_to_the_octet_as_it_ships", "germany50.json") else {
        return;
    };
    let import = import("germany50.json", &text, Spelling::Native).unwrap();
    expect_file!["../../germany50.ron"].assert_eq(&import.text);
}

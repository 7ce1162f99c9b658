//! Seeds: our own, and those of the independent data where they are there.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::Target;

/// Seeds above this would only slow the campaign down.
const SEED_OCTETS_MAX: u64 = 16 * 1024;
/// No more seeds than this from one folder or archive.
const SEEDS_MAX: usize = 400;

/// Whether the independent data took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// It was read.
    Read,
    /// It is not on this machine.
    Missing,
}

/// The folder of the independent data: `SIPLAB_SHARED`, else `../shared` beside the workspace.
#[must_use]
pub fn shared_data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let data = std::env::var_os("SIPLAB_SHARED").map_or_else(beside, PathBuf::from).join("data");
    data.is_dir().then_some(data)
}

/// The seeds of a target, its corpus of earlier findings included.
#[must_use]
pub fn seeds_of(target: &Target) -> (Vec<Vec<u8>>, Shared) {
    let mut seeds: Vec<Vec<u8>> = target.seeds.iter().map(|seed| seed.to_vec()).collect();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name), &mut seeds);
    let Some(data) = shared_data() else { return (seeds, Shared::Missing) };
    for corpus in target.corpora {
        gather(&data.join(corpus), &mut seeds);
    }
    (seeds, Shared::Read)
}

/// The files of a folder and of those in it, of an archive, or the file itself.
fn gather(path: &Path, seeds: &mut Vec<Vec<u8>>) {
    let mut found = Vec::new();
    if path.extension().is_some_and(|extension| extension == "zip") {
        unpack(path, &mut found);
    } else {
        read(path, &mut found);
    }
    // A sample spread over the whole says more than the first names of the alphabet.
    let step = found.len().div_ceil(SEEDS_MAX).max(1);
    seeds.extend(found.into_iter().step_by(step));
}

fn read(path: &Path, found: &mut Vec<Vec<u8>>) {
    let Ok(metadata) = fs::metadata(path) else { return };
    if metadata.is_dir() {
        let Ok(entries) = fs::read_dir(path) else { return };
        let mut inner: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        inner.sort();
        inner.iter().for_each(|path| read(path, found));
    } else if metadata.len() <= SEED_OCTETS_MAX {
        found.extend(fs::read(path));
    }
}

fn unpack(path: &Path, found: &mut Vec<Vec<u8>>) {
    let archive = File::open(path).ok().and_then(|file| zip::ZipArchive::new(file).ok());
    let Some(mut archive) = archive else { return };
    for at in 0..archive.len() {
        let Ok(entry) = archive.by_index(at) else { continue };
        let mut octets = Vec::new();
        if entry.is_file() && entry.take(SEED_OCTETS_MAX).read_to_end(&mut octets).is_ok() {
            found.push(octets);
        }
    }
}

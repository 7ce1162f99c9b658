//! Results for standard output and for files.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::ending::Failure;

/// Writes `text` to standard output. That nobody reads on (`siplab list | head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_octets(text.as_bytes())
}

/// As [`print()`], of octets that may be no text.
pub(crate) fn print_octets(octets: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(octets).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Incomplete(format!("standard output cannot be written: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A file that gets its name when it is whole: until then, and for ever after a failure, what was there stays.
///
/// Something that is there and no regular file (a terminal, a pipe) is written directly.
#[derive(Debug)]
pub(crate) struct Target {
    path: PathBuf,
    part: Option<PathBuf>,
}

impl Target {
    /// Opens a file that will be called `path`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn open(path: &Path) -> Result<(Target, File), Failure> {
        let refused =
            |error: io::Error| Failure::Usage(format!("`{}` cannot be written: {error}", path.display()));
        // What the name leads to is replaced, not a symbolic link on the way.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if place.exists() && !place.is_file() {
            let file = File::options().write(true).open(&place).map_err(refused)?;
            return Ok((Target { path: place, part: None }, file));
        }
        let part = part_of(&place);
        let file = File::create(&part).map_err(refused)?;
        Ok((Target { path: place, part: Some(part) }, file))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When its octets do not reach the disk.
    pub(crate) fn keep(mut self, file: File) -> Result<(), Failure> {
        let Some(part) = self.part.take() else { return Ok(()) };
        let kept = file.sync_all().and_then(|()| fs::rename(&part, &self.path));
        kept.map_err(|error| {
            let _ = fs::remove_file(&part);
            unfinished(&self.path, &error)
        })
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            let _ = fs::remove_file(part);
        }
    }
}

/// Writes `text` into the file `path`.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn save(path: &Path, text: &str) -> Result<(), Failure> {
    let (target, mut file) = Target::open(path)?;
    file.write_all(text.as_bytes()).map_err(|error| unfinished(path, &error))?;
    target.keep(file)
}

/// That `path` could be begun but not finished.
pub(crate) fn unfinished(path: &Path, error: &io::Error) -> Failure {
    Failure::Incomplete(format!("`{}` cannot be written: {error}", path.display()))
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".part");
    path.with_file_name(name)
}

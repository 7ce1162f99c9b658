//! `siplab inspect`: what is in message files and captures, and what is wrong with it.

mod message;
mod reading;
mod tell;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;

use crate::cli::{Format, Inspect};
use crate::ending::{Ending, Failure};
use crate::output;
use message::Inspected;
use reading::{Contents, read};

pub(crate) fn inspect(options: &Inspect) -> Result<Ending, Failure> {
    let mut is_sound = true;
    for path in &options.files {
        let contents = contents(path)?;
        is_sound &= !contents.messages.iter().any(Inspected::is_malformed);
        if options.raw {
            output::print_octets(&tell::raw(&contents))?;
            continue;
        }
        match options.format {
            Format::Json => output::print(&tell::json(&contents))?,
            Format::Text => {
                if options.files.len() > 1 {
                    output::print(&format!("{}\n", path.display()))?;
                }
                output::print(&tell::text(&contents))?;
            }
        }
        for remark in tell::remarks(&contents) {
            eprintln!("siplab: {}: {remark}", path.display());
        }
    }
    Ok(if is_sound { Ending::Met } else { Ending::Malformed })
}

fn contents(path: &Path) -> Result<Contents, Failure> {
    let refused =
        |problem: &dyn std::fmt::Display| Failure::Usage(format!("`{}`: {problem}", path.display()));
    let octets = fs::read(path).map_err(|error| refused(&error))?;
    if octets.is_empty() {
        return Err(refused(&"the file is empty"));
    }
    read(&octets).map_err(|error| refused(&error))
}

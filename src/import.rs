//! `siplab import`: a published topology becomes a topology file.

use std::path::Path;

use topologies::Topology;
use topologies::import::{Spelling, import as convert};
use topologies::text::{Document, NoFiles};

use crate::cli::Import;
use crate::ending::{Ending, Failure};
use crate::output::{print, save};
use crate::source::read;

pub(crate) fn import(options: &Import) -> Result<Ending, Failure> {
    let published = read(&options.file)?;
    let imported = convert(published.name(), published.source(), Spelling::Native)?;
    save(&options.output, &imported.text)?;
    for note in &imported.notes {
        eprintln!("note: {note}");
    }
    print(&described(&options.output, &imported.text))?;
    Ok(Ending::Met)
}

/// What the file holds, in a line. A network in several parts is a file to edit, not yet a topology.
fn described(path: &Path, text: &str) -> String {
    match Topology::load(&Document::new(path.display().to_string(), text), &NoFiles) {
        Ok(topology) => {
            format!("{}: {} nodes, {} links\n", path.display(), topology.nodes.len(), topology.links.len())
        }
        Err(_) => format!("{}: to be edited before use, see the notes\n", path.display()),
    }
}

//! Published topologies become topology files.
//!
//! Two formats are read: the NetworkX node-link JSON of TopoHub, and the GML of the Internet Topology Zoo. The result
//! is a text for people to read and edit, one line a node, link and demand; the same input gives the same octets.
//! What the source does not say and the importer had to assume stands in the text, and in a [`Note`].

mod gml;
mod network;
mod note;
mod spelling;
mod topohub;
mod write;

pub use note::Note;
pub use spelling::Spelling;

use crate::text::{DOCUMENT_OCTETS_MAX, Diagnostic};

/// What an importer made of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The topology, as RON.
    pub text: String,
    /// What the reader of the text should know, in the order of the network.
    pub notes: Vec<Note>,
}

/// The topology in `text`, the content of the file called `name`: GML when the name ends in `.gml`, else JSON.
///
/// Names of nodes are spelt as `spelling` says.
///
/// # Errors
/// When the text is neither, is larger than 8 MiB, lacks what a topology needs, or contradicts itself.
pub fn import(name: &str, text: &str, spelling: Spelling) -> Result<Import, Diagnostic> {
    if text.len() > DOCUMENT_OCTETS_MAX {
        return Err(Diagnostic::of_file(name, "the file is larger than 8 MiB"));
    }
    let is_gml = name.to_lowercase().ends_with(".gml");
    let published = if is_gml { gml::read(name, text)? } else { topohub::read(name, text)? };
    let mut notes = Vec::new();
    let network = published.complete(name, text, spelling, &mut notes)?;
    Ok(Import { text: write::ron(&network), notes })
}

/// The last part of a path without its extension.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.split_once('.').map_or(file, |(stem, _)| stem)
}

#[cfg(test)]
mod tests;

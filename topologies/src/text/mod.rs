//! RON source texts: where a value stands, what is wrong with it, and how to replace it.
//!
//! A [`Document`] is parsed into a typed value by serde. What serde or a later check refuses becomes a [`Diagnostic`]
//! that names file, line and column, shows the line with a caret, lists what is allowed and proposes the nearest name.
//!
//! A *path* such as `links.*.loss` names values by the fields and positions that lead to them. Because RON's generic
//! tree loses the names of enum variants, an override replaces the octets of a value ([`splice`]) and the text is
//! parsed again.

mod diagnostic;
mod document;
mod files;
mod outline;
mod path;
mod refusal;
mod scan;

pub use diagnostic::{DIAGNOSTICS_MAX, Diagnostic, Diagnostics, Finding, nearest};
pub use document::{DOCUMENT_OCTETS_MAX, Document, Place};
pub use files::{Directory, FileError, Files, InMemory, NoFiles};
pub use outline::{Entry, Field, Outline, Shape, Value};
pub use path::{PathError, locate, splice};
pub use refusal::refuse;
pub use scan::{DEPTH_MAX, ScanError, ScanErrorKind};

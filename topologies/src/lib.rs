//! Networks as RON files, and importers for published topologies.
//!
//! # What it models
//!
//! A *topology*: nodes at places on the globe, links between them with all that a link does to packets, and who talks
//! to whom, either as a published traffic matrix or by the gravity model. Beside it, all that a RON file of siplab
//! needs: [`text`] finds mistakes and says where they stand, and overrides values by their path; [`mod@unit`] reads
//! quantities that carry their unit. Links to terminals: rates and delays of their own in each direction, one medium
//! for both, headers compressed or not counted; [`radios`] are such links by name.
//!
//! # What it leaves out
//!
//! Subscribers, servers and calls (they are an experiment's), shared-risk groups of links, time-varying demands, and
//! nodes that move. Great-circle distances are computed by importers alone: a run
//! depends on the lengths in the file, never on a platform's trigonometry.
//!
//! ```text
//!   TopoHub JSON ─┐ import
//!   Zoo GML ──────┴────────▶ topology.ron, one line a node, link, demand
//!                                 │
//!                    ┌────────────▼─────────────┐
//!     --set, ───────▶│ Document                 │──▶ Diagnostics: file:line:col, caret,
//!     factors splice │ octets, outline, paths   │    what is allowed, the nearest name
//!                    └────────────┬─────────────┘                 ▲
//!                           parse │ types, unknown fields, units ─┤
//!                                 ▼                               │
//!                           TopologyFile                          │
//!                         resolve │ names, ranges, connection ────┘
//!                                 ▼
//!                            Topology ──▶ add_to: NetworkBuilder · demand, apportion · positions: the map
//! ```
//!
//! # Example
//!
//! ```
//! use topologies::text::{Document, NoFiles};
//! use topologies::{Topology, builtin};
//!
//! let document = builtin("germany50").ok_or("not built in")?;
//! let topology = Topology::load(&document, &NoFiles)?;
//! let koeln = topology.node("Köln").ok_or("no such city")?;
//! assert_eq!(topology.nodes[koeln].label(), "koeln");
//! assert_eq!(topology.apportion(20_000).ok_or("no demands")?[koeln], 1083);
//!
//! // An override replaces text, so that the names of variants survive.
//! let lossy = document.splice("links.*.loss", "percent(1)")?;
//! assert_eq!(Topology::load(&lossy, &NoFiles)?.links[0].loss.mean(), 0.01);
//!
//! // A mistake is shown where it stands.
//! let source = "(nodes: [(name: \"a\"), (name: \"b\")],\n links: [(betwen: (\"a\", \"b\"))])";
//! let error = Topology::load(&Document::new("net.ron", source), &NoFiles).unwrap_err();
//! assert!(error.to_string().starts_with("net.ron:2:11: unknown field `betwen`"));
//! assert!(error.to_string().ends_with("did you mean `between`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Contract
//!
//! - Nothing in a text makes this crate panic, and a text that cannot be right is refused within a second, however
//!   large its numbers: texts are bounded to [`text::DOCUMENT_OCTETS_MAX`] and [`text::DEPTH_MAX`], networks to
//!   [`schema::NODES_MAX`] and [`schema::LINKS_MAX`].
//! - A topology is connected, its names and domain labels are unique, and every link has a rate, a queue, an MTU and a
//!   propagation that its file states: the schema assumes nothing physical.
//! - Propagation is length × detour × µs per km, rounded to whole nanoseconds; no function whose last bit depends on
//!   the platform touches what a run uses.
//! - The same input gives the same octets, on every platform: importers write lengths to 10 m.
//!
//! # Standards and sources
//!
//! RON 0.12; RFC 1035 2.3.4 (domain labels); RFC 791 3.2 (the least MTU); SNDlib (Orlowski et al., Networks 55, 2010)
//! and the Internet Topology Zoo (Knight et al., IEEE JSAC 29, 2011) for the published networks.

mod builtin;
pub mod import;
#[cfg(test)]
mod mutation;
mod radio;
pub mod schema;
pub mod text;
pub mod unit;

pub use builtin::{Builtin, builtin, builtins};
pub use radio::{Radio, radio, radios};
pub use schema::{Demand, Link, Node, Position, Topology, TopologyFile};

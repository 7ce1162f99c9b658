//! The crate against an independent implementation, and over simulated links.

mod oracle;
mod resolving;
mod world;

//! Material that nobody here wrote: examples of RFCs, torture, captures of other products, their test messages.

#[path = "../../src/shared.rs"]
mod shared;

mod captures;
mod differential;
mod material;
mod preservation;

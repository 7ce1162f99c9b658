//! Hostile octets against everything that reads octets from outside, on stable Rust.
//!
//! A *target* is a function that takes any octets. The driver feeds it mutations of seeds and judges what happens:
//!
//! | oracle | finding |
//! |---|---|
//! | no panic; overflow checks and debug assertions are on in the profile that tests use | [`Finding::Panic`] |
//! | peak memory ≤ 64 × input + 1 MB | [`Finding::Memory`] |
//! | an input ends within seconds | the watchdog ends the process and keeps the input |
//! | time grows linearly: 256 kB take at most 20 times as long as 16 kB | [`Finding::Growth`] |
//! | no stack overflow: targets run on a small stack | the process dies, `--trace` keeps the input |
//!
//! ```text
//!   seeds (own, and the independent data) ──▶ mutator ──▶ target ──▶ oracles ──▶ finding ──▶ file, exit 1
//!                                               ▲ seed and iteration: the same inputs each time
//! ```
//!
//! Mutation is blind: on stable Rust nothing tells which branches an input reached. What makes up for it are seeds
//! from the standards' torture tests and other stacks' corpora, tokens of each grammar, and repetition, which is what
//! finds quadratic time. Each input that ever failed is a file in `corpus/` and is replayed by the tests.
//!
//! ```
//! let target = fuzz::Target { name: "length", run: |octets| assert!(octets.len() < 4), seeds: &[], corpora: &[], tokens: &[] };
//! assert!(fuzz::attempt(&target, b"abc").is_ok());
//! assert!(matches!(fuzz::attempt(&target, b"abcd"), Err(fuzz::Finding::Panic(_))));
//! ```

mod campaign;
mod growth;
mod mutate;
mod oracle;
mod seeds;
pub mod targets;

pub use campaign::{Campaign, Report};
pub use growth::{LARGE, RATIO_MAX, SMALL, grows_linearly};
pub use mutate::Mutator;
pub use oracle::{Finding, attempt, memory_limit};
pub use seeds::{Shared, seeds_of, shared_data};

/// Counts what is allocated, so that the memory of one input can be judged.
#[global_allocator]
static ALLOCATOR: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

/// Something that takes any octets.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Takes the octets; only a panic is a failure.
    pub run: fn(&[u8]),
    /// Seeds of our own.
    pub seeds: &'static [&'static [u8]],
    /// Folders and archives of the independent data that hold seeds.
    pub corpora: &'static [&'static str],
    /// Pieces of the grammar that a mutation inserts and repeats.
    pub tokens: &'static [&'static str],
}

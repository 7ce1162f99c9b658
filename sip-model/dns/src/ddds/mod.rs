//! Rewrite rules in NAPTR records: the dynamic delegation discovery system (RFC 3401 to 3404) and ENUM (RFC 6116).

mod e164;
mod substitution;

pub use e164::{EnumError, EnumLookup, EnumStep, MAX_NON_TERMINALS};
pub use substitution::{Substitution, SubstitutionError};

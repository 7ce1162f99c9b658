//! How SIP messages are compressed.

use serde::Deserialize;

/// How an element compresses what it sends to those who take SigComp (RFC 3320, RFC 5049). Each understands whatever
/// the others send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// Not at all: it takes no SigComp.
    #[default]
    None,
    /// With the dictionary of RFC 3485 alone.
    Static,
    /// Also with its own earlier messages.
    Dynamic,
    /// Also with the messages that it received (RFC 3321).
    Shared,
}

impl Compression {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Static => "static",
            Compression::Dynamic => "dynamic",
            Compression::Shared => "shared",
        }
    }
}

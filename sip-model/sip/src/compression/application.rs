//! The name of a SIP/SigComp application (RFC 5049 9.1).

use std::fmt;
use std::net::SocketAddr;

use sim_api::{fnv1a, mix};

use crate::message::Compose;

/// A SIP/SigComp identifier: a URN that names one application for as long as it keeps state.
///
/// Two are equal if their URNs are lexically equivalent: without case for a UUID, else in all but the name space.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SigcompId(String);

impl SigcompId {
    /// The identifier that `urn` is; `None` unless it begins with `urn:`, a name space and a colon, and may stand in
    /// a URI.
    //= RFC 5049 9.2: comparisons are performed using the rules for URN equality that are specific to the scheme
    #[must_use]
    pub fn parse(urn: &str) -> Option<Self> {
        let (scheme, rest) = urn.split_once(':')?;
        let (space, name) = rest.split_once(':')?;
        let legal = |c: u8| c.is_ascii_alphanumeric() || b"-_.!~*'()[]/:&+$%".contains(&c);
        let named = !space.is_empty() && !name.is_empty() && urn.bytes().all(legal);
        if !scheme.eq_ignore_ascii_case("urn") || !named {
            return None;
        }
        let space = space.to_ascii_lowercase();
        let name = if space == "uuid" { name.to_ascii_lowercase() } else { name.to_owned() };
        Some(Self(format!("urn:{space}:{name}")))
    }

    /// The identifier of the application at `address`: a UUID that follows from `address`, which is the same in every
    /// run and on every platform.
    //= RFC 5049 9.1: SHOULD use a UUID URN as its SIP/SigComp identifier
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        let seed = fnv1a(address.to_string().as_bytes());
        let (high, low) = (mix(seed), mix(seed ^ SECOND_HALF));
        // Version 4 and the variant of RFC 4122 4.4.
        let high = (high & !0xf000) | 0x4000;
        let low = (low >> 2) | (1 << 63);
        Self(format!(
            "urn:uuid:{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        ))
    }

    /// The URN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Compose for SigcompId {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.as_str().compose(out);
    }
}

impl fmt::Debug for SigcompId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Any number that makes the second half of a UUID differ from the first.
const SECOND_HALF: u64 = 0x9e37_79b9_7f4a_7c15;

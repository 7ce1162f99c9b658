//! The dictionaries that SIP endpoints know beforehand (RFC 3485 and RFC 5112).

use std::sync::{Arc, LazyLock};

use crate::state::{State, StateId};

/// The SIP and SDP static dictionary: 4,836 octets. RFC 3485 2.
#[must_use]
pub fn sip() -> &'static Arc<State> {
    static SIP: LazyLock<Arc<State>> = LazyLock::new(|| Arc::new(State::dictionary(&RFC_3485)));
    &SIP
}

/// The presence-specific static dictionary: 3,475 octets. RFC 5112 3.
#[must_use]
pub fn presence() -> &'static Arc<State> {
    static PRESENCE: LazyLock<Arc<State>> = LazyLock::new(|| Arc::new(State::dictionary(&RFC_5112)));
    &PRESENCE
}

/// `state_identifier` of [`sip`]. RFC 3485 3.
pub const SIP_ID: StateId = StateId(octets(b"fbe507dfe5e6aa5af2abb914ceaa05f99ce61ba5"));

/// `state_identifier` of [`presence`]. RFC 5112 3.
pub const PRESENCE_ID: StateId = StateId(octets(b"d942297d0bb38fc01d6741d6b3b48157ac8e1be0"));

static RFC_3485: [u8; 0x12e4] = octets(include_bytes!("rfc3485.hex"));
static RFC_5112: [u8; 0x0d93] = octets(include_bytes!("rfc5112.hex"));

/// The octets that `listing` writes as pairs of hexadecimal digits; white space is passed over.
const fn octets<const N: usize>(listing: &[u8]) -> [u8; N] {
    let mut octets = [0; N];
    let (mut digits, mut at) = (0, 0);
    while at < listing.len() {
        if let Some(digit) = (listing[at] as char).to_digit(16) {
            octets[digits / 2] = octets[digits / 2] << 4 | digit as u8;
            digits += 1;
        }
        at += 1;
    }
    assert!(digits == 2 * N, "a listing has two digits for each octet");
    octets
}

//! The dictionaries that SIP endpoints know beforehand (RFC 3485 and RFC 5112).

use std::sync::{Arc, LazyLock};

use crate::state::{State, StateId};

/// The SIP and SDP static dictionary: 4,836 octets. RFC 3485 2.
#[must_use]
pub fn sip() -> &'static Arc<State> {
    static SIP: LazyLock<Arc<State>> = LazyLock::new(|| Arc::new(State::dictionary(SIP_ID, &RFC_3485)));
    &SIP
}

/// The presence-specific static dictionary: 3,475 octets. RFC 5112 3.
#[must_use]
pub fn presence() -> &'static Arc<State> {
    static PRESENCE: LazyLock<Arc<State>> =
        LazyLock::new(|| Arc::new(State::dictionary(PRESENCE_ID, &RFC_5112)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared;

    //= RFC 3320 9.4.9: a SHA-1 hash over state_length, state_address, state_instruction, minimum_access_length, value
    #[test]
    fn identifiers_are_the_hashes_of_the_dictionaries() {
        for (dictionary, id, length) in [(sip(), SIP_ID, 4836), (presence(), PRESENCE_ID, 3475)] {
            let computed = State::clone(dictionary).identified().id();
            assert_eq!((dictionary.length(), dictionary.id(), computed), (length, id, id));
            let fields = (dictionary.address(), dictionary.instruction(), dictionary.minimum_access_length());
            assert_eq!(fields, (0, 0, 6));
        }
    }

    #[test]
    fn dictionaries_are_those_listed_in_the_rfcs() {
        for (rfc, dictionary) in [("rfc3485", sip()), ("rfc5112", presence())] {
            let Some(text) = shared::read(&format!("rfc/{rfc}.txt"), rfc) else { continue };
            assert_eq!(listing(&text), dictionary.value(), "{rfc}");
        }
    }

    /// RFC 4896 12 names five strings whose offsets stand in a section of another priority. It prints 089D for "send",
    /// which the index of RFC 3485 has at 08D9.
    #[test]
    fn misplaced_strings_of_the_sip_dictionary_stand_where_the_index_says() {
        for (string, at) in
            [("application", 0x334), ("sdp", 0x64b), ("send", 0x8d9), ("recv", 0x553), ("phone", 0xf2)]
        {
            assert!(sip().value()[at..].starts_with(string.as_bytes()), "{string}");
        }
    }

    /// The octets of the lines that begin with an address and groups of hexadecimal digits.
    fn listing(text: &str) -> Vec<u8> {
        let mut octets = Vec::new();
        for line in text.lines() {
            let Some((address, rest)) = line.trim_start().split_once("  ") else { continue };
            if address.len() != 4 || usize::from_str_radix(address, 16) != Ok(octets.len()) {
                continue;
            }
            let (groups, _) = rest.split_once("  ").expect("a listing shows characters beside the octets");
            let digits: Vec<_> = groups.chars().filter_map(|digit| digit.to_digit(16)).collect();
            octets.extend(digits.as_chunks().0.iter().map(|[high, low]| (high << 4 | low) as u8));
        }
        octets
    }
}

//! Tells SIP messages apart for service times, faults and ladders, from their first octets.
//!
//! The class of a request is its method, the class of a response its first digit and the method in CSeq, because a
//! 200 to INVITE costs a proxy more than one to OPTIONS. Nothing is parsed: octets that are no SIP message have the
//! class `other`.

use std::borrow::Cow;

use sim_api::{Classifier, MessageClass};

/// The classifier of SIP. It has no state.
#[derive(Clone, Copy, Debug, Default)]
pub struct SipClassifier;

/// The methods that have a class of their own, in the order of their numbers.
const METHODS: [&str; 14] = [
    "ACK",
    "BYE",
    "CANCEL",
    "INFO",
    "INVITE",
    "MESSAGE",
    "NOTIFY",
    "OPTIONS",
    "PRACK",
    "PUBLISH",
    "REFER",
    "REGISTER",
    "SUBSCRIBE",
    "UPDATE",
];

/// The class of octets that are no SIP message.
const OTHER: u16 = 0;
/// The class of the first method; an extension method follows the last one.
const FIRST_REQUEST: u16 = 1;
const EXTENSION: u16 = METHODS.len() as u16;
/// The class of the first response: for each of the six first digits, a class for each method and for extensions.
const FIRST_RESPONSE: u16 = FIRST_REQUEST + EXTENSION + 1;
const PER_DIGIT: u16 = EXTENSION + 1;

impl SipClassifier {
    /// How many classes there are: numbers from 0 to this, exclusive.
    pub const CLASSES: usize = (FIRST_RESPONSE + 6 * PER_DIGIT) as usize;

    /// The class with this name, as [`SipClassifier::name_of`] writes it; `None` for no class.
    ///
    /// A method stands for its requests, `2xx (INVITE)` for responses with that first digit to that method.
    pub fn class_by_name(name: &str) -> Option<MessageClass> {
        (0..Self::CLASSES as u16).map(MessageClass).find(|class| Self::name_of(*class) == name)
    }

    /// All classes of requests and responses that belong to `method`, such as `"INVITE"`: the request, then 1xx to 6xx.
    pub fn classes_of(method: &str) -> Option<[MessageClass; 7]> {
        let method = METHODS.iter().position(|known| *known == method)? as u16;
        Some(std::array::from_fn(|digit| match digit as u16 {
            0 => MessageClass(FIRST_REQUEST + method),
            digit => response_class(digit, method),
        }))
    }

    /// The name of a class: `INVITE`, `extension`, `1xx (INVITE)`, `2xx (extension)`, `other`.
    pub fn name_of(class: MessageClass) -> Cow<'static, str> {
        let method = |index: u16| METHODS.get(index as usize).copied().unwrap_or("extension");
        match class.0 {
            OTHER => Cow::Borrowed("other"),
            request if request < FIRST_RESPONSE => Cow::Borrowed(method(request - FIRST_REQUEST)),
            response => {
                let response = response - FIRST_RESPONSE;
                Cow::Owned(format!("{}xx ({})", response / PER_DIGIT + 1, method(response % PER_DIGIT)))
            }
        }
    }
}

impl Classifier for SipClassifier {
    fn class(&self, octets: &[u8]) -> MessageClass {
        match StartOctets::of(octets) {
            StartOctets::Request(method) => MessageClass(FIRST_REQUEST + method_index(method)),
            StartOctets::Status(code) => response_class(u16::from(code[0] - b'0'), cseq_method(octets)),
            StartOctets::Other => MessageClass(OTHER),
        }
    }

    fn label<'a>(&self, octets: &'a [u8]) -> Cow<'a, str> {
        match StartOctets::of(octets) {
            StartOctets::Request(label) | StartOctets::Status(label) => String::from_utf8_lossy(label),
            StartOctets::Other => {
                Cow::Owned(dns::label(octets).unwrap_or_else(|| format!("{} octets", octets.len())))
            }
        }
    }

    fn conversation<'a>(&self, octets: &'a [u8]) -> Option<Cow<'a, str>> {
        field(octets, "Call-ID", Some(b'i')).map(String::from_utf8_lossy)
    }
}

/// What a datagram begins with.
enum StartOctets<'a> {
    Request(&'a [u8]),
    /// Three digits, the first of them from 1 to 6.
    Status(&'a [u8]),
    Other,
}

impl<'a> StartOctets<'a> {
    fn of(octets: &'a [u8]) -> StartOctets<'a> {
        if let Some(rest) = octets.strip_prefix(b"SIP/2.0 ") {
            return match rest.get(..3) {
                Some(code @ [b'1'..=b'6', b'0'..=b'9', b'0'..=b'9']) => StartOctets::Status(code),
                _ => StartOctets::Other,
            };
        }
        let end = octets.iter().take(MAX_METHOD).position(|octet| *octet == b' ');
        match end.map(|end| &octets[..end]) {
            // The id that a DNS message begins with may look like a method; the flags behind it are no text.
            Some(method)
                if !method.is_empty()
                    && method.iter().all(u8::is_ascii_graphic)
                    && octets.get(method.len() + 1).is_some_and(|next| (b' '..=b'~').contains(next)) =>
            {
                StartOctets::Request(method)
            }
            _ => StartOctets::Other,
        }
    }
}

/// Longer words at the start of a datagram are no method.
const MAX_METHOD: usize = 32;

fn response_class(digit: u16, method: u16) -> MessageClass {
    MessageClass(FIRST_RESPONSE + (digit - 1) * PER_DIGIT + method)
}

fn method_index(method: &[u8]) -> u16 {
    METHODS.iter().position(|known| known.as_bytes() == method).map_or(EXTENSION, |index| index as u16)
}

fn cseq_method(octets: &[u8]) -> u16 {
    let method = field(octets, "CSeq", None).and_then(|value| value.rsplit(|octet| *octet == b' ').next());
    method.map_or(EXTENSION, method_index)
}

/// The value of the first header field row called `name` or by its compact form, without the white space around it.
fn field<'a>(octets: &'a [u8], name: &str, compact: Option<u8>) -> Option<&'a [u8]> {
    for line in octets.split(|octet| *octet == b'\n').skip(1) {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            return None;
        }
        let Some(colon) = line.iter().position(|octet| *octet == b':') else { continue };
        let found = line[..colon].trim_ascii_end();
        let is_compact =
            matches!((found, compact), ([one], Some(letter)) if one.eq_ignore_ascii_case(&letter));
        if is_compact || found.eq_ignore_ascii_case(name.as_bytes()) {
            return Some(line[colon + 1..].trim_ascii());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: &[u8] =
        b"SIP/2.0 200 OK\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1\r\nI : abc@a\r\nCSeq:  7  BYE\r\n\r\nCall-ID: x";

    #[test]
    fn every_class_has_a_name_of_its_own() {
        for number in 0..SipClassifier::CLASSES as u16 {
            let class = MessageClass(number);
            assert_eq!(SipClassifier::class_by_name(&SipClassifier::name_of(class)), Some(class));
        }
        assert_eq!(SipClassifier::class_by_name("invite"), None);
    }

    #[test]
    fn requests_are_told_apart_by_method_and_responses_by_digit_and_cseq() {
        let name = |octets: &[u8]| SipClassifier::name_of(SipClassifier.class(octets)).into_owned();
        assert_eq!(name(b"INVITE sip:bob@b SIP/2.0\r\n\r\n"), "INVITE");
        assert_eq!(name(b"invite sip:bob@b SIP/2.0\r\n\r\n"), "extension");
        assert_eq!(name(OK), "2xx (BYE)");
        assert_eq!(name(b"SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n"), "1xx (INVITE)");
        assert_eq!(name(b"SIP/2.0 486 Busy Here\r\n\r\n"), "4xx (extension)");
        for octets in [&b""[..], b"\r\n\r\n", b"SIP/2.0 900 x", b"SIP/2.0 2", b"\x80\x81 x", b" INVITE"] {
            assert_eq!(name(octets), "other");
        }
    }

    #[test]
    fn labels_are_methods_and_codes() {
        assert_eq!(SipClassifier.label(b"REGISTER sip:a SIP/2.0\r\n"), "REGISTER");
        assert_eq!(SipClassifier.label(OK), "200");
        assert_eq!(SipClassifier.label(b"\0\0"), "2 octets");
    }

    #[test]
    fn conversation_is_the_call_id_in_full_and_compact_form() {
        assert_eq!(SipClassifier.conversation(OK).as_deref(), Some("abc@a"));
        let full = b"BYE sip:a SIP/2.0\r\nTo: x\r\ncall-id: q\r\n\r\n";
        assert_eq!(SipClassifier.conversation(full).as_deref(), Some("q"));
        assert_eq!(SipClassifier.conversation(b"BYE sip:a SIP/2.0\r\n\r\nCall-ID: body"), None);
    }

    #[test]
    fn classes_of_a_method_are_its_request_and_its_responses() {
        let names =
            SipClassifier::classes_of("BYE").unwrap().map(|class| SipClassifier::name_of(class).into_owned());
        let wanted = ["BYE", "1xx (BYE)", "2xx (BYE)", "3xx (BYE)", "4xx (BYE)", "5xx (BYE)", "6xx (BYE)"];
        assert_eq!(names, wanted);
        assert_eq!(SipClassifier::classes_of("FOO"), None);
    }
}

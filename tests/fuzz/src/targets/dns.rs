//! DNS messages, and the substitution expressions of NAPTR.

use dns::{Message, Substitution};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "dns",
    run,
    seeds: &[
        b"\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01\x04_sip\x04_udp\x07example\x03com\x00\x00\x21\x00\x01\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00",
        b"\x00\x01\x85\x80\x00\x01\x00\x01\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01\xc0\x0c\x00\x01\x00\x01\x00\x00\x0e\x10\x00\x04\xc0\x00\x02\x01",
        b"\x00\x01\x85\x80\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x00\x00\x23\x00\x01\xc0\x0c\x00\x23\x00\x01\x00\x00\x00\x3c\x00\x20\x00\x0a\x00\x64\x01u\x07E2U+sip\x0f!^.*$!sip:a@b!\x00",
        b"\x00\x01\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01",
        b"!^\\+1(.*)$!sip:\\1@example.com!i",
    ],
    corpora: &["fuzz/pjsip/fuzz-dns_seed_corpus.zip"],
    tokens: &["\u{0}", "\u{1}a", "!", "\\1", "(", ")", "((((((((((", "*", "{9999}", "{1,1000}", "[", "?", "|", "\u{3}com\u{0}", "+"],
};

fn run(octets: &[u8]) {
    if let Ok(message) = Message::parse(octets) {
        let written = message.compose();
        assert!(Message::parse(&written).is_ok(), "what is written is read");
    }
    if let Ok(expression) = Substitution::parse(octets) {
        let _ = expression.apply("+12125551234");
    }
}

//! SIP messages in datagrams.

use sip::message::{MergeKey, Message, TransactionKey, diagnose};

use crate::Target;

pub(super) const INVITE: &[u8] = b"INVITE sip:bob@example.com;transport=udp?Subject=x SIP/2.0\r\n\
    Via: SIP/2.0/UDP pc33.example.com:5066;rport;branch=z9hG4bKnashds8, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bK2\r\n\
    Max-Forwards: 70\r\n\
    t: \"Bob \\\"B\\\"\" <sip:bob@example.com>\r\n\
    f: Alice <sip:alice@example.com>;tag=1928301774\r\n\
    i: a84b4c76e66710@pc33.example.com\r\n\
    CSeq: 314159 INVITE\r\n\
    m: <sip:alice@pc33.example.com;lr>;q=0.7;expires=3600;+sip.instance=\"<urn:uuid:0>\"\r\n\
    Route: <sip:p1.example.com;lr>,\r\n <sip:p2.example.com>\r\n\
    Record-Route: <sip:[2001:db8::9];lr>\r\n\
    Event: presence;id=7\r\n\
    Authorization: Digest username=\"a\", realm=\"b\", nonce=\"c\", uri=\"sip:d\", response=\"e\", nc=00000001, qop=auth\r\n\
    Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n\
    c: application/sdp\r\n\
    l: 4\r\n\r\nv=0\n";

pub(super) const RESPONSE: &[u8] = b"SIP/2.0 200 OK\r\n\
    Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKnashds8;received=192.0.2.3;rport=5060\r\n\
    To: <sip:bob@example.com>;tag=a6c85cf\r\n\
    From: <sip:alice@example.com>;tag=1928301774\r\n\
    Call-ID: a84b4c76e66710\r\n\
    CSeq: 314159 INVITE\r\n\
    Contact: <sip:bob@192.0.2.4>\r\n\
    Content-Length: 0\r\n\r\n";

pub(super) const TOKENS: &[&str] = &[
    "\r\n",
    "\r\n ",
    ",",
    ";",
    "\"",
    "\\",
    "<",
    ">",
    "(",
    ")",
    "%00",
    "%",
    "a=b;",
    ";lr",
    "Via: SIP/2.0/UDP h\r\n",
    "Route: <sip:a;lr>,",
    "Content-Length: ",
    "l:",
    "\0",
    "\u{feff}",
    "sip:",
    "tel:+1",
    "[::1]",
    "[",
    "]:",
    "SIP/2.0 ",
    "x: y\r\n",
    "Contact: *\r\n",
    "Call-ID: a\r\n",
    "CSeq: 4294967296 X\r\n",
    ";q=1.0000",
    "((((",
    "\"\\\"",
];

pub(super) const TARGET: Target = Target {
    name: "message",
    run,
    seeds: &[INVITE, RESPONSE, b"OPTIONS * SIP/2.0\r\n\r\n", b""],
    corpora: &[
        "fuzz/pjsip/fuzz-sip_seed_corpus.zip",
        "fuzz/pjsip/fuzz-sip-dialog_seed_corpus.zip",
        "fuzz/pjsip/fuzz-presence_seed_corpus.zip",
        "fuzz/zeek/zeek-sip-corpus.zip",
        "messages",
        "conformance/rfc4475",
        "conformance/rfc5118",
    ],
    tokens: TOKENS,
};

fn run(octets: &[u8]) {
    for fault in diagnose(octets) {
        assert!(
            fault.at.start <= fault.at.end && fault.at.end <= octets.len(),
            "{fault} in {} octets",
            octets.len()
        );
    }
    for message in [Message::parse(octets).ok(), Message::salvage(octets)].into_iter().flatten() {
        assert!(message.octets().len() <= octets.len());
        let _ = (message.mandatory(), message.request_uri(), message.max_forwards());
        let _ = (TransactionKey::of_request(&message), MergeKey::of(&message));
        let rows: usize = message.rows().map(|row| row.value.len()).sum();
        assert!(rows + message.body().len() <= octets.len());
    }
}

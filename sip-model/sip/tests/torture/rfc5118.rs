//! RFC 5118 through a user agent and a proxy: IPv6 in every place of a message.

use sip::header::Via;
use sip::message::diagnose;

use crate::host::{Host, Role, Sent, address};
use crate::shared;

/// Who sends the torture; not the address of any Via.
const PEER: &str = "[2001:db8::5]:5060";

/// What is expected for one message: the file, the status that a user agent answers with, and where a proxy forwards
/// the message, or the status that it answers with.
///
/// The user agent does not support REGISTER, has none of the dialogs, and knows no G.726, which two of the session
/// descriptions offer alone.
const CASES: [(&str, &str, &str); 12] = [
    ("ipv6-good", "405", "[2001:db8::10]:5060"),
    ("ipv6-bad", "405", "400"),
    ("port-ambiguous", "405", "[2001:db8::10:5070]:5060"),
    ("port-unambiguous", "405", "[2001:db8::10]:5070"),
    ("via-received-param-with-delim", "481", "[2001:db8::10]:5060"),
    ("via-received-param-no-delim", "200", "[2001:db8::10]:5060"),
    ("ipv6-in-sdp", "488", "[2001:db8::10]:5060"),
    ("mult-ip-in-header", "481", "192.0.2.99:5060"),
    ("mult-ip-in-sdp", "200", "[2001:db8::10]:5060"),
    ("ipv4-mapped-ipv6", "488", "192.0.2.99:5060"),
    ("ipv6-bug-abnf-3-colons", "400", "400"),
    ("ipv6-correct-abnf-2-colons", "200", "[2001:db8::c000:201]:5060"),
];

/// The message in `file` as it would come over the network.
///
/// The files have line feeds alone, some lack the empty line, and the RFC printed other values of Content-Length than
/// its bodies have.
fn message(file: &str) -> Vec<u8> {
    let octets = shared::beside(&format!("conformance/rfc5118/{file}"));
    let text = String::from_utf8_lossy(&octets).replace('\n', "\r\n");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text.trim_end(), ""));
    let rows = head.split("\r\n").map(|row| match row.split_once(':') {
        Some(("Content-Length", _)) => format!("Content-Length: {}\r\n", body.len()),
        _ => format!("{row}\r\n"),
    });
    format!("{}\r\n{body}", rows.collect::<String>()).into_bytes()
}

/// All that a node sends after `file` came.
fn torture(role: Role, file: &str) -> Vec<Sent> {
    let octets = message(file);
    let mut host = Host::new(role, &octets);
    host.receive(PEER, &octets);
    host.run();
    host.sent
}

/// The final response of a node, or the request that it forwards.
fn decision(role: Role, file: &str) -> Sent {
    let is_final = |sent: &Sent| sent.message().status().is_none_or(|status| status.is_final());
    torture(role, file).into_iter().find(is_final).unwrap_or_else(|| panic!("{file}: silence"))
}

fn is_here(name: &str) -> bool {
    shared::read("conformance/rfc5118/verdicts.tsv", name).is_some()
}

#[test]
fn every_message_is_taken_as_the_rfc_says() {
    if !is_here("every_message_is_taken_as_the_rfc_says") {
        return;
    }
    let mut wrong = Vec::new();
    for (file, ua, proxy) in CASES {
        for (role, expected) in [(Role::UserAgent, ua), (Role::Proxy, proxy)] {
            let sent = decision(role, file);
            let done =
                sent.message().status().map_or(sent.to.to_string(), |status| status.code().to_string());
            if done != expected {
                wrong.push(format!("{file} {role:?}: {done}, expected {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut files = CASES.map(|(file, ..)| file);
    files.sort_unstable();
    let stored = shared::entries("conformance/rfc5118").into_iter().filter(|file| file != "verdicts.tsv");
    assert!(stored.eq(files), "a case for each message");
    println!("RFC 5118 through a user agent and a proxy: {}/12", CASES.len());
}

#[test]
fn received_is_written_without_brackets() {
    if !is_here("received_is_written_without_brackets") {
        return;
    }
    for (file, ..) in CASES {
        for role in [Role::UserAgent, Role::Proxy] {
            for sent in torture(role, file) {
                let text = String::from_utf8_lossy(&sent.octets).into_owned();
                assert!(!text.contains("received=["), "{file} {role:?}: {text}");
            }
        }
    }
    let answer = decision(Role::UserAgent, "via-received-param-with-delim");
    assert_eq!(answer.message().via().unwrap().received, "2001:db8::5".parse().ok(), "what was seen counts");
}

#[test]
fn response_goes_to_the_source_in_the_topmost_via() {
    if !is_here("response_goes_to_the_source_in_the_topmost_via") {
        return;
    }
    let answer = decision(Role::UserAgent, "mult-ip-in-header");
    assert_eq!(answer.to, address("[2001:db8::5]:6050"), "the source, and the port of sent-by");
    let message = answer.message();
    let vias: Vec<_> = message.values::<Via<'_>>().map(|via| via.unwrap().sent_by.to_string()).collect();
    assert_eq!(vias, ["[2001:db8::9:1]:6050", "192.0.2.1", "[2001:db8::9:255]"]);
    assert_eq!(message.via().unwrap().received, "2001:db8::5".parse().ok());
}

#[test]
fn what_a_node_sends_has_no_fault_of_its_own() {
    if !is_here("what_a_node_sends_has_no_fault_of_its_own") {
        return;
    }
    for (file, ..) in CASES {
        let received: Vec<_> = diagnose(&message(file)).iter().map(|fault| fault.kind).collect();
        for role in [Role::UserAgent, Role::Proxy] {
            for sent in torture(role, file) {
                let new = diagnose(&sent.octets).into_iter().find(|fault| !received.contains(&fault.kind));
                assert_eq!(new, None, "{file} {role:?}: {}", String::from_utf8_lossy(&sent.octets));
            }
        }
    }
}

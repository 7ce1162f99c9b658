//! What is found in files, and how it is told.

use super::message::Inspected;
use super::reading::{Contents, read};
use super::tell;

const OPTIONS: &[u8] =
    b"OPTIONS sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
    Max-Forwards: 70\r\nTo: <sip:bob@example.com>\r\nFrom: <sip:a@example.com>;tag=1\r\nCall-ID: c\r\n\
    CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

fn only(contents: &Contents) -> &Inspected {
    let [message] = &contents.messages[..] else { panic!("{contents:?}") };
    message
}

#[test]
fn a_sound_message_is_a_line_and_an_object_without_errors() {
    let contents = read(OPTIONS).unwrap();
    let text = tell::text(&contents);
    assert_eq!(text, format!("    1  {} octets  OPTIONS sip:bob@example.com SIP/2.0\n", OPTIONS.len()));
    let object: serde_json::Value = serde_json::from_str(&tell::json(&contents)).unwrap();
    assert_eq!(object["errors"], serde_json::json!([]));
    assert_eq!((object["octets"].as_u64(), object["src"].as_str()), (Some(OPTIONS.len() as u64), None));
    assert_eq!(tell::raw(&contents), OPTIONS, "what was read is written to the octet");
}

#[test]
fn each_layer_is_named_with_octets_and_rule() {
    let faulty = String::from_utf8(OPTIONS.to_vec()).unwrap();
    let faulty = faulty
        .replace("192.0.2.1;", "192.0.2.1;;")
        .replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE")
        .replace("Length: 0", "Length: 9");
    let contents = read(faulty.as_bytes()).unwrap();
    let layers: Vec<&str> = only(&contents).faults.iter().map(|fault| fault.layer).collect();
    assert_eq!(layers, ["framing", "header", "validation"]);
    let text = tell::text(&contents);
    assert!(text.contains("framing: body shorter than Content-Length at octets"), "{text}");
    assert!(text.contains("RFC 3261"), "{text}");
}

#[test]
fn bytecode_that_fails_is_told_with_its_address() {
    // Two octets of bytecode at address 128, which are DECOMPRESSION-FAILURE and nothing.
    let contents = read(&[0xf8, 0x00, 0x21, 0x00, 0x00]).unwrap();
    let message = only(&contents);
    assert_eq!((message.octets.len(), message.wire_octets), (0, 5));
    assert_eq!(message.faults[0].layer, "sigcomp");
    assert!(message.faults[0].kind.contains("address 128"), "{}", message.faults[0].kind);
}

#[test]
fn octets_that_are_no_text_are_told_safely() {
    let contents = read(b"\x00\x1b[31mOPTIONS\xff\r\n\r\n").unwrap();
    assert!(!only(&contents).faults.is_empty());
    let text = tell::text(&contents);
    assert!(text.chars().all(|c| !c.is_control() || c == '\n'), "{text:?}");
}

//! The SIP in captures of other products.

use sip::message::{Message, diagnose};
use sip::sdp::Sdp;

use crate::material::captured_in;
use crate::shared;

/// How many SIP messages each capture holds, as tshark counts them, and how many other packets with content.
///
/// The packets that are no SIP: keep-alives of five letters, and the NetBIOS traffic around a test of methods. The
/// traffic on the port of SIP that is HTTP does not even come to the end of a line that could be SIP's.
const CAPTURES: [(&str, usize, usize); 9] = [
    ("ndpi_sip_hello.pcapng", 8, 22),
    ("suricata_cloudshark-sip-s0.pcap", 10, 0),
    ("suricata_sip-body-large.pcap", 2, 0),
    ("suricata_sip-method.pcap", 81, 509),
    ("suricata_sip-options.pcap", 2, 0),
    ("suricata_sip-sdp.pcap", 2, 0),
    ("suricata_sip-tcp.pcap", 2, 0),
    ("suricata_sip_compact_form.pcap", 1, 0),
    ("suricata_sip_header_multi_val.pcap", 1, 0),
];

#[test]
fn sip_in_captures_reads_and_nothing_else_does() {
    const NAME: &str = "sip_in_captures_reads_and_nothing_else_does";
    if shared::read("pcap/suricata_sip-tcp.pcap", NAME).is_none() {
        return;
    }
    let mut total = 0;
    for file in shared::entries("pcap") {
        let expected = CAPTURES.iter().find(|(name, ..)| *name == file);
        let specimens = captured_in(&file);
        let messages = specimens.iter().filter(|specimen| Message::parse(&specimen.octets).is_ok()).count();
        let (sip, other) = expected.map_or((0, specimens.len()), |(_, sip, other)| (*sip, *other));
        assert_eq!((messages, specimens.len() - messages), (sip, other), "{file}");
        total += messages;
    }
    println!("{total} SIP messages in captures");
    assert_eq!(total, 109);
}

#[test]
fn session_descriptions_in_captures_read() {
    const NAME: &str = "session_descriptions_in_captures_read";
    if shared::read("pcap/suricata_sip-sdp.pcap", NAME).is_none() {
        return;
    }
    let mut read = 0;
    for file in CAPTURES.map(|(file, ..)| file) {
        for specimen in captured_in(file) {
            let Ok(message) = Message::parse(&specimen.octets) else { continue };
            if message.value("Content-Type").is_some_and(|kind| kind.eq_ignore_ascii_case(b"application/sdp"))
            {
                Sdp::parse(message.body()).unwrap_or_else(|fault| panic!("{}: {fault}", specimen.name));
                read += 1;
            }
        }
    }
    assert_eq!(read, 20);
}

#[test]
fn messages_in_captures_are_diagnosed_within_their_octets() {
    const NAME: &str = "messages_in_captures_are_diagnosed_within_their_octets";
    if shared::read("pcap/suricata_sip-tcp.pcap", NAME).is_none() {
        return;
    }
    for specimen in shared::entries("pcap").iter().flat_map(|file| captured_in(file)) {
        for fault in diagnose(&specimen.octets) {
            assert!(
                fault.at.end <= specimen.octets.len() && fault.at.start <= fault.at.end,
                "{}",
                specimen.name
            );
        }
    }
}

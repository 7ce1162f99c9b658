//! The octets of a capture, and a reader that knows nothing of the writer.

use std::io::{self, Write};

use proptest::prelude::*;
use sim_api::SimTime;

use super::{Capture, Interface, InterfaceName};

fn named(names: &[&str]) -> Vec<InterfaceName> {
    names.iter().map(|name| InterfaceName((*name).into())).collect()
}

fn hex(octets: &[u8]) -> String {
    let words = octets.chunks(4).map(|word| word.iter().map(|octet| format!("{octet:02x}")).collect());
    words.collect::<Vec<String>>().join(" ")
}

#[test]
fn golden_octets_of_a_packet_with_a_comment() {
    let mut capture = Capture::new(Vec::new(), &named(&["ran-7"])).unwrap();
    let time = SimTime::from_nanos(0x0000_0001_0000_0002);
    capture.packet(Interface(0), time, &[0x45, 0, 0, 21, 0xaa], Some("lost")).unwrap();
    let expected = [
        // Section header: magic, version 1.0, unknown length, shb_userappl "siplab".
        "0a0d0d0a 2c000000 4d3c2b1a 01000000 ffffffff ffffffff 04000600 7369706c 61620000 00000000 2c000000",
        // Interface: LINKTYPE_RAW, no snapshot length, if_name "ran-7", if_tsresol 9.
        "01000000 2c000000 65000000 00000000 02000500 72616e2d 37000000 09000100 09000000 00000000 2c000000",
        // Packet: interface 0, the time in two halves, 5 of 5 octets and 3 of padding, opt_comment "lost".
        "06000000 34000000 00000000 01000000 02000000 05000000 05000000 45000015 aa000000 01000400 6c6f7374 \
         00000000 34000000",
    ];
    assert_eq!(hex(&capture.finish().unwrap()), expected.join(" "));
}

#[derive(Debug, PartialEq)]
struct Packet {
    interface: u32,
    time: u64,
    octets: Vec<u8>,
    comment: Option<String>,
}

#[derive(Debug, Default, PartialEq)]
struct File {
    application: String,
    interfaces: Vec<String>,
    packets: Vec<Packet>,
}

fn word(octets: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(octets[at..at + 4].try_into().unwrap())
}

fn half(octets: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(octets[at..at + 2].try_into().unwrap())
}

fn options(mut octets: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut options = Vec::new();
    while !octets.is_empty() {
        let (code, length) = (half(octets, 0), usize::from(half(octets, 2)));
        if code == 0 {
            assert_eq!((length, octets.len()), (0, 4), "the end of options is the end of the block");
            return options;
        }
        options.push((code, octets[4..4 + length].to_vec()));
        let next = 4 + length.next_multiple_of(4);
        assert!(octets[4 + length..next].iter().all(|padding| *padding == 0));
        octets = &octets[next..];
    }
    assert!(options.is_empty(), "options without an end");
    options
}

fn text(value: &[u8]) -> String {
    String::from_utf8(value.to_vec()).unwrap()
}

fn read(mut octets: &[u8]) -> File {
    let mut file = File::default();
    while !octets.is_empty() {
        let total = word(octets, 4) as usize;
        assert_eq!(total % 4, 0);
        assert_eq!(word(octets, total - 4) as usize, total, "the length stands at both ends");
        let body = &octets[8..total - 4];
        match word(octets, 0) {
            0x0a0d_0d0a => {
                assert_eq!((word(body, 0), half(body, 4), half(body, 6)), (0x1a2b_3c4d, 1, 0));
                let options = options(&body[16..]);
                file.application = text(&options[0].1);
                assert_eq!(options.len(), 1, "nothing but the application: {options:?}");
            }
            1 => {
                assert_eq!((half(body, 0), word(body, 4)), (101, 0));
                let options = options(&body[8..]);
                assert_eq!((options[0].0, &options[1]), (2, &(9, vec![9])));
                file.interfaces.push(text(&options[0].1));
            }
            6 => file.packets.push(packet(body)),
            kind => panic!("block of type {kind}"),
        }
        octets = &octets[total..];
    }
    file
}

fn packet(body: &[u8]) -> Packet {
    let length = word(body, 12) as usize;
    assert_eq!(word(body, 16) as usize, length, "nothing is cut short");
    let options = options(&body[20 + length.next_multiple_of(4)..]);
    assert!(options.iter().all(|(code, _)| *code == 1));
    Packet {
        interface: word(body, 0),
        time: u64::from(word(body, 4)) << 32 | u64::from(word(body, 8)),
        octets: body[20..20 + length].to_vec(),
        comment: options.first().map(|(_, value)| text(value)),
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_again(
        names in prop::collection::vec("[a-zäöü0-9-]{0,9}", 1..5),
        packets in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<u64>(), prop::collection::vec(any::<u8>(), 0..70),
             prop::option::of("[a-zß ]{0,9}")),
            0..20,
        ),
    ) {
        let interfaces: Vec<InterfaceName> = names.iter().cloned().map(InterfaceName).collect();
        let mut capture = Capture::new(Vec::new(), &interfaces).unwrap();
        let mut expected = File { application: "siplab".into(), interfaces: names, packets: Vec::new() };
        for (index, time, octets, comment) in packets {
            let interface = index.index(interfaces.len()) as u32;
            capture
                .packet(Interface(interface), SimTime::from_nanos(time), &octets, comment.as_deref())
                .unwrap();
            expected.packets.push(Packet { interface, time, octets, comment });
        }
        prop_assert_eq!(read(&capture.finish().unwrap()), expected);
    }
}

#[test]
fn a_comment_too_long_for_the_format_is_an_error_and_writes_nothing() {
    let mut capture = Capture::new(Vec::new(), &named(&["a"])).unwrap();
    let error = capture.packet(Interface(0), SimTime::ZERO, b"", Some(&"x".repeat(65_536))).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    capture.packet(Interface(0), SimTime::ZERO, b"E", Some(&"x".repeat(65_535))).unwrap();
    let packets = read(&capture.finish().unwrap()).packets;
    assert_eq!(packets.iter().map(|packet| packet.octets.as_slice()).collect::<Vec<_>>(), [b"E"]);
}

/// A disk with room for this many octets.
struct Disk(usize);

impl Write for Disk {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let fits = octets.len().min(self.0);
        self.0 -= fits;
        if fits == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(fits) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_of_the_call_that_met_it() {
    let full = |error: io::Error| error.kind() == io::ErrorKind::StorageFull;
    assert!(Capture::new(Disk(50), &named(&["a"])).is_err_and(full));
    let mut capture = Capture::new(Disk(100), &named(&["a"])).unwrap();
    assert!(capture.packet(Interface(0), SimTime::ZERO, &[0; 40], None).is_err_and(full));
}

#[test]
#[should_panic(expected = "of a capture of 1 interfaces")]
fn a_packet_on_an_unknown_interface_is_a_panic() {
    let mut capture = Capture::new(Vec::new(), &named(&["a"])).unwrap();
    let _ = capture.packet(Interface(1), SimTime::ZERO, b"", None);
}

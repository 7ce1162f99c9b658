//! Captures made here, octet by octet, and captures that nobody here made.

use std::path::{Path, PathBuf};

use etherparse::PacketBuilder;

use super::*;

const CLIENT: [u8; 4] = [192, 0, 2, 1];
const SERVER: [u8; 4] = [192, 0, 2, 2];

/// A pcap file of raw IP packets, a second apart.
fn pcap(packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0];
    for (second, packet) in packets.iter().enumerate() {
        let len = packet.len() as u32;
        for word in [second as u32, 0, len, len] {
            file.extend(word.to_le_bytes());
        }
        file.extend(packet);
    }
    file
}

fn tcp(seq: u32, syn: bool, octets: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ipv4(CLIENT, SERVER, 64).tcp(5062, 5060, seq, 1000);
    let builder = if syn { builder.syn() } else { builder };
    let mut packet = Vec::new();
    builder.write(&mut packet, octets).unwrap();
    packet
}

fn pieces(packets: &[Vec<u8>]) -> Vec<(Continuity, String)> {
    let content = |packet: Packet| match packet.content {
        Content::Stream(continuity, octets) => (continuity, String::from_utf8(octets).unwrap()),
        Content::Datagram(octets) => panic!("{octets:?} came in a datagram"),
    };
    read(&pcap(packets)).unwrap().packets.into_iter().map(content).collect()
}

#[test]
fn segments_are_put_in_order_and_copies_are_dropped() {
    use Continuity::{Begins, Continues};
    let packets = [
        tcp(99, true, b""),
        tcp(104, false, b"efgh"),
        tcp(100, false, b"abcd"),
        tcp(100, false, b"abcd"),
        tcp(106, false, b"ghij"),
    ];
    let wanted = [(Begins, "abcd"), (Continues, "efgh"), (Continues, "ij")];
    assert_eq!(pieces(&packets), wanted.map(|(how, text)| (how, text.to_owned())));
}

#[test]
fn sequence_numbers_wrap() {
    use Continuity::{Begins, Continues};
    let packets = [tcp(u32::MAX - 2, true, b""), tcp(2, false, b"efgh"), tcp(u32::MAX - 1, false, b"abcd")];
    assert_eq!(pieces(&packets), [(Begins, "abcd".to_owned()), (Continues, "efgh".to_owned())]);
}

#[test]
fn a_hole_is_given_up_when_too_much_waits_behind_it() {
    let much = vec![b'x'; 60_000];
    let mut packets = vec![tcp(0, false, b"ab")];
    packets.extend((0..19).map(|i| tcp(100 + i * 60_000, false, &much)));
    let pieces = pieces(&packets);
    assert_eq!(pieces[0], (Continuity::Begins, "ab".to_owned()));
    assert_eq!(pieces[1].0, Continuity::AfterGap);
    assert_eq!(pieces.len(), 20, "nothing else is lost");
}

#[test]
fn fragments_become_a_datagram() {
    let mut whole = Vec::new();
    PacketBuilder::ipv4(CLIENT, SERVER, 64).udp(5062, 5060).write(&mut whole, &[b'x'; 32]).unwrap();
    let fragment = |from: usize, to: usize, more: u8| {
        let mut piece = whole[..20].to_vec();
        piece[2..4].copy_from_slice(&(20 + (to - from) as u16).to_be_bytes());
        piece[6..8].copy_from_slice(&[more << 5, (from / 8) as u8]);
        piece.extend(&whole[20 + from..20 + to]);
        piece
    };
    let capture = read(&pcap(&[fragment(16, 40, 0), fragment(0, 16, 1)])).unwrap();
    let [Packet { frame: 2, content: Content::Datagram(octets), .. }] = &capture.packets[..] else {
        panic!("{capture:?}")
    };
    assert_eq!(octets, &[b'x'; 32]);
    let capture = read(&pcap(&[fragment(16, 40, 0)])).unwrap();
    assert_eq!((capture.packets.len(), capture.skipped.incomplete), (0, 1));
}

#[test]
fn what_is_no_capture_is_refused_and_a_cut_one_is_read_to_its_cut() {
    assert_eq!(read(b"INVITE sip:a SIP/2.0\r\n"), Err(CaptureError::NotACapture));
    assert_eq!(read(b""), Err(CaptureError::NotACapture));
    let whole = pcap(&[tcp(1, false, b"abcd"), tcp(5, false, b"efgh")]);
    for cut in 24..whole.len() {
        let capture = read(&whole[..cut]).unwrap();
        assert!(capture.packets.len() < 2, "{cut}");
    }
}

#[test]
fn any_octets_behind_a_header_are_survived() {
    let mut noise = 1_u64;
    for format in [&pcap(&[])[..], &[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a]] {
        for _ in 0..2000 {
            let mut octets = format.to_vec();
            for _ in 0..noise % 90 {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                octets.push((noise >> 56) as u8 & if noise & 1024 == 0 { 3 } else { 0xff });
            }
            let _ = read(&octets);
        }
    }
}

/// The folder of the independent captures, where it is.
fn captures() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("SIPLAB_SHARED").map_or_else(beside, PathBuf::from).join("data/pcap");
    folder.is_dir().then_some(folder)
}

#[test]
fn foreign_captures_are_read() {
    let Some(folder) = captures() else {
        println!("skipped: no captures beside the project");
        return;
    };
    println!("shared-data test executed: foreign captures");
    for (name, datagrams, pieces) in [
        ("suricata_sip-tcp.pcap", 0, 1),
        ("suricata_cloudshark-sip-s0.pcap", 1, 0),
        ("ndpi_sip_hello.pcapng", 1, 0),
        ("zeek_naptr.pcap", 1, 0),
    ] {
        let capture = read(&std::fs::read(folder.join(name)).unwrap())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let is_datagram = |packet: &&Packet| matches!(packet.content, Content::Datagram(_));
        let (udp, all) = (capture.packets.iter().filter(is_datagram).count(), capture.packets.len());
        assert!(
            udp >= datagrams && all - udp >= pieces,
            "{name}: {udp} datagrams of {all}: {:?}",
            capture.skipped
        );
        assert!(!capture.skipped.cut_off, "{name}");
    }
}

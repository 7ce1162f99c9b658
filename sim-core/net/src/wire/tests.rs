use super::*;
use crate::fragment::fragments;
use crate::id::NodeId;
use crate::packet::Damage;
use crate::packet::tests::datagram;
use proptest::prelude::*;
use sim_api::{Lineage, Payload, SimTime};

fn octets(packet: &Packet) -> Vec<u8> {
    let mut out = Vec::new();
    write(packet, &mut out);
    out
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

#[test]
fn checksum_of_the_example_in_rfc_1071() {
    // RFC 1071 3: the sum of these octets is ddf2.
    assert_eq!(checksum(&hex("00 01 f2 03 f4 f5 f6 f7")), !0xddf2);
    assert_eq!(checksum(&hex("00 01 f2 03 f4 f5 f6 f7 80")), !0x5df3);
    assert_eq!(checksum(&[]), 0xffff);
}

#[test]
fn ipv4_header_has_the_checksum_of_a_published_capture() {
    let (from, to) = ("192.168.0.1:1".parse().unwrap(), "192.168.0.199:2".parse().unwrap());
    let lineage = Lineage::begin(SimTime::ZERO);
    let mut packet = Packet::udp(from, to, Payload::new(&[0; 87]), lineage, NodeId::from_index(0)).unwrap();
    packet.dont_fragment = true;
    let header = hex("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7");
    assert_eq!(octets(&packet)[..20], header);
}

#[test]
fn ipv4_datagram_is_written_octet_by_octet() {
    let mut packet = datagram(4, b"hello");
    packet.ident = 0xab_1234;
    let expected = "45000021 12340000 4011e494 c0000201 c0000202 13c413c4 000d1076 68656c6c 6f";
    assert_eq!(octets(&packet), hex(expected));
}

#[test]
fn ipv6_datagram_is_written_octet_by_octet() {
    let expected = "60000000 000d1140 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002
        13c413c4 000d3905 68656c6c 6f";
    assert_eq!(octets(&datagram(6, b"hello")), hex(expected));
}

#[test]
fn ipv6_fragment_header_names_offset_more_and_identification() {
    let mut packet = datagram(6, &[7; 2000]);
    packet.ident = 0x0102_0304;
    let parts: Vec<Vec<u8>> = fragments(&packet, 1280).map(|part| octets(&part)).collect();
    assert_eq!(parts.len(), 2);
    // Next header 44; the fragment header repeats UDP. 1232 octets go into the first.
    assert_eq!((parts[0][6], parts[1][6]), (44, 44));
    assert_eq!(parts[0][40..48], hex("11 00 0001 01020304"));
    assert_eq!(parts[1][40..48], hex("11 00 04d0 01020304"));
    assert_eq!(parts[0].len(), 1280);
}

#[test]
fn computed_udp_checksum_of_zero_is_sent_as_all_ones() {
    for version in [4, 6] {
        let zero = (0..=u16::MAX)
            .map(|word| datagram(version, &word.to_be_bytes()))
            .map(|packet| octets(&packet))
            .find(|octets| octets[octets.len() - 4..octets.len() - 2] == [0xff, 0xff]);
        let zero = zero.expect("one payload word in 65536 has this checksum");
        let packet = datagram(version, &zero[zero.len() - 2..]);
        let content = &zero[packet.header_octets()..];
        assert!(read_udp(packet.from().ip(), packet.to().ip(), content).is_some());
    }
    assert!((0..=u16::MAX).all(|word| {
        let octets = octets(&datagram(4, &word.to_be_bytes()));
        octets[26..28] != [0, 0]
    }));
}

#[test]
fn missing_checksum_passes_over_ipv4_and_never_over_ipv6() {
    for version in [4, 6] {
        let packet = datagram(version, b"hello");
        let mut content = octets(&packet)[packet.header_octets()..].to_vec();
        content[6..8].fill(0);
        let passed = read_udp(packet.from().ip(), packet.to().ip(), &content).is_some();
        assert_eq!(passed, version == 4);
    }
}

#[test]
fn udp_length_beyond_the_datagram_or_below_its_header_is_refused() {
    let packet = datagram(4, b"hello");
    let content = octets(&packet)[20..].to_vec();
    for length in [0u16, 7, 14, 65_535] {
        let mut content = content.clone();
        content[4..6].copy_from_slice(&length.to_be_bytes());
        content[6..8].fill(0);
        assert_eq!(read_udp(packet.from().ip(), packet.to().ip(), &content), None, "length {length}");
    }
    assert_eq!(read_udp(packet.from().ip(), packet.to().ip(), &content[..7]), None);
}

#[test]
fn other_protocols_follow_the_ip_header_directly() {
    let like = datagram(4, b"");
    let packet = Packet::of_protocol(
        IpProtocol::Other(132),
        like.from(),
        like.to(),
        Payload::new(b"chunk"),
        like.lineage,
        like.destination,
    )
    .unwrap();
    let octets = octets(&packet);
    assert_eq!((octets.len(), octets[9]), (25, 132));
    assert_eq!(&octets[20..], b"chunk");
}

proptest! {
    #[test]
    fn what_is_written_is_read(version in prop::sample::select(vec![4, 6]), payload: Vec<u8>) {
        let packet = datagram(version, &payload);
        let octets = octets(&packet);
        prop_assert_eq!(octets.len(), packet.wire_octets());
        let ip = read_ip(&octets, &packet).unwrap();
        prop_assert_eq!((ip.from, ip.to, ip.protocol), (packet.from().ip(), packet.to().ip(), 17));
        prop_assert!(!ip.is_fragment);
        let udp = read_udp(ip.from, ip.to, ip.content).unwrap();
        prop_assert_eq!((udp.from_port, udp.to_port, udp.payload), (5060, 5060, &payload[..]));
    }

    #[test]
    fn fragments_on_the_wire_carry_the_octets_of_the_whole(
        version in prop::sample::select(vec![4, 6]),
        size in 0usize..6000,
        mtu in 68usize..3000,
    ) {
        let packet = datagram(version, &(0..size).map(|i| i as u8).collect::<Vec<_>>());
        let mut joined: Vec<u8> = Vec::new();
        for part in fragments(&packet, mtu) {
            let octets = octets(&part);
            prop_assert!(octets.len() <= mtu);
            prop_assert_eq!(octets.len(), part.wire_octets());
            prop_assert!(version == 6 || checksum(&octets[..20]) == 0);
            joined.extend(&octets[part.header_octets()..]);
        }
        prop_assert_eq!(&joined[..], &octets(&packet)[packet.header_octets()..]);
    }

    #[test]
    fn damage_flips_exactly_its_bits(payload: Vec<u8>, pick: prop::sample::Index) {
        let mut packet = datagram(4, &payload);
        let whole = octets(&packet);
        let bit = pick.index(whole.len() * 8);
        packet.flip(Damage::new(&[bit as u32]));
        let changed: Vec<u32> =
            whole.iter().zip(octets(&packet)).map(|(a, b)| (a ^ b).count_ones()).collect();
        prop_assert_eq!(changed.iter().sum::<u32>(), 1);
        prop_assert_eq!(changed[bit / 8], 1);
    }
}

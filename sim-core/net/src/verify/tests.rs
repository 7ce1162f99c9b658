use super::*;
use crate::fragment::fragments;
use crate::packet::Damage;
use crate::packet::tests::datagram;
use proptest::prelude::*;

const PAYLOAD: &[u8] = b"OPTIONS sip:bob@example.com SIP/2.0\r\n\r\n";

fn damaged(version: u8, bits: &[u32]) -> Packet {
    let mut packet = datagram(version, PAYLOAD);
    packet.flip(Damage::new(bits));
    packet
}

/// What gets through: the header check of a router and the checks of the receiver.
fn survivor(packet: Packet) -> Option<Packet> {
    destination_read(&packet).ok()?;
    receive(packet).ok()
}

/// Whether the octets of a damaged packet pass all checksums, by another method: the octets as one big number, modulo
/// 65535.
fn passes_by_arithmetic(packet: &Packet) -> bool {
    let octets = octets(packet);
    let residue = |octets: &[u8]| {
        octets.chunks(2).fold(0u32, |sum, pair| {
            (sum + (u32::from(pair[0]) << 8) + u32::from(*pair.get(1).unwrap_or(&0))) % 65_535
        })
    };
    let header = packet.header_octets();
    if packet.is_ipv6() {
        let length = octets.len() - header;
        (residue(&octets[8..]) + 17 + length as u32).is_multiple_of(65_535)
    } else {
        let length = octets.len() - header;
        residue(&octets[..header]) == 0
            && (residue(&octets[12..]) + 17 + length as u32).is_multiple_of(65_535)
    }
}

#[test]
fn undamaged_packet_is_received_as_it_was_sent() {
    for version in [4, 6] {
        let packet = datagram(version, PAYLOAD);
        assert_eq!(receive(packet.clone()), Ok(packet));
    }
}

#[test]
fn single_flipped_bit_never_changes_what_is_received() {
    for version in [4, 6] {
        let whole = datagram(version, PAYLOAD);
        for bit in 0..whole.wire_octets() as u32 * 8 {
            if let Some(packet) = survivor(damaged(version, &[bit])) {
                assert_eq!((packet.from(), packet.to()), (whole.from(), whole.to()), "bit {bit}");
                assert_eq!(packet.payload(), whole.payload(), "bit {bit}");
            }
        }
    }
}

#[test]
fn single_flipped_bit_of_the_payload_is_always_found() {
    for version in [4, 6] {
        let whole = datagram(version, PAYLOAD);
        let payload = whole.wire_octets() - PAYLOAD.len()..whole.wire_octets();
        for bit in payload.start as u32 * 8..payload.end as u32 * 8 {
            assert_eq!(receive(damaged(version, &[bit])), Err(DropCause::Corrupted), "bit {bit}");
        }
    }
}

#[test]
fn damage_to_the_fields_of_ipv6_that_no_checksum_covers_does_no_harm() {
    // Traffic class, flow label and hop limit.
    for bit in [4, 12, 31, 56, 63] {
        assert_eq!(
            survivor(damaged(6, &[bit])).map(|p| p.payload().clone()),
            Some(datagram(6, PAYLOAD).payload().clone())
        );
    }
}

#[test]
fn two_flips_that_cancel_in_the_checksum_reach_the_application() {
    // 'O' is 0x4f and 'T' is 0x54: two octets further on, at the same place in their words. Their lowest bits differ,
    // so flipping both leaves the sum as it was.
    for version in [4, 6] {
        let begin = (datagram(version, PAYLOAD).wire_octets() - PAYLOAD.len()) as u32 * 8;
        let packet = survivor(damaged(version, &[begin + 7, begin + 23])).expect("the checksum collides");
        assert!(packet.payload().starts_with(b"NPUIONS "));
        assert_eq!((packet.payload().len(), packet.damage()), (PAYLOAD.len(), None));
    }
}

#[test]
fn two_flips_in_the_ipv4_header_can_send_the_packet_elsewhere() {
    // 192.0.2.1 to 192.0.2.2: bit 0 of the last octets differ.
    let packet = damaged(4, &[15 * 8 + 7, 19 * 8 + 7]);
    assert_eq!(destination_read(&packet), Ok("192.0.2.3".parse().unwrap()));
    let there = receive(packet).expect("the pseudo header's sum is the same");
    assert_eq!(there.from().to_string(), "192.0.2.0:5060");
}

#[test]
fn damaged_header_of_ipv4_is_found_by_the_first_router() {
    for bit in 0..160 {
        assert_eq!(destination_read(&damaged(4, &[bit])), Err(DropCause::Corrupted), "bit {bit}");
    }
}

#[test]
fn damaged_address_of_ipv6_passes_routers_but_not_the_receiver() {
    let packet = damaged(6, &[39 * 8 + 6]);
    assert_eq!(destination_read(&packet), Ok("2001:db8::".parse().unwrap()));
    assert_eq!(receive(packet), Err(DropCause::Corrupted));
}

#[test]
fn fragment_with_damaged_headers_is_refused_and_one_with_damaged_contents_kept() {
    for version in [4, 6] {
        let whole = datagram(version, &[0x55; 3000]);
        let first = fragments(&whole, 1500).next().unwrap();
        let headers = first.header_octets() as u32 * 8;
        for (bit, expected) in [(headers - 1, false), (headers, true)] {
            let mut part = first.clone();
            part.flip(Damage::new(&[bit]));
            assert_eq!(receive(part).is_ok(), expected, "bit {bit} of IPv{version}");
        }
    }
}

proptest! {
    #[test]
    fn law_n4_damaged_payload_is_received_only_when_the_checksum_collides(
        version in prop::sample::select(vec![4, 6]),
        picks in prop::collection::hash_set(0u32..PAYLOAD.len() as u32 * 8, 1..4),
    ) {
        let begin = (datagram(version, PAYLOAD).wire_octets() - PAYLOAD.len()) as u32 * 8;
        let mut bits: Vec<u32> = picks.into_iter().map(|bit| begin + bit).collect();
        bits.sort_unstable();
        let packet = damaged(version, &bits);
        prop_assert_eq!(survivor(packet.clone()).is_some(), passes_by_arithmetic(&packet));
    }

    #[test]
    fn any_damage_is_handled_and_whatever_passes_passes_by_arithmetic_too(
        version in prop::sample::select(vec![4, 6]),
        bits in prop::collection::hash_set(0u32..90 * 8, 1..12),
    ) {
        let mut bits: Vec<u32> = bits.into_iter().collect();
        bits.sort_unstable();
        let packet = damaged(version, &bits);
        let udp = packet.header_octets() as u32;
        // A checksum field of zero switches the check off over IPv4.
        let spares_checksum = !bits.iter().any(|bit| ((udp + 6) * 8..(udp + 8) * 8).contains(bit));
        if let Some(there) = survivor(packet.clone()) && spares_checksum && there.payload().len() == PAYLOAD.len() {
            prop_assert!(passes_by_arithmetic(&packet));
        }
    }
}

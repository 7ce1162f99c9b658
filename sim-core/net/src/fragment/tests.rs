use super::*;
use crate::packet::Damage;
use crate::packet::tests::datagram;
use proptest::prelude::*;

fn sizes(packet: &Packet, mtu: usize) -> Vec<usize> {
    fragments(packet, mtu).map(|part| part.wire_octets()).collect()
}

#[test]
fn packet_that_fits_exactly_stays_whole() {
    let packet = datagram(4, &[0; 1472]);
    assert_eq!(sizes(&packet, 1500), [1500]);
    assert_eq!(fragments(&packet, 1500).next().as_ref(), Some(&packet));
}

#[test]
fn one_octet_too_many_makes_a_second_fragment() {
    let parts: Vec<Packet> = fragments(&datagram(4, &[0; 1473]), 1500).collect();
    assert_eq!(parts[0].fragment(), Some(Fragment { offset: 0, length: 1480, more: true }));
    assert_eq!(parts[1].fragment(), Some(Fragment { offset: 1480, length: 1, more: false }));
}

#[test]
fn ipv6_parts_leave_room_for_the_fragment_header() {
    // 1280 - 40 - 8 = 1232, a multiple of 8.
    assert_eq!(sizes(&datagram(6, &[0; 1232]), 1280), [1280]);
    assert_eq!(sizes(&datagram(6, &[0; 1233]), 1280), [1280, 57]);
}

#[test]
fn every_part_but_the_last_is_a_multiple_of_eight() {
    // 1006 - 20 = 986: 984 octets go into each.
    let parts: Vec<Packet> = fragments(&datagram(4, &[0; 2500]), 1006).collect();
    let lengths: Vec<u16> = parts.iter().map(|part| part.fragment().unwrap().length).collect();
    assert_eq!(lengths, [984, 984, 540]);
}

#[test]
fn fragment_of_a_fragment_keeps_its_place_and_says_that_others_follow() {
    let first = fragments(&datagram(4, &[0; 2000]), 1500).next().unwrap();
    let parts: Vec<Fragment> = fragments(&first, 576).map(|part| part.fragment().unwrap()).collect();
    assert_eq!(parts.iter().map(|part| part.offset).collect::<Vec<_>>(), [0, 552, 1104]);
    assert!(
        parts.iter().all(|part| part.more),
        "the end of the first fragment is not the end of the datagram"
    );
}

#[test]
fn damage_moves_with_the_octets_that_it_hit() {
    let mut packet = datagram(4, &[0; 2000]);
    // A bit of the IP header, one of the first part, one of the second.
    let second_part = (20 + 1480 + 3) * 8 + 5;
    packet.flip(Damage::new(&[17, 20 * 8, second_part]));
    let damage: Vec<_> = fragments(&packet, 1500).map(|part| part.damage().cloned()).collect();
    assert_eq!(damage, [Some(Damage::new(&[20 * 8])), Some(Damage::new(&[(20 + 3) * 8 + 5]))]);
}

proptest! {
    #[test]
    fn parts_cover_the_datagram_without_gap_or_overlap(
        version in prop::sample::select(vec![4, 6]),
        size in 0usize..65_000,
        mtu in 68usize..9000,
        smaller in 68usize..9000,
    ) {
        let packet = datagram(version, &vec![0; size]);
        let parts: Vec<Packet> = fragments(&packet, mtu).collect();
        let parts: Vec<Packet> = match version {
            4 => parts.iter().flat_map(|part| fragments(part, smaller)).collect(),
            _ => parts,
        };
        let mut covered = 0;
        for (index, part) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            prop_assert_eq!(part.carried().start, covered);
            prop_assert!(part.wire_octets() <= mtu);
            prop_assert!(std::ptr::eq(part.payload().octets(), packet.payload().octets()));
            if let Some(fragment) = part.fragment() {
                prop_assert_eq!(fragment.more, !is_last);
                prop_assert!(is_last || fragment.length % 8 == 0);
            }
            covered = part.carried().end;
        }
        prop_assert_eq!(covered, packet.datagram_octets());
    }
}

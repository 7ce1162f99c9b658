use super::*;
use crate::fragment::fragments;
use crate::packet::Damage;
use crate::packet::tests::datagram;
use proptest::prelude::*;
use sim_api::{DelaySplit, Lineage};

const NOW: SimTime = SimTime::ZERO;

fn text(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i * 7 + i / 256) as u8).collect()
}

fn parts(packet: &Packet, mtu: usize) -> Vec<Packet> {
    fragments(packet, mtu).collect()
}

fn complete(reassembly: Reassembly) -> Packet {
    let Reassembly::Complete(packet) = reassembly else { panic!("{reassembly:?}") };
    packet
}

fn assert_balance(reassembler: &Reassembler) {
    let count = reassembler.count();
    let ended = count.complete + count.corrupted + count.contradictory + count.evicted + count.timed_out;
    assert_eq!(count.begun, ended + reassembler.pending() as u64, "{count:?}");
}

#[test]
fn whole_datagram_passes_through() {
    let mut reassembler = Reassembler::new();
    let packet = datagram(4, b"hello");
    assert_eq!(reassembler.accept(packet.clone(), NOW), Reassembly::Complete(packet));
    assert_eq!(reassembler.count(), ReassemblyCount::default());
}

#[test]
fn last_fragment_to_arrive_completes_the_datagram_and_gives_its_lineage() {
    let packet = datagram(4, &text(4000));
    let mut parts = parts(&packet, 1500);
    let late = DelaySplit { propagation: 7, ..DelaySplit::default() };
    parts[0].lineage = Lineage::begin(NOW).after(late);
    let mut reassembler = Reassembler::new();
    assert_eq!(reassembler.accept(parts[2].clone(), NOW), Reassembly::Incomplete);
    assert_eq!(reassembler.accept(parts[1].clone(), NOW), Reassembly::Incomplete);
    let whole = complete(reassembler.accept(parts[0].clone(), SimTime::from_nanos(7)));
    assert_eq!(whole.lineage, parts[0].lineage);
    assert!(std::ptr::eq(whole.payload().octets(), packet.payload().octets()), "nothing was copied");
    assert_eq!((whole.fragment(), reassembler.pending()), (None, 0));
}

#[test]
fn lost_fragment_loses_the_datagram() {
    for version in [4, 6] {
        let parts = parts(&datagram(version, &text(4000)), 1500);
        for missing in 0..parts.len() {
            let mut reassembler = Reassembler::new();
            for (index, part) in parts.iter().enumerate() {
                if index != missing {
                    assert_eq!(reassembler.accept(part.clone(), NOW), Reassembly::Incomplete);
                }
            }
            assert_eq!(reassembler.pending(), 1);
            assert_eq!(reassembler.expire(SimTime::from_secs(60)), 1);
            assert_eq!((reassembler.count().timed_out, reassembler.pending()), (1, 0));
        }
    }
}

#[test]
fn fragments_wait_15_seconds_over_ipv4_and_60_over_ipv6() {
    for (version, seconds) in [(4, 15), (6, 60)] {
        let parts = parts(&datagram(version, &text(2000)), 1500);
        let last = |at: SimTime| {
            let mut reassembler = Reassembler::new();
            reassembler.accept(parts[0].clone(), NOW);
            let reassembly = reassembler.accept(parts[1].clone(), at);
            assert_balance(&reassembler);
            reassembly
        };
        let deadline = SimTime::from_secs(seconds);
        complete(last(SimTime::from_nanos(deadline.as_nanos() - 1)));
        assert_eq!(last(deadline), Reassembly::Incomplete);
    }
}

#[test]
fn later_fragments_do_not_prolong_the_wait() {
    let parts = parts(&datagram(4, &text(4000)), 1500);
    let mut reassembler = Reassembler::new();
    reassembler.accept(parts[0].clone(), NOW);
    reassembler.accept(parts[1].clone(), SimTime::from_secs(14));
    assert_eq!(reassembler.expire(SimTime::from_secs(15)), 1);
}

#[test]
fn duplicates_are_tolerated() {
    for version in [4, 6] {
        let parts = parts(&datagram(version, &text(4000)), 1500);
        let mut reassembler = Reassembler::new();
        for part in [&parts[0], &parts[0], &parts[1], &parts[1], &parts[0]] {
            assert_eq!(reassembler.accept(part.clone(), NOW), Reassembly::Incomplete);
        }
        complete(reassembler.accept(parts[2].clone(), NOW));
    }
}

#[test]
fn differently_cut_copies_fit_over_ipv4_and_end_the_datagram_over_ipv6() {
    for version in [4, 6] {
        let packet = datagram(version, &text(4000));
        let (wide, narrow) = (parts(&packet, 1500), parts(&packet, 1300));
        let mut reassembler = Reassembler::new();
        reassembler.accept(wide[0].clone(), NOW);
        let overlap = reassembler.accept(narrow[1].clone(), NOW);
        if version == 6 {
            assert_eq!(overlap, Reassembly::Lost(DropCause::Reassembly));
            // The rest of it is refused, not taken for a new datagram.
            assert_eq!(reassembler.accept(wide[1].clone(), NOW), Reassembly::Lost(DropCause::Reassembly));
            assert_eq!((reassembler.count().begun, reassembler.count().contradictory), (1, 1));
            assert_eq!(reassembler.expire(SimTime::from_secs(60)), 0);
        } else {
            assert_eq!(overlap, Reassembly::Incomplete);
            reassembler.accept(wide[2].clone(), NOW);
            let whole = complete(reassembler.accept(wide[1].clone(), NOW));
            assert_eq!(whole.payload(), packet.payload());
        }
        assert_balance(&reassembler);
    }
}

#[test]
fn two_different_ends_contradict_each_other() {
    let (short, long) = (datagram(4, &text(1600)), datagram(4, &text(1700)));
    let (short, long) = (parts(&short, 1500), parts(&long, 1500));
    let mut reassembler = Reassembler::new();
    reassembler.accept(short[1].clone(), NOW);
    assert_eq!(reassembler.accept(long[1].clone(), NOW), Reassembly::Lost(DropCause::Reassembly));
    assert_balance(&reassembler);
}

#[test]
fn wrapped_identification_of_ipv4_mixes_datagrams_and_the_checksum_finds_it() {
    let (mut old, mut new) = (datagram(4, &text(2000)), datagram(4, &[0x42; 2000]));
    // RFC 4963: 65,536 datagrams later the identification is the same.
    (old.ident, new.ident) = (7, 7 + 65_536);
    let mut reassembler = Reassembler::new();
    reassembler.accept(parts(&old, 1500)[0].clone(), NOW);
    let mixed = reassembler.accept(parts(&new, 1500)[1].clone(), NOW);
    assert_eq!(mixed, Reassembly::Lost(DropCause::Corrupted));
    assert_eq!(reassembler.count().corrupted, 1);
    assert_balance(&reassembler);
}

#[test]
fn identification_of_ipv6_has_32_bits() {
    let (mut old, mut new) = (datagram(6, &text(2000)), datagram(6, &[0x42; 2000]));
    (old.ident, new.ident) = (7, 7 + 65_536);
    let mut reassembler = Reassembler::new();
    reassembler.accept(parts(&old, 1500)[0].clone(), NOW);
    assert_eq!(reassembler.accept(parts(&new, 1500)[1].clone(), NOW), Reassembly::Incomplete);
    assert_eq!(reassembler.pending(), 2);
}

#[test]
fn damaged_fragment_spoils_the_datagram_unless_the_checksum_collides() {
    let packet = datagram(4, &[0x55; 2000]);
    let received = |bits: &[u32]| {
        let mut parts = parts(&packet, 1500);
        parts[1].flip(Damage::new(bits));
        let mut reassembler = Reassembler::new();
        reassembler.accept(parts[0].clone(), NOW);
        reassembler.accept(parts[1].clone(), NOW)
    };
    // Behind the IP header of the second fragment; 0x5555 has different bits side by side.
    assert_eq!(received(&[160]), Reassembly::Lost(DropCause::Corrupted));
    // Bit 0 of one word is 0, and of the next 0 as well: no collision. In words that differ there is one.
    assert_eq!(received(&[160, 176]), Reassembly::Lost(DropCause::Corrupted));
    let mut octets = [0x55; 2000];
    octets[1472..1474].copy_from_slice(&[0x80, 0]);
    octets[1474..1476].copy_from_slice(&[0, 0]);
    let packet = datagram(4, &octets);
    let mut parts = parts(&packet, 1500);
    parts[1].flip(Damage::new(&[160, 176]));
    let mut reassembler = Reassembler::new();
    reassembler.accept(parts[1].clone(), NOW);
    let whole = complete(reassembler.accept(parts[0].clone(), NOW));
    assert_eq!(whole.payload()[1472..1476], [0, 0, 0x80, 0]);
}

#[test]
fn clean_copy_takes_the_place_of_a_damaged_one_over_ipv4() {
    let packet = datagram(4, &text(2000));
    let parts = parts(&packet, 1500);
    let mut damaged = parts[0].clone();
    damaged.flip(Damage::new(&[300]));
    let mut reassembler = Reassembler::new();
    reassembler.accept(damaged, NOW);
    reassembler.accept(parts[0].clone(), NOW);
    assert_eq!(complete(reassembler.accept(parts[1].clone(), NOW)).payload(), packet.payload());
}

#[test]
fn table_is_bounded_and_the_oldest_gives_way() {
    let mut reassembler = Reassembler::new();
    let first_of = |ident| {
        let mut packet = datagram(4, &text(2000));
        packet.ident = ident;
        parts(&packet, 1500)
    };
    for ident in 0..=1024 {
        reassembler.accept(first_of(ident)[0].clone(), SimTime::from_nanos(u64::from(ident)));
    }
    assert_eq!((reassembler.pending(), reassembler.count().evicted), (1024, 1));
    let now = SimTime::from_nanos(2000);
    complete(reassembler.accept(first_of(1024)[1].clone(), now));
    assert_eq!(reassembler.accept(first_of(0)[1].clone(), now), Reassembly::Incomplete);
    assert_balance(&reassembler);
}

proptest! {
    #[test]
    fn fragments_in_any_order_with_duplicates_give_the_datagram(
        version in prop::sample::select(vec![4, 6]),
        size in 1400usize..9000,
        mtu in 600usize..1500,
        order: u64,
        copies in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let packet = datagram(version, &text(size));
        let mut parts = parts(&packet, mtu);
        prop_assume!(parts.len() > 1);
        let copied: Vec<Packet> = copies.iter().map(|pick| parts[pick.index(parts.len())].clone()).collect();
        parts.extend(copied);
        let mut order: Vec<(u64, Packet)> =
            parts.into_iter().enumerate().map(|(i, part)| (sim_api::mix(order ^ i as u64), part)).collect();
        order.sort_by_key(|(key, _)| *key);
        let mut reassembler = Reassembler::new();
        let mut whole = Vec::new();
        for (_, part) in order {
            if let Reassembly::Complete(packet) = reassembler.accept(part, NOW) {
                whole.push(packet);
            }
            assert_balance(&reassembler);
        }
        prop_assert!(!whole.is_empty());
        for one in whole {
            prop_assert_eq!(one, packet.clone());
        }
    }
}

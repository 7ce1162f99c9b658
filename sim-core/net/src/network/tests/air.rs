//! Access links: other headers, one medium for both directions, directions that differ.

use super::*;
use crate::{Duplex, Headers, Way};

/// The link of RFC 3322 2.1: 9600 bit/s, half of a round trip of 140 ms, no headers.
fn narrow() -> LinkSpec {
    LinkSpec {
        propagation: Duration::from_millis(70),
        rate: BitRate::new(9600).unwrap(),
        headers: Headers::Octets(0),
        queue: Duration::from_secs(60),
        ..plain()
    }
}

#[test]
fn a_link_without_headers_counts_the_octets_of_messages_alone() {
    let mut run = Loop::new(network(2, &[(0, 1, narrow())]));
    run.send(NodeId::from_index(0), packet(4, 0, 1, 600, SimTime::ZERO));
    run.send(NodeId::from_index(1), packet(6, 1, 0, 300, SimTime::ZERO));
    while run.step().is_some() {}
    let arrivals: Vec<SimTime> = run.received.iter().map(|(at, ..)| *at).collect();
    assert_eq!(arrivals, [SimTime::from_millis(320), SimTime::from_millis(570)]);
    let sent = |direction| run.network.count(Hop::new(LinkId::from_index(0), direction)).sent.octets;
    assert_eq!((sent(Direction::Forward), sent(Direction::Backward)), (600, 300));
    run.network.conservation().unwrap();
}

#[test]
fn compressed_headers_count_once_for_each_fragment() {
    let spec = LinkSpec { headers: Headers::Octets(4), mtu: 1280, ..narrow() };
    let mut run = Loop::new(network(2, &[(0, 1, spec)]));
    run.send(NodeId::from_index(0), packet(4, 0, 1, 2000, SimTime::ZERO));
    while run.step().is_some() {}
    let count = run.network.count(Hop::new(LinkId::from_index(0), Direction::Forward));
    assert_eq!((count.delivered.packets, count.delivered.octets), (2, 2000 + 2 * 4));
    assert_eq!(run.received[0].2.payload().len(), 2000);
    run.network.conservation().unwrap();
}

#[test]
fn directions_differ_in_rate_and_delay() {
    let way = Way { propagation: Duration::from_millis(10), rate: BitRate::new(96_000).unwrap() };
    let spec = LinkSpec { backward: Some(way), ..narrow() };
    let mut run = Loop::new(network(2, &[(0, 1, spec)]));
    run.send(NodeId::from_index(0), packet(4, 0, 1, 600, SimTime::ZERO));
    run.send(NodeId::from_index(1), packet(4, 1, 0, 600, SimTime::ZERO));
    while run.step().is_some() {}
    let arrivals: Vec<SimTime> = run.received.iter().map(|(at, ..)| *at).collect();
    assert_eq!(arrivals, [SimTime::from_millis(60), SimTime::from_millis(570)]);
    let (a, b) = (NodeId::from_index(0), NodeId::from_index(1));
    assert_eq!(run.network.path_delay(a, b), Some(Duration::from_millis(70)));
    assert_eq!(run.network.path_delay(b, a), Some(Duration::from_millis(10)));
}

#[test]
fn directions_of_a_half_duplex_link_wait_for_each_other() {
    let spec = LinkSpec { duplex: Duplex::Half, ..narrow() };
    let mut run = Loop::new(network(2, &[(0, 1, spec)]));
    for (from, to) in [(0, 1), (1, 0), (0, 1)] {
        run.send(NodeId::from_index(from), packet(4, from, to, 600, SimTime::ZERO));
    }
    while run.step().is_some() {}
    let arrivals: Vec<SimTime> = run.received.iter().map(|(at, ..)| *at).collect();
    assert_eq!(arrivals, [570, 1070, 1570].map(SimTime::from_millis));
    let busy = |direction, ms| {
        run.network.busy(Hop::new(LinkId::from_index(0), direction), SimTime::from_millis(ms))
    };
    for direction in Direction::BOTH {
        assert_eq!(busy(direction, 250), Duration::from_millis(250), "the medium is busy {direction}");
        assert_eq!(busy(direction, 9000), Duration::from_millis(1500));
    }
}

#[test]
fn an_outage_of_a_half_duplex_link_frees_the_medium() {
    let spec = LinkSpec { duplex: Duplex::Half, ..narrow() };
    let mut run = Loop::new(network(2, &[(0, 1, spec)]));
    let link = LinkId::from_index(0);
    for (from, to) in [(0, 1), (1, 0)] {
        run.send(NodeId::from_index(from), packet(4, from, to, 600, SimTime::ZERO));
    }
    run.network.take_down(link, SimTime::from_millis(100));
    run.network.bring_up(link);
    for direction in Direction::BOTH {
        let busy = run.network.busy(Hop::new(link, direction), SimTime::from_secs(1));
        assert_eq!(busy, Duration::from_millis(100));
    }
    while run.step().is_some() {}
    run.network.conservation().unwrap();
}

#[test]
fn damage_on_a_link_without_headers_hits_the_payload() {
    let spec = LinkSpec { corruption: Probability::ONE, ..narrow() };
    let mut network = network(2, &[(0, 1, spec)]);
    let packet = packet(4, 0, 1, 100, SimTime::ZERO);
    let hop = Hop::new(LinkId::from_index(0), Direction::Forward);
    for _ in 0..200 {
        let transit = network.transmit(hop, SimTime::ZERO, &packet);
        let Transit::Carried { first, .. } = transit else { panic!("{transit:?}") };
        let damage = first.damage.expect("every packet is damaged");
        assert!(damage.bits().iter().all(|bit| (28 * 8..128 * 8).contains(bit)), "{damage:?}");
    }
}

#[test]
fn an_empty_payload_takes_no_time_on_a_link_without_headers() {
    let spec = LinkSpec { corruption: Probability::ONE, ..narrow() };
    let mut run = Loop::new(network(2, &[(0, 1, spec)]));
    run.send(NodeId::from_index(0), packet(4, 0, 1, 0, SimTime::ZERO));
    while run.step().is_some() {}
    assert_eq!(run.received[0].0, SimTime::from_millis(70));
}

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use proptest::prelude::*;
use sim_api::{BitRate, Distribution, Lineage, Payload, Probability};

use super::*;
use crate::link::{Arrival, Jitter};
use crate::{DropCause, Reassembler, Reassembly, fragments};

mod air;

fn address(version: u8, index: usize) -> std::net::SocketAddr {
    let ip: IpAddr = match version {
        4 => [192, 0, 2, index as u8].into(),
        _ => [0x2001, 0xdb8, 0, 0, 0, 0, 0, index as u16].into(),
    };
    (ip, 5060).into()
}

/// A network of nodes `n0`, `n1`, … with an address of each IP version, and links between neighbours of these specs.
fn network(nodes: usize, links: &[(usize, usize, LinkSpec)]) -> Network {
    let mut builder = NetworkBuilder::new();
    for index in 0..nodes {
        let node = builder.node(format!("n{index}")).unwrap();
        builder.address(node, address(4, index).ip()).unwrap();
        builder.address(node, address(6, index).ip()).unwrap();
    }
    for (at, (one, other, spec)) in links.iter().enumerate() {
        let ends = (NodeId::from_index(*one), NodeId::from_index(*other));
        builder.link(LinkSpec { name: format!("l{at}"), ends, ..spec.clone() }).unwrap();
    }
    builder.build(Seed::new(7)).unwrap()
}

fn plain() -> LinkSpec {
    let spec = LinkSpec::between("", NodeId::from_index(0), NodeId::from_index(1));
    LinkSpec { propagation: Duration::from_millis(1), rate: BitRate::new(10_000_000).unwrap(), ..spec }
}

fn packet(version: u8, from: usize, to: usize, octets: usize, now: SimTime) -> Packet {
    let payload = Payload::new(&vec![0x5a; octets]);
    let (from, destination) = (address(version, from), NodeId::from_index(to));
    Packet::udp(from, address(version, to), payload, Lineage::begin(now), destination).unwrap()
}

/// A run loop that is as small as can be: what the engine does, in the order of time.
#[derive(Debug)]
struct Loop {
    network: Network,
    now: SimTime,
    queue: BinaryHeap<Reverse<(SimTime, u64)>>,
    events: BTreeMap<u64, (Hop, u32, Packet)>,
    next: u64,
    reassemblers: Vec<Reassembler>,
    received: Vec<(SimTime, NodeId, Packet)>,
    ended: Vec<DropCause>,
}

impl Loop {
    fn new(network: Network) -> Loop {
        Loop {
            reassemblers: vec![Reassembler::new(); network.node_count()],
            network,
            now: SimTime::ZERO,
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            next: 0,
            received: Vec::new(),
            ended: Vec::new(),
        }
    }

    fn send(&mut self, at: NodeId, packet: Packet) {
        let Some(hop) = self.network.next_hop(at, packet.destination) else {
            self.network.drop_at(at, DropCause::Unreachable, &packet);
            return self.ended.push(DropCause::Unreachable);
        };
        self.offer(hop, packet);
    }

    fn offer(&mut self, hop: Hop, packet: Packet) {
        match self.network.transmit(hop, self.now, &packet) {
            Transit::Carried { first, duplicate } => {
                for arrival in [Some(first), duplicate.map(|copy| *copy)].into_iter().flatten() {
                    self.carry(hop, packet.clone(), arrival);
                }
            }
            Transit::Lost { cause, .. } => self.ended.push(cause),
            Transit::TooLarge { mtu } => {
                for part in fragments(&packet, mtu) {
                    self.offer(hop, part);
                }
            }
        }
    }

    fn carry(&mut self, hop: Hop, mut packet: Packet, arrival: Arrival) {
        packet.lineage = packet.lineage.after(arrival.split);
        if let Some(damage) = arrival.damage {
            packet.flip(damage);
        }
        self.queue.push(Reverse((arrival.at, self.next)));
        self.events.insert(self.next, (hop, arrival.epoch, packet));
        self.next += 1;
    }

    fn step(&mut self) -> Option<()> {
        let Reverse((at, event)) = self.queue.pop()?;
        self.now = at;
        let (hop, epoch, mut packet) = self.events.remove(&event).unwrap();
        packet.lineage.assert_exact(at);
        match self.network.arrive(hop, epoch, &mut packet) {
            Err(cause) => self.ended.push(cause),
            Ok(node) if node == packet.destination => {
                match self.reassemblers[node.index()].accept(packet, at) {
                    Reassembly::Complete(packet) => self.received.push((at, node, packet)),
                    Reassembly::Incomplete => {}
                    Reassembly::Lost(cause) => self.ended.push(cause),
                }
            }
            Ok(node) => match packet.forward() {
                Ok(()) => self.send(node, packet),
                Err(cause) => {
                    self.network.drop_at(node, cause, &packet);
                    self.ended.push(cause);
                }
            },
        }
        Some(())
    }

    fn run_until(&mut self, until: SimTime) {
        while self.queue.peek().is_some_and(|Reverse((at, _))| *at <= until) {
            self.step();
        }
        self.now = until;
    }

    fn run_until_quiet(&mut self) {
        while self.step().is_some() {}
    }
}

#[test]
fn packet_takes_each_hop_of_its_path() {
    let mut run = Loop::new(network(4, &[(0, 1, plain()), (1, 2, plain()), (2, 3, plain())]));
    let (from, to) = (NodeId::from_index(0), NodeId::from_index(3));
    assert_eq!(run.network.path(from, to).unwrap().len(), 3);
    assert_eq!(run.network.path(from, from), Some(vec![]));
    assert_eq!(run.network.path_delay(from, to), Some(Duration::from_millis(3)));
    run.send(from, packet(4, 0, 3, 972, SimTime::ZERO));
    run.run_until_quiet();
    // 1000 octets take 0.8 ms at 10 Mbit/s, on each of three links.
    let [(at, node, packet)] = &run.received[..] else { panic!("{:?}", run.received) };
    assert_eq!((*at, *node, packet.hop_limit), (SimTime::from_nanos(5_400_000), to, 62));
    assert_eq!(packet.lineage.split().parts(), [3_000_000, 2_400_000, 0, 0, 0]);
    let hop = run.network.next_hop(from, to).unwrap();
    assert_eq!(run.network.busy(hop, *at), Duration::from_micros(800));
    assert_eq!((run.network.tail(hop), run.network.node_name(run.network.head(hop))), (from, "n1"));
}

#[test]
fn names_and_addresses_lead_to_nodes() {
    let network = network(2, &[(0, 1, plain())]);
    assert_eq!(network.node_named("n1"), Some(NodeId::from_index(1)));
    assert_eq!(network.node_named("n2"), None);
    assert_eq!(network.resolve(address(6, 1).ip()), Some(NodeId::from_index(1)));
    assert_eq!(network.resolve(address(4, 9).ip()), None);
    let link = network.link_named("l0").unwrap();
    assert_eq!((network.link(link).propagation, network.is_up(link)), (Duration::from_millis(1), true));
}

#[test]
fn hop_limit_ends_a_packet_at_the_router() {
    let mut run = Loop::new(network(4, &[(0, 1, plain()), (1, 2, plain()), (2, 3, plain())]));
    let mut short = packet(4, 0, 3, 10, SimTime::ZERO);
    short.hop_limit = 2;
    run.send(NodeId::from_index(0), short);
    run.run_until_quiet();
    assert_eq!(run.ended, [DropCause::HopLimit]);
    assert_eq!(run.network.drops_at(NodeId::from_index(2)).of(DropCause::HopLimit).packets, 1);
}

#[test]
fn link_failure_loses_what_is_on_it_and_later_packets_take_the_other_way() {
    let slow = LinkSpec { propagation: Duration::from_millis(50), ..plain() };
    let mut run = Loop::new(network(3, &[(0, 2, plain()), (0, 1, slow.clone()), (1, 2, slow)]));
    let (from, to) = (NodeId::from_index(0), NodeId::from_index(2));
    let direct = run.network.link_named("l0").unwrap();
    run.send(from, packet(4, 0, 2, 100, SimTime::ZERO));
    run.network.take_down(direct, run.now);
    assert!(!run.network.is_up(direct));
    assert_eq!(run.network.path(from, to).unwrap().len(), 2);
    run.send(from, packet(4, 0, 2, 100, SimTime::ZERO));
    run.run_until(SimTime::from_millis(10));
    run.network.bring_up(direct);
    assert_eq!(run.network.path(from, to).unwrap().len(), 1);
    run.send(from, packet(4, 0, 2, 100, run.now));
    run.run_until_quiet();
    assert_eq!(run.ended, [DropCause::LinkDown]);
    let arrived: Vec<u64> = run.received.iter().map(|(at, ..)| at.as_nanos() / 1_000_000).collect();
    assert_eq!(arrived, [11, 100]);
    run.network.conservation().unwrap();
}

#[test]
fn stale_hop_over_a_link_that_is_down_is_a_counted_drop() {
    let mut network = network(2, &[(0, 1, plain())]);
    let hop = network.next_hop(NodeId::from_index(0), NodeId::from_index(1)).unwrap();
    network.take_down(hop.link(), SimTime::ZERO);
    let transit = network.transmit(hop, SimTime::ZERO, &packet(4, 0, 1, 10, SimTime::ZERO));
    assert_eq!(transit, Transit::Lost { cause: DropCause::LinkDown, at: SimTime::ZERO });
    assert_eq!(network.next_hop(NodeId::from_index(0), NodeId::from_index(1)), None);
}

/// Three nodes, MTU 1500 on the first link and 1300 on the second.
fn narrowing() -> Loop {
    Loop::new(network(3, &[(0, 1, plain()), (1, 2, LinkSpec { mtu: 1300, ..plain() })]))
}

fn packets_on(run: &Loop, link: usize) -> u64 {
    run.network.count(Hop::new(LinkId::from_index(link), Direction::Forward)).sent.packets
}

#[test]
fn ipv4_router_cuts_what_does_not_fit_its_next_link() {
    let mut run = narrowing();
    run.send(NodeId::from_index(0), packet(4, 0, 2, 1400, SimTime::ZERO));
    run.run_until_quiet();
    assert_eq!((packets_on(&run, 0), packets_on(&run, 1)), (1, 2));
    assert_eq!(run.received[0].2.payload().len(), 1400);
}

#[test]
fn ipv4_packet_that_fits_exactly_is_not_cut() {
    let mut run = narrowing();
    run.send(NodeId::from_index(0), packet(4, 0, 2, 1300 - 28, SimTime::ZERO));
    run.run_until_quiet();
    assert_eq!(packets_on(&run, 1), 1);
}

#[test]
fn ipv4_packet_that_forbids_fragmentation_ends_at_the_narrow_link() {
    let mut run = narrowing();
    let mut whole = packet(4, 0, 2, 1400, SimTime::ZERO);
    whole.dont_fragment = true;
    run.send(NodeId::from_index(0), whole);
    run.run_until_quiet();
    assert_eq!(run.ended, [DropCause::PacketTooBig]);
    run.network.conservation().unwrap();
}

#[test]
fn ipv6_source_cuts_to_the_mtu_of_the_path() {
    let mut run = narrowing();
    run.send(NodeId::from_index(0), packet(6, 0, 2, 1400, SimTime::ZERO));
    run.run_until_quiet();
    assert_eq!((packets_on(&run, 0), packets_on(&run, 1)), (2, 2));
    assert_eq!(run.received[0].2.payload().len(), 1400);
    assert_eq!(run.network.path_mtu(NodeId::from_index(0), NodeId::from_index(2)), Some(1300));
}

#[test]
fn ipv6_router_drops_what_is_too_big() {
    let mut run = narrowing();
    // A packet that some other source sent whole, met at the router.
    run.send(NodeId::from_index(1), packet(6, 0, 2, 1400, SimTime::ZERO));
    assert_eq!(run.ended, [DropCause::PacketTooBig]);
    run.network.conservation().unwrap();
}

#[test]
fn lost_fragment_loses_the_datagram() {
    let half = LinkSpec { loss: Loss::Iid(Probability::new(0.5).unwrap()), ..plain() };
    let mut run = Loop::new(network(2, &[(0, 1, half)]));
    let n = 2000;
    for i in 0..n {
        run.run_until(SimTime::from_millis(10 * i));
        let mut whole = packet(4, 0, 1, 2000, run.now);
        whole.ident = i as u32;
        run.send(NodeId::from_index(0), whole);
    }
    run.run_until_quiet();
    // Two fragments: a quarter of the datagrams arrives; four standard deviations are 77.
    assert!(run.received.len().abs_diff(500) < 77, "{} arrived", run.received.len());
    assert_eq!(run.reassemblers[1].count().complete as usize, run.received.len());
}

#[test]
fn damaged_packets_never_arrive_changed_unless_their_checksum_collides() {
    let noisy = LinkSpec { corruption: Probability::ONE, ..plain() };
    for version in [4, 6] {
        let mut run = Loop::new(network(3, &[(0, 1, noisy.clone()), (1, 2, plain())]));
        for i in 0..2000 {
            run.run_until(SimTime::from_millis(10 * i));
            run.send(NodeId::from_index(0), packet(version, 0, 2, 100, run.now));
        }
        run.run_until_quiet();
        // All words of the payload are alike, so that flips collide only with those of a header.
        let changed = run.received.iter().filter(|(.., p)| p.payload()[..] != [0x5a; 100]).count();
        assert!(changed < 20, "{changed} of 2000 changed");
        // A flipped address of IPv6 leads nowhere; fields that no checksum covers do no harm.
        let found = [DropCause::Corrupted, DropCause::Unreachable];
        let found = run.ended.iter().filter(|cause| found.contains(cause)).count();
        assert!(found > 1800, "{found} of 2000 found");
        assert_eq!(found + run.received.len(), 2000);
        run.network.conservation().unwrap();
    }
}

#[test]
fn loss_can_be_changed_while_packets_flow() {
    let mut run = Loop::new(network(2, &[(0, 1, plain())]));
    let link = run.network.link_named("l0").unwrap();
    for (loss, ended) in [(Loss::Iid(Probability::ONE), 1), (Loss::None, 1)] {
        run.network.change_loss(link, run.now, loss).unwrap();
        run.send(NodeId::from_index(0), packet(4, 0, 1, 10, run.now));
        assert_eq!(run.ended.len(), ended);
    }
}

fn often(most: f64) -> impl Strategy<Value = Probability> {
    (0.0..most).prop_map(|value| Probability::new(value).unwrap())
}

prop_compose! {
    fn any_link(nodes: usize)(
        one in 0..nodes,
        step in 1..nodes,
        propagation in 0u64..5_000,
        rate in prop_oneof![Just(BitRate::Unlimited), (100_000u64..1_000_000_000).prop_map(|r| BitRate::new(r).unwrap())],
        queue in 0u64..50,
        mtu in 1280usize..1600,
        jitter in prop_oneof![
            Just(Jitter::None),
            Just(Jitter::InOrder(Distribution::Exponential { mean: Duration::from_millis(1) })),
            Just(Jitter::Reordering(Distribution::Exponential { mean: Duration::from_millis(1) })),
        ],
        loss in often(0.3),
        duplication in often(0.3),
        corruption in often(0.3),
    ) -> (usize, usize, LinkSpec) {
        let spec = LinkSpec {
            propagation: Duration::from_micros(propagation),
            rate,
            queue: Duration::from_millis(queue),
            mtu,
            jitter,
            loss: Loss::Iid(loss),
            duplication,
            corruption,
            ..plain()
        };
        (one, (one + step) % nodes, spec)
    }
}

/// (gap in µs, IP version, source, distance to the destination, payload, link that fails or comes back)
type Offer = (u64, u8, usize, usize, usize, prop::sample::Index);

fn any_offers(nodes: usize) -> impl Strategy<Value = Vec<Offer>> {
    let version = prop::sample::select(vec![4u8, 6]);
    prop::collection::vec(
        (0u64..3000, version, 0..nodes, 1..nodes, 0usize..4000, any::<prop::sample::Index>()),
        1..80,
    )
}

fn digest(run: &Loop) -> Vec<(SimTime, String, u64)> {
    let name = |node: &NodeId| run.network.node_name(*node).to_owned();
    run.received.iter().map(|(at, node, p)| (*at, name(node), p.payload().content_hash())).collect()
}

fn play(mut run: Loop, offers: &[Offer], nodes: usize) -> Loop {
    for (index, (gap, version, from, step, octets, link)) in offers.iter().enumerate() {
        run.run_until(SimTime::from_nanos(run.now.as_nanos() + gap * 1000));
        let mut packet = packet(*version, *from, (from + step) % nodes, *octets, run.now);
        packet.ident = index as u32;
        run.send(NodeId::from_index(*from), packet);
        if index % 7 == 6 {
            let link = LinkId::from_index(link.index(run.network.links().len()));
            match run.network.is_up(link) {
                true => run.network.take_down(link, run.now),
                false => run.network.bring_up(link),
            }
        }
        run.network.conservation().unwrap();
    }
    run
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn law_n1_everything_sent_is_delivered_dropped_or_in_flight(
        links in prop::collection::vec(any_link(6), 1..12),
        offers in any_offers(6),
    ) {
        let mut run = play(Loop::new(network(6, &links)), &offers, 6);
        while run.step().is_some() {
            run.network.conservation().unwrap();
        }
        for hop in run.network.hops() {
            prop_assert_eq!(run.network.count(hop).in_flight.packets, 0);
            prop_assert!(run.network.busy(hop, run.now) <= run.now - SimTime::ZERO, "busier than always");
        }
    }

    #[test]
    fn same_seed_and_offers_give_the_same_run(
        links in prop::collection::vec(any_link(6), 1..12),
        offers in any_offers(6),
    ) {
        let run = || {
            let mut run = play(Loop::new(network(6, &links)), &offers, 6);
            run.run_until_quiet();
            digest(&run)
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn a_link_beside_changes_nothing(
        links in prop::collection::vec(any_link(5), 1..8),
        offers in any_offers(5),
        idle in any_link(2),
    ) {
        let run = |links: &[_]| {
            let mut run = play(Loop::new(network(7, links)), &offers[..offers.len().min(6)], 5);
            run.run_until_quiet();
            digest(&run)
        };
        let mut beside = links.clone();
        beside.push((5, 6, idle.2));
        prop_assert_eq!(run(&links), run(&beside));
    }
}

//! Whole runs of small networks: order, faults, conservation, and what must not change a run.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use sim_api::{
    Classifier, Context, Distribution, Extent, Fault, Memory, Node, NodeEvent, NodeFault, Probability, Seed,
    SimTime, TimedFault, TimerToken, Unclassified,
};
use sim_net::{DropCause, Jitter, LinkSpec, Loss, NetworkBuilder, NodeId};

use crate::cpu::{CpuSpec, ServiceTimes};
use crate::{CaptureTap, DropReason, Journey, Outcome, Simulation, Trace};

mod encoded;
mod icmp;

#[test]
fn a_datagram_arrives_after_propagation_and_is_answered() {
    let mut sim = line(2, |_| {}, 1);
    say(&mut sim, 0, 1, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(outcomes(&sim), [(b"ping".to_vec(), arrived(5)), (b"pong".to_vec(), arrived(10))]);
}

#[test]
fn hosts_two_routers_apart_reach_each_other() {
    let mut sim = line(4, |_| {}, 1);
    say(&mut sim, 0, 3, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(outcomes(&sim), [(b"ping".to_vec(), arrived(15)), (b"pong".to_vec(), arrived(30))]);
}

#[test]
fn a_datagram_to_oneself_loops_back_without_a_link() {
    let mut sim = line(2, |_| {}, 1);
    say(&mut sim, 0, 0, b"note");
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(outcomes(&sim), [(b"note".to_vec(), arrived(0))]);
}

#[test]
fn an_address_that_nobody_owns_is_unreachable() {
    let mut sim = line(2, |_| {}, 1);
    say(&mut sim, 0, 200, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    let lost = Outcome::Dropped(SimTime::ZERO, DropReason::Network(DropCause::Unreachable));
    assert_eq!(outcomes(&sim), [(b"ping".to_vec(), lost)]);
}

#[test]
fn a_run_is_a_function_of_its_seed() {
    let lossy = |seed| {
        let mut sim = line(4, |link| link.loss = Loss::Iid(Probability::new(0.3).unwrap()), seed);
        for _ in 0..200 {
            say(&mut sim, 0, 3, b"ping");
        }
        sim.run_to_quiet(SimTime::from_secs(1));
        sim.digest().state()
    };
    assert_eq!(lossy(7), lossy(7));
    assert_ne!(lossy(7), lossy(8));
}

#[test]
fn trace_and_capture_do_not_change_a_run() {
    let run = |watch: fn(&mut Simulation)| {
        let mut sim = build(4, |link| link.loss = Loss::Iid(Probability::new(0.3).unwrap()), 3, &[]);
        watch(&mut sim);
        (0..100).for_each(|_| say(&mut sim, 0, 3, b"ping"));
        sim.run_to_quiet(SimTime::from_secs(1));
        sim.digest().state()
    };
    let watched = run(|sim| {
        sim.trace(Trace::new(10));
        let tap = CaptureTap::new(Vec::new(), sim.network()).unwrap();
        sim.tap(Box::new(tap));
    });
    assert_eq!(run(|_| {}), watched);
}

#[test]
fn an_idle_node_changes_nobody_elses_luck() {
    let run = |extra: &[&str]| {
        let mut sim = build(4, |link| link.loss = Loss::Iid(Probability::new(0.3).unwrap()), 3, extra);
        sim.trace(Trace::new(1000));
        (0..100).for_each(|_| say(&mut sim, 0, 3, b"ping"));
        sim.run_to_quiet(SimTime::from_secs(1));
        outcomes(&sim)
    };
    assert_eq!(run(&[]), run(&["aaa-idle", "zzz-idle"]));
}

#[test]
fn packets_are_conserved_under_loss_duplication_corruption_and_reordering() {
    let p = |value| Probability::new(value).unwrap();
    let mut sim = line(
        4,
        |link| {
            link.loss = Loss::Iid(p(0.1));
            link.duplication = p(0.1);
            link.corruption = p(0.1);
            link.jitter = Jitter::Reordering(Distribution::Exponential { mean: Duration::from_millis(3) });
        },
        5,
    );
    for _ in 0..500 {
        say(&mut sim, 0, 3, b"ping");
        sim.run_until(sim.now() + Duration::from_micros(100));
        sim.assert_conservation();
    }
    sim.run_to_quiet(SimTime::from_secs(10));
    sim.assert_conservation();
    let tally = sim.tally();
    assert!(tally.duplicated > 0 && tally.dropped > 0 && tally.arrived > 0, "{tally:?}");
}

#[test]
fn a_large_datagram_is_fragmented_and_whole_again() {
    let mut sim = line(4, |_| {}, 1);
    let large = vec![b'x'; 4000];
    say(&mut sim, 0, 3, &large);
    sim.run_to_quiet(SimTime::from_secs(1));
    sim.assert_conservation();
    assert_eq!(outcomes(&sim)[0], (large, arrived(15)));
    assert_eq!(sim.tally().fragments, 2, "4008 octets in pieces of at most 1480");
}

#[test]
fn a_lost_fragment_loses_the_datagram() {
    let mut sim = line(2, |_| {}, 1);
    sim.schedule_faults(&[at(0, Fault::DropNth { link: "l0".into(), label: "4000 octets".into(), nth: 1 })])
        .unwrap();
    sim.run_until(SimTime::from_millis(1));
    say(&mut sim, 0, 1, &[b'x'; 4000]);
    sim.run_to_quiet(SimTime::from_secs(100));
    assert_eq!(sim.host_tally(NodeId::from_index(1)).unwrap().handled, 0);
    sim.assert_conservation();
}

#[test]
fn the_named_message_is_dropped_and_no_other() {
    let mut sim = line(2, |_| {}, 1);
    sim.schedule_faults(&[at(0, Fault::DropNth { link: "l0".into(), label: "4 octets".into(), nth: 2 })])
        .unwrap();
    sim.run_until(SimTime::from_nanos(1));
    (0..3).for_each(|_| say(&mut sim, 0, 1, b"note"));
    sim.run_to_quiet(SimTime::from_secs(1));
    let lost: Vec<bool> = outcomes(&sim).iter().map(|(_, o)| matches!(o, Outcome::Dropped(..))).collect();
    assert_eq!(lost, [false, true, false]);
}

#[test]
fn a_link_that_goes_down_loses_what_is_on_it_and_routes_change() {
    let mut network = NetworkBuilder::new();
    let nodes: Vec<NodeId> = ["a", "b", "c"].map(|name| network.node(name).unwrap()).into();
    for (index, node) in nodes.iter().enumerate() {
        network.address(*node, address(index).ip()).unwrap();
    }
    for (name, from, to, ms) in [("short", 0, 2, 5), ("long-1", 0, 1, 20), ("long-2", 1, 2, 20)] {
        let propagation = Duration::from_millis(ms);
        network.link(LinkSpec { propagation, ..LinkSpec::between(name, nodes[from], nodes[to]) }).unwrap();
    }
    let mut sim = with_echoes(network, 1);
    sim.trace(Trace::new(100));
    let faults =
        [at(2, Fault::LinkDown { link: "short".into() }), at(100, Fault::LinkUp { link: "short".into() })];
    sim.schedule_faults(&faults).unwrap();
    for ms in [0, 10, 110] {
        sim.run_until(SimTime::from_millis(ms));
        say(&mut sim, 0, 2, b"note");
    }
    sim.run_to_quiet(SimTime::from_secs(1));
    let lost = Outcome::Dropped(SimTime::from_millis(5), DropReason::Network(DropCause::LinkDown));
    let ends: Vec<Outcome> = outcomes(&sim).into_iter().map(|(_, outcome)| outcome).collect();
    assert_eq!(ends, [lost, arrived(50), arrived(115)]);
    sim.assert_conservation();
}

#[test]
fn a_crashed_host_takes_nothing_and_its_timers_come_after_the_restart() {
    let mut sim = line(2, |_| {}, 1);
    let (node, memory) = ("n1".to_owned(), Memory::Kept);
    let crash = at(1, Fault::Crash { node: node.clone(), memory, extent: Extent::Host });
    sim.schedule_faults(&[crash, at(50, Fault::Restart { node })]).unwrap();
    sim.order(NodeId::from_index(1), |_: &mut Echo, cx: &mut Context<'_>| {
        cx.wake_at(SimTime::from_millis(20), TimerToken(9));
    });
    say(&mut sim, 0, 1, b"ping");
    sim.run_to_quiet(SimTime::from_secs(1));
    assert_eq!(outcomes(&sim)[0].1, Outcome::Dropped(SimTime::from_millis(5), DropReason::HostDown));
    let echo = sim.node::<Echo>(NodeId::from_index(1)).unwrap();
    assert_eq!(echo.seen, ["start", "crash", "restart", "timer 9 at 50 ms"]);
    sim.assert_conservation();
}

#[test]
fn faults_name_their_targets_or_are_refused() {
    let mut sim = line(2, |_| {}, 1);
    for fault in [Fault::Restart { node: "nobody".into() }, Fault::LinkDown { link: "nothing".into() }] {
        assert!(sim.schedule_faults(&[at(1, fault)]).is_err());
    }
    sim.run_until(SimTime::from_secs(1));
    assert!(
        sim.schedule_faults(&[at(1, Fault::LinkDown { link: "l0".into() })]).is_err(),
        "the instant has passed"
    );
}

#[test]
fn a_cpu_serves_one_message_after_the_other_and_refuses_what_does_not_fit() {
    let service = ServiceTimes::of_all(Distribution::Fixed(Duration::from_millis(10)));
    let cpu = CpuSpec { servers: 1, queue: 1, service };
    let mut sim = Simulation::new(
        line_network(2, |_| {}).build(Seed::new(1)).unwrap(),
        Seed::new(1),
        Arc::new(Unclassified),
    );
    sim.attach(NodeId::from_index(0), Box::new(Echo::default()), None);
    sim.attach(NodeId::from_index(1), Box::new(Echo::default()), Some(cpu));
    sim.trace(Trace::new(100));
    (0..3).for_each(|_| say(&mut sim, 0, 1, b"ping"));
    sim.run_to_quiet(SimTime::from_secs(1));
    let ends: Vec<Outcome> = outcomes(&sim).into_iter().map(|(_, outcome)| outcome).collect();
    let refused = Outcome::Dropped(SimTime::from_millis(5), DropReason::Overload);
    assert_eq!(ends, [arrived(5), arrived(5), refused, arrived(20), arrived(30)]);
    let cpu = sim.cpu_statistics(NodeId::from_index(1)).unwrap();
    assert_eq!((cpu.arrived, cpu.refused, cpu.departed), (3, 1, 2));
}

#[test]
fn drain_reaches_every_node() {
    let mut sim = line(3, |_| {}, 1);
    sim.drain_at(SimTime::from_secs(2));
    sim.run_to_quiet(SimTime::from_secs(5));
    for index in 0..3 {
        assert_eq!(sim.node::<Echo>(NodeId::from_index(index)).unwrap().seen, ["start", "drain"]);
    }
    assert_eq!(sim.now(), SimTime::from_secs(2));
}

/// Answers "ping" with "pong", and remembers what happened to it.
#[derive(Debug, Default)]
struct Echo {
    seen: Vec<String>,
    deaf: bool,
}

impl Node for Echo {
    fn listens(&self, _: SocketAddr) -> bool {
        !self.deaf
    }

    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let seen = match event {
            NodeEvent::Start => "start".to_owned(),
            NodeEvent::Datagram { from, to, octets } => {
                if octets == b"ping" {
                    cx.send(to, from, b"pong");
                }
                return;
            }
            NodeEvent::Timer(token) => format!("timer {} at {} ms", token.0, cx.now().as_millis_f64()),
            NodeEvent::Fault(NodeFault::Crash(_)) => "crash".to_owned(),
            NodeEvent::Fault(NodeFault::Restart) => "restart".to_owned(),
            NodeEvent::Drain => "drain".to_owned(),
            NodeEvent::Unreachable { from, to } => {
                format!("{} unreachable for {} at {} ms", to, from, cx.now().as_millis_f64())
            }
        };
        self.seen.push(seen);
    }
}

/// `count` hosts in a row, n0 to n1 by link l0 and so on, 5 ms each; journeys are traced.
fn line(count: usize, change: impl Fn(&mut LinkSpec), seed: u64) -> Simulation {
    let mut sim = build(count, change, seed, &[]);
    sim.trace(Trace::new(10_000));
    sim
}

fn build(count: usize, change: impl Fn(&mut LinkSpec), seed: u64, idle: &[&str]) -> Simulation {
    let mut network = line_network(count, change);
    for name in idle {
        network.node(*name).unwrap();
    }
    with_echoes(network, seed)
}

fn line_network(count: usize, change: impl Fn(&mut LinkSpec)) -> NetworkBuilder {
    let mut network = NetworkBuilder::new();
    let nodes: Vec<NodeId> = (0..count).map(|n| network.node(format!("n{n}")).unwrap()).collect();
    for (index, node) in nodes.iter().enumerate() {
        network.address(*node, address(index).ip()).unwrap();
    }
    for (index, pair) in nodes.windows(2).enumerate() {
        let propagation = Duration::from_millis(5);
        let mut link = LinkSpec { propagation, ..LinkSpec::between(format!("l{index}"), pair[0], pair[1]) };
        change(&mut link);
        network.link(link).unwrap();
    }
    network
}

fn with_echoes(network: NetworkBuilder, seed: u64) -> Simulation {
    let seed = Seed::new(seed);
    let network = network.build(seed).unwrap();
    let nodes: Vec<NodeId> = network.nodes().collect();
    let classifier: Arc<dyn Classifier> = Arc::new(Unclassified);
    let mut sim = Simulation::new(network, seed, classifier);
    for node in nodes {
        sim.attach(node, Box::new(Echo::default()), None);
    }
    sim
}

fn address(index: usize) -> SocketAddr {
    (IpAddr::V4(Ipv4Addr::new(192, 0, 2, index as u8)), 7).into()
}

fn say(sim: &mut Simulation, from: usize, to: usize, octets: &[u8]) {
    sim.order(NodeId::from_index(from), |_: &mut Echo, cx: &mut Context<'_>| {
        cx.send(address(from), address(to), octets);
    });
}

fn at(ms: u64, fault: Fault) -> TimedFault {
    TimedFault { at: SimTime::from_millis(ms), fault }
}

fn arrived(ms: u64) -> Outcome {
    Outcome::Arrived(SimTime::from_millis(ms))
}

fn outcomes(sim: &Simulation) -> Vec<(Vec<u8>, Outcome)> {
    let octets = |journey: &Journey| journey.payload.octets().to_vec();
    sim.journeys().unwrap().journeys().iter().map(|journey| (octets(journey), journey.outcome)).collect()
}

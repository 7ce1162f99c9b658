//! The cost of a UDP packet of 500 octets over one hop, through IP, link and host, digest on.
//!
//! `packet_cost` prints nanoseconds a packet. `packet_cost N` sends N packets and prints nothing: count instructions
//! with `valgrind --tool=callgrind` for N and 2·N; the difference over N is the cost of one packet.

use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sim_api::{BitRate, Context, Node, NodeEvent, Seed, SimTime, Unclassified};
use sim_engine::Simulation;
use sim_net::{LinkSpec, NetworkBuilder};

/// Answers each datagram with 500 octets until `left` is used up.
#[derive(Debug)]
struct Echo {
    left: u64,
}

impl Node for Echo {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        if let NodeEvent::Datagram { from, to, octets } = event
            && self.left > 0
        {
            self.left -= 1;
            cx.send(to, from, octets);
        }
    }
}

fn run(packets: u64) -> u64 {
    let mut network = NetworkBuilder::new();
    let (a, b) = (network.node("a").expect("a name"), network.node("b").expect("a name"));
    let addresses: [SocketAddr; 2] = [([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 2], 5060).into()];
    network.address(a, addresses[0].ip()).expect("an address");
    network.address(b, addresses[1].ip()).expect("an address");
    let link = LinkSpec {
        propagation: Duration::from_millis(5),
        rate: BitRate::new(1_000_000_000).expect("a rate"),
        ..LinkSpec::between("a-b", a, b)
    };
    network.link(link).expect("a link");
    let seed = Seed::new(1);
    let network = network.build(seed).expect("a network");
    let mut simulation = Simulation::new(network, seed, Arc::new(Unclassified));
    simulation.attach(a, Box::new(Echo { left: packets / 2 }), None);
    simulation.attach(b, Box::new(Echo { left: packets / 2 }), None);
    simulation.order(a, |_: &mut Echo, cx: &mut Context<'_>| {
        for _ in 0..100 {
            cx.send(addresses[0], addresses[1], &[b'x'; 500]);
        }
    });
    simulation.run_to_quiet(SimTime::NEVER);
    simulation.assert_conservation();
    simulation.events()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock, outside the run")]
fn main() {
    if let Some(packets) = std::env::args().nth(1).and_then(|n| n.parse().ok()) {
        black_box(run(packets));
        return;
    }
    let packets = 2_000_000;
    let best = (0..5)
        .map(|_| {
            let begin = Instant::now();
            black_box(run(packets));
            begin.elapsed().as_secs_f64() / packets as f64 * 1e9
        })
        .fold(f64::INFINITY, f64::min);
    println!("{best:.0} ns a packet of 500 octets over one hop (target: at most 400)");
}

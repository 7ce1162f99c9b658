//! What the engine counted in the measured time: loads of hosts and links, messages, events.

use records::{ElementKind, ElementLoad, Measurement, RunRecord};
use sim_api::{BitRate, SimTime, nanos};
use sim_engine::cpu::CpuStatistics;
use sim_engine::{HostTally, Simulation, Tally};
use sim_net::{Drops, Hop, LinkCount, NodeId};

/// A host whose CPU is reported.
#[derive(Clone, Debug)]
pub(super) struct Server {
    /// The host's name.
    pub(super) name: String,
    /// The node of the topology that it stands beside.
    pub(super) at: String,
    /// Its place in the network.
    pub(super) place: NodeId,
}

/// The counters of a simulation at one instant, or their differences over a span.
#[derive(Debug)]
pub(super) struct Counters {
    at: SimTime,
    span_ns: u64,
    tally: Tally,
    links: Vec<Line>,
    servers: Vec<(Server, HostTally, Option<CpuStatistics>)>,
}

/// One direction of a link of the topology.
#[derive(Clone, Debug)]
struct Line {
    name: String,
    from: String,
    to: String,
    sent: u64,
    busy_ns: u64,
    dropped: u64,
    queue_octets_max: u64,
}

impl Counters {
    /// The counters of `simulation` now.
    pub(super) fn of(simulation: &Simulation, servers: &[Server]) -> Counters {
        let network = simulation.network();
        let links = network.hops().map(|hop| Line::of(simulation, hop)).collect();
        let servers = servers
            .iter()
            .map(|server| {
                let tally = simulation.host_tally(server.place).unwrap_or_default();
                (server.clone(), tally, simulation.cpu_statistics(server.place))
            })
            .collect();
        Counters { at: simulation.now(), span_ns: 0, tally: simulation.tally(), links, servers }
    }

    /// What happened since `before`. The statistics of CPUs are those since their own beginning.
    pub(super) fn since(mut self, before: &Counters) -> Counters {
        self.span_ns = nanos(self.at - before.at);
        self.tally.datagrams -= before.tally.datagrams;
        self.tally.dropped -= before.tally.dropped;
        for (line, earlier) in self.links.iter_mut().zip(&before.links) {
            line.sent -= earlier.sent;
            line.busy_ns -= earlier.busy_ns;
            line.dropped -= earlier.dropped;
        }
        for ((_, tally, _), (_, earlier, _)) in self.servers.iter_mut().zip(&before.servers) {
            tally.refused -= earlier.refused;
            tally.lost_to_outage -= earlier.lost_to_outage;
        }
        self
    }

    /// Writes loads and counts into `record`; `attempts` is the number of calls that they are spread over.
    pub(super) fn write(&self, record: &mut RunRecord, attempts: u64) {
        record.measured_ns = self.span_ns;
        let hosts = self.servers.iter().filter_map(|(server, tally, cpu)| host(server, tally, cpu.as_ref()?));
        let hosts: Vec<ElementLoad> = hosts.collect();
        let links = self.links.iter().filter(|line| !line.is_access());
        let links: Vec<ElementLoad> = links.map(|line| line.load(self.span_ns)).collect();
        let busiest = |loads: &[ElementLoad]| loads.iter().map(|load| load.utilisation).fold(0.0, f64::max);
        let refused = hosts.iter().map(|load| load.refused).sum::<u64>();
        let metrics = &mut record.metrics;
        let mut value = |name: &str, value: f64| metrics.insert(name.to_owned(), Measurement::Value(value));
        if !hosts.is_empty() {
            value("utilisation_ratio", busiest(&hosts));
        }
        value("link_utilisation_ratio", busiest(&links));
        value("messages", self.tally.datagrams as f64);
        value("messages_lost", self.tally.dropped as f64);
        value("messages_refused", refused as f64);
        if attempts > 0 {
            value("messages_per_call", self.tally.datagrams as f64 / attempts as f64);
        }
        record.elements = hosts.into_iter().chain(links).collect();
    }
}

fn host(server: &Server, tally: &HostTally, cpu: &CpuStatistics) -> Option<ElementLoad> {
    Some(ElementLoad {
        name: server.name.clone(),
        kind: ElementKind::Host { at: server.at.clone() },
        utilisation: cpu.utilisation(),
        queue_max: cpu.queue_max as u64,
        offered: cpu.arrived,
        refused: cpu.refused,
        lost: tally.lost_to_outage,
    })
}

/// The octets in front of a packet that waits this long for a link of this rate.
fn queued_octets(rate: BitRate, wait_ns: u64) -> u64 {
    match rate {
        BitRate::Limited(rate) => (u128::from(wait_ns) * u128::from(rate.get()) / 8_000_000_000) as u64,
        BitRate::Unlimited => 0,
    }
}

impl Line {
    fn of(simulation: &Simulation, hop: Hop) -> Line {
        let network = simulation.network();
        let count: &LinkCount = network.count(hop);
        let name = |node: NodeId| network.node_name(node).to_owned();
        let dropped: &Drops = &count.dropped;
        Line {
            name: network.link(hop.link()).name.clone(),
            from: name(network.tail(hop)),
            to: name(network.head(hop)),
            sent: count.sent.packets,
            busy_ns: nanos(network.busy(hop, simulation.now())),
            dropped: dropped.total().packets,
            queue_octets_max: queued_octets(
                network.link(hop.link()).way(hop.direction()).rate,
                count.longest_wait,
            ),
        }
    }

    /// Whether it joins a host to its node: no part of the topology.
    fn is_access(&self) -> bool {
        self.name.starts_with("access-")
    }

    fn load(&self, span_ns: u64) -> ElementLoad {
        ElementLoad {
            name: self.name.clone(),
            kind: ElementKind::Link { from: self.from.clone(), to: self.to.clone() },
            utilisation: if span_ns == 0 { 0.0 } else { self.busy_ns as f64 / span_ns as f64 },
            queue_max: self.queue_octets_max,
            offered: self.sent,
            refused: 0,
            lost: self.dropped,
        }
    }
}

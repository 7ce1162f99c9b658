//! Elements that compress, and what that makes of the narrowest link.

use std::net::SocketAddr;

use records::{Measurement, RunRecord};
use sigcomp::compress::Policy;
use sim_api::{BitRate, Node};
use sim_engine::{Journey, Simulation, Trace};
use sim_net::{Direction, Headers, Hop, IPV4_HEADER, LinkId, Network, UDP_HEADER};
use sip::classify::SipClassifier;
use sip::compression::{Compressed, Compression, Peers};

use crate::schema;

/// The node as it stands in the network: inside a SigComp endpoint when it compresses. `peers` are next hops that are
/// known to take SigComp; of others URIs tell.
pub(super) fn wrapped<N: Node>(
    node: N,
    compression: schema::Compression,
    peers: impl IntoIterator<Item = SocketAddr>,
) -> Box<dyn Node> {
    let policy = match compression {
        schema::Compression::None => return Box::new(node),
        schema::Compression::Static => Policy::Static,
        schema::Compression::Dynamic => Policy::Dynamic,
        schema::Compression::Shared => Policy::Shared,
    };
    let peers = peers.into_iter().fold(Peers::default(), Peers::with);
    Box::new(Compressed::new(node, Compression::new(policy, peers)))
}

/// Writes what the messages of a traced run were to its narrowest link into `record`; nothing when none crossed it.
/// `attempts` is the number of calls.
pub(super) fn measure(simulation: &Simulation, attempts: u64, record: &mut RunRecord) {
    let network = simulation.network();
    let Some(narrow) = narrowest(network) else { return };
    let mut air = Air::new(network, narrow);
    let journeys = simulation.journeys().map_or(&[][..], Trace::journeys);
    journeys.iter().for_each(|journey| air.carry(network, journey));
    air.write(attempts, record);
}

/// The link with the lowest rate in either direction, of equals the first.
fn narrowest(network: &Network) -> Option<LinkId> {
    let rate = |link: &LinkId| {
        let rates = Direction::BOTH.map(|direction| network.link(*link).way(direction).rate);
        let limits = rates.iter().map(|rate| match rate {
            BitRate::Limited(rate) => rate.get(),
            BitRate::Unlimited => u64::MAX,
        });
        limits.min()
    };
    network.links().min_by_key(rate)
}

/// The messages that crossed a link.
#[derive(Debug)]
struct Air {
    link: LinkId,
    headers: u64,
    rates: [BitRate; 2],
    /// Octets of messages before compression, and as they were sent; without headers.
    plain: u64,
    wire: u64,
    /// Octets with headers, by direction: those of registrations, and all others.
    registration: [u64; 2],
    calls: [u64; 2],
    /// Octets of the first message, as it was sent.
    first: Option<u64>,
}

impl Air {
    fn new(network: &Network, link: LinkId) -> Air {
        let spec = network.link(link);
        let headers = match spec.headers {
            Headers::AsSent => (IPV4_HEADER + UDP_HEADER) as u64,
            Headers::Octets(octets) => u64::from(octets),
        };
        let rates = Direction::BOTH.map(|direction| spec.way(direction).rate);
        Air { link, headers, rates, plain: 0, wire: 0, registration: [0; 2], calls: [0; 2], first: None }
    }

    fn carry(&mut self, network: &Network, journey: &Journey) {
        let path = journey.to.and_then(|to| network.path(journey.from, to)).unwrap_or_default();
        let Some(hop) = path.iter().find(|hop: &&Hop| hop.link() == self.link) else { return };
        let (plain, wire) = (journey.payload.meaning().len() as u64, journey.payload.len() as u64);
        self.plain += plain;
        self.wire += wire;
        self.first.get_or_insert(wire);
        let class =
            SipClassifier::name_of(sim_api::Classifier::class(&SipClassifier, journey.payload.meaning()));
        let octets = if class.contains("REGISTER") { &mut self.registration } else { &mut self.calls };
        octets[usize::from(hop.direction() == Direction::Backward)] += wire + self.headers;
    }

    fn write(&self, attempts: u64, record: &mut RunRecord) {
        let Some(first) = self.first else { return };
        let mut value = |name: &str, value: f64| {
            record.metrics.insert(name.to_owned(), Measurement::Value(value));
        };
        value("air_octets", (self.registration.iter().sum::<u64>() + self.calls.iter().sum::<u64>()) as f64);
        value("compressed_ratio", self.wire as f64 / self.plain as f64);
        value("first_message_octets", first as f64);
        let registration: u64 = self.registration.iter().sum();
        if registration > 0 {
            value("registration_air_octets", registration as f64);
        }
        if attempts > 0 {
            value("call_air_octets", self.calls.iter().sum::<u64>() as f64 / attempts as f64);
            if let Some(calls) = self.calls_per_hour(attempts) {
                value("channel_calls_per_hour", calls);
            }
        }
    }

    /// How many such calls the busier direction carries in an hour that is full; `None` where no rate limits them.
    fn calls_per_hour(&self, attempts: u64) -> Option<f64> {
        let hourly = self.calls.iter().zip(self.rates).filter_map(|(octets, rate)| match rate {
            BitRate::Limited(rate) if *octets > 0 => {
                Some(3600.0 * rate.get() as f64 / 8.0 * attempts as f64 / *octets as f64)
            }
            BitRate::Limited(_) | BitRate::Unlimited => None,
        });
        hourly.reduce(f64::min)
    }
}

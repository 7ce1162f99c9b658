//! Name servers and resolvers on their hosts, with the delegations between their zones.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use dns::{DNS_PORT, Name, RData, Record, Resolver, ResolverConfig, Server, Soa, StubConfig, Zone};
use sim_api::TimerToken;
use sim_net::NodeId;

use super::stage::{Addresses, Stage};
use crate::runner::RunError;
use crate::schema::{Experiment, NameServer, NameService};

/// For how many seconds delegations may be cached: two days, as for the servers of the real root.
const DELEGATION_TTL: u32 = 172_800;

/// The port from which SIP elements ask resolvers.
const CLIENT_PORT: u16 = 53_000;

/// The hosts of an experiment's name service, which do not run yet.
#[derive(Debug, Default)]
pub(super) struct NameHosts<'e> {
    service: Option<&'e NameService>,
    places: BTreeMap<&'e str, (NodeId, IpAddr)>,
}

impl<'e> NameHosts<'e> {
    /// Gives each server and resolver of the experiment a host and an address.
    pub(super) fn enter(
        experiment: &'e Experiment,
        stage: &mut Stage<'_>,
        addresses: &mut Addresses,
    ) -> Result<NameHosts<'e>, RunError> {
        let Some(service) = &experiment.dns else { return Ok(NameHosts::default()) };
        let servers = service.servers.iter().map(|server| (server.name.as_str(), server.at.as_str()));
        let resolvers =
            service.resolvers.iter().map(|resolver| (resolver.name.as_str(), resolver.at.as_str()));
        let mut places = BTreeMap::new();
        for (name, at) in servers.chain(resolvers) {
            let (position, address) = (stage.position(at)?, addresses.one()?.ip());
            places.insert(name, (stage.host(name, position, address, 1)?, address));
        }
        Ok(NameHosts { service: Some(service), places })
    }

    /// How a host with this address asks the resolver of this name.
    pub(super) fn client(&self, resolver: &str, own: IpAddr) -> Result<StubConfig, RunError> {
        let no_such = || RunError::failed(format!("no resolver {resolver:?}"));
        let resolver = self.resolver(resolver).ok_or_else(no_such)?;
        // Whoever takes the client in chooses the token.
        Ok(StubConfig::new(SocketAddr::new(own, CLIENT_PORT), vec![resolver], TimerToken(0)))
    }

    /// Where the resolver of this name is asked.
    fn resolver(&self, name: &str) -> Option<SocketAddr> {
        let is_one = self.service?.resolvers.iter().any(|resolver| resolver.name == name);
        self.address(name).filter(|_| is_one).map(|address| SocketAddr::new(address, DNS_PORT))
    }

    /// Lets servers and resolvers run; `address_of` knows the addresses of the other hosts.
    pub(super) fn open(
        &self,
        stage: &mut Stage<'_>,
        address_of: &dyn Fn(&str) -> Option<IpAddr>,
    ) -> Result<(), RunError> {
        let Some(service) = self.service else { return Ok(()) };
        let address = |name: &str| self.address(name).or_else(|| address_of(name));
        let zones = self.zones(service, &address)?;
        for entry in &service.servers {
            let own = zones.iter().filter(|(servers, _)| servers.contains(&entry.name.as_str()));
            let server = Server::new(own.map(|(_, zone)| zone.clone()).collect());
            let wrong = entry.misbehaves.iter().map(|misbehaves| misbehaves.timed());
            let server = wrong.fold(server, Server::with_misbehaviour);
            stage.attach(self.places[entry.name.as_str()].0, Box::new(server), None);
        }
        let (root_servers, _) =
            zones.iter().find(|(_, zone)| zone.origin().is_root()).expect("there is a root");
        let hints: Vec<IpAddr> = root_servers.iter().filter_map(|name| self.address(name)).collect();
        for entry in &service.resolvers {
            let (host, address) = self.places[entry.name.as_str()];
            let resolver = Resolver::new(ResolverConfig::new(address, hints.clone()));
            stage.attach(host, Box::new(resolver), None);
        }
        Ok(())
    }

    fn address(&self, name: &str) -> Option<IpAddr> {
        self.places.get(name).map(|(_, address)| *address)
    }

    /// All zones with the names of their servers: those of the file, and a root if it has none, with delegations.
    fn zones(
        &self,
        service: &'e NameService,
        address_of: &dyn Fn(&str) -> Option<IpAddr>,
    ) -> Result<Vec<(Vec<&'e str>, Zone)>, RunError> {
        let mut zones = Vec::new();
        for entry in &service.zones {
            let zone = entry.zone(address_of).map_err(|problem| RunError::failed(problem.problem))?;
            let servers = service.servers.iter().filter(|server| server.zones.contains(&entry.origin));
            zones.push((names_of(servers), zone));
        }
        if !zones.iter().any(|(_, zone)| zone.origin().is_root()) {
            let root = Zone::new(Name::root(), DELEGATION_TTL, Soa::of(&Name::root(), 60));
            zones.push((names_of(service.servers.iter()), root));
        }
        let cuts: Vec<(Name, Vec<&str>)> =
            zones.iter().map(|(servers, zone)| (zone.origin().clone(), servers.clone())).collect();
        for (origin, servers) in cuts {
            let parent = parent_of(&origin, &mut zones);
            self.delegate(&origin, &servers, parent)?;
        }
        Ok(zones)
    }

    /// Tells the zone above which servers the zone at `origin` has; each zone tells it of itself too.
    fn delegate(&self, origin: &Name, servers: &[&str], above: Vec<&mut Zone>) -> Result<(), RunError> {
        for zone in above {
            for server in servers {
                let host = origin.child(server.as_bytes()).map_err(RunError::failed)?;
                let address =
                    self.address(server).ok_or_else(|| RunError::failed("a server has an address"))?;
                let delegation = Record::new(origin.clone(), DELEGATION_TTL, RData::Ns(host.clone()));
                let glue = Record::new(host, DELEGATION_TTL, RData::of_address(address));
                // What the file says of these names itself stands.
                let _ = zone.add(delegation);
                let _ = zone.add(glue);
            }
        }
        Ok(())
    }
}

fn names_of<'e>(servers: impl Iterator<Item = &'e NameServer>) -> Vec<&'e str> {
    servers.map(|server| server.name.as_str()).collect()
}

/// The zone at `origin`, and the one nearest above it.
fn parent_of<'z>(origin: &Name, zones: &'z mut [(Vec<&str>, Zone)]) -> Vec<&'z mut Zone> {
    let above = zones
        .iter()
        .map(|(_, zone)| zone.origin())
        .filter(|other| origin.is_within(other) && *other != origin)
        .max_by_key(|other| other.labels().count())
        .cloned();
    let is_told = |zone: &Zone| zone.origin() == origin || Some(zone.origin()) == above.as_ref();
    zones.iter_mut().map(|(_, zone)| zone).filter(|zone| is_told(zone)).collect()
}

#[cfg(test)]
mod tests {
    use dns::{Answered, Asked, Question, RecordType, StubClient};
    use sim_api::{Context, Node, NodeEvent, Seed, SimTime};
    use topologies::Topology;
    use topologies::text::{Document, NoFiles};

    use super::*;

    #[derive(Debug)]
    struct Asker {
        client: StubClient,
        names: Vec<Name>,
        answered: Vec<Answered>,
    }

    impl Node for Asker {
        fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
            match event {
                NodeEvent::Start => {
                    for name in std::mem::take(&mut self.names) {
                        let asked = self.client.ask(Question::new(name, RecordType::A), cx);
                        assert!(matches!(asked, Asked::Pending(_)));
                    }
                }
                NodeEvent::Datagram { from, octets, .. } => {
                    self.client.receive(from, octets, &mut self.answered, cx);
                }
                NodeEvent::Timer(_) => self.client.on_wake(&mut self.answered, cx),
                _ => {}
            }
        }
    }

    const EXPERIMENT: &str = r#"(
        name: "x", question: "?", workload: (calls: script([])),
        dns: (
            zones: [
                (origin: "example", records: [address(name: "p", of: host("p"))]),
                (origin: "deep.sub.example", records: [alias(name: "www", of: "far.other.")]),
                (origin: "other", records: [address(name: "far", of: ip("192.0.2.9"))]),
            ],
            servers: [
                (name: "one", at: "a", zones: ["example", "other"]),
                (name: "two", at: "b", zones: ["deep.sub.example"]),
            ],
            resolvers: [(name: "resolver", at: "b")],
        ),
    )"#;

    const TOPOLOGY: &str = r#"(
        nodes: [(name: "a"), (name: "b")],
        links: [(between: ("a", "b"), propagation: ms(10), rate: unlimited, queue: ms(100), mtu: octets(1500))],
    )"#;

    #[test]
    fn zones_delegate_to_each_other_and_a_resolver_walks_through_them() {
        let experiment: Experiment = Document::new("x", EXPERIMENT).parse().unwrap();
        let topology = Topology::load(&Document::new("t", TOPOLOGY), &NoFiles).unwrap();
        let mut stage = Stage::new(&topology, Seed::new(1)).unwrap();
        let mut addresses = Addresses::new();
        let hosts = NameHosts::enter(&experiment, &mut stage, &mut addresses).unwrap();
        let proxy: IpAddr = "10.9.9.9".parse().unwrap();
        hosts.open(&mut stage, &|name| (name == "p").then_some(proxy)).unwrap();

        let own = addresses.one().unwrap().ip();
        let host = stage.host("asker", 0, own, 1).unwrap();
        let config = hosts.client("resolver", own).unwrap();
        let names = ["p.example", "www.deep.sub.example"].map(|name| name.parse().unwrap()).to_vec();
        let asker = Asker { client: StubClient::new(config), names, answered: Vec::new() };
        stage.attach(host, Box::new(asker), None);
        let mut simulation = stage.simulation().unwrap();
        simulation.run_to_quiet(SimTime::from_secs(60));

        let asker: &Asker = simulation.node(host).unwrap();
        let found = asker.answered.iter().map(|answered| answered.answer.addresses().next());
        assert_eq!(found.collect::<Vec<_>>(), [Some(proxy), Some("192.0.2.9".parse().unwrap())]);
        assert!(hosts.client("one", own).is_err(), "a server is no resolver");
        assert_eq!(simulation.live(), 0);
    }
}

//! The network of a run: the topology's nodes and links, and the hosts beside them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use sim_api::{Node, Seed};
use sim_engine::Simulation;
use sim_engine::cpu::CpuSpec;
use sim_net::{LinkSpec, NetworkBuilder, NodeId};
use sip::classify::SipClassifier;
use topologies::Topology;

use crate::runner::RunError;

/// The MTU of the link between a host and its node: no smaller than any datagram, so that it never fragments.
const ACCESS_MTU: usize = 65_535;
const HOST_ENDING: &str = "-host";
/// The port at which all hosts speak SIP (RFC 3261 18.1.1).
pub(super) const SIP_PORT: u16 = 5060;

/// A network that is being set up.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    topology: &'a Topology,
    seed: Seed,
    builder: NetworkBuilder,
    places: Vec<NodeId>,
    hosts: Vec<(NodeId, Box<dyn Node>, Option<CpuSpec>)>,
}

impl<'a> Stage<'a> {
    /// The network of `topology`, without hosts.
    pub(super) fn new(topology: &'a Topology, seed: Seed) -> Result<Stage<'a>, RunError> {
        let mut builder = NetworkBuilder::new();
        let places = topology.add_to(&mut builder).map_err(RunError::failed)?;
        Ok(Stage { topology, seed, builder, places, hosts: Vec::new() })
    }

    /// The position in the topology of the node called `name`.
    pub(super) fn position(&self, name: &str) -> Result<usize, RunError> {
        self.topology.node(name).ok_or_else(|| RunError::failed(format!("no node {name:?} in the topology")))
    }

    /// Adds a host beside the node at `position` that owns `count` addresses from `first` on. A host that has the name of
    /// a node of the topology is called [`host_name`] of it.
    pub(super) fn host(
        &mut self,
        name: &str,
        position: usize,
        first: IpAddr,
        count: u64,
    ) -> Result<NodeId, RunError> {
        let taken = self.topology.node(name).is_some();
        let name = if taken { host_name(name) } else { name.to_owned() };
        let host = self.builder.node(&name).map_err(RunError::failed)?;
        self.builder.addresses(host, first, count).map_err(RunError::failed)?;
        let link = LinkSpec {
            mtu: ACCESS_MTU,
            ..LinkSpec::between(format!("access-{name}"), host, self.places[position])
        };
        self.builder.link(link).map_err(RunError::failed)?;
        Ok(host)
    }

    /// As [`Stage::host`], for a host that owns these addresses.
    pub(super) fn host_at(
        &mut self,
        name: &str,
        position: usize,
        addresses: &[IpAddr],
    ) -> Result<NodeId, RunError> {
        let (first, more) =
            addresses.split_first().ok_or_else(|| RunError::failed(format!("{name} has no address")))?;
        let host = self.host(name, position, *first, 1)?;
        for address in more {
            self.builder.address(host, *address).map_err(RunError::failed)?;
        }
        Ok(host)
    }

    /// Lets `node` run on `host`.
    pub(super) fn attach(&mut self, host: NodeId, node: Box<dyn Node>, cpu: Option<CpuSpec>) {
        self.hosts.push((host, node, cpu));
    }

    /// The simulation of what was set up.
    pub(super) fn simulation(self) -> Result<Simulation, RunError> {
        let network = self.builder.build(self.seed).map_err(RunError::failed)?;
        let mut simulation = Simulation::new(network, self.seed, Arc::new(SipClassifier));
        for (host, node, cpu) in self.hosts {
            simulation.attach(host, node, cpu);
        }
        Ok(simulation)
    }
}

/// What a host is called beside a node of the topology that has its name.
pub(super) fn host_name(name: &str) -> String {
    format!("{name}{HOST_ENDING}")
}

/// The name that a host was given, whatever it is called in the network.
pub(super) fn given_name(host: &str) -> &str {
    host.strip_suffix(HOST_ENDING).unwrap_or(host)
}

/// Hands out addresses of 10.0.0.0/8 in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    next: u32,
}

impl Addresses {
    /// From 10.0.0.1 on.
    pub(super) fn new() -> Addresses {
        Addresses { next: u32::from(Ipv4Addr::new(10, 0, 0, 1)) }
    }

    /// The first of `count` addresses that follow each other.
    pub(super) fn range(&mut self, count: u32) -> Result<IpAddr, RunError> {
        let first = Ipv4Addr::from(self.next);
        self.next = self
            .next
            .checked_add(count)
            .filter(|next| Ipv4Addr::from(*next).octets()[0] == 10)
            .ok_or_else(|| RunError::failed("more hosts than 10.0.0.0/8 has addresses"))?;
        Ok(first.into())
    }

    /// One address, with the port of SIP.
    pub(super) fn one(&mut self) -> Result<SocketAddr, RunError> {
        Ok(SocketAddr::new(self.range(1)?, SIP_PORT))
    }
}

//! The proxy-registrars of a population: where they stand, whom they serve, and what they can carry.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sim_engine::cpu::{CpuSpec, ServiceTimes};
use sim_net::{Network, NetworkBuilder, NodeId};
use sip::auth::DigestAlgorithm;
use sip::location::{Domains, StaticTable};
use sip::proxy::Identity;
use sip::registrar::{AuthenticationPolicy, IntervalPolicy};
use sip::server::ProxyRegistrarConfig;
use sip::timers::{TimerPolicy, TimerSet};
use sip::ua::DerivedPasswords;
use topologies::Topology;

use super::passwords::PASSWORD_PREFIX;
use crate::plan::CellConfig;
use crate::runner::RunError;
use crate::schema::{self, Proxies, Sites, Timers};

/// How long a nonce of a registrar may be used.
const NONCE_LIFETIME: Duration = Duration::from_secs(300);
/// For how many nonces a registrar remembers the highest count.
const NONCES_REMEMBERED: usize = 65_536;

/// A site with its host.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Position of its node in the topology.
    pub(super) position: usize,
    /// The name of the host.
    pub(super) host: String,
    /// Where it listens.
    pub(super) address: SocketAddr,
}

/// The timers of this set for every peer.
pub(super) fn timer_policy(timers: Timers) -> TimerPolicy {
    TimerPolicy::uniform(timer_set(timers))
}

/// The timer set of this name.
pub(super) const fn timer_set(timers: Timers) -> TimerSet {
    match timers {
        Timers::Rfc3261 => TimerSet::RFC3261,
        Timers::Ts24229 => TimerSet::TS24229_UE,
    }
}

/// The domain of the users at a node of the topology, such as `koeln.example`.
pub(super) fn domain_of(topology: &Topology, position: usize) -> String {
    format!("{}.example", topology.nodes[position].label())
}

/// For each node of the topology the sites that serve its users: one, or all of them where a hash decides.
pub(super) fn serving(
    topology: &Topology,
    sites: &Sites,
    stood: &[Site],
) -> Result<Vec<Vec<usize>>, RunError> {
    match sites {
        Sites::Central(_) => Ok(vec![vec![0]; topology.nodes.len()]),
        Sites::Shared(_) => Ok(vec![(0..stood.len()).collect(); topology.nodes.len()]),
        Sites::Regional(_) => {
            let nearest = by_distance(topology, stood)?;
            Ok(nearest.into_iter().map(|sites| sites.into_iter().take(1).collect()).collect())
        }
    }
}

/// The sites of each node of the topology by propagation delay; of two equally near the one named first.
pub(super) fn by_distance(topology: &Topology, stood: &[Site]) -> Result<Vec<Vec<usize>>, RunError> {
    let mut builder = NetworkBuilder::new();
    let places = topology.add_to(&mut builder).map_err(RunError::failed)?;
    let network: Network = builder.build(sim_api::Seed::new(0)).map_err(RunError::failed)?;
    let delay = |node: NodeId, site: &Site| network.path_delay(node, places[site.position]);
    Ok(places
        .iter()
        .map(|node| {
            let mut sites: Vec<usize> = (0..stood.len()).collect();
            sites.sort_by_key(|index| (delay(*node, &stood[*index]), *index));
            sites
        })
        .collect())
}

/// Where a request for a user goes: the one site of his domain, or the hash of his address-of-record over all of them.
pub(super) fn table(topology: &Topology, stood: &[Site], serving: &[Vec<usize>]) -> StaticTable {
    serving.iter().enumerate().fold(StaticTable::new(), |table, (position, sites)| {
        let homes: Vec<SocketAddr> = sites.iter().map(|site| stood[*site].address).collect();
        table.with_domain(&domain_of(topology, position), &homes)
    })
}

/// The server at `site`, which serves `domains`.
pub(super) fn server(
    site: &Site,
    domains: Domains,
    table: Arc<StaticTable>,
    timers: Timers,
    digest: schema::DigestAlgorithm,
) -> ProxyRegistrarConfig {
    ProxyRegistrarConfig {
        timers: timer_policy(timers),
        authentication: Some(authentication(digest)),
        intervals: IntervalPolicy::default(),
        ..ProxyRegistrarConfig::new(Identity::new(&[site.address], Domains::default()), domains, table)
    }
}

/// How registrars authenticate: one realm, derived passwords.
pub(super) fn authentication(digest: schema::DigestAlgorithm) -> AuthenticationPolicy {
    AuthenticationPolicy {
        algorithms: vec![match digest {
            schema::DigestAlgorithm::Md5 => DigestAlgorithm::Md5,
            schema::DigestAlgorithm::Sha256 => DigestAlgorithm::Sha256,
        }],
        nonce_lifetime: NONCE_LIFETIME,
        nonces_remembered: NONCES_REMEMBERED,
        ..AuthenticationPolicy::new(
            "siplab",
            Arc::new(DerivedPasswords { prefix: PASSWORD_PREFIX.to_owned() }),
        )
    }
}

/// The CPU of each site: an even share of all processors and waiting places.
pub(super) fn cpu(cell: &CellConfig, proxies: &Proxies) -> Result<CpuSpec, RunError> {
    let uneven = || RunError::failed("the processors cannot be shared out evenly over the sites");
    let by_class = proxies
        .by_class
        .iter()
        .flat_map(|entry| {
            let time = cell.distribution(&entry.service_time);
            entry.classes().into_iter().map(move |class| (class, time.clone()))
        })
        .collect();
    Ok(CpuSpec {
        servers: proxies.cores_per_site().ok_or_else(uneven)?,
        queue: proxies.queue_per_site().ok_or_else(uneven)? as usize,
        service: ServiceTimes { default: cell.distribution(&proxies.service_time), by_class },
    })
}

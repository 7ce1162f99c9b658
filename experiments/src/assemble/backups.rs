//! Proxies that stand in for each other: the DNS names them for each domain, the nearest first (RFC 3263 4.2, 4.3).
//!
//! ```text
//!   _sip._udp.koeln.example  SRV 1  proxy-koeln      the home of the domain
//!                            SRV 2  proxy-hamburg    its backups, by propagation delay
//!                            SRV 3  proxy-muenchen
//! ```
//!
//! Each site has a name server beside its proxy, on a host of its own, which knows all domains; a city asks the nearest.
//! A backup knows the bindings that its home knew when the run began: the location service is shared and never lost.
//! What registers during an outage registers with the backup alone.

use std::net::SocketAddr;

use dns::{CharacterString, DNS_PORT, Name, Naptr, RData, Record, Server, Soa, Srv, StubConfig, Zone};
use sim_api::TimerToken;
use topologies::Topology;

use super::sites::{Site, domain_of};
use super::stage::{Addresses, Stage};
use crate::runner::RunError;

/// From where cities ask.
const ASKING_PORT: u16 = 5353;
/// How long the records are good for, in seconds.
const TTL: u32 = 3600;

/// The name servers of the sites, and who stands in for whom.
#[derive(Clone, Debug)]
pub(super) struct Backups {
    /// For each node of the topology all sites, its home first.
    order: Vec<Vec<usize>>,
    /// The name server of each site.
    name_servers: Vec<SocketAddr>,
}

impl Backups {
    /// Sets up the name servers; `order` has for each node of the topology all sites, its home first.
    pub(super) fn enter(
        topology: &Topology,
        sites: &[Site],
        order: Vec<Vec<usize>>,
        (stage, addresses): (&mut Stage<'_>, &mut Addresses),
    ) -> Result<Backups, RunError> {
        let mut zones = Vec::with_capacity(order.len());
        for (position, sites_of_node) in order.iter().enumerate() {
            let in_order = sites_of_node.iter().map(|site| &sites[*site]);
            zones.push(zone(&domain_of(topology, position), in_order).map_err(RunError::failed)?);
        }
        let mut name_servers = Vec::with_capacity(sites.len());
        for site in sites {
            let address = addresses.one()?.ip();
            let host = stage.host(&format!("ns-{}", site.host), site.position, address, 1)?;
            stage.attach(host, Box::new(Server::new(zones.clone())), None);
            name_servers.push(SocketAddr::new(address, DNS_PORT));
        }
        Ok(Backups { order, name_servers })
    }

    /// All sites, those that are homes and those that are backups: each knows the users of every domain.
    pub(super) fn sites_of(&self, position: usize) -> &[usize] {
        &self.order[position]
    }

    /// How the city at `position`, whose first address is `first`, asks: the nearest name server, then the next.
    pub(super) fn client_of(&self, position: usize, first: std::net::IpAddr) -> StubConfig {
        let servers = self.order[position].iter().map(|site| self.name_servers[*site]).collect();
        StubConfig::new(SocketAddr::new(first, ASKING_PORT), servers, TimerToken(0))
    }
}

/// The zone of a domain that `sites` serve, its home first.
fn zone<'s>(domain: &str, sites: impl Iterator<Item = &'s Site>) -> Result<Zone, Box<dyn std::error::Error>> {
    let origin: Name = domain.parse()?;
    let service = origin.child("_udp")?.child("_sip")?;
    let text = |text: &str| CharacterString::new(text).ok_or("too long a text");
    let mut zone = Zone::new(origin.clone(), TTL, Soa::of(&origin, TTL));
    let naptr = Naptr {
        order: 10,
        preference: 10,
        flags: text("s")?,
        services: text("SIP+D2U")?,
        regexp: text("")?,
        replacement: service.clone(),
    };
    zone.add(Record::new(origin.clone(), TTL, RData::Naptr(Box::new(naptr))))?;
    for (site, priority) in sites.zip(1..) {
        let target = origin.child(&site.host)?;
        let srv = Srv { priority, weight: 0, port: site.address.port(), target: target.clone() };
        zone.add(Record::new(service.clone(), TTL, RData::Srv(srv)))?;
        zone.add(Record::new(target, TTL, RData::of_address(site.address.ip())))?;
    }
    Ok(zone)
}

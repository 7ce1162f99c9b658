//! Demands: subscribers in the cities of a topology, served by proxy-registrars.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use records::RunRecord;
use sim_api::{Seed, SimTime};
use sim_net::NodeId;
use sip::location::{Domains, LocationService, NumberedSubscribers, Origin, StaticTable};
use sip::server::ProxyRegistrar;
use sip::ua::{
    Answering, AtStart, CallSource, DerivedPasswords, Identities, NoCalls, Refresh, Registration, UserAgents,
    UserAgentsConfig,
};
use sip::uri::{Aor, Uri};
use topologies::Topology;

use super::backups::Backups;
use super::call_metrics;
use super::call_observer::CallObserver;
use super::compression::wrapped;
use super::demand::{DemandCalls, Destination, Luck, Mix};
use super::measure::Server;
use super::name_service::NameHosts;
use super::outage::Outage;
use super::outliers;
use super::passwords::PASSWORD_PREFIX;
use super::sites::{self, Site};
use super::stage::{Addresses, Stage};
use super::stretch::{Prepared, Stretch};
use crate::plan::CellConfig;
use crate::runner::RunError;
use crate::schema::{self, Calls, Compression, Failover, Population, Proxies, Subscribers, proxy_name};

/// How long a line waits after a failed registration before it tries again.
const RETRY: Duration = Duration::from_secs(30);
/// Lines refresh their bindings after this part of the granted interval, in thousandths.
const REFRESH_AFTER: u16 = 500;

/// Runs a cell with demands.
pub(super) fn run(cell: &CellConfig, seed: Seed) -> Result<RunRecord, RunError> {
    let mut prepared = prepare(cell, seed)?;
    prepared.simulation.observe(Box::new(CallObserver::new(prepared.stretch)));
    let counters = prepared.run()?;
    let simulation = &prepared.simulation;
    let observer = simulation.observer::<CallObserver>().expect("the observer was attached");
    super::agents::assert_transactions_end(observer)?;
    let mut record = RunRecord {
        events: simulation.events(),
        simulated_ns: simulation.now().as_nanos(),
        outliers: outliers::of(observer),
        ..RunRecord::default()
    };
    counters.write(&mut record, observer.attempts.len() as u64);
    call_metrics::write(observer, &mut record);
    if let Some(outage) = Outage::of(&cell.experiment) {
        outage.write(observer.attempts.values(), &mut record);
    }
    record.digest = super::agents::seal(simulation, &record);
    Ok(record)
}

/// A cell with demands, ready to start.
pub(super) fn prepare(cell: &CellConfig, seed: Seed) -> Result<Prepared, RunError> {
    let topology = cell.topology.as_deref().ok_or_else(|| RunError::failed("demands need a topology"))?;
    let mut town = Town::new(cell, topology, seed)?;
    for (index, population) in cell.experiment.population.iter().enumerate() {
        town.settle(index, population)?;
    }
    town.open()
}

/// A city with the subscribers of one population.
#[derive(Debug)]
struct City {
    population: usize,
    position: usize,
    host: NodeId,
    label: String,
    lines: u32,
    config: UserAgentsConfig,
}

/// The country while it is being settled.
struct Town<'a> {
    cell: &'a CellConfig,
    topology: &'a Topology,
    proxies: &'a Proxies,
    seed: Seed,
    stage: Stage<'a>,
    addresses: Addresses,
    sites: Vec<(Site, NodeId)>,
    serving: Vec<Vec<usize>>,
    /// Who stands in for whom; `None` when nobody does.
    backups: Option<Backups>,
    table: Arc<StaticTable>,
    names: NameHosts<'a>,
    cities: Vec<City>,
}

impl<'a> Town<'a> {
    fn new(cell: &'a CellConfig, topology: &'a Topology, seed: Seed) -> Result<Town<'a>, RunError> {
        let proxies = cell.experiment.proxies.as_ref();
        let proxies = proxies.ok_or_else(|| RunError::failed("demands need proxies"))?;
        let (mut stage, mut addresses) = (Stage::new(topology, seed)?, Addresses::new());
        let mut stood = Vec::new();
        for name in proxies.sites.names() {
            let (position, address) = (stage.position(name)?, addresses.one()?);
            let site = Site { position, host: proxy_name(name), address };
            let host = stage.host(&site.host, position, address.ip(), 1)?;
            stood.push((site, host));
        }
        let names = NameHosts::enter(&cell.experiment, &mut stage, &mut addresses)?;
        let only_sites: Vec<Site> = stood.iter().map(|(site, _)| site.clone()).collect();
        let serving = sites::serving(topology, &proxies.sites, &only_sites)?;
        let table = Arc::new(sites::table(topology, &only_sites, &serving));
        let backups = match proxies.failover {
            Failover::None => None,
            Failover::Srv { .. } => {
                let order = sites::by_distance(topology, &only_sites)?;
                Some(Backups::enter(topology, &only_sites, order, (&mut stage, &mut addresses))?)
            }
        };
        Ok(Town {
            cell,
            topology,
            proxies,
            seed,
            stage,
            addresses,
            sites: stood,
            serving,
            backups,
            table,
            names,
            cities: Vec::new(),
        })
    }

    /// Gives the cities their share of a population.
    fn settle(&mut self, index: usize, population: &Population) -> Result<(), RunError> {
        for (position, lines) in self.shares(&population.subscribers)? {
            if lines == 0 {
                continue;
            }
            let label = match index {
                0 => self.topology.nodes[position].label(),
                _ => format!("{}-{index}", self.topology.nodes[position].label()),
            };
            let first = self.addresses.range(lines)?;
            let host = self.stage.host(&format!("ua-{label}"), position, first, u64::from(lines))?;
            let prefix = if index == 0 { "u".to_owned() } else { format!("p{index}u") };
            let domain = sites::domain_of(self.topology, position);
            let identities = Identities::numbered(&prefix, &domain, first, lines);
            let config = self.user_agents(population, identities, &format!("ua-{label}"));
            let config = self.with_failover(config, position, first);
            self.cities.push(City { population: index, position, host, label, lines, config });
        }
        Ok(())
    }

    fn shares(&self, subscribers: &Subscribers) -> Result<Vec<(usize, u32)>, RunError> {
        let count = |count: u64| u32::try_from(count).map_err(|_| RunError::failed("too many subscribers"));
        match subscribers {
            Subscribers::At { node, count: all } => Ok(vec![(self.stage.position(node)?, count(*all)?)]),
            Subscribers::Apportioned { total, .. } => {
                let shares = self.topology.apportion(count(*total)?);
                let shares =
                    shares.ok_or_else(|| RunError::failed("the topology tells nothing about traffic"))?;
                Ok(shares.into_iter().enumerate().collect())
            }
        }
    }

    fn user_agents(&self, population: &Population, identities: Identities, host: &str) -> UserAgentsConfig {
        UserAgentsConfig {
            timers: sites::timer_policy(population.timers),
            ringing: Some(self.cell.distribution(&population.ring_after)),
            answering: Answering::Answer { after: self.cell.distribution(&population.answer_after) },
            registration: population.register.as_ref().map(|register| self.registration(register)),
            ..UserAgentsConfig::new(identities, self.table.clone(), self.seed, host)
        }
    }

    /// User agents that get past a proxy that failed, if the experiment wants such.
    fn with_failover(&self, config: UserAgentsConfig, position: usize, first: IpAddr) -> UserAgentsConfig {
        match (&self.backups, &self.proxies.failover) {
            (Some(backups), Failover::Srv { blacklist }) => UserAgentsConfig {
                next_hop: Arc::new(StaticTable::new().with_dns()),
                dns: Some(backups.client_of(position, first)),
                blacklisting: blacklist.policy(),
                ..config
            },
            _ => config,
        }
    }

    /// The sites that know the users at a node of the topology.
    fn knowing(&self, position: usize) -> &[usize] {
        self.backups.as_ref().map_or(&self.serving[position], |backups| backups.sites_of(position))
    }

    fn registration(&self, register: &schema::Register) -> Registration {
        let spread = self.cell.experiment.warmup.duration();
        Registration {
            expires: register.expires.duration(),
            at_start: match register.at_start {
                schema::AtStart::Registered => AtStart::Registered,
                schema::AtStart::Unregistered => AtStart::Unregistered { spread },
            },
            refresh: Refresh::After(REFRESH_AFTER),
            retry: RETRY,
            passwords: Arc::new(DerivedPasswords { prefix: PASSWORD_PREFIX.to_owned() }),
        }
    }

    /// Opens the network: servers know their subscribers, cities begin to call.
    fn open(mut self) -> Result<Prepared, RunError> {
        let servers = self.servers()?;
        let mut slowest = sites::timer_set(self.proxies.timers);
        for population in &self.cell.experiment.population {
            let timers = sites::timer_set(population.timers);
            if timers.limit() > slowest.limit() {
                slowest = timers;
            }
        }
        let sites = &self.sites;
        let site_called = |name: &str| sites.iter().find(|(site, _)| site.host == name);
        let address_of = |name: &str| site_called(name).map(|(site, _)| site.address.ip());
        self.names.open(&mut self.stage, &address_of)?;
        let stretch = Stretch::of(self.cell, slowest.limit(), slowest.c)?;
        let destinations = self.destinations();
        for city in std::mem::take(&mut self.cities) {
            let calls = self.calls(&city, &destinations)?;
            let node = UserAgents::new(UserAgentsConfig { calls, ..city.config });
            let compression = self.cell.experiment.population[city.population].compression;
            self.stage.attach(city.host, wrapped(node, compression, self.compressing_sites()), None);
        }
        Prepared { simulation: self.stage.simulation()?, stretch, servers }.with_faults(self.cell)
    }

    fn servers(&mut self) -> Result<Vec<Server>, RunError> {
        let digest =
            self.cell.experiment.population.iter().find_map(|p| p.register.as_ref()).map(|r| r.digest);
        let cpu = sites::cpu(self.cell, self.proxies)?;
        let mut servers = Vec::new();
        for (index, (site, host)) in self.sites.clone().into_iter().enumerate() {
            let location = self.location(index)?;
            let config = sites::server(
                &site,
                self.domains(index),
                self.table_of_servers(),
                self.proxies.timers,
                digest.unwrap_or_default(),
            );
            let node = wrapped(ProxyRegistrar::new(config, location), self.proxies.compression, None);
            self.stage.attach(host, node, Some(cpu.clone()));
            let at = self.topology.nodes[site.position].name.clone();
            servers.push(Server { name: site.host, at, place: host });
        }
        Ok(servers)
    }

    /// The addresses of the proxies, when they compress.
    fn compressing_sites(&self) -> Vec<SocketAddr> {
        match self.proxies.compression {
            Compression::None => Vec::new(),
            Compression::Static | Compression::Dynamic | Compression::Shared => {
                self.sites.iter().map(|(site, _)| site.address).collect()
            }
        }
    }

    /// Where a server sends requests for users of other servers. Whoever asks a backup has found the home dead.
    fn table_of_servers(&self) -> Arc<StaticTable> {
        match self.backups {
            Some(_) => Arc::new(StaticTable::new()),
            None => self.table.clone(),
        }
    }

    /// The domains of the cities that a site serves.
    fn domains(&self, site: usize) -> Domains {
        let served = (0..self.serving.len()).filter(|position| self.knowing(*position).contains(&site));
        served.map(|position| sites::domain_of(self.topology, position)).collect()
    }

    /// The subscribers of a site with the bindings that exist when the run begins.
    fn location(&self, site: usize) -> Result<LocationService, RunError> {
        let mut location = LocationService::default();
        let own = self.sites[site].0.address;
        for city in self.cities.iter().filter(|city| self.knowing(city.position).contains(&site)) {
            let identities = &city.config.identities;
            location.reserve(NumberedSubscribers {
                prefix: if city.population == 0 { "u".to_owned() } else { format!("p{}u", city.population) },
                domain: sites::domain_of(self.topology, city.position),
                numbers: 0..city.lines,
            });
            for line in 0..city.lines {
                let is_known = self.backups.is_some() || self.home(&identities.aor(line)) == Some(own);
                if is_known && let Some(binding) = city.config.initial_binding(line) {
                    let aor = aor(&binding.aor)?;
                    let origin = Origin::new(binding.call_id.as_bytes(), binding.cseq);
                    location
                        .preload(&aor, binding.contact.as_bytes(), binding.remaining(), origin)
                        .map_err(RunError::failed)?;
                }
            }
        }
        Ok(location)
    }

    fn home(&self, aor: &str) -> Option<std::net::SocketAddr> {
        let uri = Uri::parse(aor).ok()?;
        sip::location::NextHop::next_hop(&*self.table, uri.as_sip()?)?.only()
    }

    fn destinations(&self) -> Arc<[Destination]> {
        let first = self.cities.iter().filter(|city| city.population == 0);
        first
            .map(|city| Destination {
                domain: sites::domain_of(self.topology, city.position),
                lines: city.lines,
            })
            .collect()
    }

    /// The calls of a city, to the cities of the first population in proportion to the demands.
    fn calls(&self, city: &City, destinations: &Arc<[Destination]>) -> Result<Box<dyn CallSource>, RunError> {
        let workload = &self.cell.experiment.workload;
        let Calls::Demands { per_subscriber } = &workload.calls else {
            return Err(RunError::failed("a population calls by demands"));
        };
        let holding =
            workload.holding.as_ref().ok_or_else(|| RunError::failed("demands need a holding time"))?;
        let positions = destinations.iter().enumerate().map(|(index, destination)| {
            let position = self.position_of(&destination.domain);
            (index, self.topology.demand.between(city.position, position))
        });
        let Some(mix) = Mix::new(positions) else { return Ok(Box::new(NoCalls)) };
        let rate = per_subscriber.per_second() * f64::from(city.lines);
        Ok(Box::new(DemandCalls {
            lines: city.lines,
            mean_gap: Duration::from_nanos((1e9 / rate) as u64),
            mix,
            destinations: destinations.clone(),
            holding: self.cell.distribution(holding),
            luck: Luck::of(self.seed, &city.label),
            next: SimTime::ZERO,
            index: 0,
        }))
    }

    fn position_of(&self, domain: &str) -> usize {
        (0..self.topology.nodes.len())
            .find(|position| sites::domain_of(self.topology, *position) == domain)
            .expect("a destination is a node of the topology")
    }
}

fn aor(text: &str) -> Result<Aor, RunError> {
    let uri = Uri::parse(text).map_err(|_| RunError::failed(format!("no URI: {text}")))?;
    Aor::of(&uri).ok_or_else(|| RunError::failed(format!("no address-of-record: {text}")))
}

//! Scripts: named user agents and proxies, single calls, and what a regression test needs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dns::StubConfig;
use records::{ExpectationResult, RunRecord};
use sim_api::{Distribution, Seed, SimTime};
use sim_engine::Simulation;
use sim_engine::cpu::{CpuSpec, ServiceTimes};
use sim_net::NodeId;
use sip::location::{Domains, LocationService, Origin, StaticTable};
use sip::message::StatusCode;
use sip::proxy::{Identity, RecordRouting};
use sip::server::{ProxyRegistrar, ProxyRegistrarConfig};
use sip::timers::TimerSet;
use sip::ua::{
    Act, Answering, AtStart, DerivedPasswords, Identities, Planned, Refresh, Registration, Schedule,
    UserAgents, UserAgentsConfig,
};
use sip::uri::{Aor, Uri};

use super::call_metrics;
use super::call_observer::CallObserver;
use super::compression::{self, wrapped};
use super::measure::Server;
use super::name_service::NameHosts;
use super::outliers;
use super::passwords::PASSWORD_PREFIX;
use super::replay;
use super::sites::{authentication, timer_policy, timer_set};
use super::stage::{Addresses, Stage};
use super::stretch::{Prepared, Stretch};
use crate::plan::CellConfig;
use crate::runner::RunError;
use crate::schema::{self, Agent, Answers, Calls, Compression, Expectation, RecordRoute, ScriptedCall};

/// How long a line waits after a failed registration before it tries again.
const RETRY: Duration = Duration::from_secs(30);

/// Runs a cell with a script. Its record has the ladder of the whole run: it is short.
pub(super) fn run(cell: &CellConfig, seed: Seed) -> Result<RunRecord, RunError> {
    let mut prepared = prepare(cell, seed)?;
    prepared.simulation.observe(Box::new(CallObserver::new(prepared.stretch)));
    prepared.simulation.trace(replay::whole_run());
    let counters = prepared.run()?;
    let simulation = &prepared.simulation;
    let observer = simulation.observer::<CallObserver>().expect("the observer was attached");
    assert_transactions_end(observer)?;
    let mut record = RunRecord {
        events: simulation.events(),
        simulated_ns: simulation.now().as_nanos(),
        outliers: outliers::of(observer),
        ladders: vec![replay::script_ladder(cell, simulation)],
        ..RunRecord::default()
    };
    counters.write(&mut record, observer.attempts.len() as u64);
    compression::measure(simulation, observer.attempts.len() as u64, &mut record);
    call_metrics::write(observer, &mut record);
    record.expectations = golden_ladders(cell, &record.ladders[0].ladder.to_text());
    record.digest = seal(simulation, &record);
    Ok(record)
}

/// The messages of the run beside the golden ladders that the experiment expects.
fn golden_ladders(cell: &CellConfig, observed: &str) -> Vec<ExpectationResult> {
    let ladders = cell.experiment.expect.iter().filter_map(|expectation| match expectation {
        Expectation::Ladder(file) => Some(file),
        Expectation::Metric { .. } => None,
    });
    ladders.map(|file| compare(file, cell.ladder(file).unwrap_or_default(), observed)).collect()
}

/// Compares the golden ladder in `file` with that of a run.
pub(super) fn compare(file: &str, golden: &str, observed: &str) -> ExpectationResult {
    let lines =
        |text: &str| -> Vec<String> { text.trim_end().lines().map(|l| l.trim_end().to_owned()).collect() };
    let (golden, observed) = (lines(golden), lines(observed));
    let longest = golden.len().max(observed.len());
    let differs = (0..longest).find(|index| golden.get(*index) != observed.get(*index));
    let line = |lines: &[String], at: usize| lines.get(at).cloned().unwrap_or_else(|| "nothing".to_owned());
    ExpectationResult {
        expected: match differs {
            None => format!("the messages of {file}"),
            Some(at) => format!("line {} of {file}: {}", at + 1, line(&golden, at)),
        },
        observed: match differs {
            None => format!("the messages of {file}"),
            Some(at) => format!("line {}: {}", at + 1, line(&observed, at)),
        },
        passed: differs.is_none(),
    }
}

/// The law of every run: each transaction begun has ended.
pub(super) fn assert_transactions_end(observer: &CallObserver) -> Result<(), RunError> {
    let (begun, ended) = observer.transactions;
    if begun == ended {
        return Ok(());
    }
    Err(RunError::failed(format!("{begun} transactions began and {ended} ended")))
}

/// The digest of a run: its events and its metrics.
pub(super) fn seal(simulation: &Simulation, record: &RunRecord) -> String {
    let metrics = serde_json::to_string(&record.metrics).expect("metrics have string keys");
    simulation.digest().seal(&metrics)
}

/// A cell with a script, ready to start.
pub(super) fn prepare(cell: &CellConfig, seed: Seed) -> Result<Prepared, RunError> {
    let topology = cell.topology.as_deref().ok_or_else(|| RunError::failed("a script needs a topology"))?;
    let (stage, places, names) = (Stage::new(topology, seed)?, BTreeMap::new(), NameHosts::default());
    let mut cast = Cast { cell, seed, stage, places, names };
    cast.enter()?;
    cast.perform()
}

/// The agents of a script with their hosts and addresses.
struct Cast<'a> {
    cell: &'a CellConfig,
    seed: Seed,
    stage: Stage<'a>,
    places: BTreeMap<String, (NodeId, SocketAddr)>,
    names: NameHosts<'a>,
}

impl Cast<'_> {
    /// Gives each agent a host.
    fn enter(&mut self) -> Result<(), RunError> {
        let mut addresses = Addresses::new();
        for agent in &self.cell.experiment.agents {
            let (position, address) = (self.stage.position(agent.at())?, addresses.one()?);
            let host = self.stage.host(agent.name(), position, address.ip(), 1)?;
            self.places.insert(agent.name().to_owned(), (host, address));
        }
        self.names = NameHosts::enter(&self.cell.experiment, &mut self.stage, &mut addresses)?;
        Ok(())
    }

    fn address(&self, name: &str) -> Result<SocketAddr, RunError> {
        let place = self.places.get(name).ok_or_else(|| RunError::failed(format!("no agent {name:?}")))?;
        Ok(place.1)
    }

    fn perform(mut self) -> Result<Prepared, RunError> {
        let mut servers = Vec::new();
        let mut slowest = TimerSet::RFC3261;
        for agent in &self.cell.experiment.agents {
            let (host, address) = self.places[agent.name()];
            let timers = match agent {
                Agent::Ua { timers, .. } | Agent::Proxy { timers, .. } => timer_set(*timers),
            };
            if timers.limit() > slowest.limit() {
                slowest = timers;
            }
            match agent {
                Agent::Ua { compression, via, .. } => {
                    let config = self.user_agent(agent, address)?;
                    let peers = self.compressing_proxy(via.as_deref());
                    self.stage.attach(host, wrapped(UserAgents::new(config), *compression, peers), None);
                }
                Agent::Proxy { compression, .. } => {
                    let (node, cpu) = self.proxy(agent, address)?;
                    servers.push(Server {
                        name: agent.name().to_owned(),
                        at: agent.at().to_owned(),
                        place: host,
                    });
                    self.stage.attach(host, wrapped(node, *compression, None), cpu);
                }
            }
        }
        let places = &self.places;
        let address_of = |name: &str| places.get(name).map(|(_, address)| address.ip());
        self.names.open(&mut self.stage, &address_of)?;
        let stretch = Stretch::of(self.cell, slowest.limit(), slowest.c)?;
        Prepared { simulation: self.stage.simulation()?, stretch, servers }.with_faults(self.cell)
    }

    /// The address of the proxy called `via`, when it compresses.
    fn compressing_proxy(&self, via: Option<&str>) -> Option<SocketAddr> {
        let via = via?;
        let compresses = self.cell.experiment.agents.iter().any(|agent| {
            matches!(agent, Agent::Proxy { name, compression, .. }
                if name == via && *compression != Compression::None)
        });
        compresses.then(|| self.places[via].1)
    }

    fn user_agent(&self, agent: &Agent, address: SocketAddr) -> Result<UserAgentsConfig, RunError> {
        let Agent::Ua { name, domain, answers, ring_after, timers, register, resolver, .. } = agent else {
            return Err(RunError::failed("not a user agent"));
        };
        let identities = Identities::one(name, domain, address);
        let mut base = UserAgentsConfig::new(identities, Arc::new(self.routes_of(agent)?), self.seed, name);
        base.timers = timer_policy(*timers);
        base.ringing = Some(self.cell.distribution(ring_after));
        base.answering = self.answering(answers, &mut base.ringing)?;
        base.registration = register.as_ref().map(|register| self.registration(register));
        base.calls = Box::new(Schedule::new(self.calls_of(name)?));
        base.patience = self.patience_of(name);
        base.dns = self.client_of(resolver.as_deref(), address)?;
        Ok(base)
    }

    /// How an agent asks its resolver, if it has one.
    fn client_of(&self, resolver: Option<&str>, own: SocketAddr) -> Result<Option<StubConfig>, RunError> {
        resolver.map(|resolver| self.names.client(resolver, own.ip())).transpose()
    }

    /// Where a user agent sends its requests: to its proxy, to whom the DNS names, or straight to the callee.
    fn routes_of(&self, agent: &Agent) -> Result<StaticTable, RunError> {
        if let Agent::Ua { via: Some(proxy), .. } = agent {
            return Ok(StaticTable::new().with_fallback(self.address(proxy)?));
        }
        if agent.resolver().is_some() {
            return Ok(StaticTable::new().with_dns());
        }
        Ok(self.cell.experiment.agents.iter().fold(StaticTable::new(), |table, agent| match agent {
            Agent::Proxy { domains, name, .. } => {
                let address = self.places[name.as_str()].1;
                domains.iter().fold(table, |table, domain| table.with_domain(domain, &[address]))
            }
            Agent::Ua { .. } => table,
        }))
    }

    fn answering(
        &self,
        answers: &Answers,
        ringing: &mut Option<Distribution>,
    ) -> Result<Answering, RunError> {
        let at_once = Distribution::Fixed(Duration::ZERO);
        match answers {
            Answers::After(after) => Ok(Answering::Answer { after: self.cell.distribution(after) }),
            Answers::Rings => Ok(Answering::Never),
            Answers::Reject(status) => {
                let status = StatusCode::new(*status);
                let status = status.ok_or_else(|| RunError::failed("a status is between 300 and 699"))?;
                *ringing = None;
                Ok(Answering::Reject { status, after: at_once })
            }
        }
    }

    fn registration(&self, register: &schema::Register) -> Registration {
        Registration {
            expires: register.expires.duration(),
            at_start: match register.at_start {
                schema::AtStart::Registered => AtStart::Registered,
                schema::AtStart::Unregistered => AtStart::Unregistered { spread: Duration::from_nanos(1) },
            },
            refresh: Refresh::After(500),
            retry: RETRY,
            passwords: Arc::new(DerivedPasswords { prefix: PASSWORD_PREFIX.to_owned() }),
        }
    }

    fn calls(&self) -> &[ScriptedCall] {
        match &self.cell.experiment.workload.calls {
            Calls::Script(calls) => calls,
            Calls::Demands { .. }
            | Calls::LossProbe { .. }
            | Calls::FailoverProbe { .. }
            | Calls::QueueProbe { .. }
            | Calls::Exchange { .. }
            | Calls::Rfc3665 { .. } => &[],
        }
    }

    fn calls_of(&self, name: &str) -> Result<Vec<Planned>, RunError> {
        let holding = self.cell.experiment.workload.holding.as_ref();
        let own = self.calls().iter().enumerate().filter(|(_, call)| call.from == name);
        own.map(|(index, call)| {
            let drawn = holding.map(|holding| {
                let unit = self.seed.counter_stream("script/holding").unit(0, index as u64);
                self.cell.distribution(holding).sample(unit)
            });
            let holding = call.holding.map(|span| span.duration()).or(drawn);
            let holding = holding.ok_or_else(|| RunError::failed("a call needs a holding time"))?;
            let act = Act::Call { callee: self.uri_of(&call.to)?, holding };
            Ok(Planned { at: SimTime::ZERO + call.at.duration(), line: 0, act })
        })
        .collect()
    }

    /// How long `name` waits for an answer: the shortest time that a call of the script gives.
    fn patience_of(&self, name: &str) -> Option<Duration> {
        let own = self.calls().iter().filter(|call| call.from == name);
        own.filter_map(|call| call.cancel_after).map(|span| span.duration()).min()
    }

    /// The Request-URI that reaches `name`: its address of record when a proxy serves its domain, else its contact.
    fn uri_of(&self, name: &str) -> Result<String, RunError> {
        let agents = &self.cell.experiment.agents;
        let callee = agents.iter().find(|agent| agent.name() == name);
        let Some(Agent::Ua { domain, .. }) = callee else {
            return Err(RunError::failed(format!("no user agent {name:?}")));
        };
        let served = agents
            .iter()
            .any(|agent| matches!(agent, Agent::Proxy { domains, .. } if domains.contains(domain)));
        Ok(match served {
            true => format!("sip:{name}@{domain}"),
            false => format!("sip:{name}@{}", self.address(name)?),
        })
    }

    fn proxy(
        &self,
        agent: &Agent,
        address: SocketAddr,
    ) -> Result<(ProxyRegistrar, Option<CpuSpec>), RunError> {
        let Agent::Proxy {
            name,
            domains,
            routes,
            record_route,
            cores,
            service_time,
            queue,
            timers,
            resolver,
            ..
        } = agent
        else {
            return Err(RunError::failed("not a proxy"));
        };
        let mut table =
            domains.iter().fold(StaticTable::new(), |table, domain| table.with_domain(domain, &[address]));
        for route in routes {
            table = table.with_domain(&route.domain, &[self.address(&route.to)?]);
        }
        if resolver.is_some() {
            table = table.with_dns();
        }
        let served: Domains = domains.iter().collect();
        let config = ProxyRegistrarConfig {
            timers: timer_policy(*timers),
            record_route: match record_route {
                RecordRoute::On => RecordRouting::On,
                RecordRoute::Off => RecordRouting::Off,
            },
            authentication: self.authentication_of(name),
            dns: self.client_of(resolver.as_deref(), address)?,
            ..ProxyRegistrarConfig::new(
                Identity::new(&[address], Domains::default()),
                served,
                Arc::new(table),
            )
        };
        let cpu = cores.map(|servers| {
            let fixed = Distribution::Fixed(Duration::ZERO);
            let time = service_time.as_ref().map_or(fixed, |time| self.cell.distribution(time));
            CpuSpec { servers, queue: *queue as usize, service: ServiceTimes::of_all(time) }
        });
        Ok((ProxyRegistrar::new(config, self.location(domains)?), cpu))
    }

    /// A proxy challenges when somebody registers through it.
    fn authentication_of(&self, proxy: &str) -> Option<sip::registrar::AuthenticationPolicy> {
        self.cell.experiment.agents.iter().find_map(|agent| match agent {
            Agent::Ua { via: Some(via), register: Some(register), .. } if via == proxy => {
                Some(authentication(register.digest))
            }
            Agent::Ua { .. } | Agent::Proxy { .. } => None,
        })
    }

    /// The users of these domains; those who do not register themselves are bound for the whole run.
    fn location(&self, domains: &[String]) -> Result<LocationService, RunError> {
        let mut location = LocationService::default();
        for agent in &self.cell.experiment.agents {
            let Agent::Ua { name, domain, register, .. } = agent else { continue };
            if !domains.contains(domain) {
                continue;
            }
            let text = format!("sip:{name}@{domain}");
            let uri = Uri::parse(&text).map_err(|_| RunError::failed(format!("no URI: {text}")))?;
            let aor =
                Aor::of(&uri).ok_or_else(|| RunError::failed(format!("no address-of-record: {text}")))?;
            location.list(aor.clone());
            let bound = register.as_ref().is_none_or(|r| r.at_start == schema::AtStart::Registered);
            if bound {
                let contact = format!("sip:{name}@{}", self.address(name)?);
                let day = Duration::from_secs(86_400);
                location
                    .preload(&aor, contact.as_bytes(), day, Origin::new(b"provisioned", 0))
                    .map_err(RunError::failed)?;
            }
        }
        Ok(location)
    }
}

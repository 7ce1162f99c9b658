//! A failover probe: clients who each send two INVITEs to a domain that several servers share, some of which failed.
//!
//! ```text
//!   u1, u2, …  uac ──────────── one link ──────────── s1, s2, …, and the name server of the domain
//! ```
//!
//! Each client's first request has no memory of failures; its second comes when the first is over. One client more,
//! who is not measured, fetches the records of the domain, which are good for all: they share a resolver.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use dns::{CharacterString, DNS_PORT, Name, Naptr, RData, Record, Soa, Srv, StubConfig, Zone};
use records::{Histogram, Measurement, RunRecord};
use sim_api::{Distribution, Extent, Fault, Lineage, Memory, Probe, Seed, SimTime, TimedFault, TimerToken};
use sim_engine::Observer;
use sim_net::NodeId;
use sip::location::StaticTable;
use sip::message::StatusCode;
use sip::probe;
use sip::ua::{Act, Answering, CallSource, Identities, NamedLine, Planned, UserAgents, UserAgentsConfig};

use super::sites::{timer_policy, timer_set};
use super::stage::{Addresses, Stage};
use super::stretch::{Prepared, Stretch};
use crate::plan::CellConfig;
use crate::runner::RunError;
use crate::schema::{Blacklist, Calls, Farm, ServerFailure, Timers};

/// The domain that the servers share.
const DOMAIN: &str = "farm.example";
const CLIENT: &str = "uac";
const NAME_SERVER: &str = "ns";
/// From where the clients ask the name server.
const ASKING_PORT: u16 = 5353;
/// How long the records are good for, in seconds: longer than any run.
const TTL: u32 = 86_400;

#[derive(Clone, Copy, Debug)]
struct Probing {
    farm: Farm,
    failure: ServerFailure,
    blacklist: Blacklist,
    trials: u32,
    spacing: Duration,
    timers: Timers,
}

/// Runs a cell with a failover probe.
pub(super) fn run(cell: &CellConfig, seed: Seed) -> Result<RunRecord, RunError> {
    let probing = Probing::of(cell)?;
    let mut prepared = prepare(cell, seed)?;
    prepared.simulation.observe(Box::new(FailoverObserver::new(probing)));
    prepared.simulation.drain_at(prepared.stretch.end);
    prepared.simulation.run_to_quiet(prepared.stretch.horizon);
    let simulation = &mut prepared.simulation;
    simulation.assert_conservation();
    if simulation.live() > 0 {
        return Err(RunError::failed(format!("{} transactions outlive the probe", simulation.live())));
    }
    let mut record = RunRecord {
        events: simulation.events(),
        simulated_ns: simulation.now().as_nanos(),
        measured_ns: simulation.now().as_nanos(),
        ..RunRecord::default()
    };
    let observer = simulation.observer_mut::<FailoverObserver>().expect("the observer was attached");
    observer.write(&mut record)?;
    record.digest = super::agents::seal(simulation, &record);
    Ok(record)
}

/// A cell with a failover probe, ready to start.
pub(super) fn prepare(cell: &CellConfig, seed: Seed) -> Result<Prepared, RunError> {
    let probing = Probing::of(cell)?;
    let topology =
        cell.topology.as_deref().ok_or_else(|| RunError::failed("a failover probe needs a link"))?;
    let link = topology.links.first().ok_or_else(|| RunError::failed("a failover probe needs a link"))?;
    let (mut stage, mut addresses) = (Stage::new(topology, seed)?, Addresses::new());
    let name_server = addresses.one()?;
    let first = addresses.range(probing.lines())?;
    let clients = stage.host(CLIENT, link.ends.0, first, u64::from(probing.lines()))?;
    let identities = Identities::numbered("u", "clients.example", first, probing.lines());
    let asks = (SocketAddr::new(first, ASKING_PORT), SocketAddr::new(name_server.ip(), DNS_PORT));
    let config = probing.clients(identities, seed, asks);
    stage.attach(clients, Box::new(UserAgents::new(config)), None);
    let mut servers = Vec::new();
    for number in 1..=probing.farm.servers {
        let (name, address) = (format!("s{number}"), addresses.one()?);
        let host = stage.host(&name, link.ends.1, address.ip(), 1)?;
        let config = probing.server(number, address, seed, &name);
        stage.attach(host, Box::new(UserAgents::new(config)), None);
        servers.push((name, address));
    }
    let host = stage.host(NAME_SERVER, link.ends.1, name_server.ip(), 1)?;
    let zone = zone(&servers).map_err(RunError::failed)?;
    stage.attach(host, Box::new(dns::Server::new(vec![zone])), None);
    let limit = timer_set(probing.timers).limit();
    let end = probing.second_begins() + probing.stretch() + probing.slowest();
    let stretch = Stretch { begin: SimTime::ZERO, end, horizon: end + 4 * limit };
    let mut prepared = Prepared { simulation: stage.simulation()?, stretch, servers: Vec::new() };
    let faults = probing.faults(&servers);
    prepared.simulation.schedule_faults(&faults).map_err(RunError::failed)?;
    prepared.with_faults(cell)
}

/// The zone of the domain: one SRV record of equal weight for each server.
fn zone(servers: &[(String, SocketAddr)]) -> Result<Zone, Box<dyn std::error::Error>> {
    let origin: Name = DOMAIN.parse()?;
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
    for (name, address) in servers {
        let target = origin.child(name)?;
        let srv = Srv { priority: 1, weight: 10, port: address.port(), target: target.clone() };
        zone.add(Record::new(service.clone(), TTL, RData::Srv(srv)))?;
        zone.add(Record::new(target, TTL, RData::of_address(address.ip())))?;
    }
    Ok(zone)
}

impl Probing {
    fn of(cell: &CellConfig) -> Result<Probing, RunError> {
        let Calls::FailoverProbe { farm, failure, blacklist, trials, spacing, timers } =
            &cell.experiment.workload.calls
        else {
            return Err(RunError::failed("not a failover probe"));
        };
        Ok(Probing {
            farm: *farm,
            failure: *failure,
            blacklist: *blacklist,
            trials: *trials,
            spacing: spacing.duration(),
            timers: *timers,
        })
    }

    /// The clients: those who are measured, and the first, who is not.
    fn lines(&self) -> u32 {
        self.trials + 1
    }

    /// From the first request of the first client to that of the last.
    fn stretch(&self) -> Duration {
        self.spacing * self.trials
    }

    /// How long a request can take.
    fn slowest(&self) -> Duration {
        timer_set(self.timers).limit() * (self.farm.servers + 1)
    }

    fn second_begins(&self) -> SimTime {
        SimTime::ZERO + self.stretch() + self.slowest()
    }

    fn clients(
        &self,
        lines: Identities,
        seed: Seed,
        (asks_from, name_server): (SocketAddr, SocketAddr),
    ) -> UserAgentsConfig {
        let base = UserAgentsConfig::new(lines, Arc::new(StaticTable::new().with_dns()), seed, CLIENT);
        UserAgentsConfig {
            timers: timer_policy(self.timers),
            calls: Box::new(Requests { probing: *self, next: 0 }),
            dns: Some(StubConfig::new(asks_from, vec![name_server], TimerToken(0))),
            blacklisting: self.blacklist.policy(),
            ..base
        }
    }

    /// A server: it has a line for each client, so that nobody finds it busy.
    fn server(&self, number: u32, address: SocketAddr, seed: Seed, name: &str) -> UserAgentsConfig {
        let line = |line| NamedLine { user: format!("u{line}"), domain: DOMAIN.to_owned(), address };
        let lines = Identities::named((0..self.lines()).map(line).collect());
        let base = UserAgentsConfig::new(lines, Arc::new(StaticTable::new()), seed, name);
        let at_once = Distribution::Fixed(Duration::ZERO);
        let is_busy = self.failure == ServerFailure::Unavailable && number <= self.farm.failed;
        let answering = match is_busy {
            true => Answering::Reject { status: StatusCode::SERVICE_UNAVAILABLE, after: at_once },
            false => Answering::Answer { after: at_once },
        };
        UserAgentsConfig { timers: timer_policy(self.timers), ringing: None, answering, ..base }
    }

    /// What takes servers down before the first request.
    fn faults(&self, servers: &[(String, SocketAddr)]) -> Vec<TimedFault> {
        let extent = match self.failure {
            ServerFailure::Silent => Extent::Host,
            ServerFailure::Refusing => Extent::Process,
            ServerFailure::Unavailable => return Vec::new(),
        };
        let dead = servers.iter().take(self.farm.failed as usize);
        dead.map(|(name, _)| TimedFault {
            at: SimTime::ZERO,
            fault: Fault::Crash { node: name.clone(), memory: Memory::Lost, extent },
        })
        .collect()
    }
}

/// The first requests of all clients, evenly spaced, then their second ones.
#[derive(Debug)]
struct Requests {
    probing: Probing,
    next: u32,
}

impl CallSource for Requests {
    fn next_planned(&mut self) -> Option<Planned> {
        let lines = self.probing.lines();
        let (round, line) = (self.next / lines, self.next % lines);
        let begin = match round {
            0 => SimTime::ZERO,
            1 => self.probing.second_begins(),
            _ => return None,
        };
        self.next += 1;
        let act = Act::Call { callee: format!("sip:u{line}@{DOMAIN}"), holding: Duration::ZERO };
        Some(Planned { at: begin + self.probing.spacing * line, line, act })
    }
}

/// Follows each request to the server that answers it.
#[derive(Debug)]
struct FailoverObserver {
    probing: Probing,
    open: BTreeMap<u64, Request>,
    begun: u32,
    rounds: [Tally; 2],
}

#[derive(Clone, Copy, Debug)]
struct Request {
    begun: SimTime,
    round: usize,
    tries: u64,
}

/// What the requests of one round came to.
#[derive(Debug, Default)]
struct Tally {
    delays: Histogram,
    waits: Histogram,
    tries: Histogram,
    failed: u64,
}

impl FailoverObserver {
    fn new(probing: Probing) -> FailoverObserver {
        FailoverObserver { probing, open: BTreeMap::new(), begun: 0, rounds: Default::default() }
    }

    fn begin(&mut self, now: SimTime, subject: u64) {
        let lines = self.probing.lines();
        let (round, line) = ((self.begun / lines) as usize, self.begun % lines);
        self.begun += 1;
        // The first client of a round is not measured: it has to ask the name server.
        if line > 0 {
            self.open.insert(subject, Request { begun: now, round, tries: 1 });
        }
    }

    fn write(&mut self, record: &mut RunRecord) -> Result<(), RunError> {
        let trials = u64::from(self.probing.trials);
        let mut answered = 0;
        for (tally, prefix) in self.rounds.iter_mut().zip(["", "next_"]) {
            if tally.delays.n() + tally.failed != trials {
                return Err(RunError::failed(format!(
                    "{} of {trials} requests were answered",
                    tally.delays.n()
                )));
            }
            answered += tally.delays.n();
            for (name, samples) in [
                ("failover_delay_ms", &mut tally.delays),
                ("failover_wait_ms", &mut tally.waits),
                ("tries_per_request", &mut tally.tries),
            ] {
                let samples = Measurement::Samples(std::mem::take(samples));
                record.metrics.insert(format!("{prefix}{name}"), samples);
            }
        }
        let ratio = Measurement::Ratio { hits: answered, of: 2 * trials };
        record.metrics.insert("success_ratio".to_owned(), ratio);
        Ok(())
    }
}

impl Observer for FailoverObserver {
    fn probe(&mut self, now: SimTime, _: NodeId, probe: &Probe, lineage: &Lineage) {
        if probe.name == probe::CALL_INVITE {
            return self.begin(now, probe.subject);
        }
        let Some(request) = self.open.get_mut(&probe.subject) else { return };
        match probe.name {
            probe::FAILED_OVER => request.tries += 1,
            probe::CALL_ANSWER => {
                let Request { begun, round, tries } = *request;
                let tally = &mut self.rounds[round];
                tally.delays.record(now.as_nanos() - begun.as_nanos());
                tally.waits.record(lineage.split().timers);
                tally.tries.record(tries);
                self.open.remove(&probe.subject);
            }
            probe::CALL_REJECT | probe::CALL_TIMEOUT => {
                self.rounds[request.round].failed += 1;
                self.open.remove(&probe.subject);
            }
            _ => {}
        }
    }
}

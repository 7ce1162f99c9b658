//! A flow of RFC 3665: its elements, played and compared.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use records::{ExpectationResult, Measurement, RunRecord};
use sim_api::{Context, Distribution, Node, NodeEvent, Seed, SimTime};
use sim_engine::{Journey, Trace};
use sim_net::Network;
use sip::alg::{MediaAddress, MediaGateway};
use sip::auth::ChallengeForm;
use sip::authenticator::AuthenticationPolicy;
use sip::classify::SipClassifier;
use sip::location::{Binding, Domains, LocationService, NextHop, Origin};
use sip::printed::Printed;
use sip::proxy::{Challenged, GatePolicy, Identity, RecordRouting};
use sip::redirect::{RedirectServer, RedirectServerConfig};
use sip::registrar::IntervalPolicy;
use sip::server::{ProxyRegistrar, ProxyRegistrarConfig};
use sip::timers::TimerSet;
use sip::ua::{
    AtStart, Capabilities, CredentialPolicy, DerivedPasswords, Identities, NamedLine, Offering, Planned,
    Quality, Refresh, Registration, Schedule, UserAgents, UserAgentsConfig,
};
use sip::uri::{Aor, Transport, Uri};

use super::agents::{compare, seal};
use super::replay;
use super::stage::{Stage, given_name};
use super::stretch::{Prepared, Stretch};
use crate::plan::CellConfig;
use crate::rfc3665::cast::{self, Actor};
use crate::rfc3665::figures::{Figure, figure};
use crate::rfc3665::script::{Password, Scene, Server, User, scene};
use crate::rfc3665::{Sent, verdicts};
use crate::runner::RunError;
use crate::schema::Calls;

/// When a flow is over: what comes later are hang-ups at the end of the run.
const END: SimTime = SimTime::from_secs(60);
/// The domain of the users whom a server of Biloxi or Chicago knows.
const DOMAINS: [&str; 4] =
    ["biloxi.example.com", "ss2.biloxi.example.com", "chicago.example.com", "atlanta.example.com"];
/// The ports at which the gateway receives media.
const MEDIA: (u16, u16) = (2000, 1734);
/// An instant that no flow reaches.
const NEVER: Duration = Duration::from_secs(u32::MAX as u64);

/// Runs a cell with a flow of RFC 3665. Its record has the ladder of the whole run: it is short.
pub(super) fn run(cell: &CellConfig, seed: Seed) -> Result<RunRecord, RunError> {
    let figure = section(cell)?;
    let mut prepared = prepare(cell, seed)?;
    prepared.simulation.trace(replay::whole_run());
    let counters = prepared.run()?;
    let simulation = &prepared.simulation;
    let journeys = simulation.journeys().map_or(&[][..], Trace::journeys);
    let during: Vec<&Journey> = journeys.iter().filter(|journey| journey.sent_at < END).collect();
    let sent = messages(simulation.network(), during.iter().copied().filter(|journey| journey.copy == 0));
    let copies = during.iter().filter(|journey| journey.copy > 0).count();
    let mut record = RunRecord {
        events: simulation.events(),
        simulated_ns: simulation.now().as_nanos(),
        ladders: vec![replay::flow_ladder(simulation, &during, figure.section)],
        ..RunRecord::default()
    };
    counters.write(&mut record, 0);
    judge(figure, &sent, copies, &mut record);
    let file = format!("rfc3665/{}.ladder", figure.section);
    let ladder = record.ladders[0].ladder.to_text();
    record.expectations.push(compare(&file, figure.ladder, &ladder));
    record.digest = seal(simulation, &record);
    Ok(record)
}

/// A cell with a flow of RFC 3665, ready to start.
pub(super) fn prepare(cell: &CellConfig, seed: Seed) -> Result<Prepared, RunError> {
    let topology = cell.topology.as_deref().ok_or_else(|| RunError::failed("a flow needs a topology"))?;
    let figure = section(cell)?;
    let scene = scene(figure.section).ok_or_else(|| RunError::failed("this flow has no script"))?;
    let mut stage = Stage::new(topology, seed)?;
    let theatre = Theatre { table: Arc::new(cast::directory(scene.biloxi)), scene: &scene, seed };
    for Player { actor, node } in theatre.players()? {
        let host = stage.host_at(actor.name(), stage.position(actor.place())?, &actor.addresses())?;
        stage.attach(host, node, None);
    }
    let stretch = Stretch {
        begin: SimTime::ZERO,
        end: END,
        horizon: END + TimerSet::RFC3261.limit() * 4 + TimerSet::RFC3261.c,
    };
    Ok(Prepared { simulation: stage.simulation()?, stretch, servers: Vec::new() })
}

fn section(cell: &CellConfig) -> Result<&'static Figure, RunError> {
    let Calls::Rfc3665 { section } = &cell.experiment.workload.calls else {
        return Err(RunError::failed("not a flow of RFC 3665"));
    };
    figure(section).ok_or_else(|| RunError::failed(format!("RFC 3665 has no flow {section:?}")))
}

/// The messages of these journeys between elements of RFC 3665.
fn messages<'j>(network: &Network, journeys: impl Iterator<Item = &'j Journey>) -> Vec<Sent> {
    let actor = |node| Actor::called(given_name(network.node_name(node)));
    let message = |journey: &Journey| {
        Some(Sent {
            from: actor(journey.from)?,
            to: actor(journey.to?)?,
            label: journey.label(&SipClassifier).into_owned(),
            octets: journey.payload.len() as u32,
        })
    };
    journeys.filter_map(message).collect()
}

/// Writes how the flow compares with what RFC 3665 prints.
fn judge(figure: &Figure, sent: &[Sent], copies: usize, record: &mut RunRecord) {
    let verdicts = verdicts(figure, sent);
    let result =
        |expected: String, observed: String, passed| ExpectationResult { expected, observed, passed };
    record.expectations =
        verdicts.iter().map(|one| result(one.expected(), one.observed(), one.passed())).collect();
    record.expectations.push(result(
        format!("{} copies of requests", figure.copies),
        format!("{copies} copies of requests"),
        figure.copies == copies,
    ));
    let whole = verdicts.iter().filter(|one| one.printed.is_some_and(|printed| printed.octets.is_some()));
    let (mut printed, mut ours, mut excess) = (0, 0, 0);
    for one in whole {
        printed += one.printed.and_then(|printed| printed.octets).map_or(0, i64::from);
        ours += one.sent.as_ref().map_or(0, |sent| i64::from(sent.octets));
        excess += one.excess();
    }
    let unexplained = verdicts.iter().filter(|one| !one.passed()).count();
    for (name, value) in [
        ("flow_messages", sent.len() as f64),
        ("printed_messages", figure.messages.len() as f64),
        ("flow_octets", ours as f64),
        ("printed_octets", printed as f64),
        ("corrected_octets", excess as f64),
        ("differing_messages", unexplained as f64),
    ] {
        record.metrics.insert(name.to_owned(), Measurement::Value(value));
    }
}

/// An element of RFC 3665 and the node that plays it.
struct Player {
    actor: Actor,
    node: Box<dyn Node>,
}

/// The elements of a scene.
struct Theatre<'a> {
    scene: &'a Scene,
    table: Arc<dyn NextHop>,
    seed: Seed,
}

impl Theatre<'_> {
    /// All elements of the scene.
    fn players(&self) -> Result<Vec<Player>, RunError> {
        let mut players = Vec::new();
        for (actor, user) in [(Actor::Alice, &self.scene.alice), (Actor::Bob, &self.scene.bob)] {
            if let Some(user) = user {
                players.push(Player { actor, node: Box::new(Printed::new(self.user(actor, user))) });
            }
        }
        for server in &self.scene.servers {
            players.push(Player { actor: server.actor, node: self.server(server)? });
        }
        let silent = self.scene.silent.iter().map(|actor| Player { actor: *actor, node: Box::new(Silent) });
        players.extend(silent);
        Ok(players)
    }

    fn user(&self, actor: Actor, user: &User) -> UserAgents {
        let (name, domain) = match actor {
            Actor::Alice => ("alice", "atlanta.example.com"),
            _ => ("bob", "biloxi.example.com"),
        };
        let address = self.address(actor, user);
        let line = NamedLine { user: name.to_owned(), domain: domain.to_owned(), address };
        let lines = Identities::named(vec![line; user.personas.len()]);
        let identities = user
            .personas
            .iter()
            .zip(0..)
            .fold(lines, |lines, (persona, line)| lines.with_persona(line, persona.clone()));
        let plans = user.acts.iter().map(|cue| Planned {
            at: SimTime::ZERO + cue.at,
            line: cue.line,
            act: cue.act.clone(),
        });
        let passwords = match user.password {
            Password::Right => cast::passwords(),
            Password::Wrong => Arc::new(DerivedPasswords { prefix: "guess-of-".to_owned() }),
        };
        let base = UserAgentsConfig::new(identities, self.table.clone(), self.seed, actor.name());
        UserAgents::new(UserAgentsConfig {
            calls: Box::new(Schedule::new(plans.collect())),
            ringing: user.rings.map(Distribution::Fixed),
            answering: user.answering.clone(),
            patience: user.patience,
            registration: Some(Registration {
                expires: Duration::from_secs(3600),
                at_start: AtStart::Unregistered { spread: NEVER },
                refresh: Refresh::After(900),
                retry: NEVER,
                passwords: passwords.clone(),
            }),
            credentials: CredentialPolicy {
                passwords: Some(passwords),
                quality: Quality::Unstated,
                ..CredentialPolicy::default()
            },
            offering: if user.offers_late { Offering::InAck } else { Offering::InInvite },
            capabilities: Capabilities::Unstated,
            identifiers: user.identifiers.clone(),
            ..base
        })
    }

    /// Where a user receives: at the port of its Via.
    fn address(&self, actor: Actor, user: &User) -> SocketAddr {
        let persona = user.personas.first();
        let port = persona.and_then(|persona| persona.sent_by.rsplit_once(':')?.1.parse().ok());
        let address = match persona {
            Some(persona) if persona.sent_by.contains("chicago") => cast::CHICAGO.into(),
            _ => actor.addresses()[0],
        };
        SocketAddr::new(address, port.unwrap_or(5060))
    }

    fn server(&self, server: &Server) -> Result<Box<dyn Node>, RunError> {
        let actor = server.actor;
        let transport = Transport::from_token(self.scene.transport);
        let identity =
            Identity::new(&[actor.address()], Domains::default()).written_as(actor.host(), transport);
        let location = location(server)?;
        if actor == Actor::Redirect {
            let domains = ["biloxi.example.com"].into_iter().collect();
            let config = RedirectServerConfig {
                identifiers: server.identifiers.clone(),
                ..RedirectServerConfig::new(identity, domains)
            };
            return Ok(Box::new(Printed::new(RedirectServer::new(config, location))));
        }
        let node = ProxyRegistrar::new(self.proxy(server, identity), location);
        Ok(match actor {
            Actor::Alg1 => {
                let (towards_callee, towards_caller) = MEDIA;
                let media = MediaAddress { address: actor.addresses()[0], towards_callee, towards_caller };
                Box::new(Printed::new(MediaGateway::new(node, media)))
            }
            _ => Box::new(Printed::new(node)),
        })
    }

    fn proxy(&self, server: &Server, identity: Identity) -> ProxyRegistrarConfig {
        let served: Domains = domains(server.actor).iter().collect();
        let authentication = server.challenges.as_ref().map(|(realm, nonces)| AuthenticationPolicy {
            form: ChallengeForm::Full,
            opaque: Some(String::new()),
            nonces: nonces.clone(),
            ..AuthenticationPolicy::new(realm, cast::passwords())
        });
        let registers = self.scene.alice.is_none();
        let gate = authentication.clone().filter(|_| !registers);
        ProxyRegistrarConfig {
            record_route: if server.stays { RecordRouting::On } else { RecordRouting::Off },
            breadth: None,
            gate: gate.map(|authentication| GatePolicy {
                authentication,
                challenged: Challenged::Initial,
                trusted: Vec::new(),
            }),
            authentication: authentication.filter(|_| registers),
            intervals: IntervalPolicy {
                default_s: server.default_s,
                maximum_s: u32::MAX,
                ..IntervalPolicy::default()
            },
            epoch: None,
            identifiers: server.identifiers.clone(),
            ..ProxyRegistrarConfig::new(identity, served, self.table.clone())
        }
    }
}

/// The domains whose users a server knows.
fn domains(actor: Actor) -> &'static [&'static str] {
    match actor {
        Actor::Ss2 | Actor::Redirect => &DOMAINS[..2],
        Actor::Ss3 => &DOMAINS[2..3],
        Actor::Alice | Actor::Bob | Actor::Ss1 | Actor::Alg1 => &[],
    }
}

/// Bob's bindings at a server.
fn location(server: &Server) -> Result<LocationService, RunError> {
    let mut location = LocationService::default();
    let secure = server.bindings.iter().any(|(contact, _)| contact.starts_with("sips:"));
    let scheme = if secure || server.bindings.is_empty() { "sips" } else { "sip" };
    let Some(domain) = domains(server.actor).first() else { return Ok(location) };
    let text = format!("{scheme}:bob@{domain}");
    let uri = Uri::parse(&text).map_err(|_| RunError::failed(format!("no URI: {text}")))?;
    let aor = Aor::of(&uri).ok_or_else(|| RunError::failed(format!("no address-of-record: {text}")))?;
    location.list(aor.clone());
    let bindings = server.bindings.iter().map(|(contact, seconds)| {
        let end = SimTime::ZERO + Duration::from_secs((*seconds).into());
        Binding::new(contact.as_bytes(), end, Origin::new(b"before", 0))
    });
    location
        .replace(&aor, bindings.collect(), SimTime::ZERO)
        .map_err(|_| RunError::failed("more bindings than a server holds"))?;
    Ok(location)
}

/// An element that takes everything and says nothing.
#[derive(Debug)]
struct Silent;

impl Node for Silent {
    fn handle(&mut self, _: NodeEvent<'_>, _: &mut Context<'_>) {}
}

#[cfg(test)]
mod tests;

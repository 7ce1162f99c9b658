//! One node in a loop of its own: what it is sent, and what it sends.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sim_api::{Context, Distribution, Effect, Lineage, Node, NodeEvent, Seed, SimTime, Stream, TimerToken};
use sip::location::{Domains, LocationService, StaticTable};
use sip::message::Message;
use sip::probe;
use sip::proxy::Identity;
use sip::server::{ProxyRegistrar, ProxyRegistrarConfig};
use sip::ua::{Answering, Identities, NamedLine, UserAgents, UserAgentsConfig};
use sip::uri::Uri;

/// Who sends the torture.
pub(crate) const PEER: &str = "198.51.100.5:5060";
/// Where every node under test lives, by address family.
pub(crate) const NODE: &str = "192.0.2.200:5060";
pub(crate) const NODE_V6: &str = "[2001:db8::200]:5060";
/// Where the proxy and the registrar send requests for domains that are not theirs.
pub(crate) const NEXT: &str = "192.0.2.99:5060";

/// A datagram that the node sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) to: SocketAddr,
    pub(crate) octets: Vec<u8>,
}

/// The part that a node plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A telephone that answers to the user of the Request-URI.
    UserAgent,
    /// A proxy that is responsible for none of the domains.
    Proxy,
    /// The registrar and home proxy of the domain in the Request-URI.
    Registrar,
}

/// A node, its clock and its timers.
pub(crate) struct Host {
    node: Box<dyn Node>,
    now: SimTime,
    rng: Stream,
    wakes: BTreeMap<(SimTime, u64), TimerToken>,
    queued: u64,
    pub(crate) sent: Vec<Sent>,
    /// How many datagrams the node called malformed.
    pub(crate) malformed: usize,
}

impl Host {
    /// A node that plays `role` for the request in `octets`.
    pub(crate) fn new(role: Role, octets: &[u8]) -> Host {
        let node: Box<dyn Node> = match role {
            Role::UserAgent => Box::new(telephone(&user_of(octets))),
            Role::Proxy => Box::new(server(&["proxy.example"])),
            Role::Registrar => Box::new(server(&[&domain_of(octets)])),
        };
        let (now, rng) = (SimTime::from_secs(1), Seed::new(7).stream("node"));
        Host { node, now, rng, wakes: BTreeMap::new(), queued: 0, sent: Vec::new(), malformed: 0 }
    }

    /// Gives the node a datagram from `from`.
    pub(crate) fn receive(&mut self, from: &str, octets: &[u8]) {
        let from = address(from);
        let to = address(if from.is_ipv4() { NODE } else { NODE_V6 });
        self.handle(NodeEvent::Datagram { from, to, octets });
    }

    /// Lets time pass until the node has nothing left to wait for.
    pub(crate) fn run(&mut self) {
        let end = self.now + Duration::from_secs(1000);
        while let Some(wake) = self.wakes.first_entry().filter(|wake| wake.key().0 <= end) {
            self.now = wake.key().0;
            let token = wake.remove();
            self.handle(NodeEvent::Timer(token));
        }
        assert_eq!(self.node.live(), 0, "nothing is left behind");
    }

    fn handle(&mut self, event: NodeEvent<'_>) {
        let mut effects = Vec::new();
        let cause = Lineage::begin(self.now);
        self.node.handle(event, &mut Context::new(self.now, cause, &mut self.rng, &mut effects));
        for effect in effects {
            match effect {
                Effect::Send(out) => {
                    self.sent.push(Sent { to: out.to, octets: out.payload.octets().to_vec() });
                }
                Effect::Wake { at, token } => {
                    self.queued += 1;
                    self.wakes.insert((at, self.queued), token);
                }
                Effect::Probe { probe, .. } if probe.name == probe::MALFORMED => self.malformed += 1,
                Effect::Probe { .. } => {}
            }
        }
    }
}

impl Sent {
    /// The message, which every node must write without a fault of framing.
    pub(crate) fn message(&self) -> Message<'_> {
        Message::parse(&self.octets).unwrap_or_else(|fault| panic!("{fault}: {}", self.octets.escape_ascii()))
    }
}

fn telephone(user: &str) -> UserAgents {
    let line = |address| NamedLine { user: user.to_owned(), domain: "example.com".to_owned(), address };
    let identities = Identities::named([NODE, NODE_V6].map(address).map(line).to_vec());
    let table = StaticTable::new().with_fallback(address(NEXT));
    let config = UserAgentsConfig::new(identities, Arc::new(table), Seed::new(7), "ua");
    let after = Distribution::Fixed(Duration::from_secs(1));
    UserAgents::new(UserAgentsConfig { answering: Answering::Answer { after }, ..config })
}

fn server(domains: &[&str]) -> ProxyRegistrar {
    let table = domains
        .iter()
        .fold(StaticTable::new(), |table, domain| table.with_domain(domain, &[address(NODE)]))
        .with_fallback(address(NEXT));
    let identity = Identity::new(&[address(NODE), address(NODE_V6)], Domains::default());
    let config = ProxyRegistrarConfig::new(identity, domains.iter().copied().collect(), Arc::new(table));
    ProxyRegistrar::new(config, LocationService::default())
}

/// The user part of the Request-URI, `user` where none can be read.
fn user_of(octets: &[u8]) -> String {
    let user = uri_of(octets, |uri| Some(uri.as_sip()?.user?.to_owned()));
    user.unwrap_or_else(|| "user".to_owned())
}

/// The domain of the Request-URI, `example.com` where none can be read.
fn domain_of(octets: &[u8]) -> String {
    let domain = uri_of(octets, |uri| Some(uri.as_sip()?.host().to_string()));
    domain.unwrap_or_else(|| "example.com".to_owned())
}

fn uri_of<T>(octets: &[u8], part: impl Fn(Uri<'_>) -> Option<T>) -> Option<T> {
    let line = octets.split(|&c| c == b'\r').next()?;
    let uri = line.split(|&c| c == b' ').nth(1)?;
    Uri::parse(uri).ok().and_then(part)
}

pub(crate) fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

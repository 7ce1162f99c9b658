//! From a plan to a simulation: addresses, directions, bindings, nodes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sim_api::{Distribution, Node, Seed, SimTime, deadline};
use sim_engine::{Simulation, Trace};
use sim_net::{Network, NetworkBuilder, NetworkError, NodeId};
use sip::classify::SipClassifier;
use sip::header::QValue;
use sip::location::{Binding, Domains, LocationLimits, LocationService, Origin};
use sip::proxy::{Challenged, GatePolicy, Identity};
use sip::redirect::{RedirectServer, RedirectServerConfig};
use sip::registrar::AuthenticationPolicy;
use sip::server::{ProxyRegistrar, ProxyRegistrarConfig};
use sip::timers::{TimerPolicy, TimerRange};
use sip::ua::{
    AtStart, DerivedPasswords, Identities, Passwords, Refresh, Registration, UserAgents, UserAgentsConfig,
};
use sip::uri::{Aor, Uri};

use crate::directions::{Directions, Paths};
use crate::logbook::Logbook;
use crate::peer::RawPeer;
use crate::plan::Plan;
use crate::role::{PASSWORD_PREFIX, ProxyPlan, Reachability, Reached, RedirectPlan, Role, UserPlan};

/// More datagrams than this in one flow fail it.
const JOURNEYS_MAX: usize = 100_000;

/// How long the bindings last that users have from the start: longer than any flow.
const BOUND: Duration = Duration::from_secs(365 * 86_400);

/// The Call-ID of the registrations that made them.
const PROVISIONED: &[u8] = b"provisioned";

/// The interval that user agents ask for.
const EXPIRES: Duration = Duration::from_secs(3600);

/// A refresh comes later than [`QUIET_LIMIT`](crate::QUIET_LIMIT) after what it follows.
const REFRESH: Refresh = Refresh::After(900);

/// An instant that is drawn from this span lies behind the end of any flow.
const NEVER_IN_A_FLOW: Duration = Duration::from_secs(u32::MAX as u64);

/// How long a nonce is good for.
const NONCE_LIFETIME: Duration = Duration::from_secs(300);

/// The simulation of `plan`, in which nothing has happened yet.
///
/// # Panics
/// When a link is impossible: see [`NetworkError`].
pub(crate) fn assemble(plan: &Plan) -> Simulation {
    let seed = Seed::new(plan.seed);
    let network = network(plan, seed).unwrap_or_else(|error| panic!("the flow cannot be built: {error}"));
    let mut simulation = Simulation::new(network, seed, Arc::new(SipClassifier));
    simulation.observe(Box::<Logbook>::default());
    simulation.trace(Trace::new(JOURNEYS_MAX));
    let atlas = Atlas::of(plan);
    for (index, host) in plan.hosts.iter().enumerate() {
        let node: Box<dyn Node> = match &host.role {
            Role::User(user) => Box::new(user_agent(&atlas, index, user, seed)),
            Role::Proxy(plan) => Box::new(proxy(&atlas, index, plan)),
            Role::Redirect(plan) => Box::new(redirect_server(&atlas, index, plan)),
            Role::Peer => Box::new(RawPeer::new(plan.address(index))),
            Role::Router => continue,
        };
        simulation.attach(NodeId::from_index(index), node, None);
    }
    simulation
}

/// The address-of-record of the user agent at `host`.
pub(crate) fn aor(plan: &Plan, host: usize) -> Option<String> {
    let Role::User(user) = &plan.hosts[host].role else { return None };
    Some(format!("sip:{}@{}", plan.hosts[host].name, user.domain))
}

fn network(plan: &Plan, seed: Seed) -> Result<Network, NetworkError> {
    let mut builder = NetworkBuilder::new();
    for (index, host) in plan.hosts.iter().enumerate() {
        let node = builder.node(&host.name)?;
        if !matches!(host.role, Role::Router) {
            builder.address(node, plan.address(index).ip())?;
        }
    }
    for link in &plan.links {
        builder.link(link.clone())?;
    }
    builder.build(seed)
}

/// Who is at home where, and by which ways.
struct Atlas<'a> {
    plan: &'a Plan,
    paths: Paths,
    /// The home of each host that is a user agent: the nearest proxy.
    homes: Vec<Option<usize>>,
}

impl<'a> Atlas<'a> {
    fn of(plan: &'a Plan) -> Atlas<'a> {
        let links = plan.links.iter().map(|link| (link.ends.0.index(), link.ends.1.index()));
        let paths = Paths::new(plan.hosts.len(), links);
        let home = |host: usize| {
            let path =
                paths.to_nearest(host, |there| is_proxy(plan, there), |there| is_router(plan, there))?;
            path.last().copied().filter(|_| is_user(plan, host))
        };
        let homes = (0..plan.hosts.len()).map(home).collect();
        Atlas { plan, paths, homes }
    }

    /// The users: host, address-of-record without scheme, and domain.
    fn users(&self) -> impl Iterator<Item = (usize, String, &'a str)> {
        self.plan.hosts.iter().enumerate().filter_map(|(index, host)| match &host.role {
            Role::User(user) => Some((index, format!("{}@{}", host.name, user.domain), user.domain.as_str())),
            Role::Proxy(_) | Role::Redirect(_) | Role::Peer | Role::Router => None,
        })
    }

    /// The redirect servers and their domains.
    fn redirect_servers(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.plan.hosts.iter().enumerate().filter_map(|(index, host)| match &host.role {
            Role::Redirect(server) => Some((index, server.domain.as_str())),
            Role::User(_) | Role::Proxy(_) | Role::Peer | Role::Router => None,
        })
    }

    /// Where a user agent sends requests: to its home, which is its outbound proxy; without one, to the callee.
    fn of_user(&self, host: usize) -> Directions {
        let otherwise = self.homes[host].map(|home| self.plan.address(home));
        let direct = |(user, aor, _): (usize, String, &str)| (aor, self.plan.address(user));
        if otherwise.is_some() {
            return Directions { otherwise, ..Directions::default() };
        }
        let server = |(server, domain): (usize, &str)| (domain.to_owned(), self.plan.address(server));
        let domains = self.redirect_servers().map(server).collect();
        Directions { users: self.users().map(direct).collect(), domains, otherwise }
    }

    /// Where a proxy sends requests: its own users are at home with itself, all others behind the next proxy.
    fn of_proxy(&self, host: usize) -> Directions {
        let mut directions = Directions::default();
        for (user, aor, domain) in self.users() {
            let Some(hop) = self.hop(host, self.homes[user].unwrap_or(user)) else { continue };
            directions.users.insert(aor, hop);
            let of_domain = directions.domains.entry(domain.to_owned()).or_insert(hop);
            if self.homes[user] == Some(host) {
                *of_domain = hop;
            }
        }
        for (server, domain) in self.redirect_servers() {
            let hop = self.hop(host, server);
            directions.domains.extend(hop.map(|hop| (domain.to_owned(), hop)));
        }
        directions
    }

    /// The first SIP element on the way from a proxy to another element; the proxy's own address to itself.
    fn hop(&self, from: usize, to: usize) -> Option<SocketAddr> {
        if from == to {
            return Some(self.plan.address(from));
        }
        let pass = |host| is_proxy(self.plan, host) || is_router(self.plan, host);
        let path = self.paths.to_nearest(from, |host| host == to, pass)?;
        let next = path.into_iter().find(|host| !is_router(self.plan, *host))?;
        Some(self.plan.address(next))
    }
}

fn user_agent(atlas: &Atlas<'_>, host: usize, user: &UserPlan, seed: Seed) -> UserAgents {
    let plan = atlas.plan;
    let name = &plan.hosts[host].name;
    let identities = Identities::one(name, &user.domain, plan.address(host));
    let mut config = UserAgentsConfig::new(identities, Arc::new(atlas.of_user(host)), seed, name);
    config.timers = timers(plan, host);
    config.ringing = user.ringing.map(Distribution::Fixed);
    config.answering = user.answering.clone();
    config.patience = user.patience;
    config.registration = registration(user);
    config.credentials.passwords = Some(passwords(user.password_prefix));
    user.change.apply(&mut config);
    UserAgents::new(config)
}

fn registration(user: &UserPlan) -> Option<Registration> {
    let spread = match user.reachability {
        Reachability::Bound => return None,
        Reachability::Unbound => NEVER_IN_A_FLOW,
        Reachability::RegistersAtStart => Duration::ZERO,
    };
    Some(Registration {
        expires: EXPIRES,
        at_start: AtStart::Unregistered { spread },
        refresh: REFRESH,
        retry: NEVER_IN_A_FLOW,
        passwords: passwords(user.password_prefix),
    })
}

/// Passwords that begin with `prefix`, the same in all realms.
fn passwords(prefix: &str) -> Arc<dyn Passwords> {
    Arc::new(DerivedPasswords { prefix: prefix.to_owned() })
}

fn proxy(atlas: &Atlas<'_>, host: usize, proxy: &ProxyPlan) -> ProxyRegistrar {
    let plan = atlas.plan;
    let at_home = |user: &(usize, String, &str)| atlas.homes[user.0] == Some(host);
    let domains: Domains = atlas.users().filter(at_home).map(|(_, _, domain)| domain).collect();
    let realm = domains.iter().next().unwrap_or("example.com").to_owned();
    let identity = Identity::new(&[plan.address(host)], Domains::default());
    let mut config = ProxyRegistrarConfig::new(identity, domains, Arc::new(atlas.of_proxy(host)));
    config.timers = timers(plan, host);
    config.record_route = proxy.record_route;
    config.bindings = proxy.bindings;
    let authentication = |algorithm| AuthenticationPolicy {
        algorithms: vec![algorithm],
        nonce_lifetime: NONCE_LIFETIME,
        nonces_remembered: plan.hosts.len(),
        ..AuthenticationPolicy::new(&realm, passwords(PASSWORD_PREFIX))
    };
    config.authentication = proxy.challenge.map(authentication);
    config.gate = proxy.gate.map(|algorithm| GatePolicy {
        authentication: authentication(algorithm),
        challenged: Challenged::Initial,
        trusted: Vec::new(),
    });
    proxy.change.apply(&mut config);
    let mut location = location(atlas, host);
    let domain = config.domains.iter().next().unwrap_or("example.com").to_owned();
    bind(&mut location, plan, &domain, &proxy.reached);
    ProxyRegistrar::new(config, location)
}

fn redirect_server(atlas: &Atlas<'_>, host: usize, server: &RedirectPlan) -> RedirectServer {
    let plan = atlas.plan;
    let identity = Identity::new(&[plan.address(host)], Domains::default());
    let domains = [server.domain.as_str()].into_iter().collect();
    let mut config = RedirectServerConfig::new(identity, domains);
    config.timers = timers(plan, host);
    server.change.apply(&mut config);
    let mut location = LocationService::new(LocationLimits::default());
    bind(&mut location, plan, &server.domain, &server.reached);
    RedirectServer::new(config, location)
}

/// Binds users of `domain` to their contacts.
fn bind(location: &mut LocationService, plan: &Plan, domain: &str, reached: &[Reached]) {
    for Reached { user, contacts } in reached {
        let aor = aor_of(&format!("sip:{user}@{domain}"));
        location.list(aor.clone());
        let bindings = contacts.iter().map(|contact| binding(plan, contact)).collect();
        location.replace(&aor, bindings, SimTime::ZERO).expect("a few bindings fit");
    }
}

/// The binding to a host or URI, perhaps with a preference behind a space.
fn binding(plan: &Plan, contact: &str) -> Binding {
    let (whom, q) = contact.split_once(' ').unwrap_or((contact, "1"));
    let q = QValue::parse(q).unwrap_or_else(|| panic!("{q:?} is no preference"));
    let uri = match whom.contains(':') {
        true => whom.to_owned(),
        false => format!("sip:{whom}@{}", plan.address(plan.host(whom))),
    };
    let origin = Origin::new(PROVISIONED, 0);
    Binding { q, ..Binding::new(uri.as_bytes(), deadline(SimTime::ZERO, BOUND), origin) }
}

fn aor_of(uri: &str) -> Aor {
    let aor = Uri::parse(uri).ok().as_ref().and_then(Aor::of);
    aor.unwrap_or_else(|| panic!("{uri} is no address-of-record"))
}

/// The users who are at home at `host`, and the bindings of those who are bound from the start.
fn location(atlas: &Atlas<'_>, host: usize) -> LocationService {
    let mut location = LocationService::new(LocationLimits::default());
    for (user, name, _) in atlas.users().filter(|user| atlas.homes[user.0] == Some(host)) {
        let aor = aor_of(&format!("sip:{name}"));
        location.list(aor.clone());
        if is_bound(atlas.plan, user) {
            let contact = format!("sip:{}@{}", atlas.plan.hosts[user].name, atlas.plan.address(user));
            let bound = location.preload(&aor, contact.as_bytes(), BOUND, Origin::new(PROVISIONED, 0));
            bound.expect("a few bindings fit");
        }
    }
    location
}

/// The timers of `host` towards each of its peers.
fn timers(plan: &Plan, host: usize) -> TimerPolicy {
    let mut policy = TimerPolicy::uniform(plan.timers);
    for &(one, other, timers) in &plan.pair_timers {
        let Some(peer) = [(one, other), (other, one)].into_iter().find(|pair| pair.0 == host) else {
            continue;
        };
        let address = plan.address(peer.1).ip();
        policy.ranges.push(TimerRange { first: address, last: address, timers });
    }
    policy
}

fn is_user(plan: &Plan, host: usize) -> bool {
    matches!(plan.hosts[host].role, Role::User(_))
}

fn is_bound(plan: &Plan, host: usize) -> bool {
    matches!(&plan.hosts[host].role, Role::User(user) if user.reachability == Reachability::Bound)
}

fn is_proxy(plan: &Plan, host: usize) -> bool {
    matches!(plan.hosts[host].role, Role::Proxy(_))
}

fn is_router(plan: &Plan, host: usize) -> bool {
    matches!(plan.hosts[host].role, Role::Router)
}

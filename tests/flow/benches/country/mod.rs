//! Two cities of subscribers and a proxy-registrar between them: what the speed and the memory of whole nodes are
//! measured on.
//!
//! ```text
//!   callers ──── 1 ms ──── proxy-registrar ──── 1 ms ──── callees
//!   a0, a1 …               record-routes,                 b0, b1 …
//!                          no CPU time
//! ```

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use sim_api::{Distribution, Lineage, Probe, Seed, SimTime};
use sim_engine::{Observer, Simulation};
use sim_net::{LinkSpec, NetworkBuilder, NodeId};
use sip::classify::SipClassifier;
use sip::location::{Domains, LocationService, NumberedSubscribers, Origin, StaticTable};
use sip::probe;
use sip::proxy::Identity;
use sip::server::{ProxyRegistrar, ProxyRegistrarConfig};
use sip::ua::{
    Act, Answering, AtStart, CallSource, DerivedPasswords, Identities, Planned, Refresh, Registration,
    UserAgents, UserAgentsConfig,
};
use sip::uri::{Aor, Uri};

/// The messages of a complete call through one stateful proxy: INVITE, 180, 200, ACK, BYE and 200 on two links each,
/// and the 100 of the proxy.
pub(crate) const MESSAGES_PER_CALL: u64 = 13;

/// The lines of each city when calls are measured. A line is called again long after its last call has ended.
pub(crate) const LINES: u32 = 20_000;

const DOMAIN: &str = "country.example";
const ONE_WAY: Duration = Duration::from_millis(1);
const RINGING: Duration = Duration::from_secs(1);
const HOLDING: Duration = Duration::from_secs(5);
/// Longer than any run.
const BOUND: Duration = Duration::from_secs(365 * 86_400);

/// Calls that begin at equal distances, each from and to lines of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// How many calls.
    pub(crate) calls: u32,
    /// How many of them begin in a simulated second, 1 to 1000.
    pub(crate) per_second: u32,
}

impl Load {
    /// The country with this load, before its first event.
    pub(crate) fn country(self) -> Simulation {
        country(LINES, Life::Calling(self))
    }

    /// Carries out all calls.
    ///
    /// # Panics
    /// When one of them is not complete, takes another number of messages, or leaves something alive.
    pub(crate) fn carry(self, country: &mut Simulation) {
        country.run_to_quiet(SimTime::NEVER);
        country.assert_conservation();
        let calls = u64::from(self.calls);
        let completed = country.observer::<Completed>().expect("the country has this observer");
        assert_eq!(completed.calls, calls, "calls completed");
        assert_eq!(country.tally().datagrams, MESSAGES_PER_CALL * calls, "messages");
        assert_eq!(country.live(), 0, "transactions and calls alive at the end");
    }
}

/// A country of so many subscribers, half of them in each city, who do nothing but refresh their registrations.
pub(crate) fn idle_country(subscribers: u32) -> Simulation {
    country(subscribers / 2, Life::Idle)
}

/// What the subscribers do.
#[derive(Clone, Copy, Debug)]
enum Life {
    /// Those of one city call those of the other; their bindings outlive the run.
    Calling(Load),
    /// They refresh their registrations.
    Idle,
}

impl Life {
    /// How long a binding is valid that would be so for `remaining`.
    fn remaining(self, remaining: Duration) -> Duration {
        match self {
            Life::Calling(_) => BOUND,
            Life::Idle => remaining,
        }
    }

    fn of_all(self, config: UserAgentsConfig) -> UserAgentsConfig {
        match self {
            Life::Calling(_) => UserAgentsConfig { registration: None, ..config },
            Life::Idle => config,
        }
    }

    fn of_callers(self, config: UserAgentsConfig) -> UserAgentsConfig {
        let config = self.of_all(config);
        match self {
            Life::Calling(load) => UserAgentsConfig { calls: Box::new(Calls { load, next: 0 }), ..config },
            Life::Idle => config,
        }
    }
}

/// Counts the calls that went from INVITE to the 200 for BYE.
#[derive(Debug, Default)]
struct Completed {
    calls: u64,
}

impl Observer for Completed {
    fn probe(&mut self, _: SimTime, _: NodeId, probe: &Probe, _: &Lineage) {
        self.calls += u64::from(probe.name == probe::CALL_BYE_DONE);
    }
}

/// The plans of a load, made one by one.
#[derive(Debug)]
struct Calls {
    load: Load,
    next: u32,
}

impl CallSource for Calls {
    fn next_planned(&mut self) -> Option<Planned> {
        let call = self.next;
        self.next += 1;
        (call < self.load.calls).then(|| Planned {
            at: SimTime::ZERO + Duration::from_secs(1) / self.load.per_second * call,
            line: call % LINES,
            act: Act::Call { callee: format!("sip:b{}@{DOMAIN}", call % LINES), holding: HOLDING },
        })
    }
}

fn country(lines: u32, life: Life) -> Simulation {
    let seed = Seed::new(1);
    let server: SocketAddr = ([192, 0, 2, 1], 5060).into();
    let table = Arc::new(StaticTable::new().with_domain(DOMAIN, &[server]));
    let city = |prefix: &str, first: [u8; 4]| City { prefix: prefix.to_owned(), first: first.into(), lines };
    let (a, b) = (city("a", [10, 0, 0, 0]), city("b", [11, 0, 0, 0]));
    let (a_config, b_config) = (a.user_agents(&table, seed), b.user_agents(&table, seed));

    let mut location = LocationService::default();
    a.bind(&a_config, life, &mut location);
    b.bind(&b_config, life, &mut location);
    let domains = [DOMAIN].into_iter().collect();
    let config = ProxyRegistrarConfig::new(Identity::new(&[server], Domains::default()), domains, table);

    let mut network = NetworkBuilder::new();
    let [callers_at, server_at, callees_at] =
        ["callers", "proxy", "callees"].map(|name| network.node(name).expect("names of their own"));
    network.address(server_at, server.ip()).expect("an address of its own");
    for (city, place) in [(&a, callers_at), (&b, callees_at)] {
        network.addresses(place, city.first, lines.into()).expect("addresses of their own");
        let name = format!("{}-proxy", city.prefix);
        let link = LinkSpec { propagation: ONE_WAY, ..LinkSpec::between(name, place, server_at) };
        network.link(link).expect("a possible link");
    }
    let network = network.build(seed).expect("a possible network");

    let mut simulation = Simulation::new(network, seed, Arc::new(SipClassifier));
    simulation.observe(Box::<Completed>::default());
    simulation.attach(callers_at, Box::new(UserAgents::new(life.of_callers(a_config))), None);
    simulation.attach(callees_at, Box::new(UserAgents::new(life.of_all(b_config))), None);
    simulation.attach(server_at, Box::new(ProxyRegistrar::new(config, location)), None);
    simulation
}

/// The subscribers behind one end of the network.
struct City {
    prefix: String,
    first: IpAddr,
    lines: u32,
}

impl City {
    fn user_agents(&self, table: &Arc<StaticTable>, seed: Seed) -> UserAgentsConfig {
        let identities = Identities::numbered(&self.prefix, DOMAIN, self.first, self.lines);
        UserAgentsConfig {
            answering: Answering::Answer { after: Distribution::Fixed(RINGING) },
            registration: Some(registration()),
            ..UserAgentsConfig::new(identities, table.clone(), seed, &self.prefix)
        }
    }

    /// Gives each line the binding that its user agent believes in.
    fn bind(&self, config: &UserAgentsConfig, life: Life, location: &mut LocationService) {
        let numbers = 0..self.lines;
        location.reserve(NumberedSubscribers {
            prefix: self.prefix.clone(),
            domain: DOMAIN.to_owned(),
            numbers,
        });
        for line in 0..self.lines {
            let binding = config.initial_binding(line).expect("all lines are registered at the start");
            let uri = Uri::parse(&binding.aor).expect("a URI");
            let aor = Aor::of(&uri).expect("an address-of-record");
            let origin = Origin::new(binding.call_id.as_bytes(), binding.cseq);
            let remaining = life.remaining(binding.remaining());
            location.preload(&aor, binding.contact.as_bytes(), remaining, origin).expect("a row each");
        }
    }
}

fn registration() -> Registration {
    Registration {
        expires: Duration::from_secs(3600),
        at_start: AtStart::Registered,
        refresh: Refresh::After(500),
        retry: Duration::from_secs(30),
        passwords: Arc::new(DerivedPasswords { prefix: "secret-of-".to_owned() }),
    }
}

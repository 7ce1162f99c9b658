//! A city of real user agents at one proxy-registrar, with constant delay and loss between them.

use super::*;
use crate::auth::DigestAlgorithm;
use crate::location::NumberedSubscribers;
use crate::ua::{
    Act, Answering, AtStart, DerivedPasswords, Identities, Planned, Refresh, Registration, Schedule,
    UserAgents, UserAgentsConfig,
};
use sim_api::{Distribution, Outgoing, Probability, ProbeName};

const LINES: u32 = 20;
const ONE_WAY: Duration = Duration::from_millis(10);

/// Who an event is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Agents,
    Server,
}

enum Happening {
    Deliver(Outgoing),
    Wake(TimerToken),
}

struct City {
    agents: UserAgents,
    server: ProxyRegistrar,
    rngs: [Stream; 2],
    luck: Stream,
    loss: Probability,
    now: SimTime,
    queue: BTreeMap<(SimTime, u64), (Who, Happening)>,
    next: u64,
    probes: Vec<(ProbeName, u64)>,
    labels: Vec<String>,
}

/// Each of the even lines calls the odd line behind it once, for 30 s.
fn plans() -> Schedule {
    let plan = |pair: u32| {
        let callee = format!("sip:u{}@koeln.example", 2 * pair + 1);
        let act = Act::Call { callee, holding: Duration::from_secs(30) };
        Planned { at: SimTime::from_secs(u64::from(40 + pair)), line: 2 * pair, act }
    };
    Schedule::new((0..LINES / 2).map(plan).collect())
}

impl City {
    fn new(at_start: AtStart, loss: f64) -> City {
        let seed = Seed::new(11);
        let passwords = Arc::new(DerivedPasswords { prefix: "secret-".into() });
        let table = Arc::new(StaticTable::new().with_domain("koeln.example", &[address(PROXY)]));
        let identities = Identities::numbered("u", "koeln.example", "10.1.0.0".parse().unwrap(), LINES);
        let mut agents = UserAgentsConfig::new(identities, table.clone(), seed, "koeln");
        agents.calls = Box::new(plans());
        agents.answering = Answering::Answer { after: Distribution::Fixed(Duration::from_secs(3)) };
        agents.registration = Some(Registration {
            expires: Duration::from_secs(600),
            at_start,
            refresh: Refresh::After(500),
            retry: Duration::from_secs(30),
            passwords: passwords.clone(),
        });
        let identity = Identity::new(&[address(PROXY)], Domains::default());
        let mut config = ProxyRegistrarConfig::new(identity, ["koeln.example"].into_iter().collect(), table);
        config.authentication = Some(AuthenticationPolicy {
            algorithms: vec![DigestAlgorithm::Sha256, DigestAlgorithm::Md5],
            nonce_lifetime: Duration::from_secs(60),
            nonces_remembered: 64,
            ..AuthenticationPolicy::new("koeln.example", passwords)
        });
        let location = location(&agents);
        City {
            agents: UserAgents::new(agents),
            server: ProxyRegistrar::new(config, location),
            rngs: [seed.stream("node/koeln"), seed.stream("node/p1")],
            luck: seed.stream("link/loss"),
            loss: Probability::new(loss).unwrap(),
            now: SimTime::ZERO,
            queue: BTreeMap::new(),
            next: 0,
            probes: Vec::new(),
            labels: Vec::new(),
        }
    }

    /// Runs for `seconds`, then lets everything end.
    fn run(&mut self, seconds: u64) {
        self.give(Who::Agents, NodeEvent::Start, Lineage::begin(SimTime::ZERO));
        self.give(Who::Server, NodeEvent::Start, Lineage::begin(SimTime::ZERO));
        self.run_until(SimTime::from_secs(seconds));
        self.give(Who::Agents, NodeEvent::Drain, Lineage::begin(self.now));
        self.give(Who::Server, NodeEvent::Drain, Lineage::begin(self.now));
        self.run_until(SimTime::from_secs(seconds + 400));
        assert_eq!((self.agents.live(), self.server.live()), (0, 0));
        let total = |name: ProbeName| self.values(name).iter().sum::<u64>();
        assert_eq!(total(probe::TRANSACTION_BEGUN), total(probe::TRANSACTION_ENDED));
    }

    fn run_until(&mut self, end: SimTime) {
        while let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= end) {
            let ((at, _), (who, happening)) = entry.remove_entry();
            self.now = at;
            match happening {
                Happening::Wake(token) => self.give(who, NodeEvent::Timer(token), Lineage::begin(at)),
                Happening::Deliver(out) => {
                    let octets = out.payload.octets();
                    let event = NodeEvent::Datagram { from: out.from, to: out.to, octets };
                    self.give(who, event, out.lineage.waited_until(at));
                }
            }
        }
        self.now = end;
    }

    fn give(&mut self, who: Who, event: NodeEvent<'_>, cause: Lineage) {
        let mut effects = Vec::new();
        let cx = &mut Context::new(self.now, cause, &mut self.rngs[who as usize], &mut effects);
        match who {
            Who::Agents => self.agents.handle(event, cx),
            Who::Server => self.server.handle(event, cx),
        }
        for effect in effects {
            self.next += 1;
            match effect {
                Effect::Send(out) => {
                    self.labels.push(label(out.payload.octets()));
                    if !self.loss.happens(self.luck.unit()) {
                        let to = if out.to == address(PROXY) { Who::Server } else { Who::Agents };
                        self.queue.insert((self.now + ONE_WAY, self.next), (to, Happening::Deliver(out)));
                    }
                }
                Effect::Wake { at, token } => {
                    self.queue.insert((at, self.next), (who, Happening::Wake(token)));
                }
                Effect::Probe { probe, .. } => self.probes.push((probe.name, probe.value)),
            }
        }
    }

    fn values(&self, name: ProbeName) -> Vec<u64> {
        self.probes.iter().filter(|probe| probe.0 == name).map(|probe| probe.1).collect()
    }

    fn sent(&self, label: &str) -> usize {
        self.labels.iter().filter(|sent| *sent == label).count()
    }
}

/// The rows of the city, with what `agents` say of the start.
fn location(agents: &UserAgentsConfig) -> LocationService {
    let mut location = LocationService::default();
    location.reserve(NumberedSubscribers {
        prefix: "u".into(),
        domain: "koeln.example".into(),
        numbers: 0..LINES,
    });
    for binding in (0..LINES).filter_map(|line| agents.initial_binding(line)) {
        let aor = Aor::of(&Uri::parse(&binding.aor).unwrap()).unwrap();
        let origin = Origin::new(binding.call_id.as_bytes(), binding.cseq);
        location.preload(&aor, binding.contact.as_bytes(), binding.remaining(), origin).unwrap();
    }
    location
}

#[test]
fn subscribers_register_call_and_refresh_through_their_proxy() {
    let mut city = City::new(AtStart::Unregistered { spread: Duration::from_secs(10) }, 0.0);
    let octets = city.server.location().octets();
    city.run(320);
    assert_eq!(
        city.values(crate::registrar::probe::REGISTERED),
        [1; 2 * LINES as usize],
        "first and refresh"
    );
    assert_eq!(city.values(crate::registrar::probe::BAD_CREDENTIALS), [0; 0]);
    assert_eq!(city.server.location().octets(), octets, "every binding fits into its row");
    let calls = LINES as usize / 2;
    for (label, hops) in [
        ("INVITE", 2),
        ("100 (INVITE)", 1),
        ("180 (INVITE)", 2),
        ("200 (INVITE)", 2),
        ("ACK", 2),
        ("BYE", 2),
        ("200 (BYE)", 2),
    ] {
        assert_eq!(city.sent(label), hops * calls, "{label}: a call takes 13 messages");
    }
    assert_eq!(city.values(probe::CALL_BYE_DONE).len(), calls);
    assert_eq!(city.values(probe::RETRANSMITTED_REQUEST).len() + city.values(probe::REPEATED).len(), 0);
}

#[test]
fn bindings_present_at_the_start_carry_calls_and_are_refreshed_in_time() {
    let mut city = City::new(AtStart::Registered, 0.0);
    city.run(900);
    assert_eq!(city.values(probe::CALL_ANSWER).len(), LINES as usize / 2);
    assert_eq!(city.values(probe::REGISTER_REJECT), [0; 0], "CSeq goes on from the preloaded binding");
    assert!(city.values(crate::registrar::probe::REGISTERED).len() >= 2 * LINES as usize);
}

#[test]
fn loss_on_every_hop_is_absorbed_and_everything_ends() {
    let mut city = City::new(AtStart::Unregistered { spread: Duration::from_secs(10) }, 0.1);
    city.run(320);
    assert!(city.values(probe::RETRANSMITTED_REQUEST).len() > 10);
    assert_eq!(city.values(probe::CALL_ANSWER).len(), LINES as usize / 2, "ten per cent loss fails no call");
    assert_eq!(city.values(probe::CALL_BYE_DONE).len(), LINES as usize / 2);
}

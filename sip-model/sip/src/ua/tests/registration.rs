//! REGISTER, digest and refreshes against a registrar of a few lines.

use std::net::SocketAddr;

use sim_api::{Context, Memory, Node, NodeEvent, NodeFault, SimTime};

use super::*;
use crate::auth::{Authorization, DigestAlgorithm, DigestChallenge, NonceIssuer, NonceVerdict, Secret};
use crate::header::{Expires, Quoted, Tag};
use crate::message::{Composer, HeaderName, Message, Method, ResponseHead, StatusCode};
use crate::probe::*;
use crate::ua::{AtStart, DerivedPasswords, Refresh, Registration};

const REALM: &str = "a.example";

/// What the registrar does with a REGISTER whose credentials are right.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Grants { seconds: u32 },
    WantsAtLeast { seconds: u32 },
    Refuses(StatusCode),
    Silent,
}

/// A registrar that challenges, checks and grants, and keeps no bindings.
#[derive(Debug)]
struct FakeRegistrar {
    nonces: NonceIssuer,
    algorithm: DigestAlgorithm,
    password: &'static str,
    nonce_lifetime: Duration,
    manner: Manner,
}

impl FakeRegistrar {
    fn new(manner: Manner) -> FakeRegistrar {
        FakeRegistrar {
            nonces: NonceIssuer::new([7; 16]),
            algorithm: DigestAlgorithm::Md5,
            password: "secret-alice",
            nonce_lifetime: secs(3600),
            manner,
        }
    }

    fn answer(&self, register: &Message<'_>, now: SimTime) -> Option<Vec<u8>> {
        let head = |status| ResponseHead::new(register, status).with_tag(Tag::new("registrar").unwrap());
        let mut out = Vec::new();
        let status = match self.judge(register, now) {
            NonceVerdict::Fresh => match self.manner {
                Manner::Silent => return None,
                Manner::Refuses(status) => status,
                Manner::Grants { .. } => StatusCode::OK,
                Manner::WantsAtLeast { seconds } => {
                    let asked: Expires = register.top().unwrap();
                    if asked.0 < seconds { StatusCode::INTERVAL_TOO_BRIEF } else { StatusCode::OK }
                }
            },
            verdict => {
                let nonce = self.nonces.issue(now.as_nanos(), b"");
                let realm = Quoted::from_escaped(REALM.as_bytes()).unwrap();
                let challenge = DigestChallenge::new(realm, &nonce, self.algorithm);
                let challenge = if verdict == NonceVerdict::Stale { challenge.stale() } else { challenge };
                Composer::response(&mut out, &head(StatusCode::UNAUTHORIZED))
                    .header(HeaderName::WwwAuthenticate, &challenge)
                    .finish();
                return Some(out);
            }
        };
        let response = Composer::response(&mut out, &head(status));
        match (status, self.manner) {
            (StatusCode::OK, Manner::Grants { seconds }) => {
                let contact =
                    String::from_utf8_lossy(register.value(HeaderName::Contact).unwrap()).into_owned();
                let others = format!("<sip:alice@192.0.2.77>;expires=17, {contact};expires={seconds}");
                response.header(HeaderName::Contact, others.as_str()).finish();
            }
            (StatusCode::INTERVAL_TOO_BRIEF, Manner::WantsAtLeast { seconds }) => {
                response.header(HeaderName::MinExpires, &seconds).finish();
            }
            _ => response.finish(),
        }
        Some(out)
    }

    fn judge(&self, register: &Message<'_>, now: SimTime) -> NonceVerdict {
        let Ok(Some(Authorization(credentials))) = register.find::<Authorization<'_>>() else {
            return NonceVerdict::Foreign;
        };
        let digest = credentials.digest().expect("user agents know Digest only");
        let verdict = self.nonces.check(digest.nonce.raw(), now.as_nanos(), b"", self.nonce_lifetime);
        match digest.matches(Secret::Password(self.password.as_bytes()), Method::Register, &[]) {
            true => verdict,
            false => NonceVerdict::Foreign,
        }
    }
}

impl Node for FakeRegistrar {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let NodeEvent::Datagram { from, to, octets } = event else { return };
        let message = Message::parse(octets).unwrap();
        assert_eq!(message.method(), Some(Method::Register));
        assert!(octets.starts_with(b"REGISTER sip:a.example SIP/2.0\r\n"), "no user in the Request-URI");
        if let Some(answer) = self.answer(&message, cx.now()) {
            cx.send(to, from, &answer);
        }
    }
}

const REGISTRAR: &str = "192.0.2.9:5060";

fn registration(at_start: AtStart) -> Registration {
    Registration {
        expires: secs(3600),
        at_start,
        refresh: Refresh::After(500),
        retry: secs(60),
        passwords: Arc::new(DerivedPasswords { prefix: "secret-".into() }),
    }
}

const AT_ONCE: AtStart = AtStart::Unregistered { spread: Duration::ZERO };

/// Alice, who registers at once and refreshes at half time, and a registrar 10 ms away.
fn world(registrar: FakeRegistrar, registration: Registration) -> World {
    let mut alice = user("alice", "a.example", ALICE);
    let at: SocketAddr = REGISTRAR.parse().unwrap();
    alice.next_hop = Arc::new(StaticTable::new().with_domain("a.example", &[at]));
    alice.registration = Some(registration);
    World::new(ms(10)).host("registrar", &[at.ip()], registrar).agents("alice", UserAgents::new(alice))
}

#[test]
fn a_line_answers_the_challenge_and_refreshes_at_half_time() {
    for algorithm in [DigestAlgorithm::Md5, DigestAlgorithm::Sha256] {
        let registrar = FakeRegistrar { algorithm, ..FakeRegistrar::new(Manner::Grants { seconds: 1000 }) };
        let mut world = world(registrar, registration(AT_ONCE));
        world.run_until(SimTime::from_secs(1200));
        assert_eq!(
            world.sendings("alice", "REGISTER"),
            [0.0, 20.0, 500_040.0, 500_060.0, 1_000_080.0, 1_000_100.0]
        );
        assert_eq!(world.values(REGISTER_DONE), [1000, 1000, 1000], "its own contact counts, not the first");
        assert_eq!(world.count(REGISTER_REQUEST), 3);
        world.finish();
    }
}

#[test]
fn registrations_share_a_call_id_and_their_cseq_rises() {
    let mut world = world(FakeRegistrar::new(Manner::Grants { seconds: 1000 }), registration(AT_ONCE));
    world.run_until(SimTime::from_secs(600));
    let row = |octets: &String, name: &str| {
        octets.lines().find(|line| line.starts_with(name)).unwrap().trim_end().to_owned()
    };
    let registers = world.octets("alice", "REGISTER");
    let numbers: Vec<String> = registers.iter().map(|octets| row(octets, "CSeq:")).collect();
    assert_eq!(numbers, ["CSeq: 1 REGISTER", "CSeq: 2 REGISTER", "CSeq: 3 REGISTER", "CSeq: 4 REGISTER"]);
    let call_ids: Vec<String> = registers.iter().map(|octets| row(octets, "Call-ID:")).collect();
    assert!(call_ids.iter().all(|call_id| *call_id == call_ids[0]));
}

#[test]
fn the_register_that_answers_a_challenge_keeps_from_to_and_call_id() {
    let always_stale = FakeRegistrar {
        nonce_lifetime: Duration::ZERO,
        ..FakeRegistrar::new(Manner::Grants { seconds: 1000 })
    };
    let longer = FakeRegistrar::new(Manner::WantsAtLeast { seconds: 7200 });
    for (registrar, count) in [(always_stale, 3), (longer, 3)] {
        let mut world = world(registrar, registration(AT_ONCE));
        world.run_until(SimTime::from_secs(20));
        let registers = world.octets("alice", "REGISTER");
        let rows = |octets: &String, names: &[&str]| -> Vec<String> {
            let is_named = |line: &&str| names.iter().any(|name| line.starts_with(name));
            octets.lines().filter(is_named).map(str::to_owned).collect()
        };
        let same: Vec<_> = registers.iter().map(|one| rows(one, &["From:", "To:", "Call-ID:"])).collect();
        assert_eq!((registers.len(), same[0].len()), (count, 3));
        assert!(same[0][0].contains(";tag=") && same.iter().all(|rows| *rows == same[0]), "{same:#?}");
        let cseqs: Vec<_> = registers.iter().flat_map(|one| rows(one, &["CSeq:"])).collect();
        let rising: Vec<_> = (1..=count).map(|number| format!("CSeq: {number} REGISTER")).collect();
        assert_eq!(cseqs, rising);
    }
}

#[test]
fn each_refresh_has_a_from_tag_of_its_own() {
    let mut world = world(FakeRegistrar::new(Manner::Grants { seconds: 1000 }), registration(AT_ONCE));
    world.run_until(SimTime::from_secs(600));
    let registers = world.octets("alice", "REGISTER");
    let tags: std::collections::BTreeSet<_> =
        registers.iter().map(|one| one.split(";tag=").nth(1).unwrap().lines().next().unwrap()).collect();
    assert_eq!((registers.len(), tags.len()), (4, 2));
}

#[test]
fn wrong_credentials_are_not_sent_twice() {
    let registrar =
        FakeRegistrar { password: "other", ..FakeRegistrar::new(Manner::Grants { seconds: 1000 }) };
    let mut world = world(registrar, registration(AT_ONCE));
    world.run_until(SimTime::from_secs(20));
    assert_eq!(world.sendings("alice", "REGISTER"), [0.0, 20.0]);
    assert_eq!(world.values(REGISTER_REJECT), [401]);
    world.run_until(SimTime::from_secs(70));
    assert_eq!(world.count(REGISTER_REJECT), 2, "it tries again after 30 to 60 s");
    world.finish();
}

#[test]
fn a_stale_nonce_is_answered_once_more() {
    let registrar = FakeRegistrar {
        nonce_lifetime: Duration::ZERO,
        ..FakeRegistrar::new(Manner::Grants { seconds: 1000 })
    };
    let mut world = world(registrar, registration(AT_ONCE));
    world.run_until(SimTime::from_secs(20));
    assert_eq!(world.sendings("alice", "REGISTER"), [0.0, 20.0, 40.0]);
    assert_eq!(world.values(REGISTER_REJECT), [401]);
}

#[test]
fn an_interval_too_brief_is_made_longer() {
    let registrar = FakeRegistrar::new(Manner::WantsAtLeast { seconds: 7200 });
    let mut world = world(registrar, registration(AT_ONCE));
    world.run_until(SimTime::from_secs(20));
    assert_eq!((world.values(REGISTER_DONE), world.count(REGISTER_REJECT)), (vec![7200], 0));
    assert!(world.octets("alice", "REGISTER").last().unwrap().contains("Expires: 7200\r\n"));
}

#[test]
fn a_refusal_and_a_silent_registrar_are_told_apart_and_tried_again() {
    let refusing = FakeRegistrar::new(Manner::Refuses(StatusCode::FORBIDDEN));
    let mut refused = world(refusing, registration(AT_ONCE));
    refused.run_until(SimTime::from_secs(50));
    assert!(refused.values(REGISTER_REJECT).iter().all(|status| *status == 403));
    let mut silent = world(FakeRegistrar::new(Manner::Silent), registration(AT_ONCE));
    silent.run_until(SimTime::from_secs(40));
    assert_eq!(
        (silent.values(REGISTER_TIMEOUT), silent.times(REGISTER_TIMEOUT)),
        (vec![408], vec![32_020.0])
    );
    silent.run_until(SimTime::from_secs(32 + 61));
    assert_eq!(silent.count(REGISTER_REQUEST), 2);
    silent.finish();
}

fn city(count: u32, registration: Registration) -> UserAgents {
    let first = "10.0.0.0".parse().unwrap();
    let identities = Identities::numbered("u", "a.example", first, count);
    let table = StaticTable::new().with_domain("a.example", &[REGISTRAR.parse().unwrap()]);
    let mut config = UserAgentsConfig::new(identities, Arc::new(table), Seed::new(7), "city");
    config.registration = Some(registration);
    UserAgents::new(config)
}

#[test]
fn initial_bindings_have_ages_spread_over_the_interval_and_are_refreshed_before_they_end() {
    const COUNT: u32 = 2000;
    let never_again = Registration { retry: secs(1_000_000), ..registration(AtStart::Registered) };
    let city = city(COUNT, never_again);
    let bindings: Vec<_> = (0..COUNT).map(|line| city.initial_binding(line).unwrap()).collect();
    let mean = bindings.iter().map(|binding| binding.age.as_secs_f64()).sum::<f64>() / f64::from(COUNT);
    // Uniform in [0, 3600): four standard errors of the mean are 93 s.
    assert!((mean - 1800.0).abs() < 93.0, "mean age {mean}");
    let registrar: SocketAddr = REGISTRAR.parse().unwrap();
    let refusing = FakeRegistrar::new(Manner::Refuses(StatusCode::FORBIDDEN));
    let mut world = World::new(ms(10)).host("registrar", &[registrar.ip()], refusing);
    world = world.agents("city", city);
    world.run_until(SimTime::from_secs(1800));
    let firsts = world.times(REGISTER_REQUEST);
    assert_eq!(firsts.len(), bindings.len());
    let of = |subject: u64| {
        let is_request = |seen: &&super::driver::Seen| seen.probe.name == REGISTER_REQUEST;
        world.seen.iter().filter(is_request).find(|seen| seen.probe.subject == subject)
    };
    for binding in &bindings {
        let refresh =
            of(crate::probe::subject(binding.call_id.as_bytes())).expect("refreshed within half of 3600 s");
        let left = binding.remaining();
        assert!(refresh.at - SimTime::ZERO <= left / 2 + ms(1), "line {}", binding.line);
    }
    let early = firsts.iter().filter(|at| **at < 900_000.0).count() as f64;
    let total = f64::from(COUNT);
    assert!((early / total - 0.5).abs() < 4.0 * 0.5 / total.sqrt(), "the refreshes are spread evenly");
}

#[test]
fn refreshes_of_an_initial_binding_continue_its_call_id_and_cseq() {
    let city = city(3, registration(AtStart::Registered));
    let binding = city.initial_binding(2).unwrap();
    assert_eq!(
        (binding.aor.as_str(), binding.contact.as_str()),
        ("sip:u2@a.example", "sip:u2@10.0.0.2:5060")
    );
    let registrar: SocketAddr = REGISTRAR.parse().unwrap();
    let mut world =
        World::new(ms(10)).host("registrar", &[registrar.ip()], FakeRegistrar::new(Manner::Silent));
    world = world.agents("city", city);
    world.run_until(SimTime::from_secs(1800));
    let registers = world.octets("city", "REGISTER");
    let refresh =
        registers.iter().find(|octets| octets.contains(&format!("Call-ID: {}\r\n", binding.call_id)));
    assert!(refresh.unwrap().contains(&format!("CSeq: {} REGISTER\r\n", binding.cseq + 1)));
}

#[test]
fn a_crash_without_memory_makes_a_line_register_anew() {
    for (memory, anew) in [(Memory::Lost, true), (Memory::Kept, false)] {
        let mut world = world(FakeRegistrar::new(Manner::Grants { seconds: 1000 }), registration(AT_ONCE));
        world.run_until(SimTime::from_secs(10));
        world.fault("alice", NodeFault::Crash(memory));
        world.run_until(SimTime::from_secs(20));
        world.fault("alice", NodeFault::Restart);
        world.run_until(SimTime::from_secs(100));
        let registers = world.octets("alice", "REGISTER");
        assert_eq!(registers.len(), if anew { 4 } else { 2 }, "{memory:?}");
        let call_ids: std::collections::BTreeSet<_> = registers
            .iter()
            .map(|octets| octets.split("Call-ID: ").nth(1).unwrap().lines().next().unwrap())
            .collect();
        assert_eq!(
            call_ids.len(),
            if anew { 2 } else { 1 },
            "{memory:?}: CSeq numbers start again with a new Call-ID"
        );
        world.finish();
    }
}

#[test]
fn no_registration_begins_while_the_node_drains() {
    let mut world = world(FakeRegistrar::new(Manner::Grants { seconds: 100 }), registration(AT_ONCE));
    world.run_until(SimTime::from_secs(10));
    world.finish();
    assert_eq!(world.count(REGISTER_REQUEST), 1);
}

#[test]
fn an_order_registers_at_once() {
    let far = AtStart::Unregistered { spread: secs(1_000_000) };
    let mut world = world(FakeRegistrar::new(Manner::Grants { seconds: 100 }), registration(far));
    world.run_until(SimTime::from_secs(1));
    world.order("alice", |ua, cx| ua.register(0, cx)).unwrap();
    world.run_until(SimTime::from_secs(2));
    assert_eq!(world.values(REGISTER_DONE), [100]);
}

#[test]
fn a_registered_idle_line_takes_at_most_200_octets() {
    const COUNT: u32 = 1000;
    let city = city(COUNT, registration(AtStart::Registered));
    // A row, and nothing else in this node: identities are a rule, luck is counted, names are made when needed.
    assert!(city.idle_octets() / COUNT as usize <= 80, "{} octets", city.idle_octets());
}

//! 401 and 407 to requests other than REGISTER (RFC 3261 22).

use expect_test::expect;
use sim_api::{Context, Node, NodeEvent, SimTime};

use super::*;
use crate::auth::{
    Authorization, Credentials, DigestAlgorithm, DigestChallenge, NonceCount, NonceIssuer,
    ProxyAuthorization, Secret,
};
use crate::header::{Quoted, Tag};
use crate::message::{Composer, HeaderName, Message, Method, ResponseHead, StatusCode};
use crate::probe::*;
use crate::ua::{ChallengeMemory, CredentialPolicy, DerivedPasswords, Quality};

const REALMS: [&str; 2] = ["a.example", "b.example"];

/// Two proxies in a row and the callee behind them in one node: it lets no request but ACK pass without good
/// credentials for each realm, and answers those with 200.
#[derive(Debug)]
struct Guarded {
    nonces: NonceIssuer,
    /// How long a nonce is good for.
    lifetime: Duration,
    /// Whether the second realm is that of the callee, who asks with 401.
    last_is_uas: bool,
    password: &'static str,
    counts: Vec<NonceCount>,
}

impl Guarded {
    fn new() -> Guarded {
        let nonces = NonceIssuer::new([3; 16]);
        Guarded {
            nonces,
            lifetime: secs(3600),
            last_is_uas: false,
            password: "secret-alice",
            counts: Vec::new(),
        }
    }

    /// The realm whose credentials are missing or too old, and whether their nonce was stale.
    fn missing(&mut self, request: &Message<'_>, now: SimTime) -> Option<(&'static str, bool)> {
        let proxy = request.values::<ProxyAuthorization<'_>>().map(|value| value.unwrap().0);
        let www = request.values::<Authorization<'_>>().map(|value| value.unwrap().0);
        let all: Vec<Credentials<'_>> = proxy.chain(www).collect();
        for realm in REALMS {
            let own = all.iter().filter_map(Credentials::digest).find(|own| own.realm.to_text() == realm);
            let Some(own) = own else { return Some((realm, false)) };
            let method = request.method().unwrap();
            if !own.matches(Secret::Password(self.password.as_bytes()), method, request.body()) {
                return Some((realm, false));
            }
            self.counts.extend(own.nc);
            let verdict = self.nonces.check(own.nonce.raw(), now.as_nanos(), b"", self.lifetime);
            if verdict != crate::auth::NonceVerdict::Fresh {
                return Some((realm, true));
            }
        }
        None
    }

    fn challenge(&self, request: &Message<'_>, (realm, is_stale): (&str, bool), now: SimTime) -> Vec<u8> {
        let is_uas = self.last_is_uas && realm == REALMS[1];
        let (status, name) = match is_uas {
            true => (StatusCode::UNAUTHORIZED, HeaderName::WwwAuthenticate),
            false => (StatusCode::PROXY_AUTHENTICATION_REQUIRED, HeaderName::ProxyAuthenticate),
        };
        let nonce = self.nonces.issue(now.as_nanos(), b"");
        let realm = Quoted::from_escaped(realm.as_bytes()).unwrap();
        let challenge = DigestChallenge::new(realm, &nonce, DigestAlgorithm::Md5);
        let challenge = if is_stale { challenge.stale() } else { challenge };
        let head = ResponseHead::new(request, status).with_tag(Tag::new("g1").unwrap());
        let mut out = Vec::new();
        Composer::response(&mut out, &head).header(name, &challenge).finish();
        out
    }
}

impl Node for Guarded {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let NodeEvent::Datagram { from, to, octets } = event else { return };
        let Ok(request) = Message::parse(octets) else { return };
        if request.method() == Some(Method::Ack) {
            return;
        }
        if let Some(missing) = self.missing(&request, cx.now()) {
            let challenge = self.challenge(&request, missing, cx.now());
            cx.send(to, from, &challenge);
            return;
        }
        let head = ResponseHead::new(&request, StatusCode::OK).with_tag(Tag::new("g2").unwrap());
        let mut out = Vec::new();
        Composer::response(&mut out, &head).header(HeaderName::Contact, "<sip:bob@192.0.2.2>").finish();
        cx.send(to, from, &out);
    }
}

fn knowing_alice() -> UserAgentsConfig {
    let passwords = Some(Arc::new(DerivedPasswords { prefix: "secret-".into() }) as _);
    let credentials = CredentialPolicy { passwords, ..CredentialPolicy::default() };
    UserAgentsConfig { credentials, ..alice() }
}

fn world(alice: UserAgentsConfig, guarded: Guarded) -> World {
    World::new(ms(10)).agents("alice", UserAgents::new(alice)).host(
        "bob",
        &["192.0.2.2".parse().unwrap()],
        guarded,
    )
}

/// How many rows of Proxy-Authorization and Authorization each message has.
fn proofs(messages: &[String]) -> Vec<usize> {
    let count = |text: &String| text.lines().filter(|line| line.contains("uthorization: Digest ")).count();
    messages.iter().map(count).collect()
}

#[test]
fn each_proxy_in_the_way_gets_the_credentials_of_its_realm() {
    let mut world = world(knowing_alice(), Guarded::new());
    call(&mut world, Some(secs(1)));
    world.run();
    expect![[r#"
        0.0      alice --> bob INVITE
        10.0     bob --> alice 407
        20.0     alice --> bob ACK
        20.0     alice --> bob INVITE
        30.0     bob --> alice 407
        40.0     alice --> bob ACK
        40.0     alice --> bob INVITE
        50.0     bob --> alice 200
        60.0     alice --> bob ACK
        1060.0   alice --> bob BYE
        1070.0   bob --> alice 200
    "#]]
    .assert_eq(&world.ladder());
    assert_eq!(proofs(&world.octets("alice", "INVITE")), [0, 1, 2]);
    //= RFC 3261 22.1: UACs creating an ACK message will duplicate all of the Authorization and Proxy-Authorization header field values that
    // appeared in the INVITE to which the ACK corresponds
    assert_eq!(proofs(&world.octets("alice", "ACK")), [0, 1, 2]);
    assert_eq!(
        proofs(&world.octets("alice", "BYE")),
        [2],
        "later requests of the call carry them from the start"
    );
    assert_eq!(world.values(CALL_RETRY), [407, 407]);
    world.finish();
}

#[test]
fn the_ack_repeats_the_credentials_of_its_invite_and_the_bye_counts_on() {
    let mut world = world(knowing_alice(), Guarded::new());
    call(&mut world, Some(secs(1)));
    world.run();
    let rows = |text: &String| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("Proxy-Authorization")).map(str::to_owned).collect()
    };
    let (invites, acks) = (world.octets("alice", "INVITE"), world.octets("alice", "ACK"));
    assert_eq!(rows(&invites[2]), rows(&acks[2]));
    let bye = &world.octets("alice", "BYE")[0];
    assert!(bye.contains("nc=00000003") && bye.contains("nc=00000002"), "{bye}");
    world.finish();
}

#[test]
fn a_proxy_and_a_uas_that_ask_one_after_the_other_both_get_credentials() {
    let mut world = world(knowing_alice(), Guarded { last_is_uas: true, ..Guarded::new() });
    call(&mut world, Some(secs(1)));
    world.run();
    assert_eq!(world.values(CALL_RETRY), [407, 401]);
    let last = &world.octets("alice", "INVITE")[2];
    assert!(last.contains("\r\nProxy-Authorization: ") && last.contains("\r\nAuthorization: "), "{last}");
    world.finish();
}

#[test]
fn a_wrong_password_is_refused_after_one_try() {
    let mut world = world(knowing_alice(), Guarded { password: "other", ..Guarded::new() });
    call(&mut world, None);
    world.run();
    assert_eq!((world.values(CALL_RETRY), world.values(CALL_REJECT)), (vec![407], vec![407]));
    world.finish();
}

#[test]
fn without_a_password_a_challenge_is_a_rejection() {
    let mut world = world(alice(), Guarded::new());
    call(&mut world, None);
    world.run();
    assert_eq!((world.count(CALL_RETRY), world.values(CALL_REJECT)), (0, vec![407]));
    world.finish();
}

#[test]
fn a_stale_nonce_is_answered_once_with_the_new_one() {
    let mut world = world(knowing_alice(), Guarded { lifetime: Duration::ZERO, ..Guarded::new() });
    call(&mut world, None);
    world.run();
    assert_eq!((world.values(CALL_RETRY), world.values(CALL_REJECT)), (vec![407, 407], vec![407]));
    world.finish();
}

#[test]
fn a_request_outside_any_dialog_answers_its_challenges() {
    let mut world = world(knowing_alice(), Guarded::new());
    world.order("alice", |ua, cx| ua.request(0, Method::Options, "sip:bob@b.example", cx)).unwrap();
    world.run();
    assert_eq!(proofs(&world.octets("alice", "OPTIONS")), [0, 1, 2]);
    assert_eq!(world.values(REQUEST_DONE), [200]);
    world.finish();
}

#[test]
fn challenges_are_forgotten_with_their_call_or_kept_for_the_line() {
    for (memory, asked, last_count) in
        [(ChallengeMemory::Dialog, 4, NonceCount(2)), (ChallengeMemory::Line, 2, NonceCount(4))]
    {
        let mut alice = knowing_alice();
        alice.credentials.memory = memory;
        let mut world = world(alice, Guarded::new());
        for calls in 1..=2 {
            call(&mut world, Some(secs(1)));
            world.run_until(SimTime::from_secs(100 * calls));
        }
        assert_eq!(world.count(CALL_RETRY), asked, "{memory:?}");
        let bye = &world.octets("alice", "BYE")[1];
        assert!(bye.contains(&format!("nc={:08x}", last_count.0)), "{bye}");
        world.finish();
    }
}

#[test]
fn a_client_of_rfc_2069_states_no_quality() {
    let mut alice = knowing_alice();
    alice.credentials.quality = Quality::Unstated;
    let mut world = world(alice, Guarded::new());
    call(&mut world, None);
    world.run_until(SimTime::from_secs(1));
    let last = &world.octets("alice", "INVITE")[2];
    assert!(!last.contains("qop=") && !last.contains("cnonce=") && !last.contains("nc="), "{last}");
    assert_eq!(world.count(CALL_ANSWER), 1, "it is understood nevertheless");
    world.finish();
}

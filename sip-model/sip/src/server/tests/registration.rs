//! REGISTER, step by step (RFC 3261 10.3), and digest.

use super::*;
use crate::auth::{DigestAlgorithm, DigestChallenge, DigestClient, NonceCount, Qop, Secret, WwwAuthenticate};
use crate::header::Quoted;
use crate::message::Compose;
use crate::ua::DerivedPasswords;

/// A REGISTER for Bob with these header fields, a line each.
fn register(number: u32, more: &str) -> Vec<u8> {
    register_by("reg-1", number, more)
}

/// The same with another Call-ID.
fn register_by(call_id: &str, number: u32, more: &str) -> Vec<u8> {
    let octets = request("REGISTER sip:koeln.example", &format!("{call_id}-{number}"), more);
    let octets = changed(&octets, "CSeq: 1 ", &format!("CSeq: {number} "));
    changed(&octets, "Call-ID: call-1@192.0.2.10", &format!("Call-ID: {call_id}"))
}

/// The status code and the Contact values of what Alice gets.
fn outcome(bench: &mut Bench, octets: &[u8]) -> (u16, Vec<String>) {
    let sent = bench.forward(ALICE, octets);
    let status = Message::parse(&sent.octets).unwrap().status().unwrap();
    (status.code(), sent.rows("Contact"))
}

fn bound(contacts: &[&str]) -> (u16, Vec<String>) {
    (200, contacts.iter().map(|contact| (*contact).to_owned()).collect())
}

#[test]
fn rules_of_10_3_in_rows() {
    let long = format!("Contact: <sip:bob@{}.example>\n", "a".repeat(60));
    for (name, more, wanted) in [
        ("query", "", bound(&[])),
        (
            "default interval",
            "Contact: <sip:bob@192.0.2.20>\n",
            bound(&["<sip:bob@192.0.2.20>;expires=3600"]),
        ),
        (
            "Expires header",
            "Contact: <sip:bob@192.0.2.20>\nExpires: 120\n",
            bound(&["<sip:bob@192.0.2.20>;expires=120"]),
        ),
        (
            "expires parameter wins",
            "Contact: <sip:bob@192.0.2.20>;expires=90\nExpires: 120\n",
            bound(&["<sip:bob@192.0.2.20>;expires=90"]),
        ),
        (
            "malformed Expires is an hour",
            "Contact: <sip:bob@192.0.2.20>\nExpires: soon\n",
            bound(&["<sip:bob@192.0.2.20>;expires=3600"]),
        ),
        (
            "cut down to the maximum",
            "Contact: <sip:bob@192.0.2.20>;expires=4294967296\n",
            bound(&["<sip:bob@192.0.2.20>;expires=86400"]),
        ),
        (
            "unknown parameters come back",
            "Contact: \"Bob\" <sip:bob@192.0.2.20>;methods=\"INVITE, BYE\";q=0.5;+sip.rendering\n",
            bound(&["<sip:bob@192.0.2.20>;q=0.5;expires=3600;methods=\"INVITE, BYE\";+sip.rendering"]),
        ),
        (
            "by falling preference",
            "Contact: <sip:a@h.example>;q=0.2, <sip:b@h.example>;q=0.9\nContact: <sip:c@h.example>\n",
            bound(&[
                "<sip:c@h.example>;expires=3600",
                "<sip:b@h.example>;q=0.9;expires=3600",
                "<sip:a@h.example>;q=0.2;expires=3600",
            ]),
        ),
        (
            "any scheme",
            "Contact: <mailto:bob@biloxi.com>\n",
            bound(&["<mailto:bob@biloxi.com>;expires=3600"]),
        ),
        ("remove what is not there", "Contact: <sip:bob@192.0.2.20>;expires=0\n", bound(&[])),
        ("star", "Contact: *\nExpires: 0\n", bound(&[])),
        ("star without Expires", "Contact: *\n", (400, vec![])),
        ("star with another Expires", "Contact: *\nExpires: 1\n", (400, vec![])),
        ("star and a contact", "Contact: *\nContact: <sip:bob@192.0.2.20>\nExpires: 0\n", (400, vec![])),
        ("two stars", "Contact: *\nContact: *\nExpires: 0\n", (400, vec![])),
        ("malformed contact", "Contact: <sip:bob@\n", (400, vec![])),
        ("interval too brief", "Contact: <sip:bob@192.0.2.20>;expires=59\n", (423, vec![])),
        (
            "one of two too brief: nothing is bound",
            "Contact: <sip:a@h.example>, <sip:b@h.example>;expires=1\n",
            (423, vec![]),
        ),
        ("unknown extension", "Require: gruu, path, outbound\n", (420, vec![])),
        ("long contact", &*long, bound(&[&*format!("<sip:bob@{}.example>;expires=3600", "a".repeat(60))])),
    ] {
        let mut bench = Bench::new();
        assert_eq!(outcome(&mut bench, &register(1, more)), wanted, "{name}");
        let after = if wanted.0 == 200 { wanted.1 } else { Vec::new() };
        assert_eq!(outcome(&mut bench, &register_by("query", 1, "")), (200, after), "after: {name}");
    }
}

#[test]
fn a_binding_is_found_by_the_proxy_until_it_ends() {
    let mut bench = Bench::new();
    bench.receive(ALICE, &register(1, "Contact: <sip:bob@192.0.2.20:5060>;expires=60\n"));
    bench.wait(59_999);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    assert_eq!(copy.start_line(), "INVITE sip:bob@192.0.2.20:5060 SIP/2.0");
    bench.wait(1);
    let again = changed(&invite(), "inv1", "inv2");
    assert_eq!(bench.receive(ALICE, &again).pop().unwrap().label(), "480 (INVITE)");
}

#[test]
fn the_200_counts_the_remaining_time_down() {
    let mut bench = Bench::new();
    bench.receive(ALICE, &register(1, "Contact: <sip:bob@192.0.2.20>;expires=600\n"));
    bench.wait(100_500);
    assert_eq!(outcome(&mut bench, &register(2, "")), bound(&["<sip:bob@192.0.2.20>;expires=500"]));
    let refreshed = register(3, "Contact: <sip:bob@192.0.2.20>;expires=600\n");
    assert_eq!(outcome(&mut bench, &refreshed), bound(&["<sip:bob@192.0.2.20>;expires=600"]));
}

#[test]
fn cseq_orders_the_registrations_of_one_call_id() {
    let mut bench = Bench::new();
    let contact = "Contact: <sip:bob@192.0.2.20>;expires=600\n";
    let removal = "Contact: <sip:bob@192.0.2.20>;expires=0\n";
    assert_eq!(outcome(&mut bench, &register(5, contact)).0, 200);
    assert_eq!(outcome(&mut bench, &register(4, removal)).0, 500, "an older request that came late");
    assert_eq!(outcome(&mut bench, &register(3, "Contact: *\nExpires: 0\n")).0, 500);
    assert_eq!(outcome(&mut bench, &register(6, "")).1.len(), 1, "nothing was removed");
    assert_eq!(outcome(&mut bench, &register_by("other", 1, removal)), bound(&[]));
}

#[test]
fn a_copy_of_a_register_is_answered_by_the_transaction() {
    let mut bench = Bench::new();
    let octets = register(1, "Contact: <sip:bob@192.0.2.20>;expires=600\n");
    let first = bench.forward(ALICE, &octets);
    bench.wait(1000);
    assert_eq!(bench.forward(ALICE, &octets).octets, first.octets);
    assert_eq!(bench.count("registrar.registered"), 1);
    bench.drain();
}

#[test]
fn interval_too_brief_names_the_minimum() {
    let mut bench = Bench::with(|config| config.intervals.minimum_s = 300);
    let sent = bench.forward(ALICE, &register(1, "Contact: <sip:bob@192.0.2.20>;expires=299\n"));
    assert_eq!((sent.label().as_str(), sent.rows("Min-Expires")), ("423 (REGISTER)", vec!["300".to_owned()]));
    assert!(bench.probes.contains(&("registrar.interval_too_brief", 299)));
    let hour = IntervalPolicy { minimum_s: 7200, ..IntervalPolicy::default() };
    let mut bench = Bench::with(|config| config.intervals = hour);
    let granted = register(1, "Contact: <sip:bob@192.0.2.20>;expires=3600\n");
    assert_eq!(
        outcome(&mut bench, &granted),
        bound(&["<sip:bob@192.0.2.20>;expires=3600"]),
        "an hour is never too brief"
    );
}

#[test]
fn unsupported_extensions_are_listed() {
    let sent = Bench::new().forward(ALICE, &register(1, "Require: gruu, path\nRequire: outbound\n"));
    assert_eq!(sent.rows("Unsupported"), ["gruu, outbound"]);
}

#[test]
fn the_200_has_a_date_and_no_record_route() {
    let sent = Bench::new().forward(ALICE, &register(1, "Record-Route: <sip:192.0.2.9;lr>\n"));
    assert_eq!(sent.rows("Date"), ["Mon, 01 Jan 2001 00:00:01 GMT"]);
    assert_eq!(sent.rows("Record-Route"), [""; 0]);
    assert!(sent.rows("To")[0].contains(";tag="));
}

#[test]
fn addresses_of_other_domains_and_strangers_are_404() {
    let mut bench = Bench::new();
    let foreign = changed(&register(1, ""), "To: <sip:bob@koeln.example>", "To: <sip:bob@bonn.example>");
    assert_eq!(outcome(&mut bench, &foreign).0, 404);
    let telephone = changed(&register(2, ""), "To: <sip:bob@koeln.example>", "To: <tel:+49221>");
    assert_eq!(outcome(&mut bench, &telephone).0, 400, "RFC 4475 3.3.4");
    bench.node.location.list(Aor::of(&Uri::parse("sip:alice@koeln.example").unwrap()).unwrap());
    let stranger = changed(&register(3, ""), "To: <sip:bob@koeln.example>", "To: <sip:carol@koeln.example>");
    assert_eq!(outcome(&mut bench, &stranger).0, 404);
}

#[test]
fn a_registrar_is_addressed_by_its_domain_or_by_its_own_name() {
    let mut bench = Bench::new();
    let octets = changed(
        &register(1, "Contact: <sip:bob@192.0.2.20>\n"),
        "sip:koeln.example SIP",
        "sips:192.0.2.1 SIP",
    );
    assert_eq!(bench.forward(ALICE, &octets).label(), "200 (REGISTER)");
    assert_eq!(outcome(&mut bench, &register(2, "")).1.len(), 1);
}

#[test]
fn a_register_for_another_domain_is_proxied() {
    let mut bench = Bench::new();
    let octets = request("REGISTER sip:bonn.example", "reg1", "Contact: <sip:alice@192.0.2.10>\n");
    let copy = bench.forward(ALICE, &octets);
    assert_eq!((copy.label().as_str(), copy.to), ("REGISTER", address(BONN)));
    assert_eq!(copy.rows("Record-Route"), [""; 0], "REGISTER creates no dialog");
}

#[test]
fn path_is_stored_echoed_and_used() {
    let mut bench = Bench::new();
    let contact = "Contact: <sip:bob@192.0.2.20:5060>\n";
    let path = "Path: <sip:192.0.2.2;lr>\nPath: <sip:192.0.2.3;lr>\n";
    let sent = bench.forward(ALICE, &register(1, &format!("{contact}{path}")));
    assert_eq!(
        (sent.label().as_str(), sent.rows("Unsupported")),
        ("420 (REGISTER)", vec!["path".to_owned()])
    );
    let sent = bench.forward(ALICE, &register(2, &format!("{contact}{path}Supported: path\n")));
    assert_eq!(sent.rows("Path"), ["<sip:192.0.2.2;lr>", "<sip:192.0.2.3;lr>"]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    assert_eq!((copy.start_line(), copy.to), ("INVITE sip:bob@192.0.2.20:5060 SIP/2.0", address(BONN)));
    assert_eq!(copy.rows("Route"), ["<sip:192.0.2.2;lr>, <sip:192.0.2.3;lr>"]);
}

#[test]
fn more_contacts_than_the_limit_are_refused_as_a_whole() {
    let mut bench = Bench::new();
    let contacts: String = (0..11).map(|i| format!("Contact: <sip:bob@192.0.2.{i}>\n")).collect();
    assert_eq!(outcome(&mut bench, &register(1, &contacts)), (500, vec![]));
    assert_eq!(outcome(&mut bench, &register(2, "")), bound(&[]));
}

/// A server that offers these algorithms, for nonces of 60 s.
fn guarded(algorithms: &[DigestAlgorithm]) -> Bench {
    Bench::with(|config| {
        config.authentication = Some(AuthenticationPolicy {
            algorithms: algorithms.to_vec(),
            nonce_lifetime: Duration::from_secs(60),
            nonces_remembered: 100,
            ..AuthenticationPolicy::new(
                "koeln.example",
                Arc::new(DerivedPasswords { prefix: "secret-".into() }),
            )
        });
    })
}

/// What a user agent answers to a challenge.
#[derive(Clone, Copy)]
struct Answerer<'a> {
    user: &'a str,
    password: &'a str,
    count: u32,
    qop: Option<Qop>,
}

const BOB_HIMSELF: Answerer<'_> =
    Answerer { user: "bob", password: "secret-bob", count: 1, qop: Some(Qop::Auth) };

impl Answerer<'_> {
    /// The Authorization line for the challenge at `index` in `challenged`.
    fn answer(&self, challenged: &Sent, index: usize) -> String {
        let message = Message::parse(&challenged.octets).unwrap();
        let field = message.values::<WwwAuthenticate<'_>>().nth(index).unwrap().unwrap();
        let qop: Option<&[u8]> = self.qop.map(|qop| qop.as_str().as_bytes());
        let challenge = DigestChallenge { qop, ..*field.0.digest().unwrap() };
        let client = DigestClient {
            username: Quoted::from_escaped(self.user.as_bytes()).unwrap(),
            secret: Secret::Password(self.password.as_bytes()),
            method: Method::Register,
            uri: Quoted::from_escaped(b"sip:koeln.example").unwrap(),
            cnonce: Quoted::from_escaped(b"0a4f113b").unwrap(),
            nc: NonceCount(self.count),
            body: b"",
        };
        let credentials = challenge.answer(&client).unwrap();
        let mut value = Vec::new();
        credentials.compose(&mut value);
        format!("Authorization: {}\n", String::from_utf8(value).unwrap())
    }
}

const CONTACT: &str = "Contact: <sip:bob@192.0.2.20>\n";

/// Registers Bob's contact with what `answerer` says to a first challenge; returns the second answer.
fn authenticated(bench: &mut Bench, answerer: Answerer<'_>) -> Sent {
    let challenged = bench.forward(ALICE, &register(1, CONTACT));
    assert_eq!(challenged.label(), "401 (REGISTER)");
    bench.forward(ALICE, &register(2, &format!("{CONTACT}{}", answerer.answer(&challenged, 0))))
}

#[test]
fn right_credentials_register_with_either_algorithm_and_protection() {
    for algorithm in [DigestAlgorithm::Md5, DigestAlgorithm::Sha256] {
        for qop in [Some(Qop::Auth), Some(Qop::AuthInt), None] {
            let mut bench = guarded(&[algorithm]);
            let sent = authenticated(&mut bench, Answerer { qop, ..BOB_HIMSELF });
            assert_eq!(sent.label(), "200 (REGISTER)", "{algorithm:?} {qop:?}");
        }
    }
}

#[test]
fn a_challenge_is_made_for_each_algorithm_in_order_of_preference() {
    let mut bench = guarded(&[DigestAlgorithm::Sha256, DigestAlgorithm::Md5]);
    let challenged = bench.forward(ALICE, &register(1, CONTACT));
    let rows = challenged.rows("WWW-Authenticate");
    assert_eq!(rows.len(), 2);
    assert!(rows[0].contains("algorithm=SHA-256") && rows[1].contains("algorithm=MD5"), "{rows:?}");
    assert!(rows.iter().all(|row| row.contains("realm=\"koeln.example\"") && row.contains("qop=\"auth\"")));
    for index in [0, 1] {
        let answer = BOB_HIMSELF.answer(&challenged, index);
        let mut bench = guarded(&[DigestAlgorithm::Sha256, DigestAlgorithm::Md5]);
        bench.forward(ALICE, &register(1, CONTACT));
        let sent = bench.forward(ALICE, &register(2, &format!("{CONTACT}{answer}")));
        assert_eq!(sent.label(), "200 (REGISTER)", "the same seed issues the same nonce");
    }
}

#[test]
fn wrong_credentials_are_challenged_again_without_stale() {
    for (name, answerer) in [
        ("password", Answerer { password: "secret-carol", ..BOB_HIMSELF }),
        ("user", Answerer { user: "carol", ..BOB_HIMSELF }),
    ] {
        let mut bench = guarded(&[DigestAlgorithm::Md5]);
        let sent = authenticated(&mut bench, answerer);
        assert_eq!(sent.label(), "401 (REGISTER)", "{name}");
        assert!(!sent.text().contains("stale"), "{name}");
        assert_eq!(bench.count("registrar.bad_credentials"), 1, "{name}");
    }
}

#[test]
fn another_user_is_forbidden() {
    let carol = Answerer { user: "carol", password: "secret-carol", ..BOB_HIMSELF };
    assert_eq!(authenticated(&mut guarded(&[DigestAlgorithm::Md5]), carol).label(), "403 (REGISTER)");
}

#[test]
fn nonce_is_good_for_its_lifetime_and_stale_after_it() {
    let mut bench = guarded(&[DigestAlgorithm::Md5]);
    let challenged = bench.forward(ALICE, &register(1, CONTACT));
    let answer = |count| Answerer { count, ..BOB_HIMSELF }.answer(&challenged, 0);
    bench.wait(60_000);
    let sent = bench.forward(ALICE, &register(2, &format!("{CONTACT}{}", answer(1))));
    assert_eq!(sent.label(), "200 (REGISTER)", "the nonce serves again for a refresh");
    bench.wait(1);
    let sent = bench.forward(ALICE, &register(3, &format!("{CONTACT}{}", answer(2))));
    assert!(sent.text().contains("stale=true"), "{}", sent.text());
    assert!(bench.probes.contains(&("registrar.challenged", 1)));
    let sent = bench.forward(ALICE, &register(4, &format!("{CONTACT}{}", BOB_HIMSELF.answer(&sent, 0))));
    assert_eq!(sent.label(), "200 (REGISTER)");
}

#[test]
fn a_replayed_nonce_count_is_stale() {
    let mut bench = guarded(&[DigestAlgorithm::Md5]);
    let challenged = bench.forward(ALICE, &register(1, CONTACT));
    let answer = |count| format!("{CONTACT}{}", Answerer { count, ..BOB_HIMSELF }.answer(&challenged, 0));
    for (number, count, label) in
        [(2, 1, "200"), (3, 1, "401"), (4, 2, "200"), (5, 9, "200"), (6, 5, "401"), (7, 10, "200")]
    {
        let sent = bench.forward(ALICE, &register(number, &answer(count)));
        assert_eq!(sent.label(), format!("{label} (REGISTER)"), "nc {count}");
        assert_eq!(sent.text().contains("stale=true"), label == "401");
    }
}

#[test]
fn credentials_without_qop_are_good_once() {
    let mut bench = guarded(&[DigestAlgorithm::Md5]);
    let challenged = bench.forward(ALICE, &register(1, CONTACT));
    let answer = Answerer { qop: None, ..BOB_HIMSELF }.answer(&challenged, 0);
    for (number, label) in [(2, "200 (REGISTER)"), (3, "401 (REGISTER)")] {
        let sent = bench.forward(ALICE, &register(number, &format!("{CONTACT}{answer}")));
        assert_eq!(sent.label(), label);
    }
}

#[test]
fn a_nonce_of_somebody_elses_address_is_refused() {
    let mut bench = guarded(&[DigestAlgorithm::Md5]);
    let for_carol =
        changed(&register(1, CONTACT), "To: <sip:bob@koeln.example>", "To: <sip:carol@koeln.example>");
    let challenged = bench.forward(ALICE, &for_carol);
    let answer = BOB_HIMSELF.answer(&challenged, 0);
    let sent = bench.forward(ALICE, &register(2, &format!("{CONTACT}{answer}")));
    assert_eq!(sent.label(), "401 (REGISTER)");
}

#[test]
fn credentials_for_another_realm_or_scheme_count_as_none() {
    let mut bench = guarded(&[DigestAlgorithm::Md5]);
    let challenged = bench.forward(ALICE, &register(1, CONTACT));
    let right = BOB_HIMSELF.answer(&challenged, 0);
    let elsewhere = right.replace("koeln.example\", nonce", "bonn.example\", nonce");
    assert_ne!(right, elsewhere);
    for (number, lines, label) in [
        (2, elsewhere.clone(), "401 (REGISTER)"),
        (3, "Authorization: Basic Ym9i\n".to_owned(), "401 (REGISTER)"),
        (4, format!("{elsewhere}{right}"), "200 (REGISTER)"),
    ] {
        let sent = bench.forward(ALICE, &register(number, &format!("{CONTACT}{lines}")));
        assert_eq!(sent.label(), label);
        assert!(!sent.text().contains("stale"));
    }
    assert_eq!(bench.count("registrar.bad_credentials"), 0);
}

#[test]
fn after_a_crash_without_memory_old_nonces_are_stale() {
    let mut bench = guarded(&[DigestAlgorithm::Md5]);
    let challenged = bench.forward(ALICE, &register(1, CONTACT));
    bench.wait(10);
    bench.handle(NodeEvent::Fault(NodeFault::Crash(Memory::Lost)));
    let answer = BOB_HIMSELF.answer(&challenged, 0);
    let sent = bench.forward(ALICE, &register(2, &format!("{CONTACT}{answer}")));
    assert!(sent.text().contains("stale=true"));
}

#[test]
fn an_idle_subscriber_costs_the_server_48_octets_and_its_nonces_nothing() {
    let mut location = LocationService::default();
    location.reserve(crate::location::NumberedSubscribers {
        prefix: "u".into(),
        domain: "koeln.example".into(),
        numbers: 0..10_000,
    });
    let mut bench = guarded(&[DigestAlgorithm::Md5]);
    bench.node.location = location;
    for i in 0..1000 {
        let user = format!("u{i}");
        let more = format!("Contact: <sip:{user}@10.1.{}.{}:5060>\n", i / 256, i % 256);
        let bob_to_user = |octets: Vec<u8>| changed(&octets, "sip:bob@", &format!("sip:{user}@"));
        bench.wait(10);
        let challenged = bench.forward(ALICE, &bob_to_user(register_by(&user, 1, &more)));
        let password = format!("secret-{user}");
        let answer = Answerer { user: &user, password: &password, ..BOB_HIMSELF }.answer(&challenged, 0);
        let sent = bench.forward(ALICE, &bob_to_user(register_by(&user, 2, &format!("{more}{answer}"))));
        assert_eq!(sent.label(), "200 (REGISTER)");
    }
    bench.drain();
    let octets = bench.node.location.octets() + bench.node.registrar.octets_at_most();
    assert!(octets <= 10_000 * 49, "{octets} octets for 10,000 subscribers");
}

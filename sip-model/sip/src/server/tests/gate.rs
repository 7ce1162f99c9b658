//! A proxy that challenges with 407.

use super::*;
use crate::auth::{DigestAlgorithm, DigestClient, NonceCount, ProxyAuthenticate, Secret};
use crate::header::Quoted;
use crate::message::Compose;
use crate::proxy::{Challenged, GatePolicy};
use crate::ua::DerivedPasswords;

/// A proxy that asks callers for a proof, and forwards to Bob.
fn guarded(challenged: Challenged) -> Bench {
    let authentication = AuthenticationPolicy {
        algorithms: vec![DigestAlgorithm::Md5],
        nonce_lifetime: Duration::from_secs(60),
        nonces_remembered: 100,
        ..AuthenticationPolicy::new("koeln.example", Arc::new(DerivedPasswords { prefix: "secret-".into() }))
    };
    let trusted = vec![address(BONN).ip()];
    let mut bench =
        Bench::with(|config| config.gate = Some(GatePolicy { authentication, challenged, trusted }));
    bench.bind("sip:bob@koeln.example", &["sip:bob@192.0.2.20:5060"]);
    bench
}

/// The Proxy-Authorization line of `user` for a challenge, used for the `count`th time.
fn credentials(challenged: &Sent, user: &str, count: u32) -> String {
    let message = Message::parse(&challenged.octets).unwrap();
    let ProxyAuthenticate(challenge) = message.top().unwrap();
    let password = format!("secret-{user}");
    let client = DigestClient {
        username: Quoted::from_escaped(user.as_bytes()).unwrap(),
        secret: Secret::Password(password.as_bytes()),
        method: Method::Invite,
        uri: Quoted::from_escaped(b"sip:bob@koeln.example").unwrap(),
        cnonce: Quoted::from_escaped(b"0a4f113b").unwrap(),
        nc: NonceCount(count),
        body: b"",
    };
    let mut value = Vec::new();
    challenge.digest().unwrap().answer(&client).unwrap().compose(&mut value);
    format!("Proxy-Authorization: {}\n", String::from_utf8(value).unwrap())
}

fn proven(branch: &str, rows: &str) -> Vec<u8> {
    request("INVITE sip:bob@koeln.example", branch, rows)
}

#[test]
fn credentials_for_the_own_realm_are_consumed_and_others_passed_on() {
    let mut bench = guarded(Challenged::Initial);
    let challenged = bench.forward(ALICE, &invite());
    assert_eq!(challenged.start_line(), "SIP/2.0 407 Proxy Authentication Required");
    let other = "Proxy-Authorization: Digest username=\"alice\", realm=\"bonn.example\", nonce=\"1\", uri=\"sip:b\", \
        response=\"00000000000000000000000000000000\"\n";
    let rows = format!("{other}{}", credentials(&challenged, "alice", 1));
    let copy = bench.receive(ALICE, &proven("inv2", &rows)).pop().unwrap();
    assert_eq!(copy.label(), "INVITE");
    let left = copy.rows("Proxy-Authorization");
    assert_eq!((left.len(), left[0].contains("bonn.example")), (1, true), "{left:?}");
}

#[test]
fn a_challenge_leaves_no_transaction_and_its_ack_is_absorbed() {
    let mut bench = guarded(Challenged::Initial);
    let challenged = bench.forward(ALICE, &invite());
    assert_eq!(bench.node.live(), 0);
    let again = bench.forward(ALICE, &invite());
    assert_eq!(challenged.rows("To"), again.rows("To"));
    let ack = changed(&invite(), "INVITE", "ACK");
    let ack = changed(&ack, "To: <sip:bob@koeln.example>", &format!("To: {}", challenged.rows("To")[0]));
    assert!(bench.receive(ALICE, &ack).is_empty());
    // An ACK with another tag acknowledges a 2xx and is forwarded.
    let other = changed(&ack, &challenged.rows("To")[0], "<sip:bob@koeln.example>;tag=b1");
    assert_eq!(bench.forward(ALICE, &other).label(), "ACK");
    bench.drain();
}

#[test]
fn a_request_that_spirals_is_not_challenged_again() {
    let mut bench = guarded(Challenged::All);
    bench.bind("sip:carol@koeln.example", &["sip:bob@koeln.example"]);
    let copy = bench.receive(PROXY, &request("INVITE sip:carol@koeln.example", "inv1", "")).pop().unwrap();
    assert_eq!((copy.label().as_str(), copy.to), ("INVITE", address(PROXY)));
}

#[test]
fn a_user_may_not_call_in_the_name_of_another_one() {
    let mut bench = guarded(Challenged::Initial);
    let challenged = bench.forward(ALICE, &invite());
    let sent = bench.forward(ALICE, &proven("inv2", &credentials(&challenged, "mallory", 1)));
    assert_eq!(sent.label(), "403 (INVITE)");
}

#[test]
fn a_replayed_or_old_nonce_is_stale() {
    let mut bench = guarded(Challenged::Initial);
    let challenged = bench.forward(ALICE, &invite());
    let rows = credentials(&challenged, "alice", 1);
    assert_eq!(bench.receive(ALICE, &proven("inv2", &rows)).pop().unwrap().label(), "INVITE");
    let replayed = bench.forward(ALICE, &proven("inv3", &rows));
    assert!(replayed.rows("Proxy-Authenticate")[0].to_ascii_lowercase().contains("stale=true"));
    bench.wait(61_000);
    let old = bench.forward(ALICE, &proven("inv4", &credentials(&challenged, "alice", 2)));
    assert!(old.rows("Proxy-Authenticate")[0].to_ascii_lowercase().contains("stale=true"));
}

#[test]
fn ack_cancel_trusted_hosts_and_dialogs_are_not_challenged() {
    let mut bench = guarded(Challenged::Initial);
    assert_eq!(bench.forward(ALICE, &request("CANCEL sip:bob@koeln.example", "c1", "")).label(), "CANCEL");
    assert_eq!(bench.forward(ALICE, &request("ACK sip:bob@koeln.example", "a1", "")).label(), "ACK");
    assert_eq!(bench.receive(BONN, &proven("inv1", "")).pop().unwrap().label(), "INVITE");
    let bye = changed(
        &request("BYE sip:bob@192.0.2.20:5060", "b1", ""),
        "To: <sip:bob@koeln.example>",
        "To: <sip:bob@koeln.example>;tag=b1",
    );
    assert_eq!(bench.forward(ALICE, &bye).label(), "BYE");
    assert_eq!(guarded(Challenged::All).forward(ALICE, &bye).label(), "407 (BYE)");
}

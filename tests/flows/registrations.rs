//! REGISTER, its challenge, and calls to who is bound and who is not.

use flow::{Flow, expect, s};
use sip::auth::DigestAlgorithm;

#[test]
fn registration_without_a_challenge() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).ua("bob", |bob| bob.unregistered());
    net.bob().registers();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |               |<-- REGISTER --|
        10.0       |               |----- 200 ---->|
    "#]]);
    assert_eq!(net.values("register.done"), [3600]);
    net.assert_over();
}

#[test]
fn registration_answers_a_challenge_in_a_second_transaction() {
    let mut net = Flow::new(["alice", "pcscf", "bob"])
        .ua("bob", |bob| bob.unregistered())
        .proxy("pcscf", |pcscf| pcscf.challenges(DigestAlgorithm::Sha256));
    net.bob().registers();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |               |<-- REGISTER --|
        10.0       |               |----- 401 ---->|
        20.0       |               |<-- REGISTER --|
        30.0       |               |----- 200 ---->|
    "#]]);
    let [first, second] = &net.sent("bob", "REGISTER")[..] else { panic!("two REGISTERs") };
    //= RFC 3261 10.2: the Request-URI names the domain; all registrations use the same Call-ID; CSeq rises by one
    assert_eq!(second.start_line(), "REGISTER sip:example.com SIP/2.0");
    assert_eq!(first.header("Call-ID"), second.header("Call-ID"));
    assert_eq!((first.header("CSeq"), second.header("CSeq")), ("1 REGISTER".into(), "2 REGISTER".into()));
    assert_ne!(first.header("Via"), second.header("Via"));
    assert!(first.headers("Authorization").is_empty());
    let challenge = net.sent("pcscf", "401")[0].header("WWW-Authenticate");
    assert!(challenge.starts_with("Digest realm=\"example.com\""), "{challenge}");
    let credentials = second.header("Authorization");
    assert!(
        credentials.contains("algorithm=SHA-256") && credentials.contains("nc=00000001"),
        "{credentials}"
    );
    net.assert_over();
}

#[test]
fn wrong_password_is_refused_and_not_tried_again() {
    let mut net = Flow::new(["alice", "pcscf", "bob"])
        .ua("bob", |bob| bob.unregistered().wrong_password())
        .proxy("pcscf", |pcscf| pcscf.challenges(DigestAlgorithm::Md5));
    net.bob().registers();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |               |<-- REGISTER --|
        10.0       |               |----- 401 ---->|
        20.0       |               |<-- REGISTER --|
        30.0       |               |----- 401 ---->|
    "#]]);
    //= RFC 3261 22.1: a UAC MUST NOT re-attempt requests with the credentials that have just been rejected
    assert_eq!(net.values("register.reject"), [401]);
    net.assert_over();
}

#[test]
fn user_can_be_called_once_registered() {
    let mut net = Flow::new(["alice", "pcscf", "bob"])
        .ua("bob", |bob| bob.unregistered())
        .proxy("pcscf", |pcscf| pcscf.challenges(DigestAlgorithm::Md5));
    net.alice().calls("bob");
    net.run_for(s(1));
    assert_eq!(net.values("call.reject"), [480]);
    net.bob().registers();
    net.run_for(s(1));
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
    net.assert_probe("call.answer", 1);
    net.assert_over();
}

#[test]
fn registrar_that_forgets_its_bindings_answers_480_until_the_user_registers_again() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).ua("bob", |bob| bob.registers_at_start());
    net.run_for(s(1));
    assert_eq!(net.values("register.done"), [3600]);
    net.crash_losing_state("pcscf");
    net.restart("pcscf");
    net.alice().calls("bob");
    net.run_for(s(1));
    assert_eq!(net.values("call.reject"), [480]);
    net.bob().registers();
    net.run_for(s(1));
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
    net.assert_probe("call.answer", 1);
    net.assert_over();
}

#[test]
fn durable_bindings_survive_the_crash() {
    let mut net = Flow::new(["alice", "pcscf", "bob"])
        .ua("bob", |bob| bob.registers_at_start())
        .proxy("pcscf", |pcscf| pcscf.durable_bindings());
    net.run_for(s(1));
    net.crash_losing_state("pcscf");
    net.restart("pcscf");
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
    net.assert_probe("call.answer", 1);
    net.assert_over();
}

#[test]
fn lost_401_is_repeated_for_the_copy_of_the_register() {
    let mut net = Flow::new(["alice", "pcscf", "bob"])
        .ua("bob", |bob| bob.unregistered())
        .proxy("pcscf", |pcscf| pcscf.challenges(DigestAlgorithm::Md5));
    net.between("pcscf", "bob").drop_next("401");
    net.bob().registers();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |               |<-- REGISTER --|
        10.0       |               |----- 401 ----x|
        500.0      |               |<-- REGISTER --|
        510.0      |               |----- 401 ---->|
        520.0      |               |<-- REGISTER --|
        530.0      |               |----- 200 ---->|
    "#]]);
    //= RFC 3261 17.2.2: the copy gets the response that was passed to the transport last, with the same nonce
    let challenges = net.sent("pcscf", "401");
    assert_eq!(challenges[0].octets(), challenges[1].octets());
    net.assert_over();
}

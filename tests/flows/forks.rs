//! One user at several telephones: forking in parallel and in series (RFC 3261 16.6, 16.7, 16.10).

use flow::{Flow, expect, ms, s};

/// Alice, a proxy, and two telephones at which Bob is reached as `contacts` say.
fn two_telephones(contacts: [&str; 2]) -> Flow {
    Flow::star("proxy", ["alice", "desk", "mobile"]).proxy("proxy", |proxy| proxy.reaches("bob", contacts))
}

const BOB: &str = "sip:bob@example.com";

#[test]
fn parallel_fork_is_won_by_the_first_answer_and_the_other_telephone_stops_ringing() {
    let mut net = two_telephones(["desk", "mobile"])
        .ua("desk", |desk| desk.never_answers())
        .ua("mobile", |mobile| mobile.answers_after(s(2)));
    net.alice().calls(BOB);
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           desk            mobile
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        10.0       |               |----------- INVITE ----------->|
        20.0       |               |<---- 180 -----|               |
        20.0       |               |<------------ 180 -------------|
        30.0       |<---- 180 -----|               |               |
        30.0       |<---- 180 -----|               |               |
        2020.0     |               |<------------ 200 -------------|
        2030.0     |<---- 200 -----|               |               |
        2030.0     |               |--- CANCEL --->|               |
        2040.0     |----- ACK ---->|               |               |
        2040.0     |               |<---- 200 -----|               |
        2040.0     |               |<---- 487 -----|               |
        2050.0     |               |----- ACK ---->|               |
        2050.0     |               |------------- ACK ------------>|
    "#]]);
    assert_ne!(net.sent("proxy", "INVITE")[0].header("Via"), net.sent("proxy", "INVITE")[1].header("Via"));
}

#[test]
fn serial_fork_tries_the_next_preference_after_a_refusal() {
    let mut net = two_telephones(["mobile 0.5", "desk 0.9"]).ua("desk", |desk| desk.rejects(486, ms(0)));
    net.alice().calls(BOB);
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           desk            mobile
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        20.0       |               |<---- 486 -----|               |
        30.0       |               |----- ACK ---->|               |
        30.0       |               |----------- INVITE ----------->|
        40.0       |               |<------------ 180 -------------|
        40.0       |               |<------------ 200 -------------|
        50.0       |<---- 180 -----|               |               |
        50.0       |<---- 200 -----|               |               |
        60.0       |----- ACK ---->|               |               |
        70.0       |               |------------- ACK ------------>|
    "#]]);
}

#[test]
fn equal_preferences_are_tried_together_before_the_lower_one() {
    let mut net = Flow::star("proxy", ["alice", "desk", "mobile", "home"])
        .proxy("proxy", |proxy| proxy.reaches("bob", ["desk 0.8", "home 0.1", "mobile 0.8"]))
        .ua("desk", |desk| desk.rejects(486, ms(0)))
        .ua("mobile", |mobile| mobile.rejects(480, s(1)));
    net.alice().calls(BOB);
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           desk            mobile          home
        0.0        |--- INVITE --->|               |               |               |
        10.0       |<---- 100 -----|               |               |               |
        10.0       |               |--- INVITE --->|               |               |
        10.0       |               |----------- INVITE ----------->|               |
        20.0       |               |<---- 486 -----|               |               |
        20.0       |               |<------------ 180 -------------|               |
        30.0       |               |----- ACK ---->|               |               |
        30.0       |<---- 180 -----|               |               |               |
        1020.0     |               |<------------ 480 -------------|               |
        1030.0     |               |------------- ACK ------------>|               |
        1030.0     |               |------------------- INVITE ------------------->|
        1040.0     |               |<-------------------- 180 ---------------------|
        1040.0     |               |<-------------------- 200 ---------------------|
        1050.0     |<---- 180 -----|               |               |               |
        1050.0     |<---- 200 -----|               |               |               |
        1060.0     |----- ACK ---->|               |               |               |
        1070.0     |               |--------------------- ACK -------------------->|
    "#]]);
}

#[test]
fn decline_of_one_telephone_ends_the_ringing_of_all_and_waits_for_them() {
    let mut net = two_telephones(["desk", "mobile"])
        .ua("desk", |desk| desk.never_answers())
        .ua("mobile", |mobile| mobile.rejects(603, s(1)));
    net.alice().calls(BOB);
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           desk            mobile
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        10.0       |               |----------- INVITE ----------->|
        20.0       |               |<---- 180 -----|               |
        20.0       |               |<------------ 180 -------------|
        30.0       |<---- 180 -----|               |               |
        30.0       |<---- 180 -----|               |               |
        1020.0     |               |<------------ 603 -------------|
        1030.0     |               |------------- ACK ------------>|
        1030.0     |               |--- CANCEL --->|               |
        1040.0     |               |<---- 200 -----|               |
        1040.0     |               |<---- 487 -----|               |
        1050.0     |               |----- ACK ---->|               |
        1050.0     |<---- 603 -----|               |               |
        1060.0     |----- ACK ---->|               |               |
    "#]]);
    assert_eq!(net.values("call.reject"), [603]);
    net.assert_over();
}

#[test]
fn best_of_two_refusals_goes_upstream_when_both_are_there() {
    let mut net = two_telephones(["desk", "mobile"])
        .ua("desk", |desk| desk.rejects(503, ms(0)))
        .ua("mobile", |mobile| mobile.rejects(486, s(1)));
    net.alice().calls(BOB);
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           desk            mobile
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        10.0       |               |----------- INVITE ----------->|
        20.0       |               |<---- 503 -----|               |
        20.0       |               |<------------ 180 -------------|
        30.0       |               |----- ACK ---->|               |
        30.0       |<---- 180 -----|               |               |
        1020.0     |               |<------------ 486 -------------|
        1030.0     |               |------------- ACK ------------>|
        1030.0     |<---- 486 -----|               |               |
        1040.0     |----- ACK ---->|               |               |
    "#]]);
    assert_eq!(net.values("call.reject"), [486]);
}

#[test]
fn the_only_503_goes_upstream_as_500() {
    let mut net = Flow::new(["alice", "proxy", "bob"]).ua("bob", |bob| bob.rejects(503, ms(0)));
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 503 -----|
        30.0       |               |----- ACK ---->|
        30.0       |<---- 500 -----|               |
        40.0       |----- ACK ---->|               |
    "#]]);
}

#[test]
fn cancel_of_a_fork_reaches_every_telephone() {
    let mut net = two_telephones(["desk", "mobile"])
        .ua("desk", |desk| desk.never_answers())
        .ua("mobile", |mobile| mobile.never_answers());
    net.alice().calls(BOB);
    net.run_for(s(1));
    net.alice().cancels();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           desk            mobile
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        10.0       |               |----------- INVITE ----------->|
        20.0       |               |<---- 180 -----|               |
        20.0       |               |<------------ 180 -------------|
        30.0       |<---- 180 -----|               |               |
        30.0       |<---- 180 -----|               |               |
        1000.0     |--- CANCEL --->|               |               |
        1010.0     |<---- 200 -----|               |               |
        1010.0     |               |--- CANCEL --->|               |
        1010.0     |               |----------- CANCEL ----------->|
        1020.0     |               |<---- 200 -----|               |
        1020.0     |               |<---- 487 -----|               |
        1020.0     |               |<------------ 200 -------------|
        1020.0     |               |<------------ 487 -------------|
        1030.0     |               |----- ACK ---->|               |
        1030.0     |               |------------- ACK ------------>|
        1030.0     |<---- 487 -----|               |               |
        1040.0     |----- ACK ---->|               |               |
    "#]]);
    net.assert_over();
}

#[test]
fn second_answer_that_crosses_the_cancel_is_forwarded_too() {
    let mut net = Flow::star("proxy", ["caller", "desk"])
        .with_peer("alice", "proxy")
        .with_peer("mobile", "proxy")
        .proxy("proxy", |proxy| proxy.reaches("bob", ["desk", "mobile"]));
    net.peer("alice").sends("proxy", &invite("{alice}", "1"));
    net.run_for(ms(25));
    net.peer("mobile").answers("INVITE", 180, "");
    net.run_for(ms(20));
    net.peer("mobile").answers("INVITE", 200, "Contact: <sip:mobile@{mobile}>");
    net.run_for(ms(100));
    net.expect(expect![[r#"
        ms         caller          proxy           desk            alice           mobile
        0.0        |               |<----------- INVITE -----------|               |
        10.0       |               |------------- 100 ------------>|               |
        10.0       |               |--- INVITE --->|               |               |
        10.0       |               |------------------- INVITE ------------------->|
        20.0       |               |<---- 180 -----|               |               |
        20.0       |               |<---- 200 -----|               |               |
        25.0       |               |<-------------------- 180 ---------------------|
        30.0       |               |------------- 180 ------------>|               |
        30.0       |               |------------- 200 ------------>|               |
        35.0       |               |------------------- CANCEL ------------------->|
        45.0       |               |<-------------------- 200 ---------------------|
        55.0       |               |------------- 200 ------------>|               |
    "#]]);
    let tags: Vec<String> = net.sent("proxy", "200").iter().map(|sent| sent.header("To")).collect();
    assert_eq!(tags.iter().filter(|to| to.contains("tag")).count(), 2, "{tags:?}");
}

#[test]
fn challenges_of_two_telephones_go_upstream_in_one_401() {
    let mut net = Flow::new(["caller", "proxy", "callee"])
        .with_peer("alice", "proxy")
        .with_peer("desk", "proxy")
        .with_peer("gate", "proxy")
        .proxy("proxy", |proxy| proxy.reaches("bob", ["desk", "gate"]));
    net.peer("alice").sends("proxy", &invite("{alice}", "1"));
    net.run_for(ms(25));
    net.peer("desk").answers("INVITE", 401, "WWW-Authenticate: Digest realm=\"desk\", nonce=\"1\"");
    net.peer("gate").answers("INVITE", 407, "Proxy-Authenticate: Digest realm=\"gate\", nonce=\"2\"");
    net.run_for(ms(100));
    net.expect(expect![[r#"
        ms         caller          proxy           callee          alice           desk            gate
        0.0        |               |<----------- INVITE -----------|               |               |
        10.0       |               |------------- 100 ------------>|               |               |
        10.0       |               |------------------- INVITE ------------------->|               |
        10.0       |               |--------------------------- INVITE --------------------------->|
        25.0       |               |<-------------------- 401 ---------------------|               |
        25.0       |               |<---------------------------- 407 -----------------------------|
        35.0       |               |--------------------- ACK -------------------->|               |
        35.0       |               |----------------------------- ACK ---------------------------->|
        35.0       |               |------------- 401 ------------>|               |               |
    "#]]);
    let challenge = &net.sent("proxy", "401")[0];
    //= RFC 3261 16.7: step 7: collect any WWW-Authenticate and Proxy-Authenticate values from all other 401 and 407 responses
    assert_eq!(challenge.headers("WWW-Authenticate"), ["Digest realm=\"desk\", nonce=\"1\""]);
    assert_eq!(challenge.headers("Proxy-Authenticate"), ["Digest realm=\"gate\", nonce=\"2\""]);
}

/// An INVITE for Bob from the host at `from`.
fn invite(from: &str, branch: &str) -> String {
    format!(
        "INVITE {BOB} SIP/2.0
        Via: SIP/2.0/UDP {from};branch=z9hG4bK{branch}
        Max-Forwards: 70
        From: <sip:alice@example.com>;tag=a1
        To: <{BOB}>
        Call-ID: {branch}@alice
        CSeq: 1 INVITE
        Contact: <sip:alice@{from}>"
    )
}

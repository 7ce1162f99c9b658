//! Redirect servers, and proxies that follow their advice (RFC 3261 8.3, 16.7 step 4).

use flow::{Flow, expect, ms, s};
use sip::proxy::Recursion;

const BOB: &str = "sip:bob@example.com";

/// Alice, a proxy at which Bob is reached through the redirect server of `moved.example`, and Bob's mobile telephone.
fn moved() -> Flow {
    Flow::star("proxy", ["alice", "mobile"])
        .with_redirect_server("redirect", "proxy", "moved.example", |server| {
            server.redirects("bob", ["mobile"])
        })
        .proxy("proxy", |proxy| proxy.reaches("bob", ["sip:bob@moved.example"]))
}

#[test]
fn redirect_server_names_contacts_by_preference_and_answers_cancel() {
    let mut net = Flow::new(["caller", "callee"]).with_peer("alice", "caller").with_redirect_server(
        "redirect",
        "alice",
        "moved.example",
        |server| server.redirects("bob", ["caller 0.2", "callee 0.7", "mailto:bob@example.com 0.1"]),
    );
    net.peer("alice").sends("redirect", &request("INVITE"));
    net.run_for(ms(25));
    net.peer("alice").sends("redirect", &request("CANCEL"));
    net.peer("alice").sends("redirect", &request("ACK"));
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         caller          callee          alice           redirect
        0.0        |               |               |--- INVITE --->|
        10.0       |               |               |<---- 302 -----|
        25.0       |               |               |--- CANCEL --->|
        25.0       |               |               |----- ACK ---->|
        35.0       |               |               |<---- 200 -----|
    "#]]);
    assert_eq!(
        net.sent("redirect", "302")[0].headers("Contact"),
        [
            "<sip:callee@192.0.2.2:5060>;q=0.7",
            "<sip:caller@192.0.2.1:5060>;q=0.2",
            "<mailto:bob@example.com>;q=0.1"
        ]
    );
    net.assert_probe("redirect.redirected", 1);
}

#[test]
fn proxy_that_is_responsible_follows_a_302_itself() {
    let mut net = moved();
    net.alice().calls(BOB);
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           mobile          redirect
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |----------- INVITE ----------->|
        20.0       |               |<------------ 302 -------------|
        30.0       |               |------------- ACK ------------>|
        30.0       |               |--- INVITE --->|               |
        40.0       |               |<---- 180 -----|               |
        40.0       |               |<---- 200 -----|               |
        50.0       |<---- 180 -----|               |               |
        50.0       |<---- 200 -----|               |               |
        60.0       |----- ACK ---->|               |               |
        70.0       |               |----- ACK ---->|               |
    "#]]);
    assert_eq!(net.sent("proxy", "INVITE")[1].start_line(), "INVITE sip:mobile@192.0.2.3:5060 SIP/2.0");
    net.assert_probe("proxy.recursed", 1);
}

#[test]
fn proxy_without_recursion_sends_the_302_upstream() {
    let mut net = moved().proxy("proxy", |proxy| {
        proxy.reaches("bob", ["sip:bob@moved.example"]).configured(|config| config.recursion = Recursion::Off)
    });
    net.alice().calls(BOB);
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           mobile          redirect
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |----------- INVITE ----------->|
        20.0       |               |<------------ 302 -------------|
        30.0       |               |------------- ACK ------------>|
        30.0       |<---- 302 -----|               |               |
        40.0       |----- ACK ---->|               |               |
        40.0       |----------- INVITE ----------->|               |
        60.0       |<------------ 180 -------------|               |
        60.0       |<------------ 200 -------------|               |
        80.0       |------------- ACK ------------>|               |
    "#]]);
    assert_eq!(net.sent("proxy", "302")[0].header("Contact"), "<sip:mobile@192.0.2.3:5060>");
}

#[test]
fn proxy_on_the_way_to_another_domain_sends_the_302_upstream() {
    let mut net = moved();
    net.alice().calls("sip:bob@moved.example");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           mobile          redirect
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |----------- INVITE ----------->|
        20.0       |               |<------------ 302 -------------|
        30.0       |               |------------- ACK ------------>|
        30.0       |<---- 302 -----|               |               |
        40.0       |----- ACK ---->|               |               |
        40.0       |----------- INVITE ----------->|               |
        60.0       |<------------ 180 -------------|               |
        60.0       |<------------ 200 -------------|               |
        80.0       |------------- ACK ------------>|               |
    "#]]);
}

#[test]
fn contact_that_rings_already_is_not_tried_again() {
    let mut net = Flow::star("proxy", ["alice", "mobile"])
        .with_peer("desk", "proxy")
        .proxy("proxy", |proxy| proxy.reaches("bob", ["desk", "mobile"]))
        .ua("mobile", |mobile| mobile.rejects(486, s(1)));
    net.alice().calls(BOB);
    net.run_for(ms(500));
    net.peer("desk").answers("INVITE", 302, "Contact: <sip:mobile@192.0.2.3:5060>");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           mobile          desk
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |----------- INVITE ----------->|
        10.0       |               |--- INVITE --->|               |
        20.0       |               |<---- 180 -----|               |
        30.0       |<---- 180 -----|               |               |
        500.0      |               |<------------ 302 -------------|
        510.0      |               |------------- ACK ------------>|
        1020.0     |               |<---- 486 -----|               |
        1030.0     |               |----- ACK ---->|               |
        1030.0     |<---- 486 -----|               |               |
        1040.0     |----- ACK ---->|               |               |
    "#]]);
}

#[test]
fn cancel_while_a_redirection_is_being_followed_ends_the_search() {
    let mut net = moved().ua("mobile", |mobile| mobile.never_answers());
    net.alice().calls(BOB);
    net.run_for(s(1));
    net.alice().cancels();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           mobile          redirect
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |----------- INVITE ----------->|
        20.0       |               |<------------ 302 -------------|
        30.0       |               |------------- ACK ------------>|
        30.0       |               |--- INVITE --->|               |
        40.0       |               |<---- 180 -----|               |
        50.0       |<---- 180 -----|               |               |
        1000.0     |--- CANCEL --->|               |               |
        1010.0     |<---- 200 -----|               |               |
        1010.0     |               |--- CANCEL --->|               |
        1020.0     |               |<---- 200 -----|               |
        1020.0     |               |<---- 487 -----|               |
        1030.0     |               |----- ACK ---->|               |
        1030.0     |<---- 487 -----|               |               |
        1040.0     |----- ACK ---->|               |               |
    "#]]);
    net.assert_over();
}

#[test]
fn cancel_before_the_redirection_keeps_its_contacts_from_being_tried() {
    let mut net = Flow::star("proxy", ["alice", "mobile"])
        .with_peer("desk", "proxy")
        .proxy("proxy", |proxy| proxy.reaches("bob", ["desk"]));
    net.alice().calls(BOB);
    net.run_for(ms(100));
    net.peer("desk").answers("INVITE", 180, "");
    net.run_for(ms(100));
    net.alice().cancels();
    net.run_for(ms(5));
    net.peer("desk").answers("INVITE", 302, "Contact: <sip:mobile@192.0.2.3:5060>");
    net.run_for(ms(200));
    net.expect(expect![[r#"
        ms         alice           proxy           mobile          desk
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |----------- INVITE ----------->|
        100.0      |               |<------------ 180 -------------|
        110.0      |<---- 180 -----|               |               |
        200.0      |--- CANCEL --->|               |               |
        205.0      |               |<------------ 302 -------------|
        210.0      |<---- 200 -----|               |               |
        210.0      |               |----------- CANCEL ----------->|
        215.0      |               |------------- ACK ------------>|
        215.0      |<---- 302 -----|               |               |
        225.0      |----- ACK ---->|               |               |
    "#]]);
    assert_eq!(net.sent("proxy", "INVITE").len(), 1);
}

/// A request of `method` for Bob in the domain of the redirect server.
fn request(method: &str) -> String {
    format!(
        "{method} sip:bob@moved.example SIP/2.0
        Via: SIP/2.0/UDP {{alice}};branch=z9hG4bK1
        Max-Forwards: 70
        From: <sip:alice@example.com>;tag=a1
        To: <sip:bob@moved.example>
        Call-ID: 1@alice
        CSeq: 1 {method}"
    )
}

//! Loops, spirals, and the attack that forks in a loop (RFC 3261 16.3, RFC 5393).

use flow::{Flow, expect, ms};
use sip::proxy::{BreadthPolicy, NarrowFork};

/// Two proxies, `p1` for `example.com` and `p2` for `other.example`, with a user at each.
fn two_proxies() -> Flow {
    Flow::new(["alice", "p1", "p2", "bob"]).ua("bob", |bob| bob.domain("other.example"))
}

#[test]
fn loop_is_found_when_the_request_comes_back_unchanged() {
    let mut net = two_proxies()
        .proxy("p1", |p1| p1.reaches("carol", ["sip:carol@other.example"]))
        .proxy("p2", |p2| p2.reaches("carol", ["sip:carol@example.com"]));
    net.alice().calls("sip:carol@example.com");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           p1              p2              bob
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        20.0       |               |<---- 100 -----|               |
        20.0       |               |<--- INVITE ---|               |
        30.0       |               |----- 482 ---->|               |
        40.0       |               |<---- ACK -----|               |
        40.0       |               |<---- 482 -----|               |
        50.0       |               |----- ACK ---->|               |
        50.0       |<---- 482 -----|               |               |
        60.0       |----- ACK ---->|               |               |
    "#]]);
    assert_eq!(net.values("call.reject"), [482]);
    net.assert_over();
}

#[test]
fn spiral_passes_because_the_request_uri_has_changed() {
    let mut net = two_proxies()
        .proxy("p1", |p1| p1.reaches("carol", ["sip:carol@other.example"]).reaches("dave", ["bob"]))
        .proxy("p2", |p2| p2.reaches("carol", ["sip:dave@example.com"]));
    net.alice().calls("sip:carol@example.com");
    net.run_for(ms(200));
    net.expect(expect![[r#"
        ms         alice           p1              p2              bob
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        20.0       |               |<---- 100 -----|               |
        20.0       |               |<--- INVITE ---|               |
        30.0       |               |----- 100 ---->|               |
        30.0       |               |----------- INVITE ----------->|
        50.0       |               |<------------ 180 -------------|
        50.0       |               |<------------ 200 -------------|
        70.0       |               |----- 180 ---->|               |
        70.0       |               |----- 200 ---->|               |
        80.0       |               |<---- 180 -----|               |
        80.0       |               |<---- 200 -----|               |
        90.0       |<---- 180 -----|               |               |
        90.0       |<---- 200 -----|               |               |
        100.0      |----- ACK ---->|               |               |
        110.0      |               |----- ACK ---->|               |
        120.0      |               |<---- ACK -----|               |
        130.0      |               |------------- ACK ------------>|
    "#]]);
    net.assert_probe("call.answer", 1);
    let vias = net.sent("p1", "INVITE")[1].headers("Via");
    assert_eq!(vias.len(), 4, "alice, p1, p2 and p1 again: {vias:?}");
}

#[test]
fn max_forwards_of_zero_ends_at_the_proxy_and_options_is_answered_there() {
    let mut net = Flow::new(["caller", "p1", "bob"]).with_peer("alice", "p1");
    for (number, method) in ["INVITE", "OPTIONS"].iter().enumerate() {
        let spent = format!(
            "{method} sip:bob@example.com SIP/2.0
             Via: SIP/2.0/UDP {{alice}};branch=z9hG4bK{number}
             Max-Forwards: 0
             From: <sip:alice@example.com>;tag=a1
             To: <sip:bob@example.com>
             Call-ID: {number}@alice
             CSeq: 1 {method}"
        );
        net.peer("alice").sends("p1", &spent);
        net.run_for(ms(30));
    }
    net.expect(expect![[r#"
        ms         caller          p1              bob             alice
        0.0        |               |<----------- INVITE -----------|
        10.0       |               |------------- 483 ------------>|
        30.0       |               |<---------- OPTIONS -----------|
        40.0       |               |------------- 200 ------------>|
    "#]]);
}

#[test]
fn merged_request_at_the_callee_is_482() {
    let mut net = Flow::new(["caller", "p1", "bob"])
        .with_peer("north", "bob")
        .with_peer("south", "bob")
        .ua("bob", |bob| bob.never_answers());
    for way in ["north", "south"] {
        let invite = format!(
            "INVITE sip:bob@192.0.2.3:5060 SIP/2.0
            Via: SIP/2.0/UDP {{{way}}};branch=z9hG4bK{way}
            Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKforked
            Max-Forwards: 68
            From: <sip:alice@example.com>;tag=a1
            To: <sip:bob@example.com>
            Call-ID: 1@alice
            CSeq: 1 INVITE
            Contact: <sip:alice@203.0.113.9>"
        );
        net.peer(way).sends("bob", &invite);
        net.run_for(ms(30));
    }
    net.expect(expect![[r#"
        ms         caller          p1              bob             north           south
        0.0        |               |               |<--- INVITE ---|               |
        10.0       |               |               |----- 180 ---->|               |
        30.0       |               |               |<----------- INVITE -----------|
        40.0       |               |               |------------- 482 ------------>|
    "#]]);
}

#[test]
fn forking_attack_on_two_proxies_ends_after_14_requests() {
    //= RFC 5393 3: if all the proxies involved implemented this loop detection, the total number of stimulated messages in the
    // first scenario described would be reduced to 14
    let mut net = two_proxies()
        .proxy("p1", |p1| {
            let both = ["sip:a@other.example", "sip:b@other.example"];
            p1.reaches("a", both).reaches("b", both)
        })
        .proxy("p2", |p2| {
            let both = ["sip:a@example.com", "sip:b@example.com"];
            p2.reaches("a", both).reaches("b", both)
        });
    net.alice().calls("sip:a@example.com");
    net.run_until_quiet();
    assert_eq!(net.sent("p1", "INVITE").len() + net.sent("p2", "INVITE").len(), 14);
    assert_eq!(net.values("call.reject"), [482]);
    net.assert_over();
}

#[test]
fn forking_attack_on_one_account_ends_after_10_requests() {
    //= RFC 5393 3: in the variation involving one server, the number of stimulated messages would be reduced to 10
    let contacts = ["sip:a@example.com;unknown-param=whack", "sip:a@example.com;unknown-param=thud"];
    let mut net = Flow::new(["alice", "p1", "bob"]).proxy("p1", |p1| p1.reaches("a", contacts));
    net.alice().calls("sip:a@example.com");
    net.run_until_quiet();
    assert_eq!(net.sent("p1", "INVITE").len(), 10);
    net.assert_over();
}

/// How many requests a proxy forwards when `accounts` accounts fork to all of them, and how the call ends.
fn attack(accounts: usize, narrow: NarrowFork) -> (usize, Vec<u64>) {
    let users: Vec<String> = (0..accounts).map(|number| format!("a{number}")).collect();
    let contacts: Vec<String> = users.iter().map(|user| format!("sip:{user}@example.com")).collect();
    let mut net = Flow::new(["alice", "p1", "bob"]).proxy("p1", |p1| {
        let p1 = users.iter().fold(p1, |p1, user| p1.reaches(user, &contacts));
        p1.configured(move |config| {
            config.breadth = Some(BreadthPolicy { narrow, ..BreadthPolicy::default() })
        })
    });
    net.alice().calls("sip:a0@example.com");
    net.run_until_quiet();
    net.assert_over();
    (net.sent("p1", "INVITE").len(), net.values("call.reject"))
}

#[test]
fn forking_attack_with_many_accounts_grows_as_the_rfc_says() {
    //= RFC 5393 3: Forwarded Requests vs. Number of Participating AORs
    for (accounts, requests) in [(1, 1), (2, 4), (3, 15), (4, 64)] {
        assert_eq!(attack(accounts, NarrowFork::Serial), (requests, vec![482]), "{accounts} accounts");
    }
}

#[test]
fn max_breadth_bounds_the_attack_where_the_proxy_will_not_fork_in_series() {
    // Seven accounts would cause 13,699 requests. 60 makes 8 or 9 for each of seven branches. One of them is a loop; the
    // others fork once more, and leave 1 or 2 to each of 42 branches, of which none can fork.
    let (requests, _) = attack(7, NarrowFork::Refuse);
    assert_eq!(requests, 7 + 42);
}

//! Calls that succeed.

use flow::{Flow, expect, ms, s};
use sim_api::Probability;

#[test]
fn two_user_agents_call_each_other_without_a_proxy() {
    let mut net = Flow::new(["alice", "bob"]).ua("bob", |bob| bob.answers_after(s(1)));
    net.alice().calls("bob");
    net.run_for(s(2));
    net.alice().hangs_up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE --->|
        10.0       |<---- 180 -----|
        1010.0     |<---- 200 -----|
        1020.0     |----- ACK ---->|
        2000.0     |----- BYE ---->|
        2010.0     |<---- 200 -----|
    "#]]);
    net.assert_probe("retransmissions", 0);
    net.assert_over();
}

#[test]
fn a_complete_call_through_a_stateful_proxy_takes_13_messages() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).ua("bob", |bob| bob.answers_after(s(1)));
    net.alice().calls("bob");
    net.run_for(s(2));
    net.alice().hangs_up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        1020.0     |               |<---- 200 -----|
        1030.0     |<---- 200 -----|               |
        1040.0     |----- ACK ---->|               |
        1050.0     |               |----- ACK ---->|
        2000.0     |----- BYE ---->|               |
        2010.0     |               |----- BYE ---->|
        2020.0     |               |<---- 200 -----|
        2030.0     |<---- 200 -----|               |
    "#]]);
    assert_eq!(net.messages().len(), 13);
    net.assert_probe("retransmissions", 0);
    net.assert_over();
}

#[test]
fn a_call_crosses_two_proxies_and_both_stay_in_the_path() {
    let mut net = Flow::new(["alice", "koeln", "bonn", "bob"]).ua("bob", |bob| bob.answers_after(s(1)));
    net.alice().calls("bob");
    net.run_for(s(2));
    net.alice().hangs_up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           koeln           bonn            bob
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        20.0       |               |<---- 100 -----|               |
        20.0       |               |               |--- INVITE --->|
        30.0       |               |               |<---- 180 -----|
        40.0       |               |<---- 180 -----|               |
        50.0       |<---- 180 -----|               |               |
        1030.0     |               |               |<---- 200 -----|
        1040.0     |               |<---- 200 -----|               |
        1050.0     |<---- 200 -----|               |               |
        1060.0     |----- ACK ---->|               |               |
        1070.0     |               |----- ACK ---->|               |
        1080.0     |               |               |----- ACK ---->|
        2000.0     |----- BYE ---->|               |               |
        2010.0     |               |----- BYE ---->|               |
        2020.0     |               |               |----- BYE ---->|
        2030.0     |               |               |<---- 200 -----|
        2040.0     |               |<---- 200 -----|               |
        2050.0     |<---- 200 -----|               |               |
    "#]]);
    let [invite] = &net.sent("bonn", "INVITE")[..] else { panic!("one INVITE leaves bonn") };
    //= RFC 3261 16.6: step 4: each proxy inserts its Record-Route value before any existing ones
    assert_eq!(invite.headers("Record-Route"), ["<sip:192.0.2.3:5060;lr>", "<sip:192.0.2.2:5060;lr>"]);
    //= RFC 3261 16.5: the home proxy replaces the Request-URI with the contact that bob registered
    assert_eq!(invite.start_line(), "INVITE sip:bob@192.0.2.4:5060 SIP/2.0");
    //= RFC 3261 16.6: step 3: each proxy takes one from Max-Forwards
    assert_eq!(invite.header("Max-Forwards"), "68");
    assert_eq!(invite.headers("Via").len(), 3);
    let [bye] = &net.sent("alice", "BYE")[..] else { panic!("one BYE leaves alice") };
    //= RFC 3261 12.1.2: the route set of the UAC is the Record-Route of the response in reverse order
    assert_eq!(bye.headers("Route").join(", "), "<sip:192.0.2.2:5060;lr>, <sip:192.0.2.3:5060;lr>");
    net.assert_over();
}

#[test]
fn the_callee_hangs_up_along_the_same_path() {
    let mut net = Flow::new(["alice", "koeln", "bonn", "bob"]);
    net.alice().calls("bob");
    net.run_for(s(1));
    net.user("bob").hangs_up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           koeln           bonn            bob
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        20.0       |               |<---- 100 -----|               |
        20.0       |               |               |--- INVITE --->|
        30.0       |               |               |<---- 180 -----|
        30.0       |               |               |<---- 200 -----|
        40.0       |               |<---- 180 -----|               |
        40.0       |               |<---- 200 -----|               |
        50.0       |<---- 180 -----|               |               |
        50.0       |<---- 200 -----|               |               |
        60.0       |----- ACK ---->|               |               |
        70.0       |               |----- ACK ---->|               |
        80.0       |               |               |----- ACK ---->|
        1000.0     |               |               |<---- BYE -----|
        1010.0     |               |<---- BYE -----|               |
        1020.0     |<---- BYE -----|               |               |
        1030.0     |----- 200 ---->|               |               |
        1040.0     |               |----- 200 ---->|               |
        1050.0     |               |               |----- 200 ---->|
    "#]]);
    let [bye] = &net.sent("bob", "BYE")[..] else { panic!("one BYE leaves bob") };
    //= RFC 3261 12.1.1: the route set of the UAS is the Record-Route of the request in the order given
    assert_eq!(bye.headers("Route").join(", "), "<sip:192.0.2.3:5060;lr>, <sip:192.0.2.2:5060;lr>");
    net.assert_over();
}

#[test]
fn without_record_route_the_dialog_leaves_the_proxy_out() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).proxy("pcscf", |proxy| proxy.without_record_route());
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        20.0       |               |<---- 200 -----|
        30.0       |<---- 180 -----|               |
        30.0       |<---- 200 -----|               |
        40.0       |------------- ACK ------------>|
        1040.0     |------------- BYE ------------>|
        1060.0     |<------------ 200 -------------|
    "#]]);
    net.assert_over();
}

#[test]
fn three_users_of_one_proxy_call_one_after_the_other() {
    let mut net = Flow::star("proxy", ["alice", "bob", "carol"]);
    net.alice().calls_for("bob", ms(500));
    net.run_for(s(1));
    net.user("carol").calls_for("alice", ms(500));
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           bob             carol
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        20.0       |               |<---- 180 -----|               |
        20.0       |               |<---- 200 -----|               |
        30.0       |<---- 180 -----|               |               |
        30.0       |<---- 200 -----|               |               |
        40.0       |----- ACK ---->|               |               |
        50.0       |               |----- ACK ---->|               |
        540.0      |----- BYE ---->|               |               |
        550.0      |               |----- BYE ---->|               |
        560.0      |               |<---- 200 -----|               |
        570.0      |<---- 200 -----|               |               |
        1000.0     |               |<----------- INVITE -----------|
        1010.0     |               |------------- 100 ------------>|
        1010.0     |<--- INVITE ---|               |               |
        1020.0     |----- 180 ---->|               |               |
        1020.0     |----- 200 ---->|               |               |
        1030.0     |               |------------- 180 ------------>|
        1030.0     |               |------------- 200 ------------>|
        1040.0     |               |<------------ ACK -------------|
        1050.0     |<---- ACK -----|               |               |
        1540.0     |               |<------------ BYE -------------|
        1550.0     |<---- BYE -----|               |               |
        1560.0     |----- 200 ---->|               |               |
        1570.0     |               |------------- 200 ------------>|
    "#]]);
    net.assert_over();
}

#[test]
fn users_of_two_domains_call_through_their_homes() {
    let mut net = Flow::new(["alice", "koeln", "bonn", "bob"])
        .ua("alice", |alice| alice.domain("koeln.example"))
        .ua("bob", |bob| bob.domain("bonn.example"));
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
    assert_eq!(net.sent("alice", "INVITE")[0].start_line(), "INVITE sip:bob@bonn.example SIP/2.0");
    //= RFC 3261 16.5: koeln is not responsible for the domain, so the Request-URI is the only target
    assert_eq!(net.sent("koeln", "INVITE")[0].start_line(), "INVITE sip:bob@bonn.example SIP/2.0");
    assert_eq!(net.sent("bonn", "INVITE")[0].start_line(), "INVITE sip:bob@192.0.2.4:5060 SIP/2.0");
    net.assert_probe("call.answer", 1);
    net.assert_over();
}

#[test]
fn a_call_over_ipv6_is_the_same_call() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).ipv6().ua("bob", |bob| bob.answers_after(s(1)));
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        1020.0     |               |<---- 200 -----|
        1030.0     |<---- 200 -----|               |
        1040.0     |----- ACK ---->|               |
        1050.0     |               |----- ACK ---->|
        2040.0     |----- BYE ---->|               |
        2050.0     |               |----- BYE ---->|
        2060.0     |               |<---- 200 -----|
        2070.0     |<---- 200 -----|               |
    "#]]);
    let invite = net.message(2);
    assert_eq!(invite.start_line(), "INVITE sip:bob@[2001:db8::3]:5060 SIP/2.0");
    assert!(invite.header("Via").starts_with("SIP/2.0/UDP [2001:db8::2]:5060;branch=z9hG4bK"));
    net.assert_over();
}

#[test]
fn a_callee_that_is_slow_to_ring_is_covered_by_100_after_200_ms() {
    let mut net = Flow::new(["alice", "bob"]).ua("bob", |bob| bob.rings_after(s(1)));
    net.alice().calls_for("bob", ms(100));
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE --->|
        210.0      |<---- 100 -----|
        1010.0     |<---- 180 -----|
        1010.0     |<---- 200 -----|
        1020.0     |----- ACK ---->|
        1120.0     |----- BYE ---->|
        1130.0     |<---- 200 -----|
    "#]]);
    net.assert_over();
}

#[test]
fn two_users_who_call_each_other_at_once_are_both_busy() {
    let mut net = Flow::new(["alice", "bob"]);
    net.alice().calls("bob");
    net.bob().calls("alice");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE --->|
        0.0        |<--- INVITE ---|
        10.0       |----- 486 ---->|
        10.0       |<---- 486 -----|
        20.0       |----- ACK ---->|
        20.0       |<---- ACK -----|
    "#]]);
    assert_eq!(net.values("call.reject"), [486, 486]);
    net.assert_over();
}

#[test]
fn two_byes_that_cross_are_both_answered() {
    let mut net = Flow::new(["alice", "bob"]);
    net.alice().calls("bob");
    net.run_for(s(1));
    net.alice().hangs_up();
    net.bob().hangs_up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE --->|
        10.0       |<---- 180 -----|
        10.0       |<---- 200 -----|
        20.0       |----- ACK ---->|
        1000.0     |----- BYE ---->|
        1000.0     |<---- BYE -----|
        1010.0     |----- 200 ---->|
        1010.0     |<---- 200 -----|
    "#]]);
    assert_eq!(net.values("call.bye_done"), [200, 200]);
    net.assert_over();
}

#[test]
fn network_that_delivers_everything_twice_changes_nothing_for_the_users() {
    let twice = |one: &str, other: &str, flow: Flow| {
        flow.link(one, other, |link| link.duplication = Probability::ONE)
    };
    let mut net = twice("pcscf", "bob", twice("alice", "pcscf", Flow::new(["alice", "pcscf", "bob"])));
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
    //= RFC 3261 17.2.3: a copy matches the transaction that its original began, and is no new request
    for once in ["uas.invite", "call.answer", "uas.ack", "call.bye_received", "call.end", "uas.end"] {
        net.assert_probe(once, 1);
    }
    assert_eq!(net.values("call.bye_done"), [200]);
    net.assert_over();
}

#[test]
fn options_is_answered_by_the_user_agent_and_by_the_proxy_itself() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.alice().sends("OPTIONS", "bob");
    net.run_for(s(1));
    net.alice().sends("OPTIONS", "pcscf");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- OPTIONS -->|               |
        10.0       |               |--- OPTIONS -->|
        20.0       |               |<---- 200 -----|
        30.0       |<---- 200 -----|               |
        1000.0     |--- OPTIONS -->|               |
        1010.0     |<---- 200 -----|               |
    "#]]);
    //= RFC 3261 11.2: Allow SHOULD be present in a 200 to OPTIONS
    assert!(net.sent("bob", "200")[0].header("Allow").contains("INVITE"));
    net.assert_over();
}

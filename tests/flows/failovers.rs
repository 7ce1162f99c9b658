//! Elements that fail, and the next ones that take over (RFC 3263 4.3, RFC 4321 1.3).

use flow::{Flow, expect, ms, s};
use sip::locate::{Blacklisting, SharedBy};
use sip::location::StaticTable;

const BOB: &str = "sip:bob@farm.example";

const S1: &str = "192.0.2.3:5060";
const S2: &str = "192.0.2.4:5060";

/// The servers of `farm.example`, in the order in which they are tried.
fn farm() -> StaticTable {
    let servers = [S1, S2].map(|address| address.parse().unwrap());
    StaticTable::new().with_elements_in_turn("farm.example", &servers)
}

/// Alice, her proxy, and behind it the two scripted servers of `farm.example`.
fn net() -> Flow {
    avoiding(Blacklisting::Off)
}

fn avoiding(blacklisting: Blacklisting) -> Flow {
    Flow::star("proxy", ["alice"]).with_peer("s1", "proxy").with_peer("s2", "proxy").proxy("proxy", |proxy| {
        proxy.configured(move |config| {
            config.table = std::sync::Arc::new(farm());
            config.blacklisting = blacklisting;
        })
    })
}

/// Alice beside the two servers, which she knows herself.
fn without_proxy() -> Flow {
    Flow::star("router", ["alice"])
        .with_peer("s1", "router")
        .with_peer("s2", "router")
        .ua("alice", |alice| alice.configured(|config| config.next_hop = std::sync::Arc::new(farm())))
}

#[test]
fn a_503_is_acknowledged_and_the_call_goes_to_the_next_server() {
    let mut net = net();
    net.alice().calls(BOB);
    net.run_for(ms(25));
    net.peer("s1").answers("INVITE", 503, "");
    net.run_for(ms(25));
    net.peer("s2").answers("INVITE", 486, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           s1              s2
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        25.0       |               |<---- 503 -----|               |
        35.0       |               |----- ACK ---->|               |
        35.0       |               |----------- INVITE ----------->|
        50.0       |               |<------------ 486 -------------|
        60.0       |               |------------- ACK ------------>|
        60.0       |<---- 486 -----|               |               |
        70.0       |----- ACK ---->|               |               |
    "#]]);
    net.assert_probe("request.failed_over", 1);
    assert_eq!(net.values("call.reject"), [486], "the 503 does not go upstream");
}

#[test]
fn a_503_after_a_100_fails_over_too() {
    let mut net = net();
    net.alice().calls(BOB);
    net.run_for(ms(25));
    net.peer("s1").answers("INVITE", 100, "");
    net.run_for(ms(25));
    net.peer("s1").answers("INVITE", 503, "");
    net.run_for(ms(25));
    net.peer("s2").answers("INVITE", 486, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           s1              s2
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE --->|               |
        25.0       |               |<---- 100 -----|               |
        50.0       |               |<---- 503 -----|               |
        60.0       |               |----- ACK ---->|               |
        60.0       |               |----------- INVITE ----------->|
        75.0       |               |<------------ 486 -------------|
        85.0       |               |------------- ACK ------------>|
        85.0       |<---- 486 -----|               |               |
        95.0       |----- ACK ---->|               |               |
    "#]]);
}

#[test]
fn a_dead_host_costs_64_t1() {
    let mut net = net();
    net.crash("s1");
    net.alice().calls(BOB);
    net.run_for(s(33));
    net.peer("s2").answers("INVITE", 486, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           s1              s2
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |--- INVITE ---x|               |
        510.0      |               |--- INVITE ---x|               |
        1510.0     |               |--- INVITE ---x|               |
        3510.0     |               |--- INVITE ---x|               |
        7510.0     |               |--- INVITE ---x|               |
        15510.0    |               |--- INVITE ---x|               |
        31510.0    |               |--- INVITE ---x|               |
        32010.0    |               |----------- INVITE ----------->|
        32510.0    |               |----------- INVITE ----------->|
        33000.0    |               |<------------ 486 -------------|
        33010.0    |               |------------- ACK ------------>|
        33010.0    |<---- 486 -----|               |               |
        33020.0    |----- ACK ---->|               |               |
    "#]]);
}

#[test]
fn a_dead_process_costs_one_round_trip() {
    let mut net = net();
    net.crash_process("s1");
    net.alice().calls(BOB);
    net.run_for(s(1));
    net.peer("s2").answers("INVITE", 486, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice            proxy            s1               s2
        0.0        |---- INVITE --->|                |                |
        10.0       |<----- 100 -----|                |                |
        10.0       |                |---- INVITE ---x|                |
        20.0       |                |<- unreachable -|                |
        30.0       |                |------------ INVITE ------------>|
        530.0      |                |------------ INVITE ------------>|
        1000.0     |                |<------------- 486 --------------|
        1010.0     |                |-------------- ACK ------------->|
        1010.0     |<----- 486 -----|                |                |
        1020.0     |----- ACK ----->|                |                |
    "#]]);
}

#[test]
fn the_second_request_avoids_the_dead_host_if_it_is_remembered() {
    let lifetime = s(300);
    let mut net = avoiding(Blacklisting::For { lifetime, memory: SharedBy::Node });
    net.crash("s1");
    net.alice().sends("OPTIONS", BOB);
    net.run_for(s(40));
    net.alice().sends("OPTIONS", BOB);
    net.run_for(ms(30));
    net.peer("s2").answers("OPTIONS", 200, "");
    net.run_until_quiet();
    //= RFC 4321 1.3: since pA is a proxy and a NIT has a fixed duration, pA has no opportunity to retry the request at pB2
    assert_eq!((net.values("request.timeout"), net.values("request.done")), (vec![408], vec![200]));
}

#[test]
fn a_proxied_non_invite_never_fails_over_in_time() {
    let mut net = net();
    net.crash("s1");
    for _ in 0..2 {
        net.alice().sends("OPTIONS", BOB);
        net.run_for(s(40));
    }
    net.run_until_quiet();
    assert_eq!((net.values("request.timeout"), net.values("request.done")), (vec![408, 408], vec![]));
    let first = net.sent("proxy", "OPTIONS").into_iter().find(|sent| sent.to.as_deref() == Some("s2"));
    let at = first.map(|sent| sent.at);
    assert!(at.is_some_and(|at| at > s(32)), "the proxy tries s2 when alice has given up: {at:?}");
}

#[test]
fn cancel_goes_to_the_server_that_has_the_call() {
    let mut net = net();
    net.crash_process("s1");
    net.alice().calls(BOB);
    net.run_for(ms(100));
    net.peer("s2").answers("INVITE", 180, "");
    net.run_for(ms(100));
    net.alice().cancels();
    net.run_for(ms(100));
    net.peer("s2").answers("CANCEL", 200, "");
    net.peer("s2").answers("INVITE", 487, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice            proxy            s1               s2
        0.0        |---- INVITE --->|                |                |
        10.0       |<----- 100 -----|                |                |
        10.0       |                |---- INVITE ---x|                |
        20.0       |                |<- unreachable -|                |
        30.0       |                |------------ INVITE ------------>|
        100.0      |                |<------------- 180 --------------|
        110.0      |<----- 180 -----|                |                |
        200.0      |---- CANCEL --->|                |                |
        210.0      |<----- 200 -----|                |                |
        210.0      |                |------------ CANCEL ------------>|
        300.0      |                |<------------- 200 --------------|
        300.0      |                |<------------- 487 --------------|
        310.0      |                |-------------- ACK ------------->|
        310.0      |<----- 487 -----|                |                |
        320.0      |----- ACK ----->|                |                |
    "#]]);
}

#[test]
fn a_call_that_is_cancelled_is_not_tried_elsewhere() {
    let mut net = net();
    net.crash("s1");
    net.alice().calls(BOB);
    net.run_for(s(5));
    net.alice().cancels();
    net.run_until_quiet();
    assert!(net.sent("proxy", "INVITE").iter().all(|sent| sent.to.as_deref() == Some("s1")));
}

#[test]
fn when_all_servers_answer_503_the_caller_hears_500() {
    let mut net = net();
    net.alice().calls(BOB);
    net.run_for(ms(25));
    net.peer("s1").answers("INVITE", 503, "");
    net.run_for(ms(25));
    net.peer("s2").answers("INVITE", 503, "");
    net.run_until_quiet();
    //= RFC 3261 16.7: step 6: if the only response that was received is a 503, the proxy SHOULD generate a 500
    assert_eq!(net.values("call.reject"), [500]);
}

#[test]
fn when_all_servers_are_dead_the_caller_hears_408() {
    let mut net = net();
    net.crash("s1");
    net.crash("s2");
    net.alice().calls(BOB);
    net.run_until_quiet();
    assert_eq!((net.values("call.reject"), net.times("proxy", "408")[0]), (vec![408], s(64) + ms(10)));
}

#[test]
fn a_user_agent_fails_over_by_itself() {
    let mut net = without_proxy();
    net.crash("s1");
    net.alice().calls(BOB);
    net.run_for(s(33));
    net.peer("s2").answers("INVITE", 486, "");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           router          s1              s2
        0.0        |----------- INVITE -----------x|               |
        500.0      |----------- INVITE -----------x|               |
        1500.0     |----------- INVITE -----------x|               |
        3500.0     |----------- INVITE -----------x|               |
        7500.0     |----------- INVITE -----------x|               |
        15500.0    |----------- INVITE -----------x|               |
        31500.0    |----------- INVITE -----------x|               |
        32000.0    |------------------- INVITE ------------------->|
        32500.0    |------------------- INVITE ------------------->|
        33000.0    |<-------------------- 486 ---------------------|
        33020.0    |--------------------- ACK -------------------->|
    "#]]);
    assert_eq!(net.values("call.reject"), [486]);
}

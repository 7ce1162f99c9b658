//! Hosts that crash, links that fail, packets that are cut up.

use flow::{Flow, expect, ms, s};

#[test]
fn dead_callee_is_408_after_timer_b() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.crash("bob");
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE ---x|
        510.0      |               |--- INVITE ---x|
        1510.0     |               |--- INVITE ---x|
        3510.0     |               |--- INVITE ---x|
        7510.0     |               |--- INVITE ---x|
        15510.0    |               |--- INVITE ---x|
        31510.0    |               |--- INVITE ---x|
        32010.0    |<---- 408 -----|               |
        32020.0    |----- ACK ---->|               |
    "#]]);
    assert_eq!(net.values("call.reject"), [408]);
    net.assert_over();
}

#[test]
fn proxy_that_crashes_in_mid_call_and_forgets_still_routes_the_bye() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.alice().calls("bob");
    net.run_for(s(1));
    net.crash_losing_state("pcscf");
    net.run_for(s(1));
    net.restart("pcscf");
    net.alice().hangs_up();
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
        40.0       |----- ACK ---->|               |
        50.0       |               |----- ACK ---->|
        2000.0     |----- BYE ---->|               |
        2010.0     |               |----- BYE ---->|
        2020.0     |               |<---- 200 -----|
        2030.0     |<---- 200 -----|               |
    "#]]);
    assert_eq!(net.values("call.bye_done"), [200]);
    net.assert_over();
}

#[test]
fn bye_through_a_dead_proxy_times_out_and_the_callee_never_hears_of_it() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.alice().calls("bob");
    net.run_for(s(1));
    net.crash("pcscf");
    net.alice().hangs_up();
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
        40.0       |----- ACK ---->|               |
        50.0       |               |----- ACK ---->|
        1000.0     |----- BYE ----x|               |
        1500.0     |----- BYE ----x|               |
        2500.0     |----- BYE ----x|               |
        4500.0     |----- BYE ----x|               |
        8500.0     |----- BYE ----x|               |
        12500.0    |----- BYE ----x|               |
        16500.0    |----- BYE ----x|               |
        20500.0    |----- BYE ----x|               |
        24500.0    |----- BYE ----x|               |
        28500.0    |----- BYE ----x|               |
        32500.0    |----- BYE ----x|               |
    "#]]);
    net.assert_probe("call.bye_timeout", 1);
    net.assert_probe("call.bye_received", 0);
}

#[test]
fn bye_passes_when_the_proxy_comes_back_in_time() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.alice().calls("bob");
    net.run_for(s(1));
    net.crash("pcscf");
    net.alice().hangs_up();
    net.run_for(s(2));
    net.restart("pcscf");
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
        40.0       |----- ACK ---->|               |
        50.0       |               |----- ACK ---->|
        1000.0     |----- BYE ----x|               |
        1500.0     |----- BYE ----x|               |
        2500.0     |----- BYE ----x|               |
        4500.0     |----- BYE ---->|               |
        4510.0     |               |----- BYE ---->|
        4520.0     |               |<---- 200 -----|
        4530.0     |<---- 200 -----|               |
    "#]]);
    assert_eq!(net.values("call.bye_done"), [200]);
    net.assert_over();
}

#[test]
fn proxy_that_forgets_a_ringing_call_lets_the_answer_stray() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).ua("bob", |bob| bob.answers_after(s(2)));
    net.alice().calls("bob");
    net.run_for(s(1));
    net.crash_losing_state("pcscf");
    net.restart("pcscf");
    net.run_for(s(2));
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        2020.0     |               |<---- 200 -----|
        2520.0     |               |<---- 200 -----|
    "#]]);
    //= RFC 6026 7.3: a proxy MUST NOT forward a response without a matching client transaction
    net.assert_probe("response.stray", 2);
}

#[test]
fn bye_takes_the_detour_when_the_link_is_down() {
    let mut net = Flow::new(["alice", "bob"]).with_router("detour", ["alice", "bob"]);
    net.alice().calls("bob");
    net.run_for(s(1));
    net.between("alice", "bob").down();
    net.alice().hangs_up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE --->|
        10.0       |<---- 180 -----|
        10.0       |<---- 200 -----|
        20.0       |----- ACK ---->|
        1000.0     |----- BYE ---->|
        1020.0     |<---- 200 -----|
    "#]]);
    let bye = &net.sent("alice", "BYE")[0];
    assert_eq!(bye.arrived_at(), Some(bye.at + ms(20)));
    net.assert_over();
}

#[test]
fn link_that_is_down_for_three_seconds_costs_copies_only() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.between("pcscf", "bob").down();
    net.alice().calls_for("bob", s(1));
    net.run_for(s(3));
    net.between("pcscf", "bob").up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE ---x|
        510.0      |               |--- INVITE ---x|
        1510.0     |               |--- INVITE ---x|
        3510.0     |               |--- INVITE --->|
        3520.0     |               |<---- 180 -----|
        3520.0     |               |<---- 200 -----|
        3530.0     |<---- 180 -----|               |
        3530.0     |<---- 200 -----|               |
        3540.0     |----- ACK ---->|               |
        3550.0     |               |----- ACK ---->|
        4540.0     |----- BYE ---->|               |
        4550.0     |               |----- BYE ---->|
        4560.0     |               |<---- 200 -----|
        4570.0     |<---- 200 -----|               |
    "#]]);
    net.assert_over();
}

#[test]
fn invite_that_loses_a_fragment_is_lost_and_sent_again() {
    let mut net = Flow::new(["alice", "bob"]).link("alice", "bob", |link| link.mtu = 576);
    net.between("alice", "bob").drop_next("INVITE");
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE ---x|
        500.0      |--- INVITE --->|
        510.0      |<---- 180 -----|
        510.0      |<---- 200 -----|
        520.0      |----- ACK ---->|
        1520.0     |----- BYE ---->|
        1530.0     |<---- 200 -----|
    "#]]);
    assert!(net.message(0).octets().len() > 576, "the INVITE does not fit");
    let tally = net.simulation().tally();
    assert_eq!(tally.fragments, 3, "two copies of the INVITE and the 200 are cut in two");
    net.assert_over();
}

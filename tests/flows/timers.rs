//! The timers of RFC 3261 and TS 24.229 to the nanosecond, as offsets of the copies that they cause.

use std::time::Duration;

use flow::{Flow, expect, ms, s};
use sip::timers::TimerSet;

#[test]
fn timer_a_doubles_without_a_ceiling_until_timer_b() {
    let mut net = Flow::new(["alice", "bob"]);
    net.crash("bob");
    net.alice().calls("bob");
    net.run_until_quiet();
    //= RFC 3261 17.1.1.2: the request is retransmitted at 0, T1, 3·T1, 7·T1, 15·T1, 31·T1 and 63·T1
    assert_eq!(net.times("alice", "INVITE"), [0, 500, 1500, 3500, 7500, 15_500, 31_500].map(ms));
    //= RFC 3261 17.1.1.2: timer B fires at 64·T1
    assert_eq!(net.now(), s(32));
    assert_eq!(net.values("call.timeout"), [408]);
    net.assert_over();
}

#[test]
fn timer_g_doubles_up_to_t2_until_timer_h() {
    let mut net = Flow::new(["alice", "bob"]).ua("bob", |bob| bob.rejects(486, ms(0)));
    net.alice().calls("bob");
    net.run_for(ms(15));
    net.crash("alice");
    net.run_until_quiet();
    //= RFC 3261 17.2.1: G fires after T1, then MIN(2·T1, T2) and so on; T2 is 4 s
    let offsets = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    assert_eq!(net.times("bob", "486"), offsets.map(|offset| ms(10) + ms(offset)));
    net.assert_probe("transaction.no_ack", 1);
}

#[test]
fn timer_e_doubles_up_to_t2_until_timer_f() {
    let mut net = Flow::new(["alice", "bob"]);
    net.crash("bob");
    net.alice().sends("OPTIONS", "bob");
    net.run_until_quiet();
    //= RFC 3261 17.1.2.2: E fires after T1, then MIN(2·T1, T2) and so on; F fires at 64·T1
    let offsets = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    assert_eq!(net.times("alice", "OPTIONS"), offsets.map(ms));
    assert_eq!(net.values("request.timeout"), [408]);
    assert_eq!(net.now(), s(32));
    net.assert_over();
}

#[test]
fn unacknowledged_200_is_repeated_for_64_t1_and_then_the_callee_hangs_up() {
    let mut net = Flow::new(["alice", "bob"]);
    for nth in 1..=11 {
        net.between("alice", "bob").drop_nth("ACK", nth);
    }
    net.alice().calls("bob");
    net.run_until_quiet();
    //= RFC 3261 13.3.1.4: an interval that starts at T1 and doubles until it reaches T2, for 64·T1
    let offsets = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    let answers = net.times("bob", "200");
    assert_eq!(answers, offsets.map(|offset| ms(10) + ms(offset)));
    assert_eq!(net.times("bob", "BYE"), [ms(10) + s(32)]);
    net.assert_probe("uas.no_ack", 1);
    net.assert_over();
}

#[test]
fn user_equipment_waits_longer_than_the_core() {
    let mut net = Flow::new(["ue", "pcscf", "bob"]).timers_between("ue", "pcscf", TimerSet::TS24229_UE);
    net.between("ue", "pcscf").drop_next("INVITE");
    net.between("pcscf", "bob").drop_next("INVITE");
    net.user("ue").calls_for("bob", s(1));
    net.run_until_quiet();
    // TS 24.229 table 7.7.1: T1 is 2 s at the UE; RFC 3261 table 4: 500 ms towards the core.
    assert_eq!(net.times("ue", "INVITE"), [ms(0), s(2)]);
    assert_eq!(net.times("pcscf", "INVITE"), [ms(2010), ms(2510)]);
    net.assert_over();
}

#[test]
fn timer_c_ends_a_call_that_rings_for_ever() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).ua("bob", |bob| bob.never_answers());
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        181030.0   |               |--- CANCEL --->|
        181040.0   |               |<---- 200 -----|
        181040.0   |               |<---- 487 -----|
        181050.0   |               |----- ACK ---->|
        181050.0   |<---- 487 -----|               |
        181060.0   |----- ACK ---->|               |
    "#]]);
    net.assert_probe("proxy.timer_c", 1);
    net.assert_over();
}

#[test]
fn timer_c_starts_anew_with_each_provisional_response_but_100() {
    let mut net = Flow::new(["alice", "proxy", "caller"])
        .with_peer("desk", "proxy")
        .proxy("proxy", |proxy| proxy.reaches("bob", ["desk"]));
    net.alice().calls("sip:bob@example.com");
    net.run_for(s(1));
    for (after, code) in [(s(0), 180), (s(100), 183), (s(100), 100), (s(70), 182), (s(100), 100)] {
        net.run_for(after);
        net.peer("desk").answers("INVITE", code, "");
    }
    net.run_for(s(100));
    //= RFC 3261 16.7: step 2: on 101 to 199 (anything but 100), the proxy MUST reset timer C; it must be greater than 3 minutes
    net.expect(expect![[r#"
        ms         alice           proxy           caller          desk
        0.0        |--- INVITE --->|               |               |
        10.0       |<---- 100 -----|               |               |
        10.0       |               |----------- INVITE ----------->|
        510.0      |               |----------- INVITE ----------->|
        1000.0     |               |<------------ 180 -------------|
        1010.0     |<---- 180 -----|               |               |
        101000.0   |               |<------------ 183 -------------|
        101010.0   |<---- 183 -----|               |               |
        201000.0   |               |<------------ 100 -------------|
        271000.0   |               |<------------ 182 -------------|
        271010.0   |<---- 182 -----|               |               |
        371000.0   |               |<------------ 100 -------------|
        452010.0   |               |----------- CANCEL ----------->|
        452510.0   |               |----------- CANCEL ----------->|
        453510.0   |               |----------- CANCEL ----------->|
        455510.0   |               |----------- CANCEL ----------->|
        459510.0   |               |----------- CANCEL ----------->|
        463510.0   |               |----------- CANCEL ----------->|
        467510.0   |               |----------- CANCEL ----------->|
    "#]]);
    assert_eq!(net.times("proxy", "CANCEL")[0] - net.sent("desk", "182")[0].arrived_at().unwrap(), s(181));
}

#[test]
fn lingering_transactions_end_with_timers_i_j_k_l_and_m() {
    let mut net = Flow::new(["alice", "bob"]);
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
    // alice's BYE leaves at 1.02 s and reaches bob at 1.03 s: his timer J, 64·T1, is the last to fire.
    assert_eq!(net.now(), ms(1030) + Duration::from_secs(32));
    net.assert_over();
}

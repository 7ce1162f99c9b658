//! Sessions that are modified: hold, glare, offers in answers, through a proxy that stays in the path.

use flow::{Flow, expect, ms, s};
use sip::ua::{Change, Offering};

/// Alice and Bob talk through a proxy, a second after the call began.
fn talking() -> Flow {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.alice().calls("bob");
    net.run_for(s(1));
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
    "#]]);
    net
}

#[test]
fn hold_and_resume_pass_through_the_proxy_of_the_route_set() {
    let mut net = talking();
    net.alice().holds();
    net.run_for(s(1));
    net.bob().resumes();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        1000.0     |--- INVITE --->|               |
        1010.0     |<---- 100 -----|               |
        1010.0     |               |--- INVITE --->|
        1020.0     |               |<---- 200 -----|
        1030.0     |<---- 200 -----|               |
        1040.0     |----- ACK ---->|               |
        1050.0     |               |----- ACK ---->|
        2000.0     |               |<--- INVITE ---|
        2010.0     |               |----- 100 ---->|
        2010.0     |<--- INVITE ---|               |
        2020.0     |----- 200 ---->|               |
        2030.0     |               |----- 200 ---->|
        2040.0     |               |<---- ACK -----|
        2050.0     |<---- ACK -----|               |
    "#]]);
    let body = |from: &str, n: usize| net.sent(from, "INVITE")[n].text();
    assert!(body("alice", 1).contains("a=sendonly\r\n") && body("bob", 0).contains("a=sendrecv\r\n"));
    //= RFC 3261 12.2.1.1: the CSeq of each direction counts for itself
    assert_eq!(net.sent("alice", "INVITE")[1].header("CSeq"), "2 INVITE");
    assert_eq!(net.sent("bob", "INVITE")[0].header("CSeq"), "1 INVITE");
    net.assert_probe("call.modified", 2);
}

#[test]
fn crossing_re_invites_are_answered_491_and_tried_again_one_after_the_other() {
    let mut net = talking();
    net.alice().holds();
    net.bob().holds();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        1000.0     |--- INVITE --->|               |
        1000.0     |               |<--- INVITE ---|
        1010.0     |               |----- 100 ---->|
        1010.0     |<--- INVITE ---|               |
        1010.0     |<---- 100 -----|               |
        1010.0     |               |--- INVITE --->|
        1020.0     |----- 491 ---->|               |
        1020.0     |               |<---- 491 -----|
        1030.0     |               |----- ACK ---->|
        1030.0     |<---- 491 -----|               |
        1030.0     |<---- ACK -----|               |
        1030.0     |               |----- 491 ---->|
        1040.0     |----- ACK ---->|               |
        1040.0     |               |<---- ACK -----|
        1990.0     |               |<--- INVITE ---|
        2000.0     |               |----- 100 ---->|
        2000.0     |<--- INVITE ---|               |
        2010.0     |----- 200 ---->|               |
        2020.0     |               |----- 200 ---->|
        2030.0     |               |<---- ACK -----|
        2040.0     |<---- ACK -----|               |
        4390.0     |--- INVITE --->|               |
        4400.0     |<---- 100 -----|               |
        4400.0     |               |--- INVITE --->|
        4410.0     |               |<---- 200 -----|
        4420.0     |<---- 200 -----|               |
        4430.0     |----- ACK ---->|               |
        4440.0     |               |----- ACK ---->|
    "#]]);
    assert_eq!(net.values("call.glare").len(), 2);
    net.assert_probe("call.modified", 2);
}

#[test]
fn lost_ack_to_a_re_invite_is_repeated_for_each_copy_of_the_200() {
    let mut net = talking();
    net.between("pcscf", "bob").drop_next("ACK");
    net.alice().holds();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        1000.0     |--- INVITE --->|               |
        1010.0     |<---- 100 -----|               |
        1010.0     |               |--- INVITE --->|
        1020.0     |               |<---- 200 -----|
        1030.0     |<---- 200 -----|               |
        1040.0     |----- ACK ---->|               |
        1050.0     |               |----- ACK ----x|
        1520.0     |               |<---- 200 -----|
        1530.0     |<---- 200 -----|               |
        1540.0     |----- ACK ---->|               |
        1550.0     |               |----- ACK ---->|
    "#]]);
}

#[test]
fn offer_in_the_200_is_answered_in_the_ack() {
    let mut net = Flow::new(["alice", "pcscf", "bob"])
        .ua("alice", |alice| alice.configured(|config| config.offering = Offering::InAck));
    net.alice().calls_for("bob", s(2));
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
        2040.0     |----- BYE ---->|               |
        2050.0     |               |----- BYE ---->|
        2060.0     |               |<---- 200 -----|
        2070.0     |<---- 200 -----|               |
    "#]]);
    let has_session = |from: &str, label: &str| net.sent(from, label)[0].text().contains("m=audio");
    assert_eq!(
        [("alice", "INVITE"), ("bob", "200"), ("pcscf", "ACK")].map(|(from, label)| has_session(from, label)),
        [false, true, true]
    );
    net.assert_over();
}

#[test]
fn re_invite_that_nobody_answers_ends_the_call() {
    let mut net = talking();
    net.crash("bob");
    net.alice().modifies(Change::Address);
    net.run_for(s(300));
    assert_eq!(net.values("call.not_modified"), [408]);
    assert_eq!(net.times("alice", "BYE").len(), 11, "the BYE goes unanswered too");
    net.assert_probe("call.end", 1);
}

#[test]
fn bye_and_re_invite_that_cross_end_the_call_without_a_trace() {
    let mut net = talking();
    net.alice().holds();
    net.run_for(ms(5));
    net.bob().hangs_up();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        1000.0     |--- INVITE --->|               |
        1005.0     |               |<---- BYE -----|
        1010.0     |<---- 100 -----|               |
        1010.0     |               |--- INVITE --->|
        1015.0     |<---- BYE -----|               |
        1020.0     |               |<---- 481 -----|
        1025.0     |----- 200 ---->|               |
        1030.0     |               |----- ACK ---->|
        1030.0     |<---- 481 -----|               |
        1035.0     |               |----- 200 ---->|
        1040.0     |----- ACK ---->|               |
    "#]]);
    net.assert_over();
}

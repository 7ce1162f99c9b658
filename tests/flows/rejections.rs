//! Calls that are refused, and by whom.

use flow::{Flow, expect, ms, s};

#[test]
fn busy_callee_answers_486_and_each_hop_acknowledges_for_itself() {
    let mut net = Flow::star("proxy", ["alice", "bob", "carol"]);
    net.alice().calls("bob");
    net.run_for(s(1));
    net.user("carol").calls("bob");
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
        1000.0     |               |<----------- INVITE -----------|
        1010.0     |               |------------- 100 ------------>|
        1010.0     |               |--- INVITE --->|               |
        1020.0     |               |<---- 486 -----|               |
        1030.0     |               |----- ACK ---->|               |
        1030.0     |               |------------- 486 ------------>|
        1040.0     |               |<------------ ACK -------------|
    "#]]);
    assert_eq!(net.values("call.reject"), [486]);
    let (invite, ack) = (&net.sent("proxy", "INVITE")[1], &net.sent("proxy", "ACK")[1]);
    //= RFC 3261 17.1.1.3: the ACK MUST contain a single Via value, equal to the top Via of the original request
    assert_eq!(ack.headers("Via"), [invite.header("Via")]);
    net.assert_probe("uas.busy", 1);
}

#[test]
fn callee_declines_with_603() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).ua("bob", |bob| bob.rejects(603, s(1)));
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        1020.0     |               |<---- 603 -----|
        1030.0     |               |----- ACK ---->|
        1030.0     |<---- 603 -----|               |
        1040.0     |----- ACK ---->|               |
    "#]]);
    assert_eq!(net.values("call.reject"), [603]);
    net.assert_over();
}

#[test]
fn callee_that_refuses_at_once_does_not_ring() {
    let mut net = Flow::new(["alice", "bob"]).ua("bob", |bob| bob.rejects(480, ms(0)));
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE --->|
        10.0       |<---- 480 -----|
        20.0       |----- ACK ---->|
    "#]]);
    net.assert_over();
}

#[test]
fn callee_refuses_by_order_of_the_test() {
    let mut net = Flow::new(["alice", "bob"]).ua("bob", |bob| bob.never_answers());
    net.alice().calls("bob");
    net.run_for(s(1));
    net.bob().rejects(486);
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE --->|
        10.0       |<---- 180 -----|
        1000.0     |<---- 486 -----|
        1010.0     |----- ACK ---->|
    "#]]);
    net.assert_over();
}

#[test]
fn user_whom_nobody_knows_is_404_at_the_home() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.alice().calls("sip:nobody@example.com");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 404 -----|               |
        20.0       |----- ACK ---->|               |
    "#]]);
    net.assert_over();
}

#[test]
fn domain_that_nobody_serves_is_404_at_the_outbound_proxy() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.alice().calls("sip:bob@elsewhere.example");
    net.run_until_quiet();
    assert_eq!(net.values("call.reject"), [404]);
    net.assert_over();
}

#[test]
fn user_who_is_not_registered_is_480() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).ua("bob", |bob| bob.unregistered());
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 480 -----|               |
        20.0       |----- ACK ---->|               |
    "#]]);
    net.assert_over();
}

#[test]
fn lost_ack_to_a_rejection_is_repeated_for_the_copy_of_the_rejection() {
    let mut net = Flow::new(["alice", "bob"]).ua("bob", |bob| bob.rejects(486, ms(0)));
    net.between("alice", "bob").drop_next("ACK");
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE --->|
        10.0       |<---- 486 -----|
        20.0       |----- ACK ----x|
        510.0      |<---- 486 -----|
        520.0      |----- ACK ---->|
    "#]]);
    let acks = net.sent("alice", "ACK");
    assert_eq!(acks[0].octets(), acks[1].octets());
    net.assert_over();
}

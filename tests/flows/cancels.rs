//! CANCEL, and what it races with.

use flow::{Flow, expect, ms, s};

#[test]
fn cancel_ends_the_ringing_with_487() {
    let mut net = ringing();
    net.alice().calls("bob");
    net.run_for(s(1));
    net.alice().cancels();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        1000.0     |--- CANCEL --->|               |
        1010.0     |<---- 200 -----|               |
        1010.0     |               |--- CANCEL --->|
        1020.0     |               |<---- 200 -----|
        1020.0     |               |<---- 487 -----|
        1030.0     |               |----- ACK ---->|
        1030.0     |<---- 487 -----|               |
        1040.0     |----- ACK ---->|               |
    "#]]);
    let (invite, cancel) = (&net.sent("alice", "INVITE")[0], &net.sent("alice", "CANCEL")[0]);
    //= RFC 3261 9.1: a CANCEL MUST have a single Via value matching the top Via value in the request being cancelled
    assert_eq!(cancel.header("Via"), invite.header("Via"));
    assert_eq!(cancel.header("CSeq"), invite.header("CSeq").replace("INVITE", "CANCEL"));
    //= RFC 3261 9.2: the To tag of the 200 to the CANCEL and of the 487 SHOULD be the same
    assert_eq!(net.sent("bob", "200")[0].header("To"), net.sent("bob", "487")[0].header("To"));
    assert_eq!(net.values("call.cancelled"), [487]);
    net.assert_over();
}

#[test]
fn cancel_waits_for_a_provisional_response() {
    let mut net = ringing();
    net.alice().calls("bob");
    net.run_for(ms(5));
    net.alice().cancels();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |--- CANCEL --->|               |
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        30.0       |<---- 200 -----|               |
        30.0       |               |--- CANCEL --->|
        40.0       |               |<---- 200 -----|
        40.0       |               |<---- 487 -----|
        50.0       |               |----- ACK ---->|
        50.0       |<---- 487 -----|               |
        60.0       |----- ACK ---->|               |
    "#]]);
    net.assert_over();
}

#[test]
fn cancel_before_the_callee_has_been_heard_of_is_held_back_by_the_proxy() {
    let mut net = ringing();
    net.between("pcscf", "bob").drop_next("INVITE");
    net.alice().calls("bob");
    net.run_for(ms(100));
    net.alice().cancels();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE ---x|
        100.0      |--- CANCEL --->|               |
        110.0      |<---- 200 -----|               |
        510.0      |               |--- INVITE --->|
        520.0      |               |<---- 180 -----|
        530.0      |               |--- CANCEL --->|
        530.0      |<---- 180 -----|               |
        540.0      |               |<---- 200 -----|
        540.0      |               |<---- 487 -----|
        550.0      |               |----- ACK ---->|
        550.0      |<---- 487 -----|               |
        560.0      |----- ACK ---->|               |
    "#]]);
    net.assert_over();
}

#[test]
fn cancel_that_crosses_the_200_makes_a_call_that_is_hung_up() {
    let mut net = ringing();
    net.alice().calls("bob");
    net.run_for(s(1));
    net.bob().answers();
    net.run_for(ms(5));
    net.alice().cancels();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        1000.0     |               |<---- 200 -----|
        1005.0     |--- CANCEL --->|               |
        1010.0     |<---- 200 -----|               |
        1015.0     |<---- 200 -----|               |
        1020.0     |----- ACK ---->|               |
        1020.0     |----- BYE ---->|               |
        1030.0     |               |----- ACK ---->|
        1030.0     |               |----- BYE ---->|
        1040.0     |               |<---- 200 -----|
        1050.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("call.answer", 1);
    assert_eq!(net.values("call.bye_done"), [200]);
    net.assert_over();
}

#[test]
fn caller_gives_up_after_his_patience() {
    let mut net = Flow::new(["alice", "bob"])
        .ua("alice", |alice| alice.gives_up_after(s(3)))
        .ua("bob", |bob| bob.never_answers());
    net.alice().calls("bob");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE --->|
        10.0       |<---- 180 -----|
        3000.0     |--- CANCEL --->|
        3010.0     |<---- 200 -----|
        3010.0     |<---- 487 -----|
        3020.0     |----- ACK ---->|
    "#]]);
    net.assert_over();
}

#[test]
fn lost_cancel_is_retransmitted_hop_by_hop() {
    let mut net = ringing();
    net.between("pcscf", "bob").drop_next("CANCEL");
    net.alice().calls("bob");
    net.run_for(s(1));
    net.alice().cancels();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        1000.0     |--- CANCEL --->|               |
        1010.0     |<---- 200 -----|               |
        1010.0     |               |--- CANCEL ---x|
        1510.0     |               |--- CANCEL --->|
        1520.0     |               |<---- 200 -----|
        1520.0     |               |<---- 487 -----|
        1530.0     |               |----- ACK ---->|
        1530.0     |<---- 487 -----|               |
        1540.0     |----- ACK ---->|               |
    "#]]);
    net.assert_over();
}

fn ringing() -> Flow {
    Flow::new(["alice", "pcscf", "bob"]).ua("bob", |bob| bob.never_answers())
}

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
fn cancel_that_meets_the_200_between_proxy_and_callee_comes_too_late() {
    let mut net = ringing();
    net.alice().calls("bob");
    net.run_for(ms(985));
    net.alice().cancels();
    net.run_for(ms(15));
    net.bob().answers();
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        985.0      |--- CANCEL --->|               |
        995.0      |<---- 200 -----|               |
        995.0      |               |--- CANCEL --->|
        1000.0     |               |<---- 200 -----|
        1005.0     |               |<---- 200 -----|
        1010.0     |<---- 200 -----|               |
        1020.0     |----- ACK ---->|               |
        1020.0     |----- BYE ---->|               |
        1030.0     |               |----- ACK ---->|
        1030.0     |               |----- BYE ---->|
        1040.0     |               |<---- 200 -----|
        1050.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("call.answer", 1);
    net.assert_over();
}

#[test]
fn cancel_before_the_invite_is_481_at_the_callee() {
    let mut net = Flow::new(["caller", "bob"]).with_peer("alice", "bob").ua("bob", |bob| bob.never_answers());
    net.peer("alice").sends("bob", &from_alice("CANCEL", "sip:bob@192.0.2.2:5060"));
    net.run_for(ms(30));
    net.peer("alice").sends("bob", &from_alice("INVITE", "sip:bob@192.0.2.2:5060"));
    net.run_for(ms(30));
    net.expect(expect![[r#"
        ms         caller          bob             alice
        0.0        |               |<--- CANCEL ---|
        10.0       |               |----- 481 ---->|
        30.0       |               |<--- INVITE ---|
        40.0       |               |----- 180 ---->|
    "#]]);
}

#[test]
fn cancel_before_the_invite_passes_the_proxy_and_its_481_is_stray_there() {
    //= RFC 3261 16.10: if a response context is not found, it MUST statelessly forward the CANCEL request
    //= RFC 6026 7.3: the proxy MUST NOT forward the response if there is no matching transaction state machine
    let mut net = ringing().with_peer("phone", "pcscf");
    let cancel = from_alice("CANCEL", "sip:bob@example.com").replace("{alice}", "{phone}");
    net.peer("phone").sends("pcscf", &cancel);
    net.run_for(ms(100));
    net.peer("phone").sends("pcscf", &cancel.replace("CANCEL", "INVITE"));
    net.run_for(ms(100));
    net.expect(expect![[r#"
        ms         alice           pcscf           bob             phone
        0.0        |               |<----------- CANCEL -----------|
        10.0       |               |--- CANCEL --->|               |
        20.0       |               |<---- 481 -----|               |
        100.0      |               |<----------- INVITE -----------|
        110.0      |               |------------- 100 ------------>|
        110.0      |               |--- INVITE --->|               |
        120.0      |               |<---- 180 -----|               |
        130.0      |               |------------- 180 ------------>|
    "#]]);
    net.assert_probe("response.stray", 1);
}

/// A request from the scripted host `alice`, without the rest of the transaction.
fn from_alice(method: &str, uri: &str) -> String {
    format!(
        "{method} {uri} SIP/2.0
         Via: SIP/2.0/UDP {{alice}};branch=z9hG4bK1
         Max-Forwards: 70
         From: <sip:alice@example.com>;tag=a1
         To: <sip:bob@example.com>
         Call-ID: 1@alice
         CSeq: 1 {method}
         Contact: <sip:alice@{{alice}}>"
    )
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

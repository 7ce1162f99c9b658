//! One message of a call is lost: who notices, when, and what is sent again.
//!
//! alice, the proxy and bob are 10 ms apart. bob rings at once and answers after a second; alice hangs up a second after
//! that.

use flow::{Flow, expect, s};

#[test]
fn lost_invite_is_retransmitted_by_the_proxy_after_t1() {
    let mut net = call_losing("pcscf", "bob", "INVITE");
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE ---x|
        510.0      |               |--- INVITE --->|
        520.0      |               |<---- 180 -----|
        530.0      |<---- 180 -----|               |
        1520.0     |               |<---- 200 -----|
        1530.0     |<---- 200 -----|               |
        1540.0     |----- ACK ---->|               |
        1550.0     |               |----- ACK ---->|
        2540.0     |----- BYE ---->|               |
        2550.0     |               |----- BYE ---->|
        2560.0     |               |<---- 200 -----|
        2570.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("retransmission.request", 1);
    net.assert_over();
}

#[test]
fn lost_invite_on_the_first_link_is_retransmitted_by_the_caller() {
    let mut net = call_losing("alice", "pcscf", "INVITE");
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE ---x|               |
        500.0      |--- INVITE --->|               |
        510.0      |<---- 100 -----|               |
        510.0      |               |--- INVITE --->|
        520.0      |               |<---- 180 -----|
        530.0      |<---- 180 -----|               |
        1520.0     |               |<---- 200 -----|
        1530.0     |<---- 200 -----|               |
        1540.0     |----- ACK ---->|               |
        1550.0     |               |----- ACK ---->|
        2540.0     |----- BYE ---->|               |
        2550.0     |               |----- BYE ---->|
        2560.0     |               |<---- 200 -----|
        2570.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("retransmission.request", 1);
    net.assert_over();
}

#[test]
fn lost_100_costs_a_copy_of_the_invite_that_the_proxy_absorbs() {
    let mut net = prepared().ua("bob", |bob| bob.rings_after(s(1)));
    net.between("alice", "pcscf").drop_next("100");
    run(&mut net);
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |x---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        220.0      |               |<---- 100 -----|
        500.0      |--- INVITE --->|               |
        510.0      |<---- 100 -----|               |
        1020.0     |               |<---- 180 -----|
        1030.0     |<---- 180 -----|               |
        2020.0     |               |<---- 200 -----|
        2030.0     |<---- 200 -----|               |
        2040.0     |----- ACK ---->|               |
        2050.0     |               |----- ACK ---->|
        3040.0     |----- BYE ---->|               |
        3050.0     |               |----- BYE ---->|
        3060.0     |               |<---- 200 -----|
        3070.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("retransmission.request", 1);
    //= RFC 3261 17.2.1: the most recent provisional response is sent again for a copy of the INVITE
    net.assert_probe("repetitions", 1);
    net.assert_probe("uas.invite", 1);
    net.assert_over();
}

#[test]
fn lost_100_goes_unnoticed_when_the_180_follows_within_t1() {
    let mut net = call_losing("alice", "pcscf", "100");
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |x---- 100 -----|               |
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
    net.assert_over();
}

#[test]
fn lost_180_comes_again_while_the_proxy_still_retransmits_the_invite() {
    let mut net = call_losing("pcscf", "bob", "180");
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |x---- 180 -----|
        510.0      |               |--- INVITE --->|
        520.0      |               |<---- 180 -----|
        530.0      |<---- 180 -----|               |
        1020.0     |               |<---- 200 -----|
        1030.0     |<---- 200 -----|               |
        1040.0     |----- ACK ---->|               |
        1050.0     |               |----- ACK ---->|
        2040.0     |----- BYE ---->|               |
        2050.0     |               |----- BYE ---->|
        2060.0     |               |<---- 200 -----|
        2070.0     |<---- 200 -----|               |
    "#]]);
    net.assert_over();
}

#[test]
fn lost_180_is_lost_for_good_where_a_100_has_stopped_the_copies() {
    let mut net = call_losing("alice", "pcscf", "180");
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |x---- 180 -----|               |
        1020.0     |               |<---- 200 -----|
        1030.0     |<---- 200 -----|               |
        1040.0     |----- ACK ---->|               |
        1050.0     |               |----- ACK ---->|
        2040.0     |----- BYE ---->|               |
        2050.0     |               |----- BYE ---->|
        2060.0     |               |<---- 200 -----|
        2070.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("retransmissions", 0);
    net.assert_probe("call.progress", 0);
    net.assert_over();
}

#[test]
fn lost_200_is_retransmitted_by_the_callee_after_t1() {
    let mut net = call_losing("pcscf", "bob", "200");
    net.expect(expect![[r#"
        ms         alice           pcscf           bob
        0.0        |--- INVITE --->|               |
        10.0       |<---- 100 -----|               |
        10.0       |               |--- INVITE --->|
        20.0       |               |<---- 180 -----|
        30.0       |<---- 180 -----|               |
        1020.0     |               |x---- 200 -----|
        1520.0     |               |<---- 200 -----|
        1530.0     |<---- 200 -----|               |
        1540.0     |----- ACK ---->|               |
        1550.0     |               |----- ACK ---->|
        2540.0     |----- BYE ---->|               |
        2550.0     |               |----- BYE ---->|
        2560.0     |               |<---- 200 -----|
        2570.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("retransmission.response", 1);
    net.assert_over();
}

#[test]
fn lost_ack_lets_the_200_come_again_and_is_sent_again() {
    let mut net = call_losing("pcscf", "bob", "ACK");
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
        1050.0     |               |----- ACK ----x|
        1520.0     |               |<---- 200 -----|
        1530.0     |<---- 200 -----|               |
        1540.0     |----- ACK ---->|               |
        1550.0     |               |----- ACK ---->|
        2040.0     |----- BYE ---->|               |
        2050.0     |               |----- BYE ---->|
        2060.0     |               |<---- 200 -----|
        2070.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("retransmission.response", 1);
    net.assert_probe("uas.ack", 1);
    net.assert_over();
}

#[test]
fn lost_bye_is_retransmitted_on_both_links_because_a_bye_gets_no_100() {
    let mut net = call_losing("pcscf", "bob", "BYE");
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
        2050.0     |               |----- BYE ----x|
        2540.0     |----- BYE ---->|               |
        2550.0     |               |----- BYE ---->|
        2560.0     |               |<---- 200 -----|
        2570.0     |<---- 200 -----|               |
    "#]]);
    net.assert_probe("retransmission.request", 2);
    net.assert_probe("call.bye_received", 1);
    net.assert_over();
}

#[test]
fn lost_200_to_the_bye_is_repeated_for_the_copy_of_the_bye() {
    let mut net = prepared();
    net.between("pcscf", "bob").drop_nth("200", 2);
    run(&mut net);
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
        2060.0     |               |x---- 200 -----|
        2540.0     |----- BYE ---->|               |
        2550.0     |               |----- BYE ---->|
        2560.0     |               |<---- 200 -----|
        2570.0     |<---- 200 -----|               |
    "#]]);
    //= RFC 3261 17.2.2: in Completed a copy of the request gets the same response again
    let answers = net.sent("bob", "200");
    assert_eq!(answers[1].octets(), answers[2].octets());
    net.assert_probe("call.bye_received", 1);
    net.assert_over();
}

#[test]
fn lost_200_to_the_bye_on_the_first_link_is_repeated_by_the_proxy() {
    let mut net = prepared();
    net.between("alice", "pcscf").drop_nth("200", 2);
    run(&mut net);
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
        2070.0     |x---- 200 -----|               |
        2540.0     |----- BYE ---->|               |
        2550.0     |<---- 200 -----|               |
    "#]]);
    net.assert_over();
}

#[test]
fn a_call_survives_heavy_loss_with_every_seed() {
    for seed in 1..=20 {
        let mut net = Flow::new(["alice", "pcscf", "bob"]).seed(seed);
        net.between("alice", "pcscf").loss(30.0);
        net.between("pcscf", "bob").loss(30.0);
        net.alice().calls_for("bob", s(1));
        net.run_until_quiet();
        net.assert_over();
    }
}

/// The call in which the first message with this label is lost between these two.
fn call_losing(one: &str, other: &str, label: &str) -> Flow {
    let mut net = prepared();
    net.between(one, other).drop_next(label);
    run(&mut net);
    net
}

fn prepared() -> Flow {
    Flow::new(["alice", "pcscf", "bob"]).ua("bob", |bob| bob.answers_after(s(1)))
}

fn run(net: &mut Flow) {
    net.alice().calls_for("bob", s(1));
    net.run_until_quiet();
}

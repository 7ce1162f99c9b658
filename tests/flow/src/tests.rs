//! The harness itself: what it shows, and what it refuses.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sip::auth::DigestAlgorithm;
use sip::timers::TimerSet;

use crate::{Flow, expect, ms, s};

/// What the panic in `act` says.
fn complaint(act: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).expect_err("nothing panics");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .expect("the panic has a message")
}

#[test]
fn a_failure_shows_the_ladder_and_the_seed() {
    let mut net = Flow::new(["alice", "bob"]).seed(42);
    net.crash("bob");
    net.alice().calls("bob");
    net.run_for(s(1));
    let text = complaint(|| net.assert_probe("retransmissions", 7));
    let expected = expect![[r#"
        retransmissions was reported 1 times instead of 7
        the flow until 1s, seed 42:
        ms         alice           bob
        0.0        |--- INVITE ---x|  lost: host down
        500.0      |--- INVITE ---x|  copy 2, lost: host down
    "#]];
    expected.assert_eq(&text);
}

#[test]
fn each_expectation_sees_what_was_sent_since_the_last_one() {
    let mut net = Flow::new(["alice", "bob"]).ua("bob", |bob| bob.answers_after(ms(100)));
    net.alice().calls("bob");
    net.run_for(ms(5));
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |--- INVITE ---~|
    "#]]);
    net.run_for(ms(50));
    net.expect(expect![[r#"
        ms         alice           bob
        10.0       |<---- 180 -----|
    "#]]);
    net.expect(expect![[r#"
        ms         alice           bob
    "#]]);
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           bob
        110.0      |<---- 200 -----|
        120.0      |----- ACK ---->|
    "#]]);
}

#[test]
fn the_centre_of_a_star_has_the_second_lane_and_routers_have_none() {
    let mut net = Flow::star("proxy", ["alice", "bob"])
        .with_user("carol", "proxy")
        .with_router("detour", ["alice", "proxy"]);
    net.user("carol").sends("OPTIONS", "alice");
    net.run_until_quiet();
    net.expect(expect![[r#"
        ms         alice           proxy           bob             carol
        0.0        |               |<---------- OPTIONS -----------|
        10.0       |<-- OPTIONS ---|               |               |
        20.0       |----- 200 ---->|               |               |
        30.0       |               |------------- 200 ------------>|
    "#]]);
}

#[test]
fn faults_strike_before_what_happens_at_the_same_instant() {
    let mut net = Flow::new(["alice", "bob"]);
    net.run_for(ms(100));
    net.between("alice", "bob").drop_next("INVITE");
    net.alice().calls("bob");
    net.run_for(ms(1));
    net.expect(expect![[r#"
        ms         alice           bob
        100.0      |--- INVITE ---x|
    "#]]);
}

#[test]
fn links_have_their_own_delays_and_entities_their_own_timers() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]).one_way(ms(5)).timers_between(
        "alice",
        "pcscf",
        TimerSet::TS24229_UE,
    );
    net.between("pcscf", "bob").delay(ms(40)).drop_next("INVITE");
    net.between("alice", "pcscf").drop_next("INVITE");
    net.alice().calls("bob");
    net.run_until_quiet();
    assert_eq!(net.times("alice", "INVITE"), [ms(0), s(2)]);
    assert_eq!(net.times("pcscf", "INVITE"), [ms(2005), ms(2505)]);
    assert_eq!(net.sent("bob", "200")[0].at, ms(2545));
}

#[test]
fn a_last_change_reaches_what_has_no_method_of_its_own() {
    let mut net = Flow::new(["alice", "pcscf", "bob"])
        .ua("bob", |bob| bob.configured(|config| config.transaction_limit = 0))
        .proxy("pcscf", |pcscf| pcscf.configured(|config| config.transaction_limit = 4));
    net.alice().calls("bob");
    net.run_until_quiet();
    assert_eq!(net.sent("bob", "503").len(), 1);
    assert_eq!(net.values("transaction.refused").len(), 1);
}

#[test]
fn messages_are_read_by_header_in_full_or_compact_form() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    net.alice().sends("OPTIONS", "bob");
    net.run_until_quiet();
    let options = net.message(1);
    assert_eq!((options.from.as_str(), options.to.as_deref()), ("pcscf", Some("bob")));
    assert_eq!(options.start_line(), "OPTIONS sip:bob@192.0.2.3:5060 SIP/2.0");
    assert_eq!((options.headers("Via").len(), options.headers("v").len()), (2, 2));
    assert_eq!(options.header("cseq"), "1 OPTIONS");
    assert_eq!((options.at, options.arrived_at()), (ms(10), Some(ms(20))));
    assert!(
        complaint(|| drop(options.header("Expires"))).starts_with("no Expires in this message:\nOPTIONS")
    );
    assert!(complaint(|| drop(net.message(4))).starts_with("there is no message 4: the flow has 4"));
}

#[test]
fn names_that_do_not_exist_are_refused_with_those_that_do() {
    let mut net = Flow::new(["alice", "pcscf", "bob"]);
    for (complaint, wanted) in [
        (complaint(|| net.user("bbo").hangs_up()), "no host is called \"bbo\"; there are alice, pcscf, bob"),
        (complaint(|| net.user("pcscf").hangs_up()), "\"pcscf\" is no user agent"),
        (
            complaint(|| _ = net.between("alice", "bob").up()),
            "no link joins \"alice\" and \"bob\"; there are alice-pcscf, pcscf-bob",
        ),
        (complaint(|| net.crash("nobody")), "no host is called \"nobody\""),
        (complaint(|| net.alice().calls("nobody")), "no host is called \"nobody\""),
        (
            complaint(|| net.assert_probe("retransmision", 0)),
            "nobody reports \"retransmision\"; there are retransmissions,",
        ),
        (complaint(|| drop(Flow::new(["a", "a"]))), "two hosts are named \"a\""),
        (complaint(|| drop(Flow::new(["a", "b c"]))), "the name \"b c\" is not of letters"),
        (complaint(|| drop(Flow::new(["a", "b"]).proxy("b", |proxy| proxy))), "\"b\" is no proxy"),
    ] {
        assert!(complaint.starts_with(wanted), "{complaint}");
    }
}

#[test]
fn orders_that_cannot_be_carried_out_fail_the_test() {
    let mut net = Flow::new(["alice", "bob"]);
    let no_call = complaint(|| net.alice().hangs_up());
    assert!(no_call.starts_with("alice cannot hang up: there is no call in the state for it"), "{no_call}");
    net.alice().calls("bob");
    let busy = complaint(|| net.alice().calls("bob"));
    assert!(busy.starts_with("alice cannot call: there is a call already"), "{busy}");
    let nobody = complaint(|| net.bob().calls("sip:carol@elsewhere.example"));
    assert!(nobody.starts_with("bob cannot call: nobody is known to send it to"), "{nobody}");
    let bound = complaint(|| net.bob().registers());
    assert!(bound.starts_with("bob cannot register"), "{bound}");
    net.crash("bob");
    let down = complaint(|| net.bob().cancels());
    assert!(down.starts_with("bob cannot cancel: the host is down"), "{down}");
}

#[test]
fn a_flow_that_has_begun_is_not_configured() {
    let mut net = Flow::new(["alice", "bob"]);
    net.run_for(ms(1));
    let late = complaint(|| drop(net.seed(3)));
    assert_eq!(late, "a flow is configured before its first order or run");
}

#[test]
fn quiet_means_that_no_transaction_is_alive() {
    let mut net = Flow::new(["alice", "bob"]).ua("bob", |bob| bob.never_answers());
    net.alice().calls("bob");
    let alive = complaint(|| net.run_until_quiet());
    assert!(alive.starts_with("the flow is not quiet: 1 transactions are alive at alice"), "{alive}");
    net.alice().cancels();
    net.run_until_quiet();
    net.assert_over();
}

#[test]
fn a_host_that_is_down_does_not_disturb_the_quiet_and_goes_on_after_the_restart() {
    let mut net = Flow::new(["alice", "bob"]);
    net.alice().calls("bob");
    net.run_for(ms(15));
    net.crash("alice");
    net.run_for(s(1));
    net.restart("alice");
    net.run_until_quiet();
    net.assert_probe("call.answer", 1);
    net.assert_probe("uas.ack", 1);
}

#[test]
fn an_answered_call_is_quiet_but_not_over() {
    let mut net = Flow::new(["alice", "bob"]);
    net.alice().calls("bob");
    net.run_until_quiet();
    assert!(complaint(|| net.assert_over()).starts_with("2 transactions, dialogs or calls are alive"));
}

#[test]
fn a_user_registers_at_its_home_in_the_realm_of_its_domain() {
    let mut net = Flow::new(["alice", "koeln", "bonn", "bob"])
        .ua("bob", |bob| bob.registers_at_start().domain("bonn.example"))
        .proxy("bonn", |bonn| bonn.challenges(DigestAlgorithm::Sha256));
    net.run_until_quiet();
    assert!(net.sent("bonn", "401")[0].header("WWW-Authenticate").contains("realm=\"bonn.example\""));
    net.assert_probe("register.done", 1);
    net.assert_probe("registrar.registered", 1);
    net.alice().calls("bob");
    net.run_until_quiet();
    net.assert_probe("call.answer", 1);
}

#[test]
fn a_call_to_an_address_that_nobody_owns_is_drawn_at_its_sender() {
    let mut net = Flow::new(["alice", "bob"]);
    net.alice().calls("sip:ghost@203.0.113.9");
    net.run_for(ms(1));
    assert_eq!(net.message(0).to, None);
    net.expect(expect![[r#"
        ms         alice           bob
        0.0        |) INVITE       |
    "#]]);
}

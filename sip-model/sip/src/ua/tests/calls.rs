//! Calls without trouble, refusals, and the races of CANCEL and BYE.

use expect_test::expect;
use sim_api::{Memory, NodeFault, SimTime};

use super::driver::Sent;
use super::*;
use crate::message::StatusCode;
use crate::probe::*;
use crate::ua::{Act, NotDone, Planned, Schedule};

#[test]
fn a_call_is_answered_acknowledged_and_hung_up() {
    let mut world = pair(alice(), bob(answers_after(2000)));
    call(&mut world, Some(secs(5)));
    world.run();
    expect![[r#"
        0.0      alice --> bob INVITE
        10.0     bob --> alice 180
        2010.0   bob --> alice 200
        2020.0   alice --> bob ACK
        7020.0   alice --> bob BYE
        7030.0   bob --> alice 200
    "#]]
    .assert_eq(&world.ladder());
    for name in [
        CALL_INVITE,
        CALL_ANSWER,
        CALL_BYE,
        CALL_BYE_DONE,
        CALL_END,
        UAS_INVITE,
        UAS_ANSWER,
        UAS_ACK,
        UAS_END,
    ] {
        assert_eq!(world.count(name), 1, "{name:?}");
    }
    assert_eq!(world.values(CALL_PROGRESS), [180]);
    world.finish();
}

#[test]
fn the_invite_and_its_200_say_which_methods_each_side_takes() {
    let mut world = pair(alice(), bob(answers_after(0)));
    call(&mut world, None);
    world.run_until(SimTime::from_millis(100));
    let (invite, ok) = (&world.octets("alice", "INVITE")[0], &world.octets("bob", "200")[0]);
    for message in [invite, ok] {
        assert!(message.contains("Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"), "{message}");
    }
    assert!(ok.contains("Supported: \r\n"), "{ok}");
    assert!(!world.octets("bob", "180")[0].contains("Allow"), "only a 2xx is asked for it");
}

#[test]
fn the_answer_knows_that_the_callee_let_it_ring() {
    let mut world = pair(alice(), bob(answers_after(2000)));
    call(&mut world, None);
    world.run_until(SimTime::from_secs(10));
    let answer = world.seen.iter().find(|seen| seen.probe.name == CALL_ANSWER).unwrap();
    let split = answer.lineage.split();
    assert_eq!(
        (answer.lineage.root(), split.timers, split.propagation),
        (SimTime::ZERO, 2_000_000_000, 20_000_000)
    );
    world.finish();
}

#[test]
fn both_sides_report_a_call_under_the_same_subject() {
    let mut world = pair(alice(), bob(answers_after(100)));
    call(&mut world, Some(secs(1)));
    world.run();
    let of_call = |seen: &&super::driver::Seen| seen.probe.subject != 0;
    let subjects: Vec<u64> = world.seen.iter().filter(of_call).map(|seen| seen.probe.subject).collect();
    assert!(subjects.len() > 8 && subjects.iter().all(|subject| *subject == subjects[0]));
}

#[test]
fn the_callee_may_hang_up_once_the_ack_has_come() {
    let mut world = pair(alice(), bob(answers_after(100)));
    call(&mut world, None);
    world.run_until(SimTime::from_millis(115));
    assert_eq!(world.order("bob", |ua, cx| ua.hang_up(0, cx)), Err(NotDone::NoSuchCall));
    world.run_until(SimTime::from_millis(500));
    assert_eq!(world.order("bob", |ua, cx| ua.hang_up(0, cx)), Ok(()));
    world.run();
    expect![[r#"
        0.0      alice --> bob INVITE
        10.0     bob --> alice 180
        110.0    bob --> alice 200
        120.0    alice --> bob ACK
        500.0    bob --> alice BYE
        510.0    alice --> bob 200
    "#]]
    .assert_eq(&world.ladder());
    world.finish();
}

#[test]
fn when_both_hang_up_at_once_both_byes_are_answered() {
    let mut world = pair(alice(), bob(answers_after(0)));
    call(&mut world, None);
    world.run_until(SimTime::from_secs(1));
    world.order("alice", |ua, cx| ua.hang_up(0, cx)).unwrap();
    world.order("bob", |ua, cx| ua.hang_up(0, cx)).unwrap();
    world.run();
    assert_eq!(world.values(CALL_BYE_DONE), [200, 200]);
    assert_eq!((world.count(CALL_END), world.count(UAS_END)), (1, 1));
    world.finish();
}

#[test]
fn a_busy_line_answers_486_and_does_not_place_planned_calls() {
    let plan = |at_ms, callee: &str| Planned {
        at: SimTime::from_millis(at_ms),
        line: 0,
        act: Act::Call { callee: callee.into(), holding: secs(60) },
    };
    let mut alice = alice();
    alice.calls =
        Box::new(Schedule::new(vec![plan(2000, "sip:bob@b.example"), plan(1000, "sip:bob@b.example")]));
    let mut bob = bob(answers_after(0));
    bob.calls = Box::new(Schedule::new(vec![plan(3000, "sip:alice@a.example")]));
    let carol = user("carol", "c.example", "192.0.2.3:5060");
    let mut world = pair(alice, bob).agents("carol", UserAgents::new(carol));
    world.run_until(SimTime::from_secs(4));
    assert_eq!(world.count(CALL_SUPPRESSED), 2);
    world.order("carol", |ua, cx| ua.call(0, "sip:bob@b.example", None, cx)).unwrap();
    world.run_until(SimTime::from_secs(5));
    assert_eq!((world.values(CALL_REJECT), world.count(UAS_BUSY)), (vec![486], 1));
    assert_eq!(world.order("alice", |ua, cx| ua.call(0, "sip:bob@b.example", None, cx)), Err(NotDone::Busy));
    world.finish();
}

#[test]
fn a_line_is_free_again_as_soon_as_its_call_is_over() {
    let mut world = pair(alice(), bob(answers_after(0)));
    for _ in 0..3 {
        call(&mut world, Some(ms(100)));
        world.run_until(SimTime::from_millis(300 * (world.count(CALL_INVITE) as u64)));
    }
    assert_eq!((world.count(CALL_END), world.count(UAS_END)), (3, 3));
    world.finish();
}

#[test]
fn a_rejection_at_once_replaces_the_180() {
    let reject = Answering::Reject { status: StatusCode::DECLINE, after: fixed(0) };
    let mut world = pair(alice(), bob(reject));
    call(&mut world, None);
    world.run();
    expect![[r#"
        0.0      alice --> bob INVITE
        10.0     bob --> alice 603
        20.0     alice --> bob ACK
    "#]]
    .assert_eq(&world.ladder());
    assert_eq!((world.values(CALL_REJECT), world.values(UAS_REJECT)), (vec![603], vec![603]));
    world.finish();
}

#[test]
fn a_phone_that_rings_late_sends_100_after_200_ms() {
    let slow = UserAgentsConfig { ringing: Some(fixed(1000)), ..bob(answers_after(0)) };
    let mut world = pair(alice(), slow);
    call(&mut world, Some(secs(1)));
    world.run();
    expect![[r#"
        0.0      alice --> bob INVITE
        210.0    bob --> alice 100
        1010.0   bob --> alice 180
        1010.0   bob --> alice 200
        1020.0   alice --> bob ACK
        2020.0   alice --> bob BYE
        2030.0   bob --> alice 200
    "#]]
    .assert_eq(&world.ladder());
    assert!(!world.octets("bob", "100")[0].contains("To: <sip:bob@b.example>;tag="), "no To tag on 100");
    assert_eq!(world.values(CALL_PROGRESS), [180]);
}

#[test]
fn cancel_waits_for_a_provisional_response() {
    let slow = UserAgentsConfig { ringing: Some(fixed(100)), ..bob(Answering::Never) };
    let mut world = pair(alice(), slow);
    call(&mut world, None);
    world.order("alice", |ua, cx| ua.cancel(0, cx)).unwrap();
    world.run();
    expect![[r#"
        0.0      alice --> bob INVITE
        110.0    bob --> alice 180
        120.0    alice --> bob CANCEL
        130.0    bob --> alice 200
        130.0    bob --> alice 487
        140.0    alice --> bob ACK
    "#]]
    .assert_eq(&world.ladder());
    assert_eq!((world.values(CALL_CANCELLED), world.count(UAS_CANCELLED)), (vec![487], 1));
    assert_eq!(world.count(CALL_REJECT), 0);
    world.finish();
}

#[test]
fn the_responses_to_cancel_and_invite_carry_the_same_to_tag() {
    let mut world = pair(alice(), bob(Answering::Never));
    call(&mut world, None);
    world.run_until(SimTime::from_millis(100));
    world.order("alice", |ua, cx| ua.cancel(0, cx)).unwrap();
    world.run();
    let to = |octets: &str| octets.lines().find(|line| line.starts_with("To:")).unwrap().to_owned();
    let responses = [&world.octets("bob", "200")[0], &world.octets("bob", "487")[0]];
    assert!(to(responses[0]).contains(";tag="));
    assert_eq!(to(responses[0]), to(responses[1]));
}

#[test]
fn a_2xx_that_crosses_the_cancel_is_acknowledged_and_ended_with_bye() {
    let mut world = pair(alice(), bob(answers_after(500)));
    call(&mut world, Some(secs(60)));
    world.run_until(SimTime::from_millis(505));
    world.order("alice", |ua, cx| ua.cancel(0, cx)).unwrap();
    world.run();
    expect![[r#"
        0.0      alice --> bob INVITE
        10.0     bob --> alice 180
        505.0    alice --> bob CANCEL
        510.0    bob --> alice 200
        515.0    bob --> alice 200
        520.0    alice --> bob ACK
        520.0    alice --> bob BYE
        530.0    bob --> alice 200
    "#]]
    .assert_eq(&world.ladder());
    assert_eq!(
        (world.count(CALL_ANSWER), world.count(CALL_CANCELLED), world.count(UAS_CANCELLED)),
        (1, 0, 0)
    );
    world.finish();
}

#[test]
fn a_caller_without_patience_cancels() {
    let impatient = UserAgentsConfig { patience: Some(secs(20)), ..alice() };
    let mut world = pair(impatient, bob(Answering::Never));
    call(&mut world, None);
    world.run();
    assert_eq!(world.sendings("alice", "CANCEL"), [20_000.0]);
    assert_eq!(world.values(CALL_CANCELLED), [487]);
    world.finish();
}

#[test]
fn a_180_that_comes_after_the_final_response_does_not_revive_the_wish_to_cancel() {
    for (answering, label, ended) in [
        (Answering::Reject { status: StatusCode::BUSY_HERE, after: fixed(0) }, "486", CALL_CANCELLED),
        (answers_after(0), "200", CALL_END),
    ] {
        let impatient = UserAgentsConfig { patience: Some(ms(15)), ..alice() };
        let mut world = pair(impatient, UserAgentsConfig { ringing: None, ..bob(answering) });
        call(&mut world, None);
        world.run_until(SimTime::from_millis(100));
        let last = &world.octets("bob", label)[0];
        let (_, rest) = last.split_once("\r\n").unwrap();
        let late = format!("SIP/2.0 180 Ringing\r\n{rest}");
        world.inject(BOB, ALICE, late.as_bytes());
        world.run();
        assert_eq!(world.sendings("alice", "CANCEL").len(), 0, "after {label}");
        assert_eq!((world.count(ended), world.count(CALL_PROGRESS)), (1, 0), "after {label}");
        world.finish();
    }
}

#[test]
fn patience_ends_with_the_answer() {
    let impatient = UserAgentsConfig { patience: Some(secs(1)), ..alice() };
    let mut world = pair(impatient, bob(answers_after(500)));
    call(&mut world, Some(secs(30)));
    world.run();
    assert_eq!((world.count(CALL_CANCELLED), world.sendings("alice", "CANCEL").len()), (0, 0));
    assert_eq!(world.times(CALL_BYE), [30_520.0]);
}

#[test]
fn a_call_ends_64_t1_after_a_cancel_without_effect() {
    let deaf = |sent: &Sent| sent.from == "bob" && sent.label != "180";
    let mut world = between(World::new(ms(10)).losing(deaf), alice(), bob(Answering::Never));
    call(&mut world, None);
    world.run_until(SimTime::from_secs(1));
    world.order("alice", |ua, cx| ua.cancel(0, cx)).unwrap();
    world.run();
    assert_eq!((world.values(CALL_CANCELLED), world.times(CALL_CANCELLED)), (vec![408], vec![33_000.0]));
    world.finish();
}

#[test]
fn a_2xx_of_another_callee_is_acknowledged_and_ended_with_bye() {
    let mut world = pair(alice(), bob(answers_after(0)));
    call(&mut world, None);
    world.run_until(SimTime::from_millis(100));
    let ours = world.octets("bob", "200")[0].clone();
    let (head, tail) = ours.split_once("To: <sip:bob@b.example>;tag=").unwrap();
    let (tag, tail) = tail.split_once("\r\n").unwrap();
    let theirs = format!("{head}To: <sip:bob@b.example>;tag=other\r\n{tail}");
    assert_ne!(tag, "other");
    for millis in [200, 300] {
        world.inject(BOB, ALICE, theirs.as_bytes());
        world.run_until(SimTime::from_millis(millis));
    }
    let forked: Vec<_> = world
        .sent
        .iter()
        .filter(|sent| sent.from == "alice" && String::from_utf8_lossy(&sent.octets).contains(";tag=other"))
        .map(|sent| sent.label.as_str())
        .collect();
    assert_eq!(forked, ["ACK", "BYE", "ACK"], "one BYE, and an ACK for each copy of the 2xx");
    assert_eq!((world.count(CALL_FORKED_ANSWER), world.count(CALL_ANSWER)), (1, 1));
    assert_eq!(world.count(CALL_END), 0, "the first call goes on");
    world.finish();
}

#[test]
fn planned_requests_outside_dialogs_are_answered() {
    let mut alice = alice();
    let act = Act::Request { method: crate::message::Method::Options, target: "sip:bob@b.example".into() };
    alice.calls = Box::new(Schedule::new(vec![Planned { at: SimTime::from_secs(1), line: 0, act }]));
    let mut world = pair(alice, bob(Answering::Never));
    world.run();
    assert_eq!(world.values(REQUEST_DONE), [200]);
    assert_eq!((world.times(REQUEST_DONE), world.count(UAS_REQUEST)), (vec![1020.0], 1));
    assert!(world.octets("bob", "200")[0].contains("Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"));
    world.finish();
}

#[test]
fn a_call_without_a_route_is_not_placed() {
    let mut world = pair(alice(), bob(Answering::Never));
    let order = world.order("alice", |ua, cx| ua.call(0, "sip:x@nowhere.example", None, cx));
    assert_eq!((order, world.count(CALL_NO_ROUTE)), (Err(NotDone::NotSent), 1));
    assert_eq!(world.live("alice"), 0);
}

#[test]
fn a_drained_network_falls_silent() {
    let mut world = pair(alice(), bob(answers_after(0)));
    call(&mut world, Some(secs(3600)));
    world.run_until(SimTime::from_secs(1));
    world.drain();
    world.run();
    assert_eq!(world.sendings("alice", "BYE"), [1000.0]);
    assert_eq!(world.sendings("bob", "BYE").len(), 0, "the caller hangs up");
    world.finish();
}

#[test]
fn a_drained_callee_hangs_up_when_its_caller_is_gone() {
    let mut world = pair(alice(), bob(answers_after(0)));
    call(&mut world, None);
    world.run_until(SimTime::from_secs(1));
    world.fault("alice", NodeFault::Crash(Memory::Lost));
    world.fault("alice", NodeFault::Restart);
    world.drain();
    world.run();
    assert_eq!(world.times(CALL_BYE), [33_000.0]);
    assert_eq!(world.values(CALL_BYE_DONE), [481], "a UA that has forgotten the dialog says so");
    world.finish();
}

#[test]
fn a_crash_with_memory_kept_delays_and_one_without_forgets() {
    for (memory, ends) in [(Memory::Kept, 1), (Memory::Lost, 0)] {
        let mut world = pair(alice(), bob(answers_after(0)));
        call(&mut world, Some(secs(10)));
        world.run_until(SimTime::from_secs(5));
        world.fault("alice", NodeFault::Crash(memory));
        world.run_until(SimTime::from_secs(20));
        world.fault("alice", NodeFault::Restart);
        world.run_until(SimTime::from_secs(21));
        assert_eq!(world.count(CALL_END), ends, "{memory:?}");
        world.finish();
    }
}

#[test]
fn plans_that_fall_into_an_outage_are_suppressed() {
    let plan = |at_s| Planned {
        at: SimTime::from_secs(at_s),
        line: 0,
        act: Act::Call { callee: "sip:bob@b.example".into(), holding: secs(1) },
    };
    let mut alice = alice();
    alice.calls = Box::new(Schedule::new(vec![plan(10), plan(20), plan(40)]));
    let mut world = pair(alice, bob(answers_after(0)));
    world.run_until(SimTime::from_secs(5));
    world.fault("alice", NodeFault::Crash(Memory::Lost));
    world.run_until(SimTime::from_secs(30));
    world.fault("alice", NodeFault::Restart);
    world.run_until(SimTime::from_secs(50));
    assert_eq!((world.count(CALL_SUPPRESSED), world.times(CALL_INVITE)), (2, vec![40_000.0]));
    world.finish();
}

#[test]
fn luck_belongs_to_the_call_and_not_to_the_order_of_arrival() {
    let answer_delays = |first_call_is_placed: bool| {
        let mut bob = bob(Answering::Answer { after: sim_api::Distribution::Exponential { mean: secs(8) } });
        bob.ringing = None;
        let plan = |at_s| Planned {
            at: SimTime::from_secs(at_s),
            line: 0,
            act: Act::Call { callee: "sip:bob@b.example".into(), holding: ms(1) },
        };
        let mut alice = alice();
        alice.calls = Box::new(Schedule::new(vec![plan(1), plan(1000)]));
        let mut world = pair(alice, bob);
        if !first_call_is_placed {
            world.fault("alice", NodeFault::Crash(Memory::Kept));
            world.run_until(SimTime::from_secs(500));
            world.fault("alice", NodeFault::Restart);
        }
        world.run();
        *world.times(UAS_ANSWER).last().unwrap()
    };
    assert_eq!(answer_delays(true), answer_delays(false));
}

#[test]
fn a_call_that_rings_when_the_run_ends_is_still_answered_and_then_hung_up() {
    let mut world = pair(alice(), bob(answers_after(8)));
    call(&mut world, Some(secs(3600)));
    world.run_until(SimTime::from_secs(1));
    world.drain();
    world.run();
    assert_eq!((world.count(CALL_ANSWER), world.count(CALL_CANCELLED)), (1, 0));
    assert_eq!(world.sendings("alice", "BYE").len(), 1);
    world.finish();
}

#[test]
fn a_phone_that_rings_for_ever_is_given_up_after_the_run() {
    let mut world = pair(alice(), bob(Answering::Never));
    call(&mut world, Some(secs(3600)));
    world.run_until(SimTime::from_secs(1));
    world.drain();
    world.run();
    assert_eq!(world.count(CALL_CANCELLED), 1);
    assert_eq!(world.sendings("alice", "CANCEL"), [33_000.0]);
    world.finish();
}

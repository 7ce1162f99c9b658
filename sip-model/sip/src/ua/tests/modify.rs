//! re-INVITE from both sides, glare, and offers in the 2xx.

use expect_test::expect;
use sim_api::SimTime;

use super::driver::Sent;
use super::*;
use crate::message::Message;
use crate::probe::*;
use crate::sdp::{Direction, Sdp};
use crate::ua::{Change, NotDone, Offering};

const HOLD: Change = Change::Media(Direction::SendOnly);

/// An answered call, a second old.
fn talking() -> World {
    answered(pair(alice(), bob(answers_after(0))))
}

fn answered(mut world: World) -> World {
    call(&mut world, None);
    world.run_until(SimTime::from_secs(1));
    world.sent.clear();
    world
}

fn modify(world: &mut World, who: &str, change: Change) -> Result<(), NotDone> {
    world.order(who, |ua, cx| ua.modify(0, change, cx))
}

/// Version and direction of the description in `message`.
fn described(message: &str) -> (u64, Direction) {
    let message = Message::parse(message.as_bytes()).unwrap();
    let sdp = Sdp::parse(message.body()).unwrap();
    let media = sdp.media().next().unwrap();
    (sdp.origin().version - sdp.origin().session_id, sdp.direction_of(&media))
}

fn cseq(message: &str) -> u32 {
    Message::parse(message.as_bytes()).unwrap().cseq().unwrap().number
}

#[test]
fn a_re_invite_holds_the_peer_and_takes_him_back() {
    let mut world = talking();
    modify(&mut world, "alice", HOLD).unwrap();
    world.run_until(SimTime::from_secs(2));
    modify(&mut world, "alice", Change::Media(Direction::SendRecv)).unwrap();
    world.run_until(SimTime::from_secs(3));
    expect![[r#"
        1000.0   alice --> bob INVITE
        1010.0   bob --> alice 200
        1020.0   alice --> bob ACK
        2000.0   alice --> bob INVITE
        2010.0   bob --> alice 200
        2020.0   alice --> bob ACK
    "#]]
    .assert_eq(&world.ladder());
    let (offers, answers) = (world.octets("alice", "INVITE"), world.octets("bob", "200"));
    assert_eq!(
        [&offers[0], &offers[1]].map(|one| described(one)),
        [(1, Direction::SendOnly), (2, Direction::SendRecv)]
    );
    assert_eq!(
        [&answers[0], &answers[1]].map(|one| described(one)),
        [(1, Direction::RecvOnly), (2, Direction::SendRecv)]
    );
    assert_eq!([&offers[0], &offers[1]].map(|one| cseq(one)), [2, 3], "the CSeq rises by one");
    assert_eq!((world.values(CALL_MODIFIED), world.count(UAS_MODIFIED)), (vec![200, 200], 2));
    world.finish();
}

#[test]
fn the_callee_modifies_the_call_with_a_cseq_space_of_its_own() {
    let mut world = talking();
    modify(&mut world, "bob", HOLD).unwrap();
    world.run_until(SimTime::from_secs(2));
    let (invite, ack) = (&world.octets("bob", "INVITE")[0], &world.octets("bob", "ACK")[0]);
    assert_eq!((cseq(invite), cseq(ack)), (1, 1));
    assert!(invite.starts_with("INVITE sip:alice@192.0.2.1:5060 SIP/2.0\r\n"), "{invite}");
    world.finish();
}

#[test]
fn crossing_re_invites_get_491_and_both_are_tried_again_after_the_times_of_14_1() {
    let mut world = talking();
    modify(&mut world, "alice", HOLD).unwrap();
    modify(&mut world, "bob", HOLD).unwrap();
    world.run_until(SimTime::from_secs(10));
    let waits = world.values(CALL_GLARE);
    assert_eq!((world.octets("alice", "491").len(), world.octets("bob", "491").len()), (1, 1));
    let again = |who: &str| world.sendings(who, "INVITE")[1] - 1020.0;
    //= RFC 3261 14.1: 2.1 to 4 seconds for the owner of the Call-ID, 0 to 2 seconds for the other, in units of 10 ms
    let (owner, other) = (again("alice"), again("bob"));
    assert!((2100.0..=4000.0).contains(&owner) && owner % 10.0 == 0.0, "{owner}");
    assert!((0.0..=2000.0).contains(&other) && other % 10.0 == 0.0, "{other}");
    assert_eq!(waits.len(), 2);
    assert_eq!(world.values(CALL_MODIFIED), [200, 200], "both make progress");
    world.finish();
}

#[test]
fn a_re_invite_while_the_first_invite_rings_gets_500_with_retry_after() {
    let mut world = pair(alice(), bob(Answering::Never));
    call(&mut world, None);
    world.run_until(SimTime::from_secs(1));
    let invite = &world.octets("alice", "INVITE")[0];
    let ringing = &world.octets("bob", "180")[0];
    let to = ringing.lines().find(|line| line.starts_with("To:")).unwrap();
    let second = invite
        .replace("To: <sip:bob@b.example>", to)
        .replace("CSeq: 1 INVITE", "CSeq: 2 INVITE")
        .replace("branch=z9hG4bK", "branch=z9hG4bKsecond");
    world.inject(ALICE, BOB, second.as_bytes());
    world.run_until(SimTime::from_secs(2));
    let refusal = &world.octets("bob", "500")[0];
    let seconds: u32 =
        refusal.split("Retry-After: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    assert!(seconds <= 10, "{refusal}");
}

#[test]
fn an_invite_from_the_callee_of_an_unanswered_call_gets_491() {
    let mut world = pair(alice(), bob(Answering::Never));
    call(&mut world, None);
    world.run_until(SimTime::from_secs(1));
    let invite = Message::parse(world.octets("alice", "INVITE")[0].as_bytes()).unwrap().into_owned();
    let tag = invite.from().unwrap().tag.unwrap().as_str().to_owned();
    let call_id = invite.call_id().unwrap().as_str().to_owned();
    let crossing = format!(
        "INVITE sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {BOB};branch=z9hG4bKx\r\nMax-Forwards: 70\r\n\
         From: <sip:bob@b.example>;tag=b1\r\nTo: <sip:alice@a.example>;tag={tag}\r\nCall-ID: {call_id}\r\n\
         CSeq: 1 INVITE\r\nContact: <sip:bob@{BOB}>\r\nContent-Length: 0\r\n\r\n"
    );
    world.inject(BOB, ALICE, crossing.as_bytes());
    world.run_until(SimTime::from_millis(1100));
    assert_eq!(world.octets("alice", "491").len(), 1);
}

#[test]
fn no_second_invite_is_begun_while_one_is_in_progress_in_either_direction() {
    let mut world = talking();
    modify(&mut world, "alice", HOLD).unwrap();
    assert_eq!(modify(&mut world, "alice", HOLD), Err(NotDone::NoSuchCall));
    world.run_until(SimTime::from_millis(1015));
    assert_eq!(modify(&mut world, "bob", HOLD), Err(NotDone::NoSuchCall), "the ACK is missing");
    world.run_until(SimTime::from_millis(1100));
    assert_eq!(modify(&mut world, "bob", HOLD), Ok(()));
    world.finish();
}

#[test]
fn a_re_invite_without_an_offer_is_answered_with_one_and_the_ack_answers() {
    let mut world = talking();
    modify(&mut world, "alice", Change::NoOffer).unwrap();
    world.run_until(SimTime::from_secs(2));
    let (invite, ack) = (&world.octets("alice", "INVITE")[0], &world.octets("alice", "ACK")[0]);
    assert!(invite.ends_with("Content-Length: 0\r\n\r\n"), "{invite}");
    assert_eq!(described(ack).1, Direction::SendRecv);
    assert_eq!(world.values(CALL_MODIFIED), [200]);
    world.finish();
}

#[test]
fn a_call_may_be_set_up_with_the_offer_in_the_200_and_the_answer_in_the_ack() {
    let late = UserAgentsConfig { offering: Offering::InAck, ..alice() };
    let mut world = pair(late, bob(answers_after(0)));
    call(&mut world, Some(secs(2)));
    world.run();
    expect![[r#"
        0.0      alice --> bob INVITE
        10.0     bob --> alice 180
        10.0     bob --> alice 200
        20.0     alice --> bob ACK
        2020.0   alice --> bob BYE
        2030.0   bob --> alice 200
    "#]]
    .assert_eq(&world.ladder());
    let ack = &world.octets("alice", "ACK")[0];
    assert!(ack.contains("Content-Type: application/sdp\r\n") && ack.contains("m=audio 49170"), "{ack}");
    world.finish();
}

#[test]
fn a_lost_ack_with_the_answer_is_sent_again_with_it() {
    let late = UserAgentsConfig { offering: Offering::InAck, ..alice() };
    let loses_first_ack = |sent: &Sent| sent.label == "ACK" && sent.nth == 1;
    let mut world = between(World::new(ms(10)).losing(loses_first_ack), late, bob(answers_after(0)));
    call(&mut world, Some(secs(2)));
    world.run();
    let acks = world.octets("alice", "ACK");
    assert!(acks.len() == 2 && acks[0] == acks[1] && acks[0].contains("m=audio"), "{acks:?}");
    world.finish();
}

#[test]
fn an_ack_without_the_answer_that_it_owes_ends_the_call() {
    let late = UserAgentsConfig { offering: Offering::InAck, ..alice() };
    let mut world = pair(late, bob(answers_after(100)));
    call(&mut world, None);
    world.run_until(SimTime::from_millis(115));
    let ok = Message::parse(world.octets("bob", "200")[0].as_bytes()).unwrap().into_owned();
    let row = |name| String::from_utf8(ok.value(name).unwrap().to_vec()).unwrap();
    use crate::message::HeaderName::{CallId, From, To};
    let ack = format!(
        "ACK sip:bob@{BOB} SIP/2.0\r\nVia: SIP/2.0/UDP {ALICE};branch=z9hG4bKbare\r\nMax-Forwards: 70\r\n\
         From: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
        row(From),
        row(To),
        row(CallId)
    );
    world.inject(ALICE, BOB, ack.as_bytes());
    world.run_until(SimTime::from_millis(126));
    assert_eq!(world.octets("bob", "BYE").len(), 1);
    world.finish();
}

#[test]
fn an_offer_nobody_can_agree_to_gets_488_with_a_warning_and_changes_nothing() {
    let mut world = talking();
    modify(&mut world, "alice", HOLD).unwrap();
    world.run_until(SimTime::from_secs(2));
    let odd = world.octets("alice", "INVITE")[0]
        .replace("CSeq: 2 INVITE", "CSeq: 9 INVITE")
        .replace("branch=z9hG4bK", "branch=z9hG4bKodd")
        .replace("RTP/AVP 0 8 101", "RTP/AVP 3 4 555");
    world.inject(ALICE, BOB, odd.as_bytes());
    world.run_until(SimTime::from_secs(3));
    let refusal = &world.octets("bob", "488")[0];
    assert!(refusal.contains("Warning: 305 192.0.2.2:5060 \"Incompatible media format\"\r\n"), "{refusal}");
    assert_eq!(world.count(UAS_MODIFIED), 1);
    world.finish();
}

#[test]
fn a_200_to_a_re_invite_is_sent_again_until_its_ack_comes_and_then_the_call_ends() {
    let acks_of_modification = |sent: &Sent| sent.label == "ACK" && sent.nth > 1;
    let mut world =
        answered(between(World::new(ms(10)).losing(acks_of_modification), alice(), bob(answers_after(0))));
    modify(&mut world, "alice", HOLD).unwrap();
    world.run_until(SimTime::from_secs(40));
    let copies = world.sendings("bob", "200");
    assert_eq!(copies[..5], [1010.0, 1510.0, 2510.0, 4510.0, 8510.0]);
    assert_eq!(copies.len(), 11);
    //= RFC 3261 14.2: if a UAS generates a 2xx response and never receives an ACK, it SHOULD generate a BYE
    assert_eq!((world.sendings("bob", "BYE"), world.count(UAS_NO_ACK)), (vec![33_010.0], 1));
    world.finish();
}

#[test]
fn a_re_invite_without_an_answer_ends_the_dialog() {
    let after = |sent: &Sent| sent.label == "INVITE" && sent.at > SimTime::from_millis(500);
    let mut world = answered(between(World::new(ms(10)).losing(after), alice(), bob(answers_after(0))));
    modify(&mut world, "alice", HOLD).unwrap();
    world.run_until(SimTime::from_secs(40));
    assert_eq!(
        (world.sendings("alice", "BYE"), world.values(CALL_NOT_MODIFIED)),
        (vec![33_000.0], vec![408])
    );
    world.finish();
}

#[test]
fn a_481_to_a_re_invite_ends_the_dialog() {
    let mut world = talking();
    world.fault("bob", sim_api::NodeFault::Crash(sim_api::Memory::Lost));
    world.fault("bob", sim_api::NodeFault::Restart);
    modify(&mut world, "alice", HOLD).unwrap();
    world.run();
    expect![[r#"
        1000.0   alice --> bob INVITE
        1010.0   bob --> alice 481
        1020.0   alice --> bob ACK
        1020.0   alice --> bob BYE
        1030.0   bob --> alice 481
    "#]]
    .assert_eq(&world.ladder());
    assert_eq!(world.count(CALL_END), 1);
}

#[test]
fn a_call_that_is_hung_up_during_a_glare_is_not_modified_any_more() {
    let mut world = talking();
    modify(&mut world, "alice", HOLD).unwrap();
    modify(&mut world, "bob", HOLD).unwrap();
    world.run_until(SimTime::from_millis(1025));
    world.order("alice", |ua, cx| ua.hang_up(0, cx)).unwrap();
    world.run();
    assert!(world.sendings("alice", "INVITE").len() == 1 && world.count(CALL_MODIFIED) == 0);
    world.finish();
}

#[test]
fn a_bye_that_crosses_a_re_invite_wins_and_its_200_is_still_acknowledged() {
    let mut world = talking();
    modify(&mut world, "alice", HOLD).unwrap();
    world.order("alice", |ua, cx| ua.hang_up(0, cx)).unwrap();
    world.run();
    assert_eq!((world.octets("alice", "ACK").len(), world.count(CALL_END)), (1, 1));
    world.finish();
}

#[test]
fn the_end_of_the_holding_time_is_kept_while_a_call_is_modified() {
    let mut world = pair(alice(), bob(answers_after(0)));
    call(&mut world, Some(secs(5)));
    world.run_until(SimTime::from_secs(1));
    modify(&mut world, "alice", HOLD).unwrap();
    world.run_until(SimTime::from_secs(2));
    modify(&mut world, "bob", HOLD).unwrap();
    world.run();
    assert_eq!(world.sendings("alice", "BYE"), [5020.0]);
    world.finish();
}

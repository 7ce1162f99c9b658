//! Callers who are told to look elsewhere (RFC 3261 8.1.3.4).

use expect_test::expect;
use sim_api::{Context, Node, NodeEvent, SimTime};

use super::*;
use crate::header::Tag;
use crate::message::{Composer, HeaderName, Message, Method, ResponseHead, StatusCode};
use crate::probe::*;
use crate::ua::Redirection;

const ELSEWHERE: &str = "192.0.2.9:5060";

/// Answers each INVITE with this status and these contacts.
#[derive(Debug)]
struct Redirects {
    status: StatusCode,
    contacts: &'static str,
}

impl Node for Redirects {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let NodeEvent::Datagram { from, to, octets } = event else { return };
        let Ok(request) = Message::parse(octets) else { return };
        if request.method() == Some(Method::Invite) {
            let head = ResponseHead::new(&request, self.status).with_tag(Tag::new("r1").unwrap());
            let mut out = Vec::new();
            Composer::response(&mut out, &head).header(HeaderName::Contact, self.contacts).finish();
            cx.send(to, from, &out);
        }
    }
}

/// Alice, a redirect server that serves `e.example`, and Bob.
fn world(alice: UserAgentsConfig, redirects: Redirects, bob: UserAgentsConfig) -> World {
    let table = StaticTable::new()
        .with_domain("b.example", &[BOB.parse().unwrap()])
        .with_domain("e.example", &[ELSEWHERE.parse().unwrap()]);
    let alice = UserAgentsConfig { next_hop: Arc::new(table), ..alice };
    pair(alice, bob).host("redirector", &["192.0.2.9".parse().unwrap()], redirects)
}

fn calls_e(world: &mut World) {
    world.order("alice", |ua, cx| ua.call(0, "sip:bob@e.example", Some(secs(1)), cx)).unwrap();
}

const MOVED: Redirects = Redirects { status: StatusCode::MOVED_TEMPORARILY, contacts: "<sip:bob@b.example>" };

#[test]
fn a_redirected_caller_calls_the_contact_with_the_same_call_id_and_the_next_cseq() {
    let mut world = world(alice(), MOVED, bob(answers_after(0)));
    calls_e(&mut world);
    world.run();
    expect![[r#"
        0.0      alice --> redirector INVITE
        10.0     redirector --> alice 302
        20.0     alice --> redirector ACK
        20.0     alice --> bob INVITE
        30.0     bob --> alice 180
        30.0     bob --> alice 200
        40.0     alice --> bob ACK
        1040.0   alice --> bob BYE
        1050.0   bob --> alice 200
    "#]]
    .assert_eq(&world.ladder());
    let invites = world.octets("alice", "INVITE");
    assert!(invites[1].starts_with("INVITE sip:bob@b.example SIP/2.0\r\n"), "{}", invites[1]);
    assert!(invites[1].contains("\r\nTo: <sip:bob@e.example>\r\n") && invites[1].contains("CSeq: 2 INVITE"));
    let row = |text: &str, name: &str| text.lines().find(|line| line.starts_with(name)).map(str::to_owned);
    for name in ["Call-ID", "From"] {
        assert_eq!(row(&invites[0], name), row(&invites[1], name));
    }
    assert_ne!(row(&invites[0], "Via"), row(&invites[1], "Via"), "a new branch");
    assert_eq!((world.values(CALL_RETRY), world.count(CALL_END)), (vec![302], 1));
    world.finish();
}

#[test]
fn contacts_are_tried_in_the_order_of_their_q_until_one_answers() {
    let contacts = "<sip:nobody@b.example>;q=0.9, <sip:bob@b.example>;q=0.5, <sip:lost@x.example>;q=0.1";
    let mut world = world(alice(), Redirects { contacts, ..MOVED }, bob(answers_after(0)));
    calls_e(&mut world);
    world.run();
    assert_eq!((world.values(CALL_RETRY), world.count(CALL_ANSWER)), (vec![302, 404], 1));
    world.finish();
}

#[test]
fn a_busy_line_everywhere_ends_the_search() {
    let contacts = "<sip:bob@b.example>;q=0.9, <sip:other@b.example>;q=0.5";
    let declines = Answering::Reject { status: StatusCode::DECLINE, after: fixed(0) };
    let mut world = world(alice(), Redirects { contacts, ..MOVED }, bob(declines));
    calls_e(&mut world);
    world.run();
    assert_eq!((world.values(CALL_RETRY), world.values(CALL_REJECT)), (vec![302], vec![603]));
    world.finish();
}

#[test]
fn two_locations_that_redirect_to_each_other_end_in_a_rejection() {
    let contacts = "<sip:bob@e.example>, <sip:eve@e.example>";
    let mut world = world(alice(), Redirects { contacts, ..MOVED }, bob(answers_after(0)));
    calls_e(&mut world);
    world.run();
    assert_eq!((world.values(CALL_RETRY), world.values(CALL_REJECT)), (vec![302], vec![302]));
    world.finish();
}

#[test]
fn a_caller_who_does_not_follow_takes_a_3xx_for_a_rejection() {
    let stays = UserAgentsConfig { redirection: Redirection::Refuse, ..alice() };
    let mut world = world(stays, MOVED, bob(answers_after(0)));
    calls_e(&mut world);
    world.run();
    assert_eq!((world.values(CALL_REJECT), world.count(CALL_RETRY)), (vec![302], 0));
    world.finish();
}

#[test]
fn a_caller_who_has_given_up_is_not_redirected() {
    let mut world = world(alice(), MOVED, bob(answers_after(0)));
    calls_e(&mut world);
    world.order("alice", |ua, cx| ua.cancel(0, cx)).unwrap();
    world.run();
    assert_eq!((world.values(CALL_CANCELLED), world.octets("alice", "INVITE").len()), (vec![302], 1));
    world.finish();
}

#[test]
fn a_contact_that_never_answers_gives_way_to_the_next() {
    let contacts = "<sip:bob@192.0.2.77>;q=0.9, <sip:bob@b.example>;q=0.5";
    let mut world = world(alice(), Redirects { contacts, ..MOVED }, bob(answers_after(0)));
    calls_e(&mut world);
    world.run_until(SimTime::from_secs(40));
    assert_eq!((world.values(CALL_RETRY), world.times(CALL_ANSWER)), (vec![302, 408], vec![32_040.0]));
    world.finish();
}

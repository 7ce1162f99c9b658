//! What a UAS must answer to requests that break a rule, or that it cannot serve.

use sim_api::SimTime;

use super::*;
use crate::probe::*;

/// A request from Alice's address, with what the rule needs put in.
#[derive(Clone, Copy)]
struct Request {
    method: &'static str,
    uri: &'static str,
    branch: &'static str,
    to_tag: &'static str,
    cseq: u32,
    /// Header field rows, each with its line end.
    more: &'static str,
    body: &'static str,
}

const REQUEST: Request = Request {
    method: "INVITE",
    uri: "sip:bob@192.0.2.2",
    branch: "z9hG4bK1",
    to_tag: "",
    cseq: 1,
    more: "Contact: <sip:alice@192.0.2.1>\r\n",
    body: "",
};

impl Request {
    fn text(&self) -> String {
        let Request { method, uri, branch, to_tag, cseq, more, body } = self;
        let length = body.len();
        format!(
            "{method} {uri} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:alice@a.example>;tag=a1\r\n\
             To: <sip:bob@b.example>{to_tag}\r\n\
             Call-ID: rules@a.example\r\n\
             CSeq: {cseq} {method}\r\n\
             {more}Content-Length: {length}\r\n\r\n{body}"
        )
    }
}

/// What Bob answers to these messages, each 100 ms after the one before.
fn answers(bob: UserAgentsConfig, messages: &[&str]) -> Vec<String> {
    let mut world = pair(alice(), bob);
    for message in messages {
        let at = world.sent.len() as u64;
        world.inject(ALICE, BOB, message.as_bytes());
        world.run_until(SimTime::from_millis(100 * (at + 1)));
    }
    let responses = world.sent.iter().filter(|sent| sent.from == "bob");
    let first_sendings = responses.filter(|sent| sent.at < SimTime::from_millis(400));
    let answers = first_sendings.map(|sent| String::from_utf8_lossy(&sent.octets).into_owned()).collect();
    world.run();
    answers
}

fn answer(message: &str) -> String {
    let answers = answers(bob(Answering::Never), &[message]);
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers[0].clone()
}

fn starts(answer: &str, status: u16) {
    assert!(answer.starts_with(&format!("SIP/2.0 {status} ")), "{status} expected: {answer}");
}

#[test]
fn methods_that_are_not_allowed_get_405_and_unknown_ones_501_with_allow() {
    for (method, status) in [("REGISTER", 405), ("UPDATE", 405), ("SUBSCRIBE", 405), ("FOO", 501)] {
        let answer = answer(&Request { method, ..REQUEST }.text());
        starts(&answer, status);
        assert!(answer.contains("Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"), "{answer}");
    }
}

#[test]
fn a_required_extension_gets_420_with_unsupported() {
    let more = "Require: 100rel, x-foo\r\nContact: <sip:alice@192.0.2.1>\r\n";
    let answer = answer(&Request { more, ..REQUEST }.text());
    starts(&answer, 420);
    assert!(answer.contains("Unsupported: 100rel, x-foo\r\n"), "{answer}");
}

#[test]
fn another_user_gets_404() {
    starts(&answer(&Request { uri: "sip:carol@192.0.2.2", ..REQUEST }.text()), 404);
}

#[test]
fn a_body_of_another_type_gets_415_with_accept() {
    let more = "Contact: <sip:alice@192.0.2.1>\r\nContent-Type: text/plain\r\n";
    let answer = answer(&Request { more, body: "hello", ..REQUEST }.text());
    starts(&answer, 415);
    assert!(answer.contains("Accept: application/sdp\r\n"), "{answer}");
}

#[test]
fn an_offer_without_a_known_format_gets_488_when_it_is_to_be_answered() {
    let more = "Contact: <sip:alice@192.0.2.1>\r\nContent-Type: application/sdp\r\n";
    let body = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
                m=audio 4000 RTP/AVP 3\r\na=rtpmap:3 GSM/8000\r\n";
    let all = answers(bob(answers_after(0)), &[&Request { more, body, ..REQUEST }.text()]);
    starts(&all[0], 180);
    starts(&all[1], 488);
}

#[test]
fn an_invite_without_an_offer_is_answered_with_one() {
    let all = answers(bob(answers_after(0)), &[&REQUEST.text()]);
    assert!(all[1].contains("\r\nm=audio 49170 RTP/AVP 0 8 101\r\n"), "{}", all[1]);
}

#[test]
fn an_invite_without_a_contact_gets_400() {
    starts(&answer(&Request { more: "", ..REQUEST }.text()), 400);
}

#[test]
fn requests_outside_their_dialog_get_481() {
    for method in ["BYE", "INVITE", "OPTIONS"] {
        starts(&answer(&Request { method, to_tag: ";tag=gone", ..REQUEST }.text()), 481);
    }
    starts(&answer(&Request { method: "BYE", ..REQUEST }.text()), 481);
}

#[test]
fn a_cancel_before_its_invite_gets_481() {
    starts(&answer(&Request { method: "CANCEL", ..REQUEST }.text()), 481);
}

#[test]
fn a_cancel_for_anything_but_invite_gets_200_without_effect() {
    let options = Request { method: "OPTIONS", ..REQUEST }.text();
    let all = answers(bob(Answering::Never), &[&options, &Request { method: "CANCEL", ..REQUEST }.text()]);
    starts(&all[0], 200);
    starts(&all[1], 200);
    assert_eq!(all.len(), 2);
}

#[test]
fn a_merged_request_gets_482() {
    let second = Request { branch: "z9hG4bK2", ..REQUEST }.text();
    let all = answers(bob(Answering::Never), &[&REQUEST.text(), &second]);
    starts(&all[0], 180);
    starts(&all[1], 482);
}

#[test]
fn a_malformed_request_gets_400_and_is_counted() {
    let broken = REQUEST.text().replace("CSeq: 1 INVITE", "CSeq: 4294967296 INVITE");
    starts(&answer(&broken), 400);
    let without_call_id = REQUEST.text().replace("Call-ID: rules@a.example\r\n", "");
    starts(&answer(&without_call_id), 400);
    let truncated = REQUEST.text().replace("Content-Length: 0", "Content-Length: 900");
    starts(&answer(&truncated), 400);
    starts(&answer(&REQUEST.text().replacen("SIP/2.0\r\n", "SIP/7.0\r\n", 1)), 505);
}

#[test]
fn what_cannot_be_answered_is_dropped_and_counted() {
    let mut world = pair(alice(), bob(Answering::Never));
    let broken_ack = Request { method: "ACK", ..REQUEST }.text().replace("CSeq: 1 ACK", "CSeq: x ACK");
    for octets in [&b"\0\x01\x02"[..], b"SIP/2.0 200 OK\r\n\r\n", b"hello", broken_ack.as_bytes()] {
        world.inject(ALICE, BOB, octets);
    }
    world.inject(ALICE, BOB, b"\r\n\r\n");
    world.run();
    assert_eq!((world.count(MALFORMED), world.sent.len()), (4, 0), "a keep-alive is no malformed message");
    world.finish();
}

#[test]
fn an_ack_is_never_answered_and_a_stray_response_dropped() {
    let mut world = pair(alice(), bob(Answering::Never));
    world.inject(ALICE, BOB, Request { method: "ACK", to_tag: ";tag=gone", ..REQUEST }.text().as_bytes());
    let response = REQUEST.text().replacen("INVITE sip:bob@192.0.2.2 SIP/2.0", "SIP/2.0 200 OK", 1);
    world.inject(ALICE, BOB, response.as_bytes());
    world.run();
    assert_eq!((world.sent.len(), world.values(STRAY_RESPONSE)), (0, vec![200]));
}

#[test]
fn a_request_out_of_order_gets_500_and_a_gap_is_legal() {
    let mut world = pair(alice(), bob(answers_after(0)));
    world.inject(ALICE, BOB, Request { cseq: 5, ..REQUEST }.text().as_bytes());
    world.run_until(SimTime::from_millis(100));
    let ok = world.octets("bob", "200")[0].clone();
    let tag = ok.split("To: <sip:bob@b.example>").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    let tag: &'static str = Box::leak(tag.into_boxed_str());
    for (cseq, branch, status) in [(5, "z9hG4bKa", "500"), (4, "z9hG4bKb", "500"), (70, "z9hG4bKc", "200")] {
        let before = world.octets("bob", status).len();
        let options = Request { method: "OPTIONS", to_tag: tag, cseq, branch, ..REQUEST }.text();
        world.inject(ALICE, BOB, options.as_bytes());
        world.run_until(world.sent.last().unwrap().at + ms(150));
        assert_eq!(world.octets("bob", status).len(), before + 1, "CSeq {cseq}");
    }
    let update = Request { method: "UPDATE", to_tag: tag, cseq: 71, branch: "z9hG4bKd", ..REQUEST };
    world.inject(ALICE, BOB, update.text().as_bytes());
    let invite = Request { to_tag: tag, cseq: 72, branch: "z9hG4bKe", ..REQUEST };
    world.inject(ALICE, BOB, invite.text().as_bytes());
    world.run_until(world.sent.last().unwrap().at + ms(100));
    //= RFC 5407 3.1.5: the offer in the 200 to the first INVITE has no answer yet
    assert_eq!((world.octets("bob", "405").len(), world.octets("bob", "491").len()), (1, 1));
}

#[test]
fn a_bye_in_the_early_dialog_ends_the_invite_with_487() {
    let mut world = pair(alice(), bob(Answering::Never));
    world.inject(ALICE, BOB, REQUEST.text().as_bytes());
    world.run_until(SimTime::from_millis(100));
    let ringing = world.octets("bob", "180")[0].clone();
    let tag =
        ringing.split("To: <sip:bob@b.example>").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    let tag: &'static str = Box::leak(tag.into_boxed_str());
    let bye = Request { method: "BYE", to_tag: tag, cseq: 2, branch: "z9hG4bKbye", ..REQUEST };
    world.inject(ALICE, BOB, bye.text().as_bytes());
    world.run_until(SimTime::from_millis(200));
    assert_eq!((world.octets("bob", "200").len(), world.octets("bob", "487").len()), (1, 1));
}

#[test]
fn responses_go_where_the_topmost_via_and_the_source_say() {
    let mut world =
        pair(alice(), bob(Answering::Never)).host("nat", &["198.51.100.9".parse().unwrap()], Deaf);
    let behind_nat = REQUEST.text().replace("5060;branch", "5060;rport;branch");
    world.inject("198.51.100.9:40000", BOB, behind_nat.as_bytes());
    world.run_until(SimTime::from_millis(100));
    let ringing = &world.octets("bob", "180")[0];
    assert!(ringing.contains("rport=40000") && ringing.contains("received=198.51.100.9"), "{ringing}");
    assert_eq!(world.sent.last().unwrap().to, Some("nat"));
}

#[test]
fn a_node_without_room_answers_503_without_a_transaction() {
    let full = UserAgentsConfig { transaction_limit: 0, ..bob(Answering::Never) };
    let all = answers(full, &[&REQUEST.text()]);
    starts(&all[0], 503);
    let mut world = pair(UserAgentsConfig { transaction_limit: 0, ..alice() }, bob(Answering::Never));
    let order = world.order("alice", |ua, cx| ua.call(0, "sip:bob@b.example", None, cx));
    assert_eq!(
        (order.is_err(), world.values(CALL_TIMEOUT), world.count(TRANSACTION_REFUSED)),
        (true, vec![503], 1)
    );
    assert_eq!(world.live("alice"), 0);
}

/// A node that takes everything and says nothing.
#[derive(Debug)]
struct Deaf;

impl sim_api::Node for Deaf {
    fn handle(&mut self, _: sim_api::NodeEvent<'_>, _: &mut sim_api::Context<'_>) {}
}

#[test]
fn a_2xx_of_a_second_early_dialog_makes_its_own_route_set_and_target() {
    let mut world = pair(alice(), bob(Answering::Never));
    call(&mut world, None);
    world.run_until(SimTime::from_secs(1));
    let ringing = world.octets("bob", "180")[0].clone();
    let (head, tail) = ringing.split_once("To: <sip:bob@b.example>;tag=").unwrap();
    let (tag, tail) = tail.split_once("\r\n").unwrap();
    let of = |status: &str, tag: &str, host: &str| {
        let rows = format!("Record-Route: <sip:{host};lr>\r\nTo: <sip:bob@b.example>;tag={tag}\r\n");
        let tail = tail.replace("Contact: <sip:bob@192.0.2.2:5060>", &format!("Contact: <sip:c@{host}>"));
        format!("{}{rows}{tail}", head.replace("180 Ringing", status))
    };
    world.inject(BOB, ALICE, of("180 Ringing", tag, "192.0.2.7").as_bytes());
    world.inject(BOB, ALICE, of("183 Session Progress", "second", "192.0.2.8").as_bytes());
    world.inject(BOB, ALICE, of("200 OK", "second", "192.0.2.8").as_bytes());
    world.run_until(SimTime::from_millis(1100));
    let ack = &world.octets("alice", "ACK")[0];
    assert!(ack.starts_with("ACK sip:c@192.0.2.8 SIP/2.0\r\n"), "{ack}");
    assert!(ack.contains("Route: <sip:192.0.2.8;lr>\r\n") && ack.contains(";tag=second\r\n"), "{ack}");
    assert_eq!(world.values(CALL_PROGRESS), [180, 180, 183]);
}

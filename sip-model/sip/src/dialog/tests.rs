//! Rules of RFC 3261 12, a test each.

use super::*;

/// An INVITE from Alice, or the 200 to it, with these Record-Route values and Contact.
fn message(start_line: &str, to_tag: &str, routes: &[&str], contact: &str) -> String {
    let routes: String = routes.iter().map(|uri| format!("Record-Route: <{uri}>\r\n")).collect();
    format!(
        "{start_line}\r\n\
         Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n\
         {routes}\
         From: Alice <sip:alice@a.example>;tag=a1\r\n\
         To: <sip:bob@b.example>{to_tag}\r\n\
         Call-ID: dialog@a.example\r\n\
         CSeq: 314159 INVITE\r\n\
         Contact: <{contact}>\r\n\r\n"
    )
}

const INVITE: &str = "INVITE sip:bob@b.example SIP/2.0";
const OK: &str = "SIP/2.0 200 OK";
const P1: &str = "sip:p1.example;lr";
const P2: &str = "sip:p2.example;lr;x=y";

fn uac(routes: &[&str]) -> Dialog {
    let response = message(OK, ";tag=b1", routes, "sip:bob@192.0.2.2");
    made_by(&response).unwrap()
}

/// The dialog that a response makes for the UAC.
fn made_by(response: &str) -> Result<Dialog, ParseError> {
    let response = Message::parse(response.as_bytes()).unwrap();
    Dialog::of_uac(&response, &response.mandatory().unwrap())
}

fn owns(dialog: &Dialog, message: &str) -> bool {
    let message = Message::parse(message.as_bytes()).unwrap();
    let head = message.mandatory().unwrap();
    if message.is_request() { dialog.owns_request(&head) } else { dialog.owns_response(&head) }
}

fn uas(routes: &[&str]) -> Dialog {
    let invite = message(INVITE, "", routes, "sip:alice@192.0.2.1");
    let invite = Message::parse(invite.as_bytes()).unwrap();
    Dialog::of_uas(&invite, &invite.mandatory().unwrap(), "b1").unwrap()
}

fn request(method: &str, cseq: u32, contact: &str) -> String {
    format!(
        "{method} sip:bob@192.0.2.2 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK2\r\n\
         From: <sip:alice@a.example>;tag=a1\r\n\
         To: <sip:bob@b.example>;tag=b1\r\n\
         Call-ID: dialog@a.example\r\n\
         CSeq: {cseq} {method}\r\n\
         {contact}\r\n"
    )
}

#[test]
fn both_ends_agree_on_their_names() {
    let (uac, uas) = (uac(&[]), uas(&[]));
    assert_eq!(uac.call_id(), uas.call_id());
    assert_eq!((uac.local_party(), uac.local_tag()), (uas.remote_party(), uas.remote_tag()));
    assert_eq!((uac.remote_party(), uac.remote_tag()), (uas.local_party(), uas.local_tag()));
    assert_eq!((uac.remote_target(), uas.remote_target()), ("sip:bob@192.0.2.2", "sip:alice@192.0.2.1"));
    assert_eq!((uac.state(), uas.state()), (DialogState::Confirmed, DialogState::Early));
}

#[test]
fn the_uac_reverses_record_route_and_the_uas_does_not() {
    assert_eq!(uac(&[P2, P1]).route_set().collect::<Vec<_>>(), [P1, P2]);
    assert_eq!(uas(&[P2, P1]).route_set().collect::<Vec<_>>(), [P2, P1]);
}

#[test]
fn a_provisional_response_makes_an_early_dialog() {
    let ringing = message("SIP/2.0 180 Ringing", ";tag=b1", &[], "sip:bob@192.0.2.2");
    let mut dialog = made_by(&ringing).unwrap();
    assert_eq!(dialog.state(), DialogState::Early);
    dialog.confirm();
    assert_eq!(dialog.state(), DialogState::Confirmed);
}

#[test]
fn requests_of_the_uac_count_on_from_its_invite_and_those_of_the_uas_from_one() {
    let (mut uac, mut uas) = (uac(&[]), uas(&[]));
    assert_eq!([uac.next_cseq(), uac.next_cseq()], [314_160, 314_161]);
    assert_eq!([uas.next_cseq(), uas.next_cseq()], [1, 2]);
}

#[test]
fn without_routes_a_request_goes_to_the_remote_target() {
    let dialog = uac(&[]);
    let target = "sip:bob@192.0.2.2";
    assert_eq!(
        dialog.plan(),
        RoutePlan { request_uri: target.into(), routes: vec![], next_hop: target.into() }
    );
}

#[test]
fn loose_routes_stand_in_order_and_the_first_is_the_next_hop() {
    let dialog = uac(&[P2, P1]);
    let plan = dialog.plan();
    assert_eq!((&*plan.request_uri, &*plan.next_hop), ("sip:bob@192.0.2.2", P1));
    assert_eq!(plan.routes, [P1, P2]);
}

#[test]
fn a_strict_first_route_becomes_the_request_uri_and_the_target_the_last_route() {
    let strict = "sip:p1.example;method=INVITE;transport=udp?subject=x";
    let dialog = uac(&[P2, strict]);
    let plan = dialog.plan();
    assert_eq!(plan.request_uri, "sip:p1.example;transport=udp", "neither method nor headers");
    assert_eq!(plan.next_hop, plan.request_uri);
    assert_eq!(plan.routes, [P2, "sip:bob@192.0.2.2"]);
}

#[test]
fn remote_cseq_numbers_rise_strictly_and_may_leave_gaps() {
    let mut dialog = uas(&[]);
    for (cseq, admitted) in
        [(314_159, false), (314_158, false), (314_160, true), (400_000, true), (399_999, false)]
    {
        let options = request("OPTIONS", cseq, "");
        let verdict = dialog.admit(&Message::parse(options.as_bytes()).unwrap());
        assert_eq!(verdict.is_ok(), admitted, "CSeq {cseq}");
    }
}

#[test]
fn ack_and_cancel_carry_the_number_of_their_invite() {
    let mut dialog = uas(&[]);
    for method in ["ACK", "CANCEL"] {
        let request = request(method, 314_159, "");
        assert_eq!(dialog.admit(&Message::parse(request.as_bytes()).unwrap()), Ok(()));
    }
    let bye = request("BYE", 314_160, "");
    assert_eq!(dialog.admit(&Message::parse(bye.as_bytes()).unwrap()), Ok(()));
}

#[test]
fn a_target_refresh_moves_the_target_and_never_the_route_set() {
    let mut dialog = uas(&[P1]);
    let contact = "Contact: <sip:alice@198.51.100.1>\r\nRecord-Route: <sip:p9.example;lr>\r\n";
    for (method, cseq, target) in
        [("OPTIONS", 314_160, "sip:alice@192.0.2.1"), ("INVITE", 314_161, "sip:alice@198.51.100.1")]
    {
        let request = request(method, cseq, contact);
        let request = Message::parse(request.as_bytes()).unwrap();
        dialog.admit(&request).unwrap();
        dialog.refresh_target(&request);
        assert_eq!(dialog.remote_target(), target, "{method}");
        assert_eq!(dialog.route_set().collect::<Vec<_>>(), [P1], "the route set is frozen");
    }
}

#[test]
fn a_target_refresh_that_is_only_admitted_moves_nothing() {
    let mut dialog = uas(&[]);
    for (cseq, verdict) in [(1, Err(OutOfOrder { seen: 314_159 })), (314_160, Ok(()))] {
        let invite = request("INVITE", cseq, "Contact: <sip:alice@198.51.100.1>\r\n");
        assert_eq!(dialog.admit(&Message::parse(invite.as_bytes()).unwrap()), verdict);
        assert_eq!(dialog.remote_target(), "sip:alice@192.0.2.1");
    }
}

#[test]
fn a_2xx_to_a_target_refresh_moves_the_target_and_one_to_bye_does_not() {
    for (method, target) in [("INVITE", "sip:bob@198.51.100.2"), ("BYE", "sip:bob@192.0.2.2")] {
        let mut dialog = uac(&[]);
        let response = message(OK, ";tag=b1", &[], "sip:bob@198.51.100.2").replace("INVITE", method);
        dialog.refresh_target(&Message::parse(response.as_bytes()).unwrap());
        assert_eq!(dialog.remote_target(), target, "{method}");
    }
}

#[test]
fn messages_of_other_dialogs_are_not_owned() {
    let dialog = uas(&[]);
    let bye = request("BYE", 314_160, "");
    assert!(owns(&dialog, &bye));
    for (ours, theirs) in [("tag=a1", "tag=a2"), ("tag=b1", "tag=b2"), ("dialog@", "other@")] {
        assert!(!owns(&dialog, &bye.replace(ours, theirs)), "{theirs}");
    }
    let response = message(OK, ";tag=b1", &[], "sip:bob@192.0.2.2");
    assert!(owns(&uac(&[]), &response) && !owns(&dialog, &response));
}

#[test]
fn a_dialog_needs_a_contact() {
    let response = message(OK, ";tag=b1", &[], "sip:x").replace("Contact: <sip:x>\r\n", "");
    let error = made_by(&response).unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::Missing(HeaderName::Contact));
}

#[test]
fn a_dialog_is_a_few_numbers_a_state_and_a_string() {
    assert!(size_of::<Dialog>() <= 48);
}

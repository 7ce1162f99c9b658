use super::{INVITE, message};
use crate::header::{
    Branch, CSeq, Contact, ContactAddress, ContentType, DisplayName, From, NameAddr, Tag, To, Via, ViaStamp,
};
use crate::message::{
    Composer, HeaderName, Message, Method, ResponseHead, StatusCode, compose_ack, compose_cancel,
};
use crate::uri::{Host, HostPort, SipUri, Transport, Uri};
use expect_test::{Expect, expect};

fn check(octets: &[u8], expected: Expect) {
    let message = Message::parse(octets).unwrap();
    assert_eq!(message.octets(), octets);
    expected.assert_eq(&String::from_utf8_lossy(octets).replace("\r\n", "\n"));
}

#[test]
fn request_is_composed_from_typed_values() {
    let domain = |name| HostPort::portless(Host::Domain(name));
    let alice = Uri::Sip(SipUri::of_user("alice", domain("atlanta.com")));
    let bob = Uri::Sip(SipUri::of_user("bob", domain("biloxi.com")));
    let branch = Branch::new("z9hG4bK776asdhds").unwrap();
    let contact =
        SipUri::of_user("alice", HostPort { host: Host::V4([192, 0, 2, 1].into()), port: Some(5062) });
    let mut out = Vec::new();
    let display = Some(DisplayName::Plain("Alice \"A\""));
    Composer::request(&mut out, Method::Invite, &bob)
        .header(HeaderName::Via, &Via::new(Transport::Udp, domain("pc33.atlanta.com"), branch).asking_rport())
        .header(HeaderName::MaxForwards, &70u8)
        .header(HeaderName::To, &To::new(NameAddr::bare(bob), None))
        .header(
            HeaderName::From,
            &From::new(NameAddr { display, uri: alice }, Tag::new("1928301774").unwrap()),
        )
        .header(HeaderName::CallId, "a84b4c76e66710@pc33.atlanta.com")
        .header(HeaderName::CSeq, &CSeq { number: 314_159, method: Method::Invite })
        .header(
            HeaderName::Contact,
            &Contact::Address(ContactAddress::new(NameAddr::bare(Uri::Sip(contact)))),
        )
        .header("X-Test", "1")
        .body(&ContentType::SDP, b"v=0\r\n");
    check(
        &out,
        expect![[r#"
            INVITE sip:bob@biloxi.com SIP/2.0
            Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds;rport
            Max-Forwards: 70
            To: <sip:bob@biloxi.com>
            From: "Alice \"A\"" <sip:alice@atlanta.com>;tag=1928301774
            Call-ID: a84b4c76e66710@pc33.atlanta.com
            CSeq: 314159 INVITE
            Contact: <sip:alice@192.0.2.1:5062>
            X-Test: 1
            Content-Type: application/sdp
            Content-Length: 5

            v=0
        "#]],
    );
}

#[test]
fn response_copies_what_the_request_dictates() {
    let request = Message::parse(INVITE).unwrap();
    let mut out = Vec::new();
    let head = ResponseHead::new(&request, StatusCode::RINGING).with_tag(Tag::new("8321234356").unwrap());
    Composer::response(&mut out, &head).copy(&request, HeaderName::RecordRoute).finish();
    check(
        &out,
        expect![[r#"
            SIP/2.0 180 Ringing
            Via: SIP/2.0/UDP p1.berlin.example;branch=z9hG4bK2d4790.1;received=192.0.2.33
            Via: SIP/2.0/UDP pc33.berlin.example:5060;branch=z9hG4bKnashds8;rport=5060;received=192.0.2.1
            From: "Alice" <sip:alice@berlin.example>;tag=9fxced76sl
            To: <sip:u17@koeln.example>;tag=8321234356
            Call-ID: 3848276298220188511@pc33.berlin.example
            CSeq: 314159 INVITE
            Record-Route: <sip:p1.berlin.example;lr>
            Content-Length: 0

        "#]],
    );
}

#[test]
fn response_keeps_folds_and_spellings_and_an_existing_tag() {
    let request = message(
        "BYE sip:a.b SIP/2.0\nv :\n SIP/2.0/UDP c.d ,\n SIP/2.0/UDP e.f\n\
            via: SIP/2.0/UDP g.h;rport\nt: sip:a.b;tag=x\nF: sip:c.d\ncseq: 1\n BYE\n\n",
    );
    let source = "192.0.2.9:5080".parse().unwrap();
    let stamp = ViaStamp::observed(&request.via().unwrap(), source);
    let mut out = Vec::new();
    let head = ResponseHead::new(&request, StatusCode::OK).with_tag(Tag::new("y").unwrap()).with_stamp(stamp);
    Composer::response(&mut out, &ResponseHead { reason: "All\r\nright", ..head }).finish();
    check(
        &out,
        expect![[r#"
            SIP/2.0 200 All  right
            v :
             SIP/2.0/UDP c.d;received=192.0.2.9 ,
             SIP/2.0/UDP e.f
            via: SIP/2.0/UDP g.h;rport
            F: sip:c.d
            t: sip:a.b;tag=x
            cseq: 1
             BYE
            Content-Length: 0

        "#]],
    );
}

#[test]
fn asked_for_port_is_stamped_into_the_response() {
    let request = message("BYE sip:a.b SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.9;rport;branch=z9hG4bK1\n\n");
    let stamp = ViaStamp::observed(&request.via().unwrap(), "192.0.2.9:5080".parse().unwrap());
    let mut out = Vec::new();
    Composer::response(&mut out, &ResponseHead::new(&request, StatusCode::OK).with_stamp(stamp)).finish();
    let response = Message::parse(&out).unwrap();
    assert_eq!(
        response.value(HeaderName::Via),
        Some(&b"SIP/2.0/UDP 192.0.2.9;rport=5080;branch=z9hG4bK1;received=192.0.2.9"[..])
    );
}

#[test]
fn bad_request_is_answered_with_what_it_has() {
    let octets =
        b"INVITE sip:a.b SIP/2.0\r\nVia: SIP/2.0/UDP c.d;;\r\nTo: <\r\nCSeq: x\r\nContent-Length: -1\r\n\r\n";
    let error = Message::parse(octets).unwrap_err();
    let request = Message::salvage(octets).unwrap();
    let mut out = Vec::new();
    let head = ResponseHead::new(&request, error.status()).with_tag(Tag::new("x").unwrap());
    Composer::response(&mut out, &head).finish();
    check(
        &out,
        expect![[r#"
            SIP/2.0 400 Bad Request
            Via: SIP/2.0/UDP c.d;;
            To: <
            CSeq: x
            Content-Length: 0

        "#]],
    );
}

#[test]
fn ack_for_a_rejection_is_the_example_of_17_1_1_3() {
    let invite = message(
        "INVITE sip:bob@biloxi.com SIP/2.0\n\
            Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\nTo: Bob <sip:bob@biloxi.com>\n\
            From: Alice <sip:alice@atlanta.com>;tag=88sja8x\nMax-Forwards: 70\n\
            Call-ID: 987asjd97y7atg\nCSeq: 986759 INVITE\n\
            Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\n\
            Route: <sip:p3.example.com;lr>\nRequire: 100rel\n\n",
    );
    let response = message(
        "SIP/2.0 404 Not Found\n\
            Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff;received=192.0.2.1\n\
            To: Bob <sip:bob@biloxi.com>;tag=99sa0xk\nCSeq: 986759 INVITE\n\n",
    );
    let mut out = Vec::new();
    compose_ack(&invite, &response, &mut out).unwrap();
    check(
        &out,
        expect![[r#"
            ACK sip:bob@biloxi.com SIP/2.0
            Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff
            Max-Forwards: 70
            Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>
            Route: <sip:p3.example.com;lr>
            From: Alice <sip:alice@atlanta.com>;tag=88sja8x
            To: Bob <sip:bob@biloxi.com>;tag=99sa0xk
            Call-ID: 987asjd97y7atg
            CSeq: 986759 ACK
            Content-Length: 0

        "#]],
    );
}

#[test]
fn cancel_has_one_via_and_no_require() {
    let mut out = Vec::new();
    compose_cancel(&Message::parse(INVITE).unwrap(), &mut out).unwrap();
    check(
        &out,
        expect![[r#"
            CANCEL sip:u17@koeln.example SIP/2.0
            Via: SIP/2.0/UDP p1.berlin.example;branch=z9hG4bK2d4790.1;received=192.0.2.33
            Max-Forwards: 70
            From: "Alice" <sip:alice@berlin.example>;tag=9fxced76sl
            To: <sip:u17@koeln.example>
            Call-ID: 3848276298220188511@pc33.berlin.example
            CSeq: 314159 CANCEL
            Content-Length: 0

        "#]],
    );
}

#[test]
fn response_cannot_be_cancelled() {
    let response = message("SIP/2.0 200 OK\nVia: x\nCSeq: 1 BYE\n\n");
    assert!(compose_cancel(&response, &mut Vec::new()).is_err());
}

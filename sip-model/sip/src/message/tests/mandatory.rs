use super::{INVITE, message};
use crate::header::{
    Accept, Allow, Contact, Expires, MaxForwards, Params, RecordRoute, Route, Subject, Supported, Via,
};
use crate::message::{HeaderName, Message, Method, ParseErrorKind};

#[test]
fn mandatory_header_fields_are_read_at_once() {
    let message = Message::parse(INVITE).unwrap();
    let mandatory = message.mandatory().unwrap();
    assert_eq!(mandatory.cseq.method, Method::Invite);
    assert_eq!(mandatory.from.tag.unwrap().as_str(), "9fxced76sl");
    assert!(mandatory.to.tag.is_none());
    assert_eq!(mandatory.call_id.as_str(), "3848276298220188511@pc33.berlin.example");
    assert_eq!(mandatory.max_forwards, Some(MaxForwards(69)));
    assert_eq!(mandatory.via.received, "192.0.2.33".parse().ok());
}

/// What is wrong with INVITE after `from` became `to`.
fn fault(from: &str, to: &str) -> ParseErrorKind {
    let text = String::from_utf8(INVITE.to_vec()).unwrap();
    let changed = text.replacen(from, to, 1);
    assert_ne!(changed, text);
    Message::parse(changed.as_bytes()).unwrap().mandatory().unwrap_err().kind
}

#[test]
fn missing_repeated_and_malformed_header_fields_are_told_apart() {
    use HeaderName as Name;
    assert_eq!(fault("Call-ID: ", "X: "), ParseErrorKind::Missing(Name::CallId));
    assert_eq!(fault("From: ", "X: "), ParseErrorKind::Missing(Name::From));
    assert_eq!(fault("Session-Expires: 1800", "t: <sip:b@c.d>"), ParseErrorKind::Repeated(Name::To));
    assert_eq!(
        fault("Session-Expires: 1800", "Max-Forwards: 1"),
        ParseErrorKind::Repeated(Name::MaxForwards)
    );
    assert_eq!(fault("tag=9fxced76sl", "tag="), ParseErrorKind::Malformed(Name::From));
    assert_eq!(fault("Max-Forwards: 69", "Max-Forwards: 256"), ParseErrorKind::MaxForwardsTooLarge);
}

#[test]
fn method_of_cseq_must_be_that_of_the_request_line() {
    assert_eq!(fault("314159 INVITE", "314159 OPTIONS"), ParseErrorKind::CSeqMethod);
    assert_eq!(fault("314159 INVITE", "314159 Invite"), ParseErrorKind::CSeqMethod);
}

#[test]
fn fault_in_a_value_names_octets_of_the_datagram() {
    let octets = b"BYE sip:a.b SIP/2.0\r\nCSeq: 36893488147419103232 BYE\r\n\r\n";
    let message = Message::parse(octets).unwrap();
    let error = message.cseq().unwrap_err();
    assert_eq!(&octets[error.at.clone()], b"36893488147419103232");
    assert_eq!(error.to_string(), "CSeq above 2^31-1 at octets 27..47 (RFC 3261 8.1.1.5)");
    assert_eq!(
        message.top::<Via<'_>>().unwrap_err().to_string(),
        "Via missing at octets 55..55 (RFC 3261 8.1.1)"
    );
}

#[test]
fn list_values_are_read_over_all_rows() {
    let message = message(
        "INVITE sip:a.b SIP/2.0\nRoute: <sip:alice@atlanta.com>\nSubject: Lunch, with Bob\n\
            Route: <sip:bob@biloxi.com>,\n <sip:carol@chicago.com> ;x=\",\"\nSupported:\n\
            Supported: 100rel\nAccept:\n\n",
    );
    let routes: Vec<_> =
        message.values::<Route<'_>>().map(|route| route.unwrap().address.to_string()).collect();
    assert_eq!(routes, ["<sip:alice@atlanta.com>", "<sip:bob@biloxi.com>", "<sip:carol@chicago.com>"]);
    let supported: Vec<_> = message.values::<Supported<'_>>().collect();
    assert_eq!(supported, [Ok(Supported("100rel"))]);
    assert_eq!(message.values::<Accept<'_>>().count(), 0);
    assert_eq!(message.values::<RecordRoute<'_>>().count(), 0);
    assert_eq!(message.top::<Subject<'_>>(), Ok(Subject(b"Lunch, with Bob")));
    assert_eq!(message.find::<Expires>(), Ok(None));
}

#[test]
fn empty_row_is_a_fault_where_the_grammar_wants_a_value() {
    let message = message("INVITE sip:a.b SIP/2.0\nRoute:\nRoute: <sip:c.d>\nAllow: INVITE,\nAllow: BYE\n\n");
    let routes: Vec<_> = message.values::<Route<'_>>().map(|route| route.is_ok()).collect();
    assert_eq!(routes, [false, true], "the rows after a faulty one are still read");
    let allowed: Vec<_> = message.values::<Allow<'_>>().map(|allow| allow.is_ok()).collect();
    assert_eq!(allowed, [true, false, true]);
}

#[test]
fn extraneous_separators_are_a_fault_of_their_header_field_only() {
    let message = message(
        "INVITE sip:a.b SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.15;;,;,,\n\
            Contact: \"Joe\" <sip:joe@example.org>;;;;\nTo: sip:j.user@example.com\n\n",
    );
    assert!(message.via().is_err());
    assert!(message.top::<Contact<'_>>().is_err());
    assert!(message.to().is_ok());
}

#[test]
fn parameters_of_a_star_are_none() {
    let message = message("REGISTER sip:a.b SIP/2.0\nm: *\n\n");
    assert!(matches!(message.top::<Contact<'_>>(), Ok(Contact::Star)));
    assert!(Params::NONE.is_empty());
}

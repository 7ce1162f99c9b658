use super::INVITE;
use crate::message::{
    FieldName, HeaderName, MAX_FIELDS, MAX_HEAD_OCTETS, MAX_MESSAGE_OCTETS, Message, Method, ParseErrorKind,
    StartLine, StatusCode,
};

fn fault(octets: &[u8]) -> ParseErrorKind {
    Message::parse(octets).unwrap_err().kind
}

#[test]
fn request_is_taken_apart() {
    let message = Message::parse(INVITE).unwrap();
    let uri = "sip:u17@koeln.example";
    assert_eq!(message.start_line(), StartLine::Request { method: Method::Invite, uri });
    assert_eq!(message.rows().len(), 15);
    assert_eq!(message.body().len(), 236);
    assert_eq!(message.octets(), INVITE);
    assert_eq!(message.value(HeaderName::SessionExpires), Some(&b"1800"[..]));
}

#[test]
fn status_line_with_and_without_a_reason() {
    let status = |octets| Message::parse(octets).unwrap().into_owned();
    let ok = status(b"SIP/2.0 200 = 2**3 * 5**2 \xD0\xBD\xD0\xBE\r\n\r\n");
    let reason = b"= 2**3 * 5**2 \xD0\xBD\xD0\xBE";
    assert_eq!(ok.start_line(), StartLine::Status { code: StatusCode::OK, reason });
    let trying = status(b"sip/2.0 100 \r\n\r\n");
    assert_eq!(trying.start_line(), StartLine::Status { code: StatusCode::TRYING, reason: b"" });
    assert!(trying.request_uri().is_err());
}

#[test]
fn overlarge_status_code_does_not_wrap() {
    for code in ["4294967301", "99", "700", "1000", "65736"] {
        assert_eq!(
            fault(format!("SIP/2.0 {code} better not\r\n\r\n").as_bytes()),
            ParseErrorKind::StatusCode
        );
    }
    assert_eq!(fault(b"SIP/2.0 2x0 OK\r\n\r\n"), ParseErrorKind::StartLine);
    assert_eq!(fault(b"SIP/2.0 200\r\n\r\n"), ParseErrorKind::StartLine);
}

#[test]
fn compact_names_and_case_and_space_before_the_colon() {
    let octets =
        b"OPTIONS sip:a.b SIP/2.0\r\nMaX-fOrWaRdS: 0068\r\nv  : x\r\nI:y@z\r\nTO :\r\n sip:c.d\r\n\r\n";
    let message = Message::parse(octets).unwrap();
    let names: Vec<_> = message.rows().map(|row| row.name).collect();
    let known = [HeaderName::MaxForwards, HeaderName::Via, HeaderName::CallId, HeaderName::To];
    assert_eq!(names, known.map(FieldName::Known));
    assert_eq!(message.value("To"), Some(&b"sip:c.d"[..]));
}

#[test]
fn junk_in_an_unknown_header_field_is_legal() {
    let octets = b"OPTIONS sip:a.b SIP/2.0\r\nUnknownHeaderWithUnusualValue: ;;,,;;,;\r\nX:\r\n\r\n";
    let message = Message::parse(octets).unwrap();
    assert_eq!(message.value("unknownheaderwithunusualvalue"), Some(&b";;,,;;,;"[..]));
    assert_eq!(message.value("x"), Some(&b""[..]));
    assert_eq!(message.value("y"), None);
}

#[test]
fn folded_value_keeps_its_folds() {
    let octets = b"OPTIONS sip:a.b SIP/2.0\r\nSubject:\r\n one\r\n\ttwo \r\n \r\nX: y\r\n\r\n";
    let message = Message::parse(octets).unwrap();
    assert_eq!(message.value(HeaderName::Subject), Some(&b"one\r\n\ttwo"[..]));
    assert_eq!(message.rows().next().unwrap().octets, b"Subject:\r\n one\r\n\ttwo \r\n \r\n");
}

#[test]
fn octets_behind_the_body_are_discarded() {
    let octets =
        b"REGISTER sip:a.b SIP/2.0\r\nContent-Length: 3\r\n\r\nabcINVITE sip:joe@example.com SIP/2.0\r\n\r\n";
    let message = Message::parse(octets).unwrap();
    assert_eq!(message.body(), b"abc");
    assert!(message.octets().ends_with(b"\r\n\r\nabc"));
}

#[test]
fn without_content_length_the_body_is_the_rest() {
    assert_eq!(Message::parse(b"BYE sip:a.b SIP/2.0\r\n\r\nrest").unwrap().body(), b"rest");
}

#[test]
fn content_length_is_checked() {
    let with = |length: &str| {
        Message::parse(format!("BYE sip:a.b SIP/2.0\r\nl : {length}\r\n\r\nabc").as_bytes())
            .map(|message| message.body().len())
            .map_err(|error| error.kind)
    };
    assert_eq!(with("0003"), Ok(3));
    assert_eq!(with("4"), Err(ParseErrorKind::BodyTruncated));
    for wrong in ["-999", "", "+3", "3x", "3 3", "4294967296", "18446744073709551619", "0x3", "3, 3"] {
        assert_eq!(with(wrong), Err(ParseErrorKind::ContentLength), "{wrong}");
    }
    assert_eq!(with("4294967295"), Err(ParseErrorKind::BodyTruncated));
}

#[test]
fn repeated_content_length_is_a_framing_fault_even_when_equal() {
    let octets = b"BYE sip:a.b SIP/2.0\r\nContent-Length: 3\r\nl: 3\r\n\r\nabc";
    let error = Message::parse(octets).unwrap_err();
    assert_eq!((error.kind, error.at), (ParseErrorKind::ContentLengthRepeated, 40..46));
}

#[test]
fn start_lines_that_are_none() {
    for line in [
        "INVITE  sip:a.b SIP/2.0",
        "INVITE sip:a.b  SIP/2.0",
        "INVITE sip:a.b SIP/2.0 ",
        "INVITE sip:a.b; lr SIP/2.0",
        "INVITE sip:a.b",
        "INVITE",
        " INVITE sip:a.b SIP/2.0",
        "INV@TE sip:a.b SIP/2.0",
        "INVITE sip:a.b HTTP/1.1",
        "INVITE sip:a.b SIP/2",
        "SIP/2.0",
    ] {
        assert_eq!(fault(format!("{line}\r\n\r\n").as_bytes()), ParseErrorKind::StartLine, "{line}");
    }
    for uri in ["<sip:a.b>", "sip:a\tb", "sip:\u{e4}", "sip:\"a\"@b.c"] {
        let line = format!("INVITE {uri} SIP/2.0\r\n\r\n");
        assert_eq!(fault(line.as_bytes()), ParseErrorKind::RequestUri, "{uri}");
    }
}

#[test]
fn other_versions_are_answered_505() {
    let error = Message::parse(b"OPTIONS sip:a.b SIP/7.0\r\n\r\n").unwrap_err();
    assert_eq!((error.kind, error.status()), (ParseErrorKind::Version, StatusCode::VERSION_NOT_SUPPORTED));
    assert_eq!(fault(b"SIP/3.0 200 OK\r\n\r\n"), ParseErrorKind::Version);
}

#[test]
fn tel_and_urn_and_unknown_request_uris_parse() {
    for uri in
        ["tel:+1-201-555-0123", "urn:service:sos", "nobodyKnowsThisScheme:totallyopaquecontent", "sips:a.b"]
    {
        let octets = format!("INVITE {uri} SIP/2.0\r\n\r\n");
        let message = Message::parse(octets.as_bytes()).unwrap();
        assert_eq!(message.request_uri().unwrap().to_string(), uri);
    }
}

#[test]
fn request_uri_of_no_grammar_is_found_by_whoever_reads_it() {
    for uri in ["ua1@example.com", "sip:", "sip:user@host:99999", "sip:%zz@a.b"] {
        let octets = format!("INVITE {uri} SIP/2.0\r\n\r\n");
        let message = Message::parse(octets.as_bytes()).unwrap();
        let error = message.request_uri().unwrap_err();
        assert!(error.at.start >= 7, "positions count from the start of the datagram");
    }
}

#[test]
fn line_ends_before_the_start_line_are_skipped_and_alone_are_no_message() {
    let message = Message::parse(b"\r\n\r\nBYE sip:a.b SIP/2.0\r\n\r\n").unwrap();
    assert_eq!(message.octets(), b"BYE sip:a.b SIP/2.0\r\n\r\n");
    assert_eq!(message.method(), Some(Method::Bye));
    assert_eq!(fault(b"\r\n\r\n"), ParseErrorKind::Empty);
    assert_eq!(fault(b""), ParseErrorKind::Empty);
}

#[test]
fn rows_that_are_none() {
    let with = |row: &str| fault(format!("BYE sip:a.b SIP/2.0\r\n{row}\r\n\r\n").as_bytes());
    for row in ["no colon", ": value", "na@me: x", "na me: x", " Subject: folded onto the start line"] {
        assert_eq!(with(row), ParseErrorKind::FieldName, "{row}");
    }
    assert_eq!(with("a: b\nc: d"), ParseErrorKind::BareLineFeed);
    assert_eq!(fault(b"\nBYE sip:a.b SIP/2.0\r\n\r\n"), ParseErrorKind::BareLineFeed);
}

#[test]
fn missing_empty_line_is_a_fault_wherever_the_octets_end() {
    let whole = b"BYE sip:a.b SIP/2.0\r\nSubject: x\r\n y\r\n\r\n";
    assert!(Message::parse(whole).is_ok());
    for end in 1..whole.len() {
        assert!(Message::parse(&whole[..end]).is_err(), "{end} octets");
    }
}

#[test]
fn bounds_on_size_and_rows_hold() {
    let mut octets = b"BYE sip:a.b SIP/2.0\r\n".to_vec();
    for _ in 0..MAX_FIELDS {
        octets.extend_from_slice(b"a:b\r\n");
    }
    assert_eq!(Message::parse(&[&octets[..], b"\r\n"].concat()).unwrap().rows().len(), MAX_FIELDS);
    assert_eq!(fault(&[&octets[..], b"a:b\r\n\r\n"].concat()), ParseErrorKind::TooManyFields);

    let mut octets = b"BYE sip:a.b SIP/2.0\r\n\r\n".to_vec();
    octets.resize(MAX_MESSAGE_OCTETS, b'x');
    assert_eq!(Message::parse(&octets).unwrap().octets().len(), MAX_MESSAGE_OCTETS);
    octets.push(b'x');
    let error = Message::parse(&octets).unwrap_err();
    assert_eq!(
        (error.kind, error.status()),
        (ParseErrorKind::MessageTooLarge, StatusCode::MESSAGE_TOO_LARGE)
    );

    let long = |octets: usize| format!("BYE sip:a.b SIP/2.0\r\na: {}\r\n\r\n", "x".repeat(octets));
    let around = long(0).len();
    assert!(Message::parse(long(MAX_HEAD_OCTETS - around).as_bytes()).is_ok());
    assert_eq!(fault(long(MAX_HEAD_OCTETS - around + 1).as_bytes()), ParseErrorKind::MessageTooLarge);
}

#[test]
fn owned_message_is_the_same_message() {
    let owned = Message::parse(INVITE).unwrap().into_owned();
    assert_eq!(owned.octets(), INVITE);
    assert_eq!(owned.cseq().unwrap().number, 314_159);
}

#[test]
fn faulty_request_is_salvaged_for_its_answer() {
    let octets = b"INVITE  sip:a.b SIP/2.0\r\nVia: SIP/2.0/UDP c.d\r\nno colon\r\nCSeq: 1 INVITE\r\n\r\nbody";
    assert!(Message::parse(octets).is_err());
    let salvaged = Message::salvage(octets).unwrap();
    assert_eq!((salvaged.method(), salvaged.rows().len()), (Some(Method::Invite), 2));
    assert_eq!(salvaged.cseq().unwrap().number, 1);
    assert_eq!(salvaged.body(), b"");
}

#[test]
fn what_cannot_be_answered_is_not_salvaged() {
    for octets in
        [&b"SIP/2.0 999 x\r\n\r\n"[..], b"ACK  sip:a.b SIP/2.0\r\n\r\n", b"", b"\r\n", b"<html>", b"INVITE"]
    {
        assert!(Message::salvage(octets).is_none());
    }
}

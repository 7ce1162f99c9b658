//! What a diagnosis names: the layer, the octets and the rule of every fault.

use super::*;
use crate::message::tests::INVITE;
use crate::message::{Layer, Message};

/// The faults of `text`, each with the octets that it names.
fn faults(text: &str) -> Vec<(ParseErrorKind, String)> {
    let octets = text.replace('\n', "\r\n");
    let at = |fault: &ParseError| octets[fault.at.clone()].to_owned();
    diagnose(octets.as_bytes()).iter().map(|fault| (fault.kind, at(fault))).collect()
}

/// `text` between the mandatory header fields of an OPTIONS and its end.
fn options(text: &str) -> String {
    format!(
        "OPTIONS sip:bob@biloxi.com SIP/2.0\nVia: SIP/2.0/UDP a.b;branch=z9hG4bK1\nFrom: <sip:a@b.c>;tag=1\n\
         To: <sip:bob@biloxi.com>\nCall-ID: 1@a.b\nCSeq: 1 OPTIONS\nMax-Forwards: 70\n{text}"
    )
}

#[test]
fn sound_messages_have_no_faults() {
    assert_eq!(diagnose(INVITE), []);
    assert_eq!(faults(&options("\n")), []);
    assert_eq!(faults(&options("Content-Type: text/plain\nContent-Length: 2\n\nab, trailing octets")), []);
}

#[test]
fn faults_of_all_layers_are_told_at_once() {
    use ParseErrorKind as Kind;
    let text = options("no colon\nMax-Forwards: 300\nContact: <sip:a@b.c\nContent-Length: 9\nl: x\n\nabc");
    let expected = [
        (Kind::FieldName, "no colon"),
        (Kind::ContentLengthRepeated, "l: x\r\n"),
        (Kind::BodyTruncated, "abc"),
        (Kind::MaxForwardsTooLarge, "300"),
        (Kind::Malformed(HeaderName::Contact), "<sip:a@b.c"),
        (Kind::Repeated(HeaderName::MaxForwards), "Max-Forwards: 300\r\n"),
        (Kind::Missing(HeaderName::ContentType), ""),
    ];
    let found = faults(&text);
    let found: Vec<_> = found.iter().map(|(kind, at)| (*kind, at.as_str())).collect();
    assert_eq!(found[..3], expected[..3]);
    assert_eq!(found[3].0, expected[3].0);
    assert_eq!(found[5..], expected[5..]);
    let layers: Vec<_> = found.iter().map(|(kind, _)| kind.layer()).collect();
    assert!(layers.is_sorted());
}

#[test]
fn lines_without_carriage_returns_are_told_once_and_their_values_are_read() {
    let text = options("Date: yesterday\n\n");
    let found = diagnose(text.as_bytes());
    let kinds: Vec<_> = found.iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [ParseErrorKind::BareLineFeed, ParseErrorKind::Malformed(HeaderName::Date)]);
    assert_eq!(&text[found[1].at.clone()], "yesterday");
}

#[test]
fn faulty_start_line_does_not_hide_the_rows() {
    let text = options("Expires: soon\n\n").replacen(" sip:", "  sip:", 1);
    assert_eq!(
        faults(&text),
        [
            (ParseErrorKind::StartLine, "OPTIONS  sip:bob@biloxi.com SIP/2.0".to_owned()),
            (ParseErrorKind::Malformed(HeaderName::Expires), "s".to_owned()),
        ]
    );
}

#[test]
fn rules_between_header_fields_are_checked() {
    use HeaderName as Name;
    use ParseErrorKind as Kind;
    let kinds = |text: &str| faults(text).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    let edited = |from: &str, to: &str| kinds(&options("\n").replacen(from, to, 1));
    assert_eq!(edited("1 OPTIONS", "1 BYE"), [Kind::CSeqMethod]);
    assert_eq!(edited(";tag=1", ""), [Kind::TagMissing(Name::From)]);
    assert_eq!(edited("z9hG4bK1", "z9hG4bK"), [Kind::BranchMissing]);
    assert_eq!(edited("bob@biloxi.com ", "bob@biloxi.com?Route=x "), [Kind::RequestUriHeaders]);
    assert_eq!(edited("Call-ID: 1@a.b\n", ""), [Kind::Missing(Name::CallId)]);
    assert_eq!(kinds(&options("Contact: *\n\n")), [Kind::ContactStar]);
    let other = |method: &str, text: &str| kinds(&options(text).replace("OPTIONS", method));
    assert_eq!(other("CANCEL", "Require: x\n\n"), [Kind::Forbidden(Name::Require)]);
    assert_eq!(other("INVITE", "\n"), [Kind::Missing(Name::Contact)]);
    assert_eq!(other("INVITE", "Contact: <tel:+1>\n\n"), [Kind::ContactOfDialog]);
    assert_eq!(other("INVITE", "Contact: <sip:a.b>, <sip:c.d>\n\n"), [Kind::ContactOfDialog]);
    assert_eq!(other("REGISTER", "Contact: *\nExpires: 0\n\n"), []);
    assert_eq!(other("REGISTER", "Contact: *\nExpires: 1\n\n"), [Kind::ContactStar]);
    assert_eq!(other("NOTIFY", "\n"), [Kind::Missing(Name::Event), Kind::Missing(Name::SubscriptionState)]);
    let response = |status: &str, text: &str| {
        kinds(&options(text).replace("OPTIONS sip:bob@biloxi.com SIP/2.0", &format!("SIP/2.0 {status} x")))
    };
    assert_eq!(response("100", "\n"), []);
    assert_eq!(response("180", "\n"), [Kind::TagMissing(Name::To)]);
    assert_eq!(response("407", "\n"), [Kind::TagMissing(Name::To), Kind::Missing(Name::ProxyAuthenticate)]);
}

#[test]
fn what_parses_has_no_framing_fault_and_what_does_not_has_one() {
    for end in 0..INVITE.len() {
        for octets in [&INVITE[..end], &INVITE[end..]] {
            let told = diagnose(octets).first().is_some_and(|fault| fault.layer() == Layer::Framing);
            assert_eq!(told, Message::parse(octets).is_err(), "{}", octets.escape_ascii());
        }
    }
}

#[test]
fn octets_of_all_kinds_are_diagnosed_in_bounds() {
    let mut octets = INVITE.to_vec();
    for at in 0..octets.len() {
        for octet in [0, b'\n', b' ', b'"', b'<', b';', b',', 0xFF] {
            let kept = std::mem::replace(&mut octets[at], octet);
            for fault in diagnose(&octets) {
                assert!(fault.at.start <= fault.at.end && fault.at.end <= octets.len(), "{fault}");
            }
            octets[at] = kept;
        }
    }
}

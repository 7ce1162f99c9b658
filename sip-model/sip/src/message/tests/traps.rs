//! What parsers of SIP have stumbled over, each by its name.

use super::message;
use crate::auth::WwwAuthenticate;
use crate::header::{Date, From, To, UserAgent, Via};
use crate::message::{FieldName, HeaderName, Message, Method, ParseErrorKind, TransactionKey};
use crate::uri::Uri;

fn parsed(text: &str) -> Result<Message<'static>, ParseErrorKind> {
    let octets = text.replace('\n', "\r\n");
    Message::parse(octets.as_bytes()).map(Message::into_owned).map_err(|error| error.kind)
}

#[test]
fn junk_is_legal_in_an_unknown_header_field_and_fatal_in_content_length() {
    let with = |row: &str| parsed(&format!("BYE sip:a.b SIP/2.0\n{row}\n\n")).err();
    assert_eq!(with("UnknownHeaderWithUnusualValue: ;;,,;;,;"), None);
    assert_eq!(with("Content-Length: ;;,,;;,;"), Some(ParseErrorKind::ContentLength));
    assert_eq!(with("Content-Length: -1"), Some(ParseErrorKind::ContentLength));
    assert_eq!(with("Content-Length: 4294967296"), Some(ParseErrorKind::ContentLength));
    assert_eq!(with("Content-Length: 0\nl: 0"), Some(ParseErrorKind::ContentLengthRepeated));
    assert_eq!(with("Content-Length: 9"), Some(ParseErrorKind::BodyTruncated));
}

#[test]
fn white_space_before_the_colon_compact_forms_and_folds_change_nothing() {
    let plain = message("BYE sip:a.b SIP/2.0\nVia: SIP/2.0/UDP c.d;branch=z9hG4bK1\nCSeq: 1 BYE\n\n");
    let odd = message(
        "BYE sip:a.b SIP/2.0\nv \t :\n SIP / 2.0\n\t/UDP c.d\n  ; branch = z9hG4bK1\ncSEQ  :1\n BYE\n\n",
    );
    assert_eq!(TransactionKey::of_request(&odd), TransactionKey::of_request(&plain));
    assert_eq!(odd.cseq(), plain.cseq());
}

#[test]
fn names_and_the_branch_cookie_have_no_case_and_methods_do() {
    let message = message("bye sip:a.b SIP/2.0\nVIA: sip/2.0/udp c.d;BRANCH=Z9HG4BKx\n\n");
    assert_eq!(message.method(), Some(Method::Extension("bye")));
    assert!(message.via().unwrap().branch.unwrap().is_unique());
}

#[test]
fn commas_separate_in_lists_alone() {
    let message = message(
        "SIP/2.0 401 x\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\nDate: Sat, 13 Nov 2010 23:29:00 GMT\n\
         User-Agent: a, b\nVia: SIP/2.0/UDP a.b, SIP/2.0/UDP c.d\n\n",
    );
    assert_eq!(message.values::<WwwAuthenticate<'_>>().count(), 1);
    assert!(message.top::<Date>().is_ok());
    assert_eq!(message.top::<UserAgent<'_>>().unwrap().to_text(), "a, b");
    assert_eq!(message.values::<Via<'_>>().count(), 2);
}

#[test]
fn escaped_nul_is_an_octet_and_reserved_characters_are_not_their_escapes() {
    let message = message("BYE sip:null-%00-null@a.b SIP/2.0\nTo: \"\\\u{0}\u{442}\" <sip:%00@a.b>\n\n");
    let uri = message.request_uri().unwrap();
    assert_eq!(uri.as_sip().unwrap().user, Some("null-%00-null"));
    assert!(!uri.is_equivalent(&Uri::parse("sip:null-@a.b").unwrap()));
    assert_eq!(message.to().unwrap().address.display.unwrap().to_text(), "\0\u{442}");
    let same = |a, b| Uri::parse(a).unwrap().is_equivalent(&Uri::parse(b).unwrap());
    assert!(same("sip:%61@a.b", "sip:a@a.b") && !same("sip:a%3Bb@a.b", "sip:a;b@a.b"));
}

#[test]
fn request_uri_of_any_scheme_parses() {
    for uri in ["tel:+1-201-555-0123", "urn:service:sos", "nobodyKnowsThisScheme:totallyopaquecontent"] {
        let message = message(&format!("OPTIONS {uri} SIP/2.0\n\n"));
        assert_eq!(message.request_uri().unwrap().to_string(), uri);
    }
}

#[test]
fn parameters_behind_a_bare_uri_are_the_header_fields_and_headers_need_brackets() {
    let from: From<'_> = crate::header::parse("sip:a@b.c;tag=1").unwrap();
    assert!(from.tag.is_some() && from.address.uri.as_sip().unwrap().params.is_empty());
    let error = crate::header::parse::<To<'_>>("sip:a@b.c?subject=x").unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::BracketsNeeded);
}

#[test]
fn unknown_rows_are_kept_with_their_spelling_and_octets() {
    let octets = b"BYE sip:a.b SIP/2.0\r\nX-oDD \t:\t\xFF \xC3\r\n  folded , \"\r\n\r\n";
    let message = Message::parse(octets).unwrap();
    let row = message.rows().next().unwrap();
    assert_eq!(row.name, FieldName::Extension("x-odd"));
    assert_eq!(row.octets, b"X-oDD \t:\t\xFF \xC3\r\n  folded , \"\r\n");
    assert_eq!(message.rows_named(HeaderName::Via).count(), 0);
}

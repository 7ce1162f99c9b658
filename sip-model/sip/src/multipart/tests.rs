//! What bodies of several parts are taken apart into, and that they are written the same.

use proptest::prelude::*;

use super::*;
use crate::message::{Compose, FieldName};
use crate::shared;

fn boundary(text: &str) -> Boundary<'_> {
    Boundary::new(text.as_bytes()).unwrap()
}

fn parts<'a>(body: &'a str, mark: &str) -> Multipart<'a> {
    Multipart::parse(body.as_bytes(), boundary(mark)).unwrap()
}

fn fault(body: &str, mark: &str) -> (MultipartErrorKind, Range<usize>) {
    let error = Multipart::parse(body.as_bytes(), boundary(mark)).unwrap_err();
    (error.kind, error.at)
}

#[test]
fn preamble_parts_and_epilogue_are_told_apart() {
    let body = parts(
        "to be ignored\r\n--b \t\r\nContent-Type: application/sdp\r\nContent-Disposition: session;\r\n \
         handling=required\r\n\r\nv=0\r\n\r\n--b\r\n\r\nplain\r\n--b--\r\nalso ignored",
        "b",
    );
    assert_eq!((body.preamble, body.epilogue), (&b"to be ignored"[..], &b"also ignored"[..]));
    let [session, plain] = &body.parts[..] else { panic!("two parts") };
    assert!(session.content_type().unwrap().is("application", "sdp"));
    assert_eq!(session.disposition().unwrap().unwrap().params.token("handling"), Some("required"));
    assert_eq!((session.body, plain.body), (&b"v=0\r\n"[..], &b"plain"[..]));
    assert!(plain.content_type().unwrap().is("text", "plain"), "the default");
    assert_eq!(body.first_of("application", "SDP").unwrap().body, b"v=0\r\n");
}

#[test]
fn line_end_before_a_delimiter_is_the_delimiters() {
    assert_eq!(parts("--b\r\n\r\na\r\n\r\n--b--", "b").parts[0].body, b"a\r\n");
    assert_eq!(parts("--b\r\n\r\n--b--", "b").parts[0].body, b"");
    assert_eq!(parts("--b\r\n--b--", "b").parts[0].body, b"");
    let headed = parts("--b\r\nContent-Type: text/html\r\n--b--", "b");
    assert!(headed.parts[0].content_type().unwrap().is("text", "html"), "a part may have rows alone");
    assert_eq!(headed.parts[0].body, b"");
}

#[test]
fn what_only_begins_like_a_delimiter_is_content() {
    let body = parts("--b\r\n\r\n--bb\r\n -- b\r\n--b-\r\nx--b--\r\n--b--\r\n", "b");
    assert_eq!(body.parts[0].body, b"--bb\r\n -- b\r\n--b-\r\nx--b--");
}

#[test]
fn nested_parts_are_taken_apart() {
    let body = parts(
        "--out\r\nContent-Type: multipart/alternative;boundary=\"out er\"\r\n\r\n\
         --out er\r\nContent-Type: text/plain\r\n\r\n1\r\n--out er\r\nContent-Type: text/html\r\n\r\n2\r\n\
         --out er--\r\n--out\r\n\r\n3\r\n--out--\r\n",
        "out",
    );
    assert_eq!(body.parts.len(), 2);
    assert_eq!(body.leaves().iter().map(|part| part.body).collect::<Vec<_>>(), [b"1", b"2", b"3"]);
}

#[test]
fn nesting_has_a_bound() {
    let nested = |depth: usize| {
        let open: String = (0..depth)
            .map(|i| format!("--{i}\r\nContent-Type: multipart/mixed;boundary={}\r\n\r\n", i + 1))
            .collect();
        let close: String = (0..depth).rev().map(|i| format!("\r\n--{i}--")).collect();
        format!("{open}--{depth}\r\n\r\nx\r\n--{depth}--{close}")
    };
    assert_eq!(parts(&nested(MAX_DEPTH - 1), "0").leaves()[0].body, b"x");
    assert_eq!(fault(&nested(MAX_DEPTH), "0").0, MultipartErrorKind::TooDeep);
}

#[test]
fn faults_name_their_octets() {
    use MultipartErrorKind as Kind;
    assert_eq!(fault("no parts", "b"), (Kind::NoDelimiter, 0..8));
    assert_eq!(fault("--b--\r\n", "b"), (Kind::NoDelimiter, 0..7));
    assert_eq!(fault("--b\r\n\r\nx\r\n", "b"), (Kind::Unclosed, 5..10));
    assert_eq!(fault("--b\r\nno colon\r\n\r\nx\r\n--b--", "b"), (Kind::FieldName, 5..15));
    assert_eq!(fault("--b\r\nContent-Type: x\r\n\r\nx\r\n--b--", "b"), (Kind::ContentType, 5..25));
    assert_eq!(fault("--b\r\nc: multipart/mixed\r\n\r\nx\r\n--b--", "b"), (Kind::Boundary, 5..28));
    let error = Multipart::parse(b"", boundary("b")).unwrap_err();
    assert_eq!(error.to_string(), "no delimiter line at octets 0..0 (RFC 2046 5.1.1)");
}

#[test]
fn boundaries_have_few_octets_and_no_space_at_the_end() {
    for text in ["0", "gc0pJq0M:08jU534c0p", "a b", &"x".repeat(70)] {
        assert!(Boundary::new(text.as_bytes()).is_some(), "{text}");
    }
    for text in ["", "a ", "a;b", "a\"b", "ä", &"x".repeat(71)] {
        assert!(Boundary::new(text.as_bytes()).is_none(), "{text}");
    }
}

#[test]
fn binary_part_of_rfc_4475_is_kept_octet_by_octet() {
    const NAME: &str = "binary_part_of_rfc_4475_is_kept_octet_by_octet";
    let Some(octets) = shared::read("conformance/rfc4475/mpart01.dat", NAME) else { return };
    let message = Message::parse(&octets).unwrap();
    let body = Multipart::of(&message).unwrap().unwrap();
    let [hello, signature] = &body.parts[..] else { panic!("two parts") };
    assert_eq!(hello.body, b"Hello");
    assert!(signature.content_type().unwrap().is("application", "octet-stream"));
    let encoding = PartRow { name: FieldName::from("Content-Transfer-Encoding"), value: b"binary" };
    assert_eq!(signature.rows[1], encoding);
    // The DER header says 0x152 octets behind its own four.
    assert_eq!((&signature.body[..4], signature.body.len()), (&[0x30, 0x82, 0x01, 0x52][..], 4 + 0x152));
}

#[test]
fn body_without_parts_is_none() {
    let octets = b"MESSAGE sip:a.b SIP/2.0\r\nContent-Type: text/plain\r\n\r\n--b--";
    assert!(Multipart::of(&Message::parse(octets).unwrap()).unwrap().is_none());
    let octets = b"MESSAGE sip:a.b SIP/2.0\r\nContent-Type: multipart/mixed\r\n\r\n--b--";
    let error = Multipart::of(&Message::parse(octets).unwrap()).unwrap_err();
    assert_eq!(error.kind, MultipartErrorKind::Boundary);
}

#[test]
fn boundary_that_a_part_has_is_refused() {
    let mut out = Vec::new();
    let part = |body: &'static [u8]| [NewPart::new(&ContentType::SDP, body)];
    assert_eq!(compose_multipart(boundary("b"), &part(b"x\r\n--b y"), &mut out), None);
    assert_eq!(compose_multipart(boundary("b"), &[], &mut out), None);
    assert_eq!(out, b"");
    assert_eq!(compose_multipart(boundary("b"), &part(b"x--b"), &mut out), Some(()));
    assert_eq!(out, b"--b\r\nContent-Type: application/sdp\r\n\r\nx--b\r\n--b--\r\n");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(
        bodies in prop::collection::vec(prop::collection::vec(
            prop::sample::select(vec![&b"\r\n"[..], b"--", b"x", b"b", b"\0\xFF", b": ", b"\n"]), 0..9), 1..5),
    ) {
        let bodies: Vec<Vec<u8>> = bodies.iter().map(|pieces| pieces.concat()).collect();
        let cid: &dyn Compose = &"<x@y.z>";
        let written: Vec<_> =
            bodies.iter().map(|body| NewPart::new(&ContentType::SDP, body).with("Content-ID", cid)).collect();
        let mut out = Vec::new();
        if compose_multipart(boundary("xb"), &written, &mut out).is_some() {
            let read = Multipart::parse(&out, boundary("xb")).unwrap();
            prop_assert_eq!(read.parts.iter().map(|part| part.body.to_vec()).collect::<Vec<_>>(), bodies);
            prop_assert!(read.parts.iter().all(|part| part.rows.len() == 2));
        }
    }

    #[test]
    fn any_octets_are_taken_apart_or_refused_in_bounds(
        pieces in prop::collection::vec(prop::sample::select(vec![
            &b"--b"[..], b"--b--", b"\r\n", b"--", b"c: multipart/mixed;boundary=b\r\n", b"c: multipart/x;boundary=bb\r\n",
            b"--bb\r\n", b"--bb--\r\n", b"\r\n\r\n", b"x", b" ", b"\n",
        ]), 0..30),
    ) {
        let octets = pieces.concat();
        match Multipart::parse(&octets, boundary("b")) {
            Ok(body) => prop_assert!(!body.leaves().is_empty()),
            Err(error) => prop_assert!(error.at.start <= error.at.end && error.at.end <= octets.len()),
        }
    }
}

//! No octets make the parser, a typed view, a key or an edit panic, and what is read writes to a fixed point.

use super::INVITE;
use crate::auth::{
    AuthenticationInfo, Authorization, ProxyAuthenticate, ProxyAuthorization, WwwAuthenticate,
};
use crate::header::*;
use crate::message::{
    Compose, Composer, Edit, HeaderName, MergeKey, Message, ResponseHead, StatusCode, TransactionKey,
    compose_ack, compose_cancel,
};
use crate::sdp::{AudioOffer, Sdp};
use crate::uri::{Aor, Uri};
use proptest::prelude::*;

/// Calls `$apply::<H>($argument…)` for every typed header field.
macro_rules! for_each_field {
    ($apply:ident($($argument:expr),*)) => {{
        $apply::<Accept<'_>>($($argument),*) + $apply::<AcceptEncoding<'_>>($($argument),*)
            + $apply::<AcceptLanguage<'_>>($($argument),*) + $apply::<AlertInfo<'_>>($($argument),*)
            + $apply::<Allow<'_>>($($argument),*) + $apply::<AuthenticationInfo<'_>>($($argument),*)
            + $apply::<Authorization<'_>>($($argument),*) + $apply::<CallId<'_>>($($argument),*)
            + $apply::<CallInfo<'_>>($($argument),*) + $apply::<Contact<'_>>($($argument),*)
            + $apply::<ContentDisposition<'_>>($($argument),*) + $apply::<ContentEncoding<'_>>($($argument),*)
            + $apply::<ContentLanguage<'_>>($($argument),*) + $apply::<ContentType<'_>>($($argument),*)
            + $apply::<ContentLength>($($argument),*)
            + $apply::<CSeq<'_>>($($argument),*) + $apply::<Date>($($argument),*)
            + $apply::<ErrorInfo<'_>>($($argument),*) + $apply::<Expires>($($argument),*)
            + $apply::<From<'_>>($($argument),*) + $apply::<InReplyTo<'_>>($($argument),*)
            + $apply::<MaxForwards>($($argument),*) + $apply::<MimeVersion>($($argument),*)
            + $apply::<MinExpires>($($argument),*) + $apply::<Organization<'_>>($($argument),*)
            + $apply::<Priority<'_>>($($argument),*) + $apply::<ProxyAuthenticate<'_>>($($argument),*)
            + $apply::<ProxyAuthorization<'_>>($($argument),*) + $apply::<ProxyRequire<'_>>($($argument),*)
            + $apply::<RecordRoute<'_>>($($argument),*) + $apply::<ReplyTo<'_>>($($argument),*)
            + $apply::<Require<'_>>($($argument),*) + $apply::<RetryAfter<'_>>($($argument),*)
            + $apply::<Route<'_>>($($argument),*) + $apply::<Server<'_>>($($argument),*)
            + $apply::<Subject<'_>>($($argument),*) + $apply::<Supported<'_>>($($argument),*)
            + $apply::<Timestamp<'_>>($($argument),*) + $apply::<To<'_>>($($argument),*)
            + $apply::<Unsupported<'_>>($($argument),*) + $apply::<UserAgent<'_>>($($argument),*)
            + $apply::<Via<'_>>($($argument),*) + $apply::<Warning<'_>>($($argument),*)
            + $apply::<WwwAuthenticate<'_>>($($argument),*)
    }};
}

fn composed(value: &dyn Compose) -> Vec<u8> {
    let mut out = Vec::new();
    value.compose(&mut out);
    out
}

/// Reads `text` as `H`; what was read must write to what reads and writes the same. Counts what was read.
fn fixed_point<'a, H: HeaderField<'a> + Compose>(text: &'a [u8]) -> usize {
    let Ok(value) = parse::<H>(text) else { return 0 };
    // The second reading lives as long as the first: leaking a test's text is the shortest way to say so.
    let once: &'static [u8] = composed(&value).leak();
    let Ok(again) = parse::<H>(once) else {
        panic!(
            "{}: {:?} was read but {:?} is not",
            H::NAME,
            text.escape_ascii(),
            once.escape_ascii().to_string()
        );
    };
    assert_eq!(composed(&again).escape_ascii().to_string(), once.escape_ascii().to_string(), "{}", H::NAME);
    1
}

/// Reads all values of `H` in `message`; counts those without a fault.
fn read_all<'m, H: HeaderField<'m>>(message: &'m Message<'m>) -> usize {
    let _ = message.top::<H>();
    message.values::<H>().filter(Result::is_ok).count()
}

/// Does with `octets` whatever the crate's cores may do with a datagram; counts the values that were read.
fn exercise(octets: &[u8]) -> usize {
    let Ok(message) = Message::parse(octets) else {
        if let Some(request) = Message::salvage(octets) {
            answer(&request);
        }
        return 0;
    };
    assert_eq!(message.octets(), {
        let mut out = Vec::new();
        Edit::new(&message).write_into(&mut out);
        out
    });
    let read = for_each_field!(read_all(&message));
    let _ = message.mandatory();
    let _ =
        (TransactionKey::of_request(&message), TransactionKey::of_response(&message), MergeKey::of(&message));
    if let Ok(uri) = message.request_uri() {
        let _ = (uri.is_equivalent(&uri), Aor::of(&uri), uri.to_string());
    }
    if let Ok(sdp) = Sdp::parse(message.body()) {
        let _ =
            AudioOffer::new("x", 1, [192, 0, 2, 1].into(), 1).answer(&sdp).map(|answer| composed(&answer));
    }
    answer(&message);
    forward(&message);
    read
}

fn answer(request: &Message<'_>) {
    let mut out = Vec::new();
    let stamp = ViaStamp { received: Some([192, 0, 2, 1].into()), rport: Some(5060) };
    let head = ResponseHead::new(request, StatusCode::OK).with_stamp(stamp).with_tag(Tag::new("t").unwrap());
    Composer::response(&mut out, &head).finish();
    assert!(Message::parse(&out).is_ok(), "an answer is a message: {}", out.escape_ascii());
    let _ = compose_ack(request, request, &mut out);
    let _ = compose_cancel(request, &mut out);
}

fn forward(message: &Message<'_>) {
    let mut edit = Edit::new(message);
    edit.stamp_top_via(ViaStamp { received: Some([192, 0, 2, 1].into()), rport: Some(5060) });
    edit.push_top(HeaderName::Via, &"SIP/2.0/UDP p.q;branch=z9hG4bKx");
    edit.remove_top(HeaderName::Route);
    edit.set_uri(&"sip:r.s");
    let _ = edit.decrement_max_forwards();
    let mut out = Vec::new();
    edit.write_into(&mut out);
    if out.len() <= crate::message::MAX_HEAD_OCTETS {
        let forwarded = Message::parse(&out).expect("a forwarded message is a message");
        assert_eq!(forwarded.body(), message.body());
    }
}

const REGISTER: &[u8] = b"REGISTER sips:ss2.biloxi.example.com SIP/2.0\r\n\
    v: SIP/2.0/TLS client.biloxi.example.com:5061;branch=z9hG4bKnashd92\r\n , SIP / 2.0 / UDP [2001:db8::1]: 4000 ;ttl=16;maddr=224.2.0.1;received=::1\r\n\
    Max-Forwards: 0070\r\nf: Bob <sips:bob@biloxi.example.com>;tag=ja743ks76zlflH\r\nt: sip:bob:pw@biloxi.example.com\r\n\
    i: 1j9FpLxk3uxtm8tn@biloxi.example.com\r\nCSeq: 2 REGISTER\r\n\
    m: \"B \\\" b\" <sips:bob@client.biloxi.example.com;lr?x=%20y>;q=0.70;expires=3600, <tel:+1-2;ext=3>\r\n\
    Authorization: Digest username=\"bob\", realm=\"atlanta.example.com\",\r\n nonce=\"ea9c8e88df84f1cec4341ae6cbe5a359\", opaque=\"\",\r\n \
    uri=\"sips:ss2.biloxi.example.com\", response=\"dfe56131d1958046689d83306477ecc1\", qop=auth, cnonce=\"x\", nc=0000000a\r\n\
    Retry-After: 18000 (a (b)) ;duration=3600\r\nWarning: 301 isi.edu \"Incompatible, \\\"yes\\\"\", 307 a:5060 \"x\"\r\n\
    Date: Sat, 13 Nov 2010 23:29:00 GMT\r\nTimestamp: 54.2 .5\r\nAccept: application/sdp;level=1, */*;q=0.1\r\n\
    Accept-Language: da, en-gb;q=0.8, *\r\nMIME-Version: 1.0\r\nCall-Info: <http://a.b/c,d>;purpose=icon\r\n\
    WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", qop=\"auth,auth-int\", algorithm=SHA-256, stale=TRUE\r\n\
    k: 100rel,timer\r\nExpires: 0\r\nl: 0\r\n\r\n";

const RESPONSE: &[u8] = b"SIP/2.0 183 Session Progress\r\nVia: SIP/2.0/UDP a.b;rport=1;branch=z9hG4bK1\r\nVia:SIP/2.0/UDP c.d\r\n\
    Record-Route: <sip:a.b;lr>,\r\n\t<sip:[::1]:5060;transport=tcp>;x=\"y,\"\r\nTo: \"\xC3\xA4\"<urn:service:sos>;tag=1\r\n\
    CSeq: 4294967295 INVITE\r\nMax-Forwards: 300\r\nContact: *\r\nContact: <sip:%61%00@h>;q=1.000\r\nReason:\r\n\r\nv=0\r\no=- 1 1 IN IP4 a\r\n\
    s=-\r\nc=IN IP6 ::1\r\nt=0 0\r\nm=audio 1 RTP/AVP 0 8 9\r\na=rtpmap:9 X\r\na=sendonly\r\n";

const SEEDS: [&[u8]; 3] = [INVITE, REGISTER, RESPONSE];

#[test]
fn seeds_are_read_in_many_views() {
    assert_eq!(SEEDS.map(exercise), [19, 27, 7]);
}

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 24] = [
    b"\r\n",
    b"\r\n ",
    b"\r",
    b"\n",
    b"\0",
    b"\"",
    b"\\",
    b"<",
    b">",
    b",",
    b";",
    b"=",
    b"%",
    b"%0",
    b"@",
    b":",
    b"[",
    b"]",
    b"\xFF\xFE",
    b"4294967296",
    b"-1",
    b"(",
    b" ",
    b"Content-Length: 7\r\n",
];

#[derive(Clone, Debug)]
enum Mutation {
    Insert(prop::sample::Index, &'static [u8]),
    Overwrite(prop::sample::Index, u8),
    Delete(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Truncate(prop::sample::Index),
}

fn any_mutation() -> impl Strategy<Value = Mutation> {
    let at = || any::<prop::sample::Index>();
    prop_oneof![
        4 => (at(), prop::sample::select(PIECES.to_vec())).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        2 => (at(), any::<u8>()).prop_map(|(at, octet)| Mutation::Overwrite(at, octet)),
        3 => (at(), 1..40usize).prop_map(|(at, length)| Mutation::Delete(at, length)),
        1 => (at(), 1..200usize).prop_map(|(at, length)| Mutation::Repeat(at, length)),
        1 => at().prop_map(Mutation::Truncate),
    ]
}

fn mutate(octets: &mut Vec<u8>, mutation: &Mutation) {
    if octets.is_empty() {
        return;
    }
    match mutation {
        Mutation::Insert(at, piece) => {
            let at = at.index(octets.len());
            octets.splice(at..at, piece.iter().copied());
        }
        Mutation::Overwrite(at, octet) => {
            let at = at.index(octets.len());
            octets[at] = *octet;
        }
        Mutation::Delete(at, length) => {
            let at = at.index(octets.len());
            octets.drain(at..(at + length).min(octets.len()));
        }
        Mutation::Repeat(at, length) => {
            let at = at.index(octets.len());
            let copy = octets[at..(at + length).min(octets.len())].to_vec();
            octets.splice(at..at, copy);
        }
        Mutation::Truncate(at) => octets.truncate(at.index(octets.len())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_messages_never_panic(
        seed in 0..SEEDS.len(),
        mutations in prop::collection::vec(any_mutation(), 1..6),
    ) {
        let mut octets = SEEDS[seed].to_vec();
        for mutation in &mutations {
            mutate(&mut octets, mutation);
        }
        exercise(&octets);
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        exercise(&octets);
        exercise(&[b"INVITE sip:a.b SIP/2.0\r\nVia: ", &octets[..], b"\r\n\r\n"].concat());
        let _ = Sdp::parse(&octets);
        let _ = Uri::parse(&octets);
    }

    #[test]
    fn values_of_mutated_rows_write_to_a_fixed_point(
        seed in 0..SEEDS.len(),
        row in any::<prop::sample::Index>(),
        mutations in prop::collection::vec(any_mutation(), 0..3),
    ) {
        let message = Message::parse(SEEDS[seed]).unwrap();
        let mut value = message.rows().nth(row.index(message.rows().len())).unwrap().value.to_vec();
        for mutation in &mutations {
            mutate(&mut value, mutation);
        }
        // Folds inside a row are always a line end with white space behind it: mend what the mutation broke.
        let value = String::from_utf8_lossy(&value).replace(['\r', '\n'], " ");
        let _ = for_each_field!(fixed_point(value.as_bytes()));
    }

    #[test]
    fn uris_write_to_a_fixed_point_and_equal_themselves(
        text in "(sip|sips|tel|urn|SIP):([a-z0-9%+.:@;=?&\\[\\]/-]{0,24})(@[a-z0-9.:\\[\\]]{0,12})?(;[a-z=%0-9]{0,8})?(\\?[a-z=&]{0,6})?",
    ) {
        if let Ok(uri) = Uri::parse(&text) {
            let once = uri.to_string();
            let again = Uri::parse(&once).unwrap();
            prop_assert_eq!(again.to_string(), once.as_str());
            prop_assert!(uri.is_equivalent(&again));
        }
    }
}

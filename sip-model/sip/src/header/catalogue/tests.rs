//! Every header field of the RFCs that this crate reads: the RFC's own examples, the compact form, and a value that
//! breaks the grammar, with the octets at fault.

use std::ops::Range;

use super::*;
use crate::message::{Layer, Message, diagnose};

/// What is expected of one header field.
struct Case {
    name: HeaderName,
    /// Values as the RFC prints them.
    examples: &'static [&'static str],
    /// A value that breaks the grammar.
    malformed: &'static str,
    /// The octets of it that are at fault.
    at: Range<usize>,
}

macro_rules! cases {
    ($($name:ident: $($example:literal)|+; $malformed:literal, $at:expr;)+) => {
        [$(Case { name: HeaderName::$name, examples: &[$($example),+], malformed: $malformed, at: $at },)+]
    };
}

/// The examples are those of RFC 3261 20, of the sections that define the header field, or of the call flows there.
const CASES: [Case; 72] = cases! {
    Accept: "application/sdp;level=1, application/x-private, text/html" | ""; "application/sdp, text", 21..21;
    AcceptContact: "*;mobility=\"mobile\";methods=\"INVITE\"" | "*;audio;require"; "<sip:a@b.c>", 0..1;
    AcceptEncoding: "gzip" | ""; "gzip,", 5..5;
    AcceptLanguage: "da, en-gb;q=0.8, en;q=0.7"; "da, en--gb", 4..10;
    AlertInfo: "<http://www.example.com/sounds/moo.wav>"; "http://www.example.com/sounds/moo.wav", 0..5;
    Allow: "INVITE, ACK, OPTIONS, CANCEL, BYE"; "INVITE, @CK", 8..9;
    AllowEvents: "spirits-INDPs" | "presence, presence.winfo"; "presence, .winfo", 10..16;
    AuthenticationInfo: "nextnonce=\"47364c23432d2e131a5fb210812c\""; "nextnonce=47364c", 0..16;
    Authorization: "Digest username=\"Alice\", realm=\"atlanta.com\", nonce=\"84a4cc6f3082121f32b42a2187831a9e\",\r\n \
        uri=\"sip:atlanta.com\", response=\"7587245234b3434cc3412213e5f113a5\""; "Digest username=Alice", 7..21;
    CallId: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6@biloxi.com" | "f81d4fae-7dec-11d0-a765-00a0c91e6bf6@192.0.2.4";
        "a@b@c", 3..4;
    CallInfo: "<http://wwww.example.com/alice/photo.jpg> ;purpose=icon,\r\n  <http://www.example.com/alice/> ;purpose=info";
        "<http://www.example.com/alice/> ;", 33..33;
    Contact: "\"Mr. Watson\" <sip:watson@worcester.bell-telephone.com>\r\n ;q=0.7; expires=3600,\r\n \
        \"Mr. Watson\" <mailto:watson@bell-telephone.com> ;q=0.1" | "<sips:bob@192.0.2.4>;expires=60" | "*";
        "<sip:a@b.c>;q=0.7, <sip:a@b.c>;q=2", 30..34;
    ContentDisposition: "session" | "session;handling=optional"; ";handling=optional", 0..1;
    ContentEncoding: "gzip" | "tar"; "", 0..0;
    ContentLanguage: "fr"; "fr_ch", 2..3;
    ContentLength: "349"; "-1", 0..1;
    ContentType: "application/sdp" | "text/html; charset=ISO-8859-4"; "application", 11..11;
    CSeq: "4711 INVITE"; "4711", 0..4;
    Date: "Sat, 13 Nov 2010 23:29:00 GMT"; "Sat, 13 Nov 2010 23:29:00 EST", 0..29;
    ErrorInfo: "<sip:not-in-service-recording@atlanta.com>"; "sip:not-in-service-recording@atlanta.com", 0..4;
    Event: "presence" | "reg;id=1234"; "presence;id=\"x\"", 8..15;
    Expires: "5"; "five", 0..1;
    FlowTimer: "120"; "-120", 0..1;
    From: "\"A. G. Bell\" <sip:agb@bell-telephone.com> ;tag=a48s" | "sip:+12125551212@server.phone2net.com;tag=887s" |
        "Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8"; "Bell, Alexander <sip:agb@bell-telephone.com>;tag=43", 0..4;
    Identity: "sv5CTo05KqpSmtHt3dcEiO/1CWTSZtnG3iV+1nmurLXV/HmtyNS7Ltrg9dlxkWzo;\
        info=<https://biloxi.example.org/biloxi.cer>;alg=ES256"; "sv5CTo05KqpSm;alg=ES256", 14..17;
    InReplyTo: "70710@saturn.bell-tel.com, 17320@saturn.bell-tel.com"; "70710@saturn.bell-tel.com,", 26..26;
    MaxBreadth: "60" | "1"; "-1", 0..1;
    MaxForwards: "6"; "256", 0..3;
    MimeVersion: "1.0"; "1", 0..1;
    MinExpires: "60"; "60s", 2..3;
    MinSe: "3600" | "60;lr"; "60;", 3..3;
    Organization: "Boxes by Bob" | ""; "Boxes\0Bob", 5..6;
    PAccessNetworkInfo: "3GPP-UTRAN-TDD; utran-cell-id-3gpp=C359A3913B20E" |
        "IEEE-802.11b;i-wlan-node-id=\"0014A1\";network-provided"; ";utran-cell-id-3gpp=C359A3913B20E", 0..1;
    PAssertedIdentity: "\"Cullen Jennings\" <sip:fluffy@cisco.com>" | "tel:+14085264000"; "tel:+14085264000,", 17..17;
    PAssociatedUri: "<sip:user1@example.com>, <sip:user2@example.com>" | ""; "sip:user1@example.com", 0..4;
    PCalledPartyId: "<sip:user1-business@example.com>"; "<sip:user1-business@example.com", 0..31;
    PChargingFunctionAddresses: "ccf=192.1.1.1; ccf=192.1.1.2" | "ecf=\"x\", ccf=[5555::b99:c88:d77:e66]"; "ccf=", 4..4;
    PChargingVector: "icid-value=1234bc9876e; icid-generated-at=192.0.6.8; orig-ioi=home1.net";
        "orig-ioi=home1.net", 0..18;
    PPreferredIdentity: "\"Cullen Jennings\" <sip:fluffy@cisco.com>"; "Cullen Jennings", 0..6;
    PVisitedNetworkId: "other.net,\"Visited network number 1\""; "Visited network", 8..9;
    Path: "<sip:P3.EXAMPLEHOME.COM;lr>,<sip:P1.EXAMPLEVISITED.COM;lr>"; "sip:P1.EXAMPLEVISITED.COM;lr", 0..4;
    Priority: "emergency" | "non-urgent"; "non urgent", 4..5;
    Privacy: "id" | "header; session;critical"; "id,header", 2..3;
    ProxyAuthenticate: "Digest realm=\"atlanta.com\",\r\n domain=\"sip:ss1.carrier.com\", qop=\"auth\",\r\n \
        nonce=\"f84f1cec41e6cbe5aea9c8e88d359\",\r\n opaque=\"\", stale=FALSE, algorithm=MD5";
        "Digest realm=atlanta.com", 7..24;
    ProxyAuthorization: "Digest username=\"Alice\", realm=\"atlanta.com\",\r\n nonce=\"c60f3082ee1212b402a21831ae\",\r\n \
        uri=\"sip:a.b\", response=\"245f23415f11432b3434341c022a1f5e\""; "Digest", 0..6;
    ProxyRequire: "foo"; "foo bar", 4..5;
    RAck: "776656 1 INVITE"; "776656 INVITE", 7..8;
    RSeq: "988789"; "0", 0..1;
    Reason: "SIP ;cause=200 ;text=\"Call completed elsewhere\"" | "Q.850 ;cause=16 ;text=\"Terminated\"" |
        "SIP ;cause=600 ;text=\"Busy Everywhere\""; "SIP ;cause=busy", 3..15;
    RecordRoute: "<sip:server10.biloxi.com;lr>,\r\n <sip:bigbox3.site3.atlanta.com;lr>"; "<sip:server10.biloxi.com;lr", 0..27;
    ReferTo: "sip:alice@atlanta.example.com" | "<sip:dave@denver.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D\
        12345%3Bfrom-tag%3D5FFE-3994>" | "http://www.ietf.org"; "sip:a@b.c?Replaces=1", 0..20;
    ReferredBy: "sip:r@ref.example\r\n ;cid=\"2UWQFN309shb3@ref.example\""; "<sip:r@ref.example>;cid=\"2UWQ", 24..29;
    RejectContact: "*;actor=\"msg-taker\";video"; "actor=\"msg-taker\"", 0..1;
    Replaces: "98732@sip.example.com\r\n ;from-tag=r33th4x0r\r\n ;to-tag=ff87ff" |
        "12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only" | "87134@171.161.34.23;to-tag=24796;from-tag=0";
        "98732@sip.example.com;from-tag=r33th4x0r", 0..40;
    ReplyTo: "Bob <sip:bob@biloxi.com>"; "Bob", 0..3;
    RequestDisposition: "proxy, recurse, parallel"; "proxy recurse", 6..7;
    Require: "100rel"; "", 0..0;
    RetryAfter: "18000;duration=3600" | "120 (I'm in a meeting)"; "120 (I'm in a meeting", 4..21;
    Route: "<sip:bigbox3.site3.atlanta.com;lr>,\r\n <sip:server10.biloxi.com;lr>"; "<sip:a.b;lr>, sip:c.d", 14..18;
    Server: "HomeServer v2"; "", 0..0;
    ServiceRoute: "<sip:P2.HOME.EXAMPLE.COM;lr>,\r\n <sip:HSP.HOME.EXAMPLE.COM;lr>"; "sip:P2.HOME.EXAMPLE.COM;lr", 0..4;
    SessionExpires: "4000;refresher=uac"; "4000;refresher=proxy", 4..20;
    Subject: "Tech Support" | "Need more boxes"; "Need\x07boxes", 4..5;
    SubscriptionState: "active;expires=10000" | "terminated;reason=rejected" | "pending"; "active;expires=soon", 6..19;
    Supported: "100rel" | "outbound, path" | ""; "100rel,", 7..7;
    Timestamp: "54" | "54.21 0.5"; "now", 0..1;
    To: "The Operator <sip:operator@cs.columbia.edu>;tag=287447" | "sip:+12125551212@server.phone2net.com";
        "\"The Operator <sip:operator@cs.columbia.edu>", 0..44;
    Unsupported: "foo"; ";foo", 0..1;
    UserAgent: "Softphone Beta1.5"; "", 0..0;
    Via: "SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7" |
        "SIP/2.0/UDP 192.0.2.1:5060 ;received=192.0.2.207\r\n ;branch=z9hG4bK77asjd" |
        "SIP / 2.0 / UDP first.example.com: 4000;ttl=16\r\n ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1";
        "SIP/2.0/UDP a.b;branch=z9hG4bK1, SIP/2.0/UDP c.d;;", 49..50;
    Warning: "307 isi.edu \"Session parameter 'foo' not understood\"" |
        "301 isi.edu \"Incompatible network address type 'E.164'\""; "307 isi.edu Session", 12..13;
    WwwAuthenticate: "Digest realm=\"atlanta.com\",\r\n domain=\"sip:boxesbybob.com\", qop=\"auth\",\r\n \
        nonce=\"f84f1cec41e6cbe5aea9c8e88d359\",\r\n opaque=\"\", stale=FALSE, algorithm=MD5"; "Digest", 0..6;
};

/// The header fields of each RFC, as its own tables of header fields have them.
const HEADER_FIELDS: [(&str, &[&str]); 15] = [
    (
        "RFC 3261 20",
        &[
            "Accept",
            "Accept-Encoding",
            "Accept-Language",
            "Alert-Info",
            "Allow",
            "Authentication-Info",
            "Authorization",
            "Call-ID",
            "Call-Info",
            "Contact",
            "Content-Disposition",
            "Content-Encoding",
            "Content-Language",
            "Content-Length",
            "Content-Type",
            "CSeq",
            "Date",
            "Error-Info",
            "Expires",
            "From",
            "In-Reply-To",
            "Max-Forwards",
            "Min-Expires",
            "MIME-Version",
            "Organization",
            "Priority",
            "Proxy-Authenticate",
            "Proxy-Authorization",
            "Proxy-Require",
            "Record-Route",
            "Reply-To",
            "Require",
            "Retry-After",
            "Route",
            "Server",
            "Subject",
            "Supported",
            "Timestamp",
            "To",
            "Unsupported",
            "User-Agent",
            "Via",
            "Warning",
            "WWW-Authenticate",
        ],
    ),
    ("RFC 3262 7", &["RSeq", "RAck"]),
    ("RFC 3323 4.2", &["Privacy"]),
    ("RFC 3325 9", &["P-Asserted-Identity", "P-Preferred-Identity"]),
    ("RFC 3326 2", &["Reason"]),
    ("RFC 3327 4", &["Path"]),
    ("RFC 3515 2.1", &["Refer-To"]),
    ("RFC 3608 5", &["Service-Route"]),
    ("RFC 3841 9", &["Accept-Contact", "Reject-Contact", "Request-Disposition"]),
    ("RFC 3891 6.1, RFC 3892 3", &["Replaces", "Referred-By"]),
    ("RFC 4028 4", &["Session-Expires", "Min-SE"]),
    ("RFC 5393 5.3.1", &["Max-Breadth"]),
    ("RFC 5626 11.1", &["Flow-Timer"]),
    ("RFC 6665 8.2, RFC 8224 4", &["Event", "Allow-Events", "Subscription-State", "Identity"]),
    (
        "RFC 7315 4",
        &[
            "P-Associated-URI",
            "P-Called-Party-ID",
            "P-Visited-Network-ID",
            "P-Access-Network-Info",
            "P-Charging-Function-Addresses",
            "P-Charging-Vector",
        ],
    ),
];

#[test]
fn every_header_field_of_these_rfcs_has_a_view_and_no_other_name_is_known() {
    let mut listed: Vec<HeaderName> = Vec::new();
    for (rfc, names) in HEADER_FIELDS {
        for name in names {
            let known = HeaderName::from_spelling(name.as_bytes()).unwrap_or_else(|| panic!("{rfc}: {name}"));
            assert_eq!(known.as_str(), *name);
            listed.push(known);
        }
    }
    listed.sort();
    assert_eq!(listed, HeaderName::all().collect::<Vec<_>>());
    let mut cases = CASES.each_ref().map(|case| case.name);
    cases.sort();
    assert_eq!(cases, listed[..], "a case for each");
}

#[test]
fn examples_of_the_rfcs_read() {
    for case in &CASES {
        for example in case.examples {
            let read = Grammar::of(case.name).check(example);
            assert_eq!(read, Ok(()), "{}: {example}", case.name);
        }
    }
}

#[test]
fn malformed_values_name_their_octets() {
    for case in &CASES {
        let fault = Grammar::of(case.name).check(case.malformed).expect_err(case.malformed);
        assert_eq!(fault.at, case.at, "{}: {}", case.name, case.malformed);
    }
}

/// A request whose only row is `name` with `value`, and a body; where the value is.
fn request_with(name: &str, value: &str) -> (String, Range<usize>) {
    let head = format!("OPTIONS sip:a.b SIP/2.0\r\n{name}: ");
    (format!("{head}{value}\r\n\r\n{}", "x".repeat(400)), head.len()..head.len() + value.len())
}

#[test]
fn values_are_read_from_messages_by_full_and_compact_names() {
    for case in &CASES {
        let compact = case.name.compact().map(String::from);
        for name in [Some(case.name.as_str().to_owned()), compact].into_iter().flatten() {
            let example = case.examples[0];
            let (text, _) = request_with(&name, example);
            let message = Message::parse(text.as_bytes()).unwrap_or_else(|_| panic!("{text}"));
            let values: Vec<_> = message.rows_named(case.name).map(|row| row.value).collect();
            assert_eq!(values, [example.as_bytes()], "{name}");
        }
    }
}

#[test]
fn malformed_values_in_messages_are_diagnosed_where_they_stand() {
    // Content-Length is a matter of the framing: see the tests of the diagnosis.
    for case in CASES.iter().filter(|case| case.name != HeaderName::ContentLength) {
        let (text, value) = request_with(case.name.as_str(), case.malformed);
        let at = value.start + case.at.start..value.start + case.at.end;
        let told =
            diagnose(text.as_bytes()).iter().any(|fault| fault.layer() == Layer::Header && fault.at == at);
        assert!(told, "{text}");
    }
}

#[test]
fn shape_says_list_where_the_name_does() {
    for name in HeaderName::all() {
        let is_list = matches!(Grammar::of(name).shape, Shape::List | Shape::EmptyableList);
        // The parameters of Authentication-Info are one value here and many to who edits rows.
        assert_eq!(is_list, name.is_list() && name != HeaderName::AuthenticationInfo, "{name}");
    }
}

use super::*;
use crate::header::{Quoted, parse};
use crate::message::{Compose, HeaderName, Message, Method};
use std::time::Duration;

fn quoted(text: &str) -> Quoted<'_> {
    Quoted::from_escaped(text.as_bytes()).unwrap()
}

fn composed(value: &dyn Compose) -> String {
    let mut out = Vec::new();
    value.compose(&mut out);
    String::from_utf8(out).unwrap()
}

fn mufasa() -> DigestInput<'static> {
    DigestInput {
        algorithm: DigestAlgorithm::Md5,
        username: b"Mufasa",
        realm: b"testrealm@host.com",
        secret: Secret::Password(b"Circle Of Life"),
        method: "GET",
        uri: b"/dir/index.html",
        nonce: b"dcd98b7102dd2f0e8b11d0f600bfb0c093",
        protection: Protection::Auth { cnonce: b"0a4f113b", nc: NonceCount::FIRST },
    }
}

#[test]
fn example_of_rfc_2617_3_5() {
    assert_eq!(mufasa().response().as_str(), "6629fae49393a05397450978507c4ef1");
}

#[test]
fn stored_hash_proves_as_much_as_the_password() {
    let ha1 = DigestAlgorithm::Md5.ha1(b"Mufasa", b"testrealm@host.com", b"Circle Of Life");
    let input = DigestInput { secret: Secret::Ha1(ha1), ..mufasa() };
    assert_eq!(input.response(), mufasa().response());
}

#[test]
fn digests_of_published_vectors() {
    let Some(text) = crate::shared::read("vectors/digest.json", "digests_of_published_vectors") else {
        return;
    };
    let rows: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let rows = rows.as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let field = |name: &str| row[name].as_str().unwrap();
        let nc = NonceCount::parse(field("nc").as_bytes()).unwrap();
        assert_eq!(field("qop"), "auth", "all rows protect by auth");
        let input = DigestInput {
            algorithm: Algorithm::from_token(field("algorithm")).known().unwrap(),
            username: field("username").as_bytes(),
            realm: field("realm").as_bytes(),
            secret: Secret::Password(field("password").as_bytes()),
            method: field("method"),
            uri: field("uri").as_bytes(),
            nonce: field("nonce").as_bytes(),
            protection: Protection::Auth { cnonce: field("cnonce").as_bytes(), nc },
        };
        // RFC 7616 3.9.2 prints SHA-512 cut short; the row's computed value is that of SHA-512/256.
        assert_eq!(input.response().as_str(), field("computed_here"), "{}", field("source"));
        if row["verified"].as_bool().unwrap() {
            assert_eq!(input.response().as_str(), field("response"), "{}", field("source"));
        }
    }
}

#[test]
fn password_is_octets_and_a_nul_does_not_end_it() {
    let response = |password| DigestInput { secret: Secret::Password(password), ..mufasa() }.response();
    assert_ne!(response(b"ab\0cd"), response(b"ab"));
    assert_ne!(response(b"ab\0cd"), response(b"ab\0ce"));
}

#[test]
fn auth_int_covers_the_body_and_takes_an_empty_one_as_empty() {
    let with = |body| DigestInput {
        protection: Protection::AuthInt { cnonce: b"c", nc: NonceCount::FIRST, body },
        ..mufasa()
    };
    assert_ne!(with(&b"v=0"[..]).response(), with(&b"v=1"[..]).response());
    let empty = DigestAlgorithm::Md5.ha1(b"", b"", b"");
    assert_eq!(DigestHex::parse(empty.as_str().as_bytes()), Some(empty));
}

const CHALLENGE: &str = "Digest realm=\"atlanta.com\",\r\n   domain=\"sip:boxesbybob.com\", qop=\"auth, auth-int\",\r\n   nonce=\"f84f1cec41e6cbe5aea9c8e88d359\",\r\n   opaque=\"\", stale=FALSE, algorithm=MD5";

fn answer<'a>(challenge: &DigestChallenge<'a>, body: &'a [u8]) -> DigestCredentials<'a> {
    let response = DigestClient {
        username: quoted("bob"),
        secret: Secret::Password(b"zanzibar"),
        method: Method::Invite,
        uri: quoted("sip:bob@biloxi.com"),
        cnonce: quoted("0a4f113b"),
        nc: NonceCount::FIRST,
        body,
    };
    challenge.answer(&response).unwrap()
}

#[test]
fn challenge_of_20_44_is_read_with_folds_and_commas_in_quotes() {
    let WwwAuthenticate(challenge) = parse(CHALLENGE).unwrap();
    let challenge = challenge.digest().unwrap();
    assert_eq!(challenge.realm.raw(), b"atlanta.com");
    assert_eq!(challenge.qops().collect::<Vec<_>>(), [Qop::Auth, Qop::AuthInt]);
    assert_eq!((challenge.stale, challenge.algorithm.known()), (false, Some(DigestAlgorithm::Md5)));
}

#[test]
fn answer_is_accepted_and_every_change_to_it_is_not() {
    let WwwAuthenticate(challenge) = parse(CHALLENGE).unwrap();
    let credentials = composed(&answer(challenge.digest().unwrap(), b""));
    let read = |text: &str| match parse::<Authorization<'_>>(text) {
        Ok(Authorization(Credentials::Digest(read))) => {
            read.matches(Secret::Password(b"zanzibar"), Method::Invite, b"")
        }
        _ => false,
    };
    assert!(read(&credentials));
    for (from, to) in [
        ("bob", "bib"),
        ("nc=00000001", "nc=00000002"),
        ("0a4f", "0a4e"),
        ("f84f", "f84e"),
        ("biloxi", "boloxi"),
        ("auth,", "auth-int,"),
    ] {
        assert!(!read(&credentials.replacen(from, to, 1)), "{from} became {to}");
    }
}

#[test]
fn challenge_without_qop_is_answered_as_in_rfc_2069() {
    let WwwAuthenticate(challenge) = parse("Digest realm=\"a\", nonce=\"b\"").unwrap();
    let credentials = answer(challenge.digest().unwrap(), b"");
    assert_eq!((credentials.qop, credentials.cnonce, credentials.nc), (None, None, None));
    assert!(credentials.matches(Secret::Password(b"zanzibar"), Method::Invite, b"ignored"));
    assert!(!composed(&credentials).contains("cnonce"));
}

#[test]
fn auth_int_alone_is_answered_with_the_body() {
    let WwwAuthenticate(challenge) = parse("Digest realm=\"a\", nonce=\"b\", qop=auth-int").unwrap();
    let credentials = answer(challenge.digest().unwrap(), b"v=0");
    assert!(credentials.matches(Secret::Password(b"zanzibar"), Method::Invite, b"v=0"));
    assert!(!credentials.matches(Secret::Password(b"zanzibar"), Method::Invite, b"v=1"));
}

#[test]
fn what_cannot_be_computed_is_said_so() {
    let response = |text: &'static str| {
        let WwwAuthenticate(challenge) = parse(text).unwrap();
        let challenge = *challenge.digest().unwrap();
        let client = DigestClient {
            username: quoted("bob"),
            secret: Secret::Password(b""),
            method: Method::Invite,
            uri: quoted("sip:a.b"),
            cnonce: quoted("c"),
            nc: NonceCount::FIRST,
            body: b"",
        };
        challenge.answer(&client).map(|_| ())
    };
    assert_eq!(
        response("Digest realm=\"a\", nonce=\"b\", algorithm=AKAv1-MD5"),
        Err(Unanswerable::Algorithm)
    );
    assert_eq!(response("Digest realm=\"a\", nonce=\"b\", qop=\"token\""), Err(Unanswerable::Qop));
}

#[test]
fn challenges_stand_in_rows_of_their_own() {
    let octets = b"SIP/2.0 401 Unauthorized\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", algorithm=SHA-256\r\n\
        WWW-Authenticate: Digest realm=\"a\", nonce=\"b\", algorithm=MD5\r\n\
        WWW-Authenticate: NoOneKnowsThisScheme opaque-data=here, x\r\n\r\n";
    let message = Message::parse(octets).unwrap();
    let challenges: Result<Vec<WwwAuthenticate<'_>>, _> = message.values().collect();
    let challenges = challenges.unwrap();
    assert_eq!(challenges.len(), 3);
    assert!(matches!(challenges[2].0, Challenge::Other { scheme: "NoOneKnowsThisScheme", .. }));
    assert!(!HeaderName::WwwAuthenticate.is_list());
}

#[test]
fn broken_credentials_are_faults() {
    for text in [
        "Digest",
        "Digest ",
        "Digest username",
        "Digest username=\"bob\"",
        "Digest username=\"bob",
        "Digest ,",
        "Digest username=\"b\", realm=\"r\", nonce=\"n\", uri=\"sip:a.b\", response=\"xyz\"",
        "Digest username=\"b\", realm=\"r\", nonce=\"n\", uri=\"sip:a.b\", response=\"0123456789abcdef0123456789abcdef\", nc=1",
        "Digest username=\"b\", realm=\"r\", nonce=\"n\", uri=\"sip:a.b\", response=\"0123456789abcdef0123456789abcdef\",",
    ] {
        assert!(parse::<Authorization<'_>>(text).is_err(), "{text}");
    }
}

#[test]
fn own_nonces_are_fresh_then_stale_and_others_are_foreign() {
    let issuer = NonceIssuer::new([7; 16]);
    let second = 1_000_000_000;
    let nonce = issuer.issue(5 * second, b"sip:bob@biloxi.com");
    let check =
        |nonce: &str, now, binding| issuer.check(nonce.as_bytes(), now, binding, Duration::from_secs(60));
    let binding = &b"sip:bob@biloxi.com"[..];
    assert_eq!(check(nonce.as_str(), 65 * second, binding), NonceVerdict::Fresh);
    assert_eq!(check(nonce.as_str(), 65 * second + 1, binding), NonceVerdict::Stale);
    assert_eq!(check(nonce.as_str(), 4 * second, binding), NonceVerdict::Foreign, "from the future");
    assert_eq!(check(nonce.as_str(), 6 * second, b"sip:eve@biloxi.com"), NonceVerdict::Foreign);
    assert_eq!(check(&nonce.as_str().to_uppercase(), 6 * second, binding), NonceVerdict::Foreign);
    for text in
        ["", "0", "\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}", &"f".repeat(48), &"0".repeat(47)]
    {
        assert_eq!(check(text, 6 * second, binding), NonceVerdict::Foreign);
    }
    let other = NonceIssuer::new([8; 16]);
    assert_eq!(
        other.check(nonce.as_str().as_bytes(), 6 * second, binding, Duration::MAX),
        NonceVerdict::Foreign
    );
}

#[test]
fn challenge_built_is_challenge_read() {
    let nonce = NonceIssuer::new([1; 16]).issue(0, b"");
    let challenge = DigestChallenge::new(quoted("biloxi.com"), &nonce, DigestAlgorithm::Sha256).stale();
    let text = composed(&challenge);
    let WwwAuthenticate(read) = parse(&text).unwrap();
    let read = read.digest().unwrap();
    assert!(read.stale && read.algorithm == Algorithm::Known(DigestAlgorithm::Sha256));
    assert_eq!(read.nonce.raw(), nonce.as_str().as_bytes());
}

#[test]
fn nonce_counts_are_eight_digits_and_grow() {
    assert_eq!(NonceCount::parse(b"0000000a"), Some(NonceCount(10)));
    assert_eq!(&NonceCount(0xABC).digits(), b"00000abc");
    assert!(NonceCount::FIRST.next().unwrap() > NonceCount::FIRST);
    assert_eq!(NonceCount(u32::MAX).next(), None);
    for text in [&b"1"[..], b"+0000001", b"000000001", b"0000000g"] {
        assert_eq!(NonceCount::parse(text), None);
    }
}

#[test]
fn authentication_info_reads_back() {
    let text = "nextnonce=\"47364c23432d2e131a5fb210812c\", qop=auth, rspauth=\"6629fae49393a05397450978507c4ef1\", cnonce=\"c\", nc=00000001";
    let info: AuthenticationInfo<'_> = parse(text).unwrap();
    assert_eq!(composed(&info), text);
}

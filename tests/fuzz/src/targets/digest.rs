//! Digest challenges and credentials.

use sip::auth::{AuthenticationInfo, Authorization, ProxyAuthenticate, WwwAuthenticate};
use sip::header::parse;

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "digest",
    run,
    seeds: &[
        b"Digest realm=\"atlanta.example.com\", domain=\"sip:ss1.carrier.example.com\", qop=\"auth,auth-int\", \
          nonce=\"f84f1cec41e6cbe5aea9c8e88d359\", opaque=\"\", stale=FALSE, algorithm=SHA-256",
        b"Digest username=\"bob\", realm=\"biloxi.com\", nonce=\"dcd98b7102dd\", uri=\"sip:bob@biloxi.com\", qop=auth, \
          nc=00000001, cnonce=\"0a4f113b\", response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc\"",
        b"nextnonce=\"47364c23432d2e131a5fb210812c\", rspauth=\"0\", nc=00000002",
        b"NoOneKnowsThisScheme opaque-data=here",
    ],
    corpora: &["conformance/rfc4475/regaut01.dat"],
    tokens: &[
        "Digest ", ",", "=", "\"", "\\\"", "qop=", "auth", "nc=ffffffff", "nc=100000000", "stale=true", "algorithm=", ", x=y",
        "nonce=\"\"", "\\", "\t",
    ],
};

fn run(octets: &[u8]) {
    if let Ok(challenge) = parse::<WwwAuthenticate<'_>>(octets) {
        let digest = challenge.0.digest();
        let _ = digest.map(|digest| digest.qops().count());
    }
    let _ = parse::<ProxyAuthenticate<'_>>(octets);
    let _ = parse::<AuthenticationInfo<'_>>(octets);
    let _ = parse::<Authorization<'_>>(octets);
}

//! URIs: reading, comparing, addresses-of-record.

use sip::uri::{Aor, Uri};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "uri",
    run,
    seeds: &[
        b"sip:%61lice;day=tuesday:pw@Atlanta.com:5060;transport=TCP;maddr=239.255.255.1;ttl=15?subject=a%20b&priority=urgent",
        b"sips:bob@[2001:db8::1]:5061;lr",
        b"tel:+358-555-1234567;postd=pp22;phone-context=example.com;isub=1411",
        b"urn:service:sos.fire",
        b"soap.beep://192.0.2.103:3002",
        b"sip:a;x=1;y=2;z=3?h=1&g=2",
    ],
    corpora: &["fuzz/pjsip/fuzz-uri_seed_corpus.zip", "fuzz/pjsip/fuzz-url_seed_corpus.zip"],
    tokens: &[
        "sip:", "tel:", "@", ":", ";", "?", "&", "=", "%", "%00", "%41", "[", "]", "[::", "::", ".", "..", ";lr", ";x=1",
        "&h=1", "255.255.255.255", ";transport=", ";x", "+", "-", "65536",
    ],
};

fn run(octets: &[u8]) {
    let Ok(uri) = Uri::parse(octets) else { return };
    assert!(uri.is_equivalent(&uri.clone()), "a URI is equivalent to itself");
    let aor = Aor::of(&uri);
    if let (Some(aor), Some(sip)) = (aor, uri.as_sip()) {
        assert!(aor.as_octets().len() <= 3 * octets.len() + 8);
        let _ = (sip.port(), sip.host().to_string(), sip.maddr());
    }
}

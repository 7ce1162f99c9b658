//! SIP on a stream: in one piece, and an octet at a time, which must cut the same messages.

use sip::stream::{StreamFramer, StreamUnit};

use super::message::{INVITE, RESPONSE, TOKENS};
use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "stream",
    run,
    seeds: &[
        INVITE,
        RESPONSE,
        b"\r\n\r\nSIP/2.0 100 \r\nl: 2\r\n\r\nhiSIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n\r\n",
    ],
    corpora: &["conformance/rfc4475", "fuzz/pjsip/fuzz-sip_seed_corpus.zip"],
    tokens: TOKENS,
};

fn run(octets: &[u8]) {
    let whole = cut(octets, octets.len().max(1));
    assert!(whole == cut(octets, 1), "an octet at a time gives something else");
}

/// The messages in `octets`, which come in segments of `len`.
fn cut(octets: &[u8], len: usize) -> (Vec<StreamUnit>, bool) {
    let (mut framer, mut units) = (StreamFramer::new(), Vec::new());
    let is_sound = octets.chunks(len).all(|segment| framer.push(segment, &mut units).is_ok());
    (units, is_sound && framer.finish().is_ok())
}

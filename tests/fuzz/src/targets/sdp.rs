//! Session descriptions.

use sip::sdp::{AudioOffer, Sdp};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "sdp",
    run,
    seeds: &[
        b"v=0\r\no=alice 2890844526 2890844526 IN IP4 client.example.com\r\ns=-\r\nc=IN IP4 192.0.2.101\r\nt=0 0\r\n\
          m=audio 49172 RTP/AVP 0 8 97\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:97 iLBC/8000/1\r\na=sendonly\r\n\
          m=video 51372/2 RTP/AVP 31\r\nc=IN IP6 2001:db8::1\r\na=inactive\r\n",
        b"v=0\no=- 0 0 IN IP4 0\ns= \nt=0 0\n",
    ],
    corpora: &["fuzz/pjsip/fuzz-sdp_seed_corpus.zip"],
    tokens: &[
        "v=0\r\n", "m=audio 1 RTP/AVP 0\r\n", "a=rtpmap:0 PCMU/8000\r\n", "a=fmtp:97 mode=30\r\n", "c=IN IP4 1.2.3.4/127/3\r\n",
        "t=0 0\r\n", " 0", "a=", "\r\n", "=", "4294967296", "a=sendrecv\r\n", "o=", "/", ":",
    ],
};

fn run(octets: &[u8]) {
    let Ok(sdp) = Sdp::parse(octets) else { return };
    let origin = sdp.origin();
    assert!(origin.username.len() <= octets.len());
    for media in sdp.media() {
        let _ = (sdp.address_of(&media), sdp.direction_of(&media), media.encoding("97"));
    }
    let own = AudioOffer::new("bob", 1, std::net::Ipv4Addr::LOCALHOST.into(), 4000);
    let _ = own.answer(&sdp).map(|answer| answer.formats().count());
}

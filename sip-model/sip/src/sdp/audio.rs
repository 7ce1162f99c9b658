//! Audio offers and answers (RFC 3264).

use std::net::IpAddr;

use super::{Direction, Media, Sdp};
use crate::message::Compose;

/// An audio encoding as telephones offer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AudioFormat {
    /// G.711 µ-law, payload type 0.
    Pcmu,
    /// G.711 A-law, payload type 8.
    Pcma,
    /// Dialled digits as events (RFC 4733), payload type 101 in offers.
    TelephoneEvent,
}

/// How much an audio description says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AudioForm {
    /// All that telephones write: the packet time and the direction too.
    #[default]
    Full,
    /// Nothing that goes without saying: no packet time, and a direction only when it is not both ways (RFC 3264 5.1).
    Brief,
}

/// An offer of one audio stream.
#[derive(Clone, Copy, Debug)]
pub struct AudioOffer<'a> {
    /// The name in the origin, without spaces.
    pub username: &'a str,
    /// The session's number.
    pub session_id: u64,
    /// The version of the description.
    pub version: u64,
    /// Where media are to be sent.
    pub address: IpAddr,
    /// The port for RTP.
    pub port: u16,
    /// The formats, the preferred one first.
    pub formats: &'a [AudioFormat],
    /// The direction.
    pub direction: Direction,
    /// The host in the origin, `None` for the address.
    pub host: Option<&'a str>,
    /// How much is written.
    pub form: AudioForm,
}

/// The answer to an offer: its first audio stream accepted, all others refused.
#[derive(Clone, Debug)]
pub struct AudioAnswer<'o, 'a> {
    local: AudioOffer<'a>,
    offer: &'o Sdp<'o>,
    accepted: usize,
    /// Payload type and format of each format in common, in the order of the offer.
    formats: Vec<(&'o str, AudioFormat)>,
}

/// An offer that has no audio stream, or none with a format that the answerer knows: to be answered 488.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCommonFormat;

/// How many payload types RTP has (RFC 3550 5.1): more formats in one stream are not looked at.
const PAYLOAD_TYPES: usize = 128;

impl AudioFormat {
    /// What telephones offer: both kinds of G.711, and events.
    pub const USUAL: [Self; 3] = [Self::Pcmu, Self::Pcma, Self::TelephoneEvent];

    /// Encoding name and clock rate, as in `rtpmap`.
    #[must_use]
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU/8000",
            Self::Pcma => "PCMA/8000",
            Self::TelephoneEvent => "telephone-event/8000",
        }
    }

    /// The payload type that an offer gives it.
    #[must_use]
    pub const fn payload_type(self) -> &'static str {
        match self {
            Self::Pcmu => "0",
            Self::Pcma => "8",
            Self::TelephoneEvent => "101",
        }
    }
}

impl<'a> AudioOffer<'a> {
    /// An offer of the usual formats, both ways, in its first version.
    #[must_use]
    pub const fn new(username: &'a str, session_id: u64, address: IpAddr, port: u16) -> Self {
        let formats = &AudioFormat::USUAL;
        let (direction, host, form) = (Direction::SendRecv, None, AudioForm::Full);
        Self { username, session_id, version: session_id, address, port, formats, direction, host, form }
    }

    /// The answer of this end to `offer`, with the formats of both in the order of the offer.
    ///
    /// # Errors
    /// [`NoCommonFormat`] when nothing can be accepted.
    pub fn answer<'o>(self, offer: &'o Sdp<'o>) -> Result<AudioAnswer<'o, 'a>, NoCommonFormat> {
        for (accepted, media) in offer.media().enumerate() {
            let formats = self.common_formats(&media);
            let has_voice = formats.iter().any(|(_, format)| *format != AudioFormat::TelephoneEvent);
            if has_voice && media.line.port != 0 {
                return Ok(AudioAnswer { local: self, offer, accepted, formats });
            }
        }
        Err(NoCommonFormat)
    }

    /// Payload type and format of what `media` offers and this end knows.
    fn common_formats<'o>(&self, media: &Media<'_, 'o>) -> Vec<(&'o str, AudioFormat)> {
        if media.line.kind != "audio" || media.line.protocol != "RTP/AVP" {
            return Vec::new();
        }
        let format = |number: &'o str| {
            let encoding = media.encoding(number)?;
            let known = self.formats.iter().find(|format| is_encoding(encoding, **format))?;
            Some((number, *known))
        };
        //= RFC 3264 6.1: the answerer list formats in the same relative order they were present in the offer
        media.line.formats.split(' ').take(PAYLOAD_TYPES).filter_map(format).collect()
    }

    /// Writes the lines before the media.
    fn compose_session(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"v=0\r\no=");
        self.username.compose(out);
        out.push(b' ');
        self.session_id.compose(out);
        out.push(b' ');
        self.version.compose(out);
        match self.host {
            Some(host) => {
                out.extend_from_slice(self.network());
                host.compose(out);
            }
            None => self.compose_address(out),
        }
        out.extend_from_slice(b"\r\ns=-\r\nc=");
        let at = out.len();
        self.compose_address(out);
        out.remove(at);
        out.extend_from_slice(b"\r\nt=0 0\r\n");
    }

    /// Writes ` IN IP4 192.0.2.1`.
    fn compose_address(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.network());
        self.address.compose(out);
    }

    /// Network and address type, with spaces around.
    fn network(&self) -> &'static [u8] {
        if self.address.is_ipv4() { b" IN IP4 " } else { b" IN IP6 " }
    }
}

/// Whether `encoding`, as an `rtpmap` has it, is `format`: names compare without case, one channel is the default.
fn is_encoding(encoding: &str, format: AudioFormat) -> bool {
    encoding.strip_suffix("/1").unwrap_or(encoding).eq_ignore_ascii_case(format.encoding())
}

/// Writes an audio stream with its attributes.
fn compose_stream<'f>(
    port: u16,
    formats: impl Iterator<Item = (&'f str, AudioFormat)> + Clone,
    (direction, form): (Direction, AudioForm),
    out: &mut Vec<u8>,
) {
    out.extend_from_slice(b"m=audio ");
    port.compose(out);
    out.extend_from_slice(b" RTP/AVP");
    for (number, _) in formats.clone() {
        out.push(b' ');
        number.compose(out);
    }
    out.extend_from_slice(b"\r\n");
    for (number, format) in formats {
        out.extend_from_slice(b"a=rtpmap:");
        number.compose(out);
        out.push(b' ');
        format.encoding().compose(out);
        out.extend_from_slice(b"\r\n");
        if format == AudioFormat::TelephoneEvent {
            out.extend_from_slice(b"a=fmtp:");
            number.compose(out);
            out.extend_from_slice(b" 0-15\r\n");
        }
    }
    if form == AudioForm::Full {
        out.extend_from_slice(b"a=ptime:20\r\n");
    }
    //= RFC 3264 5.1: if the offerer wishes to both send and receive media with its peer, it MAY include an "a=sendrecv"
    // attribute, or it MAY omit it, since sendrecv is the default
    if form == AudioForm::Full || direction != Direction::SendRecv {
        out.extend_from_slice(b"a=");
        direction.as_str().compose(out);
        out.extend_from_slice(b"\r\n");
    }
}

impl Compose for AudioOffer<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.compose_session(out);
        let formats = self.formats.iter().map(|format| (format.payload_type(), *format));
        compose_stream(self.port, formats, (self.direction, self.form), out);
    }
}

impl AudioAnswer<'_, '_> {
    /// The formats in common, in the order of the offer.
    pub fn formats(&self) -> impl Iterator<Item = AudioFormat> {
        self.formats.iter().map(|(_, format)| *format)
    }
}

impl Compose for AudioAnswer<'_, '_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.local.compose_session(out);
        //= RFC 3264 6: for each "m=" line in the offer, there MUST be a corresponding "m=" line in the answer
        for (index, media) in self.offer.media().enumerate() {
            if index == self.accepted {
                let direction = narrowed(self.local.direction, self.offer.direction_of(&media).reversed());
                let formats = self.formats.iter().copied();
                compose_stream(self.local.port, formats, (direction, self.local.form), out);
                continue;
            }
            //= RFC 3264 6: to reject an offered stream, the port number in the corresponding stream in the answer MUST
            // be set to zero
            out.extend_from_slice(b"m=");
            media.line.kind.compose(out);
            out.extend_from_slice(b" 0 ");
            media.line.protocol.compose(out);
            out.push(b' ');
            media.line.formats.compose(out);
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// The direction that both wishes allow.
fn narrowed(a: Direction, b: Direction) -> Direction {
    let sends = |direction| matches!(direction, Direction::SendRecv | Direction::SendOnly);
    let receives = |direction| matches!(direction, Direction::SendRecv | Direction::RecvOnly);
    match (sends(a) && sends(b), receives(a) && receives(b)) {
        (true, true) => Direction::SendRecv,
        (true, false) => Direction::SendOnly,
        (false, true) => Direction::RecvOnly,
        (false, false) => Direction::Inactive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> AudioOffer<'static> {
        AudioOffer::new("u17", 2_890_844_526, "192.0.2.1".parse().unwrap(), 49170)
    }

    fn text(value: &dyn Compose) -> String {
        let mut out = Vec::new();
        value.compose(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn answer_to(offered: &str) -> Result<String, NoCommonFormat> {
        let offered = Sdp::parse(offered.as_bytes()).unwrap();
        let local = AudioOffer::new("u18", 1, "2001:db8::7".parse().unwrap(), 3456);
        local.answer(&offered).map(|answer| text(&answer))
    }

    #[test]
    fn offer_has_the_shape_of_a_telephone_s() {
        expect_test::expect![[r#"
            v=0
            o=u17 2890844526 2890844526 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=audio 49170 RTP/AVP 0 8 101
            a=rtpmap:0 PCMU/8000
            a=rtpmap:8 PCMA/8000
            a=rtpmap:101 telephone-event/8000
            a=fmtp:101 0-15
            a=ptime:20
            a=sendrecv
        "#]]
        .assert_eq(&text(&offer()).replace("\r\n", "\n"));
        assert!((200..300).contains(&text(&offer()).len()));
    }

    #[test]
    fn brief_offer_leaves_out_what_is_understood() {
        let brief = AudioOffer {
            formats: &[AudioFormat::Pcmu],
            host: Some("client.a.example"),
            form: AudioForm::Brief,
            ..offer()
        };
        expect_test::expect![[r#"
            v=0
            o=u17 2890844526 2890844526 IN IP4 client.a.example
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=audio 49170 RTP/AVP 0
            a=rtpmap:0 PCMU/8000
        "#]]
        .assert_eq(&text(&brief).replace("\r\n", "\n"));
        let held = AudioOffer { direction: Direction::SendOnly, ..brief };
        assert!(text(&held).ends_with("a=sendonly\r\n"));
    }

    #[test]
    fn answer_keeps_the_offer_s_order_and_payload_types() {
        let offered = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
            m=video 3227 RTP/AVP 31\r\nm=audio 49217 RTP/AVP 12 8 96 0\r\n\
                a=rtpmap:96 Telephone-Event/8000/1\r\na=sendonly\r\n";
        expect_test::expect![[r#"
            v=0
            o=u18 1 1 IN IP6 2001:db8::7
            s=-
            c=IN IP6 2001:db8::7
            t=0 0
            m=video 0 RTP/AVP 31
            m=audio 3456 RTP/AVP 8 96 0
            a=rtpmap:8 PCMA/8000
            a=rtpmap:96 telephone-event/8000
            a=fmtp:96 0-15
            a=rtpmap:0 PCMU/8000
            a=ptime:20
            a=recvonly
        "#]]
        .assert_eq(&answer_to(offered).unwrap().replace("\r\n", "\n"));
    }

    #[test]
    fn offer_without_a_known_voice_format_cannot_be_answered() {
        let head = "v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nt=0 0\r\n";
        for media in [
            "",
            "m=audio 1 RTP/AVP 18\r\n",
            "m=audio 0 RTP/AVP 0\r\n",
            "m=audio 1 RTP/SAVP 0\r\n",
            "m=audio 1 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        ] {
            assert_eq!(answer_to(&format!("{head}{media}")), Err(NoCommonFormat), "{media}");
        }
    }

    #[test]
    fn answer_is_read_back() {
        let offered = text(&offer());
        let answer = answer_to(&offered).unwrap();
        let answer = Sdp::parse(answer.as_bytes()).unwrap();
        let media = answer.media().next().unwrap();
        assert_eq!((media.line.port, answer.direction_of(&media)), (3456, Direction::SendRecv));
    }
}

//! Reading session descriptions (RFC 8866 5, 9).

use std::fmt;
use std::ops::Range;

use super::{MediaLine, Origin, Sdp, SdpLine};

/// Why a session description was refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdpError {
    /// What is wrong.
    pub kind: SdpErrorKind,
    /// The octets at fault, counted from the start of the description.
    pub at: Range<usize>,
}

/// What can be wrong with a session description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SdpErrorKind {
    /// A line that is not a letter, an equals sign and text.
    Line,
    /// The first line is not `v=0`.
    Version,
    /// No `o=` line behind the version, or one without its six parts.
    Origin,
    /// No `s=` line behind the origin.
    SessionName,
    /// An `m=` line without kind, port, protocol and formats.
    Media,
    /// Octets that are no UTF-8.
    Charset,
    /// More than 1,000 lines.
    TooManyLines,
}

/// The greatest number of lines.
const MAX_LINES: usize = 1000;

impl fmt::Display for SdpErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Line => "malformed line",
            Self::Version => "no version 0",
            Self::Origin => "malformed origin",
            Self::SessionName => "no session name",
            Self::Media => "malformed media description",
            Self::Charset => "text that is no UTF-8",
            Self::TooManyLines => "more than 1000 lines",
        })
    }
}

impl SdpErrorKind {
    /// The section whose rule was broken.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Line | Self::Charset | Self::TooManyLines => "RFC 8866 5",
            Self::Version => "RFC 8866 5.1",
            Self::Origin => "RFC 8866 5.2",
            Self::SessionName => "RFC 8866 5.3",
            Self::Media => "RFC 8866 5.14",
        }
    }
}

impl fmt::Display for SdpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octets {}..{} ({})", self.kind, self.at.start, self.at.end, self.kind.rule())
    }
}

impl std::error::Error for SdpError {}

impl<'a> Sdp<'a> {
    /// Reads the body `octets`.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn parse(octets: &'a [u8]) -> Result<Self, SdpError> {
        let fault = |kind, at| Err(SdpError { kind, at });
        let Ok(text) = std::str::from_utf8(octets) else {
            return fault(SdpErrorKind::Charset, 0..octets.len());
        };
        let mut lines = Vec::with_capacity(16);
        let mut at = 0;
        while at < text.len() {
            //= RFC 8866 5: parsers SHOULD be tolerant and also accept lines terminated with a single newline character
            let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
            let span = at..end;
            match read_line(&text[span.clone()]) {
                Some(line) if lines.len() < MAX_LINES => lines.push((line, span)),
                Some(_) => return fault(SdpErrorKind::TooManyLines, span),
                None => return fault(SdpErrorKind::Line, span),
            }
            at = end + 1;
        }
        let origin = check(&lines, text.len())?;
        Ok(Self { lines: lines.into_iter().map(|(line, _)| line).collect(), origin })
    }
}

/// Checks the lines that every description has, and the media; returns the origin.
fn check<'a>(lines: &[(SdpLine<'a>, Range<usize>)], end: usize) -> Result<Origin<'a>, SdpError> {
    let place = |index: usize| lines.get(index).map_or(end..end, |(_, span)| span.clone());
    let value =
        |index: usize, kind: u8| lines.get(index).filter(|(line, _)| line.kind == kind).map(|(l, _)| l.value);
    let require =
        |found: Option<&'a str>, kind, index| found.ok_or_else(|| SdpError { kind, at: place(index) });
    //= RFC 8866 5.1: the "v=" line (version-field) gives the version of the Session Description Protocol
    require(value(0, b'v').filter(|version| *version == "0"), SdpErrorKind::Version, 0)?;
    let origin = require(value(1, b'o'), SdpErrorKind::Origin, 1)?;
    require(value(2, b's'), SdpErrorKind::SessionName, 2)?;
    for (line, span) in lines.iter().filter(|(line, _)| line.kind == b'm') {
        if MediaLine::parse(line.value).is_none() {
            return Err(SdpError { kind: SdpErrorKind::Media, at: span.clone() });
        }
    }
    Origin::parse(origin).ok_or_else(|| SdpError { kind: SdpErrorKind::Origin, at: place(1) })
}

/// Reads `type "=" value`, a carriage return at the end left out.
fn read_line(text: &str) -> Option<SdpLine<'_>> {
    let (kind, value) = text.strip_suffix('\r').unwrap_or(text).split_once('=')?;
    let [kind] = kind.as_bytes() else { return None };
    (kind.is_ascii_lowercase() && !value.contains(['\0', '\r'])).then_some(SdpLine { kind: *kind, value })
}

impl<'a> Origin<'a> {
    fn parse(value: &'a str) -> Option<Self> {
        let mut parts = value.split(' ');
        let username = parts.next().filter(|name| !name.is_empty())?;
        let (session_id, version) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let (_network, _kind) = (parts.next()?, parts.next()?);
        let address = parts.next().filter(|address| !address.is_empty())?;
        parts.next().is_none().then_some(Self { username, session_id, version, address })
    }
}

impl<'a> MediaLine<'a> {
    pub(super) fn parse(value: &'a str) -> Option<Self> {
        let mut parts = value.splitn(4, ' ');
        let kind = parts.next().filter(|kind| !kind.is_empty())?;
        let port = parts.next()?.split('/').next()?.parse().ok()?;
        let protocol = parts.next().filter(|protocol| !protocol.is_empty())?;
        let formats = parts.next().filter(|formats| !formats.is_empty())?;
        Some(Self { kind, port, protocol, formats })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Direction;
    use super::*;
    use crate::message::Compose as _;

    /// RFC 8866 5's example, shortened.
    const EXAMPLE: &str = "v=0\r\n\
        o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\n\
        s=Call to John Smith\r\n\
        i=SDP Offer #1\r\n\
        u=http://www.jdoe.example.com/home.html\r\n\
        e=Jane Doe <jane@jdoe.example.com>\r\n\
        c=IN IP4 198.51.100.1\r\n\
        t=0 0\r\n\
        a=recvonly\r\n\
        x=kept\r\n\
        m=audio 49170 RTP/AVP 0\r\n\
        m=audio 49180/2 RTP/AVP 0 99\r\n\
        a=rtpmap:99 h263-1998/90000\r\n\
        a=inactive\r\n\
        m=video 51372 RTP/AVP 99\r\n\
        c=IN IP6 2001:db8::2\r\n\
        a=rtpmap:99 h263-1998/90000\r\n";

    #[test]
    fn description_is_read_and_written_back() {
        let sdp = Sdp::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!((sdp.origin().session_id, sdp.origin().version), (3_724_394_400, 3_724_394_405));
        let media: Vec<_> = sdp.media().collect();
        assert_eq!(media.iter().map(|media| media.line.port).collect::<Vec<_>>(), [49170, 49180, 51372]);
        assert_eq!(media[1].encoding("99"), Some("h263-1998/90000"));
        assert_eq!(media[0].encoding("0"), Some("PCMU/8000"));
        let mut out = Vec::new();
        sdp.compose(&mut out);
        assert_eq!(out, EXAMPLE.as_bytes());
    }

    #[test]
    fn medium_lines_go_before_session_lines() {
        let sdp = Sdp::parse(EXAMPLE.as_bytes()).unwrap();
        let media: Vec<_> = sdp.media().collect();
        assert_eq!(sdp.address_of(&media[0]), "198.51.100.1".parse().ok());
        assert_eq!(sdp.address_of(&media[2]), "2001:db8::2".parse().ok());
        assert_eq!(sdp.direction_of(&media[0]), Direction::RecvOnly);
        assert_eq!(sdp.direction_of(&media[1]), Direction::Inactive);
    }

    #[test]
    fn lines_may_end_in_a_line_feed_alone() {
        let text = EXAMPLE.replace("\r\n", "\n");
        assert_eq!(Sdp::parse(text.as_bytes()).unwrap().media().count(), 3);
    }

    #[test]
    fn broken_descriptions_are_refused_with_their_place() {
        let kind = |text: &str| Sdp::parse(text.as_bytes()).unwrap_err();
        assert_eq!(kind("").kind, SdpErrorKind::Version);
        assert_eq!(kind("v=1\r\n").kind, SdpErrorKind::Version);
        assert_eq!(kind("v=0\r\ns=-\r\n").kind, SdpErrorKind::Origin);
        assert_eq!(kind("v=0\r\no=- 1 x IN IP4 a\r\ns=-\r\n").kind, SdpErrorKind::Origin);
        assert_eq!(kind("v=0\r\no=- 1 1 IN IP4 a\r\n").kind, SdpErrorKind::SessionName);
        assert_eq!(kind("v=0\r\nm =x\r\n").kind, SdpErrorKind::Line);
        let error = kind("v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\nm=audio 4294967296 RTP/AVP 0\r\n");
        assert_eq!(error.to_string(), "malformed media description at octets 28..57 (RFC 8866 5.14)");
        assert_eq!(Sdp::parse(b"v=0\r\no=\xFF").unwrap_err().kind, SdpErrorKind::Charset);
    }
}

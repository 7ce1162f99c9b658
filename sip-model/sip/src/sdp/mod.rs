//! Session descriptions (RFC 4566, RFC 8866) as far as calls need them, and audio offers and answers (RFC 3264).
//!
//! [`Sdp`] keeps every line as it came and understands a few when asked: origin, connection, media, direction and
//! payload formats. [`AudioOffer`] and [`AudioAnswer`] write descriptions of the size and shape that telephones
//! send. Bandwidth, keys, repeat times and the grammar of other attributes are not looked at.

mod audio;
mod parse;

pub use audio::{AudioAnswer, AudioForm, AudioFormat, AudioOffer, NoCommonFormat};
pub use parse::{SdpError, SdpErrorKind};

use std::net::IpAddr;

use crate::message::Compose;

/// A session description: its lines in order.
#[derive(Clone, Debug)]
pub struct Sdp<'a> {
    lines: Vec<SdpLine<'a>>,
    origin: Origin<'a>,
}

/// One line: `a=sendrecv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SdpLine<'a> {
    /// The letter before the equals sign.
    pub kind: u8,
    /// What stands behind it.
    pub value: &'a str,
}

/// Who made the session, and in which version (RFC 8866 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The user's login on the host, or `-`.
    pub username: &'a str,
    /// The session's number.
    pub session_id: u64,
    /// The version of the description; it grows by one with each change (RFC 3264 5).
    pub version: u64,
    /// The address of the host.
    pub address: &'a str,
}

/// A medium and the lines that belong to it.
#[derive(Clone, Copy, Debug)]
pub struct Media<'s, 'a> {
    /// What the `m=` line says.
    pub line: MediaLine<'a>,
    /// The lines up to the next medium.
    pub lines: &'s [SdpLine<'a>],
}

/// The parts of an `m=` line (RFC 8866 5.14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaLine<'a> {
    /// `audio`, `video` and so on.
    pub kind: &'a str,
    /// The port; 0 refuses the medium (RFC 3264 6).
    pub port: u16,
    /// The transport, such as `RTP/AVP`.
    pub protocol: &'a str,
    /// The formats with spaces between them: for RTP, payload types.
    pub formats: &'a str,
}

/// In which direction media flow, seen from who wrote the description (RFC 8866 6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways; also where nothing is said.
    SendRecv,
    /// Out only.
    SendOnly,
    /// In only.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl<'a> Sdp<'a> {
    /// All lines, in order.
    #[must_use]
    pub fn lines(&self) -> &[SdpLine<'a>] {
        &self.lines
    }

    /// Who made the session.
    #[must_use]
    pub fn origin(&self) -> Origin<'a> {
        self.origin
    }

    /// The lines before the first medium.
    #[must_use]
    pub fn session_lines(&self) -> &[SdpLine<'a>] {
        let end = self.lines.iter().position(|line| line.kind == b'm').unwrap_or(self.lines.len());
        &self.lines[..end]
    }

    /// The media, in order.
    pub fn media(&self) -> impl Iterator<Item = Media<'_, 'a>> {
        let mut rest = &self.lines[self.session_lines().len()..];
        std::iter::from_fn(move || {
            let (first, tail) = rest.split_first()?;
            let end = tail.iter().position(|line| line.kind == b'm').unwrap_or(tail.len());
            rest = &tail[end..];
            let line =
                MediaLine::parse(first.value).expect("media lines are read when the description is parsed");
            Some(Media { line, lines: &tail[..end] })
        })
    }

    /// Where `media` is to be sent: its own connection address or the session's, `None` where that is no IP address.
    #[must_use]
    pub fn address_of(&self, media: &Media<'_, '_>) -> Option<IpAddr> {
        let connection = |lines: &[SdpLine<'_>]| {
            lines.iter().find(|line| line.kind == b'c').map(|line| connection_address(line.value))
        };
        connection(media.lines).or_else(|| connection(self.session_lines())).flatten()
    }

    /// The direction of `media`: its own or the session's.
    #[must_use]
    pub fn direction_of(&self, media: &Media<'_, '_>) -> Direction {
        let stated = |lines: &[SdpLine<'_>]| lines.iter().rev().find_map(SdpLine::direction);
        stated(media.lines).or_else(|| stated(self.session_lines())).unwrap_or(Direction::SendRecv)
    }
}

/// The address in `IN IP4 192.0.2.1`, a multicast address without its time to live and count.
fn connection_address(value: &str) -> Option<IpAddr> {
    let mut parts = value.split(' ');
    let (network, kind, address) = (parts.next()?, parts.next()?, parts.next()?);
    let address: IpAddr = address.split('/').next()?.parse().ok()?;
    let fits = match kind {
        "IP4" => address.is_ipv4(),
        "IP6" => address.is_ipv6(),
        _ => false,
    };
    (network == "IN" && fits).then_some(address)
}

impl<'a> SdpLine<'a> {
    /// Name and value of an attribute, `None` for other lines.
    #[must_use]
    pub fn attribute(&self) -> Option<(&'a str, Option<&'a str>)> {
        (self.kind == b'a').then(|| match self.value.split_once(':') {
            Some((name, value)) => (name, Some(value)),
            None => (self.value, None),
        })
    }

    fn direction(&self) -> Option<Direction> {
        let (name, value) = self.attribute()?;
        let all = [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive];
        all.into_iter().find(|direction| value.is_none() && direction.as_str() == name)
    }
}

impl<'a> Media<'_, 'a> {
    /// The encoding of the payload type `format`: its `rtpmap` such as `PCMU/8000`, or the static assignment of
    /// RFC 3551 for 0 (PCMU) and 8 (PCMA).
    #[must_use]
    pub fn encoding(&self, format: &str) -> Option<&'a str> {
        let mapped = self.lines.iter().find_map(|line| match line.attribute()? {
            ("rtpmap", Some(map)) => map.split_once(' ').filter(|(number, _)| *number == format),
            _ => None,
        });
        let fixed = match format {
            "0" => Some("PCMU/8000"),
            "8" => Some("PCMA/8000"),
            _ => None,
        };
        mapped.map(|(_, encoding)| encoding.trim()).or(fixed)
    }
}

impl Direction {
    /// The attribute's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// The direction seen from the other end (RFC 3264 6.1).
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            Self::SendRecv | Self::Inactive => self,
        }
    }
}

/// Each line with CRLF behind it.
impl Compose for Sdp<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        for line in &self.lines {
            out.extend_from_slice(&[line.kind, b'=']);
            line.value.compose(out);
            out.extend_from_slice(b"\r\n");
        }
    }
}

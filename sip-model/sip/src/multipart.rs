//! Bodies of several parts (RFC 2046 5.1, RFC 5621).
//!
//! ```text
//!   preamble                        ignored
//!   --boundary                      delimiter
//!   Content-Type: application/sdp   rows
//!                                   empty line
//!   v=0 …                           body of the part, any octets
//!   --boundary--                    closing delimiter
//!   epilogue                        ignored
//! ```
//!
//! Parts that are multipart themselves are taken apart too, down to [`MAX_DEPTH`]. The line end before a delimiter
//! belongs to the delimiter; everything else of a part is kept octet by octet. A delimiter is a whole line: one that
//! merely begins with the boundary is content, so that a nested boundary may extend the outer one. Transfer encodings
//! are not undone: SIP is 8-bit clean (RFC 5621 3.2).

mod compose;
mod error;
mod part;

#[cfg(test)]
mod tests;

pub use compose::{NewPart, compose_multipart};
pub use error::{MultipartError, MultipartErrorKind};
pub use part::{Part, PartRow};

use std::ops::Range;

use crate::header::{ContentType, ParamValue};
use crate::message::lex::{ascii, find_line_feed};
use crate::message::{HeaderName, Message};

/// How deep parts may be nested: a body of parts has depth 1.
pub const MAX_DEPTH: usize = 8;

/// A body taken apart.
#[derive(Clone, Debug)]
pub struct Multipart<'a> {
    /// The parts in order, at least one.
    pub parts: Vec<Part<'a>>,
    /// What stands before the first delimiter.
    pub preamble: &'a [u8],
    /// What stands behind the closing delimiter.
    pub epilogue: &'a [u8],
}

/// The text that separates parts: 1 to 70 octets of a small set (RFC 2046 5.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boundary<'a>(&'a str);

/// One delimiter line.
struct Delimiter {
    /// Where the part before it ends: the line end before the delimiter is the delimiter's.
    before: usize,
    /// Where the part behind it begins.
    behind: usize,
    closes: bool,
}

impl<'a> Boundary<'a> {
    /// The boundary `text`, `None` when it is empty, too long, ends with a space or has forbidden octets.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Option<Self> {
        //= RFC 2046 5.1.1: boundary := 0*69<bchars> bcharsnospace
        let is_legal = |c: &u8| c.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(c);
        let legal = (1..=70).contains(&text.len()) && text.iter().all(is_legal) && !text.ends_with(b" ");
        legal.then(|| Self(ascii(text)))
    }

    /// The boundary that `content_type` names, `None` when it names none that is legal.
    #[must_use]
    pub fn of(content_type: &ContentType<'a>) -> Option<Self> {
        let value: ParamValue<'a> = content_type.params.find("boundary")??;
        Self::new(value.raw())
    }

    /// The boundary as it is written.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    /// The first delimiter in `octets[span]` whose line begins at or after `from`, itself the beginning of a line.
    fn find(&self, octets: &[u8], span: &Range<usize>, from: usize) -> Option<Delimiter> {
        let mut line = from;
        loop {
            if let Some((behind, closes)) = self.delimits(&octets[line..span.end]) {
                let has_line_end = octets[from..line].ends_with(b"\r\n");
                let before = if has_line_end { line - 2 } else { line };
                return Some(Delimiter { before, behind: line + behind, closes });
            }
            line = find_line_feed(&octets[..span.end], line)? + 1;
        }
    }

    /// Whether `line`, which goes to the end of the body, begins with a delimiter line: its length and whether it
    /// closes.
    fn delimits(&self, line: &[u8]) -> Option<(usize, bool)> {
        let rest = line.strip_prefix(b"--")?.strip_prefix(self.0.as_bytes())?;
        let (rest, closes) = rest.strip_prefix(b"--").map_or((rest, false), |rest| (rest, true));
        //= RFC 2046 5.1.1: transport-padding := *LWSP-char
        let padding = rest.iter().take_while(|&&c| c == b' ' || c == b'\t').count();
        let rest = &rest[padding..];
        let line_end = match rest {
            [] if closes => 0,
            [b'\r', b'\n', ..] => 2,
            _ => return None,
        };
        Some((line.len() - rest.len() + line_end, closes))
    }
}

impl<'a> Multipart<'a> {
    /// Takes `body` apart at `boundary`.
    ///
    /// # Errors
    /// The first fault, with its octets counted from the start of `body`: no delimiter, none that closes, a row of a
    /// part without a name and a colon, a nested part with a fault of its own or deeper than [`MAX_DEPTH`].
    pub fn parse(body: &'a [u8], boundary: Boundary<'_>) -> Result<Self, MultipartError> {
        Self::read(body, 0..body.len(), boundary, 1)
    }

    /// The parts of the body of `message`, `None` when its Content-Type is not multipart.
    ///
    /// # Errors
    /// As [`Multipart::parse`], and [`MultipartErrorKind::ContentType`] and [`MultipartErrorKind::Boundary`] when the
    /// Content-Type of the message does not tell where its parts are.
    pub fn of(message: &'a Message<'_>) -> Result<Option<Self>, MultipartError> {
        let body = message.body();
        let fault = |kind| MultipartError { kind, at: 0..body.len() };
        let content_type = message.find::<ContentType<'_>>();
        let content_type = content_type.map_err(|_| fault(MultipartErrorKind::ContentType))?;
        let Some(content_type) = content_type.filter(ContentType::is_multipart) else { return Ok(None) };
        let boundary = Boundary::of(&content_type).ok_or_else(|| fault(MultipartErrorKind::Boundary))?;
        Self::parse(body, boundary).map(Some)
    }

    /// Takes the body at `span` of `octets` apart.
    fn read(
        octets: &'a [u8],
        span: Range<usize>,
        boundary: Boundary<'_>,
        depth: usize,
    ) -> Result<Self, MultipartError> {
        let fault = |kind, from| MultipartError { kind, at: from..span.end };
        if depth > MAX_DEPTH {
            return Err(fault(MultipartErrorKind::TooDeep, span.start));
        }
        let first = boundary.find(octets, &span, span.start).filter(|delimiter| !delimiter.closes);
        let mut delimiter = first.ok_or_else(|| fault(MultipartErrorKind::NoDelimiter, span.start))?;
        let preamble = &octets[span.start..delimiter.before];
        let mut parts = Vec::new();
        while !delimiter.closes {
            let start = delimiter.behind;
            delimiter = boundary
                .find(octets, &span, start)
                .ok_or_else(|| fault(MultipartErrorKind::Unclosed, start))?;
            parts.push(Part::read(octets, start..delimiter.before, depth)?);
        }
        Ok(Self { parts, preamble, epilogue: &octets[delimiter.behind..span.end] })
    }

    /// The parts that hold no parts themselves, in order, those of nested bodies in the place of the nested body.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Part<'a>> {
        self.parts
            .iter()
            .flat_map(|part| part.inner.as_ref().map_or_else(|| vec![part], Self::leaves))
            .collect()
    }

    /// The first part without parts of its own that is of the media type `kind/subtype`.
    #[must_use]
    pub fn first_of(&self, kind: &str, subtype: &str) -> Option<&Part<'a>> {
        let is_wanted = |part: &&Part<'a>| part.content_type().is_ok_and(|media| media.is(kind, subtype));
        self.leaves().into_iter().find(is_wanted)
    }
}

impl ContentType<'_> {
    /// Whether the body has parts, whatever the subtype: unknown ones are treated as `mixed` (RFC 5621 4.2).
    #[must_use]
    pub fn is_multipart(&self) -> bool {
        self.kind.eq_ignore_ascii_case("multipart")
    }
}

/// The name of the header field that tells what a part is.
const CONTENT_TYPE: HeaderName = HeaderName::ContentType;

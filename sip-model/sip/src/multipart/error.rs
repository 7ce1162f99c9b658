//! Why a body of several parts was refused, and where.

use std::fmt;
use std::ops::Range;

/// Why a body of several parts was refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MultipartError {
    /// What is wrong.
    pub kind: MultipartErrorKind,
    /// The octets at fault, counted from the start of the body.
    pub at: Range<usize>,
}

/// What can be wrong with a body of several parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MultipartErrorKind {
    /// A Content-Type that breaks the grammar.
    ContentType,
    /// A multipart type without a boundary, or with an illegal one.
    Boundary,
    /// No delimiter that begins a part.
    NoDelimiter,
    /// No delimiter that closes the parts.
    Unclosed,
    /// A row of a part without a name and a colon.
    FieldName,
    /// Parts in parts beyond [`MAX_DEPTH`](super::MAX_DEPTH).
    TooDeep,
}

impl MultipartErrorKind {
    /// The section whose rule was broken.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::ContentType => "RFC 3261 20.15",
            Self::Boundary | Self::NoDelimiter | Self::Unclosed => "RFC 2046 5.1.1",
            Self::FieldName => "RFC 2046 5.1",
            Self::TooDeep => "RFC 5621 4.3",
        }
    }
}

impl fmt::Display for MultipartErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ContentType => "malformed Content-Type",
            Self::Boundary => "multipart without a legal boundary",
            Self::NoDelimiter => "no delimiter line",
            Self::Unclosed => "no closing delimiter line",
            Self::FieldName => "row of a part without a name and a colon",
            Self::TooDeep => "parts nested too deep",
        })
    }
}

impl fmt::Display for MultipartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octets {}..{} ({})", self.kind, self.at.start, self.at.end, self.kind.rule())
    }
}

impl std::error::Error for MultipartError {}

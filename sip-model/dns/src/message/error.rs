//! Why octets were refused as a message, and where.

use std::fmt;
use std::ops::Range;

/// Why octets are no message, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong.
    pub kind: ParseErrorKind,
    /// The octets at fault; empty where something is missing.
    pub at: Range<usize>,
}

/// What can be wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParseErrorKind {
    /// The octets end before what the header promises.
    Truncated,
    /// Octets stand behind the last record.
    Trailing,
    /// More than [`MAX_MESSAGE_OCTETS`](super::MAX_MESSAGE_OCTETS).
    TooLong,
    /// A label whose two upper bits are 01 or 10.
    LabelType,
    /// A compression pointer that does not point before the name it stands in.
    Pointer,
    /// A name above 255 octets, or with more pointers than a name has labels.
    NameTooLong,
    /// The data of a record is longer or shorter than its type demands.
    DataLength,
    /// A second EDNS record, or one whose owner is not the root, or in another section than the additional one.
    Edns,
}

impl ParseErrorKind {
    /// The section whose rule was broken, such as `"RFC 1035 4.1.4"`.
    pub fn rule(self) -> &'static str {
        match self {
            ParseErrorKind::Truncated | ParseErrorKind::Trailing => "RFC 1035 4.1",
            ParseErrorKind::TooLong => "RFC 1035 4.2.2",
            ParseErrorKind::LabelType | ParseErrorKind::Pointer => "RFC 1035 4.1.4",
            ParseErrorKind::NameTooLong => "RFC 1035 2.3.4",
            ParseErrorKind::DataLength => "RFC 1035 3.3",
            ParseErrorKind::Edns => "RFC 6891 6.1.1",
        }
    }
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParseErrorKind::Truncated => "message ends too early",
            ParseErrorKind::Trailing => "octets behind the last record",
            ParseErrorKind::TooLong => "message above 65,535 octets",
            ParseErrorKind::LabelType => "unknown label type",
            ParseErrorKind::Pointer => "compression pointer not to an earlier name",
            ParseErrorKind::NameTooLong => "name above 255 octets",
            ParseErrorKind::DataLength => "record data of wrong length",
            ParseErrorKind::Edns => "misplaced or second EDNS record",
        })
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octets {}..{} ({})", self.kind, self.at.start, self.at.end, self.kind.rule())
    }
}

impl std::error::Error for ParseError {}

//! Why octets were refused as a SIP message, and where.

use std::fmt;
use std::ops::Range;

use super::name::HeaderName;
use super::status::StatusCode;

/// Why a message, a header field value or a URI was refused, and where.
///
/// Positions count from the first octet that was handed to the parser: the datagram for
/// [`Message::parse`](super::Message::parse) and for every typed view of that message, the text itself for
/// the parsers of single values.
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
    /// Nothing but line ends: a keep-alive, not a message.
    Empty,
    /// More than [`MAX_MESSAGE_OCTETS`](super::MAX_MESSAGE_OCTETS).
    MessageTooLarge,
    /// More than [`MAX_FIELDS`](super::MAX_FIELDS) header field rows.
    TooManyFields,
    /// The first line is neither a request line nor a status line.
    StartLine,
    /// A version other than SIP/2.0.
    Version,
    /// A status code outside 100..=699.
    StatusCode,
    /// A request URI with octets that no URI may have.
    RequestUri,
    /// A line feed without the carriage return before it.
    BareLineFeed,
    /// A header field row without a name, or without a colon after it.
    FieldName,
    /// The octets end before the empty line that ends the header fields.
    HeadersUnfinished,
    /// Content-Length is no decimal number below 2^32.
    ContentLength,
    /// More than one Content-Length.
    ContentLengthRepeated,
    /// Content-Length promises more octets than the datagram carries.
    BodyTruncated,
    /// A header field that the message cannot do without is absent.
    Missing(HeaderName),
    /// A header field that may occur once occurs again.
    Repeated(HeaderName),
    /// The value does not follow the header field's grammar.
    Malformed(HeaderName),
    /// The CSeq number is 2^31 or more.
    CSeqTooLarge,
    /// The method in CSeq is not the request's.
    CSeqMethod,
    /// Max-Forwards is above 255.
    MaxForwardsTooLarge,
    /// A URI with a comma, a question mark or a semicolon stands without angle brackets.
    BracketsNeeded,
    /// A quoted string that does not end.
    UnterminatedQuote,
    /// A URI that does not follow its scheme's grammar.
    Uri,
    /// A host that is no domain name, IPv4 address or IPv6 reference.
    Host,
    /// A port above 65,535.
    Port,
}

impl ParseError {
    /// The error `kind` at `at`.
    pub(crate) fn new(kind: ParseErrorKind, at: Range<usize>) -> Self {
        Self { kind, at }
    }

    /// The status code that answers a request with this fault: 505 for an unknown version, 513 for a message
    /// that is too large, 400 for everything else (RFC 3261 21.4.1, 21.5.6, 21.5.7).
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.kind {
            ParseErrorKind::Version => StatusCode::VERSION_NOT_SUPPORTED,
            ParseErrorKind::MessageTooLarge => StatusCode::MESSAGE_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl ParseErrorKind {
    /// The section whose rule was broken, such as `"RFC 3261 7.1"`.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Empty => "RFC 3261 7.5",
            Self::MessageTooLarge => "RFC 3261 18.1.1",
            Self::TooManyFields => "RFC 3261 21.5.7",
            Self::StartLine | Self::Version => "RFC 3261 7.1",
            Self::StatusCode => "RFC 3261 7.2",
            Self::RequestUri => "RFC 3261 7.1",
            Self::BareLineFeed | Self::HeadersUnfinished => "RFC 3261 7",
            Self::FieldName => "RFC 3261 7.3.1",
            Self::ContentLength | Self::ContentLengthRepeated => "RFC 3261 20.14",
            Self::BodyTruncated => "RFC 3261 18.3",
            Self::Missing(_) => "RFC 3261 8.1.1",
            Self::Repeated(_) => "RFC 3261 7.3.1",
            Self::Malformed(_) | Self::UnterminatedQuote => "RFC 3261 25.1",
            Self::CSeqTooLarge => "RFC 3261 8.1.1.5",
            Self::CSeqMethod => "RFC 3261 20.16",
            Self::MaxForwardsTooLarge => "RFC 3261 20.22",
            Self::BracketsNeeded => "RFC 3261 20",
            Self::Uri | Self::Host | Self::Port => "RFC 3261 19.1.1",
        }
    }
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Empty => "no message",
            Self::MessageTooLarge => "message above 65,535 octets",
            Self::TooManyFields => "more header fields than the limit",
            Self::StartLine => "neither a request line nor a status line",
            Self::Version => "version other than SIP/2.0",
            Self::StatusCode => "status code outside 100..=699",
            Self::RequestUri => "request URI with a forbidden octet",
            Self::BareLineFeed => "line feed without carriage return",
            Self::FieldName => "header field without a name and a colon",
            Self::HeadersUnfinished => "no empty line after the header fields",
            Self::ContentLength => "Content-Length is no number below 2^32",
            Self::ContentLengthRepeated => "Content-Length repeated",
            Self::BodyTruncated => "body shorter than Content-Length",
            Self::Missing(name) => return write!(f, "{name} missing"),
            Self::Repeated(name) => return write!(f, "{name} repeated"),
            Self::Malformed(name) => return write!(f, "malformed {name}"),
            Self::CSeqTooLarge => "CSeq above 2^31-1",
            Self::CSeqMethod => "CSeq method differs from the request's",
            Self::MaxForwardsTooLarge => "Max-Forwards above 255",
            Self::BracketsNeeded => "URI with a comma, question mark or semicolon outside angle brackets",
            Self::UnterminatedQuote => "quoted string without its end",
            Self::Uri => "malformed URI",
            Self::Host => "malformed host",
            Self::Port => "port above 65535",
        };
        f.write_str(text)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octets {}..{} ({})", self.kind, self.at.start, self.at.end, self.kind.rule())
    }
}

impl std::error::Error for ParseError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_names_fault_place_and_rule() {
        let error = ParseError::new(ParseErrorKind::CSeqTooLarge, 210..221);
        assert_eq!(error.to_string(), "CSeq above 2^31-1 at octets 210..221 (RFC 3261 8.1.1.5)");
        let error = ParseError::new(ParseErrorKind::Missing(HeaderName::CallId), 40..40);
        assert_eq!(error.to_string(), "Call-ID missing at octets 40..40 (RFC 3261 8.1.1)");
    }

    #[test]
    fn unknown_version_is_answered_505() {
        let error = ParseError::new(ParseErrorKind::Version, 0..7);
        assert_eq!(error.status(), StatusCode::VERSION_NOT_SUPPORTED);
    }
}

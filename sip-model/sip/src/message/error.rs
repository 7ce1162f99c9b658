//! Why octets were refused as a SIP message, and where.

use std::fmt;
use std::ops::Range;

use super::name::HeaderName;
use super::rule::Rule;
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

/// In which of three steps a message is refused.
///
/// A fault of one layer leaves the layers below it intact: a message with a malformed value still has its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Where the start line, the header field rows and the body are (RFC 3261 7, 18.3).
    Framing,
    /// What one value means (RFC 3261 20, 25.1).
    Header,
    /// What the values must be to one another (RFC 3261 8.1.1, 8.2.6).
    Validation,
}

/// What can be wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParseErrorKind {
    /// Nothing but line ends: a keep-alive, not a message.
    Empty,
    /// More than [`MAX_MESSAGE_OCTETS`](super::MAX_MESSAGE_OCTETS), or more than
    /// [`MAX_HEAD_OCTETS`](super::MAX_HEAD_OCTETS) before the body.
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
    /// A stream carries a message without Content-Length.
    ContentLengthMissing,
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
    /// A From, or a To in a response, without a tag.
    TagMissing(HeaderName),
    /// The topmost Via of a request has no branch with the magic cookie and something behind it.
    BranchMissing,
    /// A header field that the method forbids.
    Forbidden(HeaderName),
    /// The Request-URI has header components.
    RequestUriHeaders,
    /// The `*` of Contact in a message that may not have it.
    ContactStar,
    /// Contact of a request that begins a dialog is not exactly one SIP or SIPS URI.
    ContactOfDialog,
}

impl ParseError {
    /// The error `kind` at `at`.
    pub(crate) fn new(kind: ParseErrorKind, at: Range<usize>) -> Self {
        Self { kind, at }
    }

    /// The layer in which the message is refused.
    #[must_use]
    pub fn layer(&self) -> Layer {
        self.kind.layer()
    }

    /// The rule that was broken.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.kind.rule()
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

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Empty => "no message",
            Self::MessageTooLarge => "message above the limit",
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
            Self::ContentLengthMissing => "no Content-Length on a stream",
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
            Self::TagMissing(name) => return write!(f, "{name} without a tag"),
            Self::BranchMissing => "topmost Via without a branch of its own",
            Self::Forbidden(name) => return write!(f, "{name} in a request that must not have it"),
            Self::RequestUriHeaders => "request URI with header components",
            Self::ContactStar => "Contact * where no REGISTER removes all bindings",
            Self::ContactOfDialog => "Contact is not exactly one SIP or SIPS URI",
        };
        f.write_str(text)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octets {}..{} ({})", self.kind, self.at.start, self.at.end, self.rule().section)
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

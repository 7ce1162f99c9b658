//! Which rule each fault breaks.

use std::fmt;

use super::error::{Layer, ParseErrorKind};
use super::name::HeaderName;
use crate::header::Grammar;

/// A rule of an RFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Where it stands, such as `"RFC 3261 7.1"`.
    pub section: &'static str,
    /// What it says: in the RFC's words, shortened, or as its grammar.
    pub text: &'static str,
}

/// `RFC 3261 20.14: Content-Length = 1*DIGIT`
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.section, self.text)
    }
}

impl ParseErrorKind {
    /// The layer in which a message with this fault is refused.
    #[must_use]
    pub fn layer(self) -> Layer {
        match self {
            Self::Empty
            | Self::MessageTooLarge
            | Self::TooManyFields
            | Self::StartLine
            | Self::Version
            | Self::StatusCode
            | Self::RequestUri
            | Self::BareLineFeed
            | Self::FieldName
            | Self::HeadersUnfinished
            | Self::ContentLength
            | Self::ContentLengthRepeated
            | Self::ContentLengthMissing
            | Self::BodyTruncated => Layer::Framing,
            Self::Malformed(_)
            | Self::CSeqTooLarge
            | Self::MaxForwardsTooLarge
            | Self::BracketsNeeded
            | Self::UnterminatedQuote
            | Self::Uri
            | Self::Host
            | Self::Port => Layer::Header,
            Self::Missing(_)
            | Self::Repeated(_)
            | Self::CSeqMethod
            | Self::TagMissing(_)
            | Self::BranchMissing
            | Self::Forbidden(_)
            | Self::RequestUriHeaders
            | Self::ContactStar
            | Self::ContactOfDialog => Layer::Validation,
        }
    }

    /// The rule that a message with this fault breaks.
    #[must_use]
    pub fn rule(self) -> Rule {
        match self.layer() {
            Layer::Framing => framing_rule(self),
            Layer::Header => header_rule(self),
            Layer::Validation => validation_rule(self),
        }
    }
}

const fn rule(section: &'static str, text: &'static str) -> Rule {
    Rule { section, text }
}

fn framing_rule(kind: ParseErrorKind) -> Rule {
    use ParseErrorKind as Kind;
    match kind {
        Kind::Empty => {
            rule("RFC 3261 7.5", "a message begins with its start line; CRLF before it is ignored")
        }
        Kind::MessageTooLarge => rule(
            "RFC 3261 18.1.1",
            "implementations must handle messages up to the maximum datagram packet size: 65,535 octets",
        ),
        Kind::TooManyFields => {
            rule("RFC 3261 21.5.7", "a server may refuse a message whose length exceeds its capabilities")
        }
        Kind::StatusCode => {
            rule("RFC 3261 7.2", "the status code is a 3-digit integer whose first digit is 1 to 6")
        }
        Kind::Version => rule("RFC 3261 7.1", "the SIP-Version is SIP/2.0"),
        Kind::RequestUri => rule(
            "RFC 3261 7.1",
            "the Request-URI must not contain unescaped spaces or control characters and must not be enclosed in <>",
        ),
        Kind::BareLineFeed => rule("RFC 3261 7", "each line is terminated by CRLF"),
        Kind::HeadersUnfinished => {
            rule("RFC 3261 7", "an empty line ends the header fields, even where there is no body")
        }
        Kind::FieldName => rule("RFC 3261 7.3.1", "field-name: field-value, the name a token"),
        Kind::ContentLength => rule("RFC 3261 20.14", "Content-Length = 1*DIGIT, zero or greater"),
        Kind::ContentLengthRepeated => rule(
            "RFC 3261 20.14",
            "one Content-Length tells the size of the body; two can contradict each other",
        ),
        Kind::ContentLengthMissing => rule(
            "RFC 3261 20.14",
            "if a stream-based protocol is used as transport, Content-Length must be used",
        ),
        Kind::BodyTruncated => {
            rule("RFC 3261 18.3", "a datagram that ends before the end of the body is an error")
        }
        _ => rule(
            "RFC 3261 7.1",
            "Request-Line = Method SP Request-URI SP SIP-Version CRLF, Status-Line = SIP-Version SP Status-Code SP \
             Reason-Phrase CRLF",
        ),
    }
}

fn header_rule(kind: ParseErrorKind) -> Rule {
    use ParseErrorKind as Kind;
    match kind {
        Kind::Malformed(name) => rule(name.section(), Grammar::of(name).abnf),
        Kind::CSeqTooLarge => rule(
            "RFC 3261 8.1.1.5",
            "the sequence number must be expressible as a 32-bit unsigned integer and must be less than 2**31",
        ),
        Kind::MaxForwardsTooLarge => rule("RFC 3261 20.22", "Max-Forwards is an integer in the range 0-255"),
        Kind::BracketsNeeded => rule(
            "RFC 3261 20",
            "if the URI contains a comma, question mark or semicolon, it must be enclosed in angle brackets",
        ),
        Kind::UnterminatedQuote => {
            rule("RFC 3261 25.1", "quoted-string = SWS DQUOTE *(qdtext / quoted-pair ) DQUOTE")
        }
        Kind::Host => rule("RFC 3261 25.1", "host = hostname / IPv4address / IPv6reference"),
        Kind::Port => {
            rule("RFC 3261 19.1.1", "port = 1*DIGIT, the port number where the request is to be sent")
        }
        _ => rule("RFC 3261 19.1.1", "sip:user:password@host:port;uri-parameters?headers"),
    }
}

fn validation_rule(kind: ParseErrorKind) -> Rule {
    use ParseErrorKind as Kind;
    match kind {
        Kind::Missing(name) => missing_rule(name),
        Kind::Repeated(HeaderName::Event) => {
            rule("RFC 6665 8.2.1", "there must be exactly one event type per Event header field")
        }
        Kind::Repeated(HeaderName::ReferTo) => {
            rule("RFC 3515 2.4.1", "a REFER request must contain exactly one Refer-To header field value")
        }
        Kind::Repeated(_) => rule(
            "RFC 3261 7.3.1",
            "multiple rows with the same name only if the entire field-value is a comma-separated list",
        ),
        Kind::CSeqMethod => rule("RFC 3261 8.1.1.5", "the method must match that of the request"),
        Kind::TagMissing(HeaderName::To) => rule(
            "RFC 3261 8.2.6.2",
            "the UAS must add a tag to the To header field of its response, 100 excepted",
        ),
        Kind::TagMissing(_) => rule("RFC 3261 8.1.1.3", "the From field must contain a new tag parameter"),
        Kind::BranchMissing => rule(
            "RFC 3261 8.1.1.7",
            "the Via must contain a branch parameter, unique, that begins with the characters z9hG4bK",
        ),
        Kind::Forbidden(_) => rule(
            "RFC 3261 9.1",
            "the CANCEL request must not contain any Require or Proxy-Require header fields",
        ),
        Kind::RequestUriHeaders => {
            rule("RFC 3261 19.1.1", "Table 1: headers are not allowed in the Request-URI")
        }
        Kind::ContactStar => rule(
            "RFC 3261 10.2.2",
            "Contact * applies to all registrations, but must not be used unless Expires is present with value 0",
        ),
        _ => rule(
            "RFC 3261 8.1.1.8",
            "Contact must be present and contain exactly one SIP or SIPS URI in any request that can result in a dialog",
        ),
    }
}

fn missing_rule(name: HeaderName) -> Rule {
    use HeaderName as Name;
    match name {
        Name::Allow => rule("RFC 3261 21.4.6", "a 405 must include an Allow header field"),
        Name::Contact => rule(
            "RFC 3261 8.1.1.8",
            "Contact must be present in any request that can result in the establishment of a dialog, and in its 2xx \
             (12.1.1)",
        ),
        Name::ContentType => rule("RFC 3261 20.15", "Content-Type must be present if the body is not empty"),
        Name::Event => rule(
            "RFC 6665 8.2.1",
            "SUBSCRIBE, NOTIFY and PUBLISH (RFC 3903 4) include exactly one Event header field",
        ),
        Name::MinExpires => rule("RFC 3261 10.3", "a 423 must contain a Min-Expires header field"),
        Name::MinSe => rule("RFC 4028 6", "a 422 must contain a Min-SE header field"),
        Name::ProxyAuthenticate => {
            rule("RFC 3261 22.3", "a 407 must include a Proxy-Authenticate header field")
        }
        Name::RAck => rule("RFC 3262 7.2", "Table 3: RAck is mandatory in PRACK"),
        Name::ReferTo => rule("RFC 3515 2.4.1", "REFER must contain exactly one Refer-To header field value"),
        Name::SubscriptionState => rule("RFC 6665 4.1.3", "NOTIFY must contain Subscription-State"),
        Name::Unsupported => {
            rule("RFC 3261 21.4.15", "a 420 must list the unsupported extensions in Unsupported")
        }
        Name::WwwAuthenticate => rule("RFC 3261 22.2", "a 401 must include a WWW-Authenticate header field"),
        _ => rule(
            "RFC 3261 8.1.1",
            "a request has at least To, From, CSeq, Call-ID, Max-Forwards and Via; a response copies all but \
             Max-Forwards (8.2.6.2)",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_header_field_has_a_rule_with_its_own_section() {
        for name in HeaderName::all() {
            let rule = ParseErrorKind::Malformed(name).rule();
            assert_eq!(rule.section, name.section());
            assert!(rule.text.starts_with(name.as_str()), "{name}: {}", rule.text);
        }
    }
}

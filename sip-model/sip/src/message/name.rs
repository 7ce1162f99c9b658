//! Header field names: which are known, how they are spelt, in full and compact (RFC 3261 7.3.3, 20).

use std::fmt;

use super::lex::lower_case;

/// The name of a header field that this crate knows.
///
/// All of RFC 3261's, and those of extensions that have a compact form or that the crate's cores use. Every
/// other name is an extension: see [`FieldName`]. The order is the alphabet's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum HeaderName {
    /// `Accept` (RFC 3261 20.1).
    Accept,
    /// `Accept-Contact` (RFC 3841 9.2; compact `a`).
    AcceptContact,
    /// `Accept-Encoding` (RFC 3261 20.2).
    AcceptEncoding,
    /// `Accept-Language` (RFC 3261 20.3).
    AcceptLanguage,
    /// `Alert-Info` (RFC 3261 20.4).
    AlertInfo,
    /// `Allow` (RFC 3261 20.5).
    Allow,
    /// `Allow-Events` (RFC 6665 8.2.2; compact `u`).
    AllowEvents,
    /// `Authentication-Info` (RFC 3261 20.6).
    AuthenticationInfo,
    /// `Authorization` (RFC 3261 20.7).
    Authorization,
    /// `Call-ID` (RFC 3261 20.8; compact `i`).
    CallId,
    /// `Call-Info` (RFC 3261 20.9).
    CallInfo,
    /// `Contact` (RFC 3261 20.10; compact `m`).
    Contact,
    /// `Content-Disposition` (RFC 3261 20.11).
    ContentDisposition,
    /// `Content-Encoding` (RFC 3261 20.12; compact `e`).
    ContentEncoding,
    /// `Content-Language` (RFC 3261 20.13).
    ContentLanguage,
    /// `Content-Length` (RFC 3261 20.14; compact `l`).
    ContentLength,
    /// `Content-Type` (RFC 3261 20.15; compact `c`).
    ContentType,
    /// `CSeq` (RFC 3261 20.16).
    CSeq,
    /// `Date` (RFC 3261 20.17).
    Date,
    /// `Error-Info` (RFC 3261 20.18).
    ErrorInfo,
    /// `Event` (RFC 6665 8.2.1; compact `o`).
    Event,
    /// `Expires` (RFC 3261 20.19).
    Expires,
    /// `From` (RFC 3261 20.20; compact `f`).
    From,
    /// `Identity` (RFC 8224 4; compact `y`).
    Identity,
    /// `In-Reply-To` (RFC 3261 20.21).
    InReplyTo,
    /// `Max-Forwards` (RFC 3261 20.22).
    MaxForwards,
    /// `MIME-Version` (RFC 3261 20.24).
    MimeVersion,
    /// `Min-Expires` (RFC 3261 20.23).
    MinExpires,
    /// `Min-SE` (RFC 4028 5).
    MinSe,
    /// `Organization` (RFC 3261 20.25).
    Organization,
    /// `Path` (RFC 3327 4).
    Path,
    /// `Priority` (RFC 3261 20.26).
    Priority,
    /// `Proxy-Authenticate` (RFC 3261 20.27).
    ProxyAuthenticate,
    /// `Proxy-Authorization` (RFC 3261 20.28).
    ProxyAuthorization,
    /// `Proxy-Require` (RFC 3261 20.29).
    ProxyRequire,
    /// `RAck` (RFC 3262 7.2).
    RAck,
    /// `Reason` (RFC 3326 2).
    Reason,
    /// `Record-Route` (RFC 3261 20.30).
    RecordRoute,
    /// `Refer-To` (RFC 3515 2.1; compact `r`).
    ReferTo,
    /// `Referred-By` (RFC 3892 3; compact `b`).
    ReferredBy,
    /// `Reject-Contact` (RFC 3841 9.2; compact `j`).
    RejectContact,
    /// `Reply-To` (RFC 3261 20.31).
    ReplyTo,
    /// `Request-Disposition` (RFC 3841 9.1; compact `d`).
    RequestDisposition,
    /// `Require` (RFC 3261 20.32).
    Require,
    /// `Retry-After` (RFC 3261 20.33).
    RetryAfter,
    /// `Route` (RFC 3261 20.34).
    Route,
    /// `RSeq` (RFC 3262 7.1).
    RSeq,
    /// `Server` (RFC 3261 20.35).
    Server,
    /// `Service-Route` (RFC 3608 5).
    ServiceRoute,
    /// `Session-Expires` (RFC 4028 4; compact `x`).
    SessionExpires,
    /// `Subject` (RFC 3261 20.36; compact `s`).
    Subject,
    /// `Subscription-State` (RFC 6665 8.2.3).
    SubscriptionState,
    /// `Supported` (RFC 3261 20.37; compact `k`).
    Supported,
    /// `Timestamp` (RFC 3261 20.38).
    Timestamp,
    /// `To` (RFC 3261 20.39; compact `t`).
    To,
    /// `Unsupported` (RFC 3261 20.40).
    Unsupported,
    /// `User-Agent` (RFC 3261 20.41).
    UserAgent,
    /// `Via` (RFC 3261 20.42; compact `v`).
    Via,
    /// `Warning` (RFC 3261 20.43).
    Warning,
    /// `WWW-Authenticate` (RFC 3261 20.44).
    WwwAuthenticate,
}

/// The name of any header field: a known one or an extension's.
#[derive(Clone, Copy, Debug)]
pub enum FieldName<'a> {
    /// A name this crate knows.
    Known(HeaderName),
    /// Any other token, as it was spelt. Names compare without case.
    Extension(&'a str),
}

const KNOWN: [(HeaderName, &str, Option<u8>); 60] = [
    (HeaderName::Accept, "Accept", None),
    (HeaderName::AcceptContact, "Accept-Contact", Some(b'a')),
    (HeaderName::AcceptEncoding, "Accept-Encoding", None),
    (HeaderName::AcceptLanguage, "Accept-Language", None),
    (HeaderName::AlertInfo, "Alert-Info", None),
    (HeaderName::Allow, "Allow", None),
    (HeaderName::AllowEvents, "Allow-Events", Some(b'u')),
    (HeaderName::AuthenticationInfo, "Authentication-Info", None),
    (HeaderName::Authorization, "Authorization", None),
    (HeaderName::CallId, "Call-ID", Some(b'i')),
    (HeaderName::CallInfo, "Call-Info", None),
    (HeaderName::Contact, "Contact", Some(b'm')),
    (HeaderName::ContentDisposition, "Content-Disposition", None),
    (HeaderName::ContentEncoding, "Content-Encoding", Some(b'e')),
    (HeaderName::ContentLanguage, "Content-Language", None),
    (HeaderName::ContentLength, "Content-Length", Some(b'l')),
    (HeaderName::ContentType, "Content-Type", Some(b'c')),
    (HeaderName::CSeq, "CSeq", None),
    (HeaderName::Date, "Date", None),
    (HeaderName::ErrorInfo, "Error-Info", None),
    (HeaderName::Event, "Event", Some(b'o')),
    (HeaderName::Expires, "Expires", None),
    (HeaderName::From, "From", Some(b'f')),
    (HeaderName::Identity, "Identity", Some(b'y')),
    (HeaderName::InReplyTo, "In-Reply-To", None),
    (HeaderName::MaxForwards, "Max-Forwards", None),
    (HeaderName::MimeVersion, "MIME-Version", None),
    (HeaderName::MinExpires, "Min-Expires", None),
    (HeaderName::MinSe, "Min-SE", None),
    (HeaderName::Organization, "Organization", None),
    (HeaderName::Path, "Path", None),
    (HeaderName::Priority, "Priority", None),
    (HeaderName::ProxyAuthenticate, "Proxy-Authenticate", None),
    (HeaderName::ProxyAuthorization, "Proxy-Authorization", None),
    (HeaderName::ProxyRequire, "Proxy-Require", None),
    (HeaderName::RAck, "RAck", None),
    (HeaderName::Reason, "Reason", None),
    (HeaderName::RecordRoute, "Record-Route", None),
    (HeaderName::ReferTo, "Refer-To", Some(b'r')),
    (HeaderName::ReferredBy, "Referred-By", Some(b'b')),
    (HeaderName::RejectContact, "Reject-Contact", Some(b'j')),
    (HeaderName::ReplyTo, "Reply-To", None),
    (HeaderName::RequestDisposition, "Request-Disposition", Some(b'd')),
    (HeaderName::Require, "Require", None),
    (HeaderName::RetryAfter, "Retry-After", None),
    (HeaderName::Route, "Route", None),
    (HeaderName::RSeq, "RSeq", None),
    (HeaderName::Server, "Server", None),
    (HeaderName::ServiceRoute, "Service-Route", None),
    (HeaderName::SessionExpires, "Session-Expires", Some(b'x')),
    (HeaderName::Subject, "Subject", Some(b's')),
    (HeaderName::SubscriptionState, "Subscription-State", None),
    (HeaderName::Supported, "Supported", Some(b'k')),
    (HeaderName::Timestamp, "Timestamp", None),
    (HeaderName::To, "To", Some(b't')),
    (HeaderName::Unsupported, "Unsupported", None),
    (HeaderName::UserAgent, "User-Agent", None),
    (HeaderName::Via, "Via", Some(b'v')),
    (HeaderName::Warning, "Warning", None),
    (HeaderName::WwwAuthenticate, "WWW-Authenticate", None),
];

impl HeaderName {
    /// All known names.
    pub fn all() -> impl Iterator<Item = Self> {
        KNOWN.iter().map(|&(name, _, _)| name)
    }

    /// The known name that `spelling` spells in any case, in full or compact; `None` for an extension.
    #[must_use]
    pub fn from_spelling(spelling: &[u8]) -> Option<Self> {
        if let [letter] = spelling {
            return COMPACT[*letter as usize % COMPACT.len()].filter(|_| letter.is_ascii_alphabetic());
        }
        let words = words_of(spelling)?;
        let (name, known) = SLOTS[slot_of(words)]?;
        (known == words && name.as_str().len() == spelling.len()).then_some(name)
    }

    /// The full name as RFC 3261 spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        KNOWN[self as usize].1
    }

    /// Whether the value is a list in which commas separate (RFC 3261 7.3.1).
    #[must_use]
    pub fn is_list(self) -> bool {
        matches!(
            self,
            Self::Accept
                | Self::AcceptContact
                | Self::AcceptEncoding
                | Self::AcceptLanguage
                | Self::AlertInfo
                | Self::Allow
                | Self::AllowEvents
                | Self::AuthenticationInfo
                | Self::CallInfo
                | Self::Contact
                | Self::ContentEncoding
                | Self::ContentLanguage
                | Self::ErrorInfo
                | Self::InReplyTo
                | Self::Path
                | Self::ProxyRequire
                | Self::Reason
                | Self::RecordRoute
                | Self::RejectContact
                | Self::RequestDisposition
                | Self::Require
                | Self::Route
                | Self::ServiceRoute
                | Self::Supported
                | Self::Unsupported
                | Self::Via
                | Self::Warning
        )
    }

    /// The compact form (RFC 3261 7.3.3), `None` where there is none.
    #[must_use]
    pub fn compact(self) -> Option<char> {
        KNOWN[self as usize].2.map(char::from)
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<'a> FieldName<'a> {
    /// The name as it is written into a message.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        match self {
            Self::Known(name) => name.as_str(),
            Self::Extension(name) => name,
        }
    }
}

impl PartialEq for FieldName<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => a == b,
            (Self::Extension(a), Self::Extension(b)) => a.eq_ignore_ascii_case(b),
            (Self::Known(_), Self::Extension(_)) | (Self::Extension(_), Self::Known(_)) => false,
        }
    }
}

impl Eq for FieldName<'_> {}

impl From<HeaderName> for FieldName<'_> {
    fn from(name: HeaderName) -> Self {
        Self::Known(name)
    }
}

impl<'a> From<&'a str> for FieldName<'a> {
    fn from(name: &'a str) -> Self {
        HeaderName::from_spelling(name.as_bytes()).map_or(Self::Extension(name), Self::Known)
    }
}

/// The known names and their words, each in the slot that its words lead to; filled at compile time.
static SLOTS: [Option<(HeaderName, Words)>; 256] = {
    let mut slots = [None; 256];
    let mut i = 0;
    while i < KNOWN.len() {
        let words = words_of(KNOWN[i].1.as_bytes()).expect("known names are short");
        let slot = slot_of(words);
        assert!(slots[slot].is_none(), "known names have slots of their own");
        slots[slot] = Some((KNOWN[i].0, words));
        i += 1;
    }
    slots
};

/// Known names by compact form: index = lower-case letter modulo 32.
static COMPACT: [Option<HeaderName>; 32] = {
    let mut letters = [None; 32];
    let mut i = 0;
    while i < KNOWN.len() {
        if let Some(letter) = KNOWN[i].2 {
            letters[letter as usize % 32] = Some(KNOWN[i].0);
        }
        i += 1;
    }
    letters
};

/// A name in small letters, in words of eight octets, with zeros behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Words([u64; 3]);

/// The words of `spelling`, `None` when it is longer than any known name.
const fn words_of(spelling: &[u8]) -> Option<Words> {
    let mut octets = [0; 24];
    if spelling.len() > octets.len() {
        return None;
    }
    octets.split_at_mut(spelling.len()).0.copy_from_slice(spelling);
    let ([a, b, c], []) = octets.as_chunks::<8>() else { return None };
    Some(Words([word(*a), word(*b), word(*c)]))
}

const fn word(octets: [u8; 8]) -> u64 {
    lower_case(u64::from_le_bytes(octets))
}

/// The slot that `words` lead to. The factor was searched for: it gives each known name a slot of its own.
const fn slot_of(words: Words) -> usize {
    let [a, b, c] = words.0;
    ((a ^ b.rotate_left(5) ^ c.rotate_left(11)).wrapping_mul(0x88A8_8683_75C1_C1D7) >> 56) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_any_case() {
        for name in HeaderName::all() {
            let text = name.as_str();
            assert_eq!(HeaderName::from_spelling(text.as_bytes()), Some(name));
            assert_eq!(HeaderName::from_spelling(text.to_uppercase().as_bytes()), Some(name));
            assert_eq!(HeaderName::from_spelling(text.to_lowercase().as_bytes()), Some(name));
        }
    }

    #[test]
    fn table_is_in_the_order_of_the_names() {
        for (index, (name, _, _)) in KNOWN.iter().enumerate() {
            assert_eq!(*name as usize, index);
        }
    }

    #[test]
    fn compact_forms_are_found_in_any_case() {
        for name in HeaderName::all() {
            let Some(letter) = name.compact() else { continue };
            assert_eq!(HeaderName::from_spelling(letter.to_string().as_bytes()), Some(name));
            assert_eq!(HeaderName::from_spelling(letter.to_uppercase().to_string().as_bytes()), Some(name));
        }
        assert_eq!(HeaderName::from_spelling(b"z"), None);
        assert_eq!(HeaderName::from_spelling(b"6"), None);
        assert_eq!(HeaderName::from_spelling(b"V"), Some(HeaderName::Via));
    }

    #[test]
    fn unknown_names_are_extensions() {
        for spelling in
            ["", "X-Foo", "Viaa", "NewFangledHeader", "Call_ID", "Call\rID", "Via\0", &"x".repeat(25)]
        {
            assert_eq!(HeaderName::from_spelling(spelling.as_bytes()), None, "{spelling}");
        }
        assert_eq!(FieldName::from("x-foo"), FieldName::Extension("X-FOO"));
        assert_eq!(FieldName::from("v"), FieldName::Known(HeaderName::Via));
    }
}

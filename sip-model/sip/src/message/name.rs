//! Header field names: which are known, how they are spelt, in full and compact (RFC 3261 7.3.3, 20).

use std::fmt;

use super::lex::lower_case;

/// The name of a header field that this crate knows.
///
/// All of RFC 3261's, those of extensions that have a compact form, and those of the extensions whose values this
/// crate reads. Every other name is an extension: see [`FieldName`]. The order is the alphabet's.
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
    /// `Flow-Timer` (RFC 5626 11.1).
    FlowTimer,
    /// `From` (RFC 3261 20.20; compact `f`).
    From,
    /// `Identity` (RFC 8224 4; compact `y`).
    Identity,
    /// `In-Reply-To` (RFC 3261 20.21).
    InReplyTo,
    /// `Max-Breadth` (RFC 5393 5.3.1).
    MaxBreadth,
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
    /// `P-Access-Network-Info` (RFC 7315 4.4).
    PAccessNetworkInfo,
    /// `P-Asserted-Identity` (RFC 3325 9.1).
    PAssertedIdentity,
    /// `P-Associated-URI` (RFC 7315 4.1).
    PAssociatedUri,
    /// `Path` (RFC 3327 4).
    Path,
    /// `P-Called-Party-ID` (RFC 7315 4.2).
    PCalledPartyId,
    /// `P-Charging-Function-Addresses` (RFC 7315 4.5).
    PChargingFunctionAddresses,
    /// `P-Charging-Vector` (RFC 7315 4.6).
    PChargingVector,
    /// `P-Preferred-Identity` (RFC 3325 9.2).
    PPreferredIdentity,
    /// `Priority` (RFC 3261 20.26).
    Priority,
    /// `Privacy` (RFC 3323 4.2).
    Privacy,
    /// `Proxy-Authenticate` (RFC 3261 20.27).
    ProxyAuthenticate,
    /// `Proxy-Authorization` (RFC 3261 20.28).
    ProxyAuthorization,
    /// `Proxy-Require` (RFC 3261 20.29).
    ProxyRequire,
    /// `P-Visited-Network-ID` (RFC 7315 4.3).
    PVisitedNetworkId,
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
    /// `Replaces` (RFC 3891 6.1).
    Replaces,
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

const KNOWN: [(HeaderName, &str, Option<u8>, &str); 72] = [
    (HeaderName::Accept, "Accept", None, "RFC 3261 20.1"),
    (HeaderName::AcceptContact, "Accept-Contact", Some(b'a'), "RFC 3841 9.2"),
    (HeaderName::AcceptEncoding, "Accept-Encoding", None, "RFC 3261 20.2"),
    (HeaderName::AcceptLanguage, "Accept-Language", None, "RFC 3261 20.3"),
    (HeaderName::AlertInfo, "Alert-Info", None, "RFC 3261 20.4"),
    (HeaderName::Allow, "Allow", None, "RFC 3261 20.5"),
    (HeaderName::AllowEvents, "Allow-Events", Some(b'u'), "RFC 6665 8.2.2"),
    (HeaderName::AuthenticationInfo, "Authentication-Info", None, "RFC 3261 20.6"),
    (HeaderName::Authorization, "Authorization", None, "RFC 3261 20.7"),
    (HeaderName::CallId, "Call-ID", Some(b'i'), "RFC 3261 20.8"),
    (HeaderName::CallInfo, "Call-Info", None, "RFC 3261 20.9"),
    (HeaderName::Contact, "Contact", Some(b'm'), "RFC 3261 20.10"),
    (HeaderName::ContentDisposition, "Content-Disposition", None, "RFC 3261 20.11"),
    (HeaderName::ContentEncoding, "Content-Encoding", Some(b'e'), "RFC 3261 20.12"),
    (HeaderName::ContentLanguage, "Content-Language", None, "RFC 3261 20.13"),
    (HeaderName::ContentLength, "Content-Length", Some(b'l'), "RFC 3261 20.14"),
    (HeaderName::ContentType, "Content-Type", Some(b'c'), "RFC 3261 20.15"),
    (HeaderName::CSeq, "CSeq", None, "RFC 3261 20.16"),
    (HeaderName::Date, "Date", None, "RFC 3261 20.17"),
    (HeaderName::ErrorInfo, "Error-Info", None, "RFC 3261 20.18"),
    (HeaderName::Event, "Event", Some(b'o'), "RFC 6665 8.2.1"),
    (HeaderName::Expires, "Expires", None, "RFC 3261 20.19"),
    (HeaderName::FlowTimer, "Flow-Timer", None, "RFC 5626 11.1"),
    (HeaderName::From, "From", Some(b'f'), "RFC 3261 20.20"),
    (HeaderName::Identity, "Identity", Some(b'y'), "RFC 8224 4"),
    (HeaderName::InReplyTo, "In-Reply-To", None, "RFC 3261 20.21"),
    (HeaderName::MaxBreadth, "Max-Breadth", None, "RFC 5393 5.3.1"),
    (HeaderName::MaxForwards, "Max-Forwards", None, "RFC 3261 20.22"),
    (HeaderName::MimeVersion, "MIME-Version", None, "RFC 3261 20.24"),
    (HeaderName::MinExpires, "Min-Expires", None, "RFC 3261 20.23"),
    (HeaderName::MinSe, "Min-SE", None, "RFC 4028 5"),
    (HeaderName::Organization, "Organization", None, "RFC 3261 20.25"),
    (HeaderName::PAccessNetworkInfo, "P-Access-Network-Info", None, "RFC 7315 4.4"),
    (HeaderName::PAssertedIdentity, "P-Asserted-Identity", None, "RFC 3325 9.1"),
    (HeaderName::PAssociatedUri, "P-Associated-URI", None, "RFC 7315 4.1"),
    (HeaderName::Path, "Path", None, "RFC 3327 4"),
    (HeaderName::PCalledPartyId, "P-Called-Party-ID", None, "RFC 7315 4.2"),
    (HeaderName::PChargingFunctionAddresses, "P-Charging-Function-Addresses", None, "RFC 7315 4.5"),
    (HeaderName::PChargingVector, "P-Charging-Vector", None, "RFC 7315 4.6"),
    (HeaderName::PPreferredIdentity, "P-Preferred-Identity", None, "RFC 3325 9.2"),
    (HeaderName::Priority, "Priority", None, "RFC 3261 20.26"),
    (HeaderName::Privacy, "Privacy", None, "RFC 3323 4.2"),
    (HeaderName::ProxyAuthenticate, "Proxy-Authenticate", None, "RFC 3261 20.27"),
    (HeaderName::ProxyAuthorization, "Proxy-Authorization", None, "RFC 3261 20.28"),
    (HeaderName::ProxyRequire, "Proxy-Require", None, "RFC 3261 20.29"),
    (HeaderName::PVisitedNetworkId, "P-Visited-Network-ID", None, "RFC 7315 4.3"),
    (HeaderName::RAck, "RAck", None, "RFC 3262 7.2"),
    (HeaderName::Reason, "Reason", None, "RFC 3326 2"),
    (HeaderName::RecordRoute, "Record-Route", None, "RFC 3261 20.30"),
    (HeaderName::ReferTo, "Refer-To", Some(b'r'), "RFC 3515 2.1"),
    (HeaderName::ReferredBy, "Referred-By", Some(b'b'), "RFC 3892 3"),
    (HeaderName::RejectContact, "Reject-Contact", Some(b'j'), "RFC 3841 9.2"),
    (HeaderName::Replaces, "Replaces", None, "RFC 3891 6.1"),
    (HeaderName::ReplyTo, "Reply-To", None, "RFC 3261 20.31"),
    (HeaderName::RequestDisposition, "Request-Disposition", Some(b'd'), "RFC 3841 9.1"),
    (HeaderName::Require, "Require", None, "RFC 3261 20.32"),
    (HeaderName::RetryAfter, "Retry-After", None, "RFC 3261 20.33"),
    (HeaderName::Route, "Route", None, "RFC 3261 20.34"),
    (HeaderName::RSeq, "RSeq", None, "RFC 3262 7.1"),
    (HeaderName::Server, "Server", None, "RFC 3261 20.35"),
    (HeaderName::ServiceRoute, "Service-Route", None, "RFC 3608 5"),
    (HeaderName::SessionExpires, "Session-Expires", Some(b'x'), "RFC 4028 4"),
    (HeaderName::Subject, "Subject", Some(b's'), "RFC 3261 20.36"),
    (HeaderName::SubscriptionState, "Subscription-State", None, "RFC 6665 8.2.3"),
    (HeaderName::Supported, "Supported", Some(b'k'), "RFC 3261 20.37"),
    (HeaderName::Timestamp, "Timestamp", None, "RFC 3261 20.38"),
    (HeaderName::To, "To", Some(b't'), "RFC 3261 20.39"),
    (HeaderName::Unsupported, "Unsupported", None, "RFC 3261 20.40"),
    (HeaderName::UserAgent, "User-Agent", None, "RFC 3261 20.41"),
    (HeaderName::Via, "Via", Some(b'v'), "RFC 3261 20.42"),
    (HeaderName::Warning, "Warning", None, "RFC 3261 20.43"),
    (HeaderName::WwwAuthenticate, "WWW-Authenticate", None, "RFC 3261 20.44"),
];

impl HeaderName {
    /// All known names.
    pub fn all() -> impl Iterator<Item = Self> {
        KNOWN.iter().map(|&(name, _, _, _)| name)
    }

    /// The known name that `spelling` spells in any case, in full or compact; `None` for an extension.
    #[must_use]
    pub fn from_spelling(spelling: &[u8]) -> Option<Self> {
        if let [letter] = spelling {
            return COMPACT[*letter as usize % COMPACT.len()].filter(|_| letter.is_ascii_alphabetic());
        }
        if spelling.len() > LONG_OCTETS {
            return spelling.eq_ignore_ascii_case(LONG.as_str().as_bytes()).then_some(LONG);
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

    /// The section that defines the header field, such as `"RFC 3261 20.42"`.
    #[must_use]
    pub fn section(self) -> &'static str {
        KNOWN[self as usize].3
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
                | Self::PAccessNetworkInfo
                | Self::PAssertedIdentity
                | Self::PAssociatedUri
                | Self::Path
                | Self::PChargingFunctionAddresses
                | Self::PPreferredIdentity
                | Self::ProxyRequire
                | Self::PVisitedNetworkId
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
        if KNOWN[i].1.len() > LONG_OCTETS {
            assert!(KNOWN[i].0 as u8 == LONG as u8, "one name alone is longer than its words");
            i += 1;
            continue;
        }
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

/// The greatest length of a name that the slots hold.
const LONG_OCTETS: usize = 24;

/// The one known name that is longer.
const LONG: HeaderName = HeaderName::PChargingFunctionAddresses;

/// A name in small letters, in words of eight octets, with zeros behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Words([u64; 3]);

/// The words of `spelling`, `None` when it is too long for them.
const fn words_of(spelling: &[u8]) -> Option<Words> {
    let mut octets = [0; LONG_OCTETS];
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
    ((a ^ b.rotate_left(5) ^ c.rotate_left(11)).wrapping_mul(0x6A10_9EEE_4959_E5DF) >> 56) as usize
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
        for (index, (name, _, _, _)) in KNOWN.iter().enumerate() {
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
        for spelling in [
            "",
            "X-Foo",
            "Viaa",
            "NewFangledHeader",
            "Call_ID",
            "Call\rID",
            "Via\0",
            &"x".repeat(25),
            &"x".repeat(29),
        ] {
            assert_eq!(HeaderName::from_spelling(spelling.as_bytes()), None, "{spelling}");
        }
        assert_eq!(FieldName::from("x-foo"), FieldName::Extension("X-FOO"));
        assert_eq!(FieldName::from("v"), FieldName::Known(HeaderName::Via));
    }
}

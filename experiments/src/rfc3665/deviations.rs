//! Where a message of RFC 3665 differs in length from what its rules make, and by which rule.
//!
//! RFC 3665 1.3 warns that its flows were made incorrect for convenience; other differences are slips. The nodes keep
//! the rules, so each difference is told here with the octets that it makes.

/// Why a printed message differs.
#[derive(Clone, Copy, Debug)]
pub struct Deviation {
    /// The section of RFC 3665.
    pub section: &'static str,
    /// The number of the message.
    pub number: u32,
    /// How many octets more the rules make than RFC 3665 prints.
    pub octets: i32,
    /// The label that the rules make, where it is another one.
    pub label: Option<&'static str>,
    /// Which rule.
    pub why: &'static str,
}

/// The deviations of a message.
pub fn deviations(section: &str, number: u32) -> impl Iterator<Item = &'static Deviation> {
    DEVIATIONS.iter().filter(move |deviation| deviation.section == section && deviation.number == number)
}

const fn d(section: &'static str, number: u32, octets: i32, why: &'static str) -> Deviation {
    Deviation { section, number, octets, label: None, why }
}

const fn other(
    section: &'static str,
    number: u32,
    octets: i32,
    label: &'static str,
    why: &'static str,
) -> Deviation {
    Deviation { section, number, octets, label: Some(label), why }
}

const SAME_FROM: &str =
    "RFC 3261 8.1.3.5: the new request has the same From, tag included, as the one that was challenged";
const NO_MD5: &str = "RFC 3665 1.3: the digest is no MD5, which has 32 digits";
const TARGET: &str = "RFC 3261 12.2.1.1: the Request-URI is the remote target with its transport parameter";
const PHRASE: &str = "RFC 3261 21.4.8: the reason phrase is Proxy Authentication Required";
const ROUTE: &str = "RFC 3261 17.1.1.3: the Route of the INVITE appears in the ACK";
const CREDENTIALS: &str = "RFC 3261 13.2.2.4: the ACK has the same credentials as the INVITE";
const NONCE: &str =
    "RFC 2617 3.2.2: the credentials have the nonce of the challenge, and RFC 3665 prints another";
const ONE_LINE: &str = "RFC 3665 has room for uri and response in one line, as its digest is short";
const CONTACT: &str = "RFC 3261 20.10: an ACK has no Contact, least of all that of its recipient";
const MAX_FORWARDS: &str = "RFC 3261 20.22: a response has no Max-Forwards";
const TO_TAG: &str = "RFC 3261 8.2.6.2: a response other than 100 has a To tag";
const CALL_ID: &str = "RFC 3261 22.3: credentials are in all subsequent requests with the same Call-ID";
const LABEL: &str =
    "the Alice of RFC 3665 turns to TCP, which her Contact then names; here the transport is a label";
const SILENCE: &str = "RFC 3261 16.8: silence of the callee is a 408 (Request Timeout)";
const VIA: &str = "RFC 3261 17.1.1.3: the Via of the ACK is the top Via of the INVITE that the proxy sent";
const ONE_SPACE: &str = "RFC 3261 7.2: one space separates the version from the status code";

/// All of them.
pub const DEVIATIONS: &[Deviation] = &[
    d("2.1", 3, 1, "RFC 3261 25.1: a comma separates the parameters of credentials, and one is missing"),
    d("2.1", 3, 1, NO_MD5),
    d("2.1", 3, -5, SAME_FROM),
    d("2.1", 4, -5, SAME_FROM),
    d("2.2", 1, -12, "RFC 2617 3.2.2: qop comes with cnonce and nc or not at all"),
    d("2.5", 1, 18, "RFC 3261 8.1.1: a request has Max-Forwards"),
    d("2.5", 1, -24, "RFC 3261 18.2.1: the server that receives a request adds received"),
    d("2.5", 3, -6, SAME_FROM),
    d("2.5", 4, -6, SAME_FROM),
    d("3.1", 4, 14, TARGET),
    d("3.1", 5, 14, TARGET),
    d("3.2", 2, 1, PHRASE),
    d("3.2", 3, 41, ROUTE),
    d("3.2", 4, -4, NONCE),
    d("3.2", 4, 6, NO_MD5),
    d("3.2", 15, 14, TARGET),
    d("3.2", 15, 212, CREDENTIALS),
    d("3.2", 16, 14, TARGET),
    d("3.2", 17, 14, TARGET),
    d("3.2", 18, 14, TARGET),
    d("3.2", 19, 14, TARGET),
    d("3.2", 20, 14, TARGET),
    d("3.3", 2, 1, PHRASE),
    d("3.3", 3, 41, ROUTE),
    d("3.3", 4, -3, NONCE),
    d("3.3", 4, 6, NO_MD5),
    d("3.3", 7, 1, PHRASE),
    d("3.3", 8, -1, VIA),
    d("3.3", 9, 1, PHRASE),
    d("3.3", 10, 41, ROUTE),
    d("3.3", 10, -3, NONCE),
    d("3.3", 10, 6, NO_MD5),
    d("3.3", 11, 41, "RFC 3261 8.1.3.5: the request is the one that was challenged, with its Route"),
    d("3.3", 11, -3, NONCE),
    d("3.3", 11, 15, NO_MD5),
    d("3.3", 11, 2, ONE_LINE),
    d("3.3", 19, -3, NONCE),
    d("3.3", 19, 15, NO_MD5),
    d("3.3", 19, 2, ONE_LINE),
    d("3.3", 13, 9, NO_MD5),
    d("3.3", 13, 2, ONE_LINE),
    d("3.3", 20, 9, NO_MD5),
    d("3.3", 20, 2, ONE_LINE),
    d("3.3", 20, -46, CONTACT),
    d("3.3", 21, -46, CONTACT),
    d("3.4", 9, 1, PHRASE),
    d("3.4", 18, 214, CREDENTIALS),
    d("3.5", 12, 214, CREDENTIALS),
    d("3.5", 13, 214, CREDENTIALS),
    d("3.5", 14, 221, CALL_ID),
    d("3.5", 15, 221, CALL_ID),
    d(
        "3.6",
        4,
        14,
        "RFC 3261 8.1.3.4: the entire URI of the contact is copied into the Request-URI, with its transport",
    ),
    d("3.6", 4, -14, LABEL),
    d("3.6", 5, -14, LABEL),
    d("3.6", 11, 14, TARGET),
    d("3.6", 12, 14, TARGET),
    d("3.7", 10, -18, MAX_FORWARDS),
    d("3.7", 13, -18, MAX_FORWARDS),
    d("3.8", 10, 11, TO_TAG),
    d("3.8", 11, -3, "RFC 3261 9.1: the Request-URI of the CANCEL is that of the INVITE"),
    d("3.8", 12, 11, TO_TAG),
    d("3.8", 14, 11, TO_TAG),
    d("3.8", 18, 2, VIA),
    d(
        "3.8",
        19,
        19,
        "RFC 3261 7.5: the length of a message over UDP may be left out; the proxy passes on that of the callee",
    ),
    d("3.8", 20, 41, ROUTE),
    d("3.9", 6, -1, ONE_SPACE),
    d("3.9", 8, -1, ONE_SPACE),
    d("3.9", 10, -1, ONE_SPACE),
    d("3.9", 11, 41, ROUTE),
    other("3.10", 12, 4, "408", SILENCE),
    other("3.10", 14, 4, "408", SILENCE),
    d("3.10", 15, 41, ROUTE),
    d("3.11", 14, 41, ROUTE),
];

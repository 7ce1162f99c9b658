//! All that is wrong with a message, for whoever wants to know why it was refused.
//!
//! Parsing stops at the first fault and reads what is asked for; a diagnosis goes on behind each fault and reads
//! everything: first the framing, then the value of each known header field, then the values against each other.

mod survey;
mod validation;

#[cfg(test)]
mod tests;

use super::error::{ParseError, ParseErrorKind};
use super::lex::Cursor;
use super::name::HeaderName;
use super::scan::RowSpan;
use crate::header::Grammar;
use survey::Survey;

/// Every fault of the datagram `octets`, in the order of the layers, then of the octets; none for a message that
/// keeps all the rules looked at.
///
/// Positions count from the first octet of the datagram. In a row with a faulty value the values behind it are not
/// looked at, and lines without carriage returns are told once. A message may be handled although it has faults: RFC
/// 2543 elements send neither branch nor tag, and what nobody asks for is forwarded as it came.
///
/// ```
/// use sip::message::{Layer, diagnose};
///
/// let faults = diagnose(b"OPTIONS sip:a.b SIP/2.0\r\n\
///     Via: SIP/2.0/UDP a.b;;\r\n\
///     Content-Length: -1\r\n\r\n");
/// assert_eq!(faults[0].to_string(), "Content-Length is no number below 2^32 at octets 65..67 (RFC 3261 20.14)");
/// assert_eq!((faults[1].layer(), faults[1].at.clone()), (Layer::Header, 46..47));
/// assert!(faults[2..].iter().all(|fault| fault.layer() == Layer::Validation));
/// ```
#[must_use]
pub fn diagnose(octets: &[u8]) -> Vec<ParseError> {
    let mut survey = Survey::of(octets);
    let mut faults = std::mem::take(&mut survey.faults);
    faults.extend(survey.rows.iter().filter_map(|row| value_fault(octets, row)));
    let is_start_sound = survey.is_start_sound;
    if let Some(message) = survey.into_message(octets) {
        if is_start_sound && message.is_request() {
            faults.extend(message.request_uri().err());
        }
        validation::check(&message, &mut faults);
    }
    faults.sort_by_key(|fault| (fault.layer(), fault.at.start));
    faults
}

/// The first fault in the value of `row`, if its header field is known.
fn value_fault(octets: &[u8], row: &RowSpan) -> Option<ParseError> {
    // The framing has looked at Content-Length.
    let name = row.known.filter(|name| *name != HeaderName::ContentLength)?;
    let value = row.value();
    // RFC 4474, which RFC 8224 replaced, and its drafts have the signature alone: old, not malformed.
    if name == HeaderName::Identity && !octets[value.clone()].contains(&b';') {
        return None;
    }
    let cursor = Cursor::new(octets, value.start, value.end, ParseErrorKind::Malformed(name));
    Grammar::of(name).check_row(cursor).err()
}

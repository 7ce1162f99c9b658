//! Negative acknowledgement: a SigComp message that names another that failed (RFC 4077).

use sha1::{Digest, Sha1};

use crate::failure::{Details, Failure, Reason};
use crate::feedback::FeedbackItem;
use crate::message::{MARK, WITH_FEEDBACK};
use crate::state::PartialStateId;

/// A NACK as RFC 4077 3.1 lays it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nack {
    /// A feedback item that came along, which acknowledges as in any other message.
    pub returned_feedback: Option<FeedbackItem>,
    /// Why the message failed; [`Err`] with the number of a reason that RFC 4077 does not define.
    pub reason: Result<Reason, u8>,
    /// The opcode that failed; 0 if none ran.
    pub opcode: u8,
    /// The address of the instruction that failed; 0 if none ran.
    pub pc: u16,
    /// Which message failed.
    pub message: MessageHash,
    /// What the reason is detailed with.
    pub details: Details,
}

/// The SHA-1 hash of a whole SigComp message, by which a NACK names it. RFC 4077 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageHash(pub [u8; 20]);

impl MessageHash {
    /// The hash of `message`: all octets from its header on, without record marking.
    #[must_use]
    pub fn of(message: &[u8]) -> Self {
        Self(Sha1::digest(message).into())
    }
}

impl Nack {
    /// The NACK that answers `message`, which failed with `failure`; `None` when `message` is a NACK itself, since two
    /// endpoints that disapprove of each other's NACKs would never stop.
    ///
    /// An endpoint that offers version 1 sends none (RFC 4077 2.4).
    #[must_use]
    pub fn answering(message: &[u8], failure: &Failure) -> Option<Self> {
        if Self::is_nack(message) {
            return None;
        }
        let hash = match failure.reason {
            //= RFC 4077 3.2: for a FRAMING_ERROR the hash is set to all zeros
            Reason::FramingError => MessageHash([0; 20]),
            _ => MessageHash::of(message),
        };
        let Failure { reason, details, opcode, pc, cycles: _ } = *failure;
        Some(Self { returned_feedback: None, reason: Ok(reason), opcode, pc, message: hash, details })
    }

    /// Whether `message` has the form of a NACK: bytecode of length 0 for the destination code 1.
    #[must_use]
    pub fn is_nack(message: &[u8]) -> bool {
        body(message).is_some()
    }

    /// Reads a NACK; `None` if `message` has another form or lacks fields.
    #[must_use]
    pub fn parse(message: &[u8]) -> Option<Self> {
        let (returned_feedback, body) = body(message)?;
        let (&[code, opcode, pc_high, pc_low], rest) = body.split_first_chunk()?;
        let (&hash, details) = rest.split_first_chunk()?;
        let reason = Reason::from_code(code).ok_or(code);
        Some(Self {
            returned_feedback,
            details: read_details(reason, details)?,
            reason,
            opcode,
            pc: u16::from_be_bytes([pc_high, pc_low]),
            message: MessageHash(hash),
        })
    }

    /// Appends the octets of the NACK to `out`: 27 and those of feedback and details.
    //= RFC 4077 3: code_len of zero, the destination is the version of the mechanism, 1
    pub fn write_to(&self, out: &mut Vec<u8>) {
        match &self.returned_feedback {
            None => out.push(MARK),
            Some(item) => {
                out.push(MARK | WITH_FEEDBACK);
                out.extend_from_slice(item.octets());
            }
        }
        out.extend([0, NACK_MECHANISM, self.reason.map_or_else(|code| code, Reason::code), self.opcode]);
        out.extend(self.pc.to_be_bytes());
        out.extend(self.message.0);
        match self.details {
            Details::None => {}
            Details::State(id) => out.extend_from_slice(id.octets()),
            Details::CyclesPerBit(cycles) => out.push(cycles),
            Details::MemorySize(size) => out.extend(size.to_be_bytes()),
        }
    }
}

/// The version of the NACK mechanism, in the place of the destination of bytecode. RFC 4077 3.1.
const NACK_MECHANISM: u8 = 1;

/// The feedback and the fields after the header of a message that has the form of a NACK.
fn body(message: &[u8]) -> Option<(Option<FeedbackItem>, &[u8])> {
    let (&first, mut rest) = message.split_first()?;
    let mut feedback = None;
    if first == MARK | WITH_FEEDBACK {
        let item = FeedbackItem::parse(rest)?;
        rest = rest.get(item.octets().len()..)?;
        feedback = Some(item);
    } else if first != MARK {
        return None;
    }
    Some((feedback, rest.strip_prefix(&[0, NACK_MECHANISM])?))
}

fn read_details(reason: Result<Reason, u8>, octets: &[u8]) -> Option<Details> {
    match reason {
        Ok(Reason::StateNotFound | Reason::IdNotUnique | Reason::StateTooShort) => {
            PartialStateId::new(octets).map(Details::State)
        }
        Ok(Reason::CyclesExhausted) => octets.first().copied().map(Details::CyclesPerBit),
        Ok(Reason::BytecodesTooLarge) => {
            octets.first_chunk().map(|size| Details::MemorySize(u16::from_be_bytes(*size)))
        }
        _ => Some(Details::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nack(reason: Result<Reason, u8>, details: Details) -> Nack {
        Nack {
            returned_feedback: None,
            reason,
            opcode: 31,
            pc: 0x1234,
            message: MessageHash::of(b"sent"),
            details,
        }
    }

    fn octets(nack: &Nack) -> Vec<u8> {
        let mut octets = Vec::new();
        nack.write_to(&mut octets);
        octets
    }

    #[test]
    fn every_reason_reads_back_with_its_details() {
        let id = PartialStateId::new(&[5; 9]).unwrap();
        for code in 0..=u8::MAX {
            let reason = Reason::from_code(code).ok_or(code);
            let details = match code {
                1 | 21 | 23 => Details::State(id),
                2 => Details::CyclesPerBit(64),
                18 => Details::MemorySize(8192),
                _ => Details::None,
            };
            let sent = nack(reason, details);
            assert_eq!(Nack::parse(&octets(&sent)), Some(sent));
            assert_eq!(reason.is_ok(), (1..=25).contains(&code));
        }
    }

    #[test]
    fn layout_is_that_of_rfc_4077() {
        let octets = octets(&nack(Ok(Reason::CyclesExhausted), Details::CyclesPerBit(16)));
        assert_eq!(octets[..7], [0xf8, 0, 1, 2, 31, 0x12, 0x34]);
        assert_eq!(octets[7..27], MessageHash::of(b"sent").0);
        assert_eq!(octets[27..], [16]);
    }

    #[test]
    fn feedback_travels_with_a_nack() {
        let mut sent = nack(Ok(Reason::UserRequested), Details::None);
        sent.returned_feedback = FeedbackItem::long(b"seen 5");
        assert_eq!(Nack::parse(&octets(&sent)), Some(sent));
    }

    #[test]
    fn a_nack_that_lacks_fields_is_not_read() {
        let whole =
            octets(&nack(Ok(Reason::StateNotFound), Details::State(PartialStateId::new(&[5; 6]).unwrap())));
        for length in 0..whole.len() {
            assert_eq!(Nack::parse(&whole[..length]), None, "{length} octets");
            assert_eq!(Nack::is_nack(&whole[..length]), length >= 3);
        }
    }

    #[test]
    fn no_nack_answers_a_nack() {
        let failure = Failure::before_start(Reason::MessageTooShort, Details::None);
        assert!(Nack::answering(b"\xf8", &failure).is_some());
        assert_eq!(Nack::answering(b"\xf8\x00\x01", &failure), None);
        assert_eq!(Nack::answering(b"\xfc\x05\x00\x01", &failure), None);
    }

    #[test]
    fn a_framing_error_names_no_message() {
        let failure = Failure::before_start(Reason::FramingError, Details::None);
        assert_eq!(Nack::answering(b"half a message", &failure).unwrap().message, MessageHash([0; 20]));
    }
}

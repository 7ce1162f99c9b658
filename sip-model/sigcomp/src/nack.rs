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

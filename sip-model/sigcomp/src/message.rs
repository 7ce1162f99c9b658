//! The format of a SigComp message (RFC 3320 7).

use crate::failure::Reason;
use crate::feedback::FeedbackItem;
use crate::state::PartialStateId;

/// A SigComp message, taken apart into its header and the compressed data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// The returned feedback item, if the T-bit is set.
    pub returned_feedback: Option<FeedbackItem>,
    /// What the UDVM starts with.
    pub start: Start<'a>,
    /// The remaining SigComp message: what the INPUT instructions read.
    pub input: &'a [u8],
}

/// Where the bytecode comes from. RFC 3320 7.2 and 7.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start<'a> {
    /// An item of state that the receiver holds.
    State(PartialStateId),
    /// Bytecode that the message brings, at most 4,095 octets.
    Bytecode {
        /// The octets of the code.
        code: &'a [u8],
        /// Where they are copied to and started: a multiple of 64 from 128 to 1024.
        destination: u16,
    },
}

/// Whether a datagram or a stream that begins with `first` holds SigComp messages.
//= RFC 5049 5: if the MSBs of the octet are 11111, then the message is considered to be a SigComp message
#[must_use]
pub const fn is_sigcomp(first: u8) -> bool {
    first & MARK == MARK
}

impl<'a> Message<'a> {
    /// Takes `octets` apart.
    ///
    /// # Errors
    /// [`Reason::MessageTooShort`], [`Reason::InvalidCodeLocation`], or [`Reason::InternalError`] when the first five
    /// bits are not all set. RFC 3320 7: decompression failure.
    pub fn parse(octets: &'a [u8]) -> Result<Self, Reason> {
        let (&first, mut rest) = octets.split_first().ok_or(Reason::MessageTooShort)?;
        if !is_sigcomp(first) {
            return Err(Reason::InternalError);
        }
        let mut returned_feedback = None;
        if first & WITH_FEEDBACK != 0 {
            let item = FeedbackItem::parse(rest).ok_or(Reason::MessageTooShort)?;
            rest = &rest[item.octets().len()..];
            returned_feedback = Some(item);
        }
        //= RFC 3320 7.2: the len field encodes the length of the partial state identifier as 6, 9 or 12 octets
        let (start, input) = match first & LENGTH_BITS {
            0 => bytecode(rest)?,
            len => {
                let length = 3 + 3 * usize::from(len);
                let (id, rest) = rest.split_at_checked(length).ok_or(Reason::MessageTooShort)?;
                (
                    Start::State(PartialStateId::new(id).expect("6, 9 and 12 are lengths of an identifier")),
                    rest,
                )
            }
        };
        Ok(Self { returned_feedback, start, input })
    }
}

fn bytecode(octets: &[u8]) -> Result<(Start<'_>, &[u8]), Reason> {
    let (&[high, low], rest) = octets.split_first_chunk().ok_or(Reason::MessageTooShort)?;
    let length = usize::from(high) << 4 | usize::from(low >> 4);
    //= RFC 3320 7.3: the encoding 0000 causes a decompression failure in Version 0x01
    let destination = match low & 0x0f {
        0 => return Err(Reason::InvalidCodeLocation),
        encoded => (u16::from(encoded) + 1) * 64,
    };
    let (code, input) = rest.split_at_checked(length).ok_or(Reason::MessageTooShort)?;
    Ok((Start::Bytecode { code, destination }, input))
}

/// The five bits that begin every SigComp message; no UTF-8 text begins with them.
pub(crate) const MARK: u8 = 0b1111_1000;
/// The T-bit.
pub(crate) const WITH_FEEDBACK: u8 = 0b100;
const LENGTH_BITS: u8 = 0b11;

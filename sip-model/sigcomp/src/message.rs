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

    /// The octets of the message; `None` if its header cannot say what it starts with: an identifier of another length
    /// than 6, 9 or 12, code above 4,095 octets, a destination that is no multiple of 64 from 128 to 1024.
    #[must_use]
    pub fn octets(&self) -> Option<Vec<u8>> {
        let feedback = self.returned_feedback.as_ref().map_or(&[][..], FeedbackItem::octets);
        let mark = if feedback.is_empty() { MARK } else { MARK | WITH_FEEDBACK };
        Some(match self.start {
            Start::State(id) => {
                let len = match id.octets().len() {
                    6 => 1,
                    9 => 2,
                    12 => 3,
                    _ => return None,
                };
                [&[mark | len], feedback, id.octets(), self.input].concat()
            }
            Start::Bytecode { code, destination } => {
                let length = u16::try_from(code.len()).ok().filter(|length| *length < 1 << 12)?;
                let encoded =
                    (destination / 64).checked_sub(1).filter(|encoded| (1..16).contains(encoded))?;
                if destination % 64 != 0 {
                    return None;
                }
                [&[mark], feedback, &(length << 4 | encoded).to_be_bytes(), code, self.input].concat()
            }
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(length: usize) -> PartialStateId {
        PartialStateId::new(&[7; 20][..length]).unwrap()
    }

    #[test]
    fn destinations_are_multiples_of_64_from_128() {
        let destination =
            |encoded: u8| match Message::parse(&[0xf8, 0, 0x10 | encoded, 0]).map(|message| message.start) {
                Ok(Start::Bytecode { destination, .. }) => Ok(destination),
                Ok(start) => panic!("{start:?}"),
                Err(reason) => Err(reason),
            };
        assert_eq!(destination(0), Err(Reason::InvalidCodeLocation));
        assert_eq!((destination(1), destination(2), destination(15)), (Ok(128), Ok(192), Ok(1024)));
    }

    #[test]
    fn every_header_reads_back() {
        let starts = [
            Start::State(id(6)),
            Start::State(id(9)),
            Start::State(id(12)),
            Start::Bytecode { code: &[], destination: 128 },
            Start::Bytecode { code: &[9; 4095], destination: 1024 },
        ];
        let items = [None, FeedbackItem::short(5), FeedbackItem::long(b""), FeedbackItem::long(&[1; 127])];
        for start in starts {
            for returned_feedback in items.clone() {
                let message = Message { returned_feedback, start, input: b"compressed" };
                assert_eq!(Message::parse(&message.octets().unwrap()), Ok(message));
            }
        }
    }

    #[test]
    fn a_message_cut_inside_its_header_is_too_short() {
        let item = FeedbackItem::long(&[1; 9]);
        let starts = [Start::State(id(12)), Start::Bytecode { code: &[9; 20], destination: 128 }];
        for start in starts {
            let whole = Message { returned_feedback: item.clone(), start, input: &[] }.octets().unwrap();
            for length in 0..whole.len() {
                assert_eq!(Message::parse(&whole[..length]), Err(Reason::MessageTooShort), "{length} octets");
            }
        }
    }

    #[test]
    fn what_no_header_can_say_is_refused() {
        let says = |start| Message { returned_feedback: None, start, input: &[] }.octets().is_some();
        assert!(!says(Start::State(id(7))));
        assert!(!says(Start::Bytecode { code: &[0; 4096], destination: 128 }));
        for destination in [0, 64, 129, 1088] {
            assert!(!says(Start::Bytecode { code: &[], destination }), "{destination}");
        }
    }

    #[test]
    fn plain_sip_is_no_sigcomp_message() {
        assert_eq!(Message::parse(b"INVITE sip:bob@example.com SIP/2.0\r\n"), Err(Reason::InternalError));
        assert!(!is_sigcomp(b'I') && !is_sigcomp(0xf7) && is_sigcomp(0xf8) && is_sigcomp(0xff));
    }
}

//! Decompression failure, told in the words of RFC 4077 3.2.

use thiserror::Error;

use crate::state::PartialStateId;

/// Why a SigComp message gave no application message, and where its bytecode stood. RFC 3320 8.7, RFC 4077 3.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{reason} at address {pc}, opcode {opcode}, after {cycles} cycles (RFC 4077 3.2)")]
pub struct Failure {
    /// What went wrong.
    pub reason: Reason,
    /// What the reason code of a NACK is detailed with.
    pub details: Details,
    /// The first octet of the failed instruction; 0 if none ran.
    pub opcode: u8,
    /// The address of the failed instruction; 0 if none ran.
    pub pc: u16,
    /// UDVM cycles spent on the instructions before.
    pub cycles: u64,
}

impl Failure {
    /// A failure before any instruction ran.
    pub(crate) fn before_start(reason: Reason, details: Details) -> Self {
        Self { reason, details, opcode: 0, pc: 0, cycles: 0 }
    }
}

/// The reason codes of RFC 4077 3.2 with their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[repr(u8)]
pub enum Reason {
    /// A state item is missing, or too little of its identifier was given.
    #[error("state not found")]
    StateNotFound = 1,
    /// The message cost more UDVM cycles than it brought.
    #[error("cycles exhausted")]
    CyclesExhausted,
    /// The bytecode executed DECOMPRESSION-FAILURE.
    #[error("failure requested by the bytecode")]
    UserRequested,
    /// An address beyond the UDVM memory was read, written or jumped to.
    #[error("address outside the UDVM memory")]
    Segfault,
    /// More than four requests to create, or to free, state.
    #[error("too many state requests")]
    TooManyStateRequests,
    /// A length of a state identifier outside 6 to 20.
    #[error("length of a state identifier is not 6 to 20")]
    InvalidStateIdLength,
    /// The retention priority 65535, reserved for locally available state.
    #[error("state priority 65535 is reserved")]
    InvalidStatePriority,
    /// More than 65,536 octets of output.
    #[error("more than 65536 octets of output")]
    OutputOverflow,
    /// A pop from the empty stack.
    #[error("stack underflow")]
    StackUnderflow,
    /// `input_bit_order` above 7.
    #[error("input_bit_order is above 7")]
    BadInputBitorder,
    /// A division by zero.
    #[error("division by zero")]
    DivByZero,
    /// SWITCH on a value without a branch.
    #[error("SWITCH on a value without a branch")]
    SwitchValueTooHigh,
    /// More than 16 bits asked for at once.
    #[error("more than 16 bits requested")]
    TooManyBitsRequested,
    /// Octets that encode no operand.
    #[error("invalid operand")]
    InvalidOperand,
    /// Bits that no code of INPUT-HUFFMAN covers.
    #[error("no Huffman code matches")]
    HuffmanNoMatch,
    /// The message ends inside its header.
    #[error("message too short")]
    MessageTooShort,
    /// The reserved destination 0 of uploaded bytecode.
    #[error("destination 0 of bytecode is reserved")]
    InvalidCodeLocation,
    /// The message, or its bytecode, does not fit the memory.
    #[error("message or bytecode exceeds the decompression memory")]
    BytecodesTooLarge,
    /// An opcode above 35.
    #[error("unknown instruction")]
    InvalidOpcode,
    /// STATE-ACCESS with `state_length` 0 and another `state_begin`.
    #[error("state_begin without state_length")]
    InvalidStateProbe,
    /// A partial state identifier that several items match.
    #[error("state identifier is not unique")]
    IdNotUnique,
    /// A MULTILOAD that would overwrite itself.
    #[error("MULTILOAD overwrites itself")]
    MultiloadOverwritten,
    /// More octets of a state value asked for than there are.
    #[error("state value too short")]
    StateTooShort,
    /// Octets that are no SigComp message at all.
    #[error("not a SigComp message")]
    InternalError,
    /// Reserved octets FF 80 to FF FE in a stream.
    #[error("reserved octets in the stream")]
    FramingError,
}

impl Reason {
    /// The number of the reason in a NACK, 1 to 25.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The reason with a number; `None` for one that RFC 4077 does not define.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        REASONS.into_iter().find(|reason| reason.code() == code)
    }
}

const REASONS: [Reason; 25] = [
    Reason::StateNotFound,
    Reason::CyclesExhausted,
    Reason::UserRequested,
    Reason::Segfault,
    Reason::TooManyStateRequests,
    Reason::InvalidStateIdLength,
    Reason::InvalidStatePriority,
    Reason::OutputOverflow,
    Reason::StackUnderflow,
    Reason::BadInputBitorder,
    Reason::DivByZero,
    Reason::SwitchValueTooHigh,
    Reason::TooManyBitsRequested,
    Reason::InvalidOperand,
    Reason::HuffmanNoMatch,
    Reason::MessageTooShort,
    Reason::InvalidCodeLocation,
    Reason::BytecodesTooLarge,
    Reason::InvalidOpcode,
    Reason::InvalidStateProbe,
    Reason::IdNotUnique,
    Reason::MultiloadOverwritten,
    Reason::StateTooShort,
    Reason::InternalError,
    Reason::FramingError,
];

/// "Error Details" of a NACK. RFC 4077 3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Details {
    /// The reason has none.
    None,
    /// The identifier that was asked for (state not found, not unique, too short).
    State(PartialStateId),
    /// The cycles per bit of the endpoint that failed (cycles exhausted).
    CyclesPerBit(u8),
    /// The decompression memory size in octets, 65,535 for more (bytecodes too large).
    MemorySize(u16),
}

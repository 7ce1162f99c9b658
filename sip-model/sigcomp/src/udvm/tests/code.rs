//! Bytecode written out by hand, every operand in its longest form so that addresses are easy to count.

use crate::{Message, Start};

/// Where the code is uploaded to.
pub(super) const START: u16 = 128;

/// Bytecode under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Code {
    octets: Vec<u8>,
    /// Address of the latest instruction.
    instruction: u16,
}

/// One operand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    /// A literal (#): 3 octets.
    Literal(u16),
    /// A reference ($) to the word at an address: 3 octets.
    At(u16),
    /// A multitype (%) that is a value: 3 octets.
    Value(u16),
    /// A multitype (%) that is the word at an address: 3 octets.
    Word(u16),
    /// An address (@): 3 octets.
    To(u16),
}

impl Code {
    /// Adds an instruction of 1 octet and 3 for each operand.
    pub(super) fn add(mut self, opcode: u8, operands: &[Operand]) -> Self {
        self.instruction = self.here();
        self.octets.push(opcode);
        for operand in operands {
            let (first, word) = match *operand {
                Operand::Literal(value) | Operand::At(value) => (0xc0, value),
                Operand::Value(value) => (0x80, value),
                Operand::Word(address) => (0x81, address),
                Operand::To(address) => (0x80, address.wrapping_sub(self.instruction)),
            };
            self.octets.push(first);
            self.octets.extend(word.to_be_bytes());
        }
        self
    }

    /// Adds an instruction whose operands are all values.
    pub(super) fn values(self, opcode: u8, values: &[u16]) -> Self {
        let operands: Vec<_> = values.iter().copied().map(Operand::Value).collect();
        self.add(opcode, &operands)
    }

    /// Adds octets as they are.
    pub(super) fn raw(mut self, octets: &[u8]) -> Self {
        self.instruction = self.here();
        self.octets.extend_from_slice(octets);
        self
    }

    /// Adds END-MESSAGE without requests.
    pub(super) fn end(self) -> Self {
        self.values(crate::opcode::END_MESSAGE, &[0; 7])
    }

    /// The address at which the next instruction will stand.
    pub(super) fn here(&self) -> u16 {
        START + u16::try_from(self.octets.len()).unwrap()
    }

    /// The message that uploads this code and brings `input`.
    pub(super) fn with(&self, input: &[u8]) -> Vec<u8> {
        let start = Start::Bytecode { code: &self.octets, destination: START };
        Message { returned_feedback: None, start, input }.octets().unwrap()
    }
}

//! The universal decompressor virtual machine (RFC 3320 7.2, 8 and 9, with the corrections of RFC 4896).
//!
//! One machine for one message. Its memory is all that bytecode can write to; each instruction is paid for in UDVM
//! cycles before its work is done, so that the work of any bytecode is bounded by the cycles.
//!
//! ```text
//!   message ──▶ start (7.2, 7.3) ──▶ step ─┬─ math (9.1) ─────┐
//!                                    ▲     ├─ storage (9.2) ──┤
//!                                    │     ├─ flow (9.3) ─────┤   operand (8.5) · memory (8.4) · input (8.2)
//!                                    │     └─ io (9.4) ───────┤
//!                                    └────────────────────────┴─▶ END-MESSAGE: output and requests
//! ```

mod flow;
mod input;
mod io;
mod math;
mod memory;
pub mod opcode;
mod operand;
mod storage;
#[cfg(test)]
mod tests;

use crate::decompressor::{Decompressed, Pending, Transport};
use crate::failure::{Details, Failure, Reason};
use crate::message::{Message, Start};
use crate::parameters::{MemorySize, Parameters};
use crate::state::PartialStateId;
use crate::store::{Inaccessible, StateStore};
use input::Input;
use memory::Memory;

/// Decompresses `message`, which has `size` octets in all.
pub(crate) fn run(
    message: &Message<'_>,
    size: usize,
    transport: Transport,
    parameters: Parameters,
    states: &StateStore,
) -> Result<Decompressed, Failure> {
    let mut udvm = Udvm::new(message, size, transport, parameters, states);
    let ended = udvm.start(message).and_then(|()| udvm.execute());
    match ended {
        Ok(pending) => Ok(Decompressed { octets: udvm.output, cycles: udvm.spent, pending }),
        Err(reason) => Err(udvm.failure(reason)),
    }
}

#[derive(Debug)]
struct Udvm<'a> {
    memory: Memory,
    /// Address of the instruction that is executed.
    pc: u16,
    /// Its opcode, which it may overwrite in memory; 0 if it lies outside.
    opcode: u8,
    /// Address of the octet that is decoded next.
    next: u16,
    /// Cycles paid.
    spent: u64,
    /// Cycles that may be paid in all, for what has been read of the message.
    budget: u64,
    input: Input<'a>,
    output: Option<Vec<u8>>,
    requests: io::Requests,
    /// The identifier of the latest access to state.
    wanted: Option<PartialStateId>,
    parameters: Parameters,
    states: &'a StateStore,
    started: bool,
}

impl<'a> Udvm<'a> {
    fn new(
        message: &Message<'a>,
        size: usize,
        transport: Transport,
        parameters: Parameters,
        states: &'a StateStore,
    ) -> Self {
        let resources = parameters.resources;
        //= RFC 3320 8.6: 1000 plus the number of bits in the SigComp header, multiplied by cycles_per_bit
        let budget = resources.cycles_per_bit.for_message(size - message.input.len());
        Self {
            memory: Memory::new(memory_size(resources.decompression_memory_size, size, transport)),
            pc: 0,
            opcode: 0,
            next: 0,
            spent: 0,
            budget,
            input: Input::new(message.input),
            output: None,
            requests: io::Requests::default(),
            wanted: None,
            parameters,
            states,
            started: false,
        }
    }

    /// Loads the bytecode and the Useful Values.
    fn start(&mut self, message: &Message<'_>) -> Result<(), Reason> {
        //= RFC 3320 8.7: a SigComp message is larger than the decompression_memory_size
        if self.memory.size() == 0 {
            return Err(Reason::BytecodesTooLarge);
        }
        let (identifier_length, state_length) = match message.start {
            Start::State(id) => {
                let state = self.access(id)?;
                self.memory.place(state.address(), state.value())?;
                self.next = state.instruction();
                (id.octets().len(), state.length())
            }
            Start::Bytecode { code, destination } => {
                self.memory.place(destination, code).map_err(|_| Reason::BytecodesTooLarge)?;
                self.next = destination;
                (0, 0)
            }
        };
        let identifier_length =
            u16::try_from(identifier_length).expect("an identifier has at most 20 octets");
        self.place_useful_values([identifier_length, state_length]);
        self.started = true;
        Ok(())
    }

    //= RFC 3320 7.2: the first 32 bytes of UDVM memory are then initialized to special values
    fn place_useful_values(&mut self, accessed: [u16; 2]) {
        let [identifier_length, state_length] = accessed;
        let cycles_per_bit = self.parameters.resources.cycles_per_bit.cycles();
        let size = self.memory.size() % (1 << 16);
        let size = u16::try_from(size).expect("a memory size modulo 2^16 is a word");
        let words =
            [size, cycles_per_bit.into(), self.parameters.version.into(), identifier_length, state_length];
        let mut values = [0; USEFUL_VALUES];
        for (place, word) in values.as_chunks_mut().0.iter_mut().zip(words) {
            *place = word.to_be_bytes();
        }
        let fitting = &values[..self.memory.size().min(USEFUL_VALUES)];
        self.memory.place(0, fitting).expect("what fits the memory can be placed");
    }

    /// Executes instructions until END-MESSAGE or decompression failure.
    fn execute(&mut self) -> Result<Pending, Reason> {
        loop {
            self.pc = self.next;
            self.opcode = 0;
            self.opcode = self.octet()?;
            self.pay(1)?;
            match self.opcode {
                opcode::DECOMPRESSION_FAILURE => return Err(Reason::UserRequested),
                opcode::AND => self.combine(|a, b| Ok(a & b))?,
                opcode::OR => self.combine(|a, b| Ok(a | b))?,
                opcode::NOT => self.not()?,
                opcode::LSHIFT => self.combine(|a, b| Ok(a.checked_shl(b.into()).unwrap_or(0)))?,
                opcode::RSHIFT => self.combine(|a, b| Ok(a.checked_shr(b.into()).unwrap_or(0)))?,
                opcode::ADD => self.combine(|a, b| Ok(a.wrapping_add(b)))?,
                opcode::SUBTRACT => self.combine(|a, b| Ok(a.wrapping_sub(b)))?,
                opcode::MULTIPLY => self.combine(|a, b| Ok(a.wrapping_mul(b)))?,
                opcode::DIVIDE => self.combine(|a, b| a.checked_div(b).ok_or(Reason::DivByZero))?,
                opcode::REMAINDER => self.combine(|a, b| a.checked_rem(b).ok_or(Reason::DivByZero))?,
                opcode::SORT_ASCENDING => self.sort(math::Direction::Ascending)?,
                opcode::SORT_DESCENDING => self.sort(math::Direction::Descending)?,
                opcode::SHA_1 => self.sha_1()?,
                opcode::LOAD => self.load()?,
                opcode::MULTILOAD => self.multiload()?,
                opcode::PUSH => self.push_operand()?,
                opcode::POP => self.pop_operand()?,
                opcode::COPY => self.copy()?,
                opcode::COPY_LITERAL => self.copy_literal()?,
                opcode::COPY_OFFSET => self.copy_offset()?,
                opcode::MEMSET => self.memset()?,
                opcode::JUMP => self.jump()?,
                opcode::COMPARE => self.compare()?,
                opcode::CALL => self.call()?,
                opcode::RETURN => self.return_from_call()?,
                opcode::SWITCH => self.switch()?,
                opcode::CRC => self.crc()?,
                opcode::INPUT_BYTES => self.input_bytes()?,
                opcode::INPUT_BITS => self.input_bits()?,
                opcode::INPUT_HUFFMAN => self.input_huffman()?,
                opcode::STATE_ACCESS => self.state_access()?,
                opcode::STATE_CREATE => self.state_create()?,
                opcode::STATE_FREE => self.state_free()?,
                opcode::OUTPUT => self.output()?,
                opcode::END_MESSAGE => return self.end_message(),
                _ => return Err(Reason::InvalidOpcode),
            }
        }
    }

    /// Pays `cycles` for the instruction before its work is done.
    //= RFC 3320 8.7: an instruction costs more than the number of remaining UDVM cycles
    #[inline]
    fn pay(&mut self, cycles: u64) -> Result<(), Reason> {
        let spent = self.spent + cycles;
        if spent > self.budget {
            return Err(Reason::CyclesExhausted);
        }
        self.spent = spent;
        Ok(())
    }

    /// Adds the cycles that `bits` of input bring.
    #[inline]
    fn earn(&mut self, bits: u32) {
        self.budget += u64::from(bits) * u64::from(self.parameters.resources.cycles_per_bit.cycles());
    }

    /// The state item that `id` opens, noted for a NACK.
    fn access(&mut self, id: PartialStateId) -> Result<&'a crate::State, Reason> {
        self.wanted = Some(id);
        self.states.access(&id).map(AsRef::as_ref).map_err(|inaccessible| match inaccessible {
            Inaccessible::Missing => Reason::StateNotFound,
            Inaccessible::NotUnique => Reason::IdNotUnique,
        })
    }

    fn failure(&self, reason: Reason) -> Failure {
        let resources = self.parameters.resources;
        let details = match reason {
            Reason::StateNotFound | Reason::IdNotUnique | Reason::StateTooShort => {
                Details::State(self.wanted.expect("state was asked for by an identifier"))
            }
            Reason::CyclesExhausted => Details::CyclesPerBit(resources.cycles_per_bit.cycles()),
            Reason::BytecodesTooLarge => {
                let size = resources.decompression_memory_size.octets();
                Details::MemorySize(u16::try_from(size).unwrap_or(u16::MAX))
            }
            _ => Details::None,
        };
        if !self.started {
            return Failure::before_start(reason, details);
        }
        Failure { reason, details, opcode: self.opcode, pc: self.pc, cycles: self.spent }
    }
}

/// Octets at the start of the memory that hold Useful Values. RFC 3320 7.2.
const USEFUL_VALUES: usize = 32;

/// The size of the UDVM memory for a message of `message` octets; 0 if the message leaves none.
//= RFC 3320 7: (decompression_memory_size - n), up to a maximum of 65536; for a stream (decompression_memory_size / 2)
fn memory_size(decompression_memory: MemorySize, message: usize, transport: Transport) -> usize {
    let octets = decompression_memory.octets();
    match transport {
        Transport::MessageBased => octets.saturating_sub(message),
        Transport::StreamBased if message > octets => 0,
        Transport::StreamBased => octets / 2,
    }
}

//! Input and output, state and feedback (RFC 3320 9.4).

use super::Udvm;
use super::input::{BitOrder, Input, InputBitOrder};
use crate::decompressor::{Feedback, Pending, StateRequest};
use crate::failure::Reason;
use crate::feedback::{FeedbackItem, RequestedFeedback, ReturnedParameters};
use crate::state::{IDENTIFIER_LENGTHS, PartialStateId, State};

/// Requests to the state handler that wait for END-MESSAGE, as operands.
#[derive(Debug, Default)]
pub(super) struct Requests {
    waiting: Vec<Request>,
    creations: usize,
    frees: usize,
}

#[derive(Clone, Copy, Debug)]
enum Request {
    Create { length: u16, address: u16, instruction: u16, minimum_access_length: u16, priority: u16 },
    Free { start: u16, length: u16 },
}

impl Requests {
    fn add(&mut self, request: Request) -> Result<(), Reason> {
        let made = match request {
            Request::Create { .. } => &mut self.creations,
            Request::Free { .. } => &mut self.frees,
        };
        //= RFC 3320 9.4.6: failure MUST occur if more than four state creation requests are made
        //= RFC 3320 9.4.7: failure MUST occur if more than four state free requests are made
        if *made == REQUESTS_MAX {
            return Err(Reason::TooManyStateRequests);
        }
        *made += 1;
        self.waiting.push(request);
        Ok(())
    }
}

const REQUESTS_MAX: usize = 4;
/// The most that one message may decompress to, in octets. RFC 3320 9.4.8.
const OUTPUT_MAX: usize = 65_536;
const INPUT_BIT_ORDER: u16 = 68;
/// The retention priority of locally available state.
const RESERVED_PRIORITY: u16 = 65_535;

impl Udvm<'_> {
    /// INPUT-BYTES (%length, %destination, @address)
    pub(super) fn input_bytes(&mut self) -> Result<(), Reason> {
        let (length, destination, address) = (self.multitype()?, self.multitype()?, self.address()?);
        self.pay(length.into())?;
        let Some(octets) = self.input.take_octets(length) else {
            return self.go_to(address);
        };
        self.memory.write(destination, octets)?;
        self.earn(8 * u32::from(length));
        Ok(())
    }

    /// INPUT-BITS (%length, %destination, @address)
    pub(super) fn input_bits(&mut self) -> Result<(), Reason> {
        let (length, destination, address) = (self.multitype()?, self.multitype()?, self.address()?);
        let order = InputBitOrder::from_register(self.memory.word(INPUT_BIT_ORDER)?)?;
        if length > BITS_MAX {
            return Err(Reason::TooManyBitsRequested);
        }
        self.input.pass_in(order.passed);
        let Some(bits) = self.input.take_bits(length.into(), order.bits) else {
            return self.go_to(address);
        };
        self.memory.set_word(destination, bits)?;
        self.earn(length.into());
        Ok(())
    }

    /// INPUT-HUFFMAN (%destination, @address, #n, %bits_1, %lower_bound_1, %upper_bound_1, %uncompressed_1, ...)
    pub(super) fn input_huffman(&mut self) -> Result<(), Reason> {
        let (destination, address, n) = (self.multitype()?, self.address()?, self.literal()?);
        self.pay(n.into())?;
        //= RFC 3320 9.4.4: if n = 0 then the INPUT-HUFFMAN instruction is ignored
        if n == 0 {
            return Ok(());
        }
        let order = InputBitOrder::from_register(self.memory.word(INPUT_BIT_ORDER)?)?;
        self.input.pass_in(order.passed);
        let mut code = HuffmanCode::new(self.input, order.huffman);
        for _ in 0..n {
            let (bits, lower, upper) = (self.multitype()?, self.multitype()?, self.multitype()?);
            let uncompressed = self.multitype()?;
            code.try_next(bits, lower, upper, uncompressed)?;
        }
        match code.outcome {
            Outcome::Open => Err(Reason::HuffmanNoMatch),
            Outcome::InputEnds => self.go_to(address),
            Outcome::Matched(value) => {
                self.input = code.input;
                self.memory.set_word(destination, value)?;
                self.earn(code.bits_read);
                Ok(())
            }
        }
    }

    /// STATE-ACCESS (%partial_identifier_start, %partial_identifier_length, %state_begin, %state_length,
    /// %state_address, %state_instruction)
    pub(super) fn state_access(&mut self) -> Result<(), Reason> {
        let (id_start, id_length, begin) = (self.multitype()?, self.multitype()?, self.multitype()?);
        let (length, address, instruction) = (self.multitype()?, self.multitype()?, self.multitype()?);
        let id = self.partial_state_id(id_start, id_length)?;
        let state = self.access(id)?;
        if length == 0 && begin != 0 {
            return Err(Reason::InvalidStateProbe);
        }
        //= RFC 3320 9.4.5: operands set to 0 take their value from the returned item of state
        let or_own = |operand, own| if operand == 0 { own } else { operand };
        let length = or_own(length, state.length());
        self.pay(length.into())?;
        let begin = usize::from(begin);
        let part = state.value().get(begin..begin + usize::from(length)).ok_or(Reason::StateTooShort)?;
        self.memory.write(or_own(address, state.address()), part)?;
        match or_own(instruction, state.instruction()) {
            0 => Ok(()),
            instruction => self.go_to(instruction),
        }
    }

    /// STATE-CREATE (%state_length, %state_address, %state_instruction, %minimum_access_length,
    /// %state_retention_priority)
    pub(super) fn state_create(&mut self) -> Result<(), Reason> {
        let (length, address, instruction) = (self.multitype()?, self.multitype()?, self.multitype()?);
        let (minimum_access_length, priority) = (self.multitype()?, self.multitype()?);
        self.pay(length.into())?;
        if !IDENTIFIER_LENGTHS.contains(&minimum_access_length) {
            return Err(Reason::InvalidStateIdLength);
        }
        if priority == RESERVED_PRIORITY {
            return Err(Reason::InvalidStatePriority);
        }
        self.requests.add(Request::Create { length, address, instruction, minimum_access_length, priority })
    }

    /// STATE-FREE (%partial_identifier_start, %partial_identifier_length)
    pub(super) fn state_free(&mut self) -> Result<(), Reason> {
        let (start, length) = (self.multitype()?, self.multitype()?);
        if !IDENTIFIER_LENGTHS.contains(&length) {
            return Err(Reason::InvalidStateIdLength);
        }
        self.requests.add(Request::Free { start, length })
    }

    /// OUTPUT (%output_start, %output_length)
    pub(super) fn output(&mut self) -> Result<(), Reason> {
        let (start, length) = (self.multitype()?, self.multitype()?);
        self.pay(length.into())?;
        let output = self.output.get_or_insert_default();
        if output.len() + usize::from(length) > OUTPUT_MAX {
            return Err(Reason::OutputOverflow);
        }
        self.memory.read(start, length, output)
    }

    /// END-MESSAGE (%requested_feedback_location, %returned_parameters_location, %state_length, %state_address,
    /// %state_instruction, %minimum_access_length, %state_retention_priority)
    pub(super) fn end_message(&mut self) -> Result<Pending, Reason> {
        let (requested_location, parameters_location) = (self.multitype()?, self.multitype()?);
        let (length, address, instruction) = (self.multitype()?, self.multitype()?, self.multitype()?);
        let (minimum_access_length, priority) = (self.multitype()?, self.multitype()?);
        self.pay(length.into())?;
        //= RFC 3320 9.4.9: otherwise the END-MESSAGE instruction fails to make a state creation request of its own
        if IDENTIFIER_LENGTHS.contains(&minimum_access_length) && priority != RESERVED_PRIORITY {
            self.requests.add(Request::Create {
                length,
                address,
                instruction,
                minimum_access_length,
                priority,
            })?;
        }
        let waiting = std::mem::take(&mut self.requests.waiting);
        let state_requests =
            waiting.into_iter().map(|request| self.resolve(request)).collect::<Result<_, _>>()?;
        let feedback = Feedback {
            returned_item: None,
            requested: self.requested_feedback(requested_location)?,
            returned_parameters: self.returned_parameters(parameters_location)?,
        };
        Ok(Pending { feedback, state_requests })
    }

    /// Reads from the memory what a request speaks of.
    //= RFC 4896 4.1: the bytes that are stored are those in the buffer at the time of creation
    fn resolve(&self, request: Request) -> Result<StateRequest, Reason> {
        match request {
            Request::Free { start, length } => self.partial_state_id(start, length).map(StateRequest::Free),
            Request::Create { length, address, instruction, minimum_access_length, priority } => {
                let mut value = Vec::with_capacity(length.into());
                self.memory.read(address, length, &mut value)?;
                let state = State::new(value, address, instruction, minimum_access_length);
                Ok(StateRequest::Create(state.expect("the operands were checked"), priority))
            }
        }
    }

    fn partial_state_id(&self, start: u16, length: u16) -> Result<PartialStateId, Reason> {
        if !IDENTIFIER_LENGTHS.contains(&length) {
            return Err(Reason::InvalidStateIdLength);
        }
        let mut id = Vec::with_capacity(length.into());
        self.memory.read(start, length, &mut id)?;
        Ok(PartialStateId::new(&id).expect("the length was checked"))
    }

    //= RFC 4896 4.1: byte copying rules do not apply for reading feedback items
    fn requested_feedback(&self, location: u16) -> Result<Option<RequestedFeedback>, Reason> {
        if location == 0 {
            return Ok(None);
        }
        let (&flags, rest) = self.memory.from(location).split_first().ok_or(Reason::Segfault)?;
        let item = match flags & Q_BIT {
            0 => None,
            _ => Some(FeedbackItem::parse(rest).ok_or(Reason::Segfault)?),
        };
        Ok(Some(RequestedFeedback { item, no_state: flags & S_BIT != 0, no_local_state: flags & I_BIT != 0 }))
    }

    fn returned_parameters(&self, location: u16) -> Result<Option<ReturnedParameters>, Reason> {
        if location == 0 {
            return Ok(None);
        }
        ReturnedParameters::parse(self.memory.from(location)).map(Some).ok_or(Reason::Segfault)
    }
}

const Q_BIT: u8 = 4;
const S_BIT: u8 = 2;
const I_BIT: u8 = 1;
/// The most bits that one INPUT instruction asks for.
const BITS_MAX: u16 = 16;

/// The bits that an INPUT-HUFFMAN instruction has read so far.
struct HuffmanCode<'a> {
    input: Input<'a>,
    order: BitOrder,
    /// H: the code as an integer.
    value: u16,
    bits_read: u32,
    bits_asked: u32,
    outcome: Outcome,
}

enum Outcome {
    Open,
    InputEnds,
    Matched(u16),
}

impl<'a> HuffmanCode<'a> {
    fn new(input: Input<'a>, order: BitOrder) -> Self {
        Self { input, order, value: 0, bits_read: 0, bits_asked: 0, outcome: Outcome::Open }
    }

    /// Takes one set of operands into account, which reads more bits unless an earlier set has decided.
    fn try_next(&mut self, bits: u16, lower: u16, upper: u16, uncompressed: u16) -> Result<(), Reason> {
        //= RFC 3320 9.4.4: decompression failure occurs if (bits_1 + ... + bits_n) > 16
        self.bits_asked += u32::from(bits);
        if self.bits_asked > u32::from(BITS_MAX) {
            return Err(Reason::TooManyBitsRequested);
        }
        if !matches!(self.outcome, Outcome::Open) {
            return Ok(());
        }
        let Some(more) = self.input.take_bits(bits.into(), self.order) else {
            self.outcome = Outcome::InputEnds;
            return Ok(());
        };
        self.bits_read += u32::from(bits);
        self.value = self.value.checked_shl(bits.into()).unwrap_or(0) | more;
        if (lower..=upper).contains(&self.value) {
            self.outcome = Outcome::Matched(self.value.wrapping_add(uncompressed).wrapping_sub(lower));
        }
        Ok(())
    }
}

//! From instructions with labels to UDVM bytecode (RFC 3320 8.5 and 9).
//!
//! ```
//! use sigcomp::assembler::{Assembler, NewState, Word};
//!
//! let mut code = Assembler::new(128);
//! let (again, done) = (code.label(), code.label());
//! let octet = Word::at(32);
//! code.place(again);
//! code.input_bytes(1, 33, done); // to the less significant octet of the word
//! code.add(octet, 1);
//! code.output(33, 1);
//! code.jump(again);
//! code.place(done);
//! code.end_message(0, 0, NewState::NONE);
//! assert_eq!(code.assemble().octets.len(), 20);
//! ```

mod operand;
#[cfg(test)]
mod tests;

pub use operand::{Label, Target, Value, Word};

use crate::opcode;
use operand::{Layout, Operand};

/// A program under construction: instructions and data in the order of their addresses.
///
/// Operands take their shortest form that holds; operands that name labels are sized together, so that the result is
/// as short as the forms of RFC 3320 8.5 allow.
#[derive(Clone, Debug)]
pub struct Assembler {
    origin: u16,
    items: Vec<Item>,
    labels: u16,
}

/// What [`Assembler::assemble`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The octets, the first of which belongs at the origin.
    pub octets: Vec<u8>,
    labels: Vec<Option<u16>>,
}

impl Program {
    /// The address of `label`.
    ///
    /// # Panics
    /// If the label was not placed.
    #[must_use]
    pub fn address(&self, label: Label) -> u16 {
        self.labels[usize::from(label.0)].expect("the label is placed")
    }
}

#[derive(Clone, Debug)]
enum Item {
    Instruction(u8, Vec<Operand>),
    Octets(Vec<u8>),
    Label(Label),
    /// Zeros up to this address.
    Pad(u16),
}

/// One range of codewords of INPUT-HUFFMAN, tried after `bits` more bits were read. RFC 3320 9.4.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HuffmanRange {
    /// Bits read before this range is tried.
    pub bits: u16,
    /// The least codeword of the range.
    pub lower_bound: u16,
    /// The greatest codeword of the range.
    pub upper_bound: u16,
    /// What the least codeword stands for.
    pub uncompressed: u16,
}

/// An item of state that a program asks for. RFC 3320 9.4.6 and 9.4.9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewState {
    /// Octets of the value.
    pub length: Value,
    /// Where the value is taken from, and loaded to.
    pub address: Value,
    /// Where the program goes on that the value is loaded for.
    pub instruction: Value,
    /// Octets of the identifier that give access; END-MESSAGE takes any other number than 6 to 20 for no request.
    pub minimum_access_length: Value,
    /// How long it is kept compared to other state, below 65535.
    pub retention_priority: Value,
}

impl NewState {
    /// What END-MESSAGE takes for no request.
    pub const NONE: Self = Self {
        length: Value::ZERO,
        address: Value::ZERO,
        instruction: Value::ZERO,
        minimum_access_length: Value::ZERO,
        retention_priority: Value::ZERO,
    };

    fn operands(self) -> [Operand; 5] {
        let Self { length, address, instruction, minimum_access_length, retention_priority } = self;
        [length, address, instruction, minimum_access_length, retention_priority].map(value)
    }
}

impl Assembler {
    /// An empty program whose first octet belongs at address `origin`.
    #[must_use]
    pub fn new(origin: u16) -> Self {
        Self { origin, items: Vec::new(), labels: 0 }
    }

    /// A new label, to be placed once.
    pub fn label(&mut self) -> Label {
        let label = Label(self.labels);
        self.labels += 1;
        label
    }

    /// Gives `label` the address of what follows.
    pub fn place(&mut self, label: Label) {
        self.items.push(Item::Label(label));
    }

    /// Data.
    pub fn octets(&mut self, octets: &[u8]) {
        self.items.push(Item::Octets(octets.to_vec()));
    }

    /// Zeros up to `address`.
    pub fn pad_to(&mut self, address: u16) {
        self.items.push(Item::Pad(address));
    }

    /// The bytecode.
    ///
    /// # Panics
    /// If a label is used but not placed, if padding would go backwards, or if the program leaves 64 KiB.
    #[must_use]
    pub fn assemble(&self) -> Program {
        let mut layout = Layout::new(self.labels);
        // Sizes only grow, so this ends; a form too long for a value that came out smaller is a legal form still.
        let mut sizes = vec![1; self.operands().count()];
        while self.lay_out(&sizes, &mut layout) | self.grow(&layout, &mut sizes) {}
        let mut octets = Vec::new();
        let mut sizes = sizes.into_iter();
        for item in &self.items {
            let here = self.address_after(octets.len());
            match item {
                Item::Label(_) => {}
                Item::Octets(data) => octets.extend_from_slice(data),
                Item::Pad(to) => octets.resize(usize::from(*to - self.origin), 0),
                Item::Instruction(opcode, operands) => {
                    octets.push(*opcode);
                    for (operand, size) in operands.iter().zip(&mut sizes) {
                        operand.write(here, &layout, size, &mut octets);
                    }
                }
            }
        }
        Program { octets, labels: layout.into_addresses() }
    }

    fn operands(&self) -> impl Iterator<Item = &Operand> {
        self.items.iter().flat_map(|item| match item {
            Item::Instruction(_, operands) => operands.as_slice(),
            Item::Octets(_) | Item::Label(_) | Item::Pad(_) => &[],
        })
    }

    /// Places the labels for operands of `sizes`; whether any label moved.
    fn lay_out(&self, sizes: &[usize], layout: &mut Layout) -> bool {
        let (mut length, mut moved) = (0, false);
        let mut sizes = sizes.iter();
        for item in &self.items {
            match item {
                Item::Label(label) => moved |= layout.place(*label, self.address_after(length)),
                Item::Octets(data) => length += data.len(),
                Item::Pad(to) => {
                    let end = usize::from(to.checked_sub(self.origin).expect("padding goes forwards"));
                    assert!(length <= end, "padding goes forwards");
                    length = end;
                }
                Item::Instruction(_, operands) => {
                    length += 1 + sizes.by_ref().take(operands.len()).sum::<usize>();
                }
            }
        }
        moved
    }

    /// Gives each operand at least the size that its value needs; whether any grew.
    fn grow(&self, layout: &Layout, sizes: &mut [usize]) -> bool {
        let (mut length, mut index, mut grew) = (0, 0, false);
        for item in &self.items {
            let here = self.address_after(length);
            match item {
                Item::Label(_) => {}
                Item::Octets(data) => length += data.len(),
                Item::Pad(to) => length = usize::from(*to - self.origin),
                Item::Instruction(_, operands) => {
                    length += 1;
                    for operand in operands {
                        length += sizes[index];
                        let size = operand.size(here, layout, sizes[index]);
                        grew |= size != sizes[index];
                        sizes[index] = size;
                        index += 1;
                    }
                }
            }
        }
        grew
    }

    fn address_after(&self, length: usize) -> u16 {
        let address = usize::from(self.origin) + length;
        u16::try_from(address).expect("a program stays within 64 KiB")
    }

    fn emit(&mut self, opcode: u8, operands: impl Into<Vec<Operand>>) {
        self.items.push(Item::Instruction(opcode, operands.into()));
    }
}

fn number(n: usize) -> Operand {
    Operand::Literal(u16::try_from(n).expect("an instruction has fewer than 65,536 operands"))
}

fn value(value: impl Into<Value>) -> Operand {
    Operand::Multitype(value.into())
}

macro_rules! instructions {
    ($($(#[$doc:meta])* $name:ident = $opcode:ident($($operand:ident: $kind:tt),*);)*) => {
        /// The instructions whose operands are fixed in number, by the names of RFC 3320 9.
        impl Assembler {
            $($(#[$doc])* pub fn $name(&mut self $(, $operand: instructions!(@type $kind))*) {
                self.emit(opcode::$opcode, [$(instructions!(@operand $kind $operand)),*]);
            })*
        }
    };
    (@type word) => { Word };
    (@type value) => { impl Into<Value> };
    (@type target) => { impl Into<Target> };
    (@operand word $operand:ident) => { Operand::Reference($operand) };
    (@operand value $operand:ident) => { value($operand) };
    (@operand target $operand:ident) => { Operand::Address($operand.into()) };
}

instructions! {
    /// DECOMPRESSION-FAILURE: gives up. RFC 3320 9.4.1.
    decompression_failure = DECOMPRESSION_FAILURE();
    /// AND: `word & operand`. RFC 3320 9.1.1.
    and = AND(word: word, operand: value);
    /// OR: `word | operand`. RFC 3320 9.1.1.
    or = OR(word: word, operand: value);
    /// NOT: all bits of `word` inverted. RFC 3320 9.1.1.
    not = NOT(word: word);
    /// LSHIFT: `word × 2^operand`. RFC 3320 9.1.1.
    lshift = LSHIFT(word: word, operand: value);
    /// RSHIFT: `word / 2^operand`. RFC 3320 9.1.1.
    rshift = RSHIFT(word: word, operand: value);
    /// ADD: `word + operand`. RFC 3320 9.1.2.
    add = ADD(word: word, operand: value);
    /// SUBTRACT: `word - operand`. RFC 3320 9.1.2.
    subtract = SUBTRACT(word: word, operand: value);
    /// MULTIPLY: `word × operand`. RFC 3320 9.1.2.
    multiply = MULTIPLY(word: word, operand: value);
    /// DIVIDE: `word / operand`. RFC 3320 9.1.2.
    divide = DIVIDE(word: word, operand: value);
    /// REMAINDER: `word mod operand`. RFC 3320 9.1.2.
    remainder = REMAINDER(word: word, operand: value);
    /// SORT-ASCENDING: `n` lists of `k` words, by the first. RFC 3320 9.1.3.
    sort_ascending = SORT_ASCENDING(start: value, n: value, k: value);
    /// SORT-DESCENDING: `n` lists of `k` words, by the first. RFC 3320 9.1.3.
    sort_descending = SORT_DESCENDING(start: value, n: value, k: value);
    /// SHA-1: the hash of `length` octets from `position` on. RFC 3320 9.1.4.
    sha_1 = SHA_1(position: value, length: value, destination: value);
    /// LOAD: sets one word. RFC 3320 9.2.1.
    load = LOAD(address: value, operand: value);
    /// PUSH: puts a word on the stack. RFC 3320 9.2.3.
    push = PUSH(operand: value);
    /// POP: takes a word off the stack. RFC 3320 9.2.3.
    pop = POP(address: value);
    /// COPY: within the memory. RFC 3320 9.2.4.
    copy = COPY(position: value, length: value, destination: value);
    /// COPY-LITERAL: copies to where `destination` says and moves it on. RFC 3320 9.2.5.
    copy_literal = COPY_LITERAL(position: value, length: value, destination: word);
    /// COPY-OFFSET: copies from `offset` octets before `destination`. RFC 3320 9.2.6.
    copy_offset = COPY_OFFSET(offset: value, length: value, destination: word);
    /// MEMSET: an arithmetic sequence of octets. RFC 3320 9.2.7.
    memset = MEMSET(address: value, length: value, start_value: value, offset: value);
    /// JUMP. RFC 3320 9.3.1.
    jump = JUMP(to: target);
    /// COMPARE: jumps by whether the first value is less than, equal to or greater than the second. RFC 3320 9.3.2.
    compare = COMPARE(first: value, second: value, less: target, equal: target, greater: target);
    /// CALL: jumps and leaves the way back on the stack. RFC 3320 9.3.3.
    call = CALL(to: target);
    /// RETURN: jumps to what CALL left. RFC 3320 9.3.3.
    return_ = RETURN();
    /// CRC: jumps to `mismatch` unless the octets have this CRC. RFC 3320 9.3.5.
    crc = CRC(expected: value, position: value, length: value, mismatch: target);
    /// INPUT-BYTES: jumps to `ended` when the message ends before. RFC 3320 9.4.2.
    input_bytes = INPUT_BYTES(length: value, destination: value, ended: target);
    /// INPUT-BITS: jumps to `ended` when the message ends before. RFC 3320 9.4.3.
    input_bits = INPUT_BITS(length: value, destination: value, ended: target);
    /// STATE-ACCESS: loads an item of state. RFC 3320 9.4.5.
    state_access = STATE_ACCESS(
        identifier: value, identifier_length: value, begin: value, length: value, address: value, instruction: value
    );
    /// STATE-FREE: gives an item of state up. RFC 3320 9.4.7.
    state_free = STATE_FREE(identifier: value, identifier_length: value);
    /// OUTPUT: gives decompressed octets out. RFC 3320 9.4.8.
    output = OUTPUT(start: value, length: value);
}

/// The instructions with a list of operands or an item of state.
impl Assembler {
    /// STATE-CREATE: asks for an item of state. RFC 3320 9.4.6.
    pub fn state_create(&mut self, state: NewState) {
        self.emit(opcode::STATE_CREATE, state.operands());
    }

    /// END-MESSAGE: ends, and asks for an item of state if its minimum access length is legal. RFC 3320 9.4.9.
    pub fn end_message(
        &mut self,
        requested_feedback: impl Into<Value>,
        returned_parameters: impl Into<Value>,
        state: NewState,
    ) {
        let mut operands = vec![value(requested_feedback), value(returned_parameters)];
        operands.extend(state.operands());
        self.emit(opcode::END_MESSAGE, operands);
    }

    /// MULTILOAD: sets adjacent words. RFC 3320 9.2.2.
    pub fn multiload(&mut self, address: impl Into<Value>, values: &[Value]) {
        let mut operands = vec![value(address), number(values.len())];
        operands.extend(values.iter().map(|word| value(*word)));
        self.emit(opcode::MULTILOAD, operands);
    }

    /// SWITCH: jumps to the target with the index `j`. RFC 3320 9.3.4.
    pub fn switch(&mut self, j: impl Into<Value>, targets: &[Target]) {
        let mut operands = vec![number(targets.len()), value(j)];
        operands.extend(targets.iter().map(|target| Operand::Address(*target)));
        self.emit(opcode::SWITCH, operands);
    }

    /// INPUT-HUFFMAN: one codeword; jumps to `ended` when the message ends before. RFC 3320 9.4.4.
    pub fn input_huffman(
        &mut self,
        destination: impl Into<Value>,
        ended: impl Into<Target>,
        ranges: &[HuffmanRange],
    ) {
        let mut operands = vec![value(destination), Operand::Address(ended.into()), number(ranges.len())];
        for range in ranges {
            let HuffmanRange { bits, lower_bound, upper_bound, uncompressed } = *range;
            operands.extend([bits, lower_bound, upper_bound, uncompressed].map(value));
        }
        self.emit(opcode::INPUT_HUFFMAN, operands);
    }
}

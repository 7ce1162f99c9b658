//! The bytecode that decompresses our messages, and where it keeps what in the UDVM memory.
//!
//! ```text
//!   0    what the UDVM was told of itself; the dictionary's address at 0
//!  32    symbol, distance, feedback, control bits; the end of the stream at 62
//!  64    byte_copy_left, byte_copy_right
//! 128    ┌───────────────────────────┐ <- the state of a message: this code …
//!        │ code                      │
//! left   ├───────────────────────────┤
//!        │ history: earlier messages │ <- … and as much history, ending with the message itself
//! start  ├───────────────────────────┤
//!        │ shared state, its header  │    (shared compression only)
//!        │ the message    ┄┄>        │
//!        ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┤
//!        │ dictionary of RFC 3485    │
//! end    └───────────────────────────┘ <- before its first octet comes, going backwards, `left`
//! ```
//!
//! Distances count backwards from the end of the message through the history and then, since `byte_copy_left` sends
//! COPY-OFFSET from there to `byte_copy_right`, from the end of the dictionary. A long message overwrites the oldest
//! part of the dictionary, which the compressor then leaves alone.

use crate::assembler::{Assembler, Label, NewState, Word};
use crate::dictionary;
use crate::parameters::Resources;

use super::coding::{Code, Coding, LENGTH};

/// The bytecode of one kind of compressor for one size of history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    /// The bytecode, to be uploaded to [`ORIGIN`].
    pub(super) code: Vec<u8>,
    pub(super) coding: Coding,
    /// Octets of history that a state carries; 0 for state that is nothing but code.
    pub(super) history: u16,
    pub(super) sharing: Sharing,
    /// Whether it tells the peer of our resources.
    announces: bool,
}

/// Whether a program knows the shared state of RFC 3321.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sharing {
    /// Only what goes the same way is used.
    OneWay,
    /// The peer's messages are loaded, and our own offered to the peer.
    BothWays,
}

/// Where the bytecode is uploaded to and starts: the least destination of RFC 3320 7.3.
pub(super) const ORIGIN: u16 = 128;

/// Octets of the header over which, together with a message, its shared state identifier is computed.
pub(super) const SHARED_HEADER: usize = 8;

impl Program {
    /// The program that keeps `history` octets and announces `resources`, if any.
    pub(super) fn new(history: u16, sharing: Sharing, resources: Option<Resources>) -> Self {
        let coding = match history {
            0 => Coding::for_dictionary(),
            _ => Coding::for_history(history),
        };
        let code = Writer::new(history).write(&coding, sharing, resources);
        Self { code, coding, history, sharing, announces: resources.is_some() }
    }

    /// The address of the first octet of history.
    pub(super) fn left(&self) -> usize {
        usize::from(ORIGIN) + self.code.len()
    }

    /// The address of the first octet after the history.
    pub(super) fn start(&self) -> usize {
        self.left() + usize::from(self.history)
    }

    /// `state_length` of the states that the program creates.
    pub(super) fn state_length(&self) -> usize {
        self.code.len() + usize::from(self.history)
    }

    /// UDVM cycles of a message, exactly: what figure 11 of RFC 3320 says of each instruction.
    pub(super) fn cycles(&self, work: &Work) -> u64 {
        let ranges = |code: &Code| code.huffman_ranges().len() as u64;
        let (symbol, distance) = (1 + ranges(self.coding.symbols()), 1 + ranges(self.coding.distances()));
        let literal = symbol + 4;
        let copy = symbol + 2 + distance + 2;
        let tokens = work.literals as u64 * literal + work.matches as u64 * copy + work.copied as u64;
        let shared = match self.sharing {
            Sharing::OneWay => 0,
            Sharing::BothWays => {
                let hash = 1 + (SHARED_HEADER + work.message) as u64;
                hash + 12 + work.shared.map_or(0, |length| 1 + 8 + 1 + length as u64 + 1)
            }
        };
        let begin = 4 + 1 + 1 + u64::from(dictionary::sip().length()) + self.control_cycles();
        let end = symbol + 1 + 1 + work.message as u64 + 1 + self.state_length() as u64;
        let trim = if self.history == 0 { 0 } else { 4 };
        begin + shared + tokens + end + trim
    }

    fn control_cycles(&self) -> u64 {
        4 + u64::from(self.announces)
    }
}

/// What the decompression of one message consists of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Work {
    pub(super) literals: usize,
    pub(super) matches: usize,
    /// Octets of all matches.
    pub(super) copied: usize,
    /// Octets of the message.
    pub(super) message: usize,
    /// Octets of the shared state that is loaded, if one is.
    pub(super) shared: Option<usize>,
}

/// The end of the stream of history and message: where the next octet goes.
const END: Word = Word::at(62);
const SYMBOL: u16 = 32;
/// The octet of a symbol that is one.
const OCTET: u16 = SYMBOL + 1;
/// The requested feedback data: flags and item.
const FEEDBACK: u16 = 34;
const DISTANCE: u16 = 36;
/// The minimum access length of the new state; 0, which creates none, if the state is not to be kept.
const ACCESS: u16 = 38;
/// Whether shared state follows.
const SHARED: u16 = 40;
/// The length and the identifier of that state.
const SHARED_LENGTH: u16 = 42;
const SHARED_ID: u16 = 44;
/// The first octet of the message in a program that shares.
const START: Word = Word::at(60);
/// The returned parameters: the resources and, as a word, no version and the length of one identifier; then that.
const RESOURCES: u16 = 97;
const IDENTIFIER_LENGTH: Word = Word::at(98);
const IDENTIFIER: u16 = 100;

/// Writes a program; the labels are those that operands name.
struct Writer {
    asm: Assembler,
    history: u16,
    /// The end of the code, where the history begins.
    left: Label,
    dictionary_id: Label,
    /// The first instruction after the last token.
    ended: Label,
}

impl Writer {
    fn new(history: u16) -> Self {
        let mut asm = Assembler::new(ORIGIN);
        let (left, dictionary_id, ended) = (asm.label(), asm.label(), asm.label());
        Self { asm, history, left, dictionary_id, ended }
    }

    fn write(mut self, coding: &Coding, sharing: Sharing, resources: Option<Resources>) -> Vec<u8> {
        self.lay_out_memory();
        if let Some(resources) = resources {
            self.asm.load(RESOURCES - 1, u16::from(resources.octet()));
        }
        self.asm.input_bits(1, ACCESS, self.ended);
        self.asm.multiply(Word::at(ACCESS), MINIMUM_ACCESS);
        match sharing {
            Sharing::OneWay => self.asm.input_bits(7, FEEDBACK, self.ended),
            Sharing::BothWays => self.shared_controls(),
        }
        self.asm.add(Word::at(FEEDBACK), Q_BIT);
        if sharing == Sharing::BothWays {
            self.load_shared_state();
        }
        self.tokens(coding);
        self.asm.place(self.ended);
        match sharing {
            Sharing::OneWay => self.output(),
            Sharing::BothWays => self.output_and_identify(),
        }
        let parameters = if sharing == Sharing::BothWays || resources.is_some() { RESOURCES } else { 0 };
        let state = NewState {
            length: self.left.plus(self.history.wrapping_sub(ORIGIN)),
            address: ORIGIN.into(),
            instruction: ORIGIN.into(),
            minimum_access_length: Word::at(ACCESS).into(),
            retention_priority: PRIORITY.into(),
        };
        self.asm.end_message(FEEDBACK, parameters, state);
        self.asm.place(self.dictionary_id);
        self.asm.octets(&dictionary::SIP_ID.0[..DICTIONARY_ACCESS]);
        self.asm.place(self.left);
        self.asm.assemble().octets
    }

    /// Sets the bounds of byte copying and brings the dictionary to the end of the memory.
    fn lay_out_memory(&mut self) {
        let memory_size = Word::at(0);
        let (start, left) = (self.left.plus(self.history), self.left);
        self.asm.multiload(62, &[start, left.into(), memory_size.into()]);
        self.asm.subtract(memory_size, dictionary::sip().length());
        self.asm.state_access(self.dictionary_id, DICTIONARY_ACCESS as u16, 0, 0, memory_size, 0);
    }

    /// Reads whether the message is offered as shared state, whether it uses one, and the feedback item.
    fn shared_controls(&mut self) {
        self.asm.input_bits(1, 98, self.ended);
        self.asm.multiply(IDENTIFIER_LENGTH, 20);
        self.asm.input_bits(1, SHARED, self.ended);
        self.asm.input_bits(5, FEEDBACK, self.ended);
    }

    /// Puts the shared state that the message names between the history and the message.
    fn load_shared_state(&mut self) {
        let (load, go_on) = (self.asm.label(), self.asm.label());
        self.asm.compare(Word::at(SHARED), 1, go_on, load, load);
        self.asm.place(load);
        self.asm.input_bytes(8, SHARED_LENGTH, self.ended);
        self.asm.state_access(SHARED_ID, 6, 0, Word::at(SHARED_LENGTH), END, 0);
        self.asm.add(END, Word::at(SHARED_LENGTH));
        self.asm.place(go_on);
        self.asm.add(END, SHARED_HEADER as u16);
        self.asm.load(60, END);
    }

    /// Decodes tokens until the message ends.
    fn tokens(&mut self, coding: &Coding) {
        let (next, literal, copy) = (self.asm.label(), self.asm.label(), self.asm.label());
        self.asm.place(next);
        self.asm.input_huffman(SYMBOL, self.ended, &coding.symbols().huffman_ranges());
        self.asm.compare(Word::at(SYMBOL), LENGTH, literal, copy, copy);
        self.asm.place(literal);
        self.asm.copy_literal(OCTET, 1, END);
        self.asm.jump(next);
        self.asm.place(copy);
        self.asm.subtract(Word::at(SYMBOL), LENGTH);
        self.asm.input_huffman(DISTANCE, self.ended, &coding.distances().huffman_ranges());
        self.asm.copy_offset(Word::at(DISTANCE), Word::at(SYMBOL), END);
        self.asm.jump(next);
    }

    /// Gives the message out, and lets byte copying jump from the code to the last part of the stream, so that the
    /// state is the code and that part.
    fn output(&mut self) {
        let start = self.left.plus(self.history);
        self.asm.subtract(END, start);
        self.asm.output(start, END);
        if self.history != 0 {
            self.asm.add(END, self.left);
            self.asm.multiload(64, &[END.into(), self.left.into()]);
        }
    }

    /// As [`output`](Self::output), and computes the identifier that the message has as shared state.
    //= RFC 3321 5.2: the SHA-1 instruction is used to calculate the shared_state_id
    fn output_and_identify(&mut self) {
        self.asm.subtract(END, START);
        self.asm.output(START, END);
        // state_length, state_address 0, state_instruction 0, minimum_access_length before the value.
        self.asm.subtract(START, 2);
        self.asm.load(START, MINIMUM_ACCESS);
        self.asm.subtract(START, 6);
        self.asm.load(START, END);
        self.asm.add(END, SHARED_HEADER as u16);
        self.asm.sha_1(START, END, IDENTIFIER);
        self.asm.add(END, START);
        self.asm.subtract(END, self.history);
        self.asm.multiload(64, &[END.into(), self.left.into()]);
    }
}

/// The Q-bit of requested feedback data, in the first of two octets. RFC 3320 9.4.9, figure 12.
const Q_BIT: u16 = 0x0400;
/// `minimum_access_length` of all state that we create or share.
pub(super) const MINIMUM_ACCESS: u16 = 6;
/// All states of a compressor rank alike, so that the oldest makes room for the newest.
const PRIORITY: u16 = 0;
/// Octets of the dictionary's identifier that open it. RFC 3485 3.
const DICTIONARY_ACCESS: usize = 6;

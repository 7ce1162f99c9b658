//! Each way in which bytecode fails, with the reason that RFC 4077 gives it.

use super::code::Operand::{At, Literal, To, Value, Word};
use super::code::{Code, START};
use super::{generous, receive, receive_by};
use crate::opcode::*;
use crate::{CompartmentId, Decompressor, Details, Failure, Parameters, PartialStateId, Reason};

/// The failure of `code` with input 0x00 to 0x03, whose last instruction must be the one that fails.
fn failure(code: Code) -> Failure {
    receive(&code.with(&[0, 1, 2, 3])).expect_err("the code fails")
}

fn reason(code: Code) -> Reason {
    failure(code).reason
}

#[test]
fn a_failure_names_the_instruction() {
    let code = Code::default().values(LOAD, &[32, 7]).add(DIVIDE, &[At(32), Value(0)]);
    let expected =
        Failure { reason: Reason::DivByZero, details: Details::None, opcode: 9, pc: START + 7, cycles: 2 };
    assert_eq!(failure(code), expected);
}

#[test]
fn a_failure_names_the_opcode_even_after_it_has_overwritten_itself() {
    let copy = START + 14;
    // After 13 octets the copy wraps to an address that the memory lacks.
    let code = Code::default().values(LOAD, &[64, 8190]).values(LOAD, &[66, copy + 13]);
    let Failure { reason, opcode, pc, .. } = failure(code.values(COPY, &[400, 100, copy]));
    assert_eq!((reason, opcode, pc), (Reason::Segfault, COPY, copy));
}

#[test]
fn arithmetic_fails_only_on_division_by_zero() {
    assert_eq!(reason(Code::default().add(DIVIDE, &[At(32), Value(0)])), Reason::DivByZero);
    assert_eq!(reason(Code::default().add(REMAINDER, &[At(32), Word(34)])), Reason::DivByZero);
}

#[test]
fn unknown_instructions_and_operands_fail() {
    for opcode in 36..=u8::MAX {
        assert_eq!(reason(Code::default().raw(&[opcode])), Reason::InvalidOpcode);
    }
    for multitype in 0x82..=0x85 {
        assert_eq!(reason(Code::default().raw(&[PUSH, multitype])), Reason::InvalidOperand);
        assert_eq!(reason(Code::default().raw(&[MULTILOAD, 32, 1, multitype])), Reason::InvalidOperand);
    }
    for first in 0xc1..=u8::MAX {
        assert_eq!(reason(Code::default().raw(&[NOT, first])), Reason::InvalidOperand);
        assert_eq!(reason(Code::default().raw(&[SWITCH, first])), Reason::InvalidOperand);
    }
}

#[test]
fn the_bytecode_itself_can_ask_for_failure() {
    assert_eq!(reason(Code::default().raw(&[DECOMPRESSION_FAILURE])), Reason::UserRequested);
}

#[test]
fn every_jump_beyond_the_memory_fails_at_the_instruction() {
    let beyond = 8192;
    let jumps = [
        Code::default().add(JUMP, &[To(beyond)]),
        Code::default().add(COMPARE, &[Value(1), Value(2), To(beyond), To(START), To(START)]),
        Code::default().add(CALL, &[To(beyond)]),
        Code::default().add(SWITCH, &[Literal(1), Value(0), To(beyond)]),
        Code::default().add(CRC, &[Value(1), Value(0), Value(9), To(beyond)]),
        Code::default().add(INPUT_BYTES, &[Value(5), Value(32), To(beyond)]),
    ];
    for code in jumps {
        let Failure { reason, pc, .. } = failure(code.clone());
        assert_eq!((reason, pc), (Reason::Segfault, START), "{code:?}");
    }
}

#[test]
fn execution_that_runs_off_the_memory_fails() {
    // The message has 14 octets, which the memory lacks.
    let end = 8192 - 14;
    let run = |last_octets: [u8; 2], start| {
        let code = Code::default().values(LOAD, &[end - 2, u16::from_be_bytes(last_octets)]);
        let Failure { reason, pc, opcode, .. } =
            receive(&code.add(JUMP, &[To(start)]).with(&[])).unwrap_err();
        (reason, pc, opcode)
    };
    assert_eq!(run([0, NOT], end - 1), (Reason::Segfault, end - 1, NOT), "its operand is missing");
    assert_eq!(run([NOT, 0], end - 2), (Reason::Segfault, end, 0), "the next instruction is missing");
}

#[test]
fn the_stack_underflows_at_zero() {
    let code = Code::default().values(LOAD, &[70, 256]);
    assert_eq!(reason(code.clone().values(POP, &[32])), Reason::StackUnderflow);
    assert_eq!(reason(code.clone().raw(&[RETURN])), Reason::StackUnderflow);
    assert_eq!(reason(code.values(PUSH, &[5]).values(POP, &[32]).raw(&[RETURN])), Reason::StackUnderflow);
}

#[test]
fn a_switch_needs_a_branch_for_its_value() {
    let switch = |j| Code::default().add(SWITCH, &[Literal(2), Value(j), To(START), To(START)]);
    assert_eq!(reason(switch(2)), Reason::SwitchValueTooHigh);
    assert_eq!(reason(switch(1)), Reason::CyclesExhausted, "an endless loop");
    assert_eq!(reason(Code::default().add(SWITCH, &[Literal(0), Value(0)])), Reason::SwitchValueTooHigh);
}

#[test]
fn at_most_16_bits_are_asked_for_at_once() {
    assert_eq!(
        reason(Code::default().add(INPUT_BITS, &[Value(17), Value(32), To(START)])),
        Reason::TooManyBitsRequested
    );
    let set = |bits| [Value(bits), Value(0), Value(9), Value(0)];
    let head = [Value(32), To(START), Literal(2)];
    let code = Code::default().add(INPUT_HUFFMAN, &[&head[..], &set(8), &set(9)].concat());
    assert_eq!(reason(code), Reason::TooManyBitsRequested, "even where the first set matches");
}

#[test]
fn a_wrong_input_bit_order_fails_only_when_bits_are_input() {
    let order = Code::default().values(LOAD, &[68, 8]);
    let input_bits = order.clone().add(INPUT_BITS, &[Value(1), Value(32), To(START)]);
    assert_eq!(reason(input_bits), Reason::BadInputBitorder);
    let set = [Value(8), Value(0), Value(9), Value(0)];
    let huffman = order.clone().add(INPUT_HUFFMAN, &[&[Value(32), To(START), Literal(1)], &set[..]].concat());
    assert_eq!(reason(huffman), Reason::BadInputBitorder);
    assert!(
        receive(&order.clone().add(INPUT_BYTES, &[Value(1), Value(32), To(START)]).end().with(&[1])).is_ok()
    );
    assert!(
        receive(&order.add(INPUT_HUFFMAN, &[Value(32), To(START), Literal(0)]).end().with(&[1])).is_ok(),
        "n = 0"
    );
}

#[test]
fn bits_that_no_code_covers_fail() {
    let set = [Value(8), Value(5), Value(9), Value(0)];
    let code = Code::default().add(INPUT_HUFFMAN, &[&[Value(32), To(START), Literal(1)], &set[..]].concat());
    assert_eq!(reason(code), Reason::HuffmanNoMatch);
}

#[test]
fn four_creations_and_four_frees_are_the_most() {
    let create = |code: Code| code.values(STATE_CREATE, &[1, 32, 0, 6, 0]);
    let free = |code: Code| code.values(STATE_FREE, &[32, 6]);
    let four = (0..4).fold(Code::default(), |code, _| free(create(code)));
    assert_eq!(receive(&four.clone().end().with(&[])).unwrap().pending.state_requests.len(), 8);
    assert_eq!(reason(create(four.clone())), Reason::TooManyStateRequests);
    assert_eq!(reason(free(four.clone())), Reason::TooManyStateRequests);
    assert_eq!(reason(four.values(END_MESSAGE, &[0, 0, 1, 32, 0, 6, 0])), Reason::TooManyStateRequests);
}

#[test]
fn creations_need_a_legal_access_length_and_priority() {
    for length in [5, 21] {
        assert_eq!(
            reason(Code::default().values(STATE_CREATE, &[1, 32, 0, length, 0])),
            Reason::InvalidStateIdLength
        );
        assert_eq!(reason(Code::default().values(STATE_FREE, &[32, length])), Reason::InvalidStateIdLength);
    }
    let code = Code::default().values(STATE_CREATE, &[1, 32, 0, 6, 65535]);
    assert_eq!(reason(code), Reason::InvalidStatePriority);
}

#[test]
fn end_message_with_illegal_operands_only_creates_nothing() {
    for (access_length, priority) in [(5, 0), (21, 0), (6, 65535)] {
        let code = Code::default().values(END_MESSAGE, &[0, 0, 1, 32, 0, access_length, priority]);
        assert_eq!(receive(&code.with(&[])).unwrap().pending.state_requests, []);
    }
}

#[test]
fn state_that_cannot_be_accessed_is_named() {
    let id = PartialStateId::new(&[0; 7]).unwrap();
    let access = |operands: [u16; 6]| failure(Code::default().values(STATE_ACCESS, &operands));
    let missing = access([3000, 7, 0, 0, 0, 0]);
    assert_eq!((missing.reason, missing.details), (Reason::StateNotFound, Details::State(id)));
    assert_eq!(access([3000, 5, 0, 0, 0, 0]).reason, Reason::InvalidStateIdLength);

    let dictionary = |begin, length| {
        let code =
            Code::default().raw(&[STATE_ACCESS, 0xa0, 128 + 11, 6, 0xa0 | (begin >> 8) as u8, begin as u8]);
        failure(
            code.raw(&[0xa0 | (length >> 8) as u8, length as u8, 0xa8, 0, 0])
                .raw(b"\xfb\xe5\x07\xdf\xe5\xe6"),
        )
    };
    assert_eq!(dictionary(1_u16, 0_u16).reason, Reason::InvalidStateProbe);
    let short = dictionary(4836, 1);
    assert_eq!(short.reason, Reason::StateTooShort);
    assert_eq!(short.details, Details::State(crate::dictionary::SIP_ID.partial(6).unwrap()));
}

#[test]
fn an_identifier_that_several_items_match_is_not_unique() {
    let mut endpoint = Decompressor::new(Parameters::SIP_MINIMUM);
    // Two items of RFC 4465 2.15 whose identifiers share six octets.
    let values =
        [[192, 204, 63, 238, 121, 188, 252, 143, 209, 8], [101, 232, 3, 82, 238, 41, 119, 23, 223, 87]];
    for (value, address) in values.into_iter().zip([256, 266]) {
        let state = crate::State::new(value.to_vec(), address, 0, 20).unwrap();
        let states = endpoint.states_mut();
        states.open(CompartmentId(0), Parameters::SIP_MINIMUM.resources.state_memory_size);
        states.create(CompartmentId(0), state, crate::Retention::Priority(0)).unwrap();
    }
    let id = PartialStateId::new(&[67, 122, 232, 10, 15, 220]).unwrap();
    let message = crate::Message { returned_feedback: None, start: crate::Start::State(id), input: &[] };
    let failure = receive_by(&endpoint, &message.octets().unwrap()).unwrap_err();
    assert_eq!((failure.reason, failure.details), (Reason::IdNotUnique, Details::State(id)));
}

#[test]
fn a_message_that_leaves_no_room_for_its_code_tells_the_memory() {
    let code = Code::default().raw(&[0; 4000]);
    let failure = receive(&code.with(&[0; 4100])).unwrap_err();
    assert_eq!((failure.reason, failure.details), (Reason::BytecodesTooLarge, Details::MemorySize(8192)));
    let failure = receive(&code.with(&[0; 9000])).unwrap_err();
    assert_eq!(failure.reason, Reason::BytecodesTooLarge, "the message exceeds the decompression memory");
    assert_eq!((failure.opcode, failure.pc), (0, 0));
    let failure = receive_by(&generous(), &code.with(&vec![0; 131_072])).unwrap_err();
    assert_eq!(failure.details, Details::MemorySize(65535));
}

#[test]
fn output_ends_at_65536_octets() {
    let code = Code::default().values(OUTPUT, &[0, 65535]).values(OUTPUT, &[0, 1]);
    let exact = receive_by(&generous(), &code.clone().end().with(&[])).unwrap();
    assert_eq!(exact.octets.map(|octets| octets.len()), Some(65536));
    let failure = receive_by(&generous(), &code.values(OUTPUT, &[0, 1]).end().with(&[])).unwrap_err();
    assert_eq!(failure.reason, Reason::OutputOverflow);
}

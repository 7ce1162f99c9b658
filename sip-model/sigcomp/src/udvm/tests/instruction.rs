//! Instructions at their limits, beyond what RFC 4465 tests.

use super::code::Operand::{At, Literal, To, Value, Word};
use super::code::{Code, START};
use super::{generous, receive, receive_by};
use crate::opcode::*;
use crate::{Decompressed, FeedbackItem, Reason, ReturnedParameters, State, StateRequest};

/// The output of code that leaves its results in the words from 32 to 38.
fn words(code: Code, input: &[u8]) -> [u16; 4] {
    let message = code.values(OUTPUT, &[32, 8]).end().with(input);
    let octets = receive(&message).unwrap().octets.unwrap();
    let words = octets.as_chunks().0;
    [0, 1, 2, 3].map(|index| u16::from_be_bytes(words[index]))
}

//= RFC 4896 3.2: location_c will contain the address of circular_buffer
#[test]
fn multiload_looks_up_operands_as_it_goes() {
    let code = Code::default().add(MULTILOAD, &[Value(32), Literal(3), Value(777), Value(888), Word(32)]);
    assert_eq!(words(code, &[]), [777, 888, 777, 0]);
}

#[test]
fn multiload_of_nothing_overwrites_nothing() {
    assert_eq!(words(Code::default().add(MULTILOAD, &[Value(START), Literal(0)]), &[]), [0; 4]);
}

//= RFC 4896 3.1: the m bytes that are there MUST remain in the message unchanged
#[test]
fn an_input_that_fails_leaves_the_message_as_it_is() {
    let next = START + 10;
    let code = Code::default().add(INPUT_BYTES, &[Value(6), Value(32), To(next)]);
    assert_eq!(code.here(), next);
    let code = code.add(INPUT_BYTES, &[Value(2), Value(34), To(START)]);
    assert_eq!(words(code, &[1, 2, 3]), [0, 0x0102, 0, 0]);
}

#[test]
fn a_huffman_code_cut_short_leaves_its_bits_in_the_message() {
    let set = |bits, lower, upper| [Value(bits), Value(lower), Value(upper), Value(0)];
    let operands = [&[Value(32), To(START + 34), Literal(2)], &set(4, 9, 9)[..], &set(8, 0, 9)].concat();
    let code = Code::default().add(INPUT_HUFFMAN, &operands);
    assert_eq!(code.here(), START + 34);
    let code = code.add(INPUT_BITS, &[Value(8), Value(34), To(START)]);
    assert_eq!(words(code, &[0xab]), [0, 0xab, 0, 0]);
}

//= RFC 4896 3.4: in the very rare case that the value of stack_fill is 0xFFFF
#[test]
fn pushing_at_a_full_stack_leaves_fill_0() {
    let code = Code::default().values(LOAD, &[70, 32]).values(LOAD, &[32, 0xffff]).values(PUSH, &[5]);
    assert_eq!(words(code, &[])[0], 0);
}

#[test]
fn shifts_of_16_and_more_give_0() {
    let code = Code::default()
        .add(MULTILOAD, &[Value(32), Literal(4), Value(0xffff), Value(0xffff), Value(0xffff), Value(0xffff)])
        .add(LSHIFT, &[At(32), Value(15)])
        .add(LSHIFT, &[At(34), Value(16)])
        .add(RSHIFT, &[At(36), Value(15)])
        .add(RSHIFT, &[At(38), Value(65535)]);
    assert_eq!(words(code, &[]), [0x8000, 0, 1, 0]);
}

#[test]
fn copies_of_no_octets_change_nothing() {
    let code = Code::default().values(LOAD, &[34, 500]).add(COPY_LITERAL, &[Value(100), Value(0), At(34)]);
    assert_eq!(words(code.add(COPY_OFFSET, &[Value(7), Value(0), At(34)]), &[])[1], 500);
}

#[test]
fn call_returns_behind_itself() {
    let subroutine = START + 33;
    let code = Code::default()
        .values(LOAD, &[70, 256])
        .add(CALL, &[To(subroutine)])
        .add(ADD, &[At(32), Value(100)])
        .values(OUTPUT, &[32, 2])
        .raw(&[END_MESSAGE, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(code.here(), subroutine);
    let code = code.add(ADD, &[At(32), Value(1)]).raw(&[RETURN]);
    assert_eq!(receive(&code.with(&[])).unwrap().octets.unwrap(), [0, 101]);
}

/// The check value of CRC-16/X-25 over "123456789" is 906E, which is what PPP sends: the complement of what RFC 1662
/// C.2 computes.
#[test]
fn crc_is_that_of_ppp_before_its_complement() {
    let outcome = |value| {
        let code = Code::default().add(INPUT_BYTES, &[Value(9), Value(300), To(START)]);
        let differs = code.here() + 22;
        let code = code.add(CRC, &[Value(value), Value(300), Value(9), To(differs)]);
        let code = code.add(ADD, &[At(32), Value(1)]).raw(&[JUMP, 9]);
        assert_eq!(code.here(), differs);
        words(code.add(ADD, &[At(32), Value(2)]), b"123456789")[0]
    };
    assert_eq!((outcome(!0x906e), outcome(0x906e)), (1, 2));
}

#[test]
fn sorting_keeps_lists_together_and_costs_what_the_rfc_says() {
    let code = Code::default()
        .add(MULTILOAD, &[Value(32), Literal(4), Value(9), Value(3), Value(1), Value(2)])
        .values(SORT_ASCENDING, &[32, 2, 2]);
    let message = code.values(OUTPUT, &[32, 8]).end().with(&[]);
    let Decompressed { octets, cycles, .. } = receive(&message).unwrap();
    assert_eq!(octets.unwrap(), [0, 3, 0, 9, 0, 2, 0, 1]);
    assert_eq!(cycles, 5 + (1 + 2 * (1 + 2)) + 9 + 1);
}

#[test]
fn sorting_is_paid_before_it_is_done() {
    let failure = |k, n| receive(&Code::default().values(SORT_DESCENDING, &[0, n, k]).with(&[])).unwrap_err();
    assert_eq!((failure(65535, 65535).reason, failure(65535, 65535).cycles), (Reason::CyclesExhausted, 1));
    assert_eq!(failure(1000, 5).reason, Reason::Segfault, "affordable, but 10,000 octets");
    assert!(
        receive(&Code::default().values(SORT_ASCENDING, &[9999, 0, 9]).end().with(&[])).is_ok(),
        "no list, no address"
    );
}

#[test]
fn nothing_output_differs_from_an_empty_message() {
    assert_eq!(receive(&Code::default().end().with(&[])).unwrap().octets, None);
    assert_eq!(
        receive(&Code::default().values(OUTPUT, &[0, 0]).end().with(&[])).unwrap().octets,
        Some(vec![])
    );
}

#[test]
fn state_is_cut_out_of_the_buffer_when_the_message_ends() {
    let code = Code::default()
        .values(MEMSET, &[300, 10, 0, 1])
        .values(STATE_CREATE, &[10, 305, 7, 6, 3])
        .values(LOAD, &[64, 300])
        .values(LOAD, &[66, 310])
        .values(MEMSET, &[300, 10, 100, 1])
        .values(END_MESSAGE, &[0, 0, 2, 309, 0, 20, 0]);
    let requests = receive(&code.with(&[])).unwrap().pending.state_requests;
    let first = State::new(vec![105, 106, 107, 108, 109, 100, 101, 102, 103, 104], 305, 7, 6).unwrap();
    let own = State::new(vec![109, 100], 309, 0, 20).unwrap();
    assert_eq!(requests, [StateRequest::Create(first, 3), StateRequest::Create(own, 0)]);
}

//= RFC 4896 4.1: byte copying rules do not apply for reading feedback items
#[test]
fn feedback_is_read_across_the_copy_bounds() {
    let code = Code::default()
        .values(LOAD, &[66, 302])
        .values(LOAD, &[300, 0x0783])
        .values(LOAD, &[302, 0x0102])
        .values(LOAD, &[304, 0x0300])
        .values(END_MESSAGE, &[300, 0, 0, 0, 0, 0, 0]);
    let requested = receive(&code.with(&[])).unwrap().pending.feedback.requested.unwrap();
    assert_eq!(requested.item, FeedbackItem::long(&[1, 2, 3]));
    assert!(requested.no_state && requested.no_local_state);
}

#[test]
fn returned_parameters_end_with_the_memory_or_fail() {
    let at_end = |from_end: u16| {
        let code = Code::default().values(END_MESSAGE, &[0, 0, 0, 0, 0, 0, 0]);
        let end = 8192 - u16::try_from(code.with(&[]).len()).unwrap();
        receive(&Code::default().values(END_MESSAGE, &[0, end - from_end, 0, 0, 0, 0, 0]).with(&[]))
    };
    let told = at_end(3).unwrap().pending.feedback.returned_parameters;
    assert_eq!(told, Some(ReturnedParameters::default()));
    assert_eq!(at_end(2).unwrap_err().reason, Reason::Segfault, "the list has no end");
}

#[test]
fn the_dictionary_can_be_loaded_whole_or_in_part() {
    let code = Code::default()
        .raw(&[MULTILOAD, 32, 3, 0x80, 0xfb, 0xe5, 0x80, 0x07, 0xdf, 0x80, 0xe5, 0xe6])
        .values(STATE_ACCESS, &[32, 6, 0xcfe, 3, 40, 0])
        .values(OUTPUT, &[40, 3])
        .values(STATE_ACCESS, &[32, 6, 0, 0, 1000, 0])
        .values(OUTPUT, &[1000 + 0xcfe, 3]);
    let Decompressed { octets, cycles, .. } = receive(&code.end().with(&[])).unwrap();
    assert_eq!(octets.unwrap(), b"SIPSIP");
    assert_eq!(cycles, 4 + 4 + 4 + 4837 + 4 + 1);
}

#[test]
fn a_memory_of_65536_octets_counts_as_0_and_is_all_there() {
    let code =
        Code::default().values(LOAD, &[65534, 0x4142]).values(OUTPUT, &[65534, 2]).values(OUTPUT, &[0, 2]);
    assert_eq!(receive_by(&generous(), &code.end().with(&[])).unwrap().octets.unwrap(), b"AB\0\0");
}

#[test]
fn an_identifier_of_any_legal_length_opens_state() {
    for length in 6..=20_u8 {
        let id = crate::dictionary::SIP_ID.partial(length.into()).unwrap();
        let code = Code::default().raw(&[STATE_ACCESS, 0xa0, 139, length, 0, 4, 0xa4, 0, 0]).raw(&[JUMP, 22]);
        assert_eq!(code.here(), 139, "where the identifier stands");
        let code = code.raw(id.octets()).raw(&vec![0; usize::from(20 - length)]);
        let message = code.values(OUTPUT, &[1024, 4]).end().with(&[]);
        assert_eq!(receive(&message).unwrap().octets.unwrap(), b"\r\nRe", "{length} octets");
    }
}

/// Every form of a multitype operand, with its value where memory holds the address of each word at that address.
#[test]
fn every_form_of_a_multitype_operand_has_its_value() {
    let forms: [(&[u8], u16); 18] = [
        (&[0x00], 0),
        (&[0x3f], 63),
        (&[0x40 | 17], 0x1234),
        (&[0x86], 64),
        (&[0x87], 128),
        (&[0x88], 256),
        (&[0x8f], 32768),
        (&[0xe0], 65504),
        (&[0xff], 65535),
        (&[0x90, 0x00], 61440),
        (&[0x9f, 0xff], 65535),
        (&[0xa0, 0x07], 7),
        (&[0xbf, 0xff], 8191),
        (&[0xc0, 34], 0x1234),
        (&[0xc4, 0x01], 0x5678),
        (&[0x80, 0xab, 0xcd], 0xabcd),
        (&[0x81, 0x04, 0x01], 0x5678),
        (&[0x81, 0x00, 0x22], 0x1234),
    ];
    for (octets, value) in forms {
        let code = Code::default().values(LOAD, &[34, 0x1234]).values(LOAD, &[0x401, 0x5678]);
        let code = code.raw(&[LOAD, 36]).raw(octets);
        assert_eq!(words(code, &[])[2], value, "{octets:02x?}");
    }
}

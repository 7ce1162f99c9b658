//! Programs of RFC 4465, whose bytecode its appendix A prints, and the forms of the operands.

use super::*;

/// Checks the bytecode against hexadecimal digits; END-MESSAGE leaves out trailing operands of 0, as RFC 4465 does.
#[track_caller]
fn assert_assembles(code: &Assembler, digits: &str) {
    let mut octets = code.assemble().octets;
    while octets.last() == Some(&0) {
        octets.pop();
    }
    let hex: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    assert_eq!(hex, digits.replace(char::is_whitespace, ""));
}

fn ending(code: &mut Assembler) {
    code.end_message(0, 0, NewState::NONE);
}

#[test]
fn bit_manipulation_of_rfc_4465_a_1_1() {
    let mut code = Assembler::new(128);
    let start = code.label();
    let (a, b) = (Word::at(64), Word::at(66));
    let first = Word::after(start, 0);
    code.jump(start);
    code.pad_to(255);
    code.place(start);
    code.and(first, 21845);
    code.or(a, 42);
    code.not(b);
    code.lshift(a, 3);
    code.rshift(b, 65535);
    code.output(64, 4);
    code.and(a, first);
    code.or(a, a);
    code.not(a);
    code.lshift(b, a);
    code.rshift(a, b);
    code.output(64, 4);
    ending(&mut code);
    let padding = "00".repeat(124);
    let rest = "01c000ff805555 02202a 0321 042003 0521ff 228604 0120c0ff 022060 0320 042160 052061 228604 23";
    assert_assembles(&code, &format!("16a07f {padding} {rest}"));
}

#[test]
fn huffman_of_rfc_4465_a_1_11() {
    let mut code = Assembler::new(128);
    let (start, end_of_message) = (code.label(), code.label());
    let (order, result) = (Word::at(68), 70);
    code.place(start);
    // The ranges of that program are words of the memory, which `HuffmanRange` leaves out.
    let words =
        [value(order), value(0), value(order), value(order), value(order), value(0), value(65535), value(0)];
    let mut operands = vec![value(result), Operand::Address(end_of_message.into()), number(2)];
    operands.extend(words);
    code.emit(opcode::INPUT_HUFFMAN, operands);
    code.output(result, 2);
    code.add(order, 1);
    code.remainder(order, 7);
    code.add(order, 1);
    code.jump(start);
    code.place(end_of_message);
    ending(&mut code);
    assert_assembles(&code, "1ea0461c02620062626200ff00 22a04602 062201 0a2207 062201 16e6 23");
}

#[test]
fn program_flow_of_rfc_4465_a_1_14() {
    let mut code = Assembler::new(128);
    let [a, b, c, d, e, f, g] = [(); 7].map(|()| code.label());
    let (next_address, counter, switch_counter) = (Word::at(64), Word::at(66), Word::at(68));
    code.load(68, 4);
    code.place(a);
    code.load(64, c);
    code.subtract(next_address, b);
    code.output(67, 1);
    code.place(b);
    code.jump(next_address);
    code.place(c);
    code.add(counter, 1);
    code.load(64, a);
    code.subtract(next_address, d);
    code.output(67, 1);
    code.place(d);
    code.compare(counter, 6, next_address, c, e);
    code.place(e);
    code.subtract(switch_counter, 1);
    code.load(64, a);
    code.subtract(next_address, f);
    code.output(67, 1);
    code.place(f);
    code.switch(switch_counter, &[g.into(), next_address.into(), c.into(), e.into()]);
    code.place(g);
    ending(&mut code);
    // The RFC keeps the order #n, %j of the operands: 4, then the word 34.
    assert_assembles(
        &code,
        "0ea04404 0e86a092 0720a090 22a04301 1660 062101 0e86a084 0720a0a1 22a04301 17610660f106 072201 0e86a084 \
         0720a0b6 22a04301 1a04620860 9fdcf1 23",
    );
}

#[test]
fn crc_of_rfc_4465_a_1_9() {
    let mut code = Assembler::new(128);
    let failure = code.label();
    code.memset(70, 24, 1, 1);
    code.memset(94, 20, 128, 1);
    code.input_bytes(2, 68, failure);
    code.crc(Word::at(68), 70, 44, failure);
    ending(&mut code);
    code.place(failure);
    code.decompression_failure();
    assert_assembles(&code, "15a046180101 15a05e148701 1c02a04413 1b62a0462c0e 23");
}

#[test]
fn multiload_of_rfc_4465_a_1_5() {
    let mut code = Assembler::new(128);
    let (failure, position, end) = (code.label(), code.label(), code.label());
    let (start, location_a, location_b) = (Word::at(64), Word::at(128), Word::at(132));
    code.load(128, 132);
    code.load(130, location_a);
    code.load(location_a, 134);
    code.load(location_b, location_b);
    code.output(128, 8);
    code.input_bytes(1, 65, failure);
    code.multiply(start, 2);
    code.add(start, 60);
    code.multiload(start, &[position.plus(0u16.wrapping_sub(7)), end.plus(0u16.wrapping_sub(1)), 128.into()]);
    code.place(position);
    code.multiload(start, &[42.into(), 128.into(), location_a.into(), location_b.into()]);
    code.place(end);
    code.output(128, 8);
    ending(&mut code);
    code.place(failure);
    code.decompression_failure();
    // The trailing operands of END-MESSAGE are written out here, since DECOMPRESSION-FAILURE follows; RFC 4465 lets
    // the zeros of the memory be both.
    let octets = code.assemble().octets;
    let expected = [
        0x0e, 0x87, 0xa0, 0x84, 0x0e, 0xa0, 0x82, 0xc0, 0x80, 0x0e, 0xc0, 0x80, 0xa0, 0x86, 0x0e, 0xc0, 0x84,
        0xc0, 0x84, 0x22, 0x87, 0x08, 0x1c, 0x01, 0xa0, 0x41, 0x27, 0x08, 0x20, 0x02, 0x06, 0x20, 0x3c, 0x0f,
        0x60, 0x03, 0xa0, 0xa2, 0xa0, 0xb1, 0x87, 0x0f, 0x60, 0x04, 0x2a, 0x87, 0xc0, 0x80, 0xc0, 0x84, 0x22,
        0x87, 0x08, 0x23,
    ];
    assert_eq!(&octets[..expected.len()], expected);
}

/// Assembles one operand of each form by itself.
fn immediate_form(number: u16) -> Vec<u8> {
    let mut code = Assembler::new(128);
    code.push(number);
    code.assemble().octets[1..].to_vec()
}

#[test]
fn numbers_take_the_shortest_form_of_figure_10() {
    for (number, form) in [
        (0, &[0x00][..]),
        (63, &[0x3f]),
        (64, &[0x86]),
        (65, &[0xa0, 65]),
        (128, &[0x87]),
        (256, &[0x88]),
        (8191, &[0xbf, 0xff]),
        (8192, &[0x8d]),
        (8193, &[0x80, 0x20, 0x01]),
        (32768, &[0x8f]),
        (61439, &[0x80, 0xef, 0xff]),
        (61440, &[0x90, 0x00]),
        (65503, &[0x9f, 0xdf]),
        (65504, &[0xe0]),
        (65535, &[0xff]),
    ] {
        assert_eq!(immediate_form(number), form, "{number}");
    }
}

#[test]
fn words_take_the_shortest_form_of_figures_9_and_10() {
    let push = |address| {
        let mut code = Assembler::new(128);
        code.push(Word::at(address));
        code.assemble().octets[1..].to_vec()
    };
    assert_eq!(push(126), [0x7f]);
    assert_eq!(push(127), [0xc0, 127]);
    assert_eq!(push(8191), [0xdf, 0xff]);
    assert_eq!(push(8192), [0x81, 0x20, 0x00]);
    let not = |address| {
        let mut code = Assembler::new(128);
        code.not(Word::at(address));
        code.assemble().octets[1..].to_vec()
    };
    assert_eq!(not(254), [0x7f]);
    assert_eq!(not(255), [0xc0, 0, 255]);
    assert_eq!(not(256), [0x80, 128]);
    assert_eq!(not(32766), [0xbf, 0xff]);
    assert_eq!(not(32768), [0xc0, 0x80, 0x00]);
}

#[test]
fn a_jump_grows_when_its_target_moves_away() {
    let distance = |between: usize| {
        let mut code = Assembler::new(128);
        let target = code.label();
        code.jump(target);
        code.octets(&vec![0; between]);
        code.place(target);
        (code.assemble().octets.len() - between, code.assemble().address(target) as usize - 128)
    };
    assert_eq!(distance(61), (2, 63));
    assert_eq!(distance(62), (2, 64), "a power of two is short again");
    assert_eq!(distance(63), (3, 66), "two octets push the target on");
    assert_eq!(distance(8191), (4, 8195));
}

#[test]
#[should_panic(expected = "a label that is used is placed")]
fn a_label_that_is_not_placed_is_the_programmers_fault() {
    let mut code = Assembler::new(128);
    let nowhere = code.label();
    code.jump(nowhere);
    let _ = code.assemble();
}

use proptest::prelude::*;

use super::*;

/// A memory whose octets after the registers count upwards.
fn memory(size: usize, left: u16, right: u16) -> Memory {
    let mut memory = Memory::new(size);
    for (address, octet) in memory.0.iter_mut().enumerate() {
        *octet = (address % 251) as u8;
    }
    memory.set_word(BYTE_COPY_LEFT, left).unwrap();
    memory.set_word(BYTE_COPY_RIGHT, right).unwrap();
    memory
}

/// The addresses that a copy of `length` octets from `start` visits, one at a time as RFC 3320 8.4 words it.
fn visited(memory: &Memory, start: u16, length: u16) -> Vec<u16> {
    let (left, right) = (memory.word(BYTE_COPY_LEFT).unwrap(), memory.word(BYTE_COPY_RIGHT).unwrap());
    let mut visited = Vec::new();
    let mut m = start;
    for _ in 0..length {
        visited.push(m);
        let k = m.wrapping_add(1);
        m = if k == right { left } else { k };
    }
    visited
}

#[test]
fn copying_from_the_left_enters_the_buffer_and_wraps_in_it() {
    let mut memory = memory(200, 110, 120);
    memory.write(105, b"abcdefghijklmnopqrs").unwrap();
    assert_eq!(&memory.0[105..121], b"abcdepqrsjklmno\x78", "octets f to i were overwritten after the wrap");
}

#[test]
fn copying_right_of_the_buffer_never_wraps() {
    let mut memory = memory(200, 110, 120);
    memory.write(120, b"abcdefghijklmno").unwrap();
    assert_eq!(&memory.0[120..135], b"abcdefghijklmno");
}

#[test]
fn copying_skips_what_lies_between_bounds_that_are_swapped() {
    let mut memory = memory(200, 130, 110);
    memory.write(105, b"abcdefgh").unwrap();
    assert_eq!((&memory.0[105..110], &memory.0[130..133]), (&b"abcde"[..], &b"fgh"[..]));
}

#[test]
fn a_copy_reads_what_it_has_written() {
    let mut memory = memory(200, 0, 0);
    memory.write(100, b"ab").unwrap();
    assert_eq!(memory.copy(100, 7, 102), Ok(109));
    assert_eq!(&memory.0[100..109], b"ababababa");
}

#[test]
fn moving_left_passes_from_the_left_bound_to_the_right_one() {
    let bounds = CopyBounds { left: 100, right: 110 };
    assert_eq!(bounds.before(105, 5), 100);
    assert_eq!(bounds.before(105, 6), 109);
    assert_eq!(bounds.before(105, 16), 109, "around the buffer once more");
    assert_eq!(bounds.before(200, 3), 197, "outside the buffer");
    assert_eq!(bounds.before(2, 5), 65533, "addresses wrap at 65536");
}

#[test]
fn words_wrap_at_the_end_of_the_addresses_but_not_of_a_smaller_memory() {
    let mut memory = Memory::new(65_536);
    memory.set_word(65_535, 0xabcd).unwrap();
    assert_eq!(
        (memory.octet(65_535), memory.octet(0), memory.word(65_535)),
        (Ok(0xab), Ok(0xcd), Ok(0xabcd))
    );
    let mut memory = Memory::new(1000);
    assert_eq!(memory.set_word(999, 1), Err(Reason::Segfault));
    assert_eq!(memory.word(999), Err(Reason::Segfault));
    assert_eq!(memory.word(998), Ok(0));
}

#[test]
fn nothing_is_copied_beyond_the_memory() {
    let mut memory = memory(200, 0, 0);
    assert_eq!(memory.write(199, b"ab"), Err(Reason::Segfault));
    assert_eq!(memory.copy(100, 2, 199), Err(Reason::Segfault));
    assert_eq!(memory.copy(199, 2, 100), Err(Reason::Segfault));
    assert_eq!(memory.read(199, 2, &mut Vec::new()), Err(Reason::Segfault));
    assert_eq!(memory.fill(65_535, 1, 0, 0), Err(Reason::Segfault));
    assert_eq!(memory.copy(199, 1, 198), Ok(199));
    assert_eq!(memory.copy(60_000, 0, 50_000), Ok(50_000), "no octet, no address");
}

/// Addresses near each other, and near the end.
fn address() -> impl Strategy<Value = u16> {
    prop_oneof![80..140_u16, 80..140_u16, 65_500..=65_535_u16, 0..3_u16]
}

proptest! {
    #[test]
    fn copies_equal_one_octet_at_a_time(
        bounds in (address(), address()), from in address(), to in address(), length in 0..300_u16,
    ) {
        let mut memory = memory(65_536, bounds.0, bounds.1);
        let mut expected = memory.0.clone();
        for (from, to) in visited(&memory, from, length).into_iter().zip(visited(&memory, to, length)) {
            expected[usize::from(to)] = expected[usize::from(from)];
        }
        let next = visited(&memory, to, length + 1)[usize::from(length)];
        prop_assert_eq!(memory.copy(from, length, to), Ok(next));
        prop_assert_eq!(memory.0, expected);
    }

    #[test]
    fn reads_and_writes_visit_the_same_octets(bounds in (address(), address()), at in address(), length in 0..300_u16) {
        let mut memory = memory(65_536, bounds.0, bounds.1);
        let visited = visited(&memory, at, length);
        let mut read = Vec::new();
        memory.read(at, length, &mut read).unwrap();
        prop_assert_eq!(&read, &visited.iter().map(|at| memory.0[usize::from(*at)]).collect::<Vec<_>>());

        let mut expected = memory.0.clone();
        visited.iter().zip(0_u8..=255).for_each(|(at, value)| expected[usize::from(*at)] = value.wrapping_mul(3));
        if length <= 256 {
            memory.fill(at, length, 0, 3).unwrap();
            prop_assert_eq!(memory.0, expected);
        }
    }

    #[test]
    fn moving_left_equals_one_step_at_a_time(left in address(), right in address(), at in address(), offset in 0..400_u16) {
        let bounds = CopyBounds { left, right };
        let mut expected = at;
        for _ in 0..offset {
            expected = if expected == left { right.wrapping_sub(1) } else { expected.wrapping_sub(1) };
        }
        prop_assert_eq!(bounds.before(at, offset), expected);
    }
}

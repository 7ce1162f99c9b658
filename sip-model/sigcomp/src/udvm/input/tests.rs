use proptest::prelude::*;

use super::BitOrder::{LeastSignificantFirst, MostSignificantFirst};
use super::*;

#[test]
fn bits_leave_an_octet_from_either_end() {
    let mut input = Input::new(&[0b1011_0001, 0xff]);
    input.pass_in(MostSignificantFirst);
    assert_eq!(input.take_bits(3, MostSignificantFirst), Some(0b101));
    assert_eq!(input.take_bits(3, LeastSignificantFirst), Some(0b001), "1, 0, 0 arrive");
    let mut input = Input::new(&[0b1011_0001, 0xff]);
    input.pass_in(LeastSignificantFirst);
    assert_eq!(input.take_bits(3, MostSignificantFirst), Some(0b100), "1, 0, 0 arrive");
    assert_eq!(input.take_bits(3, LeastSignificantFirst), Some(0b110), "0, 1, 1 arrive");
}

#[test]
fn a_change_of_the_p_bit_discards_the_fraction_even_for_no_bits() {
    let mut input = Input::new(&[0xf0, 0x81]);
    input.pass_in(MostSignificantFirst);
    assert_eq!(input.take_bits(4, MostSignificantFirst), Some(0xf));
    input.pass_in(LeastSignificantFirst);
    assert_eq!(input.take_bits(0, MostSignificantFirst), Some(0));
    assert_eq!(input.take_bits(8, LeastSignificantFirst), Some(0x81));
}

#[test]
fn a_request_past_the_end_takes_nothing() {
    let mut input = Input::new(&[1, 2, 3]);
    assert_eq!(input.take_octets(6), None);
    assert_eq!(input.take_octets(2), Some(&[1, 2][..]));
    assert_eq!(input.take_bits(9, MostSignificantFirst), None);
    assert_eq!(input.take_bits(8, MostSignificantFirst), Some(3));
}

#[test]
fn octets_asked_for_in_vain_still_discard_the_fraction() {
    let mut input = Input::new(&[0xff, 0xaa]);
    assert_eq!(input.take_bits(3, MostSignificantFirst), Some(7));
    assert_eq!(input.take_octets(2), None);
    assert_eq!(input.take_bits(8, MostSignificantFirst), Some(0xaa));
    assert_eq!(input.take_octets(0), Some(&[][..]));
}

#[test]
fn the_register_has_three_flags() {
    let InputBitOrder { passed, huffman, bits } = InputBitOrder::from_register(0b100).unwrap();
    assert_eq!((passed, huffman, bits), (MostSignificantFirst, MostSignificantFirst, LeastSignificantFirst));
    assert!(InputBitOrder::from_register(7).is_ok());
    assert!(matches!(InputBitOrder::from_register(8), Err(Reason::BadInputBitorder)));
}

/// Bits of a message in the order in which they are passed, and how many are left in the octet begun.
struct Model {
    octets: Vec<u8>,
    begun: Vec<bool>,
    order: BitOrder,
}

impl Model {
    fn bit(&mut self) -> Option<bool> {
        if self.begun.is_empty() {
            if self.octets.is_empty() {
                return None;
            }
            let octet = self.octets.remove(0);
            self.begun = (0..8).map(|bit| octet >> bit & 1 == 1).collect();
            if self.order == MostSignificantFirst {
                self.begun.reverse();
            }
        }
        Some(self.begun.remove(0))
    }

    fn take(&mut self, length: u32, order: BitOrder) -> Option<u16> {
        if self.begun.len() + 8 * self.octets.len() < length as usize {
            return None;
        }
        let mut value = 0;
        for index in 0..length {
            let bit = u16::from(self.bit().unwrap());
            match order {
                MostSignificantFirst => value = value << 1 | bit,
                LeastSignificantFirst => value |= bit << index,
            }
        }
        Some(value)
    }
}

fn order() -> impl Strategy<Value = BitOrder> {
    prop_oneof![Just(MostSignificantFirst), Just(LeastSignificantFirst)]
}

proptest! {
    #[test]
    fn bits_equal_those_of_a_bit_by_bit_model(
        octets in prop::collection::vec(any::<u8>(), 0..12),
        requests in prop::collection::vec((order(), order(), 0..=16_u32), 0..12),
    ) {
        let mut input = Input::new(&octets);
        let mut model = Model { octets: octets.clone(), begun: Vec::new(), order: MostSignificantFirst };
        for (passed, integer, length) in requests {
            input.pass_in(passed);
            if model.order != passed {
                model.begun.clear();
                model.order = passed;
            }
            prop_assert_eq!(input.take_bits(length, integer), model.take(length, integer));
        }
    }
}

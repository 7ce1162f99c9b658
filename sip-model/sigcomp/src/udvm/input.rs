//! Compressed data as the INPUT instructions ask for it (RFC 3320 8.2).

use crate::failure::Reason;

/// The part of a message that the UDVM has not read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a> {
    octets: &'a [u8],
    /// What is left of an octet that was read in part: `held_bits` bits, the next to be passed on top.
    held: u32,
    held_bits: u32,
    /// The P-bit under which the octet was read.
    order: BitOrder,
}

/// An order of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BitOrder {
    MostSignificantFirst,
    LeastSignificantFirst,
}

/// The `input_bit_order` register.
#[derive(Clone, Copy, Debug)]
pub(super) struct InputBitOrder {
    /// The P-bit: how bits leave an octet.
    pub(super) passed: BitOrder,
    /// The H-bit: how INPUT-HUFFMAN reads integers.
    pub(super) huffman: BitOrder,
    /// The F-bit: how INPUT-BITS reads integers.
    pub(super) bits: BitOrder,
}

impl InputBitOrder {
    //= RFC 3320 8.2: failure if the input_bit_order register does not lie between 0 and 7 inclusive
    pub(super) fn from_register(register: u16) -> Result<Self, Reason> {
        if register > 7 {
            return Err(Reason::BadInputBitorder);
        }
        let order = |flag| {
            if register & flag == 0 {
                BitOrder::MostSignificantFirst
            } else {
                BitOrder::LeastSignificantFirst
            }
        };
        Ok(Self { passed: order(1), huffman: order(2), bits: order(4) })
    }
}

impl<'a> Input<'a> {
    pub(super) fn new(octets: &'a [u8]) -> Self {
        Self { octets, held: 0, held_bits: 0, order: BitOrder::MostSignificantFirst }
    }

    /// The next `length` whole octets; `None`, with nothing taken, if there are fewer.
    //= RFC 3320 9.4.2: the fraction of a byte MUST be discarded
    //= RFC 4896 3.1: the partial byte should be thrown away even if there are not enough bytes to input
    pub(super) fn take_octets(&mut self, length: u16) -> Option<&'a [u8]> {
        self.discard_fraction();
        let (taken, rest) = self.octets.split_at_checked(usize::from(length))?;
        self.octets = rest;
        Some(taken)
    }

    /// Makes ready to pass bits in `order`.
    //= RFC 3320 8.2: if the P-bit has changed, any fraction of a byte still held MUST be discarded
    pub(super) fn pass_in(&mut self, order: BitOrder) {
        if order != self.order {
            self.discard_fraction();
            self.order = order;
        }
    }

    /// The next `length` bits, at most 16, as an integer whose bits arrive in `order`; `None`, with nothing taken, if
    /// there are fewer.
    pub(super) fn take_bits(&mut self, length: u32, order: BitOrder) -> Option<u16> {
        let (mut bits, mut available, mut octets) = (self.held, self.held_bits, self.octets);
        while available < length {
            let (&octet, rest) = octets.split_first()?;
            let octet = match self.order {
                BitOrder::MostSignificantFirst => octet,
                BitOrder::LeastSignificantFirst => octet.reverse_bits(),
            };
            bits = bits << 8 | u32::from(octet);
            available += 8;
            octets = rest;
        }
        self.octets = octets;
        self.held_bits = available - length;
        self.held = bits & ((1 << self.held_bits) - 1);
        let taken = bits >> self.held_bits;
        let value = match order {
            BitOrder::MostSignificantFirst => taken,
            BitOrder::LeastSignificantFirst if length == 0 => 0,
            BitOrder::LeastSignificantFirst => taken.reverse_bits() >> (u32::BITS - length),
        };
        Some(u16::try_from(value).expect("at most 16 bits are taken"))
    }

    fn discard_fraction(&mut self) {
        self.held = 0;
        self.held_bits = 0;
    }
}

#[cfg(test)]
mod tests;

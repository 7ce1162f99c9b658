//! Operands of variable length (RFC 3320 8.5).

use super::Udvm;
use crate::failure::Reason;

impl Udvm<'_> {
    /// The octet at the place where the instruction is decoded.
    #[inline]
    pub(super) fn octet(&mut self) -> Result<u8, Reason> {
        let octet = self.memory.octet(self.next)?;
        self.next = self.next.wrapping_add(1);
        Ok(octet)
    }

    #[inline]
    fn following_word(&mut self) -> Result<u16, Reason> {
        let word = self.memory.word(self.next)?;
        self.next = self.next.wrapping_add(2);
        Ok(word)
    }

    /// A literal operand (#). RFC 3320 8.5, figure 8.
    pub(super) fn literal(&mut self) -> Result<u16, Reason> {
        match self.octet()? {
            short @ 0..=0x7f => Ok(short.into()),
            first @ 0x80..=0xbf => Ok(u16::from_be_bytes([first & 0x3f, self.octet()?])),
            0xc0 => self.following_word(),
            0xc1.. => Err(Reason::InvalidOperand),
        }
    }

    /// The address that a reference operand ($) names, where its value is found. RFC 3320 8.5, figure 9.
    #[inline]
    pub(super) fn reference(&mut self) -> Result<u16, Reason> {
        match self.octet()? {
            short @ 0..=0x7f => Ok(2 * u16::from(short)),
            first @ 0x80..=0xbf => Ok(2 * u16::from_be_bytes([first & 0x3f, self.octet()?])),
            0xc0 => self.following_word(),
            0xc1.. => Err(Reason::InvalidOperand),
        }
    }

    /// A multitype operand (%). RFC 3320 8.5, figure 10.
    #[inline]
    pub(super) fn multitype(&mut self) -> Result<u16, Reason> {
        let first = self.octet()?;
        let form = MULTITYPE[usize::from(first)];
        let integer = match form.following {
            Following::None => form.base,
            Following::Octet => form.base + u16::from(self.octet()?),
            Following::Word => self.following_word()?,
            Following::Undefined => return Err(Reason::InvalidOperand),
        };
        match form.meaning {
            Meaning::Value => Ok(integer),
            Meaning::Address => self.memory.word(integer),
        }
    }

    /// An address operand (@): relative to the instruction.
    //= RFC 3320 8.5: operand_value = (memory_address_of_instruction + D) modulo 2^16
    #[inline]
    pub(super) fn address(&mut self) -> Result<u16, Reason> {
        Ok(self.pc.wrapping_add(self.multitype()?))
    }

    /// Passes over a multitype operand without looking up what it refers to.
    pub(super) fn skip_multitype(&mut self) -> Result<(), Reason> {
        let first = self.octet()?;
        match MULTITYPE[usize::from(first)].following {
            Following::None => Ok(()),
            Following::Octet => self.octet().map(drop),
            Following::Word => self.following_word().map(drop),
            Following::Undefined => Err(Reason::InvalidOperand),
        }
    }
}

/// What the first octet of a multitype operand says.
#[derive(Clone, Copy)]
struct Form {
    /// The integer, or the part of it that the first octet holds.
    base: u16,
    following: Following,
    meaning: Meaning,
}

/// How an operand goes on after its first octet.
#[derive(Clone, Copy)]
enum Following {
    /// It does not.
    None,
    /// With the eight least significant bits of the integer.
    Octet,
    /// With the whole integer.
    Word,
    /// The first octet begins no operand.
    Undefined,
}

/// What the integer is.
#[derive(Clone, Copy)]
enum Meaning {
    Value,
    Address,
}

/// The form of a multitype operand for each first octet. RFC 3320 8.5, figure 10.
const MULTITYPE: [Form; 256] = {
    let mut forms = [form(0); 256];
    let mut first = 0;
    while first < 256 {
        forms[first] = form(first as u8);
        first += 1;
    }
    forms
};

const fn form(first: u8) -> Form {
    let octet = first as u16;
    let (base, following, meaning) = match first {
        0x00..=0x3f => (octet, Following::None, Meaning::Value),
        0x40..=0x7f => (2 * (octet & 0x3f), Following::None, Meaning::Address),
        0x80 => (0, Following::Word, Meaning::Value),
        0x81 => (0, Following::Word, Meaning::Address),
        0x82..=0x85 => (0, Following::Undefined, Meaning::Value),
        0x86..=0x87 => (1 << (octet - 0x86 + 6), Following::None, Meaning::Value),
        0x88..=0x8f => (1 << (octet - 0x88 + 8), Following::None, Meaning::Value),
        0x90..=0x9f => (((octet & 0x0f) << 8) + 61440, Following::Octet, Meaning::Value),
        0xa0..=0xbf => ((octet & 0x1f) << 8, Following::Octet, Meaning::Value),
        0xc0..=0xdf => ((octet & 0x1f) << 8, Following::Octet, Meaning::Address),
        0xe0..=0xff => ((octet & 0x1f) + 65504, Following::None, Meaning::Value),
    };
    Form { base, following, meaning }
}

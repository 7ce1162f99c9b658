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
        match self.octet()? {
            small @ 0..=0x3f => Ok(small.into()),
            near @ 0x40..=0x7f => self.memory.word(2 * u16::from(near & 0x3f)),
            0x80 => self.following_word(),
            0x81 => {
                let address = self.following_word()?;
                self.memory.word(address)
            }
            0x82..=0x85 => Err(Reason::InvalidOperand),
            power @ 0x86..=0x87 => Ok(1 << (power - 0x86 + 6)),
            power @ 0x88..=0x8f => Ok(1 << (power - 0x88 + 8)),
            first @ 0x90..=0x9f => Ok(u16::from_be_bytes([first & 0x0f, self.octet()?]) + 61440),
            first @ 0xa0..=0xbf => Ok(u16::from_be_bytes([first & 0x1f, self.octet()?])),
            first @ 0xc0..=0xdf => {
                let address = u16::from_be_bytes([first & 0x1f, self.octet()?]);
                self.memory.word(address)
            }
            negative @ 0xe0.. => Ok(u16::from(negative & 0x1f) + 65504),
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
        let more = match self.octet()? {
            0..=0x7f | 0x86..=0x8f | 0xe0.. => 0,
            0x82..=0x85 => return Err(Reason::InvalidOperand),
            0x90..=0xdf => 1,
            0x80 | 0x81 => 2,
        };
        for _ in 0..more {
            self.octet()?;
        }
        Ok(())
    }
}

//! Program flow instructions (RFC 3320 9.3).

use std::cmp::Ordering;

use super::Udvm;
use crate::failure::Reason;

impl Udvm<'_> {
    /// JUMP (@address)
    pub(super) fn jump(&mut self) -> Result<(), Reason> {
        let address = self.address()?;
        self.go_to(address)
    }

    /// COMPARE (%value_1, %value_2, @address_1, @address_2, @address_3)
    pub(super) fn compare(&mut self) -> Result<(), Reason> {
        let (first, second) = (self.multitype()?, self.multitype()?);
        let (less, equal, greater) = (self.address()?, self.address()?, self.address()?);
        self.go_to(match first.cmp(&second) {
            Ordering::Less => less,
            Ordering::Equal => equal,
            Ordering::Greater => greater,
        })
    }

    /// CALL (@address)
    pub(super) fn call(&mut self) -> Result<(), Reason> {
        let address = self.address()?;
        self.push(self.next)?;
        self.go_to(address)
    }

    /// RETURN
    pub(super) fn return_from_call(&mut self) -> Result<(), Reason> {
        let address = self.pop()?;
        self.go_to(address)
    }

    /// SWITCH (#n, %j, @address_0, @address_1, ... , @address_n-1)
    pub(super) fn switch(&mut self) -> Result<(), Reason> {
        let (n, j) = (self.literal()?, self.multitype()?);
        self.pay(n.into())?;
        let mut chosen = None;
        for index in 0..n {
            let address = self.address()?;
            if index == j {
                chosen = Some(address);
            }
        }
        self.go_to(chosen.ok_or(Reason::SwitchValueTooHigh)?)
    }

    /// CRC (%value, %position, %length, @address)
    pub(super) fn crc(&mut self) -> Result<(), Reason> {
        let (value, position, length) = (self.multitype()?, self.multitype()?, self.multitype()?);
        let address = self.address()?;
        self.pay(length.into())?;
        let mut text = Vec::with_capacity(length.into());
        self.memory.read(position, length, &mut text)?;
        if frame_check_sequence(&text) == value { Ok(()) } else { self.go_to(address) }
    }

    /// Goes on at `address`.
    //= RFC 3320 9.3.1: failure if the value of the address operand lies beyond the overall UDVM memory size
    #[inline]
    pub(super) fn go_to(&mut self, address: u16) -> Result<(), Reason> {
        if usize::from(address) >= self.memory.size() {
            return Err(Reason::Segfault);
        }
        self.next = address;
        Ok(())
    }
}

/// The 16-bit frame check sequence of RFC 1662 C.2, before the complement that PPP adds when it sends it.
//= RFC 3320 9.3.5: the CRC value is computed exactly as defined for the 16-bit FCS calculation in RFC 1662
fn frame_check_sequence(text: &[u8]) -> u16 {
    text.iter().fold(u16::MAX, |fcs, octet| {
        let [low, _] = fcs.to_le_bytes();
        fcs >> 8 ^ FCS_TABLE[usize::from(low ^ octet)]
    })
}

/// What each octet adds: x^16 + x^12 + x^5 + 1, least significant bit first.
const FCS_TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let mut fcs = octet as u16;
        let mut bit = 0;
        while bit < 8 {
            fcs = if fcs & 1 == 0 { fcs >> 1 } else { fcs >> 1 ^ 0x8408 };
            bit += 1;
        }
        table[octet] = fcs;
        octet += 1;
    }
    table
};

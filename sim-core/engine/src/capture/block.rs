//! One block of a pcapng file, put together in memory: its length stands at both of its ends.

use std::io;

use super::too_long;

/// A block under construction; little-endian.
#[derive(Debug)]
pub(super) struct Block {
    octets: Vec<u8>,
}

impl Block {
    pub(super) const fn new() -> Block {
        Block { octets: Vec::new() }
    }

    /// Forgets the block before, and begins one of type `kind`.
    pub(super) fn begin(&mut self, kind: u32) {
        self.octets.clear();
        self.u32(kind);
        self.u32(0);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.octets.extend(value.to_le_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.octets.extend(value.to_le_bytes());
    }

    /// Adds `octets`, and zeros up to a multiple of four.
    pub(super) fn padded(&mut self, octets: &[u8]) {
        self.octets.extend(octets);
        self.octets.resize(self.octets.len().next_multiple_of(4), 0);
    }

    /// Adds an option; [`io::ErrorKind::InvalidInput`] when its value exceeds 65,535 octets.
    pub(super) fn option(&mut self, code: u16, value: &[u8]) -> io::Result<()> {
        //= draft-ietf-opsawg-pcapng-01 3.5: code, length without padding, value padded to 32 bits
        let length = u16::try_from(value.len()).map_err(|_| too_long("a name or comment"))?;
        self.u16(code);
        self.u16(length);
        self.padded(value);
        Ok(())
    }

    pub(super) fn end_of_options(&mut self) {
        self.u32(0);
    }

    /// The octets of the finished block.
    pub(super) fn end(&mut self) -> io::Result<&[u8]> {
        //= draft-ietf-opsawg-pcapng-01 3.1: the total length counts the whole block and stands at both ends
        let total = u32::try_from(self.octets.len() + 4).map_err(|_| too_long("a packet"))?;
        self.u32(total);
        self.octets[4..8].copy_from_slice(&total.to_le_bytes());
        Ok(&self.octets)
    }
}

//! UDVM memory and the rules of byte copying (RFC 3320 8.4, RFC 4896 4).

use crate::failure::Reason;

/// The memory of one UDVM: at most 65,536 octets. Every access beyond its size is a [`Reason::Segfault`].
#[derive(Debug)]
pub(super) struct Memory(Vec<u8>);

/// `byte_copy_left` and `byte_copy_right` as they stand when an instruction starts to copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct CopyBounds {
    left: u16,
    right: u16,
}

impl CopyBounds {
    /// The address that follows `address` when octets are copied.
    //= RFC 3320 8.4: if k = byte_copy_right then n := byte_copy_left, else n := k, where k := m + 1 (modulo 2^16)
    fn after(self, address: u16) -> u16 {
        let next = address.wrapping_add(1);
        if next == self.right { self.left } else { next }
    }

    /// Octets from `address` on that follow each other in memory: up to the right bound or the end of the addresses.
    fn run(self, address: u16) -> usize {
        let end = if self.right > address { usize::from(self.right) } else { ADDRESSES };
        end - usize::from(address)
    }

    /// The address `offset` octets before `address`.
    //= RFC 4896 4: moving to the left, byte_copy_left is preceded by byte_copy_right - 1
    pub(super) fn before(self, address: u16, offset: u16) -> u16 {
        let to_left = address.wrapping_sub(self.left);
        if offset <= to_left {
            return address.wrapping_sub(offset);
        }
        let around = offset - to_left;
        match self.right.wrapping_sub(self.left) {
            0 => self.right.wrapping_sub(around),
            size => self.left.wrapping_add((size - around % size) % size),
        }
    }
}

const ADDRESSES: usize = 1 << 16;
const BYTE_COPY_LEFT: u16 = 64;
const BYTE_COPY_RIGHT: u16 = 66;

impl Memory {
    /// A memory of `size` zeros, at most 65,536.
    pub(super) fn new(size: usize) -> Self {
        Self(vec![0; size.min(ADDRESSES)])
    }

    pub(super) fn size(&self) -> usize {
        self.0.len()
    }

    /// The octet at `address`.
    #[inline]
    pub(super) fn octet(&self, address: u16) -> Result<u8, Reason> {
        self.0.get(usize::from(address)).copied().ok_or(Reason::Segfault)
    }

    /// The two-octet word at `address`, most significant octet first; it wraps at the end of the addresses.
    #[inline]
    pub(super) fn word(&self, address: u16) -> Result<u16, Reason> {
        let at = usize::from(address);
        match self.0.get(at..at + 2) {
            Some(&[high, low]) => Ok(u16::from_be_bytes([high, low])),
            _ => Ok(u16::from_be_bytes([self.octet(address)?, self.octet(address.wrapping_add(1))?])),
        }
    }

    /// Sets the word at `address`.
    #[inline]
    pub(super) fn set_word(&mut self, address: u16, word: u16) -> Result<(), Reason> {
        let octets = word.to_be_bytes();
        let at = usize::from(address);
        if let Some(place) = self.0.get_mut(at..at + 2) {
            place.copy_from_slice(&octets);
            return Ok(());
        }
        self.slice_mut(address, 1)?[0] = octets[0];
        self.slice_mut(address.wrapping_add(1), 1)?[0] = octets[1];
        Ok(())
    }

    /// The octets from `address` to the end of the memory; none if it lies beyond.
    pub(super) fn from(&self, address: u16) -> &[u8] {
        self.0.get(usize::from(address)..).unwrap_or_default()
    }

    /// Places octets without byte copying; those that do not fit are a [`Reason::Segfault`].
    pub(super) fn place(&mut self, address: u16, octets: &[u8]) -> Result<(), Reason> {
        self.slice_mut(address, octets.len())?.copy_from_slice(octets);
        Ok(())
    }

    /// The registers that bound byte copying.
    pub(super) fn copy_bounds(&self) -> Result<CopyBounds, Reason> {
        Ok(CopyBounds { left: self.word(BYTE_COPY_LEFT)?, right: self.word(BYTE_COPY_RIGHT)? })
    }

    /// Appends `length` octets, byte copied from `address`, to `out`.
    pub(super) fn read(&self, address: u16, length: u16, out: &mut Vec<u8>) -> Result<(), Reason> {
        let bounds = self.copy_bounds()?;
        let (mut from, mut left) = (address, usize::from(length));
        while left > 0 {
            let run = bounds.run(from).min(left);
            let start = usize::from(from);
            out.extend_from_slice(self.0.get(start..start + run).ok_or(Reason::Segfault)?);
            from = bounds.after(last(from, run));
            left -= run;
        }
        Ok(())
    }

    /// Byte copies `octets` to `address`.
    pub(super) fn write(&mut self, address: u16, mut octets: &[u8]) -> Result<(), Reason> {
        let bounds = self.copy_bounds()?;
        let mut to = address;
        while !octets.is_empty() {
            let (part, rest) = octets.split_at(bounds.run(to).min(octets.len()));
            self.place(to, part)?;
            to = bounds.after(last(to, part.len()));
            octets = rest;
        }
        Ok(())
    }

    /// Byte copies to `address` the sequence `first`, `first + step`, … modulo 256.
    pub(super) fn fill(&mut self, address: u16, length: u16, first: u8, step: u8) -> Result<(), Reason> {
        let bounds = self.copy_bounds()?;
        let (mut to, mut left, mut value) = (address, usize::from(length), first);
        while left > 0 {
            let run = bounds.run(to).min(left);
            for place in self.slice_mut(to, run)? {
                *place = value;
                value = value.wrapping_add(step);
            }
            to = bounds.after(last(to, run));
            left -= run;
        }
        Ok(())
    }

    /// Byte copies `length` octets within the memory, one at a time; the address to which the next would go.
    pub(super) fn copy(&mut self, from: u16, length: u16, to: u16) -> Result<u16, Reason> {
        let bounds = self.copy_bounds()?;
        let (mut from, mut to, mut left) = (from, to, usize::from(length));
        while left > 0 {
            let run = bounds.run(from).min(bounds.run(to)).min(left);
            self.copy_run(usize::from(from), run, usize::from(to))?;
            from = bounds.after(last(from, run));
            to = bounds.after(last(to, run));
            left -= run;
        }
        Ok(to)
    }

    /// Copies octets that follow each other in both places, in ascending order.
    fn copy_run(&mut self, from: usize, run: usize, to: usize) -> Result<(), Reason> {
        if from.max(to) + run > self.0.len() {
            return Err(Reason::Segfault);
        }
        if to <= from || to >= from + run {
            self.0.copy_within(from..from + run, to);
        } else {
            // The copy reads what it has written: a pattern of `to - from` octets repeats.
            let window = &mut self.0[from..to + run];
            for at in to - from..window.len() {
                window[at] = window[at - (to - from)];
            }
        }
        Ok(())
    }

    /// The memory from `address` on.
    pub(super) fn words_mut(&mut self, address: u16, words: usize) -> Result<&mut [[u8; 2]], Reason> {
        Ok(self.slice_mut(address, 2 * words)?.as_chunks_mut().0)
    }

    fn slice_mut(&mut self, address: u16, length: usize) -> Result<&mut [u8], Reason> {
        let start = usize::from(address);
        self.0.get_mut(start..start + length).ok_or(Reason::Segfault)
    }
}

/// The last address of a run that does not pass the end of the addresses.
fn last(first: u16, run: usize) -> u16 {
    u16::try_from(usize::from(first) + run - 1).expect("a run ends within the addresses")
}

#[cfg(test)]
mod tests;

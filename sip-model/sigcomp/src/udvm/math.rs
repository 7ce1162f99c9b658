//! Mathematical instructions (RFC 3320 9.1).

use sha1::{Digest, Sha1};

use super::Udvm;
use crate::failure::Reason;

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    Ascending,
    Descending,
}

impl Udvm<'_> {
    /// AND, OR, LSHIFT, RSHIFT, ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER ($operand_1, %operand_2).
    #[inline]
    pub(super) fn combine(
        &mut self,
        operation: impl FnOnce(u16, u16) -> Result<u16, Reason>,
    ) -> Result<(), Reason> {
        let place = self.reference()?;
        let first = self.memory.word(place)?;
        let second = self.multitype()?;
        self.memory.set_word(place, operation(first, second)?)
    }

    /// NOT ($operand_1)
    pub(super) fn not(&mut self) -> Result<(), Reason> {
        let place = self.reference()?;
        let word = self.memory.word(place)?;
        self.memory.set_word(place, !word)
    }

    /// SORT-ASCENDING, SORT-DESCENDING (%start, %n, %k)
    //= RFC 3320 9: the cost is 1 + k * (ceiling(log2(k)) + n), the smallest i such that k <= 2^i
    pub(super) fn sort(&mut self, direction: Direction) -> Result<(), Reason> {
        let (start, n, k) = (self.multitype()?, self.multitype()?, self.multitype()?);
        let depth = u32::from(k).next_power_of_two().trailing_zeros();
        self.pay(u64::from(k) * u64::from(depth + u32::from(n)))?;
        let (n, k) = (usize::from(n), usize::from(k));
        if n == 0 || k == 0 {
            return Ok(());
        }
        let words = self.memory.words_mut(start, n * k)?;
        let mut order: Vec<usize> = (0..k).collect();
        let (keys, _) = words.split_at(k);
        match direction {
            //= RFC 3320 9.1.3: if two words have the same value, the original ordering is preserved
            Direction::Ascending => order.sort_by_key(|&at| keys[at]),
            Direction::Descending => order.sort_by_key(|&at| std::cmp::Reverse(keys[at])),
        }
        let mut before = Vec::with_capacity(k);
        for list in words.chunks_exact_mut(k) {
            before.clear();
            before.extend_from_slice(list);
            for (word, &from) in list.iter_mut().zip(&order) {
                *word = before[from];
            }
        }
        Ok(())
    }

    /// SHA-1 (%position, %length, %destination)
    pub(super) fn sha_1(&mut self) -> Result<(), Reason> {
        let (position, length, destination) = (self.multitype()?, self.multitype()?, self.multitype()?);
        self.pay(length.into())?;
        let mut text = Vec::with_capacity(length.into());
        self.memory.read(position, length, &mut text)?;
        self.memory.write(destination, &Sha1::digest(&text))
    }
}

//! What an edit changes, in the order of the message.

use std::net::IpAddr;

use super::compose::Compose;
use super::name::FieldName;

/// One change, and the row of the original message that it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Patch<'e> {
    /// The index of the row; one past the last for changes behind all rows.
    pub(super) row: u16,
    pub(super) change: Change<'e>,
}

/// What is changed.
#[derive(Clone, Copy)]
pub(super) enum Change<'e> {
    /// A new row stands before the original one.
    Insert { name: FieldName<'e>, value: Value<'e> },
    /// The row stays; it stands here to carry parameters.
    Keep,
    /// The row has another value.
    Replace(Value<'e>),
    /// The row is gone.
    Drop,
    /// The row's list of values begins with the value at this position of the message.
    Begin(u16),
    /// A parameter of the first value in the row that the change before belongs to.
    Param { name: &'e str, value: Value<'e> },
}

/// A value that is written when the edit is.
#[derive(Clone, Copy)]
pub(super) enum Value<'e> {
    Composed(&'e dyn Compose),
    Number(u32),
    Address(IpAddr),
}

impl Compose for Value<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        match self {
            Self::Composed(value) => value.compose(out),
            Self::Number(number) => number.compose(out),
            Self::Address(address) => address.compose(out),
        }
    }
}

impl Change<'_> {
    pub(super) fn is_insert(&self) -> bool {
        matches!(self, Self::Insert { .. })
    }

    pub(super) fn is_param(&self) -> bool {
        matches!(self, Self::Param { .. })
    }
}

/// How many patches need no heap: more than a proxy makes of one message.
const USUAL_PATCHES: usize = 10;

/// A list of patches, on the stack while it is short.
pub(super) struct Patches<'e> {
    few: [Patch<'e>; USUAL_PATCHES],
    /// How many of `few` count; 0 as soon as there are `many`.
    length: usize,
    many: Vec<Patch<'e>>,
}

impl<'e> Patches<'e> {
    pub(super) const fn new() -> Self {
        let few = [Patch { row: 0, change: Change::Drop }; USUAL_PATCHES];
        Self { few, length: 0, many: Vec::new() }
    }

    pub(super) fn as_slice(&self) -> &[Patch<'e>] {
        if self.many.is_empty() { &self.few[..self.length] } else { &self.many }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [Patch<'e>] {
        if self.many.is_empty() { &mut self.few[..self.length] } else { &mut self.many }
    }

    /// Puts `patch` at `index`, the rest behind it.
    pub(super) fn insert(&mut self, index: usize, patch: Patch<'e>) {
        if self.many.is_empty() && self.length < USUAL_PATCHES {
            self.length += 1;
            self.few[index..self.length].rotate_right(1);
            self.few[index] = patch;
            return;
        }
        if self.many.is_empty() {
            self.many.extend_from_slice(&self.few);
            self.length = 0;
        }
        self.many.insert(index, patch);
    }

    /// Takes out the `count` patches from `index`.
    pub(super) fn remove(&mut self, index: usize, count: usize) {
        if self.many.is_empty() {
            self.few[index..self.length].rotate_left(count);
            self.length -= count;
        } else {
            self.many.drain(index..index + count);
        }
    }
}

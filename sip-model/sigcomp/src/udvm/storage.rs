//! Memory management instructions (RFC 3320 9.2) and the stack (8.3).

use super::Udvm;
use crate::failure::Reason;

impl Udvm<'_> {
    /// LOAD (%address, %value)
    pub(super) fn load(&mut self) -> Result<(), Reason> {
        let (address, value) = (self.multitype()?, self.multitype()?);
        self.memory.set_word(address, value)
    }

    /// MULTILOAD (%address, #n, %value_0, ..., %value_n-1)
    pub(super) fn multiload(&mut self) -> Result<(), Reason> {
        let (address, n) = (self.multitype()?, self.literal()?);
        self.pay(n.into())?;
        let values = self.next;
        for _ in 0..n {
            self.skip_multitype()?;
        }
        //= RFC 3320 9.2.2: failure if the words set would overlap the locations held by the instruction itself
        let instruction = u32::from(self.next.wrapping_sub(self.pc));
        let before = u32::from(self.pc.wrapping_sub(address));
        let after = u32::from(address.wrapping_sub(self.pc));
        if n > 0 && (before < 2 * u32::from(n) || after < instruction) {
            return Err(Reason::MultiloadOverwritten);
        }
        //= RFC 4896 3.2: the indirection MUST be done at execution time
        self.next = values;
        for index in 0..n {
            let value = self.multitype()?;
            self.memory.set_word(address.wrapping_add(index.wrapping_mul(2)), value)?;
        }
        Ok(())
    }

    /// PUSH (%value)
    pub(super) fn push_operand(&mut self) -> Result<(), Reason> {
        let value = self.multitype()?;
        self.push(value)
    }

    /// POP (%address)
    pub(super) fn pop_operand(&mut self) -> Result<(), Reason> {
        let address = self.multitype()?;
        let value = self.pop()?;
        self.memory.set_word(address, value)
    }

    /// COPY (%position, %length, %destination)
    pub(super) fn copy(&mut self) -> Result<(), Reason> {
        let (position, length, destination) = (self.multitype()?, self.multitype()?, self.multitype()?);
        self.pay(length.into())?;
        self.memory.copy(position, length, destination).map(drop)
    }

    /// COPY-LITERAL (%position, %length, $destination)
    pub(super) fn copy_literal(&mut self) -> Result<(), Reason> {
        let (position, length, place) = (self.multitype()?, self.multitype()?, self.reference()?);
        let destination = self.memory.word(place)?;
        self.copy_on(position, length, destination, place)
    }

    /// COPY-OFFSET (%offset, %length, $destination)
    pub(super) fn copy_offset(&mut self) -> Result<(), Reason> {
        let (offset, length, place) = (self.multitype()?, self.multitype()?, self.reference()?);
        let destination = self.memory.word(place)?;
        let position = self.memory.copy_bounds()?.before(destination, offset);
        self.copy_on(position, length, destination, place)
    }

    /// Copies and leaves in `place` the address to which the next octet would be copied.
    fn copy_on(&mut self, position: u16, length: u16, destination: u16, place: u16) -> Result<(), Reason> {
        self.pay(length.into())?;
        let next = self.memory.copy(position, length, destination)?;
        //= RFC 3320 9.2.5: if the length is zero, the value of the destination operand is not changed
        if length > 0 { self.memory.set_word(place, next) } else { Ok(()) }
    }

    /// MEMSET (%address, %length, %start_value, %offset)
    pub(super) fn memset(&mut self) -> Result<(), Reason> {
        let (address, length) = (self.multitype()?, self.multitype()?);
        let (start_value, offset) = (self.multitype()?, self.multitype()?);
        self.pay(length.into())?;
        let [_, first] = start_value.to_be_bytes();
        let [_, step] = offset.to_be_bytes();
        self.memory.fill(address, length, first, step)
    }

    /// Pushes `value` on the stack.
    //= RFC 3320 8.3: copying the value to stack[stack_fill] and then increasing stack_fill by 1
    //= RFC 4896 3.4: the original stack_fill is increased, even where the value has overwritten it
    pub(super) fn push(&mut self, value: u16) -> Result<(), Reason> {
        let location = self.memory.word(STACK_LOCATION)?;
        let fill = self.memory.word(location)?;
        self.memory.set_word(stack_slot(location, fill), value)?;
        self.memory.set_word(location, fill.wrapping_add(1))
    }

    /// Pops a value from the stack.
    pub(super) fn pop(&mut self) -> Result<u16, Reason> {
        let location = self.memory.word(STACK_LOCATION)?;
        //= RFC 3320 8.3: failure if stack_fill is zero at the commencement of a popping operation
        let fill = self.memory.word(location)?.checked_sub(1).ok_or(Reason::StackUnderflow)?;
        self.memory.set_word(location, fill)?;
        self.memory.word(stack_slot(location, fill))
    }
}

const STACK_LOCATION: u16 = 70;

/// The address of stack[n].
fn stack_slot(location: u16, n: u16) -> u16 {
    location.wrapping_add(n.wrapping_mul(2)).wrapping_add(2)
}

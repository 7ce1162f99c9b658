//! State items and their identifiers (RFC 3320 3.3.3, 7.2 and 9.4.9).

use std::borrow::Cow;
use std::fmt;

use sha1::{Digest, Sha1};

/// `state_identifier`: the SHA-1 hash over an item of state. RFC 3320 9.4.9.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub [u8; 20]);

impl StateId {
    /// The first `length` octets; `None` unless 6 ≤ `length` ≤ 20.
    #[must_use]
    pub fn partial(&self, length: usize) -> Option<PartialStateId> {
        PartialStateId::new(self.0.get(..length)?)
    }
}

impl fmt::Debug for StateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

/// The first 6 to 20 octets of a state identifier, which is how a message names state. RFC 3320 7.2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PartialStateId {
    length: u8,
    octets: [u8; 20],
}

impl PartialStateId {
    /// `octets` as a partial identifier; `None` unless there are 6 to 20 of them.
    #[must_use]
    pub fn new(octets: &[u8]) -> Option<Self> {
        let length = u8::try_from(octets.len())
            .ok()
            .filter(|length| IDENTIFIER_LENGTHS.contains(&u16::from(*length)))?;
        let mut padded = [0; 20];
        padded[..octets.len()].copy_from_slice(octets);
        Some(Self { length, octets: padded })
    }

    /// The octets, 6 to 20.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets[..usize::from(self.length)]
    }

    /// Whether `id` begins with these octets.
    #[must_use]
    pub fn matches(&self, id: &StateId) -> bool {
        id.0.starts_with(self.octets())
    }

    /// The least identifier that begins with these octets.
    pub(crate) fn first(&self) -> StateId {
        StateId(self.octets)
    }
}

impl fmt::Debug for PartialStateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(self.octets(), f)
    }
}

/// What lengths a partial state identifier, and so `minimum_access_length`, may have. RFC 3320 3.3.3.
pub(crate) const IDENTIFIER_LENGTHS: std::ops::RangeInclusive<u16> = 6..=20;

/// An item of state: what [`StateStore`](crate::StateStore) keeps between messages. RFC 3320 3.3.3.
///
/// At most 65,535 octets of value; `minimum_access_length` lies between 6 and 20.
#[derive(Clone, PartialEq, Eq)]
pub struct State {
    id: StateId,
    address: u16,
    instruction: u16,
    minimum_access_length: u16,
    value: Cow<'static, [u8]>,
}

impl State {
    /// An item of state; `None` if the value has more than 65,535 octets or the minimum access length is outside 6 to 20.
    #[must_use]
    pub fn new(value: Vec<u8>, address: u16, instruction: u16, minimum_access_length: u16) -> Option<Self> {
        let legal =
            value.len() <= usize::from(u16::MAX) && IDENTIFIER_LENGTHS.contains(&minimum_access_length);
        let id = StateId([0; 20]);
        let state = Self { id, address, instruction, minimum_access_length, value: value.into() };
        legal.then(|| state.identified())
    }

    /// A dictionary: state without address and instruction that six octets of its identifier open.
    pub(crate) const fn dictionary(id: StateId, value: &'static [u8]) -> Self {
        assert!(value.len() <= u16::MAX as usize, "a dictionary fits an item of state");
        Self { id, address: 0, instruction: 0, minimum_access_length: 6, value: Cow::Borrowed(value) }
    }

    /// `state_identifier`.
    #[must_use]
    pub fn id(&self) -> StateId {
        self.id
    }

    /// `state_value`.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.value
    }

    /// `state_length`: octets of [`value`](Self::value).
    #[must_use]
    pub fn length(&self) -> u16 {
        u16::try_from(self.value.len()).expect("a state value has at most 65,535 octets")
    }

    /// `state_address`: where the value is copied to when no other address is asked for.
    #[must_use]
    pub fn address(&self) -> u16 {
        self.address
    }

    /// `state_instruction`: where the UDVM goes on after the state is loaded.
    #[must_use]
    pub fn instruction(&self) -> u16 {
        self.instruction
    }

    /// `minimum_access_length`: octets of the identifier that give access, 6 to 20.
    #[must_use]
    pub fn minimum_access_length(&self) -> u16 {
        self.minimum_access_length
    }

    /// Octets that a compartment pays for this item.
    //= RFC 3320 6.2: each state item is considered to cost (state_length + 64) bytes
    #[must_use]
    pub fn cost(&self) -> usize {
        self.value.len() + STATE_OVERHEAD
    }

    /// The item cut down to the first `length` octets of its value, if it is longer: then another item.
    pub(crate) fn truncated(mut self, length: usize) -> Self {
        if self.value.len() <= length {
            return self;
        }
        self.value.to_mut().truncate(length);
        self.identified()
    }

    /// The item with the identifier that belongs to the rest of it.
    //= RFC 3320 9.4.9: a SHA-1 hash over state_length, state_address, state_instruction, minimum_access_length, value
    pub(crate) fn identified(mut self) -> Self {
        let mut hash = Sha1::new();
        for word in [self.length(), self.address, self.instruction, self.minimum_access_length] {
            hash.update(word.to_be_bytes());
        }
        hash.update(&self.value);
        self.id = StateId(hash.finalize().into());
        self
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, address, instruction, minimum_access_length, value } = self;
        let length = value.len();
        write!(f, "State({id:?}: {length} octets @{address}, ")?;
        write!(f, "instruction {instruction}, access {minimum_access_length})")
    }
}

/// What each item costs a compartment besides its value, in octets. RFC 3320 6.2.
pub const STATE_OVERHEAD: usize = 64;

fn write_hex(octets: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    octets.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
}

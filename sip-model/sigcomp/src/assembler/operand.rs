//! Operands and their forms (RFC 3320 8.5, figures 8 to 10).

/// A place in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label(pub(super) u16);

impl Label {
    /// The address `offset` octets after the label, as a number (modulo 2^16).
    #[must_use]
    pub fn plus(self, offset: u16) -> Value {
        Value(Kind::Number(Address::Label(self, offset)))
    }
}

/// A 2-octet word of the memory, which instructions read and write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(Address);

impl Word {
    /// The word at `address`; even addresses below 128 have the shortest forms.
    #[must_use]
    pub const fn at(address: u16) -> Self {
        Self(Address::Known(address))
    }

    /// The word `offset` octets after `label`.
    #[must_use]
    pub const fn after(label: Label, offset: u16) -> Self {
        Self(Address::Label(label, offset))
    }
}

/// A multitype operand: a number, or what a word of the memory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value(Kind);

impl Value {
    pub(super) const ZERO: Self = Self(Kind::Number(Address::Known(0)));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number(Address),
    Content(Word),
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self(Kind::Number(Address::Known(number)))
    }
}

impl From<Label> for Value {
    fn from(label: Label) -> Self {
        label.plus(0)
    }
}

impl From<Word> for Value {
    fn from(word: Word) -> Self {
        Self(Kind::Content(word))
    }
}

/// Where an instruction jumps to: a label, or the distance that a word holds, from the address of the instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target(Kind);

impl From<Label> for Target {
    fn from(label: Label) -> Self {
        Self(Kind::Number(Address::Label(label, 0)))
    }
}

impl From<Word> for Target {
    fn from(distance: Word) -> Self {
        Self(Kind::Content(distance))
    }
}

/// A number that is known or follows from where a label is placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Address {
    Known(u16),
    /// Modulo 2^16.
    Label(Label, u16),
}

/// An operand of each of the four types.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    Literal(u16),
    Reference(Word),
    Multitype(Value),
    Address(Target),
}

impl Operand {
    /// Octets of the shortest form that has at least `least`, for an instruction at `here`.
    pub(super) fn size(self, here: u16, layout: &Layout, least: usize) -> usize {
        // Each type has a form of 3 octets for every value.
        (least..3).find(|size| self.form(here, layout, *size).is_some()).unwrap_or(3)
    }

    /// Appends the form of `size` octets.
    pub(super) fn write(self, here: u16, layout: &Layout, size: usize, out: &mut Vec<u8>) {
        let form = self.form(here, layout, size).expect("the size was chosen by `size`");
        out.extend_from_slice(&form[..size]);
    }

    fn form(self, here: u16, layout: &Layout, size: usize) -> Option<[u8; 3]> {
        match self {
            Self::Literal(number) => literal(number, size),
            Self::Reference(word) => reference(layout.resolve(word.0), size),
            Self::Multitype(Value(Kind::Number(number))) => immediate(layout.resolve(number), size),
            //= RFC 3320 8.5: the memory address of the instruction containing the address operand is added
            Self::Address(Target(Kind::Number(number))) => {
                immediate(layout.resolve(number).wrapping_sub(here), size)
            }
            Self::Multitype(Value(Kind::Content(word))) | Self::Address(Target(Kind::Content(word))) => {
                content(layout.resolve(word.0), size)
            }
        }
    }
}

//= RFC 3320 8.5: figure 8, bytecode for a literal (#) operand
fn literal(number: u16, size: usize) -> Option<[u8; 3]> {
    let [high, low] = number.to_be_bytes();
    match size {
        1 if number < 128 => Some([low, 0, 0]),
        2 if number < 1 << 14 => Some([0x80 | high, low, 0]),
        3 => Some([0xc0, high, low]),
        _ => None,
    }
}

//= RFC 3320 8.5: figure 9, bytecode for a reference ($) operand
fn reference(address: u16, size: usize) -> Option<[u8; 3]> {
    if size == 3 || address.is_multiple_of(2) {
        literal(if size == 3 { address } else { address / 2 }, size)
    } else {
        None
    }
}

//= RFC 3320 8.5: figure 10, bytecode for a multitype (%) operand: the values
fn immediate(number: u16, size: usize) -> Option<[u8; 3]> {
    let [high, low] = number.to_be_bytes();
    let exponent = u8::try_from(number.trailing_zeros()).expect("a word has 16 bits");
    match size {
        1 if number < 64 => Some([low, 0, 0]),
        1 if number >= 65504 => Some([low, 0, 0]), // 111nnnnn: the five bits are those of the number
        1 if number.is_power_of_two() && exponent < 8 => Some([0x86 | (exponent - 6), 0, 0]),
        1 if number.is_power_of_two() => Some([0x88 | (exponent - 8), 0, 0]),
        2 if number < 1 << 13 => Some([0xa0 | high, low, 0]),
        2 if number >= 61440 => Some([0x90 | (high & 0x0f), low, 0]),
        3 => Some([0x80, high, low]),
        _ => None,
    }
}

//= RFC 3320 8.5: figure 10, bytecode for a multitype (%) operand: the memory
fn content(address: u16, size: usize) -> Option<[u8; 3]> {
    let [high, low] = address.to_be_bytes();
    match size {
        1 if address.is_multiple_of(2) && address < 128 => Some([0x40 | (low / 2), 0, 0]),
        2 if address < 1 << 13 => Some([0xc0 | high, low, 0]),
        3 => Some([0x81, high, low]),
        _ => None,
    }
}

/// Where the labels are, as far as it is known.
#[derive(Debug)]
pub(super) struct Layout(Vec<Option<u16>>);

impl Layout {
    pub(super) fn new(labels: u16) -> Self {
        Self(vec![None; usize::from(labels)])
    }

    /// Gives `label` its address; whether that moves it.
    pub(super) fn place(&mut self, label: Label, address: u16) -> bool {
        self.0[usize::from(label.0)].replace(address) != Some(address)
    }

    pub(super) fn into_addresses(self) -> Vec<Option<u16>> {
        self.0
    }

    fn resolve(&self, address: Address) -> u16 {
        match address {
            Address::Known(number) => number,
            Address::Label(label, offset) => {
                self.0[usize::from(label.0)].expect("a label that is used is placed").wrapping_add(offset)
            }
        }
    }
}

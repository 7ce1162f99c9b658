//! The outline of a RON text: which octets are which value.

use std::ops::Range;

use super::scan::{ScanError, Scanner};

/// The outline of one RON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The one value of the text.
    pub root: Value,
}

/// One value of a RON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The octets of the value, with the name of its struct or variant, without white space around it.
    pub span: Range<usize>,
    /// What is inside.
    pub shape: Shape,
}

/// What a value is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A number, a string, a character, `true`, or the name of a unit variant.
    Atom,
    /// `{ key: value, … }`.
    Entries(Vec<Entry>),
    /// `(name: value, …)`, perhaps behind the name of a struct or variant.
    Fields(Vec<Field>),
    /// `[a, b, …]`.
    List(Vec<Value>),
    /// `(a, b, …)` or `()`, perhaps behind the name of a struct or variant.
    Tuple(Vec<Value>),
}

/// One named field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, without the `r#` of a raw one.
    pub name: String,
    /// The octets of the name.
    pub span: Range<usize>,
    /// Its value.
    pub value: Value,
}

/// One entry of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key as it is written, without quotation marks around it.
    pub name: String,
    /// Where the key stands.
    pub key: Value,
    /// Its value.
    pub value: Value,
}

impl Outline {
    /// The outline of `source`.
    ///
    /// # Errors
    /// When `source` is not one RON value, or is nested deeper than [`super::DEPTH_MAX`].
    pub fn scan(source: &str) -> Result<Outline, ScanError> {
        let mut scanner = Scanner::new(source);
        scanner.attributes()?;
        scanner.only_value().map(|root| Outline { root })
    }

    /// The outline of `text` that is to become a part of another text: attributes are refused.
    ///
    /// # Errors
    /// As [`Outline::scan`].
    pub fn scan_part(text: &str) -> Result<Outline, ScanError> {
        Scanner::new(text).only_value().map(|root| Outline { root })
    }

    /// The value that begins at octet `at`, else the smallest that ends there, else the smallest that contains it.
    pub fn value_at(&self, at: usize) -> &Value {
        let mut best = &self.root;
        let mut current = Some(&self.root);
        while let Some(value) = current {
            best = value;
            if value.span.start == at {
                break;
            }
            current = value.children().find(|child| child.span.start <= at && at <= child.span.end);
        }
        best
    }

    /// The smallest struct, tuple, list or map that encloses octet `at`.
    pub fn container_of(&self, at: usize) -> &Value {
        let mut best = &self.root;
        while let Some(child) =
            best.children().find(|c| c.span.start <= at && at < c.span.end && !matches!(c.shape, Shape::Atom))
        {
            best = child;
        }
        best
    }
}

impl Value {
    /// The values directly inside this one, in the order of the text.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Value> + '_> {
        match &self.shape {
            Shape::Atom => Box::new(std::iter::empty()),
            Shape::Entries(entries) => Box::new(entries.iter().flat_map(|entry| [&entry.key, &entry.value])),
            Shape::Fields(fields) => Box::new(fields.iter().map(|field| &field.value)),
            Shape::List(items) | Shape::Tuple(items) => Box::new(items.iter()),
        }
    }
}

#[cfg(test)]
mod tests;

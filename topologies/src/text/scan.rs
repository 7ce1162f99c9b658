//! Scanning a RON text for its values.
//!
//! Follows the grammar of RON 0.12. What an atom means (a number, a string, the name of a unit variant) is left to
//! the typed parser; the scanner only has to know where it ends.

use std::fmt;
use std::ops::Range;

use super::outline::{Entry, Field, Shape, Value};

/// Containers nested deeper than this are refused, as `ron` itself refuses them.
pub const DEPTH_MAX: usize = 128;

/// Why a text has no outline, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanError {
    /// What is wrong.
    pub kind: ScanErrorKind,
    /// The octets at fault.
    pub at: Range<usize>,
}

/// The kinds of [`ScanError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanErrorKind {
    /// A value was expected here.
    ExpectedValue,
    /// A comma or the end of the container was expected here.
    ExpectedComma,
    /// A colon was expected here.
    ExpectedColon,
    /// The name of a field was expected here.
    ExpectedName,
    /// This bracket is never closed.
    UnclosedBracket,
    /// This comment is never closed.
    UnclosedComment,
    /// This string or character is never closed.
    UnclosedString,
    /// Containers are nested more than [`DEPTH_MAX`] deep.
    TooDeep,
    /// Something follows the value.
    Trailing,
}

impl fmt::Display for ScanErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ScanErrorKind::ExpectedValue => "expected a value",
            ScanErrorKind::ExpectedComma => "expected a comma or the closing bracket",
            ScanErrorKind::ExpectedColon => "expected a colon",
            ScanErrorKind::ExpectedName => "expected the name of a field",
            ScanErrorKind::UnclosedBracket => "this bracket is never closed",
            ScanErrorKind::UnclosedComment => "this comment is never closed",
            ScanErrorKind::UnclosedString => "this quotation mark is never closed",
            ScanErrorKind::TooDeep => "values are nested too deep",
            ScanErrorKind::Trailing => "expected the end of the text after its value",
        })
    }
}

/// A place in a text that is being scanned.
pub(super) struct Scanner<'a> {
    source: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    /// A scanner at the beginning of `source`.
    pub(super) fn new(source: &'a str) -> Scanner<'a> {
        Scanner { source, at: 0, depth: 0 }
    }

    /// Takes `#![enable(implicit_some)]` and the like.
    pub(super) fn attributes(&mut self) -> Result<(), ScanError> {
        self.skip_blank()?;
        while self.rest().starts_with('#') {
            let open = self.at;
            let Some(length) = self.rest().find(']') else {
                return Err(ScanError { kind: ScanErrorKind::UnclosedBracket, at: open..open + 1 });
            };
            self.at += length + 1;
            self.skip_blank()?;
        }
        Ok(())
    }

    /// Takes the one value up to the end of the text.
    pub(super) fn only_value(&mut self) -> Result<Value, ScanError> {
        self.skip_blank()?;
        let root = self.value()?;
        self.skip_blank()?;
        if self.at < self.source.len() {
            return Err(self.error_here(ScanErrorKind::Trailing));
        }
        Ok(root)
    }

    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    fn error_here(&self, kind: ScanErrorKind) -> ScanError {
        let width = self.peek().map_or(0, char::len_utf8);
        ScanError { kind, at: self.at..self.at + width }
    }

    /// White space and comments.
    fn skip_blank(&mut self) -> Result<(), ScanError> {
        loop {
            let blank = self.rest().find(|c: char| !is_white_space(c)).unwrap_or(self.rest().len());
            self.at += blank;
            if self.rest().starts_with("//") {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            } else if self.rest().starts_with("/*") {
                self.skip_block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    fn skip_block_comment(&mut self) -> Result<(), ScanError> {
        let open = self.at;
        let mut depth = 0usize;
        loop {
            if self.take("/*") {
                depth += 1;
            } else if self.take("*/") {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            } else if let Some(c) = self.peek() {
                self.at += c.len_utf8();
            } else {
                return Err(ScanError { kind: ScanErrorKind::UnclosedComment, at: open..open + 2 });
            }
        }
    }

    fn value(&mut self) -> Result<Value, ScanError> {
        let start = self.at;
        let shape = match self.peek() {
            Some('(') => self.parentheses()?,
            Some('[') => Shape::List(self.sequence(']')?),
            Some('{') => self.entries()?,
            Some('"' | '\'') => self.quoted()?,
            Some('b' | 'r') if self.is_quotation_prefixed() => self.quoted()?,
            Some('+' | '-' | '.' | '0'..='9') => {
                self.skip_while(is_number_char);
                Shape::Atom
            }
            Some(c) if is_name_char(c) => return self.named(start),
            _ => return Err(self.error_here(ScanErrorKind::ExpectedValue)),
        };
        Ok(Value { span: start..self.at, shape })
    }

    /// A name and the parentheses that may follow it.
    fn named(&mut self, start: usize) -> Result<Value, ScanError> {
        self.name()?;
        let end = self.at;
        self.skip_blank()?;
        if self.peek() == Some('(') {
            let shape = self.parentheses()?;
            return Ok(Value { span: start..self.at, shape });
        }
        self.at = end;
        Ok(Value { span: start..end, shape: Shape::Atom })
    }

    fn name(&mut self) -> Result<Range<usize>, ScanError> {
        let accepts = if self.take("r#") { is_raw_name_char } else { is_name_char };
        let start = self.at;
        self.skip_while(accepts);
        if self.at == start {
            return Err(self.error_here(ScanErrorKind::ExpectedName));
        }
        Ok(start..self.at)
    }

    fn skip_while(&mut self, accepts: fn(char) -> bool) {
        self.at += self.rest().find(|c| !accepts(c)).unwrap_or(self.rest().len());
    }

    fn parentheses(&mut self) -> Result<Shape, ScanError> {
        if self.begins_with_field()? {
            Ok(Shape::Fields(self.container(')', Self::field)?))
        } else {
            Ok(Shape::Tuple(self.sequence(')')?))
        }
    }

    /// Whether the parenthesis ahead opens on `name:`.
    fn begins_with_field(&mut self) -> Result<bool, ScanError> {
        let start = self.at;
        self.at += 1;
        self.skip_blank()?;
        let named = match self.peek() {
            Some(c) if is_name_char(c) && !c.is_ascii_digit() => {
                let found = self.name().is_ok();
                self.skip_blank()?;
                found && self.peek() == Some(':')
            }
            _ => false,
        };
        self.at = start;
        Ok(named)
    }

    fn sequence(&mut self, close: char) -> Result<Vec<Value>, ScanError> {
        self.container(close, Self::value)
    }

    fn entries(&mut self) -> Result<Shape, ScanError> {
        Ok(Shape::Entries(self.container('}', Self::entry)?))
    }

    fn entry(&mut self) -> Result<Entry, ScanError> {
        let key = self.value()?;
        let name = self.source[key.span.clone()].trim_matches('"').to_owned();
        self.colon()?;
        Ok(Entry { name, key, value: self.value()? })
    }

    fn field(&mut self) -> Result<Field, ScanError> {
        let span = self.name()?;
        let name = self.source[span.clone()].to_owned();
        self.colon()?;
        Ok(Field { name, span, value: self.value()? })
    }

    fn colon(&mut self) -> Result<(), ScanError> {
        self.skip_blank()?;
        if !self.take(":") {
            return Err(self.error_here(ScanErrorKind::ExpectedColon));
        }
        self.skip_blank()
    }

    /// An opening bracket, elements with commas between them (one may trail), and `close`.
    fn container<T>(
        &mut self,
        close: char,
        element: fn(&mut Self) -> Result<T, ScanError>,
    ) -> Result<Vec<T>, ScanError> {
        let open = self.at..self.at + 1;
        if self.depth == DEPTH_MAX {
            return Err(ScanError { kind: ScanErrorKind::TooDeep, at: open });
        }
        self.depth += 1;
        self.at += 1;
        let mut elements = Vec::new();
        loop {
            self.skip_blank()?;
            match self.peek() {
                None => return Err(ScanError { kind: ScanErrorKind::UnclosedBracket, at: open }),
                Some(c) if c == close => break,
                Some(_) => {}
            }
            elements.push(element(self)?);
            self.skip_blank()?;
            if !self.take(",") && self.peek() != Some(close) {
                return Err(match self.peek() {
                    None => ScanError { kind: ScanErrorKind::UnclosedBracket, at: open },
                    Some(_) => self.error_here(ScanErrorKind::ExpectedComma),
                });
            }
        }
        self.at += 1;
        self.depth -= 1;
        Ok(elements)
    }

    /// Whether a `b` or `r` ahead belongs to a string or character, not to a name.
    fn is_quotation_prefixed(&self) -> bool {
        let rest = self.rest();
        let raw = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'));
        let raw = raw.is_some_and(|r| r.trim_start_matches('#').starts_with('"'));
        raw || rest.starts_with("b\"") || rest.starts_with("b'")
    }

    fn quoted(&mut self) -> Result<Shape, ScanError> {
        let open = self.at;
        self.take("b");
        let closed = if self.take("r") { self.skip_raw_string() } else { self.skip_escaped() };
        if closed {
            return Ok(Shape::Atom);
        }
        Err(ScanError { kind: ScanErrorKind::UnclosedString, at: open..open + 1 })
    }

    fn skip_raw_string(&mut self) -> bool {
        let hashes = self.rest().len() - self.rest().trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        self.at += hashes + 1;
        match self.rest().find(&end) {
            Some(length) => {
                self.at += length + end.len();
                true
            }
            None => false,
        }
    }

    fn skip_escaped(&mut self) -> bool {
        let mut chars = self.rest().char_indices();
        let Some((_, quote)) = chars.next() else { return false };
        while let Some((at, c)) = chars.next() {
            if c == '\\' {
                chars.next();
            } else if c == quote {
                self.at += at + 1;
                return true;
            }
        }
        false
    }
}

/// RON's white space is Unicode's Pattern_White_Space.
fn is_white_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{85}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
}

fn is_name_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn is_raw_name_char(c: char) -> bool {
    matches!(c, '+' | '-' | '.') || is_name_char(c)
}

fn is_number_char(c: char) -> bool {
    matches!(c, '+' | '-' | '.' | '_') || c.is_ascii_alphanumeric()
}

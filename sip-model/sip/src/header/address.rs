//! Addresses with display names (RFC 3261 20.10, 25.1 `name-addr` and `addr-spec`).

use super::Cursor;
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::lex::{Quoted, ascii, compose_quoted, is_token};
use crate::uri::Uri;

/// An address: a URI, with or without a display name and angle brackets.
#[derive(Clone, Copy, Debug)]
pub struct NameAddr<'a> {
    /// The display name, `None` where there is none.
    pub display: Option<DisplayName<'a>>,
    /// The URI.
    pub uri: Uri<'a>,
}

/// A display name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisplayName<'a> {
    /// Tokens with white space between them, as received.
    Tokens(&'a str),
    /// A quoted string.
    Quoted(Quoted<'a>),
    /// Text to be quoted when it is written.
    Plain(&'a str),
}

impl<'a> NameAddr<'a> {
    /// The address `uri` without a display name.
    #[must_use]
    pub const fn bare(uri: Uri<'a>) -> Self {
        Self { display: None, uri }
    }

    /// Reads a name-addr or an addr-spec.
    pub(crate) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        if let Some(display) = read_display(cursor)? {
            return Self::read_bracketed(display, cursor);
        }
        cursor.seek(start);
        Self::read_addr_spec(cursor)
    }

    /// Reads a name-addr: the URI must stand in angle brackets.
    pub(crate) fn read_name_addr(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        match read_display(cursor)? {
            Some(display) => Self::read_bracketed(display, cursor),
            None => Err(cursor.fault(start)),
        }
    }

    /// Reads `"<" addr-spec ">"`.
    fn read_bracketed(display: Option<DisplayName<'a>>, cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let open = cursor.pos();
        if !cursor.eat(b'<') {
            return Err(cursor.fault(open));
        }
        let Some(length) = cursor.rest().iter().position(|&c| c == b'>') else {
            return Err(cursor.fault_to_end(open));
        };
        let close = cursor.pos() + length;
        let uri = Uri::read(&mut cursor.until(close))?;
        cursor.seek(close + 1);
        Ok(Self { display, uri })
    }

    /// Reads a URI without brackets: it ends at white space, a semicolon or a comma.
    fn read_addr_spec(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let mut spec = cursor.clone();
        let text = spec.take_while(|c| !matches!(c, b' ' | b'\t' | b'\r' | b'\n' | b';' | b','));
        //= RFC 3261 20: if the URI contains a comma, question mark or semicolon, the URI MUST be enclosed
        // in angle brackets
        if text.contains(&b'?') {
            return Err(ParseError::new(ParseErrorKind::BracketsNeeded, start..spec.pos()));
        }
        // Without a scheme it is no URI, and rather a display name that should have been quoted.
        if !text.contains(&b':') {
            return Err(spec.fault_since(start));
        }
        let uri = Uri::read(&mut cursor.until(spec.pos()))?;
        cursor.seek(spec.pos());
        Ok(Self { display: None, uri })
    }
}

/// Reads a display name if an angle bracket follows it; `None` when this is no name-addr.
fn read_display<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Option<DisplayName<'a>>>, ParseError> {
    let start = cursor.pos();
    if cursor.peek() == Some(b'"') {
        let quoted = cursor.quoted()?;
        cursor.skip_lws();
        return Ok(Some(Some(DisplayName::Quoted(quoted))));
    }
    let mut end = start;
    while !cursor.take_while(is_token).is_empty() {
        end = cursor.pos();
        cursor.skip_lws();
    }
    if cursor.peek() != Some(b'<') {
        return Ok(None);
    }
    let tokens = &cursor.since(start)[..end - start];
    Ok(Some((!tokens.is_empty()).then(|| DisplayName::Tokens(ascii(tokens)))))
}

impl DisplayName<'_> {
    /// The name that is meant, escapes resolved; octets that are no UTF-8 become the replacement character.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Tokens(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Self::Quoted(quoted) => quoted.to_text(),
            Self::Plain(text) => (*text).to_owned(),
        }
    }
}

impl Compose for NameAddr<'_> {
    /// Always with angle brackets, which never change the meaning.
    fn compose(&self, out: &mut Vec<u8>) {
        if let Some(display) = &self.display {
            display.compose(out);
            out.push(b' ');
        }
        out.push(b'<');
        self.uri.compose(out);
        out.push(b'>');
    }
}

impl Compose for DisplayName<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        match self {
            Self::Tokens(text) => text.compose(out),
            Self::Quoted(quoted) => quoted.compose(out),
            Self::Plain(text) => compose_quoted(text.as_bytes(), out),
        }
    }
}

display_as_composed!(NameAddr);

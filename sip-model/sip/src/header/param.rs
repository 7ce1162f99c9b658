//! Parameters of header field values (RFC 3261 7.3.1, 25.1 `generic-param`).

use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::lex::{Cursor, Quoted, ascii, decimal, is_token};
use crate::message::name::HeaderName;

/// The parameters behind a header field value, as received: `;tag=x;q="y"`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Params<'a>(&'a [u8]);

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param<'a> {
    /// The name as received; names compare without case.
    pub name: &'a str,
    /// The value, `None` for a name that stands alone.
    pub value: Option<ParamValue<'a>>,
}

/// The value of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamValue<'a> {
    /// A token or a host.
    Token(&'a str),
    /// A quoted string.
    Quoted(Quoted<'a>),
}

impl<'a> ParamValue<'a> {
    /// The token, `None` for a quoted string.
    #[must_use]
    pub fn token(self) -> Option<&'a str> {
        match self {
            Self::Token(token) => Some(token),
            Self::Quoted(_) => None,
        }
    }

    /// The octets between the quotation marks, or the token's.
    #[must_use]
    pub fn raw(self) -> &'a [u8] {
        match self {
            Self::Token(token) => token.as_bytes(),
            Self::Quoted(quoted) => quoted.raw(),
        }
    }
}

impl Param<'_> {
    /// The decimal number that is the value, such as a number of seconds; one above 2^32-1 counts as 2^32-1.
    ///
    /// `None` when the value is no `1*DIGIT`.
    #[must_use]
    pub(crate) fn seconds(&self) -> Option<u32> {
        let digits = self.value.and_then(ParamValue::token)?.as_bytes();
        let legal = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        legal.then(|| decimal(digits).unwrap_or(u32::MAX))
    }
}

impl<'a> Params<'a> {
    /// No parameters.
    pub const NONE: Params<'static> = Params(b"");

    /// The parameters in `text`, which is empty or begins with a semicolon.
    ///
    /// # Errors
    /// [`ParseErrorKind::Malformed`] when `text` is no sequence of parameters.
    pub fn parse(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Result<Self, ParseError> {
        let mut cursor = Cursor::over(text.as_ref(), ParseErrorKind::Malformed(HeaderName::Contact));
        let params = Self::read(&mut cursor)?;
        cursor.finish()?;
        Ok(params)
    }

    /// Reads `*( SEMI generic-param )`.
    pub(crate) fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        Self::read_each(cursor, |_, _| Ok(()))
    }

    /// Reads `*( SEMI generic-param )` and hands each to `visit`, with the cursor behind it.
    pub(crate) fn read_each(
        cursor: &mut Cursor<'a>,
        mut visit: impl FnMut(Param<'a>, &Cursor<'a>) -> Result<(), ParseError>,
    ) -> Result<Self, ParseError> {
        let start = cursor.pos();
        while cursor.eat_separator(b';') {
            let param = read_param(cursor)?;
            visit(param, cursor)?;
        }
        Ok(Self(cursor.since(start)))
    }

    /// The parameters in order.
    pub fn iter(&self) -> impl Iterator<Item = Param<'a>> + use<'a> {
        let mut cursor = Cursor::over(self.0, ParseErrorKind::Malformed(HeaderName::Contact));
        std::iter::from_fn(move || cursor.eat_separator(b';').then(|| read_param(&mut cursor).ok()).flatten())
    }

    /// The value of `name` (`Some(None)` when it stands without one), `None` when it is absent.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Option<ParamValue<'a>>> {
        self.iter().find(|param| param.name.eq_ignore_ascii_case(name)).map(|param| param.value)
    }

    /// The token that is the value of `name`.
    #[must_use]
    pub fn token(&self, name: &str) -> Option<&'a str> {
        self.find(name).flatten().and_then(ParamValue::token)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends the parameters whose names are not in `known`.
    pub(crate) fn compose_except(&self, known: &[&str], out: &mut Vec<u8>) {
        for param in self.iter() {
            if !known.iter().any(|name| param.name.eq_ignore_ascii_case(name)) {
                out.push(b';');
                param.compose(out);
            }
        }
    }
}

/// Reads `token [ EQUAL ( token / host / quoted-string ) ]`.
///
/// Colons and brackets are taken into the value, so that IPv6 addresses pass with and without brackets
/// (RFC 5118 4.5).
pub(crate) fn read_param<'a>(cursor: &mut Cursor<'a>) -> Result<Param<'a>, ParseError> {
    let name = cursor.token()?;
    if !cursor.eat_separator(b'=') {
        return Ok(Param { name, value: None });
    }
    if cursor.peek() == Some(b'"') {
        return Ok(Param { name, value: Some(ParamValue::Quoted(cursor.quoted()?)) });
    }
    let start = cursor.pos();
    let value = cursor.take_while(|c| is_token(c) || matches!(c, b':' | b'[' | b']'));
    if value.is_empty() {
        return Err(cursor.fault(start));
    }
    Ok(Param { name, value: Some(ParamValue::Token(ascii(value))) })
}

impl Compose for Params<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }
}

impl Compose for Param<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.name.compose(out);
        if let Some(value) = self.value {
            out.push(b'=');
            value.compose(out);
        }
    }
}

impl Compose for ParamValue<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        match self {
            Self::Token(token) => token.compose(out),
            Self::Quoted(quoted) => quoted.compose(out),
        }
    }
}

display_as_composed!(Params, Param, ParamValue);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_folds_around_separators_are_nothing() {
        let params = Params::parse(" ;\r\n  tag\r\n\t = 98asjd8 ; lr").unwrap();
        assert_eq!(params.token("TAG"), Some("98asjd8"));
        assert_eq!(params.find("lr"), Some(None));
        assert_eq!(params.iter().count(), 2);
    }

    #[test]
    fn semicolons_in_quoted_values_separate_nothing() {
        let params = Params::parse(r#";a="x;y=\"z,";b=2"#).unwrap();
        assert_eq!(params.find("a").unwrap().unwrap().raw(), br#"x;y=\"z,"#);
        assert_eq!(params.token("b"), Some("2"));
    }

    #[test]
    fn empty_names_and_values_are_faults() {
        for text in [";", ";;a", ";a=", ";=b", ";a=\"", "a=b", ";a b"] {
            assert!(Params::parse(text).is_err(), "{text}");
        }
    }
}

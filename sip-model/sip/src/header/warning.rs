//! Warning (RFC 3261 20.43).

use super::{Cursor, HeaderField, Quoted, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::lex::{ascii, is_token};
use crate::message::name::HeaderName;

/// Further information about the status of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning<'a> {
    /// Three digits; 3xx are SIP's own.
    pub code: u16,
    /// The host or the pseudonym of who warns.
    pub agent: &'a str,
    /// What a human should read.
    pub text: Quoted<'a>,
}

impl<'a> HeaderField<'a> for Warning<'a> {
    const NAME: HeaderName = HeaderName::Warning;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let code = cursor.small_number()?;
        if cursor.pos() - start != 3 || !cursor.skip_lws() {
            return Err(cursor.fault(start));
        }
        let agent = cursor.take_while(|c| is_token(c) || matches!(c, b':' | b'[' | b']'));
        if agent.is_empty() || !cursor.skip_lws() {
            return Err(cursor.fault(start));
        }
        Ok(Self { code: code as u16, agent: ascii(agent), text: cursor.quoted()? })
    }
}

impl Compose for Warning<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        crate::message::compose::display(&format_args!("{:03} ", self.code), out);
        self.agent.compose(out);
        out.push(b' ');
        self.text.compose(out);
    }
}

display_as_composed!(Warning);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn quoted_text_is_compared_with_case() {
        let warning = |text| parse::<Warning<'_>>(text).unwrap();
        let bigger = warning("370 devnull \"Choose a bigger pipe\"");
        assert_eq!((bigger.code, bigger.agent), (370, "devnull"));
        assert_ne!(bigger, warning("370 devnull \"CHOOSE A BIGGER PIPE\""));
        assert_eq!(warning("307 [2001:db8::1]:5060 \"x\"").to_string(), "307 [2001:db8::1]:5060 \"x\"");
    }

    #[test]
    fn incomplete_warnings_are_faults() {
        for text in
            ["37 devnull \"x\"", "3700 devnull \"x\"", "370 devnull", "370 \"x\"", "370 devnull x", ""]
        {
            assert!(parse::<Warning<'_>>(text).is_err(), "{text}");
        }
    }
}

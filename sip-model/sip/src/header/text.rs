//! Header fields whose value is text: Subject, Organization, Priority, Server, User-Agent (RFC 3261 20.25, 20.26,
//! 20.35, 20.36, 20.41).

use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::name::HeaderName;

/// How urgent a request is. Compared without case.
#[derive(Clone, Copy, Debug)]
pub struct Priority<'a>(pub &'a str);

impl PartialEq for Priority<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Priority<'_> {}

impl<'a> HeaderField<'a> for Priority<'a> {
    const NAME: HeaderName = HeaderName::Priority;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        cursor.token().map(Self)
    }
}

impl Compose for Priority<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

/// Declares header fields whose value is read as text, commas and all, and how many octets it has at least.
///
/// Octets above 0x7F are not checked to be UTF-8.
macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $value:ident, $least:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $value<'a>(pub &'a [u8]);

        impl $value<'_> {
            /// The text with each fold as one space; octets that are no UTF-8 become the replacement character.
            #[must_use]
            pub fn to_text(&self) -> String {
                unfolded(self.0)
            }
        }

        impl<'a> HeaderField<'a> for $value<'a> {
            const NAME: HeaderName = HeaderName::$value;
            const SHAPE: Shape = Shape::Single;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                let (start, least) = (cursor.pos(), $least);
                //= RFC 3261 25.1: TEXT-UTF8char = %x21-7E / UTF8-NONASCII
                let text = cursor.take_while(|c| matches!(c, b'\t' | b'\r' | b'\n' | 0x20..=0x7E | 0x80..));
                if cursor.at_end() && text.len() >= least { Ok(Self(text)) } else { Err(cursor.fault(start + text.len())) }
            }
        }

        impl Compose for $value<'_> {
            fn compose(&self, out: &mut Vec<u8>) {
                self.0.compose(out);
            }
        }
    )+};
}

texts! {
    /// What the call is about; may be empty.
    Subject, 0;
    /// The organization of the sender; may be empty.
    Organization, 0;
    /// The software of the UAS: products and comments, in the order of their weight.
    Server, 1;
    /// The software of the UAC: products and comments, in the order of their weight.
    UserAgent, 1;
}

display_as_composed!(Priority, Subject, Organization, Server, UserAgent);

/// The text with each fold as one space.
fn unfolded(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets);
    let lines = text.split("\r\n");
    lines.map(|line| line.trim_matches([' ', '\t'])).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn commas_separate_nothing_in_texts() {
        let agent: UserAgent<'_> = parse("Softphone Beta1.5 (a, b)").unwrap();
        assert_eq!(agent.to_text(), "Softphone Beta1.5 (a, b)");
    }

    #[test]
    fn folds_are_one_space() {
        let text = "I know you're there,\r\n               pick up the phone\r\n\tand talk to me!";
        let subject: Subject<'_> = parse(text).unwrap();
        assert_eq!(subject.to_text(), "I know you're there, pick up the phone and talk to me!");
        assert_eq!(parse::<Subject<'_>>(""), Ok(Subject(b"")));
    }

    #[test]
    fn control_characters_are_faults() {
        assert_eq!(parse::<Subject<'_>>("a\0b").unwrap_err().at, 1..2);
        assert_eq!(parse::<Server<'_>>("").unwrap_err().at, 0..0);
        assert_eq!(parse::<Subject<'_>>("\u{e9}\t"), Ok(Subject("\u{e9}\t".as_bytes())));
    }

    #[test]
    fn priorities_compare_without_case() {
        assert_eq!(parse::<Priority<'_>>("Emergency"), Ok(Priority("emergency")));
    }
}

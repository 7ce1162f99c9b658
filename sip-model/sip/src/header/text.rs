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

/// Declares header fields whose value is read as text, commas and all.
macro_rules! texts {
    ($($(#[doc = $doc:literal])+ $value:ident;)+) => {$(
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
                Ok(Self(cursor.take_while(|_| true)))
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
    Subject;
    /// The organization of the sender; may be empty.
    Organization;
    /// The software of the UAS: products and comments, in the order of their weight.
    Server;
    /// The software of the UAC: products and comments, in the order of their weight.
    UserAgent;
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
    fn priorities_compare_without_case() {
        assert_eq!(parse::<Priority<'_>>("Emergency"), Ok(Priority("emergency")));
    }
}

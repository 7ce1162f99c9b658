//! Call-ID, CSeq, Max-Forwards, In-Reply-To (RFC 3261 20.8, 20.16, 20.22, 20.21), Max-Breadth (RFC 5393 5.3.1).

use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::lex::{ascii, is_word};
use crate::message::method::Method;
use crate::message::name::HeaderName;

/// A call identifier. Compared octet by octet (RFC 3261 8.1.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId<'a>(&'a str);

/// The number of a request in its dialog, and its method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CSeq<'a> {
    /// The sequence number, below 2^31.
    pub number: u32,
    /// The method of the request.
    pub method: Method<'a>,
}

/// How many more hops a request may take, 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxForwards(pub u8);

/// Into how many branches at once a request may be forked; a value above 2^32-1 counts as 2^32-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxBreadth(pub u32);

/// A call that this one returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InReplyTo<'a>(pub CallId<'a>);

impl<'a> CallId<'a> {
    /// The Call-ID `text`, `None` unless it is `word ["@" word]`.
    #[must_use]
    pub fn new(text: &'a str) -> Option<Self> {
        super::parse(text).ok()
    }

    /// The Call-ID as received.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> HeaderField<'a> for CallId<'a> {
    const NAME: HeaderName = HeaderName::CallId;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        //= RFC 3261 25.1: callid = word [ "@" word ]
        let local = cursor.take_while(is_word);
        let complete = !local.is_empty() && (!cursor.eat(b'@') || !cursor.take_while(is_word).is_empty());
        if complete { Ok(Self(ascii(cursor.since(start)))) } else { Err(cursor.fault(start)) }
    }
}

impl Compose for CallId<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl<'a> HeaderField<'a> for InReplyTo<'a> {
    const NAME: HeaderName = HeaderName::InReplyTo;
    const SHAPE: Shape = Shape::List;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        CallId::read(cursor).map(Self)
    }
}

impl Compose for InReplyTo<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl<'a> HeaderField<'a> for CSeq<'a> {
    const NAME: HeaderName = HeaderName::CSeq;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        //= RFC 3261 8.1.1.5: the sequence number value MUST be expressible as a 32-bit unsigned integer and MUST
        // be less than 2**31
        let number = cursor.number()?.filter(|number| *number < 1 << 31);
        let number =
            number.ok_or_else(|| ParseError::new(ParseErrorKind::CSeqTooLarge, start..cursor.pos()))?;
        if !cursor.skip_lws() {
            return Err(cursor.fault(start));
        }
        let token = cursor.token()?;
        let method = Method::from_token(token.as_bytes()).ok_or_else(|| cursor.fault(start))?;
        Ok(Self { number, method })
    }
}

impl Compose for CSeq<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.number.compose(out);
        out.push(b' ');
        self.method.compose(out);
    }
}

impl MaxForwards {
    /// The value that RFC 3261 8.1.1.6 recommends to start with.
    pub const INITIAL: Self = Self(70);

    /// One hop fewer, `None` at zero.
    #[must_use]
    pub const fn decremented(self) -> Option<Self> {
        match self.0.checked_sub(1) {
            Some(left) => Some(Self(left)),
            None => None,
        }
    }
}

impl<'a> HeaderField<'a> for MaxForwards {
    const NAME: HeaderName = HeaderName::MaxForwards;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let hops = cursor.number()?.and_then(|hops| u8::try_from(hops).ok());
        let fault = || ParseError::new(ParseErrorKind::MaxForwardsTooLarge, start..cursor.pos());
        hops.map(Self).ok_or_else(fault)
    }
}

impl Compose for MaxForwards {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

impl MaxBreadth {
    /// The value that RFC 5393 5.3.3 recommends to a proxy that adds the header field.
    pub const INITIAL: Self = Self(60);
}

impl<'a> HeaderField<'a> for MaxBreadth {
    const NAME: HeaderName = HeaderName::MaxBreadth;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        //= RFC 5393 5.8: Max-Breadth = "Max-Breadth" HCOLON 1*DIGIT
        Ok(Self(cursor.number()?.unwrap_or(u32::MAX)))
    }
}

impl Compose for MaxBreadth {
    fn compose(&self, out: &mut Vec<u8>) {
        self.0.compose(out);
    }
}

display_as_composed!(CallId, CSeq, InReplyTo);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn call_id_of_strange_words_parses() {
        let text = "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{";
        assert_eq!(CallId::new(text).unwrap().as_str(), text);
        for text in ["", "@b", "a@", "a@b@c", "a b", "a,b"] {
            assert_eq!(CallId::new(text), None, "{text}");
        }
    }

    #[test]
    fn call_ids_are_compared_with_case() {
        assert_ne!(CallId::new("a@b"), CallId::new("A@b"));
    }

    #[test]
    fn cseq_with_zeros_and_fold_parses() {
        assert_eq!(parse("0009\r\n  INVITE"), Ok(CSeq { number: 9, method: Method::Invite }));
    }

    #[test]
    fn cseq_of_two_to_the_31_is_too_large() {
        assert_eq!(parse::<CSeq<'_>>("2147483647 ACK").map(|cseq| cseq.number), Ok(2_147_483_647));
        for text in ["2147483648 ACK", "36893488147419103232 REGISTER"] {
            assert_eq!(parse::<CSeq<'_>>(text).unwrap_err().kind, ParseErrorKind::CSeqTooLarge, "{text}");
        }
        for text in ["", "ACK", "1", "-1 ACK", "1ACK", "1 A/K", "1 ACK x"] {
            assert!(parse::<CSeq<'_>>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn max_breadth_has_no_greatest_value() {
        assert_eq!(parse("60"), Ok(MaxBreadth::INITIAL));
        assert_eq!(parse("99999999999"), Ok(MaxBreadth(u32::MAX)));
        assert!(parse::<MaxBreadth>("-60").is_err());
    }

    #[test]
    fn max_forwards_is_0_to_255_and_stops_at_0() {
        assert_eq!(parse("0068"), Ok(MaxForwards(68)));
        assert_eq!(parse::<MaxForwards>("300").unwrap_err().kind, ParseErrorKind::MaxForwardsTooLarge);
        assert_eq!(MaxForwards(1).decremented(), Some(MaxForwards(0)));
        assert_eq!(MaxForwards(0).decremented(), None);
    }
}

//! Expires, Min-Expires, Retry-After, Timestamp (RFC 3261 20.19, 20.23, 20.33, 20.38), Flow-Timer (RFC 5626 11.1).

use super::param::Params;
use super::{Cursor, HeaderField, Shape};
use crate::message::compose::{Compose, display_as_composed};
use crate::message::error::ParseError;
use crate::message::lex::ascii;
use crate::message::name::HeaderName;

/// How long something is valid, in seconds; a value above 2^32-1 counts as 2^32-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expires(pub u32);

/// The least number of seconds that a registrar accepts (RFC 3261 20.23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MinExpires(pub u32);

/// After how many seconds without a keep-alive a flow is dead (RFC 5626 11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowTimer(pub u32);

/// When to try again (RFC 3261 20.33).
#[derive(Clone, Copy, Debug)]
pub struct RetryAfter<'a> {
    /// Seconds from the receipt of the message.
    pub seconds: u32,
    /// Why, without the outer parentheses.
    pub comment: Option<&'a [u8]>,
    /// How long the called party will be reachable from then on, in seconds.
    pub duration: Option<u32>,
    /// All parameters as received, `duration` included.
    pub params: Params<'a>,
}

/// When the client sent a request, by its own clock (RFC 3261 20.38).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timestamp<'a> {
    /// The client's time in seconds, with or without a fraction: to be echoed, not to be understood.
    pub time: &'a str,
    /// The server's own delay in seconds, with or without a fraction.
    pub delay: Option<&'a str>,
}

/// Reads a number of seconds; what is above 32 bits is the greatest number.
fn read_seconds(cursor: &mut Cursor<'_>) -> Result<u32, ParseError> {
    //= RFC 3261 20.19: an integral number of seconds (in decimal) between 0 and (2**32)-1
    Ok(cursor.number()?.unwrap_or(u32::MAX))
}

macro_rules! numbers_of_seconds {
    ($($value:ident),+) => {$(
        impl<'a> HeaderField<'a> for $value {
            const NAME: HeaderName = HeaderName::$value;
            const SHAPE: Shape = Shape::Single;

            fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
                read_seconds(cursor).map(Self)
            }
        }

        impl Compose for $value {
            fn compose(&self, out: &mut Vec<u8>) {
                self.0.compose(out);
            }
        }
    )+};
}

numbers_of_seconds!(Expires, MinExpires, FlowTimer);

impl RetryAfter<'_> {
    /// `seconds` without a reason.
    #[must_use]
    pub const fn new(seconds: u32) -> Self {
        Self { seconds, comment: None, duration: None, params: Params::NONE }
    }
}

impl<'a> HeaderField<'a> for RetryAfter<'a> {
    const NAME: HeaderName = HeaderName::RetryAfter;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let seconds = read_seconds(cursor)?;
        cursor.skip_lws();
        let comment = if cursor.peek() == Some(b'(') { Some(read_comment(cursor)?) } else { None };
        let mut duration = None;
        let params = Params::read_each(cursor, |param, cursor| {
            if param.name.eq_ignore_ascii_case("duration") {
                let seconds =
                    param.value.and_then(|value| value.token()).and_then(|token| token.parse().ok());
                duration = Some(seconds.ok_or_else(|| cursor.fault_since(cursor.pos()))?);
            }
            Ok(())
        })?;
        Ok(Self { seconds, comment, duration, params })
    }
}

/// Reads `LPAREN *(ctext / quoted-pair / comment) RPAREN`; returns what stands between the outer parentheses.
fn read_comment<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], ParseError> {
    let open = cursor.pos();
    let mut depth = 0usize;
    while let Some(octet) = cursor.peek() {
        cursor.bump();
        match octet {
            b'(' => depth += 1,
            b')' if depth == 1 => {
                let inside = cursor.since(open + 1);
                return Ok(&inside[..inside.len() - 1]);
            }
            b')' => depth -= 1,
            b'\\' => cursor.bump(),
            _ => {}
        }
    }
    Err(cursor.fault(open))
}

impl Compose for RetryAfter<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.seconds.compose(out);
        if let Some(comment) = self.comment {
            out.extend_from_slice(b" (");
            out.extend_from_slice(comment);
            out.push(b')');
        }
        if let Some(duration) = self.duration {
            out.extend_from_slice(b";duration=");
            duration.compose(out);
        }
        self.params.compose_except(&["duration"], out);
    }
}

impl<'a> HeaderField<'a> for Timestamp<'a> {
    const NAME: HeaderName = HeaderName::Timestamp;
    const SHAPE: Shape = Shape::Single;

    fn read(cursor: &mut Cursor<'a>) -> Result<Self, ParseError> {
        let start = cursor.pos();
        let time = read_decimal(cursor);
        if !time.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(cursor.fault(start));
        }
        cursor.skip_lws();
        let delay = read_decimal(cursor);
        Ok(Self { time, delay: (!delay.is_empty()).then_some(delay) })
    }
}

/// Reads `*(DIGIT) [ "." *(DIGIT) ]`.
fn read_decimal<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    let start = cursor.pos();
    cursor.take_while(|c| c.is_ascii_digit());
    if cursor.eat(b'.') {
        cursor.take_while(|c| c.is_ascii_digit());
    }
    ascii(cursor.since(start))
}

impl Compose for Timestamp<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        self.time.compose(out);
        if let Some(delay) = self.delay {
            out.push(b' ');
            delay.compose(out);
        }
    }
}

display_as_composed!(RetryAfter, Timestamp);

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn expires_above_32_bits_is_the_greatest() {
        assert_eq!(parse("5"), Ok(Expires(5)));
        assert_eq!(parse("10000000000"), Ok(Expires(u32::MAX)));
        assert!(parse::<Expires>("Thu, 01 Dec 1994 16:00:00 GMT").is_err());
        assert!(parse::<Expires>("-1").is_err());
        assert_eq!(parse("120"), Ok(FlowTimer(120)));
    }

    #[test]
    fn retry_after_with_nested_comment_and_duration() {
        let text = "18000 (I'm (really) in a \\) meeting);duration=3600";
        let retry: RetryAfter<'_> = parse(text).unwrap();
        assert_eq!((retry.seconds, retry.duration), (18000, Some(3600)));
        assert_eq!(retry.comment, Some(&b"I'm (really) in a \\) meeting"[..]));
        assert_eq!(retry.to_string(), text);
        assert!(parse::<RetryAfter<'_>>("120 (no end").is_err());
        assert!(parse::<RetryAfter<'_>>("120;duration=x").is_err());
    }

    #[test]
    fn timestamp_keeps_its_digits() {
        assert_eq!(parse("54.210"), Ok(Timestamp { time: "54.210", delay: None }));
        assert_eq!(parse("54 0.5"), Ok(Timestamp { time: "54", delay: Some("0.5") }));
        assert!(parse::<Timestamp<'_>>(".5").is_err());
    }
}

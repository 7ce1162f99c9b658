//! Reading octets by the basic rules of RFC 3261 25.1.

use std::borrow::Cow;

use super::compose::Compose;
use super::error::{ParseError, ParseErrorKind};

/// Classes of octets, as bits of [`CLASS`].
const TOKEN: u8 = 1;
const WSP: u8 = 2;
const DIGIT: u8 = 4;
const UNRESERVED: u8 = 8;
const WORD: u8 = 16;
const VISIBLE: u8 = 32;
const HOSTNAME: u8 = 64;
const SCHEME: u8 = 128;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut octet = 0usize;
    while octet < 256 {
        let c = octet as u8;
        let mut class = 0;
        if c.is_ascii_alphanumeric() {
            class |= TOKEN | UNRESERVED | WORD | HOSTNAME | SCHEME;
        }
        if c.is_ascii_digit() {
            class |= DIGIT;
        }
        if c > 0x20 && c < 0x7F {
            class |= VISIBLE;
        }
        table[octet] = class;
        octet += 1;
    }
    table = mark(table, b"-.!%*_+`'~", TOKEN | WORD);
    table = mark(table, b"()<>:\\\"/[]?{}", WORD);
    table = mark(table, b"-_.!~*'()", UNRESERVED);
    table = mark(table, b" \t", WSP);
    table = mark(table, b"-.", HOSTNAME);
    mark(table, b"+-.", SCHEME)
}

const fn mark(mut table: [u8; 256], octets: &[u8], class: u8) -> [u8; 256] {
    let mut i = 0;
    while i < octets.len() {
        table[octets[i] as usize] |= class;
        i += 1;
    }
    table
}

/// Whether `octet` may stand in a token.
pub(crate) fn is_token(octet: u8) -> bool {
    CLASS[octet as usize] & TOKEN != 0
}

/// Whether `octet` is a space or a tab.
pub(crate) fn is_wsp(octet: u8) -> bool {
    CLASS[octet as usize] & WSP != 0
}

/// Whether `octet` is in the unreserved set of URIs.
pub(crate) fn is_unreserved(octet: u8) -> bool {
    CLASS[octet as usize] & UNRESERVED != 0
}

/// Whether `octet` may stand in a word (Call-ID).
pub(crate) fn is_word(octet: u8) -> bool {
    CLASS[octet as usize] & WORD != 0
}

/// Whether `octet` is visible ASCII.
pub(crate) fn is_visible(octet: u8) -> bool {
    CLASS[octet as usize] & VISIBLE != 0
}

/// Whether `octet` may stand in a host name.
pub(crate) fn is_hostname(octet: u8) -> bool {
    CLASS[octet as usize] & HOSTNAME != 0
}

/// Whether `octet` may stand in a URI scheme after its first letter.
pub(crate) fn is_scheme(octet: u8) -> bool {
    CLASS[octet as usize] & SCHEME != 0
}

fn is_digit(octet: u8) -> bool {
    CLASS[octet as usize] & DIGIT != 0
}

/// Whether `octet` may stand in a URI: visible and none of `<`, `>`, `"`.
pub(crate) fn is_uri(octet: u8) -> bool {
    is_visible(octet) && !matches!(octet, b'<' | b'>' | b'"')
}

/// `octets` as text when all of them are token octets and there is one at least.
pub(crate) fn whole_token(octets: &[u8]) -> Option<&str> {
    (!octets.is_empty() && octets.iter().all(|&c| is_token(c))).then(|| ascii(octets))
}

/// Octets known to be ASCII as text.
pub(crate) fn ascii(octets: &[u8]) -> &str {
    std::str::from_utf8(octets).expect("the octets were checked to be ASCII")
}

/// Eight octets with their ASCII capitals as small letters.
pub(crate) const fn lower_case(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let low = word & (0x7F * ONES);
    let from_a = low + (0x80 - b'A' as u64) * ONES;
    let above_z = low + (0x7F - b'Z' as u64) * ONES;
    let capitals = (from_a ^ above_z) & !word & (0x80 * ONES);
    word | capitals >> 2
}

/// The position of the first line feed at or after `from`, eight octets at a time.
pub(crate) fn find_line_feed(octets: &[u8], from: usize) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let tail = octets.get(from..)?;
    let mut chunks = tail.chunks_exact(8);
    let mut at = from;
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().expect("chunks_exact gives eight octets"));
        let zeros = word ^ (ONES * b'\n' as u64);
        let found = zeros.wrapping_sub(ONES) & !zeros & HIGHS;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    chunks.remainder().iter().position(|&c| c == b'\n').map(|i| at + i)
}

/// The text between the quotation marks of a quoted string, its escapes left as they were.
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(&'a [u8]);

impl<'a> Quoted<'a> {
    /// A quoted string with `text` between its quotation marks; `None` when something in it lacks its backslash.
    ///
    /// Text without quotation marks, backslashes and control characters can be taken as it is.
    #[must_use]
    pub fn from_escaped(text: &'a [u8]) -> Option<Self> {
        let mut octets = text.iter();
        while let Some(&octet) = octets.next() {
            let legal = match octet {
                b'\\' => octets.next().is_some_and(|c| !matches!(c, b'\r' | b'\n' | 0x80..)),
                b'\t' | b' ' | b'!' | 0x23..=0x7E | 0x80.. => true,
                _ => false,
            };
            if !legal {
                return None;
            }
        }
        Some(Self(text))
    }

    /// The octets between the quotation marks, backslashes included.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.0
    }

    /// The octets that are meant: each quoted-pair replaced by its second octet.
    #[must_use]
    pub fn unescaped(&self) -> Cow<'a, [u8]> {
        if !self.0.contains(&b'\\') {
            return Cow::Borrowed(self.0);
        }
        let mut meant = Vec::with_capacity(self.0.len());
        let mut octets = self.0.iter();
        while let Some(&octet) = octets.next() {
            meant.push(if octet == b'\\' { *octets.next().unwrap_or(&octet) } else { octet });
        }
        Cow::Owned(meant)
    }

    /// The text that is meant; octets that are no UTF-8 become the replacement character.
    #[must_use]
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.unescaped()).into_owned()
    }
}

//= RFC 3261 7.3.1: values expressed as quoted strings are case-sensitive
impl PartialEq for Quoted<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.unescaped() == other.unescaped()
    }
}

impl Eq for Quoted<'_> {}

impl Compose for Quoted<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        out.extend_from_slice(self.0);
        out.push(b'"');
    }
}

/// Appends `text` as a quoted string, escaping what needs it.
///
/// Carriage return and line feed cannot stand in a quoted string (RFC 3261 25.1): each becomes a space.
pub fn compose_quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &octet in text {
        match octet {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', octet]),
            b'\r' | b'\n' => out.push(b' '),
            0x00..=0x08 | 0x0B..=0x1F | 0x7F => out.extend_from_slice(&[b'\\', octet]),
            _ => out.push(octet),
        }
    }
    out.push(b'"');
}

/// A place in the octets of one header field value, and what to call it when the value is wrong.
///
/// Typed views are read through a cursor, so that an error names octets of the datagram.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    octets: &'a [u8],
    pos: usize,
    end: usize,
    kind: ParseErrorKind,
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of `octets[start..end]`; grammar faults become `kind`.
    pub(crate) fn new(octets: &'a [u8], start: usize, end: usize, kind: ParseErrorKind) -> Self {
        debug_assert!(start <= end && end <= octets.len(), "the span lies in the octets");
        Self { octets, pos: start, end, kind }
    }

    /// A cursor over the whole of `value`.
    pub(crate) fn over(value: &'a [u8], kind: ParseErrorKind) -> Self {
        Self::new(value, 0, value.len(), kind)
    }

    /// The same place, with another name for faults.
    pub(crate) fn naming(&self, kind: ParseErrorKind) -> Self {
        Self { kind, ..self.clone() }
    }

    /// A cursor from here to `end`, which must not lie behind this cursor's own end.
    pub(crate) fn until(&self, end: usize) -> Self {
        Self::new(self.octets, self.pos, end.min(self.end), self.kind)
    }

    /// The position, counted from the first octet handed to the parser.
    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    /// Moves to `pos`.
    pub(crate) fn seek(&mut self, pos: usize) {
        debug_assert!(pos <= self.end, "a cursor stays in its span");
        self.pos = pos;
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.octets[self.pos..self.end]
    }

    /// The octets from `start` to here.
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        &self.octets[start..self.pos]
    }

    /// Whether nothing is left.
    pub(crate) fn at_end(&self) -> bool {
        self.pos >= self.end
    }

    /// The next octet.
    pub(crate) fn peek(&self) -> Option<u8> {
        (self.pos < self.end).then(|| self.octets[self.pos])
    }

    /// Steps over one octet, if there is one.
    pub(crate) fn bump(&mut self) {
        self.pos = (self.pos + 1).min(self.end);
    }

    /// The fault of this cursor's grammar from `start` to the octet at hand.
    pub(crate) fn fault(&self, start: usize) -> ParseError {
        self.fault_of(self.kind, start)
    }

    /// The fault of this cursor's grammar in the octets from `start` to here.
    pub(crate) fn fault_since(&self, start: usize) -> ParseError {
        ParseError::new(self.kind, start..self.pos)
    }

    /// The fault of this cursor's grammar from `start` to the end of what can be read.
    pub(crate) fn fault_to_end(&self, start: usize) -> ParseError {
        ParseError::new(self.kind, start..self.end)
    }

    /// The fault `kind` from `start` to the octet at hand.
    pub(crate) fn fault_of(&self, kind: ParseErrorKind, start: usize) -> ParseError {
        ParseError::new(kind, start..(self.pos + 1).min(self.end).max(start))
    }

    /// Steps over linear white space, folds included; tells whether there was any.
    #[inline]
    pub(crate) fn skip_lws(&mut self) -> bool {
        if self.peek().is_none_or(|octet| octet > b' ') {
            return false;
        }
        self.skip_some_lws()
    }

    fn skip_some_lws(&mut self) -> bool {
        let start = self.pos;
        while self.pos < self.end {
            match self.octets[self.pos] {
                b' ' | b'\t' => self.pos += 1,
                b'\r' if self.octets[self.pos..self.end].starts_with(b"\r\n") => self.pos += 2,
                _ => break,
            }
        }
        self.pos > start
    }

    /// Steps over `octet` if it is next.
    pub(crate) fn eat(&mut self, octet: u8) -> bool {
        let found = self.peek() == Some(octet);
        self.pos += usize::from(found);
        found
    }

    /// Steps over white space, `octet` and white space; stays where it was if `octet` is not there.
    pub(crate) fn eat_separator(&mut self, octet: u8) -> bool {
        let start = self.pos;
        self.skip_lws();
        if self.eat(octet) {
            self.skip_lws();
            return true;
        }
        self.pos = start;
        false
    }

    /// Steps over the separator `octet` with the white space around it, or fails.
    pub(crate) fn separator(&mut self, octet: u8) -> Result<(), ParseError> {
        if self.eat_separator(octet) { Ok(()) } else { Err(self.fault(self.pos)) }
    }

    /// Steps over octets while `class` holds; returns them.
    pub(crate) fn take_while(&mut self, class: impl Fn(u8) -> bool) -> &'a [u8] {
        let start = self.pos;
        while self.pos < self.end && class(self.octets[self.pos]) {
            self.pos += 1;
        }
        self.since(start)
    }

    /// A token.
    pub(crate) fn token(&mut self) -> Result<&'a str, ParseError> {
        let start = self.pos;
        let token = self.take_while(is_token);
        if token.is_empty() {
            return Err(self.fault(start));
        }
        Ok(ascii(token))
    }

    /// A decimal number; `None` in the result stands for one above `u32::MAX`.
    pub(crate) fn number(&mut self) -> Result<Option<u32>, ParseError> {
        let start = self.pos;
        let digits = self.take_while(is_digit);
        if digits.is_empty() {
            return Err(self.fault(start));
        }
        Ok(decimal(digits))
    }

    /// A decimal number up to `u32::MAX`; a greater one is a fault of the grammar at hand.
    pub(crate) fn small_number(&mut self) -> Result<u32, ParseError> {
        let start = self.pos;
        self.number()?.ok_or_else(|| self.fault(start))
    }

    /// A quoted string, from its opening to its closing quotation mark.
    pub(crate) fn quoted(&mut self) -> Result<Quoted<'a>, ParseError> {
        let open = self.pos;
        if !self.eat(b'"') {
            return Err(self.fault(open));
        }
        let start = self.pos;
        while let Some(octet) = self.peek() {
            match octet {
                b'"' => {
                    let text = self.since(start);
                    self.pos += 1;
                    return Ok(Quoted(text));
                }
                b'\\' => self.quoted_pair()?,
                b'\r' | b'\n' if !self.skip_lws() => return Err(self.fault(open)),
                b'\r' | b'\n' => {}
                b'\t' | 0x20..=0x7E | 0x80.. => self.pos += 1,
                _ => return Err(self.fault(self.pos)),
            }
        }
        Err(ParseError::new(ParseErrorKind::UnterminatedQuote, open..self.end))
    }

    /// A backslash and the octet it protects.
    fn quoted_pair(&mut self) -> Result<(), ParseError> {
        let start = self.pos;
        self.pos += 1;
        match self.peek() {
            //= RFC 3261 25.1: the characters CR and LF cannot be escaped by this mechanism
            None | Some(b'\r' | b'\n' | 0x80..) => Err(self.fault(start)),
            Some(_) => {
                self.pos += 1;
                Ok(())
            }
        }
    }

    /// Fails unless only white space is left.
    pub(crate) fn finish(&mut self) -> Result<(), ParseError> {
        self.skip_lws();
        if self.at_end() { Ok(()) } else { Err(self.fault(self.pos)) }
    }
}

/// The value of decimal `digits`, `None` above `u32::MAX`; leading zeros are allowed.
pub(crate) fn decimal(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, &digit| sum.checked_mul(10)?.checked_add(u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::super::name::HeaderName;
    use super::*;

    fn cursor(value: &str) -> Cursor<'_> {
        Cursor::over(value.as_bytes(), ParseErrorKind::Malformed(HeaderName::Subject))
    }

    #[test]
    fn line_feed_is_found_at_every_offset() {
        for length in 0..40 {
            for at in 0..length {
                let mut octets = vec![0x8Au8; length];
                octets[at] = b'\n';
                assert_eq!(find_line_feed(&octets, 0), Some(at));
                assert_eq!(find_line_feed(&octets, at + 1), None);
            }
        }
        assert_eq!(find_line_feed(b"ab", 7), None);
    }

    #[test]
    fn lower_case_of_words_is_lower_case_of_octets() {
        for first in 0..=255u8 {
            let octets = [first, b'A', b'z', b'Z', b'@', b'[', first ^ 0x20, first.wrapping_mul(31)];
            let expected = octets.map(|octet| octet.to_ascii_lowercase());
            assert_eq!(lower_case(u64::from_le_bytes(octets)).to_le_bytes(), expected);
        }
    }

    #[test]
    fn quoted_pair_is_replaced_by_its_second_octet() {
        let quoted = cursor(r#""J Rosenberg \\\"""#).quoted().unwrap();
        assert_eq!(quoted.to_text(), r#"J Rosenberg \""#);
        assert_eq!(quoted.raw(), br#"J Rosenberg \\\""#);
    }

    #[test]
    fn quoted_string_without_end_is_a_fault() {
        for text in ["\"abc", "\"abc\\", "\"abc\\\""] {
            assert!(cursor(text).quoted().is_err(), "{text}");
        }
        assert_eq!(cursor("\"abc").quoted().unwrap_err().kind, ParseErrorKind::UnterminatedQuote);
    }

    #[test]
    fn quoting_escapes_and_reads_back() {
        let text = b"a \"b\" \\ \x07 \0 \xFF";
        let mut out = Vec::new();
        compose_quoted(text, &mut out);
        let mut cursor = Cursor::over(&out, ParseErrorKind::Malformed(HeaderName::Subject));
        assert_eq!(cursor.quoted().unwrap().unescaped().as_ref(), text);
    }

    #[test]
    fn numbers_above_32_bits_are_told_apart_from_no_number() {
        assert_eq!(cursor("0068").number(), Ok(Some(68)));
        assert_eq!(cursor("4294967295").number(), Ok(Some(u32::MAX)));
        assert_eq!(cursor("4294967296").number(), Ok(None));
        assert!(cursor("-1").number().is_err());
    }
}

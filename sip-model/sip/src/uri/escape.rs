//! `%` escapes in URIs (RFC 3261 19.1.2).

use crate::message::lex::is_unreserved;

/// The octets that `text` means: each `%` HEX HEX replaced by its octet.
///
/// A `%` without two hexadecimal digits behind it stays as it is.
#[must_use]
pub fn unescape(text: &str) -> Vec<u8> {
    octets(text).map(|octet| octet.value).collect()
}

/// `user` with everything escaped that may not stand bare in the user part of a SIP URI.
///
/// Left bare: alphanumerics, the marks and `& = + $ , ; ? /` (RFC 3261 25.1 `user`).
#[must_use]
pub fn escape_user(user: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut text = String::with_capacity(user.len());
    for &octet in user {
        if is_user(octet) {
            text.push(char::from(octet));
        } else {
            text.push('%');
            text.push(char::from(HEX[usize::from(octet >> 4)]));
            text.push(char::from(HEX[usize::from(octet & 15)]));
        }
    }
    text
}

/// Whether `octet` may stand bare in a user part.
pub(crate) fn is_user(octet: u8) -> bool {
    is_unreserved(octet) || b"&=+$,;?/".contains(&octet)
}

/// Whether every `%` in `text` begins an escape and every other octet is in `class`.
pub(crate) fn follows(text: &[u8], class: impl Fn(u8) -> bool) -> bool {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'%' if escaped(&text[at..]).is_some() => at += 3,
            b'%' => return false,
            octet if class(octet) => at += 1,
            _ => return false,
        }
    }
    true
}

/// Whether `a` and `b` mean the same, with case.
pub(crate) fn same(a: &str, b: &str) -> bool {
    octets(a).map(Octet::comparable).eq(octets(b).map(Octet::comparable))
}

/// Whether `a` and `b` mean the same, without case.
pub(crate) fn same_ignoring_case(a: &str, b: &str) -> bool {
    let folded = |octet: Octet| Octet { value: octet.value.to_ascii_lowercase(), ..octet }.comparable();
    octets(a).map(folded).eq(octets(b).map(folded))
}

/// One octet that a URI means, and whether it was written as an escape.
#[derive(Clone, Copy)]
struct Octet {
    value: u8,
    was_escaped: bool,
}

impl Octet {
    //= RFC 3261 19.1.4: characters other than those in the "reserved" set (see RFC 2396 [5]) are equivalent
    // to their ""%" HEX HEX" encoding
    fn comparable(self) -> (u8, bool) {
        (self.value, self.was_escaped && b";/?:@&=+$,".contains(&self.value))
    }
}

fn octets(text: &str) -> impl Iterator<Item = Octet> + '_ {
    let mut rest = text.as_bytes();
    std::iter::from_fn(move || {
        let (&first, tail) = rest.split_first()?;
        if let Some(value) = escaped(rest) {
            rest = &rest[3..];
            return Some(Octet { value, was_escaped: true });
        }
        rest = tail;
        Some(Octet { value: first, was_escaped: false })
    })
}

/// The octet that an escape at the start of `text` means.
fn escaped(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else { return None };
    let digit = |c: u8| char::from(c).to_digit(16);
    Some((digit(*high)? * 16 + digit(*low)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_nul_does_not_end_the_text() {
        assert_eq!(unescape("null-%00-null"), b"null-\0-null");
        assert!(!same("%00", "%00%00"));
    }

    #[test]
    fn reserved_characters_differ_from_their_escapes() {
        assert!(same("%61lice", "alice"));
        assert!(!same("a%3Bb", "a;b"));
        assert!(same("a%3bb", "a%3Bb"));
        assert!(same_ignoring_case("%6C%72", "LR"));
    }

    #[test]
    fn escaping_reads_back() {
        let user = "Jäsøn @:%";
        assert_eq!(unescape(&escape_user(user.as_bytes())), user.as_bytes());
        assert_eq!(escape_user(b"u17"), "u17");
    }

    #[test]
    fn percent_without_digits_follows_no_class() {
        assert!(follows(b"a%20b", |c| c.is_ascii_alphabetic()));
        assert!(!follows(b"a%2", |c| c.is_ascii_alphabetic()));
        assert!(!follows(b"a%zz", |c| c.is_ascii_alphabetic()));
    }
}

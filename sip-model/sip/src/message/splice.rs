//! Where the first value of a list ends and where its parameters are, in raw octets.
//!
//! These functions find their way in any octets: what breaks the grammar is spliced by the quotation marks and
//! angle brackets that it has.

use std::ops::Range;

use super::lex::{is_token, is_wsp};

/// The part of `list` up to the first comma that separates values, without the white space before the comma.
pub(super) fn first_value(list: &[u8]) -> &[u8] {
    let end = separators(list, b",").next().map_or(list.len(), |(at, _)| at);
    without_lws_end(&list[..end])
}

/// Where the value behind the first comma of `list` begins, `None` when there is no comma.
pub(super) fn second_value(list: &[u8]) -> Option<usize> {
    let (comma, _) = separators(list, b",").next()?;
    let space = list[comma + 1..].iter().take_while(|&&c| is_lws(c)).count();
    Some(comma + 1 + space)
}

/// Sets the parameter `name` of the first value in `out[from..]` to what `compose` appends.
pub(super) fn set_param(out: &mut Vec<u8>, from: usize, name: &str, compose: impl FnOnce(&mut Vec<u8>)) {
    let value = from..from + first_value(&out[from..]).len();
    let place = match find_param(&out[value.clone()], name) {
        Some(param) => {
            out.drain(from + param.start..from + param.end);
            from + param.start
        }
        None => value.end,
    };
    let before = out.len();
    out.push(b';');
    out.extend_from_slice(name.as_bytes());
    out.push(b'=');
    compose(out);
    let length = out.len() - before;
    out[place..].rotate_right(length);
}

/// Where the parameter `name` stands in `value`: from its semicolon to the end of its own value.
fn find_param(value: &[u8], name: &str) -> Option<Range<usize>> {
    let mut marks = separators(value, b";,").filter(|&(_, separator)| separator == b';').peekable();
    while let Some((start, _)) = marks.next() {
        let end = marks.peek().map_or(value.len(), |&(next, _)| next);
        let space = value[start + 1..end].iter().take_while(|&&c| is_lws(c)).count();
        let text = &value[start + 1 + space..end];
        let spelt = text.iter().take_while(|&&c| is_token(c)).count();
        if text[..spelt].eq_ignore_ascii_case(name.as_bytes()) {
            return Some(start..start + without_lws_end(&value[start..end]).len());
        }
    }
    None
}

fn is_lws(octet: u8) -> bool {
    is_wsp(octet) || octet == b'\r' || octet == b'\n'
}

/// `octets` up to the white space at their end.
fn without_lws_end(octets: &[u8]) -> &[u8] {
    let length = octets.iter().rposition(|&c| !is_lws(c)).map_or(0, |last| last + 1);
    &octets[..length]
}

/// The positions of octets of `wanted` outside quoted strings and angle brackets.
fn separators<'v>(value: &'v [u8], wanted: &'v [u8]) -> impl Iterator<Item = (usize, u8)> + 'v {
    let mut quoted = false;
    let mut bracketed = false;
    let mut escaped = false;
    value.iter().enumerate().filter_map(move |(at, &octet)| {
        if escaped {
            escaped = false;
            return None;
        }
        match octet {
            b'\\' if quoted => escaped = true,
            b'"' if !bracketed => quoted = !quoted,
            b'<' if !quoted => bracketed = true,
            b'>' if !quoted => bracketed = false,
            _ if !quoted && !bracketed && wanted.contains(&octet) => return Some((at, octet)),
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_and_brackets_separate_nothing() {
        let list = b"\"a,\\\",b\" <sip:c,d@e.f;x=\"> ;g , <sip:h@i.j>";
        assert_eq!(first_value(list), &list[..29]);
        assert_eq!(second_value(list), Some(32));
        assert_eq!(second_value(b"<sip:a@b.c>"), None);
        assert_eq!(second_value(b"a,\r\n b"), Some(5));
    }

    fn with_param(value: &str, name: &str) -> String {
        let mut out = value.as_bytes().to_vec();
        set_param(&mut out, 0, name, |out| out.push(b'7'));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn parameter_is_replaced_where_it_is_and_else_appended() {
        assert_eq!(with_param("SIP/2.0/UDP a;rport;branch=b", "rport"), "SIP/2.0/UDP a;rport=7;branch=b");
        assert_eq!(
            with_param("SIP/2.0/UDP a; RPORT = 1 ;branch=b", "rport"),
            "SIP/2.0/UDP a;rport=7 ;branch=b"
        );
        assert_eq!(
            with_param("SIP/2.0/UDP a;branch=b , SIP/2.0/UDP c;rport", "rport"),
            "SIP/2.0/UDP a;branch=b;rport=7 , SIP/2.0/UDP c;rport"
        );
        assert_eq!(with_param("SIP/2.0/UDP a", "received"), "SIP/2.0/UDP a;received=7");
    }
}

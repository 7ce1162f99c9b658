//! Writing bodies of several parts.

use super::{Boundary, CONTENT_TYPE};
use crate::header::ContentType;
use crate::message::lex::find_line_feed;
use crate::message::{Compose, FieldName};

/// A part to be written.
#[derive(Clone)]
pub struct NewPart<'a> {
    rows: Vec<(FieldName<'a>, &'a dyn Compose)>,
    body: &'a [u8],
}

impl std::fmt::Debug for NewPart<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.rows.iter().map(|(name, _)| name).collect();
        f.debug_struct("NewPart").field("rows", &names).field("octets", &self.body.len()).finish()
    }
}

impl<'a> NewPart<'a> {
    /// A part with the octets `body` of the type `content_type`.
    #[must_use]
    pub fn new(content_type: &'a ContentType<'a>, body: &'a [u8]) -> Self {
        Self { rows: vec![(FieldName::Known(CONTENT_TYPE), content_type)], body }
    }

    /// The part with a further row behind those it has.
    #[must_use]
    pub fn with(mut self, name: impl Into<FieldName<'a>>, value: &'a dyn Compose) -> Self {
        self.rows.push((name.into(), value));
        self
    }

    fn compose(&self, out: &mut Vec<u8>) {
        for (name, value) in &self.rows {
            name.as_str().compose(out);
            out.extend_from_slice(b": ");
            value.compose(out);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(self.body);
        out.extend_from_slice(b"\r\n");
    }
}

/// Appends a body of `parts` separated by `boundary` to `out`.
///
/// `None`, and nothing appended, when there is no part or when a part has a line that begins with the delimiter, so
/// that another boundary has to be taken.
#[must_use]
pub fn compose_multipart(boundary: Boundary<'_>, parts: &[NewPart<'_>], out: &mut Vec<u8>) -> Option<()> {
    //= RFC 2046 5.1.1: boundary delimiters must not appear within the encapsulated material
    if parts.is_empty() || parts.iter().any(|part| has_delimiter(part.body, boundary)) {
        return None;
    }
    for part in parts {
        out.extend_from_slice(format!("--{}\r\n", boundary.as_str()).as_bytes());
        part.compose(out);
    }
    out.extend_from_slice(format!("--{}--\r\n", boundary.as_str()).as_bytes());
    Some(())
}

/// Whether a line of `octets` begins with the delimiter of `boundary`.
fn has_delimiter(octets: &[u8], boundary: Boundary<'_>) -> bool {
    let begins = |line: &[u8]| {
        line.strip_prefix(b"--").is_some_and(|rest| rest.starts_with(boundary.as_str().as_bytes()))
    };
    let mut line = 0;
    loop {
        if begins(&octets[line..]) {
            return true;
        }
        match find_line_feed(octets, line) {
            Some(feed) => line = feed + 1,
            None => return false,
        }
    }
}

//! One part of a body.

use std::ops::Range;

use super::error::{MultipartError, MultipartErrorKind};
use super::{Boundary, Multipart};
use crate::header::{self, ContentDisposition, ContentType, HeaderField, Params};
use crate::message::lex::{ascii, find_line_feed, is_wsp};
use crate::message::scan::scan_row_head;
use crate::message::{FieldName, ParseError};

/// A part of a body: header field rows of its own, and a body.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// The rows in order.
    pub rows: Vec<PartRow<'a>>,
    /// The body, any octets.
    pub body: &'a [u8],
    /// The parts of the body, `None` when the part is no multipart.
    pub inner: Option<Multipart<'a>>,
}

/// A row of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartRow<'a> {
    /// The name.
    pub name: FieldName<'a>,
    /// The value without the white space around it, folds included.
    pub value: &'a [u8],
}

impl<'a> Part<'a> {
    /// Reads the part at `span` of `octets`, within a body at `depth`.
    pub(super) fn read(octets: &'a [u8], span: Range<usize>, depth: usize) -> Result<Self, MultipartError> {
        let (rows, body) = read_rows(octets, span.clone())?;
        let part = Self { rows, body: &octets[body..span.end], inner: None };
        let content_type = part.content_type();
        let fault = |kind| MultipartError { kind, at: span.clone() };
        let content_type = content_type.map_err(|_| fault(MultipartErrorKind::ContentType))?;
        if !content_type.is_multipart() {
            return Ok(part);
        }
        let boundary = Boundary::of(&content_type).ok_or_else(|| fault(MultipartErrorKind::Boundary))?;
        let inner = Multipart::read(octets, body..span.end, boundary, depth + 1)?;
        Ok(Self { inner: Some(inner), ..part })
    }

    /// What the part is: `text/plain` where it does not say (RFC 2046 5.1).
    ///
    /// # Errors
    /// What breaks the grammar, with positions in the value.
    pub fn content_type(&self) -> Result<ContentType<'a>, ParseError> {
        //= RFC 2046 5.1: the default Content-Type for a body part is text/plain; charset=us-ascii
        let plain = ContentType { kind: "text", subtype: "plain", params: Params::NONE };
        Ok(self.find()?.unwrap_or(plain))
    }

    /// How the part is to be understood, `None` where it does not say.
    ///
    /// # Errors
    /// What breaks the grammar, with positions in the value.
    pub fn disposition(&self) -> Result<Option<ContentDisposition<'a>>, ParseError> {
        self.find()
    }

    /// The first value of the header field `H`, `None` when the part has none.
    ///
    /// # Errors
    /// What breaks the grammar, with positions in the value.
    pub fn find<H: HeaderField<'a>>(&self) -> Result<Option<H>, ParseError> {
        let row = self.rows.iter().find(|row| row.name == FieldName::Known(H::NAME));
        row.map(|row| header::parse(row.value)).transpose()
    }
}

/// Reads the rows at the start of `octets[span]`; returns them and where the body begins.
fn read_rows(octets: &[u8], span: Range<usize>) -> Result<(Vec<PartRow<'_>>, usize), MultipartError> {
    let mut rows = Vec::new();
    let mut at = span.start;
    while at < span.end {
        //= RFC 2046 5.1.1: body-part := MIME-part-headers [CRLF *OCTET]
        if octets[at..span.end].starts_with(b"\r\n") {
            return Ok((rows, at + 2));
        }
        let end = row_end(&octets[..span.end], at);
        let head = scan_row_head(&octets[..end], at)
            .map_err(|_| MultipartError { kind: MultipartErrorKind::FieldName, at: at..end })?;
        let value = octets[head.value..end].trim_ascii();
        rows.push(PartRow { name: FieldName::from(ascii(head.name(octets, at))), value });
        at = end;
    }
    Ok((rows, span.end))
}

/// The position behind the row that begins at `row`, folds included: the end of `octets` when no line end is there.
fn row_end(octets: &[u8], row: usize) -> usize {
    let mut at = row;
    loop {
        let Some(feed) = find_line_feed(octets, at) else { return octets.len() };
        at = feed + 1;
        if !octets.get(at).is_some_and(|&octet| is_wsp(octet)) {
            return at;
        }
    }
}

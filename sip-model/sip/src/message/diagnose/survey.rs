//! The framing of a message as far as it can be made out, and each fault in it.

use std::borrow::Cow;
use std::ops::Range;

use crate::message::Message;
use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::lex::{find_line_feed, is_wsp};
use crate::message::name::HeaderName;
use crate::message::scan::{
    Index, MAX_FIELDS, RowSpan, StartSpan, body_end, first_octet, head_of, note_length, salvage_start_line,
    scan_row_head, scan_start_line, tell_cut,
};

/// What a survey found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The start line, `None` where nothing can be made of it.
    start: Option<StartSpan>,
    /// Whether the start line has no fault.
    pub(super) is_start_sound: bool,
    /// The rows that have a name and a colon.
    pub(super) rows: Vec<RowSpan>,
    /// Where the start line begins.
    first: usize,
    /// Where the body is.
    body: Range<usize>,
    /// The faults, in the order in which they were found.
    pub(super) faults: Vec<ParseError>,
    /// Whether a line without a carriage return was told.
    told_bare_line_feed: bool,
}

impl Survey {
    /// Surveys `octets`.
    pub(super) fn of(octets: &[u8]) -> Self {
        let mut survey = Self::default();
        let head = head_of(octets).and_then(|head| Ok((head, first_octet(head)?)));
        match head {
            Ok((head, first)) => survey.walk(head, octets, first),
            Err(fault) => survey.faults.push(fault),
        }
        let faults = std::mem::take(&mut survey.faults);
        survey.faults = faults.into_iter().map(|fault| tell_cut(fault, octets)).collect();
        survey
    }

    /// The message as far as it was found, `None` without a start line.
    pub(super) fn into_message(self, octets: &[u8]) -> Option<Message<'_>> {
        let index = Index {
            first: self.first as u16,
            start: self.start?,
            rows: self.rows,
            body: self.body.start as u16,
            end: self.body.end as u32,
        };
        Some(Message { octets: Cow::Borrowed(&octets[..self.body.end]), index })
    }

    /// Finds the start line that begins at `first`, the rows, which end in `head`, and the body.
    fn walk(&mut self, head: &[u8], octets: &[u8], first: usize) {
        self.first = first;
        self.body = head.len()..head.len();
        let Some(next) = self.next_line(head, first, first) else { return };
        let line = first..line_content_end(head, next);
        match scan_start_line(head, line.clone()) {
            Ok(start) => (self.start, self.is_start_sound) = (Some(start), true),
            Err(fault) => {
                self.faults.push(fault);
                self.start = salvage_start_line(head, line);
            }
        }
        let Some(body) = self.walk_rows(head, next) else { return };
        self.body = body..octets.len();
        let length = self.content_length(head);
        match body_end(octets, body, length) {
            Ok(end) => self.body.end = end,
            Err(fault) => self.faults.push(fault),
        }
    }

    /// Finds the rows from `at` on; where the body begins, `None` when the octets end before it does.
    fn walk_rows(&mut self, octets: &[u8], mut at: usize) -> Option<usize> {
        for _ in 0..=MAX_FIELDS {
            if octets[at..].starts_with(b"\r\n") {
                return Some(at + 2);
            }
            let end = self.row_end(octets, at)?;
            if end == at + 1 {
                return Some(end);
            }
            match scan_row_head(&octets[..end], at) {
                Ok(head) => {
                    self.rows.push(RowSpan::new(octets, at, head, line_content_end(octets, end)..end))
                }
                Err(_) => {
                    let at = at..line_content_end(octets, end);
                    self.faults.push(ParseError::new(ParseErrorKind::FieldName, at));
                }
            }
            at = end;
        }
        self.faults.push(ParseError::new(ParseErrorKind::TooManyFields, at..octets.len()));
        None
    }

    /// The position behind the row that begins at `row`, folds included.
    fn row_end(&mut self, octets: &[u8], row: usize) -> Option<usize> {
        let mut at = row;
        loop {
            at = self.next_line(octets, at, row)?;
            if !octets.get(at).is_some_and(|&octet| is_wsp(octet)) {
                return Some(at);
            }
        }
    }

    /// The position behind the line end that is next at or after `from`; the fault of its absence is the row's.
    fn next_line(&mut self, octets: &[u8], from: usize, row: usize) -> Option<usize> {
        let Some(feed) = find_line_feed(octets, from) else {
            self.faults.push(ParseError::new(ParseErrorKind::HeadersUnfinished, row..octets.len()));
            return None;
        };
        if (feed == from || octets[feed - 1] != b'\r') && !self.told_bare_line_feed {
            self.told_bare_line_feed = true;
            self.faults.push(ParseError::new(ParseErrorKind::BareLineFeed, feed..feed + 1));
        }
        Some(feed + 1)
    }

    /// The first Content-Length that is a number.
    fn content_length(&mut self, octets: &[u8]) -> Option<u32> {
        let mut length = None;
        for row in self.rows.iter().filter(|row| row.known == Some(HeaderName::ContentLength)) {
            self.faults.extend(note_length(octets, row, &mut length).err());
        }
        length
    }
}

/// Where the line that ends before `next` ends without its line end.
fn line_content_end(octets: &[u8], next: usize) -> usize {
    let feed = next - 1;
    if octets[..feed].ends_with(b"\r") { feed - 1 } else { feed }
}

//! Typed views of a message's header fields.

use super::error::{ParseError, ParseErrorKind};
use super::lex::Cursor;
use super::name::HeaderName;
use super::scan::RowSpan;
use super::{Message, StartLine};
use crate::header::{CSeq, CallId, From, HeaderField, MaxForwards, Shape, To, Via};

/// The header fields that every request must have, read and found in order (RFC 3261 8.1.1).
#[derive(Clone, Copy, Debug)]
pub struct Mandatory<'m> {
    /// The topmost Via.
    pub via: Via<'m>,
    /// From.
    pub from: From<'m>,
    /// To.
    pub to: To<'m>,
    /// Call-ID.
    pub call_id: CallId<'m>,
    /// CSeq.
    pub cseq: CSeq<'m>,
    /// Max-Forwards, which RFC 2543 elements do without.
    pub max_forwards: Option<MaxForwards>,
}

/// The values of one header field, read one after the other over all its rows.
///
/// After a fault the iteration goes on with the next row.
#[derive(Clone, Debug)]
pub struct Values<'m, H> {
    message: &'m Message<'m>,
    rows: std::slice::Iter<'m, RowSpan>,
    row: Option<Cursor<'m>>,
    kind: std::marker::PhantomData<fn() -> H>,
}

impl Message<'_> {
    /// The topmost value of the header field `H`.
    ///
    /// # Errors
    /// [`ParseErrorKind::Missing`], [`ParseErrorKind::Repeated`] when a second row follows where there may be one
    /// only, else what breaks the grammar.
    pub fn top<'m, H: HeaderField<'m>>(&'m self) -> Result<H, ParseError> {
        let end = usize::from(self.index.body);
        self.find()?.ok_or_else(|| ParseError::new(ParseErrorKind::Missing(H::NAME), end..end))
    }

    /// The topmost value of the header field `H`, `None` when the message has none.
    ///
    /// # Errors
    /// As [`Message::top`], without `Missing`.
    pub fn find<'m, H: HeaderField<'m>>(&'m self) -> Result<Option<H>, ParseError> {
        let mut rows = self.index.rows.iter().filter(|row| row.known == Some(H::NAME));
        let Some(row) = rows.next() else { return Ok(None) };
        if H::SHAPE == Shape::Single {
            if let Some(again) = rows.next() {
                return Err(ParseError::new(ParseErrorKind::Repeated(H::NAME), again.whole()));
            }
            let mut cursor = self.cursor(row, H::NAME);
            let value = H::read(&mut cursor)?;
            cursor.finish()?;
            return Ok(Some(value));
        }
        self.values().next().transpose()
    }

    /// All values of the header field `H`, in order.
    #[must_use]
    pub fn values<'m, H: HeaderField<'m>>(&'m self) -> Values<'m, H> {
        Values { message: self, rows: self.index.rows.iter(), row: None, kind: std::marker::PhantomData }
    }

    fn cursor(&self, row: &RowSpan, name: HeaderName) -> Cursor<'_> {
        let value = row.value();
        Cursor::new(&self.octets, value.start, value.end, ParseErrorKind::Malformed(name))
    }

    /// The header fields without which a request cannot be handled, all of them well-formed.
    ///
    /// # Errors
    /// The first that is missing, repeated or malformed; [`ParseErrorKind::CSeqMethod`] when CSeq names another
    /// method than the request line.
    pub fn mandatory(&self) -> Result<Mandatory<'_>, ParseError> {
        //= RFC 3261 8.1.1: a valid SIP request formulated by a UAC MUST, at a minimum, contain the following header
        // fields: To, From, CSeq, Call-ID, Max-Forwards, and Via
        let cseq: CSeq<'_> = self.top()?;
        if let StartLine::Request { method, .. } = self.start_line()
            && method != cseq.method
        {
            let row = self.index.rows.iter().find(|row| row.known == Some(HeaderName::CSeq));
            let at = row.map_or(0..0, RowSpan::value);
            return Err(ParseError::new(ParseErrorKind::CSeqMethod, at));
        }
        Ok(Mandatory {
            via: self.top()?,
            from: self.top()?,
            to: self.top()?,
            call_id: self.top()?,
            cseq,
            max_forwards: self.find()?,
        })
    }

    /// The topmost Via.
    ///
    /// # Errors
    /// As [`Message::top`].
    pub fn via(&self) -> Result<Via<'_>, ParseError> {
        self.top()
    }

    /// The topmost Via as far as an answer needs it: where a request came from can often be read although its Via is
    /// faulty or of another version.
    ///
    /// `None` when not even that can be read, so that there is no place to send an answer to.
    #[must_use]
    pub fn answer_via(&self) -> Option<Via<'_>> {
        let row = self.index.rows.iter().find(|row| row.known == Some(HeaderName::Via))?;
        self.via().ok().or_else(|| Via::salvage(&mut self.cursor(row, HeaderName::Via)))
    }

    /// From.
    ///
    /// # Errors
    /// As [`Message::top`].
    pub fn from(&self) -> Result<From<'_>, ParseError> {
        self.top()
    }

    /// To.
    ///
    /// # Errors
    /// As [`Message::top`].
    pub fn to(&self) -> Result<To<'_>, ParseError> {
        self.top()
    }

    /// Call-ID.
    ///
    /// # Errors
    /// As [`Message::top`].
    pub fn call_id(&self) -> Result<CallId<'_>, ParseError> {
        self.top()
    }

    /// CSeq.
    ///
    /// # Errors
    /// As [`Message::top`].
    pub fn cseq(&self) -> Result<CSeq<'_>, ParseError> {
        self.top()
    }

    /// Max-Forwards, `None` when absent.
    ///
    /// # Errors
    /// As [`Message::find`].
    pub fn max_forwards(&self) -> Result<Option<MaxForwards>, ParseError> {
        self.find()
    }
}

impl<'m, H: HeaderField<'m>> Values<'m, H> {
    /// Opens the next row that has a value to read.
    fn next_row(&mut self) -> Option<Cursor<'m>> {
        loop {
            let row = self.rows.find(|row| row.known == Some(H::NAME))?;
            let cursor = self.message.cursor(row, H::NAME);
            if !(cursor.at_end() && H::SHAPE == Shape::EmptyableList) {
                return Some(cursor);
            }
        }
    }

    /// Reads the value at the cursor and steps over the comma behind it, if one may be there.
    fn read(cursor: &mut Cursor<'m>) -> Result<(H, Option<Cursor<'m>>), ParseError> {
        let value = H::read(cursor)?;
        let is_list = matches!(H::SHAPE, Shape::List | Shape::EmptyableList);
        if is_list && cursor.eat_separator(b',') {
            return Ok((value, Some(cursor.clone())));
        }
        cursor.finish()?;
        Ok((value, None))
    }
}

impl<'m, H: HeaderField<'m>> Iterator for Values<'m, H> {
    type Item = Result<H, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut cursor = match self.row.take() {
            Some(cursor) => cursor,
            None => self.next_row()?,
        };
        Some(Self::read(&mut cursor).map(|(value, rest)| {
            self.row = rest;
            value
        }))
    }
}

//! Messages as they were received (RFC 3261 7).
//!
//! A [`Message`] is its octets and an index of them: one pass finds the start line, the header field rows and the
//! body. Values are read when they are asked for, by the types of [`header`](crate::header); what nobody asks for
//! is never understood and leaves as it came.

pub(crate) mod compose;
mod composer;
mod derive;
mod diagnose;
mod edit;
pub(crate) mod error;
mod key;
pub(crate) mod lex;
pub(crate) mod method;
pub(crate) mod name;
mod patch;
mod rule;
pub(crate) mod scan;
mod splice;
pub(crate) mod status;
mod view;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use compose::Compose;
pub use composer::{Composer, ResponseHead};
pub use derive::{compose_ack, compose_cancel};
pub use diagnose::diagnose;
pub use edit::Edit;
pub use error::{Layer, ParseError, ParseErrorKind};
pub use key::{MergeKey, TransactionKey};
pub use lex::compose_quoted;
pub use method::Method;
pub use name::{FieldName, HeaderName};
pub use rule::Rule;
pub use scan::{MAX_FIELDS, MAX_HEAD_OCTETS, MAX_MESSAGE_OCTETS};
pub use status::{StatusClass, StatusCode};
pub use view::{Mandatory, Values};

use crate::uri::Uri;
use lex::{Cursor, ascii};
use scan::{Index, RowSpan, StartSpan};

/// A request or a response: its octets, and where in them everything is.
///
/// Borrowed from a datagram, or owned after [`Message::into_owned`]. Parsing allocates once, for the index.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    octets: Cow<'a, [u8]>,
    index: Index,
}

/// The start line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine<'m> {
    /// `INVITE sip:bob@biloxi.com SIP/2.0`
    Request {
        /// The method.
        method: Method<'m>,
        /// The Request-URI as received.
        uri: &'m str,
    },
    /// `SIP/2.0 200 OK`
    Status {
        /// The status code.
        code: StatusCode,
        /// The reason phrase, any octets.
        reason: &'m [u8],
    },
}

/// A header field row as received.
#[derive(Clone, Copy, Debug)]
pub struct Row<'m> {
    /// The name.
    pub name: FieldName<'m>,
    /// The value without the white space around it, folds included.
    pub value: &'m [u8],
    /// The whole row, from the name to the line end.
    pub octets: &'m [u8],
    /// Where in `octets` the value begins.
    value_at: usize,
}

impl<'a> Message<'a> {
    /// Indexes the datagram `octets` as one message.
    ///
    /// What is checked: the start line, that each row has a name and a colon, that the empty line is there, and
    /// Content-Length. Octets behind the body are discarded (RFC 3261 18.3), line ends before the start line
    /// are skipped (RFC 3261 7.5). Values are not looked at, and no header field is demanded: see
    /// [`Message::mandatory`].
    ///
    /// # Errors
    /// The first fault, with its place. A request with a fault can still be answered: see [`Message::salvage`].
    pub fn parse(octets: &'a [u8]) -> Result<Self, ParseError> {
        let index = Index::of(octets)?;
        Ok(Self { octets: Cow::Borrowed(&octets[..index.end as usize]), index })
    }

    /// Indexes what can be indexed of a request that [`Message::parse`] refused, so that it can be answered.
    ///
    /// Faulty rows are left out, the body is empty: it serves for its answer, not to be forwarded. `None` for
    /// what cannot be answered at all: responses, ACK, and what begins with no method.
    #[must_use]
    pub fn salvage(octets: &'a [u8]) -> Option<Self> {
        let index = Index::salvaged(octets)?;
        Some(Self { octets: Cow::Borrowed(&octets[..index.end as usize]), index })
    }

    /// The same message with octets of its own.
    #[must_use]
    pub fn into_owned(self) -> Message<'static> {
        Message { octets: Cow::Owned(self.octets.into_owned()), index: self.index }
    }

    /// The message as received, from the start line to the end of the body.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets[self.index.first as usize..]
    }

    /// The start line.
    #[must_use]
    pub fn start_line(&self) -> StartLine<'_> {
        match self.index.start {
            StartSpan::Request { method_end, uri_start, uri_end } => StartLine::Request {
                method: Method::from_token(&self.octets[self.index.first as usize..method_end as usize])
                    .expect("the method was found to be a token"),
                uri: ascii(&self.octets[uri_start as usize..uri_end as usize]),
            },
            StartSpan::Status { code, reason_start, reason_end } => {
                StartLine::Status { code, reason: &self.octets[reason_start as usize..reason_end as usize] }
            }
        }
    }

    /// The method of a request, `None` for a response.
    #[must_use]
    pub fn method(&self) -> Option<Method<'_>> {
        match self.start_line() {
            StartLine::Request { method, .. } => Some(method),
            StartLine::Status { .. } => None,
        }
    }

    /// The status code of a response, `None` for a request.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self.index.start {
            StartSpan::Request { .. } => None,
            StartSpan::Status { code, .. } => Some(code),
        }
    }

    /// Whether this is a request.
    #[must_use]
    pub fn is_request(&self) -> bool {
        self.status().is_none()
    }

    /// The Request-URI.
    ///
    /// # Errors
    /// [`ParseErrorKind::StartLine`] for a response, else what breaks the grammar of the URI's scheme.
    pub fn request_uri(&self) -> Result<Uri<'_>, ParseError> {
        match self.index.start {
            StartSpan::Request { uri_start, uri_end, .. } => {
                let (start, end) = (uri_start as usize, uri_end as usize);
                Uri::read(&mut Cursor::new(&self.octets, start, end, ParseErrorKind::Uri))
            }
            StartSpan::Status { .. } => Err(ParseError::new(ParseErrorKind::StartLine, 0..0)),
        }
    }

    /// The body; empty where there is none.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.octets[self.index.body as usize..]
    }

    /// All header field rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.index.rows.iter().map(|row| self.row(row))
    }

    /// The rows of the header field `name`, in order.
    pub fn rows_named<'m>(&'m self, name: impl Into<FieldName<'m>>) -> impl Iterator<Item = Row<'m>> {
        let name = name.into();
        self.index.rows.iter().filter(move |row| self.is_named(row, name)).map(|row| self.row(row))
    }

    /// The value of the first row of the header field `name`, known to this crate or not.
    #[must_use]
    pub fn value<'m>(&'m self, name: impl Into<FieldName<'m>>) -> Option<&'m [u8]> {
        self.rows_named(name).next().map(|row| row.value)
    }

    fn row(&self, row: &RowSpan) -> Row<'_> {
        let name = match row.known {
            Some(name) => FieldName::Known(name),
            None => FieldName::Extension(self.spelling(row)),
        };
        let value_at = usize::from(row.value_start - row.start);
        Row { name, value: &self.octets[row.value()], octets: &self.octets[row.whole()], value_at }
    }

    /// The name of `row` as it was spelt.
    fn spelling(&self, row: &RowSpan) -> &str {
        ascii(&self.octets[row.start as usize..row.name_end as usize])
    }

    fn is_named(&self, row: &RowSpan, name: FieldName<'_>) -> bool {
        match name {
            FieldName::Known(known) => row.known == Some(known),
            FieldName::Extension(text) => {
                row.known.is_none() && self.spelling(row).eq_ignore_ascii_case(text)
            }
        }
    }
}

impl<'m> Row<'m> {
    /// The octets of the row before the value and behind it.
    fn around_value(&self) -> (&'m [u8], &'m [u8]) {
        let (before, rest) = self.octets.split_at(self.value_at);
        (before, &rest[self.value.len()..])
    }
}

/// A message composes to the octets it was read from.
impl Compose for Message<'_> {
    fn compose(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.octets());
    }
}

//! Composing new messages into a caller's buffer (RFC 3261 8.1.1, 8.2.6).

use super::Message;
use super::compose::Compose;
use super::method::Method;
use super::name::{FieldName, HeaderName};
use super::splice::set_param;
use super::status::StatusCode;
use crate::header::{ContentType, Tag, To, ViaStamp};

/// A message being written, row by row.
///
/// Ends with [`Composer::finish`] or [`Composer::body`], which write Content-Length.
///
/// ```
/// use sip::message::{Composer, HeaderName, Message, Method};
///
/// let mut out = Vec::new();
/// Composer::request(&mut out, Method::Options, &"sip:carol@chicago.com")
///     .header(HeaderName::Via, "SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKhjhs8ass877")
///     .header(HeaderName::MaxForwards, &70u8)
///     .finish();
/// assert_eq!(Message::parse(&out).unwrap().method(), Some(Method::Options));
/// ```
#[derive(Debug)]
#[must_use = "a message is complete only after `finish` or `body`"]
pub struct Composer<'o> {
    out: &'o mut Vec<u8>,
}

/// The part of a response that its request dictates.
///
/// Via, From, To, Call-ID and CSeq are copied as received, row by row (RFC 3261 8.2.6.2); those that a faulty request
/// lacks are left out.
#[derive(Clone, Copy, Debug)]
pub struct ResponseHead<'m> {
    /// The request that is answered.
    pub request: &'m Message<'m>,
    /// The status code.
    pub status: StatusCode,
    /// The reason phrase; a line end in it is written as a space.
    pub reason: &'m str,
    /// The tag for a To that has none. Every response but 100 needs one.
    pub to_tag: Option<Tag<'m>>,
    /// What the server adds to the topmost Via, if the request's octets do not have it yet.
    pub stamp: ViaStamp,
}

impl<'m> ResponseHead<'m> {
    /// The response `status` to `request`, with the default reason phrase, no tag and no stamp.
    #[must_use]
    pub fn new(request: &'m Message<'m>, status: StatusCode) -> Self {
        Self { request, status, reason: status.reason(), to_tag: None, stamp: ViaStamp::default() }
    }

    /// The same with `tag` for To.
    #[must_use]
    pub fn with_tag(self, tag: Tag<'m>) -> Self {
        Self { to_tag: Some(tag), ..self }
    }

    /// The same with `stamp` for the topmost Via.
    #[must_use]
    pub fn with_stamp(self, stamp: ViaStamp) -> Self {
        Self { stamp, ..self }
    }

    fn write_into(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"SIP/2.0 ");
        self.status.compose(out);
        out.push(b' ');
        out.extend(self.reason.bytes().map(|c| if matches!(c, b'\r' | b'\n') { b' ' } else { c }));
        out.extend_from_slice(b"\r\n");
        //= RFC 3261 8.2.6.2: the Via header field values in the response MUST equal the Via header field values in
        // the request and MUST maintain the same ordering
        self.write_vias(out);
        //= RFC 3261 8.2.6.2: the From field of the response MUST equal the From header field of the request
        copy_rows(self.request, HeaderName::From.into(), out);
        self.write_to(out);
        copy_rows(self.request, HeaderName::CallId.into(), out);
        copy_rows(self.request, HeaderName::CSeq.into(), out);
    }

    fn write_vias(&self, out: &mut Vec<u8>) {
        let mut rows = self.request.rows_named(HeaderName::Via);
        if let Some(top) = rows.next() {
            let (before, after) = top.around_value();
            out.extend_from_slice(before);
            let from = out.len();
            out.extend_from_slice(top.value);
            if let Some(received) = self.stamp.received {
                set_param(out, from, "received", |out| received.compose(out));
            }
            if let Some(rport) = self.stamp.rport {
                set_param(out, from, "rport", |out| rport.compose(out));
            }
            out.extend_from_slice(after);
        }
        for row in rows {
            out.extend_from_slice(row.octets);
        }
    }

    fn write_to(&self, out: &mut Vec<u8>) {
        //= RFC 3261 8.2.6.2: if the To header field in the request did not contain a tag, the URI in the To
        // header field in the response MUST equal the URI in the To header field; additionally, the UAS MUST
        // add a tag
        for (row, to) in self.request.rows_named(HeaderName::To).zip(self.request.values::<To<'_>>()) {
            let (before, after) = row.around_value();
            out.extend_from_slice(before);
            out.extend_from_slice(row.value);
            if let Some(tag) = self.to_tag.filter(|_| to.is_ok_and(|to| to.tag.is_none())) {
                out.extend_from_slice(b";tag=");
                tag.compose(out);
            }
            out.extend_from_slice(after);
        }
    }
}

/// Appends all rows of `name` as `message` has them.
fn copy_rows(message: &Message<'_>, name: FieldName<'_>, out: &mut Vec<u8>) {
    for row in message.rows_named(name) {
        out.extend_from_slice(row.octets);
    }
}

impl<'o> Composer<'o> {
    /// Begins a request for `uri` at the end of `out`.
    pub fn request(out: &'o mut Vec<u8>, method: Method<'_>, uri: &(impl Compose + ?Sized)) -> Self {
        method.compose(out);
        out.push(b' ');
        uri.compose(out);
        out.extend_from_slice(b" SIP/2.0\r\n");
        Self { out }
    }

    /// Begins a response at the end of `out`.
    pub fn response(out: &'o mut Vec<u8>, head: &ResponseHead<'_>) -> Self {
        head.write_into(out);
        Self { out }
    }

    /// Writes a row. The value must hold no line end but folds: typed values never do.
    pub fn header<'n>(self, name: impl Into<FieldName<'n>>, value: &(impl Compose + ?Sized)) -> Self {
        name.into().as_str().compose(self.out);
        self.out.extend_from_slice(b": ");
        value.compose(self.out);
        self.out.extend_from_slice(b"\r\n");
        self
    }

    /// Writes a row for each of `values`, in order.
    pub fn headers<'n, V: Compose>(
        self,
        name: impl Into<FieldName<'n>>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let name = name.into();
        values.into_iter().fold(self, |composer, value| composer.header(name, &value))
    }

    /// Appends rows that are composed already, each with its line end.
    pub fn rows(self, rows: &[u8]) -> Self {
        self.out.extend_from_slice(rows);
        self
    }

    /// Copies all rows of `name` from `message` as they are.
    pub fn copy<'n>(self, message: &Message<'_>, name: impl Into<FieldName<'n>>) -> Self {
        copy_rows(message, name.into(), self.out);
        self
    }

    /// Ends the message without a body.
    pub fn finish(self) {
        self.out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
    }

    /// Ends the message with `body`.
    pub fn body(self, content_type: &ContentType<'_>, body: &[u8]) {
        let composer = self
            .header(HeaderName::ContentType, content_type)
            .header(HeaderName::ContentLength, &(body.len() as u64));
        composer.out.extend_from_slice(b"\r\n");
        composer.out.extend_from_slice(body);
    }
}

//! The one pass over a datagram that finds its rows (RFC 3261 7, 18.3, 25.1).

use std::ops::Range;

use super::error::{ParseError, ParseErrorKind};
use super::lex::{decimal, find_line_feed, is_token, is_uri, is_wsp};
use super::name::HeaderName;
use super::status::StatusCode;

/// The greatest message: more than a datagram can hold, since bodies on streams can be large.
pub const MAX_MESSAGE_OCTETS: usize = 1 << 20;

/// The greatest start line and header fields together: what a UDP datagram can announce.
pub const MAX_HEAD_OCTETS: usize = 65_535;

/// The greatest number of header field rows.
pub const MAX_FIELDS: usize = 256;

/// Rows for which the index has room before it grows: more than a request collects on a usual path.
const USUAL_FIELDS: usize = 32;

/// Where everything is.
///
/// Positions before the body are 16 bits wide, since no head is longer than [`MAX_HEAD_OCTETS`].
#[derive(Clone, Debug)]
pub(super) struct Index {
    /// Where the start line begins.
    pub(super) first: u16,
    pub(super) start: StartSpan,
    /// The header field rows, each beginning where the one before it ends.
    pub(super) rows: Vec<RowSpan>,
    /// Where the body begins.
    pub(super) body: u16,
    /// Where the body ends.
    pub(super) end: u32,
}

/// The parts of the start line.
#[derive(Clone, Copy, Debug)]
pub(super) enum StartSpan {
    Request { method_end: u16, uri_start: u16, uri_end: u16 },
    Status { code: StatusCode, reason_start: u16, reason_end: u16 },
}

impl StartSpan {
    /// Where the Request-URI is; the whole of a status line has none.
    pub(super) fn uri(&self) -> Range<usize> {
        match self {
            Self::Request { uri_start, uri_end, .. } => usize::from(*uri_start)..usize::from(*uri_end),
            Self::Status { .. } => 0..0,
        }
    }
}

/// Where the name of a row ends and its value can begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowHead {
    name_end: usize,
    /// Behind the colon.
    pub(crate) value: usize,
}

impl RowHead {
    /// The name of the row that begins at `start` of `octets`.
    pub(crate) fn name<'o>(&self, octets: &'o [u8], start: usize) -> &'o [u8] {
        &octets[start..self.name_end]
    }
}

/// The parts of one row.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowSpan {
    pub(super) known: Option<HeaderName>,
    pub(super) start: u16,
    pub(super) name_end: u16,
    pub(super) value_start: u16,
    pub(super) value_end: u16,
    /// Behind the line end.
    pub(super) end: u16,
}

impl RowSpan {
    /// The row of `octets` that begins at `start` and has `line_end` as its last line end.
    #[inline]
    pub(super) fn new(octets: &[u8], start: usize, head: RowHead, line_end: Range<usize>) -> Self {
        let value = trimmed(octets, head.value, line_end.start);
        Self {
            known: HeaderName::from_spelling(head.name(octets, start)),
            start: start as u16,
            name_end: head.name_end as u16,
            value_start: value.start as u16,
            value_end: value.end as u16,
            end: line_end.end as u16,
        }
    }

    /// The value, without the white space around it.
    pub(super) fn value(&self) -> Range<usize> {
        self.value_start as usize..self.value_end as usize
    }

    /// The row, from its name to its line end.
    pub(super) fn whole(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Index {
    /// Indexes `octets`.
    pub(super) fn of(octets: &[u8]) -> Result<Self, ParseError> {
        let head = head_of(octets)?;
        Self::with_head(head, octets).map_err(|error| tell_cut(error, octets))
    }

    /// Indexes `octets`, whose rows end in `head`, its beginning.
    fn with_head(head: &[u8], octets: &[u8]) -> Result<Self, ParseError> {
        let first = first_octet(head)?;
        let line = first..line_end(head, first)?;
        let start = scan_start_line(head, line.clone())?;
        let mut rows = Vec::with_capacity(USUAL_FIELDS);
        let mut length = None;
        let mut at = line.end + 2;
        while !head[at..].starts_with(b"\r\n") {
            let row = scan_row(head, at)?;
            if row.known == Some(HeaderName::ContentLength) {
                note_length(head, &row, &mut length)?;
            }
            if rows.len() == MAX_FIELDS {
                return Err(ParseError::new(ParseErrorKind::TooManyFields, row.whole()));
            }
            at = row.end as usize;
            rows.push(row);
        }
        let body = at + 2;
        let end = body_end(octets, body, length)?;
        Ok(Self { first: first as u16, start, rows, body: body as u16, end: end as u32 })
    }

    /// Indexes the rows of a faulty request that have no fault of their own.
    pub(super) fn salvaged(octets: &[u8]) -> Option<Self> {
        let octets = &octets[..octets.len().min(MAX_HEAD_OCTETS)];
        let first = first_octet(octets).ok()?;
        let line = first..find_line_feed(octets, first).unwrap_or(octets.len());
        let start = salvage_start_line(octets, line.clone())?;
        let mut rows = Vec::new();
        let mut at = (line.end + 1).min(octets.len());
        while at < octets.len() && !octets[at..].starts_with(b"\r\n") && rows.len() < MAX_FIELDS {
            match scan_row(octets, at) {
                Ok(row) => {
                    at = row.end as usize;
                    rows.push(row);
                }
                Err(_) => at = find_line_feed(octets, at).map_or(octets.len(), |feed| feed + 1),
            }
        }
        Some(Self { first: first as u16, start, rows, body: at as u16, end: at as u32 })
    }
}

/// The octets in which the start line and the rows must end.
pub(super) fn head_of(octets: &[u8]) -> Result<&[u8], ParseError> {
    if octets.len() > MAX_MESSAGE_OCTETS {
        return Err(ParseError::new(ParseErrorKind::MessageTooLarge, MAX_MESSAGE_OCTETS..octets.len()));
    }
    Ok(&octets[..octets.len().min(MAX_HEAD_OCTETS)])
}

/// The fault `error` found in the head of `octets`: rows that do not end there are too many where more octets follow.
pub(super) fn tell_cut(error: ParseError, octets: &[u8]) -> ParseError {
    let is_of_cut = matches!(error.kind, ParseErrorKind::HeadersUnfinished | ParseErrorKind::FieldName);
    if is_of_cut && error.at.end >= MAX_HEAD_OCTETS && octets.len() > MAX_HEAD_OCTETS {
        return ParseError::new(ParseErrorKind::MessageTooLarge, MAX_HEAD_OCTETS..octets.len());
    }
    error
}

/// Where the start line begins: behind any line ends that stand before it.
pub(super) fn first_octet(octets: &[u8]) -> Result<usize, ParseError> {
    //= RFC 3261 7.5: MUST ignore any CRLF appearing before the start-line
    let mut first = 0;
    while octets[first..].starts_with(b"\r\n") {
        first += 2;
    }
    if first == octets.len() {
        return Err(ParseError::new(ParseErrorKind::Empty, 0..first));
    }
    Ok(first)
}

/// The position of the CRLF that ends the line beginning at `from`.
fn line_end(octets: &[u8], from: usize) -> Result<usize, ParseError> {
    let Some(feed) = find_line_feed(octets, from) else {
        return Err(ParseError::new(ParseErrorKind::HeadersUnfinished, from..octets.len()));
    };
    if feed == from || octets[feed - 1] != b'\r' {
        return Err(ParseError::new(ParseErrorKind::BareLineFeed, feed..feed + 1));
    }
    Ok(feed - 1)
}

/// Takes the start line apart.
pub(super) fn scan_start_line(octets: &[u8], line: Range<usize>) -> Result<StartSpan, ParseError> {
    let text = &octets[line.clone()];
    if text.len() >= 4 && text[..4].eq_ignore_ascii_case(b"SIP/") {
        return scan_status_line(octets, line);
    }
    let fault = || ParseError::new(ParseErrorKind::StartLine, line.clone());
    //= RFC 3261 25.1: Request-Line = Method SP Request-URI SP SIP-Version CRLF
    let method = text.iter().position(|&c| !is_token(c)).filter(|&length| length > 0 && text[length] == b' ');
    let method_end = line.start + method.ok_or_else(fault)?;
    let uri_start = method_end + 1;
    let uri = octets[uri_start..line.end].iter().position(|&c| c == b' ');
    let uri_end = uri_start + uri.filter(|&length| length > 0).ok_or_else(fault)?;
    check_version(octets, uri_end + 1..line.end).map_err(|error| error.unwrap_or_else(fault))?;
    if !octets[uri_start..uri_end].iter().all(|&c| is_uri(c)) {
        return Err(ParseError::new(ParseErrorKind::RequestUri, uri_start..uri_end));
    }
    Ok(StartSpan::Request {
        method_end: method_end as u16,
        uri_start: uri_start as u16,
        uri_end: uri_end as u16,
    })
}

/// Takes a status line apart.
fn scan_status_line(octets: &[u8], line: Range<usize>) -> Result<StartSpan, ParseError> {
    let fault = || ParseError::new(ParseErrorKind::StartLine, line.clone());
    //= RFC 3261 25.1: Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF
    let text = &octets[line.clone()];
    let version = text.iter().position(|&c| c == b' ').ok_or_else(fault)?;
    check_version(octets, line.start..line.start + version).map_err(|error| error.unwrap_or_else(fault))?;
    let code_start = line.start + version + 1;
    let rest = &octets[code_start..line.end];
    let digits = rest.iter().position(|&c| c == b' ').ok_or_else(fault)?;
    let code_span = code_start..code_start + digits;
    if digits == 0 || !rest[..digits].iter().all(u8::is_ascii_digit) {
        return Err(fault());
    }
    let code = (digits == 3).then(|| decimal(&rest[..3])).flatten();
    let code = code.and_then(|code| StatusCode::new(code as u16));
    let code = code.ok_or_else(|| ParseError::new(ParseErrorKind::StatusCode, code_span.clone()))?;
    Ok(StartSpan::Status { code, reason_start: code_span.end as u16 + 1, reason_end: line.end as u16 })
}

/// Checks that `span` holds SIP/2.0; the error is `None` when it holds no version at all.
fn check_version(octets: &[u8], span: Range<usize>) -> Result<(), Option<ParseError>> {
    let text = &octets[span.clone()];
    //= RFC 3261 7.1: the SIP-Version string is case-insensitive
    if text.eq_ignore_ascii_case(b"SIP/2.0") {
        return Ok(());
    }
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let is_version = text.len() > 4 && text[..4].eq_ignore_ascii_case(b"SIP/") && {
        let mut parts = text[4..].splitn(2, |&c| c == b'.');
        parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number)
    };
    Err(is_version.then(|| ParseError::new(ParseErrorKind::Version, span)))
}

/// Takes a row apart.
fn scan_row(octets: &[u8], start: usize) -> Result<RowSpan, ParseError> {
    let head = scan_row_head(octets, start)?;
    let end = row_end(octets, head.value)?;
    Ok(RowSpan::new(octets, start, head, end - 2..end))
}

/// Finds the name and the colon of the row that begins at `start`.
#[inline]
pub(crate) fn scan_row_head(octets: &[u8], start: usize) -> Result<RowHead, ParseError> {
    let mut at = start;
    while at < octets.len() && is_token(octets[at]) {
        at += 1;
    }
    let name_end = at;
    //= RFC 3261 25.1: HCOLON = *( SP / HTAB ) ":" SWS
    while at < octets.len() && is_wsp(octets[at]) {
        at += 1;
    }
    if at >= octets.len() {
        return Err(ParseError::new(ParseErrorKind::HeadersUnfinished, start..at));
    }
    if name_end == start || octets[at] != b':' {
        return Err(ParseError::new(ParseErrorKind::FieldName, start..at + 1));
    }
    Ok(RowHead { name_end, value: at + 1 })
}

/// The position behind the line end of a row: the first that no white space follows.
fn row_end(octets: &[u8], from: usize) -> Result<usize, ParseError> {
    let mut at = from;
    loop {
        let next = line_end_from(octets, at, from)? + 2;
        //= RFC 3261 7.3.1: header fields can be extended over multiple lines by preceding each extra line with at
        // least one SP or horizontal tab
        match octets.get(next) {
            Some(&octet) if is_wsp(octet) => at = next,
            _ => return Ok(next),
        }
    }
}

/// As [`line_end`], for a line that began before `from`.
fn line_end_from(octets: &[u8], from: usize, row: usize) -> Result<usize, ParseError> {
    let Some(feed) = find_line_feed(octets, from) else {
        return Err(ParseError::new(ParseErrorKind::HeadersUnfinished, row..octets.len()));
    };
    if octets[feed - 1] != b'\r' {
        return Err(ParseError::new(ParseErrorKind::BareLineFeed, feed..feed + 1));
    }
    Ok(feed - 1)
}

/// The part of `octets[start..end]` between the white space at its ends.
fn trimmed(octets: &[u8], start: usize, end: usize) -> Range<usize> {
    let is_space = |octet: u8| is_wsp(octet) || octet == b'\r' || octet == b'\n';
    let (mut start, mut end) = (start, end);
    while start < end && is_space(octets[start]) {
        start += 1;
    }
    while end > start && is_space(octets[end - 1]) {
        end -= 1;
    }
    start..end
}

/// Reads a Content-Length into `length`.
pub(super) fn note_length(octets: &[u8], row: &RowSpan, length: &mut Option<u32>) -> Result<(), ParseError> {
    if length.is_some() {
        return Err(ParseError::new(ParseErrorKind::ContentLengthRepeated, row.whole()));
    }
    let digits = &octets[row.value()];
    let legal = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let number = legal.then(|| decimal(digits)).flatten();
    *length = Some(number.ok_or_else(|| ParseError::new(ParseErrorKind::ContentLength, row.value()))?);
    Ok(())
}

/// Where the body that begins at `body` ends.
pub(super) fn body_end(octets: &[u8], body: usize, length: Option<u32>) -> Result<usize, ParseError> {
    //= RFC 3261 18.3: if the message has no Content-Length header field, the message body is assumed to end at the
    // end of the transport packet
    let Some(length) = length else { return Ok(octets.len()) };
    //= RFC 3261 18.3: if there are additional bytes in the transport packet beyond the end of the body, they MUST
    // be discarded
    if length as usize <= octets.len() - body {
        return Ok(body + length as usize);
    }
    //= RFC 3261 18.3: if the transport packet ends before the end of the message body, this is considered an error
    Err(ParseError::new(ParseErrorKind::BodyTruncated, body..octets.len()))
}

/// The number in the Content-Length of `head`, a start line and rows up to the empty line, and where it stands.
///
/// Rows without a name and a colon are passed over: they do not change where the body ends.
///
/// # Errors
/// Content-Length missing, repeated or no number.
pub(crate) fn stream_body_length(head: &[u8]) -> Result<(u32, Range<usize>), ParseError> {
    let mut length = None;
    let mut value = 0..0;
    let mut at = find_line_feed(head, 0).map_or(head.len(), |feed| feed + 1);
    while at < head.len() && !head[at..].starts_with(b"\r\n") {
        let Ok(row) = scan_row(head, at) else {
            at = find_line_feed(head, at).map_or(head.len(), |feed| feed + 1);
            continue;
        };
        if row.known == Some(HeaderName::ContentLength) {
            note_length(head, &row, &mut length)?;
            value = row.value();
        }
        at = row.end as usize;
    }
    //= RFC 3261 18.3: the Content-Length header field MUST be used with stream oriented transports
    let missing = || ParseError::new(ParseErrorKind::ContentLengthMissing, head.len()..head.len());
    length.map(|length| (length, value)).ok_or_else(missing)
}

/// The method and something like a Request-URI of a faulty request line; `None` for responses and ACK.
pub(super) fn salvage_start_line(octets: &[u8], line: Range<usize>) -> Option<StartSpan> {
    let text = octets[line.clone()].trim_ascii_end();
    let length = text.iter().position(|&c| !is_token(c))?;
    //= RFC 3261 18.3: if the message is a response, it MUST be discarded
    if length == 0 || text[length] != b' ' || &text[..length] == b"ACK" {
        return None;
    }
    let method_end = line.start + length;
    let uri_start = method_end + 1;
    let uri_length = octets[uri_start..line.end].iter().take_while(|&&c| is_uri(c)).count();
    Some(StartSpan::Request {
        method_end: method_end as u16,
        uri_start: uri_start as u16,
        uri_end: (uri_start + uri_length) as u16,
    })
}

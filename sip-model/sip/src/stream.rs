//! Messages on a stream (RFC 3261 7.5, 18.3, 20.14; keep-alives of RFC 5626 4.4.1).
//!
//! A [`StreamFramer`] cuts what comes over TCP or TLS into messages. What it holds is bounded by one message, and it
//! looks at each octet a fixed number of times, however the octets are cut into segments. It judges only what the
//! place of the next message depends on: a message with another fault is handed on, to be refused by
//! [`Message::parse`](crate::message::Message::parse) and answered, and the stream goes on behind it.

use crate::message::error::{ParseError, ParseErrorKind};
use crate::message::lex::find_line_feed;
use crate::message::scan::{MAX_HEAD_OCTETS, MAX_MESSAGE_OCTETS, stream_body_length};

#[cfg(test)]
mod tests;

/// What a stream carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamUnit {
    /// The octets of one message, from the start line to the end of the body.
    Message(Vec<u8>),
    /// A line end between messages: the answer to a ping, or the first half of one.
    LineEnd,
    /// The second of two line ends between messages: a ping, to be answered with one line end.
    Ping,
}

/// Cuts a stream into messages.
///
/// ```
/// use sip::stream::{StreamFramer, StreamUnit};
///
/// let mut framer = StreamFramer::new();
/// let mut units = Vec::new();
/// framer.push(b"\r\n\r\nSIP/2.0 200 OK\r\nContent-Le", &mut units)?;
/// framer.push(b"ngth: 2\r\n\r\nhiSIP/2.0", &mut units)?;
/// let response = b"SIP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec();
/// assert_eq!(units, [StreamUnit::LineEnd, StreamUnit::Ping, StreamUnit::Message(response)]);
/// assert_eq!(framer.unfinished(), b"SIP/2.0");
/// # Ok::<(), sip::message::ParseError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct StreamFramer {
    /// The octets of the message at hand; between messages a carriage return at most.
    held: Vec<u8>,
    state: State,
}

/// What the octets to come belong to.
#[derive(Clone, Debug, Default)]
enum State {
    /// No message yet; whether an odd number of line ends came since the last one.
    #[default]
    Between,
    /// As `Between`, behind the first half of what may be a ping.
    HalfPing,
    /// The start line or a row, which begins at `line` in what is held.
    Head { line: usize },
    /// The body of a message of `total` octets.
    Body { total: usize },
    /// Nothing: where the next message begins cannot be known.
    Lost(ParseError),
}

impl StreamFramer {
    /// A framer at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next `octets` of the stream and appends what they complete to `units`.
    ///
    /// # Errors
    /// The fault after which no further message can be found, so that the connection has to be closed; the same one
    /// again for whatever is pushed later. Positions count from the first octet of the faulty message. No line end or
    /// carriage return where a line ends, Content-Length missing, repeated or no number, header fields above
    /// [`MAX_HEAD_OCTETS`], a message above
    /// [`MAX_MESSAGE_OCTETS`].
    pub fn push(&mut self, octets: &[u8], units: &mut Vec<StreamUnit>) -> Result<(), ParseError> {
        let mut rest = octets;
        loop {
            let taken = match &self.state {
                State::Between | State::HalfPing => self.between(rest, units),
                State::Head { line } => {
                    let line = *line;
                    self.head(rest, line)
                }
                State::Body { total } => {
                    let total = *total;
                    self.body(rest, total, units)
                }
                State::Lost(fault) => return Err(fault.clone()),
            };
            let is_open = matches!(self.state, State::Body { total } if total == self.held.len());
            rest = &rest[taken..];
            if rest.is_empty() && !is_open && !matches!(self.state, State::Lost(_)) {
                return Ok(());
            }
        }
    }

    /// The octets of the message that has begun and not ended: after a fault, those of the faulty message, from which
    /// [`Message::salvage`](crate::message::Message::salvage) may find what an answer needs.
    #[must_use]
    pub fn unfinished(&self) -> &[u8] {
        &self.held
    }

    /// Ends the stream.
    ///
    /// # Errors
    /// The fault that ended it before, or that of a message cut off by the end.
    pub fn finish(self) -> Result<(), ParseError> {
        let length = self.held.len();
        match self.state {
            State::Between | State::HalfPing => Ok(()),
            State::Head { .. } => Err(ParseError::new(ParseErrorKind::HeadersUnfinished, 0..length)),
            State::Body { .. } => Err(ParseError::new(ParseErrorKind::BodyTruncated, 0..length)),
            State::Lost(fault) => Err(fault),
        }
    }

    /// Takes one line end between messages, or begins a message; returns how many octets were taken.
    fn between(&mut self, octets: &[u8], units: &mut Vec<StreamUnit>) -> usize {
        //= RFC 3261 7.5: implementations processing SIP messages over stream-oriented transports MUST ignore any CRLF
        // appearing before the start-line
        match (self.held.is_empty(), octets) {
            (_, []) => 0,
            (true, [b'\r', ..]) => {
                self.held.push(b'\r');
                1
            }
            (false, [b'\n', ..]) => {
                self.held.clear();
                self.line_end(units);
                1
            }
            (true, _) | (false, _) => {
                self.state = State::Head { line: 0 };
                0
            }
        }
    }

    fn line_end(&mut self, units: &mut Vec<StreamUnit>) {
        //= RFC 5626 4.4.1: the client "ping" is a double-CRLF sequence, and the server "pong" is a single CRLF
        if matches!(self.state, State::HalfPing) {
            self.state = State::Between;
            units.push(StreamUnit::Ping);
        } else {
            self.state = State::HalfPing;
            units.push(StreamUnit::LineEnd);
        }
    }

    /// Takes octets up to the end of the line that begins at `line`; returns how many were taken.
    fn head(&mut self, octets: &[u8], line: usize) -> usize {
        let feed = find_line_feed(octets, 0);
        let taken = feed.map_or(octets.len(), |feed| feed + 1);
        if self.held.len() + taken > MAX_HEAD_OCTETS {
            return self.lose(ParseErrorKind::MessageTooLarge, 0..self.held.len());
        }
        self.held.extend_from_slice(&octets[..taken]);
        if feed.is_none() {
            return taken;
        }
        let end = self.held.len();
        if !self.held[line..].ends_with(b"\r\n") {
            return self.lose(ParseErrorKind::BareLineFeed, end - 1..end);
        }
        self.state = State::Head { line: end };
        if end - line == 2 {
            self.end_head();
        }
        taken
    }

    /// Reads how long the body is, behind the empty line.
    fn end_head(&mut self) {
        let head = self.held.len();
        match stream_body_length(&self.held) {
            Ok((length, _)) if length as usize <= MAX_MESSAGE_OCTETS - head => {
                self.state = State::Body { total: head + length as usize };
            }
            Ok((_, at)) => _ = self.lose(ParseErrorKind::MessageTooLarge, at),
            Err(fault) => self.state = State::Lost(fault),
        }
    }

    /// Takes octets of a message that has `total` of them; returns how many were taken.
    fn body(&mut self, octets: &[u8], total: usize, units: &mut Vec<StreamUnit>) -> usize {
        let taken = octets.len().min(total - self.held.len());
        self.held.extend_from_slice(&octets[..taken]);
        if self.held.len() == total {
            units.push(StreamUnit::Message(std::mem::take(&mut self.held)));
            self.state = State::Between;
        }
        taken
    }

    /// Gives the stream up.
    fn lose(&mut self, kind: ParseErrorKind, at: std::ops::Range<usize>) -> usize {
        self.state = State::Lost(ParseError::new(kind, at));
        0
    }
}

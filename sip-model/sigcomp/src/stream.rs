//! Record marking: SigComp messages on a stream (RFC 3320 4.2.2).
//!
//! The octet FF introduces what is not data: FF FF ends a message, FF 00 is one octet FF of data, and FF 01 to FF 7F is
//! one octet FF after which 1 to 127 octets are data whatever they are.

use std::mem;

use crate::failure::{Details, Failure, Reason};

/// Cuts a stream into messages, however the octets arrive.
///
/// Holds at most one message of the size given; a longer one is a failure as soon as that size is passed.
#[derive(Clone, Debug)]
pub struct Framer {
    message: Vec<u8>,
    message_max: usize,
    place: Place,
}

/// Where in the marking the framer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Octets are data until FF.
    Data,
    /// After FF.
    Mark,
    /// This many octets more are data.
    Quoted(u8),
    /// After a failure: nothing is read any more.
    Failed,
}

impl Framer {
    /// A framer at the start of a stream, for messages of at most `message_max` octets: the decompression memory size.
    #[must_use]
    pub fn new(message_max: usize) -> Self {
        Self { message: Vec::new(), message_max, place: Place::Data }
    }

    /// Reads from `octets` up to the end of the next message; the message, if it is complete.
    ///
    /// What was read is removed from `octets`, so call again until they are empty. Delimiters without a message
    /// between them are passed over.
    ///
    /// # Errors
    /// [`Reason::FramingError`] for FF 80 to FF FE, [`Reason::BytecodesTooLarge`] for a message above the limit. The
    /// stream is of no use after either and should be closed: all that follows is read and passed over.
    pub fn next_message(&mut self, octets: &mut &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        while let Some((&octet, rest)) = octets.split_first() {
            *octets = rest;
            if let Some(message) = self.read(octet)? {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    /// Whether the stream could end here without cutting a message short.
    #[must_use]
    pub fn is_between_messages(&self) -> bool {
        self.message.is_empty() && self.place == Place::Data
    }

    fn read(&mut self, octet: u8) -> Result<Option<Vec<u8>>, Failure> {
        match (self.place, octet) {
            (Place::Failed, _) => {}
            (Place::Data, MARK) => self.place = Place::Mark,
            (Place::Data, _) => self.add(octet)?,
            (Place::Mark, MARK) => {
                self.place = Place::Data;
                let message = mem::take(&mut self.message);
                return Ok((!message.is_empty()).then_some(message));
            }
            (Place::Mark, 0x80..) => {
                self.fail();
                return Err(Failure::before_start(Reason::FramingError, Details::None));
            }
            (Place::Mark, quoted) => {
                self.place = Place::quoted(quoted);
                self.add(MARK)?;
            }
            (Place::Quoted(left), _) => {
                self.place = Place::quoted(left - 1);
                self.add(octet)?;
            }
        }
        Ok(None)
    }

    fn add(&mut self, octet: u8) -> Result<(), Failure> {
        if self.message.len() == self.message_max {
            self.fail();
            let size = u16::try_from(self.message_max).unwrap_or(u16::MAX);
            return Err(Failure::before_start(Reason::BytecodesTooLarge, Details::MemorySize(size)));
        }
        self.message.push(octet);
        Ok(())
    }

    fn fail(&mut self) {
        self.place = Place::Failed;
        self.message = Vec::new();
    }
}

impl Place {
    fn quoted(octets: u8) -> Self {
        if octets == 0 { Self::Data } else { Self::Quoted(octets) }
    }
}

/// The octet that begins each mark.
const MARK: u8 = 0xff;
/// The most octets that one mark quotes.
const QUOTED_MAX: usize = 0x7f;

/// Appends `message` with its marking and the delimiter to `out`.
///
/// Each octet FF that no earlier mark quotes costs one octet, so that 128 octets FF become 129.
pub fn write_message(message: &[u8], out: &mut Vec<u8>) {
    let mut rest = message;
    while let Some(at) = rest.iter().position(|octet| *octet == MARK) {
        let (plain, marked) = rest.split_at(at);
        out.extend_from_slice(plain);
        let following = &marked[1..];
        let reach = following.len().min(QUOTED_MAX);
        // Quoting reaches as far as the last FF within reach: the octets after that need no quoting.
        let quoted = following[..reach].iter().rposition(|octet| *octet == MARK).map_or(0, |last| last + 1);
        out.extend([MARK, u8::try_from(quoted).expect("a mark quotes at most 127 octets")]);
        out.extend_from_slice(&following[..quoted]);
        rest = &following[quoted..];
    }
    out.extend_from_slice(rest);
    out.extend([MARK, MARK]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All messages of `stream`, read in pieces of `piece` octets.
    fn messages(stream: &[u8], piece: usize, message_max: usize) -> Result<Vec<Vec<u8>>, Failure> {
        let mut framer = Framer::new(message_max);
        let mut messages = Vec::new();
        for mut part in stream.chunks(piece) {
            while !part.is_empty() {
                messages.extend(framer.next_message(&mut part)?);
            }
        }
        Ok(messages)
    }

    #[test]
    fn quoted_delimiters_are_data() {
        let stream =
            [0xff, 0xff, 1, 0xff, 0, 0xff, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0xff, 0xff];
        let expected = vec![vec![1, 0xff, 0xff, 0xff, 0xff, 0xff], vec![2]];
        for piece in 1..=stream.len() {
            assert_eq!(messages(&stream, piece, 100).as_ref(), Ok(&expected));
        }
    }

    #[test]
    fn reserved_marks_are_a_framing_error() {
        for reserved in 0x80..=0xfe {
            let failure = messages(&[1, 0xff, reserved], 1, 100).unwrap_err();
            assert_eq!((failure.reason, failure.details), (Reason::FramingError, Details::None));
        }
        assert_eq!(
            messages(&[0xff, 1, 0xff, 0xff, 0xff], 1, 100),
            Ok(vec![vec![0xff, 0xff]]),
            "a quoted FF is no mark"
        );
    }

    #[test]
    fn nothing_is_read_after_a_failure() {
        let mut framer = Framer::new(100);
        let mut octets = &[1, 0xff, 0x80, 2, 0xff, 0xff][..];
        assert!(framer.next_message(&mut octets).is_err());
        assert_eq!(framer.next_message(&mut octets), Ok(None));
        assert!(octets.is_empty() && !framer.is_between_messages());
    }

    #[test]
    fn a_message_above_the_limit_is_refused_at_once() {
        let mut framer = Framer::new(3);
        let mut octets = &[1, 2, 3, 4, 5][..];
        let failure = framer.next_message(&mut octets).unwrap_err();
        assert_eq!((failure.reason, octets), (Reason::BytecodesTooLarge, &[5][..]));
        assert_eq!(messages(&[1, 2, 3, 0xff, 0xff], 1, 3), Ok(vec![vec![1, 2, 3]]), "at the limit");
    }

    #[test]
    fn the_worst_message_grows_by_one_octet_in_128() {
        let mut out = Vec::new();
        write_message(&[0xff; 1280], &mut out);
        assert_eq!(out.len(), 1290 + 2);
    }

    proptest! {
        #[test]
        fn messages_survive_marking(
            messages_sent in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0xff), any::<u8>()], 1..400), 0..5),
            piece in 1_usize..50,
        ) {
            let mut stream = Vec::new();
            messages_sent.iter().for_each(|message| write_message(message, &mut stream));
            prop_assert_eq!(messages(&stream, piece, 400), Ok(messages_sent));
        }

        #[test]
        fn any_stream_is_read_to_its_end_within_the_limit(
            stream in prop::collection::vec(prop_oneof![Just(0xff), any::<u8>()], 0..2000),
        ) {
            let mut framer = Framer::new(64);
            let mut octets = &stream[..];
            while !octets.is_empty() {
                if let Ok(Some(message)) = framer.next_message(&mut octets) {
                    prop_assert!(!message.is_empty() && message.len() <= 64);
                }
            }
        }
    }
}

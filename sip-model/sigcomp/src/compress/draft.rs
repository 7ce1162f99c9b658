//! One SigComp message: header, control bits, tokens; and the state that it leaves at the receiver.

use std::sync::Arc;

use crate::dictionary;
use crate::feedback::FeedbackItem;
use crate::message::{MARK, WITH_FEEDBACK};
use crate::parameters::{MemorySize, Resources};
use crate::state::{State, StateId};

use super::coding::{BitWriter, Token};
use super::compressor::{CompressionFailure, Offer, SharedState};
use super::ledger::Base;
use super::program::{MINIMUM_ACCESS, ORIGIN, Program, SHARED_HEADER, Sharing, Work};
use super::tokens;
use super::window::Window;

/// What a message is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft<'a> {
    pub(super) program: &'a Program,
    pub(super) message: &'a [u8],
    /// The state that the receiver starts with; the bytecode is uploaded without one.
    pub(super) base: Option<&'a Base>,
    /// The receiver's own message to be loaded after the history.
    pub(super) shared: Option<&'a SharedState>,
    pub(super) keep: Keep,
    pub(super) offer: Offer,
    /// The feedback item to be asked for: below 128, or below 32 in a program that shares.
    pub(super) item: u8,
    /// The feedback item that the peer asked for.
    pub(super) returned: Option<&'a FeedbackItem>,
}

/// Whether the receiver is asked to keep the state after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// A message that the receiver can decompress with the resources it offers.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) octets: Vec<u8>,
    /// The state that it asks for and the history in it.
    pub(super) creates: Option<(StateId, Arc<[u8]>)>,
}

impl Draft<'_> {
    /// The message, for a receiver that offers `peer`.
    pub(super) fn finish(&self, peer: Resources) -> Result<Finished, CompressionFailure> {
        let mut octets = self.header();
        self.push_controls(&mut octets);
        // The memory of the UDVM is what the message leaves of it, and the message is known last. The first try
        // leaves the dictionary more room, the second the message.
        let estimates = [self.message.len() / 2, self.message.len()].map(|body| octets.len() + body + SLACK);
        let history = self.history();
        let before = [&history[..], self.shared_text(), self.gap()];
        for estimate in estimates {
            let Some(reach) = self.reach(peer.decompression_memory_size, estimate) else { continue };
            let window = Window::new(&before, self.message, reach.min(self.program.coding.farthest()));
            let (work, body) = self.encode(&window);
            if octets.len() + body.len() > estimate {
                continue;
            }
            octets.extend(body);
            let cycles = self.program.cycles(&work);
            #[cfg(test)]
            LAST_CYCLES.set(cycles);
            //= RFC 3320 5: the message can be decompressed using the resources available at the remote endpoint
            if cycles > peer.cycles_per_bit.for_message(octets.len()) {
                return Err(CompressionFailure::Cycles);
            }
            return Ok(Finished { octets, creates: self.new_state(&history) });
        }
        Err(CompressionFailure::Memory)
    }

    /// How far back matches can reach if the SigComp message has at most `estimate` octets; `None` if the memory of
    /// the UDVM is too small.
    fn reach(&self, memory: MemorySize, estimate: usize) -> Option<usize> {
        let end = memory.octets().checked_sub(estimate)?.min(1 << 16);
        let message_at = self.program.start() + self.shared_text().len() + self.gap().len();
        let dictionary_at = end.checked_sub(dictionary::sip().value().len())?;
        // The header of shared state lies in memory that nothing was copied to; the message may grow over the
        // dictionary, but not beyond the end.
        let fits = message_at <= dictionary_at && message_at + self.message.len() <= end;
        fits.then(|| end - self.program.left())
    }

    fn header(&self) -> Vec<u8> {
        let mut octets = vec![MARK];
        if let Some(item) = self.returned {
            octets[0] |= WITH_FEEDBACK;
            octets.extend_from_slice(item.octets());
        }
        match self.base {
            Some(base) => {
                octets[0] |= SIX_OCTETS;
                octets.extend_from_slice(&base.state.0[..usize::from(MINIMUM_ACCESS)]);
            }
            None => {
                let code = &self.program.code;
                //= RFC 3320 7.3: the 12-bit code_len field, and the 4-bit destination field, 0001 for 128
                let length = u16::try_from(code.len()).expect("the bytecode is short");
                octets.extend(((length << 4) | (ORIGIN / 64 - 1)).to_be_bytes());
                octets.extend_from_slice(code);
            }
        }
        octets
    }

    fn push_controls(&self, octets: &mut Vec<u8>) {
        let keep = u8::from(self.keep == Keep::Yes) << 7;
        match self.program.sharing {
            Sharing::OneWay => octets.push(keep | self.item),
            Sharing::BothWays => {
                let offered = u8::from(self.offer == Offer::Kept) << 6;
                octets.push(keep | offered | u8::from(self.shared.is_some()) << 5 | self.item);
                if let Some(shared) = self.shared {
                    let length =
                        u16::try_from(shared.text.len()).expect("a state value has at most 65,535 octets");
                    octets.extend(length.to_be_bytes());
                    octets.extend_from_slice(&shared.id.0[..usize::from(MINIMUM_ACCESS)]);
                }
            }
        }
    }

    /// The history that the receiver starts with; zeros in memory that no state was loaded to.
    fn history(&self) -> Arc<[u8]> {
        match self.base {
            Some(base) => Arc::clone(&base.history),
            None => vec![0; self.program.history.into()].into(),
        }
    }

    fn shared_text(&self) -> &[u8] {
        self.shared.map_or(&[], |shared| &shared.text)
    }

    /// What precedes the message in the memory.
    fn gap(&self) -> &'static [u8] {
        match self.program.sharing {
            Sharing::OneWay => &[],
            Sharing::BothWays => &[0; SHARED_HEADER],
        }
    }

    fn encode(&self, window: &Window) -> (Work, Vec<u8>) {
        let shared = self.shared.map(|shared| shared.text.len());
        let mut work = Work { literals: 0, matches: 0, copied: 0, message: self.message.len(), shared };
        let mut out = BitWriter::default();
        for token in tokens::cheapest(window, &self.program.coding) {
            match token {
                Token::Literal(_) => work.literals += 1,
                Token::Match { length, .. } => {
                    work.matches += 1;
                    work.copied += usize::from(length);
                }
            }
            self.program.coding.write(token, &mut out);
        }
        (work, out.finish())
    }

    /// The state that the bytecode makes of itself and the last part of the stream.
    fn new_state(&self, history: &[u8]) -> Option<(StateId, Arc<[u8]>)> {
        if self.keep == Keep::No {
            return None;
        }
        let length = self.message.len() as u16;
        let mut gap = [0; SHARED_HEADER];
        gap[..2].copy_from_slice(&length.to_be_bytes());
        gap[6..].copy_from_slice(&MINIMUM_ACCESS.to_be_bytes());
        let stream = [history, self.shared_text(), &gap[..self.gap().len()], self.message].concat();
        let history = &stream[stream.len() - usize::from(self.program.history)..];
        let value = [&self.program.code, history].concat();
        let state = State::new(value, ORIGIN, ORIGIN, MINIMUM_ACCESS).expect("a state fits the UDVM memory");
        Some((state.id(), history.into()))
    }
}

/// The len field of a partial state identifier of 6 octets. RFC 3320 7.2.
const SIX_OCTETS: u8 = 0b01;
/// Octets by which a short message may grow.
const SLACK: usize = 32;

#[cfg(test)]
thread_local! {
    /// The cycles that the last message was found to take.
    pub(super) static LAST_CYCLES: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

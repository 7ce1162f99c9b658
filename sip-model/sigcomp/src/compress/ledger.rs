//! What the peer is known, or may be thought, to hold of our state (RFC 3321 4.1 and 5.1).

use std::collections::VecDeque;
use std::sync::Arc;

use crate::nack::MessageHash;
use crate::state::StateId;

/// The states that a compressor asked its peer to keep, and the messages that asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    /// The newest state that the peer is known to hold.
    confirmed: Option<Base>,
    /// Messages sent, the oldest first.
    sent: VecDeque<Sent>,
    next: u64,
}

/// A state that a message can be compressed relative to.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub(super) state: StateId,
    /// The history in it.
    pub(super) history: Arc<[u8]>,
    /// The number of the message that created it.
    serial: u64,
}

/// A message on its way.
#[derive(Clone, Debug)]
struct Sent {
    serial: u64,
    hash: MessageHash,
    /// The hash of the plain message.
    text: MessageHash,
    /// The state that it was compressed relative to.
    base: Option<StateId>,
    /// The shared state that it used.
    shared: Option<StateId>,
    /// The state that it asked for.
    creates: Option<(StateId, Arc<[u8]>)>,
    fate: Fate,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Unknown,
    /// It was acknowledged.
    Arrived,
    /// A later one was acknowledged, or a state that it needs is missing.
    Lost,
    /// The peer sent a NACK.
    Refused,
}

impl Fate {
    /// Whether the message may have arrived.
    fn hopeful(self) -> bool {
        matches!(self, Self::Unknown | Self::Arrived)
    }
}

/// What was tried with a plain message before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempts {
    /// It was not sent, or it arrived.
    None,
    One,
    Several,
    /// The peer could not decompress one of its copies.
    Refused,
}

/// What is entered of a message that is sent.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) hash: MessageHash,
    pub(super) text: MessageHash,
    pub(super) base: Option<StateId>,
    pub(super) shared: Option<StateId>,
    pub(super) creates: Option<(StateId, Arc<[u8]>)>,
}

impl Ledger {
    /// The feedback item that the next message asks for, 0 to 31.
    pub(super) fn next_item(&self) -> u8 {
        item(self.next)
    }

    /// The newest state that the peer is known to hold.
    pub(super) fn confirmed(&self) -> Option<&Base> {
        self.confirmed.as_ref()
    }

    /// The newest state that the peer holds if nothing was lost.
    pub(super) fn newest(&self) -> Option<Base> {
        let newest = self.sent.iter().rev().find(|sent| sent.creates.is_some() && sent.fate.hopeful());
        let newest = newest.and_then(|sent| {
            let (state, history) = sent.creates.clone()?;
            Some(Base { state, history, serial: sent.serial })
        });
        newest.or_else(|| self.confirmed.clone())
    }

    /// How many states the peer may hold besides the confirmed one and newer than it.
    pub(super) fn unconfirmed(&self) -> usize {
        let since = self.confirmed.as_ref().map_or(0, |base| base.serial + 1);
        let newer = self.sent.iter().filter(|sent| sent.serial >= since && sent.fate == Fate::Unknown);
        newer.filter(|sent| sent.creates.is_some()).count()
    }

    /// Messages sent after the one that created the confirmed state.
    pub(super) fn since_confirmed(&self) -> u64 {
        self.confirmed.as_ref().map_or(self.next, |base| self.next - base.serial - 1)
    }

    /// How often the message with this hash was sent without being acknowledged, and whether the peer refused it.
    pub(super) fn attempts(&self, text: MessageHash) -> Attempts {
        let attempts = || self.sent.iter().filter(|sent| sent.text == text);
        match attempts().filter(|sent| sent.fate != Fate::Arrived).count() {
            _ if attempts().any(|sent| sent.fate == Fate::Refused) => Attempts::Refused,
            0 => Attempts::None,
            1 => Attempts::One,
            _ => Attempts::Several,
        }
    }

    pub(super) fn enter(&mut self, entry: Entry) {
        let Entry { hash, text, base, shared, creates } = entry;
        if self.sent.len() == REMEMBERED {
            self.sent.pop_front();
        }
        let (serial, fate) = (self.next, Fate::Unknown);
        self.sent.push_back(Sent { serial, hash, text, base, shared, creates, fate });
        self.next += 1;
    }

    /// The peer returned `returned`: it decompressed the message that asked for it, and created its state.
    pub(super) fn acknowledge(&mut self, returned: u8) {
        let Some(index) = self.sent.iter().rposition(|sent| item(sent.serial) == returned) else { return };
        for earlier in self.sent.range_mut(..index).filter(|sent| sent.fate == Fate::Unknown) {
            earlier.fate = Fate::Lost;
        }
        let sent = &mut self.sent[index];
        sent.fate = Fate::Arrived;
        let newer = self.confirmed.as_ref().is_none_or(|base| base.serial < sent.serial);
        if newer && let Some((state, history)) = sent.creates.clone() {
            self.confirmed = Some(Base { state, history, serial: sent.serial });
            // No message will begin with an older state: their histories are not needed.
            self.sent.range_mut(..index).for_each(|earlier| earlier.creates = None);
        }
    }

    /// Whether the message with this hash was sent and is remembered.
    pub(super) fn knows(&self, hash: MessageHash) -> bool {
        self.sent.iter().any(|sent| sent.hash == hash)
    }

    /// The shared state that the message with this hash used.
    pub(super) fn shared(&self, hash: MessageHash) -> Option<StateId> {
        self.sent.iter().find(|sent| sent.hash == hash)?.shared
    }

    /// The peer could not decompress the message with this hash, so that it created no state.
    pub(super) fn refuse(&mut self, hash: MessageHash) {
        for sent in self.sent.iter_mut().filter(|sent| sent.hash == hash) {
            sent.creates = None;
            sent.fate = Fate::Refused;
        }
    }

    /// The peer lacks the state that the message `hash` was compressed relative to: neither that state nor any that
    /// was built upon it is used again.
    pub(super) fn disown(&mut self, hash: MessageHash) {
        let Some(refused) = self.sent.iter_mut().find(|sent| sent.hash == hash) else { return };
        let mut missing = Vec::from_iter(refused.base);
        missing.extend(refused.creates.take().map(|(state, _)| state));
        refused.fate = Fate::Refused;
        // What arrived was built upon that state while it was there.
        for sent in self.sent.iter_mut().filter(|sent| sent.fate != Fate::Arrived) {
            let lacks = sent.base.is_some_and(|base| missing.contains(&base));
            let created = sent.creates.as_ref().is_some_and(|(state, _)| missing.contains(state));
            if lacks || created {
                missing.extend(sent.creates.take().map(|(state, _)| state));
                if sent.fate == Fate::Unknown {
                    sent.fate = Fate::Lost;
                }
            }
        }
        if self.confirmed.as_ref().is_some_and(|base| missing.contains(&base.state)) {
            self.confirmed = None;
        }
    }

    /// The peer is thought to hold nothing.
    pub(super) fn clear(&mut self) {
        self.confirmed = None;
        for sent in &mut self.sent {
            sent.creates = None;
            sent.fate = Fate::Lost;
        }
    }
}

/// The feedback item of a message: five bits of its number.
fn item(serial: u64) -> u8 {
    (serial % 32) as u8
}

/// Messages remembered; fewer than there are feedback items, so that an item names one of them.
pub(crate) const REMEMBERED: usize = 24;

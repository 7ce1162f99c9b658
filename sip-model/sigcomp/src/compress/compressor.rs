//! The compressor of one compartment (RFC 3320 5).

use std::sync::Arc;

use thiserror::Error;

use crate::dictionary;
use crate::failure::{Details, Reason};
use crate::feedback::{FeedbackItem, ReturnedParameters};
use crate::nack::{MessageHash, Nack};
use crate::parameters::{NACK_VERSION, Parameters};
use crate::state::{State, StateId};

use super::draft::{Draft, Keep};
use super::ledger::{Attempts, Base, Entry, Ledger};
use super::plan::Plan;
use super::program::{MINIMUM_ACCESS, Sharing};
use super::{Policy, Trust};

/// Turns the messages for one peer into SigComp messages that its UDVM can decompress with what it is known to hold.
#[derive(Clone, Debug)]
pub struct Compressor {
    policy: Policy,
    trust: Trust,
    own: Parameters,
    peer: Parameters,
    plan: Arc<Plan>,
    ledger: Ledger,
    /// The last message of the peer that the peer keeps as shared state.
    shared: Option<SharedState>,
    /// Set when the peer refused messages for another reason than missing state.
    refused: Option<Reason>,
}

/// A message of the peer that the peer keeps as state.
#[derive(Clone, Debug)]
pub(super) struct SharedState {
    pub(super) id: StateId,
    pub(super) text: Arc<[u8]>,
}

/// Why a message was not compressed; it can be sent as it is. RFC 3320 5.2: compression failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CompressionFailure {
    /// The policy is not to compress.
    #[error("the policy is not to compress")]
    Policy,
    /// The message, the dictionary and the code do not fit the decompression memory of the peer.
    #[error("the decompression memory of the peer is too small")]
    Memory,
    /// Decompression would take more UDVM cycles than the peer grants (RFC 3320 8.6).
    #[error("decompression would take too many cycles")]
    Cycles,
    /// The peer refused an earlier message for a reason that another attempt would not mend.
    #[error("the peer refused an earlier message: {0}")]
    Refused(Reason),
}

/// What goes along with a message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Companions<'a> {
    /// The feedback item that the peer asked for.
    pub returned: Option<&'a FeedbackItem>,
    /// Whether this endpoint keeps the message as shared state; only [`Policy::Shared`] tells the peer.
    pub offer: Offer,
}

/// Whether a message can be referred to by the peer as shared state. RFC 3321 5.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offer {
    /// It is not kept.
    #[default]
    None,
    /// This endpoint keeps it under the identifier of [`shared_state`].
    Kept,
}

/// The item of state that a message makes as shared state: nothing but itself. RFC 3321 5.2.
//= RFC 3321 5.2: the shared state's parameters state_address and state_instruction must be set to zero
#[must_use]
pub fn shared_state(message: &[u8]) -> Option<State> {
    State::new(message.to_vec(), 0, 0, MINIMUM_ACCESS)
}

impl Compressor {
    /// A compressor for a peer that is taken to offer `peer` until it says otherwise.
    ///
    /// `own` are the parameters of this endpoint, told to the peer when they are more than a SIP endpoint must offer.
    #[must_use]
    pub fn new(policy: Policy, trust: Trust, own: Parameters, peer: Parameters) -> Self {
        let plan = Arc::new(Self::plan(policy, own, peer));
        Self { policy, trust, own, peer, plan, ledger: Ledger::default(), shared: None, refused: None }
    }

    fn plan(policy: Policy, own: Parameters, peer: Parameters) -> Plan {
        //= RFC 3320 5: SHOULD upload the local SigComp parameters … unless … already successfully arrived
        let announced = (own.resources != Parameters::SIP_MINIMUM.resources).then_some(own.resources);
        Plan::new(policy, peer.resources, announced)
    }

    /// What to compress with.
    #[must_use]
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// Octets of bytecode that a message without known state brings along.
    #[must_use]
    pub fn bytecode_length(&self) -> usize {
        self.plan.program.code.len()
    }

    /// Octets of earlier messages that a state carries.
    #[must_use]
    pub fn history_length(&self) -> usize {
        self.plan.program.history.into()
    }

    /// Appends `message` as one SigComp message to `out`; by the hash a NACK would name it.
    ///
    /// The same message again is compressed afresh with less trust in the peer's state: a second copy with
    /// acknowledged state only; further copies, and any after the peer refused one or if it sends no NACKs, with none.
    ///
    /// # Errors
    /// When the peer could not decompress it; nothing is appended then, and the message can go as it is.
    //= RFC 5049 8: when SIP messages are retransmitted, they need to be re-compressed
    pub fn compress(
        &mut self,
        message: &[u8],
        companions: Companions<'_>,
        out: &mut Vec<u8>,
    ) -> Result<MessageHash, CompressionFailure> {
        self.willing(message)?;
        let text = MessageHash::of(message);
        let attempts = self.ledger.attempts(text);
        let base = self.base(attempts);
        let shared = self.shared.clone().filter(|_| attempts == Attempts::None);
        let draft = Draft {
            program: &self.plan.program,
            message,
            base: base.as_ref(),
            shared: shared.as_ref(),
            keep: self.keep(base.as_ref()),
            offer: companions.offer,
            item: self.ledger.next_item(),
            returned: companions.returned,
        };
        let finished = draft.finish(self.peer.resources)?;
        if finished.creates.is_some() {
            // The new state contains what it was given of shared state, and may push the rest out.
            self.shared = None;
        }
        out.extend_from_slice(&finished.octets);
        let hash = MessageHash::of(&finished.octets);
        self.ledger.enter(Entry {
            hash,
            text,
            base: base.map(|base| base.state),
            shared: shared.map(|shared| shared.id),
            creates: finished.creates,
        });
        Ok(hash)
    }

    fn willing(&self, message: &[u8]) -> Result<(), CompressionFailure> {
        if let Some(reason) = self.refused {
            return Err(CompressionFailure::Refused(reason));
        }
        if self.policy == Policy::None {
            return Err(CompressionFailure::Policy);
        }
        if message.len() > LONGEST_MESSAGE { Err(CompressionFailure::Memory) } else { Ok(()) }
    }

    /// The state to compress a message with for which `attempts` were made.
    fn base(&self, attempts: Attempts) -> Option<Base> {
        let nacks = self.peer.version >= NACK_VERSION;
        match attempts {
            //= RFC 5049 4.4: it can use optimistic compression methods right from the outset
            Attempts::None if self.optimistic() => self.ledger.newest(),
            Attempts::One if self.optimistic() => self.surely_held(),
            Attempts::None => self.ledger.confirmed().cloned(),
            Attempts::One if nacks => self.ledger.confirmed().cloned(),
            Attempts::One | Attempts::Several | Attempts::Refused => None,
        }
    }

    fn optimistic(&self) -> bool {
        self.trust == Trust::Optimistic && self.peer.version >= NACK_VERSION
    }

    /// The confirmed state, unless so many messages followed that theirs may have pushed it out.
    fn surely_held(&self) -> Option<Base> {
        let held = self.ledger.since_confirmed() < self.plan.slots as u64;
        self.ledger.confirmed().filter(|_| held).cloned()
    }

    /// Whether the next message creates a state: never one that could push out the one that the peer is known to hold.
    fn keep(&self, base: Option<&Base>) -> Keep {
        let Plan { slots, ref program, .. } = *self.plan;
        let wanted = program.history != 0 || base.is_none();
        let protected = !self.optimistic() && self.ledger.confirmed().is_some();
        let room = slots > 0 && (!protected || self.ledger.unconfirmed() + 1 < slots);
        if wanted && room { Keep::Yes } else { Keep::No }
    }

    /// Takes in what came back from the peer, once the application has granted the message that brought it.
    ///
    /// Parameters other than assumed make the compressor start afresh. RFC 3320 6.3 and 9.4.9.
    pub fn on_feedback(&mut self, returned: Option<&FeedbackItem>, parameters: Option<&ReturnedParameters>) {
        if let Some(&[item]) = returned.map(FeedbackItem::octets) {
            self.ledger.acknowledge(item);
        }
        let Some(parameters) = parameters else { return };
        let told = Parameters {
            resources: parameters.resources.unwrap_or(self.peer.resources),
            version: parameters.version.unwrap_or(self.peer.version),
        };
        if told != self.peer {
            self.peer = told;
            self.plan = Arc::new(Self::plan(self.policy, self.own, told));
            self.ledger.clear();
            self.shared = None;
            self.refused = None;
        }
    }

    /// Takes in `message` of the peer, of which the peer has told that it is kept as shared state. RFC 3321 5.2.
    pub fn on_shared(&mut self, id: StateId, message: &[u8]) {
        let used = self.plan.program.sharing == Sharing::BothWays;
        // A state on its way may push out what came to the peer before it.
        let safe = self.optimistic() || self.ledger.unconfirmed() == 0;
        if used && safe {
            self.shared = Some(SharedState { id, text: message.into() });
        }
    }

    /// Takes in a NACK; whether it named a message of this compressor.
    ///
    /// State that the peer lacks is not used again; other reasons end compression for this peer.
    //= RFC 4077 2.3.1: the next application-initiated transmission takes advantage of the adjustments
    pub fn on_nack(&mut self, nack: &Nack) -> bool {
        if !self.ledger.knows(nack.message) {
            return false;
        }
        match nack.reason {
            Ok(Reason::StateNotFound | Reason::IdNotUnique | Reason::StateTooShort) => self.on_missing(nack),
            Ok(reason) => self.refused = Some(reason),
            Err(_) => self.refused = Some(Reason::InternalError),
        }
        true
    }

    fn on_missing(&mut self, nack: &Nack) {
        let named = |id: &StateId| matches!(&nack.details, Details::State(partial) if partial.matches(id));
        if named(&dictionary::SIP_ID) {
            self.refused = Some(Reason::StateNotFound);
        }
        if let Some(shared) = self.ledger.shared(nack.message).filter(|id| named(id)) {
            if self.shared.as_ref().is_some_and(|kept| kept.id == shared) {
                self.shared = None;
            }
            self.ledger.refuse(nack.message);
        } else {
            self.ledger.disown(nack.message);
        }
    }
}

/// Beyond it a message is sent as it is: a UDVM has 64 KiB for it, the dictionary and all else.
const LONGEST_MESSAGE: usize = 32_768;

//! Both halves of SigComp for one node: a decompressor, and a compressor for each peer (RFC 3320 3, RFC 4077 2).
//!
//! ```text
//!            send(compartment, plain)                    receive(octets)
//! application ────────────> compressor ──> SigComp ──> decompressor ────────────> application
//!                               ▲                           │                         │
//!                               └── feedback, shared state ─┴── grant(compartment) <──┘
//! ```

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};

use crate::compress::{
    Companions, CompressionFailure, Compressor, Offer, Policy, REMEMBERED, Trust, shared_state,
};
use crate::decompressor::{Decompressed, Decompressor, Feedback, Pending, Received, Transport};
use crate::failure::Failure;
use crate::feedback::FeedbackItem;
use crate::nack::{MessageHash, Nack};
use crate::parameters::{NACK_VERSION, Parameters};
use crate::store::{CompartmentId, Retention};

/// What an endpoint does and offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What messages to all peers are compressed with.
    pub policy: Policy,
    /// Which state the peers are taken to hold.
    pub trust: Trust,
    /// What this endpoint offers.
    pub own: Parameters,
    /// What peers are taken to offer until they say otherwise.
    pub peers: Parameters,
    /// The greatest number of open compartments; the one not used for longest is closed for another. At least 1.
    pub compartments: usize,
}

impl Settings {
    /// An endpoint that offers and expects what RFC 5049 4 asks of SIP, for up to 1,000 peers.
    #[must_use]
    pub const fn sip(policy: Policy) -> Self {
        let (own, peers) = (Parameters::SIP_MINIMUM, Parameters::SIP_MINIMUM);
        Self { policy, trust: Trust::Acknowledged, own, peers, compartments: 1000 }
    }
}

/// One SigComp endpoint over a message-based transport: compartments, a compressor for each, one decompressor.
///
/// It owns no clock and no socket. Memory is bounded: for each compartment the state memory that it offers, and about
/// as much as its peer offers for the compressor.
#[derive(Clone, Debug)]
pub struct Endpoint {
    settings: Settings,
    decompressor: Decompressor,
    /// What a new compartment begins with; its bytecode is made once.
    compressor: Compressor,
    compartments: BTreeMap<CompartmentId, Compartment>,
    /// When each compartment was last used, in uses of the endpoint.
    recency: BTreeMap<u64, CompartmentId>,
    uses: u64,
    sent: Sent,
}

#[derive(Clone, Debug)]
struct Compartment {
    compressor: Compressor,
    /// What the peer wants to get back.
    requested: Option<FeedbackItem>,
    used: u64,
}

/// What [`Endpoint::receive`] made of a SigComp message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// An application message; what it asks for takes effect with [`Endpoint::grant`].
    Message(Arrived),
    /// A NACK, taken in: the compartment whose message it named, if that is remembered.
    Nack(Option<CompartmentId>),
    /// It could not be decompressed: the NACK to be sent to where it came from, if one is due.
    Refused(Failure, Option<Vec<u8>>),
}

/// A message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The application message.
    pub octets: Vec<u8>,
    /// UDVM cycles that it took.
    pub cycles: u64,
    /// What it asks for.
    pub pending: Pending,
}

impl Endpoint {
    /// An endpoint without compartments.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let Settings { policy, trust, own, peers, .. } = settings;
        Self {
            settings,
            decompressor: Decompressor::new(own),
            compressor: Compressor::new(policy, trust, own, peers),
            compartments: BTreeMap::new(),
            recency: BTreeMap::new(),
            uses: 0,
            sent: Sent::default(),
        }
    }

    /// What the endpoint does and offers.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Number of open compartments.
    #[must_use]
    pub fn compartments(&self) -> usize {
        self.compartments.len()
    }

    /// Octets of state that all compartments hold, `state_length + 64` for each item. RFC 3320 6.2.
    #[must_use]
    pub fn state_memory(&self) -> usize {
        self.compartments.keys().map(|id| self.decompressor.states().used(*id)).sum()
    }

    /// The receiving half.
    #[must_use]
    pub fn decompressor(&self) -> &Decompressor {
        &self.decompressor
    }

    /// Takes one SigComp message from the transport.
    ///
    /// A message that gives nothing out, not even an empty application message, counts as an empty one.
    //= RFC 4077 2.2: when a received SigComp message causes a decompression failure, the recipient sends a NACK
    pub fn receive(&mut self, octets: &[u8]) -> Arrival {
        match self.decompressor.receive(octets, Transport::MessageBased) {
            Ok(Received::Message(Decompressed { octets, cycles, pending })) => {
                Arrival::Message(Arrived { octets: octets.unwrap_or_default(), cycles, pending })
            }
            Ok(Received::Nack(nack)) => Arrival::Nack(self.take_in(&nack)),
            Err(failure) => {
                let nack =
                    Nack::answering(octets, &failure).filter(|_| self.settings.own.version >= NACK_VERSION);
                let nack = nack.map(|nack| {
                    let mut octets = Vec::new();
                    nack.write_to(&mut octets);
                    octets
                });
                Arrival::Refused(failure, nack)
            }
        }
    }

    //= RFC 4077 2.3: the first action taken upon receipt of a NACK is to find the message to which it corresponds
    fn take_in(&mut self, nack: &Nack) -> Option<CompartmentId> {
        let id = *self.sent.compartments.get(&nack.message)?;
        let compartment = self.compartments.get_mut(&id)?;
        compartment.compressor.on_feedback(nack.returned_feedback.as_ref(), None);
        compartment.compressor.on_nack(nack).then_some(id)
    }

    /// Grants what `message` asks for, once the application has found that it belongs to `compartment`, which is
    /// opened if it is not open. RFC 3320 4.3.
    pub fn grant(&mut self, compartment: CompartmentId, message: &[u8], pending: Pending) {
        self.open(compartment);
        let Feedback { returned_item, requested, returned_parameters } =
            self.decompressor.grant(compartment, pending).feedback;
        let Some(entry) = self.compartments.get_mut(&compartment) else { return };
        if let Some(requested) = requested {
            entry.requested = requested.item;
        }
        entry.compressor.on_feedback(returned_item.as_ref(), returned_parameters.as_ref());
        if self.settings.policy != Policy::Shared {
            return;
        }
        //= RFC 3321 5.2: compares the state identifier values with the value it has calculated for the message
        let offered = returned_parameters.map(|parameters| parameters.states).unwrap_or_default();
        if let Some(id) =
            (!offered.is_empty()).then(|| shared_state(message)).flatten().map(|state| state.id())
            && offered.iter().any(|partial| partial.matches(&id))
        {
            entry.compressor.on_shared(id, message);
        }
    }

    /// Appends `message` for the peer of `compartment` to `out` as one SigComp message; the compartment is opened if
    /// it is not open.
    ///
    /// A message that is sent again is handed in again: it is compressed afresh.
    ///
    /// # Errors
    /// When the message cannot be compressed for that peer; nothing is appended, and it can be sent as it is.
    pub fn send(
        &mut self,
        compartment: CompartmentId,
        message: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), CompressionFailure> {
        self.open(compartment);
        let offer = self.offer(compartment, message);
        let entry = self.compartments.get_mut(&compartment).expect("the compartment was opened");
        //= RFC 4896 9.2: SHOULD transmit feedback repeatedly until a message updates the feedback
        let companions = Companions { returned: entry.requested.as_ref(), offer };
        let hash = entry.compressor.compress(message, companions, out)?;
        self.sent.enter(hash, compartment, REMEMBERED * self.compartments.len());
        Ok(())
    }

    /// Closes `compartment` and forgets all of its peer. RFC 3320 6.2, RFC 5049 9.3.
    pub fn close(&mut self, compartment: CompartmentId) {
        self.decompressor.states_mut().close(compartment);
        if let Some(closed) = self.compartments.remove(&compartment) {
            self.recency.remove(&closed.used);
        }
    }

    /// Keeps `message` as shared state, if the policy is to and the peer's own states leave room.
    //= RFC 3321 5.2: new shared state items must not be created unless there is enough state memory
    fn offer(&mut self, compartment: CompartmentId, message: &[u8]) -> Offer {
        if self.settings.policy != Policy::Shared {
            return Offer::None;
        }
        let states = self.decompressor.states_mut();
        let state =
            shared_state(message).and_then(|state| states.create(compartment, state, Retention::Local));
        state.map_or(Offer::None, |_| Offer::Kept)
    }

    /// Opens `compartment` if it is not open, and notes that it is used.
    fn open(&mut self, compartment: CompartmentId) {
        self.uses += 1;
        if let Some(entry) = self.compartments.get_mut(&compartment) {
            self.recency.remove(&entry.used);
            entry.used = self.uses;
        } else {
            if self.compartments.len() >= self.settings.compartments.max(1)
                && let Some((_, oldest)) = self.recency.first_key_value()
            {
                self.close(*oldest);
            }
            let compressor = self.compressor.clone();
            self.compartments
                .insert(compartment, Compartment { compressor, requested: None, used: self.uses });
            self.decompressor.states_mut().open(compartment, self.settings.own.resources.state_memory_size);
        }
        self.recency.insert(self.uses, compartment);
    }
}

/// Which compartment a message was sent for, by the hash that a NACK would name. RFC 4077 2.1.
#[derive(Clone, Debug, Default)]
struct Sent {
    compartments: BTreeMap<MessageHash, CompartmentId>,
    order: VecDeque<MessageHash>,
}

impl Sent {
    /// Remembers a message, and no more than `limit` in all.
    fn enter(&mut self, hash: MessageHash, compartment: CompartmentId, limit: usize) {
        if self.compartments.insert(hash, compartment).is_none() {
            self.order.push_back(hash);
        }
        while self.order.len() > limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.compartments.remove(&oldest);
        }
    }
}

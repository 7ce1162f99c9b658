//! The decompressor dispatcher: messages in, application messages and requests out (RFC 3320 4.2 and 4.3).

#[cfg(test)]
mod torture;

use std::sync::Arc;

use crate::dictionary;
use crate::failure::{Details, Failure, Reason};
use crate::feedback::{FeedbackItem, RequestedFeedback, ReturnedParameters};
use crate::message::Message;
use crate::nack::Nack;
use crate::parameters::Parameters;
use crate::state::{PartialStateId, State, StateId};
use crate::store::{CompartmentId, Retention, StateStore};
use crate::udvm;

/// The receiving half of a SigComp endpoint.
///
/// A message is decompressed by a UDVM of its own, which sees the state of all compartments but changes nothing. What
/// the message asks to be changed waits in [`Pending`] until the application has judged the decompressed message and
/// names its compartment.
#[derive(Clone, Debug)]
pub struct Decompressor {
    parameters: Parameters,
    states: StateStore,
}

/// What kind of transport brought a message, which decides how much memory the UDVM has. RFC 3320 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// One datagram, one message: the UDVM has what the message leaves of the decompression memory.
    MessageBased,
    /// Record marking ([`crate::stream`]): the UDVM has half of the decompression memory.
    StreamBased,
}

/// What a SigComp message turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// It was decompressed.
    Message(Decompressed),
    /// It tells that a message of this endpoint was not.
    Nack(Nack),
}

/// A decompressed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decompressed {
    /// The application message, at most 65,536 octets; `None` when the bytecode gave none out, not even an empty one.
    pub octets: Option<Vec<u8>>,
    /// UDVM cycles spent.
    pub cycles: u64,
    /// What the message asks for, to be granted by [`Decompressor::grant`] or dropped.
    pub pending: Pending,
}

/// What takes effect only when the application has named a compartment for the message. RFC 3320 4.3 and 6.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// Feedback of the message.
    pub feedback: Feedback,
    /// Up to four creations and four frees of state, in the order of the bytecode.
    pub state_requests: Vec<StateRequest>,
}

/// A request to the state handler. RFC 3320 9.4.9.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateRequest {
    /// Create an item with this retention priority.
    Create(State, u16),
    /// Free the item that this identifier matches.
    Free(PartialStateId),
}

/// Feedback data, to be trusted only with a valid compartment. RFC 3320 6.3.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feedback {
    /// The returned feedback item of the header.
    pub returned_item: Option<FeedbackItem>,
    /// What the peer wants to be told; `None` leaves an earlier request as it was (RFC 4896 9.2).
    pub requested: Option<RequestedFeedback>,
    /// What the peer tells about itself.
    pub returned_parameters: Option<ReturnedParameters>,
}

/// What [`Decompressor::grant`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// For the compressor that sends to the same peer.
    pub feedback: Feedback,
    /// The outcome of each request to create state, in order: the identifier it is kept under, or `None`.
    pub created: Vec<Option<StateId>>,
}

impl Decompressor {
    /// An endpoint that offers `parameters` and the SIP dictionary of RFC 3485.
    //= RFC 5049 4.5: minimum LAS for SIP/SigComp: the SIP/SDP static dictionary
    #[must_use]
    pub fn new(parameters: Parameters) -> Self {
        let mut states = StateStore::default();
        states.offer(Arc::clone(dictionary::sip()));
        Self { parameters, states }
    }

    /// What this endpoint offers.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// The state of this endpoint.
    #[must_use]
    pub fn states(&self) -> &StateStore {
        &self.states
    }

    /// The state of this endpoint, for what the application itself decides: to offer dictionaries, to open and close
    /// compartments, to share what it sends (RFC 3321 5.2).
    pub fn states_mut(&mut self) -> &mut StateStore {
        &mut self.states
    }

    /// Decompresses one message, or reads one NACK, without record marking.
    ///
    /// Takes at most `(8n + 1000) × cycles_per_bit` UDVM cycles for `n` octets, and 64 KiB of memory besides the state
    /// that the message asks to be created.
    ///
    /// # Errors
    /// Decompression failure (RFC 3320 8.7), to be answered by [`Nack::answering`].
    pub fn receive(&self, octets: &[u8], transport: Transport) -> Result<Received, Failure> {
        if Nack::is_nack(octets) {
            let incomplete = || Failure::before_start(Reason::MessageTooShort, Details::None);
            return Nack::parse(octets).map(Received::Nack).ok_or_else(incomplete);
        }
        let message =
            Message::parse(octets).map_err(|reason| Failure::before_start(reason, Details::None))?;
        let returned_item = message.returned_feedback.clone();
        let mut decompressed = udvm::run(&message, octets.len(), transport, self.parameters, &self.states)?;
        decompressed.pending.feedback.returned_item = returned_item;
        Ok(Received::Message(decompressed))
    }

    /// Grants what a message asks for, once the application has found that it belongs to `compartment`.
    ///
    /// Opens the compartment with the state memory that this endpoint offers if it is not open. The S-bit clears it
    /// before anything is created. RFC 3320 6.2.
    pub fn grant(&mut self, compartment: CompartmentId, pending: Pending) -> Granted {
        let Pending { feedback, state_requests } = pending;
        if !self.states.is_open(compartment) {
            self.states.open(compartment, self.parameters.resources.state_memory_size);
        }
        let no_state = feedback.requested.as_ref().is_some_and(|requested| requested.no_state);
        if no_state {
            self.states.clear(compartment);
        }
        let mut created = Vec::new();
        for request in state_requests {
            match request {
                StateRequest::Create(..) if no_state => created.push(None),
                StateRequest::Create(state, priority) => {
                    created.push(self.states.create(compartment, state, Retention::Priority(priority)));
                }
                StateRequest::Free(id) => self.states.free(compartment, &id),
            }
        }
        Granted { feedback, created }
    }
}

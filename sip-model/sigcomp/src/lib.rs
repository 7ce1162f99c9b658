//! Signalling compression as RFC 3320 defines it: the universal decompressor virtual machine, its state, and
//! compressors that bring their own bytecode.

pub mod assembler;
pub mod compress;
mod decompressor;
pub mod dictionary;
pub mod endpoint;
mod failure;
mod feedback;
mod message;
mod nack;
mod parameters;
#[cfg(test)]
mod shared;
mod state;
mod store;
pub mod stream;
mod udvm;

pub use decompressor::{
    Decompressed, Decompressor, Feedback, Granted, Pending, Received, StateRequest, Transport,
};
pub use failure::{Details, Failure, Reason};
pub use feedback::{FeedbackItem, RequestedFeedback, ReturnedParameters};
pub use message::{Message, Start, is_sigcomp};
pub use nack::{MessageHash, Nack};
pub use parameters::{CyclesPerBit, MemorySize, NACK_VERSION, Parameters, Resources};
pub use state::{PartialStateId, STATE_OVERHEAD, State, StateId};
pub use store::{CompartmentId, Inaccessible, Retention, StateStore};
pub use udvm::opcode;

//! Signalling compression as RFC 3320 defines it, without input or output.
//!
//! A SigComp message brings, or refers to, the program that decompresses it. This crate models both halves of an
//! endpoint: a compressor that writes such messages, and the universal decompressor virtual machine (UDVM) that runs
//! whatever bytecode arrives, with the state that is kept between messages. The machine is exact: outputs, UDVM cycles
//! and reasons of failure are those of the RFCs, to the cycle.
//!
//! Leaves out: continuous mode (RFC 3320 4.2.1), where a machine outlives its message; sockets and timers; how an
//! application finds the compartment of a message, which for SIP is RFC 5049 and belongs to the `sip` crate; the
//! optional checkpoints and implicit acknowledgements of RFC 3321; and what [`compress`] says of itself.
//!
//! ```text
//!    datagram ─┐                        state of all compartments (read only)
//!              ▼                                      │
//!   stream ──▶ octets ──▶ message ──▶ NACK? ──▶ UDVM ◀┘
//!    (4.2.2)              header (7)              │ application message, cycles, Pending
//!                                                 ▼
//!                              application: whose message is it? ── nobody's ──▶ Pending is dropped
//!                                                 │ grant(compartment)
//!                                                 ▼
//!                                   StateStore: create, free (6.2) ──▶ Feedback for the compressor
//! ```
//!
//! Both halves together are an [`endpoint::Endpoint`], which holds a [compressor](compress) for each compartment:
//!
//! ```
//! use sigcomp::CompartmentId;
//! use sigcomp::compress::Policy;
//! use sigcomp::endpoint::{Arrival, Endpoint, Settings};
//!
//! let mut alice = Endpoint::new(Settings::sip(Policy::Dynamic));
//! let mut proxy = Endpoint::new(Settings::sip(Policy::Dynamic));
//! let (of_proxy, of_alice) = (CompartmentId(1), CompartmentId(1));
//! let plain = b"OPTIONS sip:192.0.2.9 SIP/2.0\r\nContent-Length: 0\r\n\r\n";
//! let mut wire = Vec::new();
//! alice.send(of_proxy, plain, &mut wire).unwrap();
//! match proxy.receive(&wire) {
//!     Arrival::Message(arrived) => {
//!         assert_eq!(arrived.octets, plain);
//!         proxy.grant(of_alice, &arrived.octets, arrived.pending);
//!     }
//!     Arrival::Nack(_) => {}
//!     Arrival::Refused(_, nack) => panic!("to be sent back: {nack:?}"),
//! }
//! ```
//!
//! A message whose bytecode gives its input out as it came (RFC 4896 11), and then asks to be kept as state:
//!
//! ```
//! use sigcomp::{CompartmentId, Decompressor, Parameters, Received, Transport};
//!
//! let mut endpoint = Decompressor::new(Parameters::SIP_MINIMUM);
//! let header = [0xf8, 0x01, 0x11]; // 17 octets of bytecode for address 128
//! let bytecode = [
//!     0x1c, 0x01, 0x86, 0x09, // INPUT-BYTES (1, 64, end)
//!     0x22, 0x86, 0x01, //       OUTPUT (64, 1)
//!     0x16, 0xf9, //             JUMP (128)
//!     0x23, 0x00, 0x00, 0x11, 0x87, 0x87, 0x06, 0x00, // end: END-MESSAGE (0, 0, 17, 128, 128, 6, 0)
//! ];
//! let first = [&header[..], &bytecode, b"BYE"].concat();
//! let Received::Message(message) = endpoint.receive(&first, Transport::MessageBased)? else { panic!() };
//! assert_eq!((message.octets.as_deref(), message.cycles), (Some(&b"BYE"[..]), 35));
//!
//! // The application has judged the message, and gives it state memory.
//! let granted = endpoint.grant(CompartmentId(7), message.pending);
//! let id = granted.created[0].expect("a compartment of 2,048 octets has room for 17 and 64");
//!
//! // The next message names the bytecode by six octets of its identifier.
//! let second = [&[0xf9], &id.0[..6], b"ACK"].concat();
//! let Received::Message(message) = endpoint.receive(&second, Transport::MessageBased)? else { panic!() };
//! assert_eq!(message.octets.as_deref(), Some(&b"ACK"[..]));
//! # Ok::<(), sigcomp::Failure>(())
//! ```
//!
//! # Contract
//!
//! - A peer's mistake is data: no octets make anything here panic. A message that cannot be decompressed is a
//!   [`Failure`] that names the reason and the instruction, and [`Nack::answering`] makes the answer.
//! - A message costs at most `(8n + 1000) × cycles_per_bit` UDVM cycles for its `n` octets, paid before the work is
//!   done, and gives out at most 65,536 octets. [`Decompressor::receive`] changes nothing.
//! - A compartment never holds more than its state memory. The application decides how many compartments are open, and
//!   closes them; an [`endpoint::Endpoint`] bounds their number and closes the one not used for longest.
//! - A failure or a NACK is no reason to send the same octets again: they would fail again.
//!
//! # Standards
//!
//! RFC 3320 with the corrections of RFC 4896, RFC 4077 (NACK), RFC 3485 and RFC 5112 (dictionaries), RFC 5049 4 (minimum
//! values for SIP), tested by RFC 4465 (78 of 78 messages) and by bytecode of RFC 4464. RFC 3321: acknowledged
//! saved state and shared compression, served by [`Retention::Local`] (shared state) and by [`ReturnedParameters`]
//! (announcements).

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

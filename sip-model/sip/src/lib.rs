//! SIP as RFC 3261 defines it, without input or output.
//!
//! Models what a SIP element does with the octets that reach it, and which octets it sends: messages, header fields,
//! URIs, session descriptions, digest authentication, the four transaction machines, dialogs, user agents, a
//! transaction-stateful proxy, a registrar and its location service, a redirect server. The nodes at the top speak
//! `sim-api`, so that the same code runs in simulated and in real time.
//!
//! Leaves out: sockets and clocks (they belong to whoever drives a node), TLS, DNS, S/MIME. Each module says what else it leaves out.
//!
//! ```text
//!            ┌────────────────────────────────────────────────────────────────────┐
//!   nodes    │  ua                     proxy · registrar · server · redirect      │
//!            │          compression (around any of them)                          │
//!            ├────────────────────────────────────────────────────────────────────┤
//!   state    │  dialog                 location                                   │
//!            ├────────────────────────────────────────────────────────────────────┤
//!            │  transaction            timers                                     │
//!            ├────────────────────────────────────────────────────────────────────┤
//!   octets   │  stream ──▶ message ◀── header ◀── uri     auth    multipart · sdp │
//!            └────────────────────────────────────────────────────────────────────┘
//!                 ▲ datagram, wake-up                       │ effects: send, wake me at, observe
//!                 │                                         ▼
//!            ══════════════════ sim-api: NodeEvent in, Effect out ══════════════════
//! ```
//!
//! A request is parsed, finds its transaction by an integer key, and is answered:
//!
//! ```
//! use sip::header::{Tag, ViaStamp};
//! use sip::message::{Composer, Message, ResponseHead, StatusCode, TransactionKey};
//!
//! let datagram = b"OPTIONS sip:carol@chicago.com SIP/2.0\r\n\
//!     Via: SIP/2.0/UDP pc33.atlanta.com;rport;branch=z9hG4bKhjhs8ass877\r\n\
//!     Max-Forwards: 70\r\n\
//!     To: <sip:carol@chicago.com>\r\n\
//!     From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n\
//!     Call-ID: a84b4c76e66710\r\n\
//!     CSeq: 63104 OPTIONS\r\n\
//!     Content-Length: 0\r\n\r\n";
//! let request = Message::parse(datagram)?;
//! let mandatory = request.mandatory()?;
//! let key = TransactionKey::of_request(&request)?;
//! assert_eq!(key, TransactionKey::of_request(&Message::parse(datagram)?)?, "a retransmission has the same key");
//!
//! let stamp = ViaStamp::observed(&mandatory.via, "192.0.2.4:5062".parse().unwrap());
//! let head = ResponseHead::new(&request, StatusCode::OK).with_stamp(stamp).with_tag(Tag::new("93810874").unwrap());
//! let mut out = Vec::new();
//! Composer::response(&mut out, &head).header("Accept", "application/sdp").finish();
//! let response = Message::parse(&out)?;
//! assert_eq!(response.via()?.received, "192.0.2.4".parse().ok());
//! assert_eq!(response.to()?.tag, Tag::new("93810874"));
//! # Ok::<(), sip::message::ParseError>(())
//! ```
//!
//! # Contract
//!
//! - A peer's mistake is data: no octets make anything here panic. A faulty value is a
//!   [`ParseError`](message::ParseError) that names octets and the rule they break; rows that nobody asks for are
//!   never judged and are forwarded as they came.
//! - A failure response is a value like any other, never an error.
//! - What a node does is a function of the events it was given and of its own random stream.
//! - Every table has a bound; what exceeds it is answered or dropped, and counted.
//!
//! # Standards
//!
//! RFC 3261 with RFC 6026 (transactions), RFC 3581 (rport), RFC 5118 (IPv6), RFC 3966 (`tel:`), RFC 2617, RFC 7616 and
//! RFC 8760 (digest), RFC 3264 and RFC 8866 (offer and answer, SDP), RFC 2046 and RFC 5621 (multipart), RFC 3327 (Path),
//! RFC 3486 and RFC 5049 (SigComp).
//! Header fields are read of these and of RFC 3262, 3323, 3325, 3326, 3515, 3608, 3841, 3891, 3892, 4028, 5393, 5626,
//! 6665, 7315 and 8224, whatever the cores make of them.

pub mod alg;
pub mod auth;
pub mod authenticator;
pub mod classify;
pub mod compression;
pub mod dialog;
pub mod header;
pub mod locate;
pub mod location;
pub mod message;
pub mod multipart;
pub mod printed;
pub mod probe;
pub mod proxy;
pub mod redirect;
pub mod registrar;
mod responder;
pub mod sdp;
pub mod server;
#[cfg(test)]
mod shared;
pub mod stream;
pub mod timers;
pub mod transaction;
pub mod ua;
pub mod uri;

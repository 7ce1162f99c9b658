//! Locating SIP servers (RFC 3263): from a URI to the elements that may be asked, in order.
//!
//! ```text
//!   URI ──▶ NextHop ──▶ Hop ──┬─ At, OneOf ───────────────────────────────▶ elements ──▶ client transaction
//!           (a table)         └─ Sought ──▶ Locator ──▶ Candidates ─────────▲  ▲              │ 503, silence,
//!                                            │    ▲                            └── Avoided ◀──┘ unreachable
//!                                  questions ▼    │ answers
//!                                          dns::StubClient
//! ```
//!
//! [`Locator`] is a pure machine: it turns a URI and the answers of the DNS into an ordered list. Which element of
//! the list gets a request, and which comes next when that one fails (RFC 3263 4.3), is the business of the
//! [transaction layer](crate::transaction); [`Avoided`] is its memory of failures.
//!
//! ```
//! use dns::{Answer, Question, RData, Record, RecordType};
//! use sip::locate::{IpVersions, Locator, Sought, Step, Transports};
//! use sip::uri::Uri;
//!
//! let uri = Uri::parse("sip:bob@b.example:5080").unwrap();
//! let sought = Sought::of(uri.as_sip().unwrap());
//! let (locator, step) = Locator::begin(&sought, &Transports::udp(), IpVersions::V4, 1);
//! let question = Question::new("b.example".parse()?, RecordType::A);
//! assert_eq!(step, Step::Ask(vec![question.clone()]));
//!
//! let record = Record::new(question.name.clone(), 60, RData::A([192, 0, 2, 7].into()));
//! let step = locator.unwrap().on_answer(&question, Answer::Found(vec![record]));
//! let Step::Found(candidates) = step else { panic!() };
//! assert_eq!(candidates[0].address, "192.0.2.7:5080".parse().unwrap());
//! # Ok::<(), dns::NameError>(())
//! ```
//!
//! The choice of transport is a decision that the candidates name. This crate's nodes carry UDP, so they ask for UDP.
//! Left out: NAPTR records that lead to others or to addresses, TLS over SCTP, and the address records that a DNS
//! server adds to its SRV records (the stub client's cache makes up for them).

mod avoided;
mod hop;
mod locator;
mod transports;

pub use avoided::{Avoided, Blacklisting, Failure, SharedBy};
pub use hop::{Hop, Sought, numeric};
pub use locator::{Candidate, IpVersions, Locator, MAX_CANDIDATES, MAX_ELEMENTS, NotFound, Step};
pub use transports::Transports;

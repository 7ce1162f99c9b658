//! All that a simulated node may see: time, events, packets, randomness, probes and faults.
//!
//! A [`Node`] takes a [`NodeEvent`] and pushes [`Effect`]s through its [`Context`]; the simulator and the emulator both
//! drive this trait, so protocol code knows neither. This crate holds no protocol, no queue and no clock.
//!
//! ```text
//!              NodeEvent (borrows octets)
//!   driver ───────────────────────────────▶ Node::handle
//!   (engine,                                   │
//!    emulator)  ◀────────────────────────── Context
//!              Effect: Send, Wake, Probe
//! ```
//!
//! The smallest node answers each datagram with the same octets:
//!
//! ```
//! use sim_api::{Context, Effect, Lineage, Node, NodeEvent, Seed, SimTime};
//!
//! #[derive(Debug)]
//! struct Echo;
//!
//! impl Node for Echo {
//!     fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
//!         if let NodeEvent::Datagram { from, to, octets } = event {
//!             cx.send(to, from, octets);
//!         }
//!     }
//! }
//!
//! let (mut rng, mut effects) = (Seed::new(1).stream("node/echo"), Vec::new());
//! let mut cx = Context::new(SimTime::ZERO, Lineage::begin(SimTime::ZERO), &mut rng, &mut effects);
//! let (alice, echo) = ("192.0.2.1:5060".parse().unwrap(), "192.0.2.2:7".parse().unwrap());
//! Echo.handle(NodeEvent::Datagram { from: alice, to: echo, octets: b"hello" }, &mut cx);
//! assert!(matches!(&effects[..], [Effect::Send(out)] if out.to == alice && out.payload.octets() == b"hello"));
//! ```
//!
//! Contract with the driver: events come in the order of virtual time; effects are carried out in the order in which
//! they were pushed; a wake-up never comes before its instant. Contract with the node: the same events and the same
//! stream give the same effects.

mod classify;
mod distribution;
mod fault;
mod lineage;
mod node;
mod payload;
mod probe;
mod quantity;
mod random;
mod time;
mod timer;

pub use classify::{Classifier, MessageClass, Unclassified};
pub use distribution::{Distribution, standard_normal_quantile};
pub use fault::{Extent, Fault, Memory, NodeFault, TimedFault};
pub use lineage::{DelaySplit, Lineage};
pub use node::{Context, Effect, Node, NodeEvent, Outgoing, Sending};
pub use payload::{Payload, content_hash};
pub use probe::{Probe, ProbeName};
pub use quantity::{BitRate, Probability};
pub use random::{CounterStream, Seed, Stream, Unit, fnv1a, mix};
pub use time::{SimTime, nanos};
pub use timer::{TimerSlot, TimerToken, Wake, deadline};

//! The deterministic event loop: queue, run loop, host CPU model, capture, digest.
//!
//! Models one run: nodes on hosts, at the edge of a network, in virtual time. Leaves out what the nodes speak (it is handed a
//! [`Classifier`](sim_api::Classifier) where it must tell messages apart) and how results are judged. No wall clock, no
//! thread, no hash order: a run is a function of its network, its nodes, its seed and its fault schedule.
//!
//! ```text
//!              ┌────────────── Simulation ───────────────┐
//!   Effect ───▶│ send ──▶ hop ──▶ hop ──▶ host CPU ──┐   │
//!              │  │ one event each: Arrive … Served  ▼   │──▶ NodeEvent
//!              │ wake ───────────────────────▶ dispatch  │
//!              └──┬─────────────┬────────────────┬───────┘
//!             Observer       LinkTap           Trace
//!             (probes)      (capture)        (journeys)
//! ```
//!
//! Two hosts on one link; one echoes what the other sends:
//!
//! ```
//! use std::sync::Arc;
//! use sim_api::{Context, Node, NodeEvent, Seed, SimTime, Unclassified};
//! use sim_engine::{Outcome, Simulation, Trace};
//! use sim_net::{LinkSpec, NetworkBuilder};
//!
//! #[derive(Debug)]
//! struct Echo;
//! impl Node for Echo {
//!     fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
//!         if let NodeEvent::Datagram { from, to, octets } = event
//!             && octets != b"done"
//!         {
//!             cx.send(to, from, b"done");
//!         }
//!     }
//! }
//!
//! let mut network = NetworkBuilder::new();
//! let (a, b) = (network.node("a")?, network.node("b")?);
//! network.address(a, "192.0.2.1".parse().unwrap())?;
//! network.address(b, "192.0.2.2".parse().unwrap())?;
//! let link = LinkSpec { propagation: std::time::Duration::from_millis(10), ..LinkSpec::between("a-b", a, b) };
//! network.link(link)?;
//!
//! let seed = Seed::new(1);
//! let mut simulation = Simulation::new(network.build(seed)?, seed, Arc::new(Unclassified));
//! simulation.attach(a, Box::new(Echo), None);
//! simulation.attach(b, Box::new(Echo), None);
//! simulation.trace(Trace::new(100));
//! simulation.order(a, |_: &mut Echo, cx: &mut Context<'_>| {
//!     cx.send("192.0.2.1:7".parse().unwrap(), "192.0.2.2:7".parse().unwrap(), b"hello");
//! });
//! simulation.run_to_quiet(SimTime::from_secs(1));
//! simulation.assert_conservation();
//! let journeys = simulation.journeys().unwrap().journeys();
//! assert_eq!(journeys.len(), 2);
//! assert!(matches!(journeys[1].outcome, Outcome::Arrived(at) if at == SimTime::from_millis(20)));
//! # Ok::<(), sim_net::NetworkError>(())
//! ```
//!
//! Contract: faults of an instant strike before anything else of that instant; effects are carried out in the order in which
//! nodes pushed them; equal times are ordered by (rank of the origin node, sequence at the origin).

pub mod capture;
pub mod cpu;
mod delivery;
mod digest;
mod event;
mod faults;
mod host;
mod icmp;
mod observe;
mod order;
pub mod queue;
mod simulation;
mod slab;
mod tap;

pub use delivery::Tally;
pub use digest::RollingDigest;
pub use event::Event;
pub use faults::FaultError;
pub use host::HostTally;
pub use icmp::{ICMP_BURST, ICMP_INTERVAL};
pub use observe::{DropReason, Journey, LinkTap, Observer, Outcome, Trace, Unobserved};
pub use simulation::Simulation;
pub use slab::PacketId;
pub use tap::CaptureTap;

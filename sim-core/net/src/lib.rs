//! IP packets and the network that carries them: links, queues, loss, fragmentation, routing.
//!
//! # What it models
//!
//! Packets of IPv4 and IPv6 with UDP or any other protocol, with the sizes and, where it matters, the octets and
//! checksums of real headers. Links with propagation and rate (each way its own where they differ, or both ways on one
//! medium; with the headers of IP or with what header compression leaves of them), a drop-tail queue, jitter without and with reordering,
//! independent and bursty loss (Gilbert-Elliott in continuous time, each direction for itself), duplication and
//! corruption by flipped bits; links that go down and come back. Shortest-path routes that follow. Fragmentation by
//! IPv4 routers and IPv6 sources, and reassembly.
//!
//! # What it leaves out
//!
//! Link layers and their headers, ICMP but for port unreachable (a packet that is too big ends here, and an IPv6 source
//! knows the MTU of its path; routers are silent about what they drop), IP options and extension headers, routing protocols (routes are right at once), priorities in queues, address
//! translation, and radio cells. It holds no event queue and no clock: it is state and computation.
//!
//! # The way of a packet
//!
//! ```text
//!                     ┌───────────────────────── Network ──────────────────────────┐
//!   Packet ──────────▶│ next_hop: which link        routes by delay, ties by name  │
//!     ▲               │                                                            │
//!     │               │ transmit: when it arrives   queue │ clocking │ propagation │──▶ Carried, Lost, TooLarge
//!     │ forward()     │           or why not        loss, jitter, copy, damage     │       │          │
//!     │               │                                                            │       │     fragments()
//!   router ◀──────────│ arrive:   at which node     link still up? checksums?      │◀── event queue of the caller
//!                     └─────────────────────────────┬──────────────────────────────┘
//!   host ◀── Reassembler::accept ◀──────────────────┘
//! ```
//!
//! Two hosts, one link:
//!
//! ```
//! use std::time::Duration;
//! use sim_api::{BitRate, Lineage, Payload, Seed, SimTime};
//! use sim_net::{LinkSpec, NetworkBuilder, Packet, Transit};
//!
//! let mut builder = NetworkBuilder::new();
//! let (alice, bob) = (builder.node("alice")?, builder.node("bob")?);
//! builder.address(alice, "192.0.2.1".parse()?)?;
//! builder.address(bob, "192.0.2.2".parse()?)?;
//! builder.link(LinkSpec {
//!     propagation: Duration::from_millis(5),
//!     rate: BitRate::new(1_000_000).ok_or("zero")?,
//!     ..LinkSpec::between("wire", alice, bob)
//! })?;
//! let mut network = builder.build(Seed::new(1))?;
//!
//! let (from, to) = ("192.0.2.1:5060".parse()?, "192.0.2.2:5060".parse()?);
//! let (now, payload) = (SimTime::ZERO, Payload::new(&[0; 500]));
//! let mut packet = Packet::udp(from, to, payload, Lineage::begin(now), bob)?;
//! let hop = network.next_hop(alice, packet.destination).ok_or("unreachable")?;
//! let Transit::Carried { first, .. } = network.transmit(hop, now, &packet) else { panic!("no loss here") };
//! // 500 octets, 8 of UDP and 20 of IPv4: 4.224 ms at 1 Mbit/s, and 5 ms on the way.
//! assert_eq!(first.at, SimTime::from_nanos(9_224_000));
//!
//! packet.lineage = packet.lineage.after(first.split);
//! packet.lineage.assert_exact(first.at);
//! assert_eq!(network.arrive(hop, first.epoch, &mut packet), Ok(bob));
//! network.conservation()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Contract with the caller
//!
//! - Offers to one direction of a link come in the order of time, and each arrival is reported once, at its instant.
//! - Before [`Network::arrive`] the packet takes the arrival's damage ([`Packet::flip`]) and its delay
//!   ([`sim_api::Lineage::after`]).
//! - Of two packets that arrive at the same instant on one direction of a link, the one that was offered first comes
//!   first; this happens only where octets take no time to clock.
//! - A router calls [`Packet::forward`], then [`Network::next_hop`]; what ends there is counted with
//!   [`Network::drop_at`].
//!
//! In return: a run is a function of the seed and the offers. Each purpose of each direction of each link has a random
//! stream of its own, such as `"link/ran-7/forward/loss"`, so that adding a link, or switching on jitter, shifts no
//! one's loss. The order in which nodes and links were added changes nothing. Nothing is allocated on the way of an
//! undamaged packet.
//!
//! # Standards
//!
//! RFC 791 (IPv4, fragmentation), RFC 768 (UDP), RFC 792 and RFC 4443 (ICMP), RFC 1071 (checksum), RFC 8200 (IPv6, fragment header), RFC 4963 (what
//! the 16-bit identification of IPv4 does at high rates).

mod address;
mod builder;
mod count;
mod fragment;
pub mod icmp;
mod id;
mod impairment;
mod link;
mod loss;
mod network;
mod packet;
mod reassembly;
mod route;
mod streams;
mod verify;
pub mod wire;

pub use builder::{NetworkBuilder, NetworkError};
pub use count::{ConservationError, Count, DropCause, Drops, LinkCount};
pub use fragment::{SMALLEST_IPV6_MTU, SMALLEST_MTU, fragments};
pub use id::{Direction, Hop, LinkId, NodeId};
pub use link::{Arrival, Duplex, Headers, Jitter, LinkSpec, Transit, Way};
pub use loss::{FASTEST_CHANGE_PER_S, Loss};
pub use network::Network;
pub use packet::{
    Damage, FRAGMENT_HEADER, Fragment, HOP_LIMIT, IPV4_HEADER, IPV6_HEADER, IpProtocol, Packet, PacketError,
    Sendable, UDP_HEADER,
};
pub use reassembly::{IPV4_TIMEOUT, IPV6_TIMEOUT, Reassembler, Reassembly, ReassemblyCount};

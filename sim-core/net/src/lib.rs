//! IP packets, links, loss, routing and fragmentation.
mod address;
mod builder;
mod count;
mod fragment;
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
pub use link::{Arrival, Jitter, LinkSpec, Transit};
pub use loss::{FASTEST_CHANGE_PER_S, Loss};
pub use network::Network;
pub use packet::{
    Damage, FRAGMENT_HEADER, Fragment, HOP_LIMIT, IPV4_HEADER, IPV6_HEADER, IpProtocol, Packet, PacketError,
    UDP_HEADER,
};
pub use reassembly::{IPV4_TIMEOUT, IPV6_TIMEOUT, Reassembler, Reassembly, ReassemblyCount};

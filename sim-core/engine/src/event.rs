//! The events of the queue: small, plain data.

use sim_api::TimerToken;
use sim_net::{Hop, NodeId};

use crate::slab::PacketId;

/// What the queue holds. `Copy` and small: the pending set is plain data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A packet reaches the end of a hop.
    Arrive {
        /// The hop.
        hop: Hop,
        /// Where the packet lies.
        packet: PacketId,
    },
    /// A packet that a host sent to itself.
    Loop {
        /// Where the packet lies.
        packet: PacketId,
    },
    /// A server of a host's CPU finishes a message.
    Served {
        /// The host.
        host: NodeId,
        /// Which server.
        server: u32,
    },
    /// A wake-up that a node queued.
    Wake {
        /// The host of the node.
        host: NodeId,
        /// The node's own token.
        token: TimerToken,
    },
    /// The node of this host begins.
    Start {
        /// The host.
        host: NodeId,
    },
    /// The node of this host is told to end its work.
    Drain {
        /// The host.
        host: NodeId,
    },
    /// A fault of the schedule strikes.
    Fault {
        /// Its index.
        index: u32,
    },
}

impl Event {
    /// The kind as the digest sees it.
    pub(crate) const fn kind(self) -> u8 {
        match self {
            Event::Arrive { .. } => 1,
            Event::Loop { .. } => 2,
            Event::Served { .. } => 3,
            Event::Wake { .. } => 4,
            Event::Start { .. } => 5,
            Event::Drain { .. } => 6,
            Event::Fault { .. } => 7,
        }
    }
}

const _: () = assert!(size_of::<Event>() <= 16, "an entry of the queue fits 32 octets");

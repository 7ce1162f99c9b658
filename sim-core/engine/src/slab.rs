//! Packets in flight, by handle.

use std::ops::{Index, IndexMut};

use sim_net::Packet;

use crate::observe::JourneyId;

/// Names a packet in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketId(u32);

/// A packet on its way, and what the engine remembers about it.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    pub(crate) packet: Packet,
    pub(crate) epoch: u32,
    pub(crate) journey: JourneyId,
}

/// A slab of packets in flight: a packet keeps its place from its source to its end. Its size is bounded by what
/// the links can hold.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    slots: Vec<Option<InFlight>>,
    free: Vec<u32>,
}

impl Packets {
    #[inline(always)]
    pub(crate) fn insert(&mut self, packet: InFlight) -> PacketId {
        if let Some(place) = self.free.pop() {
            self.slots[place as usize] = Some(packet);
            return PacketId(place);
        }
        let place = u32::try_from(self.slots.len()).expect("fewer than 2^32 packets in flight");
        self.slots.push(Some(packet));
        PacketId(place)
    }

    #[inline]
    pub(crate) fn remove(&mut self, id: PacketId) -> InFlight {
        self.free.push(id.0);
        self.slots[id.0 as usize].take().expect("a handle names a packet in flight")
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

impl Index<PacketId> for Packets {
    type Output = InFlight;

    #[inline]
    fn index(&self, id: PacketId) -> &InFlight {
        self.slots[id.0 as usize].as_ref().expect("a handle names a packet in flight")
    }
}

impl IndexMut<PacketId> for Packets {
    #[inline]
    fn index_mut(&mut self, id: PacketId) -> &mut InFlight {
        self.slots[id.0 as usize].as_mut().expect("a handle names a packet in flight")
    }
}

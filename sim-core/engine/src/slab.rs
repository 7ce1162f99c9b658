//! Packets in flight, by handle.

use sim_net::Packet;

use crate::observe::JourneyId;

/// Names a packet in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketId(u32);

/// A packet on its way, and what the engine remembers about it. Boxed: it is handed on at each hop, and it is large.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    pub(crate) packet: Packet,
    pub(crate) epoch: u32,
    pub(crate) journey: JourneyId,
}

/// A slab of packets in flight. Its size is bounded by what the links can hold.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    slots: Vec<Option<Box<InFlight>>>,
    free: Vec<u32>,
}

impl Packets {
    pub(crate) fn insert(&mut self, packet: Box<InFlight>) -> PacketId {
        if let Some(place) = self.free.pop() {
            self.slots[place as usize] = Some(packet);
            return PacketId(place);
        }
        let place = u32::try_from(self.slots.len()).expect("fewer than 2^32 packets in flight");
        self.slots.push(Some(packet));
        PacketId(place)
    }

    pub(crate) fn content_hash(&self, id: PacketId) -> u64 {
        let slot = self.slots[id.0 as usize].as_ref().expect("an event names a packet in flight");
        slot.packet.payload().content_hash()
    }

    pub(crate) fn remove(&mut self, id: PacketId) -> Box<InFlight> {
        self.free.push(id.0);
        self.slots[id.0 as usize].take().expect("an event names a packet in flight")
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}

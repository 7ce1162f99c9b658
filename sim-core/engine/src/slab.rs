//! Packets in flight, by handle.

use std::ops::{Index, IndexMut};

use sim_net::{Arrival, Packet};

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

impl InFlight {
    /// Takes on the delay and the damage of the link that it is on.
    #[inline(always)]
    pub(crate) fn carry(&mut self, arrival: Arrival) {
        self.packet.lineage = self.packet.lineage.after(arrival.split);
        self.epoch = arrival.epoch;
        if let Some(damage) = arrival.damage {
            self.packet.flip(damage);
        }
    }
}

/// A slab of packets in flight: a packet keeps its place from its source to its end. Its size is bounded by what
/// the links can hold.
#[derive(Debug, Default)]
pub(crate) struct Packets {
    slots: Vec<Option<InFlight>>,
    free: Vec<u32>,
}

impl Packets {
    pub(crate) fn insert(&mut self, packet: InFlight) -> PacketId {
        self.insert_with(|| packet)
    }

    /// Takes in the packet that `make` gives. Its place is found first, so that it is built there and copied nowhere.
    #[inline(always)]
    pub(crate) fn insert_with(&mut self, make: impl FnOnce() -> InFlight) -> PacketId {
        let place = self.free.pop().unwrap_or_else(|| self.grow());
        let slot = &mut self.slots[place as usize];
        // Says also that nothing has to be dropped here.
        assert!(slot.is_none(), "a free place holds no packet");
        *slot = Some(make());
        PacketId(place)
    }

    /// A new place.
    #[cold]
    fn grow(&mut self) -> u32 {
        let place = u32::try_from(self.slots.len()).expect("fewer than 2^32 packets in flight");
        self.slots.push(None);
        place
    }

    #[inline]
    pub(crate) fn remove(&mut self, id: PacketId) -> InFlight {
        self.free.push(id.0);
        self.slots[id.0 as usize].take().expect("a handle names a packet in flight")
    }

    /// Drops a packet where it lies.
    #[inline(always)]
    pub(crate) fn discard(&mut self, id: PacketId) {
        let slot = &mut self.slots[id.0 as usize];
        assert!(slot.is_some(), "a handle names a packet in flight");
        *slot = None;
        self.free.push(id.0);
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

//! The state handler: items of state, and which compartment holds which (RFC 3320 6).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::parameters::MemorySize;
use crate::state::{PartialStateId, STATE_OVERHEAD, State, StateId};

/// A compartment: the messages of one peer, in the numbering of the application. RFC 3320 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompartmentId(pub u64);

/// How long an item is kept in a compartment: the least is freed first, and the oldest of equals. RFC 3320 6.2.
//= RFC 4896 5.1: 65535 < 0 < 1 < ... < 65534
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Retention {
    /// `state_retention_priority` 65535: created by this endpoint itself, such as the shared state of RFC 3321 5.2.
    Local,
    /// The priority that the remote compressor asked for, below 65535.
    Priority(u16),
}

/// All state of one endpoint.
///
/// Each compartment pays `state_length + 64` octets for each item that it holds, and never more than its state memory
/// size. An item that several compartments hold is stored once; it is gone when the last one lets go of it.
#[derive(Clone, Debug, Default)]
pub struct StateStore {
    items: BTreeMap<StateId, Item>,
    compartments: BTreeMap<CompartmentId, Compartment>,
}

#[derive(Clone, Debug)]
struct Item {
    state: Arc<State>,
    /// Compartments that hold the item, and one more if it is offered to all.
    holders: usize,
}

/// Why a partial identifier opens no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inaccessible {
    /// No item matches, or the one that does asks for more octets of its identifier.
    Missing,
    /// Several items match.
    NotUnique,
}

impl StateStore {
    /// Offers `state` to every message, outside of all compartments: a dictionary, well-known bytecode. RFC 3320 3.3.3.
    pub fn offer(&mut self, state: Arc<State>) {
        self.hold(state.id(), state);
    }

    /// Opens `compartment` with a memory of its own size, or changes the size; state that exceeds it is freed.
    ///
    /// `None` is a compartment that keeps no state.
    pub fn open(&mut self, compartment: CompartmentId, size: Option<MemorySize>) {
        let size = size.map_or(0, MemorySize::octets);
        self.compartments.entry(compartment).or_default().size = size;
        self.make_room(compartment, size);
    }

    /// Whether `compartment` is open.
    #[must_use]
    pub fn is_open(&self, compartment: CompartmentId) -> bool {
        self.compartments.contains_key(&compartment)
    }

    /// Closes `compartment` and reclaims what only it holds. RFC 3320 6.2.
    pub fn close(&mut self, compartment: CompartmentId) {
        self.make_room(compartment, 0);
        self.compartments.remove(&compartment);
    }

    /// The item that `id` opens.
    ///
    /// # Errors
    /// When no item matches, several do, or `id` is shorter than the item's minimum access length. RFC 3320 7.2.
    pub fn access(&self, id: &PartialStateId) -> Result<&Arc<State>, Inaccessible> {
        let mut matching = self.items.range(id.first()..).take_while(|(full, _)| id.matches(full));
        let (_, item) = matching.next().ok_or(Inaccessible::Missing)?;
        if matching.next().is_some() {
            return Err(Inaccessible::NotUnique);
        }
        //= RFC 4077 3.2: STATE_NOT_FOUND also when fewer octets than the minimum_access_length were sent
        let enough = id.octets().len() >= usize::from(item.state.minimum_access_length());
        if enough { Ok(&item.state) } else { Err(Inaccessible::Missing) }
    }

    /// Creates `state` in `compartment`, freeing what ranks lower; the identifier under which it is kept.
    ///
    /// State at the request of the peer is cut to what the compartment can hold, and then has another identifier.
    /// `None` if the compartment is not open or keeps no state, if another item has the same identifier, or if local
    /// state would push out state of the peer. RFC 3320 6.2.
    pub fn create(
        &mut self,
        compartment: CompartmentId,
        state: State,
        retention: Retention,
    ) -> Option<StateId> {
        let size = self.compartments.get(&compartment)?.size;
        if size == 0 {
            return None;
        }
        let state = match retention {
            Retention::Local => state,
            //= RFC 3320 6.2: deletes all but the first (state_memory_size - 64) bytes from the state_value
            Retention::Priority(_) => state.truncated(size - STATE_OVERHEAD),
        };
        let id = state.id();
        if self.items.get(&id).is_some_and(|item| *item.state != state) {
            return None;
        }
        self.enter(compartment, Entry { id, cost: state.cost(), retention })?;
        self.hold(id, Arc::new(state));
        Some(id)
    }

    /// Frees the one item of `compartment` that `id` matches; does nothing if none or several do.
    //= RFC 4896 3.3: STATE-FREE does not check the minimum_access_length, and frees only in the message's compartment
    pub fn free(&mut self, compartment: CompartmentId, id: &PartialStateId) {
        let Some(held) = self.compartments.get_mut(&compartment) else { return };
        let mut matching = held.entries.iter().enumerate().filter(|(_, entry)| id.matches(&entry.id));
        if let (Some((index, _)), None) = (matching.next(), matching.next()) {
            let entry = held.remove(index);
            self.release(entry.id);
        }
    }

    /// Frees all state of `compartment`, which keeps its size.
    pub fn clear(&mut self, compartment: CompartmentId) {
        self.make_room(compartment, 0);
    }

    /// Octets of its memory that `compartment` uses, `state_length + 64` for each item.
    #[must_use]
    pub fn used(&self, compartment: CompartmentId) -> usize {
        self.compartments.get(&compartment).map_or(0, |held| held.used)
    }

    /// What `compartment` holds, the oldest first.
    pub fn held(&self, compartment: CompartmentId) -> impl Iterator<Item = (StateId, Retention)> {
        let entries = self.compartments.get(&compartment).into_iter().flat_map(|held| &held.entries);
        entries.map(|entry| (entry.id, entry.retention))
    }

    /// Number of distinct items, those offered to all included.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items.len()
    }

    /// Makes room for `entry` and adds it as the youngest; an entry with the same identifier is replaced.
    fn enter(&mut self, compartment: CompartmentId, mut entry: Entry) -> Option<()> {
        let held = self.compartments.get_mut(&compartment)?;
        let existing = held.entries.iter().position(|other| other.id == entry.id);
        if entry.retention == Retention::Local
            && held.peers_share() + entry.cost > held.size
            && existing.is_none()
        {
            return None;
        }
        let size = held.size;
        if let Some(index) = existing {
            //= RFC 4896 5.2: creating the same state again updates the priority
            //= RFC 4896 6: the time of its creation SHOULD be updated
            let earlier = held.remove(index);
            if entry.retention == Retention::Local {
                entry.retention = earlier.retention;
            }
            self.release(entry.id);
        }
        self.make_room(compartment, size - entry.cost);
        self.compartments.get_mut(&compartment)?.add(entry);
        Some(())
    }

    /// Frees state of `compartment` until it uses at most `limit` octets.
    fn make_room(&mut self, compartment: CompartmentId, limit: usize) {
        while let Some(held) = self.compartments.get_mut(&compartment)
            && held.used > limit
        {
            let id = held.remove(held.first_to_free()).id;
            self.release(id);
        }
    }

    fn hold(&mut self, id: StateId, state: Arc<State>) {
        self.items.entry(id).or_insert(Item { state, holders: 0 }).holders += 1;
    }

    //= RFC 3320 6.2: an item must not be physically deleted unless it is no longer required by any compartment
    fn release(&mut self, id: StateId) {
        let item = self.items.get_mut(&id).expect("an item that is held is stored");
        item.holders -= 1;
        if item.holders == 0 {
            self.items.remove(&id);
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Compartment {
    /// State memory in octets.
    size: usize,
    /// Octets that the entries cost together.
    used: usize,
    /// The oldest first.
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: StateId,
    cost: usize,
    retention: Retention,
}

impl Compartment {
    fn add(&mut self, entry: Entry) {
        self.used += entry.cost;
        self.entries.push(entry);
        assert!(self.used <= self.size, "a compartment exceeds its state memory");
    }

    fn remove(&mut self, index: usize) -> Entry {
        let entry = self.entries.remove(index);
        self.used -= entry.cost;
        entry
    }

    //= RFC 3320 6.2: states with the lowest priority are freed first; in a tie the one created first
    fn first_to_free(&self) -> usize {
        let by_rank = self.entries.iter().enumerate().min_by_key(|(_, entry)| entry.retention);
        by_rank.map(|(index, _)| index).expect("a compartment that uses memory has entries")
    }

    /// Octets held at the request of the peer.
    fn peers_share(&self) -> usize {
        self.entries.iter().filter(|entry| entry.retention != Retention::Local).map(|entry| entry.cost).sum()
    }
}

#[cfg(test)]
mod tests;

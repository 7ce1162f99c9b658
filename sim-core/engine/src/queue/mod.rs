//! The pending events, in the order in which they happen.
//!
//! [`Key`] is the order of a run: time, then the rank of the node that caused the event, then that node's own
//! sequence number. It does not depend on the queue, so each [`EventQueue`] pops the same events in the same order;
//! a property test holds [`Wheel`] to [`ReferenceQueue`].
//!
//! ```
//! use sim_api::SimTime;
//! use sim_engine::queue::{EventQueue, Key, Wheel};
//!
//! let mut queue = Wheel::new();
//! queue.push(Key { time: SimTime::from_secs(32), origin: 0, sequence: 1 }, "timer B");
//! queue.push(Key { time: SimTime::from_millis(500), origin: 0, sequence: 0 }, "timer A");
//! let (key, event) = queue.pop().unwrap();
//! assert_eq!((key.time, event), (SimTime::from_millis(500), "timer A"));
//! ```

mod chunks;
mod reference;
#[cfg(test)]
mod tests;
mod wheel;

use std::cmp::Ordering;

use sim_api::SimTime;

pub use reference::ReferenceQueue;
pub use wheel::Wheel;

/// When an event happens, and in which order among the events of the same instant.
///
/// Keys are compared by time, then origin, then sequence. An origin gives each of its events another sequence number:
/// two equal keys in one queue are a defect of whoever pushed them, and pop in no particular order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// When.
    pub time: SimTime,
    /// The rank of the node that caused the event: a hash of (seed, name), so that no node wins all ties.
    pub origin: u32,
    /// The number of the event among those of its origin.
    pub sequence: u32,
}

impl Key {
    /// The key as one number of the same order.
    const fn order(&self) -> u128 {
        ((self.time.as_nanos() as u128) << 64) | ((self.origin as u128) << 32) | self.sequence as u128
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A pending event: 32 octets for events of up to 16. Entries are compared by their keys alone.
#[derive(Clone, Copy, Debug)]
pub struct Entry<E> {
    /// When the event happens.
    pub key: Key,
    /// What happens.
    pub event: E,
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Entry<E>) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Entry<E>) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Entry<E>) -> bool {
        self.key == other.key
    }
}

impl<E> Eq for Entry<E> {}

/// A queue of events that gives them back in the order of their keys.
pub trait EventQueue<E: Copy> {
    /// Adds an event. The present, the time of the event popped last, is legal.
    ///
    /// # Panics
    /// When the event lies in the past.
    fn push(&mut self, key: Key, event: E);

    /// Takes the first event, and makes its time the present; `None` when nothing is pending.
    fn pop(&mut self) -> Option<(Key, E)>;

    /// Takes the first event, as [`EventQueue::pop`] does, when it happens at `last` or before.
    fn pop_by(&mut self, last: SimTime) -> Option<(Key, E)> {
        if self.peek_key()?.time > last {
            return None;
        }
        self.pop()
    }

    /// The key of the first event; `None` when nothing is pending. May reorganise the queue, never its order.
    fn peek_key(&mut self) -> Option<Key>;

    /// The time of the first event; `None` when nothing is pending.
    fn peek_time(&mut self) -> Option<SimTime> {
        self.peek_key().map(|key| key.time)
    }

    /// How many events are pending.
    fn len(&self) -> usize;

    /// Whether nothing is pending.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops the events for which `keep` is false, such as wake-ups of timers that are dead. The order of those that
    /// stay is unaffected.
    fn retain(&mut self, keep: &mut dyn FnMut(&Key, &E) -> bool);
}

/// Asserts that an event at `time` does not lie before `present`.
#[inline]
fn assert_not_past(time: SimTime, present: SimTime) {
    assert!(time >= present, "an event in the past: {time:?} pushed at {present:?}");
}

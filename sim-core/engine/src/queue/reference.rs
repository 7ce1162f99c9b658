//! The queue that is obviously right: a binary heap. Others are tested and measured against it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use sim_api::SimTime;

use super::{Entry, EventQueue, Key, assert_not_past};

/// An [`EventQueue`] that is a `std` binary heap.
#[derive(Clone, Debug)]
pub struct ReferenceQueue<E> {
    heap: BinaryHeap<Reverse<Entry<E>>>,
    present: SimTime,
}

impl<E> ReferenceQueue<E> {
    /// An empty queue at time zero.
    pub fn new() -> ReferenceQueue<E> {
        ReferenceQueue { heap: BinaryHeap::new(), present: SimTime::ZERO }
    }

    /// The memory that the queue holds, in octets.
    pub fn memory_octets(&self) -> usize {
        self.heap.capacity() * size_of::<Entry<E>>()
    }
}

impl<E> Default for ReferenceQueue<E> {
    fn default() -> ReferenceQueue<E> {
        ReferenceQueue::new()
    }
}

impl<E: Copy> EventQueue<E> for ReferenceQueue<E> {
    #[inline]
    fn push(&mut self, key: Key, event: E) {
        assert_not_past(key.time, self.present);
        self.heap.push(Reverse(Entry { key, event }));
    }

    #[inline]
    fn pop(&mut self) -> Option<(Key, E)> {
        let Reverse(Entry { key, event }) = self.heap.pop()?;
        self.present = key.time;
        Some((key, event))
    }

    fn peek_key(&mut self) -> Option<Key> {
        self.heap.peek().map(|Reverse(entry)| entry.key)
    }

    fn len(&self) -> usize {
        self.heap.len()
    }

    fn retain(&mut self, keep: &mut dyn FnMut(&Key, &E) -> bool) {
        self.heap.retain(|Reverse(entry)| keep(&entry.key, &entry.event));
    }
}

//! A bucketed timing wheel.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::mem;

use sim_api::SimTime;

use super::chunks::{Bucket, Chunks, Grown};
use super::{Entry, EventQueue, Key, assert_not_past};

/// Bits of a digit of time.
const DIGIT: u32 = 6;
/// Buckets in a level: one for each value of a digit, and for each bit of a `u64`.
const SLOTS: usize = 1 << DIGIT;
/// Levels: one for each digit of a time in nanoseconds.
const LEVELS: usize = u64::BITS.div_ceil(DIGIT) as usize;
/// A bucket of up to this many entries is sorted, a larger one is split into the level below.
const RUN_LIMIT: usize = 64;
/// Entries that may collect in the heap before the range that it covers is made smaller.
const NEAR_LIMIT: usize = 64;

/// An [`EventQueue`] whose cost of an event hardly depends on how many are pending.
///
/// ```text
///            horizon
///  ── run ─────┤├── level 0: 64 × 1 ns ──┤├── level 1: 64 × 64 ns ──┤├── level 2: 64 × 4096 ns …
///    + near      (bucket by the lowest     (by the second digit)
///   sorted        digit, base 64)
/// ```
///
/// Beyond the *horizon* an event waits unsorted in a bucket, at the level of the highest digit (base 64) in which its
/// time differs from the horizon. When the *run*, the sorted events up to the horizon, is used up, the first
/// bucket is taken: a small one is sorted and becomes the run, a large one is spread over the levels below. What is
/// pushed at or before the horizon goes into a small heap beside the run; when that grows, the horizon moves back
/// towards the present. Thus the width of the sorted range follows the density of the events, and there
/// is no tick to choose.
#[derive(Clone, Debug)]
pub struct Wheel<E> {
    /// Sorted, the first event last.
    run: Vec<Entry<E>>,
    near: BinaryHeap<Reverse<Entry<E>>>,
    /// `run` and `near` hold what is at or before this time, the buckets what is after it.
    horizon: u64,
    /// The start of the bucket that became `run`: the horizon may move back to it.
    floor: u64,
    present: SimTime,
    /// Those of the lowest level first.
    buckets: Box<[Bucket; LEVELS * SLOTS]>,
    /// For each level, a bit for each bucket that holds events.
    slots: [u64; LEVELS],
    /// A bit for each level that holds events.
    levels: u32,
    chunks: Chunks<E>,
    len: usize,
    run_limit: usize,
}

/// Where an event up to the horizon lies.
#[derive(Clone, Copy)]
enum Sorted {
    Run,
    Near,
}

impl<E: Copy> Wheel<E> {
    /// An empty queue at time zero.
    pub fn new() -> Wheel<E> {
        Wheel::with_run_limit(RUN_LIMIT)
    }

    /// An empty queue that sorts buckets of up to `run_limit` events and splits larger ones.
    ///
    /// The order of the events does not depend on it; [`Wheel::new`] uses the limit that measured best.
    pub fn with_run_limit(run_limit: usize) -> Wheel<E> {
        Wheel {
            run: Vec::new(),
            near: BinaryHeap::new(),
            horizon: 0,
            floor: 0,
            present: SimTime::ZERO,
            buckets: Box::new([Bucket::EMPTY; LEVELS * SLOTS]),
            slots: [0; LEVELS],
            levels: 0,
            chunks: Chunks::new(),
            len: 0,
            run_limit,
        }
    }

    /// The memory that the queue holds, in octets: what is pending and the slack of what was.
    pub fn memory_octets(&self) -> usize {
        let sorted = self.run.capacity() + self.near.capacity();
        size_of::<Wheel<E>>()
            + size_of_val(&*self.buckets)
            + sorted * size_of::<Entry<E>>()
            + self.chunks.memory_octets()
    }

    /// Puts an entry from beyond the horizon into its bucket.
    #[inline]
    fn place(&mut self, entry: &Entry<E>) {
        let time = entry.key.time.as_nanos();
        let level = (time ^ self.horizon).ilog2() / DIGIT;
        let slot = (time >> (level * DIGIT)) as usize % SLOTS;
        let bucket = &mut self.buckets[level as usize * SLOTS + slot];
        if self.chunks.push(bucket, entry) == Grown::ByAChunk {
            self.levels |= 1 << level;
            self.slots[level as usize] |= 1 << slot;
        }
    }

    /// Makes the next events the run; false when nothing is pending beyond the horizon.
    fn advance(&mut self) -> bool {
        while self.levels != 0 {
            let (level, bucket) = self.take_first_bucket();
            if bucket.len() <= self.run_limit || level == 0 {
                self.horizon = self.floor | digits_below(level);
                self.chunks.take_all(bucket, &mut self.run);
            } else {
                self.horizon = self.floor;
                self.spread(bucket);
            }
            if !self.run.is_empty() {
                // Entries mostly come in the order of time, and leave a bucket in reverse: there is little to sort.
                self.run.sort_unstable_by_key(|entry| Reverse(entry.key));
                return true;
            }
        }
        false
    }

    /// Takes the first bucket out of its level, and moves the floor to its start.
    fn take_first_bucket(&mut self) -> (u32, Bucket) {
        let level = self.levels.trailing_zeros();
        let slots = &mut self.slots[level as usize];
        let slot = slots.trailing_zeros();
        *slots &= *slots - 1;
        if *slots == 0 {
            self.levels &= self.levels - 1;
        }
        self.floor = (self.horizon & !digits_below(level + 1)) | (u64::from(slot) << (level * DIGIT));
        let bucket = &mut self.buckets[level as usize * SLOTS + slot as usize];
        (level, mem::replace(bucket, Bucket::EMPTY))
    }

    /// Moves what `bucket` held into buckets of lower levels, and what is due at the horizon into the run.
    fn spread(&mut self, mut bucket: Bucket) {
        while let Some(taken) = self.chunks.take(&mut bucket) {
            for entry in taken.entries() {
                if entry.key.time.as_nanos() == self.horizon {
                    self.run.push(*entry);
                } else {
                    self.place(entry);
                }
            }
        }
    }

    #[inline]
    fn push_near(&mut self, entry: Entry<E>) {
        self.near.push(Reverse(entry));
        if self.near.len() > NEAR_LIMIT && self.horizon > self.nearest_horizon() {
            self.retreat();
        }
    }

    /// How far back the horizon may move: no bucket's place depends on what it skips.
    fn nearest_horizon(&self) -> u64 {
        self.floor.max(self.present.as_nanos())
    }

    /// Moves the horizon back, and what lies beyond it into buckets.
    #[cold]
    fn retreat(&mut self) {
        self.horizon = self.nearest_horizon();
        let horizon = SimTime::from_nanos(self.horizon);
        let mut run = mem::take(&mut self.run);
        let beyond = run.partition_point(|entry| entry.key.time > horizon);
        run.drain(..beyond).for_each(|entry| self.place(&entry));
        self.run = run;
        let mut near = mem::take(&mut self.near).into_vec();
        near.extract_if(.., |Reverse(entry)| entry.key.time > horizon)
            .for_each(|Reverse(entry)| self.place(&entry));
        self.near = near.into();
    }

    /// Where the first event is; `None` when nothing is pending.
    #[inline]
    fn first(&mut self) -> Option<Sorted> {
        match (self.run.last(), self.near.peek()) {
            (Some(_), None) => Some(Sorted::Run),
            (Some(run), Some(Reverse(near))) => Some(if near < run { Sorted::Near } else { Sorted::Run }),
            (None, Some(_)) => Some(Sorted::Near),
            (None, None) => self.advance().then_some(Sorted::Run),
        }
    }

    #[inline]
    fn peek_in(&self, place: Sorted) -> Option<Key> {
        match place {
            Sorted::Run => self.run.last().map(|entry| entry.key),
            Sorted::Near => self.near.peek().map(|Reverse(entry)| entry.key),
        }
    }

    #[inline]
    fn pop_from(&mut self, place: Sorted) -> Option<(Key, E)> {
        let entry = match place {
            Sorted::Run => self.run.pop(),
            Sorted::Near => self.near.pop().map(|Reverse(entry)| entry),
        };
        let Entry { key, event } = entry?;
        self.present = key.time;
        self.len -= 1;
        Some((key, event))
    }
}

impl<E: Copy> Default for Wheel<E> {
    fn default() -> Wheel<E> {
        Wheel::new()
    }
}

impl<E: Copy> EventQueue<E> for Wheel<E> {
    #[inline]
    fn push(&mut self, key: Key, event: E) {
        assert_not_past(key.time, self.present);
        self.len += 1;
        let entry = Entry { key, event };
        if key.time.as_nanos() <= self.horizon {
            self.push_near(entry);
        } else {
            self.place(&entry);
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<(Key, E)> {
        let place = self.first()?;
        self.pop_from(place)
    }

    #[inline]
    fn pop_by(&mut self, last: SimTime) -> Option<(Key, E)> {
        let place = self.first()?;
        if self.peek_in(place)?.time > last {
            return None;
        }
        self.pop_from(place)
    }

    #[inline]
    fn peek_key(&mut self) -> Option<Key> {
        let place = self.first()?;
        self.peek_in(place)
    }

    #[inline]
    fn len(&self) -> usize {
        self.len
    }

    fn retain(&mut self, keep: &mut dyn FnMut(&Key, &E) -> bool) {
        self.run.retain(|entry| keep(&entry.key, &entry.event));
        self.near.retain(|Reverse(entry)| keep(&entry.key, &entry.event));
        self.len = self.run.len() + self.near.len();
        for (index, bucket) in self.buckets.iter_mut().enumerate() {
            let mut before = mem::replace(bucket, Bucket::EMPTY);
            while let Some(taken) = self.chunks.take(&mut before) {
                for entry in taken.entries().iter().filter(|entry| keep(&entry.key, &entry.event)) {
                    self.chunks.push(bucket, entry);
                }
            }
            self.len += bucket.len();
            let (level, slot) = (index / SLOTS, index % SLOTS);
            if bucket.len() == 0 {
                self.slots[level] &= !(1 << slot);
            }
            if self.slots[level] == 0 {
                self.levels &= !(1 << level);
            }
        }
    }
}

/// All bits of the digits below digit `level`.
const fn digits_below(level: u32) -> u64 {
    match 1u64.checked_shl(level * DIGIT) {
        Some(bit) => bit - 1,
        None => u64::MAX,
    }
}

//! Buckets of entries, made of small chunks from one store.
//!
//! A bucket that empties gives its chunks back at once, so the slack of all buckets together is half a chunk each,
//! however their sizes changed in the past.

use std::mem;

use super::Entry;

/// Entries in a chunk: 256 octets of them when an event has 16.
pub(super) const CHUNK: usize = 8;

/// The end of a list of chunks.
const NONE: u32 = u32::MAX;

/// An unordered set of entries: a list of chunks, of which all but the first are full.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    first: u32,
    len: u32,
}

impl Bucket {
    pub(super) const EMPTY: Bucket = Bucket { first: NONE, len: 0 };

    pub(super) const fn len(self) -> usize {
        self.len as usize
    }

    /// How many entries the first chunk holds; `None` when there is no chunk.
    const fn first_len(self) -> Option<usize> {
        match self.len as usize {
            0 => None,
            len => Some((len - 1) % CHUNK + 1),
        }
    }
}

/// The chunks of all buckets.
#[derive(Clone, Debug)]
pub(super) struct Chunks<E> {
    chunks: Vec<Chunk<E>>,
    free: u32,
}

#[derive(Clone, Copy, Debug)]
struct Chunk<E> {
    entries: [Entry<E>; CHUNK],
    next: u32,
}

/// How a bucket took an entry in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Grown {
    WithinAChunk,
    ByAChunk,
}

/// What was taken out of a bucket at once.
pub(super) struct Taken<E> {
    entries: [Entry<E>; CHUNK],
    len: usize,
}

impl<E> Taken<E> {
    pub(super) fn entries(&self) -> &[Entry<E>] {
        &self.entries[..self.len]
    }
}

impl<E: Copy> Chunks<E> {
    pub(super) const fn new() -> Chunks<E> {
        Chunks { chunks: Vec::new(), free: NONE }
    }

    /// Adds `entry` to `bucket`; whether that needed another chunk, as it does for an empty bucket.
    #[inline]
    pub(super) fn push(&mut self, bucket: &mut Bucket, entry: &Entry<E>) -> Grown {
        let at = bucket.len as usize % CHUNK;
        if at == 0 {
            bucket.first = self.chunk_before(bucket.first, *entry);
        }
        self.chunks[bucket.first as usize].entries[at] = *entry;
        bucket.len += 1;
        if at == 0 { Grown::ByAChunk } else { Grown::WithinAChunk }
    }

    /// Takes up to a chunk of entries out of `bucket`; `None` when it is empty.
    #[inline]
    pub(super) fn take(&mut self, bucket: &mut Bucket) -> Option<Taken<E>> {
        let len = bucket.first_len()?;
        let first = bucket.first;
        let chunk = &mut self.chunks[first as usize];
        *bucket = Bucket { first: chunk.next, len: bucket.len - len as u32 };
        chunk.next = mem::replace(&mut self.free, first);
        Some(Taken { entries: chunk.entries, len })
    }

    /// Moves all entries of `bucket` to the end of `to`, the one added last first.
    #[inline]
    pub(super) fn take_all(&mut self, mut bucket: Bucket, to: &mut Vec<Entry<E>>) {
        while let Some(len) = bucket.first_len() {
            let first = bucket.first;
            let chunk = &mut self.chunks[first as usize];
            to.extend(chunk.entries[..len].iter().rev());
            bucket = Bucket { first: chunk.next, len: bucket.len - len as u32 };
            chunk.next = mem::replace(&mut self.free, first);
        }
    }

    pub(super) fn memory_octets(&self) -> usize {
        self.chunks.capacity() * size_of::<Chunk<E>>()
    }

    /// A chunk in front of `next`: a free one, else another one that is filled with copies of `entry`.
    fn chunk_before(&mut self, next: u32, entry: Entry<E>) -> u32 {
        if self.free == NONE {
            return self.another_chunk(next, entry);
        }
        let chunk = &mut self.chunks[self.free as usize];
        mem::replace(&mut self.free, mem::replace(&mut chunk.next, next))
    }

    #[cold]
    fn another_chunk(&mut self, next: u32, entry: Entry<E>) -> u32 {
        let index = u32::try_from(self.chunks.len()).expect("fewer than 2^32 chunks fit into memory");
        if self.chunks.len() == self.chunks.capacity() {
            // By a sixteenth: doubling would leave half of the store unused.
            self.chunks.reserve_exact(self.chunks.len() / 16 + 8);
        }
        self.chunks.push(Chunk { entries: [entry; CHUNK], next });
        index
    }
}

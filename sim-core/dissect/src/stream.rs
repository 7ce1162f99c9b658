//! TCP: octets in their order and once each (RFC 9293 3.4).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use etherparse::TcpSlice;

use crate::Continuity;

/// Octets that may wait behind a hole in one direction; with more, the hole is given up.
const HELD_MAX: usize = 1 << 20;

/// Interface, sender, receiver.
pub(crate) type Direction = (u32, SocketAddr, SocketAddr);

/// All directions of all connections.
#[derive(Debug, Default)]
pub(crate) struct Streams(BTreeMap<Direction, Stream>);

#[derive(Debug)]
struct Stream {
    /// The sequence number that is due.
    due: u32,
    /// What the next piece is to the ones before it.
    continuity: Continuity,
    /// Segments behind a hole, by their distance from `due` when they came, and the sequence number with it.
    held: BTreeMap<u32, Vec<u8>>,
    held_octets: usize,
}

impl Streams {
    /// Takes a segment; gives what can be read in order after it.
    pub(crate) fn segment(&mut self, direction: Direction, tcp: &TcpSlice<'_>) -> Vec<(Continuity, Vec<u8>)> {
        let first = tcp.sequence_number().wrapping_add(u32::from(tcp.syn()));
        if tcp.syn() {
            self.0.remove(&direction);
        }
        let begin =
            || Stream { due: first, continuity: Continuity::Begins, held: BTreeMap::new(), held_octets: 0 };
        let stream = self.0.entry(direction).or_insert_with(begin);
        if tcp.payload().is_empty() {
            return Vec::new();
        }
        stream.hold(first, tcp.payload());
        let mut ready = stream.ready();
        if stream.held_octets > HELD_MAX {
            stream.skip_hole();
            ready.extend(stream.ready());
        }
        ready
    }

    /// Segments that still wait.
    pub(crate) fn held(&self) -> u64 {
        self.0.values().map(|stream| stream.held.len() as u64).sum()
    }
}

impl Stream {
    fn hold(&mut self, first: u32, octets: &[u8]) {
        // Half of the numbers lie behind what is due: copies of what was read.
        let behind = self.due.wrapping_sub(first);
        let (first, octets) = match behind {
            0 => (first, octets),
            1..=0x7fff_ffff => (self.due, octets.get(behind as usize..).unwrap_or(&[])),
            _ => (first, octets),
        };
        if octets.is_empty() || self.held.get(&first).is_some_and(|held| held.len() >= octets.len()) {
            return;
        }
        self.held_octets += octets.len();
        if let Some(shorter) = self.held.insert(first, octets.to_vec()) {
            self.held_octets -= shorter.len();
        }
    }

    /// What follows what was read without a hole.
    fn ready(&mut self) -> Vec<(Continuity, Vec<u8>)> {
        let mut ready = Vec::new();
        while let Some(first) = self.next_held() {
            let behind = self.due.wrapping_sub(first);
            if behind > 0x7fff_ffff {
                break;
            }
            let octets = self.held.remove(&first).expect("it was found");
            self.held_octets -= octets.len();
            let Some(new) = octets.get(behind as usize..).filter(|new| !new.is_empty()) else { continue };
            self.due = self.due.wrapping_add(new.len() as u32);
            ready.push((self.continuity, new.to_vec()));
            self.continuity = Continuity::Continues;
        }
        ready
    }

    /// The held segment that comes first after what is due, or overlaps it: numbers wrap.
    fn next_held(&self) -> Option<u32> {
        let half = self.due.wrapping_sub(0x8000_0000);
        let wrapped = self.held.range(half..).next().or_else(|| self.held.range(..half).next());
        wrapped.map(|(first, _)| *first)
    }

    fn skip_hole(&mut self) {
        if let Some(first) = self.next_held() {
            self.due = first;
            self.continuity = Continuity::AfterGap;
        }
    }
}

//! Where the time went: the chain of causes behind a packet, as a split of its delay.
//!
//! Each packet knows the instant of its root cause (a subscriber dials, a timer of the workload fires) and how the
//! time since then divides into propagation, serialisation, queueing, processing and timer waits. A node that
//! sends while it handles a packet passes the lineage on; a retransmission adds the timer wait. The parts always
//! add up to the whole: [`Lineage::assert_exact`] is a law that the engine checks at each delivery.

use std::ops::{Add, AddAssign};

use crate::time::SimTime;

/// A delay by cause, in nanoseconds each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DelaySplit {
    /// On the medium, jitter included.
    pub propagation: u64,
    /// Clocking octets onto links.
    pub serialisation: u64,
    /// Waiting in front of links and of host CPUs.
    pub queueing: u64,
    /// In service at host CPUs.
    pub processing: u64,
    /// Waiting for timers: retransmission intervals, and times that a user lets pass.
    pub timers: u64,
}

impl DelaySplit {
    /// The sum of the parts, in nanoseconds.
    pub const fn total(&self) -> u64 {
        self.propagation + self.serialisation + self.queueing + self.processing + self.timers
    }

    /// The parts in the order of their declaration.
    pub const fn parts(&self) -> [u64; 5] {
        [self.propagation, self.serialisation, self.queueing, self.processing, self.timers]
    }
}

impl Add for DelaySplit {
    type Output = DelaySplit;

    fn add(mut self, other: DelaySplit) -> DelaySplit {
        self += other;
        self
    }
}

impl AddAssign for DelaySplit {
    fn add_assign(&mut self, other: DelaySplit) {
        self.propagation += other.propagation;
        self.serialisation += other.serialisation;
        self.queueing += other.queueing;
        self.processing += other.processing;
        self.timers += other.timers;
    }
}

/// The instant of a root cause, and how the time since then was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lineage {
    root: SimTime,
    split: DelaySplit,
}

impl Lineage {
    /// A lineage that begins at `root`.
    pub const fn begin(root: SimTime) -> Lineage {
        Lineage {
            root,
            split: DelaySplit { propagation: 0, serialisation: 0, queueing: 0, processing: 0, timers: 0 },
        }
    }

    /// The instant of the root cause.
    pub const fn root(&self) -> SimTime {
        self.root
    }

    /// The delay since the root cause, by cause.
    pub const fn split(&self) -> DelaySplit {
        self.split
    }

    /// The instant up to which the delay is accounted for.
    pub const fn at(&self) -> SimTime {
        SimTime::from_nanos(self.root.as_nanos() + self.split.total())
    }

    /// The lineage after `more` delay.
    #[must_use]
    #[inline]
    pub fn after(mut self, more: DelaySplit) -> Lineage {
        self.split += more;
        self
    }

    /// The lineage after waiting for a timer until `now`.
    ///
    /// # Panics
    /// When `now` is earlier than [`Lineage::at`].
    #[must_use]
    #[inline]
    pub fn waited_until(mut self, now: SimTime) -> Lineage {
        let wait = now.as_nanos().checked_sub(self.at().as_nanos());
        self.split.timers += wait.expect("virtual time went backwards");
        self
    }

    /// Asserts that the parts account for all time up to `now`.
    ///
    /// # Panics
    /// When they do not: a defect of the engine.
    #[inline]
    pub fn assert_exact(&self, now: SimTime) {
        assert!(
            self.at() == now,
            "delay split {:?} since {:?} does not add up at {now:?}",
            self.split,
            self.root
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_time_since_the_root() {
        let link = DelaySplit { propagation: 5_000_000, serialisation: 4_000, ..DelaySplit::default() };
        let lineage =
            Lineage::begin(SimTime::from_secs(1)).after(link).waited_until(SimTime::from_millis(1500));
        lineage.assert_exact(SimTime::from_millis(1500));
        assert_eq!(lineage.split().timers, 494_996_000);
    }

    #[test]
    #[should_panic(expected = "does not add up")]
    fn a_missing_nanosecond_is_noticed() {
        Lineage::begin(SimTime::ZERO).assert_exact(SimTime::from_nanos(1));
    }
}

//! Timers as deadlines inside their owners.
//!
//! An owner (a transaction, a dialog, a subscriber) keeps one [`TimerSlot`]. Arming and cancelling is a store; the
//! event queue holds at most one live wake-up for the slot. A wake-up that comes before the deadline re-inserts
//! itself, one that is no longer wanted is recognised and dropped.

use std::time::Duration;

use crate::node::Context;
use crate::time::SimTime;

/// What a node finds in its own wake-ups: which owner, and of which generation.
///
/// The node chooses the value; the engine only carries it. A node that reuses the place of an owner puts a
/// generation into the token, so that a wake-up of the dead owner is not taken for one of its successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerToken(pub u64);

impl TimerToken {
    /// A token of a place in a table and the generation of its tenant.
    pub const fn of(place: u32, generation: u32) -> TimerToken {
        TimerToken(((generation as u64) << 32) | place as u64)
    }

    /// The place that was given to [`TimerToken::of`].
    pub const fn place(self) -> u32 {
        self.0 as u32
    }

    /// The generation that was given to [`TimerToken::of`].
    pub const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// The earliest deadline of one owner, and the wake-up that stands for it in the event queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerSlot {
    deadline: SimTime,
    queued: SimTime,
}

/// What a wake-up means to the slot that it was queued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The deadline is reached; the slot is idle again.
    Due,
    /// The deadline has moved, was cancelled, or another wake-up stands for it: nothing to do.
    Stale,
}

impl TimerSlot {
    /// A slot without a deadline.
    pub const IDLE: TimerSlot = TimerSlot { deadline: SimTime::NEVER, queued: SimTime::NEVER };

    /// The deadline, [`SimTime::NEVER`] when none is set.
    pub const fn deadline(&self) -> SimTime {
        self.deadline
    }

    /// Forgets the deadline. A queued wake-up will be stale.
    pub fn cancel(&mut self) {
        self.deadline = SimTime::NEVER;
    }

    /// Sets the deadline to `at`; queues a wake-up that carries `token` unless one stands before `at` already.
    pub fn arm(&mut self, at: SimTime, token: TimerToken, cx: &mut Context<'_>) {
        self.deadline = at;
        if let Some(at) = self.wanted_wake() {
            cx.wake_at(at, token);
        }
    }

    /// Takes a wake-up that carries this slot's `token`, and re-inserts it when the deadline is still ahead.
    pub fn on_wake(&mut self, token: TimerToken, cx: &mut Context<'_>) -> Wake {
        let wake = self.take(cx.now());
        if let Some(at) = self.wanted_wake() {
            cx.wake_at(at, token);
        }
        wake
    }

    /// [`TimerSlot::arm`] for an owner that is not a node: returns the instant at which it must queue a wake-up.
    #[must_use]
    pub fn set(&mut self, at: SimTime) -> Option<SimTime> {
        self.deadline = at;
        self.wanted_wake()
    }

    /// [`TimerSlot::on_wake`] for an owner that is not a node: what the wake-up of `now` means, and the instant at
    /// which another must be queued.
    #[must_use]
    pub fn wake(&mut self, now: SimTime) -> (Wake, Option<SimTime>) {
        (self.take(now), self.wanted_wake())
    }

    fn wanted_wake(&mut self) -> Option<SimTime> {
        if self.deadline >= self.queued {
            return None;
        }
        self.queued = self.deadline;
        Some(self.deadline)
    }

    fn take(&mut self, now: SimTime) -> Wake {
        if now < self.queued {
            return Wake::Stale;
        }
        self.queued = SimTime::NEVER;
        if now < self.deadline {
            return Wake::Stale;
        }
        self.deadline = SimTime::NEVER;
        Wake::Due
    }
}

/// The instant `span` after `now`, or [`SimTime::NEVER`] when it lies beyond the end of time.
pub fn deadline(now: SimTime, span: Duration) -> SimTime {
    let left = Duration::from_nanos(SimTime::NEVER.as_nanos() - now.as_nanos());
    if span >= left { SimTime::NEVER } else { now + span }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> SimTime {
        SimTime::from_millis(millis)
    }

    #[test]
    fn arming_later_is_a_store_and_the_early_wake_up_re_inserts_itself() {
        let mut slot = TimerSlot::IDLE;
        assert_eq!(slot.set(ms(500)), Some(ms(500)));
        assert_eq!(slot.set(ms(32_000)), None);
        assert_eq!(slot.wake(ms(500)), (Wake::Stale, Some(ms(32_000))));
        assert_eq!(slot.wake(ms(32_000)), (Wake::Due, None));
        assert_eq!(slot, TimerSlot::IDLE);
    }

    #[test]
    fn arming_earlier_queues_a_second_wake_up_and_the_first_dies() {
        let mut slot = TimerSlot::IDLE;
        assert_eq!(slot.set(ms(500)), Some(ms(500)));
        assert_eq!(slot.set(ms(100)), Some(ms(100)));
        assert_eq!(slot.wake(ms(100)), (Wake::Due, None));
        assert_eq!(slot.wake(ms(500)), (Wake::Stale, None));
    }

    #[test]
    fn a_wake_up_that_an_outage_delayed_still_fires() {
        let mut slot = TimerSlot::IDLE;
        assert_eq!(slot.set(ms(500)), Some(ms(500)));
        assert_eq!(slot.wake(ms(900)), (Wake::Due, None));
    }

    #[test]
    fn a_cancelled_deadline_never_fires() {
        let mut slot = TimerSlot::IDLE;
        assert_eq!(slot.set(ms(500)), Some(ms(500)));
        slot.cancel();
        assert_eq!(slot.wake(ms(500)), (Wake::Stale, None));
        assert_eq!(slot, TimerSlot::IDLE);
    }

    #[test]
    fn token_keeps_place_and_generation_apart() {
        let token = TimerToken::of(7, 9);
        assert_eq!((token.place(), token.generation()), (7, 9));
        assert_ne!(token, TimerToken::of(9, 7));
    }
}

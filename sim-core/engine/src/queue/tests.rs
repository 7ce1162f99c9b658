//! Each queue against the reference.

use proptest::prelude::*;
use sim_api::SimTime;

use super::{Entry, EventQueue, Key, ReferenceQueue, Wheel};

/// Sixteen octets, as the engine's events have.
type Event = (u64, u64);

const _: () = assert!(size_of::<Entry<Event>>() == 32);

#[derive(Clone, Debug)]
enum Step {
    /// Push this many events, this far ahead.
    Push {
        ahead: u64,
        origin: u32,
        times: u16,
    },
    Pop(u16),
    Peek,
    /// Drop the events whose number is not divisible by this.
    Retain(u64),
}

fn ahead() -> impl Strategy<Value = u64> {
    let scale = prop_oneof![Just(0u32), 1..8u32, 8..24u32, 24..36u32, 36..48u32, 60..64u32];
    prop_oneof![
        Just(0),
        (scale, any::<u64>()).prop_map(|(bits, random)| random & ((1u64 << bits) - 1)),
        prop_oneof![
            Just(500_000_000),
            Just(32_000_000_000),
            Just(3_600_000_000_000),
            Just(86_400_000_000_000)
        ],
        Just(u64::MAX),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (ahead(), 0..4u32, 1..4u16).prop_map(|(ahead, origin, times)| Step::Push { ahead, origin, times }),
        1 => (ahead(), 0..4u32, 1..300u16).prop_map(|(ahead, origin, times)| Step::Push { ahead, origin, times }),
        5 => (1..20u16).prop_map(Step::Pop),
        1 => (20..400u16).prop_map(Step::Pop),
        2 => Just(Step::Peek),
        1 => (1..4u64).prop_map(Step::Retain),
    ]
}

/// The queue under test and the reference, driven in step.
struct Pair {
    queue: Wheel<Event>,
    reference: ReferenceQueue<Event>,
    sequence: u32,
    now: u64,
}

impl Pair {
    fn new(run_limit: usize) -> Pair {
        Pair {
            queue: Wheel::with_run_limit(run_limit),
            reference: ReferenceQueue::new(),
            sequence: 0,
            now: 0,
        }
    }

    fn push(&mut self, time: u64, origin: u32) {
        let key = Key { time: SimTime::from_nanos(time), origin, sequence: self.sequence };
        let event = (u64::from(self.sequence), time);
        self.sequence += 1;
        self.queue.push(key, event);
        self.reference.push(key, event);
    }

    fn pop(&mut self) -> Option<(Key, Event)> {
        let (popped, expected) = (self.queue.pop(), self.reference.pop());
        assert_eq!(popped, expected);
        assert_eq!(self.queue.len(), self.reference.len());
        self.now = popped.map_or(self.now, |(key, _)| key.time.as_nanos());
        popped
    }

    fn drain(&mut self) {
        while self.pop().is_some() {}
        assert!(self.queue.is_empty());
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Push { ahead, origin, times } => {
                for i in 0..u64::from(times) {
                    self.push(self.now.saturating_add(ahead).saturating_add(i % 3), origin);
                }
            }
            Step::Pop(times) => (0..times).for_each(|_| _ = self.pop()),
            Step::Peek => assert_eq!(self.queue.peek_key(), self.reference.peek_key()),
            Step::Retain(divisor) => {
                self.queue.retain(&mut |_, (number, _)| number % divisor == 0);
                self.reference.retain(&mut |_, (number, _)| number % divisor == 0);
                assert_eq!(self.queue.len(), self.reference.len());
            }
        }
    }
}

proptest! {
    #[test]
    fn any_sequence_pops_as_the_reference_does(
        steps in prop::collection::vec(step(), 1..120),
        run_limit in prop_oneof![Just(0usize), Just(1), Just(4), Just(64), Just(1000), Just(usize::MAX)],
    ) {
        let mut pair = Pair::new(run_limit);
        steps.iter().for_each(|step| pair.step(step));
        pair.drain();
    }

    #[test]
    fn a_cloned_queue_pops_the_same(times in prop::collection::vec(ahead(), 1..300)) {
        let mut pair = Pair::new(8);
        times.iter().for_each(|time| pair.push(*time, 0));
        pair.pop();
        let mut copy = pair.queue.clone();
        while let Some(expected) = copy.pop() {
            prop_assert_eq!(pair.pop(), Some(expected));
        }
        prop_assert!(pair.queue.is_empty());
    }
}

#[test]
fn equal_times_pop_by_origin_and_then_sequence() {
    let mut queue = Wheel::new();
    for (origin, sequence) in [(2, 0), (1, 7), (0, 9), (1, 6), (2, u32::MAX), (u32::MAX, 0)] {
        queue.push(Key { time: SimTime::from_secs(1), origin, sequence }, ());
    }
    let order: Vec<(u32, u32)> =
        std::iter::from_fn(|| queue.pop()).map(|(key, ())| (key.origin, key.sequence)).collect();
    assert_eq!(order, [(0, 9), (1, 6), (1, 7), (2, 0), (2, u32::MAX), (u32::MAX, 0)]);
}

#[test]
fn an_event_at_the_present_pops_before_all_later_ones() {
    let mut pair = Pair::new(64);
    (0..100).for_each(|i| pair.push(1000 + i, 5));
    pair.pop();
    pair.push(1000, 0);
    assert_eq!(pair.pop().map(|(key, _)| (key.time.as_nanos(), key.origin)), Some((1000, 0)));
    pair.drain();
}

#[test]
#[should_panic(expected = "an event in the past")]
fn an_event_in_the_past_is_a_panic() {
    let mut queue = Wheel::new();
    let at = |time| Key { time: SimTime::from_nanos(time), origin: 0, sequence: 0 };
    queue.push(at(10), ());
    queue.pop();
    queue.push(at(9), ());
}

#[test]
fn the_last_instants_of_time_are_in_order() {
    let mut pair = Pair::new(0);
    [u64::MAX, u64::MAX - 1, 0, 1 << 63, u64::MAX - 64, (1 << 60) - 1, 1 << 60, u64::MAX]
        .into_iter()
        .for_each(|time| pair.push(time, 0));
    pair.drain();
}

#[test]
fn a_push_between_the_present_and_a_peeked_event_pops_first() {
    let mut pair = Pair::new(64);
    pair.push(1 << 40, 0);
    pair.step(&Step::Peek);
    (0..500).for_each(|i| pair.push(3 * i, 0));
    pair.drain();
}

#[test]
fn a_crowd_after_sparse_control_events_is_in_order() {
    let mut pair = Pair::new(64);
    [0, 60, 3600, 7200].into_iter().for_each(|secs| pair.push(secs * 1_000_000_000, 0));
    pair.pop();
    for i in 0..5_000u64 {
        pair.push(pair.now + i.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 50_000_000, 0);
        if i % 3 == 0 {
            pair.pop();
        }
    }
    pair.drain();
}

#[test]
fn memory_follows_what_is_pending_not_what_was_pushed() {
    let mut pair = Pair::new(64);
    (0..10_000u64).for_each(|i| pair.push(i * 7919 % 1_000_003, 0));
    let full = pair.queue.memory_octets();
    for i in 0..100_000u64 {
        pair.pop();
        pair.push(pair.now + 1 + i * 7919 % 1_000_003, 0);
    }
    assert!(pair.queue.memory_octets() < full * 5 / 4, "{} after {full}", pair.queue.memory_octets());
    assert!(full < 10_000 * 48, "{full} octets for 10,000 events");
}

#[test]
fn an_event_after_the_horizon_stays_and_one_at_the_horizon_goes() {
    fn holds(mut queue: impl EventQueue<Event>) {
        for (sequence, time) in [7, 5, 6].into_iter().enumerate() {
            let key = Key { time: SimTime::from_secs(time), origin: 1, sequence: sequence as u32 };
            queue.push(key, (time, 0));
        }
        let mut due = |secs| queue.pop_by(SimTime::from_secs(secs)).map(|(_, event)| event.0);
        assert_eq!(
            [due(4), due(6), due(6), due(6), due(7), due(8)],
            [None, Some(5), Some(6), None, Some(7), None]
        );
    }
    holds(Wheel::new());
    holds(ReferenceQueue::new());
}

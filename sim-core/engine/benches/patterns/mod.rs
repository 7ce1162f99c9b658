//! The two loads that queues are compared by: the hold model, and timers as SIP uses them.

use std::time::Duration;

use sim_api::{CounterStream, Distribution, Seed, SimTime, TimerSlot, Wake, mix, nanos};
use sim_engine::queue::{Entry, EventQueue, Key, ReferenceQueue, Wheel};

/// An event; its entry is as large as one of the engine.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Packet { flow: u32 },
    Timer { flow: u32, generation: u32 },
    Hold,
}

const _: () = assert!(size_of::<Entry<Event>>() == 32);

/// Hold model: pop an event, push one an exponential span later.
#[derive(Debug)]
pub(crate) struct Hold<Q> {
    queue: Q,
    /// Nanoseconds; few enough to stay in the cache.
    increments: Vec<u64>,
    sequence: u32,
}

impl<Q: EventQueue<Event>> Hold<Q> {
    /// A steady state with `pending` events and increments of this mean.
    pub(crate) fn new(queue: Q, pending: usize, mean: Duration) -> Hold<Q> {
        let exponential = Distribution::Exponential { mean };
        let stream = Seed::new(1).counter_stream("increments");
        let increments = (0..1 << 12).map(|i| nanos(exponential.sample(stream.unit(0, i)))).collect();
        let mut hold = Hold { queue, increments, sequence: 0 };
        (0..pending).for_each(|_| hold.push_after(SimTime::ZERO));
        hold.step(2 * pending.max(100_000));
        hold
    }

    /// Pops and pushes `events` events.
    pub(crate) fn step(&mut self, events: usize) {
        for _ in 0..events {
            let (key, _) = self.queue.pop().expect("as many are pushed as are popped");
            self.push_after(key.time);
        }
    }

    fn push_after(&mut self, now: SimTime) {
        self.sequence = self.sequence.wrapping_add(1);
        let draw = mix(u64::from(self.sequence));
        // Different events of one increment differ a little, or equal times would be common.
        let increment = self.increments[(draw >> 52) as usize] + (draw & 0xff);
        let key =
            Key { time: now + Duration::from_nanos(increment), origin: draw as u32, sequence: self.sequence };
        self.queue.push(key, Event::Hold);
    }
}

/// SIP pattern: flows of packets 1–50 ms apart, of which each cancels a timer of 0.5–32 s and arms another.
#[derive(Debug)]
pub(crate) struct Sip<T> {
    timers: T,
    stream: CounterStream,
    sequence: u32,
    now: SimTime,
}

/// How a side keeps its flows and their timers: the difference that is measured.
pub(crate) trait Timers {
    /// This many flows without a timer.
    fn new(flows: u32) -> Self;

    fn flows(&self) -> usize;

    fn queue(&mut self) -> &mut impl EventQueue<Event>;

    /// Counts a packet of `flow`; how many there were.
    fn packet(&mut self, flow: u32) -> u32;

    /// Cancels the timer of `flow` and arms another.
    fn rearm(&mut self, flow: u32, at: SimTime, sequence: u32);

    /// A timer event was popped; whether the timer fires.
    fn fires(&mut self, now: SimTime, flow: u32, generation: u32, sequence: u32) -> bool;

    /// The memory of the queue.
    fn memory_octets(&self) -> usize;
}

impl<T: Timers> Sip<T> {
    /// `flows` flows at time zero, each with its first packet pending.
    pub(crate) fn new(flows: u32) -> Sip<T> {
        let stream = Seed::new(1).counter_stream("packets");
        let mut sip = Sip { timers: T::new(flows), stream, sequence: 0, now: SimTime::ZERO };
        (0..flows).for_each(|flow| sip.next_packet(flow));
        sip
    }

    /// Processes `packets` more packets.
    pub(crate) fn step(&mut self, packets: usize) {
        let mut left = packets;
        while left > 0 {
            left -= self.event();
        }
    }

    /// Runs up to `end`; how many packets were processed.
    pub(crate) fn run_until(&mut self, end: SimTime) -> usize {
        let mut packets = 0;
        while self.now < end {
            packets += self.event();
        }
        packets
    }

    /// The memory of the queue for each live timer, the pending packets included.
    pub(crate) fn octets_per_timer(&self) -> usize {
        self.timers.memory_octets() / self.timers.flows()
    }

    /// Handles one event; how many packets it was.
    fn event(&mut self) -> usize {
        let (key, event) = self.timers.queue().pop().expect("each flow has a packet pending");
        self.now = key.time;
        match event {
            Event::Packet { flow } => {
                self.next_packet(flow);
                1
            }
            Event::Timer { flow, generation } => {
                self.sequence = self.sequence.wrapping_add(1);
                let fires = self.timers.fires(self.now, flow, generation, self.sequence);
                assert!(!fires, "packets come more often than timers end");
                0
            }
            Event::Hold => unreachable!("the SIP pattern has no hold events"),
        }
    }

    fn next_packet(&mut self, flow: u32) {
        let draw = self.stream.bits(u64::from(flow), u64::from(self.timers.packet(flow)));
        // Two numbers of 32 bits, scaled to 1–50 ms and 0.5–32 s.
        let interval = 1_000_000 + (((draw >> 32) * 49_000_000) >> 32);
        let timeout = 500_000_000 + (((draw & 0xffff_ffff) * 31_500) >> 32) * 1_000_000;
        self.sequence = self.sequence.wrapping_add(2);
        let key =
            Key { time: self.now + Duration::from_nanos(interval), origin: flow, sequence: self.sequence };
        self.timers.queue().push(key, Event::Packet { flow });
        self.timers.rearm(flow, self.now + Duration::from_nanos(timeout), self.sequence.wrapping_sub(1));
    }
}

/// The usual way: each timer is an entry of a `std` binary heap, a cancelled one is dropped when it is popped.
#[derive(Debug)]
pub(crate) struct LazyHeap {
    heap: ReferenceQueue<Event>,
    flows: Vec<Flow>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    packets: u32,
    generation: u32,
}

impl Timers for LazyHeap {
    fn new(flows: u32) -> LazyHeap {
        LazyHeap { heap: ReferenceQueue::new(), flows: vec![Flow::default(); flows as usize] }
    }

    fn flows(&self) -> usize {
        self.flows.len()
    }

    fn queue(&mut self) -> &mut impl EventQueue<Event> {
        &mut self.heap
    }

    fn packet(&mut self, flow: u32) -> u32 {
        let packets = &mut self.flows[flow as usize].packets;
        *packets += 1;
        *packets
    }

    fn rearm(&mut self, flow: u32, at: SimTime, sequence: u32) {
        let generation = &mut self.flows[flow as usize].generation;
        *generation += 1;
        let event = Event::Timer { flow, generation: *generation };
        self.heap.push(Key { time: at, origin: flow, sequence }, event);
    }

    fn fires(&mut self, _: SimTime, flow: u32, generation: u32, _: u32) -> bool {
        self.flows[flow as usize].generation == generation
    }

    fn memory_octets(&self) -> usize {
        self.heap.memory_octets()
    }
}

/// Our way: a [`TimerSlot`] in each owner and one queued wake-up for it in the wheel. A wake-up that an earlier one
/// replaced is dead; the dead are swept out when they are half as many as the living.
#[derive(Debug)]
pub(crate) struct LazyRearm {
    wheel: Wheel<Event>,
    owners: Vec<Owner>,
}

#[derive(Clone, Copy, Debug)]
struct Owner {
    slot: TimerSlot,
    flow: Flow,
}

impl LazyRearm {
    fn queue_wake(&mut self, flow: u32, at: SimTime, sequence: u32) {
        let owner = &mut self.owners[flow as usize].flow;
        owner.generation += 1;
        let event = Event::Timer { flow, generation: owner.generation };
        self.wheel.push(Key { time: at, origin: flow, sequence }, event);
        let flows = self.owners.len();
        // A packet and a wake-up of each flow are alive.
        if self.wheel.len() > 2 * flows + flows / 2 {
            self.sweep();
        }
    }

    fn sweep(&mut self) {
        let owners = &self.owners;
        self.wheel.retain(&mut |_, event| match *event {
            Event::Timer { flow, generation } => owners[flow as usize].flow.generation == generation,
            Event::Packet { .. } | Event::Hold => true,
        });
    }
}

impl Timers for LazyRearm {
    fn new(flows: u32) -> LazyRearm {
        let owner = Owner { slot: TimerSlot::IDLE, flow: Flow::default() };
        LazyRearm { wheel: Wheel::new(), owners: vec![owner; flows as usize] }
    }

    fn flows(&self) -> usize {
        self.owners.len()
    }

    fn queue(&mut self) -> &mut impl EventQueue<Event> {
        &mut self.wheel
    }

    fn packet(&mut self, flow: u32) -> u32 {
        let packets = &mut self.owners[flow as usize].flow.packets;
        *packets += 1;
        *packets
    }

    fn rearm(&mut self, flow: u32, at: SimTime, sequence: u32) {
        let slot = &mut self.owners[flow as usize].slot;
        slot.cancel();
        if let Some(at) = slot.set(at) {
            self.queue_wake(flow, at, sequence);
        }
    }

    fn fires(&mut self, now: SimTime, flow: u32, generation: u32, sequence: u32) -> bool {
        let owner = &mut self.owners[flow as usize];
        if owner.flow.generation != generation {
            return false;
        }
        let (wake, again) = owner.slot.wake(now);
        if let Some(at) = again {
            self.queue_wake(flow, at, sequence);
        }
        wake == Wake::Due
    }

    fn memory_octets(&self) -> usize {
        self.wheel.memory_octets()
    }
}

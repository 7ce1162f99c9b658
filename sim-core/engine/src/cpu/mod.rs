//! The CPU of a host: the place where messages wait for processing, and what gives a proxy its capacity.
//!
//! ```text
//!               ┌──────────── queue ────────────┐   ┌ servers ┐
//!  arrive ─────▶│ FIFO of at most K messages    │──▶│ 1 … c   │──▶ depart
//!     │         └───────────────────────────────┘   └─────────┘
//!     └──▶ refused when all servers are busy and all K places are taken
//! ```
//!
//! A machine without a clock: whoever drives it tells it of arrivals, schedules the departure that it names, and
//! tells it of that departure. In queueing theory's notation a G/G/c/(c+K) system; the K of M/M/c/K
//! counts messages in service too.
//!
//! Not modelled: priorities, several messages sharing one server, interrupts, and time that the host spends on anything
//! but messages.
//!
//! ```
//! use std::time::Duration;
//! use sim_api::{Distribution, MessageClass, Seed, SimTime};
//! use sim_engine::cpu::{Arrival, Cpu, CpuSpec, ServiceTimes};
//!
//! let ms = Duration::from_millis;
//! let spec = CpuSpec { servers: 1, queue: 10, service: ServiceTimes::of_all(Distribution::Fixed(ms(2))) };
//! let mut cpu = Cpu::new(spec, Seed::new(1).counter_stream("node/proxy/cpu"));
//! let Arrival::Started(first) = cpu.arrive(SimTime::ZERO, MessageClass(0), "INVITE") else { panic!() };
//! assert!(matches!(cpu.arrive(SimTime::from_millis(1), MessageClass(0), "BYE"), Arrival::Queued));
//! let invite = cpu.depart(first.server, first.until).unwrap();
//! let bye = cpu.depart(first.server, invite.next.unwrap().until).unwrap();
//! assert_eq!((bye.job, bye.waited, bye.served), ("BYE", ms(1), ms(2)));
//! ```

mod statistics;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use sim_api::{CounterStream, Distribution, MessageClass, SimTime, deadline};

pub use statistics::CpuStatistics;
use statistics::Ledger;

/// What a host can process.
#[derive(Clone, Debug, PartialEq)]
pub struct CpuSpec {
    /// Messages that can be in service at once, at least 1.
    pub servers: u32,
    /// Messages that can wait, those in service not counted.
    pub queue: usize,
    /// How long a message is in service.
    pub service: ServiceTimes,
}

/// The service times of the classes of messages.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceTimes {
    /// For the classes that `by_class` does not name.
    pub default: Distribution,
    /// For single classes; of two entries for one class the first counts.
    pub by_class: Vec<(MessageClass, Distribution)>,
}

impl ServiceTimes {
    /// The same service time for all classes.
    pub fn of_all(default: Distribution) -> ServiceTimes {
        ServiceTimes { default, by_class: Vec::new() }
    }

    /// The service time of `class`.
    pub fn of(&self, class: MessageClass) -> &Distribution {
        let own = self.by_class.iter().find(|(named, _)| *named == class);
        own.map_or(&self.default, |(_, distribution)| distribution)
    }
}

/// A message in service: the departure that must be scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// The server that is busy with it, below [`CpuSpec::servers`].
    pub server: u32,
    /// When it departs.
    pub until: SimTime,
}

/// What became of a message that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival<T> {
    /// It is in service: schedule its departure.
    Started(Service),
    /// It waits; the departure of another message will start its service.
    Queued,
    /// All places are taken: here it is back.
    Refused(T),
}

/// A message that leaves the CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure<T> {
    /// The message.
    pub job: T,
    /// The time from its arrival to the start of its service.
    pub waited: Duration,
    /// The time in service.
    pub served: Duration,
    /// The message whose service starts, on the same server: schedule its departure.
    pub next: Option<Service>,
}

/// A host's CPU with the messages in it.
#[derive(Clone, Debug)]
pub struct Cpu<T> {
    spec: CpuSpec,
    stream: CounterStream,
    arrivals: u64,
    servers: Vec<Option<InService<T>>>,
    idle: Vec<u32>,
    waiting: VecDeque<Waiting<T>>,
    ledger: Ledger,
}

#[derive(Clone, Debug)]
struct Waiting<T> {
    job: T,
    arrived: SimTime,
    service: Duration,
}

#[derive(Clone, Debug)]
struct InService<T> {
    job: T,
    arrived: SimTime,
    started: SimTime,
    until: SimTime,
}

impl<T> Cpu<T> {
    /// An idle CPU; its statistics begin at time zero.
    ///
    /// The n-th message that arrives, whether it is refused or not, has the n-th draw of `stream`: two variants
    /// of a scenario in which the same messages arrive share their luck, whatever their queues hold.
    ///
    /// # Panics
    /// When `spec` has no server.
    pub fn new(spec: CpuSpec, stream: CounterStream) -> Cpu<T> {
        assert!(spec.servers > 0, "a CPU has at least one server");
        let mut cpu = Cpu {
            servers: Vec::new(),
            idle: Vec::new(),
            waiting: VecDeque::new(),
            arrivals: 0,
            ledger: Ledger::default(),
            spec,
            stream,
        };
        cpu.all_idle();
        cpu
    }

    /// What the CPU can process.
    pub fn spec(&self) -> &CpuSpec {
        &self.spec
    }

    /// Takes in a message of `class` that arrives at `now`.
    pub fn arrive(&mut self, now: SimTime, class: MessageClass, job: T) -> Arrival<T> {
        self.advance(now);
        let service = self.spec.service.of(class).sample(self.stream.unit(0, self.arrivals));
        self.arrivals += 1;
        self.ledger.arrived += 1;
        let arrived = Waiting { job, arrived: now, service };
        if let Some(server) = self.idle.pop() {
            return Arrival::Started(self.start(now, server, arrived));
        }
        if self.waiting.len() == self.spec.queue {
            self.ledger.refused += 1;
            return Arrival::Refused(arrived.job);
        }
        self.waiting.push_back(arrived);
        self.ledger.queue_max = self.ledger.queue_max.max(self.waiting.len());
        Arrival::Queued
    }

    /// Ends the service on `server`, and starts that of the message that waited longest.
    ///
    /// `None` when no service on `server` ends at `now`: the departure was scheduled before [`Cpu::clear`].
    pub fn depart(&mut self, server: u32, now: SimTime) -> Option<Departure<T>> {
        let done = self.servers.get_mut(server as usize)?.take_if(|service| service.until == now)?;
        self.advance(now);
        let (waited, served) = (done.started - done.arrived, now - done.started);
        self.ledger.depart(waited, served);
        let next = self.waiting.pop_front().map(|first| self.start(now, server, first));
        if next.is_none() {
            self.idle.push(server);
        }
        Some(Departure { job: done.job, waited, served, next })
    }

    /// Removes all messages, those in service first, then those that waited in their order: the host went down.
    pub fn clear(&mut self, now: SimTime) -> Vec<T> {
        self.advance(now);
        let in_service = self.servers.drain(..).flatten().map(|service| (service.arrived, service.job));
        let waiting = self.waiting.drain(..).map(|waiting| (waiting.arrived, waiting.job));
        let mut dismissed = Vec::new();
        for (arrived, job) in in_service.chain(waiting) {
            self.ledger.dismiss(now - arrived);
            dismissed.push(job);
        }
        self.all_idle();
        dismissed
    }

    /// How many messages are in the CPU, waiting or in service.
    pub fn len(&self) -> usize {
        self.busy() + self.waiting.len()
    }

    /// Whether the CPU is idle.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many messages wait.
    pub fn queue_len(&self) -> usize {
        self.waiting.len()
    }

    /// What happened from the last reset, or time zero, up to `now`.
    ///
    /// # Panics
    /// When `now` is earlier than the latest arrival or departure.
    pub fn statistics(&self, now: SimTime) -> CpuStatistics {
        let mut ledger = self.ledger.clone();
        ledger.advance(now, self.busy(), self.waiting.len());
        ledger.statistics(self.spec.servers)
    }

    /// Begins the statistics anew, at the end of the warm-up. Messages in the CPU stay.
    pub fn reset_statistics(&mut self, now: SimTime) {
        self.advance(now);
        self.ledger = Ledger::begin(now, self.len() as u64, self.ages(now), self.waiting.len());
    }

    /// Asserts that no message and no nanosecond is unaccounted for: what arrived is refused, departed, dismissed or
    /// inside, and Little's law holds exactly (the area under the number of messages is the sum of their
    /// times in the CPU).
    ///
    /// # Panics
    /// When it does not hold: a defect of the engine.
    pub fn assert_exact(&self, now: SimTime) {
        let mut ledger = self.ledger.clone();
        ledger.advance(now, self.busy(), self.waiting.len());
        ledger.assert_exact(self.len() as u64, self.ages(now));
    }

    fn start(&mut self, now: SimTime, server: u32, first: Waiting<T>) -> Service {
        let Waiting { job, arrived, service } = first;
        let until = deadline(now, service);
        self.servers[server as usize] = Some(InService { job, arrived, started: now, until });
        Service { server, until }
    }

    fn busy(&self) -> usize {
        self.servers.len() - self.idle.len()
    }

    fn advance(&mut self, now: SimTime) {
        self.ledger.advance(now, self.busy(), self.waiting.len());
    }

    /// The sum of the times since the messages inside arrived, in nanoseconds.
    fn ages(&self, now: SimTime) -> u128 {
        let in_service = self.servers.iter().flatten().map(|service| service.arrived);
        let waiting = self.waiting.iter().map(|waiting| waiting.arrived);
        in_service.chain(waiting).map(|arrived| (now - arrived).as_nanos()).sum()
    }

    fn all_idle(&mut self) {
        self.servers.clear();
        self.servers.resize_with(self.spec.servers as usize, || None);
        // The lowest server is on top.
        self.idle = (0..self.spec.servers).rev().collect();
    }
}

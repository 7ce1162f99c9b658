//! A queue probe: the CPU model of a host, fed with Poisson arrivals, without a network.

use std::time::Duration;

use records::{Histogram, Measurement, RunRecord};
use sim_api::{CounterStream, Distribution, MessageClass, Seed, SimTime, nanos};
use sim_engine::RollingDigest;
use sim_engine::cpu::{Arrival, Cpu, CpuSpec, Service, ServiceTimes};
use sim_engine::queue::{EventQueue, Key, Wheel};

use crate::plan::CellConfig;
use crate::runner::RunError;
use crate::schema::Calls;

/// Runs a cell with a queue probe.
pub(super) fn run(cell: &CellConfig, seed: Seed) -> Result<RunRecord, RunError> {
    let Calls::QueueProbe { arrivals, service, servers, places, jobs, unmeasured } =
        &cell.experiment.workload.calls
    else {
        return Err(RunError::failed("not a queue probe"));
    };
    // Places count the jobs in service; a CPU counts those that wait.
    let queue = places.map_or(usize::MAX, |places| places.saturating_sub(*servers) as usize);
    let spec =
        CpuSpec { servers: *servers, queue, service: ServiceTimes::of_all(cell.distribution(service)) };
    let mut line = Line {
        cpu: Cpu::new(spec, seed.counter_stream("queue/service")),
        gap: Distribution::Exponential { mean: Duration::from_nanos((1e9 / arrivals.per_second()) as u64) },
        gaps: seed.counter_stream("queue/gaps"),
        events: Wheel::new(),
        digest: RollingDigest::new(),
        now: SimTime::ZERO,
        count: 0,
        sequence: 0,
        measured: *unmeasured..unmeasured + jobs,
        tally: LineTally::default(),
    };
    line.run();
    line.cpu.assert_exact(line.now);
    Ok(line.record())
}

#[derive(Clone, Copy, Debug)]
enum Happening {
    Arrival,
    Departure { server: u32 },
}

/// One waiting line; jobs are known by their number.
#[derive(Debug)]
struct Line {
    cpu: Cpu<u64>,
    gap: Distribution,
    gaps: CounterStream,
    events: Wheel<Happening>,
    digest: RollingDigest,
    now: SimTime,
    count: u64,
    sequence: u64,
    measured: std::ops::Range<u64>,
    tally: LineTally,
}

#[derive(Debug, Default)]
struct LineTally {
    waits: Histogram,
    sojourns: Histogram,
    offered: u64,
    delayed: u64,
    blocked: u64,
}

impl Line {
    fn run(&mut self) {
        self.plan_arrival();
        while let Some((key, happening)) = self.events.pop() {
            self.now = key.time;
            match happening {
                Happening::Arrival => {
                    self.digest.fold(key, 1, self.count);
                    self.arrive();
                }
                Happening::Departure { server } => {
                    self.digest.fold(key, 2, u64::from(server));
                    self.depart(server);
                }
            }
        }
    }

    fn plan_arrival(&mut self) {
        if self.count < self.measured.end {
            let gap = self.gap.sample(self.gaps.unit(0, self.count));
            self.push(self.now + gap, Happening::Arrival);
        }
    }

    fn arrive(&mut self) {
        let job = self.count;
        self.count += 1;
        let measured = self.measured.contains(&job);
        self.tally.offered += u64::from(measured);
        match self.cpu.arrive(self.now, MessageClass(0), job) {
            Arrival::Started(service) => self.plan_departure(service),
            Arrival::Queued => self.tally.delayed += u64::from(measured),
            Arrival::Refused(_) => self.tally.blocked += u64::from(measured),
        }
        self.plan_arrival();
    }

    fn depart(&mut self, server: u32) {
        let departure =
            self.cpu.depart(server, self.now).expect("each departure was planned for a busy server");
        if let Some(next) = departure.next {
            self.plan_departure(next);
        }
        if self.measured.contains(&departure.job) {
            self.tally.waits.record(nanos(departure.waited));
            self.tally.sojourns.record(nanos(departure.waited + departure.served));
        }
    }

    fn plan_departure(&mut self, service: Service) {
        self.push(service.until, Happening::Departure { server: service.server });
    }

    /// The sequence of a long probe runs through the origins: together they order equal times by planning.
    fn push(&mut self, time: SimTime, happening: Happening) {
        let key = Key { time, origin: (self.sequence >> 32) as u32, sequence: self.sequence as u32 };
        self.sequence += 1;
        self.events.push(key, happening);
    }

    fn record(self) -> RunRecord {
        let LineTally { waits, sojourns, offered, delayed, blocked } = self.tally;
        let ratio = |hits| Measurement::Ratio { hits, of: offered };
        let mut record = RunRecord {
            events: self.sequence,
            simulated_ns: self.now.as_nanos(),
            measured_ns: self.now.as_nanos(),
            ..RunRecord::default()
        };
        for (name, measurement) in [
            ("waiting_time_ms", Measurement::Samples(waits)),
            ("sojourn_time_ms", Measurement::Samples(sojourns)),
            ("delayed_ratio", ratio(delayed)),
            ("blocked_ratio", ratio(blocked)),
        ] {
            record.metrics.insert(name.to_owned(), measurement);
        }
        let metrics = serde_json::to_string(&record.metrics).expect("metrics have string keys");
        record.digest = self.digest.seal(&metrics);
        record
    }
}

//! The CPU against the laws of queueing theory, and against its own account.
//!
//! Golden numbers: closed forms of M/M/c/K, Erlang B and C and Pollaczek-Khinchine. A simulated mean comes from
//! 20 replications; it lies within four of their standard errors (seeds are fixed: a test passes or fails for good).

use std::time::Duration;

use proptest::prelude::*;
use sim_api::{Distribution, MessageClass, Seed, SimTime};

use super::{Arrival, Cpu, CpuSpec, CpuStatistics, Departure, Service, ServiceTimes};
use crate::queue::{EventQueue, Key, ReferenceQueue};

const CLASS: MessageClass = MessageClass(0);
/// The mean service time.
const S: Duration = Duration::from_millis(1);
const UNBOUNDED: usize = usize::MAX;

fn ms(millis: u64) -> SimTime {
    SimTime::from_millis(millis)
}

fn spec(servers: u32, queue: usize, service: Distribution) -> CpuSpec {
    CpuSpec { servers, queue, service: ServiceTimes::of_all(service) }
}

fn cpu<T>(servers: u32, queue: usize, service: Distribution) -> Cpu<T> {
    Cpu::new(spec(servers, queue, service), Seed::new(1).counter_stream("node/proxy/cpu"))
}

fn exponential() -> Distribution {
    Distribution::Exponential { mean: S }
}

#[derive(Clone, Copy)]
enum Event {
    Arrival,
    Departure(u32),
}

/// A CPU with Poisson arrivals, in an event loop of its own.
struct Model {
    cpu: Cpu<u64>,
    queue: ReferenceQueue<Event>,
    sequence: u32,
    seed: Seed,
    arrivals: u64,
    interval: Distribution,
    waits: Vec<Duration>,
    sojourns: Vec<Duration>,
}

impl Model {
    /// A model in which `load` servers' worth of work arrives.
    fn new(spec: CpuSpec, load: f64, seed: Seed) -> Model {
        let interval = Distribution::Exponential { mean: S.div_f64(load) };
        let cpu = Cpu::new(spec, seed.counter_stream("node/proxy/cpu"));
        let queue = ReferenceQueue::new();
        let mut model = Model {
            cpu,
            queue,
            sequence: 0,
            seed,
            arrivals: 0,
            interval,
            waits: Vec::new(),
            sojourns: Vec::new(),
        };
        model.schedule(SimTime::ZERO, Event::Arrival);
        model
    }

    fn schedule(&mut self, time: SimTime, event: Event) {
        self.sequence += 1;
        self.queue.push(Key { time, origin: 0, sequence: self.sequence }, event);
    }

    fn run(&mut self, arrivals: u64) -> SimTime {
        let last = self.arrivals + arrivals;
        loop {
            let (key, event) = self.queue.pop().expect("the next arrival is always pending");
            match event {
                Event::Arrival => self.on_arrival(key.time),
                Event::Departure(server) => self.on_departure(key.time, server),
            }
            if self.arrivals == last {
                return key.time;
            }
        }
    }

    fn on_arrival(&mut self, now: SimTime) {
        let unit = self.seed.counter_stream("arrivals").unit(0, self.arrivals);
        self.schedule(now + self.interval.sample(unit), Event::Arrival);
        if let Arrival::Started(service) = self.cpu.arrive(now, CLASS, self.arrivals) {
            self.schedule(service.until, Event::Departure(service.server));
        }
        self.arrivals += 1;
    }

    fn on_departure(&mut self, now: SimTime, server: u32) {
        let departure = self.cpu.depart(server, now).expect("departures are scheduled as the CPU said");
        self.waits.push(departure.waited);
        self.sojourns.push(departure.waited + departure.served);
        if let Some(Service { server, until }) = departure.next {
            self.schedule(until, Event::Departure(server));
        }
    }
}

/// Twenty measured runs, each after a warm-up.
fn replications(spec: &CpuSpec, load: f64, arrivals: u64) -> Vec<(Model, CpuStatistics)> {
    (0..20)
        .map(|replication| measured(spec, load, arrivals, Seed::new(7).of_replication(replication)))
        .collect()
}

fn measured(spec: &CpuSpec, load: f64, arrivals: u64, seed: Seed) -> (Model, CpuStatistics) {
    let mut model = Model::new(spec.clone(), load, seed);
    let warm = model.run(arrivals / 10);
    model.cpu.reset_statistics(warm);
    (model.waits, model.sojourns) = (Vec::new(), Vec::new());
    let end = model.run(arrivals);
    model.cpu.assert_exact(end);
    let statistics = model.cpu.statistics(end);
    (model, statistics)
}

/// Asserts that the mean of `values` is `expected`: |z| < 4 and within `tolerance` of it.
fn assert_mean(what: &str, values: &[f64], expected: f64, tolerance: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let z = (mean - expected) / (variance / n).sqrt();
    let deviation = mean / expected - 1.0;
    println!("{what}: {mean:.6}, law {expected:.6}, {:+.2} %, z {z:+.2}", deviation * 100.0);
    assert!(z.abs() < 4.0, "{what}: {mean} for {expected}, z {z}");
    assert!(deviation.abs() < tolerance, "{what}: {mean} for {expected}");
}

fn each(runs: &[(Model, CpuStatistics)], value: impl Fn(&CpuStatistics) -> f64) -> Vec<f64> {
    runs.iter().map(|(_, statistics)| value(statistics)).collect()
}

fn in_services(ns: f64) -> f64 {
    ns / S.as_nanos() as f64
}

fn wait_is(what: &str, service: Distribution, expected: f64) {
    let runs = replications(&spec(1, UNBOUNDED, service), 0.8, 20_000);
    assert_mean(what, &each(&runs, |s| in_services(s.waited_mean_ns())), expected, 0.05);
    assert_mean("utilisation", &each(&runs, CpuStatistics::utilisation), 0.8, 0.01);
}

#[test]
fn mean_waits_are_those_of_pollaczek_and_khinchine() {
    wait_is("M/M/1, rho 0.8, wait/S", exponential(), 4.0);
    wait_is("M/D/1, rho 0.8, wait/S", Distribution::Fixed(S), 2.0);
    wait_is("M/G/1, lognormal of cv 1, rho 0.8, wait/S", Distribution::Lognormal { mean: S, cv: 1.0 }, 4.0);
}

#[test]
fn m_d_1_waits_follow_their_distribution() {
    let runs = replications(&spec(1, UNBOUNDED, Distribution::Fixed(S)), 0.8, 20_000);
    let at = [(0, 0.2), (1, 0.445_108), (2, 0.634_520), (3, 0.762_100), (5, 0.899_503), (10, 0.988_343)];
    for (services, expected) in at {
        let within = |model: &Model| {
            model.waits.iter().filter(|wait| **wait <= services * S).count() as f64 / model.waits.len() as f64
        };
        let shares: Vec<f64> = runs.iter().map(|(model, _)| within(model)).collect();
        assert_mean(&format!("P(wait <= {services} S)"), &shares, expected, 0.03);
    }
}

#[test]
fn m_m_1_sojourn_has_its_95th_percentile() {
    let runs = replications(&spec(1, UNBOUNDED, exponential()), 0.8, 20_000);
    let bound = S.mul_f64(14.979);
    let above = |model: &Model| {
        model.sojourns.iter().filter(|sojourn| **sojourn > bound).count() as f64 / model.sojourns.len() as f64
    };
    let shares: Vec<f64> = runs.iter().map(|(model, _)| above(model)).collect();
    assert_mean("P(sojourn > 14.979 S)", &shares, 0.05, 0.15);
}

#[test]
fn m_m_c_k_refuses_and_holds_what_the_law_says() {
    // K counts those in service too.
    let vectors = [
        (1, 0.8, 10, 0.023_492_86, 2.966_31, 3.797_10),
        (1, 1.0, 10, 1.0 / 11.0, 5.0, 5.5),
        (1, 1.5, 10, 0.337_23, 8.128_66, 8.128_66 / (1.5 * (1.0 - 0.337_23))),
        (2, 1.6, 10, 0.026_378_6, 3.330_681, 2.138_075),
        (4, 3.6, 20, 0.016_805_0, 7.769_208, 2.195_000),
    ];
    for (servers, load, places, refused, number, sojourn) in vectors {
        let runs = replications(&spec(servers, places - servers as usize, exponential()), load, 20_000);
        let name = format!("M/M/{servers}/{places} at {load}");
        assert_mean(&format!("{name}, refused"), &each(&runs, CpuStatistics::refused_ratio), refused, 0.1);
        assert_mean(&format!("{name}, number"), &each(&runs, CpuStatistics::number_mean), number, 0.03);
        let sojourns = each(&runs, |s| in_services(s.sojourn_mean_ns()));
        assert_mean(&format!("{name}, sojourn/S"), &sojourns, sojourn, 0.03);
        let carried = load * (1.0 - refused) / f64::from(servers);
        assert_mean(&format!("{name}, busy"), &each(&runs, CpuStatistics::utilisation), carried, 0.02);
    }
}

#[test]
fn erlang_b_holds_whatever_the_distribution_of_service() {
    let services = [exponential(), Distribution::Lognormal { mean: S, cv: 1.5 }, Distribution::Fixed(S)];
    for (load, servers, expected) in [(1.0, 2, 0.2), (10.0, 15, 0.036_496_95), (20.0, 30, 0.008_457_50)] {
        for service in &services {
            let runs = replications(&spec(servers, 0, service.clone()), load, 20_000);
            let name = format!("Erlang B({load}, {servers}), {service:?}");
            assert_mean(&name, &each(&runs, CpuStatistics::refused_ratio), expected, 0.15);
        }
    }
}

#[test]
fn erlang_c_is_the_share_that_waits() {
    for (load, servers, expected) in [(10.0, 15, 0.102_042_37), (20.0, 30, 0.024_950_46)] {
        let runs = replications(&spec(servers, UNBOUNDED, exponential()), load, 20_000);
        let waiting = |model: &Model| {
            model.waits.iter().filter(|wait| !wait.is_zero()).count() as f64 / model.waits.len() as f64
        };
        let shares: Vec<f64> = runs.iter().map(|(model, _)| waiting(model)).collect();
        assert_mean(&format!("Erlang C({load}, {servers})"), &shares, expected, 0.1);
    }
}

fn started<T: std::fmt::Debug>(arrival: Arrival<T>) -> Service {
    let Arrival::Started(service) = arrival else { panic!("{arrival:?}") };
    service
}

#[test]
fn messages_depart_in_the_order_in_which_they_came() {
    let mut cpu = cpu(1, 3, Distribution::Fixed(S));
    let mut service = Some(started(cpu.arrive(ms(0), CLASS, 0)));
    (1..4).for_each(|job| assert_eq!(cpu.arrive(ms(0), CLASS, job), Arrival::Queued));
    assert_eq!(cpu.arrive(ms(0), CLASS, 4), Arrival::Refused(4));
    let mut order = Vec::new();
    while let Some(Service { server, until }) = service {
        let departure = cpu.depart(server, until).unwrap();
        order.push((departure.job, departure.waited, departure.served));
        service = departure.next;
    }
    assert_eq!(order, [(0, Duration::ZERO, S), (1, S, S), (2, 2 * S, S), (3, 3 * S, S)]);
    let statistics = cpu.statistics(ms(8));
    assert_eq!((statistics.arrived, statistics.departed, statistics.refused), (5, 4, 1));
    assert_eq!((statistics.queue_max, statistics.utilisation(), statistics.number_mean()), (3, 0.5, 1.25));
}

#[test]
fn each_server_has_its_own_departure() {
    let by_class = vec![(MessageClass(1), Distribution::Fixed(3 * S))];
    let service = ServiceTimes { default: Distribution::Fixed(S), by_class };
    let spec = CpuSpec { servers: 2, queue: 1, service };
    let mut cpu = Cpu::new(spec, Seed::new(1).counter_stream("node/proxy/cpu"));
    let slow = started(cpu.arrive(ms(0), MessageClass(1), "INVITE"));
    let quick = started(cpu.arrive(ms(0), MessageClass(2), "ACK"));
    assert_eq!((slow, quick), (Service { server: 0, until: ms(3) }, Service { server: 1, until: ms(1) }));
    assert_eq!(cpu.arrive(ms(0), MessageClass(0), "BYE"), Arrival::Queued);
    let next = Some(Service { server: 1, until: ms(2) });
    assert_eq!(cpu.depart(1, ms(1)), Some(Departure { job: "ACK", waited: Duration::ZERO, served: S, next }));
    assert_eq!(cpu.depart(1, ms(2)).map(|departure| departure.job), Some("BYE"));
    assert_eq!(cpu.depart(0, ms(3)).map(|departure| departure.job), Some("INVITE"));
    assert!(cpu.is_empty());
}

#[test]
fn a_departure_from_before_a_crash_ends_no_later_service() {
    let mut cpu = cpu(2, 5, Distribution::Fixed(3 * S));
    let before = started(cpu.arrive(ms(0), CLASS, 0));
    (1..4).for_each(|job| _ = cpu.arrive(ms(1), CLASS, job));
    assert_eq!(cpu.clear(ms(2)), [0, 1, 2, 3]);
    let after = started(cpu.arrive(ms(2), CLASS, 4));
    assert_eq!(after.server, before.server);
    assert_eq!(cpu.depart(before.server, before.until), None);
    assert_eq!(cpu.depart(after.server, after.until).map(|departure| departure.job), Some(4));
    assert_eq!(cpu.depart(99, ms(5)), None);
    let statistics = cpu.statistics(ms(5));
    assert_eq!((statistics.arrived, statistics.dismissed, statistics.departed), (5, 4, 1));
    cpu.assert_exact(ms(6));
}

#[test]
fn a_refusal_does_not_shift_the_luck_of_later_messages() {
    let served = |queue: usize| {
        let mut model = Model::new(spec(1, queue, exponential()), 2.0, Seed::new(3));
        model.run(200);
        let mut cpu = model.cpu;
        let end = model.queue.peek_time().expect("the next arrival is always pending") + 1000 * S;
        drop(cpu.clear(end));
        let last = started(cpu.arrive(end, CLASS, 0));
        (last.until - end, cpu.statistics(end).refused)
    };
    let ((patient, none), (hasty, some)) = (served(UNBOUNDED), served(1));
    assert!(none == 0 && some > 0);
    assert_eq!(patient, hasty);
}

#[test]
fn statistics_begin_anew_after_the_warm_up() {
    let mut cpu = cpu(1, 5, Distribution::Fixed(4 * S));
    let service = started(cpu.arrive(ms(0), CLASS, "a"));
    assert_eq!(cpu.arrive(ms(1), CLASS, "b"), Arrival::Queued);
    cpu.reset_statistics(ms(2));
    cpu.depart(service.server, service.until).unwrap();
    let statistics = cpu.statistics(ms(6));
    assert_eq!((statistics.span, statistics.arrived, statistics.departed), (4 * S, 0, 1));
    assert_eq!((statistics.queue_mean(), statistics.utilisation()), (0.5, 1.0));
    cpu.assert_exact(ms(6));
}

#[test]
fn a_service_beyond_the_end_of_time_never_ends() {
    let mut cpu = cpu(1, 0, Distribution::Fixed(Duration::from_secs(1_000_000_000)));
    let now = SimTime::from_nanos(u64::MAX - 5);
    assert_eq!(started(cpu.arrive(now, CLASS, ())).until, SimTime::NEVER);
}

#[test]
#[should_panic(expected = "at least one server")]
fn a_cpu_without_servers_is_a_panic() {
    let _: Cpu<()> = cpu(0, 1, exponential());
}

proptest! {
    /// Little's law L = λW and the conservation of messages, to the nanosecond, at any instant.
    #[test]
    fn no_message_and_no_nanosecond_is_unaccounted_for(
        servers in 1..5u32,
        queue in 0..6usize,
        load in 0.1..8.0f64,
        seed: u64,
        phases in prop::collection::vec((1..80u64, 0..3u8), 1..8),
    ) {
        let mut model = Model::new(spec(servers, queue, exponential()), load, Seed::new(seed));
        for (arrivals, then) in phases {
            let now = model.run(arrivals);
            model.cpu.assert_exact(now);
            match then {
                0 => model.cpu.reset_statistics(now),
                1 => {
                    let inside = model.cpu.len();
                    prop_assert_eq!(model.cpu.clear(now).len(), inside);
                    model.queue.retain(&mut |_, event| matches!(event, Event::Arrival));
                }
                _ => prop_assert!(model.cpu.queue_len() <= queue),
            }
            model.cpu.assert_exact(now);
        }
    }
}

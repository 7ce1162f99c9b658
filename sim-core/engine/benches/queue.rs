//! The wheel and a `std` binary heap with lazy deletion, under the hold model and under SIP's timers.
//!
//! `cargo run --release -p sim-engine --example queue_ratios` prints the same comparison as ratios, in less time.

#[allow(dead_code, reason = "the memory of the queues is printed by the example")]
mod patterns;

use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use patterns::{Event, Hold, LazyHeap, LazyRearm, Sip, Timers};
use sim_api::SimTime;
use sim_engine::queue::{EventQueue, ReferenceQueue, Wheel};

/// Events or packets in one iteration.
const BATCH: usize = 10_000;

fn hold(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hold");
    group.throughput(Throughput::Elements(BATCH as u64));
    for pending in [1_000, 100_000, 1_000_000] {
        hold_with(&mut group, "heap", ReferenceQueue::new(), pending);
        hold_with(&mut group, "wheel", Wheel::new(), pending);
    }
    group.finish();
}

type Group<'a> = criterion::BenchmarkGroup<'a, criterion::measurement::WallTime>;

fn hold_with(group: &mut Group<'_>, name: &str, queue: impl EventQueue<Event>, pending: usize) {
    let mut hold = Hold::new(queue, pending, Duration::from_secs(1));
    group.bench_function(BenchmarkId::new(name, pending), |bencher| bencher.iter(|| hold.step(BATCH)));
}

fn sip_steady(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sip, steady");
    group.throughput(Throughput::Elements(BATCH as u64));
    sip_steady_with::<LazyHeap>(&mut group, "heap", 1_000);
    sip_steady_with::<LazyRearm>(&mut group, "wheel", 1_000);
    group.finish();
}

/// Flows after three times the longest timer.
fn sip_steady_with<T: Timers>(group: &mut Group<'_>, name: &str, flows: u32) {
    let mut sip = Sip::<T>::new(flows);
    sip.run_until(SimTime::from_secs(96));
    group.bench_function(BenchmarkId::new(name, flows), |bencher| bencher.iter(|| sip.step(BATCH)));
}

fn sip_second(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sip, first second");
    group.sample_size(10);
    sip_second_with::<LazyHeap>(&mut group, "heap", 100_000);
    sip_second_with::<LazyRearm>(&mut group, "wheel", 100_000);
    group.finish();
}

/// The first second of flows, as a whole.
fn sip_second_with<T: Timers>(group: &mut Group<'_>, name: &str, flows: u32) {
    group.bench_function(BenchmarkId::new(name, flows), |bencher| {
        let second = SimTime::from_secs(1);
        bencher.iter_batched_ref(
            || Sip::<T>::new(flows),
            |sip| sip.run_until(second),
            BatchSize::PerIteration,
        );
    });
}

criterion_group!(benches, hold, sip_steady, sip_second);
criterion_main!(benches);

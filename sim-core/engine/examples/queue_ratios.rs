//! Prints how much faster the wheel is than a `std` binary heap with lazy deletion, beside it in one run.
//!
//! `cargo run --release -p sim-engine --example queue_ratios`

#![allow(clippy::disallowed_methods, reason = "it measures wall clock; nothing is simulated")]

#[path = "../benches/patterns/mod.rs"]
mod patterns;

use std::time::{Duration, Instant};

use patterns::{Hold, LazyHeap, LazyRearm, Sip, Timers};
use sim_api::SimTime;
use sim_engine::queue::{ReferenceQueue, Wheel};

/// Repeats of each measurement: the two sides take turns, and the best of each counts.
const REPEATS: usize = 7;

fn main() {
    println!("{:<44} {:>8} {:>8} {:>7}", "", "heap ns", "wheel ns", "ratio");
    for pending in [1_000, 100_000, 1_000_000] {
        let mean = Duration::from_millis(1000);
        let mut heap = Hold::new(ReferenceQueue::new(), pending, mean);
        let mut wheel = Hold::new(Wheel::new(), pending, mean);
        let events = 500_000;
        let best =
            interleaved(|| timed(events, || heap.step(events)), || timed(events, || wheel.step(events)));
        row(&format!("hold model, {pending} pending, an event"), best);
    }
    sip_steady(1_000);
    sip_second(100_000);
}

/// Flows after three times the longest timer.
fn sip_steady(flows: u32) {
    let mut heap = Sip::<LazyHeap>::new(flows);
    let mut wheel = Sip::<LazyRearm>::new(flows);
    let warm = SimTime::from_secs(96);
    heap.run_until(warm);
    wheel.run_until(warm);
    let packets = 500_000;
    let best =
        interleaved(|| timed(packets, || heap.step(packets)), || timed(packets, || wheel.step(packets)));
    row(&format!("SIP pattern, {flows} flows, steady, a packet"), best);
    octets(&heap, &wheel);
}

/// The first second of flows.
fn sip_second(flows: u32) {
    let second = SimTime::from_secs(1);
    let (mut heap, mut wheel) = (None, None);
    let best = interleaved(
        || {
            let side = heap.insert(Sip::<LazyHeap>::new(flows));
            timed_packets(|| side.run_until(second))
        },
        || {
            let side = wheel.insert(Sip::<LazyRearm>::new(flows));
            timed_packets(|| side.run_until(second))
        },
    );
    row(&format!("SIP pattern, {flows} flows, one second, a packet"), best);
    if let (Some(heap), Some(wheel)) = (heap, wheel) {
        octets(&heap, &wheel);
    }
}

fn octets(heap: &Sip<impl Timers>, wheel: &Sip<impl Timers>) {
    println!(
        "{:<44} {:>8} {:>8}",
        "  octets a live timer",
        heap.octets_per_timer(),
        wheel.octets_per_timer()
    );
}

fn row(what: &str, (heap, wheel): (f64, f64)) {
    println!("{what:<44} {heap:>8.1} {wheel:>8.1} {:>6.1}x", heap / wheel);
}

fn interleaved(mut heap: impl FnMut() -> f64, mut wheel: impl FnMut() -> f64) -> (f64, f64) {
    (0..REPEATS).fold((f64::MAX, f64::MAX), |(h, w), _| (h.min(heap()), w.min(wheel())))
}

fn timed(count: usize, work: impl FnOnce()) -> f64 {
    timed_packets(|| {
        work();
        count
    })
}

/// Nanoseconds for each of the packets that `work` says it processed.
fn timed_packets(work: impl FnOnce() -> usize) -> f64 {
    let start = Instant::now();
    let count = work();
    start.elapsed().as_nanos() as f64 / count as f64
}

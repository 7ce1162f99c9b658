//! Complete calls through a stateful proxy, set-up of the country not counted.
//!
//! `cargo run --release -p flow --example call_rate` prints the same as calls per second, in less time.

#[allow(dead_code, reason = "idle subscribers are for the measurement of memory")]
mod country;

use country::Load;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Calls in one iteration.
const CALLS: u32 = 5_000;

fn calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("complete calls");
    group.throughput(Throughput::Elements(CALLS.into()));
    group.sample_size(10);
    for per_second in [100, 1000] {
        let load = Load { calls: CALLS, per_second };
        group.bench_function(BenchmarkId::new("per simulated second", per_second), |bencher| {
            bencher.iter_batched_ref(
                || load.country(),
                |country| load.carry(country),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, calls);
criterion_main!(benches);

//! How many complete calls a core simulates in a second: UAC, stateful proxy, UAS, 13 messages over one link each.
//!
//! No challenge, no loss, no CPU time, no trace. The calls begin at equal distances, 100 or 1000 in a simulated second;
//! transactions linger for 32 s after a call, so that some 4,000 or 40,000 calls are in memory at once.
//!
//! `call_rate` prints the best of five runs. `call_rate N` carries N calls and prints nothing: count instructions with
//! `valgrind --tool=callgrind` for N and 2·N; the difference over N is the cost of one call.

#[allow(dead_code, reason = "idle subscribers are for the measurement of memory")]
#[path = "../benches/country/mod.rs"]
mod country;

use std::time::Instant;

use country::{Load, MESSAGES_PER_CALL};

const CALLS: u32 = 40_000;
const RUNS: usize = 5;

fn main() {
    if let Some(calls) = std::env::args().nth(1).and_then(|text| text.parse().ok()) {
        let load = Load { calls, per_second: 100 };
        return load.carry(&mut load.country());
    }
    for per_second in [100, 1000] {
        let load = Load { calls: CALLS, per_second };
        let best = (0..RUNS).map(|_| seconds(load)).fold(f64::INFINITY, f64::min);
        let rate = f64::from(CALLS) / best;
        println!(
            "{per_second:4} calls per simulated second: {rate:6.0} calls per second and core, {:6.0} ns a call, \
             {:5.0} ns a message (target: at least 10000 calls; goal 20000)",
            1e9 / rate,
            1e9 / rate / MESSAGES_PER_CALL as f64,
        );
    }
}

/// The wall time of this load, without the set-up of the country.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock, outside the run")]
fn seconds(load: Load) -> f64 {
    let mut country = load.country();
    let begin = Instant::now();
    load.carry(&mut country);
    begin.elapsed().as_secs_f64()
}

//! How many octets a registered subscriber takes who does nothing, in all nodes together: the line in its user agent,
//! the binding in the location service, the refresh timer in the event queue, and a share of the network.

#[allow(dead_code, reason = "calls are for the measurement of speed")]
#[path = "../benches/country/mod.rs"]
mod country;
#[path = "../benches/heap/mod.rs"]
mod heap;

use sim_api::SimTime;

const SUBSCRIBERS: u32 = 100_000;

fn main() {
    let before = heap::octets_in_use();
    let mut country = country::idle_country(SUBSCRIBERS);
    let built = heap::octets_in_use() - before;
    country.run_until(SimTime::from_nanos(1));
    let started = heap::octets_in_use() - before;
    let share = |octets: usize| octets as f64 / f64::from(SUBSCRIBERS);
    println!(
        "{SUBSCRIBERS} registered idle subscribers: {:.0} octets each with the refresh timer queued, {:.0} without \
         (target: at most 1024)",
        share(started),
        share(built),
    );
}

//! The memory of registered subscribers who do nothing. A binary of its own, because the heap is counted as a whole.

#[allow(dead_code, reason = "calls are for the measurement of speed")]
#[path = "../benches/country/mod.rs"]
mod country;
#[path = "../benches/heap/mod.rs"]
mod heap;

use sim_api::SimTime;
use sip::location::NumberedSubscribers;

const SUBSCRIBERS: u32 = 20_000;
const OCTETS_MAX: usize = 1024;

#[test]
fn an_idle_registered_subscriber_takes_at_most_a_kilobyte_in_all_nodes_together() {
    let before = heap::octets_in_use();
    let mut country = country::idle_country(SUBSCRIBERS);
    country.run_until(SimTime::from_nanos(1));
    let each = (heap::octets_in_use() - before) / SUBSCRIBERS as usize;
    assert!(each <= OCTETS_MAX, "{each} octets each");
    // What is known to be there must be in the count, or nothing was counted.
    assert!(each > NumberedSubscribers::ROW_OCTETS, "{each} octets each");
}

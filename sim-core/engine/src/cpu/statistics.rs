//! What a CPU did: counts, areas under its state, and the laws that tie them together.

use std::time::Duration;

use sim_api::{SimTime, nanos};

/// What happened in a CPU in one span of time. Sums are whole numbers: adding those of several CPUs is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuStatistics {
    /// The span.
    pub span: Duration,
    /// The servers of the CPU.
    pub servers: u32,
    /// Messages that arrived, refused ones included.
    pub arrived: u64,
    /// Messages that found all places taken.
    pub refused: u64,
    /// Messages whose service ended.
    pub departed: u64,
    /// Messages that were removed because the host went down.
    pub dismissed: u64,
    /// The longest queue, in messages, those in service not counted.
    pub queue_max: usize,
    /// The waiting times of those that departed, in nanoseconds.
    pub waited_ns: u128,
    /// The service times of those that departed, in nanoseconds.
    pub served_ns: u128,
    /// The area under the number of busy servers, in server-nanoseconds.
    pub busy_ns: u128,
    /// The area under the length of the queue, in message-nanoseconds.
    pub queue_ns: u128,
}

impl CpuStatistics {
    /// The share of time in which a server is busy, from 0 to 1; 0 for an empty span.
    pub fn utilisation(&self) -> f64 {
        ratio(self.busy_ns, self.span.as_nanos() * u128::from(self.servers))
    }

    /// The mean number of messages that wait; 0 for an empty span.
    pub fn queue_mean(&self) -> f64 {
        ratio(self.queue_ns, self.span.as_nanos())
    }

    /// The mean number of messages that wait or are in service; 0 for an empty span.
    pub fn number_mean(&self) -> f64 {
        ratio(self.queue_ns + self.busy_ns, self.span.as_nanos())
    }

    /// The mean waiting time of those that departed, in nanoseconds; 0 when none did.
    pub fn waited_mean_ns(&self) -> f64 {
        ratio(self.waited_ns, u128::from(self.departed))
    }

    /// The mean time from arrival to departure of those that departed, in nanoseconds; 0 when none did.
    pub fn sojourn_mean_ns(&self) -> f64 {
        ratio(self.waited_ns + self.served_ns, u128::from(self.departed))
    }

    /// The share of arrivals that were refused, from 0 to 1; 0 when none arrived.
    pub fn refused_ratio(&self) -> f64 {
        ratio(u128::from(self.refused), u128::from(self.arrived))
    }
}

fn ratio(part: u128, whole: u128) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The running account behind [`CpuStatistics`].
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    begun: SimTime,
    accounted: SimTime,
    /// Messages that were inside when the account began, and the sum of their times inside up to then.
    carried: u64,
    carried_ns: u128,
    pub(super) arrived: u64,
    pub(super) refused: u64,
    departed: u64,
    dismissed: u64,
    dismissed_ns: u128,
    pub(super) queue_max: usize,
    waited_ns: u128,
    served_ns: u128,
    busy_ns: u128,
    queue_ns: u128,
}

impl Ledger {
    /// An account that begins at `now` with `carried` messages inside, which were there for `carried_ns` together.
    pub(super) fn begin(now: SimTime, carried: u64, carried_ns: u128, queue: usize) -> Ledger {
        Ledger { begun: now, accounted: now, carried, carried_ns, queue_max: queue, ..Ledger::default() }
    }

    /// Accounts for the time up to `now`, in which so many servers were busy and so many messages waited.
    pub(super) fn advance(&mut self, now: SimTime, busy: usize, queue: usize) {
        let span = u128::from(nanos(now - self.accounted));
        self.busy_ns += span * busy as u128;
        self.queue_ns += span * queue as u128;
        self.accounted = now;
    }

    pub(super) fn depart(&mut self, waited: Duration, served: Duration) {
        self.departed += 1;
        self.waited_ns += u128::from(nanos(waited));
        self.served_ns += u128::from(nanos(served));
    }

    pub(super) fn dismiss(&mut self, stayed: Duration) {
        self.dismissed += 1;
        self.dismissed_ns += u128::from(nanos(stayed));
    }

    pub(super) fn statistics(&self, servers: u32) -> CpuStatistics {
        CpuStatistics {
            span: self.accounted - self.begun,
            servers,
            arrived: self.arrived,
            refused: self.refused,
            departed: self.departed,
            dismissed: self.dismissed,
            queue_max: self.queue_max,
            waited_ns: self.waited_ns,
            served_ns: self.served_ns,
            busy_ns: self.busy_ns,
            queue_ns: self.queue_ns,
        }
    }

    /// Asserts the laws, with `inside` messages in the CPU, which have been there for `inside_ns` together.
    pub(super) fn assert_exact(&self, inside: u64, inside_ns: u128) {
        let left = self.refused + self.departed + self.dismissed;
        assert!(
            self.carried + self.arrived == left + inside,
            "{} + {} messages came, {left} left, {inside} are inside",
            self.carried,
            self.arrived
        );
        let area = self.busy_ns + self.queue_ns + self.carried_ns;
        let times = self.waited_ns + self.served_ns + self.dismissed_ns + inside_ns;
        assert!(area == times, "area {area} ns under the number of messages, {times} ns spent by them");
    }
}

//! From attempts to metrics: RFC 6076 and what a planner asks beside it.

use records::{DelayTotals, Histogram, Measurement, RunRecord};

use super::attempt::{Attempt, End};
use super::call_observer::{CallObserver, Registrations};

/// Writes the metrics of calls and registrations into `record`, whose `measured_ns` is set.
pub(super) fn write(observer: &CallObserver, record: &mut RunRecord) {
    let tally = CallTally::of(observer);
    tally.write(record);
    write_registrations(&observer.registrations, record);
    let attempts = tally.attempts;
    if attempts > 0 {
        let each = observer.retransmissions as f64 / attempts as f64;
        record.metrics.insert("retransmissions_per_call".to_owned(), Measurement::Value(each));
    }
}

/// What the attempts of a run add up to. Attempts that the caller cancelled are not attempts on the network.
#[derive(Debug, Default)]
struct CallTally {
    attempts: u64,
    answered: u64,
    redirected: u64,
    effective: u64,
    ineffective: u64,
    busy: u64,
    complete: u64,
    without_18x: u64,
    request_delay: Histogram,
    failed_request_delay: Histogram,
    ringing: Histogram,
    answer: Histogram,
    disconnect: Histogram,
    duration: Histogram,
    split: DelayTotals,
}

impl CallTally {
    fn of(observer: &CallObserver) -> CallTally {
        let mut tally = CallTally::default();
        for attempt in observer.attempts.values() {
            tally.add(attempt);
        }
        tally
    }

    fn add(&mut self, attempt: &Attempt) {
        if attempt.end == End::Cancelled {
            return;
        }
        self.attempts += 1;
        match attempt.end {
            End::Answered => self.add_answered(attempt),
            End::Failed(status) => self.add_failed(attempt, status),
            End::Open | End::Cancelled => {}
        }
    }

    fn add_answered(&mut self, attempt: &Attempt) {
        self.answered += 1;
        self.effective += 1;
        self.complete += u64::from(attempt.is_complete());
        self.without_18x += u64::from(attempt.rang.is_none());
        if let Some((delay, split)) = attempt.request_delay() {
            self.request_delay.record(delay);
            self.split.record(split.parts());
        }
        if let Some((at, _)) = attempt.rang {
            self.ringing.record(attempt.since_begun(at));
        }
        let Some((answered, _)) = attempt.answered else { return };
        self.answer.record(attempt.since_begun(answered));
        if let Some(hung_up) = attempt.hung_up {
            self.duration.record(hung_up.as_nanos().saturating_sub(answered.as_nanos()));
        }
        if let (Some(bye), Some((done, status))) = (attempt.bye, attempt.bye_done)
            && (200..300).contains(&status)
        {
            self.disconnect.record(done.as_nanos() - bye.as_nanos());
        }
    }

    fn add_failed(&mut self, attempt: &Attempt, status: u16) {
        //= RFC 6076 4.6: the 3xx responses leave the denominator
        self.redirected += u64::from((300..400).contains(&status));
        //= RFC 6076 4.7: 480, 486, 600 and 603 count as effective
        self.effective += u64::from(matches!(status, 480 | 486 | 600 | 603));
        self.busy += u64::from(status == 486);
        //= RFC 6076 4.8: 408, 500, 503 and 504
        self.ineffective += u64::from(matches!(status, 408 | 500 | 503 | 504));
        //= RFC 6076 4.3.2: without a response there is no failed session setup delay
        let timed_out = status == 408 && attempt.progressed.is_none();
        if let (Some(failed_at), false) = (attempt.failed_at, timed_out) {
            let at = attempt.progressed.map_or(failed_at, |(at, _)| at);
            self.failed_request_delay.record(attempt.since_begun(at));
        }
    }

    fn write(&self, record: &mut RunRecord) {
        let seconds = record.measured_ns as f64 / 1e9;
        let metrics = &mut record.metrics;
        let mut put = |name: &str, measurement| {
            metrics.insert(name.to_owned(), measurement);
        };
        let ratio = |hits, of| Measurement::Ratio { hits, of };
        let asked = self.attempts - self.redirected;
        put("session_establishment_ratio", ratio(self.answered, asked));
        put("session_establishment_effectiveness_ratio", ratio(self.effective, asked));
        put("ineffective_session_attempts_ratio", ratio(self.ineffective, self.attempts));
        put("session_completion_ratio", ratio(self.complete, self.attempts));
        put("busy_ratio", ratio(self.busy, self.attempts));
        put("no_18x_ratio", ratio(self.without_18x, self.answered));
        put("call_attempts", Measurement::Value(self.attempts as f64));
        put("calls_answered", Measurement::Value(self.answered as f64));
        put("call_failures", Measurement::Value((asked - self.effective) as f64));
        if seconds > 0.0 {
            put("offered_cps", Measurement::Value(self.attempts as f64 / seconds));
            put("goodput_cps", Measurement::Value(self.answered as f64 / seconds));
        }
        for (name, samples) in [
            ("post_dial_delay_ms", &self.request_delay),
            ("failed_post_dial_delay_ms", &self.failed_request_delay),
            ("time_to_18x_ms", &self.ringing),
            ("answer_time_ms", &self.answer),
            ("disconnect_delay_ms", &self.disconnect),
            ("session_duration_ms", &self.duration),
        ] {
            put(name, Measurement::Samples(samples.clone()));
        }
        record.delay = self.split;
    }
}

fn write_registrations(registrations: &Registrations, record: &mut RunRecord) {
    let delays: Histogram = registrations.delays.iter().copied().collect();
    let Registrations { failed, attempts, .. } = registrations;
    let metrics = &mut record.metrics;
    metrics.insert("registration_delay_ms".to_owned(), Measurement::Samples(delays));
    metrics.insert(
        "ineffective_registration_ratio".to_owned(),
        Measurement::Ratio { hits: *failed, of: *attempts },
    );
}

#[cfg(test)]
mod tests;

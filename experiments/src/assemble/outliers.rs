//! The calls of a run that are worth a look: a typical one, the slowest, and the first that failed.

use records::Outlier;

use super::attempt::{Attempt, End};
use super::call_observer::CallObserver;

/// How a call is named before its Call-ID is known: sixteen hexadecimal digits of its subject.
pub(super) fn name(subject: u64) -> String {
    format!("{subject:016x}")
}

/// The subject that [`name`] wrote; `None` for anything else.
pub(super) fn subject(name: &str) -> Option<u64> {
    (name.len() == 16).then(|| u64::from_str_radix(name, 16).ok()).flatten()
}

/// The call with the median post-dial delay, the one with the longest, and the first failed one, as far as there are
/// such calls.
pub(super) fn of(observer: &CallObserver) -> Vec<Outlier> {
    let mut answered: Vec<(u64, u64)> = observer
        .attempts
        .iter()
        .filter(|(_, attempt)| attempt.end == End::Answered)
        .filter_map(|(subject, attempt)| Some((attempt.request_delay()?.0, *subject)))
        .collect();
    answered.sort_unstable();
    let delay = |&(delay, subject): &(u64, u64), outcome: &str| Outlier {
        call: name(subject),
        metric: "post_dial_delay_ms".to_owned(),
        value: Some(delay as f64 / 1e6),
        outcome: outcome.to_owned(),
    };
    let typical =
        answered.get(answered.len() / 2).map(|call| delay(call, "answered, median post-dial delay"));
    let slowest = answered.last().map(|call| delay(call, "answered, longest post-dial delay"));
    let failed = observer
        .attempts
        .iter()
        .filter_map(|(subject, attempt)| Some((attempt.begun, *subject, failure(attempt)?)))
        .min()
        .map(|(_, subject, status)| Outlier {
            call: name(subject),
            metric: "post_dial_delay_ms".to_owned(),
            value: None,
            outcome: format!("failed with {status}"),
        });
    [typical, slowest, failed].into_iter().flatten().collect()
}

/// The status of a failure that is the network's: a busy line is not.
fn failure(attempt: &Attempt) -> Option<u16> {
    match attempt.end {
        End::Failed(status) if !matches!(status, 480 | 486 | 600 | 603) => Some(status),
        End::Open | End::Answered | End::Failed(_) | End::Cancelled => None,
    }
}

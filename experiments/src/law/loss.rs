//! What retransmission makes of loss: one client, one server, one link (RFC 3261 17 with RFC 6026).
//!
//! Each law walks the copies that the two timers of a transaction send, in order of time, and carries along how likely
//! it is that no answer came through yet. Both directions are two-state channels (Gilbert 1960, Elliott 1963) that
//! evolve in continuous time, independent of each other; independent loss of each message is the special case in which
//! both states lose alike. The delay is thereby a discrete variable: a [`DelayLaw`] lists each value it can take.
//!
//! Conditions: no serialisation, no processing, half the round-trip time d each way, trials so far apart that the
//! channels forget.

mod channel;
mod delay;
mod schedule;
mod walk;

pub use channel::Channel;
pub use delay::DelayLaw;
pub use schedule::Schedule;

use std::time::Duration;

use walk::Walk;

/// The law of one probe of a lossy path.
#[derive(Clone, Debug, PartialEq)]
pub struct LossLaw {
    /// When the client sees its answer, if it does.
    pub delay: DelayLaw,
    /// How many copies of the request it sends: element k is the probability of k + 1 copies.
    pub copies: Vec<f64>,
    /// The probability that the server acted on a request whose client gave up (RFC 4321 1.1). Non-INVITE only.
    pub ghost: Option<f64>,
    /// The probability that the server never sees an ACK for its 2xx. Answered INVITE only.
    pub no_ack: Option<f64>,
}

/// The path between client and server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// Client to server.
    pub forward: Channel,
    /// Server to client.
    pub backward: Channel,
    /// The round-trip time.
    pub round_trip: Duration,
}

/// A non-INVITE request that is answered at once: each copy that arrives is answered.
///
//= RFC 3261 17.1.2.2: timer E fires at T1, then at intervals that double up to T2; timer F ends it after 64*T1
pub fn non_invite(path: &Path, schedule: &Schedule) -> LossLaw {
    let offsets = schedule.capped();
    let delay = round_trips(path, schedule, &offsets);
    let never_delivered = offsets.iter().fold(Walk::begin(path), |walk, &at| walk.forward(at).1).mass();
    LossLaw {
        copies: copies(&delay, &offsets),
        ghost: Some((delay.failure() - never_delivered).max(0.0)),
        no_ack: None,
        delay,
    }
}

/// An INVITE that rings at once: the delay is that of the first provisional response, which each copy re-triggers.
///
//= RFC 3261 17.2.1: a retransmitted request is answered with the most recent provisional response
pub fn invite_ringing(path: &Path, schedule: &Schedule) -> LossLaw {
    let offsets = schedule.doubling();
    let delay = round_trips(path, schedule, &offsets);
    LossLaw { copies: copies(&delay, &offsets), ghost: None, no_ack: None, delay }
}

/// An INVITE that is answered 200 at once, without a provisional response.
///
//= RFC 6026 7.1: in Accepted the server transaction absorbs retransmitted INVITEs
//= RFC 3261 13.3.1.4: the UAS core resends the 2xx at T1, doubling up to T2, until an ACK comes or 64*T1 have passed
pub fn invite_answered(path: &Path, schedule: &Schedule) -> LossLaw {
    let (requests, answers) = (schedule.doubling(), schedule.capped());
    let mut outcomes = Vec::new();
    let (mut failure, mut acked) = (0.0, 0.0);
    let mut walk = Walk::begin(path);
    for &sent in &requests {
        let (arrived, lost) = walk.forward(sent);
        walk = lost;
        let mut unanswered = arrived;
        for (j, &after) in answers.iter().enumerate() {
            let delay = sent + after + path.round_trip;
            if delay >= schedule.limit() {
                break;
            }
            let (seen, lost) = unanswered.backward(sent + path.round_trip / 2 + after);
            outcomes.push((delay, seen.mass()));
            acked += acknowledged(seen, sent, &answers[j..], path.round_trip, schedule.limit());
            unanswered = lost;
        }
        failure += unanswered.mass();
    }
    failure += walk.mass();
    let delay = DelayLaw::new(outcomes, failure);
    LossLaw { copies: copies(&delay, &requests), ghost: None, no_ack: Some(1.0 - acked), delay }
}

/// The mass of `seen` in which an ACK reaches the server: that to the answer just seen, or one to a later copy of it.
fn acknowledged(seen: Walk, sent: Duration, answers: &[Duration], trip: Duration, limit: Duration) -> f64 {
    let in_time = answers.iter().take_while(|&&after| after + trip < limit);
    let (mut acked, mut open) = (0.0, seen);
    for (copy, &after) in in_time.enumerate() {
        // The first answer of the list has come through already.
        let (came, missed) = match copy {
            0 => (open.clone(), open.emptied()),
            _ => open.backward(sent + trip / 2 + after),
        };
        let (through, lost) = came.forward(sent + after + trip);
        acked += through.mass();
        open = lost.join(missed);
    }
    acked
}

/// An INVITE that is rejected at once with a final response other than 2xx.
///
//= RFC 3261 17.2.1: in Completed timer G resends the response at T1, doubling up to T2, until timer H after 64*T1
//= RFC 3261 17.2.1: a retransmitted INVITE is answered with the final response again
pub fn invite_rejected(path: &Path, schedule: &Schedule) -> LossLaw {
    let requests = schedule.doubling();
    let mut outcomes = Vec::new();
    let mut failure = 0.0;
    let mut walk = Walk::begin(path);
    for (k, &sent) in requests.iter().enumerate() {
        let (arrived, lost) = walk.forward(sent);
        walk = lost;
        let mut open = arrived;
        for attempt in attempts(&requests[k..], &schedule.capped()) {
            let delay = sent + attempt.after + path.round_trip;
            if delay >= schedule.limit() {
                break;
            }
            let (came, missed) = match attempt.trigger {
                Trigger::Timer => (open.clone(), open.emptied()),
                Trigger::Request => open.forward(sent + attempt.after),
            };
            let (seen, lost) = came.backward(sent + path.round_trip / 2 + attempt.after);
            outcomes.push((delay, seen.mass()));
            open = lost.join(missed);
        }
        failure += open.mass();
    }
    failure += walk.mass();
    let delay = DelayLaw::new(outcomes, failure);
    LossLaw { copies: copies(&delay, &requests), ghost: None, no_ack: None, delay }
}

/// What makes the server send its final response.
enum Trigger {
    Timer,
    Request,
}

struct Attempt {
    after: Duration,
    trigger: Trigger,
}

/// The responses that follow the first arrival, in order of time: those of timer G and those that later requests cause.
fn attempts(requests: &[Duration], answers: &[Duration]) -> Vec<Attempt> {
    let by_timer = answers.iter().map(|&after| Attempt { after, trigger: Trigger::Timer });
    let by_request =
        requests.iter().skip(1).map(|&sent| Attempt { after: sent - requests[0], trigger: Trigger::Request });
    let mut all: Vec<Attempt> = by_timer.chain(by_request).collect();
    all.sort_by_key(|attempt| attempt.after);
    all
}

/// The delay until one copy and the answer that it causes both get through.
fn round_trips(path: &Path, schedule: &Schedule, offsets: &[Duration]) -> DelayLaw {
    let mut walk = Walk::begin(path);
    let mut outcomes = Vec::new();
    for &sent in offsets {
        let delay = sent + path.round_trip;
        if delay >= schedule.limit() {
            break;
        }
        let (arrived, lost) = walk.forward(sent);
        let (seen, answer_lost) = arrived.backward(sent + path.round_trip / 2);
        outcomes.push((delay, seen.mass()));
        walk = answer_lost.join(lost);
    }
    DelayLaw::new(outcomes, walk.mass())
}

/// How many copies are sent: a copy is sent where no answer came before its instant or at it.
fn copies(delay: &DelayLaw, offsets: &[Duration]) -> Vec<f64> {
    let sent: Vec<f64> = offsets.iter().map(|&at| delay.later_than(at)).chain([0.0]).collect();
    sent.windows(2).map(|pair| pair[0] - pair[1]).collect()
}

#[cfg(test)]
mod monte_carlo;
#[cfg(test)]
mod tests;

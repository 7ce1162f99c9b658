//! The laws against a simulation that shares nothing with them: single trials, message by message, on a channel whose
//! states last for drawn sojourns. It covers what no published value does, bursts under all four transactions.

use std::time::Duration;

use sim_api::{Distribution, Seed, Stream};

use super::*;
use crate::statistics::Moments;

const TRIALS: u32 = 30_000;
const PATIENCE: u64 = 32_000;

/// A direction of the path during one trial: asked at ascending instants.
struct Line {
    channel: Channel,
    bad: bool,
    /// When the present state ends, in milliseconds.
    until: f64,
}

impl Line {
    fn new(channel: Channel, luck: &mut Stream) -> Line {
        match channel {
            Channel::Iid(_) => Line { channel, bad: false, until: f64::INFINITY },
            Channel::GilbertElliott { to_bad_per_s, to_good_per_s, .. } => {
                let bad = luck.unit().value() < to_bad_per_s / (to_bad_per_s + to_good_per_s);
                let mut line = Line { channel, bad, until: 0.0 };
                line.until = line.sojourn(luck);
                line
            }
        }
    }

    fn sojourn(&self, luck: &mut Stream) -> f64 {
        let Channel::GilbertElliott { to_bad_per_s, to_good_per_s, .. } = self.channel else {
            return f64::INFINITY;
        };
        let rate = if self.bad { to_good_per_s } else { to_bad_per_s };
        let mean = Duration::from_secs_f64(1.0 / rate);
        Distribution::Exponential { mean }.sample(luck.unit()).as_secs_f64() * 1e3
    }

    /// Whether a message at this instant passes.
    fn passes(&mut self, at: u64, luck: &mut Stream) -> bool {
        while self.until <= at as f64 {
            self.bad = !self.bad;
            self.until += self.sojourn(luck);
        }
        let loss = match self.channel {
            Channel::Iid(p) => p,
            Channel::GilbertElliott { good, bad, .. } => {
                if self.bad {
                    bad
                } else {
                    good
                }
            }
        };
        luck.unit().value() >= loss
    }
}

/// What one trial came to: the delay in milliseconds if any, and whether the server saw an ACK.
type Played = (Option<u64>, bool);

const A: [u64; 7] = [0, 500, 1500, 3500, 7500, 15500, 31500];
const E: [u64; 11] = [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500];

/// Each copy that arrives is answered.
fn play_copies(offsets: &[u64], trip: u64, lines: &mut [Line; 2], luck: &mut Stream) -> Played {
    let mut answered: Option<u64> = None;
    for &at in offsets {
        if answered.is_some_and(|when| when <= at) {
            break;
        }
        if lines[0].passes(at, luck) && lines[1].passes(at + trip / 2, luck) {
            answered = answered.or(Some(at + trip));
        }
    }
    (answered.filter(|when| *when < PATIENCE), false)
}

/// The server answers the first copy, and again on its own schedule; `echo` tells whether later copies make it answer
/// too. Messages are played in order of time, until both sides are quiet.
fn play_server(echo: bool, trip: u64, lines: &mut [Line; 2], luck: &mut Stream) -> Played {
    // Requests first: the forward line is asked in order of time, ACKs come later below.
    let mut pending: Vec<(u64, char)> = A.iter().map(|&at| (at, 'I')).collect();
    let (mut first, mut seen, mut acked): (Option<u64>, Option<u64>, bool) = (None, None, false);
    while !pending.is_empty() {
        pending.sort_unstable();
        let (at, kind) = pending.remove(0);
        match kind {
            // A copy of the INVITE leaves the client, unless an answer has come.
            'I' if seen.is_none_or(|when| when > at) && lines[0].passes(at, luck) => {
                pending.push((at + trip / 2, 'i'));
            }
            // It arrives.
            'i' => match first {
                None => {
                    first = Some(at);
                    pending.extend(E.iter().map(|&after| (at + after, 'R')));
                }
                Some(_) if echo => pending.push((at, 'R')),
                Some(_) => {}
            },
            // The server answers, unless it saw the ACK.
            'R' if !acked && lines[1].passes(at, luck) => pending.push((at + trip / 2, 'r')),
            // The answer arrives: the client acknowledges each, if it has not given up.
            'r' => {
                if seen.is_none() && at < PATIENCE {
                    seen = Some(at);
                }
                if seen.is_some() {
                    pending.push((at, 'K'));
                }
            }
            'K' if lines[0].passes(at, luck) => pending.push((at + trip / 2, 'k')),
            'k' => acked |= first.is_some_and(|first| at < first + PATIENCE),
            _ => {}
        }
    }
    (seen, acked)
}

fn compare(
    law: &LossLaw,
    play: impl Fn(&mut [Line; 2], &mut Stream) -> Played,
    channel: Channel,
    what: &str,
) {
    let (mut failures, mut acked, mut delays) = (0u32, 0u32, Moments::default());
    for trial in 0..TRIALS {
        let mut luck = Seed::new(4).of_replication(trial).stream(what);
        let mut lines = [Line::new(channel, &mut luck), Line::new(channel, &mut luck)];
        let (delay, ack) = play(&mut lines, &mut luck);
        acked += u32::from(ack);
        match delay {
            Some(ms) => {
                assert!(law.delay.supports(Duration::from_millis(ms)), "{what}: {ms} ms is off the support");
                delays.add(ms as f64 / 1e3);
            }
            None => failures += 1,
        }
    }
    let n = f64::from(TRIALS);
    let score = |hits: u32, p: f64| (f64::from(hits) - n * p) / (n * p * (1.0 - p)).sqrt().max(1.0);
    assert!(score(failures, law.delay.failure()).abs() < 4.0, "{what}: {failures} failures");
    let z = (delays.mean().unwrap() - law.delay.mean().unwrap()) / delays.standard_error().unwrap();
    assert!(z.abs() < 4.0, "{what}: mean delay off by {z} sigma");
    if let Some(no_ack) = law.no_ack {
        assert!(score(TRIALS - acked, no_ack).abs() < 4.0, "{what}: {} without an ACK", TRIALS - acked);
    }
}

#[test]
fn all_four_laws_agree_with_a_simulation_that_shares_nothing_with_them() {
    let bursts = Channel::GilbertElliott { to_bad_per_s: 0.05, to_good_per_s: 0.2, good: 0.05, bad: 0.95 };
    for (name, channel) in [("iid", Channel::Iid(0.4)), ("bursts", bursts)] {
        for trip in [100, 600] {
            let path = Path { forward: channel, backward: channel, round_trip: Duration::from_millis(trip) };
            let schedule = Schedule::RFC3261;
            let what = |case: &str| format!("{case} over {name} at {trip} ms");
            let requests = |lines: &mut [Line; 2], luck: &mut Stream| play_copies(&E, trip, lines, luck);
            compare(&non_invite(&path, &schedule), requests, channel, &what("non-INVITE"));
            let ringing = |lines: &mut [Line; 2], luck: &mut Stream| play_copies(&A, trip, lines, luck);
            compare(&invite_ringing(&path, &schedule), ringing, channel, &what("ringing"));
            let answered = |lines: &mut [Line; 2], luck: &mut Stream| play_server(false, trip, lines, luck);
            compare(&invite_answered(&path, &schedule), answered, channel, &what("answered"));
            let rejected = |lines: &mut [Line; 2], luck: &mut Stream| play_server(true, trip, lines, luck);
            compare(&invite_rejected(&path, &schedule), rejected, channel, &what("rejected"));
        }
    }
}

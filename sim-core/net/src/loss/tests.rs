use super::*;
use crate::id::Direction;
use sim_api::Seed;

const MILLISECOND: u64 = 1_000_000;

fn streams(seed: u64, direction: Direction) -> Streams {
    Streams::new(Seed::new(seed), "ran-7", direction)
}

fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn bursts(to_bad_per_s: f64, to_good_per_s: f64) -> Loss {
    Loss::GilbertElliott { to_bad_per_s, to_good_per_s, good: Probability::ZERO, bad: Probability::ONE }
}

fn state(loss: Loss, seed: u64) -> LossState {
    LossState::begin(loss, SimTime::ZERO, &streams(seed, Direction::Forward)).unwrap()
}

fn channel(to_bad_per_s: f64, to_good_per_s: f64, seed: u64) -> Channel {
    let LossState::Bursts { channel, .. } = state(bursts(to_bad_per_s, to_good_per_s), seed) else {
        panic!("bursts were asked for")
    };
    *channel
}

fn at(nanos: u64) -> SimTime {
    SimTime::from_nanos(nanos)
}

/// The distance of `hits` of `n` independent trials from probability `p`, in standard deviations.
fn z(hits: u64, n: u64, p: f64) -> f64 {
    (hits as f64 - n as f64 * p) / (n as f64 * p * (1.0 - p)).sqrt()
}

#[test]
fn independent_losses_are_binomial() {
    for (seed, p) in [(1, 0.001), (2, 0.01), (3, 0.3)] {
        let mut loss = state(Loss::Iid(probability(p)), seed);
        let n = 200_000;
        let lost = (0..n).filter(|i| loss.strikes(at(*i))).count() as u64;
        assert!(z(lost, n, p).abs() < 4.0, "{lost} of {n} lost at {p}");
    }
}

#[test]
fn independent_losses_do_not_remember_the_packet_before() {
    let (p, n) = (0.2, 200_000);
    let mut loss = state(Loss::Iid(probability(p)), 4);
    let lost: Vec<bool> = (0..n).map(|i| loss.strikes(at(i))).collect();
    let pairs = lost.chunks(2).filter(|pair| pair[0] && pair[1]).count() as u64;
    assert!(z(pairs, n / 2, p * p).abs() < 4.0, "{pairs} pairs lost");
}

#[test]
fn what_is_never_lost_draws_nothing() {
    let streams = streams(1, Direction::Forward);
    assert!(LossState::begin(Loss::None, SimTime::ZERO, &streams).is_none());
    assert!(LossState::begin(Loss::Iid(Probability::ZERO), SimTime::ZERO, &streams).is_none());
    assert!((0..1000).all(|i| state(Loss::Iid(Probability::ONE), 1).strikes(at(i))));
}

/// Looks that far apart are independent: a gap of `gap_s` holds 20 to 100 changes of state.
fn share_bad(to_bad_per_s: f64, to_good_per_s: f64, gap_s: f64) -> (u64, u64) {
    let mut loss = state(bursts(to_bad_per_s, to_good_per_s), 5);
    let gap = (gap_s * 1e9) as u64;
    let n = 20_000;
    ((0..n).filter(|i| loss.strikes(at(i * gap))).count() as u64, n)
}

#[test]
fn mean_loss_is_the_share_of_time_in_the_bad_state() {
    // (a + b) · gap is 40 where the trajectory is walked, and 100 where it is drawn anew.
    for gap_s in [4.0, 10.0] {
        let (lost, n) = share_bad(2.0, 8.0, gap_s);
        assert!(z(lost, n, 0.2).abs() < 4.0, "{lost} of {n} lost, {gap_s} s apart");
    }
    assert!((bursts(2.0, 8.0).mean() - 0.2).abs() < 1e-15);
}

#[test]
fn channel_starts_in_its_stationary_law() {
    let n = 20_000;
    let bad = (0..n).filter(|seed| channel(2.0, 8.0, *seed).weather == Weather::Bad).count() as u64;
    assert!(z(bad, n, 0.2).abs() < 4.0, "{bad} of {n} bad at the start");
}

#[test]
fn joint_loss_of_two_packets_follows_the_closed_form() {
    let (a, b) = (2.0_f64, 8.0);
    let share = a / (a + b);
    for (dt, gap_s) in [(0.001, 5.0), (0.05, 5.0), (0.2, 5.0), (0.05, 20.0)] {
        let stays_bad = share + (1.0 - share) * (-(a + b) * dt).exp();
        let mut loss = state(bursts(a, b), 6);
        let n = 40_000;
        let both = (0..n)
            .filter(|i| {
                let first = i * (gap_s * 1e9) as u64;
                let lost = loss.strikes(at(first));
                lost & loss.strikes(at(first + (dt * 1e9) as u64))
            })
            .count() as u64;
        let p = share * stays_bad;
        assert!(z(both, n, p).abs() < 4.0, "both lost {both} times of {n}, {dt} s apart: law {p}");
    }
}

#[test]
fn loss_in_the_good_state_counts_too() {
    let loss = Loss::GilbertElliott {
        to_bad_per_s: 1.0,
        to_good_per_s: 1.0,
        good: probability(0.1),
        bad: probability(0.5),
    };
    assert!((loss.mean() - 0.3).abs() < 1e-15);
    let mut loss = state(loss, 7);
    let n = 20_000;
    let lost = (0..n).filter(|i| loss.strikes(at(i * 100_000 * MILLISECOND))).count() as u64;
    assert!(z(lost, n, 0.3).abs() < 4.0, "{lost} of {n} lost");
}

/// Kolmogorov-Smirnov distance between `sojourns` and the exponential law of this rate, times √n.
fn distance(mut sojourns: Vec<u64>, rate: f64) -> f64 {
    sojourns.sort_unstable();
    let n = sojourns.len() as f64;
    let gap = |(i, nanos): (usize, &u64)| {
        let law = 1.0 - (-rate * *nanos as f64 * 1e-9).exp();
        (law - i as f64 / n).abs().max((law - (i as f64 + 1.0) / n).abs())
    };
    sojourns.iter().enumerate().map(gap).fold(0.0, f64::max) * n.sqrt()
}

#[test]
fn sojourns_in_both_states_are_exponential() {
    let mut channel = channel(3.0, 11.0, 8);
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    let mut begin = channel.until;
    for _ in 0..20_000 {
        channel.loss_at(begin);
        let stay = channel.until.as_nanos() - begin.as_nanos();
        match channel.weather {
            Weather::Good => good.push(stay),
            Weather::Bad => bad.push(stay),
        }
        begin = channel.until;
    }
    assert!(good.len().abs_diff(bad.len()) <= 1, "the states alternate");
    // P(D·√n > 1.95) is about 1e-3.
    assert!(distance(good, 3.0) < 1.95);
    assert!(distance(bad, 11.0) < 1.95);
}

#[test]
fn bursts_are_the_same_whatever_the_traffic() {
    let (mut busy, mut sparse) = (channel(2.0, 8.0, 9), channel(2.0, 8.0, 9));
    for millisecond in 0..60_000 {
        let instant = at(millisecond * MILLISECOND);
        let seen = busy.loss_at(instant);
        if millisecond % 1777 == 0 {
            assert_eq!(sparse.loss_at(instant), seen, "at {instant:?}");
        }
    }
}

#[test]
fn directions_have_independent_channels() {
    let of = |direction| LossState::begin(bursts(5.0, 5.0), SimTime::ZERO, &streams(10, direction)).unwrap();
    let (mut forward, mut backward) = (of(Direction::Forward), of(Direction::Backward));
    let n = 20_000;
    let equal = (0..n)
        .filter(|i| {
            let instant = at(i * 3000 * MILLISECOND);
            forward.strikes(instant) == backward.strikes(instant)
        })
        .count() as u64;
    assert!(z(equal, n, 0.5).abs() < 4.0, "{equal} of {n} equal");
}

#[test]
fn channel_that_cannot_change_stays_as_it_is() {
    let mut always_good = channel(0.0, 3.0, 1);
    assert_eq!(always_good.loss_at(SimTime::from_secs(1 << 30)), Probability::ZERO);
    let mut always_bad = channel(3.0, 0.0, 1);
    assert_eq!(always_bad.loss_at(SimTime::from_secs(1 << 30)), Probability::ONE);
    let mut frozen = channel(1e-300, 1e-300, 1);
    let first = frozen.loss_at(SimTime::ZERO);
    assert_eq!(frozen.loss_at(SimTime::from_secs(1 << 30)), first);
}

#[test]
fn fastest_channel_is_looked_at_in_bounded_time() {
    let mut channel = channel(FASTEST_CHANGE_PER_S, FASTEST_CHANGE_PER_S, 1);
    let bad = (0..20_000).filter(|i| channel.loss_at(SimTime::from_secs(i * 3600)) == Probability::ONE);
    assert!(z(bad.count() as u64, 20_000, 0.5).abs() < 4.0);
}

#[test]
fn impossible_rates_are_known() {
    for (a, b) in [(f64::NAN, 1.0), (-1.0, 1.0), (0.0, 0.0), (1.0, f64::INFINITY), (1.0, 1.1e6)] {
        assert!(!bursts(a, b).is_possible(), "{a} {b}");
    }
    assert!(bursts(0.0, 1.0).is_possible());
}

#[test]
fn changed_loss_draws_on_where_it_was() {
    let streams = streams(11, Direction::Forward);
    let begin = |p| LossState::begin(Loss::Iid(probability(p)), SimTime::ZERO, &streams).unwrap();
    let mut steady = begin(0.5);
    let steady: Vec<bool> = (0..200).map(|i| steady.strikes(at(i))).collect();
    let mut before = begin(0.1);
    for i in 0..100 {
        before.strikes(at(i));
    }
    let mut after = begin(0.5).continuing(Some(before));
    let after: Vec<bool> = (100..200).map(|i| after.strikes(at(i))).collect();
    assert_eq!(after, steady[100..]);
}

use super::*;

fn path(p: f64, round_trip_ms: u64) -> Path {
    Path {
        forward: Channel::Iid(p),
        backward: Channel::Iid(p),
        round_trip: Duration::from_millis(round_trip_ms),
    }
}

fn excess(law: &LossLaw, path: &Path) -> f64 {
    law.delay.mean().expect("some answers come") - path.round_trip.as_secs_f64()
}

fn mean_copies(law: &LossLaw) -> f64 {
    law.copies.iter().enumerate().map(|(k, p)| (k + 1) as f64 * p).sum()
}

/// Asserts that `value` is `golden`, as far as its printed digits go.
fn assert_golden(what: &str, value: f64, golden: f64, digits: f64) {
    assert!(
        (value - golden).abs() <= 0.6 * digits,
        "{what}: {value} where {golden} was computed independently"
    );
}

/// Relative agreement for probabilities printed with four significant digits.
fn assert_four_digits(what: &str, value: f64, golden: f64) {
    assert!(
        (value / golden - 1.0).abs() < 6e-4,
        "{what}: {value:e} where {golden:e} was computed independently"
    );
}

/// One row a loss probability: failure, excess delay and copies of non-INVITE; failure and excess of ringing; failure
/// and excess of answered; no ACK; excess of rejected. Round trip 100 ms. Values from a separate derivation.
const GOLDEN: [(f64, [f64; 9]); 6] = [
    (0.01, [1.938e-19, 0.01036, 1.02030, 1.236e-12, 0.01036, f64::NAN, 0.01020, f64::NAN, 0.01010]),
    (0.05, [7.569e-12, 0.06051, 1.10803, 8.376e-08, 0.06055, 1.523e-09, 0.05555, 1.531e-09, 0.05308]),
    (0.10, [1.165e-08, 0.15125, 1.23457, 8.939e-06, 0.15248, 1.900e-07, 0.12493, 2.017e-07, 0.11494]),
    (0.20, [1.316e-05, 0.50740, 1.56248, 7.836e-04, 0.52903, 2.308e-05, 0.32925, 3.622e-05, 0.28604]),
    (0.30, [6.071e-04, 1.30938, 2.03958, 8.974e-03, 1.33789, 3.752e-04, 0.68596, 9.799e-04, 0.57629]),
    (0.50, [4.224e-02, 5.05091, 3.83106, 1.335e-01, 4.14098, 1.257e-02, 2.35851, 5.362e-02, 1.99297]),
];

#[test]
fn golden_values_over_independent_loss_are_reproduced() {
    for (p, golden) in GOLDEN {
        let path = path(p, 100);
        let schedule = Schedule::RFC3261;
        let request = non_invite(&path, &schedule);
        assert_four_digits("non-INVITE failure", request.delay.failure(), golden[0]);
        assert_golden("non-INVITE delay", excess(&request, &path), golden[1], 1e-5);
        assert_golden("non-INVITE copies", mean_copies(&request), golden[2], 1e-5);
        let ringing = invite_ringing(&path, &schedule);
        assert_four_digits("ringing failure", ringing.delay.failure(), golden[3]);
        assert_golden("ringing delay", excess(&ringing, &path), golden[4], 1e-5);
        let answered = invite_answered(&path, &schedule);
        if golden[5].is_finite() {
            assert_four_digits("answered failure", answered.delay.failure(), golden[5]);
            assert_four_digits("no ACK", answered.no_ack.expect("answered"), golden[7]);
        }
        assert_golden("answered delay", excess(&answered, &path), golden[6], 1e-5);
        assert_golden("rejected delay", excess(&invite_rejected(&path, &schedule), &path), golden[8], 1e-5);
    }
}

#[test]
fn a_round_trip_longer_than_t1_costs_one_spurious_copy_and_one_chance() {
    let path = path(0.3, 600);
    let schedule = Schedule::RFC3261;
    let request = non_invite(&path, &schedule);
    assert_four_digits("non-INVITE failure", request.delay.failure(), 1.190e-3);
    assert_golden("non-INVITE delay", excess(&request, &path), 1.29175, 1e-5);
    assert_golden("non-INVITE copies", mean_copies(&request), 2.52958, 1e-5);
    let ringing = invite_ringing(&path, &schedule);
    assert_four_digits("ringing failure", ringing.delay.failure(), 1.760e-2);
    assert_golden("ringing delay", excess(&ringing, &path), 1.07317, 1e-5);
    let answered = invite_answered(&path, &schedule);
    assert_four_digits("answered failure", answered.delay.failure(), 7.353e-4);
    assert_golden("answered delay", excess(&answered, &path), 0.67486, 1e-5);
    assert_four_digits("no ACK", answered.no_ack.expect("answered"), 1.919e-3);
}

#[test]
fn ghosts_are_requests_that_were_served_without_an_answer() {
    let ghost = non_invite(&path(0.3, 100), &Schedule::RFC3261).ghost.expect("non-INVITE");
    assert_four_digits("ghost", ghost, 6.053e-4);
}

#[test]
fn bursts_and_not_averages_kill_sip() {
    let channel = Channel::GilbertElliott { to_bad_per_s: 0.02, to_good_per_s: 0.2, good: 0.0, bad: 1.0 };
    let round_trip = Duration::from_millis(100);
    let bursty = non_invite(&Path { forward: channel, backward: channel, round_trip }, &Schedule::RFC3261);
    assert_golden("success over bursts", 1.0 - bursty.delay.failure(), 0.999_141_6, 1e-7);
    assert_golden("delay over bursts", bursty.delay.mean().expect("answers come"), 1.3270, 1e-4);
    let mean = Channel::Iid(1.0 / 11.0);
    let even = non_invite(&Path { forward: mean, backward: mean, round_trip }, &Schedule::RFC3261);
    assert_golden("failure over even loss", even.delay.failure(), 4.3e-9, 1e-10);
    assert_golden("delay over even loss", even.delay.mean().expect("answers come"), 0.2317, 1e-4);
}

#[test]
fn a_two_state_channel_that_loses_alike_is_an_independent_one() {
    let alike = Channel::GilbertElliott { to_bad_per_s: 0.7, to_good_per_s: 0.3, good: 0.2, bad: 0.2 };
    let round_trip = Duration::from_millis(100);
    let chain = Path { forward: alike, backward: alike, round_trip };
    for law in [non_invite, invite_ringing, invite_answered, invite_rejected] {
        let (a, b) = (law(&chain, &Schedule::RFC3261), law(&path(0.2, 100), &Schedule::RFC3261));
        assert!((a.delay.failure() - b.delay.failure()).abs() < 1e-12);
        assert!((a.delay.mean().expect("answers") - b.delay.mean().expect("answers")).abs() < 1e-10);
    }
}

#[test]
fn without_loss_the_delay_is_the_round_trip_and_one_copy_is_sent() {
    for law in [non_invite, invite_ringing, invite_answered, invite_rejected] {
        let law = law(&path(0.0, 100), &Schedule::RFC3261);
        assert_eq!(law.delay.outcomes(), [(Duration::from_millis(100), 1.0)]);
        assert_eq!((law.delay.failure(), law.copies[0]), (0.0, 1.0));
        assert_eq!(law.delay.deviation(), Some(0.0));
    }
}

#[test]
fn each_law_adds_up_to_one() {
    for p in [0.0, 0.1, 0.5, 0.9, 1.0] {
        for trip in [100, 600, 4_600] {
            for law in [non_invite, invite_ringing, invite_answered, invite_rejected] {
                let law = law(&path(p, trip), &Schedule::RFC3261);
                let answered: f64 = law.delay.outcomes().iter().map(|(_, p)| p).sum();
                assert!((answered + law.delay.failure() - 1.0).abs() < 1e-12);
                assert!((law.copies.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn timers_four_times_as_long_leave_probabilities_and_stretch_delays() {
    let law = invite_rejected(&path(0.3, 100), &Schedule::RFC3261);
    let slow = invite_rejected(&path(0.3, 400), &Schedule::TS24229);
    assert!((law.delay.failure() - slow.delay.failure()).abs() < 1e-15);
    let (mean, stretched) = (law.delay.mean().expect("answers"), slow.delay.mean().expect("answers"));
    assert!((4.0 * mean - stretched).abs() < 1e-12);
}

#[test]
fn the_support_of_a_non_invite_is_its_offsets_plus_the_round_trip() {
    let law = non_invite(&path(0.1, 100), &Schedule::RFC3261);
    assert!(law.delay.supports(Duration::from_millis(1600)));
    assert!(!law.delay.supports(Duration::from_nanos(1_600_000_001)));
    assert!(!law.delay.supports(Duration::from_millis(1500)));
}

//! Synthetic event streams with answers computed by hand (RFC 6076): zero tolerance.

use sim_api::{DelaySplit, Lineage, Probe, ProbeName, SimTime};
use sim_engine::Observer;
use sim_net::NodeId;
use sip::probe;

use super::*;
use crate::assemble::stretch::Stretch;

#[test]
fn an_answered_call_gives_srd_ringing_answer_disconnect_and_duration() {
    let record = watch(&[
        (1_000, probe::CALL_INVITE, 1, 1),
        (1_040, probe::CALL_PROGRESS, 1, 183),
        (1_050, probe::CALL_PROGRESS, 1, 180),
        (3_000, probe::CALL_ANSWER, 1, 200),
        (9_000, probe::CALL_BYE, 1, 1),
        (9_030, probe::CALL_BYE_DONE, 1, 200),
    ]);
    for (metric, ms) in [
        ("post_dial_delay_ms", 40.0),
        ("time_to_18x_ms", 40.0),
        ("answer_time_ms", 2_000.0),
        ("disconnect_delay_ms", 30.0),
        ("session_duration_ms", 6_000.0),
        ("session_establishment_ratio", 1.0),
        ("session_completion_ratio", 1.0),
        ("no_18x_ratio", 0.0),
        ("offered_cps", 0.01),
    ] {
        assert_eq!(record.metrics[metric].scalar(metric), Some(ms), "{metric}");
    }
}

#[test]
fn a_call_without_a_provisional_response_has_the_2xx_as_its_srd() {
    let record = watch(&[(1_000, probe::CALL_INVITE, 1, 1), (3_000, probe::CALL_ANSWER, 1, 200)]);
    assert_eq!(scalar(&record, "post_dial_delay_ms"), Some(2_000.0));
    assert_eq!(scalar(&record, "time_to_18x_ms"), None);
    assert_eq!(scalar(&record, "no_18x_ratio"), Some(1.0));
    assert_eq!(scalar(&record, "session_completion_ratio"), Some(0.0), "no BYE was answered");
}

#[test]
fn busy_is_effective_and_not_a_failure_of_the_network() {
    let record = watch(&[
        (1_000, probe::CALL_INVITE, 1, 1),
        (1_050, probe::CALL_REJECT, 1, 486),
        (2_000, probe::CALL_INVITE, 2, 1),
        (2_050, probe::CALL_ANSWER, 2, 200),
    ]);
    assert_eq!(scalar(&record, "session_establishment_ratio"), Some(0.5));
    assert_eq!(scalar(&record, "session_establishment_effectiveness_ratio"), Some(1.0));
    assert_eq!(scalar(&record, "busy_ratio"), Some(0.5));
    assert_eq!(scalar(&record, "call_failures"), Some(0.0));
    assert_eq!(scalar(&record, "failed_post_dial_delay_ms"), Some(50.0));
}

#[test]
fn a_redirection_leaves_the_denominators_of_ser_and_seer_only() {
    let record = watch(&[
        (1_000, probe::CALL_INVITE, 1, 1),
        (1_050, probe::CALL_REJECT, 1, 302),
        (2_000, probe::CALL_INVITE, 2, 1),
        (2_050, probe::CALL_REJECT, 2, 503),
    ]);
    assert_eq!(record.metrics["session_establishment_ratio"], Measurement::Ratio { hits: 0, of: 1 });
    assert_eq!(
        record.metrics["session_establishment_effectiveness_ratio"],
        Measurement::Ratio { hits: 0, of: 1 }
    );
    assert_eq!(record.metrics["ineffective_session_attempts_ratio"], Measurement::Ratio { hits: 1, of: 2 });
}

#[test]
fn timer_b_is_ineffective_and_has_no_failed_setup_delay() {
    let record = watch(&[(1_000, probe::CALL_INVITE, 1, 1), (33_000, probe::CALL_TIMEOUT, 1, 408)]);
    assert_eq!(scalar(&record, "ineffective_session_attempts_ratio"), Some(1.0));
    assert_eq!(scalar(&record, "failed_post_dial_delay_ms"), None);
    assert_eq!(scalar(&record, "call_failures"), Some(1.0));
}

#[test]
fn only_what_begins_in_the_measured_time_counts() {
    let record = watch(&[
        (999, probe::CALL_INVITE, 1, 1),
        (1_500, probe::CALL_ANSWER, 1, 200),
        (100_999, probe::CALL_INVITE, 2, 1),
        (101_500, probe::CALL_ANSWER, 2, 200),
        (101_000, probe::CALL_INVITE, 3, 1),
    ]);
    assert_eq!(scalar(&record, "call_attempts"), Some(1.0));
    assert_eq!(scalar(&record, "answer_time_ms"), Some(501.0));
}

#[test]
fn the_hanging_up_at_the_end_of_the_run_is_no_disconnect_delay_and_no_duration() {
    let record = watch(&[
        (1_000, probe::CALL_INVITE, 1, 1),
        (3_000, probe::CALL_ANSWER, 1, 200),
        (101_000, probe::CALL_BYE, 1, 1),
        (105_000, probe::CALL_BYE_DONE, 1, 200),
    ]);
    assert_eq!(scalar(&record, "disconnect_delay_ms"), None);
    assert_eq!(scalar(&record, "session_duration_ms"), None);
    assert_eq!(scalar(&record, "session_completion_ratio"), Some(1.0));
}

#[test]
fn a_cancelled_call_is_no_attempt_on_the_network() {
    let record = watch(&[(1_000, probe::CALL_INVITE, 1, 1), (5_000, probe::CALL_CANCELLED, 1, 487)]);
    assert_eq!(scalar(&record, "call_attempts"), Some(0.0));
    assert_eq!(scalar(&record, "session_establishment_ratio"), None);
}

#[test]
fn rrd_counts_successes_only_and_a_challenge_is_no_attempt_of_its_own() {
    let record = watch(&[
        (1_000, probe::REGISTER_REQUEST, 1, 1),
        (1_120, probe::REGISTER_DONE, 1, 3600),
        (2_000, probe::REGISTER_REQUEST, 2, 1),
        (2_080, probe::REGISTER_REJECT, 2, 403),
        (3_000, probe::REGISTER_REQUEST, 3, 1),
        (35_000, probe::REGISTER_TIMEOUT, 3, 408),
    ]);
    assert_eq!(scalar(&record, "registration_delay_ms"), Some(120.0));
    assert_eq!(record.metrics["ineffective_registration_ratio"], Measurement::Ratio { hits: 2, of: 3 });
}

fn scalar(record: &RunRecord, metric: &str) -> Option<f64> {
    record.metrics[metric].scalar(metric)
}

/// The record of these probes: (milliseconds, name, subject, value). The measured time is [1 s, 101 s).
fn watch(probes: &[(u64, ProbeName, u64, u64)]) -> RunRecord {
    let stretch = Stretch {
        begin: SimTime::from_secs(1),
        end: SimTime::from_secs(101),
        horizon: SimTime::from_secs(400),
    };
    let mut observer = CallObserver::new(stretch);
    for &(ms, name, subject, value) in probes {
        let now = SimTime::from_millis(ms);
        let lineage = Lineage::begin(now).after(DelaySplit::default());
        observer.probe(now, NodeId::from_index(0), &Probe { name, subject, value }, &lineage);
    }
    let mut record = RunRecord { measured_ns: 100_000_000_000, ..RunRecord::default() };
    write(&observer, &mut record);
    record
}

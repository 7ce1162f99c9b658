//! The names of probes, as tests write them.

use sim_api::ProbeName;
use sip::probe as sip_probe;
use sip::proxy::probe as proxy;
use sip::redirect::probe as redirect;
use sip::registrar::probe as registrar;

/// Names that stand for several probes.
const GROUPS: &[(&str, &[ProbeName])] = &[
    // Sent again because a timer fired.
    ("retransmissions", &[sip_probe::RETRANSMITTED_REQUEST, sip_probe::RETRANSMITTED_RESPONSE]),
    // Sent again because its cause came again.
    ("repetitions", &[sip_probe::REPEATED]),
    // Users and cores that gave up waiting for a final response or an ACK.
    (
        "timeouts",
        &[
            sip_probe::CALL_TIMEOUT,
            sip_probe::CALL_BYE_TIMEOUT,
            sip_probe::REQUEST_TIMEOUT,
            sip_probe::REGISTER_TIMEOUT,
            sip_probe::UAS_NO_ACK,
            sip_probe::UNACKNOWLEDGED_REJECTION,
        ],
    ),
];

/// All probes of the nodes that a flow is made of.
const KNOWN: &[ProbeName] = &[
    sip_probe::TRANSACTION_BEGUN,
    sip_probe::TRANSACTION_ENDED,
    sip_probe::TRANSACTION_REFUSED,
    sip_probe::FAILED_OVER,
    sip_probe::NOT_LOCATED,
    sip_probe::RETRANSMITTED_REQUEST,
    sip_probe::RETRANSMITTED_RESPONSE,
    sip_probe::REPEATED,
    sip_probe::MALFORMED,
    sip_probe::STRAY_RESPONSE,
    sip_probe::UNACKNOWLEDGED_REJECTION,
    sip_probe::CALL_INVITE,
    sip_probe::CALL_PROGRESS,
    sip_probe::CALL_ANSWER,
    sip_probe::CALL_FORKED_ANSWER,
    sip_probe::CALL_REJECT,
    sip_probe::CALL_RETRY,
    sip_probe::CALL_MODIFIED,
    sip_probe::CALL_NOT_MODIFIED,
    sip_probe::CALL_GLARE,
    sip_probe::CALL_TIMEOUT,
    sip_probe::CALL_CANCELLED,
    sip_probe::CALL_NO_ROUTE,
    sip_probe::CALL_SUPPRESSED,
    sip_probe::CALL_BYE,
    sip_probe::CALL_BYE_DONE,
    sip_probe::CALL_BYE_TIMEOUT,
    sip_probe::CALL_BYE_RECEIVED,
    sip_probe::CALL_END,
    sip_probe::UAS_INVITE,
    sip_probe::UAS_BUSY,
    sip_probe::UAS_ANSWER,
    sip_probe::UAS_REJECT,
    sip_probe::UAS_CANCELLED,
    sip_probe::UAS_MODIFIED,
    sip_probe::UAS_ACK,
    sip_probe::UAS_NO_ACK,
    sip_probe::UAS_END,
    sip_probe::UAS_REQUEST,
    sip_probe::REQUEST_SENT,
    sip_probe::REQUEST_DONE,
    sip_probe::REQUEST_TIMEOUT,
    sip_probe::REGISTER_REQUEST,
    sip_probe::REGISTER_DONE,
    sip_probe::REGISTER_REJECT,
    sip_probe::REGISTER_TIMEOUT,
    proxy::REQUEST_FORWARDED,
    proxy::RESPONSE_FORWARDED,
    proxy::FORWARDED_STATELESSLY,
    proxy::REJECTED,
    proxy::DROPPED,
    proxy::TIMER_C,
    proxy::UNANSWERED,
    proxy::RECURSED,
    proxy::CHALLENGED,
    redirect::REDIRECTED,
    redirect::ANSWERED,
    registrar::REGISTERED,
    registrar::CHALLENGED,
    registrar::BAD_CREDENTIALS,
    registrar::INTERVAL_TOO_BRIEF,
    registrar::REJECTED,
];

/// The probes that `name` stands for, `None` for a name that nobody reports under.
pub(crate) fn probes(name: &str) -> Option<&'static [ProbeName]> {
    let group = GROUPS.iter().find(|(group, _)| *group == name).map(|(_, members)| *members);
    group.or_else(|| KNOWN.iter().position(|known| known.0 == name).map(|place| &KNOWN[place..=place]))
}

/// All names that [`probes`] knows, for the message of a test that misspelt one.
pub(crate) fn all() -> String {
    let groups = GROUPS.iter().map(|(group, _)| *group);
    groups.chain(KNOWN.iter().map(|known| known.0)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_itself_and_a_group_for_its_members() {
        assert_eq!(probes("call.answer"), Some(&[sip_probe::CALL_ANSWER][..]));
        assert_eq!(probes("retransmissions").map(<[_]>::len), Some(2));
        assert_eq!(probes("retransmision"), None);
    }

    #[test]
    fn every_name_is_listed_once() {
        let mut names: Vec<&str> = KNOWN.iter().map(|known| known.0).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(GROUPS.iter().all(|(group, _)| !names.contains(group)));
    }
}

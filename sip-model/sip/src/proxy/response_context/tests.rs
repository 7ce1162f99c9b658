use super::BranchEvent::{Response, Timeout, TimerC, TransportError};
use super::*;

/// What happens to a context: something to a branch, or a CANCEL from upstream.
#[derive(Clone, Copy, Debug)]
enum Input {
    At(u16, BranchEvent),
    Cancelled,
}

use Input::{At, Cancelled};

/// What the caller gets in the end: the response of a branch, or one of the proxy's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Upstream {
    Kept(u16),
    Own(u16),
}

#[test]
fn a_single_invite_branch_follows_the_rules() {
    let a = BranchIndex(0);
    check(
        RequestKind::Invite,
        &[1],
        &[
            (&[At(0, response(100))], &[]),
            (&[At(0, response(180))], &[Action::StartTimerC(a), Action::Forward]),
            (&[At(0, response(100)), At(0, response(183))], &[Action::StartTimerC(a), Action::Forward]),
            (&[At(0, response(200))], &[Action::Forward, Action::StopTimerC(a)]),
            (&[At(0, response(180)), At(0, response(200))], &[Action::Forward, Action::StopTimerC(a)]),
            (&[At(0, response(486))], &[Action::Keep, Action::StopTimerC(a), Action::ForwardBest]),
            (&[At(0, response(302))], &[Action::Keep, Action::StopTimerC(a), Action::ForwardBest]),
            (&[At(0, response(603))], &[Action::Keep, Action::StopTimerC(a), Action::ForwardBest]),
            (
                &[At(0, response(407))],
                &[Action::KeepChallenges, Action::Keep, Action::StopTimerC(a), Action::ForwardBest],
            ),
            (&[At(0, Timeout)], &[Action::StopTimerC(a), Action::Answer(StatusCode::REQUEST_TIMEOUT)]),
            (
                &[At(0, TransportError)],
                &[Action::StopTimerC(a), Action::Answer(StatusCode::SERVER_INTERNAL_ERROR)],
            ),
        ],
    );
}

#[test]
fn a_single_non_invite_branch_has_no_timer_c_and_no_cancel() {
    check(
        RequestKind::NonInvite,
        &[1],
        &[
            (&[At(0, response(100))], &[]),
            (&[At(0, response(180))], &[Action::Forward]),
            (&[At(0, response(200))], &[Action::Forward]),
            (&[At(0, response(404))], &[Action::Keep, Action::ForwardBest]),
            (&[Cancelled], &[]),
            (&[At(0, TransportError)], &[Action::Answer(StatusCode::SERVER_INTERNAL_ERROR)]),
        ],
    );
}

#[test]
fn non_invite_without_a_final_response_is_never_answered_408() {
    check(RequestKind::NonInvite, &[1], &[(&[At(0, Timeout)], &[Action::LeaveUnanswered])]);
    check(RequestKind::NonInvite, &[2], &[(&[At(0, Timeout), At(1, Timeout)], &[Action::LeaveUnanswered])]);
}

#[test]
fn a_lone_503_becomes_a_500_and_loses_against_everything_else() {
    let a = BranchIndex(0);
    check(
        RequestKind::Invite,
        &[1],
        &[(
            &[At(0, response(503))],
            &[Action::Keep, Action::StopTimerC(a), Action::Answer(StatusCode::SERVER_INTERNAL_ERROR)],
        )],
    );
    assert_eq!(best_of(&[503, 503]), Upstream::Own(500));
    assert_eq!(best_of(&[503, 500]), Upstream::Kept(1));
    assert_eq!(best_of(&[504, 503]), Upstream::Kept(0));
    assert_eq!(best_of(&[503, 486]), Upstream::Kept(1));
}

#[test]
fn the_best_response_is_6xx_then_the_lowest_class_then_what_helps_to_try_again() {
    for (statuses, best) in [
        (&[404, 603][..], 1),
        (&[603, 404], 0),
        (&[603, 600], 0),
        (&[500, 404], 1),
        (&[404, 302], 1),
        (&[486, 404], 0),
        (&[486, 484], 1),
        (&[404, 401], 1),
        (&[407, 401], 0),
        (&[404, 415], 1),
        (&[404, 420], 1),
        (&[503, 407, 501, 404], 1),
        (&[600, 302], 0),
    ] {
        assert_eq!(best_of(statuses), Upstream::Kept(best), "{statuses:?}");
    }
}

#[test]
fn all_2xx_responses_to_an_invite_are_forwarded_and_the_others_cancelled() {
    let (a, b, c) = (BranchIndex(0), BranchIndex(1), BranchIndex(2));
    check(
        RequestKind::Invite,
        &[3],
        &[
            (
                &[At(0, response(180)), At(1, response(200))],
                &[
                    Action::Forward,
                    Action::StopTimerC(b),
                    Action::StopTimerC(a),
                    Action::Cancel(a),
                    Action::StopTimerC(c),
                ],
            ),
            (&[At(1, response(200)), At(0, response(200))], &[Action::Forward, Action::StopTimerC(a)]),
            (&[At(1, response(200)), At(1, response(200))], &[Action::Forward]),
            (&[At(1, response(200)), At(0, response(487))], &[Action::StopTimerC(a)]),
            (&[At(1, response(200)), At(0, response(180))], &[Action::Cancel(a)]),
        ],
    );
}

#[test]
fn only_the_first_2xx_to_a_non_invite_request_is_forwarded() {
    check(
        RequestKind::NonInvite,
        &[2],
        &[
            (&[At(1, response(200))], &[Action::Forward]),
            (&[At(1, response(200)), At(0, response(200))], &[]),
        ],
    );
}

#[test]
fn a_6xx_waits_for_all_branches_which_it_cancels() {
    let (a, b) = (BranchIndex(0), BranchIndex(1));
    check(
        RequestKind::Invite,
        &[2],
        &[
            (
                &[At(0, response(180)), At(1, response(603))],
                &[Action::Keep, Action::StopTimerC(b), Action::StopTimerC(a), Action::Cancel(a)],
            ),
            (
                &[At(0, response(180)), At(1, response(603)), At(0, response(487))],
                &[Action::StopTimerC(a), Action::ForwardBest],
            ),
            // A 2xx that crosses the CANCEL wins: the caller never sees the 6xx.
            (
                &[At(0, response(180)), At(1, response(603)), At(0, response(200))],
                &[Action::Forward, Action::StopTimerC(a)],
            ),
        ],
    );
}

#[test]
fn a_6xx_ends_the_search_through_later_targets() {
    let a = BranchIndex(0);
    check(
        RequestKind::Invite,
        &[1, 1],
        &[
            (&[At(0, response(486))], &[Action::Keep, Action::StopTimerC(a), Action::StartNextTargets]),
            (&[At(0, response(603))], &[Action::Keep, Action::StopTimerC(a), Action::ForwardBest]),
            (&[At(0, Timeout)], &[Action::StopTimerC(a), Action::StartNextTargets]),
        ],
    );
}

#[test]
fn targets_of_lower_preference_are_tried_after_all_of_the_higher_have_failed() {
    let b = BranchIndex(1);
    let c = BranchIndex(2);
    check(
        RequestKind::Invite,
        &[2, 1],
        &[
            (&[At(0, response(404))], &[Action::Keep, Action::StopTimerC(BranchIndex(0))]),
            (
                &[At(0, response(404)), At(1, response(486))],
                &[Action::StopTimerC(b), Action::StartNextTargets],
            ),
            (
                &[At(0, response(404)), At(1, response(486)), At(2, response(480))],
                &[Action::StopTimerC(c), Action::ForwardBest],
            ),
        ],
    );
}

#[test]
fn cancel_reaches_every_pending_branch_and_ends_the_search() {
    let (a, b) = (BranchIndex(0), BranchIndex(1));
    check(
        RequestKind::Invite,
        &[2, 1],
        &[
            (
                &[At(0, response(180)), Cancelled],
                &[Action::StopTimerC(a), Action::Cancel(a), Action::StopTimerC(b)],
            ),
            (&[Cancelled, Cancelled], &[]),
            (
                &[Cancelled, At(0, response(487)), At(1, response(487))],
                &[Action::StopTimerC(b), Action::ForwardBest],
            ),
            (
                &[Cancelled, At(0, response(487)), At(1, response(200))],
                &[Action::Forward, Action::StopTimerC(b)],
            ),
            (&[At(0, response(200)), Cancelled], &[]),
        ],
    );
}

#[test]
fn cancel_waits_for_the_first_provisional_response_which_does_not_restart_timer_c() {
    let a = BranchIndex(0);
    check(
        RequestKind::Invite,
        &[1],
        &[
            (&[Cancelled], &[Action::StopTimerC(a)]),
            (&[Cancelled, At(0, response(180))], &[Action::Cancel(a), Action::Forward]),
            (&[Cancelled, At(0, response(100))], &[Action::Cancel(a)]),
            (&[Cancelled, At(0, response(100)), At(0, response(180))], &[Action::Forward]),
            (&[Cancelled, At(0, response(100)), Cancelled], &[]),
        ],
    );
}

#[test]
fn timer_c_cancels_a_branch_that_rang_and_ends_one_that_did_not() {
    let a = BranchIndex(0);
    check(
        RequestKind::Invite,
        &[1],
        &[
            (&[At(0, response(180)), At(0, TimerC)], &[Action::StopTimerC(a), Action::Cancel(a)]),
            (
                &[At(0, response(180)), At(0, TimerC), At(0, response(487))],
                &[Action::Keep, Action::StopTimerC(a), Action::ForwardBest],
            ),
            (
                &[At(0, response(180)), At(0, TimerC), At(0, Timeout)],
                &[Action::StopTimerC(a), Action::Answer(StatusCode::REQUEST_TIMEOUT)],
            ),
            (&[At(0, TimerC)], &[Action::StopTimerC(a), Action::Answer(StatusCode::REQUEST_TIMEOUT)]),
            // The client transaction of the branch that timer C ended may still live for a while.
            (&[At(0, TimerC), At(0, response(486))], &[]),
            (&[At(0, TimerC), At(0, Timeout)], &[]),
        ],
    );
}

/// Runs each row's inputs on a fresh context with these groups of targets; compares what the last input asks for.
fn check(kind: RequestKind, groups: &[u16], rows: &[(&[Input], &[Action])]) {
    for (inputs, expected) in rows {
        let (mut context, mut group) = (ResponseContext::new(kind, groups.len() as u16), 1);
        let mut out = Vec::new();
        (0..groups[0]).for_each(|_| {
            context.begin(&mut out);
        });
        for input in *inputs {
            out.clear();
            match *input {
                At(branch, event) => context.on_branch(BranchIndex(branch), event, &mut out),
                Cancelled => context.on_cancel(&mut out),
            }
            if out.contains(&Action::StartNextTargets) {
                (0..groups[group]).for_each(|_| {
                    context.begin(&mut Vec::new());
                });
                group += 1;
            }
        }
        assert_eq!(&out, expected, "{inputs:?}");
    }
}

/// What goes upstream when branches end with these statuses in this order.
fn best_of(statuses: &[u16]) -> Upstream {
    let mut context = ResponseContext::new(RequestKind::Invite, 1);
    let (mut out, mut kept) = (Vec::new(), None);
    statuses.iter().for_each(|_| {
        context.begin(&mut out);
    });
    for (branch, status) in statuses.iter().enumerate() {
        out.clear();
        context.on_branch(BranchIndex(branch as u16), response(*status), &mut out);
        if out.contains(&Action::Keep) {
            kept = Some(branch as u16);
        }
    }
    match out.last().unwrap() {
        Action::ForwardBest => Upstream::Kept(kept.unwrap()),
        Action::Answer(status) => Upstream::Own(status.code()),
        other => panic!("{other:?} after {statuses:?}"),
    }
}

fn response(status: u16) -> BranchEvent {
    Response(StatusCode::new(status).unwrap())
}

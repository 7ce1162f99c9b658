use super::*;

const MS: u64 = 1_000_000;

/// A lost INVITE between the proxy and bob, as a call-flow test shows it.
fn lost_invite() -> Ladder {
    let mut ladder = Ladder::new(["alice", "pcscf", "bob"]);
    let mut copy = Arrow::sent(510 * MS, 1, 2, "INVITE").arrived(520 * MS);
    copy.retransmission = 1;
    ladder.arrows = vec![
        Arrow::sent(0, 0, 1, "INVITE").arrived(10 * MS),
        Arrow::sent(10 * MS, 1, 2, "INVITE").lost(10 * MS, "dropped by the test"),
        Arrow::sent(10 * MS, 1, 0, "100").arrived(20 * MS),
        copy,
    ];
    ladder.marks = vec![Mark { at_ns: 510 * MS, lane: 1, label: "timer A".into() }];
    ladder
}

#[test]
fn text_is_the_form_of_golden_files() {
    assert_eq!(
        lost_invite().to_text(),
        "\
ms         alice           pcscf           bob
0.0        |--- INVITE --->|               |
10.0       |               |--- INVITE ---x|
10.0       |<---- 100 -----|               |
510.0      |               |--- INVITE --->|
"
    );
}

#[test]
fn annotated_text_names_timers_copies_and_causes() {
    assert_eq!(
        lost_invite().to_annotated_text(),
        "\
ms         alice           pcscf           bob
0.0        |--- INVITE --->|               |
10.0       |               |--- INVITE ---x|  lost: dropped by the test
10.0       |<---- 100 -----|               |
510.0      |               *               |  timer A
510.0      |               |--- INVITE --->|  copy 2
"
    );
}

#[test]
fn arrows_span_lanes_between_their_ends() {
    let mut ladder = Ladder::new(["a", "b", "c"]);
    ladder.arrows = vec![
        Arrow::sent(0, 0, 2, "ACK").arrived(1),
        Arrow::sent(MS / 2, 2, 0, "BYE").arrived(MS),
        Arrow::sent(MS, 2, 1, "200").lost(MS, "loss"),
        Arrow::sent(2 * MS, 1, 2, "200"),
    ];
    assert_eq!(
        ladder.to_text(),
        "\
ms         a               b               c
0.0        |------------- ACK ------------>|
0.5        |<------------ BYE -------------|
1.0        |               |x---- 200 -----|
2.0        |               |----- 200 ----~|
"
    );
}

#[test]
fn rows_stand_in_the_order_of_sending_whatever_the_order_of_recording() {
    let mut ladder = lost_invite();
    ladder.arrows.swap(0, 3);
    let times: Vec<String> = ladder.to_text().lines().map(|line| line[..10].trim().to_owned()).collect();
    assert_eq!(times, ["ms", "0.0", "10.0", "10.0", "510.0"]);
}

#[test]
fn long_names_and_labels_widen_every_lane() {
    let mut ladder = Ladder::new(["alice", "edge-proxy-of-frankfurt", "bob"]);
    ladder.arrows = vec![Arrow::sent(0, 0, 1, "INVITE").arrived(1)];
    assert_eq!(
        ladder.to_text(),
        "\
ms         alice                   edge-proxy-of-frankfurt bob
0.0        |------- INVITE ------->|                       |
"
    );
    ladder.lanes[1] = "edge".into();
    ladder.arrows[0].label = "SUBSCRIBE presence".into();
    assert!(ladder.to_text().contains("|- SUBSCRIBE presence ->|"), "{}", ladder.to_text());
}

#[test]
fn names_beyond_ascii_keep_the_columns() {
    let mut ladder = Ladder::new(["köln", "münchen"]);
    ladder.arrows = vec![Arrow::sent(0, 1, 0, "OPTIONS").arrived(1)];
    assert_eq!(
        ladder.to_text(),
        "\
ms         köln            münchen
0.0        |<-- OPTIONS ---|
"
    );
}

#[test]
fn times_count_from_the_origin_and_round_half_up() {
    let mut ladder = Ladder::new(["a", "b"]);
    ladder.origin_ns = 600_000 * MS;
    ladder.arrows = vec![
        Arrow::sent(ladder.origin_ns + 49_999, 0, 1, "INVITE"),
        Arrow::sent(ladder.origin_ns + 50_000, 0, 1, "INVITE"),
        Arrow::sent(ladder.origin_ns - 250 * MS, 0, 1, "OPTIONS"),
    ];
    let text = ladder.to_text();
    let times: Vec<&str> = text.lines().skip(1).map(|line| line[..11].trim()).collect();
    assert_eq!(times, ["-250.0", "0.0", "0.1"]);
}

#[test]
fn lanes_out_of_range_are_left_out_not_a_panic() {
    let mut ladder = lost_invite();
    ladder.arrows.push(Arrow::sent(0, 7, 1, "INVITE"));
    ladder.marks.push(Mark { at_ns: 0, lane: 9, label: "timer B".into() });
    assert!(!ladder.is_consistent());
    assert_eq!(ladder.to_text(), lost_invite().to_text());
    assert_eq!(ladder.to_annotated_text(), lost_invite().to_annotated_text());
    assert_eq!(Ladder::default().to_text(), "ms\n");
}

#[test]
fn mermaid_shows_copies_losses_and_marks() {
    assert_eq!(
        lost_invite().to_mermaid(),
        "\
sequenceDiagram
    participant n0 as alice
    participant n1 as pcscf
    participant n2 as bob
    n0->>n1: INVITE
    n1-xn2: INVITE lost: dropped by the test
    n1->>n0: 100
    n1-->>n2: INVITE (copy 2)
    Note over n1: timer A
"
    );
}

#[test]
fn mermaid_escapes_what_it_would_read_as_its_own() {
    let ladder = Ladder::new(["a;b\n%%"]);
    assert_eq!(ladder.to_mermaid(), "sequenceDiagram\n    participant n0 as a#59;b %%\n");
}

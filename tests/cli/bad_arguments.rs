//! Wrong arguments: exit code 2 within a second, the option or the word first; nothing is written.

use expect_test::{Expect, expect};

use super::harness::{Bench, CALLS, refused};

/// Runs `arguments` beside the file `e.ron`.
#[track_caller]
fn check_arguments(arguments: &[&str], expected: Expect) {
    let bench = Bench::with("e.ron", CALLS);
    expected.assert_eq(&refused(&bench, arguments).err);
}

#[test]
fn an_unknown_experiment_proposes_the_nearest() {
    check_arguments(
        &["run", "natonal-calls"],
        expect![[r#"
            EXPERIMENT:1:1: unknown experiment `natonal-calls`
            1 | natonal-calls
              | ^^^^^^^^^^^^^
              = allowed: compression-over-radio, loss-oracle, national-calls, national-failover, queue-oracle, rfc3322-setup, rfc3665, smoke, srv-failover, a path to a .ron file
              = did you mean `national-calls`?
        "#]],
    );
}

#[test]
fn a_missing_file_is_named() {
    check_arguments(
        &["run", "absent.ron"],
        expect![[r#"
        absent.ron:1:1: cannot be read: No such file or directory (os error 2)
    "#]],
    );
}

#[test]
fn a_folder_is_no_file() {
    check_arguments(
        &["run", "."],
        expect![[r#"
        .:1:1: is a folder, not a file
    "#]],
    );
}

#[test]
fn an_override_of_an_unknown_path_names_the_option() {
    check_arguments(
        &["run", "e.ron", "--set", "proxies.croes=8"],
        expect![[r#"
            --set:1:1: unknown field `croes`
            1 | proxies.croes=8
              | ^^^^^^^^^^^^^
              = allowed: cores, service_time, by_class, queue, sites, timers, compression, failover
              = did you mean `cores`?
        "#]],
    );
}

#[test]
fn an_override_with_a_bad_value_names_the_option() {
    check_arguments(
        &["run", "e.ron", "--set", "duration=h(-1)"],
        expect![[r#"
        --set:1:10: -1 is outside the range of a span of time: 0 to h(87600), ten years
        1 | duration=h(-1)
          |          ^^^^^
          = allowed: ns(1), us(5), ms(20), s(1.5), min(30), h(24)
    "#]],
    );
}

#[test]
fn an_override_needs_a_path_and_a_value() {
    check_arguments(
        &["run", "e.ron", "--set", "duration"],
        expect![[r#"
        --set:1:1: expected PATH=VALUE
        1 | duration
          | ^^^^^^^^
          = allowed: PATH=VALUE, such as proxies.cores=8
    "#]],
    );
}

#[test]
fn an_override_reaches_into_a_built_in_topology() {
    check_arguments(
        &["run", "smoke", "--set", "topology.links.*.los=p(1)"],
        expect![[r#"
            --set:1:22: unknown field `los`
            1 | topology.links.*.los=p(1)
              |                      ^^^^
              = allowed: name, between, length, propagation, rate, backward, duplex, radio, queue, mtu, loss, jitter, duplication, corruption, headers
              = did you mean `loss`?
        "#]],
    );
}

#[test]
fn no_replications_are_refused() {
    let said = refused(&Bench::with("e.ron", CALLS), &["run", "e.ron", "--replications", "0"]);
    assert!(said.err.contains("--replications <N>") && said.err.contains("1..=10000"), "{}", said.err);
}

#[test]
fn a_cell_that_the_plan_lacks_is_refused() {
    check_arguments(
        &["flow", "e.ron", "--cell", "2"],
        expect![[r#"
        siplab: --cell 2: three-cities has cells 0 to 1
    "#]],
    );
}

#[test]
fn a_replication_that_the_plan_lacks_is_refused() {
    check_arguments(
        &["flow", "e.ron", "--replication", "3"],
        expect![[r#"
        siplab: --replication 3: three-cities has replications 0 to 2
    "#]],
    );
}

#[test]
fn an_unknown_verb_proposes_the_nearest() {
    let said = Bench::new().siplab("chek smoke").ended(2);
    assert!(said.err.contains("a similar subcommand exists: 'check'"), "{}", said.err);
}

//! `siplab flow`: replays, as text, drawings and captures.

use expect_test::expect;

use super::harness::{Bench, CALLS, LOSSY, SCRIPT};

#[test]
fn a_script_is_shown_with_its_loss_and_its_copy() {
    let said = Bench::with("e.ron", SCRIPT).siplab("flow e.ron").ended(0);
    expect![[r#"
        call: all, cell 0 (the only cell), replication 0
        the whole script of lost-invite
        ms         alice           bob
        0.0        |--- INVITE ---x|  lost: fault
        500.0      |--- INVITE --->|  copy 2
        510.0      |<---- 180 -----|
        2510.0     |<---- 200 -----|
        2520.0     |----- ACK ---->|
        12520.0    |----- BYE ---->|
        12530.0    |<---- 200 -----|
    "#]]
    .assert_eq(&said.out);
}

#[test]
fn the_calls_that_stand_out_are_shown_when_none_is_named() {
    let bench = Bench::with("e.ron", CALLS);
    let said = bench.siplab("flow e.ron --cell 1 --replication 2").ended(0);
    for heading in ["typical call: ", "slowest call: "] {
        assert!(said.out.contains(heading), "{}", said.out);
    }
    assert!(said.out.contains("INVITE") && said.out.contains("ms  "), "{}", said.out);
}

#[test]
fn a_named_call_is_shown_with_where_its_delay_went() {
    let bench = Bench::with("e.ron", CALLS);
    let all = bench.siplab("flow e.ron --cell 1").ended(0);
    let call = all.line("slowest call: ").split(',').next().unwrap().to_owned();
    let said = bench.call(&["flow", "e.ron", "--cell", "1", "--call", &call]).ended(0);
    assert!(said.out.starts_with(&format!("call: {call}, cell 1 (")), "{}", said.out);
    for part in ["propagation", "serialisation", "queueing", "processing", "timer"] {
        assert!(said.out.contains(part), "{part}: {}", said.out);
    }
    assert_eq!(
        said.out,
        bench.call(&["flow", "e.ron", "--cell", "1", "--call", &call]).out,
        "a replay is exact"
    );
}

#[test]
fn the_command_of_the_report_replays_the_call() {
    let bench = Bench::with("e.ron", CALLS);
    bench.siplab("run e.ron --seed 5 --replications 2").ended(0);
    let report = bench.text("results/three-cities/report.html");
    let at = report.find("siplab flow e.ron --seed 5 --replications 2 --cell ").unwrap();
    let command = report[at..].split('<').next().unwrap();
    bench.siplab(command.strip_prefix("siplab ").unwrap()).ended(0);
}

#[test]
fn a_call_that_the_run_lacks_is_refused() {
    let said = Bench::with("e.ron", CALLS).siplab("flow e.ron --call nobody@nowhere").ended(2);
    assert!(said.err.contains("nobody@nowhere"), "{}", said.err);
}

#[test]
fn drawings_are_written_whole_or_not_at_all() {
    let bench = Bench::with("e.ron", SCRIPT);
    bench.siplab("flow e.ron --svg a.svg").ended(0);
    bench.siplab("flow e.ron --html a.html").ended(0);
    let svg = bench.text("a.svg");
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    let html = bench.text("a.html");
    assert!(
        html.starts_with("<!DOCTYPE html>") && html.contains("<svg") && html.trim_end().ends_with("</html>")
    );
    bench.siplab("flow e.ron --svg absent/a.svg").ended(2);
    assert_eq!(bench.names("."), ["a.html", "a.svg", "e.ron"]);
}

#[test]
fn mermaid_goes_to_standard_output() {
    let said = Bench::with("e.ron", SCRIPT).siplab("flow e.ron --mermaid").ended(0);
    assert!(said.out.starts_with("sequenceDiagram"), "{}", said.out);
}

#[test]
fn only_one_form_at_a_time() {
    let said = Bench::with("e.ron", SCRIPT).siplab("flow e.ron --mermaid --svg a.svg").ended(2);
    assert!(said.err.contains("cannot be used with"), "{}", said.err);
}

#[test]
fn a_capture_has_the_packets_and_says_which_was_dropped() {
    let bench = Bench::with("e.ron", SCRIPT);
    bench.siplab("flow e.ron --pcap a.pcapng").ended(0);
    let octets = std::fs::read(bench.path("a.pcapng")).unwrap();
    // draft-ietf-opsawg-pcapng 4.1: the section header block and its byte-order magic.
    assert_eq!(octets[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    assert_eq!(octets[8..12], 0x1a2b_3c4d_u32.to_le_bytes());
    let invites = octets.windows(14).filter(|window| window == b"INVITE sip:bob").count();
    assert_eq!(invites, 5, "two on alice's access and on the link that drops one, one on bob's access");
    bench.siplab("flow e.ron --pcap /dev/full").ended(3);
    bench.siplab("flow e.ron --pcap absent/a.pcapng").ended(2);
}

#[test]
fn a_queue_has_no_messages_to_show() {
    let said = Bench::new().siplab("flow queue-oracle").ended(2);
    assert!(said.err.contains("no messages"), "{}", said.err);
}

#[test]
fn a_probe_without_calls_says_so() {
    let said = Bench::with("e.ron", LOSSY).siplab("flow e.ron").ended(2);
    assert!(said.err.contains("no call to show"), "{}", said.err);
}

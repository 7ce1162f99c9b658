//! Max-Breadth and loop detection (RFC 5393).

use super::*;
use crate::proxy::{BreadthPolicy, NarrowFork};

const THREE: [&str; 3] = ["sip:bob@192.0.2.20:5060", "sip:bob@192.0.2.21:5060", "sip:bob@192.0.2.22:5060"];

/// The INVITE with this Max-Breadth.
fn broad(value: &str) -> Vec<u8> {
    changed(&invite(), "Max-Forwards: 70\r\n", &format!("Max-Forwards: 70\r\nMax-Breadth: {value}\r\n"))
}

/// The copies that go out at once, by what they say of Max-Breadth.
fn shares(sent: &[Sent]) -> Vec<String> {
    sent.iter().filter(|sent| sent.label() == "INVITE").flat_map(|sent| sent.rows("Max-Breadth")).collect()
}

#[test]
fn max_breadth_is_added_behind_max_forwards_and_divided_among_branches() {
    //= RFC 5393 5.2: Parallel Forking: 60 becomes 30 and 30
    let mut bench = Bench::where_bob_is_at(&THREE[..2]);
    let sent = bench.receive(ALICE, &invite());
    assert_eq!(shares(&sent), ["30", "30"]);
    let rows = "Max-Forwards: 69\r\nRecord-Route: <sip:192.0.2.1:5060;lr>\r\nMax-Breadth: 30\r\n";
    assert!(sent[1].text().contains(rows), "{}", sent[1].text());
    let sent = Bench::where_bob_is_at(&THREE).receive(ALICE, &broad("50"));
    assert_eq!(shares(&sent), ["17", "17", "16"]);
}

#[test]
fn max_breadth_is_whole_for_each_serial_branch() {
    //= RFC 5393 5.2: Sequential Forking: 60 stays 60 on each
    let mut bench = Bench::where_bob_is_at(&["sip:bob@192.0.2.20:5060 0.9", "sip:bob@192.0.2.21:5060 0.5"]);
    let desk = bench.receive(ALICE, &broad("60")).pop().unwrap();
    assert_eq!(desk.rows("Max-Breadth"), ["60"]);
    let mobile = bench.receive(BOB, &response(&desk, 486, "")).pop().unwrap();
    assert_eq!(mobile.rows("Max-Breadth"), ["60"]);
}

#[test]
fn max_breadth_above_the_maximum_is_overwritten_and_malformed_is_400() {
    let mut bench = Bench::where_bob_is_at(&THREE[..1]);
    assert_eq!(shares(&bench.receive(ALICE, &broad("1000"))), ["60"]);
    let refused = bench.forward(ALICE, &changed(&broad("0"), "inv1", "inv2"));
    assert_eq!(refused.label(), "400 (INVITE)");
}

#[test]
fn a_fork_wider_than_max_breadth_goes_on_in_series() {
    let mut bench = Bench::where_bob_is_at(&THREE);
    let sent = bench.receive(ALICE, &broad("2"));
    assert_eq!(shares(&sent), ["1", "1"]);
    let (first, second) = (sent[1].clone(), sent[2].clone());
    assert_eq!(summary(&bench.receive(BOB, &response(&first, 486, ""))), ["ACK to bob"]);
    //= RFC 5393 5.3.3.1: the Max-Breadth that was used on that branch becomes available for reuse
    let sent = bench.receive(BOBS_MOBILE, &response(&second, 486, ""));
    assert_eq!(shares(&sent), ["2"]);
    assert_eq!(sent[1].to, address("192.0.2.22:5060"));
}

#[test]
fn a_proxy_that_will_not_fork_in_series_answers_440() {
    let policy = BreadthPolicy { narrow: NarrowFork::Refuse, ..BreadthPolicy::default() };
    let mut bench = Bench::with(|config| config.breadth = Some(policy));
    bench.bind("sip:bob@koeln.example", &THREE);
    let sent = bench.forward(ALICE, &broad("2"));
    assert_eq!(sent.start_line(), "SIP/2.0 440 Max-Breadth Exceeded");
    let sent = bench.receive(ALICE, &changed(&broad("3"), "inv1", "inv2"));
    assert_eq!(shares(&sent), ["1", "1", "1"]);
}

#[test]
fn a_proxy_to_which_max_breadth_is_nothing_leaves_it_as_it_came() {
    for (octets, value) in [(invite(), None), (broad("7"), Some("7")), (broad("none"), Some("none"))] {
        let mut bench = Bench::with(|config| config.breadth = None);
        bench.bind("sip:bob@koeln.example", &THREE[..1]);
        let copy = bench.receive(ALICE, &octets).pop().unwrap();
        assert_eq!(copy.rows("Max-Breadth").first().map(String::as_str), value);
    }
}

#[test]
fn an_ack_is_forwarded_with_max_breadth_and_a_cancel_without() {
    let mut bench = Bench::new();
    let ack = bench.forward(ALICE, &request("ACK sip:bob@192.0.2.20:5060", "ack1", ""));
    assert_eq!(ack.rows("Max-Breadth"), ["60"]);
    let cancel = bench.forward(ALICE, &request("CANCEL sip:bob@192.0.2.20:5060", "c1", ""));
    assert_eq!(cancel.rows("Max-Breadth"), [""; 0]);
}

#[test]
fn a_request_that_comes_back_unchanged_is_482_and_a_changed_one_passes() {
    let mut bench = Bench::new();
    bench.bind("sip:bob@koeln.example", &["sip:bob@bonn.example"]);
    bench.bind("sip:carol@koeln.example", &[THREE[0]]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    let back = |uri: &str, branch: &str| {
        let line = format!("INVITE {uri} SIP/2.0\r\n");
        let via = format!("{line}Via: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK{branch}\r\n");
        changed(&copy.octets, "INVITE sip:bob@bonn.example SIP/2.0\r\n", &via)
    };
    let looped = bench.forward(BONN, &back("sip:bob@koeln.example", "1"));
    assert_eq!(looped.start_line(), "SIP/2.0 482 Loop Detected");
    let spiral = bench.receive(BONN, &back("sip:carol@koeln.example", "2"));
    assert_eq!(summary(&spiral), ["100 (INVITE) to bonn", "INVITE to bob"]);
}

//! One callee, one branch.

use super::*;
use expect_test::expect;

const BOBS_CONTACT: &str = "sip:bob@192.0.2.20:5060";

/// A call up to the 200: the INVITE as Bob saw it, and the 200 as Alice did.
fn answered(bench: &mut Bench) -> (Sent, Sent) {
    let invite = bench.receive(ALICE, &invite()).pop().unwrap();
    bench.receive(BOB, &response(&invite, 180, "Contact: <sip:bob@192.0.2.20:5060>\n"));
    let ok = bench.forward(BOB, &response(&invite, 200, "Contact: <sip:bob@192.0.2.20:5060>\n"));
    (invite, ok)
}

/// A request of the dialog that the Record-Route of the proxy created.
fn in_dialog(method: &str, branch: &str) -> Vec<u8> {
    let line = format!("{method} sip:bob@192.0.2.20:5060");
    let octets = request(&line, branch, "Route: <sip:192.0.2.1:5060;lr>\n");
    changed(&octets, "To: <sip:bob@koeln.example>", "To: <sip:bob@koeln.example>;tag=192.0.2.20")
}

#[test]
fn a_complete_call_takes_13_messages() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    answered(&mut bench);
    bench.receive(ALICE, &in_dialog("ACK", "ack1"));
    let bye = bench.forward(ALICE, &in_dialog("BYE", "bye1"));
    bench.receive(BOB, &response(&bye, 200, ""));
    expect![[r#"
        0      alice > p1    INVITE
        0         p1 > alice 100 (INVITE)
        0         p1 > bob   INVITE
        0        bob > p1    180 (INVITE)
        0         p1 > alice 180 (INVITE)
        0        bob > p1    200 (INVITE)
        0         p1 > alice 200 (INVITE)
        0      alice > p1    ACK
        0         p1 > bob   ACK
        0      alice > p1    BYE
        0         p1 > bob   BYE
        0        bob > p1    200 (BYE)
        0         p1 > alice 200 (BYE)"#]]
    .assert_eq(&bench.ladder());
    bench.drain();
}

#[test]
fn the_copy_differs_by_the_fields_of_16_6_and_max_breadth_and_nothing_else() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let odd = request(
        "INVITE sip:bob@koeln.example",
        "inv1",
        "X-Odd : as ,,\t it  came\nsUbJeCt:  a\n  folded one\nm: <sip:alice@192.0.2.10:5060>\n",
    );
    let copy = bench.receive(ALICE, &odd).pop().unwrap();
    let branch = copy.rows("Via")[0].split_once("z9hG4bK").unwrap().1.to_owned();
    assert_eq!(branch.len(), 24, "a unique part and the mark of loop detection");
    expect![[r#"
        INVITE sip:bob@192.0.2.20:5060 SIP/2.0
        Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK*
        Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKinv1
        Max-Forwards: 69
        Record-Route: <sip:192.0.2.1:5060;lr>
        Max-Breadth: 60
        From: "Alice" <sip:alice@koeln.example>;tag=a1
        To: <sip:bob@koeln.example>
        Call-ID: call-1@192.0.2.10
        CSeq: 1 INVITE
        X-Odd : as ,,	 it  came
        sUbJeCt:  a
          folded one
        m: <sip:alice@192.0.2.10:5060>
        Content-Length: 0

    "#]]
    .assert_eq(&copy.text().replace(&branch, "*").replace("\r\n", "\n"));
}

#[test]
fn responses_lose_the_top_via_and_keep_record_route_and_tag() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let (_, ok) = answered(&mut bench);
    assert_eq!(ok.rows("Via"), ["SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKinv1"]);
    assert_eq!(ok.rows("Record-Route"), ["<sip:192.0.2.1:5060;lr>"]);
    assert_eq!(ok.rows("To"), ["<sip:bob@koeln.example>;tag=192.0.2.20"]);
    assert_eq!(ok.to, address(ALICE));
}

#[test]
fn own_route_is_removed_from_requests_in_the_dialog() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    answered(&mut bench);
    for (method, branch) in [("ACK", "ack1"), ("BYE", "bye1")] {
        let sent = bench.forward(ALICE, &in_dialog(method, branch));
        assert_eq!(sent.to, address(BOB));
        assert_eq!(sent.start_line(), format!("{method} sip:bob@192.0.2.20:5060 SIP/2.0"));
        assert_eq!(sent.rows("Route"), [""; 0]);
        assert_eq!(sent.rows("Record-Route"), [""; 0], "neither can create a dialog");
        assert_eq!(sent.rows("Max-Forwards"), ["69"]);
    }
}

#[test]
fn without_record_routing_the_dialog_passes_the_proxy_by() {
    let mut bench = Bench::with(|config| config.record_route = RecordRouting::Off);
    bench.bind("sip:bob@koeln.example", &[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    assert_eq!(copy.rows("Record-Route"), [""; 0]);
}

#[test]
fn trying_can_be_left_to_the_transaction_after_200_ms() {
    let mut bench = Bench::with(|config| config.trying = Trying::ByTransaction);
    bench.bind("sip:bob@koeln.example", &[BOBS_CONTACT]);
    assert_eq!(summary(&bench.receive(ALICE, &invite())), ["INVITE to bob"]);
    assert_eq!(timed_summary(&bench.wait(300)), ["200 100 (INVITE) to alice"]);
}

#[test]
fn trying_has_no_tag_and_is_not_forwarded() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let sent = bench.receive(ALICE, &invite());
    assert_eq!(summary(&sent), ["100 (INVITE) to alice", "INVITE to bob"]);
    assert_eq!(sent[0].rows("To"), ["<sip:bob@koeln.example>"]);
    assert!(bench.receive(BOB, &response(&sent[1], 100, "")).is_empty());
}

#[test]
fn lost_messages_are_absorbed_hop_by_hop() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    // The INVITE to Bob is lost: the proxy retransmits it. Alice hears nothing of it.
    assert_eq!(timed_summary(&bench.wait(1600)), ["500 INVITE to bob", "1500 INVITE to bob"]);
    // The 100 to Alice was lost: her copy is answered and not forwarded.
    assert_eq!(summary(&bench.receive(ALICE, &invite())), ["100 (INVITE) to alice"]);
    bench.receive(BOB, &response(&copy, 180, ""));
    assert_eq!(
        timed_summary(&bench.wait(10_000)),
        [""; 0],
        "a provisional response ends the retransmissions"
    );
    assert_eq!(summary(&bench.receive(BOB, &response(&copy, 200, ""))), ["200 (INVITE) to alice"]);
    // The 200 to Alice was lost: Bob's copy passes, because each 2xx is end to end.
    assert_eq!(summary(&bench.receive(BOB, &response(&copy, 200, ""))), ["200 (INVITE) to alice"]);
    // A late copy of the INVITE changes nothing.
    assert!(bench.receive(ALICE, &invite()).is_empty());
    bench.drain();
}

#[test]
fn a_rejection_is_acknowledged_hop_by_hop() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    let sent = bench.receive(BOB, &response(&copy, 486, ""));
    assert_eq!(summary(&sent), ["ACK to bob", "486 (INVITE) to alice"]);
    assert_eq!(sent[0].rows("Via"), copy.rows("Via")[..1], "one Via, with the branch of the INVITE");
    assert_eq!(sent[1].rows("To"), ["<sip:bob@koeln.example>;tag=192.0.2.20"]);
    // Both ends lose something: the copy of the 486 is acknowledged here, the 486 retransmitted there.
    assert_eq!(summary(&bench.receive(BOB, &response(&copy, 486, ""))), ["ACK to bob"]);
    assert_eq!(timed_summary(&bench.wait(600)), ["500 486 (INVITE) to alice"]);
    let ack = changed(&invite(), "INVITE", "ACK");
    assert!(bench.receive(ALICE, &ack).is_empty(), "the ACK to a rejection goes no further");
    bench.drain();
}

#[test]
fn a_callee_who_never_answers_times_out_as_408() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    bench.receive(ALICE, &invite());
    let sent = bench.wait(32_000);
    let invites: Vec<u64> =
        sent.iter().filter(|(_, sent)| sent.label() == "INVITE").map(|(at, _)| *at).collect();
    assert_eq!(invites, [500, 1500, 3500, 7500, 15_500, 31_500]);
    let (at, last) = sent.last().unwrap();
    assert_eq!((*at, last.label().as_str()), (32_000, "408 (INVITE)"));
    assert!(last.rows("To")[0].contains(";tag="));
}

#[test]
fn timer_c_ends_a_call_that_rings_for_ever() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    bench.receive(BOB, &response(&copy, 180, ""));
    bench.wait(100_000);
    // 100 does not restart timer C, 183 does.
    bench.receive(BOB, &response(&copy, 183, ""));
    bench.wait(10_000);
    bench.receive(BOB, &response(&copy, 100, ""));
    assert_eq!(timed_summary(&bench.wait(170_999)), [""; 0]);
    let cancel = bench.wait(1);
    assert_eq!(timed_summary(&cancel), ["1 CANCEL to bob"]);
    assert_eq!(bench.count("proxy.timer_c"), 1);
    bench.receive(BOB, &response(&cancel[0].1, 200, ""));
    let sent = bench.receive(BOB, &response(&copy, 487, ""));
    assert_eq!(summary(&sent), ["ACK to bob", "487 (INVITE) to alice"]);
    bench.drain();
}

#[test]
fn a_callee_deaf_to_the_cancel_of_timer_c_is_given_up_after_64_t1() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    bench.receive(BOB, &response(&copy, 180, ""));
    let sent = bench.wait(181_000 + 32_000);
    assert_eq!(sent[0].1.label(), "CANCEL");
    let (at, last) = sent.last().unwrap();
    assert_eq!((*at, last.label().as_str()), (213_000, "408 (INVITE)"));
    bench.drain();
}

#[test]
fn cancel_is_answered_at_once_and_passed_on() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    bench.receive(BOB, &response(&copy, 180, ""));
    let cancel = changed(&invite(), "INVITE", "CANCEL");
    let sent = bench.receive(ALICE, &cancel);
    assert_eq!(summary(&sent), ["200 (CANCEL) to alice", "CANCEL to bob"]);
    assert_eq!(sent[1].rows("Via"), copy.rows("Via")[..1], "one Via, with the branch of the INVITE");
    assert!(bench.receive(BOB, &response(&sent[1], 200, "")).is_empty(), "the 200 to the CANCEL stays here");
    assert_eq!(
        summary(&bench.receive(BOB, &response(&copy, 487, ""))),
        ["ACK to bob", "487 (INVITE) to alice"]
    );
    bench.receive(ALICE, &changed(&invite(), "INVITE", "ACK"));
    bench.drain();
}

#[test]
fn cancel_waits_for_a_provisional_response() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    let cancel = changed(&invite(), "INVITE", "CANCEL");
    assert_eq!(summary(&bench.receive(ALICE, &cancel)), ["200 (CANCEL) to alice"]);
    assert_eq!(summary(&bench.receive(BOB, &response(&copy, 100, ""))), ["CANCEL to bob"]);
}

#[test]
fn a_provisional_response_after_the_final_one_brings_no_cancel() {
    for status in [200, 486] {
        let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
        let copy = bench.receive(ALICE, &invite()).pop().unwrap();
        bench.receive(ALICE, &changed(&invite(), "INVITE", "CANCEL"));
        bench.receive(BOB, &response(&copy, status, ""));
        // Reordering delayed the 180.
        assert!(bench.receive(BOB, &response(&copy, 180, "")).is_empty(), "after {status}");
        bench.drain();
    }
}

#[test]
fn cancel_that_crosses_the_200_changes_nothing() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    bench.receive(BOB, &response(&copy, 180, ""));
    let cancel = changed(&invite(), "INVITE", "CANCEL");
    // The CANCEL is first at the proxy, the 200 was on its way.
    let sent = bench.receive(ALICE, &cancel);
    assert_eq!(summary(&sent), ["200 (CANCEL) to alice", "CANCEL to bob"]);
    assert_eq!(summary(&bench.receive(BOB, &response(&copy, 200, ""))), ["200 (INVITE) to alice"]);
    bench.receive(BOB, &response(&sent[1], 200, ""));
    bench.drain();
}

#[test]
fn cancel_after_the_200_is_answered_and_goes_nowhere() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    answered(&mut bench);
    let cancel = changed(&invite(), "INVITE", "CANCEL");
    assert_eq!(summary(&bench.receive(ALICE, &cancel)), ["200 (CANCEL) to alice"]);
    bench.drain();
}

#[test]
fn cancel_of_an_unknown_invite_is_forwarded_without_a_transaction() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let cancel = changed(&invite(), "INVITE", "CANCEL");
    let first = bench.forward(ALICE, &cancel);
    assert_eq!((first.label().as_str(), first.to), ("CANCEL", address(BOB)));
    let again = bench.forward(ALICE, &cancel);
    assert_eq!(first.rows("Via"), again.rows("Via"), "a copy gets the same branch");
    bench.drain();
}

#[test]
fn a_stray_response_is_not_forwarded() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    for status in [180, 200, 486] {
        let stray = changed(&response(&copy, status, ""), "branch=z9hG4bK", "branch=z9hG4bKx");
        assert!(bench.receive(BOB, &stray).is_empty(), "{status}");
    }
    assert_eq!(bench.count("response.stray"), 3);
}

#[test]
fn a_late_2xx_after_its_transaction_is_stray_too() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    bench.receive(BOB, &response(&copy, 200, ""));
    bench.wait(31_999);
    assert_eq!(summary(&bench.receive(BOB, &response(&copy, 200, ""))), ["200 (INVITE) to alice"]);
    bench.wait(1);
    assert!(bench.receive(BOB, &response(&copy, 200, "")).is_empty());
}

#[test]
fn a_non_invite_request_gets_no_100_and_no_408() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let message = request("MESSAGE sip:bob@koeln.example", "m1", "");
    assert_eq!(summary(&bench.receive(ALICE, &message)), ["MESSAGE to bob"]);
    let sent = bench.wait(64_000);
    assert_eq!(sent.len(), 10, "ten retransmissions by timer E: {sent:?}");
    assert!(sent.iter().all(|(_, sent)| sent.label() == "MESSAGE"));
    assert_eq!(bench.count("proxy.unanswered"), 1);
    bench.drain();
}

#[test]
fn a_crash_forgets_the_calls_and_a_durable_store_keeps_the_bindings() {
    for (durability, status) in [(Durability::Volatile, "480 (INVITE)"), (Durability::Durable, "INVITE")] {
        let mut bench = Bench::with(|config| config.bindings = durability);
        bench.bind("sip:bob@koeln.example", &[BOBS_CONTACT]);
        let copy = bench.receive(ALICE, &invite()).pop().unwrap();
        bench.handle(NodeEvent::Fault(NodeFault::Crash(Memory::Lost)));
        assert_eq!(bench.node.live(), 0);
        bench.handle(NodeEvent::Fault(NodeFault::Restart));
        assert!(bench.receive(BOB, &response(&copy, 200, "")).is_empty(), "nobody remembers the call");
        let again = changed(&invite(), "inv1", "inv2");
        assert_eq!(bench.receive(ALICE, &again).pop().unwrap().label(), status);
        let sent = bench.wait(1000);
        assert!(sent.iter().all(|(_, sent)| sent.label() == status), "old timers are dead: {sent:?}");
    }
}

#[test]
fn a_crash_with_memory_goes_on_where_it_was() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    bench.handle(NodeEvent::Fault(NodeFault::Crash(Memory::Kept)));
    bench.handle(NodeEvent::Fault(NodeFault::Restart));
    assert_eq!(summary(&bench.receive(BOB, &response(&copy, 200, ""))), ["200 (INVITE) to alice"]);
}

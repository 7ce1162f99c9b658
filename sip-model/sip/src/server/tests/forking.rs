//! A callee with two telephones.

use super::*;

const PARALLEL: [&str; 2] = ["sip:bob@192.0.2.20:5060", "sip:bob@192.0.2.21:5060"];
const SERIAL: [&str; 2] = ["sip:bob@192.0.2.21:5060 0.5", "sip:bob@192.0.2.20:5060 0.9"];

/// Both copies of an INVITE that forks in parallel, Bob's desk telephone first.
fn forked(bench: &mut Bench) -> (Sent, Sent) {
    let sent = bench.receive(ALICE, &invite());
    assert_eq!(summary(&sent), ["100 (INVITE) to alice", "INVITE to bob", "INVITE to bob'"]);
    (sent[1].clone(), sent[2].clone())
}

#[test]
fn each_branch_has_a_branch_parameter_of_its_own() {
    let (desk, mobile) = forked(&mut Bench::where_bob_is_at(&PARALLEL));
    assert_ne!(desk.rows("Via")[0], mobile.rows("Via")[0]);
    assert_eq!(desk.rows("Via")[1], mobile.rows("Via")[1]);
}

#[test]
fn first_2xx_wins_and_the_other_branch_is_cancelled() {
    let mut bench = Bench::where_bob_is_at(&PARALLEL);
    let (desk, mobile) = forked(&mut bench);
    bench.receive(BOB, &response(&desk, 180, ""));
    bench.receive(BOBS_MOBILE, &response(&mobile, 180, ""));
    let sent = bench.receive(BOB, &response(&desk, 200, ""));
    assert_eq!(summary(&sent), ["200 (INVITE) to alice", "CANCEL to bob'"]);
    bench.receive(BOBS_MOBILE, &response(&sent[1], 200, ""));
    assert_eq!(summary(&bench.receive(BOBS_MOBILE, &response(&mobile, 487, ""))), ["ACK to bob'"]);
    bench.drain();
}

#[test]
fn every_2xx_is_forwarded_even_when_a_cancel_is_on_its_way() {
    let mut bench = Bench::where_bob_is_at(&PARALLEL);
    let (desk, mobile) = forked(&mut bench);
    bench.receive(BOBS_MOBILE, &response(&mobile, 180, ""));
    let first = bench.receive(BOB, &response(&desk, 200, ""));
    assert_eq!(summary(&first), ["200 (INVITE) to alice", "CANCEL to bob'"]);
    let second = bench.forward(BOBS_MOBILE, &response(&mobile, 200, ""));
    assert_eq!(second.label(), "200 (INVITE)");
    assert_ne!(first[0].rows("To"), second.rows("To"), "two dialogs, two tags");
    bench.receive(BOBS_MOBILE, &response(&first[1], 200, ""));
    bench.drain();
}

#[test]
fn a_6xx_cancels_the_others_and_waits_for_them() {
    let mut bench = Bench::where_bob_is_at(&PARALLEL);
    let (desk, mobile) = forked(&mut bench);
    bench.receive(BOB, &response(&desk, 180, ""));
    let sent = bench.receive(BOBS_MOBILE, &response(&mobile, 603, ""));
    assert_eq!(summary(&sent), ["ACK to bob'", "CANCEL to bob"]);
    bench.receive(BOB, &response(&sent[1], 200, ""));
    let sent = bench.receive(BOB, &response(&desk, 487, ""));
    assert_eq!(summary(&sent), ["ACK to bob", "603 (INVITE) to alice"]);
    bench.receive(ALICE, &changed(&invite(), "INVITE", "ACK"));
    bench.drain();
}

#[test]
fn a_2xx_that_crosses_the_cancel_after_a_6xx_wins() {
    let mut bench = Bench::where_bob_is_at(&PARALLEL);
    let (desk, mobile) = forked(&mut bench);
    bench.receive(BOB, &response(&desk, 180, ""));
    let cancel = bench.receive(BOBS_MOBILE, &response(&mobile, 603, "")).pop().unwrap();
    assert_eq!(summary(&bench.receive(BOB, &response(&desk, 200, ""))), ["200 (INVITE) to alice"]);
    bench.receive(BOB, &response(&cancel, 200, ""));
    bench.drain();
}

#[test]
fn challenges_of_all_branches_are_put_into_one_response() {
    let mut bench = Bench::where_bob_is_at(&PARALLEL);
    let (desk, mobile) = forked(&mut bench);
    let first = "WWW-Authenticate: Digest realm=\"desk\", nonce=\"1\"\n";
    let second = "Proxy-Authenticate: Digest realm=\"gate\", nonce=\"2\"\nWWW-Authenticate: Digest realm=\"mobile\", nonce=\"3\"\n";
    assert_eq!(summary(&bench.receive(BOB, &response(&desk, 401, first))), ["ACK to bob"]);
    let sent = bench.receive(BOBS_MOBILE, &response(&mobile, 407, second));
    assert_eq!(summary(&sent), ["ACK to bob'", "401 (INVITE) to alice"]);
    assert_eq!(
        sent[1].rows("WWW-Authenticate"),
        ["Digest realm=\"desk\", nonce=\"1\"", "Digest realm=\"mobile\", nonce=\"3\""]
    );
    assert_eq!(sent[1].rows("Proxy-Authenticate"), ["Digest realm=\"gate\", nonce=\"2\""]);
}

#[test]
fn a_503_of_one_branch_does_not_go_upstream() {
    for (status, wanted) in [(486, "486 (INVITE)"), (503, "500 (INVITE)"), (500, "500 (INVITE)")] {
        let mut bench = Bench::where_bob_is_at(&PARALLEL);
        let (desk, mobile) = forked(&mut bench);
        bench.receive(BOB, &response(&desk, 503, "Retry-After: 30\n"));
        let last = bench.receive(BOBS_MOBILE, &response(&mobile, status, "")).pop().unwrap();
        assert_eq!(last.label(), wanted, "{status}");
        assert_eq!(last.rows("Retry-After"), [""; 0]);
    }
}

#[test]
fn contacts_are_tried_by_falling_preference() {
    let mut bench = Bench::where_bob_is_at(&SERIAL);
    let desk = bench.receive(ALICE, &invite()).pop().unwrap();
    assert_eq!(desk.to, address(BOB));
    let sent = bench.receive(BOB, &response(&desk, 486, ""));
    assert_eq!(summary(&sent), ["ACK to bob", "INVITE to bob'"]);
    assert_eq!(sent[1].start_line(), "INVITE sip:bob@192.0.2.21:5060 SIP/2.0");
    assert_eq!(sent[1].rows("Max-Forwards"), ["69"], "each copy is made from the request as it came");
    assert_eq!(summary(&bench.receive(BOBS_MOBILE, &response(&sent[1], 200, ""))), ["200 (INVITE) to alice"]);
    bench.drain();
}

#[test]
fn best_response_of_serial_branches_goes_upstream() {
    let mut bench = Bench::where_bob_is_at(&SERIAL);
    let desk = bench.receive(ALICE, &invite()).pop().unwrap();
    let mobile = bench.receive(BOB, &response(&desk, 404, "")).pop().unwrap();
    let last = bench.receive(BOBS_MOBILE, &response(&mobile, 503, "")).pop().unwrap();
    assert_eq!(last.label(), "404 (INVITE)");
}

#[test]
fn a_6xx_or_a_cancel_ends_the_search() {
    let mut bench = Bench::where_bob_is_at(&SERIAL);
    let desk = bench.receive(ALICE, &invite()).pop().unwrap();
    let sent = bench.receive(BOB, &response(&desk, 603, ""));
    assert_eq!(summary(&sent), ["ACK to bob", "603 (INVITE) to alice"]);

    let mut bench = Bench::where_bob_is_at(&SERIAL);
    let desk = bench.receive(ALICE, &invite()).pop().unwrap();
    bench.receive(BOB, &response(&desk, 180, ""));
    bench.receive(ALICE, &changed(&invite(), "INVITE", "CANCEL"));
    let sent = bench.receive(BOB, &response(&desk, 487, ""));
    assert_eq!(summary(&sent), ["ACK to bob", "487 (INVITE) to alice"]);
}

#[test]
fn cancel_reaches_both_branches() {
    let mut bench = Bench::where_bob_is_at(&PARALLEL);
    let (desk, mobile) = forked(&mut bench);
    bench.receive(BOB, &response(&desk, 180, ""));
    bench.receive(BOBS_MOBILE, &response(&mobile, 100, ""));
    let sent = bench.receive(ALICE, &changed(&invite(), "INVITE", "CANCEL"));
    assert_eq!(summary(&sent), ["200 (CANCEL) to alice", "CANCEL to bob", "CANCEL to bob'"]);
    bench.receive(BOB, &response(&desk, 487, ""));
    let sent = bench.receive(BOBS_MOBILE, &response(&mobile, 487, ""));
    assert_eq!(summary(&sent), ["ACK to bob'", "487 (INVITE) to alice"]);
}

#[test]
fn an_unreachable_contact_does_not_hide_the_other_one() {
    // Nobody is known to serve the first contact: it counts as a 503.
    let mut bench = Bench::where_bob_is_at(&["sip:bob@nowhere.example", "sip:bob@192.0.2.20:5060"]);
    let sent = bench.receive(ALICE, &invite());
    assert_eq!(summary(&sent), ["100 (INVITE) to alice", "INVITE to bob"]);
    let last = bench.receive(BOB, &response(&sent[1], 486, "")).pop().unwrap();
    assert_eq!(last.label(), "486 (INVITE)");

    let mut bench = Bench::where_bob_is_at(&["sip:bob@nowhere.example"]);
    let sent = bench.receive(ALICE, &invite());
    assert_eq!(summary(&sent), ["100 (INVITE) to alice", "500 (INVITE) to alice"]);

    let mut bench = Bench::where_bob_is_at(&["sip:bob@nowhere.example 0.9", "sip:bob@192.0.2.20:5060 0.5"]);
    assert_eq!(summary(&bench.receive(ALICE, &invite())), ["100 (INVITE) to alice", "INVITE to bob"]);
}

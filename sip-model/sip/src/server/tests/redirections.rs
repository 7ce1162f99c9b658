//! Recursion on 3xx (RFC 3261 16.7 step 4).

use super::*;
use crate::proxy::Recursion;

const DESK: &str = "sip:bob@192.0.2.20:5060";
const MOBILE: &str = "Contact: <sip:bob@192.0.2.21:5060>\n";

/// The INVITE at Bob's desk telephone.
fn at_desk(bench: &mut Bench) -> Sent {
    bench.receive(ALICE, &invite()).pop().unwrap()
}

#[test]
fn contacts_of_a_302_are_tried_in_the_order_of_their_preference() {
    let mut bench = Bench::where_bob_is_at(&[DESK]);
    let desk = at_desk(&mut bench);
    let contacts = "Contact: <sip:bob@192.0.2.22>;q=0.2, <sip:bob@192.0.2.21:5060>;q=0.8\n";
    let sent = bench.receive(BOB, &response(&desk, 302, contacts));
    assert_eq!(summary(&sent), ["ACK to bob", "INVITE to bob'"]);
    assert_eq!(sent[1].start_line(), "INVITE sip:bob@192.0.2.21:5060 SIP/2.0");
    let last = bench.receive(BOBS_MOBILE, &response(&sent[1], 486, "")).pop().unwrap();
    assert_eq!(last.to, address("192.0.2.22:5060"));
    let end = bench.receive("192.0.2.22:5060", &response(&last, 200, "")).pop().unwrap();
    assert_eq!(end.label(), "200 (INVITE)");
    assert_eq!(bench.count("proxy.recursed"), 1);
    bench.drain();
}

#[test]
fn a_target_is_tried_once_however_it_is_spelt() {
    let mut bench = Bench::where_bob_is_at(&[DESK]);
    let desk = at_desk(&mut bench);
    let contacts = "Contact: <sip:%62ob@192.0.2.20:5060>, <sip:bob@koeln.example>, <sip:bob@192.0.2.21:5060>, \
        <sip:bob@192.0.2.21:5060;x=y>\n";
    let sent = bench.receive(BOB, &response(&desk, 302, contacts));
    assert_eq!(summary(&sent), ["ACK to bob", "INVITE to bob'"]);
    let end = bench.receive(BOBS_MOBILE, &response(&sent[1], 302, "Contact: <sip:bob@192.0.2.20:5060>\n"));
    //= RFC 3261 16.7: step 6: if there are no final responses in the context, the proxy MUST send a 408
    assert_eq!(summary(&end), ["ACK to bob'", "408 (INVITE) to alice"]);
}

#[test]
fn contacts_that_are_not_tried_stay_in_the_response() {
    let mut bench = Bench::where_bob_is_at(&[DESK]);
    let desk = at_desk(&mut bench);
    let contacts =
        "Contact: <sips:bob@192.0.2.21>;q=0.3, <sip:bob@192.0.2.21:5060>, <mailto:bob@koeln.example>\n";
    let sent = bench.receive(BOB, &response(&desk, 302, contacts));
    let end = bench.receive(BOBS_MOBILE, &response(&sent[1], 486, "")).pop().unwrap();
    assert_eq!(end.label(), "302 (INVITE)");
    assert_eq!(end.rows("Contact"), ["<sips:bob@192.0.2.21>;q=0.3, <mailto:bob@koeln.example>"]);
}

#[test]
fn a_3xx_goes_upstream_where_the_proxy_may_not_or_will_not_recurse() {
    let from_desk = |bench: &mut Bench, status, contacts: &str| {
        let desk = at_desk(bench);
        let end = bench.receive(BOB, &response(&desk, status, contacts)).pop().unwrap();
        (end.label(), end.rows("Contact"))
    };
    let unchanged =
        |status: u16| (format!("{status} (INVITE)"), vec!["<sip:bob@192.0.2.21:5060>".to_owned()]);
    let mut off = Bench::with(|config| config.recursion = Recursion::Off);
    off.bind("sip:bob@koeln.example", &[DESK]);
    assert_eq!(from_desk(&mut off, 302, MOBILE), unchanged(302));
    // 305 names a proxy, and 380 another service.
    for status in [305, 380] {
        assert_eq!(from_desk(&mut Bench::where_bob_is_at(&[DESK]), status, MOBILE), unchanged(status));
    }
    let malformed = from_desk(&mut Bench::where_bob_is_at(&[DESK]), 302, "Contact: ,,\n");
    assert_eq!(malformed, ("302 (INVITE)".to_owned(), vec![",,".to_owned()]));
    assert_eq!(from_desk(&mut Bench::where_bob_is_at(&[DESK]), 302, "").0, "302 (INVITE)");
}

#[test]
fn a_proxy_that_is_not_responsible_does_not_recurse() {
    //= RFC 3261 16.5: if the proxy is not responsible for that URI, it will not recurse on 3xx or 416 responses
    let mut bench = Bench::new();
    let copy = bench.receive(ALICE, &request("INVITE sip:bob@bonn.example", "inv1", "")).pop().unwrap();
    let end = bench.receive(BONN, &response(&copy, 302, MOBILE)).pop().unwrap();
    assert_eq!((end.label().as_str(), end.rows("Contact").len()), ("302 (INVITE)", 1));
}

#[test]
fn more_contacts_than_max_breadth_allows_are_tried_in_series() {
    let mut bench = Bench::where_bob_is_at(&[DESK]);
    let narrow = changed(&invite(), "Max-Forwards: 70\r\n", "Max-Forwards: 70\r\nMax-Breadth: 1\r\n");
    let desk = bench.receive(ALICE, &narrow).pop().unwrap();
    let contacts = "Contact: <sip:bob@192.0.2.21:5060>, <sip:bob@192.0.2.22>\n";
    let sent = bench.receive(BOB, &response(&desk, 302, contacts));
    assert_eq!(summary(&sent), ["ACK to bob", "INVITE to bob'"]);
    assert_eq!(sent[1].rows("Max-Breadth"), ["1"]);
}

#[test]
fn a_cancel_ends_the_recursion() {
    let mut bench = Bench::where_bob_is_at(&[DESK]);
    let desk = at_desk(&mut bench);
    bench.receive(BOB, &response(&desk, 180, ""));
    bench.receive(ALICE, &changed(&invite(), "INVITE", "CANCEL"));
    let end = bench.receive(BOB, &response(&desk, 302, MOBILE));
    assert_eq!(summary(&end), ["ACK to bob", "302 (INVITE) to alice"], "no further target is tried");
}

#[test]
fn a_chain_of_redirections_ends_at_the_bound_on_targets() {
    let mut bench = Bench::where_bob_is_at(&["sip:bob@10.0.0.0"]);
    let mut sent = bench.receive(ALICE, &invite()).pop().unwrap();
    for hop in 1..=200 {
        let from = sent.to.to_string();
        let contact = format!("Contact: <sip:bob@10.0.{}.{}>\n", hop / 100, hop % 100);
        let answers = bench.receive(&from, &response(&sent, 302, &contact));
        sent = answers.last().unwrap().clone();
        if sent.label() == "302 (INVITE)" {
            assert_eq!(hop, 100);
            return;
        }
    }
    panic!("nothing ends the chain");
}

//! Which requests are forwarded, where to, and how the others are answered.

use super::*;

const BOBS_CONTACT: &str = "sip:bob@192.0.2.20:5060";

/// What Alice gets for `octets`.
fn answer(bench: &mut Bench, octets: &[u8]) -> Sent {
    let sent = bench.forward(ALICE, octets);
    assert_eq!(sent.to, address(ALICE));
    sent
}

#[test]
fn max_forwards_of_zero_is_answered_483() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let tired = changed(&invite(), "Max-Forwards: 70", "Max-Forwards: 0");
    assert_eq!(answer(&mut bench, &tired).label(), "483 (INVITE)");
    assert_eq!(bench.probes.last(), Some(&("proxy.rejected", 483)));
    let last_hop = changed(&invite(), "Max-Forwards: 70", "Max-Forwards: 1");
    let last_hop = changed(&last_hop, "inv1", "inv2");
    assert_eq!(bench.receive(ALICE, &last_hop).pop().unwrap().rows("Max-Forwards"), ["0"]);
}

#[test]
fn a_request_without_max_forwards_gets_70() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let without = changed(&invite(), "Max-Forwards: 70\r\n", "");
    assert_eq!(bench.receive(ALICE, &without).pop().unwrap().rows("Max-Forwards"), ["70"]);
}

#[test]
fn strangers_are_404_and_subscribers_without_a_binding_480() {
    let mut bench = Bench::new();
    bench.node.location.list(Aor::of(&Uri::parse("sip:bob@koeln.example").unwrap()).unwrap());
    assert_eq!(answer(&mut bench, &invite()).label(), "480 (INVITE)");
    let stranger = request("INVITE sip:nobody@koeln.example", "inv2", "");
    assert_eq!(answer(&mut bench, &stranger).label(), "404 (INVITE)");
    let unknown_domain = request("INVITE sip:bob@nowhere.example", "inv3", "");
    assert_eq!(answer(&mut bench, &unknown_domain).label(), "404 (INVITE)");
}

#[test]
fn a_scheme_that_is_not_understood_is_answered_416() {
    for (number, uri) in ["tel:+49221123", "urn:service:sos", "sips:bob@koeln.example"].iter().enumerate() {
        let line = format!("INVITE {uri}");
        let octets = request(&line, &format!("inv{number}"), "");
        assert_eq!(answer(&mut Bench::new(), &octets).label(), "416 (INVITE)", "{uri}");
    }
}

#[test]
fn a_route_carries_any_scheme() {
    let octets =
        request("INVITE tel:+49221123", "inv1", "Route: <sip:192.0.2.1;lr>, <sip:bonn.example;lr>\n");
    let copy = Bench::new().receive(ALICE, &octets).pop().unwrap();
    assert_eq!((copy.start_line(), copy.to), ("INVITE tel:+49221123 SIP/2.0", address(BONN)));
    assert_eq!(copy.rows("Route"), ["<sip:bonn.example;lr>"]);
}

#[test]
fn proxy_require_is_answered_420_with_the_tags() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let octets =
        request("INVITE sip:bob@koeln.example", "inv1", "Proxy-Require: foo, sec-agree\nRequire: 100rel\n");
    let sent = answer(&mut bench, &octets);
    assert_eq!(sent.label(), "420 (INVITE)");
    assert_eq!(sent.rows("Unsupported"), ["foo, sec-agree"], "Require is for the callee");
}

#[test]
fn a_request_without_what_the_proxy_needs_is_answered_400() {
    for (from, to) in [
        ("Call-ID: call-1@192.0.2.10\r\n", ""),
        ("CSeq: 1 INVITE", "CSeq: 1 OPTIONS"),
        ("INVITE sip:bob@koeln.example", "INVITE sip:bob@koeln.example:99999"),
        ("Max-Forwards: 70", "Max-Forwards: many"),
        ("Content-Length", "Route: sip:unbracketed\r\nContent-Length"),
    ] {
        let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
        assert_eq!(
            answer(&mut bench, &changed(&invite(), from, to)).start_line(),
            "SIP/2.0 400 Bad Request",
            "{to}"
        );
    }
}

#[test]
fn faults_that_are_no_business_of_a_proxy_are_forwarded() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let octets =
        request("INVITE sip:bob@koeln.example", "inv1", "Date: yesterday\nContact: ,,\nWarning: none\n");
    let copy = bench.receive(ALICE, &octets).pop().unwrap();
    assert_eq!(
        (copy.label().as_str(), copy.rows("Date"), copy.rows("Contact")),
        ("INVITE", vec!["yesterday".to_owned()], vec![",,".to_owned()])
    );
}

#[test]
fn a_datagram_that_is_no_message_is_counted_and_answered_if_possible() {
    let mut bench = Bench::new();
    let too_long = changed(&invite(), "Content-Length: 0", "Content-Length: 9999");
    assert_eq!(answer(&mut bench, &too_long).start_line(), "SIP/2.0 400 Bad Request");
    let version = changed(&invite(), "koeln.example SIP/2.0", "koeln.example SIP/7.0");
    assert_eq!(answer(&mut bench, &version).start_line(), "SIP/2.0 505 Version Not Supported");
    assert!(bench.receive_raw(ALICE, b"\0\0\0\0").is_empty());
    assert!(bench.receive_raw(ALICE, b"SIP/2.0 200 OK\r\nContent-Length: 7\r\n\r\n").is_empty());
    assert_eq!(bench.count("message.malformed"), 4);
    assert!(bench.receive_raw(ALICE, b"\r\n\r\n").is_empty(), "a keep-alive");
    assert_eq!(bench.count("message.malformed"), 4);
    assert_eq!(bench.node.live(), 0);
}

#[test]
fn a_malformed_ack_is_never_answered() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let ack = request("ACK sip:bob@192.0.2.20:5060", "ack1", "");
    assert!(bench.receive(ALICE, &changed(&ack, "Max-Forwards: 70", "Max-Forwards: 0")).is_empty());
    assert!(bench.receive(ALICE, &changed(&ack, "ACK sip:bob@192.0.2.20:5060", "ACK urn:x:y")).is_empty());
    assert_eq!(bench.count("proxy.dropped"), 2);
}

#[test]
fn a_strict_router_before_us_is_put_right() {
    let mut bench = Bench::new();
    //= RFC 3261 16.12.1.2: the Request-URI is a value that the proxy placed into a Record-Route header field
    let octets = request(
        "BYE sip:192.0.2.1:5060;lr",
        "bye1",
        "Route: <sip:bonn.example;lr>\nRoute: <sip:carol@192.0.2.20:5060>\n",
    );
    let copy = bench.forward(ALICE, &octets);
    assert_eq!((copy.start_line(), copy.to), ("BYE sip:carol@192.0.2.20:5060 SIP/2.0", address(BONN)));
    assert_eq!(copy.rows("Route"), ["<sip:bonn.example;lr>"]);
}

#[test]
fn a_strict_router_behind_us_gets_its_own_uri_in_the_request_line() {
    let mut bench = Bench::new();
    let octets = request(
        "BYE sip:carol@u1.example.com",
        "bye1",
        "Route: <sip:192.0.2.1:5060;lr>\nRoute: <sip:bonn.example>,<sip:p2.example.com;lr>\n",
    );
    let copy = bench.forward(ALICE, &octets);
    assert_eq!((copy.start_line(), copy.to), ("BYE sip:bonn.example SIP/2.0", address(BONN)));
    assert_eq!(copy.rows("Route"), ["<sip:p2.example.com;lr>, <sip:carol@u1.example.com>"]);
}

#[test]
fn a_user_of_a_shared_domain_is_sought_at_his_home() {
    let table = || StaticTable::new().with_domain("koeln.example", &[address(PROXY), address(BONN)]);
    let mut bench = Bench::with(|config| config.table = Arc::new(table()));
    let home = |user: &str| {
        let uri = format!("sip:{user}@koeln.example");
        table().next_hop(Uri::parse(&uri).unwrap().as_sip().unwrap()).unwrap().only().unwrap()
    };
    let here = (0..99).map(|i| format!("u{i}")).find(|user| home(user) == address(PROXY)).unwrap();
    let elsewhere = (0..99).map(|i| format!("u{i}")).find(|user| home(user) == address(BONN)).unwrap();
    bench.bind(&format!("sip:{here}@koeln.example"), &[BOBS_CONTACT]);
    let line = format!("INVITE sip:{here}@koeln.example");
    let copy = bench.receive(ALICE, &request(&line, "inv1", "")).pop().unwrap();
    assert_eq!((copy.start_line(), copy.to), ("INVITE sip:bob@192.0.2.20:5060 SIP/2.0", address(BOB)));
    let line = format!("INVITE sip:{elsewhere}@koeln.example");
    let copy = bench.receive(ALICE, &request(&line, "inv2", "")).pop().unwrap();
    assert_eq!((copy.start_line(), copy.to), (&*format!("{line} SIP/2.0"), address(BONN)));
}

#[test]
fn source_address_and_port_are_written_into_via() {
    let natted =
        changed(&invite(), "SIP/2.0/UDP 192.0.2.10:5060;branch", "SIP/2.0/UDP pc.koeln.example;rport;branch");
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let sent = bench.receive("192.0.2.10:40000", &natted);
    assert_eq!(sent[0].to, address("192.0.2.10:40000"), "the response goes to the source port");
    let via = "SIP/2.0/UDP pc.koeln.example;rport=40000;branch=z9hG4bKinv1;received=192.0.2.10";
    assert_eq!(sent[0].rows("Via"), [via]);
    assert_eq!(sent[1].rows("Via")[1], via);
    // Bob's response brings it back, and the proxy leaves it in.
    let ok = bench.forward(BOB, &response(&sent[1], 200, ""));
    assert_eq!((ok.rows("Via"), ok.to), (vec![via.to_owned()], address("192.0.2.10:40000")));
}

#[test]
fn rport_is_echoed_even_when_it_equals_sent_by() {
    let asking = changed(&invite(), ";branch", ";rport;branch");
    let sent = Bench::where_bob_is_at(&[BOBS_CONTACT]).receive(ALICE, &asking);
    let via = "SIP/2.0/UDP 192.0.2.10:5060;rport=5060;branch=z9hG4bKinv1;received=192.0.2.10";
    assert_eq!(sent[0].rows("Via"), [via]);
}

#[test]
fn what_may_not_stand_in_a_request_line_is_taken_from_a_contact() {
    let mut bench = Bench::where_bob_is_at(&["sip:bob@192.0.2.20:5060;method=INVITE;x=1?Subject=hi"]);
    let copy = bench.receive(ALICE, &invite()).pop().unwrap();
    assert_eq!(copy.start_line(), "INVITE sip:bob@192.0.2.20:5060;x=1 SIP/2.0");
}

#[test]
fn unknown_methods_are_forwarded_with_record_route() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let copy = bench.forward(ALICE, &request("NEWMETHOD sip:bob@koeln.example", "n1", ""));
    assert_eq!((copy.label().as_str(), copy.rows("Record-Route").len()), ("NEWMETHOD", 1));
}

#[test]
fn options_for_the_server_itself_is_answered() {
    let mut bench = Bench::new();
    let sent = answer(&mut bench, &request("OPTIONS sip:192.0.2.1", "o1", ""));
    assert_eq!(sent.label(), "200 (OPTIONS)");
    let sent = answer(&mut bench, &request("INVITE sip:192.0.2.1", "i1", ""));
    assert_eq!(sent.label(), "404 (INVITE)");
}

#[test]
fn a_server_without_room_answers_503() {
    let mut bench = Bench::with(|config| config.transaction_limit = 2);
    bench.bind("sip:bob@koeln.example", &[BOBS_CONTACT]);
    bench.receive(ALICE, &invite());
    let sent = answer(&mut bench, &changed(&invite(), "inv1", "inv2"));
    assert_eq!(sent.label(), "503 (INVITE)");

    let mut bench = Bench::with(|config| config.request_limit = 1);
    bench.bind("sip:bob@koeln.example", &[BOBS_CONTACT]);
    bench.receive(ALICE, &invite());
    let sent = answer(&mut bench, &changed(&invite(), "inv1", "inv2"));
    assert_eq!(sent.label(), "503 (INVITE)");
}

#[test]
fn a_merged_request_is_forwarded() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    bench.receive(ALICE, &invite());
    let merged = changed(&invite(), "inv1", "inv2");
    assert_eq!(bench.receive(BONN, &merged).pop().unwrap().label(), "INVITE");
}

#[test]
fn options_without_a_hop_left_is_answered_by_whoever_has_it() {
    //= RFC 3261 16.3: step 3: if the request is for OPTIONS, the element MAY act as the final recipient
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    let spent =
        changed(&request("OPTIONS sip:bob@koeln.example", "o1", ""), "Max-Forwards: 70", "Max-Forwards: 0");
    assert_eq!(answer(&mut bench, &spent).label(), "200 (OPTIONS)");
}

#[test]
fn a_proxy_between_two_interfaces_records_both_of_them() {
    //= RFC 5658 5: a Record-Route header with the URI reflecting to the input interface, and secondly to the output interface
    let table = || StaticTable::new().with_domain("bonn.example", &[address("[2001:db8::2]:5060")]);
    let mut bench = Bench::with(|config| {
        config.identity = Identity::new(&[address(PROXY), address("[2001:db8::1]:5060")], Domains::default());
        config.table = Arc::new(table());
    });
    let copy = bench.receive(ALICE, &request("INVITE sip:bob@bonn.example", "inv1", "")).pop().unwrap();
    assert_eq!(copy.rows("Record-Route"), ["<sip:[2001:db8::1]:5060;lr>", "<sip:192.0.2.1:5060;lr>"]);
    assert!(copy.rows("Via")[0].starts_with("SIP/2.0/UDP [2001:db8::1]:5060;"));
    // Within the dialog both values are its own, and both go.
    let routes = "Route: <sip:192.0.2.1:5060;lr>\nRoute: <sip:[2001:db8::1]:5060;lr>\n";
    let bye =
        bench.receive(ALICE, &request("BYE sip:bob@[2001:db8::20]:5060", "bye1", routes)).pop().unwrap();
    assert_eq!((bye.rows("Route"), bye.to), (vec![], address("[2001:db8::20]:5060")));
}

#[test]
fn merged_requests_are_482_where_the_server_is_the_uas() {
    let mut bench = Bench::where_bob_is_at(&[BOBS_CONTACT]);
    // On their way to somebody else both are forwarded.
    let through = request("OPTIONS sip:bob@koeln.example", "o3", "");
    assert_eq!(bench.forward(ALICE, &through).label(), "OPTIONS");
    assert_eq!(bench.forward(ALICE, &changed(&through, "o3", "o4")).label(), "OPTIONS");
    let options = changed(&request("OPTIONS sip:192.0.2.1", "o1", ""), "call-1", "call-2");
    assert_eq!(answer(&mut bench, &options).label(), "200 (OPTIONS)");
    //= RFC 3261 8.2.2.2: the UAS core SHOULD generate a 482 (Loop Detected) response
    assert_eq!(answer(&mut bench, &changed(&options, "o1", "o2")).label(), "482 (OPTIONS)");
    let register = request("REGISTER sip:koeln.example", "r1", "Contact: <sip:bob@192.0.2.10>\n");
    assert_eq!(answer(&mut bench, &register).label(), "200 (REGISTER)");
    assert_eq!(answer(&mut bench, &changed(&register, "r1", "r2")).label(), "482 (REGISTER)");
    assert_eq!(
        answer(&mut bench, &register).label(),
        "200 (REGISTER)",
        "a copy of the first is no second path"
    );
}

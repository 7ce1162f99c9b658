//! The traps of RFC 3263 4.1 and 4.2, each by its name.

use std::collections::BTreeMap;

use dns::{CharacterString, RData, Record};

use super::*;
use crate::uri::Uri;

/// What the DNS says: lines `name TYPE data`, and what has no line has no data.
struct Zone(BTreeMap<(Name, RecordType), Answer>);

impl Zone {
    fn of(lines: &[&str]) -> Zone {
        let mut records: BTreeMap<(Name, RecordType), Answer> = BTreeMap::new();
        for line in lines {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let name: Name = fields[0].parse().unwrap();
            let (record_type, data) = match fields[1..] {
                ["A", address] => (RecordType::A, RData::of_address(address.parse().unwrap())),
                ["AAAA", address] => (RecordType::Aaaa, RData::of_address(address.parse().unwrap())),
                ["SRV", priority, weight, port, target] => (
                    RecordType::Srv,
                    RData::Srv(Srv {
                        priority: priority.parse().unwrap(),
                        weight: weight.parse().unwrap(),
                        port: port.parse().unwrap(),
                        target: target.parse().unwrap(),
                    }),
                ),
                ["NAPTR", order, preference, flags, services, regexp, replacement] => {
                    let text = |text: &str| CharacterString::new(text.trim_matches('"')).unwrap();
                    let naptr = Naptr {
                        order: order.parse().unwrap(),
                        preference: preference.parse().unwrap(),
                        flags: text(flags),
                        services: text(services),
                        regexp: text(regexp),
                        replacement: replacement.parse().unwrap(),
                    };
                    (RecordType::Naptr, RData::Naptr(naptr.into()))
                }
                ["timeout", kind] => {
                    let record_type = if kind == "NAPTR" { RecordType::Naptr } else { RecordType::Srv };
                    records.insert((name, record_type), Answer::Timeout);
                    continue;
                }
                _ => panic!("{line}"),
            };
            let record = Record::new(name.clone(), 60, data);
            match records.entry((name, record_type)).or_insert_with(|| Answer::Found(Vec::new())) {
                Answer::Found(found) => found.push(record),
                _ => panic!("{line}"),
            }
        }
        Zone(records)
    }
}

/// What `uri` leads to for who speaks `transports`: the candidates, and before them each question.
fn locate_with(
    uri: &str,
    (transports, versions, key): (&Transports, IpVersions, u64),
    zone: &Zone,
) -> (Vec<String>, Step) {
    let uri = Uri::parse(uri).unwrap();
    let sought = Sought::of(uri.as_sip().unwrap());
    let (locator, mut step) = Locator::begin(&sought, transports, versions, key);
    let (mut locator, mut asked, mut open) = (locator, Vec::new(), Vec::new());
    loop {
        match step {
            Step::Ask(questions) => open.extend(questions),
            found => return (asked, found),
        }
        let question: Question = open.pop().expect("a locator that waits has asked");
        asked.push(format!("{} {:?}", question.name, question.record_type));
        let answer = zone.0.get(&(question.name.clone(), question.record_type)).cloned();
        step = locator.as_mut().unwrap().on_answer(&question, answer.unwrap_or(Answer::NoData));
    }
}

const ALL: [Transport<'static>; 4] = [Transport::Tls, Transport::Tcp, Transport::Udp, Transport::Sctp];

fn check(uri: &str, speaks: &[Transport<'static>], zone: &[&str], asked: &[&str], found: &[&str]) {
    let transports = Transports::new(speaks);
    let (questions, step) = locate_with(uri, (&transports, IpVersions::V4, 1), &Zone::of(zone));
    let candidates = match step {
        Step::Found(candidates) => {
            candidates.iter().map(|found| format!("{} {}", found.transport, found.address)).collect()
        }
        other => vec![format!("{other:?}")],
    };
    assert_eq!((questions, candidates), (owned(asked), owned(found)), "{uri} {speaks:?}");
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The example of RFC 3263 4.1, with addresses.
const EXAMPLE: [&str; 7] = [
    "example.com NAPTR 50 50 \"s\" \"SIPS+D2T\" \"\" _sips._tcp.example.com",
    "example.com NAPTR 90 50 \"s\" \"SIP+D2T\" \"\" _sip._tcp.example.com",
    "example.com NAPTR 100 50 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.com",
    "_sip._tcp.example.com SRV 0 0 5060 server1.example.com",
    "_sip._tcp.example.com SRV 1 0 5070 server2.example.com",
    "server1.example.com A 192.0.2.1",
    "server2.example.com A 192.0.2.2",
];

#[test]
fn the_example_of_rfc_3263_chooses_tcp_for_who_speaks_tcp_and_udp() {
    check(
        "sip:user@example.com",
        &[Transport::Udp, Transport::Tcp],
        &EXAMPLE,
        &["example.com Naptr", "_sip._tcp.example.com Srv", "server2.example.com A", "server1.example.com A"],
        &["TCP 192.0.2.1:5060", "TCP 192.0.2.2:5070"],
    );
}

#[test]
fn naptr_order_and_preference_of_the_domain_stand_above_the_own_preference() {
    let zone = [
        "b.example NAPTR 10 20 \"S\" \"sip+d2t\" \"\" _sip._tcp.b.example",
        "b.example NAPTR 10 10 \"s\" \"SIP+D2U\" \"\" _sip._udp.b.example",
        "b.example NAPTR 5 99 \"s\" \"SIP+D2S\" \"\" _sip._sctp.b.example",
        "_sip._tcp.b.example SRV 0 0 5060 s.b.example",
        "_sip._udp.b.example SRV 0 0 5060 s.b.example",
        "_sip._sctp.b.example SRV 0 0 5060 s.b.example",
        "s.b.example A 192.0.2.1",
    ];
    for (speaks, wanted) in [
        (&ALL[..], ("_sip._sctp.b.example Srv", "SCTP 192.0.2.1:5060")),
        (&[Transport::Tcp, Transport::Udp], ("_sip._udp.b.example Srv", "UDP 192.0.2.1:5060")),
        (&[Transport::Tcp], ("_sip._tcp.b.example Srv", "TCP 192.0.2.1:5060")),
    ] {
        check("sip:b.example", speaks, &zone, &["b.example Naptr", wanted.0, "s.b.example A"], &[wanted.1]);
    }
}

#[test]
fn equal_naptr_records_leave_the_choice_to_the_own_preference() {
    let zone = [
        "b.example NAPTR 10 10 \"s\" \"SIP+D2U\" \"\" _sip._udp.b.example",
        "b.example NAPTR 10 10 \"s\" \"SIP+D2T\" \"\" _sip._tcp.b.example",
        "_sip._tcp.b.example SRV 0 0 5060 s.b.example",
        "s.b.example A 192.0.2.1",
    ];
    let asked = ["b.example Naptr", "_sip._tcp.b.example Srv", "s.b.example A"];
    check("sip:b.example", &[Transport::Tcp, Transport::Udp], &zone, &asked, &["TCP 192.0.2.1:5060"]);
}

#[test]
fn naptr_records_of_other_services_with_expressions_or_other_flags_are_discarded() {
    let zone = [
        "b.example NAPTR 1 1 \"u\" \"E2U+sip\" \"!^.*$!sip:x@b.example!\" .",
        "b.example NAPTR 2 1 \"s\" \"SIP+D2U\" \"!bad\" _sip._udp.b.example",
        "b.example NAPTR 3 1 \"a\" \"SIP+D2U\" \"\" s.b.example",
        "b.example NAPTR 4 1 \"s\" \"SIP+D2X\" \"\" _sip._x.b.example",
        "_sip._udp.b.example SRV 0 0 5080 s.b.example",
        "s.b.example A 192.0.2.1",
    ];
    let asked = ["b.example Naptr", "_sip._udp.b.example Srv", "s.b.example A"];
    check("sip:b.example", &[Transport::Udp], &zone, &asked, &["UDP 192.0.2.1:5080"]);
}

#[test]
fn numeric_targets_ask_nothing_and_take_the_default_port_of_the_transport() {
    for (uri, wanted) in [
        ("sip:u@192.0.2.9", "UDP 192.0.2.9:5060"),
        ("sip:u@192.0.2.9:5070", "UDP 192.0.2.9:5070"),
        ("sip:u@192.0.2.9;transport=tcp", "TCP 192.0.2.9:5060"),
        ("sip:u@192.0.2.9;transport=tls", "TLS 192.0.2.9:5061"),
        ("sips:u@192.0.2.9", "TLS 192.0.2.9:5061"),
        ("sips:u@192.0.2.9;transport=tcp", "TLS 192.0.2.9:5061"),
        ("sip:u@[2001:db8::9]", "UDP [2001:db8::9]:5060"),
        ("sip:u@b.example;maddr=192.0.2.9", "UDP 192.0.2.9:5060"),
    ] {
        check(uri, &ALL, &[], &[], &[wanted]);
    }
}

#[test]
fn an_explicit_port_skips_naptr_and_srv_even_if_it_is_5060() {
    let zone =
        ["_sip._udp.b.example SRV 0 0 5090 s.b.example", "b.example A 192.0.2.1", "b.example A 192.0.2.2"];
    //= RFC 3263 4.2: previously, if the port was explicit, but with a value of 5060, SRV records were used
    let found = ["UDP 192.0.2.1:5060", "UDP 192.0.2.2:5060"];
    check("sip:b.example:5060", &[Transport::Udp], &zone, &["b.example A"], &found);
}

#[test]
fn a_transport_parameter_skips_naptr_but_not_srv() {
    let zone = [
        "b.example NAPTR 1 1 \"s\" \"SIP+D2U\" \"\" _sip._udp.b.example",
        "_sip._tcp.b.example SRV 0 0 5090 s.b.example",
        "s.b.example A 192.0.2.1",
    ];
    let asked = ["_sip._tcp.b.example Srv", "s.b.example A"];
    check("sip:b.example;transport=TCP", &ALL, &zone, &asked, &["TCP 192.0.2.1:5090"]);
}

#[test]
fn without_naptr_the_srv_records_of_each_transport_are_asked_for() {
    let zone = ["_sip._udp.b.example SRV 0 0 5060 s.b.example", "s.b.example A 192.0.2.1"];
    check(
        "sip:b.example",
        &[Transport::Tcp, Transport::Udp],
        &zone,
        &["b.example Naptr", "_sip._udp.b.example Srv", "_sip._tcp.b.example Srv", "s.b.example A"],
        &["UDP 192.0.2.1:5060"],
    );
}

#[test]
fn without_srv_the_domain_itself_is_asked_for_with_udp_or_for_sips_tls() {
    let zone = ["b.example A 192.0.2.1"];
    let asked = ["b.example Naptr", "_sip._udp.b.example Srv", "b.example A"];
    check("sip:b.example", &[Transport::Udp], &zone, &asked, &["UDP 192.0.2.1:5060"]);
    let asked = ["b.example Naptr", "_sips._tcp.b.example Srv", "b.example A"];
    check("sips:b.example", &ALL, &zone, &asked, &["TLS 192.0.2.1:5061"]);
}

#[test]
fn sips_discards_every_service_without_sips() {
    let zone = [
        "b.example NAPTR 1 1 \"s\" \"SIP+D2T\" \"\" _sip._tcp.b.example",
        "b.example NAPTR 2 1 \"s\" \"SIPS+D2T\" \"\" _sips._tcp.b.example",
        "_sip._tcp.b.example SRV 0 0 5060 plain.b.example",
        "_sips._tcp.b.example SRV 0 0 5061 s.b.example",
        "s.b.example A 192.0.2.1",
    ];
    let asked = ["b.example Naptr", "_sips._tcp.b.example Srv", "s.b.example A"];
    check("sips:b.example", &ALL, &zone, &asked, &["TLS 192.0.2.1:5061"]);
    check("sips:b.example", &[Transport::Udp], &zone, &["b.example Naptr"], &["NotFound(Transport)"]);
    check("sips:b.example;transport=udp", &ALL, &zone, &[], &["NotFound(Transport)"]);
}

#[test]
fn a_transport_that_is_not_spoken_leads_nowhere() {
    for uri in
        ["sip:b.example;transport=tcp", "sip:192.0.2.1;transport=tcp", "sip:b.example;transport=carrier"]
    {
        check(uri, &[Transport::Udp], &[], &[], &["NotFound(Transport)"]);
    }
}

#[test]
fn the_root_as_srv_target_means_that_the_service_is_not_offered() {
    let zone = ["_sip._udp.b.example SRV 0 0 0 .", "b.example A 192.0.2.1"];
    let asked = ["b.example Naptr", "_sip._udp.b.example Srv"];
    check("sip:b.example", &[Transport::Udp], &zone, &asked, &["NotFound(NotOffered)"]);
}

#[test]
fn a_silent_dns_is_not_asked_for_ever() {
    check(
        "sip:b.example",
        &[Transport::Udp],
        &["b.example timeout NAPTR"],
        &["b.example Naptr"],
        &["NotFound(Silence)"],
    );
    let asked = ["b.example Naptr", "_sip._udp.b.example Srv"];
    let zone = ["_sip._udp.b.example timeout SRV"];
    check("sip:b.example", &[Transport::Udp], &zone, &asked, &["NotFound(Silence)"]);
}

#[test]
fn what_is_no_domain_name_is_not_asked_for() {
    let long = format!("sip:{}.example", "x".repeat(64));
    check(&long, &[Transport::Udp], &[], &[], &["NotFound(Name)"]);
}

#[test]
fn targets_come_by_priority_and_one_host_on_two_ports_is_asked_for_once() {
    let zone = [
        "_sip._udp.b.example SRV 2 0 5070 s1.b.example",
        "_sip._udp.b.example SRV 1 0 5060 s1.b.example",
        "_sip._udp.b.example SRV 3 0 5060 gone.b.example",
        "s1.b.example A 192.0.2.1",
    ];
    let asked = ["b.example Naptr", "_sip._udp.b.example Srv", "gone.b.example A", "s1.b.example A"];
    let found = ["UDP 192.0.2.1:5060", "UDP 192.0.2.1:5070"];
    check("sip:b.example", &[Transport::Udp], &zone, &asked, &found);
}

#[test]
fn a_dual_stack_element_has_its_ipv6_addresses_tried_first() {
    let zone = Zone::of(&["b.example A 192.0.2.1", "b.example AAAA 2001:db8::1"]);
    let udp = Transports::udp();
    let addresses = |versions| match locate_with("sip:b.example:5060", (&udp, versions, 1), &zone).1 {
        Step::Found(found) => found.iter().map(|found| found.address.to_string()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(addresses(IpVersions::Both), ["[2001:db8::1]:5060", "192.0.2.1:5060"]);
    assert_eq!(addresses(IpVersions::V6), ["[2001:db8::1]:5060"]);
}

/// `count` elements of equal priority and weight.
fn farm(count: u8) -> Zone {
    let lines: Vec<String> = (1..=count)
        .flat_map(|i| {
            [
                format!("_sip._udp.b.example SRV 0 1 5060 s{i}.b.example"),
                format!("s{i}.b.example A 192.0.2.{i}"),
            ]
        })
        .collect();
    Zone::of(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn order(zone: &Zone, key: u64) -> Vec<SocketAddr> {
    match locate_with("sip:b.example", (&Transports::udp(), IpVersions::V4, key), zone).1 {
        Step::Found(found) => found.iter().map(|found| found.address).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_element_without_state_makes_the_same_choice_for_each_copy() {
    //= RFC 3263 4.4: the stateless proxy MUST define a deterministic order to the records
    let zone = farm(4);
    assert_eq!(order(&zone, 17), order(&zone, 17));
    let firsts: std::collections::BTreeSet<SocketAddr> = (0..100).map(|key| order(&zone, key)[0]).collect();
    assert_eq!(firsts.len(), 4);
}

#[test]
fn equal_weights_are_chosen_equally_often() {
    let zone = farm(3);
    let mut counts = BTreeMap::new();
    for key in 0..6000 {
        *counts.entry(order(&zone, key)[0]).or_insert(0) += 1;
    }
    // Three cells of 2000 expected: five standard deviations are 183.
    assert!(counts.values().all(|&count| (1817..=2183).contains(&count)), "{counts:?}");
}

#[test]
fn a_thousand_srv_records_are_no_amplifier() {
    let lines: Vec<String> =
        (0..1000).map(|i| format!("_sip._udp.b.example SRV 0 1 5060 s{i}.b.example")).collect();
    let zone = Zone::of(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let (asked, step) = locate_with("sip:b.example", (&Transports::udp(), IpVersions::V4, 1), &zone);
    assert_eq!((asked.len(), step), (2 + MAX_ELEMENTS, Step::NotFound(NotFound::Address)));
}

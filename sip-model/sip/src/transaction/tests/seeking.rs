//! Messages whose next hop is found in the DNS.

use dns::{CharacterString, Message as DnsMessage, Name, Naptr, RData, Record, RecordType, Srv, StubConfig};

use super::*;
use crate::locate::Sought;
use crate::uri::Uri;

const DNS: &str = "192.0.2.53:53";
const ASKS_FROM: &str = "192.0.2.2:5353";
const S1: &str = "192.0.2.11:5060";
const S2: &str = "192.0.2.12:5060";

fn sought(uri: &str) -> Hop {
    Hop::Sought(Sought::of(Uri::parse(uri).unwrap().as_sip().unwrap()).into())
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

impl Bench {
    fn with_dns() -> Bench {
        let dns = StubConfig::new(addr(ASKS_FROM), vec![addr(DNS)], TimerToken(0));
        Bench::with(TransactionConfig { dns: Some(dns), ..config() })
    }

    /// Lets the DNS answer all that is asked about the farm `b.example` of two servers, s1 before s2, at `now`; what
    /// was sent besides.
    fn let_dns_answer(&mut self) -> Vec<Expired> {
        let mut failures = Vec::new();
        loop {
            let place = self.sent.iter().position(|out| out.to == addr(DNS));
            let Some(query) = place.map(|place| self.sent.remove(place)) else { return failures };
            let query = DnsMessage::parse(&query.payload).unwrap();
            let response = farm(&query);
            failures.extend(self.act(|layer, cx| {
                layer.on_dns_datagram(addr(DNS), &response, cx);
                std::iter::from_fn(|| layer.next_failure(cx)).collect::<Vec<_>>()
            }));
        }
    }

    fn destinations(&self) -> Vec<String> {
        self.sent.iter().map(|out| out.to.to_string()).collect()
    }
}

/// The response of a DNS that knows `b.example` and nothing else.
fn farm(query: &DnsMessage) -> Vec<u8> {
    let question = query.questions[0].clone();
    let mut response = DnsMessage::response_to(query);
    let mut add = |data| response.answers.push(Record::new(question.name.clone(), 60, data));
    match (question.name.to_string().as_str(), question.record_type) {
        ("b.example", RecordType::Naptr) => {
            let text = |text: &str| CharacterString::new(text).unwrap();
            let naptr = Naptr {
                order: 1,
                preference: 1,
                flags: text("s"),
                services: text("SIP+D2U"),
                regexp: text(""),
                replacement: name("_sip._udp.b.example"),
            };
            add(RData::Naptr(naptr.into()));
        }
        ("_sip._udp.b.example", RecordType::Srv) => {
            for (priority, target) in [(1, "s1.b.example"), (2, "s2.b.example")] {
                add(RData::Srv(Srv { priority, weight: 0, port: 5060, target: name(target) }));
            }
        }
        ("s1.b.example", RecordType::A) => add(RData::of_address(addr(S1).ip())),
        ("s2.b.example", RecordType::A) => add(RData::of_address(addr(S2).ip())),
        _ => {}
    }
    response.compose()
}

#[test]
fn a_request_waits_for_naptr_srv_and_addresses_and_fails_over_along_the_srv_records() {
    let mut bench = Bench::with_dns();
    let client = bench.request_to(&sought("sip:b.example"), Method::Options, "z9hG4bKa.1", 7).unwrap();
    assert_eq!(bench.destinations(), [DNS], "nothing but the question is sent");
    assert_eq!(bench.let_dns_answer(), []);
    assert_eq!(bench.destinations(), [S1]);
    assert_eq!(bench.run_until(SimTime::from_secs(32)), [Expired::Moved { client, user: UserToken(7) }]);
    assert_eq!(bench.sent.last().unwrap().to, addr(S2));
    let _ = bench.run_until(SimTime::from_secs(400));
    assert_eq!(bench.total(probe::TRANSACTION_BEGUN), bench.total(probe::TRANSACTION_ENDED));
    assert_eq!(bench.layer.live(), 0);
}

#[test]
fn numeric_targets_never_ask_the_dns() {
    let mut bench = Bench::with_dns();
    let _ = bench.request_to(&sought("sip:192.0.2.11"), Method::Options, "z9hG4bKa.1", 7).unwrap();
    assert_eq!(bench.destinations(), [S1]);
}

#[test]
fn the_lookups_are_a_part_of_the_delay_of_the_request() {
    let mut bench = Bench::with_dns();
    let _ = bench.request_to(&sought("sip:b.example"), Method::Options, "z9hG4bKa.1", 7).unwrap();
    bench.now = SimTime::from_millis(30);
    // The bench's datagrams carry no causes, as those of a coalesced answer would not.
    let _ = bench.let_dns_answer();
    let lineage = bench.sent.last().unwrap().lineage;
    assert_eq!(lineage.root(), SimTime::ZERO);
    lineage.assert_exact(SimTime::from_millis(30));
}

#[test]
fn a_domain_without_addresses_cannot_be_reached() {
    let mut bench = Bench::with_dns();
    let client = bench.request_to(&sought("sip:c.example"), Method::Options, "z9hG4bKa.1", 7).unwrap();
    assert_eq!(bench.let_dns_answer(), [Expired::Unreachable { client, user: UserToken(7) }]);
    assert_eq!((bench.layer.live(), bench.sent.len()), (0, 0));
    assert_eq!(bench.total(probe::TRANSACTION_BEGUN), bench.total(probe::TRANSACTION_ENDED));
}

#[test]
fn a_silent_dns_is_a_transport_failure_after_its_last_retry() {
    let mut bench = Bench::with_dns();
    let client = bench.request_to(&sought("sip:b.example"), Method::Options, "z9hG4bKa.1", 7).unwrap();
    let _ = bench.run_until(SimTime::from_secs(60));
    let failure = bench.act(|layer, cx| layer.next_failure(cx));
    assert_eq!(failure, Some(Expired::Unreachable { client, user: UserToken(7) }));
    assert_eq!(bench.layer.live(), 0);
}

#[test]
fn a_resolver_that_refuses_each_question_is_a_transport_failure() {
    let mut bench = Bench::with_dns();
    let client = bench.request_to(&sought("sip:b.example"), Method::Options, "z9hG4bKa.1", 7).unwrap();
    // NAPTR, SRV, A.
    let failure = (0..3).find_map(|_| {
        bench.act(|layer, cx| {
            layer.on_unreachable(addr(ASKS_FROM), addr(DNS), cx);
            layer.next_failure(cx)
        })
    });
    assert_eq!(failure, Some(Expired::Unreachable { client, user: UserToken(7) }));
}

#[test]
fn a_request_that_waits_can_be_withdrawn_and_leaves_nothing() {
    let mut bench = Bench::with_dns();
    let client = bench.request_to(&sought("sip:b.example"), Method::Invite, "z9hG4bKa.1", 7).unwrap();
    assert!(bench.act(|layer, cx| layer.withdraw(client, cx)));
    assert_eq!(bench.let_dns_answer(), []);
    assert_eq!((bench.layer.live(), bench.sent.len()), (0, 0));
    assert_eq!(bench.total(probe::TRANSACTION_BEGUN), bench.total(probe::TRANSACTION_ENDED));
    let sent = bench.request_to(&Hop::At(addr(S1)), Method::Invite, "z9hG4bKa.2", 7).unwrap();
    assert!(!bench.act(|layer, cx| layer.withdraw(sent, cx)));
}

#[test]
fn a_message_outside_transactions_waits_for_its_hop_too() {
    let mut bench = Bench::with_dns();
    let ack = request("ACK", "z9hG4bKa.1");
    let hop = sought("sip:b.example");
    let dispatch = bench.act(|layer, cx| layer.send(&hop, addr(LOCAL), ack.as_bytes(), cx));
    assert!(matches!(dispatch, Dispatch::Later));
    assert_eq!(bench.layer.live(), 1);
    let _ = bench.let_dns_answer();
    assert_eq!((bench.destinations(), bench.layer.live()), (vec![S1.to_owned()], 0));
    // The cache knows the way by then.
    let dispatch = bench.act(|layer, cx| layer.send(&hop, addr(LOCAL), ack.as_bytes(), cx));
    assert!(matches!(dispatch, Dispatch::Later));
    assert_eq!(bench.destinations(), [S1, S1]);
}

/// An OPTIONS from the peer whose Via has this sent-by, answered 200; then nobody listens at the peer any more.
fn answer_and_lose(bench: &mut Bench, sent_by: &str) {
    let octets =
        request("OPTIONS", "z9hG4bKo").replace("192.0.2.1:5060;branch", &format!("{sent_by};branch"));
    let Received::Request(server) = bench.receive(&octets) else { panic!() };
    let answer = octets.replacen("OPTIONS sip:bob@192.0.2.2 SIP/2.0", "SIP/2.0 200 OK", 1);
    let sent = bench.act(|layer, cx| layer.respond(server, StatusCode::OK, answer.as_bytes(), cx));
    assert!(sent.is_some());
    let source = bench.sent.last().unwrap().to;
    bench.sent.clear();
    bench.act(|layer, cx| layer.on_unreachable(addr(LOCAL), source, cx));
    let _ = bench.let_dns_answer();
}

#[test]
fn a_response_that_its_source_refuses_goes_to_the_sent_by() {
    for (sent_by, wanted) in [
        ("b.example", vec![S1]),
        ("s2.b.example:5070", vec!["192.0.2.12:5070"]),
        ("192.0.2.77:5080", vec!["192.0.2.77:5080"]),
        ("192.0.2.1:5060", vec![]),
        ("unknown.example", vec![]),
    ] {
        let mut bench = Bench::with_dns();
        answer_and_lose(&mut bench, sent_by);
        assert_eq!(bench.destinations(), wanted, "{sent_by}");
    }
}

#[test]
fn a_loss_of_memory_forgets_who_waits() {
    let mut bench = Bench::with_dns();
    let _ = bench.request_to(&sought("sip:b.example"), Method::Invite, "z9hG4bKa.1", 7).unwrap();
    bench.act(|layer, cx| layer.forget_all(cx));
    assert_eq!(bench.let_dns_answer(), []);
    assert_eq!((bench.layer.live(), bench.sent.len()), (0, 0));
}

#[test]
fn without_a_dns_a_hop_that_must_be_sought_is_nobody() {
    let mut bench = Bench::new();
    let sent = bench.request_to(&sought("sip:b.example"), Method::Options, "z9hG4bKa.1", 7);
    assert_eq!(sent, Err(NotSent::Nobody));
}

//! A client between a node that asks and resolvers that answer as the test says.

use std::time::Duration;

use sim_api::{Effect, Outgoing, Seed, SimTime, Stream};

use super::*;
use crate::message::{Edns, Flags, ResponseCode};
use crate::record::{RData, RecordType, Soa};

const TOKEN: TimerToken = TimerToken(77);

struct Bench {
    client: StubClient,
    rng: Stream,
    now: SimTime,
    sent: Vec<(SimTime, Outgoing)>,
    wakes: Vec<SimTime>,
    answered: Vec<Answered>,
    counts: Vec<&'static str>,
}

impl Bench {
    fn new(edit: impl FnOnce(&mut StubConfig)) -> Bench {
        let mut config = StubConfig::new(addr("192.0.2.1:5353"), vec![addr("192.0.2.53:53")], TOKEN);
        edit(&mut config);
        let (client, rng) = (StubClient::new(config), Seed::new(1).stream("node/alice"));
        let (sent, wakes, answered, counts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Bench { client, rng, now: SimTime::ZERO, sent, wakes, answered, counts }
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut StubClient, &mut Vec<Answered>, &mut Context<'_>) -> T) -> T {
        let mut effects = Vec::new();
        let mut cx = Context::new(self.now, Lineage::begin(self.now), &mut self.rng, &mut effects);
        let value = act(&mut self.client, &mut self.answered, &mut cx);
        for effect in effects {
            match effect {
                Effect::Send(out) => self.sent.push((self.now, out)),
                Effect::Wake { at, token } => {
                    assert_eq!(token, TOKEN);
                    self.wakes.push(at);
                }
                Effect::Probe { probe, .. } => self.counts.push(probe.name.0),
            }
        }
        value
    }

    fn ask(&mut self, name: &str) -> Asked {
        let question = Question::new(name.parse().unwrap(), RecordType::A);
        self.with(|client, _, cx| client.ask(question, cx))
    }

    fn ticket(&mut self, name: &str) -> Ticket {
        let Asked::Pending(ticket) = self.ask(name) else { panic!("the answer is known") };
        ticket
    }

    /// The query that was sent last.
    fn query(&self) -> Message {
        Message::parse(&self.sent.last().unwrap().1.payload).unwrap()
    }

    fn respond(&mut self, from: &str, response: &Message) {
        self.with(|client, out, cx| client.receive(addr(from), &response.compose(), out, cx));
    }

    /// Runs all wake-ups up to and at `until`.
    fn run_until(&mut self, until: SimTime) {
        while let Some(at) = self.wakes.iter().copied().filter(|at| *at <= until).min() {
            self.wakes.retain(|wake| *wake != at);
            self.now = at;
            self.with(|client, out, cx| client.on_wake(out, cx));
        }
        self.now = until;
    }

    fn count(&self, name: sim_api::ProbeName) -> usize {
        self.counts.iter().filter(|count| **count == name.0).count()
    }
}

fn addr(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn address_record(name: &str, ttl: u32) -> Record {
    Record::new(name.parse().unwrap(), ttl, RData::A([192, 0, 2, 7].into()))
}

fn soa(zone: &str, ttl: u32, minimum: u32) -> Record {
    let name: Name = zone.parse().unwrap();
    let soa = Soa {
        mname: name.child("ns").unwrap(),
        rname: name.child("hostmaster").unwrap(),
        serial: 1,
        refresh: 7200,
        retry: 600,
        expire: 86_400,
        minimum,
    };
    Record::new(name, ttl, RData::Soa(Box::new(soa)))
}

fn positive(query: &Message, ttl: u32) -> Message {
    let mut response = Message::response_to(query);
    response.answers.push(address_record(&query.questions[0].name.to_string(), ttl));
    response
}

#[test]
fn a_silent_resolver_is_asked_at_0_1_and_3_seconds_and_given_up_at_7() {
    let mut bench = Bench::new(|_| {});
    let ticket = bench.ticket("a.example");
    bench.run_until(SimTime::from_nanos(7_000_000_000 - 1));
    assert!(bench.answered.is_empty());
    bench.run_until(SimTime::from_secs(7));
    let times: Vec<u64> = bench.sent.iter().map(|(at, _)| at.as_nanos() / 1_000_000_000).collect();
    assert_eq!(times, [0, 1, 3]);
    assert_eq!((bench.answered[0].ticket, &bench.answered[0].answer), (ticket, &Answer::Timeout));
    assert_eq!(bench.answered[0].lineage.split().timers, 7_000_000_000);
    assert_eq!(bench.client.live(), 0);
    bench.run_until(SimTime::from_secs(100));
    assert_eq!(bench.sent.len(), 3);
}

#[test]
fn two_silent_resolvers_are_asked_in_turn_before_the_wait_doubles() {
    let mut bench = Bench::new(|config| config.resolvers.push(addr("192.0.2.54:53")));
    bench.ticket("a.example");
    bench.run_until(SimTime::from_secs(60));
    let ladder: Vec<(u64, u8)> = bench
        .sent
        .iter()
        .map(|(at, out)| (at.as_nanos() / 1_000_000_000, out.to.ip().to_string().ends_with('4').into()))
        .collect();
    assert_eq!(ladder, [(0, 0), (1, 1), (2, 0), (4, 1), (6, 0), (10, 1)]);
    assert_eq!(bench.answered[0].answer, Answer::Timeout);
}

#[test]
fn a_repetition_to_the_same_resolver_is_the_same_datagram() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    bench.run_until(SimTime::from_secs(1));
    assert_eq!(bench.sent[0].1.payload, bench.sent[1].1.payload);
    assert_eq!(bench.sent[1].1.lineage.split().timers, 1_000_000_000);
}

#[test]
fn servfail_goes_on_with_the_next_resolver_at_once() {
    let mut bench = Bench::new(|config| config.resolvers.push(addr("192.0.2.54:53")));
    bench.ticket("a.example");
    let failed = Message { code: ResponseCode::ServFail, ..Message::response_to(&bench.query()) };
    bench.respond("192.0.2.53:53", &failed);
    assert_eq!(bench.sent.last().unwrap().1.to, addr("192.0.2.54:53"));
    let query = bench.query();
    bench.respond("192.0.2.54:53", &positive(&query, 60));
    assert_eq!(bench.answered[0].answer.addresses().count(), 1);
    assert_eq!(bench.now, SimTime::ZERO);
}

#[test]
fn servfail_from_all_resolvers_is_servfail_not_timeout() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    for _ in 0..3 {
        let failed = Message { code: ResponseCode::ServFail, ..Message::response_to(&bench.query()) };
        bench.respond("192.0.2.53:53", &failed);
    }
    assert_eq!(bench.answered[0].answer, Answer::ServFail);
}

#[test]
fn a_truncated_answer_is_asked_for_again_with_more_room() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    let mut cut = Message::response_to(&bench.query());
    cut.flags.truncated = true;
    bench.respond("192.0.2.53:53", &cut);
    let sizes: Vec<u16> = bench
        .sent
        .iter()
        .map(|(_, out)| Message::parse(&out.payload).unwrap().edns.unwrap().udp_payload)
        .collect();
    assert_eq!(sizes, [1232, 65_507]);
    let query = bench.query();
    bench.respond("192.0.2.53:53", &positive(&query, 60));
    assert!(matches!(bench.answered[0].answer, Answer::Found(_)));
}

#[test]
fn an_answer_that_is_always_truncated_is_servfail() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    for _ in 0..4 {
        let mut cut = Message::response_to(&bench.query());
        cut.flags.truncated = true;
        bench.respond("192.0.2.53:53", &cut);
    }
    assert_eq!(bench.answered[0].answer, Answer::ServFail);
}

#[test]
fn only_the_response_with_id_question_and_source_of_a_query_is_taken() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    let good = positive(&bench.query(), 60);
    let other_id = Message { id: good.id.wrapping_add(1), ..good.clone() };
    let other_question = Message {
        questions: vec![Question::new("b.example".parse().unwrap(), RecordType::A)],
        ..good.clone()
    };
    let no_response = Message { flags: Flags::default(), ..good.clone() };
    bench.respond("192.0.2.53:53", &other_id);
    bench.respond("192.0.2.53:53", &other_question);
    bench.respond("192.0.2.53:53", &no_response);
    bench.respond("192.0.2.66:53", &good);
    bench.respond("192.0.2.53:54", &good);
    assert!(bench.answered.is_empty());
    assert_eq!(bench.count(probe::RESPONSE_STRAY), 5);
    bench.respond("192.0.2.53:53", &good);
    assert_eq!(bench.answered.len(), 1);
    bench.respond("192.0.2.53:53", &good);
    assert_eq!((bench.answered.len(), bench.count(probe::RESPONSE_STRAY)), (1, 6));
}

#[test]
fn octets_that_are_no_message_change_nothing() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    bench.with(|client, out, cx| client.receive(addr("192.0.2.53:53"), b"\x00\x01junk", out, cx));
    assert_eq!(bench.count(probe::MALFORMED), 1);
    assert_eq!(bench.client.live(), 1);
}

#[test]
fn identical_questions_share_one_query_and_wait_each_for_itself() {
    let mut bench = Bench::new(|_| {});
    let first = bench.ticket("a.example");
    bench.now = SimTime::from_millis(400);
    let second = bench.ticket("A.Example");
    bench.now = SimTime::from_millis(500);
    assert_eq!(bench.sent.len(), 1);
    let query = bench.query();
    bench.respond("192.0.2.53:53", &positive(&query, 60));
    let tickets: Vec<Ticket> = bench.answered.iter().map(|answered| answered.ticket).collect();
    assert_eq!(tickets, [first, second]);
    assert_eq!(bench.answered[0].answer, bench.answered[1].answer);
    assert_eq!(bench.answered[1].lineage.split().timers, 100_000_000);
}

#[test]
fn a_forgotten_question_gets_no_answer_and_the_others_do() {
    let mut bench = Bench::new(|_| {});
    let first = bench.ticket("a.example");
    let second = bench.ticket("a.example");
    bench.client.forget(first);
    let query = bench.query();
    bench.respond("192.0.2.53:53", &positive(&query, 60));
    assert_eq!(bench.answered.iter().map(|answered| answered.ticket).collect::<Vec<_>>(), [second]);
}

#[test]
fn the_cache_answers_until_the_nanosecond_before_the_ttl_ends() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    let query = bench.query();
    bench.respond("192.0.2.53:53", &positive(&query, 30));
    bench.now = SimTime::from_nanos(30_000_000_000 - 1);
    let Asked::Answered(answer) = bench.ask("a.example") else { panic!("it is in the cache") };
    assert_eq!(answer.records()[0].ttl, 0);
    bench.now = SimTime::from_secs(30);
    assert!(matches!(bench.ask("a.example"), Asked::Pending(_)));
}

#[test]
fn a_ttl_of_zero_is_not_cached() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    let query = bench.query();
    bench.respond("192.0.2.53:53", &positive(&query, 0));
    assert!(matches!(bench.answered[0].answer, Answer::Found(_)));
    assert!(matches!(bench.ask("a.example"), Asked::Pending(_)));
}

#[test]
fn a_name_error_holds_for_all_types_for_the_smaller_of_soa_ttl_and_minimum() {
    let mut bench = Bench::new(|_| {});
    for (ttl, minimum) in [(5, 60), (60, 5)] {
        bench.ticket("no.example");
        let mut response = Message::response_to(&bench.query());
        response.code = ResponseCode::NxDomain;
        response.authorities.push(soa("example", ttl, minimum));
        bench.respond("192.0.2.53:53", &response);
        assert_eq!(bench.answered.pop().unwrap().answer, Answer::NxDomain);
        let start = bench.now;
        bench.now = start + Duration::from_nanos(5_000_000_000 - 1);
        let other_type = Question::new("no.example".parse().unwrap(), RecordType::Srv);
        let asked = bench.with(|client, _, cx| client.ask(other_type, cx));
        assert_eq!(asked, Asked::Answered(Answer::NxDomain));
        bench.now = start + Duration::from_secs(5);
    }
    assert!(matches!(bench.ask("no.example"), Asked::Pending(_)));
}

#[test]
fn no_data_holds_for_its_type_only() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    let mut response = Message::response_to(&bench.query());
    response.authorities.push(soa("example", 60, 60));
    bench.respond("192.0.2.53:53", &response);
    assert_eq!(bench.answered[0].answer, Answer::NoData);
    assert_eq!(bench.ask("a.example"), Asked::Answered(Answer::NoData));
    let other_type = Question::new("a.example".parse().unwrap(), RecordType::Srv);
    assert!(matches!(bench.with(|client, _, cx| client.ask(other_type, cx)), Asked::Pending(_)));
}

#[test]
fn a_negative_answer_without_soa_is_not_cached() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("no.example");
    let response = Message { code: ResponseCode::NxDomain, ..Message::response_to(&bench.query()) };
    bench.respond("192.0.2.53:53", &response);
    assert_eq!(bench.answered[0].answer, Answer::NxDomain);
    assert!(matches!(bench.ask("no.example"), Asked::Pending(_)));
}

#[test]
fn aliases_are_followed_and_a_loop_of_them_is_servfail() {
    let alias =
        |from: &str, to: &str| Record::new(from.parse().unwrap(), 60, RData::Cname(to.parse().unwrap()));
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    let mut response = Message::response_to(&bench.query());
    response.answers = vec![
        address_record("c.example", 60),
        alias("b.example", "c.example"),
        alias("a.example", "b.example"),
    ];
    bench.respond("192.0.2.53:53", &response);
    let names: Vec<String> =
        bench.answered[0].answer.records().iter().map(|record| record.name.to_string()).collect();
    assert_eq!(names, ["a.example", "b.example", "c.example"]);
    assert!(matches!(bench.ask("b.example"), Asked::Answered(Answer::Found(_))));

    bench.ticket("x.example");
    let mut response = Message::response_to(&bench.query());
    response.answers = vec![alias("x.example", "y.example"), alias("y.example", "x.example")];
    bench.respond("192.0.2.53:53", &response);
    assert_eq!(bench.answered[1].answer, Answer::ServFail);
}

#[test]
fn too_many_waiting_questions_are_refused() {
    let mut bench = Bench::new(|config| config.limit = 2);
    bench.ticket("a.example");
    bench.ticket("b.example");
    assert_eq!(bench.ask("c.example"), Asked::Refused);
    assert_eq!(bench.count(probe::REFUSED), 1);
}

#[test]
fn nobody_listening_goes_on_with_the_next_resolver_at_once() {
    let mut bench = Bench::new(|config| config.resolvers.push(addr("192.0.2.54:53")));
    bench.ticket("a.example");
    bench.with(|client, out, cx| client.unreachable(addr("192.0.2.53:53"), out, cx));
    assert_eq!(bench.sent.last().unwrap().1.to, addr("192.0.2.54:53"));
    assert_eq!(bench.sent.last().unwrap().0, SimTime::ZERO);
}

#[test]
fn a_query_says_what_a_recursive_resolver_must_know() {
    let mut bench = Bench::new(|_| {});
    bench.ticket("a.example");
    let query = bench.query();
    assert!(query.flags.recursion_desired && !query.flags.response);
    assert_eq!(query.edns, Some(Edns::sized(1232)));
}

#[test]
fn a_full_cache_gives_up_what_expires_first() {
    let mut bench =
        Bench::new(|config| config.cache = Some(CacheLimits { entries: 2, ..CacheLimits::default() }));
    for (name, ttl) in [("a.example", 20), ("b.example", 10), ("c.example", 30)] {
        bench.ticket(name);
        let query = bench.query();
        bench.respond("192.0.2.53:53", &positive(&query, ttl));
    }
    assert_eq!(bench.count(probe::CACHE_EVICTED), 1);
    assert!(matches!(bench.ask("a.example"), Asked::Answered(_)));
    assert!(matches!(bench.ask("c.example"), Asked::Answered(_)));
    assert!(matches!(bench.ask("b.example"), Asked::Pending(_)));
    assert_eq!(bench.client.cache.as_ref().unwrap().len(), 2);
}

#[test]
fn the_octets_of_the_cache_are_bounded_and_counted_back() {
    let limits = CacheLimits { octets: 300, ..CacheLimits::default() };
    let mut bench = Bench::new(|config| config.cache = Some(limits));
    for host in 0..20 {
        bench.ticket(&format!("h{host}.example"));
        let query = bench.query();
        bench.respond("192.0.2.53:53", &positive(&query, 60 + host));
        assert!(bench.client.cache.as_ref().unwrap().octets() <= 300);
    }
    bench.client.forget_all();
    assert_eq!(bench.client.cache.as_ref().unwrap().octets(), 0);
}

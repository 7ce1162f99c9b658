//! RFC 3263 4.3: which failures send a request to the next element, and how it gets there.

use super::*;
use crate::locate::SharedBy;

const S1: &str = "192.0.2.11:5060";
const S2: &str = "192.0.2.12:5060";
const S3: &str = "192.0.2.13:5060";

fn one_of(elements: &[&str]) -> Hop {
    Hop::OneOf(elements.iter().map(|text| addr(text)).collect())
}

fn answer(status: StatusCode, to_request: &Outgoing) -> String {
    answer_with(status, to_request, "")
}

fn answer_with(status: StatusCode, to_request: &Outgoing, rows: &str) -> String {
    let request = Message::parse(&to_request.payload).unwrap();
    let (via, cseq) = (request.top_value(crate::message::HeaderName::Via).unwrap(), request.cseq().unwrap());
    format!(
        "SIP/2.0 {status} {}\r\nVia: {}\r\nFrom: <sip:alice@a.example>;tag=a1\r\nTo: <sip:bob@b.example>;tag=b\r\n\
         Call-ID: layer@a.example\r\nCSeq: {} {}\r\n{rows}\r\n",
        status.reason(),
        String::from_utf8_lossy(via),
        cseq.number,
        cseq.method,
    )
}

impl Bench {
    fn avoiding(lifetime_s: u64) -> Bench {
        let lifetime = Duration::from_secs(lifetime_s);
        let blacklisting = Blacklisting::For { lifetime, memory: SharedBy::Address };
        Bench::with(TransactionConfig { blacklisting, ..config() })
    }

    /// What was sent since the last call: method and destination.
    fn take_sent(&mut self) -> Vec<String> {
        let line = |out: &Outgoing| {
            let message = Message::parse(&out.payload).unwrap();
            format!("{} {}", message.method().unwrap().as_str(), out.to)
        };
        let lines = self.sent.iter().map(line).collect();
        self.sent.clear();
        lines
    }

    fn answer_last(&mut self, status: StatusCode) -> Received {
        let text = answer(status, self.sent.last().unwrap());
        self.receive(&text)
    }

    fn unreachable(&mut self, peer: &str) -> Vec<Expired> {
        self.act(|layer, cx| {
            layer.on_unreachable(addr(LOCAL), addr(peer), cx);
            std::iter::from_fn(|| layer.next_failure(cx)).collect()
        })
    }

    /// The transactions that begun equal those that ended when all timers have fired.
    fn assert_drained(&mut self) {
        let end = self.now + Duration::from_secs(400);
        let _ = self.run_until(end);
        assert_eq!((self.layer.live(), self.layer.clients.len()), (0, 0));
        assert_eq!(self.total(probe::TRANSACTION_BEGUN), self.total(probe::TRANSACTION_ENDED));
    }
}

#[test]
fn a_503_is_acknowledged_and_the_request_goes_to_the_next_element_with_a_new_branch() {
    let mut bench = Bench::new();
    let client = bench.request_to(&one_of(&[S1, S2]), Method::Invite, "z9hG4bKa.1", 7).unwrap();
    let first = bench.sent[0].clone();
    let received = bench.answer_last(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(received, Received::Moved { client, user: UserToken(7) });
    let second = bench.sent[2].clone();
    assert_eq!(bench.take_sent(), [format!("INVITE {S1}"), format!("ACK {S1}"), format!("INVITE {S2}")]);
    let (old, new) = (String::from_utf8_lossy(&first.payload), String::from_utf8_lossy(&second.payload));
    //= RFC 3263 4.3: identical to the previous, but has a different value of the Via branch ID
    assert_eq!(old.replace("branch=z9hG4bKa.1", "branch=z9hG4bK2-a.1"), new);
    // The former transaction still acknowledges copies of the 503.
    let copy = answer(StatusCode::SERVICE_UNAVAILABLE, &first);
    assert_eq!(bench.receive(&copy), Received::Absorbed);
    assert_eq!(bench.take_sent(), [format!("ACK {S1}")]);
    let answered = bench.receive(&answer(StatusCode::OK, &second));
    assert_eq!(answered, Received::Response { client, user: UserToken(7) });
    bench.assert_drained();
}

#[test]
fn a_503_after_a_100_fails_over_too() {
    let mut bench = Bench::new();
    let client = bench.request_to(&one_of(&[S1, S2]), Method::Invite, "z9hG4bKa.1", 7).unwrap();
    let _ = bench.answer_last(StatusCode::TRYING);
    let received = bench.answer_last(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(received, Received::Moved { client, user: UserToken(7) });
    assert_eq!(bench.sent.last().unwrap().to, addr(S2));
    bench.assert_drained();
}

#[test]
fn the_last_503_reaches_the_user() {
    let mut bench = Bench::new();
    let client = bench.request_to(&one_of(&[S1, S2]), Method::Options, "z9hG4bKa.1", 7).unwrap();
    assert_eq!(
        bench.answer_last(StatusCode::SERVICE_UNAVAILABLE),
        Received::Moved { client, user: UserToken(7) }
    );
    let last = bench.answer_last(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(last, Received::Response { client, user: UserToken(7) });
    bench.assert_drained();
}

#[test]
fn other_failures_are_answers_and_go_nowhere_else() {
    for status in [StatusCode::SERVER_INTERNAL_ERROR, StatusCode::BUSY_HERE, StatusCode::REQUEST_TIMEOUT] {
        let mut bench = Bench::new();
        let client = bench.request_to(&one_of(&[S1, S2]), Method::Invite, "z9hG4bKa.1", 7).unwrap();
        assert_eq!(bench.answer_last(status), Received::Response { client, user: UserToken(7) }, "{status}");
        assert_eq!(bench.unreachable(S1), [], "{status}");
        bench.assert_drained();
    }
}

#[test]
fn silence_of_64_t1_sends_the_request_to_the_next_element() {
    let mut bench = Bench::new();
    let client = bench.request_to(&one_of(&[S1, S2, S3]), Method::Invite, "z9hG4bKa.1", 7).unwrap();
    let moved = Expired::Moved { client, user: UserToken(7) };
    assert_eq!(bench.run_until(SimTime::from_millis(31_999)), []);
    bench.take_sent();
    assert_eq!(bench.run_until(SimTime::from_secs(32)), [moved]);
    assert_eq!(bench.take_sent(), [format!("INVITE {S2}")]);
    assert_eq!(bench.run_until(SimTime::from_secs(64)), [moved]);
    bench.take_sent();
    assert_eq!(bench.run_until(SimTime::from_secs(96)), [Expired::Timeout { client, user: UserToken(7) }]);
    bench.assert_drained();
}

#[test]
fn the_wait_for_a_silent_element_is_a_timer_wait_in_the_delay_of_the_request() {
    let mut bench = Bench::new();
    let _ = bench.request_to(&one_of(&[S1, S2]), Method::Options, "z9hG4bKa.1", 7).unwrap();
    let _ = bench.run_until(SimTime::from_secs(32));
    let lineage = bench.sent.last().unwrap().lineage;
    assert_eq!((lineage.root(), lineage.split().timers), (SimTime::ZERO, 32_000_000_000));
}

#[test]
fn silence_after_a_provisional_response_is_a_timeout() {
    let mut bench = Bench::new();
    let client = bench.request_to(&one_of(&[S1, S2]), Method::Options, "z9hG4bKa.1", 7).unwrap();
    let _ = bench.answer_last(StatusCode::TRYING);
    //= RFC 3263 4.3: without ever having received any response, provisional or final
    assert_eq!(bench.run_until(SimTime::from_secs(32)), [Expired::Timeout { client, user: UserToken(7) }]);
    bench.assert_drained();
}

#[test]
fn a_transport_failure_fails_over_at_once_also_after_a_100() {
    for has_100 in [false, true] {
        let mut bench = Bench::new();
        let client = bench.request_to(&one_of(&[S1, S2]), Method::Invite, "z9hG4bKa.1", 7).unwrap();
        if has_100 {
            let _ = bench.answer_last(StatusCode::TRYING);
        }
        assert_eq!(bench.unreachable(S1), [Expired::Moved { client, user: UserToken(7) }]);
        assert_eq!(bench.sent.last().unwrap().to, addr(S2));
        assert_eq!(bench.unreachable(S2), [Expired::Unreachable { client, user: UserToken(7) }]);
        bench.assert_drained();
    }
}

#[test]
fn unreachability_of_one_element_is_nothing_to_the_others() {
    let mut bench = Bench::new();
    let _ = bench.request_to(&one_of(&[S1, S2]), Method::Invite, "z9hG4bKa.1", 7).unwrap();
    assert_eq!(bench.unreachable(S2), []);
    assert_eq!(bench.take_sent(), [format!("INVITE {S1}")]);
}

#[test]
fn cancel_goes_where_the_request_went() {
    let mut bench = Bench::new();
    let client = bench.request_to(&one_of(&[S1, S2]), Method::Invite, "z9hG4bKa.1", 7).unwrap();
    let _ = bench.answer_last(StatusCode::SERVICE_UNAVAILABLE);
    let _ = bench.answer_last(StatusCode::RINGING);
    let invite = bench.sent.last().unwrap().clone();
    bench.act(|layer, cx| layer.cancel(client, cx));
    let cancel = bench.sent.last().unwrap().clone();
    let branch = |out: &Outgoing| {
        let text = String::from_utf8_lossy(&out.payload).into_owned();
        text.lines().find(|line| line.starts_with("Via")).map(str::to_owned)
    };
    //= RFC 3263 4: a CANCEL for a particular SIP request MUST be sent to the same SIP server
    assert_eq!((cancel.to, branch(&cancel)), (addr(S2), branch(&invite)));
}

#[test]
fn a_cancelled_request_tries_nobody_else() {
    let mut bench = Bench::new();
    let client = bench.request_to(&one_of(&[S1, S2]), Method::Invite, "z9hG4bKa.1", 7).unwrap();
    bench.act(|layer, cx| layer.cancel(client, cx));
    assert_eq!(bench.run_until(SimTime::from_secs(32)), [Expired::Timeout { client, user: UserToken(7) }]);
    assert!(bench.sent.iter().all(|out| out.to == addr(S1)));
    bench.assert_drained();
}

#[test]
fn the_second_request_avoids_an_element_that_was_silent() {
    let mut bench = Bench::avoiding(300);
    let client = bench.request_to(&one_of(&[S1, S2]), Method::Options, "z9hG4bKa.1", 7).unwrap();
    assert_eq!(bench.run_until(SimTime::from_secs(32)), [Expired::Moved { client, user: UserToken(7) }]);
    let _ = bench.answer_last(StatusCode::OK);
    bench.take_sent();
    let _ = bench.request_to(&one_of(&[S1, S2]), Method::Options, "z9hG4bKa.2", 8).unwrap();
    assert_eq!(bench.take_sent(), [format!("OPTIONS {S2}")]);
    // The life time counts from the failure.
    let _ = bench.run_until(SimTime::from_secs(32 + 300));
    bench.take_sent();
    let _ = bench.request_to(&one_of(&[S1, S2]), Method::Options, "z9hG4bKa.3", 9).unwrap();
    assert_eq!(bench.take_sent(), [format!("OPTIONS {S1}")]);
}

#[test]
fn a_503_keeps_requests_away_for_its_retry_after_only() {
    let mut bench = Bench::avoiding(300);
    for (nth, rows, wanted) in [(1, "", S1), (2, "Retry-After: 20\r\n", S2)] {
        let _ = bench.request_to(&one_of(&[S1, S2]), Method::Options, &format!("z9hG4bKa.{nth}"), 7);
        let busy = answer_with(StatusCode::SERVICE_UNAVAILABLE, bench.sent.last().unwrap(), rows);
        let _ = bench.receive(&busy);
        bench.take_sent();
        let _ = bench.request_to(&one_of(&[S1, S2]), Method::Options, &format!("z9hG4bKb.{nth}"), 8);
        assert_eq!(bench.take_sent(), [format!("OPTIONS {wanted}")]);
    }
}

#[test]
fn an_element_avoided_by_others_meanwhile_is_passed_over() {
    let mut bench = Bench::avoiding(300);
    let _ = bench.request_to(&one_of(&[S1, S2, S3]), Method::Options, "z9hG4bKa.1", 7).unwrap();
    let _ = bench.request_to(&one_of(&[S2]), Method::Options, "z9hG4bKa.2", 8).unwrap();
    let _ = bench.unreachable(S2);
    bench.take_sent();
    let _ = bench.unreachable(S1);
    assert_eq!(bench.take_sent(), [format!("OPTIONS {S3}")]);
}

#[test]
fn a_full_layer_does_not_fail_over_from_a_503() {
    let mut bench = Bench::with(TransactionConfig { limit: 1, ..config() });
    let client = bench.request_to(&one_of(&[S1, S2]), Method::Options, "z9hG4bKa.1", 7).unwrap();
    let last = bench.answer_last(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(last, Received::Response { client, user: UserToken(7) });
    bench.assert_drained();
}

#[test]
fn elements_of_another_ip_version_than_the_own_address_are_passed_over() {
    let mut bench = Bench::new();
    let _ = bench.request_to(&one_of(&["[2001:db8::1]:5060", S1]), Method::Options, "z9hG4bKa.1", 7).unwrap();
    assert_eq!(bench.take_sent(), [format!("OPTIONS {S1}")]);
    let nobody = bench.request_to(&one_of(&["[2001:db8::1]:5060"]), Method::Options, "z9hG4bKa.2", 7);
    assert_eq!(nobody, Err(NotSent::Nobody));
}

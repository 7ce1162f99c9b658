//! The layer, driven message by message: keys, destinations, limits, and the rules that no single machine sees.

use std::net::SocketAddr;
use std::time::Duration;

use sim_api::{Context, Effect, Lineage, Outgoing, Seed, SimTime, Stream, TimerToken};

use super::*;
use crate::header::Branch;
use crate::locate::{Blacklisting, Hop};
use crate::message::{Message, Method, StatusCode, TransactionKey};
use crate::probe;
use crate::timers::{TimerPolicy, TimerRange, TimerSet};

mod failover;
mod seeking;

/// A transaction layer at 192.0.2.2, and whatever it asked for.
struct Bench {
    layer: Transactions,
    now: SimTime,
    rng: Stream,
    sent: Vec<Outgoing>,
    wakes: Vec<(SimTime, TimerToken)>,
    probes: Vec<(sim_api::ProbeName, u64)>,
}

const PEER: &str = "192.0.2.1:5060";
const LOCAL: &str = "192.0.2.2:5060";

fn addr(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn config() -> TransactionConfig {
    TransactionConfig {
        timers: TimerPolicy::default(),
        trying: Trying::ByTransaction,
        merged: MergedRequests::Detect,
        limit: 100,
        blacklisting: Blacklisting::Off,
        dns: None,
    }
}

impl Bench {
    fn new() -> Bench {
        Bench::with(config())
    }

    fn with(config: TransactionConfig) -> Bench {
        Bench {
            layer: Transactions::new(config),
            now: SimTime::ZERO,
            rng: Seed::new(1).stream("bench"),
            sent: Vec::new(),
            wakes: Vec::new(),
            probes: Vec::new(),
        }
    }

    fn act<T>(&mut self, act: impl FnOnce(&mut Transactions, &mut Context<'_>) -> T) -> T {
        let mut effects = Vec::new();
        let mut cx = Context::new(self.now, Lineage::begin(self.now), &mut self.rng, &mut effects);
        let result = act(&mut self.layer, &mut cx);
        for effect in effects {
            match effect {
                Effect::Send(out) => self.sent.push(out),
                Effect::Wake { at, token } => self.wakes.push((at, token)),
                Effect::Probe { probe, .. } => self.probes.push((probe.name, probe.value)),
            }
        }
        result
    }

    fn receive(&mut self, octets: &str) -> Received {
        self.receive_from(PEER, octets)
    }

    fn receive_from(&mut self, from: &str, octets: &str) -> Received {
        let message = Message::parse(octets.as_bytes()).unwrap();
        self.act(|layer, cx| layer.receive(&message, addr(from), addr(LOCAL), cx))
    }

    fn respond(&mut self, server: ServerId, status: StatusCode) -> Option<Outgoing> {
        let octets = format!("SIP/2.0 {status} {}\r\n\r\n", status.reason());
        self.act(|layer, cx| layer.respond(server, status, octets.as_bytes(), cx))
    }

    /// Begins a client transaction for a request to the peer.
    fn request(&mut self, method: Method<'_>, branch: &str, user: u32) -> Result<ClientId, NotSent> {
        self.request_to(&Hop::At(addr(PEER)), method, branch, user)
    }

    fn request_to(
        &mut self,
        hop: &Hop,
        method: Method<'_>,
        branch: &str,
        user: u32,
    ) -> Result<ClientId, NotSent> {
        let octets = request(method.as_str(), branch);
        let kind = if method == Method::Invite { RequestKind::Invite } else { RequestKind::NonInvite };
        let request = ClientRequest {
            octets: octets.as_bytes(),
            key: TransactionKey::client(Branch::new(branch).unwrap(), method),
            kind,
            local: addr(LOCAL),
            hop,
            user: UserToken(user),
        };
        self.act(|layer, cx| layer.request(request, cx))
    }

    /// Lets the wake-ups up to `until` happen; what they were to the user.
    fn run_until(&mut self, until: SimTime) -> Vec<Expired> {
        let mut expired = Vec::new();
        loop {
            self.wakes.sort();
            let Some(&(at, token)) = self.wakes.first().filter(|(at, _)| *at <= until) else { break };
            self.wakes.remove(0);
            self.now = at;
            expired.extend(self.act(|layer, cx| layer.on_wake(token, cx)));
        }
        self.now = until;
        expired
    }

    fn texts(&self) -> Vec<String> {
        self.sent.iter().map(|out| String::from_utf8_lossy(&out.payload).into_owned()).collect()
    }

    fn total(&self, name: sim_api::ProbeName) -> u64 {
        self.probes.iter().filter(|(seen, _)| *seen == name).map(|(_, value)| value).sum()
    }
}

fn request(method: &str, branch: &str) -> String {
    format!(
        "{method} sip:bob@192.0.2.2 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\n\
         Route: <sip:p1.example;lr>\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:alice@a.example>;tag=a1\r\n\
         To: <sip:bob@b.example>\r\n\
         Call-ID: layer@a.example\r\n\
         CSeq: 1 {method}\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

fn response(status: u16, method: &str, branch: &str, to_tag: &str) -> String {
    format!(
        "SIP/2.0 {status} Whatever\r\n\
         Via: SIP/2.0/UDP 192.0.2.2:5060;branch={branch}\r\n\
         From: <sip:alice@a.example>;tag=a1\r\n\
         To: <sip:bob@b.example>;tag={to_tag}\r\n\
         Call-ID: layer@a.example\r\n\
         CSeq: 1 {method}\r\n\r\n"
    )
}

fn new_request(received: Received) -> ServerId {
    match received {
        Received::Request(server) => server,
        other => panic!("a new request was expected: {other:?}"),
    }
}

#[test]
fn a_copy_of_a_request_is_no_second_request() {
    let mut bench = Bench::new();
    let server = new_request(bench.receive(&request("OPTIONS", "z9hG4bK1")));
    assert_eq!(bench.receive(&request("OPTIONS", "z9hG4bK1")), Received::Absorbed);
    assert_eq!(bench.sent.len(), 0, "nothing to repeat yet");
    bench.respond(server, StatusCode::OK);
    assert_eq!(bench.receive(&request("OPTIONS", "z9hG4bK1")), Received::Absorbed);
    let [first, second] = &bench.sent[..] else { panic!("{:?}", bench.texts()) };
    assert!(std::ptr::eq(first.payload.octets(), second.payload.octets()), "the same octets again");
    assert_eq!(bench.total(probe::REPEATED), 1);
}

#[test]
fn sent_by_port_and_host_belong_to_the_key_and_its_case_does_not() {
    let mut bench = Bench::new();
    let invite = request("INVITE", "z9hG4bKAbC");
    let _ = new_request(bench.receive(&invite));
    for other in ["192.0.2.1:5061;", "192.0.2.77:5060;"] {
        let received = bench.receive(&invite.replace("192.0.2.1:5060;", other));
        assert!(matches!(received, Received::Merged(_)), "another transaction: {received:?}");
    }
    assert_eq!(bench.receive(&invite.replace("z9hG4bKAbC", "Z9hg4BKaBc")), Received::Absorbed);
}

#[test]
fn the_ack_to_a_rejection_ends_its_retransmission_and_goes_nowhere() {
    let mut bench = Bench::new();
    let server = new_request(bench.receive(&request("INVITE", "z9hG4bK1")));
    bench.respond(server, StatusCode::BUSY_HERE);
    assert_eq!(bench.receive(&request("ACK", "z9hG4bK1")), Received::Absorbed);
    assert_eq!(bench.receive(&request("ACK", "z9hG4bK1")), Received::Absorbed);
    let expired = bench.run_until(SimTime::from_secs(40));
    assert_eq!(bench.sent.len(), 1);
    assert_eq!(expired, [Expired::ServerEnded { server, user: None }]);
    assert_eq!(bench.layer.live(), 0);
}

#[test]
fn the_ack_to_a_2xx_has_a_branch_of_its_own_and_goes_to_the_user() {
    let mut bench = Bench::new();
    let server = new_request(bench.receive(&request("INVITE", "z9hG4bK1")));
    bench.respond(server, StatusCode::OK);
    assert_eq!(bench.receive(&request("ACK", "z9hG4bK2")), Received::Ack { invite: None });
    assert_eq!(bench.receive(&request("ACK", "z9hG4bK1")), Received::Ack { invite: Some(server) });
    assert_eq!(bench.layer.live(), 1, "an ACK makes no transaction");
}

#[test]
fn the_ack_that_the_client_makes_has_the_invites_branch_one_via_and_its_route() {
    let mut bench = Bench::new();
    let client = bench.request(Method::Invite, "z9hG4bK1", 7).unwrap();
    let received = bench.receive(&response(486, "INVITE", "z9hG4bK1", "b1"));
    assert_eq!(received, Received::Response { client, user: UserToken(7) });
    let ack = &bench.texts()[1];
    assert!(ack.starts_with("ACK sip:bob@192.0.2.2 SIP/2.0\r\n"), "{ack}");
    assert_eq!(ack.matches("Via:").count(), 1);
    for row in ["branch=z9hG4bK1\r\n", "Route: <sip:p1.example;lr>\r\n", ";tag=b1\r\n", "CSeq: 1 ACK\r\n"] {
        assert!(ack.contains(row), "{row} in {ack}");
    }
    assert_eq!(bench.sent[1].to, addr(PEER));
    assert_eq!(bench.receive(&response(486, "INVITE", "z9hG4bK1", "b1")), Received::Absorbed);
    assert_eq!(bench.texts()[2], *ack, "a repeated rejection gets the same ACK");
}

#[test]
fn further_2xx_of_other_branches_reach_the_user_until_timer_m() {
    let mut bench = Bench::new();
    let client = bench.request(Method::Invite, "z9hG4bK1", 7).unwrap();
    for tag in ["b1", "b2", "b1"] {
        let received = bench.receive(&response(200, "INVITE", "z9hG4bK1", tag));
        assert_eq!(received, Received::Response { client, user: UserToken(7) });
    }
    assert_eq!(bench.sent.len(), 1, "the transaction acknowledges no 2xx");
    let expired = bench.run_until(SimTime::from_secs(32));
    assert_eq!(expired, [Expired::ClientEnded { client, user: UserToken(7) }]);
    assert_eq!(bench.receive(&response(200, "INVITE", "z9hG4bK1", "b1")), Received::Stray);
    assert_eq!(bench.total(probe::STRAY_RESPONSE), 200);
}

#[test]
fn a_response_matches_by_branch_and_cseq_method_only() {
    let mut bench = Bench::new();
    let client = bench.request(Method::Options, "z9hG4bK1", 7).unwrap();
    assert_eq!(bench.receive(&response(200, "INVITE", "z9hG4bK1", "b1")), Received::Stray);
    assert_eq!(bench.receive(&response(200, "OPTIONS", "z9hG4bK2", "b1")), Received::Stray);
    let other_tag = response(200, "OPTIONS", "z9hG4bK1", "anything");
    assert_eq!(bench.receive(&other_tag), Received::Response { client, user: UserToken(7) });
}

#[test]
fn cancel_is_sent_after_a_provisional_response_in_a_transaction_of_its_own() {
    let mut bench = Bench::new();
    let client = bench.request(Method::Invite, "z9hG4bK1", 7).unwrap();
    bench.act(|layer, cx| layer.cancel(client, cx));
    assert_eq!(bench.sent.len(), 1);
    let _ = bench.receive(&response(180, "INVITE", "z9hG4bK1", "b1"));
    let cancel = &bench.texts()[1];
    assert!(cancel.starts_with("CANCEL sip:bob@192.0.2.2 SIP/2.0\r\n"), "{cancel}");
    for row in [
        "branch=z9hG4bK1\r\n",
        "Route: <sip:p1.example;lr>\r\n",
        "To: <sip:bob@b.example>\r\n",
        "CSeq: 1 CANCEL\r\n",
    ] {
        assert!(cancel.contains(row), "{row} in {cancel}");
    }
    bench.act(|layer, cx| layer.cancel(client, cx));
    assert_eq!((bench.sent.len(), bench.layer.live()), (2, 2), "once only");
    assert_eq!(bench.receive(&response(200, "CANCEL", "z9hG4bK1", "b1")), Received::Absorbed);
    let _ = bench.receive(&response(487, "INVITE", "z9hG4bK1", "b1"));
    bench.run_until(SimTime::from_secs(100));
    assert_eq!(bench.layer.live(), 0);
}

#[test]
fn a_provisional_response_that_comes_after_the_final_one_is_absorbed_and_sends_no_cancel() {
    for status in [200, 486] {
        let mut bench = Bench::new();
        let client = bench.request(Method::Invite, "z9hG4bK1", 7).unwrap();
        bench.act(|layer, cx| layer.cancel(client, cx));
        let last = bench.receive(&response(status, "INVITE", "z9hG4bK1", "b1"));
        assert_eq!(last, Received::Response { client, user: UserToken(7) });
        let sent = bench.sent.len();
        assert_eq!(bench.receive(&response(180, "INVITE", "z9hG4bK1", "b1")), Received::Absorbed);
        assert_eq!(bench.sent.len(), sent, "no CANCEL after {status}");
        bench.run_until(SimTime::from_secs(33));
        assert_eq!((bench.layer.live(), bench.sent.len()), (0, sent));
    }
}

#[test]
fn cancel_has_no_effect_after_a_final_response_and_on_other_methods() {
    let mut bench = Bench::new();
    let invite = bench.request(Method::Invite, "z9hG4bK1", 7).unwrap();
    let _ = bench.receive(&response(200, "INVITE", "z9hG4bK1", "b1"));
    let options = bench.request(Method::Options, "z9hG4bK2", 7).unwrap();
    for client in [invite, options] {
        bench.act(|layer, cx| layer.cancel(client, cx));
    }
    assert_eq!(bench.sent.len(), 2);
}

#[test]
fn a_cancel_finds_its_invite_by_branch() {
    let mut bench = Bench::new();
    let early = bench.receive(&request("CANCEL", "z9hG4bK1"));
    assert!(matches!(early, Received::Cancel { invite: None, .. }), "before its INVITE: {early:?}");
    let server = new_request(bench.receive(&request("INVITE", "z9hG4bK2")));
    let received = bench.receive(&request("CANCEL", "z9hG4bK2"));
    let Received::Cancel { cancel, invite } = received else { panic!("{received:?}") };
    assert_eq!(invite, Some(server));
    bench.respond(cancel, StatusCode::OK);
    assert_eq!(bench.receive(&request("CANCEL", "z9hG4bK2")), Received::Absorbed, "a copy of the CANCEL");
}

#[test]
fn a_cancel_for_another_method_means_itself() {
    let mut bench = Bench::new();
    let _ = new_request(bench.receive(&request("OPTIONS", "z9hG4bK1")));
    let received = bench.receive(&request("CANCEL", "z9hG4bK1"));
    let Received::Cancel { cancel, invite } = received else { panic!("{received:?}") };
    assert_eq!(invite, Some(cancel));
}

#[test]
fn trying_is_sent_after_200_ms_and_only_if_the_user_is_silent() {
    for (trying, answered, sendings) in
        [(Trying::ByTransaction, false, 1), (Trying::ByTransaction, true, 1), (Trying::ByUser, false, 0)]
    {
        let config = TransactionConfig { trying, ..config() };
        let mut bench = Bench::with(config);
        let server = new_request(bench.receive(&request("INVITE", "z9hG4bK1")));
        assert_eq!(bench.receive(&request("INVITE", "z9hG4bK1")), Received::Absorbed);
        assert_eq!(bench.sent.len(), 0, "a copy does not call the 100 forth");
        if answered {
            bench.respond(server, StatusCode::RINGING);
        }
        bench.run_until(SimTime::from_secs(1));
        assert_eq!(bench.sent.len(), sendings, "{trying:?}");
        if trying == Trying::ByTransaction && !answered {
            let text = &bench.texts()[0];
            assert!(
                text.starts_with("SIP/2.0 100 Trying\r\n") && !text.contains("To: <sip:bob@b.example>;tag")
            );
            assert_eq!(bench.receive(&request("INVITE", "z9hG4bK1")), Received::Absorbed);
            assert_eq!(bench.texts()[1], bench.texts()[0], "then a copy gets it again");
        }
    }
}

#[test]
fn a_request_by_a_second_path_is_merged_as_long_as_the_first_lives() {
    let mut bench = Bench::new();
    let first = new_request(bench.receive(&request("OPTIONS", "z9hG4bK1")));
    let merged = bench.receive(&request("OPTIONS", "z9hG4bK2"));
    let Received::Merged(second) = merged else { panic!("{merged:?}") };
    bench.respond(first, StatusCode::OK);
    bench.respond(second, StatusCode::LOOP_DETECTED);
    assert!(matches!(bench.receive(&request("OPTIONS", "z9hG4bK3")), Received::Merged(_)));
    bench.run_until(SimTime::from_secs(33));
    let _ = new_request(bench.receive(&request("OPTIONS", "z9hG4bK4")));

    let config = TransactionConfig { merged: MergedRequests::Ignore, ..config() };
    let mut proxy = Bench::with(config);
    for branch in ["z9hG4bK1", "z9hG4bK2"] {
        let _ = new_request(proxy.receive(&request("OPTIONS", branch)));
    }
}

#[test]
fn responses_go_to_rport_received_or_maddr() {
    for (via, from, wanted) in [
        ("192.0.2.1:5060", "192.0.2.1:5060", "192.0.2.1:5060"),
        ("192.0.2.1", "192.0.2.1:9999", "192.0.2.1:5060"),
        ("192.0.2.1:5070", "192.0.2.1:9999", "192.0.2.1:5070"),
        ("pc33.a.example:5070", "192.0.2.1:9999", "192.0.2.1:5070"),
        ("10.0.0.1:5070", "198.51.100.1:9999", "198.51.100.1:5070"),
        ("10.0.0.1:5070;rport", "198.51.100.1:9999", "198.51.100.1:9999"),
        ("10.0.0.1:5070;maddr=203.0.113.5", "198.51.100.1:9999", "203.0.113.5:5070"),
        ("[2001:db8::1]:5070", "[2001:db8::2]:9999", "[2001:db8::2]:5070"),
    ] {
        let mut bench = Bench::new();
        let octets = request("OPTIONS", "z9hG4bK1").replace("192.0.2.1:5060", via);
        let server = new_request(bench.receive_from(from, &octets));
        assert_eq!(bench.layer.peer(server), Some(addr(wanted)), "{via} from {from}");
        bench.respond(server, StatusCode::OK);
        assert_eq!(bench.sent[0].to, addr(wanted));
    }
}

#[test]
fn a_2xx_goes_out_again_when_the_user_passes_it_again_and_others_are_discarded() {
    let mut bench = Bench::new();
    let server = new_request(bench.receive(&request("INVITE", "z9hG4bK1")));
    assert!(bench.respond(server, StatusCode::OK).is_some());
    assert!(bench.respond(server, StatusCode::OK).is_some());
    assert!(bench.respond(server, StatusCode::BUSY_HERE).is_none());
    assert!(bench.respond(server, StatusCode::RINGING).is_none());
    assert_eq!(bench.sent.len(), 2);
    bench.run_until(SimTime::from_secs(32));
    assert!(bench.respond(server, StatusCode::OK).is_none(), "the transaction is gone");
}

#[test]
fn a_second_final_response_is_discarded() {
    let mut bench = Bench::new();
    let server = new_request(bench.receive(&request("OPTIONS", "z9hG4bK1")));
    assert!(bench.respond(server, StatusCode::OK).is_some());
    assert!(bench.respond(server, StatusCode::SERVER_INTERNAL_ERROR).is_none());
}

#[test]
fn a_timeout_of_a_client_names_its_user_and_no_408_is_ever_sent() {
    let mut bench = Bench::new();
    let client = bench.request(Method::Options, "z9hG4bK1", 9).unwrap();
    let expired = bench.run_until(SimTime::from_secs(32));
    assert_eq!(expired, [Expired::Timeout { client, user: UserToken(9) }]);
    assert!(bench.texts().iter().all(|text| text.starts_with("OPTIONS ")));
    let server = new_request(bench.receive(&request("OPTIONS", "z9hG4bK2")));
    bench.run_until(SimTime::from_secs(1000));
    assert_eq!(bench.sent.len(), 11, "a user that never answers lets nothing be sent");
    bench.act(|layer, cx| layer.abandon(server, cx));
    assert_eq!((bench.layer.live(), bench.sent.len()), (0, 11));
}

#[test]
fn the_timers_of_a_transaction_are_those_of_its_peer() {
    let timers = TimerPolicy {
        default: TimerSet::RFC3261,
        ranges: vec![TimerRange {
            first: addr(PEER).ip(),
            last: addr(PEER).ip(),
            timers: TimerSet::TS24229_UE,
        }],
    };
    let mut bench = Bench::with(TransactionConfig { timers, ..config() });
    bench.request(Method::Options, "z9hG4bK1", 9).unwrap();
    assert_eq!(bench.run_until(SimTime::from_secs(127)), []);
    assert_eq!(bench.run_until(SimTime::from_secs(128)).len(), 1);
    assert_eq!(bench.sent.len(), 11);
}

#[test]
fn what_exceeds_the_limit_is_refused_and_counted() {
    let config = TransactionConfig { limit: 1, ..config() };
    let mut bench = Bench::with(config);
    let server = new_request(bench.receive(&request("OPTIONS", "z9hG4bK1")));
    assert_eq!(bench.receive(&request("OPTIONS", "z9hG4bK2")), Received::Refused);
    assert_eq!(bench.request(Method::Options, "z9hG4bK3", 1), Err(NotSent::Full));
    assert_eq!(bench.total(probe::TRANSACTION_REFUSED), 2);
    bench.respond(server, StatusCode::OK);
    assert_eq!(
        bench.receive(&request("OPTIONS", "z9hG4bK1")),
        Received::Absorbed,
        "copies still find theirs"
    );
    bench.run_until(SimTime::from_secs(32));
    let _ = new_request(bench.receive(&request("OPTIONS", "z9hG4bK2")));
}

#[test]
fn each_transaction_begun_has_ended_also_when_the_memory_is_lost() {
    let mut bench = Bench::new();
    let server = new_request(bench.receive(&request("INVITE", "z9hG4bK1")));
    bench.request(Method::Invite, "z9hG4bK2", 1).unwrap();
    bench.request(Method::Options, "z9hG4bK3", 1).unwrap();
    bench.act(|layer, cx| layer.forget_all(cx));
    assert_eq!((bench.total(probe::TRANSACTION_BEGUN), bench.total(probe::TRANSACTION_ENDED)), (3, 3));
    assert!(bench.respond(server, StatusCode::OK).is_none());
    let client = bench.request(Method::Options, "z9hG4bK2", 5).unwrap();
    let expired = bench.run_until(SimTime::from_secs(100));
    assert_eq!(expired, [Expired::Timeout { client, user: UserToken(5) }], "old wake-ups mean nothing");
}

#[test]
fn wake_ups_that_an_outage_delayed_end_a_transaction_without_another_copy() {
    let mut bench = Bench::new();
    let client = bench.request(Method::Invite, "z9hG4bK1", 3).unwrap();
    let (_, token) = bench.wakes[0];
    bench.now = SimTime::from_secs(90);
    let expired = bench.act(|layer, cx| layer.on_wake(token, cx));
    assert_eq!(expired, Some(Expired::Timeout { client, user: UserToken(3) }));
    assert_eq!(bench.sent.len(), 1);
}

#[test]
fn a_transport_error_ends_a_client_that_waits() {
    let mut bench = Bench::new();
    let client = bench.request(Method::Options, "z9hG4bK1", 3).unwrap();
    assert_eq!(bench.act(|layer, cx| layer.on_transport_error(client, cx)), Some(UserToken(3)));
    assert_eq!((bench.layer.live(), bench.layer.client_user(client)), (0, None));
}

#[test]
fn a_retransmission_adds_its_wait_to_the_lineage() {
    let mut bench = Bench::new();
    bench.request(Method::Options, "z9hG4bK1", 3).unwrap();
    bench.run_until(SimTime::from_secs(4));
    let waits: Vec<Duration> =
        bench.sent.iter().map(|out| Duration::from_nanos(out.lineage.split().timers)).collect();
    assert_eq!(waits, [0, 500, 1500, 3500].map(Duration::from_millis));
    assert!(bench.sent.iter().all(|out| out.lineage.root() == SimTime::ZERO));
}

#[test]
fn a_message_without_a_readable_via_is_malformed() {
    let mut bench = Bench::new();
    let broken = request("OPTIONS", "z9hG4bK1").replace("SIP/2.0/UDP", "nonsense");
    assert_eq!(bench.receive(&broken), Received::Malformed);
    let broken = response(200, "OPTIONS", "z9hG4bK1", "b").replace("CSeq: 1 OPTIONS", "CSeq: OPTIONS");
    assert_eq!(bench.receive(&broken), Received::Malformed);
    assert_eq!(bench.probes.iter().filter(|(name, _)| *name == probe::MALFORMED).count(), 2);
}

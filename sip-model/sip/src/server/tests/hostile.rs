//! Any datagrams in any order: nothing panics, and everything that began ends.

use super::*;
use proptest::prelude::*;

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// Alice sends this request in this transaction.
    Request { kind: usize, branch: u8 },
    /// One of the requests that the proxy forwarded is answered.
    Response { to: usize, status: u16 },
    /// As the request, with one octet changed.
    Damaged { kind: usize, branch: u8, at: usize, octet: u8 },
    /// Time passes.
    Wait { millis: u64 },
    /// The server loses its memory.
    Crash,
}

const REQUESTS: [&str; 9] = [
    "INVITE sip:bob@koeln.example",
    "INVITE sip:bob@koeln.example",
    "CANCEL sip:bob@koeln.example",
    "ACK sip:bob@koeln.example",
    "BYE sip:192.0.2.1:5060;lr",
    "REGISTER sip:koeln.example",
    "MESSAGE sip:bob@koeln.example",
    "OPTIONS sip:192.0.2.1",
    "INVITE sip:carol@bonn.example;maddr=192.0.2.1",
];

const MORE: &str = "Max-Breadth: 2\nRoute: <sip:192.0.2.1;lr>, <sip:bonn.example>\n\
    Contact: <sip:bob@192.0.2.30>;expires=99;q=0.3\n";

fn step() -> impl Strategy<Value = Step> {
    let kind = 0..REQUESTS.len();
    let statuses = prop::sample::select(vec![
        100u16, 180, 183, 199, 200, 202, 302, 401, 407, 408, 486, 487, 500, 503, 600, 699,
    ]);
    prop_oneof![
        4 => (kind.clone(), 0u8..3).prop_map(|(kind, branch)| Step::Request { kind, branch }),
        6 => (any::<prop::sample::Index>(), statuses)
            .prop_map(|(to, status)| Step::Response { to: to.index(1 << 16), status }),
        3 => (kind, 0u8..3, 0usize..700, any::<u8>())
            .prop_map(|(kind, branch, at, octet)| Step::Damaged { kind, branch, at, octet }),
        2 => prop::sample::select(vec![1u64, 499, 500, 5_000, 32_000, 100_000, 181_000])
            .prop_map(|millis| Step::Wait { millis }),
        1 => Just(Step::Crash),
    ]
}

fn octets(kind: usize, branch: u8) -> Vec<u8> {
    let more = if kind < 5 { MORE } else { "Contact: <sip:bob@192.0.2.30>\n" };
    request(REQUESTS[kind], &format!("b{branch}"), more)
}

/// Carries out `steps` against a server at which Bob has two contacts, one after the other.
fn run(steps: &[Step]) -> Bench {
    let mut bench = Bench::where_bob_is_at(&[
        "sip:bob@192.0.2.20:5060 0.9",
        "sip:bob@192.0.2.21:5060 0.9",
        "sip:bob@192.0.2.22 0.1",
    ]);
    let mut forwarded: Vec<Sent> = Vec::new();
    for step in steps {
        let sent = match step {
            Step::Request { kind, branch } => bench.receive(ALICE, &octets(*kind, *branch)),
            Step::Response { to, status } => {
                let Some(request) = forwarded.get(to % forwarded.len().max(1)).cloned() else { continue };
                // Some contacts are new, some are known, and some share a preference.
                let contacts = format!(
                    "Contact: <sip:bob@192.0.2.3{}>, <sip:bob@192.0.2.40>, <sip:bob@192.0.2.22>;q=0.1\n",
                    to % 8
                );
                bench.receive(&request.to.to_string(), &response(&request, *status, &contacts))
            }
            Step::Damaged { kind, branch, at, octet } => {
                let mut octets = octets(*kind, *branch);
                let at = at % octets.len();
                octets[at] = *octet;
                bench.receive_raw(ALICE, &octets)
            }
            Step::Wait { millis } => bench.wait(*millis).into_iter().map(|(_, sent)| sent).collect(),
            Step::Crash => bench.handle(NodeEvent::Fault(NodeFault::Crash(Memory::Lost))),
        };
        let requests = sent
            .into_iter()
            .filter(|sent| Message::parse(&sent.octets).is_ok_and(|message| message.is_request()));
        forwarded.extend(requests);
    }
    bench
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn whatever_comes_everything_that_began_ends(steps in prop::collection::vec(step(), 0..40)) {
        run(&steps).drain();
    }

    #[test]
    fn the_same_datagrams_make_the_same_flow(steps in prop::collection::vec(step(), 0..20)) {
        prop_assert_eq!(run(&steps).log, run(&steps).log);
    }
}

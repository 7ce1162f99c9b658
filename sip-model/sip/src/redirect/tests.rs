//! What a redirect server answers.

use std::collections::BTreeMap;
use std::time::Duration;

use sim_api::{Effect, Lineage, Seed, Stream};

use super::*;
use crate::location::Origin;

const SERVER: &str = "192.0.2.1:5060";
const ALICE: &str = "192.0.2.10:5060";

struct Bench {
    node: RedirectServer,
    now: SimTime,
    rng: Stream,
    wakes: BTreeMap<(SimTime, usize), TimerToken>,
}

impl Bench {
    /// A server for `biloxi.example` at which Bob has these contacts, each with its preference in thousandths.
    fn new(contacts: &[(&str, u16)], change: impl FnOnce(&mut RedirectServerConfig)) -> Bench {
        let identity = Identity::new(&[SERVER.parse().unwrap()], Domains::default());
        let mut config = RedirectServerConfig::new(identity, ["biloxi.example"].into_iter().collect());
        change(&mut config);
        let mut location = LocationService::default();
        let binding = |(contact, q): &(&str, u16)| Binding {
            q: QValue::from_thousandths(*q).unwrap(),
            ..Binding::new(contact.as_bytes(), SimTime::from_secs(61), Origin::new(b"x", 1))
        };
        location.list(aor("sip:idle@biloxi.example"));
        let bindings = contacts.iter().map(binding).collect();
        location.replace(&aor("sip:bob@biloxi.example"), bindings, SimTime::ZERO).unwrap();
        let rng = Seed::new(7).stream("node/redirect");
        Bench {
            node: RedirectServer::new(config, location),
            now: SimTime::from_secs(1),
            rng,
            wakes: BTreeMap::new(),
        }
    }

    /// What the server answers to `octets`: each response as a message of its own.
    fn receive(&mut self, octets: &[u8]) -> Vec<Message<'static>> {
        let (from, to) = (ALICE.parse().unwrap(), SERVER.parse().unwrap());
        self.handle(NodeEvent::Datagram { from, to, octets })
    }

    /// The only answer.
    fn answer(&mut self, octets: &[u8]) -> Message<'static> {
        let mut answers = self.receive(octets);
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(0)
    }

    /// Lets all timers fire.
    fn drain(&mut self) {
        while let Some(((at, _), token)) = self.wakes.pop_first() {
            self.now = at;
            self.handle(NodeEvent::Timer(token));
        }
        assert_eq!(self.node.live(), 0);
    }

    fn handle(&mut self, event: NodeEvent<'_>) -> Vec<Message<'static>> {
        let mut effects = Vec::new();
        let cause = Lineage::begin(self.now);
        self.node.handle(event, &mut Context::new(self.now, cause, &mut self.rng, &mut effects));
        let mut sent = Vec::new();
        for effect in effects {
            match effect {
                Effect::Send(out) => sent.push(Message::parse(out.payload.octets()).unwrap().into_owned()),
                Effect::Wake { at, token } => drop(self.wakes.insert((at, self.wakes.len()), token)),
                Effect::Probe { .. } => {}
            }
        }
        sent
    }
}

fn aor(uri: &str) -> Aor {
    Aor::of(&Uri::parse(uri).unwrap()).unwrap()
}

fn request(line: &str, branch: &str, more: &str) -> Vec<u8> {
    let method = line.split(' ').next().unwrap();
    format!(
        "{line} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n\
         From: <sip:alice@atlanta.example>;tag=a1\r\nTo: <sip:bob@biloxi.example>\r\nCall-ID: {branch}\r\n\
         CSeq: 1 {method}\r\n{more}Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

fn contacts(response: &Message<'_>) -> Vec<String> {
    response.rows_named("Contact").map(|row| String::from_utf8(row.value.to_vec()).unwrap()).collect()
}

fn code(response: &Message<'_>) -> u16 {
    response.status().unwrap().code()
}

const TWO: [(&str, u16); 2] = [("sip:bob@192.0.2.21", 300), ("sip:bob@192.0.2.20", 900)];

#[test]
fn contacts_stand_in_the_order_of_their_preference() {
    let mut bench = Bench::new(&TWO, |_| {});
    let moved = bench.answer(&request("INVITE sip:bob@biloxi.example", "1", ""));
    assert_eq!(code(&moved), 302);
    assert_eq!(contacts(&moved), ["<sip:bob@192.0.2.20>;q=0.9", "<sip:bob@192.0.2.21>;q=0.3"]);
    assert!(moved.to().unwrap().tag.is_some());
    bench.drain();
}

#[test]
fn status_and_lifetimes_are_the_scenarios_choice() {
    let mut bench = Bench::new(&[("tel:+4922112345", 1000)], |config| {
        config.status = StatusCode::MOVED_PERMANENTLY;
        config.lifetimes = Lifetimes::Stated;
    });
    let moved = bench.answer(&request("INVITE sip:bob@biloxi.example", "1", ""));
    assert_eq!((code(&moved), contacts(&moved)), (301, vec!["<tel:+4922112345>;expires=60".to_owned()]));
}

#[test]
fn nobody_is_redirected_to_where_he_asked() {
    //= RFC 3261 8.3: redirect servers MUST NOT redirect a request to a URI equal to the one in the Request-URI
    let own = ("sip:bob@BILOXI.example", 1000);
    let mut bench = Bench::new(&[own], |_| {});
    assert_eq!(code(&bench.answer(&request("INVITE sip:bob@biloxi.example", "1", ""))), 404);
    let mut bench = Bench::new(&[own, TWO[0]], |_| {});
    let moved = bench.answer(&request("INVITE sip:bob@biloxi.example", "1", ""));
    assert_eq!(contacts(&moved), ["<sip:bob@192.0.2.21>;q=0.3"]);
}

#[test]
fn strangers_are_404_and_users_without_a_contact_480() {
    let mut bench = Bench::new(&TWO, |_| {});
    for (branch, uri, wanted) in [
        ("1", "sip:nobody@biloxi.example", 404),
        ("2", "sip:bob@elsewhere.example", 404),
        ("3", "sip:192.0.2.1", 404),
        ("4", "sip:idle@biloxi.example", 480),
        ("5", "tel:+1", 416),
    ] {
        let invite = request(&format!("INVITE {uri}"), branch, "");
        assert_eq!(code(&bench.answer(&invite)), wanted, "{uri}");
    }
    assert_eq!(code(&bench.answer(&request("OPTIONS sip:192.0.2.1", "o", ""))), 200);
}

#[test]
fn what_is_not_understood_is_redirected_all_the_same() {
    //= RFC 3261 8.3: redirect servers MUST ignore features that are not understood
    let mut bench = Bench::new(&TWO, |_| {});
    let odd = request("DANCE sip:bob@biloxi.example", "1", "Require: magic\r\nX: y\r\n");
    assert_eq!(code(&bench.answer(&odd)), 302);
}

#[test]
fn cancel_is_answered_200_ack_is_absorbed_and_a_copy_gets_the_same_answer() {
    let mut bench = Bench::new(&TWO, |_| {});
    let invite = request("INVITE sip:bob@biloxi.example", "1", "");
    let moved = bench.answer(&invite);
    assert_eq!(bench.answer(&invite).octets(), moved.octets());
    let text = String::from_utf8(invite).unwrap();
    //= RFC 3261 8.3: for well-formed CANCEL requests, it SHOULD return a 2xx response
    assert_eq!(code(&bench.answer(text.replace("INVITE", "CANCEL").as_bytes())), 200);
    assert!(bench.receive(text.replace("INVITE", "ACK").as_bytes()).is_empty());
    let unknown = request("CANCEL sip:bob@biloxi.example", "9", "");
    assert_eq!(code(&bench.answer(&unknown)), 481);
    bench.now += Duration::from_millis(1);
    bench.drain();
}

#[test]
fn a_merged_request_is_482() {
    let mut bench = Bench::new(&TWO, |_| {});
    let invite = String::from_utf8(request("INVITE sip:bob@biloxi.example", "1", "")).unwrap();
    bench.answer(invite.as_bytes());
    assert_eq!(code(&bench.answer(invite.replace("z9hG4bK1", "z9hG4bK2").as_bytes())), 482);
}

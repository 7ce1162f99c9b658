//! Flows through a proxy-registrar whose peers follow a script.

mod breadth;
mod callflows;
mod calls;
mod forking;
mod gate;
mod hostile;
mod redirections;
mod registration;
mod routing;
mod subscribers;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use sim_api::{Effect, Lineage, Seed, Stream};

use super::*;
use crate::header::Tag;
use crate::location::{Binding, Origin, StaticTable};
use crate::message::{Composer, ResponseHead};
use crate::probe;
use crate::uri::{Aor, Uri};
use sim_api::SimTime;

const ALICE: &str = "192.0.2.10:5060";
const BOB: &str = "192.0.2.20:5060";
/// Bob's second telephone.
const BOBS_MOBILE: &str = "192.0.2.21:5060";
const PROXY: &str = "192.0.2.1:5060";
/// Another proxy.
const BONN: &str = "192.0.2.2:5060";

/// A proxy-registrar for `koeln.example` in a loop of its own, without links: what it sends is there at once.
struct Bench {
    node: ProxyRegistrar,
    now: SimTime,
    rng: Stream,
    wakes: BTreeMap<(SimTime, u64), TimerToken>,
    queued: u64,
    probes: Vec<(&'static str, u64)>,
    log: Vec<String>,
}

/// A datagram that the proxy sent.
#[derive(Clone, Debug)]
struct Sent {
    to: SocketAddr,
    octets: Vec<u8>,
}

impl Bench {
    /// A server with the usual configuration, at which nobody is registered.
    fn new() -> Bench {
        Bench::with(|_| {})
    }

    /// A server whose configuration `change` has changed.
    fn with(change: impl FnOnce(&mut ProxyRegistrarConfig)) -> Bench {
        let table = StaticTable::new()
            .with_domain("koeln.example", &[address(PROXY)])
            .with_domain("bonn.example", &[address(BONN)]);
        let identity = Identity::new(&[address(PROXY)], Domains::default());
        let mut config =
            ProxyRegistrarConfig::new(identity, ["koeln.example"].into_iter().collect(), Arc::new(table));
        change(&mut config);
        Bench {
            node: ProxyRegistrar::new(config, LocationService::default()),
            now: SimTime::from_secs(1),
            rng: Seed::new(7).stream("node/p1"),
            wakes: BTreeMap::new(),
            queued: 0,
            probes: Vec::new(),
            log: Vec::new(),
        }
    }

    /// A server at which Bob is registered with these contacts.
    fn where_bob_is_at(contacts: &[&str]) -> Bench {
        let mut bench = Bench::new();
        bench.bind("sip:bob@koeln.example", contacts);
        bench
    }

    /// Binds `aor` to `contacts`, each a URI with or without `;q=` behind a space: `sip:bob@192.0.2.20 0.5`.
    fn bind(&mut self, aor: &str, contacts: &[&str]) {
        let binding = |text: &&str| {
            let (contact, q) = text.split_once(' ').unwrap_or((text, "1"));
            let q = crate::header::QValue::parse(q).unwrap();
            let expires = SimTime::from_secs(1_000_000);
            Binding { q, ..Binding::new(contact.as_bytes(), expires, Origin::new(b"x", 1)) }
        };
        let aor = Aor::of(&Uri::parse(aor).unwrap()).unwrap();
        self.node.location.replace(&aor, contacts.iter().map(binding).collect(), self.now).unwrap();
    }

    /// Gives the proxy a datagram from `from`; returns what it sends at once.
    fn receive(&mut self, from: &str, octets: &[u8]) -> Vec<Sent> {
        let from = address(from);
        self.log(from, address(PROXY), octets);
        self.handle(NodeEvent::Datagram { from, to: address(PROXY), octets })
    }

    /// As [`Bench::receive`], of octets that have no place in a ladder.
    fn receive_raw(&mut self, from: &str, octets: &[u8]) -> Vec<Sent> {
        self.handle(NodeEvent::Datagram { from: address(from), to: address(PROXY), octets })
    }

    /// As [`Bench::receive`], of which exactly one datagram must come.
    fn forward(&mut self, from: &str, octets: &[u8]) -> Sent {
        let sent = self.receive(from, octets);
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent.into_iter().next().unwrap()
    }

    /// Lets `millis` pass; returns what the proxy sends meanwhile, with the milliseconds since now.
    fn wait(&mut self, millis: u64) -> Vec<(u64, Sent)> {
        let start = self.now;
        let end = start + Duration::from_millis(millis);
        let mut sent = Vec::new();
        while let Some(wake) = self.wakes.first_entry().filter(|wake| wake.key().0 <= end) {
            self.now = wake.key().0;
            let token = wake.remove();
            let at = (self.now - start).as_millis() as u64;
            sent.extend(self.handle(NodeEvent::Timer(token)).into_iter().map(|sent| (at, sent)));
        }
        self.now = end;
        sent
    }

    /// Lets time pass until the proxy has nothing left to wait for.
    fn drain(&mut self) {
        self.wait(400_000);
        assert_eq!(self.node.live(), 0, "{:?}", self.node);
        let count =
            |name: &str| self.probes.iter().filter(|probe| probe.0 == name).map(|probe| probe.1).sum::<u64>();
        assert_eq!(count("transaction.begun"), count("transaction.ended"), "each that began has ended");
    }

    fn handle(&mut self, event: NodeEvent<'_>) -> Vec<Sent> {
        let mut effects = Vec::new();
        let cause = Lineage::begin(self.now);
        self.node.handle(event, &mut Context::new(self.now, cause, &mut self.rng, &mut effects));
        let mut sent = Vec::new();
        for effect in effects {
            match effect {
                Effect::Send(out) => {
                    self.log(out.from, out.to, out.payload.octets());
                    sent.push(Sent { to: out.to, octets: out.payload.octets().to_vec() });
                }
                Effect::Wake { at, token } => {
                    self.queued += 1;
                    self.wakes.insert((at, self.queued), token);
                }
                Effect::Probe { probe, .. } => self.probes.push((probe.name.0, probe.value)),
            }
        }
        sent
    }

    fn log(&mut self, from: SocketAddr, to: SocketAddr, octets: &[u8]) {
        let ms = (self.now - SimTime::from_secs(1)).as_millis();
        self.log.push(format!("{ms:<6} {:>5} > {:<5} {}", name_of(from), name_of(to), label(octets)));
    }

    fn ladder(&self) -> String {
        self.log.join("\n")
    }

    /// How often the probe `name` was reported.
    fn count(&self, name: &str) -> usize {
        self.probes.iter().filter(|probe| probe.0 == name).count()
    }
}

impl Sent {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.octets).unwrap()
    }

    fn label(&self) -> String {
        label(&self.octets)
    }

    /// The values of the header field `name`, row by row.
    fn rows(&self, name: &str) -> Vec<String> {
        let message = Message::parse(&self.octets).unwrap();
        message.rows_named(name).map(|row| String::from_utf8(row.value.to_vec()).unwrap()).collect()
    }

    /// The first line.
    fn start_line(&self) -> &str {
        self.text().split("\r\n").next().unwrap()
    }
}

/// A request from Alice: `line` is its method and Request-URI, `more` its other header fields, a line each.
fn request(line: &str, branch: &str, more: &str) -> Vec<u8> {
    let method = line.split(' ').next().unwrap();
    let number = if method == "BYE" { 2 } else { 1 };
    let text = format!(
        "{line} SIP/2.0
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK{branch}
Max-Forwards: 70
From: \"Alice\" <sip:alice@koeln.example>;tag=a1
To: <sip:bob@koeln.example>
Call-ID: call-1@192.0.2.10
CSeq: {number} {method}
{more}Content-Length: 0

"
    );
    text.replace('\n', "\r\n").into_bytes()
}

fn invite() -> Vec<u8> {
    request("INVITE sip:bob@koeln.example", "inv1", "Contact: <sip:alice@192.0.2.10:5060>\n")
}

/// `octets` with `from` replaced by `to`.
fn changed(octets: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(octets).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    text.replace(from, to).into_bytes()
}

/// The response `status` to what the proxy sent, with the header fields `more`.
fn response(to: &Sent, status: u16, more: &str) -> Vec<u8> {
    let request = Message::parse(&to.octets).unwrap();
    let head = ResponseHead::new(&request, StatusCode::new(status).unwrap());
    let tag = to.to.ip().to_string();
    let mut out = Vec::new();
    let head = if status == 100 { head } else { head.with_tag(Tag::new(&tag).unwrap()) };
    Composer::response(&mut out, &head).copy(&request, HeaderName::RecordRoute).finish();
    let end = out.len() - "Content-Length: 0\r\n\r\n".len();
    out.splice(end..end, more.replace('\n', "\r\n").into_bytes());
    out
}

/// The labels and destinations of what was sent.
fn summary(sent: &[Sent]) -> Vec<String> {
    sent.iter().map(|sent| format!("{} to {}", sent.label(), name_of(sent.to))).collect()
}

/// The same with the milliseconds at which it was sent.
fn timed_summary(sent: &[(u64, Sent)]) -> Vec<String> {
    sent.iter().map(|(at, sent)| format!("{at} {} to {}", sent.label(), name_of(sent.to))).collect()
}

fn label(octets: &[u8]) -> String {
    let Ok(message) = Message::parse(octets) else { return "malformed".to_owned() };
    match message.status() {
        Some(status) => {
            let method = message.cseq().map_or("?".to_owned(), |cseq| cseq.method.as_str().to_owned());
            format!("{status} ({method})")
        }
        None => message.method().unwrap().as_str().to_owned(),
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn name_of(at: SocketAddr) -> String {
    let names = [(ALICE, "alice"), (BOB, "bob"), (BOBS_MOBILE, "bob'"), (PROXY, "p1"), (BONN, "bonn")];
    let known = names.iter().find(|(text, _)| address(text) == at);
    known.map_or_else(|| at.to_string(), |(_, name)| (*name).to_owned())
}

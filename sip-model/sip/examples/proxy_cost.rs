//! What a call costs a stateful proxy: `proxy_cost CALLS` carries so many complete calls of 13 messages.
//!
//! For instruction counts: `valgrind --tool=callgrind` on N and on 2N calls; the difference by N is the cost of a call.
//! The callee's responses are made by editing octets, so that nearly all of the work is the proxy's.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sim_api::{Context, Effect, Lineage, Node, NodeEvent, Seed, SimTime, Stream, TimerToken};
use sip::location::{Binding, Domains, LocationService, Origin, StaticTable};
use sip::proxy::Identity;
use sip::server::{ProxyRegistrar, ProxyRegistrarConfig};
use sip::uri::{Aor, Uri};

fn main() {
    let calls: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1000);
    let mut carrier = Carrier::new();
    for number in 0..calls {
        carrier.carry(number);
    }
    println!("{calls} calls, {} datagrams sent by the proxy, {} live", carrier.sent, carrier.node.live());
}

/// Alice, Bob and the proxy between them, without links.
struct Carrier {
    node: ProxyRegistrar,
    now: SimTime,
    rng: Stream,
    effects: Vec<Effect>,
    wakes: std::collections::BinaryHeap<std::cmp::Reverse<(SimTime, TimerToken)>>,
    sent: u64,
}

const BODY: &str = "v=0\r\no=alice 2890844526 2890844526 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\n\
    t=0 0\r\nm=audio 49172 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";

impl Carrier {
    fn new() -> Carrier {
        let proxy = address("192.0.2.1:5060");
        let table = StaticTable::new().with_domain("koeln.example", &[proxy]);
        let identity = Identity::new(&[proxy], Domains::default());
        let config =
            ProxyRegistrarConfig::new(identity, ["koeln.example"].into_iter().collect(), Arc::new(table));
        let mut location = LocationService::default();
        let aor =
            Aor::of(&Uri::parse("sip:bob@koeln.example").expect("a URI")).expect("an address-of-record");
        let binding = Binding::new(b"sip:bob@192.0.2.20:5060", SimTime::NEVER, Origin::new(b"x", 1));
        location.replace(&aor, vec![binding], SimTime::ZERO).expect("there is room for one");
        Carrier {
            node: ProxyRegistrar::new(config, location),
            now: SimTime::from_secs(1),
            rng: Seed::new(1).stream("node/p1"),
            effects: Vec::new(),
            wakes: std::collections::BinaryHeap::new(),
            sent: 0,
        }
    }

    /// One call; a tenth of a second passes, so that some 400 calls linger.
    fn carry(&mut self, number: u64) {
        let (alice, bob) = (address("192.0.2.10:5060"), address("192.0.2.20:5060"));
        let invite = request("INVITE sip:bob@koeln.example", "i", number, "", BODY);
        let invite = self.deliver(alice, &invite).pop().expect("the INVITE is forwarded");
        self.deliver(bob, &response(&invite, "180 Ringing", ""));
        self.deliver(bob, &response(&invite, "200 OK", BODY));
        let route = "Route: <sip:192.0.2.1:5060;lr>\r\n";
        self.deliver(alice, &request("ACK sip:bob@192.0.2.20:5060", "a", number, route, ""));
        let bye = self.deliver(alice, &request("BYE sip:bob@192.0.2.20:5060", "b", number, route, ""));
        self.deliver(bob, &response(&bye[0], "200 OK", ""));
        self.pass(Duration::from_millis(100));
    }

    /// Gives the proxy a datagram; returns what it sends.
    fn deliver(&mut self, from: SocketAddr, octets: &[u8]) -> Vec<Vec<u8>> {
        self.handle(NodeEvent::Datagram { from, to: address("192.0.2.1:5060"), octets })
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while self.wakes.peek().is_some_and(|wake| wake.0.0 <= end) {
            let std::cmp::Reverse((at, token)) = self.wakes.pop().expect("it was looked at");
            self.now = at;
            self.handle(NodeEvent::Timer(token));
        }
        self.now = end;
    }

    fn handle(&mut self, event: NodeEvent<'_>) -> Vec<Vec<u8>> {
        let cause = Lineage::begin(self.now);
        self.node.handle(event, &mut Context::new(self.now, cause, &mut self.rng, &mut self.effects));
        let mut sent = Vec::new();
        for effect in self.effects.drain(..) {
            match effect {
                Effect::Send(out) => {
                    self.sent += 1;
                    sent.push(out.payload.octets().to_vec());
                }
                Effect::Wake { at, token } => self.wakes.push(std::cmp::Reverse((at, token))),
                Effect::Probe { .. } => {}
            }
        }
        sent
    }
}

/// A request of Alice's call `number`.
fn request(line: &str, branch: &str, number: u64, more: &str, body: &str) -> Vec<u8> {
    let method = line.split(' ').next().expect("a line begins with its method");
    let tag = if branch == "i" { "" } else { ";tag=b1" };
    let cseq = if branch == "b" { 2 } else { 1 };
    format!(
        "{line} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK{branch}{number}\r\nMax-Forwards: 70\r\n\
         {more}From: \"Alice\" <sip:alice@koeln.example>;tag=a{number}\r\nTo: <sip:bob@koeln.example>{tag}\r\n\
         Call-ID: {number}@192.0.2.10\r\nCSeq: {cseq} {method}\r\nContact: <sip:alice@192.0.2.10:5060>\r\n\
         Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE\r\nSupported: replaces, timer\r\n\
         User-Agent: siplab\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Bob's response to a request that the proxy forwarded.
fn response(request: &[u8], status: &str, body: &str) -> Vec<u8> {
    let text = std::str::from_utf8(request).expect("the requests are text");
    let mut out = format!("SIP/2.0 {status}\r\n");
    for row in text.split("\r\n").skip(1).take_while(|row| !row.is_empty()) {
        let name = row.split(':').next().unwrap_or_default();
        match name {
            "Via" | "Record-Route" | "From" | "Call-ID" | "CSeq" => out.push_str(row),
            "To" => out.push_str("To: <sip:bob@koeln.example>;tag=b1"),
            _ => continue,
        }
        out.push_str("\r\n");
    }
    out.push_str("Contact: <sip:bob@192.0.2.20:5060>\r\n");
    out.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    out.into_bytes()
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

//! Any octets to any node, from a stranger and from a neighbour, with all timers that follow.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use sim_api::{Context, Effect, Lineage, Node, NodeEvent, Seed, SimTime, TimerToken};
use sip::location::{Domains, LocationService, StaticTable};
use sip::proxy::Identity;
use sip::server::{ProxyRegistrar, ProxyRegistrarConfig};
use sip::ua::{Identities, UserAgents, UserAgentsConfig};

use super::message::{INVITE, RESPONSE, TOKENS};
use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "node",
    run,
    seeds: &[
        INVITE,
        RESPONSE,
        b"REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nTo: <sip:bob@example.com>\r\n\
          From: <sip:bob@example.com>;tag=1\r\nCall-ID: r\r\nCSeq: 1 REGISTER\r\nContact: <sip:bob@192.0.2.9>;q=0.5\r\n\
          Expires: 7200\r\nPath: <sip:p;lr>\r\nRequire: path\r\nl: 0\r\n\r\n",
        b"\x00\x00\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01",
        b"\xf8\x00\x00\x00",
    ],
    corpora: &["fuzz/pjsip/fuzz-sip_seed_corpus.zip", "conformance/rfc4475", "conformance/rfc5118", "callflows/rfc3665"],
    tokens: TOKENS,
};

const OWN: &str = "192.0.2.1:5060";
/// Timers of one input that are let go off: more than any transaction has.
const WAKES_MAX: usize = 64;

fn run(octets: &[u8]) {
    for mut node in nodes() {
        expose(node.as_mut(), octets);
    }
}

fn nodes() -> [Box<dyn Node>; 2] {
    let own: SocketAddr = OWN.parse().expect("an address");
    let table =
        StaticTable::new().with_domain("example.com", &[own]).with_fallback(([192, 0, 2, 7], 5060).into());
    let table = Arc::new(table);
    let identity = Identity::new(&[own], Domains::default());
    let domains = ["example.com"].into_iter().collect();
    let server = ProxyRegistrarConfig::new(identity, domains, table.clone());
    let agents = UserAgentsConfig::new(Identities::one("bob", "example.com", own), table, Seed::new(1), "ua");
    [Box::new(ProxyRegistrar::new(server, LocationService::default())), Box::new(UserAgents::new(agents))]
}

/// Two copies of a datagram, then the timers in the order of time.
fn expose(node: &mut dyn Node, octets: &[u8]) {
    let mut rng = Seed::new(1).stream("fuzz");
    let mut effects = Vec::new();
    let mut wakes: BTreeSet<(SimTime, TimerToken)> = BTreeSet::new();
    let (from, to) = (([192, 0, 2, 9], 5060).into(), OWN.parse().expect("an address"));
    let mut now = SimTime::from_secs(1);
    let datagram = NodeEvent::Datagram { from, to, octets };
    let mut events = vec![NodeEvent::Start, datagram, datagram].into_iter();
    for _ in 0..WAKES_MAX {
        let event = match events.next() {
            Some(event) => event,
            None => {
                let Some((at, token)) = wakes.pop_first() else { return };
                now = now.max(at);
                NodeEvent::Timer(token)
            }
        };
        node.handle(event, &mut Context::new(now, Lineage::begin(now), &mut rng, &mut effects));
        for effect in effects.drain(..) {
            match effect {
                Effect::Wake { at, token } => drop(wakes.insert((at, token))),
                Effect::Send(sent) => assert!(sent.payload.len() <= 8 * octets.len() + 4096, "amplification"),
                Effect::Probe { .. } => {}
            }
        }
    }
}

//! DNS messages, and what a name server, a resolver and a substitution expression make of octets.

use std::net::SocketAddr;

use dns::{DNS_PORT, Message, Resolver, ResolverConfig, Server, Soa, Substitution, Zone};
use sim_api::{Context, Lineage, Node, NodeEvent, Seed, SimTime};

use crate::Target;

pub(super) const TARGET: Target = Target {
    name: "dns",
    run,
    seeds: &[
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01\x04_sip\x04_udp\x07example\x00\x00\x21\x00\x01\
          \x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00",
        b"\x12\x34\x84\x00\x00\x01\x00\x02\x00\x00\x00\x01\x04_sip\x04_udp\x07example\x00\x00\x21\x00\x01\
          \xc0\x0c\x00\x21\x00\x01\x00\x00\x00\x3c\x00\x0f\x00\x01\x00\x02\x13\xc4\x01a\x07example\x00\
          \xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x04\x01b\xc0\x16\
          \x01a\xc0\x16\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01",
        b"\x12\x34\x84\x03\x00\x01\x00\x00\x00\x01\x00\x00\x02no\x07example\x00\x00\x01\x00\x01\
          \xc0\x0f\x00\x06\x00\x01\x00\x00\x00\x3c\x00\x20\x02ns\xc0\x0f\x02hm\xc0\x0f\
          \x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x04\x00\x00\x00\x05",
        b"!^\\+44([[:digit:]]{2,3})(.*)$!sip:\\2@\\1.example.com!i",
    ],
    corpora: &[],
    tokens: &[
        "\x00",
        "\u{c}",
        "\x00\x01\x00\x01",
        "\x07example",
        "\x00\x21\x00\x01",
        "(",
        ")*",
        "[^]",
        "{1,99}",
        "\\1",
        "!",
        "|",
        "a+",
    ],
};

fn run(octets: &[u8]) {
    read_and_write(octets);
    let _ = Substitution::parse(&octets[..octets.len().min(255)]).map(|rule| rule.apply("+442079460148"));
    let (server, resolver) = (&mut name_server(), &mut resolver());
    for node in [server as &mut dyn Node, resolver] {
        tell(node, octets);
    }
}

/// What was read is written so that it reads the same, unless it grew beyond what a message can hold.
fn read_and_write(octets: &[u8]) {
    let Ok(message) = Message::parse(octets) else { return };
    let again = Message::parse(&message.compose()).expect("what was written can be read");
    assert!(again == message || again.flags.truncated);
}

fn name_server() -> Server {
    let origin: dns::Name = "example".parse().expect("a name");
    Server::new(vec![Zone::new(origin.clone(), 60, Soa::of(&origin, 60))])
}

fn resolver() -> Resolver {
    let own = [192, 0, 2, 53];
    Resolver::new(ResolverConfig::new(own.into(), vec![[198, 51, 100, 1].into()]))
}

fn tell(node: &mut dyn Node, octets: &[u8]) {
    let (mut rng, mut effects) = (Seed::new(1).stream("fuzz/dns"), Vec::new());
    let mut cx = Context::new(SimTime::ZERO, Lineage::begin(SimTime::ZERO), &mut rng, &mut effects);
    let from = SocketAddr::from(([192, 0, 2, 9], 4000));
    for port in [DNS_PORT, 53_053] {
        let to = SocketAddr::from(([192, 0, 2, 53], port));
        node.handle(NodeEvent::Datagram { from, to, octets }, &mut cx);
    }
}

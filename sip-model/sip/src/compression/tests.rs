//! Compressed registrations and calls, and who takes part in them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sigcomp::compress::{Policy, Trust};
use sigcomp::endpoint::Settings;
use sigcomp::{MemorySize, Parameters, Resources};
use sim_api::{Distribution, Memory, Node, NodeFault, Seed, SimTime};

use super::remote::Remote;
use super::*;
use crate::location::{Domains, LocationLimits, LocationService, StaticTable};
use crate::message::Message;
use crate::proxy::Identity;
use crate::server::{ProxyRegistrar, ProxyRegistrarConfig};
use crate::ua::tests::driver::{Sent, World};
use crate::ua::{
    Answering, AtStart, DerivedPasswords, Identities, Refresh, Registration, UserAgents, UserAgentsConfig,
};
use crate::uri::{Aor, Uri};

const ALICE: &str = "192.0.2.1:5060";
const BOB: &str = "192.0.2.2:5060";
const PROXY: &str = "192.0.2.9:5060";

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A user of `example.com` who registers at the start and answers at once.
fn user(name: &str, at: &str) -> UserAgents {
    let table = StaticTable::new().with_domain("example.com", &[address(PROXY)]);
    let identities = Identities::one(name, "example.com", address(at));
    let mut config = UserAgentsConfig::new(identities, Arc::new(table), Seed::new(7), name);
    config.answering = Answering::Answer { after: Distribution::Fixed(Duration::from_millis(100)) };
    config.registration = Some(Registration {
        expires: Duration::from_secs(3600),
        at_start: AtStart::Unregistered { spread: Duration::ZERO },
        refresh: Refresh::After(500),
        retry: Duration::from_secs(60),
        passwords: Arc::new(DerivedPasswords { prefix: String::new() }),
    });
    UserAgents::new(config)
}

fn proxy() -> ProxyRegistrar {
    let domains: Domains = ["example.com"].into_iter().collect();
    let identity = Identity::new(&[address(PROXY)], Domains::default());
    let table = StaticTable::new().with_domain("example.com", &[address(PROXY)]);
    let mut location = LocationService::new(LocationLimits::default());
    for user in ["sip:alice@example.com", "sip:bob@example.com"] {
        location.list(Aor::of(&Uri::parse(user).unwrap()).unwrap());
    }
    ProxyRegistrar::new(ProxyRegistrarConfig::new(identity, domains, Arc::new(table)), location)
}

/// What RFC 5049 asks for, with 8,192 octets of state memory.
fn compression(policy: Policy, peers: Peers) -> Compression {
    let Parameters { resources, version } = Parameters::SIP_MINIMUM;
    let resources = Resources { state_memory_size: Some(MemorySize::K8), ..resources };
    let parameters = Parameters { resources, version };
    let endpoint = Settings { own: parameters, peers: parameters, ..Settings::sip(policy) };
    Compression { endpoint, ..Compression::new(policy, peers) }
}

type Agent = Compressed<UserAgents>;

/// Alice and Bob, registered at one proxy by links of 10 ms; `loss` loses datagrams.
fn network(policy: Policy, loss: impl FnMut(&Sent) -> bool + 'static) -> World {
    let outbound = || Peers::default().with(address(PROXY));
    let agent = |name, at| Agent::new(user(name, at), compression(policy, outbound()));
    let server = Compressed::new(proxy(), compression(policy, Peers::default()));
    let mut world = World::new(Duration::from_millis(10))
        .losing(loss)
        .host("proxy", &[address(PROXY).ip()], server)
        .host("alice", &[address(ALICE).ip()], agent("alice", ALICE))
        .host("bob", &[address(BOB).ip()], agent("bob", BOB));
    world.run_until(SimTime::from_secs(1));
    world
}

fn call(world: &mut World) {
    let holding = Some(Duration::from_secs(1));
    world.order_node("alice", |alice: &mut Agent, cx| {
        alice.with_inner(cx, |ua, cx| ua.call(0, "sip:bob@example.com", holding, cx)).unwrap();
    });
}

fn calls(world: &mut World, count: u64) {
    for n in 0..count {
        call(world);
        world.run_until(SimTime::from_secs(40 * (n + 1)));
    }
}

/// Octets of all packets: as messages, and on the wire.
fn octets(world: &World) -> (usize, usize) {
    let sum = |octets: fn(&Sent) -> usize| world.sent.iter().map(octets).sum();
    (sum(|sent| sent.meaning.len()), sum(|sent| sent.octets.len()))
}

#[test]
fn every_message_between_applications_that_say_so_is_compressed() {
    for policy in [Policy::Static, Policy::Dynamic, Policy::Shared] {
        let mut world = network(policy, |_| false);
        calls(&mut world, 3);
        assert_eq!(world.count(crate::probe::CALL_ANSWER), 3);
        let labels: Vec<_> = world.sent.iter().map(|sent| sent.label.as_str()).collect();
        assert!(["REGISTER", "INVITE", "ACK", "BYE"].iter().all(|label| labels.contains(label)));
        for sent in &world.sent {
            assert!(sent.octets[0] >= 0xf8, "{} from {} is plain", sent.label, sent.from);
        }
        assert_eq!(world.count(probe::FAILURE), 0);
        let (plain, wire) = octets(&world);
        println!("{policy:?}: two registrations and three calls, {plain} octets, {wire} on the wire");
        assert!(wire * 10 < plain * if policy == Policy::Static { 7 } else { 4 }, "{wire} of {plain}");
        assert_eq!(world.values(probe::WIRE).iter().sum::<u64>(), wire as u64);
        assert_eq!(world.values(probe::PLAIN).iter().sum::<u64>(), plain as u64);
    }
}

#[test]
fn an_application_names_itself_in_via_and_in_its_uris() {
    let world = {
        let mut world = network(Policy::Static, |_| false);
        calls(&mut world, 1);
        world
    };
    let meaning = |from: &str, label: &str| {
        let sent = world.sent.iter().find(|sent| sent.from == from && sent.label == label).unwrap();
        String::from_utf8(sent.meaning.clone()).unwrap()
    };
    let (alice, proxy) = (SigcompId::at(address(ALICE)), SigcompId::at(address(PROXY)));
    let (alice, proxy) = (alice.as_str(), proxy.as_str());
    let register = meaning("alice", "REGISTER");
    assert!(register.contains(&format!(";comp=sigcomp;sigcomp-id=\"{alice}\"\r\n")), "{register}");
    assert!(
        register.contains(&format!("Contact: <sip:alice@192.0.2.1:5060;comp=sigcomp;sigcomp-id={alice}>")),
        "{register}"
    );
    let invite = meaning("proxy", "INVITE");
    let bob = SigcompId::at(address(BOB));
    assert!(
        invite.starts_with(&format!(
            "INVITE sip:bob@192.0.2.2:5060;comp=sigcomp;sigcomp-id={} SIP",
            bob.as_str()
        ))
    );
    assert!(invite.contains(&format!(";lr;comp=sigcomp;sigcomp-id={proxy}>")), "{invite}");
}

#[test]
fn a_retransmission_is_compressed_afresh() {
    let lost = |sent: &Sent| sent.from == "alice" && sent.label == "INVITE" && sent.nth <= 2;
    let mut world = network(Policy::Dynamic, lost);
    calls(&mut world, 1);
    assert_eq!(world.count(crate::probe::CALL_ANSWER), 1);
    let invites: Vec<_> =
        world.sent.iter().filter(|sent| sent.from == "alice" && sent.label == "INVITE").collect();
    let [first, second, third] = &invites[..] else { panic!("{} INVITEs", invites.len()) };
    assert_eq!((&first.meaning, &second.meaning), (&second.meaning, &third.meaning));
    assert!(first.octets != second.octets && second.octets != third.octets);
    let shortest = first.octets.len().min(second.octets.len());
    assert!(third.octets.len() > shortest + 100, "the third copy brings its bytecode along");
}

#[test]
fn a_proxy_that_lost_its_memory_refuses_by_nack_and_the_retransmission_gets_through() {
    for policy in [Policy::Static, Policy::Dynamic, Policy::Shared] {
        let mut world = network(policy, |_| false);
        calls(&mut world, 1);
        world.fault("proxy", NodeFault::Crash(Memory::Lost));
        world.fault("proxy", NodeFault::Restart);
        let before = world.sent.len();
        world.order_node("alice", |alice: &mut Agent, cx| {
            let options = |ua: &mut UserAgents, cx: &mut sim_api::Context<'_>| {
                ua.request(0, crate::message::Method::Options, "sip:192.0.2.9", cx).unwrap();
            };
            alice.with_inner(cx, options);
        });
        world.run_until(SimTime::from_secs(100));
        assert_eq!(
            (world.values(probe::FAILURE), world.count(probe::NACK_RECEIVED)),
            (vec![1], 1),
            "{policy:?}"
        );
        let copies: Vec<_> = world.sent[before..].iter().filter(|sent| sent.label == "OPTIONS").collect();
        assert_eq!(copies.len(), 2, "{policy:?}");
        assert_ne!(copies[0].octets, copies[1].octets);
        assert!(
            world.sent[before..].iter().any(|sent| sent.from == "proxy" && sent.label.starts_with("200"))
        );
    }
}

#[test]
fn a_peer_that_says_nothing_of_compression_gets_plain_sip() {
    let agent = Agent::new(user("alice", ALICE), compression(Policy::Dynamic, Peers::default()));
    let mut world = World::new(Duration::from_millis(10))
        .host("proxy", &[address(PROXY).ip()], proxy())
        .host("alice", &[address(ALICE).ip()], agent);
    world.run_until(SimTime::from_secs(1));
    assert!(world.sent.len() >= 2);
    assert!(
        world.sent.iter().all(|sent| sent.octets == sent.meaning && sent.octets[0].is_ascii_alphabetic())
    );
    assert!(world.sent.iter().all(|sent| !sent.meaning.windows(7).any(|octets| octets == b"sigcomp")));
}

#[test]
fn octets_that_are_no_sigcomp_message_are_refused_and_not_shown_to_the_node() {
    let mut world = network(Policy::Static, |_| false);
    let before = world.count(crate::probe::MALFORMED);
    world.inject("198.51.100.1:5060", ALICE, &[0xff, 0xff, 0xff]);
    world.inject("198.51.100.1:5060", ALICE, &[0xf8, 0, 1, 1, 0]);
    world.run_until(SimTime::from_secs(2));
    assert_eq!(world.count(probe::FAILURE), 2);
    assert_eq!(world.count(probe::NACK_SENT), 1, "a NACK is not answered by a NACK");
    assert_eq!(world.count(crate::probe::MALFORMED), before);
}

#[test]
fn identifiers_compare_as_their_urns_do() {
    let parse = |urn| SigcompId::parse(urn);
    let uuid = parse("urn:uuid:0C67446E-F1A1-11D9-94D3-000A95A0E128");
    assert!(uuid.is_some());
    assert_eq!(uuid, parse("URN:UUID:0c67446e-f1a1-11d9-94d3-000a95a0e128"));
    assert_eq!(parse("URN:Example:Foo"), parse("urn:example:Foo"));
    assert_ne!(parse("urn:example:Foo"), parse("urn:example:foo"));
    for faulty in ["", "urn:", "urn:uuid:", "urn::x", "sip:uuid:x", "urn:uuid:a;b", "urn:uuid:a b"] {
        assert_eq!(parse(faulty), None, "{faulty}");
    }
    let id = SigcompId::at(address(ALICE));
    assert_eq!(parse(id.as_str()), Some(id.clone()));
    assert_eq!((id.as_str().len(), id.as_str().as_bytes()[23]), (45, b'4'), "{id:?}");
    assert_ne!(id, SigcompId::at(address("192.0.2.1:5061")));
}

#[test]
fn marks_go_where_the_application_names_itself_and_nowhere_else() {
    let marked = |octets: &[u8]| {
        let mut out = Vec::new();
        let id = SigcompId::parse("urn:uuid:a").unwrap();
        super::marking::mark(&Message::parse(octets).unwrap(), address(PROXY), &id, &mut out);
        String::from_utf8(out).unwrap()
    };
    let rows = "Record-Route: <sip:192.0.2.9;lr>, <sip:192.0.2.8;lr>\r\nContact: <sip:a@192.0.2.1>\r\n";
    let message = marked(&request("sip:b@192.0.2.2", rows));
    let expected = "Record-Route: <sip:192.0.2.9;lr;comp=sigcomp;sigcomp-id=urn:uuid:a>\r\n\
                    Record-Route: <sip:192.0.2.8;lr>\r\nContact: <sip:a@192.0.2.1>\r\n";
    assert!(message.contains(expected), "{message}");
    let again = marked(message.as_bytes());
    assert_eq!(again, message, "marks are not doubled");
    let folded = "Contact: \"A\" <sip:192.0.2.9:5060>;q=0.5\r\n ;expires=60\r\n";
    let message = marked(&request("sip:b@192.0.2.2", folded));
    assert!(
        message.contains("Contact: \"A\" <sip:192.0.2.9:5060;comp=sigcomp;sigcomp-id=urn:uuid:a>;"),
        "{message}"
    );
}

fn request(uri: &str, rows: &str) -> Vec<u8> {
    format!(
        "OPTIONS {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n{rows}Max-Forwards: 70\r\n\
         From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\
         Content-Length: 0\r\n\r\n"
    )
    .into_bytes()
}

#[test]
fn a_request_goes_to_the_application_that_its_next_hop_names() {
    let peers = Peers::default().named(address(PROXY), None);
    let of = |uri: &str, rows: &str, to: &str| {
        Remote::of_outgoing(&Message::parse(&request(uri, rows)).unwrap(), address(to), &peers)
    };
    let named = |urn: &str| Some(Remote::Named(SigcompId::parse(urn).unwrap()));
    assert_eq!(of("sip:bob@192.0.2.2;comp=sigcomp;sigcomp-id=urn:uuid:B", "", BOB), named("urn:uuid:b"));
    assert_eq!(of("sip:bob@192.0.2.2;comp=SigComp", "", BOB), Some(Remote::Address(address(BOB))));
    assert_eq!(of("sip:bob@192.0.2.2", "", BOB), None);
    assert_eq!(of("sip:bob@192.0.2.2", "", PROXY), Some(Remote::Address(address(PROXY))), "a known peer");
    let route = "Route: <sip:192.0.2.2;lr;comp=sigcomp;sigcomp-id=urn:uuid:c>, <sip:192.0.2.3;lr>\r\n";
    assert_eq!(
        of("sip:bob@example.com", route, BOB),
        named("urn:uuid:c"),
        "the topmost Route is the next hop"
    );
    let plain = "Route: <sip:192.0.2.2;lr>\r\n";
    assert_eq!(of("sip:bob@192.0.2.4;comp=sigcomp;sigcomp-id=urn:uuid:d", plain, BOB), None);
}

#[test]
fn a_response_goes_to_the_application_that_its_topmost_via_names() {
    let of = |via: &str| {
        let response = format!(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1{via}\r\nFrom: <sip:a@x>;tag=1\r\n\
             To: <sip:b@x>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
        let message = Message::parse(response.as_bytes()).unwrap();
        Remote::of_outgoing(&message, address(ALICE), &Peers::default())
    };
    let named = Some(Remote::Named(SigcompId::parse("urn:uuid:a").unwrap()));
    assert_eq!(of(";comp=sigcomp;sigcomp-id=\"urn:uuid:A\""), named);
    assert_eq!(of(";comp=sigcomp"), Some(Remote::Address(address(ALICE))));
    assert_eq!(of(""), None);
    assert_eq!(of(";sigcomp-id=\"urn:uuid:a\""), None, "without comp the response goes plain");
}

#[test]
fn two_applications_of_one_node_have_their_own_compartments() {
    let remote = Remote::Named(SigcompId::at(address(PROXY)));
    assert_ne!(remote.compartment(address(ALICE)), remote.compartment(address(BOB)));
    assert_eq!(remote.compartment(address(ALICE)), remote.clone().compartment(address(ALICE)));
    assert_ne!(
        remote.compartment(address(ALICE)),
        Remote::Address(address(PROXY)).compartment(address(ALICE))
    );
}

#[test]
fn the_policy_none_compresses_and_marks_nothing_but_understands() {
    let outbound = Peers::default().with(address(PROXY));
    let alice = Agent::new(user("alice", ALICE), compression(Policy::Dynamic, outbound));
    let server = Compressed::new(proxy(), compression(Policy::None, Peers::default()));
    let mut world = World::new(Duration::from_millis(10)).host("proxy", &[address(PROXY).ip()], server).host(
        "alice",
        &[address(ALICE).ip()],
        alice,
    );
    world.run_until(SimTime::from_secs(1));
    let register = world.sent.iter().find(|sent| sent.label == "REGISTER").unwrap();
    assert!(register.octets[0] >= 0xf8);
    let answer = world.sent.iter().find(|sent| sent.from == "proxy").unwrap();
    assert!(answer.octets.starts_with(b"SIP/2.0 200 OK"));
}

#[test]
fn optimism_pays_when_nothing_is_lost() {
    let run = |trust| {
        let mut config = compression(Policy::Dynamic, Peers::default().with(address(PROXY)));
        config.endpoint.trust = trust;
        let server = Compression { peers: Peers::default(), ..config.clone() };
        let mut world = World::new(Duration::from_millis(10))
            .host("proxy", &[address(PROXY).ip()], Compressed::new(proxy(), server))
            .host("alice", &[address(ALICE).ip()], Agent::new(user("alice", ALICE), config.clone()))
            .host("bob", &[address(BOB).ip()], Agent::new(user("bob", BOB), config));
        world.run_until(SimTime::from_secs(1));
        calls(&mut world, 2);
        assert_eq!(world.count(crate::probe::CALL_ANSWER), 2);
        octets(&world).1
    };
    let (careful, optimistic) = (run(Trust::Acknowledged), run(Trust::Optimistic));
    println!("acknowledged {careful}, optimistic {optimistic}");
    assert!(optimistic < careful);
}

#[test]
fn nothing_lives_on_in_a_wrapper() {
    let mut world = network(Policy::Dynamic, |_| false);
    calls(&mut world, 1);
    world.finish();
    let agent = Agent::new(user("alice", ALICE), compression(Policy::Dynamic, Peers::default()));
    assert_eq!((agent.live(), agent.inner().live(), agent.endpoint().compartments()), (0, 0, 0));
}

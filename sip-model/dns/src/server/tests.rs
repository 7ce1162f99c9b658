//! Queries to a server of two zones, one of them below a cut of the other.

use std::net::SocketAddr;

use sim_api::{Effect, Lineage, Seed};

use super::*;
use crate::message::{Edns, Opcode, Question, ResponseCode};
use crate::name::Name;
use crate::record::{Class, RData, RecordType, Soa, Srv};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn record(owner: &str, data: RData) -> Record {
    Record::new(name(owner), 60, data)
}

fn address(owner: &str) -> Record {
    record(owner, RData::A([192, 0, 2, 1].into()))
}

fn alias(owner: &str, target: &str) -> Record {
    record(owner, RData::Cname(name(target)))
}

fn srv(owner: &str, target: &str) -> Record {
    record(owner, RData::Srv(Srv { priority: 0, weight: 0, port: 5060, target: name(target) }))
}

fn zone(origin: &str, records: Vec<Record>) -> Zone {
    let mut zone = Zone::new(name(origin), 3600, Soa::of(&name(origin), 300));
    records.into_iter().for_each(|record| zone.add(record).unwrap());
    zone
}

fn server() -> Server {
    let example = zone(
        "example",
        vec![
            address("a.example"),
            alias("b.example", "a.example"),
            alias("out.example", "host.elsewhere"),
            alias("gone.example", "no.example"),
            alias("loop1.example", "loop2.example"),
            alias("loop2.example", "loop1.example"),
            srv("_sip._udp.example", "a.example"),
            record("sub.example", RData::Ns(name("ns.sub.example"))),
            address("ns.sub.example"),
            alias("below.example", "x.sub.example"),
        ],
    );
    Server::new(vec![example, zone("own.example", vec![address("own.example")])])
}

fn tell(server: &mut Server, octets: &[u8], now: SimTime) -> Option<Message> {
    let (mut rng, mut effects) = (Seed::new(1).stream("node/ns"), Vec::new());
    let mut cx = Context::new(now, Lineage::begin(now), &mut rng, &mut effects);
    let (from, to): (SocketAddr, SocketAddr) =
        ("192.0.2.9:4000".parse().unwrap(), "192.0.2.53:53".parse().unwrap());
    server.handle(NodeEvent::Datagram { from, to, octets }, &mut cx);
    effects.into_iter().find_map(|effect| match effect {
        Effect::Send(out) => {
            assert_eq!((out.from, out.to), (to, from));
            Some(Message::parse(&out.payload).unwrap())
        }
        _ => None,
    })
}

fn query(owner: &str, record_type: RecordType) -> Message {
    Message::query(7, Question::new(name(owner), record_type))
}

fn ask(owner: &str, record_type: RecordType) -> Message {
    tell(&mut server(), &query(owner, record_type).compose(), SimTime::ZERO).unwrap()
}

#[test]
fn own_data_is_told_with_authority() {
    let response = ask("A.example", RecordType::A);
    assert_eq!((response.id, response.code), (7, ResponseCode::NoError));
    assert!(response.flags.response && response.flags.authoritative && !response.flags.recursion_available);
    assert_eq!(response.answers, [address("a.example")]);
}

#[test]
fn no_data_and_no_name_come_with_the_soa() {
    for (owner, record_type, code) in [
        ("a.example", RecordType::Aaaa, ResponseCode::NoError),
        ("no.example", RecordType::A, ResponseCode::NxDomain),
    ] {
        let response = ask(owner, record_type);
        assert_eq!((response.code, response.answers.len()), (code, 0));
        assert_eq!(response.authorities[0].record_type(), RecordType::Soa);
        assert_eq!(response.authorities[0].ttl, 300);
    }
}

#[test]
fn aliases_are_followed_as_far_as_the_zones_go() {
    assert_eq!(
        ask("b.example", RecordType::A).answers,
        [alias("b.example", "a.example"), address("a.example")]
    );
    assert_eq!(ask("b.example", RecordType::Cname).answers, [alias("b.example", "a.example")]);
    let out = ask("out.example", RecordType::A);
    assert_eq!((out.code, out.answers.len(), out.authorities.len()), (ResponseCode::NoError, 1, 0));
    let gone = ask("gone.example", RecordType::A);
    assert_eq!((gone.code, gone.answers.len(), gone.authorities.len()), (ResponseCode::NxDomain, 1, 1));
    let below = ask("below.example", RecordType::A);
    assert!(below.flags.authoritative);
    assert_eq!(below.authorities[0].record_type(), RecordType::Ns);
}

#[test]
fn a_loop_of_aliases_ends() {
    let response = ask("loop1.example", RecordType::A);
    assert!(response.answers.len() <= MAX_LOOP, "{}", response.answers.len());
}

const MAX_LOOP: usize = crate::chain::MAX_ALIASES + 1;

#[test]
fn a_referral_has_no_authority_and_brings_glue() {
    let response = ask("x.sub.example", RecordType::A);
    assert!(!response.flags.authoritative && response.answers.is_empty());
    assert_eq!(response.authorities, [record("sub.example", RData::Ns(name("ns.sub.example")))]);
    assert_eq!(response.additionals, [address("ns.sub.example")]);
}

#[test]
fn the_nearest_zone_answers() {
    assert_eq!(ask("own.example", RecordType::A).answers, [address("own.example")]);
    assert_eq!(ask("x.own.example", RecordType::A).authorities[0].name, name("own.example"));
}

#[test]
fn the_addresses_of_srv_targets_are_added() {
    assert_eq!(ask("_sip._udp.example", RecordType::Srv).additionals, [address("a.example")]);
}

#[test]
fn a_server_refuses_what_is_not_its_business() {
    assert_eq!(ask("a.elsewhere", RecordType::A).code, ResponseCode::Refused);
    let mut chaos = query("a.example", RecordType::A);
    chaos.questions[0].class = Class(3);
    let notify = Message { opcode: Opcode::Other(4), ..query("a.example", RecordType::A) };
    let two = Message {
        questions: vec![Question::new(name("a.example"), RecordType::A); 2],
        ..query("a", RecordType::A)
    };
    let version =
        Message { edns: Some(Edns { version: 1, ..Edns::sized(1232) }), ..query("a.example", RecordType::A) };
    for (query, code) in [
        (chaos, ResponseCode::Refused),
        (notify, ResponseCode::NotImp),
        (two, ResponseCode::FormErr),
        (version, ResponseCode::BadVers),
    ] {
        assert_eq!(tell(&mut server(), &query.compose(), SimTime::ZERO).unwrap().code, code);
    }
}

#[test]
fn octets_that_are_no_query_get_a_format_error_or_silence() {
    let cut = &query("a.example", RecordType::A).compose()[..20];
    let response = tell(&mut server(), cut, SimTime::ZERO).unwrap();
    assert_eq!((response.id, response.code), (7, ResponseCode::FormErr));
    assert_eq!(tell(&mut server(), b"ab", SimTime::ZERO), None);
    let response = Message::response_to(&query("a.example", RecordType::A));
    assert_eq!(tell(&mut server(), &response.compose(), SimTime::ZERO), None);
}

#[test]
fn a_thousand_srv_records_are_cut_at_512_octets_and_whole_with_edns() {
    let records = (0..1000).map(|host| srv("_sip._udp.big", &format!("host-{host}.big")));
    let mut server = Server::new(vec![zone("big", records.collect())]);
    let plain = query("_sip._udp.big", RecordType::Srv);
    let response = tell(&mut server, &plain.compose(), SimTime::ZERO).unwrap();
    assert!(response.flags.truncated && response.answers.is_empty());
    let large = Message { edns: Some(Edns::sized(65_507)), ..plain };
    let response = tell(&mut server, &large.compose(), SimTime::ZERO).unwrap();
    assert!(!response.flags.truncated);
    assert_eq!((response.answers.len(), response.edns), (1000, Some(Edns::sized(65_507))));
}

#[test]
fn what_does_not_fit_of_additional_records_is_left_out_without_tc() {
    let mut records = vec![srv("_sip._udp.big", "host.big")];
    records.extend((0..40u8).map(|last| record("host.big", RData::A([192, 0, 2, last].into()))));
    let mut server = Server::new(vec![zone("big", records)]);
    let response =
        tell(&mut server, &query("_sip._udp.big", RecordType::Srv).compose(), SimTime::ZERO).unwrap();
    assert!(!response.flags.truncated);
    assert_eq!((response.answers.len(), response.additionals.len()), (1, 0));
}

#[test]
fn misbehaviour_has_its_time() {
    let bad = |what| TimedMisbehaviour { from: SimTime::from_secs(1), until: SimTime::from_secs(2), what };
    let poison = Misbehaviour::Poison(vec![address("www.bank")]);
    for what in
        [Misbehaviour::Silent, Misbehaviour::ServFail, Misbehaviour::NxDomain, Misbehaviour::Truncate, poison]
    {
        let mut server = server().with_misbehaviour(bad(what.clone()));
        let octets = query("a.example", RecordType::A).compose();
        let good = tell(&mut server, &octets, SimTime::ZERO);
        assert_eq!(tell(&mut server, &octets, SimTime::from_secs(2)), good);
        let spoilt = tell(&mut server, &octets, SimTime::from_secs(1));
        assert_ne!(spoilt, good);
        match (what, spoilt) {
            (Misbehaviour::Silent, None) => {}
            (Misbehaviour::ServFail, Some(response)) => assert_eq!(response.code, ResponseCode::ServFail),
            (Misbehaviour::NxDomain, Some(response)) => {
                assert_eq!((response.code, response.authorities.len()), (ResponseCode::NxDomain, 1));
            }
            (Misbehaviour::Truncate, Some(response)) => assert!(response.flags.truncated),
            (Misbehaviour::Poison(records), Some(response)) => assert_eq!(response.additionals, records),
            other => panic!("{other:?}"),
        }
    }
}

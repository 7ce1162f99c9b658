//! Lines that write of themselves with names in the place of addresses.

use expect_test::expect;
use sim_api::SimTime;

use super::*;
use crate::probe::*;
use crate::sdp::{AudioForm, AudioFormat};
use crate::ua::{
    Capabilities, Change, CredentialPolicy, DerivedPasswords, Identifiers, Persona, Quality, SessionPersona,
};
use crate::uri::{SipScheme, Transport};

const MOVED: &str = "192.0.2.100:5060";

fn persona(name: &str, user: &str, host: &str, port: u16) -> Persona {
    Persona {
        display_name: name.into(),
        scheme: SipScheme::Sip,
        sent_by: format!("{host}:5060"),
        transport: Transport::Tcp,
        contact: format!("sip:{user}@{host};transport=tcp"),
        registrar: String::new(),
        registration: String::new(),
        routes: Vec::new(),
        cseq: 1,
        proxy_challenges: Vec::new(),
        challenges: Vec::new(),
        session: SessionPersona {
            host: host.into(),
            id: 2_890_844_526,
            ports: vec![port],
            formats: vec![AudioFormat::Pcmu],
            form: AudioForm::Brief,
        },
    }
}

fn list(texts: &[&str]) -> std::collections::VecDeque<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// The network of both: names of hosts and domains.
fn table() -> Arc<StaticTable> {
    let [alice, bob, moved] = [ALICE, BOB, MOVED].map(|address| address.parse().unwrap());
    let table = StaticTable::new().with_domain("a.example", &[alice]).with_domain("b.example", &[bob]);
    let table = table.with_domain("client.a.example", &[alice]).with_domain("client.b.example", &[bob]);
    Arc::new(table.with_domain("client.c.example", &[moved]))
}

fn named_alice() -> UserAgentsConfig {
    let base = alice();
    UserAgentsConfig {
        identities: base.identities.with_persona(0, persona("Alice", "alice", "client.a.example", 49_172)),
        next_hop: table(),
        capabilities: Capabilities::Unstated,
        identifiers: Identifiers {
            branches: list(&["z9hG4bK74bf9", "z9hG4bK74bd5"]),
            tags: list(&["9fxced76sl"]),
            call_ids: list(&["3848276298220188511@a.example"]),
        },
        ..alice()
    }
}

fn named_bob() -> UserAgentsConfig {
    let base = bob(answers_after(0));
    UserAgentsConfig {
        identities: base.identities.with_persona(0, persona("Bob", "bob", "client.b.example", 3456)),
        next_hop: table(),
        capabilities: Capabilities::Unstated,
        ..bob(answers_after(0))
    }
}

fn calls_bob(world: &mut World) {
    world.order("alice", |ua, cx| ua.call(0, "Bob <sip:bob@b.example>", None, cx)).unwrap();
    world.run_until(SimTime::from_secs(1));
}

#[test]
fn an_invite_says_what_its_persona_and_the_identifiers_from_outside_say() {
    let mut world = pair(named_alice(), named_bob());
    calls_bob(&mut world);
    expect![[r#"
        INVITE sip:bob@b.example SIP/2.0
        Via: SIP/2.0/TCP client.a.example:5060;branch=z9hG4bK74bf9
        Max-Forwards: 70
        From: Alice <sip:alice@a.example>;tag=9fxced76sl
        To: Bob <sip:bob@b.example>
        Call-ID: 3848276298220188511@a.example
        CSeq: 1 INVITE
        Contact: <sip:alice@client.a.example;transport=tcp>
        Content-Type: application/sdp
        Content-Length: 139

        v=0
        o=alice 2890844526 2890844526 IN IP4 client.a.example
        s=-
        c=IN IP4 192.0.2.1
        t=0 0
        m=audio 49172 RTP/AVP 0
        a=rtpmap:0 PCMU/8000
    "#]]
    .assert_eq(&world.octets("alice", "INVITE")[0].replace("\r\n", "\n"));
    let ack = &world.octets("alice", "ACK")[0];
    assert!(
        ack.contains("\r\nFrom: Alice <sip:alice@a.example>;tag=9fxced76sl\r\nTo: Bob <sip:bob@b.example>;")
    );
    world.order("bob", |ua, cx| ua.hang_up(0, cx)).unwrap();
    world.run();
    let bye = &world.octets("bob", "BYE")[0];
    assert!(bye.starts_with("BYE sip:alice@client.a.example;transport=tcp SIP/2.0\r\n"), "{bye}");
    assert!(
        bye.contains("\r\nTo: Alice <sip:alice@a.example>;tag=9fxced76sl\r\n"),
        "found by a tag from outside"
    );
    assert_eq!(world.values(CALL_BYE_DONE), [200]);
    world.finish();
}

#[test]
fn a_line_that_moves_tells_its_peer_by_a_re_invite_and_is_reached_there() {
    let moved: std::net::SocketAddr = MOVED.parse().unwrap();
    let mut world = World::new(ms(10)).agents("alice", UserAgents::new(named_alice())).host(
        "bob",
        &["192.0.2.2".parse().unwrap(), moved.ip()],
        UserAgents::new(named_bob()),
    );
    calls_bob(&mut world);
    world
        .order("bob", |ua, cx| {
            ua.relocate(0, moved, Some(persona("Bob", "bob", "client.c.example", 47_172)));
            ua.modify(0, Change::Address, cx)
        })
        .unwrap();
    world.run_until(SimTime::from_secs(2));
    world.order("alice", |ua, cx| ua.hang_up(0, cx)).unwrap();
    world.run();
    let (invite, bye) = (&world.octets("bob", "INVITE")[0], &world.octets("alice", "BYE")[0]);
    assert!(invite.contains("Contact: <sip:bob@client.c.example;transport=tcp>\r\n"), "{invite}");
    assert!(invite.contains("c=IN IP4 192.0.2.100\r\n") && invite.contains("m=audio 47172 "), "{invite}");
    assert!(bye.starts_with("BYE sip:bob@client.c.example;transport=tcp SIP/2.0\r\n"), "{bye}");
    assert_eq!(world.values(CALL_BYE_DONE), [200]);
    world.finish();
}

#[test]
fn requests_of_a_line_with_routes_go_to_the_first_of_them() {
    let mut alice = named_alice();
    let routes = vec!["sip:client.b.example;lr".to_owned(), "sip:x.example;lr".to_owned()];
    let with_routes = Persona { routes, ..persona("", "alice", "client.a.example", 49_172) };
    alice.identities = alice.identities.with_persona(0, with_routes);
    let mut world = pair(alice, named_bob());
    world.order("alice", |ua, cx| ua.call(0, "sip:bob@nowhere.example", None, cx)).unwrap();
    world.run_until(SimTime::from_secs(1));
    let invite = &world.octets("alice", "INVITE")[0];
    let rows =
        "Max-Forwards: 70\r\nRoute: <sip:client.b.example;lr>\r\nRoute: <sip:x.example;lr>\r\nFrom: <sip:";
    assert!(invite.contains(rows), "{invite}");
    assert_eq!(world.sent[0].to, Some("bob"));
}

#[test]
fn challenges_met_before_are_answered_without_being_asked() {
    let mut alice = named_alice();
    let passwords = Some(Arc::new(DerivedPasswords { prefix: "secret-".into() }) as _);
    alice.credentials =
        CredentialPolicy { passwords, quality: Quality::Unstated, ..CredentialPolicy::default() };
    let challenge = "Digest realm=\"a.example\", nonce=\"ze7k1ee8\", opaque=\"\", qop=\"auth\"".to_owned();
    let knowing = Persona {
        proxy_challenges: vec![challenge],
        ..persona("Alice", "alice", "client.a.example", 49_172)
    };
    alice.identities = alice.identities.with_persona(0, knowing);
    let mut world = pair(alice, named_bob());
    calls_bob(&mut world);
    for message in [&world.octets("alice", "INVITE")[0], &world.octets("alice", "ACK")[0]] {
        assert!(
            message.contains("Proxy-Authorization: Digest username=\"alice\", realm=\"a.example\""),
            "{message}"
        );
    }
    world.finish();
}

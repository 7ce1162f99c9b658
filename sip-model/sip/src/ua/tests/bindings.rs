//! REGISTER by order: adding contacts, removing all, asking which there are (RFC 3261 10.2).

use sim_api::{Context, Node, NodeEvent, SimTime};

use super::*;
use crate::header::Tag;
use crate::message::{Composer, HeaderName, Message, ResponseHead, StatusCode};
use crate::probe::*;
use crate::ua::{AtStart, Bindings, DerivedPasswords, Refresh, Registration};

/// A registrar that says yes to everything.
#[derive(Debug)]
struct Agreeable;

impl Node for Agreeable {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let NodeEvent::Datagram { from, to, octets } = event else { return };
        let register = Message::parse(octets).unwrap();
        let head = ResponseHead::new(&register, StatusCode::OK).with_tag(Tag::new("registrar").unwrap());
        let mut out = Vec::new();
        let contact = "<sip:alice@192.0.2.1:5060>;expires=1000";
        Composer::response(&mut out, &head).header(HeaderName::Contact, contact).finish();
        cx.send(to, from, &out);
    }
}

/// What Alice sends by this order, and the world a while later.
fn enrols(bindings: Bindings) -> (String, World) {
    let registrar = "192.0.2.9".parse().unwrap();
    let table = StaticTable::new().with_domain("a.example", &[(registrar, 5060).into()]);
    let registration = Registration {
        expires: secs(3600),
        at_start: AtStart::Unregistered { spread: secs(1 << 31) },
        refresh: Refresh::After(500),
        retry: secs(60),
        passwords: Arc::new(DerivedPasswords { prefix: "secret-".into() }),
    };
    let alice = UserAgentsConfig { registration: Some(registration), next_hop: Arc::new(table), ..alice() };
    let mut world =
        World::new(ms(10)).agents("alice", UserAgents::new(alice)).host("registrar", &[registrar], Agreeable);
    world.order("alice", |ua, cx| ua.enrol(0, bindings, cx)).unwrap();
    world.run_until(SimTime::from_secs(400));
    (world.octets("alice", "REGISTER")[0].clone(), world)
}

#[test]
fn several_contacts_are_registered_in_one_request_each_in_its_row() {
    let contacts = ["<sip:alice@192.0.2.1:5060>;q=0.5", "mailto:alice@a.example"];
    let (register, world) = enrols(Bindings::These(contacts.map(str::to_owned).to_vec()));
    let rows = "Contact: <sip:alice@192.0.2.1:5060>;q=0.5\r\nContact: mailto:alice@a.example\r\n";
    assert!(register.contains(rows) && !register.contains("Expires"), "{register}");
    assert_eq!(world.values(REGISTER_DONE), [1000]);
}

#[test]
fn all_bindings_are_removed_by_a_star_with_expires_0_and_nothing_is_refreshed() {
    let (register, mut world) = enrols(Bindings::RemoveAll);
    assert!(register.contains("Expires: 0\r\nContact: *\r\n"), "{register}");
    world.run_until(SimTime::from_secs(10_000));
    assert_eq!((world.octets("alice", "REGISTER").len(), world.values(REGISTER_DONE)), (1, vec![0]));
    world.finish();
}

#[test]
fn a_query_has_no_contact_and_leaves_the_next_refresh_where_it_was() {
    let (register, mut world) = enrols(Bindings::Fetch);
    assert!(!register.contains("Contact") && !register.contains("Expires"), "{register}");
    assert_eq!(world.values(REGISTER_DONE), [1000], "what the registrar says of the own contact");
    world.order("alice", |ua, cx| ua.enrol(0, Bindings::Own, cx)).unwrap();
    world.run_until(SimTime::from_secs(500));
    world.order("alice", |ua, cx| ua.enrol(0, Bindings::Fetch, cx)).unwrap();
    world.run_until(SimTime::from_secs(950));
    assert_eq!(world.sendings("alice", "REGISTER"), [0.0, 400_000.0, 500_000.0, 900_020.0]);
    world.finish();
}

#[test]
fn a_refresh_that_falls_due_during_a_query_follows_it() {
    let (_, mut world) = enrols(Bindings::Own);
    world.run_until(SimTime::from_millis(500_015));
    assert_eq!(world.sendings("alice", "REGISTER"), [0.0], "the refresh is due in 5 ms");
    world.order("alice", |ua, cx| ua.enrol(0, Bindings::Fetch, cx)).unwrap();
    world.run_until(SimTime::from_secs(510));
    assert_eq!(world.sendings("alice", "REGISTER"), [0.0, 500_015.0, 504_020.0]);
    world.finish();
}

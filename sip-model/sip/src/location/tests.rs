use proptest::prelude::*;

use super::*;
use crate::header::QValue;
use crate::uri::Uri;

#[test]
fn a_numbered_subscriber_lives_in_its_row() {
    let mut location = koeln();
    let empty = location.octets();
    bind(&mut location, "sip:u17@koeln.example", &["sip:u17@192.0.2.17:5060"]);
    assert_eq!(contacts(&location, "sip:u17@KOELN.example;user=phone"), ["sip:u17@192.0.2.17:5060"]);
    assert_eq!(contacts(&location, "sip:u18@koeln.example"), [""; 0]);
    assert_eq!(location.octets(), empty, "the row was there before");
}

#[test]
fn an_odd_name_and_a_second_contact_live_in_the_general_table() {
    let mut location = koeln();
    bind(&mut location, "sip:Alice@koeln.example", &["sip:alice@pc33.example"]);
    bind(&mut location, "sip:u17@koeln.example", &["sip:u17@192.0.2.17", "sip:u17@192.0.2.18"]);
    assert_eq!(contacts(&location, "sip:Alice@koeln.example"), ["sip:alice@pc33.example"]);
    assert_eq!(contacts(&location, "sip:alice@koeln.example"), [""; 0], "user parts have case");
    assert_eq!(contacts(&location, "sip:u17@koeln.example").len(), 2);
    bind(&mut location, "sip:u17@koeln.example", &["sip:u17@192.0.2.19"]);
    assert_eq!(contacts(&location, "sip:u17@koeln.example"), ["sip:u17@192.0.2.19"]);
}

#[test]
fn only_a_domain_whose_subscribers_are_listed_has_strangers() {
    let mut location = koeln();
    location.list(aor("sip:alice@bonn.example"));
    bind(&mut location, "sip:Bob@koeln.example", &["sip:bob@192.0.2.2"]);
    for (name, wanted) in [
        ("sip:u17@koeln.example", Membership::Subscriber),
        ("sip:u20@koeln.example", Membership::Stranger),
        ("sip:Bob@koeln.example", Membership::Subscriber),
        ("sip:alice@bonn.example", Membership::Subscriber),
        ("sip:bob@bonn.example", Membership::Stranger),
        ("sip:bob@ulm.example", Membership::Unknown),
        ("sip:koeln.example", Membership::Unknown),
    ] {
        assert_eq!(location.membership(&aor(name)), wanted, "{name}");
    }
}

#[test]
fn bindings_are_listed_by_falling_preference() {
    let mut location = koeln();
    let with_q = |contact: &[u8], thousandths| {
        let q = QValue::from_thousandths(thousandths).unwrap();
        Binding { q, ..binding(contact) }
    };
    let bindings = vec![with_q(b"sip:a@h", 300), with_q(b"sip:b@h", 700), with_q(b"sip:c@h", 300)];
    location.replace(&aor("sip:bob@koeln.example"), bindings, SimTime::ZERO).unwrap();
    assert_eq!(contacts(&location, "sip:bob@koeln.example"), ["sip:b@h", "sip:a@h", "sip:c@h"]);
}

#[test]
fn an_ended_binding_is_not_found() {
    let mut location = koeln();
    let (remaining, origin) = (Duration::from_secs(3000), Origin::new(b"reg-1", 7));
    for (name, contact) in
        [("sip:u1@koeln.example", &b"sip:u1@192.0.2.1"[..]), ("sip:bob@koeln.example", b"sip:bob@192.0.2.2")]
    {
        location.preload(&aor(name), contact, remaining, origin).unwrap();
        let just_before = SimTime::from_nanos(2_999_999_999_999);
        assert_eq!(location.bindings(&aor(name), just_before).len(), 1, "{name}");
        assert_eq!(location.bindings(&aor(name), SimTime::from_secs(3000)), [], "{name}");
    }
}

#[test]
fn a_full_service_refuses_and_keeps_what_it_had() {
    let mut location = LocationService::new(LocationLimits { bindings_per_aor: 2, octets: 2 * 64 + 2 * 300 });
    bind(&mut location, "sip:a@h.example", &["sip:a@192.0.2.1"]);
    let three = vec![binding(b"sip:1@h"), binding(b"sip:2@h"), binding(b"sip:3@h")];
    let error = location.replace(&aor("sip:a@h.example"), three, SimTime::ZERO);
    assert_eq!(error, Err(LocationFull::BindingsPerAor));
    let large = vec![binding(&[b'x'; 600])];
    assert_eq!(
        location.replace(&aor("sip:b@h.example"), large.clone(), SimTime::ZERO),
        Err(LocationFull::Octets)
    );
    assert_eq!(contacts(&location, "sip:a@h.example"), ["sip:a@192.0.2.1"]);
    // A binding that has ended makes room.
    location.replace(&aor("sip:b@h.example"), vec![binding(&[b'x'; 450])], SimTime::from_secs(3600)).unwrap();
    assert_eq!(location.bindings(&aor("sip:b@h.example"), SimTime::ZERO).len(), 1);
    assert_eq!(contacts(&location, "sip:a@h.example"), [""; 0]);
}

#[test]
fn a_numbered_subscriber_keeps_its_row_when_the_general_table_is_full() {
    let mut location = LocationService::new(LocationLimits { bindings_per_aor: 2, octets: 100 });
    location.reserve(NumberedSubscribers {
        prefix: "u".into(),
        domain: "koeln.example".into(),
        numbers: 0..20,
    });
    bind(&mut location, "sip:u17@koeln.example", &["sip:u17@192.0.2.17"]);
    let odd = vec![binding(b"sip:u17@pc.koeln.example")];
    assert!(location.replace(&aor("sip:u17@koeln.example"), odd, SimTime::ZERO).is_err());
    assert_eq!(contacts(&location, "sip:u17@koeln.example"), ["sip:u17@192.0.2.17"]);
}

#[test]
fn a_crash_without_durable_state_forgets_every_binding() {
    let mut location = koeln();
    bind(&mut location, "sip:u17@koeln.example", &["sip:u17@192.0.2.17"]);
    bind(&mut location, "sip:bob@koeln.example", &["sip:bob@192.0.2.18"]);
    location.clear();
    assert_eq!(contacts(&location, "sip:u17@koeln.example"), [""; 0]);
    assert_eq!(contacts(&location, "sip:bob@koeln.example"), [""; 0]);
    bind(&mut location, "sip:u17@koeln.example", &["sip:u17@192.0.2.20"]);
    assert_eq!(contacts(&location, "sip:u17@koeln.example"), ["sip:u17@192.0.2.20"]);
}

#[test]
fn ten_thousand_registered_subscribers_cost_48_octets_each() {
    let mut location = LocationService::default();
    location.reserve(NumberedSubscribers {
        prefix: "u".into(),
        domain: "koeln.example".into(),
        numbers: 0..10_000,
    });
    for i in 0..10_000 {
        let contact = format!("sip:u{i}@10.1.{}.{}:5060", i / 256, i % 256);
        bind(&mut location, &format!("sip:u{i}@koeln.example"), &[&contact]);
    }
    let each = location.octets() as f64 / 10_000.0;
    assert!(each <= 48.1, "{each} octets a subscriber");
}

/// What a subscriber does in the model test: the whole list of contacts that it then has.
fn change() -> impl Strategy<Value = (u8, Vec<(u8, u16)>)> {
    (0u8..6, prop::collection::vec((0u8..4, 0u16..=1000), 0..4))
}

proptest! {
    #[test]
    fn rows_and_general_table_together_behave_like_one_map(changes in prop::collection::vec(change(), 0..40)) {
        let mut location = koeln();
        let mut model: BTreeMap<String, Vec<Binding>> = BTreeMap::new();
        for (who, wanted) in changes {
            let user = if who < 3 { format!("u{who}") } else { format!("name{who}") };
            let name = format!("sip:{user}@koeln.example");
            let made = wanted.iter().map(|&(kind, q)| {
                let q = QValue::from_thousandths(q).unwrap();
                let contact = match kind {
                    0 => format!("sip:{user}@192.0.2.{kind}"),
                    1 => format!("sip:{user}@192.0.2.{kind}:5060"),
                    2 => format!("sip:{user}@[2001:db8::{kind}]"),
                    _ => "sip:elsewhere@pc.example".to_owned(),
                };
                Binding { q, ..binding(contact.as_bytes()) }
            });
            let mut bindings: Vec<Binding> = made.collect();
            location.replace(&aor(&name), bindings.clone(), SimTime::ZERO).unwrap();
            bindings.sort_by_key(|binding| std::cmp::Reverse(binding.q));
            model.insert(name, bindings);
            for (name, bindings) in &model {
                prop_assert_eq!(&location.bindings(&aor(name), SimTime::ZERO), bindings);
            }
        }
    }
}

fn koeln() -> LocationService {
    let mut location = LocationService::default();
    location.reserve(NumberedSubscribers {
        prefix: "u".into(),
        domain: "koeln.example".into(),
        numbers: 0..20,
    });
    location
}

fn aor(text: &str) -> Aor {
    Aor::of(&Uri::parse(text).unwrap()).unwrap()
}

fn binding(contact: &[u8]) -> Binding {
    Binding::new(contact, SimTime::from_secs(3600), Origin::new(b"call-1", 1))
}

fn bind(location: &mut LocationService, name: &str, contacts: &[&str]) {
    let bindings = contacts.iter().map(|contact| binding(contact.as_bytes())).collect();
    location.replace(&aor(name), bindings, SimTime::ZERO).unwrap();
}

fn contacts(location: &LocationService, name: &str) -> Vec<String> {
    let text = |binding: Binding| String::from_utf8(binding.contact.to_vec()).unwrap();
    location.bindings(&aor(name), SimTime::ZERO).into_iter().map(text).collect()
}

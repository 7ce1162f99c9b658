//! A registrar and scripted user agents: RFC 3261 10.3, the flows of RFC 3665 2.2 to 2.4, and what goes wrong.

use flow::{Flow, Sent, expect, ms};

/// A registrar for `example.com` with Bob's scripted telephone; nobody is registered.
struct Registration {
    net: Flow,
    requests: u32,
}

impl Registration {
    fn new() -> Registration {
        let net = Flow::new(["alice", "registrar", "carol"])
            .with_peer("phone", "registrar")
            .proxy("registrar", |registrar| registrar.reaches::<&str>("bob", []));
        Registration { net, requests: 0 }
    }

    /// The answer to a REGISTER with these header fields; its CSeq grows by one from REGISTER to REGISTER.
    fn register(&mut self, more: &str) -> Sent {
        let cseq = self.requests + 1;
        self.register_as(cseq, more)
    }

    fn register_as(&mut self, cseq: u32, more: &str) -> Sent {
        self.requests += 1;
        let branch = self.requests;
        self.net.peer("phone").sends(
            "registrar",
            &format!(
                "REGISTER sip:example.com SIP/2.0
                 Via: SIP/2.0/UDP {{phone}};branch=z9hG4bK{branch}
                 Max-Forwards: 70
                 From: <sip:bob@example.com>;tag=b{branch}
                 To: <sip:bob@example.com>
                 Call-ID: registration@bob
                 CSeq: {cseq} REGISTER
                 {more}"
            ),
        );
        self.net.run_for(ms(30));
        self.net.messages().into_iter().rfind(|sent| sent.from == "registrar").expect("an answer")
    }
}

/// The status code of a response and its contacts.
fn outcome(response: &Sent) -> (String, Vec<String>) {
    (response.label.clone(), response.headers("Contact"))
}

fn contacts(code: &str, contacts: &[&str]) -> (String, Vec<String>) {
    (code.to_owned(), contacts.iter().map(|&contact| contact.to_owned()).collect())
}

#[test]
fn contacts_are_added_listed_and_removed() {
    let mut bob = Registration::new();
    // RFC 3665 2.1 and 2.2: a contact, then another one beside it.
    let first = bob.register("Contact: <sip:bob@{phone}>;expires=3600");
    assert_eq!(outcome(&first), contacts("200", &["<sip:bob@192.0.2.4:5060>;expires=3600"]));
    let second = bob.register("Contact: <mailto:bob@example.com>;q=0.1");
    let both = ["<sip:bob@192.0.2.4:5060>;expires=3600", "<mailto:bob@example.com>;q=0.1;expires=3600"];
    assert_eq!(outcome(&second), contacts("200", &both));
    // RFC 3665 2.3: a REGISTER without Contact asks for the list.
    assert_eq!(outcome(&bob.register("Expires: 60")), contacts("200", &both));
    // RFC 3665 2.4: all of them go.
    let none = bob.register("Expires: 0\n Contact: *");
    assert_eq!(outcome(&none), contacts("200", &[]));
    bob.net.expect(expect![[r#"
        ms         alice           registrar       carol           phone
        0.0        |               |<---------- REGISTER ----------|
        10.0       |               |------------- 200 ------------>|
        30.0       |               |<---------- REGISTER ----------|
        40.0       |               |------------- 200 ------------>|
        60.0       |               |<---------- REGISTER ----------|
        70.0       |               |------------- 200 ------------>|
        90.0       |               |<---------- REGISTER ----------|
        100.0      |               |------------- 200 ------------>|
    "#]]);
}

#[test]
fn star_demands_expires_0_and_stands_alone() {
    let mut bob = Registration::new();
    bob.register("Contact: <sip:bob@{phone}>");
    for more in ["Contact: *", "Contact: *\nExpires: 1", "Contact: *, <sip:bob@{phone}>\nExpires: 0"] {
        assert_eq!(outcome(&bob.register(more)), contacts("400", &[]), "{more}");
    }
    assert_eq!(bob.register("Expires: 0").headers("Contact").len(), 1, "nothing was removed");
}

#[test]
fn interval_below_the_minimum_and_below_one_hour_is_423() {
    let mut bob = Registration::new();
    let brief = bob.register("Contact: <sip:bob@{phone}>;expires=59");
    assert_eq!((outcome(&brief), brief.header("Min-Expires")), (contacts("423", &[]), "60".to_owned()));
    assert_eq!(bob.register("Contact: <sip:bob@{phone}>;expires=60").label, "200");
    assert_eq!(outcome(&bob.register("Contact: <sip:bob@{phone}>;expires=0")), contacts("200", &[]));
}

#[test]
fn register_is_carried_out_as_a_whole_or_not_at_all() {
    let mut bob = Registration::new();
    let two = "Contact: <sip:bob@{phone}>;expires=600, <sip:bob@203.0.113.9>;expires=5";
    assert_eq!(bob.register(two).label, "423");
    assert_eq!(outcome(&bob.register("Expires: 60")), contacts("200", &[]));
    bob.register("Contact: <sip:bob@{phone}>");
    //= RFC 3261 10.3: step 7: if any one of them fails, the request MUST fail with a 500 (Server Error) response
    let late = bob.register_as(1, "Contact: <sip:bob@203.0.113.9>, <sip:bob@{phone}>");
    assert_eq!(outcome(&late), contacts("500", &[]));
    assert_eq!(bob.register("Expires: 60").headers("Contact").len(), 1);
}

#[test]
fn contacts_are_listed_by_preference_and_a_caller_reaches_the_best_one() {
    let mut bob = Registration::new();
    bob.register("Contact: <sip:bob@203.0.113.9>;q=0.2, <sip:carol@192.0.2.3:5060>;q=0.8;expires=60");
    let list = bob.register("Expires: 60");
    assert_eq!(
        outcome(&list),
        contacts(
            "200",
            &["<sip:carol@192.0.2.3:5060>;q=0.8;expires=60", "<sip:bob@203.0.113.9>;q=0.2;expires=3600"]
        )
    );
    bob.net.alice().calls("sip:bob@example.com");
    bob.net.run_for(ms(200));
    bob.net.assert_probe("call.answer", 1);
    assert_eq!(
        bob.net.sent("registrar", "INVITE")[0].start_line(),
        "INVITE sip:carol@192.0.2.3:5060 SIP/2.0"
    );
}

#[test]
fn path_is_stored_with_the_binding_and_leads_the_call() {
    let mut bob = Registration::new();
    let path = "Contact: <sip:bob@203.0.113.9>\nPath: <sip:{phone};lr>";
    //= RFC 3327 5.3: without Supported: path the registrar may refuse with 420
    assert_eq!(bob.register(path).label, "420");
    let stored = bob.register(&format!("{path}\nSupported: path"));
    assert_eq!((stored.label.as_str(), stored.header("Path").as_str()), ("200", "<sip:192.0.2.4:5060;lr>"));
    bob.net.alice().calls("sip:bob@example.com");
    bob.net.run_for(ms(50));
    let invite = &bob.net.sent("registrar", "INVITE")[0];
    assert_eq!(invite.to.as_deref(), Some("phone"));
    assert_eq!(invite.start_line(), "INVITE sip:bob@203.0.113.9 SIP/2.0");
    assert_eq!(invite.header("Route"), "<sip:192.0.2.4:5060;lr>");
}

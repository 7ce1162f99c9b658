//! What happens in each flow of RFC 3665: who takes part, what they do and when, and which identifiers they use.
//!
//! Every message is composed by the nodes; only names, numbers and instants come from here. Where RFC 3665 uses one
//! branch for several requests of a server, the last digit counts on, as branches are unique (RFC 3261 8.1.1.7).

use std::time::Duration;

use sim_api::Distribution;
use sip::message::StatusCode;
use sip::ua::{Act, Answering, Bindings, Change, Identifiers, Persona};

use super::cast::{self, Actor, challenge, list};

/// A flow that is about to be played.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    /// The name of the transport in Via.
    pub(crate) transport: &'static str,
    /// Who gets the requests for users of Biloxi.
    pub(crate) biloxi: Actor,
    pub(crate) alice: Option<User>,
    pub(crate) bob: Option<User>,
    pub(crate) servers: Vec<Server>,
    /// Who takes everything and says nothing.
    pub(crate) silent: Vec<Actor>,
}

/// A user agent.
#[derive(Clone, Debug)]
pub(crate) struct User {
    /// Its lines: all are the same user, each with a persona.
    pub(crate) personas: Vec<Persona>,
    pub(crate) acts: Vec<Cue>,
    pub(crate) identifiers: Identifiers,
    pub(crate) rings: Option<Duration>,
    pub(crate) answering: Answering,
    pub(crate) patience: Option<Duration>,
    pub(crate) offers_late: bool,
    pub(crate) password: Password,
}

/// What a line does, and when.
#[derive(Clone, Debug)]
pub(crate) struct Cue {
    pub(crate) at: Duration,
    pub(crate) line: u32,
    pub(crate) act: Act,
}

/// Whether a user knows the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Password {
    Right,
    Wrong,
}

/// A server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) actor: Actor,
    pub(crate) identifiers: Identifiers,
    /// Its realm and the nonces of its challenges, `None` when it asks nobody.
    pub(crate) challenges: Option<(&'static str, Vec<String>)>,
    pub(crate) stays: bool,
    /// Bindings before the flow begins, and for how many seconds they last.
    pub(crate) bindings: Vec<(&'static str, u32)>,
    /// For how many seconds a contact is bound that does not say.
    pub(crate) default_s: u32,
}

const ALICE_TAG: &str = "9fxced76sl";
const BOB_TAG: &str = "314159";
const CALL_ID: &str = "2xTb9vxSit55XU7p8@atlanta.example.com";
const TO_BOB: &str = "Bob <sip:bob@biloxi.example.com>";
const BOB_AT: (&str, u32) = ("sip:bob@client.biloxi.example.com", FOR_EVER_S);
const ATLANTA: &str = "atlanta.example.com";
const BILOXI: &str = "biloxi.example.com";
/// Longer than a flow lasts.
const LONG: Duration = Duration::from_secs(100_000);
const FOR_EVER_S: u32 = 1_000_000;
/// How long Bob lets it ring.
const RINGS_FOR: Duration = Duration::from_secs(2);
const HANGS_UP_AT: Duration = Duration::from_secs(5);

/// The flow of `section`, `None` when RFC 3665 has none there.
pub(crate) fn scene(section: &str) -> Option<Scene> {
    Some(match section {
        "2.1" => registration(
            User { acts: vec![registers(&["<sips:bob@client.biloxi.example.com>"])], ..registering() },
            registrar(&["ea9c8e88df84f1cec4341ae6cbe5a359"], &["1410948204", "37GkEhwl6"]),
        ),
        "2.2" => update_of_contacts(),
        "2.3" => query(),
        "2.4" => removal(),
        "2.5" => refused_registration(),
        "3.1" => direct_call(),
        "3.2" => two_proxies(),
        "3.3" => two_challenges(),
        "3.4" => dead_proxy(),
        "3.5" => gateway(),
        "3.6" => redirection(),
        "3.7" => address_change(),
        "3.8" => no_answer(),
        "3.9" => busy(),
        "3.10" => no_response(),
        "3.11" => unavailable(),
        _ => return None,
    })
}

fn registration(bob: User, registrar: Server) -> Scene {
    Scene {
        transport: "TLS",
        biloxi: Actor::Ss2,
        alice: None,
        bob: Some(bob),
        servers: vec![registrar],
        silent: Vec::new(),
    }
}

fn update_of_contacts() -> Scene {
    let nonce = "1cec4341ae6cbe5a359ea9c8e88df84f";
    let server = Server {
        bindings: vec![("sips:bob@client.biloxi.example.com", 3600)],
        //= RFC 3261 10.3: step 7: how long a binding lasts that says nothing is the registrar's own choice
        default_s: u32::MAX,
        ..registrar(&[nonce], &["34095828jh"])
    };
    let bob = User { acts: vec![registers(&["mailto:bob@biloxi.example.com"])], ..knowing(nonce) };
    registration(bob, server)
}

fn query() -> Scene {
    let nonce = "df84f1cec4341ae6cbe5ap359a9c8e88";
    let server = Server {
        bindings: vec![
            ("sips:bob@client.biloxi.example.com", 3600),
            ("mailto:bob@biloxi.example.com", u32::MAX),
        ],
        ..registrar(&[nonce], &["jqoiweu75"])
    };
    registration(User { acts: vec![at_once(Act::Enrol(Bindings::Fetch))], ..knowing(nonce) }, server)
}

fn removal() -> Scene {
    let nonce = "88df84f1cac4341aea9c8ee6cbe5a359";
    let server = Server {
        bindings: vec![("sips:bob@client.biloxi.example.com", 3600)],
        ..registrar(&[nonce], &["1418nmdsrf"])
    };
    registration(User { acts: vec![at_once(Act::Enrol(Bindings::RemoveAll))], ..knowing(nonce) }, server)
}

fn refused_registration() -> Scene {
    let nonces = ["f1cec4341ae6ca9c8e88df84be55a359", "84f1c1ae6cbe5ua9c8e88dfa3ecm3459"];
    let bob = User {
        acts: vec![registers(&["<sips:bob@client.biloxi.example.com>"])],
        password: Password::Wrong,
        ..registering()
    };
    registration(bob, registrar(&nonces, &["1410948204", "1410948204"]))
}

fn direct_call() -> Scene {
    let mut bob = answers("TCP", &["nashds7"], "8321234356");
    bob.acts.push(hangs_up());
    Scene {
        alice: Some(User {
            identifiers: caller(&["74bf9", "74bd5"], "3848276298220188511@atlanta.example.com"),
            ..calls("TCP", &[])
        }),
        bob: Some(bob),
        biloxi: Actor::Bob,
        ..empty("TCP")
    }
}

fn two_proxies() -> Scene {
    let mut bob = answers("TCP", &["nashds7"], BOB_TAG);
    bob.acts.push(hangs_up());
    Scene {
        alice: Some(User {
            identifiers: caller(&["74b43", "74bf9", "74b76"], "3848276298220188511@atlanta.example.com"),
            ..calls("TCP", &[Actor::Ss1])
        }),
        bob: Some(bob),
        servers: vec![
            asking(proxy(Actor::Ss1, "2d4790", &["3flal12sf"]), ATLANTA, "f84f1cec41e6cbe5aea9c8e88d359"),
            home_of_bob("721e4"),
        ],
        ..empty("TCP")
    }
}

fn two_challenges() -> Scene {
    let ss2 = Server { identifiers: servers("31972", &["838209"]), ..home_of_bob("") };
    Scene {
        alice: Some(User {
            identifiers: caller(&["74b03", "74b21", "74bf9", "74b44"], CALL_ID),
            ..calls("UDP", &[Actor::Ss1])
        }),
        bob: Some(User {
            rings: None,
            answering: Answering::Answer { after: Distribution::Fixed(Duration::ZERO) },
            ..answers("UDP", &[], "9103874")
        }),
        servers: vec![
            asking(proxy(Actor::Ss1, "230f2", &["876321"]), ATLANTA, "wf84f1cczx41ae6cbeaea9ce88d359"),
            asking(ss2, BILOXI, "c1e22c41ae6cbe5ae983a9c8e88d359"),
        ],
        ..empty("UDP")
    }
}

fn dead_proxy() -> Scene {
    let through_ss1 = Persona { routes: routes(&[Actor::Ss1]), ..cast::alice("UDP") };
    let mut identifiers = caller(&["465b6d", "74b8a", "74bf9", "74b8g"], CALL_ID);
    identifiers.call_ids.push_back("4Fde34wkd11wsGFDs3@atlanta.example.com".to_owned());
    identifiers.tags.push_back(ALICE_TAG.to_owned());
    let again = Cue { at: Duration::from_secs(40), line: 1, act: call() };
    let ss2 = Server { identifiers: servers("721e4", &["2421452"]), ..home_of_bob("") };
    let mut bob = answers("UDP", &["nashds7"], BOB_TAG);
    bob.acts.push(Cue { at: Duration::from_secs(45), ..hangs_up() });
    Scene {
        alice: Some(User {
            personas: vec![through_ss1, cast::alice("UDP")],
            acts: vec![at_once(call()), again],
            identifiers,
            ..calls("UDP", &[])
        }),
        bob: Some(bob),
        servers: vec![asking(ss2, BILOXI, "1ae6cbe5ea9c8e8df84fqnlec434a359")],
        silent: vec![Actor::Ss1],
        ..empty("UDP")
    }
}

fn gateway() -> Scene {
    let nonce = "85b4f1cen4341ae6cbe5a3a9c8e88df9";
    let alice = Persona {
        routes: routes(&[Actor::Alg1]),
        proxy_challenges: vec![challenge(BILOXI, nonce)],
        ..cast::alice("UDP")
    };
    let ss2 = Server { stays: false, ..home_of_bob("2d4790") };
    Scene {
        alice: Some(User {
            personas: vec![alice],
            acts: vec![at_once(call()), hangs_up()],
            identifiers: caller(&["74bf9", "74bhh", "74be5"], CALL_ID),
            ..calls("UDP", &[])
        }),
        bob: Some(answers("UDP", &[], BOB_TAG)),
        servers: vec![proxy(Actor::Alg1, "739578", &[]), asking(ss2, BILOXI, nonce)],
        ..empty("UDP")
    }
}

fn redirection() -> Scene {
    let mut bob = answers("TCP", &["fgaw2"], BOB_TAG);
    bob.personas = vec![cast::bob_in_chicago("TCP", 3456)];
    bob.acts.push(hangs_up());
    let redirect = Server {
        bindings: vec![("sip:bob@chicago.example.com;transport=tcp", FOR_EVER_S)],
        ..proxy(Actor::Redirect, "", &["53fHlqlQ2"])
    };
    let ss3 = Server {
        bindings: vec![("sip:bob@client.chicago.example.com", FOR_EVER_S)],
        ..proxy(Actor::Ss3, "721e", &[])
    };
    Scene {
        alice: Some(User {
            personas: vec![cast::alice("UDP")],
            identifiers: caller(&["bf9f44", "74bf9", "74bq9"], CALL_ID),
            offers_late: true,
            ..calls("UDP", &[])
        }),
        bob: Some(bob),
        biloxi: Actor::Redirect,
        servers: vec![redirect, ss3],
        ..empty("TCP")
    }
}

fn address_change() -> Scene {
    let mut bob = answers("UDP", &["lkld5l", "lkldcc"], BOB_TAG);
    bob.personas[0].cseq = 14;
    let address = std::net::SocketAddr::new(cast::CHICAGO.into(), 5060);
    let persona = Box::new(cast::bob_in_chicago("UDP", 47_172));
    bob.acts.push(Cue { at: HANGS_UP_AT, line: 0, act: Act::Relocate { address, persona } });
    bob.acts.push(Cue { at: HANGS_UP_AT, line: 0, act: Act::Modify(Change::Address) });
    let mut alice = cast::alice("UDP");
    alice.session.ports = vec![49_172, 1000];
    Scene {
        alice: Some(User {
            personas: vec![alice],
            acts: vec![at_once(call()), Cue { at: Duration::from_secs(8), ..hangs_up() }],
            identifiers: caller(&["74bf9", "74b7b", "74bo4"], CALL_ID),
            ..calls("UDP", &[])
        }),
        bob: Some(bob),
        servers: vec![Server { stays: false, ..home_of_bob("2d4790") }],
        ..empty("UDP")
    }
}

fn no_answer() -> Scene {
    let mut scene = proved_call("UDP", "ze7k1ee88df84f1cec431ae6cbe5a359");
    if let (Some(alice), Some(bob)) = (&mut scene.alice, &mut scene.bob) {
        alice.patience = Some(HANGS_UP_AT);
        bob.answering = Answering::Never;
    }
    scene
}

fn busy() -> Scene {
    let mut scene = proved_call("TCP", "dc3a5ab2530aa93112cf5904ba7d88fa");
    if let Some(bob) = &mut scene.bob {
        bob.rings = None;
        bob.answering = rejects(StatusCode::BUSY_HERE, Duration::ZERO);
    }
    scene
}

fn no_response() -> Scene {
    let scene = proved_call("UDP", "cf5904ba7d8dc3a5ab2530aa931128fa");
    Scene { bob: None, silent: vec![Actor::Bob], ..scene }
}

fn unavailable() -> Scene {
    let mut scene = proved_call("UDP", "aa9311cf5904ba7d8dc3a5ab253028fa");
    if let Some(bob) = &mut scene.bob {
        bob.answering = rejects(StatusCode::TEMPORARILY_UNAVAILABLE, RINGS_FOR);
    }
    scene
}

/// A call through both proxies, of which the first has asked Alice before with `nonce`.
fn proved_call(transport: &'static str, nonce: &str) -> Scene {
    let alice = Persona {
        routes: routes(&[Actor::Ss1]),
        proxy_challenges: vec![challenge(ATLANTA, nonce)],
        ..cast::alice(transport)
    };
    // A proxy takes a tag for its 100 too, which does not carry it.
    let tags = [BOB_TAG, BOB_TAG];
    Scene {
        alice: Some(User {
            personas: vec![alice],
            identifiers: caller(&["74bf9"], CALL_ID),
            ..calls(transport, &[])
        }),
        bob: Some(answers(transport, &[], BOB_TAG)),
        servers: vec![
            asking(proxy(Actor::Ss1, "2d4790", &tags), ATLANTA, nonce),
            Server { identifiers: servers("721e4", &tags), ..home_of_bob("") },
        ],
        ..empty(transport)
    }
}

fn empty(transport: &'static str) -> Scene {
    let (servers, silent) = (Vec::new(), Vec::new());
    Scene { transport, biloxi: Actor::Ss2, alice: None, bob: None, servers, silent }
}

/// Alice, who calls Bob at the start by these routes.
fn calls(transport: &'static str, by: &[Actor]) -> User {
    let persona = Persona { routes: routes(by), ..cast::alice(transport) };
    User { acts: vec![at_once(call())], ..user(persona) }
}

/// Bob, who rings at once and answers a while later.
fn answers(transport: &'static str, branches: &[&str], tag: &str) -> User {
    let identifiers =
        Identifiers { branches: cookies(branches), tags: list(&[tag]), ..Identifiers::default() };
    User { identifiers, ..user(cast::bob(transport)) }
}

/// Bob, who registers.
fn registering() -> User {
    let identifiers = Identifiers {
        branches: cookies(&["nashds7", "nashd92"]),
        tags: list(&["a73kszlfl"]),
        ..Identifiers::default()
    };
    User { identifiers, ..user(cast::registering_bob()) }
}

/// Bob, who registers and has been asked with `nonce` before.
fn knowing(nonce: &str) -> User {
    let challenges = vec![challenge(ATLANTA, nonce)];
    User { personas: vec![Persona { challenges, ..cast::registering_bob() }], ..registering() }
}

fn user(persona: Persona) -> User {
    User {
        personas: vec![persona],
        acts: Vec::new(),
        identifiers: Identifiers::default(),
        rings: Some(Duration::ZERO),
        answering: Answering::Answer { after: Distribution::Fixed(RINGS_FOR) },
        patience: None,
        offers_late: false,
        password: Password::Right,
    }
}

/// The registrar of Biloxi with these nonces and tags, whose realm RFC 3665 calls atlanta.example.com.
fn registrar(nonces: &[&str], tags: &[&str]) -> Server {
    let nonces = nonces.iter().map(|nonce| (*nonce).to_owned()).collect();
    Server {
        identifiers: servers("", tags),
        challenges: Some((ATLANTA, nonces)),
        default_s: 3600,
        ..proxy(Actor::Ss2, "", &[])
    }
}

/// A proxy whose branches begin so.
fn proxy(actor: Actor, branch: &str, tags: &[&str]) -> Server {
    Server {
        actor,
        identifiers: servers(branch, tags),
        challenges: None,
        stays: true,
        bindings: Vec::new(),
        default_s: 3600,
    }
}

fn home_of_bob(branch: &str) -> Server {
    Server { bindings: vec![BOB_AT], ..proxy(Actor::Ss2, branch, &[]) }
}

fn asking(server: Server, realm: &'static str, nonce: &str) -> Server {
    Server { challenges: Some((realm, vec![nonce.to_owned()])), ..server }
}

/// The identifiers of a caller.
fn caller(branches: &[&str], call_id: &str) -> Identifiers {
    Identifiers { branches: cookies(branches), tags: list(&[ALICE_TAG]), call_ids: list(&[call_id]) }
}

/// The identifiers of a server whose branches begin so, and count on.
fn servers(branch: &str, tags: &[&str]) -> Identifiers {
    let counted = (1..10).map(|number| format!("z9hG4bK{branch}.{number}"));
    let branches = if branch.is_empty() { list(&[]) } else { counted.collect() };
    Identifiers { branches, tags: list(tags), ..Identifiers::default() }
}

fn cookies(branches: &[&str]) -> std::collections::VecDeque<String> {
    branches.iter().map(|branch| format!("z9hG4bK{branch}")).collect()
}

fn routes(by: &[Actor]) -> Vec<String> {
    by.iter().map(|actor| format!("sip:{};lr", actor.host())).collect()
}

fn rejects(status: StatusCode, after: Duration) -> Answering {
    Answering::Reject { status, after: Distribution::Fixed(after) }
}

fn call() -> Act {
    Act::Call { callee: TO_BOB.to_owned(), holding: LONG }
}

fn hangs_up() -> Cue {
    Cue { at: HANGS_UP_AT, line: 0, act: Act::HangUp }
}

fn registers(contacts: &[&str]) -> Cue {
    at_once(Act::Enrol(Bindings::These(contacts.iter().map(|contact| (*contact).to_owned()).collect())))
}

fn at_once(act: Act) -> Cue {
    Cue { at: Duration::ZERO, line: 0, act }
}

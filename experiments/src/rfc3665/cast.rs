//! Who plays in the flows of RFC 3665, and by which names (RFC 3665 1.3).

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use sip::location::StaticTable;
use sip::sdp::{AudioForm, AudioFormat};
use sip::ua::{DerivedPasswords, Passwords, Persona, SessionPersona};
use sip::uri::{SipScheme, Transport};

/// An element of RFC 3665.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A user agent of atlanta.example.com.
    Alice,
    /// A user agent of biloxi.example.com.
    Bob,
    /// A proxy of atlanta.example.com.
    Ss1,
    /// A proxy and registrar of biloxi.example.com.
    Ss2,
    /// A proxy of chicago.example.com.
    Ss3,
    /// A SIP application level gateway of atlanta.example.com.
    Alg1,
    /// A redirect server of biloxi.example.com.
    Redirect,
}

impl Actor {
    /// All of them, in the order of the lanes of a ladder.
    pub const ALL: [Actor; 7] =
        [Actor::Alice, Actor::Ss1, Actor::Alg1, Actor::Redirect, Actor::Ss3, Actor::Ss2, Actor::Bob];

    /// Its name in a ladder.
    pub fn name(self) -> &'static str {
        match self {
            Actor::Alice => "alice",
            Actor::Bob => "bob",
            Actor::Ss1 => "ss1",
            Actor::Ss2 => "ss2",
            Actor::Ss3 => "ss3",
            Actor::Alg1 => "alg1",
            Actor::Redirect => "redirect",
        }
    }

    /// The actor with this name.
    pub fn called(name: &str) -> Option<Actor> {
        Actor::ALL.into_iter().find(|actor| actor.name() == name)
    }

    /// The node of the topology beside which it stands.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Actor::Alice | Actor::Ss1 | Actor::Alg1 => "atlanta",
            Actor::Bob | Actor::Ss2 | Actor::Redirect => "biloxi",
            Actor::Ss3 => "chicago",
        }
    }

    /// Its addresses: of Bob, that in Biloxi and that in Chicago.
    pub(crate) fn addresses(self) -> Vec<IpAddr> {
        let last: &[u8] = match self {
            Actor::Alice => &[101],
            Actor::Bob => &[201, 100],
            Actor::Ss1 => &[111],
            Actor::Ss2 => &[222],
            Actor::Ss3 => &[233],
            Actor::Alg1 => &[128],
            Actor::Redirect => &[223],
        };
        last.iter().map(|last| IpAddr::V4(Ipv4Addr::new(192, 0, 2, *last))).collect()
    }

    /// Its first address, with the port of SIP.
    pub(crate) fn address(self) -> SocketAddr {
        SocketAddr::new(self.addresses()[0], 5060)
    }

    /// The host name of a server.
    pub(crate) fn host(self) -> &'static str {
        match self {
            Actor::Alice => "client.atlanta.example.com",
            Actor::Bob => "client.biloxi.example.com",
            Actor::Ss1 => "ss1.atlanta.example.com",
            Actor::Ss2 | Actor::Redirect => "ss2.biloxi.example.com",
            Actor::Ss3 => "ss3.chicago.example.com",
            Actor::Alg1 => "alg1.atlanta.example.com",
        }
    }
}

/// Where Bob is in Chicago.
pub(crate) const CHICAGO: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 100);

/// Which element serves which host; requests for users of Biloxi go to `biloxi`.
pub(crate) fn directory(biloxi: Actor) -> StaticTable {
    let own = [Actor::Alice, Actor::Bob, Actor::Ss1, Actor::Ss3, Actor::Alg1];
    let table = own
        .iter()
        .fold(StaticTable::new(), |table, actor| table.with_domain(actor.host(), &[actor.address()]));
    table
        .with_domain("client.chicago.example.com", &[SocketAddr::new(CHICAGO.into(), 5060)])
        .with_domain("ss2.biloxi.example.com", &[Actor::Ss2.address()])
        .with_domain("atlanta.example.com", &[Actor::Ss1.address()])
        .with_domain("biloxi.example.com", &[biloxi.address()])
        .with_domain("chicago.example.com", &[Actor::Ss3.address()])
}

/// The passwords of Alice and Bob, in whatever realm.
pub(crate) fn passwords() -> Arc<dyn Passwords> {
    Arc::new(DerivedPasswords { prefix: "password-of-".to_owned() })
}

/// Alice over `transport`, which stands in her Contact when it is not UDP.
pub(crate) fn alice(transport: &'static str) -> Persona {
    persona("Alice", "alice", "client.atlanta.example.com", transport, (2_890_844_526, 49_172))
}

/// Bob over `transport`, in Biloxi.
pub(crate) fn bob(transport: &'static str) -> Persona {
    persona("Bob", "bob", "client.biloxi.example.com", transport, (2_890_844_527, 3456))
}

/// Bob over `transport`, in Chicago.
pub(crate) fn bob_in_chicago(transport: &'static str, port: u16) -> Persona {
    persona("Bob", "bob", "client.chicago.example.com", transport, (2_890_844_527, port))
}

/// Bob over TLS, who registers with `ss2`.
pub(crate) fn registering_bob() -> Persona {
    Persona {
        scheme: SipScheme::Sips,
        sent_by: "client.biloxi.example.com:5061".to_owned(),
        contact: "sips:bob@client.biloxi.example.com".to_owned(),
        registrar: "sips:ss2.biloxi.example.com".to_owned(),
        registration: "1j9FpLxk3uxtm8tn@biloxi.example.com".to_owned(),
        ..bob("TLS")
    }
}

fn persona(
    display_name: &str,
    user: &str,
    host: &str,
    transport: &'static str,
    (id, port): (u64, u16),
) -> Persona {
    let parameter = if transport == "TCP" { ";transport=tcp" } else { "" };
    Persona {
        display_name: display_name.to_owned(),
        scheme: SipScheme::Sip,
        sent_by: format!("{host}:5060"),
        transport: Transport::from_token(transport),
        contact: format!("sip:{user}@{host}{parameter}"),
        registrar: String::new(),
        registration: String::new(),
        routes: Vec::new(),
        cseq: 1,
        proxy_challenges: Vec::new(),
        challenges: Vec::new(),
        session: SessionPersona {
            host: host.to_owned(),
            id,
            ports: vec![port],
            formats: vec![AudioFormat::Pcmu],
            form: AudioForm::Brief,
        },
    }
}

/// A challenge of `realm` with `nonce`, as the servers of RFC 3665 ask.
pub(crate) fn challenge(realm: &str, nonce: &str) -> String {
    format!(
        "Digest realm=\"{realm}\", qop=\"auth\", nonce=\"{nonce}\", opaque=\"\", stale=FALSE, algorithm=MD5"
    )
}

/// A list of identifiers.
pub(crate) fn list(texts: &[&str]) -> VecDeque<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

//! Credentials for those who challenge (RFC 3261 22.1 to 22.4, RFC 7616, RFC 8760).
//!
//! A line has at most one [`Wallet`]: the challenge of each realm that it has met, and how often each nonce was used.
//! What one request has tried is a [`Tried`] of its own, so that two requests under way at once do not take each
//! other's challenges for refusals.

use crate::auth::{Challenge, DigestClient, NonceCount, ProxyAuthenticate, Secret, WwwAuthenticate};
use crate::header::{self, Quoted};
use crate::message::{Compose, HeaderName, Message, Method};

use super::policy::{Passwords, Quality};

/// More realms than this are not answered for one line: a chain of proxies is shorter.
const MAX_REALMS: usize = 8;

/// The challenges that a line knows how to answer.
#[derive(Debug, Default)]
pub(super) struct Wallet {
    known: Vec<Known>,
}

/// A realm and its last challenge.
#[derive(Debug)]
struct Known {
    space: Space,
    /// The challenge as received, without the name of its header field.
    challenge: Box<[u8]>,
    /// How often its nonce was used.
    uses: u32,
}

/// A protection space: who challenges, a UAS or a proxy, and in which realm.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Space {
    asker: Asker,
    realm: Box<str>,
}

/// Who challenges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asker {
    /// A UAS, redirect server or registrar, with WWW-Authenticate.
    Server,
    /// A proxy, with Proxy-Authenticate.
    Proxy,
}

/// The challenges that one request has answered so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tried(Vec<(Space, Freshness)>);

/// Whether a challenge was answered for the second time, because the nonce before was stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freshness {
    First,
    AfterStale,
}

/// What came of a 401 or 407.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lesson {
    /// The request may be sent again with credentials.
    Retry,
    /// The challenge cannot be answered, or the credentials were rejected.
    Refused,
}

/// A request that is to carry credentials, and whose they are.
#[derive(Clone, Copy)]
pub(super) struct Bearer<'a> {
    pub(super) user: &'a str,
    pub(super) passwords: &'a dyn Passwords,
    pub(super) quality: Quality,
    pub(super) method: Method<'a>,
    /// The Request-URI as it is sent.
    pub(super) uri: &'a str,
    pub(super) cnonce: &'a str,
    pub(super) body: &'a [u8],
}

impl Wallet {
    /// A wallet that knows these challenges of servers and of proxies; those that cannot be read are left out.
    pub(super) fn knowing(servers: &[String], proxies: &[String]) -> Wallet {
        let mut wallet = Wallet::default();
        for text in servers {
            if let Ok(WwwAuthenticate(challenge)) = header::parse(text) {
                wallet.know(Asker::Server, &challenge);
            }
        }
        for text in proxies {
            if let Ok(ProxyAuthenticate(challenge)) = header::parse(text) {
                wallet.know(Asker::Proxy, &challenge);
            }
        }
        wallet
    }

    fn know(&mut self, asker: Asker, challenge: &Challenge<'_>) {
        if let Some(digest) = challenge.digest() {
            self.keep(Space { asker, realm: digest.realm.to_text().into_boxed_str() }, challenge);
        }
    }

    /// Whether no realm is known.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Takes over the challenges of `response` for which there is a password.
    pub(super) fn learn(
        &mut self,
        response: &Message<'_>,
        tried: &mut Tried,
        has_password: impl Fn(&str) -> bool,
    ) -> Lesson {
        let mut lesson = Lesson::Refused;
        let mut met: Vec<Space> = Vec::new();
        for (asker, challenge) in challenges(response) {
            let Some(digest) = challenge.digest() else { continue };
            let space = Space { asker, realm: digest.realm.to_text().into_boxed_str() };
            let is_known_algorithm = digest.algorithm.known().is_some();
            //= RFC 8760 2.4: the UAC MUST use the topmost header field that it supports
            if !is_known_algorithm || met.contains(&space) || !has_password(&space.realm) {
                continue;
            }
            met.push(space.clone());
            if !tried.admits(&space, digest.stale) {
                //= RFC 3261 22.1: a UAC MUST NOT re-attempt requests with the credentials that have just been rejected
                // (though the request may be retried if the nonce was stale)
                return Lesson::Refused;
            }
            if self.keep(space, &challenge) {
                lesson = Lesson::Retry;
            }
        }
        lesson
    }

    /// Keeps `challenge` as the last one of its realm; false when there is no room.
    fn keep(&mut self, space: Space, challenge: &Challenge<'_>) -> bool {
        let mut text = Vec::with_capacity(128);
        challenge.compose(&mut text);
        let fresh = Known { space, challenge: text.into(), uses: 0 };
        let has_room = self.known.len() < MAX_REALMS;
        match self.known.iter_mut().find(|known| known.space == fresh.space) {
            Some(known) if known.challenge == fresh.challenge => {}
            Some(known) => *known = fresh,
            None if has_room => self.known.push(fresh),
            None => return false,
        }
        true
    }

    /// Appends a row with credentials for each realm that is known and whose challenge `bearer` can answer.
    //= RFC 3261 22.3: if a request traverses several proxies, the UAC provides credentials for each realm
    pub(super) fn write(&mut self, bearer: &Bearer<'_>, rows: &mut Vec<u8>) {
        for known in &mut self.known {
            let Some(password) = bearer.passwords.password(bearer.user, &known.space.realm) else { continue };
            //= RFC 7616 3.4: the nc value is the count of the number of requests that the client has sent with the
            // nonce value in this request
            let nc = NonceCount(known.uses.saturating_add(1));
            let before = rows.len();
            if known.write(bearer, &password, nc, rows).is_some() {
                known.uses = nc.0;
            } else {
                rows.truncate(before);
            }
        }
    }
}

impl Known {
    fn write(&self, bearer: &Bearer<'_>, password: &str, nc: NonceCount, rows: &mut Vec<u8>) -> Option<()> {
        let challenge = match self.space.asker {
            Asker::Server => header::parse::<WwwAuthenticate<'_>>(&self.challenge).ok()?.0,
            Asker::Proxy => header::parse::<ProxyAuthenticate<'_>>(&self.challenge).ok()?.0,
        };
        let mut digest = *challenge.digest()?;
        if bearer.quality == Quality::Unstated {
            digest.qop = None;
        }
        let client = DigestClient {
            username: Quoted::from_escaped(bearer.user.as_bytes())?,
            secret: Secret::Password(password.as_bytes()),
            method: bearer.method,
            uri: Quoted::from_escaped(bearer.uri.as_bytes())?,
            cnonce: Quoted::from_escaped(bearer.cnonce.as_bytes())?,
            nc,
            body: bearer.body,
        };
        let credentials = digest.answer(&client).ok()?;
        self.space.asker.field().as_str().compose(rows);
        rows.extend_from_slice(b": ");
        credentials.compose(rows);
        rows.extend_from_slice(b"\r\n");
        Some(())
    }
}

impl Asker {
    /// The header field for its credentials.
    fn field(self) -> HeaderName {
        match self {
            Asker::Server => HeaderName::Authorization,
            Asker::Proxy => HeaderName::ProxyAuthorization,
        }
    }
}

impl Tried {
    /// Whether a challenge of `space` may be answered (again): once, and once more when the nonce was stale.
    fn admits(&mut self, space: &Space, is_stale: bool) -> bool {
        match self.0.iter_mut().find(|(tried, _)| tried == space) {
            None => {
                self.0.push((space.clone(), Freshness::First));
                true
            }
            Some((_, freshness)) if is_stale && *freshness == Freshness::First => {
                *freshness = Freshness::AfterStale;
                true
            }
            Some(_) => false,
        }
    }
}

/// All challenges of `response`, in order: those of UASs and those of proxies, whatever its status.
//= RFC 3261 16.7: step 7: a 401 or 407 of a proxy that forked may hold challenges of both kinds
fn challenges<'m>(response: &'m Message<'m>) -> impl Iterator<Item = (Asker, Challenge<'m>)> {
    let www = response.values::<WwwAuthenticate<'m>>().filter_map(Result::ok);
    let proxy = response.values::<ProxyAuthenticate<'m>>().filter_map(Result::ok);
    www.map(|value| (Asker::Server, value.0)).chain(proxy.map(|value| (Asker::Proxy, value.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Word;

    impl Passwords for Word {
        fn password(&self, _: &str, realm: &str) -> Option<String> {
            (realm != "c.example").then(|| "zanzibar".to_owned())
        }
    }

    fn answer(rows: &str) -> Vec<u8> {
        format!("SIP/2.0 407 Proxy Authentication Required\r\n{rows}\r\n").into_bytes()
    }

    fn learn(wallet: &mut Wallet, tried: &mut Tried, rows: &str) -> Lesson {
        let octets = answer(rows);
        wallet.learn(&Message::parse(&octets).unwrap(), tried, |realm| Word.password("", realm).is_some())
    }

    fn rows(wallet: &mut Wallet) -> String {
        let bearer = Bearer {
            user: "alice",
            passwords: &Word,
            quality: Quality::AsOffered,
            method: Method::Invite,
            uri: "sip:bob@b.example",
            cnonce: "c",
            body: &[],
        };
        let mut out = Vec::new();
        wallet.write(&bearer, &mut out);
        String::from_utf8(out).unwrap()
    }

    const A: &str = "Proxy-Authenticate: Digest realm=\"a.example\", nonce=\"1\", qop=\"auth\"\r\n";
    const B: &str =
        "WWW-Authenticate: Digest realm=\"b.example\", nonce=\"2\", algorithm=SHA-256, qop=\"auth\"\r\n";

    #[test]
    fn each_realm_gets_its_credentials_in_the_header_field_of_its_kind() {
        let (mut wallet, mut tried) = (Wallet::default(), Tried::default());
        assert_eq!(learn(&mut wallet, &mut tried, &format!("{A}{B}")), Lesson::Retry);
        let rows = rows(&mut wallet);
        let lines: Vec<&str> = rows.lines().collect();
        assert_eq!(lines.len(), 2, "{rows}");
        assert!(
            lines[0].starts_with("Authorization: Digest username=\"alice\", realm=\"b.example\""),
            "{rows}"
        );
        assert!(
            lines[1].starts_with("Proxy-Authorization: Digest username=\"alice\", realm=\"a.example\""),
            "{rows}"
        );
    }

    #[test]
    fn nonce_count_grows_with_each_use_of_a_nonce_and_begins_again_with_a_new_one() {
        let (mut wallet, mut tried) = (Wallet::default(), Tried::default());
        learn(&mut wallet, &mut tried, A);
        assert!(rows(&mut wallet).contains("nc=00000001"));
        assert!(rows(&mut wallet).contains("nc=00000002"));
        learn(&mut wallet, &mut Tried::default(), A);
        assert!(rows(&mut wallet).contains("nc=00000003"), "the same nonce goes on");
        learn(&mut wallet, &mut Tried::default(), &A.replace("\"1\"", "\"9\""));
        assert!(rows(&mut wallet).contains("nc=00000001"));
    }

    #[test]
    fn rejected_credentials_are_not_tried_again_unless_the_nonce_was_stale() {
        let (mut wallet, mut tried) = (Wallet::default(), Tried::default());
        assert_eq!(learn(&mut wallet, &mut tried, A), Lesson::Retry);
        assert_eq!(learn(&mut wallet, &mut tried, A), Lesson::Refused);
        let stale = A.replace("nonce=\"1\"", "nonce=\"3\", stale=true");
        let mut tried = Tried::default();
        assert_eq!(learn(&mut wallet, &mut tried, A), Lesson::Retry);
        assert_eq!(learn(&mut wallet, &mut tried, &stale), Lesson::Retry);
        assert_eq!(learn(&mut wallet, &mut tried, &stale), Lesson::Refused, "one stale nonce is enough");
    }

    #[test]
    fn first_supported_challenge_of_a_realm_counts() {
        let (mut wallet, mut tried) = (Wallet::default(), Tried::default());
        let odd = A.replace("nonce=\"1\"", "nonce=\"0\", algorithm=GOST");
        let second = A.replace("nonce=\"1\"", "nonce=\"5\"");
        assert_eq!(learn(&mut wallet, &mut tried, &format!("{odd}{A}{second}")), Lesson::Retry);
        assert!(rows(&mut wallet).contains("nonce=\"1\""));
    }

    #[test]
    fn realm_without_a_password_is_not_answered() {
        let (mut wallet, mut tried) = (Wallet::default(), Tried::default());
        let other = A.replace("a.example", "c.example");
        assert_eq!(learn(&mut wallet, &mut tried, &other), Lesson::Refused);
        assert!(wallet.is_empty());
        assert_eq!(
            learn(&mut wallet, &mut tried, "Proxy-Authenticate: Basic realm=\"a.example\"\r\n"),
            Lesson::Refused
        );
    }

    #[test]
    fn more_realms_than_a_chain_of_proxies_has_are_refused() {
        let mut wallet = Wallet::default();
        for realm in 0..=MAX_REALMS {
            let row = A.replace("a.example", &format!("r{realm}.example"));
            let wanted = if realm < MAX_REALMS { Lesson::Retry } else { Lesson::Refused };
            assert_eq!(learn(&mut wallet, &mut Tried::default(), &row), wanted);
        }
    }
}

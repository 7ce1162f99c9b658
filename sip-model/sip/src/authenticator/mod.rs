//! Who sent a request: digest authentication at a registrar or a proxy (RFC 3261 22.2 to 22.4, RFC 7616, RFC 8760).
//!
//! ```text
//!   credentials ──▶ realm, algorithm ──▶ password, digest ──▶ nonce, nc ──▶ Judgement::Known(user)
//!                     │ none for us        │ wrong              │ too old, used before
//!                     ▼                    ▼                    ▼
//!                   Unknown              Wrong                Stale
//! ```
//!
//! A nonce needs no memory until it comes back: it is bound to the one who was challenged by the server's secret. What
//! the judgement means is the business of whoever asked.

mod replay;

pub use replay::{NonceCounts, NonceUse};

use std::sync::Arc;
use std::time::Duration;

use sim_api::{Context, SimTime, Stream};

use crate::auth::{
    Challenge, ChallengeForm, Credentials, DigestAlgorithm, DigestChallenge, DigestCredentials, NonceIssuer,
    NonceVerdict, Secret,
};
use crate::header::Quoted;
use crate::message::{Message, Method, ParseError};
use crate::ua::Passwords;
use crate::uri::Aor;

/// How a registrar or a proxy authenticates.
#[derive(Clone, Debug)]
pub struct AuthenticationPolicy {
    /// The protection space that challenges name; without quotation marks, backslashes and control characters.
    pub realm: String,
    /// The algorithms that are offered, one challenge each, the preferred one first; at least one.
    pub algorithms: Vec<DigestAlgorithm>,
    /// How long a nonce may be used.
    pub nonce_lifetime: Duration,
    /// For how many nonces the highest count is remembered.
    pub nonces_remembered: usize,
    /// The passwords of the realm's users, the same that the user agents know.
    pub passwords: Arc<dyn Passwords>,
    /// How much its challenges say.
    pub form: ChallengeForm,
    /// What its challenges ask to have returned, `None` for nothing; without quotation marks, backslashes and control
    /// characters.
    pub opaque: Option<String>,
    /// Nonces to be used before the authenticator makes its own, without the characters above. They are good for any
    /// number of requests at any time, so that they keep out who has no password and find no replay.
    pub nonces: Vec<String>,
}

impl AuthenticationPolicy {
    /// A policy that offers MD5, remembers a thousand nonces for five minutes, and says what it must.
    #[must_use]
    pub fn new(realm: &str, passwords: Arc<dyn Passwords>) -> AuthenticationPolicy {
        AuthenticationPolicy {
            realm: realm.to_owned(),
            algorithms: vec![DigestAlgorithm::Md5],
            nonce_lifetime: Duration::from_secs(300),
            nonces_remembered: 1000,
            passwords,
            form: ChallengeForm::Brief,
            opaque: None,
            nonces: Vec::new(),
        }
    }
}

/// What comes of looking at the credentials of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// The user with this name sent the request.
    Known(Vec<u8>),
    /// The user must be asked to prove who it is.
    Challenge(Reason),
}

/// The authenticator of one server.
#[derive(Debug)]
pub(crate) struct Authenticator {
    policy: AuthenticationPolicy,
    /// Made with a secret of the node's own when the first nonce is needed.
    issuer: Option<NonceIssuer>,
    counts: NonceCounts,
    /// How many of the nonces from outside have been used.
    given: usize,
}

/// Why a challenge is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// There were no credentials.
    Missing,
    /// The credentials were wrong.
    Wrong,
    /// Only the nonce was too old: the user need not be asked again.
    Stale,
}

impl Authenticator {
    /// An authenticator that has issued no nonce yet.
    ///
    /// # Panics
    /// When the realm cannot stand in a quoted string, or no algorithm is offered.
    pub(crate) fn new(policy: AuthenticationPolicy) -> Authenticator {
        assert!(Quoted::from_escaped(policy.realm.as_bytes()).is_some(), "the realm needs escaping");
        let given = policy.nonces.iter().chain(&policy.opaque);
        let is_plain = |text: &String| Quoted::from_escaped(text.as_bytes()).is_some();
        assert!(given.into_iter().all(is_plain), "a nonce or the opaque value needs escaping");
        assert!(!policy.algorithms.is_empty(), "who authenticates offers an algorithm");
        let counts = NonceCounts::new(policy.nonces_remembered);
        Authenticator { policy, issuer: None, counts, given: 0 }
    }

    /// The octets of memory that it occupies at most.
    pub(crate) fn octets_at_most(&self) -> usize {
        self.counts.octets_at_most()
    }

    /// Forgets which nonces were used: they are all refused from now on.
    pub(crate) fn forget_all(&mut self, now: SimTime) {
        self.counts.forget_before(now);
    }

    /// Judges the `credentials` of `request`; `binding` is what the nonce was made for.
    ///
    /// # Errors
    /// When one of the credentials cannot be read.
    pub(crate) fn identify<'m>(
        &mut self,
        credentials: impl Iterator<Item = Result<Credentials<'m>, ParseError>>,
        request: &Message<'_>,
        binding: &[u8],
        now: SimTime,
    ) -> Result<Judgement, ParseError> {
        for credentials in credentials {
            let credentials = credentials?;
            if let Some(digest) = credentials.digest().filter(|digest| self.is_meant_by(digest)) {
                return Ok(self.judge(digest, request, binding, now));
            }
        }
        Ok(Judgement::Challenge(Reason::Missing))
    }

    /// Whether the credentials are for the realm of this authenticator, by an algorithm that was offered.
    fn is_meant_by(&self, credentials: &DigestCredentials<'_>) -> bool {
        let offered = credentials.algorithm.known();
        self.has_realm(credentials)
            && offered.is_some_and(|algorithm| self.policy.algorithms.contains(&algorithm))
    }

    /// Whether the credentials are for the realm of this authenticator.
    pub(crate) fn has_realm(&self, credentials: &DigestCredentials<'_>) -> bool {
        credentials.realm.unescaped().as_ref() == self.policy.realm.as_bytes()
    }

    /// The nonce of a challenge to whomever `binding` names.
    pub(crate) fn nonce(&mut self, binding: &[u8], cx: &mut Context<'_>) -> String {
        if let Some(given) = self.policy.nonces.get(self.given) {
            self.given += 1;
            return given.clone();
        }
        let now = cx.now().as_nanos();
        let issuer = self.issuer.get_or_insert_with(|| NonceIssuer::new(secret(cx.rng())));
        issuer.issue(now, binding).as_str().to_owned()
    }

    /// A challenge for each algorithm on offer.
    pub(crate) fn challenges<'a>(
        &'a self,
        nonce: &'a str,
        reason: Reason,
    ) -> impl Iterator<Item = Challenge<'a>> {
        let quoted = |text: &'a str| Quoted::from_escaped(text.as_bytes()).expect("the policy was checked");
        let (realm, nonce) = (quoted(&self.policy.realm), quoted(nonce));
        let opaque = self.policy.opaque.as_deref().map(quoted);
        //= RFC 8760 2.3: the UAS MUST add these header fields in the order in which it would prefer to see them used
        self.policy.algorithms.iter().map(move |algorithm| {
            let challenge = DigestChallenge::with_nonce(realm, nonce, *algorithm);
            let challenge = DigestChallenge { form: self.policy.form, opaque, ..challenge };
            Challenge::Digest(match reason {
                Reason::Stale => challenge.stale(),
                Reason::Missing | Reason::Wrong => challenge,
            })
        })
    }

    fn judge(
        &mut self,
        credentials: &DigestCredentials<'_>,
        request: &Message<'_>,
        binding: &[u8],
        now: SimTime,
    ) -> Judgement {
        let username = credentials.username.unescaped();
        let wrong = Judgement::Challenge(Reason::Wrong);
        let Some(password) = self.password(&username) else { return wrong };
        let method = request.method().unwrap_or(Method::Register);
        if !credentials.matches(Secret::Password(password.as_bytes()), method, request.body()) {
            return wrong;
        }
        //= RFC 7616 3.3: stale is "true" when the nonce is invalid but the digest for that nonce is valid
        match self.use_nonce(credentials, binding, now) {
            NonceUse::Fresh => Judgement::Known(username.into_owned()),
            NonceUse::Replayed | NonceUse::Forgotten => Judgement::Challenge(Reason::Stale),
        }
    }

    fn password(&self, username: &[u8]) -> Option<String> {
        self.policy.passwords.password(std::str::from_utf8(username).ok()?, &self.policy.realm)
    }

    fn use_nonce(&mut self, credentials: &DigestCredentials<'_>, binding: &[u8], now: SimTime) -> NonceUse {
        let nonce = credentials.nonce.raw();
        if self.policy.nonces.iter().any(|given| given.as_bytes() == nonce) {
            return NonceUse::Fresh;
        }
        let lifetime = self.policy.nonce_lifetime;
        let Some(issuer) = &self.issuer else { return NonceUse::Forgotten };
        match issuer.check(nonce, now.as_nanos(), binding, lifetime) {
            NonceVerdict::Fresh => {}
            NonceVerdict::Stale | NonceVerdict::Foreign => return NonceUse::Forgotten,
        }
        let oldest = now.as_nanos().saturating_sub(sim_api::nanos(lifetime));
        self.counts.forget_before(SimTime::from_nanos(oldest));
        // Credentials without qop count nothing: their nonce is good for one request.
        let count = credentials.nc.map_or(1, |count| count.0);
        self.counts.record(nonce, count)
    }
}

/// Whether `username` is the user part of `aor`, or all of it but the scheme: whoever has the name may act for it.
pub(crate) fn owns(username: &[u8], aor: &Aor) -> bool {
    let aor = aor.as_octets();
    let start = aor.iter().position(|&octet| octet == b':').map_or(0, |colon| colon + 1);
    let user = aor.iter().rposition(|&octet| octet == b'@').map_or(&[][..], |at| &aor[start..at]);
    !username.is_empty() && (username == user || username == &aor[start..])
}

fn secret(rng: &mut Stream) -> [u8; 16] {
    let [high, low] = [rng.bits(), rng.bits()];
    ((u128::from(high) << 64) | u128::from(low)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uri::Uri;

    #[test]
    fn a_user_owns_the_address_of_the_same_name_only() {
        for (username, aor, owned) in [
            ("bob", "sip:bob@biloxi.com", true),
            ("bob@biloxi.com", "sip:bob@biloxi.com", true),
            ("bob@atlanta.com", "sip:bob@biloxi.com", false),
            ("Bob", "sip:bob@biloxi.com", false),
            ("alice", "sip:bob@biloxi.com", false),
            ("", "sip:biloxi.com", false),
        ] {
            let aor = Aor::of(&Uri::parse(aor).unwrap()).unwrap();
            assert_eq!(owns(username.as_bytes(), &aor), owned, "{username} {aor}");
        }
    }
}

//! Judging the credentials of a REGISTER (RFC 3261 22.2, 22.4; RFC 7616; RFC 8760).

use std::sync::Arc;
use std::time::Duration;

use sim_api::{Context, SimTime, Stream};

use super::replay::{NonceCounts, NonceUse};
use crate::auth::{
    Authorization, Challenge, DigestAlgorithm, DigestChallenge, DigestCredentials, Nonce, NonceIssuer,
    NonceVerdict, Secret, WwwAuthenticate,
};
use crate::header::Quoted;
use crate::message::{Message, Method, ParseError};
use crate::ua::Passwords;
use crate::uri::Aor;

/// How a registrar authenticates.
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
}

/// What comes of looking at the credentials of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// The user is who it says, and may change the bindings of the address-of-record.
    Authorized,
    /// The user is who it says, and may not.
    Forbidden,
    /// There are no credentials for the realm.
    Unknown,
    /// The credentials are right, but their nonce is too old, forgotten or was used before.
    Stale,
    /// The credentials are wrong.
    Wrong,
}

/// The authenticator of one registrar.
#[derive(Debug)]
pub(super) struct Authenticator {
    policy: AuthenticationPolicy,
    /// Made with a secret of the node's own when the first nonce is needed.
    issuer: Option<NonceIssuer>,
    counts: NonceCounts,
}

/// Why a challenge is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
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
    pub(super) fn new(policy: AuthenticationPolicy) -> Authenticator {
        assert!(Quoted::from_escaped(policy.realm.as_bytes()).is_some(), "the realm needs escaping");
        assert!(!policy.algorithms.is_empty(), "a registrar that authenticates offers an algorithm");
        let counts = NonceCounts::new(policy.nonces_remembered);
        Authenticator { policy, issuer: None, counts }
    }

    /// The octets of memory that it occupies at most.
    pub(super) fn octets_at_most(&self) -> usize {
        self.counts.octets_at_most()
    }

    /// Forgets which nonces were used: they are all refused from now on.
    pub(super) fn forget_all(&mut self, now: SimTime) {
        self.counts.forget_before(now);
    }

    /// Judges the credentials of `request` for changing the bindings of `aor`.
    ///
    /// # Errors
    /// When an Authorization header field cannot be read.
    pub(super) fn identify(
        &mut self,
        request: &Message<'_>,
        aor: &Aor,
        now: SimTime,
    ) -> Result<Identity, ParseError> {
        for field in request.values::<Authorization<'_>>() {
            let Authorization(credentials) = field?;
            let Some(digest) = credentials.digest() else { continue };
            if digest.realm.unescaped().as_ref() == self.policy.realm.as_bytes() && self.offers(digest) {
                return Ok(self.judge(digest, request, aor, now));
            }
        }
        Ok(Identity::Unknown)
    }

    /// The nonce of a challenge to whoever would change the bindings of `aor`.
    pub(super) fn nonce(&mut self, aor: &Aor, cx: &mut Context<'_>) -> Nonce {
        let now = cx.now().as_nanos();
        let issuer = self.issuer.get_or_insert_with(|| NonceIssuer::new(secret(cx.rng())));
        issuer.issue(now, aor.as_octets())
    }

    /// A challenge for each algorithm on offer.
    pub(super) fn challenges<'a>(
        &'a self,
        nonce: &'a Nonce,
        reason: Reason,
    ) -> impl Iterator<Item = WwwAuthenticate<'a>> {
        let realm = Quoted::from_escaped(self.policy.realm.as_bytes()).expect("the realm was checked");
        //= RFC 8760 2.3: the UAS MUST add these header fields in the order in which it would prefer to see them used
        self.policy.algorithms.iter().map(move |algorithm| {
            let challenge = DigestChallenge::new(realm, nonce, *algorithm);
            WwwAuthenticate(Challenge::Digest(match reason {
                Reason::Stale => challenge.stale(),
                Reason::Missing | Reason::Wrong => challenge,
            }))
        })
    }

    /// Whether the credentials use an algorithm that was offered.
    fn offers(&self, credentials: &DigestCredentials<'_>) -> bool {
        credentials.algorithm.known().is_some_and(|algorithm| self.policy.algorithms.contains(&algorithm))
    }

    fn judge(
        &mut self,
        credentials: &DigestCredentials<'_>,
        request: &Message<'_>,
        aor: &Aor,
        now: SimTime,
    ) -> Identity {
        let username = credentials.username.unescaped();
        let Some(password) = self.password(&username) else { return Identity::Wrong };
        let method = request.method().unwrap_or(Method::Register);
        if !credentials.matches(Secret::Password(password.as_bytes()), method, request.body()) {
            return Identity::Wrong;
        }
        //= RFC 7616 3.3: stale is "true" when the nonce is invalid but the digest for that nonce is valid
        if self.use_nonce(credentials, aor, now) == NonceUse::Fresh {
            if owns(&username, aor) { Identity::Authorized } else { Identity::Forbidden }
        } else {
            Identity::Stale
        }
    }

    fn password(&self, username: &[u8]) -> Option<String> {
        self.policy.passwords.password(std::str::from_utf8(username).ok()?, &self.policy.realm)
    }

    fn use_nonce(&mut self, credentials: &DigestCredentials<'_>, aor: &Aor, now: SimTime) -> NonceUse {
        let nonce = credentials.nonce.raw();
        let lifetime = self.policy.nonce_lifetime;
        let Some(issuer) = &self.issuer else { return NonceUse::Forgotten };
        match issuer.check(nonce, now.as_nanos(), aor.as_octets(), lifetime) {
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

/// Whether `username` is the user part of `aor`, or all of it but the scheme: whoever has the name may register it.
fn owns(username: &[u8], aor: &Aor) -> bool {
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

//! Proxy authentication: who may have requests forwarded (RFC 3261 16.3 step 6, 22.3, 26.3.2.4).

use std::net::{IpAddr, SocketAddr};

use sim_api::{Context, SimTime};

use super::Arrival;
use super::admission::Rejection;
use super::identity::Identity;
use super::routing::composed;
use crate::auth::{ProxyAuthenticate, ProxyAuthorization};
use crate::authenticator::{AuthenticationPolicy, Authenticator, Judgement, Reason, owns};
use crate::message::{HeaderName, Message, Method, StatusCode};
use crate::uri::Aor;

/// Whose requests a proxy forwards.
#[derive(Clone, Debug)]
pub struct GatePolicy {
    /// How users prove who they are.
    pub authentication: AuthenticationPolicy,
    /// Which requests need a proof.
    pub challenged: Challenged,
    /// Hosts that are trusted: what comes from them needs no proof.
    pub trusted: Vec<IpAddr>,
}

/// Which requests a proxy challenges. ACK and CANCEL cannot be challenged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenged {
    /// Those outside a dialog.
    Initial,
    /// Those within a dialog too.
    All,
}

/// What stands at the entrance of a proxy.
#[derive(Debug)]
pub(super) struct Gate {
    authenticator: Authenticator,
    challenged: Challenged,
    trusted: Vec<IpAddr>,
}

/// Whom a nonce is made for when From names nobody.
const NOBODY: &[u8] = b"nobody";

impl Gate {
    /// The gate of the server `own`, which trusts itself: a request that spirals has passed already.
    pub(super) fn new(policy: GatePolicy, own: &Identity) -> Gate {
        let GatePolicy { authentication, challenged, mut trusted } = policy;
        trusted.extend(own.addresses().iter().map(SocketAddr::ip));
        Gate { authenticator: Authenticator::new(authentication), challenged, trusted }
    }

    /// Forgets which nonces were used: the process lost its memory.
    pub(super) fn forget_all(&mut self, now: SimTime) {
        self.authenticator.forget_all(now);
    }

    /// Lets the request that arrived pass, or says why not.
    pub(super) fn check(&mut self, arrival: Arrival<'_>, cx: &mut Context<'_>) -> Result<(), Rejection> {
        let request = arrival.message;
        if !self.concerns(request) || self.trusted.contains(&arrival.from.ip()) {
            return Ok(());
        }
        let claimed = claimed(request);
        let binding = claimed.as_ref().map_or(NOBODY, Aor::as_octets);
        let credentials = request.values::<ProxyAuthorization<'_>>().map(|field| field.map(|field| field.0));
        let judgement = self.authenticator.identify(credentials, request, binding, cx.now());
        match judgement.map_err(|error| error.status())? {
            Judgement::Known(user) if claimed.as_ref().is_some_and(|claimed| owns(&user, claimed)) => Ok(()),
            Judgement::Known(_) => Err(StatusCode::FORBIDDEN.into()),
            Judgement::Challenge(reason) => Err(self.challenge(binding, reason, cx)),
        }
    }

    fn concerns(&self, request: &Message<'_>) -> bool {
        //= RFC 3261 22.1: a server MUST NOT challenge an ACK; CANCEL requests cannot be resubmitted and SHOULD NOT be challenged
        if matches!(request.method(), Some(Method::Ack | Method::Cancel)) {
            return false;
        }
        match self.challenged {
            Challenged::All => true,
            Challenged::Initial => request.to().is_ok_and(|to| to.tag.is_none()),
        }
    }

    fn challenge(&mut self, binding: &[u8], reason: Reason, cx: &mut Context<'_>) -> Rejection {
        let nonce = self.authenticator.nonce(binding, cx);
        let challenges = self.authenticator.challenges(&nonce, reason);
        //= RFC 3261 22.3: the proxy server MUST populate the Proxy-Authenticate header field value(s) applicable to the proxy for
        // the requested resource
        let row = |challenge| (HeaderName::ProxyAuthenticate, composed(&ProxyAuthenticate(challenge)));
        Rejection { status: StatusCode::PROXY_AUTHENTICATION_REQUIRED, rows: challenges.map(row).collect() }
    }

    /// The rows of `request`, counted over all of them, with credentials for this proxy.
    ///
    /// They have served when the request is forwarded; those for other realms go on.
    pub(super) fn consumed(&self, request: &Message<'_>) -> Vec<usize> {
        let is_own = |value: &[u8]| {
            let credentials = crate::header::parse::<ProxyAuthorization<'_>>(value);
            credentials.is_ok_and(|ProxyAuthorization(credentials)| {
                credentials.digest().is_some_and(|digest| self.authenticator.has_realm(digest))
            })
        };
        let own = HeaderName::ProxyAuthorization.into();
        let rows = request.rows().enumerate();
        rows.filter(|(_, row)| row.name == own && is_own(row.value)).map(|(index, _)| index).collect()
    }
}

/// The address-of-record in From.
fn claimed(request: &Message<'_>) -> Option<Aor> {
    Aor::of(&request.from().ok()?.address.uri)
}

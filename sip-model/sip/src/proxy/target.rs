//! Where a request is to go: the target set (RFC 3261 16.5).

use sim_api::SimTime;

use super::identity::Identity;
use super::routing::Routing;
use crate::header::{QValue, Route};
use crate::locate::Hop;
use crate::location::{Binding, Domains, LocationService, Membership, NextHop};
use crate::message::StatusCode;
use crate::uri::{Aor, SipScheme, SipUri, Uri};

/// One element of a target set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The URI that becomes the Request-URI of the copy, `None` when it stays as it is.
    pub(super) uri: Option<Box<[u8]>>,
    /// The Path of the binding (RFC 3327), to be put before all routes; mostly empty.
    pub(super) path: Box<[u8]>,
    /// Where the copy is sent, `None` when nobody serves its target.
    pub(super) hop: Option<Hop>,
}

/// What a proxy looks at to find the targets of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver<'a> {
    pub(super) own: &'a Identity,
    pub(super) domains: &'a Domains,
    pub(super) table: &'a dyn NextHop,
    pub(super) location: &'a LocationService,
    pub(super) now: SimTime,
}

impl Resolver<'_> {
    /// The targets of a request: groups by falling preference, to be tried one after the other, each with at least
    /// one target.
    ///
    /// # Errors
    /// The status code that says why there are none.
    pub(super) fn targets(&self, routing: &Routing<'_>) -> Result<Vec<Vec<Target>>, StatusCode> {
        let uri = Uri::parse(&routing.uri).map_err(|_| StatusCode::BAD_REQUEST)?;
        if !routing.routes.is_empty() && !self.is_for_own_subscriber(&uri) {
            return self.unchanged(routing.next_hop(&uri, self.table));
        }
        //= RFC 3261 16.3: step 2: if the scheme is not understood, the proxy SHOULD reject the request with a 416
        let Uri::Sip(sip) = &uri else { return Err(StatusCode::UNSUPPORTED_URI_SCHEME) };
        // sips: demands TLS on every hop, which this server does not have (RFC 3261 26.2.2).
        if sip.scheme == SipScheme::Sips {
            return Err(StatusCode::UNSUPPORTED_URI_SCHEME);
        }
        let hop = self.table.next_hop(sip);
        if sip.maddr().is_some() {
            //= RFC 3261 16.5: if the Request-URI contains an maddr parameter, it MUST be the only target
            return self.unchanged(hop);
        }
        if !self.domains.contain(&sip.host()) {
            return self.foreign(hop);
        }
        match hop {
            // The domain is shared, and the user's home is elsewhere.
            Some(Hop::At(home)) if sip.host().address().is_none() && !self.own.has(home) => {
                self.unchanged(Some(Hop::At(home)))
            }
            _ => self.bound(sip, routing),
        }
    }

    fn is_for_own_subscriber(&self, uri: &Uri<'_>) -> bool {
        uri.as_sip().is_some_and(|uri| uri.maddr().is_none() && self.domains.contain(&uri.host()))
    }

    /// The Request-URI as the only target.
    fn unchanged(&self, hop: Option<Hop>) -> Result<Vec<Vec<Target>>, StatusCode> {
        Ok(vec![vec![Target { uri: None, path: Box::default(), hop }]])
    }

    fn foreign(&self, hop: Option<Hop>) -> Result<Vec<Vec<Target>>, StatusCode> {
        //= RFC 3261 21.4.5: 404 if the domain does not match any of the domains handled by the recipient
        let is_own = |hop: &Hop| hop.only().is_some_and(|address| self.own.has(address));
        match hop.filter(|hop| !is_own(hop)) {
            //= RFC 3261 16.5: the Request-URI MUST be placed into the target set as the only target
            Some(hop) => self.unchanged(Some(hop)),
            None => Err(StatusCode::NOT_FOUND),
        }
    }

    /// The contacts of a subscriber of this server.
    fn bound(&self, uri: &SipUri<'_>, routing: &Routing<'_>) -> Result<Vec<Vec<Target>>, StatusCode> {
        //= RFC 3261 16.5: the Request-URI MUST first be canonicalized as described in Section 10.3
        let aor = Aor::of_sip(uri);
        let bindings = self.location.bindings(&aor, self.now);
        if bindings.is_empty() {
            return Err(match self.location.membership(&aor) {
                //= RFC 3261 21.4.5: the server has definitive information that the user does not exist at the domain
                Membership::Stranger => StatusCode::NOT_FOUND,
                //= RFC 3261 16.5: an empty target set SHOULD be answered with 480 (Temporarily Unavailable)
                Membership::Subscriber | Membership::Unknown => StatusCode::TEMPORARILY_UNAVAILABLE,
            });
        }
        let mut groups: Vec<(QValue, Vec<Target>)> = Vec::with_capacity(1);
        for binding in bindings {
            let q = binding.q;
            let target = self.target(binding, routing);
            //= RFC 3261 16.6: targets are processed from highest qvalue to lowest; equal ones in parallel
            match groups.last_mut() {
                Some((of, group)) if *of == q => group.push(target),
                _ => groups.push((q, vec![target])),
            }
        }
        Ok(groups.into_iter().map(|(_, group)| group).collect())
    }

    fn target(&self, binding: Binding, routing: &Routing<'_>) -> Target {
        let hop = match crate::header::parse::<Route<'_>>(first_path(&binding.path)) {
            //= RFC 3327 5.4: the home proxy uses the Path vector as a preloaded Route
            Ok(first) => first.address.uri.as_sip().and_then(|uri| self.table.next_hop(uri)),
            Err(_) => Uri::parse(&binding.contact).ok().and_then(|uri| routing.next_hop(&uri, self.table)),
        };
        Target { uri: Some(binding.contact), path: binding.path, hop }
    }
}

/// The first element of a Path vector; empty when there is none.
fn first_path(path: &[u8]) -> &[u8] {
    let end = path.iter().position(|&octet| octet == b'>').map_or(0, |close| close + 1);
    &path[..end]
}

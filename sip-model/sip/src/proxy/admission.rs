//! Which requests a proxy forwards, and where to (RFC 3261 16.3 to 16.5, RFC 5393 4.2.2).

use sim_api::Context;

use super::breadth::{Breadth, NarrowFork};
use super::loop_mark::LoopMark;
use super::routing::Routing;
use super::target::{Resolver, Target};
use super::{Arrival, Proxy};
use crate::header::ProxyRequire;
use crate::location::LocationService;
use crate::message::{HeaderName, Message, Method, StatusCode};

/// A request that may be forwarded.
pub(super) struct Admitted<'m> {
    pub(super) routing: Routing<'m>,
    /// Its targets, by falling preference.
    pub(super) groups: Vec<Vec<Target>>,
    pub(super) mark: LoopMark,
    /// How many branches it may have at once; `None` when the proxy does not count them.
    pub(super) breadth: Option<Breadth>,
}

/// Why a request is not forwarded: the response that says so.
#[derive(Debug)]
pub(super) struct Rejection {
    pub(super) status: StatusCode,
    /// Header fields of this response only.
    pub(super) rows: Vec<(HeaderName, Vec<u8>)>,
}

impl From<StatusCode> for Rejection {
    fn from(status: StatusCode) -> Rejection {
        Rejection { status, rows: Vec::new() }
    }
}

impl Proxy {
    /// Validates and routes a request.
    pub(super) fn admit<'m>(
        &mut self,
        arrival: Arrival<'m>,
        location: &LocationService,
        cx: &mut Context<'_>,
    ) -> Result<Admitted<'m>, Rejection> {
        let request = arrival.message;
        let method = check_syntax(request)?;
        //= RFC 3261 16.3: step 3: with a Max-Forwards of zero the element MUST NOT forward the request: 483
        let hops = request.max_forwards().map_err(|error| error.status())?;
        if hops.is_some_and(|hops| hops.0 == 0) {
            return Err(StatusCode::TOO_MANY_HOPS.into());
        }
        let mark = self.check_loop(request, cx)?;
        check_proxy_require(request, method)?;
        //= RFC 3261 16.3: step 6: if an element requires credentials before forwarding a request, the request MUST be inspected
        if let Some(gate) = &mut self.gate {
            gate.check(arrival, cx)?;
        }
        let routing = Routing::of(request, &self.config.identity).map_err(|error| error.status())?;
        let resolver = Resolver {
            own: &self.config.identity,
            domains: &self.config.domains,
            table: &*self.config.table,
            location,
            now: cx.now(),
        };
        let groups = resolver.targets(&routing)?;
        let (groups, breadth) = self.check_breadth(request, method, groups)?;
        Ok(Admitted { routing, groups, mark, breadth })
    }

    /// Refuses a request that was here before and has not changed. Returns its mark.
    fn check_loop(&mut self, request: &Message<'_>, cx: &mut Context<'_>) -> Result<LoopMark, Rejection> {
        let mark = LoopMark::of(request, self.names.salt(cx.rng()));
        //= RFC 5393 4.2.2: if these values are equal, the request has looped and the proxy MUST reject the request with a 482
        // (Loop Detected) response; if the values differ, the request is spiraling and processing continues
        if mark.is_in(request, &self.config.identity) {
            return Err(StatusCode::LOOP_DETECTED.into());
        }
        Ok(mark)
    }

    /// Makes the groups of targets no wider than the request's Max-Breadth allows.
    fn check_breadth(
        &self,
        request: &Message<'_>,
        method: Method<'_>,
        groups: Vec<Vec<Target>>,
    ) -> Result<(Vec<Vec<Target>>, Option<Breadth>), Rejection> {
        //= RFC 5393 5.4.1: a Max-Breadth header field value is meaningless in a CANCEL request
        let Some(policy) = self.config.breadth.filter(|_| method != Method::Cancel) else {
            return Ok((groups, None));
        };
        let breadth = Breadth::of(request, policy)?;
        let widest = breadth.incoming() as usize;
        if groups.iter().all(|group| group.len() <= widest) {
            return Ok((groups, Some(breadth)));
        }
        match policy.narrow {
            //= RFC 5393 5.3.3: if the proxy is unwilling to compensate by forking serially or sending a redirect, that proxy
            // MUST return a 440 (Max-Breadth Exceeded) response
            NarrowFork::Refuse => Err(StatusCode::MAX_BREADTH_EXCEEDED.into()),
            NarrowFork::Serial => Ok((split(groups, widest), Some(breadth))),
        }
    }
}

/// `groups` with none wider than `widest`, which is at least one.
pub(super) fn split(groups: Vec<Vec<Target>>, widest: usize) -> Vec<Vec<Target>> {
    let parts = |group: Vec<Target>| group.chunks(widest).map(<[_]>::to_vec).collect::<Vec<_>>();
    groups.into_iter().flat_map(parts).collect()
}

/// Refuses a request that lacks what any response to it or copy of it needs. Returns its method.
fn check_syntax<'m>(request: &'m Message<'m>) -> Result<Method<'m>, Rejection> {
    //= RFC 3261 16.3: step 1: the request MUST be well-formed enough to be handled with a server transaction; any other
    // components, well-formed or not, SHOULD be ignored and remain unchanged
    let cseq = request.cseq().map_err(|error| error.status())?;
    // An error in From or To, which responses copy, must not be propagated (RFC 4475 3.1.2.15).
    request.from().and(request.to().map(drop)).map_err(|error| error.status())?;
    let has_call_id = request.value(HeaderName::CallId).is_some();
    if has_call_id && request.method() == Some(cseq.method) {
        Ok(cseq.method)
    } else {
        Err(StatusCode::BAD_REQUEST.into())
    }
}

/// Refuses extensions that a proxy must understand: this one understands none.
fn check_proxy_require(request: &Message<'_>, method: Method<'_>) -> Result<(), Rejection> {
    //= RFC 3261 8.2.2.3: a UAS that receives a CANCEL or an ACK for a non-2xx MUST ignore the Require header field
    if matches!(method, Method::Ack | Method::Cancel) {
        return Ok(());
    }
    let mut unsupported = Vec::new();
    for tag in request.values::<ProxyRequire<'_>>() {
        let tag = tag.map_err(|error| error.status())?;
        if !unsupported.is_empty() {
            unsupported.extend_from_slice(b", ");
        }
        unsupported.extend_from_slice(tag.0.as_bytes());
    }
    //= RFC 3261 16.3: step 5: the element MUST return a 420 that lists the option-tags it did not understand
    match unsupported.is_empty() {
        true => Ok(()),
        false => Err(Rejection {
            status: StatusCode::BAD_EXTENSION,
            rows: vec![(HeaderName::Unsupported, unsupported)],
        }),
    }
}

//! The way of a request through the proxy (RFC 3261 16.3 to 16.6, 16.10).

use std::net::SocketAddr;

use sim_api::{Context, TimerSlot};

use super::contexts::{Branch, Place, Proxied};
use super::copy::Copy;
use super::probe;
use super::response_context::{BranchEvent, BranchIndex, ResponseContext};
use super::routing::Routing;
use super::target::{Resolver, Target};
use super::{Arrival, Proxy, RecordRouting, Surroundings};
use crate::header::{ProxyRequire, Via};
use crate::location::LocationService;
use crate::message::{Composer, HeaderName, Message, Method, ResponseHead, StatusCode, TransactionKey};
use crate::probe::subject;
use crate::transaction::{ClientId, ClientRequest, RequestKind, ServerId, Transactions, Trying};
use crate::uri::{HostPort, Transport};

/// Why a request is not forwarded.
#[derive(Debug)]
pub(super) struct Rejection {
    status: StatusCode,
    /// The value of Unsupported in a 420; empty in every other response.
    unsupported: Vec<u8>,
}

impl From<StatusCode> for Rejection {
    fn from(status: StatusCode) -> Rejection {
        Rejection { status, unsupported: Vec::new() }
    }
}

/// A request that may be forwarded.
struct Admitted<'m> {
    routing: Routing<'m>,
    groups: Vec<Vec<Target>>,
}

/// One copy of a request, and what does not depend on the target.
#[derive(Clone, Copy)]
struct Forwarding<'a> {
    arrival: Arrival<'a>,
    routing: &'a Routing<'a>,
}

impl Proxy {
    /// Takes a new request other than ACK and CANCEL.
    pub fn on_request(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        match self.admit(arrival.message, around.location, cx) {
            Ok(_) if self.contexts.len() >= self.config.limit => {
                self.reject(server, arrival, StatusCode::SERVICE_UNAVAILABLE.into(), around, cx);
            }
            Ok(admitted) => self.proxy(server, arrival, admitted, around, cx),
            Err(rejection) => self.reject(server, arrival, rejection, around, cx),
        }
    }

    /// Takes an ACK that belongs to no rejection: it is forwarded without a transaction.
    pub fn on_ack(&mut self, arrival: Arrival<'_>, around: &mut Surroundings<'_>, cx: &mut Context<'_>) {
        self.forward_statelessly(arrival, around.location, cx);
    }

    /// Takes a CANCEL.
    pub fn on_cancel(
        &mut self,
        cancel: ServerId,
        invite: Option<ServerId>,
        arrival: Arrival<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        let Some(invite) = invite else {
            //= RFC 3261 16.10: if a response context is not found, it MUST statelessly forward the CANCEL request
            self.forward_statelessly(arrival, around.location, cx);
            around.transactions.abandon(cancel, cx);
            return;
        };
        //= RFC 3261 16.10: if found, the element MUST immediately return a 200 (OK) response to the CANCEL request
        self.respond_own(cancel, arrival, StatusCode::OK, around.transactions, cx);
        let Some(place) = around.transactions.server_user(invite) else { return };
        let Some(proxied) = self.contexts.tenant_mut(place).filter(|proxied| proxied.server == invite) else {
            return;
        };
        proxied.context.on_cancel(&mut self.actions);
        self.carry_out(place, None, around, cx);
    }

    /// Validates and routes a request (RFC 3261 16.3 to 16.5).
    fn admit<'m>(
        &self,
        request: &'m Message<'m>,
        location: &LocationService,
        cx: &Context<'_>,
    ) -> Result<Admitted<'m>, Rejection> {
        let method = check_syntax(request)?;
        //= RFC 3261 16.3: step 3: with a Max-Forwards of zero the element MUST NOT forward the request: 483
        let hops = request.max_forwards().map_err(|error| error.status())?;
        if hops.is_some_and(|hops| hops.0 == 0) {
            return Err(StatusCode::TOO_MANY_HOPS.into());
        }
        check_proxy_require(request, method)?;
        let routing = Routing::of(request, &self.config.identity).map_err(|error| error.status())?;
        let resolver = Resolver {
            own: &self.config.identity,
            domains: &self.config.domains,
            table: &*self.config.table,
            location,
            now: cx.now(),
        };
        let groups = resolver.targets(&routing)?;
        Ok(Admitted { routing, groups })
    }

    /// Opens a response context for an admitted request and forwards it to the first targets.
    fn proxy(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        admitted: Admitted<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        let Admitted { routing, mut groups } = admitted;
        let kind = kind_of(arrival.message);
        //= RFC 3261 16.2: the proxy core MUST behave as a UAS with respect to sending an immediate provisional
        if kind == RequestKind::Invite && self.config.trying == Trying::ByUser {
            self.respond_own(server, arrival, StatusCode::TRYING, around.transactions, cx);
        }
        groups.reverse();
        let first = groups.pop().expect("the resolver gives one group of targets at least");
        let place = self.contexts.insert(Proxied {
            context: ResponseContext::new(kind, groups.len() as u16 + 1),
            server,
            request: arrival.message.octets().into(),
            from: arrival.from,
            to: arrival.to,
            waiting: groups,
            branches: Vec::with_capacity(first.len()),
            best: None,
            challenges: Vec::new(),
            slot: TimerSlot::IDLE,
            subject: subject_of(arrival.message),
        });
        around.transactions.assign(server, place);
        self.start(place, &first, Forwarding { arrival, routing: &routing }, around, cx);
        self.carry_out(place, None, around, cx);
    }

    /// Begins a branch for each of `targets`.
    fn start(
        &mut self,
        place: Place,
        targets: &[Target],
        forwarding: Forwarding<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        let proxied = self.contexts.tenant_mut(place).expect("a request that is being proxied has a context");
        let first = proxied.branches.len();
        for target in targets {
            proxied.context.begin(&mut self.actions);
            let none = Branch { client: None, timer_c: sim_api::SimTime::NEVER, peer: target.hop };
            proxied.branches.push(none);
        }
        for (offset, target) in targets.iter().enumerate() {
            let client = self.forward(place, target, forwarding, around, cx);
            let proxied = self.contexts.tenant_mut(place).expect("forwarding ends no context");
            proxied.branches[first + offset].client = client;
            if client.is_some() {
                cx.probe(probe::REQUEST_FORWARDED, proxied.subject, 1);
            }
        }
        // Only now, because a failure may be the end of the group.
        let proxied = self.contexts.tenant_mut(place).expect("forwarding ends no context");
        for index in first..proxied.branches.len() {
            if proxied.branches[index].client.is_none() {
                let branch = BranchIndex(index as u16);
                proxied.context.on_branch(branch, BranchEvent::TransportError, &mut self.actions);
            }
        }
    }

    /// Forwards the request to the next group of targets.
    pub(super) fn start_next(&mut self, place: Place, around: &mut Surroundings<'_>, cx: &mut Context<'_>) {
        let proxied = self.contexts.tenant_mut(place).expect("a request that is being proxied has a context");
        let targets = proxied.waiting.pop().expect("the context counts the groups that wait");
        let (octets, from, to) = (proxied.request.clone(), proxied.from, proxied.to);
        let request = Message::parse(&octets).expect("the request was parsed when it came");
        let routing =
            Routing::of(&request, &self.config.identity).expect("the request was routed when it came");
        let forwarding = Forwarding { arrival: Arrival::of(&request, from, to), routing: &routing };
        self.start(place, &targets, forwarding, around, cx);
    }

    /// Forwards a copy of the request in a new client transaction (RFC 3261 16.6); `None` when it cannot be sent.
    fn forward(
        &mut self,
        place: Place,
        target: &Target,
        forwarding: Forwarding<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) -> Option<ClientId> {
        let peer = target.hop?;
        let local = self.local_towards(peer, forwarding.arrival.to)?;
        //= RFC 3261 16.6: step 8: the branch parameter will be different for different instances of a request
        let branch = self.names.branch(cx.rng());
        let branch = branch.as_branch();
        self.write_copy(target, forwarding, Via::new(Transport::Udp, HostPort::from(local), branch), local);
        let method = forwarding.arrival.message.method().expect("a request is forwarded");
        let request = ClientRequest {
            octets: &self.octets,
            key: TransactionKey::client(branch, method),
            kind: kind_of(forwarding.arrival.message),
            local,
            peer,
            user: place,
        };
        //= RFC 3261 16.6: step 10: a stateful proxy MUST create a new client transaction for this request
        around.transactions.request(request, cx).ok()
    }

    /// Forwards an ACK or CANCEL without a transaction (RFC 3261 16.11).
    fn forward_statelessly(
        &mut self,
        arrival: Arrival<'_>,
        location: &LocationService,
        cx: &mut Context<'_>,
    ) {
        let subject = subject_of(arrival.message);
        if self.send_statelessly(arrival, location, cx).is_some() {
            cx.probe(probe::FORWARDED_STATELESSLY, subject, 1);
        } else {
            cx.probe(probe::DROPPED, subject, 1);
        }
    }

    fn send_statelessly(
        &mut self,
        arrival: Arrival<'_>,
        location: &LocationService,
        cx: &mut Context<'_>,
    ) -> Option<()> {
        let Admitted { routing, groups } = self.admit(arrival.message, location, cx).ok()?;
        //= RFC 3261 16.11: a stateless proxy MUST choose one and only one target from the target set
        let target = groups.first()?.first()?;
        let peer = target.hop?;
        let local = self.local_towards(peer, arrival.to)?;
        let received = arrival.message.via().ok()?.branch.map_or("", |branch| branch.as_str());
        let branch = self.names.stateless_branch(received.as_bytes(), cx.rng());
        let via = Via::new(Transport::Udp, HostPort::from(local), branch.as_branch());
        self.write_copy(target, Forwarding { arrival, routing: &routing }, via, local);
        cx.send(local, peer, &self.octets);
        Some(())
    }

    fn write_copy(&mut self, target: &Target, forwarding: Forwarding<'_>, via: Via<'_>, local: SocketAddr) {
        let Forwarding { arrival: Arrival { message: request, stamp, .. }, routing } = forwarding;
        let own = self.record_routes.iter().find(|(address, _)| *address == local).map(|(_, value)| &**value);
        let record_route = own.filter(|_| self.records_route(request));
        self.octets.clear();
        Copy { request, routing, target, stamp, record_route, via }.write_into(&mut self.octets);
    }

    /// Whether the proxy puts itself into the route set of the dialog that `request` may create.
    fn records_route(&self, request: &Message<'_>) -> bool {
        let RecordRouting::On = self.config.record_route else { return false };
        match request.method() {
            Some(Method::Invite | Method::Notify | Method::Refer | Method::Subscribe) => true,
            //= RFC 3261 16.6: step 4: it SHOULD add a Record-Route header field value to every request with a method it
            // does not understand since that method may have dialog semantics
            Some(Method::Extension(_)) => true,
            _ => false,
        }
    }

    /// The own address from which to send to `peer`: the one at which the request arrived, if it can reach `peer`.
    fn local_towards(&self, peer: SocketAddr, arrived_at: SocketAddr) -> Option<SocketAddr> {
        if arrived_at.is_ipv4() == peer.is_ipv4() {
            return Some(arrived_at);
        }
        self.config.identity.towards(peer)
    }

    /// Answers a request with a final response of the proxy's own.
    fn reject(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        rejection: Rejection,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        cx.probe(probe::REJECTED, subject_of(arrival.message), rejection.status.code().into());
        self.respond_own(server, arrival, rejection, around.transactions, cx);
    }

    /// Sends a response of the proxy's own.
    pub(super) fn respond_own(
        &mut self,
        server: ServerId,
        arrival: Arrival<'_>,
        response: impl Into<Rejection>,
        transactions: &mut Transactions,
        cx: &mut Context<'_>,
    ) {
        let Rejection { status, unsupported } = response.into();
        let tag = self.names.tag(cx.rng());
        let mut head = ResponseHead::new(arrival.message, status).with_stamp(arrival.stamp);
        //= RFC 3261 8.2.6.2: the UAS MUST add a tag to the To header field in the response, except to a 100
        if status != StatusCode::TRYING {
            head = head.with_tag(tag.as_tag());
        }
        self.octets.clear();
        let mut response = Composer::response(&mut self.octets, &head);
        if !unsupported.is_empty() {
            response = response.header(HeaderName::Unsupported, &unsupported[..]);
        }
        response.finish();
        transactions.respond(server, status, &self.octets, cx);
    }
}

/// Refuses a request that lacks what any response to it or copy of it needs. Returns its method.
fn check_syntax<'m>(request: &'m Message<'m>) -> Result<Method<'m>, Rejection> {
    //= RFC 3261 16.3: step 1: the request MUST be well-formed enough to be handled with a server transaction; any other
    // components, well-formed or not, SHOULD be ignored and remain unchanged
    let cseq = request.cseq().map_err(|error| error.status())?;
    let needed = [HeaderName::From, HeaderName::To, HeaderName::CallId];
    let complete = needed.iter().all(|name| request.value(*name).is_some());
    if complete && request.method() == Some(cseq.method) {
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
        false => Err(Rejection { status: StatusCode::BAD_EXTENSION, unsupported }),
    }
}

fn kind_of(request: &Message<'_>) -> RequestKind {
    match request.method() {
        Some(Method::Invite) => RequestKind::Invite,
        _ => RequestKind::NonInvite,
    }
}

/// The probe subject of a message; zero when its Call-ID cannot be read.
pub(super) fn subject_of(message: &Message<'_>) -> u64 {
    message.value(HeaderName::CallId).map_or(0, subject)
}

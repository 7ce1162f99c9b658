//! The way of a request out of the proxy (RFC 3261 16.6, 16.11).

use std::net::SocketAddr;

use sim_api::Context;

use super::admission::Admitted;
use super::contexts::{self, Place};
use super::copy::Copy;
use super::loop_mark::LoopMark;
use super::probe;
use super::requests::{kind_of, subject_of};
use super::response_context::{BranchEvent, BranchIndex};
use super::routing::Routing;
use super::target::Target;
use super::{Arrival, Proxy, Surroundings};
use crate::header::Branch;
use crate::locate::Hop;
use crate::message::{Message, TransactionKey};
use crate::transaction::{ClientId, ClientRequest, Dispatch};

/// A request that is forwarded, and what does not depend on the target.
#[derive(Clone, Copy)]
pub(super) struct Forwarding<'a> {
    pub(super) arrival: Arrival<'a>,
    pub(super) routing: &'a Routing<'a>,
    pub(super) mark: LoopMark,
}

/// One copy of a request: where it goes and what it may spend.
#[derive(Clone, Copy)]
struct Part<'a> {
    target: &'a Target,
    /// The Max-Breadth that must be written, `None` when it stays as it is.
    max_breadth: Option<u32>,
}

impl Proxy {
    /// Begins a branch for each target of the next group.
    pub(super) fn start(
        &mut self,
        place: Place,
        forwarding: Forwarding<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        let proxied = self.contexts.tenant_mut(place).expect("a request that is being proxied has a context");
        let group = proxied.search_mut().next_group();
        let first = proxied.begin(&group, &mut self.actions);
        for (offset, target) in group.iter().enumerate() {
            let proxied = self.contexts.tenant_mut(place).expect("forwarding ends no context");
            let part = Part { target, max_breadth: proxied.breadth_to_write(first + offset) };
            let client = self.forward(place, part, forwarding, around, cx);
            let proxied = self.contexts.tenant_mut(place).expect("forwarding ends no context");
            proxied.branches[first + offset].client = client;
            if client.is_some() {
                cx.probe(probe::REQUEST_FORWARDED, proxied.subject, 1);
            }
        }
        // Only now, because a failure may be the end of the group.
        let proxied = self.contexts.tenant_mut(place).expect("forwarding ends no context");
        proxied.search_mut().tried(group);
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
        let search = proxied.search_mut();
        let (octets, from, to) = (search.request.clone(), search.from, search.to);
        let request = Message::parse(&octets).expect("the request was parsed when it came");
        let routing =
            Routing::of(&request, &self.config.identity).expect("the request was routed when it came");
        let mark = LoopMark::of(&request, self.names.salt(cx.rng()));
        let forwarding = Forwarding { arrival: Arrival::of(&request, from, to), routing: &routing, mark };
        self.start(place, forwarding, around, cx);
    }

    /// Forwards a copy of the request in a new client transaction (RFC 3261 16.6); `None` when it cannot be sent.
    fn forward(
        &mut self,
        place: Place,
        part: Part<'_>,
        forwarding: Forwarding<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) -> Option<ClientId> {
        let hop = part.target.hop.as_ref()?;
        let local = self.local_towards(hop, forwarding.arrival.to)?;
        //= RFC 3261 16.6: step 8: the branch parameter will be different for different instances of a request
        //= RFC 5393 4.2.1: such proxies SHOULD create a branch value separable into two parts
        let branch = self.names.branch(forwarding.mark.number(), cx.rng());
        let branch = branch.as_branch();
        self.write_copy(part, forwarding, branch, local);
        let method = forwarding.arrival.message.method().expect("a request is forwarded");
        let request = ClientRequest {
            octets: &self.octets,
            key: TransactionKey::client(branch, method),
            kind: kind_of(forwarding.arrival.message),
            local,
            hop,
            user: place,
        };
        //= RFC 3261 16.6: step 10: a stateful proxy MUST create a new client transaction for this request
        around.transactions.request(request, cx).ok()
    }

    /// Forwards an ACK or CANCEL without a transaction (RFC 3261 16.11).
    pub(super) fn forward_statelessly(
        &mut self,
        arrival: Arrival<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) {
        let subject = subject_of(arrival.message);
        if self.send_statelessly(arrival, around, cx).is_some() {
            cx.probe(probe::FORWARDED_STATELESSLY, subject, 1);
        } else {
            cx.probe(probe::DROPPED, subject, 1);
        }
    }

    fn send_statelessly(
        &mut self,
        arrival: Arrival<'_>,
        around: &mut Surroundings<'_>,
        cx: &mut Context<'_>,
    ) -> Option<()> {
        let Admitted { routing, groups, mark, breadth } = self.admit(arrival, around.location, cx).ok()?;
        //= RFC 3261 16.11: a stateless proxy MUST choose one and only one target from the target set
        let target = groups.first()?.first()?;
        let hop = target.hop.as_ref()?;
        let local = self.local_towards(hop, arrival.to)?;
        let received = arrival.message.via().ok()?.branch.map_or("", |branch| branch.as_str());
        let branch = self.names.stateless_branch(received.as_bytes(), cx.rng());
        let max_breadth = breadth.and_then(|breadth| breadth.to_write(breadth.incoming()));
        let forwarding = Forwarding { arrival, routing: &routing, mark };
        self.write_copy(Part { target, max_breadth }, forwarding, branch.as_branch(), local);
        match around.transactions.send(hop, local, &self.octets, cx) {
            Dispatch::Sent(_) | Dispatch::Later => Some(()),
            Dispatch::Nobody => None,
        }
    }

    fn write_copy(
        &mut self,
        part: Part<'_>,
        forwarding: Forwarding<'_>,
        branch: Branch<'_>,
        local: SocketAddr,
    ) {
        let via = self.config.identity.via(local, branch);
        let Forwarding { arrival: Arrival { message: request, stamp, to, .. }, routing, .. } = forwarding;
        let record_routes = self.record_routes.for_request(request, to, local);
        let Part { target, max_breadth } = part;
        let consumed = self.gate.as_ref().map_or_else(Vec::new, |gate| gate.consumed(request));
        let consumed = &consumed[..];
        self.octets.clear();
        let copy = Copy { request, routing, target, stamp, record_routes, max_breadth, consumed, via };
        copy.write_into(&mut self.octets);
    }

    /// The own address from which to send to `hop`: the one at which the request arrived, if it can reach that.
    fn local_towards(&self, hop: &Hop, arrived_at: SocketAddr) -> Option<SocketAddr> {
        // What the DNS is asked for is an address of the same IP version.
        let Some(peer) = hop.first() else { return Some(arrived_at) };
        if arrived_at.is_ipv4() == peer.is_ipv4() {
            return Some(arrived_at);
        }
        self.config.identity.towards(peer)
    }
}

impl super::contexts::Proxied {
    /// Adds a branch for each target of `group`. Returns the place of the first.
    fn begin(&mut self, group: &[Target], out: &mut Vec<super::response_context::Action>) -> usize {
        let first = self.branches.len();
        let breadth = self.search.as_ref().and_then(|search| search.breadth);
        let mut shares = breadth.into_iter().flat_map(|breadth| breadth.shares(group.len()));
        for _ in group {
            self.context.begin(out);
            let share = shares.next().unwrap_or(0);
            let none = contexts::Branch { client: None, timer_c: sim_api::SimTime::NEVER, share };
            self.branches.push(none);
        }
        drop(shares);
        if let Some(breadth) = breadth {
            //= RFC 5393 5.3.3: SIP proxies MUST NOT allow the Outgoing Max-Breadth to exceed the Incoming Max-Breadth in a given
            // response context
            let fits = group.len() <= breadth.incoming() as usize;
            assert!(fits && self.outgoing_breadth() <= breadth.incoming(), "branches take more than came in");
        }
        first
    }

    /// The sum of the shares of all branches without a final response.
    fn outgoing_breadth(&self) -> u32 {
        let shares = self.branches.iter().enumerate();
        let pending = shares.filter(|(index, _)| self.context.is_branch_pending(BranchIndex(*index as u16)));
        pending.map(|(_, branch)| branch.share).sum()
    }

    /// The Max-Breadth that must be written into the copy of the branch at `index`.
    fn breadth_to_write(&mut self, index: usize) -> Option<u32> {
        let share = self.branches[index].share;
        self.search_mut().breadth.and_then(|breadth| breadth.to_write(share))
    }
}

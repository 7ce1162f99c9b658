//! Which application a message comes from or goes to, and so which compartment (RFC 5049 9.1, RFC 3486).

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use sigcomp::CompartmentId;
use sim_api::{fnv1a, mix};

use crate::header::{Route, Via};
use crate::message::Message;
use crate::uri::Uri;

use super::application::SigcompId;

/// The next hops that are known to take SigComp, whatever URIs say: for a user agent, its outbound proxy.
#[derive(Clone, Debug, Default)]
pub struct Peers(BTreeMap<SocketAddr, Option<SigcompId>>);

impl Peers {
    /// These and one more, whose identifier is [`SigcompId::at`] its address.
    #[must_use]
    pub fn with(self, peer: SocketAddr) -> Self {
        self.named(peer, Some(SigcompId::at(peer)))
    }

    /// These and one more; without an identifier it is known by its address.
    #[must_use]
    pub fn named(mut self, peer: SocketAddr, id: Option<SigcompId>) -> Self {
        self.0.insert(peer, id);
        self
    }

    fn find(&self, peer: SocketAddr) -> Option<Remote> {
        let known = self.0.get(&peer)?;
        Some(known.clone().map_or(Remote::Address(peer), Remote::Named))
    }
}

/// A remote application as a message names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remote {
    /// By its SIP/SigComp identifier.
    Named(SigcompId),
    /// By its address, as applications older than RFC 5049 are.
    Address(SocketAddr),
}

impl Remote {
    /// The compartment for this application at the application that `own` is the address of.
    ///
    /// Equal for equal pairs; 64 bits of hash tell others apart, and a collision costs ratio, not correctness.
    pub(super) fn compartment(&self, own: SocketAddr) -> CompartmentId {
        let own = fnv1a(own.to_string().as_bytes());
        let remote = match self {
            Self::Named(id) => fnv1a(id.as_str().as_bytes()),
            Self::Address(address) => fnv1a(address.to_string().as_bytes()),
        };
        CompartmentId(mix(mix(own) ^ remote))
    }

    /// Whom `message` goes to, if that is an application that takes SigComp.
    pub(super) fn of_outgoing(message: &Message<'_>, to: SocketAddr, peers: &Peers) -> Option<Self> {
        if !message.is_request() {
            //= RFC 5049 9.1: outgoing responses: the same as that of the received request; it is present in the
            // topmost Via of such responses
            let via = message.via().ok()?;
            return of_via(&via, to).or_else(|| peers.find(to));
        }
        if let Some(known) = peers.find(to) {
            return Some(known);
        }
        //= RFC 5049 9.1: outgoing requests: the SIP/SigComp identifier of the URI to which the request is sent
        match message.find::<Route<'_>>() {
            Ok(Some(route)) => of_uri(&route.address.uri, to),
            Ok(None) => of_uri(&message.request_uri().ok()?, to),
            Err(_) => None,
        }
    }

    /// Whom a request came from.
    //= RFC 5049 9.1: incoming requests: the identifier of the top-most Via entry, else the source address and port
    pub(super) fn of_request(via: &Via<'_>, from: SocketAddr) -> Self {
        identifier(via).map_or(Self::Address(from), Self::Named)
    }
}

//= RFC 3486 5: if the topmost Via header field contains comp=sigcomp, the response SHOULD be compressed
fn of_via(via: &Via<'_>, to: SocketAddr) -> Option<Remote> {
    let willing = via.params.token("comp")?.eq_ignore_ascii_case(SIGCOMP);
    willing.then(|| Remote::of_request(via, to))
}

fn identifier(via: &Via<'_>) -> Option<SigcompId> {
    let urn = via.params.find("sigcomp-id")??;
    SigcompId::parse(std::str::from_utf8(urn.raw()).ok()?)
}

//= RFC 3486 4: if the next-hop URI contains the parameter comp=sigcomp, the client SHOULD compress the request
fn of_uri(uri: &Uri<'_>, to: SocketAddr) -> Option<Remote> {
    let params = uri.as_sip()?.params;
    if !params.find("comp")??.eq_ignore_ascii_case(SIGCOMP) {
        return None;
    }
    let named = params.find("sigcomp-id").flatten().and_then(SigcompId::parse);
    Some(named.map_or(Remote::Address(to), Remote::Named))
}

/// The value of the parameter `comp`. RFC 3486 3.
pub(super) const SIGCOMP: &str = "sigcomp";

/// The compartments of the requests that were sent, for their responses.
//= RFC 5049 9.1: incoming responses: the same as that of the previously sent request that initiated the transaction
#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    compartments: BTreeMap<u64, CompartmentId>,
    order: VecDeque<u64>,
}

impl Requests {
    /// Remembers the compartment of the request with this topmost Via, and `limit` requests in all.
    pub(super) fn enter(&mut self, via: &Via<'_>, compartment: CompartmentId, limit: usize) {
        let Some(key) = key(via) else { return };
        if self.compartments.insert(key, compartment).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.compartments.remove(&oldest);
        }
    }

    /// The compartment of the request that the response with this topmost Via answers, if it is remembered.
    pub(super) fn find(&self, via: &Via<'_>) -> Option<CompartmentId> {
        self.compartments.get(&key(via)?).copied()
    }
}

fn key(via: &Via<'_>) -> Option<u64> {
    via.branch.map(|branch| fnv1a(branch.as_str().to_ascii_lowercase().as_bytes()))
}

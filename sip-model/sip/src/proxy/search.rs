//! What a proxy needs of a request only while it has no final response.

use std::net::SocketAddr;

use super::Arrival;
use super::breadth::Breadth;
use super::response_context::BranchIndex;
use super::target::Target;
use crate::message::{HeaderName, StatusCode};
use crate::uri::Uri;

/// How many targets one request may have, those of redirections included.
pub(super) const TARGETS_MAX: usize = 100;

/// The search for somebody who answers a request.
#[derive(Debug)]
pub(super) struct Search {
    /// The request as received.
    pub(super) request: Box<[u8]>,
    /// Where the request came from.
    pub(super) from: SocketAddr,
    /// The own address at which it arrived.
    pub(super) to: SocketAddr,
    /// How many branches may run at once; `None` when the proxy does not count them.
    pub(super) breadth: Option<Breadth>,
    /// Groups of targets that wait for their turn, the next one last.
    waiting: Vec<Vec<Target>>,
    /// The targets that have had their turn.
    tried: Vec<Target>,
    /// The best response so far, as it would be passed upstream.
    pub(super) best: Option<Best>,
    /// The challenges in all 401 and 407 responses so far.
    pub(super) challenges: Vec<Challenge>,
}

/// A final response that may go upstream.
#[derive(Debug)]
pub(super) struct Best {
    pub(super) branch: BranchIndex,
    pub(super) status: StatusCode,
    pub(super) octets: Box<[u8]>,
}

/// A challenge in a 401 or 407.
#[derive(Debug)]
pub(super) struct Challenge {
    pub(super) branch: BranchIndex,
    pub(super) name: HeaderName,
    pub(super) value: Box<[u8]>,
}

impl Search {
    /// The search for the request that arrived, among `groups` of targets by falling preference.
    pub(super) fn new(
        arrival: Arrival<'_>,
        mut groups: Vec<Vec<Target>>,
        breadth: Option<Breadth>,
    ) -> Search {
        groups.reverse();
        Search {
            request: arrival.message.octets().into(),
            from: arrival.from,
            to: arrival.to,
            breadth,
            waiting: groups,
            tried: Vec::new(),
            best: None,
            challenges: Vec::new(),
        }
    }

    /// The next group of targets, which leaves the list; it comes back with [`Search::tried`].
    pub(super) fn next_group(&mut self) -> Vec<Target> {
        self.waiting.pop().expect("the response context counts the groups that wait")
    }

    /// Remembers targets that have had their turn.
    pub(super) fn tried(&mut self, group: Vec<Target>) {
        if self.tried.is_empty() { self.tried = group } else { self.tried.extend(group) }
    }

    /// Puts `groups` of further targets, by falling preference, before those that wait.
    pub(super) fn add(&mut self, groups: Vec<Vec<Target>>) {
        self.waiting.extend(groups.into_iter().rev());
    }

    /// How many targets there are, tried or not.
    pub(super) fn targets(&self) -> usize {
        self.tried.len() + self.waiting.iter().map(Vec::len).sum::<usize>()
    }

    /// Whether the target set holds `uri`, tried or not.
    pub(super) fn has(&self, uri: &Uri<'_>) -> bool {
        let all = self.tried.iter().chain(self.waiting.iter().flatten());
        all.filter_map(|target| target.uri.as_deref()).any(|known| is_same(known, uri))
    }

    /// Whether the targets come from the proxy's own location service, so that it may add others.
    pub(super) fn is_responsible(&self) -> bool {
        //= RFC 3261 16.5: a proxy MUST NOT add additional targets to the target set if the Request-URI of the original request
        // does not indicate a resource this proxy is responsible for
        let all = self.tried.iter().chain(self.waiting.iter().flatten());
        all.take(1).any(|target| target.uri.is_some())
    }
}

/// Whether `known` is `uri`, by the rules of their scheme.
pub(super) fn is_same(known: &[u8], uri: &Uri<'_>) -> bool {
    Uri::parse(known).is_ok_and(|known| known.is_equivalent(uri))
}

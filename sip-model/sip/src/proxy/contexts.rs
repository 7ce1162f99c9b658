//! The response contexts of a proxy, in rows.

use sim_api::{SimTime, TimerSlot, TimerToken};

use super::response_context::{BranchIndex, ResponseContext};
use super::search::Search;
use crate::transaction::table::{Row, Table};
use crate::transaction::{ClientId, ServerId, TokenSpace, UserToken};

/// A request that is being proxied.
#[derive(Debug)]
pub(super) struct Proxied {
    pub(super) context: ResponseContext,
    pub(super) server: ServerId,
    /// The search for an answer; `None` when there is one.
    pub(super) search: Option<Box<Search>>,
    pub(super) branches: Vec<Branch>,
    /// Timer C of all branches.
    pub(super) slot: TimerSlot,
    /// The probe subject of the request's Call-ID.
    pub(super) subject: u64,
}

/// What the proxy knows of one branch, besides its state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branch {
    /// The client transaction, `None` before it begins and when it is gone.
    pub(super) client: Option<ClientId>,
    /// When timer C fires.
    pub(super) timer_c: SimTime,
    /// Its share of the request's Max-Breadth; zero when the proxy does not count.
    pub(super) share: u32,
}

impl Proxied {
    /// The branch whose client transaction is `client`.
    pub(super) fn branch_of(&self, client: ClientId) -> Option<BranchIndex> {
        let place = self.branches.iter().position(|branch| branch.client == Some(client))?;
        Some(BranchIndex(place as u16))
    }

    pub(super) fn branch_mut(&mut self, index: BranchIndex) -> &mut Branch {
        &mut self.branches[usize::from(index.0)]
    }

    /// Whether nothing can happen to the context any more.
    pub(super) fn is_over(&self) -> bool {
        self.context.is_answered() && self.branches.iter().all(|branch| branch.client.is_none())
    }

    /// The earliest instant at which timer C of a branch fires.
    pub(super) fn next_timer_c(&self) -> SimTime {
        self.branches.iter().map(|branch| branch.timer_c).min().unwrap_or(SimTime::NEVER)
    }

    /// A branch whose timer C is due at `now`.
    pub(super) fn due(&self, now: SimTime) -> Option<BranchIndex> {
        let place = self.branches.iter().position(|branch| branch.timer_c <= now)?;
        Some(BranchIndex(place as u16))
    }

    /// The search for an answer, which only a request without a final response has.
    pub(super) fn search_mut(&mut self) -> &mut Search {
        self.search.as_mut().expect("a request without a final response is searched for")
    }

    /// Forgets what only a request without a final response needs.
    pub(super) fn shed(&mut self) {
        self.search = None;
    }
}

/// The response contexts of one proxy.
///
/// A client transaction names its context by the row alone: a row is given away again only when no client transaction
/// of its context is left. A wake-up names the generation too, because nothing keeps it from coming late.
#[derive(Debug, Default)]
pub(super) struct Contexts(Table<Box<Proxied>>);

/// The place of a context, as its client transactions know it.
pub(super) type Place = UserToken;

impl Contexts {
    /// How many requests are being proxied or linger.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn insert(&mut self, proxied: Proxied) -> Place {
        UserToken(self.0.insert(Box::new(proxied)).place)
    }

    pub(super) fn tenant_mut(&mut self, place: Place) -> Option<&mut Proxied> {
        let row = self.0.row_at(place.0)?;
        self.0.tenant_mut(row).map(AsMut::as_mut)
    }

    pub(super) fn remove(&mut self, place: Place) {
        if let Some(row) = self.0.row_at(place.0) {
            self.0.remove(row);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The token of the wake-ups of the context at `place`, `None` when there is none.
    pub(super) fn token(&self, place: Place) -> Option<TimerToken> {
        self.0.row_at(place.0).map(|row| TokenSpace::Session.token(row.place, row.generation))
    }

    /// The context that `token` was made for, `None` when it is gone.
    pub(super) fn place_of(&self, token: TimerToken) -> Option<Place> {
        let row = Row { place: token.place(), generation: TokenSpace::generation(token) };
        self.0.tenant(row).map(|_| UserToken(row.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_lingers_after_its_final_response_stays_below_300_octets() {
        // One branch, and its state in the context; the octets of request and responses are shed.
        let octets = size_of::<Proxied>() + size_of::<Branch>() + size_of::<u8>();
        assert!(octets < 300, "{octets} octets");
    }
}

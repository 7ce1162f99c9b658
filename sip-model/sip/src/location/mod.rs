//! The location service: which contacts stand for an address-of-record (RFC 3261 10, 16.5).
//!
//! The registrar writes it, the proxy reads it. Two tables hold the bindings:
//!
//! ```text
//!                              ┌───────────────────────────────────────────┐
//!   sip:u17@koeln.example ───▶ │ numbered: row 17 of "u…@koeln.example"    │ 48 octets a subscriber, bound or not
//!                              └───────────────────────────────────────────┘
//!                              ┌───────────────────────────────────────────┐
//!   sip:Alice@koeln.example ─▶ │ general: ordered by address-of-record     │ whatever the names need, up to a limit
//!   u17 with two contacts ───▶ └───────────────────────────────────────────┘
//! ```
//!
//! Bindings end lazily: a lookup passes over those that have ended, a change of the same address-of-record removes
//! them, and a general table that is full sweeps itself. `sip:` and `sips:` addresses-of-record are kept apart, as
//! their canonical forms are.

mod binding;
mod domains;
mod general;
mod next_hop;
mod numbered;

pub use binding::{Binding, Origin};
pub use domains::Domains;
pub use next_hop::{NextHop, StaticTable};
pub use numbered::NumberedSubscribers;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sim_api::SimTime;

use crate::uri::Aor;
use general::GeneralTable;
use numbered::NumberedTable;

/// The location service of one registrar.
#[derive(Clone, Debug, Default)]
pub struct LocationService {
    numbered: Vec<NumberedTable>,
    /// Places in `numbered` by lower-case domain; a domain whose subscribers are listed by name has an entry too.
    by_domain: BTreeMap<Box<[u8]>, Vec<u32>>,
    general: GeneralTable,
    /// Subscribers with odd names, who exist also when they are not bound.
    named: BTreeSet<Aor>,
    limits: LocationLimits,
}

/// What a location service knows of an address-of-record besides its bindings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// A subscriber, bound or not.
    Subscriber,
    /// Nobody: the subscribers of the domain are listed, and this is none of them.
    Stranger,
    /// Not to be told: nobody listed the subscribers of the domain.
    Unknown,
}

/// Bounds of the location service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocationLimits {
    /// Bindings of one address-of-record, at least 1.
    pub bindings_per_aor: usize,
    /// Octets of memory, as estimated, for everything that no numbered row holds.
    pub octets: usize,
}

impl Default for LocationLimits {
    fn default() -> LocationLimits {
        LocationLimits { bindings_per_aor: 10, octets: 64 << 20 }
    }
}

/// Which bound of the location service a change would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocationFull {
    /// [`LocationLimits::bindings_per_aor`].
    #[error("more bindings than an address-of-record may have")]
    BindingsPerAor,
    /// [`LocationLimits::octets`].
    #[error("the location service is full")]
    Octets,
}

impl LocationService {
    /// A location service without bindings.
    #[must_use]
    pub fn new(limits: LocationLimits) -> LocationService {
        LocationService { limits, ..LocationService::default() }
    }

    /// Lays out rows for these subscribers; none of them is bound yet.
    pub fn reserve(&mut self, subscribers: NumberedSubscribers) {
        let place = u32::try_from(self.numbered.len()).expect("a scenario has fewer than 2^32 populations");
        let table = NumberedTable::new(subscribers);
        self.by_domain.entry(table.subscribers.domain.as_bytes().into()).or_default().push(place);
        self.numbered.push(table);
    }

    /// Lists a subscriber whose name is not numbered; not bound yet.
    pub fn list(&mut self, aor: Aor) {
        if let Some((_, domain)) = user_and_domain(aor.as_octets()) {
            self.by_domain.entry(domain.into()).or_default();
        }
        self.named.insert(aor);
    }

    /// Binds `aor` to `contact` for the first `remaining` of the run, as if a REGISTER of this `origin` had come before
    /// it began.
    ///
    /// # Errors
    /// [`LocationFull`] when a bound does not allow it.
    pub fn preload(
        &mut self,
        aor: &Aor,
        contact: &[u8],
        remaining: Duration,
        origin: Origin,
    ) -> Result<(), LocationFull> {
        let binding = Binding::new(contact, sim_api::deadline(SimTime::ZERO, remaining), origin);
        self.replace(aor, vec![binding], SimTime::ZERO)
    }

    /// Whether `aor` belongs to a subscriber.
    #[must_use]
    pub fn membership(&self, aor: &Aor) -> Membership {
        let octets = aor.as_octets();
        if self.row_of(octets).is_some() || self.named.contains(aor) || self.general.knows(octets) {
            return Membership::Subscriber;
        }
        match user_and_domain(octets) {
            Some((_, domain)) if self.by_domain.contains_key(domain) => Membership::Stranger,
            _ => Membership::Unknown,
        }
    }

    /// The bindings of `aor` that live at `now`, by falling preference; those of equal preference in the order in
    /// which they were registered.
    #[must_use]
    pub fn bindings(&self, aor: &Aor, now: SimTime) -> Vec<Binding> {
        let octets = aor.as_octets();
        if let Some((table, place, user)) = self.row_of(octets)
            && let Some(binding) = self.numbered[table].binding(place, user, now)
        {
            return vec![binding];
        }
        let live = self.general.bindings(octets).iter().filter(|binding| binding.is_live(now));
        let mut bindings: Vec<Binding> = live.cloned().collect();
        bindings.sort_by_key(|binding| std::cmp::Reverse(binding.q));
        bindings
    }

    /// Puts `bindings` in the place of all that `aor` had, in one step.
    ///
    /// # Errors
    /// [`LocationFull`] when a bound does not allow it; then everything is as it was.
    pub fn replace(&mut self, aor: &Aor, bindings: Vec<Binding>, now: SimTime) -> Result<(), LocationFull> {
        let octets = aor.as_octets();
        let Some((table, place, user)) = self.row_of(octets) else {
            return self.general.replace(octets, bindings, now, &self.limits);
        };
        match NumberedTable::row_for(user, &bindings) {
            Some(row) => {
                self.numbered[table].store(place, row);
                self.general.remove(octets);
            }
            None => {
                self.general.replace(octets, bindings, now, &self.limits)?;
                self.numbered[table].vacate(place);
            }
        }
        Ok(())
    }

    /// Forgets all bindings, as a crash without durable state does; the rows stay laid out.
    pub fn clear(&mut self) {
        self.numbered.iter_mut().for_each(NumberedTable::clear);
        self.general.clear();
    }

    /// The octets of memory that the service occupies: exact for the rows, an estimate for the general table.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.numbered.iter().map(NumberedTable::octets).sum::<usize>()
            + self.general.octets()
            + self.named_octets()
    }

    fn named_octets(&self) -> usize {
        self.named.iter().map(|aor| size_of::<Aor>() + aor.as_octets().len()).sum()
    }

    /// The table, the row in it and the user part of a numbered subscriber.
    fn row_of<'a>(&self, aor: &'a [u8]) -> Option<(usize, usize, &'a [u8])> {
        let (user, domain) = user_and_domain(aor)?;
        self.by_domain.get(domain)?.iter().find_map(|&table| {
            let table = table as usize;
            Some((table, self.numbered[table].place(user)?, user))
        })
    }
}

/// The user part and the domain of a canonical `sip:` address-of-record.
fn user_and_domain(aor: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = aor.strip_prefix(b"sip:")?;
    // The host has no @, while an unescaped user part may.
    let at = rest.iter().rposition(|&octet| octet == b'@')?;
    Some((&rest[..at], &rest[at + 1..]))
}

#[cfg(test)]
mod tests;

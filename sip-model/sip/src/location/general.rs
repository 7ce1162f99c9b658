//! Bindings of any shape, by address-of-record.

use std::collections::BTreeMap;

use sim_api::SimTime;

use super::binding::Binding;
use super::{LocationFull, LocationLimits};

/// What a tree node, its pointers and the two allocations of an entry cost beside the octets in them: an estimate.
const ENTRY_OVERHEAD: usize = 64;

/// The table of everything that no numbered row holds: external clients, odd names, several or unusual contacts.
#[derive(Clone, Debug, Default)]
pub(super) struct GeneralTable {
    entries: BTreeMap<Box<[u8]>, Vec<Binding>>,
    octets: usize,
    /// A sweep before this instant finds nothing that the last one left.
    next_sweep: SimTime,
}

impl GeneralTable {
    /// The bindings of `aor`, the ended ones included.
    pub(super) fn bindings(&self, aor: &[u8]) -> &[Binding] {
        self.entries.get(aor).map_or(&[], Vec::as_slice)
    }

    /// Whether `aor` has or had a binding, as far as is remembered.
    pub(super) fn knows(&self, aor: &[u8]) -> bool {
        self.entries.contains_key(aor)
    }

    /// Puts `bindings` in the place of all that `aor` had.
    pub(super) fn replace(
        &mut self,
        aor: &[u8],
        bindings: Vec<Binding>,
        now: SimTime,
        limits: &LocationLimits,
    ) -> Result<(), LocationFull> {
        if bindings.is_empty() {
            self.remove(aor);
            return Ok(());
        }
        if bindings.len() > limits.bindings_per_aor {
            return Err(LocationFull::BindingsPerAor);
        }
        let wanted = entry_octets(aor, &bindings);
        if self.octets_without(aor) + wanted > limits.octets {
            self.sweep(now);
        }
        let rest = self.octets_without(aor);
        if rest + wanted > limits.octets {
            return Err(LocationFull::Octets);
        }
        self.octets = rest + wanted;
        self.entries.insert(aor.into(), bindings);
        Ok(())
    }

    fn octets_without(&self, aor: &[u8]) -> usize {
        self.octets - self.entries.get(aor).map_or(0, |held| entry_octets(aor, held))
    }

    pub(super) fn remove(&mut self, aor: &[u8]) {
        if let Some(old) = self.entries.remove(aor) {
            self.octets -= entry_octets(aor, &old);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = GeneralTable::default();
    }

    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// Removes what has ended; looks again only once something else can have ended, so that a full table costs no
    /// pass over itself for every registration that it refuses.
    fn sweep(&mut self, now: SimTime) {
        if now < self.next_sweep {
            return;
        }
        self.entries.retain(|_, bindings| {
            bindings.retain(|binding| binding.is_live(now));
            !bindings.is_empty()
        });
        self.octets = self.entries.iter().map(|(aor, bindings)| entry_octets(aor, bindings)).sum();
        let ends = self.entries.values().flatten().map(|binding| binding.expires);
        self.next_sweep = ends.min().unwrap_or(SimTime::NEVER);
    }
}

fn entry_octets(aor: &[u8], bindings: &[Binding]) -> usize {
    let held: usize = bindings.iter().map(|binding| size_of::<Binding>() + binding.heap_octets()).sum();
    ENTRY_OVERHEAD + size_of::<Box<[u8]>>() + size_of::<Vec<Binding>>() + aor.len() + held
}

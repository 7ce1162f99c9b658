//! How a compressor divides what the peer offers: history, slots for states, room for a message.

use crate::parameters::{MemorySize, Resources};
use crate::state::STATE_OVERHEAD;

use super::Policy;
use super::program::{Program, Sharing};

/// A program fitted to a peer, and how many of its states the peer can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) program: Program,
    /// What the peer offers.
    pub(super) peer: Resources,
    /// States that the peer holds at once; 0 if it keeps none.
    pub(super) slots: usize,
}

impl Plan {
    /// The plan for a peer that offers `peer`, announcing `own` resources if any.
    pub(super) fn new(policy: Policy, peer: Resources, own: Option<Resources>) -> Self {
        let memory = peer.state_memory_size.map_or(0, MemorySize::octets);
        let bare = Program::new(0, Sharing::OneWay, own);
        let sharing = match policy {
            Policy::Shared => Sharing::BothWays,
            Policy::None | Policy::Static | Policy::Dynamic => Sharing::OneWay,
        };
        let stateful = matches!(policy, Policy::Dynamic | Policy::Shared);
        if memory == 0 || !stateful {
            let slots = memory / (bare.code.len() + STATE_OVERHEAD);
            return Self { program: bare, peer, slots };
        }
        // The code grows by at most two octets with each number of the history in it, and shrinks with none.
        let code = Program::new(SAMPLE_HISTORY, sharing, own).code.len() + CODE_MARGIN;
        let longest = (peer.decompression_memory_size.octets() / HISTORY_SHARE).min(LONGEST_HISTORY);
        let (slots, slot) = slots(memory, STATE_OVERHEAD + code + longest, sharing);
        let history = (slot - STATE_OVERHEAD - code).min(longest);
        let history = u16::try_from(history).expect("the history is limited");
        Self { program: Program::new(history, sharing, own), peer, slots }
    }
}

/// How many states of what size a compartment of `memory` octets takes, each at most `longest` with its overhead.
///
/// At least two, since the state that the peer is known to hold must survive the creation of the next. With shared
/// compression the states leave a part of the memory to messages of the receiver itself: as much as one state of them
/// could not fill, for then it would.
fn slots(memory: usize, longest: usize, sharing: Sharing) -> (usize, usize) {
    let left = match sharing {
        Sharing::OneWay => 0,
        Sharing::BothWays => (memory / 3 - 16).min(SHARED_MEMORY),
    };
    let slots = (memory - left).div_ceil(longest).max(2);
    (slots, (memory - left) / slots)
}

/// A history of usual length, for the size of the code.
const SAMPLE_HISTORY: u16 = 1000;
const CODE_MARGIN: usize = 4;
/// The part of the decompression memory that is history; dictionary and message need the rest.
const HISTORY_SHARE: usize = 5;
/// Beyond it, more history makes matches dearer rather than messages shorter.
const LONGEST_HISTORY: usize = 4096;
/// Octets of state memory that are enough for the shared state of one large message.
const SHARED_MEMORY: usize = 1536;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameters;

    const SIZES: [MemorySize; 7] = [
        MemorySize::K2,
        MemorySize::K4,
        MemorySize::K8,
        MemorySize::K16,
        MemorySize::K32,
        MemorySize::K64,
        MemorySize::K128,
    ];

    fn peer(decompression: MemorySize, state: Option<MemorySize>) -> Resources {
        let least = Parameters::SIP_MINIMUM.resources;
        Resources { decompression_memory_size: decompression, state_memory_size: state, ..least }
    }

    #[test]
    fn the_states_of_a_plan_fit_the_memory_and_one_more_does_not() {
        for policy in [Policy::Dynamic, Policy::Shared] {
            for state in SIZES {
                let plan = Plan::new(policy, peer(MemorySize::K8, Some(state)), None);
                let slot = plan.program.state_length() + STATE_OVERHEAD;
                assert!(plan.slots >= 2 && plan.slots * slot <= state.octets(), "{policy:?} {state:?}");
                if policy == Policy::Shared {
                    let left = state.octets() - plan.slots * slot;
                    assert!(
                        left < slot && left >= 600,
                        "{state:?}: {left} octets are left, a state takes {slot}"
                    );
                }
            }
        }
    }

    #[test]
    fn more_state_memory_means_more_history() {
        let history =
            |state| Plan::new(Policy::Dynamic, peer(MemorySize::K16, Some(state)), None).program.history;
        assert!(history(MemorySize::K2) < history(MemorySize::K4));
        assert!(history(MemorySize::K4) < history(MemorySize::K8));
    }

    #[test]
    fn a_peer_without_state_memory_gets_bare_code() {
        for policy in [Policy::Static, Policy::Dynamic, Policy::Shared] {
            let plan = Plan::new(policy, peer(MemorySize::K8, None), None);
            assert_eq!((plan.slots, plan.program.history), (0, 0));
        }
    }
}

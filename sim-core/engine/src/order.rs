//! Who comes first at equal times: ranks drawn from names, and a sequence for each origin.

use sim_api::{Seed, SimTime, fnv1a, mix};
use sim_net::{Network, NodeId};

use crate::queue::Key;

/// The rank of the schedule (faults): before all nodes.
const SCHEDULE: u32 = 0;

#[derive(Clone, Copy, Debug)]
struct Origin {
    rank: u32,
    next: u32,
}

/// The ranks and sequence numbers of all nodes.
///
/// The rank orders nodes by a hash of (seed, name): no node wins all ties, and neither the order of building nor
/// another node changes which of two nodes comes first.
#[derive(Debug)]
pub(crate) struct Origins {
    nodes: Vec<Origin>,
    schedule: u32,
}

impl Origins {
    pub(crate) fn new(seed: Seed, network: &Network) -> Origins {
        let names: Vec<&str> =
            (0..network.node_count()).map(|index| network.node_name(NodeId::from_index(index))).collect();
        Origins::of_names(seed, &names)
    }

    fn of_names(seed: Seed, names: &[&str]) -> Origins {
        let mut order: Vec<(u64, &str, usize)> = names
            .iter()
            .enumerate()
            .map(|(index, name)| (mix(seed.value() ^ fnv1a(name.as_bytes())), *name, index))
            .collect();
        order.sort_unstable();
        let mut nodes = vec![Origin { rank: 0, next: 0 }; names.len()];
        for (position, (_, _, index)) in order.iter().enumerate() {
            nodes[*index].rank = u32::try_from(position + 1).expect("fewer than 2^32 nodes");
        }
        Origins { nodes, schedule: 0 }
    }

    /// The key of the next event of `origin`.
    ///
    /// # Panics
    /// When an origin has caused 2^32 events: the order key is exhausted, and the run must be split.
    pub(crate) fn key(&mut self, origin: NodeId, time: SimTime) -> Key {
        let Origin { rank, next } = &mut self.nodes[origin.index()];
        let key = Key { time, origin: *rank, sequence: *next };
        *next = next.checked_add(1).expect("a node caused 2^32 events: the order key overflowed");
        key
    }

    /// The key of the next event of the schedule.
    pub(crate) fn schedule_key(&mut self, time: SimTime) -> Key {
        let key = Key { time, origin: SCHEDULE, sequence: self.schedule };
        self.schedule = self.schedule.checked_add(1).expect("fewer than 2^32 faults");
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(origins: &Origins, a: usize, b: usize) -> bool {
        origins.nodes[a].rank < origins.nodes[b].rank
    }

    #[test]
    fn another_node_does_not_change_which_of_two_comes_first() {
        for seed in 0..50 {
            let two = Origins::of_names(Seed::new(seed), &["alice", "bob"]);
            let three = Origins::of_names(Seed::new(seed), &["aaron", "bob", "alice"]);
            assert_eq!(before(&two, 0, 1), before(&three, 2, 1), "seed {seed}");
        }
    }

    #[test]
    fn the_first_place_changes_with_the_seed() {
        let wins =
            (0..200).filter(|s| before(&Origins::of_names(Seed::new(*s), &["alice", "bob"]), 0, 1)).count();
        assert!((60..140).contains(&wins), "alice is first {wins} times of 200");
    }

    #[test]
    fn the_schedule_comes_before_all_nodes_and_each_origin_counts_for_itself() {
        let mut origins = Origins::of_names(Seed::new(1), &["alice", "bob"]);
        let at = SimTime::from_secs(1);
        let first = origins.key(NodeId::from_index(0), at);
        let second = origins.key(NodeId::from_index(0), at);
        let other = origins.key(NodeId::from_index(1), at);
        assert_eq!((first.sequence, second.sequence, other.sequence), (0, 1, 0));
        assert!(origins.schedule_key(at) < first.min(other));
    }
}

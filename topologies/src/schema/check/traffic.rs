//! Demands, and the gravity model that stands in where there are none.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use sim_api::nanos;

use super::super::demand::Demand;
use super::super::file::{NodeFile, TopologyFile};
use super::super::topology::Link;
use super::{Check, Index};

/// The largest value of a demand.
const DEMAND_MAX: f64 = 1e15;

/// The shortest distance that the gravity model knows: 5 µs, a km of fibre.
const NEAR_NANOS: u64 = 5_000;

/// How a demand is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ways {
    /// Of both directions together: half goes each way.
    Both,
    /// From the first node to the second.
    One,
}

/// Adds to `demand` what `file` says in the field for these `ways`, and reports what is bad in it.
pub(super) fn add(
    check: &mut Check<'_>,
    file: &TopologyFile,
    ways: Ways,
    index: &Index<'_>,
    demand: &mut Demand,
) {
    let (field, given) = match ways {
        Ways::Both => ("demands", &file.demands),
        Ways::One => ("directed_demands", &file.directed_demands),
    };
    let mut seen = BTreeSet::new();
    for (i, (from, to, value)) in given.iter().enumerate() {
        if check.problems.is_full() {
            break;
        }
        let ends = (
            check.lookup(&format!("{field}.{i}.0"), from, index),
            check.lookup(&format!("{field}.{i}.1"), to, index),
        );
        if !(0.0..=DEMAND_MAX).contains(value) {
            let problem = format!("a demand is a number from 0 to {DEMAND_MAX:e}");
            check.report(check.at(&format!("{field}.{i}.2")).problem(problem));
            continue;
        }
        let (Some(from), Some(to)) = ends else { continue };
        let pair = match ways {
            Ways::Both => (from.min(to), from.max(to)),
            Ways::One => (from, to),
        };
        if !seen.insert(pair) {
            check.report(check.at(&format!("{field}.{i}")).problem("the demand of these two is given twice"));
        }
        match ways {
            Ways::Both => {
                demand.add(from, to, value / 2.0);
                demand.add(to, from, value / 2.0);
            }
            Ways::One => demand.add(from, to, *value),
        }
    }
}

/// The gravity model: the product of the weights of two nodes over their distance, half each way.
///
/// The distance is the propagation along the fastest route, at least [`NEAR_NANOS`], so it needs no coordinates. In
/// units of weight² a ms. Nobody talks where no two nodes have a weight.
pub(super) fn gravity(nodes: &[NodeFile], links: &[Link]) -> Demand {
    let mut demand = Demand::none(nodes.len());
    let weights: Vec<f64> = nodes.iter().map(|node| node.weight.unwrap_or(0.0)).collect();
    let neighbours = neighbours(nodes.len(), links);
    for from in (0..nodes.len()).filter(|from| weights[*from] > 0.0) {
        let delays = delays_from(from, &neighbours);
        for to in (0..nodes.len()).filter(|to| *to != from && weights[*to] > 0.0) {
            let Some(delay) = delays[to] else { continue };
            let distance_ms = delay.max(NEAR_NANOS) as f64 / 1e6;
            demand.add(from, to, weights[from] * weights[to] / distance_ms / 2.0);
        }
    }
    demand
}

/// For each node its neighbours and the propagation to them in ns.
pub(super) fn neighbours(nodes: usize, links: &[Link]) -> Vec<Vec<(usize, u64)>> {
    let mut neighbours = vec![Vec::new(); nodes];
    for link in links {
        let (one, other) = link.ends;
        neighbours[one].push((other, nanos(link.propagation)));
        neighbours[other].push((one, nanos(link.propagation)));
    }
    neighbours
}

/// The propagation in ns along the fastest route from `origin` to each node (Dijkstra); `None` where no route leads.
pub(super) fn delays_from(origin: usize, neighbours: &[Vec<(usize, u64)>]) -> Vec<Option<u64>> {
    let mut delays = vec![None; neighbours.len()];
    let mut frontier = BinaryHeap::from([Reverse((0u64, origin))]);
    while let Some(Reverse((delay, node))) = frontier.pop() {
        if delays[node].is_some() {
            continue;
        }
        delays[node] = Some(delay);
        frontier.extend(neighbours[node].iter().map(|(next, hop)| Reverse((delay + hop, *next))));
    }
    delays
}

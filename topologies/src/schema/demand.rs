//! Who talks to whom: a traffic matrix, and populations apportioned to it.

/// Traffic between the nodes of a topology, in the unit of its source. Rows are origins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Demand {
    nodes: usize,
    /// Row by row; empty when the topology tells nothing about traffic.
    matrix: Vec<f64>,
}

impl Demand {
    /// The matrix between so many nodes in which nobody talks.
    pub(super) fn none(nodes: usize) -> Demand {
        Demand { nodes, matrix: Vec::new() }
    }

    /// Adds traffic from one node to another.
    pub(super) fn add(&mut self, from: usize, to: usize, value: f64) {
        if self.matrix.is_empty() {
            self.matrix = vec![0.0; self.nodes * self.nodes];
        }
        self.matrix[from * self.nodes + to] += value;
    }

    /// Traffic from one node to another, 0 or more. Nodes are positions in [`super::Topology::nodes`].
    ///
    /// # Panics
    /// When a position is outside the topology.
    pub fn between(&self, from: usize, to: usize) -> f64 {
        assert!(from < self.nodes && to < self.nodes, "a node outside the topology");
        self.matrix.get(from * self.nodes + to).copied().unwrap_or(0.0)
    }

    /// Traffic that begins or ends at a node: what begins there plus what ends there.
    ///
    /// # Panics
    /// When the position is outside the topology.
    pub fn at(&self, node: usize) -> f64 {
        self.from(node) + (0..self.nodes).map(|other| self.between(other, node)).sum::<f64>()
    }

    /// Traffic that begins at a node.
    ///
    /// # Panics
    /// When the position is outside the topology.
    pub fn from(&self, node: usize) -> f64 {
        (0..self.nodes).map(|other| self.between(node, other)).sum()
    }

    /// All traffic.
    pub fn total(&self) -> f64 {
        self.matrix.iter().sum()
    }

    /// Whether nobody talks, as where a topology gives neither demands nor weights.
    pub fn is_none(&self) -> bool {
        !self.matrix.iter().any(|value| *value > 0.0)
    }
}

/// Shares `total` among parties in proportion to their weights, by largest remainders (Hamilton).
///
/// The shares add up to `total`; a party of weight 0 gets nothing; of equal remainders the one that `order` names
/// first is served first. `None` when all weights are 0.
///
/// Weights are brought to 53-bit integers first, so that quotas and remainders are exact.
pub(super) fn apportion(total: u32, weights: &[f64], order: &[usize]) -> Option<Vec<u32>> {
    let largest = weights.iter().copied().fold(0.0, f64::max);
    if largest <= 0.0 {
        return None;
    }
    let grid = 9_007_199_254_740_992.0; // 2^53
    let scaled: Vec<u128> = weights.iter().map(|weight| (weight / largest * grid) as u128).collect();
    let sum: u128 = scaled.iter().sum();
    let quotas: Vec<u128> = scaled.iter().map(|weight| u128::from(total) * weight).collect();
    let mut shares: Vec<u32> = quotas.iter().map(|quota| (quota / sum) as u32).collect();
    let left = total - shares.iter().sum::<u32>();
    let mut served = order.to_vec();
    served.sort_by_key(|party| std::cmp::Reverse(quotas[*party] % sum));
    served.iter().take(left as usize).for_each(|party| shares[*party] += 1);
    Some(shares)
}

#[cfg(test)]
mod tests;

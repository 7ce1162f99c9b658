//! Building a network: nodes, their addresses, links.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use sim_api::{Distribution, Seed};

use crate::address::{AddressBook, Refusal};
use crate::fragment::{SMALLEST_IPV6_MTU, SMALLEST_MTU};
use crate::id::{Direction, LinkId, NodeId};
use crate::link::{Jitter, LinkSpec};
use crate::network::Network;

/// Why a network cannot be built as described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Two nodes of one name.
    #[error("two nodes are named {name:?}")]
    DuplicateNode {
        /// The name.
        name: String,
    },
    /// Two links of one name.
    #[error("two links are named {name:?}")]
    DuplicateLink {
        /// The name.
        name: String,
    },
    /// A node of another network.
    #[error("there is no node with index {index}")]
    UnknownNode {
        /// The index that was given.
        index: usize,
    },
    /// Both ends are one node.
    #[error("link {link:?} joins {node:?} with itself")]
    Loop {
        /// The link's name.
        link: String,
        /// The node's name.
        node: String,
    },
    /// Two nodes own an address.
    #[error("address {address} of {node:?} belongs to {owner:?} already")]
    DuplicateAddress {
        /// The address.
        address: IpAddr,
        /// The node that was to own it too.
        node: String,
        /// The node that owns it.
        owner: String,
    },
    /// No addresses, or beyond the last one.
    #[error("{count} addresses from {first} on are no range of addresses")]
    NotARange {
        /// The first address.
        first: IpAddr,
        /// How many.
        count: u64,
    },
    /// An MTU that IP does not work with.
    #[error("link {link:?}: an MTU of {mtu} octets is below {least} (RFC 791 3.2; with IPv6 RFC 8200 5)")]
    MtuTooSmall {
        /// The link's name.
        link: String,
        /// Its MTU.
        mtu: usize,
        /// The least that there may be.
        least: usize,
    },
    /// A span beyond [`LinkSpec::LONGEST`].
    #[error("link {link:?}: a {what} of more than one day")]
    TooLong {
        /// The link's name.
        link: String,
        /// Which span: `propagation`, `queue` or `jitter`.
        what: &'static str,
    },
    /// A distribution without a sample, or with an impossible parameter.
    #[error("link {link:?}: the jitter's distribution is impossible")]
    ImpossibleJitter {
        /// The link's name.
        link: String,
    },
    /// Rates of a Gilbert-Elliott channel that are negative, both zero, not a number or beyond
    /// [`crate::FASTEST_CHANGE_PER_S`].
    #[error("link {link:?}: the rates of its loss channel are impossible")]
    ImpossibleLoss {
        /// The link's name.
        link: String,
    },
}

/// Collects nodes, addresses and links, and checks each as it comes.
#[derive(Clone, Debug, Default)]
pub struct NetworkBuilder {
    pub(crate) nodes: Vec<String>,
    pub(crate) links: Vec<LinkSpec>,
    pub(crate) node_names: BTreeMap<String, NodeId>,
    pub(crate) link_names: BTreeMap<String, LinkId>,
    pub(crate) addresses: AddressBook,
}

impl NetworkBuilder {
    /// A network of nothing.
    pub fn new() -> NetworkBuilder {
        NetworkBuilder::default()
    }

    /// Adds a node and returns its id.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn node(&mut self, name: impl Into<String>) -> Result<NodeId, NetworkError> {
        let name = name.into();
        if self.node_names.contains_key(&name) {
            return Err(NetworkError::DuplicateNode { name });
        }
        let id = NodeId::from_index(self.nodes.len());
        self.node_names.insert(name.clone(), id);
        self.nodes.push(name);
        Ok(id)
    }

    /// Gives `address` to `node`.
    ///
    /// # Errors
    /// When the address has an owner, or there is no such node.
    pub fn address(&mut self, node: NodeId, address: IpAddr) -> Result<(), NetworkError> {
        self.addresses(node, address, 1)
    }

    /// Gives the `count` addresses from `first` on to `node`.
    ///
    /// # Errors
    /// When one of them has an owner, the range is empty or goes beyond the last address, or there is no such node.
    pub fn addresses(&mut self, node: NodeId, first: IpAddr, count: u64) -> Result<(), NetworkError> {
        let name = self.name_of(node)?;
        self.addresses.enter(first, count, node).map_err(|refusal| match refusal {
            Refusal::NotARange => NetworkError::NotARange { first, count },
            Refusal::Owned { address, owner } => NetworkError::DuplicateAddress {
                address,
                node: name,
                owner: self.nodes[owner.index()].clone(),
            },
        })
    }

    /// Adds a link and returns its id.
    ///
    /// # Errors
    /// When the name is taken, an end is unknown or both are one, or a value is out of its range.
    pub fn link(&mut self, spec: LinkSpec) -> Result<LinkId, NetworkError> {
        if self.link_names.contains_key(&spec.name) {
            return Err(NetworkError::DuplicateLink { name: spec.name });
        }
        let one = self.name_of(spec.ends.0)?;
        self.name_of(spec.ends.1)?;
        if spec.ends.0 == spec.ends.1 {
            return Err(NetworkError::Loop { link: spec.name, node: one });
        }
        check(&spec)?;
        let id = LinkId::from_index(self.links.len());
        self.link_names.insert(spec.name.clone(), id);
        self.links.push(spec);
        Ok(id)
    }

    /// The network, with all links up. Its links draw from streams of `seed` that are named after them.
    ///
    /// # Errors
    /// When there are IPv6 addresses and a link with an MTU below 1280.
    pub fn build(self, seed: Seed) -> Result<Network, NetworkError> {
        if self.addresses.has_ipv6() {
            for spec in &self.links {
                check_mtu(spec, SMALLEST_IPV6_MTU)?;
            }
        }
        Ok(Network::new(self, seed))
    }

    fn name_of(&self, node: NodeId) -> Result<String, NetworkError> {
        self.nodes.get(node.index()).cloned().ok_or(NetworkError::UnknownNode { index: node.index() })
    }
}

fn check(spec: &LinkSpec) -> Result<(), NetworkError> {
    let link = || spec.name.clone();
    check_mtu(spec, SMALLEST_MTU)?;
    let [forward, backward] = Direction::BOTH.map(|direction| spec.way(direction).propagation);
    for (span, what) in [(forward.max(backward), "propagation"), (spec.queue, "queue")] {
        if span > LinkSpec::LONGEST {
            return Err(NetworkError::TooLong { link: link(), what });
        }
    }
    if let Jitter::InOrder(distribution) | Jitter::Reordering(distribution) = &spec.jitter {
        let longest = longest_parameter(distribution);
        let longest = longest.ok_or_else(|| NetworkError::ImpossibleJitter { link: link() })?;
        if longest > LinkSpec::LONGEST {
            return Err(NetworkError::TooLong { link: link(), what: "jitter" });
        }
    }
    if !spec.loss.is_possible() {
        return Err(NetworkError::ImpossibleLoss { link: link() });
    }
    Ok(())
}

fn check_mtu(spec: &LinkSpec, least: usize) -> Result<(), NetworkError> {
    if spec.mtu < least {
        return Err(NetworkError::MtuTooSmall { link: spec.name.clone(), mtu: spec.mtu, least });
    }
    Ok(())
}

/// The longest span that a distribution is given by; `None` when nothing can be drawn from it.
fn longest_parameter(distribution: &Distribution) -> Option<Duration> {
    match distribution {
        Distribution::Fixed(span) => Some(*span),
        Distribution::Exponential { mean } => Some(*mean),
        Distribution::Lognormal { mean, cv } => (cv.is_finite() && *cv >= 0.0).then_some(*mean),
        Distribution::Uniform { low, high } => (low <= high).then_some(*high),
        Distribution::Empirical(spans) => spans.iter().max().copied(),
    }
}

#[cfg(test)]
mod tests;

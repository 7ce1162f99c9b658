//! What an importer changed, assumed or could not find.

use std::fmt;

/// A remark of an importer about the topology that it wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The source says nothing about the cable, the rate, the queue or the MTU: this was assumed.
    Assumed {
        /// The fields of `defaults` with their values.
        defaults: String,
    },
    /// Demands are published for each direction by itself.
    Directed,
    /// The network is in several parts, and cannot be used before links join them.
    Disconnected {
        /// A node of the first part.
        from: String,
        /// A node that cannot be reached from it.
        to: String,
    },
    /// A node had no position and was put in the middle of its neighbours.
    Placed {
        /// The node.
        node: String,
    },
    /// A node had a name that is no domain label, or that another node has.
    Renamed {
        /// The name in the source.
        published: String,
        /// The name in the topology.
        name: String,
    },
    /// A link from a node to itself was left out.
    SelfLoop {
        /// The node.
        node: String,
    },
    /// A published length is far from the great-circle distance between the positions. The published one was kept.
    Stretched {
        /// The link.
        link: String,
        /// The published length, in whole km.
        published_km: u64,
        /// The distance between the positions, in whole km.
        great_circle_km: u64,
    },
    /// A name got its native spelling back.
    Spelt {
        /// The name in the source.
        published: String,
        /// The name in the topology.
        name: String,
    },
    /// Demands are published once for both directions: half of each goes each way.
    Undirected,
    /// Neither demands nor weights are published: give nodes a `weight` before subscribers are apportioned.
    WithoutTraffic,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Assumed { defaults } => write!(f, "assumed, because the source does not say: {defaults}"),
            Note::Directed => f.write_str("demands are published for each direction by itself"),
            Note::Disconnected { from, to } => {
                write!(f, "`{to}` cannot be reached from `{from}`: add links before the topology is used")
            }
            Note::Placed { node } => {
                write!(f, "`{node}` has no position and was put in the middle of its neighbours")
            }
            Note::Renamed { published, name } => write!(f, "node `{published}` is called `{name}`"),
            Note::SelfLoop { node } => write!(f, "a link from `{node}` to itself was left out"),
            Note::Stretched { link, published_km, great_circle_km } => write!(
                f,
                "link `{link}` is published as {published_km} km long, its ends are {great_circle_km} km apart"
            ),
            Note::Spelt { published, name } => write!(f, "`{published}` is spelt `{name}`"),
            Note::Undirected => {
                f.write_str("demands are published for both directions together: half of each goes each way")
            }
            Note::WithoutTraffic => f.write_str(
                "no demands are published: give nodes a `weight` before subscribers are apportioned",
            ),
        }
    }
}

//! Shortest paths by propagation delay.
//!
//! The next hop towards a destination is the neighbour on a shortest path whose *name* comes first, and of parallel
//! links the one whose name comes first: neither the order of building nor an index decides. A link without delay is
//! taken only towards fewer hops, so ties never make a loop.
//!
//! A node with one link that is up, such as a host, is a stub: it needs no table, and no table mentions it. Tables are
//! computed for a destination when the first packet goes there, and forgotten when a link goes down or comes back.
//!
//! ```text
//!   host ── city ═══ city ═══ city ── host      ── stub links: no table
//!                      ║                        ══ core: one table of next hops for each destination in use,
//!   host ── city ══════╝                           eight octets for each core node
//! ```

use std::cmp::Ordering;
use std::sync::OnceLock;
use std::time::Duration;

use petgraph::algo::dijkstra;
use petgraph::graph::{EdgeIndex, NodeIndex, UnGraph};
use petgraph::unionfind::UnionFind;
use petgraph::visit::{EdgeFiltered, EdgeRef};
use sim_api::nanos;

use crate::id::{Direction, Hop, LinkId, NodeId};

const OUTSIDE_CORE: u32 = u32::MAX;

/// The map of a network and the next hops in it.
#[derive(Debug)]
pub(crate) struct Routes {
    /// Node and edge indices are those of [`NodeId`] and [`LinkId`].
    map: UnGraph<(), Line>,
    /// The place of each node's name in the order of all node names.
    node_rank: Vec<u32>,
    places: Vec<Place>,
    core: Vec<NodeId>,
    /// For each core node as destination: the next hop of each core node.
    tables: Vec<OnceLock<Box<[Option<Hop>]>>>,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    delay: u64,
    rank: u32,
    state: Link,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Up,
    Down,
}

/// Where a node stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Nodes of one component reach each other.
    component: u32,
    /// The index in the core.
    core: u32,
    /// The only way out, of a stub.
    way_out: Option<Hop>,
    /// Where that leads.
    anchor: NodeId,
}

/// Delay and hops: the shortest of the quickest.
const fn cost(delay: u64) -> u128 {
    (delay as u128) << 32 | 1
}

const fn delay_of(cost: u128) -> u128 {
    cost >> 32
}

impl Routes {
    /// The routes between nodes of these names over these links (name, ends, propagation), all up.
    pub(crate) fn new(nodes: &[&str], links: &[(&str, (NodeId, NodeId), Duration)]) -> Routes {
        let mut map = UnGraph::with_capacity(nodes.len(), links.len());
        for _ in nodes {
            map.add_node(());
        }
        let link_names: Vec<&str> = links.iter().map(|link| link.0).collect();
        for ((_, ends, propagation), rank) in links.iter().zip(ranks(&link_names)) {
            let line = Line { delay: nanos(*propagation), rank, state: Link::Up };
            map.add_edge(NodeIndex::new(ends.0.index()), NodeIndex::new(ends.1.index()), line);
        }
        let mut routes =
            Routes { map, node_rank: ranks(nodes), places: Vec::new(), core: Vec::new(), tables: Vec::new() };
        routes.survey();
        routes
    }

    pub(crate) fn take_down(&mut self, link: LinkId) {
        self.change(link, Link::Down);
    }

    pub(crate) fn bring_up(&mut self, link: LinkId) {
        self.change(link, Link::Up);
    }

    fn change(&mut self, link: LinkId, state: Link) {
        let line = &mut self.map[EdgeIndex::new(link.index())];
        if line.state != state {
            line.state = state;
            self.survey();
        }
    }

    /// The first step from `at` on the way to `to`; `None` at the destination and when there is no way.
    #[inline]
    pub(crate) fn next_hop(&self, at: NodeId, to: NodeId) -> Option<Hop> {
        let (here, there) = (&self.places[at.index()], &self.places[to.index()]);
        if at == to || here.component != there.component {
            return None;
        }
        if here.way_out.is_some() {
            return here.way_out;
        }
        self.next_hop_in_core(at, here, there)
    }

    /// The first step from `at` in the core, to a node of the same component.
    #[inline(never)]
    fn next_hop_in_core(&self, at: NodeId, here: &Place, there: &Place) -> Option<Hop> {
        let goal = match there.way_out {
            Some(way_out) if there.anchor == at => return Some(way_out.reversed()),
            Some(_) => self.places[there.anchor.index()].core,
            None => there.core,
        };
        self.tables[goal as usize].get_or_init(|| self.table(self.core[goal as usize]))[here.core as usize]
    }

    /// Finds components, stubs and the core anew and forgets all tables.
    fn survey(&mut self) {
        let mut components = UnionFind::<u32>::new(self.map.node_count());
        for edge in self.map.edge_references().filter(|edge| edge.weight().state == Link::Up) {
            components.union(edge.source().index() as u32, edge.target().index() as u32);
        }
        self.core.clear();
        self.places.clear();
        for node in self.map.node_indices() {
            let component = components.find(node.index() as u32);
            let place = self.place(node, component);
            self.places.push(place);
        }
        self.tables = (0..self.core.len()).map(|_| OnceLock::new()).collect();
    }

    fn place(&mut self, node: NodeIndex, component: u32) -> Place {
        let mut ways = self.ways_out(node);
        let (only, others) = (ways.next(), ways.next());
        drop(ways);
        match (only, others) {
            (Some((hop, head, _)), None) => {
                Place { component, core: OUTSIDE_CORE, way_out: Some(hop), anchor: node_id(head) }
            }
            (only, _) => {
                let mut core = OUTSIDE_CORE;
                if only.is_some() {
                    core = self.core.len() as u32;
                    self.core.push(node_id(node));
                }
                Place { component, core, way_out: None, anchor: node_id(node) }
            }
        }
    }

    /// The steps from `node` along links that are up: the hop, where it leads, and the line.
    fn ways_out(&self, node: NodeIndex) -> impl Iterator<Item = (Hop, NodeIndex, Line)> + '_ {
        self.map.edges(node).filter(|edge| edge.weight().state == Link::Up).map(move |edge| {
            let link = LinkId::from_index(edge.id().index());
            let (first, _) = self.map.edge_endpoints(edge.id()).expect("an edge of the map has ends");
            let direction = if first == node { Direction::Forward } else { Direction::Backward };
            (Hop::new(link, direction), edge.target(), *edge.weight())
        })
    }

    /// The next hop of each core node towards `goal`.
    fn table(&self, goal: NodeId) -> Box<[Option<Hop>]> {
        let is_core = |node: NodeIndex| self.places[node.index()].core != OUTSIDE_CORE;
        let core_map = EdgeFiltered::from_fn(&self.map, |edge| {
            edge.weight().state == Link::Up && is_core(edge.source()) && is_core(edge.target())
        });
        let costs = dijkstra(&core_map, NodeIndex::new(goal.index()), None, |edge| cost(edge.weight().delay));
        let next = |node: &NodeId| {
            let node = NodeIndex::new(node.index());
            let here = *costs.get(&node)?;
            let leads_on = |head: NodeIndex, line: Line| {
                costs.get(&head).is_some_and(|there| {
                    delay_of(*there) + u128::from(line.delay) == delay_of(here) && *there < here
                })
            };
            self.ways_out(node)
                .filter(|(_, head, line)| leads_on(*head, *line))
                .min_by(|one, other| self.by_name(one, other))
                .map(|(hop, ..)| hop)
        };
        self.core.iter().map(next).collect()
    }

    fn by_name(&self, one: &(Hop, NodeIndex, Line), other: &(Hop, NodeIndex, Line)) -> Ordering {
        let key = |way: &(Hop, NodeIndex, Line)| (self.node_rank[way.1.index()], way.2.rank);
        key(one).cmp(&key(other))
    }
}

fn node_id(node: NodeIndex) -> NodeId {
    NodeId::from_index(node.index())
}

/// The place of each name in the order of all.
fn ranks(names: &[&str]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|index| names[*index]);
    let mut ranks = vec![0; names.len()];
    for (rank, index) in order.into_iter().enumerate() {
        ranks[index] = rank as u32;
    }
    ranks
}

#[cfg(test)]
mod tests;

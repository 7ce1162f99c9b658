//! A network: the state of all links, the routes, the addresses, the counters.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use sim_api::{Seed, SimTime};

use crate::address::AddressBook;
use crate::builder::{NetworkBuilder, NetworkError};
use crate::count::{ConservationError, DropCause, Drops, LinkCount};
use crate::id::{Direction, Hop, LinkId, NodeId};
use crate::link::{Fate, LinkSpec, Simplex, Transit};
use crate::loss::Loss;
use crate::packet::Packet;
use crate::route::Routes;
use crate::streams::Streams;
use crate::verify;

/// A network of nodes and links. Made by [`NetworkBuilder`].
///
/// It holds no event queue: its owner asks where a packet goes next ([`Network::next_hop`]), offers it to that link
/// ([`Network::transmit`]), waits until the arrival and reports it ([`Network::arrive`]).
#[derive(Debug)]
pub struct Network {
    seed: Seed,
    nodes: Vec<Node>,
    specs: Vec<LinkSpec>,
    /// One for each [`Hop::index`].
    simplexes: Vec<Simplex>,
    node_names: BTreeMap<String, NodeId>,
    link_names: BTreeMap<String, LinkId>,
    addresses: AddressBook,
    routes: Routes,
    /// Packets up to this size fit every link.
    smallest_mtu: usize,
}

#[derive(Debug)]
struct Node {
    name: String,
    drops: Drops,
}

impl Network {
    pub(crate) fn new(builder: NetworkBuilder, seed: Seed) -> Network {
        let NetworkBuilder { nodes, links: specs, node_names, link_names, addresses } = builder;
        let names: Vec<&str> = nodes.iter().map(String::as_str).collect();
        let lines: Vec<_> =
            specs.iter().map(|spec| (spec.name.as_str(), spec.ends, longer_propagation(spec))).collect();
        let routes = Routes::new(&names, &lines);
        let simplexes = specs
            .iter()
            .flat_map(|spec| {
                Direction::BOTH.map(|direction| {
                    Simplex::new(spec, direction, &Streams::new(seed, &spec.name, direction))
                })
            })
            .collect();
        Network {
            seed,
            smallest_mtu: specs.iter().map(|spec| spec.mtu).min().unwrap_or(usize::MAX),
            nodes: nodes.into_iter().map(|name| Node { name, drops: Drops::default() }).collect(),
            specs,
            simplexes,
            node_names,
            link_names,
            addresses,
            routes,
        }
    }

    /// Offers `packet` to a link at `now`: whether, when and how it arrives.
    ///
    /// Everything is decided here and at once: queueing, loss (by the channel at the instant at which the last octet
    /// leaves), jitter, duplication, damage. What later happens to the link itself is asked on arrival.
    #[inline]
    pub fn transmit(&mut self, hop: Hop, now: SimTime, packet: &Packet) -> Transit {
        self.offer(hop, now, packet, Fate::Open)
    }

    /// Offers `packet` to a link that loses it, for [`DropCause::Fault`]. It occupies the link, and other packets
    /// meet the same luck as if it had arrived.
    pub fn transmit_doomed(&mut self, hop: Hop, now: SimTime, packet: &Packet) -> Transit {
        self.offer(hop, now, packet, Fate::Doomed)
    }

    /// Takes `packet` off the link at the instant of its arrival and returns the node at the far end.
    ///
    /// A damaged packet is read there from its real octets: a router verifies the IP header, the destination also the
    /// UDP checksum. What still passes may have another destination, other addresses, ports and payload.
    ///
    /// # Errors
    /// Why it ends here, which is counted: the link went down meanwhile, or the damage was found.
    #[inline]
    pub fn arrive(&mut self, hop: Hop, epoch: u32, packet: &mut Packet) -> Result<NodeId, DropCause> {
        let simplex = &mut self.simplexes[hop.index()];
        let octets = simplex.octets_of(packet);
        let head = simplex.head;
        let passed = if !simplex.still_carries(epoch) {
            Err(DropCause::LinkDown)
        } else if packet.damage().is_some() {
            self.inspect(head, packet)
        } else {
            simplex.count.deliver(octets);
            return Ok(head);
        };
        let count = &mut self.simplexes[hop.index()].count;
        match passed {
            Ok(()) => count.deliver(octets),
            Err(cause) => count.end_in_flight(cause, octets),
        }
        passed.map(|()| head)
    }

    /// The first hop from `at` on the way to `to`: the shortest by propagation delay (where the directions of a link
    /// differ, by the longer one), ties by the names of nodes.
    /// `None` at the destination itself, and when there is no way.
    #[inline]
    pub fn next_hop(&self, at: NodeId, to: NodeId) -> Option<Hop> {
        self.routes.next_hop(at, to)
    }

    /// The hops from one node to another, none to itself; `None` when there is no way.
    pub fn path(&self, from: NodeId, to: NodeId) -> Option<Vec<Hop>> {
        let mut hops = Vec::new();
        let mut at = from;
        while at != to {
            let hop = self.next_hop(at, to)?;
            at = self.head(hop);
            hops.push(hop);
        }
        Some(hops)
    }

    /// The propagation delay from one node to another, without serialisation, queueing and jitter.
    pub fn path_delay(&self, from: NodeId, to: NodeId) -> Option<Duration> {
        let way = |hop: &Hop| self.link(hop.link()).way(hop.direction());
        Some(self.path(from, to)?.iter().map(|hop| way(hop).propagation).sum())
    }

    /// The size of the largest packet that fits all links from one node to another, in octets; `usize::MAX` to itself.
    pub fn path_mtu(&self, from: NodeId, to: NodeId) -> Option<usize> {
        Some(self.path(from, to)?.iter().map(|hop| self.link(hop.link()).mtu).min().unwrap_or(usize::MAX))
    }

    /// The node that owns `address`.
    #[inline]
    pub fn resolve(&self, address: IpAddr) -> Option<NodeId> {
        self.addresses.owner(address)
    }

    /// Cuts a link in both directions at `now`: what is on it is lost when it would arrive, and routes change.
    pub fn take_down(&mut self, link: LinkId, now: SimTime) {
        for direction in Direction::BOTH {
            self.simplexes[Hop::new(link, direction).index()].take_down(now);
        }
        self.routes.take_down(link);
    }

    /// Brings a link back, its queues empty. Routes change.
    pub fn bring_up(&mut self, link: LinkId) {
        for direction in Direction::BOTH {
            self.simplexes[Hop::new(link, direction).index()].bring_up();
        }
        self.routes.bring_up(link);
    }

    /// Whether a link is up.
    pub fn is_up(&self, link: LinkId) -> bool {
        self.simplexes[Hop::new(link, Direction::Forward).index()].is_up()
    }

    /// Puts `loss` in the place of the loss of a link, in both directions, from `now` on.
    ///
    /// # Errors
    /// When the rates of a Gilbert-Elliott channel are impossible.
    pub fn change_loss(&mut self, link: LinkId, now: SimTime, loss: Loss) -> Result<(), NetworkError> {
        let name = &self.specs[link.index()].name;
        if !loss.is_possible() {
            return Err(NetworkError::ImpossibleLoss { link: name.clone() });
        }
        for direction in Direction::BOTH {
            let streams = Streams::new(self.seed, name, direction);
            self.simplexes[Hop::new(link, direction).index()].change_loss(loss, now, &streams);
        }
        Ok(())
    }

    /// Counts a packet that ends at `node`, not on a link: no route, hop limit, a datagram that was never complete.
    pub fn drop_at(&mut self, node: NodeId, cause: DropCause, packet: &Packet) {
        self.nodes[node.index()].drops.add(cause, packet.wire_octets());
    }

    /// The packets that ended at `node`.
    pub fn drops_at(&self, node: NodeId) -> &Drops {
        &self.nodes[node.index()].drops
    }

    /// What happened on one direction of a link.
    pub fn count(&self, hop: Hop) -> &LinkCount {
        &self.simplexes[hop.index()].count
    }

    /// The time that a direction of a link has spent clocking octets out, up to `now`, which is not before the last
    /// offer. Over the time elapsed it is the utilisation. On a half-duplex link it is the time of both directions.
    pub fn busy(&self, hop: Hop, now: SimTime) -> Duration {
        self.simplexes[hop.index()].busy(now)
    }

    /// The law of conservation on every link: sent + duplicated = delivered + dropped + in flight.
    ///
    /// # Errors
    /// The first link, by index, that breaks it.
    pub fn conservation(&self) -> Result<(), ConservationError> {
        for hop in self.hops() {
            let count = self.count(hop);
            if !count.is_conserved() {
                return Err(ConservationError {
                    link: self.link(hop.link()).name.clone(),
                    direction: hop.direction(),
                    count: Box::new(*count),
                });
            }
        }
        Ok(())
    }

    /// How many nodes there are.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// All nodes, in the order of building.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId::from_index)
    }

    /// All links, in the order of building.
    pub fn links(&self) -> impl ExactSizeIterator<Item = LinkId> + use<> {
        (0..self.specs.len()).map(LinkId::from_index)
    }

    /// Both directions of all links, in the order of [`Hop::index`].
    pub fn hops(&self) -> impl Iterator<Item = Hop> + use<> {
        self.links().flat_map(|link| Direction::BOTH.map(|direction| Hop::new(link, direction)))
    }

    /// The name of a node.
    pub fn node_name(&self, node: NodeId) -> &str {
        &self.nodes[node.index()].name
    }

    /// The node of this name.
    pub fn node_named(&self, name: &str) -> Option<NodeId> {
        self.node_names.get(name).copied()
    }

    /// The description of a link, as it was built.
    pub fn link(&self, link: LinkId) -> &LinkSpec {
        &self.specs[link.index()]
    }

    /// The link of this name.
    pub fn link_named(&self, name: &str) -> Option<LinkId> {
        self.link_names.get(name).copied()
    }

    /// The node where a hop begins.
    pub fn tail(&self, hop: Hop) -> NodeId {
        self.head(hop.reversed())
    }

    /// The node where a hop ends.
    pub fn head(&self, hop: Hop) -> NodeId {
        self.simplexes[hop.index()].head
    }

    #[inline(always)]
    fn offer(&mut self, hop: Hop, now: SimTime, packet: &Packet, fate: Fate) -> Transit {
        let octets = packet.wire_octets();
        if octets > self.smallest_mtu
            && let Some(transit) = self.refuse_size(hop, now, packet)
        {
            return transit;
        }
        let simplex = &mut self.simplexes[hop.index()];
        if simplex.is_wire() {
            return simplex.transmit(now, octets, fate);
        }
        self.offer_to_air(hop, now, packet, fate)
    }

    /// Offers a packet to a link that carries other headers, or whose directions share a medium.
    #[cold]
    fn offer_to_air(&mut self, hop: Hop, now: SimTime, packet: &Packet, fate: Fate) -> Transit {
        let simplex = &mut self.simplexes[hop.index()];
        let mut transit = simplex.transmit(now, simplex.octets_of(packet), fate);
        if let Transit::Carried { first, duplicate } = &mut transit {
            for arrival in std::iter::once(first).chain(duplicate.as_deref_mut()) {
                arrival.damage = arrival.damage.take().and_then(|damage| simplex.damage_of(packet, &damage));
            }
        }
        let [one, other] = [hop.index(), hop.reversed().index()];
        let [one, other] = self.simplexes.get_disjoint_mut([one, other]).expect("a link has two directions");
        other.share_medium(one);
        transit
    }

    /// What becomes of a packet that is too large for its way, `None` when it is not.
    fn refuse_size(&mut self, hop: Hop, now: SimTime, packet: &Packet) -> Option<Transit> {
        //= RFC 8200 4.5: fragmentation in IPv6 is performed only by source nodes, not by routers along the path
        let is_at_source = self.resolve(packet.from().ip()) == Some(self.tail(hop));
        let (may_cut, mtu) = if packet.is_ipv6() {
            let may_cut = is_at_source && packet.fragment().is_none();
            (may_cut, if may_cut { self.mtu_to_destination(hop, packet) } else { self.mtu(hop) })
        } else {
            (!packet.dont_fragment, self.mtu(hop))
        };
        if packet.wire_octets() <= mtu {
            return None;
        }
        if may_cut {
            return Some(Transit::TooLarge { mtu });
        }
        let simplex = &mut self.simplexes[hop.index()];
        let octets = simplex.octets_of(packet);
        simplex.count.sent.add(octets);
        simplex.count.dropped.add(DropCause::PacketTooBig, octets);
        Some(Transit::Lost { cause: DropCause::PacketTooBig, at: now })
    }

    fn mtu(&self, hop: Hop) -> usize {
        self.simplexes[hop.index()].mtu
    }

    fn mtu_to_destination(&self, hop: Hop, packet: &Packet) -> usize {
        let beyond = self.path_mtu(self.head(hop), packet.destination).unwrap_or(usize::MAX);
        self.mtu(hop).min(beyond)
    }

    /// What `node` makes of a damaged packet.
    fn inspect(&self, node: NodeId, packet: &mut Packet) -> Result<(), DropCause> {
        let to = verify::destination_read(packet)?;
        if to != packet.to().ip() {
            packet.destination = self.resolve(to).ok_or(DropCause::Unreachable)?;
        }
        if packet.destination == node {
            *packet = verify::receive(packet.clone())?;
        }
        Ok(())
    }
}

/// The propagation that routes weigh a link by.
fn longer_propagation(spec: &LinkSpec) -> Duration {
    spec.way(Direction::Forward).propagation.max(spec.way(Direction::Backward).propagation)
}

#[cfg(test)]
mod tests;

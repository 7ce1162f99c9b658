//! The way of a datagram: from the host that sends it, hop by hop, to the node that handles it.

use sim_api::{DelaySplit, NodeEvent, Outgoing, nanos};
use sim_net::{
    Arrival, DropCause, Hop, IpProtocol, NodeId, Packet, Reassembly, Sendable, Transit, fragments, icmp,
};

use crate::cpu;
use crate::event::Event;
use crate::faults::DropRule;
use crate::host::{Job, Power};
use crate::observe::{DropReason, Journey, JourneyId, Outcome};
use crate::simulation::Simulation;
use crate::slab::{InFlight, PacketId};

/// The packets of the whole network: made, ended, and the difference in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Datagrams that hosts sent, messages of ICMP included.
    pub datagrams: u64,
    /// Packets that fragmentation added.
    pub fragments: u64,
    /// Packets that links duplicated.
    pub duplicated: u64,
    /// Packets that reached the host of their destination undamaged.
    pub arrived: u64,
    /// Packets that ended before.
    pub dropped: u64,
}

impl Tally {
    pub(crate) fn assert_balance(&self, in_flight: u64) {
        assert_eq!(
            self.datagrams + self.fragments + self.duplicated,
            self.arrived + self.dropped + in_flight,
            "packets made differ from packets arrived, dropped and in flight ({in_flight}): {self:?}"
        );
    }
}

/// What the scenario has decided about a packet before a link sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doom {
    None,
    Fault,
}

impl Simulation {
    /// What became of all packets so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    pub(crate) fn send_datagram(&mut self, place: NodeId, outgoing: &Outgoing) {
        let destination = self.net.resolve(outgoing.to.ip());
        let journey = match self.trace {
            None => JourneyId::NONE,
            Some(_) => self.begin_journey(place, destination, outgoing),
        };
        self.tally.datagrams += 1;
        // A datagram that leaves after its cause, such as one that a node kept, has waited for a timer.
        let lineage = outgoing.lineage.waited_until(self.now);
        let Some(destination) = destination else {
            return self.end(journey, DropReason::Network(DropCause::Unreachable));
        };
        let Ok(datagram) = Sendable::of(outgoing) else {
            return self.end(journey, DropReason::Network(DropCause::PacketTooBig));
        };
        let ident = self.next_ident();
        let packet = self.packets.insert_with(|| {
            let packet = Packet::sent(datagram, lineage, destination, ident);
            InFlight { packet, epoch: 0, journey }
        });
        self.send_packet(place, destination, packet);
    }

    /// The identification of the next datagram.
    pub(crate) fn next_ident(&mut self) -> u32 {
        let ident = self.next_ident;
        self.next_ident = ident.wrapping_add(1);
        ident
    }

    /// Sends a packet that `place` has made, and that is counted as made.
    #[inline(always)]
    pub(crate) fn send_packet(&mut self, place: NodeId, destination: NodeId, packet: PacketId) {
        if destination == place {
            return self.push(place, self.now, Event::Loop { packet });
        }
        self.forward(place, packet);
    }

    /// Sends a packet on from `place` towards its destination.
    #[inline(always)]
    fn forward(&mut self, place: NodeId, id: PacketId) {
        let Some(hop) = self.net.next_hop(place, self.packets[id].packet.destination) else {
            return self.drop_at(place, id, DropCause::Unreachable);
        };
        if !self.drop_rules.is_empty() && self.doom_of(hop, id) == Doom::Fault {
            return self.offer_doomed(place, hop, id);
        }
        self.offer(place, hop, id);
    }

    /// Offers a packet to a link.
    #[inline(always)]
    fn offer(&mut self, place: NodeId, hop: Hop, id: PacketId) {
        let flight = &mut self.packets[id];
        match self.net.transmit(hop, self.now, &flight.packet) {
            // The way of most packets, with one look into the slab.
            Transit::Carried { first, duplicate: None } => {
                if let Some(tap) = &mut self.tap {
                    tap.offered(self.now, hop, &flight.packet, None);
                }
                let at = first.at;
                flight.carry(first);
                self.push(place, at, Event::Arrive { hop, packet: id });
            }
            transit => self.settle(place, hop, id, transit, Doom::None),
        }
    }

    /// Carries out what a link has decided about a packet.
    #[cold]
    fn settle(&mut self, place: NodeId, hop: Hop, id: PacketId, transit: Transit, doom: Doom) {
        match transit {
            Transit::Carried { first, duplicate } => {
                self.show(hop, id, None);
                self.carry(place, hop, id, first, duplicate);
            }
            Transit::Lost { cause, at } => {
                self.show(hop, id, Some(cause));
                self.tally.dropped += 1;
                let journey = self.packets.remove(id).journey;
                self.end_journey(journey, Outcome::Dropped(at, DropReason::Network(cause)));
            }
            Transit::TooLarge { mtu } => self.offer_parts(place, hop, id, mtu, doom),
        }
    }

    /// Cuts a packet, and offers its fragments.
    #[cold]
    fn offer_parts(&mut self, place: NodeId, hop: Hop, id: PacketId, mtu: usize, doom: Doom) {
        let whole = self.packets.remove(id);
        let parts: Vec<Packet> = fragments(&whole.packet, mtu).collect();
        self.tally.fragments += parts.len() as u64 - 1;
        // A doomed datagram loses its first fragment, and with it the whole.
        let dooms = std::iter::once(doom).chain(std::iter::repeat(Doom::None));
        for (packet, doom) in parts.into_iter().zip(dooms) {
            let part = self.packets.insert(InFlight { packet, ..whole });
            match doom {
                Doom::None => self.offer(place, hop, part),
                Doom::Fault => self.offer_doomed(place, hop, part),
            }
        }
    }

    /// Offers a packet to a link that loses it for a fault of the scenario.
    #[cold]
    fn offer_doomed(&mut self, place: NodeId, hop: Hop, id: PacketId) {
        let transit = self.net.transmit_doomed(hop, self.now, &self.packets[id].packet);
        self.settle(place, hop, id, transit, Doom::Fault);
    }

    /// Carries a packet and the copy that a link made of it; of two that arrive together the packet itself is first.
    fn carry(&mut self, place: NodeId, hop: Hop, id: PacketId, first: Arrival, second: Option<Box<Arrival>>) {
        let copy = second.map(|arrival| {
            self.tally.duplicated += 1;
            (self.packets.insert(self.packets[id].clone()), *arrival)
        });
        for (packet, arrival) in std::iter::once((id, first)).chain(copy) {
            let at = arrival.at;
            self.packets[packet].carry(arrival);
            self.push(place, at, Event::Arrive { hop, packet });
        }
    }

    pub(crate) fn on_arrival(&mut self, hop: Hop, id: PacketId) {
        let flight = &mut self.packets[id];
        let place = match self.net.arrive(hop, flight.epoch, &mut flight.packet) {
            Ok(place) => place,
            Err(cause) => return self.end_flight(id, DropReason::Network(cause)),
        };
        if place == flight.packet.destination {
            return self.at_door(place, id);
        }
        match flight.packet.forward() {
            Ok(()) => self.forward(place, id),
            Err(cause) => self.drop_at(place, id, cause),
        }
    }

    #[inline(never)]
    pub(crate) fn on_loop(&mut self, id: PacketId) {
        self.at_door(self.packets[id].packet.destination, id);
    }

    /// A packet has reached its host: reassembly, then the CPU.
    #[inline(always)]
    fn at_door(&mut self, place: NodeId, id: PacketId) {
        let Some(host) = &mut self.hosts[place.index()] else {
            return self.drop_at(place, id, DropCause::Unreachable);
        };
        if host.power == Power::Down {
            host.tally.lost_to_outage += 1;
            return self.end_flight(id, DropReason::HostDown);
        }
        let InFlight { packet, journey, .. } = &self.packets[id];
        if packet.fragment().is_some() {
            return self.reassemble(place, id);
        }
        // Each part of the delay up to here is a link's; the CPU's parts are checked when the node handles it.
        packet.lineage.assert_exact(self.now);
        let is_udp = packet.protocol() == IpProtocol::Udp;
        if !is_udp || host.power != Power::Up || !host.node.listens(packet.to()) {
            return self.take_in_alone(place, id);
        }
        self.tally.arrived += 1;
        if let Some(trace) = &mut self.trace {
            trace.end(*journey, Outcome::Arrived(self.now));
        }
        if host.cpu.is_some() {
            return self.queue_at_cpu(place, id);
        }
        // The node reads the packet where it lies.
        let (from, to, octets) = (packet.from(), packet.to(), packet.payload().octets());
        host.react(self.now, NodeEvent::Datagram { from, to, octets }, packet.lineage, &mut self.effects);
        self.packets.discard(id);
        self.carry_out(place);
    }

    /// A fragment has reached its host, and with it perhaps the rest of a datagram.
    #[cold]
    fn reassemble(&mut self, place: NodeId, id: PacketId) {
        let InFlight { packet, journey, epoch } = self.packets.remove(id);
        let host = self.hosts[place.index()].as_mut().expect("a fragment at the door of a host");
        match host.reassembler.accept(packet, self.now) {
            Reassembly::Complete(packet) => {
                let whole = self.packets.insert(InFlight { packet, journey, epoch });
                self.at_door(place, whole);
            }
            Reassembly::Incomplete => self.tally.arrived += 1,
            Reassembly::Lost(cause) => self.end(journey, DropReason::Network(cause)),
        }
    }

    /// A datagram that the process takes meets the CPU of its host.
    fn queue_at_cpu(&mut self, place: NodeId, id: PacketId) {
        let InFlight { packet, journey, .. } = self.packets.remove(id);
        let host = self.hosts[place.index()].as_mut().expect("a datagram at the door of a host");
        let cpu = host.cpu.as_mut().expect("a host with a CPU");
        let class = self.classifier.class(packet.payload().meaning());
        let (from, to, payload) = (packet.from(), packet.to(), packet.payload().clone());
        match cpu.arrive(self.now, class, Job { from, to, payload, lineage: packet.lineage }) {
            cpu::Arrival::Started(service) => self.serve(place, service),
            cpu::Arrival::Queued => {}
            cpu::Arrival::Refused(_) => {
                host.tally.refused += 1;
                self.overwrite_journey(journey, Outcome::Dropped(self.now, DropReason::Overload));
            }
        }
    }

    pub(crate) fn on_served(&mut self, place: NodeId, server: u32) {
        let host = self.hosts[place.index()].as_mut().expect("a CPU belongs to a host");
        let cpu = host.cpu.as_mut().expect("a server belongs to a CPU");
        // A crash has taken the message away.
        let Some(departure) = cpu.depart(server, self.now) else { return };
        if let Some(next) = departure.next {
            self.serve(place, next);
        }
        let mut job = departure.job;
        job.lineage = job.lineage.after(DelaySplit {
            queueing: nanos(departure.waited),
            processing: nanos(departure.served),
            ..DelaySplit::default()
        });
        job.lineage.assert_exact(self.now);
        let event = NodeEvent::Datagram { from: job.from, to: job.to, octets: &job.payload };
        self.dispatch(place, event, job.lineage);
    }

    fn serve(&mut self, place: NodeId, service: cpu::Service) {
        self.push(place, service.until, Event::Served { host: place, server: service.server });
    }

    /// Whether a fault of the schedule has named this packet; messages of ICMP have no names.
    #[cold]
    fn doom_of(&mut self, hop: Hop, id: PacketId) -> Doom {
        if icmp::is_icmp(&self.packets[id].packet) {
            return Doom::None;
        }
        let label = self.classifier.label(self.packets[id].packet.payload().meaning());
        let mut named = false;
        for rule in &mut self.drop_rules {
            named |= rule.hits(hop.link(), &label);
        }
        self.drop_rules.retain(DropRule::is_pending);
        if named { Doom::Fault } else { Doom::None }
    }

    fn show(&mut self, hop: Hop, id: PacketId, dropped: Option<DropCause>) {
        if let Some(tap) = &mut self.tap {
            tap.offered(self.now, hop, &self.packets[id].packet, dropped);
        }
    }

    pub(crate) fn drop_at(&mut self, place: NodeId, id: PacketId, cause: DropCause) {
        self.net.drop_at(place, cause, &self.packets[id].packet);
        self.end_flight(id, DropReason::Network(cause));
    }

    fn end_flight(&mut self, id: PacketId, reason: DropReason) {
        let journey = self.packets.remove(id).journey;
        self.end(journey, reason);
    }

    pub(crate) fn end(&mut self, journey: JourneyId, reason: DropReason) {
        self.tally.dropped += 1;
        self.end_journey(journey, Outcome::Dropped(self.now, reason));
    }

    #[inline(never)]
    fn begin_journey(&mut self, from: NodeId, to: Option<NodeId>, outgoing: &Outgoing) -> JourneyId {
        let Some(trace) = &mut self.trace else { return JourneyId::NONE };
        trace.begin(Journey {
            sent_at: self.now,
            from,
            to,
            protocol: IpProtocol::Udp,
            source: outgoing.from,
            destination: outgoing.to,
            payload: outgoing.payload.clone(),
            copy: 0,
            outcome: Outcome::InFlight,
        })
    }

    pub(crate) fn end_journey(&mut self, id: JourneyId, outcome: Outcome) {
        if let Some(trace) = &mut self.trace {
            trace.end(id, outcome);
        }
    }

    fn overwrite_journey(&mut self, id: JourneyId, outcome: Outcome) {
        if let Some(trace) = &mut self.trace {
            trace.overwrite(id, outcome);
        }
    }
}

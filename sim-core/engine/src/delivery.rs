//! The way of a datagram: from the host that sends it, hop by hop, to the node that handles it.

use sim_api::{DelaySplit, Lineage, NodeEvent, Outgoing, nanos};
use sim_net::{Arrival, DropCause, Hop, IpProtocol, NodeId, Packet, Reassembly, Transit, fragments, icmp};

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
        let payload = outgoing.payload.clone();
        let Some(destination) = destination else {
            return self.end(journey, DropReason::Network(DropCause::Unreachable));
        };
        match Packet::udp(outgoing.from, outgoing.to, payload, lineage, destination) {
            Ok(packet) => self.send_packet(place, packet, journey),
            Err(_) => self.end(journey, DropReason::Network(DropCause::PacketTooBig)),
        }
    }

    /// Sends a packet that `place` has made, and that is counted as made.
    #[inline(always)]
    pub(crate) fn send_packet(&mut self, place: NodeId, mut packet: Packet, journey: JourneyId) {
        packet.ident = self.next_ident;
        let destination = packet.destination;
        let packet = self.packets.insert(InFlight { packet, epoch: 0, journey });
        self.next_ident = self.next_ident.wrapping_add(1);
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
        let names_packets = !self.drop_rules.is_empty() && !icmp::is_icmp(&self.packets[id].packet);
        let doom = if names_packets { self.doom_of(hop, id) } else { Doom::None };
        self.offer(place, hop, id, doom);
    }

    fn offer(&mut self, place: NodeId, hop: Hop, id: PacketId, doom: Doom) {
        let packet = &self.packets[id].packet;
        let transit = match doom {
            Doom::None => self.net.transmit(hop, self.now, packet),
            Doom::Fault => self.net.transmit_doomed(hop, self.now, packet),
        };
        match &transit {
            Transit::Carried { first, duplicate: None } => {
                self.show(hop, id, None);
                self.carry(place, hop, id, first);
            }
            Transit::Carried { first, duplicate: Some(second) } => {
                self.show(hop, id, None);
                self.carry_both(place, hop, id, [first, second]);
            }
            Transit::Lost { cause, at } => {
                self.show(hop, id, Some(*cause));
                self.tally.dropped += 1;
                let journey = self.packets.remove(id).journey;
                self.end_journey(journey, Outcome::Dropped(*at, DropReason::Network(*cause)));
            }
            Transit::TooLarge { mtu } => self.offer_parts(place, hop, id, *mtu, doom),
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
            self.offer(place, hop, part, doom);
        }
    }

    /// Carries a packet and the copy that a link made of it; of two that arrive together the packet itself is first.
    #[cold]
    fn carry_both(&mut self, place: NodeId, hop: Hop, id: PacketId, arrivals: [&Arrival; 2]) {
        self.tally.duplicated += 1;
        let copy = self.packets.insert(self.packets[id].clone());
        self.carry(place, hop, id, arrivals[0]);
        self.carry(place, hop, copy, arrivals[1]);
    }

    #[inline(always)]
    fn carry(&mut self, place: NodeId, hop: Hop, id: PacketId, arrival: &Arrival) {
        let flight = &mut self.packets[id];
        flight.packet.lineage = flight.packet.lineage.after(arrival.split);
        flight.epoch = arrival.epoch;
        if let Some(damage) = &arrival.damage {
            flight.packet.flip(damage.clone());
        }
        self.push(place, arrival.at, Event::Arrive { hop, packet: id });
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
        let InFlight { packet, journey, .. } = self.packets.remove(id);
        if packet.fragment().is_none() {
            return self.take_in(place, &packet, journey);
        }
        match host.reassembler.accept(packet, self.now) {
            Reassembly::Complete(packet) => self.take_in(place, &packet, journey),
            Reassembly::Incomplete => self.tally.arrived += 1,
            Reassembly::Lost(cause) => self.end(journey, DropReason::Network(cause)),
        }
    }

    #[inline(always)]
    fn take_in(&mut self, place: NodeId, packet: &Packet, journey: JourneyId) {
        // Each part of the delay up to here is a link's; the CPU's parts are checked when the node handles it.
        packet.lineage.assert_exact(self.now);
        let (from, to, lineage) = (packet.from(), packet.to(), packet.lineage);
        let host = self.hosts[place.index()].as_mut().expect("a datagram at the door of a host");
        if packet.protocol() != IpProtocol::Udp || host.power != Power::Up || !host.node.listens(to) {
            return self.take_in_alone(place, packet, journey);
        }
        self.tally.arrived += 1;
        if let Some(trace) = &mut self.trace {
            trace.end(journey, Outcome::Arrived(self.now));
        }
        let Some(cpu) = &mut host.cpu else {
            return self.handle(place, NodeEvent::Datagram { from, to, octets: packet.payload() }, lineage);
        };
        let class = self.classifier.class(packet.payload().meaning());
        let job = Job { from, to, payload: packet.payload().clone(), lineage };
        match cpu.arrive(self.now, class, job) {
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
        self.handle(place, event, job.lineage);
    }

    fn serve(&mut self, place: NodeId, service: cpu::Service) {
        self.push(place, service.until, Event::Served { host: place, server: service.server });
    }

    /// Hands a datagram to the node at `place`.
    #[inline(always)]
    fn handle(&mut self, place: NodeId, datagram: NodeEvent<'_>, lineage: Lineage) {
        if let (Some(host), NodeEvent::Datagram { octets, .. }) = (&mut self.hosts[place.index()], datagram) {
            host.tally.handled += 1;
            host.tally.handled_octets += octets.len() as u64;
        }
        self.dispatch(place, datagram, lineage);
    }

    /// Whether a fault of the schedule has named this packet.
    fn doom_of(&mut self, hop: Hop, id: PacketId) -> Doom {
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

    fn drop_at(&mut self, place: NodeId, id: PacketId, cause: DropCause) {
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

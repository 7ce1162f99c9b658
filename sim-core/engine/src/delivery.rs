//! The way of a datagram: from the host that sends it, hop by hop, to the node that handles it.

use sim_api::{DelaySplit, NodeEvent, Outgoing, nanos};
use sim_net::{Arrival, DropCause, Hop, NodeId, Packet, Reassembly, Transit, fragments};

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
    /// Datagrams that hosts sent.
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

    pub(crate) fn send_datagram(&mut self, place: NodeId, outgoing: Outgoing) {
        let destination = self.net.resolve(outgoing.to.ip());
        let journey = self.begin_journey(place, destination, &outgoing);
        self.tally.datagrams += 1;
        let Outgoing { from, to, payload, lineage } = outgoing;
        let Some(destination) = destination else {
            return self.end(journey, DropReason::Network(DropCause::Unreachable));
        };
        let Ok(mut packet) = Packet::udp(from, to, payload, lineage, destination) else {
            return self.end(journey, DropReason::Network(DropCause::PacketTooBig));
        };
        packet.ident = self.next_ident;
        self.next_ident = self.next_ident.wrapping_add(1);
        let flight = Box::new(InFlight { packet, epoch: 0, journey });
        if destination == place {
            let packet = self.packets.insert(flight);
            return self.push(place, self.now, Event::Loop { packet });
        }
        self.forward(place, flight);
    }

    /// Sends a packet on from `place` towards its destination.
    fn forward(&mut self, place: NodeId, flight: Box<InFlight>) {
        let Some(hop) = self.net.next_hop(place, flight.packet.destination) else {
            return self.drop_at(place, &flight, DropCause::Unreachable);
        };
        let doom = self.doom_of(hop, &flight.packet);
        self.offer(place, hop, flight, doom);
    }

    fn offer(&mut self, place: NodeId, hop: Hop, flight: Box<InFlight>, doom: Doom) {
        let transit = match doom {
            Doom::None => self.net.transmit(hop, self.now, &flight.packet),
            Doom::Fault => self.net.transmit_doomed(hop, self.now, &flight.packet),
        };
        match transit {
            Transit::Carried { first, duplicate } => {
                self.show(hop, &flight.packet, None);
                if let Some(second) = duplicate {
                    self.tally.duplicated += 1;
                    self.carry(place, hop, flight.clone(), second);
                }
                self.carry(place, hop, flight, first);
            }
            Transit::Lost { cause, at } => {
                self.show(hop, &flight.packet, Some(cause));
                self.tally.dropped += 1;
                self.end_journey(flight.journey, Outcome::Dropped(at, DropReason::Network(cause)));
            }
            Transit::TooLarge { mtu } => {
                let parts: Vec<Packet> = fragments(&flight.packet, mtu).collect();
                self.tally.fragments += parts.len() as u64 - 1;
                // A doomed datagram loses its first fragment, and with it the whole.
                let dooms = std::iter::once(doom).chain(std::iter::repeat(Doom::None));
                for (packet, doom) in parts.into_iter().zip(dooms) {
                    self.offer(place, hop, Box::new(InFlight { packet, ..*flight }), doom);
                }
            }
        }
    }

    fn carry(&mut self, place: NodeId, hop: Hop, mut flight: Box<InFlight>, arrival: Arrival) {
        flight.packet.lineage = flight.packet.lineage.after(arrival.split);
        flight.epoch = arrival.epoch;
        if let Some(damage) = arrival.damage {
            flight.packet.flip(damage);
        }
        let packet = self.packets.insert(flight);
        self.push(place, arrival.at, Event::Arrive { hop, packet });
    }

    pub(crate) fn on_arrival(&mut self, hop: Hop, packet: PacketId) {
        let mut flight = self.packets.remove(packet);
        let place = match self.net.arrive(hop, flight.epoch, &mut flight.packet) {
            Ok(place) => place,
            Err(cause) => return self.end(flight.journey, DropReason::Network(cause)),
        };
        if place == flight.packet.destination {
            return self.at_door(place, flight);
        }
        match flight.packet.forward() {
            Ok(()) => self.forward(place, flight),
            Err(cause) => self.drop_at(place, &flight, cause),
        }
    }

    pub(crate) fn on_loop(&mut self, packet: PacketId) {
        let flight = self.packets.remove(packet);
        self.at_door(flight.packet.destination, flight);
    }

    /// A packet has reached its host: reassembly, then the CPU.
    fn at_door(&mut self, place: NodeId, flight: Box<InFlight>) {
        flight.packet.lineage.assert_exact(self.now);
        let Some(host) = &mut self.hosts[place.index()] else {
            return self.drop_at(place, &flight, DropCause::Unreachable);
        };
        if host.power == Power::Down {
            host.tally.lost_to_outage += 1;
            return self.end(flight.journey, DropReason::HostDown);
        }
        if flight.packet.fragment().is_none() {
            return self.take_in(place, &flight.packet, flight.journey);
        }
        let journey = flight.journey;
        match host.reassembler.accept(flight.packet, self.now) {
            Reassembly::Complete(packet) => self.take_in(place, &packet, journey),
            Reassembly::Incomplete => self.tally.arrived += 1,
            Reassembly::Lost(cause) => self.end(journey, DropReason::Network(cause)),
        }
    }

    fn take_in(&mut self, place: NodeId, packet: &Packet, journey: JourneyId) {
        self.tally.arrived += 1;
        self.end_journey(journey, Outcome::Arrived(self.now));
        let (from, to, lineage) = (packet.from(), packet.to(), packet.lineage);
        self.admit(place, Job { from, to, payload: packet.payload().clone(), lineage }, journey);
    }

    fn admit(&mut self, place: NodeId, job: Job, journey: JourneyId) {
        let host = self.hosts[place.index()].as_mut().expect("a datagram at the door of a host");
        let Some(cpu) = &mut host.cpu else {
            return self.handle(place, job);
        };
        let class = self.classifier.class(job.payload.octets());
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
        self.handle(place, job);
    }

    fn serve(&mut self, place: NodeId, service: cpu::Service) {
        self.push(place, service.until, Event::Served { host: place, server: service.server });
    }

    fn handle(&mut self, place: NodeId, job: Job) {
        let Job { from, to, payload, lineage } = job;
        lineage.assert_exact(self.now);
        if let Some(host) = &mut self.hosts[place.index()] {
            host.tally.handled += 1;
            host.tally.handled_octets += payload.len() as u64;
        }
        self.dispatch(place, NodeEvent::Datagram { from, to, octets: payload.octets() }, lineage);
    }

    /// Whether a fault of the schedule has named this packet.
    fn doom_of(&mut self, hop: Hop, packet: &Packet) -> Doom {
        if self.drop_rules.is_empty() {
            return Doom::None;
        }
        let label = self.classifier.label(packet.payload().octets());
        let mut named = false;
        for rule in &mut self.drop_rules {
            named |= rule.hits(hop.link(), &label);
        }
        self.drop_rules.retain(DropRule::is_pending);
        if named { Doom::Fault } else { Doom::None }
    }

    fn show(&mut self, hop: Hop, packet: &Packet, dropped: Option<DropCause>) {
        if let Some(tap) = &mut self.tap {
            tap.offered(self.now, hop, packet, dropped);
        }
    }

    fn drop_at(&mut self, place: NodeId, flight: &InFlight, cause: DropCause) {
        self.net.drop_at(place, cause, &flight.packet);
        self.end(flight.journey, DropReason::Network(cause));
    }

    fn end(&mut self, journey: JourneyId, reason: DropReason) {
        self.tally.dropped += 1;
        self.end_journey(journey, Outcome::Dropped(self.now, reason));
    }

    fn begin_journey(&mut self, from: NodeId, to: Option<NodeId>, outgoing: &Outgoing) -> JourneyId {
        let Some(trace) = &mut self.trace else { return JourneyId::NONE };
        trace.begin(Journey {
            sent_at: self.now,
            from,
            to,
            source: outgoing.from,
            destination: outgoing.to,
            payload: outgoing.payload.clone(),
            copy: 0,
            outcome: Outcome::InFlight,
        })
    }

    fn end_journey(&mut self, id: JourneyId, outcome: Outcome) {
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

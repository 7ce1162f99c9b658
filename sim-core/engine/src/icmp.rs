//! What a host does by itself when no process takes a datagram: it says so by ICMP, and is told so.
//!
//! Only port unreachable is modelled: by hosts, about whole UDP datagrams, while the host is up. It costs no CPU time,
//! since the process does not take part. A host that is told hands the message to its process as
//! [`NodeEvent::Unreachable`].

use std::time::Duration;

use sim_api::{NodeEvent, SimTime};
use sim_net::{DropCause, NodeId, Packet, icmp};

use crate::host::Power;
use crate::observe::{DropReason, Journey, JourneyId, Outcome};
use crate::simulation::Simulation;
use crate::slab::{InFlight, PacketId};

/// The mean interval between the messages of ICMP that a host sends while it has reason to send more: ten a second.
//= RFC 4443 2.4: a node MUST limit the rate of the ICMPv6 error messages it originates; N=10/s for a small device
pub const ICMP_INTERVAL: Duration = Duration::from_millis(100);

/// How many messages of ICMP a host sends at once that has sent none for a while.
//= RFC 4443 2.4: a token bucket allows bursts; B=10 for a small device
pub const ICMP_BURST: u32 = 10;

/// The token bucket of a host's ICMP messages, as the instant at which it is full again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refusals {
    full_at: SimTime,
}

impl Refusals {
    /// Takes a token; whether there was one.
    fn admit(&mut self, now: SimTime) -> bool {
        let full_at = self.full_at.max(now) + ICMP_INTERVAL;
        let admitted = full_at <= now + ICMP_BURST * ICMP_INTERVAL;
        if admitted {
            self.full_at = full_at;
        }
        admitted
    }
}

impl Simulation {
    /// A host takes in what no process has a part in: a message of ICMP, or a datagram that nobody takes.
    #[cold]
    pub(crate) fn take_in_alone(&mut self, place: NodeId, id: PacketId) {
        if icmp::is_icmp(&self.packets[id].packet) {
            self.take_in_icmp(place, id);
        } else {
            self.refuse(place, id);
        }
    }

    /// Ends a datagram at a host that is up and where no process takes it.
    fn refuse(&mut self, place: NodeId, id: PacketId) {
        let InFlight { packet: datagram, journey, .. } = self.packets.remove(id);
        self.end(journey, DropReason::PortUnreachable);
        let Some(host) = &mut self.hosts[place.index()] else { return };
        match host.power {
            Power::Up => host.tally.unheard += 1,
            Power::ProcessDown | Power::Down => host.tally.lost_to_outage += 1,
        }
        if !host.refusals.admit(self.now) {
            return;
        }
        let Some(source) = self.net.resolve(datagram.from().ip()) else { return };
        let Ok(mut answer) = icmp::port_unreachable(&datagram, source) else { return };
        host.tally.icmp_sent += 1;
        self.tally.datagrams += 1;
        let journey = self.begin_icmp_journey(place, &answer);
        answer.ident = self.next_ident();
        let packet = self.packets.insert(InFlight { packet: answer, epoch: 0, journey });
        self.send_packet(place, source, packet);
    }

    /// A host is told something by ICMP; its process hears of it when it runs.
    fn take_in_icmp(&mut self, place: NodeId, id: PacketId) {
        let Some(told) = icmp::read(&self.packets[id].packet) else {
            return self.drop_at(place, id, DropCause::Corrupted);
        };
        let InFlight { packet, journey, .. } = self.packets.remove(id);
        self.tally.arrived += 1;
        self.end_journey(journey, Outcome::Arrived(self.now));
        if self.hosts[place.index()].as_ref().is_some_and(|host| host.power == Power::Up) {
            let event = NodeEvent::Unreachable { from: told.from, to: told.to };
            self.dispatch(place, event, packet.lineage);
        }
    }

    fn begin_icmp_journey(&mut self, from: NodeId, answer: &Packet) -> JourneyId {
        let Some(trace) = &mut self.trace else { return JourneyId::NONE };
        trace.begin(Journey {
            sent_at: self.now,
            from,
            to: Some(answer.destination),
            protocol: answer.protocol(),
            source: answer.from(),
            destination: answer.to(),
            payload: answer.payload().clone(),
            copy: 0,
            outcome: Outcome::InFlight,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_ten_is_admitted_and_then_one_each_tenth_of_a_second() {
        let mut refusals = Refusals::default();
        let mut admitted = |ms| refusals.admit(SimTime::from_millis(ms));
        assert_eq!((0..20).filter(|_| admitted(0)).count(), 10);
        let later: Vec<u64> = (1..1000).filter(|ms| admitted(*ms)).collect();
        assert_eq!(later, [100, 200, 300, 400, 500, 600, 700, 800, 900]);
        assert_eq!((0..20).filter(|_| admitted(60_000)).count(), 10, "it fills up again, no further");
    }
}

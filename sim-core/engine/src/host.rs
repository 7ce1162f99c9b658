//! A host: a node, its random stream, its CPU, and what becomes of datagrams at its door.

use std::net::SocketAddr;

use sim_api::{Context, Effect, Lineage, Node, NodeEvent, Payload, SimTime, Stream, TimerToken};
use sim_net::Reassembler;

use crate::cpu::Cpu;
use crate::icmp::Refusals;

/// A datagram that waits for, or is in, service at the CPU of a host.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) payload: Payload,
    pub(crate) lineage: Lineage,
}

/// What of a host runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    Up,
    /// The host runs, the process does not.
    ProcessDown,
    Down,
}

/// What is attached to a node of the network.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) node: Box<dyn Node>,
    pub(crate) rng: Stream,
    pub(crate) cpu: Option<Cpu<Job>>,
    pub(crate) power: Power,
    /// Wake-ups that fell into an outage: they come after the restart.
    pub(crate) held: Vec<TimerToken>,
    pub(crate) reassembler: Reassembler,
    pub(crate) refusals: Refusals,
    pub(crate) tally: HostTally,
}

impl Host {
    /// Lets the node react to `event` at `now`; what it asks for goes into `effects`.
    #[inline(always)]
    pub(crate) fn react(
        &mut self,
        now: SimTime,
        event: NodeEvent<'_>,
        cause: Lineage,
        effects: &mut Vec<Effect>,
    ) {
        if let NodeEvent::Datagram { octets, .. } = &event {
            self.tally.handled += 1;
            self.tally.handled_octets += octets.len() as u64;
        }
        self.node.handle(event, &mut Context::new(now, cause, &mut self.rng, effects));
    }
}

/// What a host has taken in, and what it turned away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostTally {
    /// Datagrams that the node handled.
    pub handled: u64,
    /// Octets of UDP payload in them.
    pub handled_octets: u64,
    /// Datagrams that the CPU's full queue refused.
    pub refused: u64,
    /// Datagrams that came while the host or its process was down, or that its crash took from its queue.
    pub lost_to_outage: u64,
    /// Datagrams to a port at which the running process does not listen.
    pub unheard: u64,
    /// Messages of ICMP port unreachable that it sent.
    pub icmp_sent: u64,
}

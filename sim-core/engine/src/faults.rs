//! Carrying out the fault schedule.

use sim_api::{Extent, Fault, Lineage, Memory, NodeEvent, NodeFault, Probability, SimTime};
use sim_net::{LinkId, Loss, NodeId};

use crate::event::Event;
use crate::host::Power;
use crate::simulation::Simulation;

/// A fault that cannot be scheduled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultError {
    /// No node of this name, or no host on it.
    UnknownNode(String),
    /// No link of this name.
    UnknownLink(String),
    /// The instant has passed.
    Past {
        /// When it was to strike.
        at: SimTime,
    },
}

impl std::fmt::Display for FaultError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FaultError::UnknownNode(name) => write!(f, "no host {name:?} to break"),
            FaultError::UnknownLink(name) => write!(f, "no link {name:?} to break"),
            FaultError::Past { at } => write!(f, "a fault at {at:?} lies in the past"),
        }
    }
}

impl std::error::Error for FaultError {}

/// A fault with its names resolved.
#[derive(Clone, Debug)]
pub(crate) enum Strike {
    Crash { host: NodeId, memory: Memory, extent: Extent },
    Restart { host: NodeId },
    LinkDown { link: LinkId },
    LinkUp { link: LinkId },
    Loss { link: LinkId, probability: Probability },
    DropNth { link: LinkId, label: String, nth: u32 },
}

/// "Drop the n-th message with this label on this link."
#[derive(Debug)]
pub(crate) struct DropRule {
    link: LinkId,
    label: String,
    left: u32,
}

impl DropRule {
    /// Counts a message; whether it is the one to drop.
    pub(crate) fn hits(&mut self, link: LinkId, label: &str) -> bool {
        if self.left == 0 || self.link != link || self.label != label {
            return false;
        }
        self.left -= 1;
        self.left == 0
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.left > 0
    }
}

impl Simulation {
    pub(crate) fn resolve_fault(&self, fault: &Fault) -> Result<Strike, FaultError> {
        Ok(match fault {
            Fault::Crash { node, memory, extent } => {
                Strike::Crash { host: self.host_named(node)?, memory: *memory, extent: *extent }
            }
            Fault::Restart { node } => Strike::Restart { host: self.host_named(node)? },
            Fault::LinkDown { link } => Strike::LinkDown { link: self.link_named(link)? },
            Fault::LinkUp { link } => Strike::LinkUp { link: self.link_named(link)? },
            Fault::Loss { link, probability } => {
                Strike::Loss { link: self.link_named(link)?, probability: *probability }
            }
            Fault::DropNth { link, label, nth } => {
                Strike::DropNth { link: self.link_named(link)?, label: label.clone(), nth: *nth }
            }
        })
    }

    pub(crate) fn strike(&mut self, strike: Strike) {
        match strike {
            Strike::Crash { host, memory, extent } => self.crash(host, memory, extent),
            Strike::Restart { host } => self.restart(host),
            Strike::LinkDown { link } => self.net.take_down(link, self.now),
            Strike::LinkUp { link } => self.net.bring_up(link),
            Strike::Loss { link, probability } => {
                let changed = self.net.change_loss(link, self.now, Loss::Iid(probability));
                changed.expect("independent loss of a probability is possible");
            }
            Strike::DropNth { link, label, nth } => self.drop_rules.push(DropRule { link, label, left: nth }),
        }
    }

    fn crash(&mut self, place: NodeId, memory: Memory, extent: Extent) {
        let host = self.hosts[place.index()].as_mut().expect("a scheduled fault names a host");
        let before = host.power;
        host.power = match (before, extent) {
            (Power::Down, _) | (_, Extent::Host) => Power::Down,
            (Power::Up | Power::ProcessDown, Extent::Process) => Power::ProcessDown,
        };
        if before != Power::Up {
            return;
        }
        if let Some(cpu) = &mut host.cpu {
            host.tally.lost_to_outage += cpu.clear(self.now).len() as u64;
        }
        // The process is gone: what it would still send never leaves.
        self.dispatch_silently(place, NodeEvent::Fault(NodeFault::Crash(memory)));
    }

    fn restart(&mut self, place: NodeId) {
        let host = self.hosts[place.index()].as_mut().expect("a scheduled fault names a host");
        if host.power == Power::Up {
            return;
        }
        host.power = Power::Up;
        let held = std::mem::take(&mut host.held);
        self.dispatch(place, NodeEvent::Fault(NodeFault::Restart), Lineage::begin(self.now));
        for token in held {
            self.push(place, self.now, Event::Wake { host: place, token });
        }
    }

    fn host_named(&self, name: &str) -> Result<NodeId, FaultError> {
        self.net
            .node_named(name)
            .filter(|node| self.hosts[node.index()].is_some())
            .ok_or_else(|| FaultError::UnknownNode(name.to_owned()))
    }

    fn link_named(&self, name: &str) -> Result<LinkId, FaultError> {
        self.net.link_named(name).ok_or_else(|| FaultError::UnknownLink(name.to_owned()))
    }
}

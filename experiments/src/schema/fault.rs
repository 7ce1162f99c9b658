//! What breaks, and when.

use std::time::Duration;

use serde::Deserialize;
use sim_api::{Extent, Fault, Memory, SimTime, TimedFault};
use topologies::unit::{Chance, Span};

use super::default;

/// One fault: `link_down(at: s(10), link: "a-b")`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FaultEntry {
    /// A node goes down.
    Crash {
        /// When.
        at: Span,
        /// Which: a named agent or `proxy-SITE`.
        node: String,
        /// What becomes of its state.
        memory: MemoryAfterCrash,
        /// Whether its host goes down with it.
        #[serde(default = "default::whole_host")]
        extent: CrashExtent,
    },
    /// A node comes back.
    Restart {
        /// When.
        at: Span,
        /// Which.
        node: String,
    },
    /// A link goes down in both directions.
    LinkDown {
        /// When.
        at: Span,
        /// Which, by its name in the topology.
        link: String,
    },
    /// A link comes back.
    LinkUp {
        /// When.
        at: Span,
        /// Which.
        link: String,
    },
    /// A link loses packets from this time on.
    Loss {
        /// When.
        at: Span,
        /// Which.
        link: String,
        /// With this probability, each packet for itself.
        probability: Chance,
    },
    /// A link drops one message: `drop(link: "a-b", message: "INVITE", nth: 1)`.
    Drop {
        /// From when on messages are counted.
        #[serde(default = "default::from_the_start")]
        at: Span,
        /// Which.
        link: String,
        /// The label of the message in ladders, such as `INVITE` or `180`.
        message: String,
        /// Which one, from 1.
        #[serde(default = "default::first")]
        nth: u32,
    },
}

impl FaultEntry {
    /// When it strikes.
    pub fn at(&self) -> Duration {
        match self {
            FaultEntry::Crash { at, .. }
            | FaultEntry::Restart { at, .. }
            | FaultEntry::LinkDown { at, .. }
            | FaultEntry::LinkUp { at, .. }
            | FaultEntry::Loss { at, .. }
            | FaultEntry::Drop { at, .. } => at.duration(),
        }
    }

    /// The node that it strikes; `None` when it strikes a link.
    pub fn node(&self) -> Option<&str> {
        match self {
            FaultEntry::Crash { node, .. } | FaultEntry::Restart { node, .. } => Some(node),
            FaultEntry::LinkDown { .. }
            | FaultEntry::LinkUp { .. }
            | FaultEntry::Loss { .. }
            | FaultEntry::Drop { .. } => None,
        }
    }

    /// The link that it strikes; `None` when it strikes a node.
    pub fn link(&self) -> Option<&str> {
        match self {
            FaultEntry::LinkDown { link, .. }
            | FaultEntry::LinkUp { link, .. }
            | FaultEntry::Loss { link, .. }
            | FaultEntry::Drop { link, .. } => Some(link),
            FaultEntry::Crash { .. } | FaultEntry::Restart { .. } => None,
        }
    }

    /// The fault as the engine takes it.
    pub fn timed(&self) -> TimedFault {
        let fault = match self.clone() {
            FaultEntry::Crash { node, memory, extent, .. } => {
                Fault::Crash { node, memory: memory.into(), extent: extent.into() }
            }
            FaultEntry::Restart { node, .. } => Fault::Restart { node },
            FaultEntry::LinkDown { link, .. } => Fault::LinkDown { link },
            FaultEntry::LinkUp { link, .. } => Fault::LinkUp { link },
            FaultEntry::Loss { link, probability, .. } => {
                Fault::Loss { link, probability: probability.probability() }
            }
            FaultEntry::Drop { link, message, nth, .. } => Fault::DropNth { link, label: message, nth },
        };
        TimedFault { at: SimTime::ZERO + self.at(), fault }
    }
}

/// How much of a host goes down with a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrashExtent {
    /// All of it: what is sent to it ends in silence.
    Host,
    /// The process alone: the host answers with ICMP port unreachable.
    Process,
}

impl From<CrashExtent> for Extent {
    fn from(extent: CrashExtent) -> Extent {
        match extent {
            CrashExtent::Host => Extent::Host,
            CrashExtent::Process => Extent::Process,
        }
    }
}

/// What becomes of a crashed node's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryAfterCrash {
    /// It is there after the restart.
    Kept,
    /// All is gone.
    Lost,
}

impl From<MemoryAfterCrash> for Memory {
    fn from(memory: MemoryAfterCrash) -> Memory {
        match memory {
            MemoryAfterCrash::Kept => Memory::Kept,
            MemoryAfterCrash::Lost => Memory::Lost,
        }
    }
}

//! The fault vocabulary: what a scenario can break.

use crate::quantity::Probability;
use crate::time::SimTime;

/// What happens to a node's memory when it goes down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// It is still there after the restart: durable state.
    Kept,
    /// All that the node learnt is gone.
    Lost,
}

/// How much of a host goes down with a crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The whole host: datagrams to it end in silence.
    Host,
    /// The process alone: the host answers datagrams to its ports with ICMP port unreachable.
    Process,
}

/// A fault of a node, as the node itself sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeFault {
    /// The process ends: nothing is sent or received until the restart. Wake-ups that fall into the outage come
    /// right after [`NodeFault::Restart`].
    Crash(Memory),
    /// The process is back.
    Restart,
}

/// A fault of the network.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The node goes down.
    Crash {
        /// Its name.
        node: String,
        /// What becomes of its state.
        memory: Memory,
        /// Whether its host goes down with it.
        extent: Extent,
    },
    /// The node comes back.
    Restart {
        /// Its name.
        node: String,
    },
    /// The link goes down in both directions; what is on it is lost, and routes change.
    LinkDown {
        /// Its name.
        link: String,
    },
    /// The link comes back.
    LinkUp {
        /// Its name.
        link: String,
    },
    /// The link loses packets with this probability from this time on.
    Loss {
        /// Its name.
        link: String,
        /// The probability, each packet for itself.
        probability: Probability,
    },
    /// The link drops the `nth` message from now on that the classifier gives this label (from 1).
    DropNth {
        /// Its name.
        link: String,
        /// The label: for SIP a method or a status code, such as `INVITE`, `180` or `200`.
        label: String,
        /// Which one, from 1.
        nth: u32,
    },
}

/// A fault and the instant at which it strikes.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedFault {
    /// When.
    pub at: SimTime,
    /// What.
    pub fault: Fault,
}

//! A line: what a node holds for a subscriber who does nothing.

use sim_api::TimerSlot;

use crate::transaction::table::Row;

/// One line of a node. It takes one call at a time.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// When the next REGISTER is due.
    pub(super) slot: TimerSlot,
    pub(super) call: Option<Row>,
    /// The CSeq number of the last REGISTER.
    pub(super) cseq: u32,
    /// How often the node lost its memory: a part of the Call-ID of registrations.
    pub(super) life: u32,
    /// How many draws this line has made of the node's luck.
    pub(super) draws: u32,
    /// The interval to ask for, in seconds.
    pub(super) expires_s: u32,
    /// The number of the From tag of the REGISTER under way, and of those that repeat it with credentials or with a
    /// longer interval.
    pub(super) tag: u32,
    pub(super) registering: Registering,
}

/// How far a registration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Registering {
    /// Nothing is under way.
    Idle,
    /// A REGISTER without credentials is under way.
    Asking,
    /// A REGISTER that answers a challenge is under way.
    Answering,
}

impl Line {
    pub(super) fn new(expires_s: u32, cseq: u32) -> Line {
        Line {
            slot: TimerSlot::IDLE,
            call: None,
            cseq,
            life: 0,
            draws: 0,
            expires_s,
            tag: 0,
            registering: Registering::Idle,
        }
    }

    /// Forgets everything but that this is another life.
    pub(super) fn forget(&mut self, expires_s: u32) {
        *self = Line { life: self.life + 1, draws: self.draws, ..Line::new(expires_s, 0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_line_takes_at_most_64_octets() {
        assert!(size_of::<Line>() <= 64, "{} octets", size_of::<Line>());
    }
}

//! Ladders: the messages of a call, one lane a node, time downwards.

mod mermaid;
mod text;

use serde::{Deserialize, Serialize};

/// The messages between some nodes, and the marks beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// The instant that drawings call zero, in virtual nanoseconds.
    pub origin_ns: u64,
    /// The names of the nodes, from left to right.
    pub lanes: Vec<String>,
    /// The messages in the order of their sending.
    pub arrows: Vec<Arrow>,
    /// Timers that fired and other instants on a lane, in the order of time.
    pub marks: Vec<Mark>,
}

/// One message from one node to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arrow {
    /// When its first octet was handed to the network, in virtual nanoseconds.
    pub sent_ns: u64,
    /// Index of the sender's lane.
    pub from: usize,
    /// Index of the receiver's lane.
    pub to: usize,
    /// What became of it.
    pub fate: Fate,
    /// The method or the status code.
    pub label: String,
    /// Zero for the first sending, else the how-manieth copy it is.
    pub retransmission: u32,
    /// The message or its start line, shown on demand; may be empty.
    pub note: String,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// Its last octet arrived.
    Arrived {
        /// Virtual nanoseconds.
        at_ns: u64,
    },
    /// It was lost.
    Lost {
        /// Virtual nanoseconds.
        at_ns: u64,
        /// Why and where, such as `queue full at koeln-essen`.
        cause: String,
    },
    /// It was under way when the run ended.
    InFlight,
}

/// An instant on a lane, such as a timer that fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Virtual nanoseconds.
    pub at_ns: u64,
    /// Index of the lane.
    pub lane: usize,
    /// What happened, such as `timer A`.
    pub label: String,
}

impl Ladder {
    /// A ladder without messages, whose zero is the start of the run.
    pub fn new<S: Into<String>>(lanes: impl IntoIterator<Item = S>) -> Ladder {
        Ladder { lanes: lanes.into_iter().map(Into::into).collect(), ..Ladder::default() }
    }

    /// The fixed-width text of golden files and terminals: a row a message at the time of its sending.
    ///
    /// Milliseconds from the origin with one decimal; a lost message ends in `x`, one still under way in `~`.
    /// Ends in a line feed; no line ends in a space. Marks, copies and causes of loss are left to
    /// [`Ladder::to_annotated_text`].
    pub fn to_text(&self) -> String {
        text::plain(self)
    }

    /// The text with marks as rows of their own (`*` on the lane) and footnotes on the right: number of the
    /// copy, cause of a loss, name of a mark.
    pub fn to_annotated_text(&self) -> String {
        text::annotated(self)
    }

    /// A Mermaid sequence diagram: messages in the order of their sending, losses as crosses; it cannot show time.
    pub fn to_mermaid(&self) -> String {
        mermaid::diagram(self)
    }

    /// Whether every lane index of an arrow or a mark names a lane. Drawings leave out what does not.
    pub fn is_consistent(&self) -> bool {
        self.arrows.iter().all(|arrow| self.has(arrow))
            && self.marks.iter().all(|m| m.lane < self.lanes.len())
    }

    /// Whether both ends of `arrow` are lanes.
    fn has(&self, arrow: &Arrow) -> bool {
        arrow.from.max(arrow.to) < self.lanes.len()
    }
}

impl Arrow {
    /// A message sent at `sent_ns` whose fate is not known.
    pub fn sent(sent_ns: u64, from: usize, to: usize, label: impl Into<String>) -> Arrow {
        Arrow {
            sent_ns,
            from,
            to,
            fate: Fate::InFlight,
            label: label.into(),
            retransmission: 0,
            note: String::new(),
        }
    }

    /// The same message, arrived at `at_ns`.
    #[must_use]
    pub fn arrived(mut self, at_ns: u64) -> Arrow {
        self.fate = Fate::Arrived { at_ns };
        self
    }

    /// The same message, lost at `at_ns` for `cause`.
    #[must_use]
    pub fn lost(mut self, at_ns: u64, cause: impl Into<String>) -> Arrow {
        self.fate = Fate::Lost { at_ns, cause: cause.into() };
        self
    }
}

#[cfg(test)]
mod tests;

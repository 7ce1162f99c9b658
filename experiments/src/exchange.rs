//! The turns of an exchange, as the workload gives them: what its model plays and its law predicts.

use crate::plan::CellConfig;
use crate::schema::{Calls, ExchangedMessage};

/// An end of the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The first end: a terminal.
    First,
    /// The second end: the network.
    Second,
}

/// A message that an end sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sized {
    /// What it is, as ladders show it.
    pub message: String,
    /// Its octets on the way, headers not counted.
    pub octets: usize,
}

/// What one end sends before it waits for the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who sends.
    pub end: End,
    /// What, in order; at least one message.
    pub messages: Vec<Sized>,
}

impl Turn {
    /// All octets of the turn, headers not counted.
    pub fn octets(&self) -> usize {
        self.messages.iter().map(|message| message.octets).sum()
    }

    /// Its messages in a word, such as `200_180`.
    pub fn slug(&self) -> String {
        let words = self.messages.iter().map(|message| {
            let words = message.message.split(|c: char| !c.is_ascii_alphanumeric());
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_").to_ascii_lowercase()
        });
        words.collect::<Vec<_>>().join("_")
    }
}

/// The turns of a cell's exchange; none where its workload is another.
pub fn turns(cell: &CellConfig) -> Vec<Turn> {
    let Calls::Exchange { messages, ratio } = &cell.experiment.workload.calls else { return Vec::new() };
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        let end = if message.is_up() { End::First } else { End::Second };
        let sized = Sized {
            message: ExchangedMessage::message(message).to_owned(),
            octets: ratio.applied(message.octets()) as usize,
        };
        match turns.last_mut() {
            Some(turn) if turn.end == end => turn.messages.push(sized),
            Some(_) | None => turns.push(Turn { end, messages: vec![sized] }),
        }
    }
    turns
}

//! The lines of a journal.

use records::RunRecord;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::JournalError;
use crate::output::hexadecimal;
use crate::plan::Plan;

/// The first line: which experiment the runs belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// The version of siplab that wrote it.
    siplab: String,
    name: String,
    seed: u64,
    /// See [`Plan::identity`].
    identity: String,
}

impl Header {
    pub(super) fn of(plan: &Plan) -> Header {
        Header {
            siplab: env!("CARGO_PKG_VERSION").to_owned(),
            name: plan.experiment.name.clone(),
            seed: plan.experiment.seed,
            identity: plan.identity().to_owned(),
        }
    }

    pub(super) fn parse(line: &[u8]) -> Option<Header> {
        serde_json::from_slice(line).ok()
    }

    pub(super) fn line(&self) -> String {
        serde_json::to_string(self).expect("a header has only strings and numbers") + "\n"
    }

    /// That the header is the one of `plan`.
    pub(super) fn check(self, plan: &Plan) -> Result<(), JournalError> {
        let ours = Header::of(plan);
        if self == ours {
            return Ok(());
        }
        let differs = if self.siplab != ours.siplab {
            format!("it was written by siplab {}, this is {}", self.siplab, ours.siplab)
        } else if self.name != ours.name {
            format!("this is `{}`", ours.name)
        } else if self.seed != ours.seed {
            format!("its seed is {}, this one's {}", self.seed, ours.seed)
        } else {
            "the experiment, its options or a file that it names have changed".to_owned()
        };
        Err(JournalError::Other { name: self.name, differs })
    }
}

const BEFORE_SUM: &str = "{\"sha256\":\"";
const BEFORE_RUN: &str = "\",\"run\":";
const AFTER_RUN: &str = "}";
const SUM_DIGITS: usize = 64;

/// The line of a run: a JSON object of the record and the SHA-256 of the record's text.
pub(super) fn written(run: &RunRecord) -> String {
    let text = serde_json::to_string(run).expect("a record has string keys only");
    let sum = hexadecimal(&Sha256::digest(text.as_bytes()));
    format!("{BEFORE_SUM}{sum}{BEFORE_RUN}{text}{AFTER_RUN}\n")
}

/// The run of a line without its line end; `None` when the line is damaged.
fn parse(line: &str) -> Option<RunRecord> {
    let rest = line.strip_prefix(BEFORE_SUM)?;
    let (sum, rest) = (rest.get(..SUM_DIGITS)?, rest.get(SUM_DIGITS..)?);
    let text = rest.strip_prefix(BEFORE_RUN)?.strip_suffix(AFTER_RUN)?;
    if hexadecimal(&Sha256::digest(text.as_bytes())) != sum {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// What the lines after the first hold.
pub(super) struct Read {
    pub(super) runs: Vec<RunRecord>,
    /// Numbers of damaged lines, the header's being 1.
    pub(super) damaged: Vec<usize>,
    /// Octets up to the end of the last whole line.
    pub(super) whole: usize,
}

pub(super) fn runs(octets: &[u8]) -> Read {
    let mut read = Read { runs: Vec::new(), damaged: Vec::new(), whole: 0 };
    for (i, line) in octets.split_inclusive(|&octet| octet == b'\n').enumerate() {
        let Some(text) = line.strip_suffix(b"\n") else { break };
        match std::str::from_utf8(text).ok().and_then(parse) {
            Some(run) => read.runs.push(run),
            None => read.damaged.push(i + 2),
        }
        read.whole += line.len();
    }
    read
}

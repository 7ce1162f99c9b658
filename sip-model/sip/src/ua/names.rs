//! The identifiers that a node makes: unique in space and time, and a function of the seed.

use sim_api::{CounterStream, mix};

use crate::transaction::table::Row;

/// Which draw of the node's luck its own number is; lines have the members below.
const NODE_MEMBER: u64 = u64::MAX;

/// Makes branches, tags and Call-IDs.
#[derive(Clone, Debug)]
pub(super) struct Names {
    node: u64,
    branches: u64,
    tags: u64,
    calls: u64,
    cnonces: u64,
}

impl Names {
    pub(super) fn new(luck: CounterStream) -> Names {
        Names { node: luck.bits(NODE_MEMBER, 0), branches: 0, tags: 0, calls: 0, cnonces: 0 }
    }

    /// A branch that no other request has.
    pub(super) fn branch(&mut self) -> String {
        //= RFC 3261 8.1.1.7: the branch MUST be unique across space and time, and begin with "z9hG4bK"
        self.branches += 1;
        format!("z9hG4bK{:016x}.{:x}", self.node, self.branches)
    }

    /// A nonce of the client for credentials.
    pub(super) fn cnonce(&mut self) -> String {
        self.cnonces += 1;
        format!("{:016x}", mix(mix(self.node) ^ self.cnonces))
    }

    /// A tag for a response outside any call.
    pub(super) fn tag(&mut self) -> String {
        tag_of_number(self.tag_number())
    }

    /// What [`tag_of_number`] makes a tag of, for those who use their tag more than once.
    pub(super) fn tag_number(&mut self) -> u32 {
        //= RFC 3261 19.3: a tag MUST be globally unique and random with at least 32 bits of randomness
        self.tags += 1;
        mix(self.node ^ self.tags) as u32
    }

    /// A tag by which requests within the dialog find the call in `row`.
    pub(super) fn tag_of(&mut self, row: Row) -> String {
        format!("{}.{:x}.{:x}", self.tag(), row.place, row.generation)
    }

    /// The Call-ID of the next call or request of a line in `domain`.
    ///
    /// It counts plans and orders, not messages: the n-th plan of a node has the same Call-ID in every variant of an
    /// experiment, whatever became of the plans before it.
    pub(super) fn call_id(&mut self, domain: &str) -> String {
        self.calls += 1;
        format!("{:x}-{:016x}@{domain}", self.calls, self.node)
    }

    /// The Call-ID of all registrations of `line` in `domain` between two losses of memory.
    pub(super) fn registration_call_id(&self, line: u32, life: u32, domain: &str) -> String {
        //= RFC 3261 10.2: all registrations from a UAC SHOULD use the same Call-ID for a particular registrar
        format!("r{line:x}.{life:x}-{:016x}@{domain}", self.node)
    }
}

/// The tag with this number.
pub(super) fn tag_of_number(number: u32) -> String {
    format!("{number:08x}")
}

/// The row that [`Names::tag_of`] wrote into `tag`, `None` for tags of another kind.
pub(super) fn row_of_tag(tag: &str) -> Option<Row> {
    let mut parts = tag.splitn(3, '.').skip(1);
    let mut number = || u32::from_str_radix(parts.next()?, 16).ok();
    Some(Row { place: number()?, generation: number()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::{Branch, CallId, Tag};
    use sim_api::Seed;
    use std::collections::BTreeSet;

    #[test]
    fn identifiers_follow_the_grammar_and_never_repeat() {
        let mut names = Names::new(Seed::new(1).counter_stream("ua/x"));
        let row = Row { place: 77, generation: 3 };
        let mut seen = BTreeSet::new();
        for _ in 0..1000 {
            let (branch, tag, call) = (names.branch(), names.tag_of(row), names.call_id("koeln.example"));
            assert!(Branch::new(&branch).is_some_and(|branch| branch.is_unique()));
            assert!(Tag::new(&tag).is_some() && CallId::new(&call).is_some());
            assert_eq!(row_of_tag(&tag), Some(row));
            assert!(seen.insert(branch) && seen.insert(tag) && seen.insert(call));
        }
        assert_eq!(row_of_tag("1928301774"), None);
        assert_eq!(row_of_tag("a.b.c.d"), None);
    }
}

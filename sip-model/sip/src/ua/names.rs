//! The identifiers that a node makes: unique in space and time, and a function of the seed.

use std::collections::{BTreeMap, VecDeque};

use sim_api::{CounterStream, mix};

use crate::transaction::table::Row;

/// Which draw of the node's luck its own number is; lines have the members below.
const NODE_MEMBER: u64 = u64::MAX;

/// Identifiers from outside, to be used in the place of those that a node would make.
///
/// Each list is used up from its beginning; then the node goes on with its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identifiers {
    /// Branches, each with the cookie of RFC 3261 8.1.1.7, which nobody else uses.
    pub branches: VecDeque<String>,
    /// Tags: of From in requests outside any dialog, of To in responses.
    pub tags: VecDeque<String>,
    /// Call-IDs of calls and requests outside any dialog.
    pub call_ids: VecDeque<String>,
}

/// Makes branches, tags and Call-IDs.
#[derive(Clone, Debug)]
pub(super) struct Names {
    given: Identifiers,
    /// Which call has which tag, for tags that were given and say nothing themselves.
    tagged: BTreeMap<Box<str>, Row>,
    node: u64,
    branches: u64,
    tags: u64,
    calls: u64,
    cnonces: u64,
}

impl Names {
    pub(super) fn new(luck: CounterStream, given: Identifiers) -> Names {
        let tagged = BTreeMap::new();
        Names { given, tagged, node: luck.bits(NODE_MEMBER, 0), branches: 0, tags: 0, calls: 0, cnonces: 0 }
    }

    /// A branch that no other request has.
    pub(super) fn branch(&mut self) -> String {
        if let Some(branch) = self.given.branches.pop_front() {
            return branch;
        }
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
        self.given_tag().unwrap_or_else(|| tag_of_number(self.tag_number()))
    }

    /// The next tag from outside.
    pub(super) fn given_tag(&mut self) -> Option<String> {
        self.given.tags.pop_front()
    }

    /// What [`tag_of_number`] makes a tag of, for those who use their tag more than once.
    pub(super) fn tag_number(&mut self) -> u32 {
        //= RFC 3261 19.3: a tag MUST be globally unique and random with at least 32 bits of randomness
        self.tags += 1;
        mix(self.node ^ self.tags) as u32
    }

    /// A tag by which requests within the dialog find the call in `row`.
    pub(super) fn tag_of(&mut self, row: Row) -> String {
        if let Some(tag) = self.given_tag() {
            self.tagged.insert(tag.to_ascii_lowercase().into(), row);
            return tag;
        }
        format!("{}.{:x}.{:x}", tag_of_number(self.tag_number()), row.place, row.generation)
    }

    /// The row for which [`Names::tag_of`] made `tag`, `None` for tags of another kind.
    pub(super) fn row_of_tag(&self, tag: &str) -> Option<Row> {
        //= RFC 3261 19.3, 7.3.1: tags are tokens, which are compared without case
        let given = || self.tagged.get(tag.to_ascii_lowercase().as_str()).copied();
        if self.tagged.is_empty() { written_row(tag) } else { given().or_else(|| written_row(tag)) }
    }

    /// The Call-ID of the next call or request of a line in `domain`.
    ///
    /// It counts plans and orders, not messages: the n-th plan of a node has the same Call-ID in every variant of an
    /// experiment, whatever became of the plans before it.
    pub(super) fn call_id(&mut self, domain: &str) -> String {
        if let Some(call_id) = self.given.call_ids.pop_front() {
            return call_id;
        }
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
fn written_row(tag: &str) -> Option<Row> {
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
        let mut names = Names::new(Seed::new(1).counter_stream("ua/x"), Identifiers::default());
        let row = Row { place: 77, generation: 3 };
        let mut seen = BTreeSet::new();
        for _ in 0..1000 {
            let (branch, tag, call) = (names.branch(), names.tag_of(row), names.call_id("koeln.example"));
            assert!(Branch::new(&branch).is_some_and(|branch| branch.is_unique()));
            assert!(Tag::new(&tag).is_some() && CallId::new(&call).is_some());
            assert_eq!(names.row_of_tag(&tag), Some(row));
            assert!(seen.insert(branch) && seen.insert(tag) && seen.insert(call));
        }
        assert_eq!(names.row_of_tag("1928301774"), None);
        assert_eq!(names.row_of_tag("a.b.c.d"), None);
    }

    #[test]
    fn identifiers_from_outside_come_first_and_then_the_own_ones() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let given = Identifiers {
            branches: list(&["z9hG4bK74b43"]),
            tags: list(&["9fxced76sl"]),
            call_ids: list(&["3848276298220188511@atlanta.example.com"]),
        };
        let mut names = Names::new(Seed::new(1).counter_stream("ua/x"), given);
        let row = Row { place: 4, generation: 0 };
        assert_eq!((names.branch().as_str(), names.tag_of(row).as_str()), ("z9hG4bK74b43", "9fxced76sl"));
        assert_eq!(names.call_id("x"), "3848276298220188511@atlanta.example.com");
        assert_eq!(names.row_of_tag("9FXCED76SL"), Some(row));
        let own = names.tag_of(Row { place: 5, generation: 0 });
        assert_eq!(names.row_of_tag(&own), Some(Row { place: 5, generation: 0 }));
        assert!(names.branch().starts_with("z9hG4bK") && names.call_id("x").ends_with("@x"));
    }
}

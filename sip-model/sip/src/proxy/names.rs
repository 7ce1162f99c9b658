//! Branches and tags that a server makes.

use std::collections::BTreeMap;

use sim_api::{Stream, content_hash, mix};

use super::loop_mark::{MARK_DIGITS, write_hex};
use crate::header::{Branch, Tag};
use crate::ua::Identifiers;

/// A source of names that are unique in the server for certain, and unique among servers up to 2^-64.
///
/// The names depend on the server's own random stream and on how many it has made, and on nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Drawn with the first name.
    salt: Option<u64>,
    made: u64,
    /// Names from outside, which are used up first.
    given: Identifiers,
    /// Which names from outside stand for the branch of a request without a transaction.
    bound: BTreeMap<(Purpose, Box<[u8]>), Name>,
}

/// What a name is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    Branch,
    Tag,
}

/// A branch or a tag: a prefix and sixteen hexadecimal digits, in a branch perhaps with a mark behind them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    octets: [u8; NAME_OCTETS],
    start: usize,
    end: usize,
}

const COOKIE_OCTETS: usize = Branch::COOKIE.len();
const UNMARKED_OCTETS: usize = COOKIE_OCTETS + 16;
const NAME_OCTETS: usize = UNMARKED_OCTETS + MARK_DIGITS;

impl Names {
    /// A source that gives these names before its own; those that are too long or no tokens are passed over.
    pub(crate) fn giving(given: Identifiers) -> Names {
        Names { given, ..Names::default() }
    }

    /// A branch that no other request of this server has, with a mark by which a loop is recognised behind it.
    pub(crate) fn branch(&mut self, mark: u32, rng: &mut Stream) -> Name {
        if let Some(given) = self.next_given(Purpose::Branch) {
            return given;
        }
        let mut name = Name::new(0, self.next(rng));
        write_hex(u64::from(mark) << 32, &mut name.octets[UNMARKED_OCTETS..]);
        name.end = NAME_OCTETS;
        name
    }

    /// A tag that no other response of this server has.
    pub(crate) fn tag(&mut self, rng: &mut Stream) -> Name {
        self.next_given(Purpose::Tag).unwrap_or_else(|| Name::new(COOKIE_OCTETS, self.next(rng)))
    }

    /// The branch of a request that is forwarded without a transaction, from the branch that it came with.
    pub(crate) fn stateless_branch(&mut self, received: &[u8], rng: &mut Stream) -> Name {
        //= RFC 3261 16.11: the branch MUST be computed as a combinatoric function of message parameters which are
        // invariant on retransmission
        let salt = self.salt(rng);
        let own = || Name::new(0, mix(salt ^ mix(content_hash(received))));
        self.bound_to(Purpose::Branch, received).unwrap_or_else(own)
    }

    /// The tag of a response that is sent without a transaction, from the branch of its request: the ACK shows it again.
    pub(crate) fn stateless_tag(&mut self, received: &[u8], rng: &mut Stream) -> Name {
        //= RFC 3261 8.2.7: a stateless UAS MUST generate To header tags in a stateless manner: in a manner that will generate
        // the same tag for the same request consistently
        let salt = self.salt(rng);
        let own = || Name::new(COOKIE_OCTETS, mix(mix(salt ^ content_hash(received))));
        self.bound_to(Purpose::Tag, received).unwrap_or_else(own)
    }

    /// The next name from outside.
    fn next_given(&mut self, purpose: Purpose) -> Option<Name> {
        let list = match purpose {
            Purpose::Branch => &mut self.given.branches,
            Purpose::Tag => &mut self.given.tags,
        };
        std::iter::from_fn(|| list.pop_front()).find_map(|text| Name::of(&text))
    }

    /// The name from outside that was or is to be bound to the branch `received`.
    fn bound_to(&mut self, purpose: Purpose, received: &[u8]) -> Option<Name> {
        if self.bound.is_empty() && self.given == Identifiers::default() {
            return None;
        }
        let key = (purpose, Box::from(received));
        if let Some(bound) = self.bound.get(&key) {
            return Some(*bound);
        }
        let given = self.next_given(purpose)?;
        self.bound.insert(key, given);
        Some(given)
    }

    fn next(&mut self, rng: &mut Stream) -> u64 {
        self.made += 1;
        // The sum differs from name to name, and mixing is a bijection.
        mix(self.salt(rng).wrapping_add(self.made))
    }

    /// A number of the server's own, which is the same throughout a run.
    pub(super) fn salt(&mut self, rng: &mut Stream) -> u64 {
        *self.salt.get_or_insert_with(|| rng.bits())
    }
}

impl Name {
    fn new(start: usize, number: u64) -> Name {
        let mut octets = [0; NAME_OCTETS];
        octets[..COOKIE_OCTETS].copy_from_slice(Branch::COOKIE.as_bytes());
        write_hex(number, &mut octets[COOKIE_OCTETS..UNMARKED_OCTETS]);
        Name { octets, start, end: UNMARKED_OCTETS }
    }

    /// The name `text`, `None` when it is too long or no token.
    fn of(text: &str) -> Option<Name> {
        let mut octets = [0; NAME_OCTETS];
        octets.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Tag::new(text).map(|_| Name { octets, start: 0, end: text.len() })
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.octets[self.start..self.end]).expect("a name is ASCII")
    }

    /// The name as a branch.
    pub(crate) fn as_branch(&self) -> Branch<'_> {
        Branch::new(self.as_str()).expect("a name is a token")
    }

    /// The name as a tag.
    pub(crate) fn as_tag(&self) -> Tag<'_> {
        Tag::new(self.as_str()).expect("a name is a token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sim_api::Seed;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_branches_have_the_cookie() {
        let (mut names, mut rng) = (Names::default(), Seed::new(1).stream("node/p1"));
        let branches: BTreeSet<String> =
            (0..1000).map(|_| names.branch(7, &mut rng).as_branch().as_str().to_owned()).collect();
        assert_eq!(branches.len(), 1000);
        assert!(branches.iter().all(|branch| Branch::new(branch).unwrap().is_unique()));
        assert!(branches.iter().all(|branch| branch.ends_with("00000007")));
        assert_eq!(names.tag(&mut rng).as_tag().as_str().len(), 16);
    }

    #[test]
    fn a_request_forwarded_again_without_a_transaction_keeps_its_branch() {
        let (mut names, mut rng) = (Names::default(), Seed::new(1).stream("node/p1"));
        let first = names.stateless_branch(b"z9hG4bK1", &mut rng).as_branch().as_str().to_owned();
        names.branch(7, &mut rng);
        assert_eq!(names.stateless_branch(b"z9hG4bK1", &mut rng).as_branch().as_str(), first);
        assert_ne!(names.stateless_branch(b"z9hG4bK2", &mut rng).as_branch().as_str(), first);
    }

    #[test]
    fn names_from_outside_come_first_and_stay_with_their_request() {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let given = Identifiers {
            branches: list(&["z9hG4bK2d4790.1", "z9hG4bK2d4790.2"]),
            tags: list(&["3flal12sf", "no token", "876321"]),
            ..Identifiers::default()
        };
        let (mut names, mut rng) = (Names::giving(given), Seed::new(1).stream("node/p1"));
        assert_eq!(names.branch(7, &mut rng).as_branch().as_str(), "z9hG4bK2d4790.1");
        for _ in 0..2 {
            assert_eq!(names.stateless_tag(b"z9hG4bK74b43", &mut rng).as_tag().as_str(), "3flal12sf");
            let branch = names.stateless_branch(b"z9hG4bK74b76", &mut rng);
            assert_eq!(branch.as_branch().as_str(), "z9hG4bK2d4790.2");
        }
        assert_eq!(names.tag(&mut rng).as_tag().as_str(), "876321");
        assert_eq!(names.tag(&mut rng).as_tag().as_str().len(), 16, "then its own");
    }

    #[test]
    fn two_servers_make_different_names() {
        let name =
            |node| Names::default().branch(7, &mut Seed::new(1).stream(node)).as_branch().as_str().to_owned();
        assert_ne!(name("node/p1"), name("node/p2"));
    }
}

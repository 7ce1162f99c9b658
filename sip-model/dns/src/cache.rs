//! What was learnt and may be told again (RFC 1034 5.3.3, RFC 2181 5, RFC 2308).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sim_api::{Context, SimTime, deadline};

use crate::chain::{Chain, End, Step, follow, negative_ttl};
use crate::message::Question;
use crate::name::Name;
use crate::probe;
use crate::record::{RData, Record, RecordType};

/// The bounds of a cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// The most record sets and negative answers.
    pub entries: usize,
    /// The most octets: those of the records on the wire, uncompressed, and 64 for each entry.
    pub octets: usize,
    /// What was learnt is forgotten after this many seconds, whatever its TTL.
    pub max_ttl: u32,
    /// The same for negative answers.
    pub max_negative_ttl: u32,
}

/// 10,000 entries, 4 MiB, one week, three hours (RFC 2308 5 finds one to three hours to work well).
impl Default for CacheLimits {
    fn default() -> CacheLimits {
        CacheLimits { entries: 10_000, octets: 4 << 20, max_ttl: 604_800, max_negative_ttl: 10_800 }
    }
}

/// How far a record set can be trusted (RFC 2181 5.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// From a referral: good for finding servers, never an answer.
    Referral,
    /// From the answer section.
    Answer,
}

/// A cache of record sets and negative answers.
///
/// An entry is never told at or after the instant at which its TTL ends. A full cache gives up what expires first.
#[derive(Debug)]
pub(crate) struct Cache {
    limits: CacheLimits,
    entries: BTreeMap<Key, Entry>,
    expiry: BTreeSet<(SimTime, Key)>,
    octets: usize,
}

/// A name, and a type; none for a name that does not exist.
#[derive(Clone, Debug)]
struct Key(Name, Option<RecordType>);

/// Any order serves; this one needs no labels, and a length tells most names apart.
impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        let (ours, theirs) = (self.0.wire(), other.0.wire());
        self.1.cmp(&other.1).then(ours.len().cmp(&theirs.len())).then_with(|| lower(ours).cmp(lower(theirs)))
    }
}

/// Octets without the case of their letters.
fn lower(octets: &[u8]) -> impl Iterator<Item = u8> {
    octets.iter().map(u8::to_ascii_lowercase)
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

#[derive(Debug)]
struct Entry {
    /// The records of the set, or the SOA record of a negative answer.
    records: Vec<Record>,
    kind: Kind,
    expires: SimTime,
    octets: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Positive(Rank),
    Negative,
}

impl Cache {
    pub(crate) fn new(limits: CacheLimits) -> Cache {
        Cache { limits, entries: BTreeMap::new(), expiry: BTreeSet::new(), octets: 0 }
    }

    /// How many entries there are, expired ones included.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The octets of all entries.
    #[cfg(test)]
    pub(crate) fn octets(&self) -> usize {
        self.octets
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.expiry.clear();
        self.octets = 0;
    }

    /// What is known about `question`, aliases followed; the TTLs are what is left of them.
    pub(crate) fn answer(&self, question: &Question, now: SimTime) -> Chain {
        follow(question, |name| self.step(name, question.record_type, now))
    }

    fn step(&self, name: &Name, record_type: RecordType, now: SimTime) -> Step {
        match self.live(name, Some(record_type), now) {
            Some(entry) if entry.kind == Kind::Negative => {
                return Step::End(End::NoData(entry.remaining(now).pop()));
            }
            Some(entry) if entry.kind == Kind::Positive(Rank::Answer) => {
                return Step::End(End::Records(entry.remaining(now)));
            }
            Some(_) | None => {}
        }
        if let Some(entry) = self.live(name, None, now) {
            return Step::End(End::NxDomain(entry.remaining(now).pop()));
        }
        let alias =
            self.live(name, Some(RecordType::Cname), now).and_then(|entry| entry.remaining(now).pop());
        match alias {
            Some(record) => Step::of_alias(record),
            None => Step::End(End::Open(name.clone())),
        }
    }

    /// A record set from whatever source, for finding servers.
    pub(crate) fn hint(&self, name: &Name, record_type: RecordType, now: SimTime) -> &[Record] {
        match self.live(name, Some(record_type), now) {
            Some(Entry { kind: Kind::Positive(_), records, .. }) => records,
            Some(_) | None => &[],
        }
    }

    fn live(&self, name: &Name, record_type: Option<RecordType>, now: SimTime) -> Option<&Entry> {
        self.entries.get(&Key(name.clone(), record_type)).filter(|entry| now < entry.expires)
    }

    /// Keeps a record set: records of one name and type.
    pub(crate) fn learn(&mut self, set: &[Record], rank: Rank, cx: &mut Context<'_>) {
        //= RFC 2181 5.2: the client should treat the RRs as if all TTLs had been set to the lowest TTL in the RRSet
        let Some(ttl) = set.iter().map(|record| record.ttl).min() else { return };
        let key = Key(set[0].name.clone(), Some(set[0].record_type()));
        let better = |entry: &Entry| cx.now() < entry.expires && entry.kind.trust() > rank;
        //= RFC 2181 5.4.1: data of lower trust must not replace data of higher trust
        if self.entries.get(&key).is_some_and(better) {
            return;
        }
        self.remove(&Key(key.0.clone(), None));
        let ttl = ttl.min(self.limits.max_ttl);
        self.insert(key, Kind::Positive(rank), set.to_vec(), ttl, cx);
    }

    /// Keeps a negative answer for `name`: for one type, or for all when there is no such name.
    pub(crate) fn learn_negative(
        &mut self,
        name: &Name,
        record_type: Option<RecordType>,
        soa: &Record,
        cx: &mut Context<'_>,
    ) {
        let Some(ttl) = negative_ttl(soa) else { return };
        let ttl = ttl.min(self.limits.max_negative_ttl);
        let soa = Record { ttl, ..soa.clone() };
        self.insert(Key(name.clone(), record_type), Kind::Negative, vec![soa], ttl, cx);
    }

    /// Keeps what a response says: each alias, and what is at the end.
    pub(crate) fn learn_chain(&mut self, question: &Question, chain: &Chain, cx: &mut Context<'_>) {
        chain.aliases.iter().for_each(|alias| self.learn(std::slice::from_ref(alias), Rank::Answer, cx));
        let last = chain.last_name(question);
        match &chain.end {
            End::Records(records) => self.learn(records, Rank::Answer, cx),
            //= RFC 2308 5: a negative answer that resulted from no data is cached against the query tuple, a name
            // error against the name
            End::NoData(Some(soa)) => self.learn_negative(last, Some(question.record_type), soa, cx),
            End::NxDomain(Some(soa)) => self.learn_negative(last, None, soa, cx),
            //= RFC 2308 5: negative responses without SOA records SHOULD NOT be cached
            End::NoData(None) | End::NxDomain(None) | End::Open(_) | End::Failed => {}
        }
    }

    fn insert(&mut self, key: Key, kind: Kind, records: Vec<Record>, ttl: u32, cx: &mut Context<'_>) {
        self.remove(&key);
        //= RFC 1035 3.2.1: zero values mean that the RR can only be used for the transaction in progress
        if ttl == 0 {
            return;
        }
        let octets = OVERHEAD + records.iter().map(wire_octets).sum::<usize>();
        if octets > self.limits.octets || self.limits.entries == 0 {
            return;
        }
        while self.entries.len() >= self.limits.entries || self.octets + octets > self.limits.octets {
            self.evict(cx);
        }
        let expires = deadline(cx.now(), Duration::from_secs(ttl.into()));
        self.octets += octets;
        self.expiry.insert((expires, key.clone()));
        self.entries.insert(key, Entry { records, kind, expires, octets });
    }

    /// Gives up the entry that expires first.
    fn evict(&mut self, cx: &mut Context<'_>) {
        let (expires, key) = self.expiry.first().cloned().expect("a cache that has no room has entries");
        if expires > cx.now() {
            cx.count(probe::CACHE_EVICTED);
        }
        self.remove(&key);
    }

    fn remove(&mut self, key: &Key) {
        let Some(entry) = self.entries.remove(key) else { return };
        self.octets -= entry.octets;
        self.expiry.remove(&(entry.expires, key.clone()));
    }
}

impl Kind {
    fn trust(self) -> Rank {
        match self {
            Kind::Positive(rank) => rank,
            Kind::Negative => Rank::Answer,
        }
    }
}

impl Entry {
    /// The records with the TTL that is left: whole seconds, rounded down.
    fn remaining(&self, now: SimTime) -> Vec<Record> {
        let left = u32::try_from((self.expires - now).as_secs()).unwrap_or(u32::MAX);
        self.records.iter().map(|record| Record { ttl: left, ..record.clone() }).collect()
    }
}

const OVERHEAD: usize = 64;

/// The octets of a record on the wire, without compression.
fn wire_octets(record: &Record) -> usize {
    let names = |names: &[&Name]| names.iter().map(|name| name.wire().len()).sum::<usize>();
    let data = match &record.data {
        RData::A(_) => 4,
        RData::Aaaa(_) => 16,
        RData::Ns(name) | RData::Cname(name) | RData::Ptr(name) => names(&[name]),
        RData::Soa(soa) => 20 + names(&[&soa.mname, &soa.rname]),
        RData::Txt(strings) => strings.iter().map(|string| 1 + string.octets().len()).sum(),
        RData::Srv(srv) => 6 + names(&[&srv.target]),
        RData::Naptr(naptr) => {
            let strings = [&naptr.flags, &naptr.services, &naptr.regexp];
            4 + strings.iter().map(|string| 1 + string.octets().len()).sum::<usize>()
                + names(&[&naptr.replacement])
        }
        RData::Other { octets, .. } => octets.len(),
    };
    names(&[&record.name]) + 10 + data
}

#[cfg(test)]
mod tests {
    use sim_api::{Lineage, Seed};

    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn address(owner: &str, last: u8, ttl: u32) -> Record {
        Record::new(name(owner), ttl, RData::A([192, 0, 2, last].into()))
    }

    /// Lets `act` work on an empty cache at time zero.
    fn with_cache(act: impl FnOnce(&mut Cache, &mut Context<'_>)) {
        let (mut rng, mut effects) = (Seed::new(1).stream("node/x"), Vec::new());
        let mut cx = Context::new(SimTime::ZERO, Lineage::begin(SimTime::ZERO), &mut rng, &mut effects);
        act(&mut Cache::new(CacheLimits::default()), &mut cx);
    }

    fn told(cache: &Cache, owner: &str, now: SimTime) -> Vec<Record> {
        match cache.answer(&Question::new(name(owner), RecordType::A), now).end {
            End::Records(records) => records,
            _ => Vec::new(),
        }
    }

    //= RFC 2181 5.4.1: glue should not be cached in such a way that it would ever be returned as an answer
    #[test]
    fn what_a_referral_brings_is_a_hint_and_no_answer() {
        with_cache(|cache, cx| {
            cache.learn(&[address("ns.example", 1, 60)], Rank::Referral, cx);
            assert!(told(cache, "ns.example", cx.now()).is_empty());
            assert_eq!(cache.hint(&name("ns.example"), RecordType::A, cx.now()).len(), 1);
        });
    }

    #[test]
    fn a_referral_does_not_replace_an_answer_and_an_answer_replaces_a_referral() {
        with_cache(|cache, cx| {
            let last =
                |cache: &Cache| cache.hint(&name("ns.example"), RecordType::A, SimTime::ZERO)[0].clone();
            cache.learn(&[address("ns.example", 1, 60)], Rank::Referral, cx);
            cache.learn(&[address("ns.example", 2, 60)], Rank::Answer, cx);
            assert_eq!(last(cache), address("ns.example", 2, 60));
            cache.learn(&[address("ns.example", 3, 60)], Rank::Referral, cx);
            assert_eq!(last(cache), address("ns.example", 2, 60));
        });
    }

    #[test]
    fn a_set_lives_as_long_as_its_shortest_record() {
        with_cache(|cache, cx| {
            cache.learn(&[address("a.example", 1, 60), address("a.example", 2, 10)], Rank::Answer, cx);
            let seconds = |at: u64| {
                told(cache, "a.example", SimTime::from_millis(at)).iter().map(|r| r.ttl).collect::<Vec<_>>()
            };
            assert_eq!(seconds(0), [10, 10]);
            assert_eq!(seconds(1500), [8, 8]);
            assert_eq!(seconds(9999), [0, 0]);
            assert_eq!(seconds(10_000), [0u32; 0]);
        });
    }

    #[test]
    fn no_ttl_outlives_the_limit_of_the_cache() {
        with_cache(|cache, cx| {
            cache.learn(&[address("a.example", 1, 1_000_000)], Rank::Answer, cx);
            assert_eq!(told(cache, "a.example", cx.now())[0].ttl, 604_800);
        });
    }

    #[test]
    fn a_name_that_comes_into_being_ends_its_absence() {
        with_cache(|cache, cx| {
            let soa = crate::Soa::of(&name("example"), 60);
            let soa = Record::new(name("example"), 60, RData::Soa(Box::new(soa)));
            cache.learn_negative(&name("a.example"), None, &soa, cx);
            cache.learn(&[address("a.example", 1, 60)], Rank::Answer, cx);
            assert_eq!(told(cache, "a.example", cx.now()).len(), 1);
        });
    }
}

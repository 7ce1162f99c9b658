//! A zone: the records that a server is the authority for (RFC 1034 4.2, 4.3.2, 4.3.3; RFC 2181 5, 10).

use std::collections::BTreeMap;

use crate::name::Name;
use crate::record::{Class, RData, Record, RecordType, Soa};

/// The records below one name, without what is delegated to others.
///
/// ```
/// use dns::{RData, Record, Soa, Zone};
///
/// let origin: dns::Name = "example.com".parse()?;
/// let mut zone = Zone::new(origin.clone(), 3600, Soa::of(&origin, 300));
/// zone.add(Record::new(origin.child("sip")?, 60, RData::A([192, 0, 2, 10].into())))?;
/// assert!(zone.add(Record::new("sip.example.org".parse()?, 60, RData::A([192, 0, 2, 11].into()))).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Zone {
    origin: Name,
    soa: Record,
    names: BTreeMap<Name, Sets>,
}

/// The record sets of one name.
type Sets = BTreeMap<RecordType, Vec<Record>>;

/// Why a record cannot be part of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// An alias and other data at one name, or two aliases.
    #[error("an alias must stand alone (RFC 1034 3.6.2)")]
    AliasBesideOthers,
    /// The same record twice.
    #[error("the record is there already (RFC 2181 5)")]
    Duplicate,
    /// Records of one name and type with different TTLs.
    #[error("the TTLs of a record set differ (RFC 2181 5.2)")]
    MixedTtl,
    /// A pseudo record, a class other than IN, or a TTL of 2^31 seconds or more.
    #[error("no zone can hold such a record (RFC 2181 8, RFC 6891 6.1.1)")]
    NotZoneData,
    /// The owner is not below the origin.
    #[error("the owner lies outside the zone (RFC 1034 4.2)")]
    OutOfZone,
    /// A second SOA record, or one below the origin.
    #[error("a zone has one SOA record, at its origin (RFC 2181 7)")]
    SecondSoa,
}

/// What a zone says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// These records, all of one name.
    Records(Vec<Record>),
    /// The name is an alias.
    Alias(Record),
    /// The servers of a zone below know.
    Delegated(Vec<Record>),
    /// There is the name, or one below it, but no such record.
    NoData,
    /// There is no such name.
    NxDomain,
}

impl Soa {
    /// The usual SOA data for a zone whose negative answers hold for `minimum` seconds.
    pub fn of(origin: &Name, minimum: u32) -> Soa {
        let below = |label: &str| origin.child(label).unwrap_or_else(|_| origin.clone());
        let (mname, rname) = (below("ns"), below("hostmaster"));
        Soa { mname, rname, serial: 1, refresh: 7200, retry: 600, expire: 86_400, minimum }
    }
}

impl Zone {
    /// A zone with nothing but its SOA record, whose TTL is `ttl` seconds.
    pub fn new(origin: Name, ttl: u32, soa: Soa) -> Zone {
        let soa = Record::new(origin.clone(), ttl, RData::Soa(Box::new(soa)));
        let at_origin = BTreeMap::from([(RecordType::Soa, vec![soa.clone()])]);
        Zone { names: BTreeMap::from([(origin.clone(), at_origin)]), origin, soa }
    }

    /// The name at the top of the zone.
    pub fn origin(&self) -> &Name {
        &self.origin
    }

    /// Adds a record. NS records below the origin delegate all that lies below them; a first label `*` stands for
    /// all names that are not in the zone.
    ///
    /// # Errors
    /// When a zone with this record would not be one.
    pub fn add(&mut self, record: Record) -> Result<(), ZoneError> {
        let record_type = record.record_type();
        if record.class != Class::IN
            || record.ttl >> 31 != 0
            || matches!(record_type, RecordType::Opt | RecordType::Any)
        {
            return Err(ZoneError::NotZoneData);
        }
        if !record.name.is_within(&self.origin) {
            return Err(ZoneError::OutOfZone);
        }
        if record_type == RecordType::Soa {
            return Err(ZoneError::SecondSoa);
        }
        let sets = self.names.entry(record.name.clone()).or_default();
        let is_alias = record_type == RecordType::Cname;
        //= RFC 1034 3.6.2: if a CNAME RR is present at a node, no other data should be present
        if sets.contains_key(&RecordType::Cname) || (is_alias && !sets.is_empty()) {
            return Err(ZoneError::AliasBesideOthers);
        }
        let set = sets.entry(record_type).or_default();
        //= RFC 2181 5.2: the use of differing TTLs in an RRSet is hereby deprecated
        if set.iter().any(|other| other.ttl != record.ttl) {
            return Err(ZoneError::MixedTtl);
        }
        if set.contains(&record) {
            return Err(ZoneError::Duplicate);
        }
        set.push(record);
        Ok(())
    }

    /// The SOA record for a negative answer.
    pub(crate) fn negative_soa(&self) -> Record {
        //= RFC 2308 3: the TTL of this record is set from the minimum of the MINIMUM field of the SOA record and the TTL
        // of the SOA itself
        let ttl = crate::chain::negative_ttl(&self.soa).expect("a zone's SOA record is one");
        Record { ttl, ..self.soa.clone() }
    }

    /// What the zone says of `name`, which lies within it (RFC 1034 4.3.2 step 3).
    pub(crate) fn look_up(&self, name: &Name, record_type: RecordType) -> Found {
        if let Some(servers) = self.delegation(name) {
            return Found::Delegated(servers.to_vec());
        }
        if let Some(sets) = self.names.get(name) {
            return found_in(sets, record_type);
        }
        if self.exists(name) {
            return Found::NoData;
        }
        self.look_up_wildcard(name, record_type)
    }

    /// The addresses of `host` that the zone holds, as its own data or as glue.
    pub(crate) fn addresses(&self, host: &Name) -> impl Iterator<Item = &Record> {
        let sets = self.names.get(host);
        let of_type = move |record_type| sets.and_then(|sets| sets.get(&record_type)).into_iter().flatten();
        of_type(RecordType::A).chain(of_type(RecordType::Aaaa))
    }

    /// The NS records of the zone cut at or above `name`, the one nearest to the origin.
    fn delegation(&self, name: &Name) -> Option<&[Record]> {
        let below_origin: Vec<Name> = name.ancestors().take_while(|name| *name != self.origin).collect();
        let cut = |name: &Name| self.names.get(name).and_then(|sets| sets.get(&RecordType::Ns));
        below_origin.iter().rev().find_map(cut).map(Vec::as_slice)
    }

    /// Whether there is `name` or a name below it.
    fn exists(&self, name: &Name) -> bool {
        self.names.range(name..).next().is_some_and(|(next, _)| next.is_within(name))
    }

    fn look_up_wildcard(&self, name: &Name, record_type: RecordType) -> Found {
        //= RFC 1034 4.3.2: if at some label, a match is impossible, look to see if a the "*" label exists
        let encloser = name.ancestors().skip(1).find(|ancestor| self.exists(ancestor));
        let wildcard = encloser.and_then(|encloser| encloser.child("*").ok());
        let Some(sets) = wildcard.and_then(|wildcard| self.names.get(&wildcard)) else {
            return Found::NxDomain;
        };
        let named = |record: Record| Record { name: name.clone(), ..record };
        match found_in(sets, record_type) {
            Found::Records(records) => Found::Records(records.into_iter().map(named).collect()),
            Found::Alias(record) => Found::Alias(named(record)),
            other => other,
        }
    }
}

fn found_in(sets: &Sets, record_type: RecordType) -> Found {
    let any = sets.values().flatten().filter(|_| record_type == RecordType::Any);
    let records: Vec<Record> = sets.get(&record_type).into_iter().flatten().chain(any).cloned().collect();
    let alias = sets.get(&RecordType::Cname).and_then(|aliases| aliases.first());
    match (records.is_empty(), alias) {
        (false, _) => Found::Records(records),
        (true, Some(alias)) => Found::Alias(alias.clone()),
        (true, None) => Found::NoData,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn address(host: &str) -> Record {
        Record::new(name(host), 60, RData::A([192, 0, 2, 1].into()))
    }

    fn zone(records: impl IntoIterator<Item = Record>) -> Zone {
        let mut zone = Zone::new(name("example"), 3600, Soa::of(&name("example"), 300));
        records.into_iter().for_each(|record| zone.add(record).unwrap());
        zone
    }

    fn look_up(zone: &Zone, text: &str) -> Found {
        zone.look_up(&name(text), RecordType::A)
    }

    #[test]
    fn a_name_with_nothing_but_names_below_it_exists() {
        let zone = zone([address("a.b.example")]);
        assert_eq!(look_up(&zone, "b.example"), Found::NoData);
        assert_eq!(look_up(&zone, "c.example"), Found::NxDomain);
        assert_eq!(look_up(&zone, "A.B.EXAMPLE"), Found::Records(vec![address("a.b.example")]));
        assert_eq!(look_up(&zone, "example"), Found::NoData);
    }

    #[test]
    fn what_lies_below_a_cut_is_delegated_the_cut_included() {
        let servers = Record::new(name("sub.example"), 60, RData::Ns(name("ns.sub.example")));
        let deeper = Record::new(name("x.sub.example"), 60, RData::Ns(name("ns.elsewhere")));
        let zone = zone([servers.clone(), deeper, address("ns.sub.example"), address("subx.example")]);
        for host in ["sub.example", "a.sub.example", "ns.sub.example", "a.x.sub.example"] {
            assert_eq!(look_up(&zone, host), Found::Delegated(vec![servers.clone()]), "{host}");
        }
        assert!(matches!(look_up(&zone, "subx.example"), Found::Records(_)));
        assert_eq!(zone.addresses(&name("ns.sub.example")).count(), 1);
    }

    #[test]
    fn a_wildcard_stands_for_names_that_do_not_exist() {
        let zone = zone([address("*.example"), address("a.b.example")]);
        assert_eq!(look_up(&zone, "x.example"), Found::Records(vec![address("x.example")]));
        assert_eq!(look_up(&zone, "y.x.example"), Found::Records(vec![address("y.x.example")]));
        // RFC 1034 4.3.3: not when a name between the wildcard and the question exists.
        assert_eq!(look_up(&zone, "x.b.example"), Found::NxDomain);
        assert_eq!(look_up(&zone, "b.example"), Found::NoData);
        assert_eq!(zone.look_up(&name("x.example"), RecordType::Srv), Found::NoData);
    }

    #[test]
    fn records_that_make_no_zone_are_refused() {
        let alias = |owner: &str| Record::new(name(owner), 60, RData::Cname(name("b.example")));
        let mut zone = zone([address("a.example"), alias("www.example")]);
        assert_eq!(zone.add(address("a.org")), Err(ZoneError::OutOfZone));
        assert_eq!(zone.add(address("a.example")), Err(ZoneError::Duplicate));
        assert_eq!(zone.add(alias("a.example")), Err(ZoneError::AliasBesideOthers));
        assert_eq!(zone.add(address("www.example")), Err(ZoneError::AliasBesideOthers));
        let second = Record { data: RData::A([192, 0, 2, 2].into()), ttl: 61, ..address("a.example") };
        assert_eq!(zone.add(second), Err(ZoneError::MixedTtl));
        let soa = RData::Soa(Box::new(Soa::of(&name("example"), 1)));
        assert_eq!(zone.add(Record::new(name("example"), 60, soa)), Err(ZoneError::SecondSoa));
        assert_eq!(zone.add(Record { ttl: 1 << 31, ..address("c.example") }), Err(ZoneError::NotZoneData));
    }

    #[test]
    fn the_soa_of_a_negative_answer_has_the_smaller_of_ttl_and_minimum() {
        assert_eq!(zone([]).negative_soa().ttl, 300);
        let long = Zone::new(name("example"), 100, Soa::of(&name("example"), 300));
        assert_eq!(long.negative_soa().ttl, 100);
    }
}

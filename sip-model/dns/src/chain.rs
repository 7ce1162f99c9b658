//! From a name over its aliases to what was asked for (RFC 1034 3.6.2, RFC 2308 2).

use crate::message::{Message, Question, ResponseCode};
use crate::name::Name;
use crate::record::{RData, Record, RecordType};

/// How many aliases are followed for one question.
pub(crate) const MAX_ALIASES: usize = 16;

/// The aliases from one name to another, and what is known of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) aliases: Vec<Record>,
    pub(crate) end: End,
}

/// What is known of the name at the end of the aliases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The records that were asked for.
    Records(Vec<Record>),
    /// None of that type; the SOA record says how long that holds.
    NoData(Option<Record>),
    /// No such name.
    NxDomain(Option<Record>),
    /// Nothing.
    Open(Name),
    /// Nothing, and nothing will be: the aliases are a loop or too many, or all servers failed.
    Failed,
}

impl Chain {
    /// The name at the end of the aliases of `question`'s name.
    pub(crate) fn last_name<'a>(&'a self, question: &'a Question) -> &'a Name {
        match self.aliases.last() {
            Some(Record { data: RData::Cname(target), .. }) => target,
            _ => &question.name,
        }
    }
}

/// Follows aliases from the question's name; `known` says what is known of a name.
pub(crate) fn follow(question: &Question, mut known: impl FnMut(&Name) -> Step) -> Chain {
    let (mut aliases, mut name) = (Vec::new(), question.name.clone());
    loop {
        match known(&name) {
            //= RFC 1034 5.3.3: the resolver should have a global counter to bound the amount of work
            Step::Alias(..) if aliases.len() == MAX_ALIASES => return Chain { aliases, end: End::Failed },
            Step::Alias(record, target) => {
                aliases.push(record);
                name = target;
            }
            Step::End(end) => return Chain { aliases, end },
        }
    }
}

/// What is known of one name in a chain.
#[derive(Debug)]
pub(crate) enum Step {
    /// It is an alias, says this record, of that name.
    Alias(Record, Name),
    /// The chain ends here.
    End(End),
}

impl Step {
    /// The step that a CNAME record is.
    pub(crate) fn of_alias(record: Record) -> Step {
        match &record.data {
            RData::Cname(target) => {
                let target = target.clone();
                Step::Alias(record, target)
            }
            _ => Step::End(End::Open(record.name)),
        }
    }
}

/// What a response says to `question`, as far as its sender may speak: of names in `zone`.
pub(crate) fn read_response(question: &Question, response: &Message, zone: &Name) -> Chain {
    let told: Vec<&Record> = response
        .answers
        .iter()
        .filter(|record| record.name.is_within(zone) && record.class == question.class)
        .collect();
    follow(question, |name| {
        let about = || told.iter().filter(|record| record.name == *name);
        let set: Vec<Record> =
            about().filter(|record| asks_for(question, record)).map(|&record| record.clone()).collect();
        if !set.is_empty() {
            return Step::End(End::Records(set));
        }
        match about().find(|record| record.record_type() == RecordType::Cname) {
            Some(&alias) => Step::of_alias(alias.clone()),
            None => Step::End(without_records(name, response, zone)),
        }
    })
}

fn asks_for(question: &Question, record: &Record) -> bool {
    question.record_type == RecordType::Any || record.record_type() == question.record_type
}

/// What a response without records for `name`, the last in the chain, says of it.
fn without_records(name: &Name, response: &Message, zone: &Name) -> End {
    if !name.is_within(zone) {
        return End::Open(name.clone());
    }
    let is_above = |record: &&Record| {
        record.record_type() == RecordType::Soa && name.is_within(&record.name) && record.name.is_within(zone)
    };
    let soa = response.authorities.iter().find(is_above).cloned();
    let refers = response.authorities.iter().any(|record| record.record_type() == RecordType::Ns);
    match (response.code, soa) {
        //= RFC 2308 2.1: the RCODE applies to the name at the end of the chain of CNAME records
        (ResponseCode::NxDomain, soa) => End::NxDomain(soa),
        //= RFC 2308 2.2: NODATA is indicated by an answer with the RCODE set to NOERROR and no relevant answers
        (_, Some(soa)) => End::NoData(Some(soa)),
        (_, None) if refers => End::Open(name.clone()),
        (_, None) => End::NoData(None),
    }
}

/// For how many seconds a negative answer with this SOA record may be cached; `None` for another record.
pub(crate) fn negative_ttl(soa: &Record) -> Option<u32> {
    //= RFC 2308 5: the TTL is set from the minimum of the MINIMUM field of the SOA record and the TTL of the SOA itself
    match &soa.data {
        RData::Soa(data) => Some(soa.ttl.min(data.minimum)),
        _ => None,
    }
}

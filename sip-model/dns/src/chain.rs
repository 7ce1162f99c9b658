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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Soa;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn alias(from: &str, to: &str) -> Record {
        Record::new(name(from), 60, RData::Cname(name(to)))
    }

    fn soa(zone: &str) -> Record {
        Record::new(name(zone), 60, RData::Soa(Box::new(Soa::of(&name(zone), 60))))
    }

    /// The NS records of the examples.
    fn servers(zone: &str) -> Vec<Record> {
        let server = |host: &str| Record::new(name(zone), 60, RData::Ns(name(host)));
        vec![server("NS1.XX"), server("NS2.XX")]
    }

    /// What the response with these sections says, from a server that may speak of everything.
    fn read(asked: &str, code: ResponseCode, answers: Vec<Record>, authorities: Vec<Record>) -> Chain {
        let question = Question::new(name(asked), RecordType::A);
        let query = Message::query(1, question.clone());
        let response = Message { code, answers, authorities, ..Message::response_to(&query) };
        read_response(&question, &response, &Name::root())
    }

    //= RFC 2308 2.1: NXDOMAIN responses can be categorised into four types by the contents of the authority section
    #[test]
    fn the_four_types_of_name_errors_speak_of_the_end_of_the_aliases() {
        let with_soa = [&[soa("XX")][..], &servers("XX")].concat();
        let types = [
            (with_soa, Some(soa("XX"))),
            (vec![soa("XX")], Some(soa("XX"))),
            (vec![], None),
            (servers("XX"), None),
        ];
        for (authorities, told) in types {
            let aliases = vec![alias("AN.EXAMPLE", "TRIPPLE.XX")];
            let chain = read("AN.EXAMPLE", ResponseCode::NxDomain, aliases.clone(), authorities);
            assert_eq!(chain, Chain { aliases, end: End::NxDomain(told) });
            let question = Question::new(name("AN.EXAMPLE"), RecordType::A);
            assert_eq!(*chain.last_name(&question), name("tripple.xx"));
        }
    }

    #[test]
    fn a_referral_behind_an_alias_leaves_its_end_open() {
        let aliases = vec![alias("AN.EXAMPLE", "TRIPPLE.XX")];
        let chain = read("AN.EXAMPLE", ResponseCode::NoError, aliases.clone(), servers("XX"));
        assert_eq!(chain, Chain { aliases, end: End::Open(name("TRIPPLE.XX")) });
    }

    //= RFC 2308 2.2: NODATA responses can be categorised into three types by the contents of the authority section
    #[test]
    fn the_three_types_of_no_data_are_told_from_a_referral() {
        let with_soa = [&[soa("EXAMPLE")][..], &servers("EXAMPLE")].concat();
        for (authorities, end) in [
            (with_soa, End::NoData(Some(soa("EXAMPLE")))),
            (vec![soa("EXAMPLE")], End::NoData(Some(soa("EXAMPLE")))),
            (vec![], End::NoData(None)),
            (servers("EXAMPLE"), End::Open(name("ANOTHER.EXAMPLE"))),
        ] {
            assert_eq!(read("ANOTHER.EXAMPLE", ResponseCode::NoError, vec![], authorities).end, end);
        }
    }

    #[test]
    fn the_soa_of_another_branch_of_the_tree_says_nothing() {
        let chain = read("ANOTHER.EXAMPLE", ResponseCode::NxDomain, vec![], vec![soa("XX")]);
        assert_eq!(chain.end, End::NxDomain(None));
    }

    #[test]
    fn seventeen_aliases_are_too_many() {
        let chain_of = |count: usize| -> Vec<Record> {
            (0..count).map(|at| alias(&format!("a{at}.example"), &format!("a{}.example", at + 1))).collect()
        };
        let end = |count| read("a0.example", ResponseCode::NoError, chain_of(count), vec![]).end;
        assert_eq!(end(MAX_ALIASES), End::NoData(None));
        assert_eq!(end(MAX_ALIASES + 1), End::Failed);
    }
}

//! What became of a question.

use std::net::IpAddr;

use crate::record::{Naptr, RData, Record, Srv};

/// What became of one question, aliases followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The aliases from the name that was asked for, then all records of the type; at least one of these.
    Found(Vec<Record>),
    /// The name, or the one that it is an alias of, exists without records of the type.
    NoData,
    /// The name, or the one that it is an alias of, does not exist.
    NxDomain,
    /// No server could tell.
    ServFail,
    /// No server said anything.
    Timeout,
}

impl Answer {
    /// All records, aliases included; none unless they were found.
    pub fn records(&self) -> &[Record] {
        match self {
            Answer::Found(records) => records,
            Answer::NoData | Answer::NxDomain | Answer::ServFail | Answer::Timeout => &[],
        }
    }

    /// The addresses in A and AAAA records, in the order of the response.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.records().iter().filter_map(|record| record.data.address())
    }

    /// The SRV records, in the order of the response.
    pub fn srv(&self) -> impl Iterator<Item = &Srv> {
        self.records().iter().filter_map(|record| match &record.data {
            RData::Srv(srv) => Some(srv),
            _ => None,
        })
    }

    /// The NAPTR records, in the order of the response.
    pub fn naptr(&self) -> impl Iterator<Item = &Naptr> {
        self.records().iter().filter_map(|record| match &record.data {
            RData::Naptr(naptr) => Some(&**naptr),
            _ => None,
        })
    }
}

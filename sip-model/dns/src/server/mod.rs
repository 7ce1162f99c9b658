//! An authoritative name server (RFC 1034 4.3).

mod respond;
#[cfg(test)]
mod tests;

pub(crate) use respond::{objection, to_unreadable};
use sim_api::{Context, Node, NodeEvent, SimTime};

use crate::message::Message;
use crate::probe;
use crate::record::Record;
use crate::zone::Zone;

/// The port of name servers (RFC 1035 4.2.1).
pub const DNS_PORT: u16 = 53;

/// A name server that answers from its zones, and knows nothing else.
///
/// It answers each query from the address that was asked (RFC 2181 4), never recursively, over UDP.
#[derive(Debug)]
pub struct Server {
    zones: Vec<Zone>,
    udp_payload: u16,
    misbehaviour: Vec<TimedMisbehaviour>,
}

/// Something that a server does wrong for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedMisbehaviour {
    /// When it begins.
    pub from: SimTime,
    /// When it is over: the first instant of right behaviour.
    pub until: SimTime,
    /// What the server does.
    pub what: Misbehaviour,
}

/// What a server can do wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// It says that no name exists, with the SOA record of its zone.
    NxDomain,
    /// It adds these records to the answers and the additional records of each response, whatever was asked.
    Poison(Vec<Record>),
    /// It says that it failed.
    ServFail,
    /// It says nothing.
    Silent,
    /// It cuts all records off and says so.
    Truncate,
}

impl Server {
    /// A server for these zones that sends at most 65,507 octets at once, and less when the client asks for less.
    pub fn new(zones: Vec<Zone>) -> Server {
        Server { zones, udp_payload: 65_507, misbehaviour: Vec::new() }
    }

    /// The same server with responses of at most `octets`, taken as 512 when less.
    #[must_use]
    pub fn with_udp_payload(mut self, octets: u16) -> Server {
        self.udp_payload = octets;
        self
    }

    /// The same server with something that it does wrong. Of two at the same time the one given first counts.
    #[must_use]
    pub fn with_misbehaviour(mut self, misbehaviour: TimedMisbehaviour) -> Server {
        self.misbehaviour.push(misbehaviour);
        self
    }

    fn misbehaviour(&self, now: SimTime) -> Option<&Misbehaviour> {
        let is_on = |timed: &&TimedMisbehaviour| timed.from <= now && now < timed.until;
        self.misbehaviour.iter().find(is_on).map(|timed| &timed.what)
    }

    /// The octets that answer `octets`; `None` for what deserves no answer.
    fn answer(&self, octets: &[u8], cx: &mut Context<'_>) -> Option<Vec<u8>> {
        let Ok(query) = Message::parse(octets) else {
            cx.count(probe::MALFORMED);
            return to_unreadable(octets).map(|response| response.compose());
        };
        if query.flags.response {
            cx.count(probe::MALFORMED);
            return None;
        }
        let mut response = respond::to_query(&self.zones, &query, self.udp_payload);
        if let Some(misbehaviour) = self.misbehaviour(cx.now()) {
            respond::misbehave(misbehaviour, &self.zones, &mut response)?;
        }
        cx.probe(probe::ANSWERED, 0, response.code.number().into());
        let limit = query.udp_limit().min(usize::from(self.udp_payload.max(512)));
        Some(response.compose_within(limit))
    }
}

impl Node for Server {
    fn handle(&mut self, event: NodeEvent<'_>, cx: &mut Context<'_>) {
        let NodeEvent::Datagram { from, to, octets } = event else { return };
        if to.port() != DNS_PORT {
            cx.count(probe::MALFORMED);
            return;
        }
        if let Some(response) = self.answer(octets, cx) {
            //= RFC 2181 4.1: servers when responding to queries using UDP must cause the reply to be sent with the source
            // address field set to the address that was in the destination address field of the query
            cx.send(to, from, &response);
        }
    }
}

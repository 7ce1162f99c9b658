//! From a query to the response that a server's zones give (RFC 1034 4.3.2).

use super::Misbehaviour;
use crate::chain::MAX_ALIASES;
use crate::message::{Edns, Message, Opcode, Question, ResponseCode};
use crate::name::Name;
use crate::record::{Class, RData, Record, RecordType};
use crate::zone::{Found, Zone};

/// The response to octets that are no message but begin like a query.
pub(crate) fn to_unreadable(octets: &[u8]) -> Option<Message> {
    let head = octets.first_chunk::<4>()?;
    let is_query = head[2] & 0x80 == 0;
    let id = u16::from_be_bytes([head[0], head[1]]);
    let nothing = Message::query(id, Question::new(Name::root(), RecordType::A));
    let response = Message::response_to(&nothing);
    is_query.then(|| Message { code: ResponseCode::FormErr, questions: Vec::new(), ..response })
}

/// The response of a server with these zones that takes `udp_payload` octets itself.
pub(super) fn to_query(zones: &[Zone], query: &Message, udp_payload: u16) -> Message {
    let mut response = Message::response_to(query);
    //= RFC 6891 6.1.1: if an OPT record is present in a received request, compliant responders MUST include an OPT record
    response.edns = query.edns.as_ref().map(|_| Edns::sized(udp_payload));
    if let Some(code) = objection(query) {
        response.code = code;
        return response;
    }
    let question = &query.questions[0];
    let Some(zone) = zone_of(zones, &question.name) else {
        response.code = ResponseCode::Refused;
        return response;
    };
    answer(zones, zone, question, &mut response);
    add_addresses(zones, &mut response);
    response
}

/// Why a server does not look for an answer to this query; `None` when it asks one question of class IN.
pub(crate) fn objection(query: &Message) -> Option<ResponseCode> {
    if query.opcode != Opcode::Query {
        return Some(ResponseCode::NotImp);
    }
    if query.edns.as_ref().is_some_and(|edns| edns.version > 0) {
        //= RFC 6891 6.1.3: it MUST respond with RCODE=BADVERS
        return Some(ResponseCode::BadVers);
    }
    let [question] = &query.questions[..] else { return Some(ResponseCode::FormErr) };
    (question.class != Class::IN).then_some(ResponseCode::Refused)
}

/// The zone that `name` lies in: the one whose origin is nearest.
fn zone_of<'z>(zones: &'z [Zone], name: &Name) -> Option<&'z Zone> {
    let around = zones.iter().filter(|zone| name.is_within(zone.origin()));
    around.max_by_key(|zone| zone.origin().labels().count())
}

fn answer<'z>(zones: &'z [Zone], mut zone: &'z Zone, question: &Question, response: &mut Message) {
    let mut name = question.name.clone();
    response.flags.authoritative = true;
    for _ in 0..=MAX_ALIASES {
        match zone.look_up(&name, question.record_type) {
            Found::Records(records) => return response.answers.extend(records),
            Found::Delegated(servers) => {
                //= RFC 1034 4.3.1: a referral to name servers that have zones closer ancestors to the name; not
                // authoritative unless an alias of the server's own came first
                response.flags.authoritative = !response.answers.is_empty();
                return response.authorities.extend(servers);
            }
            Found::NoData => return response.authorities.push(zone.negative_soa()),
            Found::NxDomain => {
                response.code = ResponseCode::NxDomain;
                return response.authorities.push(zone.negative_soa());
            }
            Found::Alias(record) => {
                if let RData::Cname(target) = &record.data {
                    name = target.clone();
                }
                response.answers.push(record);
            }
        }
        // What an alias leads to outside the zones is for the client to find.
        let Some(next) = zone_of(zones, &name) else { return };
        zone = next;
    }
}

/// Adds the addresses of the hosts that SRV and NS records name.
fn add_addresses(zones: &[Zone], response: &mut Message) {
    let host = |record: &Record| match &record.data {
        RData::Srv(srv) => Some(srv.target.clone()),
        RData::Ns(host) => Some(host.clone()),
        _ => None,
    };
    let mut hosts: Vec<Name> =
        response.answers.iter().chain(&response.authorities).filter_map(host).collect();
    hosts.sort();
    hosts.dedup();
    for host in hosts {
        if let Some(zone) = zone_of(zones, &host) {
            response.additionals.extend(zone.addresses(&host).cloned());
        }
    }
}

/// Spoils a response; `None` when nothing is to be sent.
pub(super) fn misbehave(what: &Misbehaviour, zones: &[Zone], response: &mut Message) -> Option<()> {
    match what {
        Misbehaviour::Silent => return None,
        Misbehaviour::ServFail => {
            empty(response);
            response.code = ResponseCode::ServFail;
        }
        Misbehaviour::NxDomain => {
            empty(response);
            response.code = ResponseCode::NxDomain;
            let zone = response.questions.first().and_then(|question| zone_of(zones, &question.name));
            response.authorities.extend(zone.map(Zone::negative_soa));
        }
        Misbehaviour::Truncate => {
            empty(response);
            response.flags.truncated = true;
        }
        Misbehaviour::Poison(records) => {
            response.answers.extend(records.iter().cloned());
            response.additionals.extend(records.iter().cloned());
        }
    }
    Some(())
}

fn empty(response: &mut Message) {
    response.answers.clear();
    response.authorities.clear();
    response.additionals.clear();
}

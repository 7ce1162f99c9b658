//! One question on its way from the root's servers to the answer (RFC 1034 5.3.3).

use std::net::{IpAddr, SocketAddr};

use sim_api::Context;

use super::Resolver;
use super::clients::Client;
use crate::cache::Rank;
use crate::chain::{Chain, End, MAX_ALIASES, read_response};
use crate::message::{Message, Question};
use crate::name::Name;
use crate::probe;
use crate::queries::QueryId;
use crate::record::{RData, Record, RecordType};
use crate::server::DNS_PORT;

/// The most steps that one question of a client may cost: queries, and questions for the addresses of servers.
const MAX_COST: u32 = 64;
/// How deep a question for a server's address may stand in others.
const MAX_DEPTH: u32 = 4;
/// How many servers of a zone are asked.
const MAX_SERVERS: usize = 8;

/// The name of a resolution; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ResolutionId(pub(super) u64);

/// For whom a question is resolved.
#[derive(Debug)]
pub(super) enum Asker {
    /// For clients, the one that came first in front.
    Clients(Vec<Client>),
    /// For another resolution, which needs the address of a server.
    Resolution(ResolutionId),
}

/// A question that is being resolved.
#[derive(Debug)]
pub(super) struct Resolution {
    pub(super) asker: Asker,
    question: Question,
    /// The aliases from the question's name to the name that is being asked for.
    aliases: Vec<Record>,
    asked: Question,
    /// The zone whose servers are being asked: they are believed about names in it.
    zone: Name,
    /// Servers of the zone whose addresses are not known, the one to be looked up next at the end.
    hosts: Vec<Name>,
    /// The steps so far, those of the resolutions for it or around it included.
    cost: u32,
    /// How many resolutions stand around it.
    depth: u32,
}

/// The servers of a zone: addresses, and names without addresses.
#[derive(Debug)]
struct Cut {
    zone: Name,
    addresses: Vec<IpAddr>,
    hosts: Vec<Name>,
}

impl Resolver {
    /// Enters a resolution, without asking anybody yet.
    pub(super) fn begin(&mut self, question: Question, asker: Asker, cost: u32) -> ResolutionId {
        let id = ResolutionId(self.next_id);
        self.next_id += 1;
        let depth = match &asker {
            Asker::Clients(_) => 0,
            Asker::Resolution(parent) => self.resolutions[parent].depth + 1,
        };
        let (asked, zone) = (question.clone(), Name::root());
        let resolution =
            Resolution { asker, question, aliases: Vec::new(), asked, zone, hosts: Vec::new(), cost, depth };
        self.resolutions.insert(id, resolution);
        id
    }

    /// Goes on with what the cache knows, then with the servers that are nearest to the name.
    pub(super) fn step(&mut self, id: ResolutionId, cx: &mut Context<'_>) {
        let resolution = self.resolutions.get_mut(&id).expect("a resolution that goes on is live");
        let known = self.cache.answer(&resolution.asked, cx.now());
        resolution.aliases.extend(known.aliases);
        match known.end {
            End::Open(name) if resolution.aliases.len() <= MAX_ALIASES => resolution.asked.name = name,
            End::Open(_) => return self.end(id, End::Failed, cx),
            end => return self.end(id, end, cx),
        }
        let name = resolution.asked.name.clone();
        let cut = self.nearest_cut(&name, cx);
        self.ask_servers(id, cut, cx);
    }

    /// The zone nearest to `name` whose servers are known or can be found out.
    fn nearest_cut(&self, name: &Name, cx: &Context<'_>) -> Cut {
        for zone in name.ancestors() {
            let servers = self.cache.hint(&zone, RecordType::Ns, cx.now());
            let hosts = servers.iter().filter_map(host_of).cloned().collect();
            let cut = self.with_known_addresses(zone, hosts, cx);
            if !cut.addresses.is_empty() || !cut.hosts.is_empty() {
                return cut;
            }
        }
        Cut { zone: Name::root(), addresses: self.hints.clone(), hosts: Vec::new() }
    }

    /// The cut at `zone`, with the addresses of `hosts` that the cache knows.
    fn with_known_addresses(&self, zone: Name, hosts: Vec<Name>, cx: &Context<'_>) -> Cut {
        let mut cut = Cut { zone, addresses: Vec::new(), hosts: Vec::new() };
        for host in hosts {
            let known = self.cache.hint(&host, self.address_type(), cx.now());
            let before = cut.addresses.len();
            cut.addresses.extend(known.iter().filter_map(|record| record.data.address()));
            // The address of a server below its own zone comes with the referral or not at all.
            if cut.addresses.len() == before && !host.is_within(&cut.zone) {
                cut.hosts.push(host);
            }
        }
        cut
    }

    fn address_type(&self) -> RecordType {
        if self.queries.local().is_ipv4() { RecordType::A } else { RecordType::Aaaa }
    }

    /// Asks the servers of a zone, or for the address of one of them when none is known.
    fn ask_servers(&mut self, id: ResolutionId, cut: Cut, cx: &mut Context<'_>) {
        let resolution = self.resolutions.get_mut(&id).expect("a resolution that goes on is live");
        (resolution.zone, resolution.hosts) = (cut.zone, cut.hosts);
        resolution.hosts.truncate(MAX_SERVERS);
        resolution.hosts.reverse();
        if cut.addresses.is_empty() {
            return self.find_next_host(id, cx);
        }
        if resolution.cost >= MAX_COST {
            return self.end(id, End::Failed, cx);
        }
        resolution.cost += 1;
        let servers =
            cut.addresses.iter().take(MAX_SERVERS).map(|&address| SocketAddr::new(address, DNS_PORT));
        match self.queries.begin(resolution.asked.clone(), servers.collect(), cx) {
            Some(query) => {
                self.by_query.insert(query, id);
            }
            None => self.end(id, End::Failed, cx),
        }
    }

    /// Asks for the address of the next server of the zone whose address is unknown.
    fn find_next_host(&mut self, id: ResolutionId, cx: &mut Context<'_>) {
        let resolution = self.resolutions.get_mut(&id).expect("a resolution that goes on is live");
        let is_too_much = resolution.depth >= MAX_DEPTH || resolution.cost >= MAX_COST;
        let Some(host) = resolution.hosts.pop().filter(|_| !is_too_much) else {
            return self.end(id, End::Failed, cx);
        };
        let cost = resolution.cost + 1;
        let question = Question::new(host, self.address_type());
        let child = self.begin(question, Asker::Resolution(id), cost);
        self.step(child, cx);
    }

    /// Takes the response to a query.
    pub(super) fn on_response(&mut self, query: QueryId, response: &Message, cx: &mut Context<'_>) {
        let Some(&id) = self.by_query.get(&query) else { return };
        let resolution = self.resolutions.get_mut(&id).expect("a query is under way for a live resolution");
        let chain = read_response(&resolution.asked, response, &resolution.zone);
        count_strangers(response, &resolution.zone, cx);
        let referral = referral_in(response, &chain, resolution);
        let is_progress = match &chain.end {
            End::Open(_) => referral.is_some() || !chain.aliases.is_empty(),
            End::NoData(None) => response.flags.authoritative,
            End::Records(_) | End::NoData(Some(_)) | End::NxDomain(_) | End::Failed => true,
        };
        if !is_progress {
            if self.queries.reject(query, cx).is_some() {
                self.on_failure(query, cx);
            }
            return;
        }
        self.queries.finish(query, cx);
        self.by_query.remove(&query);
        self.cache.learn_chain(&resolution.asked, &chain, cx);
        resolution.aliases.extend(chain.aliases);
        match (chain.end, referral) {
            (End::Open(name), referral) => {
                resolution.asked.name = name;
                match referral {
                    Some(zone) => self.follow_referral(id, zone, response, cx),
                    None => self.step(id, cx),
                }
            }
            (end, _) => self.end(id, end, cx),
        }
    }

    /// Learns the servers of `zone`, with the addresses that the response brings, and asks them.
    fn follow_referral(&mut self, id: ResolutionId, zone: Name, response: &Message, cx: &mut Context<'_>) {
        let believed = self.resolutions[&id].zone.clone();
        let about = |record: &&Record| record.name == zone && record.record_type() == RecordType::Ns;
        let servers: Vec<Record> = response.authorities.iter().filter(about).cloned().collect();
        self.cache.learn(&servers, Rank::Referral, cx);
        let mut cut = Cut { zone, addresses: Vec::new(), hosts: Vec::new() };
        let mut unknown = Vec::new();
        for host in servers.iter().filter_map(host_of) {
            let glue = glue_for(host, self.address_type(), response, &believed);
            self.cache.learn(&glue, Rank::Referral, cx);
            cut.addresses.extend(glue.iter().filter_map(|record| record.data.address()));
            if glue.is_empty() {
                unknown.push(host.clone());
            }
        }
        let rest = self.with_known_addresses(cut.zone.clone(), unknown, cx);
        cut.addresses.extend(rest.addresses);
        cut.hosts = rest.hosts;
        self.ask_servers(id, cut, cx);
    }

    /// Takes the news that a query ended without a response of use.
    pub(super) fn on_failure(&mut self, query: QueryId, cx: &mut Context<'_>) {
        let Some(id) = self.by_query.remove(&query) else { return };
        // Servers whose addresses were not needed so far are the last chance.
        self.find_next_host(id, cx);
    }

    /// Ends a resolution, and tells whoever asked.
    fn end(&mut self, id: ResolutionId, end: End, cx: &mut Context<'_>) {
        let Some(resolution) = self.resolutions.remove(&id) else { return };
        match resolution.asker {
            Asker::Clients(clients) => {
                let chain = Chain { aliases: resolution.aliases, end };
                self.by_question.remove(&resolution.question);
                self.tell_clients(id, &clients, &chain, cx);
            }
            Asker::Resolution(parent) => self.tell_parent(parent, resolution.cost, &end, cx),
        }
    }

    /// Goes on with a resolution that waited for the address of a server.
    fn tell_parent(&mut self, parent: ResolutionId, cost: u32, end: &End, cx: &mut Context<'_>) {
        let resolution = self.resolutions.get_mut(&parent).expect("a parent waits for its child");
        resolution.cost = cost;
        let addresses: Vec<IpAddr> = match end {
            End::Records(records) => records.iter().filter_map(|record| record.data.address()).collect(),
            End::NoData(_) | End::NxDomain(_) | End::Open(_) | End::Failed => Vec::new(),
        };
        let mut hosts = std::mem::take(&mut resolution.hosts);
        hosts.reverse();
        let cut = Cut { zone: resolution.zone.clone(), addresses, hosts };
        self.ask_servers(parent, cut, cx);
    }
}

fn host_of(record: &Record) -> Option<&Name> {
    match &record.data {
        RData::Ns(host) => Some(host),
        _ => None,
    }
}

/// The zone that a response refers to: below the one that was asked, and above the name in question.
fn referral_in(response: &Message, chain: &Chain, resolution: &Resolution) -> Option<Name> {
    let End::Open(name) = &chain.end else { return None };
    let is_referral = |record: &&Record| {
        record.record_type() == RecordType::Ns
            && name.is_within(&record.name)
            && record.name.is_within(&resolution.zone)
            && record.name != resolution.zone
    };
    response.authorities.iter().find(is_referral).map(|record| record.name.clone())
}

/// The addresses of `host` that the servers of `believed` may tell along with a referral.
fn glue_for(host: &Name, record_type: RecordType, response: &Message, believed: &Name) -> Vec<Record> {
    if !host.is_within(believed) {
        return Vec::new();
    }
    let is_glue = |record: &&Record| record.name == *host && record.record_type() == record_type;
    response.additionals.iter().filter(is_glue).take(MAX_SERVERS).cloned().collect()
}

/// Counts the records that the servers of `zone` have no say about.
fn count_strangers(response: &Message, zone: &Name, cx: &mut Context<'_>) {
    let records = response.answers.iter().chain(&response.authorities).chain(&response.additionals);
    let strangers = records.filter(|record| !record.name.is_within(zone)).count();
    if strangers > 0 {
        cx.probe(probe::OUT_OF_BAILIWICK, 0, strangers as u64);
    }
}

//! The side of a resolver that its clients see.

use std::net::SocketAddr;

use sim_api::{Context, Lineage};

use super::Resolver;
use super::resolution::{Asker, ResolutionId};
use crate::chain::{Chain, End};
use crate::message::{Edns, Message, Question, ResponseCode};
use crate::probe;
use crate::record::RecordType;
use crate::server::{objection, to_unreadable};

/// What a resolver takes over UDP itself.
const OWN_UDP_PAYLOAD: u16 = 65_507;

/// Who waits for an answer.
#[derive(Debug)]
pub(super) struct Client {
    from: SocketAddr,
    to: SocketAddr,
    /// An empty response with the query's id and question.
    response: Message,
    udp_limit: usize,
    lineage: Lineage,
}

impl Resolver {
    /// Takes what a client sent.
    pub(super) fn receive_query(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        octets: &[u8],
        cx: &mut Context<'_>,
    ) {
        let query = match Message::parse(octets) {
            Ok(query) if !query.flags.response => query,
            Ok(_) => return cx.count(probe::MALFORMED),
            Err(_) => {
                cx.count(probe::MALFORMED);
                if let Some(response) = to_unreadable(octets) {
                    cx.send(to, from, &response.compose());
                }
                return;
            }
        };
        let mut response = Message::response_to(&query);
        response.flags.recursion_available = true;
        response.edns = query.edns.as_ref().map(|_| Edns::sized(OWN_UDP_PAYLOAD));
        let client = Client { from, to, response, udp_limit: query.udp_limit(), lineage: cx.cause() };
        match objection(&query).or_else(|| unresolvable(&query)) {
            Some(code) => client.refuse(code, cx),
            None => self.resolve_for(client, &query, cx),
        }
    }

    fn resolve_for(&mut self, client: Client, query: &Message, cx: &mut Context<'_>) {
        let question = &query.questions[0];
        let chain = self.cache.answer(question, cx.now());
        if !matches!(chain.end, End::Open(_)) {
            cx.count(probe::CACHE_HIT);
            return client.tell(&chain, cx);
        }
        cx.count(probe::CACHE_MISS);
        if !query.flags.recursion_desired {
            return client.refuse(ResponseCode::Refused, cx);
        }
        if self.waiting.len() >= self.limit {
            cx.count(probe::REFUSED);
            return client.refuse(ResponseCode::ServFail, cx);
        }
        match self.by_question.get(question) {
            Some(&id) => self.join(id, client, cx),
            None => {
                let (from, number) = (client.from, client.response.id);
                let id = self.begin(question.clone(), Asker::Clients(vec![client]), 0);
                self.waiting.insert((from, number, id));
                self.by_question.insert(question.clone(), id);
                self.step(id, cx);
            }
        }
    }

    /// Lets a client wait for a question that is being resolved; a repeated query waits already.
    fn join(&mut self, id: ResolutionId, client: Client, cx: &mut Context<'_>) {
        let resolution =
            self.resolutions.get_mut(&id).expect("the index of questions names live resolutions");
        let Asker::Clients(clients) = &mut resolution.asker else { return };
        if self.waiting.insert((client.from, client.response.id, id)) {
            cx.count(probe::COALESCED);
            clients.push(client);
        }
    }

    /// Tells all clients of a resolution that has ended. The first one's causes are those of the present event, the
    /// others waited for it.
    pub(super) fn tell_clients(
        &mut self,
        id: ResolutionId,
        clients: &[Client],
        chain: &Chain,
        cx: &mut Context<'_>,
    ) {
        let cause = cx.cause();
        for (place, client) in clients.iter().enumerate() {
            cx.resume(if place == 0 { cause } else { client.lineage });
            self.waiting.remove(&(client.from, client.response.id, id));
            client.tell(chain, cx);
        }
        cx.resume(cause);
    }
}

impl Client {
    fn tell(&self, chain: &Chain, cx: &mut Context<'_>) {
        let mut response = self.response.clone();
        response.answers.extend(chain.aliases.iter().cloned());
        response.code = match &chain.end {
            End::Records(records) => {
                response.answers.extend(records.iter().cloned());
                ResponseCode::NoError
            }
            End::NoData(soa) => {
                response.authorities.extend(soa.clone());
                ResponseCode::NoError
            }
            End::NxDomain(soa) => {
                response.authorities.extend(soa.clone());
                ResponseCode::NxDomain
            }
            End::Open(_) | End::Failed => {
                response.answers.clear();
                ResponseCode::ServFail
            }
        };
        self.send(&response, cx);
    }

    fn refuse(self, code: ResponseCode, cx: &mut Context<'_>) {
        self.send(&Message { code, ..self.response.clone() }, cx);
    }

    fn send(&self, response: &Message, cx: &mut Context<'_>) {
        cx.probe(probe::ANSWERED, 0, response.code.number().into());
        cx.send(self.to, self.from, &response.compose_within(self.udp_limit));
    }
}

/// Why a question cannot be resolved, whatever the servers say.
fn unresolvable(query: &Message) -> Option<ResponseCode> {
    let is_pseudo = |question: &Question| matches!(question.record_type, RecordType::Any | RecordType::Opt);
    query.questions.iter().any(is_pseudo).then_some(ResponseCode::NotImp)
}

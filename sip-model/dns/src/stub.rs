//! The client inside another node: a stub resolver (RFC 1034 5.3.1).

use std::collections::BTreeMap;
use std::net::SocketAddr;

use sim_api::{Context, Lineage, TimerToken};

use crate::answer::Answer;
use crate::cache::{Cache, CacheLimits};
use crate::chain::{Chain, End, read_response};
use crate::message::{Message, Question};
use crate::name::Name;
use crate::probe;
use crate::queries::{Failure, Queries, QueryId, QueryPolicy, Received, Recursion};
use crate::record::Record;

/// How a [`StubClient`] asks.
#[derive(Clone, Debug)]
pub struct StubConfig {
    /// Where queries leave from: an address of the node and a port that it uses for nothing else.
    pub local: SocketAddr,
    /// The recursive resolvers, the one that is asked first in front.
    pub resolvers: Vec<SocketAddr>,
    /// How queries are repeated.
    pub policy: QueryPolicy,
    /// The bounds of the client's own cache; none: each question goes to a resolver.
    pub cache: Option<CacheLimits>,
    /// How many questions may wait for an answer at once.
    pub limit: usize,
    /// What the client's one wake-up carries: a value that nothing else in the node uses.
    pub token: TimerToken,
}

/// The name of a question that waits for its answer. No two questions of a client have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// What became of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Asked {
    /// The cache knows.
    Answered(Answer),
    /// The answer comes later, in an [`Answered`] with this ticket.
    Pending(Ticket),
    /// No resolver is configured, or too many questions wait.
    Refused,
}

/// The answer to a question that waited.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// Which question.
    pub ticket: Ticket,
    /// Its answer.
    pub answer: Answer,
    /// The causes behind asking, and where the time since went. Who acts on the answer calls
    /// [`Context::resume`] with it first.
    pub lineage: Lineage,
}

/// A stub resolver: asks recursive resolvers on behalf of the node in which it lives.
///
/// The node gives it the datagrams that reach [`StubClient::local`] and the wake-ups with its token.
///
/// ```
/// use dns::{Asked, Message, Question, RData, Record, RecordType, StubClient, StubConfig};
/// use sim_api::{Context, Effect, Lineage, Seed, SimTime, TimerToken};
///
/// let (local, resolver) = ("192.0.2.1:5353".parse()?, "192.0.2.53:53".parse()?);
/// let mut client = StubClient::new(StubConfig::new(local, vec![resolver], TimerToken(1)));
/// let (mut rng, mut effects) = (Seed::new(1).stream("node/alice"), Vec::new());
/// let mut cx = Context::new(SimTime::ZERO, Lineage::begin(SimTime::ZERO), &mut rng, &mut effects);
///
/// let question = Question::new("atlanta.example".parse()?, RecordType::A);
/// let Asked::Pending(ticket) = client.ask(question.clone(), &mut cx) else { panic!() };
/// # let mut sent = effects.iter().filter_map(|effect| match effect { Effect::Send(out) => Some(out.payload.clone()), _ => None });
/// # let query = Message::parse(&sent.next().unwrap())?;
/// # let mut response = Message::response_to(&query);
/// # response.answers.push(Record::new(question.name, 60, RData::A([192, 0, 2, 7].into())));
/// # let octets = response.compose();
/// # let mut cx = Context::new(SimTime::ZERO, Lineage::begin(SimTime::ZERO), &mut rng, &mut effects);
///
/// // … the datagram `octets` comes from the resolver:
/// let mut answered = Vec::new();
/// client.receive(resolver, &octets, &mut answered, &mut cx);
/// assert_eq!(answered[0].ticket, ticket);
/// assert_eq!(answered[0].answer.addresses().next(), "192.0.2.7".parse().ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct StubClient {
    resolvers: Vec<SocketAddr>,
    limit: usize,
    queries: Queries,
    cache: Option<Cache>,
    inquiries: BTreeMap<QueryId, Inquiry>,
    by_question: BTreeMap<Question, QueryId>,
    tickets: BTreeMap<Ticket, QueryId>,
    next_ticket: u64,
}

/// A question under way, who caused the query, and who waits for its answer.
#[derive(Debug)]
struct Inquiry {
    question: Question,
    first: Ticket,
    askers: Vec<(Ticket, Lineage)>,
}

impl StubConfig {
    /// A client with the default policy and cache that lets 4,096 questions wait.
    pub fn new(local: SocketAddr, resolvers: Vec<SocketAddr>, token: TimerToken) -> StubConfig {
        let (policy, cache) = (QueryPolicy::default(), Some(CacheLimits::default()));
        StubConfig { local, resolvers, policy, cache, limit: 4096, token }
    }
}

impl StubClient {
    /// A client that has asked nothing yet.
    pub fn new(config: StubConfig) -> StubClient {
        let queries = Queries::new(config.policy, config.local, Recursion::Desired, config.token);
        StubClient {
            resolvers: config.resolvers,
            limit: config.limit,
            queries,
            cache: config.cache.map(Cache::new),
            inquiries: BTreeMap::new(),
            by_question: BTreeMap::new(),
            tickets: BTreeMap::new(),
            next_ticket: 0,
        }
    }

    /// Where responses arrive.
    pub fn local(&self) -> SocketAddr {
        self.queries.local()
    }

    /// How many questions wait for an answer.
    pub fn live(&self) -> usize {
        self.tickets.len()
    }

    /// Asks. A question that is under way already is not sent again: the one answer is for all who asked.
    pub fn ask(&mut self, question: Question, cx: &mut Context<'_>) -> Asked {
        if let Some(answer) = self.remembered(&question, cx) {
            return Asked::Answered(answer);
        }
        if self.tickets.len() >= self.limit {
            cx.count(probe::REFUSED);
            return Asked::Refused;
        }
        let ticket = Ticket(self.next_ticket);
        let query = match self.by_question.get(&question) {
            Some(&query) => {
                cx.count(probe::COALESCED);
                query
            }
            None => match self.begin(question, ticket, cx) {
                Some(query) => query,
                None => return Asked::Refused,
            },
        };
        self.next_ticket += 1;
        self.tickets.insert(ticket, query);
        let inquiry = self.inquiries.get_mut(&query).expect("the query is under way for an inquiry");
        inquiry.askers.push((ticket, cx.cause()));
        Asked::Pending(ticket)
    }

    /// Forgets a question: its answer is not wanted any more. The query goes on, for the cache.
    pub fn forget(&mut self, ticket: Ticket) {
        let inquiry = self.tickets.remove(&ticket).and_then(|query| self.inquiries.get_mut(&query));
        if let Some(inquiry) = inquiry {
            inquiry.askers.retain(|&(asker, _)| asker != ticket);
        }
    }

    /// Takes a datagram that reached [`StubClient::local`]; `out` receives the answers that it brings.
    pub fn receive(
        &mut self,
        from: SocketAddr,
        octets: &[u8],
        out: &mut Vec<Answered>,
        cx: &mut Context<'_>,
    ) {
        match self.queries.receive(from, octets, cx) {
            Received::Response(query, response) => self.conclude(query, &response, out, cx),
            Received::Failed(query, failure) => self.end(query, &answer_of(failure), out, cx),
            Received::Absorbed => {}
        }
    }

    /// Takes a wake-up with the client's token; `out` receives the questions that found no answer in time.
    pub fn on_wake(&mut self, out: &mut Vec<Answered>, cx: &mut Context<'_>) {
        let mut ended = Vec::new();
        self.queries.on_wake(&mut ended, cx);
        for over in ended {
            cx.resume(over.lineage);
            self.end(over.query, &answer_of(over.failure), out, cx);
        }
    }

    /// Takes the news that nobody listens at `resolver`; `out` receives the questions that nobody is left to ask.
    pub fn unreachable(&mut self, resolver: SocketAddr, out: &mut Vec<Answered>, cx: &mut Context<'_>) {
        let mut ended = Vec::new();
        self.queries.unreachable(resolver, &mut ended, cx);
        for over in ended {
            cx.resume(over.lineage);
            self.end(over.query, &answer_of(over.failure), out, cx);
        }
    }

    /// Forgets everything: the process lost its memory. No answer comes for any ticket.
    pub fn forget_all(&mut self) {
        self.queries.forget_all();
        self.inquiries.clear();
        self.by_question.clear();
        self.tickets.clear();
        if let Some(cache) = &mut self.cache {
            cache.clear();
        }
    }

    fn remembered(&self, question: &Question, cx: &mut Context<'_>) -> Option<Answer> {
        let chain = self.cache.as_ref()?.answer(question, cx.now());
        let answer = answer_in(chain);
        cx.count(if answer.is_some() { probe::CACHE_HIT } else { probe::CACHE_MISS });
        answer
    }

    fn begin(&mut self, question: Question, first: Ticket, cx: &mut Context<'_>) -> Option<QueryId> {
        let query = self.queries.begin(question.clone(), self.resolvers.clone(), cx)?;
        self.by_question.insert(question.clone(), query);
        self.inquiries.insert(query, Inquiry { question, first, askers: Vec::new() });
        Some(query)
    }

    fn conclude(
        &mut self,
        query: QueryId,
        response: &Message,
        out: &mut Vec<Answered>,
        cx: &mut Context<'_>,
    ) {
        let inquiry = self.inquiries.get(&query).expect("each query is under way for an inquiry");
        let chain = read_response(&inquiry.question, response, &Name::root());
        if let Some(cache) = &mut self.cache {
            cache.learn_chain(&inquiry.question, &chain, cx);
        }
        match answer_in(chain) {
            Some(answer) => {
                self.queries.finish(query, cx);
                self.end(query, &answer, out, cx);
            }
            // A referral: whoever was asked is no recursive resolver.
            None => {
                if let Some(failure) = self.queries.reject(query, cx) {
                    self.end(query, &answer_of(failure), out, cx);
                }
            }
        }
    }

    /// Tells all who asked. The first one's causes are those of the present event; the others waited for it.
    fn end(&mut self, query: QueryId, answer: &Answer, out: &mut Vec<Answered>, cx: &mut Context<'_>) {
        let Some(inquiry) = self.inquiries.remove(&query) else { return };
        self.by_question.remove(&inquiry.question);
        for (ticket, lineage) in inquiry.askers {
            self.tickets.remove(&ticket);
            let is_first = ticket == inquiry.first;
            let lineage = if is_first { cx.cause() } else { lineage.waited_until(cx.now()) };
            out.push(Answered { ticket, answer: answer.clone(), lineage });
        }
    }
}

fn answer_of(failure: Failure) -> Answer {
    match failure {
        Failure::Timeout => Answer::Timeout,
        Failure::ServFail => Answer::ServFail,
    }
}

/// The answer that a chain holds; `None` when its end is open.
fn answer_in(chain: Chain) -> Option<Answer> {
    let Chain { mut aliases, end } = chain;
    Some(match end {
        End::Records(records) => {
            aliases.extend::<Vec<Record>>(records);
            Answer::Found(aliases)
        }
        End::NoData(_) => Answer::NoData,
        End::NxDomain(_) => Answer::NxDomain,
        End::Failed => Answer::ServFail,
        End::Open(_) => return None,
    })
}

#[cfg(test)]
mod tests;

//! From a URI to candidates: transport, port and addresses (RFC 3263 4.1, 4.2).
//!
//! ```text
//!   numeric ───────────────────────────────────────────────────────────────────────▶ Found
//!   port ──────────────────────────────────────────▶ Addresses of the target ──────▶ Found
//!   transport ───────────▶ Srv of that transport ──┬▶ Addresses of the SRV targets ─▶ Found
//!   neither ──▶ Naptr ──┬▶ Srv of the NAPTR        │
//!                       └▶ Srv of each transport ──┴▶ Addresses of the target (no SRV)
//! ```

use std::net::{IpAddr, SocketAddr};

use dns::{Answer, HashedDraws, Name, Naptr, Question, RecordType, Srv, order_targets};

use super::hop::Sought;
use super::transports::{Transports, asked_for, default_for, of_naptr_service, service_of};
use crate::uri::{SipScheme, Transport};

/// One way to reach an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The transport to use.
    pub transport: Transport<'static>,
    /// Where the element is.
    pub address: SocketAddr,
}

/// Which addresses are of use to whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpVersions {
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
    /// Both; of one element the IPv6 addresses come first.
    Both,
}

/// What the locator wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Step {
    /// The answers to these questions; none of them when earlier ones are still to be answered.
    Ask(Vec<Question>),
    /// Nothing: these are to be tried, in this order. At least one.
    Found(Vec<Candidate>),
    /// Nothing: there is nobody to be tried.
    NotFound(NotFound),
}

/// Why there is nobody to be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// The transport that must be used is not spoken here, or there is no such transport.
    Transport,
    /// The target is no domain name.
    Name,
    /// The domain says that it does not offer the service: the target of its SRV records is the root.
    NotOffered,
    /// No address is known.
    Address,
    /// The DNS did not answer.
    Silence,
}

/// The search for the elements that a URI leads to.
///
/// Give it the answer to each [`Question`] that it asks. The order of the candidates is a function of the answers and
/// of the key given to [`Locator::begin`], not of the order of arrival.
#[derive(Clone, Debug)]
pub struct Locator {
    scheme: SipScheme,
    target: Name,
    transports: Transports,
    versions: IpVersions,
    draws: HashedDraws,
    stage: Stage,
}

#[derive(Clone, Debug)]
enum Stage {
    Naptr,
    Srv {
        /// In the order of preference.
        lookups: Vec<SrvLookup>,
        /// What is used at the target itself if there are no SRV records.
        otherwise: Transport<'static>,
    },
    Addresses {
        transport: Transport<'static>,
        /// In the order in which they are to be tried.
        elements: Vec<(Name, u16)>,
        lookups: Vec<AddressLookup>,
    },
    Over,
}

#[derive(Clone, Debug)]
struct SrvLookup {
    transport: Transport<'static>,
    name: Name,
    answer: Option<Answer>,
}

#[derive(Clone, Debug)]
struct AddressLookup {
    question: Question,
    answer: Option<Answer>,
}

/// More elements of one domain than this are not looked up: a domain with a thousand SRV records is no amplifier.
pub const MAX_ELEMENTS: usize = 16;

/// More addresses than this are not tried.
pub const MAX_CANDIDATES: usize = 32;

impl Locator {
    /// Begins to look for the elements of `sought`; `key` decides between equals, so that an element without state
    /// makes the same choice for each copy of a request.
    pub fn begin(
        sought: &Sought,
        transports: &Transports,
        versions: IpVersions,
        key: u64,
    ) -> (Option<Locator>, Step) {
        match Locator::prepare(sought, transports, versions, key) {
            Ok((mut locator, plan)) => {
                let step = locator.start(plan);
                (Some(locator), step)
            }
            Err(step) => (None, step),
        }
    }

    /// Takes the answer to a question that was asked.
    pub fn on_answer(&mut self, question: &Question, answer: Answer) -> Step {
        match &mut self.stage {
            Stage::Naptr => self.on_naptr(&answer),
            Stage::Srv { lookups, .. } => {
                if let Some(lookup) = lookups.iter_mut().find(|lookup| lookup.name == question.name) {
                    lookup.answer = Some(answer);
                }
                self.on_srv()
            }
            Stage::Addresses { lookups, .. } => {
                if let Some(lookup) = lookups.iter_mut().find(|lookup| lookup.question == *question) {
                    lookup.answer = Some(answer);
                }
                self.on_addresses()
            }
            Stage::Over => Step::Ask(Vec::new()),
        }
    }

    /// What can be told without asking, and else what to ask first.
    fn prepare(
        sought: &Sought,
        transports: &Transports,
        versions: IpVersions,
        key: u64,
    ) -> Result<(Locator, Plan), Step> {
        //= RFC 3263 4.1: if the URI specifies a transport protocol in the transport parameter, that transport protocol SHOULD
        // be used
        let asked = match &sought.transport {
            Some(token) => {
                let transport = asked_for(token, sought.scheme);
                Some(spoken(transport.ok_or(Step::NotFound(NotFound::Transport))?, transports)?)
            }
            None => None,
        };
        let default = || asked.map_or_else(|| spoken(default_for(sought.scheme), transports), Ok);
        //= RFC 3263 4.1: if no transport protocol is specified, but the TARGET is a numeric IP address, the client SHOULD use
        // UDP for a SIP URI, and TCP for a SIPS URI
        if let Ok(address) = sought.target.parse::<IpAddr>() {
            let transport = default()?;
            let port = sought.port.unwrap_or(transport.default_port());
            return Err(Step::Found(vec![Candidate { transport, address: (address, port).into() }]));
        }
        let target: Name = sought.target.parse().map_err(|_| Step::NotFound(NotFound::Name))?;
        let plan = match (sought.port, asked) {
            //= RFC 3263 4.2: if the TARGET was not a numeric IP address, but a port is present in the URI, the client performs
            // an A or AAAA record lookup of the domain name
            (Some(port), _) => Plan::Addresses(default()?, port),
            (None, Some(transport)) => Plan::Srv(transport),
            //= RFC 3263 4.1: otherwise, if no transport protocol or port is specified, and the target is not a numeric IP
            // address, the client SHOULD perform a NAPTR query for the domain in the URI
            (None, None) => Plan::Naptr,
        };
        let locator = Locator {
            scheme: sought.scheme,
            target,
            transports: transports.clone(),
            versions,
            draws: HashedDraws::new(key),
            stage: Stage::Over,
        };
        Ok((locator, plan))
    }

    fn start(&mut self, plan: Plan) -> Step {
        match plan {
            Plan::Addresses(transport, port) => {
                self.ask_addresses(transport, vec![(self.target.clone(), port)])
            }
            Plan::Srv(transport) => self.ask_srv(self.service_names([transport]), transport),
            Plan::Naptr => {
                self.stage = Stage::Naptr;
                Step::Ask(vec![Question::new(self.target.clone(), RecordType::Naptr)])
            }
        }
    }

    fn on_naptr(&mut self, answer: &Answer) -> Step {
        if *answer == Answer::Timeout {
            return self.fail(NotFound::Silence);
        }
        if let Some((transport, name)) = self.best_naptr(answer) {
            return self.ask_srv(vec![(transport, name)], transport);
        }
        //= RFC 3263 4.1: if no NAPTR records are found, the client constructs SRV queries for those transport protocols it
        // supports, and does a query for each
        let services = self.service_names(self.transports.for_scheme(self.scheme));
        self.ask_srv(services, default_for(self.scheme))
    }

    /// The transport and the name of the SRV records that the domain likes best of those that can be used.
    fn best_naptr(&self, answer: &Answer) -> Option<(Transport<'static>, Name)> {
        let usable = answer.naptr().filter_map(|naptr| {
            let transport = self.transport_of(naptr)?;
            // The domain decides; the own preference only where it says that it does not care.
            let rank = (naptr.order, naptr.preference, self.transports.rank(transport)?);
            Some((rank, transport, &naptr.replacement))
        });
        let best = usable.min_by(|(a, _, one), (b, _, other)| a.cmp(b).then_with(|| one.cmp(other)))?;
        Some((best.1, best.2.clone()))
    }

    /// The transport that a NAPTR record leads to; `None` when the record is of no use here.
    fn transport_of(&self, naptr: &Naptr) -> Option<Transport<'static>> {
        let transport = of_naptr_service(naptr.services.octets())?;
        //= RFC 3263 4.1: a client resolving a SIPS URI MUST discard any services that do not contain "SIPS"
        let suits = self.transports.for_scheme(self.scheme).any(|own| own == transport);
        //= RFC 3263 4.1: the resource record will contain an empty regular expression and a replacement value
        let leads_to_srv =
            naptr.flags.says("s") && naptr.regexp.octets().is_empty() && !naptr.replacement.is_root();
        (suits && leads_to_srv).then_some(transport)
    }

    fn ask_srv(&mut self, services: Vec<(Transport<'static>, Name)>, otherwise: Transport<'static>) -> Step {
        let lookups: Vec<SrvLookup> = services
            .into_iter()
            .map(|(transport, name)| SrvLookup { transport, name, answer: None })
            .collect();
        let questions: Vec<Question> =
            lookups.iter().map(|lookup| Question::new(lookup.name.clone(), RecordType::Srv)).collect();
        if questions.is_empty() {
            return self.fail(NotFound::Transport);
        }
        self.stage = Stage::Srv { lookups, otherwise };
        Step::Ask(questions)
    }

    fn on_srv(&mut self) -> Step {
        let Stage::Srv { lookups, otherwise } = &mut self.stage else {
            unreachable!("SRV records were asked for")
        };
        if lookups.iter().any(|lookup| lookup.answer.is_none()) {
            return Step::Ask(Vec::new());
        }
        let (lookups, otherwise) = (std::mem::take(lookups), *otherwise);
        let mut is_offered = true;
        for lookup in &lookups {
            let records: Vec<&Srv> = lookup.answer.iter().flat_map(Answer::srv).collect();
            if records.is_empty() {
                continue;
            }
            let order = order_targets(records, |bound| self.draws.below(bound));
            let elements: Vec<(Name, u16)> =
                order.into_iter().take(MAX_ELEMENTS).map(|srv| (srv.target.clone(), srv.port)).collect();
            if !elements.is_empty() {
                return self.ask_addresses(lookup.transport, elements);
            }
            is_offered = false;
        }
        if !is_offered {
            return self.fail(NotFound::NotOffered);
        }
        if lookups.iter().any(|lookup| lookup.answer == Some(Answer::Timeout)) {
            return self.fail(NotFound::Silence);
        }
        //= RFC 3263 4.2: if no SRV records were found, the client performs an A or AAAA record lookup of the domain name
        match spoken(otherwise, &self.transports) {
            Ok(transport) => {
                let element = (self.target.clone(), transport.default_port());
                self.ask_addresses(transport, vec![element])
            }
            Err(_) => self.fail(NotFound::Transport),
        }
    }

    fn ask_addresses(&mut self, transport: Transport<'static>, elements: Vec<(Name, u16)>) -> Step {
        let types: &[RecordType] = match self.versions {
            IpVersions::V4 => &[RecordType::A],
            IpVersions::V6 => &[RecordType::Aaaa],
            IpVersions::Both => &[RecordType::Aaaa, RecordType::A],
        };
        let mut lookups: Vec<AddressLookup> = Vec::with_capacity(elements.len() * types.len());
        for (name, _) in &elements {
            for record_type in types {
                let question = Question::new(name.clone(), *record_type);
                if lookups.iter().all(|lookup| lookup.question != question) {
                    lookups.push(AddressLookup { question, answer: None });
                }
            }
        }
        let questions = lookups.iter().map(|lookup| lookup.question.clone()).collect();
        self.stage = Stage::Addresses { transport, elements, lookups };
        Step::Ask(questions)
    }

    fn on_addresses(&mut self) -> Step {
        let Stage::Addresses { transport, elements, lookups } = &self.stage else {
            unreachable!("addresses were asked for")
        };
        if lookups.iter().any(|lookup| lookup.answer.is_none()) {
            return Step::Ask(Vec::new());
        }
        let mut candidates = Vec::with_capacity(elements.len());
        for (name, port) in elements {
            let of_element = lookups.iter().filter(|lookup| lookup.question.name == *name);
            let addresses = of_element.flat_map(|lookup| lookup.answer.iter().flat_map(Answer::addresses));
            for address in addresses {
                let candidate = Candidate { transport: *transport, address: (address, *port).into() };
                if candidates.len() < MAX_CANDIDATES && !candidates.contains(&candidate) {
                    candidates.push(candidate);
                }
            }
        }
        if !candidates.is_empty() {
            self.stage = Stage::Over;
            return Step::Found(candidates);
        }
        let was_silent = lookups.iter().any(|lookup| lookup.answer == Some(Answer::Timeout));
        self.fail(if was_silent { NotFound::Silence } else { NotFound::Address })
    }

    fn service_names(
        &self,
        transports: impl IntoIterator<Item = Transport<'static>>,
    ) -> Vec<(Transport<'static>, Name)> {
        // A target so long that no label fits before it has no such records.
        let name = |[service, protocol]: [&str; 2]| self.target.child(protocol).ok()?.child(service).ok();
        transports
            .into_iter()
            .filter_map(|transport| Some((transport, name(service_of(transport)?)?)))
            .collect()
    }

    fn fail(&mut self, why: NotFound) -> Step {
        self.stage = Stage::Over;
        Step::NotFound(why)
    }
}

/// What is asked first.
enum Plan {
    Naptr,
    Srv(Transport<'static>),
    Addresses(Transport<'static>, u16),
}

/// `transport` if it is spoken.
fn spoken(transport: Transport<'static>, transports: &Transports) -> Result<Transport<'static>, Step> {
    if transports.contain(transport) { Ok(transport) } else { Err(Step::NotFound(NotFound::Transport)) }
}

#[cfg(test)]
mod tests;
